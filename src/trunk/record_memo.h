/* SPDX-License-Identifier: MIT */
/*
 * What was decided, as it stands in records, written once for all stanzas of which the same was
 * decided. Of a worker: owns the bytes of a few of these, and forgets the others.
 */
#pragma once

#include "audit/record.h"
#include "policy/filter.h"

/* Room for names and places that a record views. */
struct record_texts {
	char origin[300], shadow_origin[300];
	struct str seen[FEATURE_MAX], removed[FEATURE_MAX];
};

/* Fills in who decided what of a stanza, and what the policies in shadow (may be NULL) would have:
 * members of AUDIT_PART_DECISION, but for the verdict. */
void record_fill_result(
	struct audit_record *r, const struct filter_result *f, struct record_texts *texts);
void record_fill_shadow(
	struct audit_record *r, const struct filter_result *shadow, struct record_texts *texts);

/* What differs from stanza to stanza where labels are checked: members of AUDIT_PART_REST. False:
 * there is nothing of it. */
bool record_fill_labels(
	struct audit_record *r, const struct filter_result *f, const struct filter_result *shadow);

struct record_memo;
struct record_memo *record_memo_new(void);
void record_memo_free(struct record_memo *m);
/* AUDIT_PART_DECISION for a stanza that is let through with this result, under the plan of that
 * number, in which everything that the results point to stays as it is. Valid until the next call.
 */
struct str record_memo_decision(struct record_memo *m, uint64_t plan, const struct filter_result *f,
	const struct filter_result *shadow);
