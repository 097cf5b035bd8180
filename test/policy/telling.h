/* SPDX-License-Identifier: MIT */
/*
 * One stanza told to the real filter in every cut, and what must become of it: the verdict, who
 * decided and why, the bytes that go on, the error that goes back. Owns the filters; knows no
 * scripts.
 */
#pragma once

#include "filter_oracle.h"
#include "rename.h"

/* How a stanza goes in. What comes out may not depend on it, nor on what its elements are called.
 */
enum cut { CUT_WHOLE, CUT_BYTES, CUT_PIECES, CUT_OTHER_PIECES, CUT_PREFIXED, CUTS };

/* What is expected of one stanza. */
struct expectation {
	enum verdict verdict;
	/* The reason, the feature if one decided, and any of key= policy= removed=. */
	struct str words;
	struct str out; /* p == NULL: with a fold, nothing was said, which is wrong */
	struct str back;
};

/* The filters of one story under one list of policies: what they remember from one stanza to the
 * next is the story's. */
struct telling {
	const struct policy_table *table;
	struct renamer *renamer;
	struct rig rigs[CUTS], again;
	struct rig shadow, none; /* under the same policies in shadow, and under none */
	bool as_it_is;           /* sizes count: not with other names */
};

/* What a list of policies compiles to: enforced, in shadow, and no policy at all. */
struct tables {
	const struct policy_table *enforced, *shadow, *none;
};

void telling_init(struct telling *t, const struct tables *tables,
	const struct filter_context *context, struct renamer *renamer);
void telling_fini(struct telling *t);
/* NULL, or lines that say what went wrong. What was decided about is added to `shown`. The caller
 * frees. */
char *telling_check(
	struct telling *t, struct str in, const struct expectation *e, struct feature_set *shown);
