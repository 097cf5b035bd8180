/* SPDX-License-Identifier: MIT */
/*
 * What people see of a label: the marking that the policy makes of it, for a place and in a
 * language, and its colours for XEP-0258's displaymarking. Never made from what a peer wrote but
 * for values that are input (userInput).
 */
#pragma once

#include "base/buf.h"
#include "label/model.h"
#include "label/spif.h"

enum { LABEL_MARKING_MAX = 4096 };

/* Appends the marking of a resolved label for a place (one enum spif_code: SPIF_PAGE_TOP for a
 * displaymarking, SPIF_FIRST_LINE, SPIF_PORTION, ...). Places without phrases of their own fall
 * back as follows: first line -> document start -> page top; last line -> document end -> page
 * bottom; page top <-> page bottom. lang: a language tag (RFC 5646); empty: phrases of no language
 * first. White space is squeezed. False: longer than LABEL_MARKING_MAX; nothing is appended. `out`
 * must have no ceiling. */
bool label_marking(const struct label *l, enum spif_code place, struct str lang, struct buf *out)
	__attribute__((warn_unused_result));

enum { LABEL_COLOR = 8 }; /* "#rrggbb" */
/* The classification's colour and black or white, whichever is read better on it; both terminated.
 * False: the policy gives none, or none that is a colour (XEP-0258: then black on white). */
bool label_colors(const struct label *l, char fg[LABEL_COLOR], char bg[LABEL_COLOR]);
