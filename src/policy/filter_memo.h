/* SPDX-License-Identifier: MIT */
/*
 * What became of the last labels, so that one that comes again is not read again: known by all that
 * it says, by who is on either side, and by the plan. Refusals are not kept. What may be otherwise
 * at another time (a policy or a value with a validity, a label with a successor, a label of ours
 * with its date) is kept for the same second only. Part of filter_label.h; owns what it keeps.
 */
#pragma once

#include "policy/filter_relabel.h"
#include "policy/label_record.h"

struct filter;
struct label_memo;

void label_memo_free(struct label_memo *m);
/* The label that the record has: *new and the rest as judging it would have it. False: it is not
 * known, and is to be judged. */
bool filter_memo_knows(struct filter *f, struct label_rewrite *new, bool outer);
/* It was judged, just now. */
void filter_memo_keep(struct filter *f, const struct label_rewrite *new);
