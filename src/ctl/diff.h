/* SPDX-License-Identifier: MIT */
/* The differences between two texts, line by line. Pure. */
#pragma once

#include "base/str.h"

/* One change: these lines of the one stand where those of the other stood. Either may be empty. */
struct diff_change {
	unsigned a, na; /* from line a (from 0), so many */
	unsigned b, nb;
};
struct diff_text {
	struct str *lines; /* without newlines; views of the text */
	unsigned n;
};
void diff_text_init(struct diff_text *t, struct str text);
void diff_text_fini(struct diff_text *t);

/* The changes in order; how many. The caller frees *out. Texts with very many differences are one
 * change between what they begin and end with in common. */
unsigned diff_texts(const struct diff_text *a, const struct diff_text *b, struct diff_change **out);
