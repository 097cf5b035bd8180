/* SPDX-License-Identifier: MIT */
/*
 * Names as they are compared: white space squeezed and trimmed, NFKC, case folded (ADatP-4774 has
 * values compared without regard to case). Only for finding names in a policy's closed lists, where
 * a value's name as it is written comes first and one that folds to several is none, so that
 * folding never makes one value of two.
 */
#pragma once

#include "base/str.h"

enum { LABEL_FOLD_MAX = 2048 };

/* Writes the folded text to out; it is *not* terminated. -1: too long or not UTF-8. */
int label_fold(struct str s, char out[static LABEL_FOLD_MAX]);
/* The same without folding case: for markings. */
int label_squeeze(struct str s, char out[static LABEL_FOLD_MAX]);
bool label_fold_eq(struct str a, struct str b);
