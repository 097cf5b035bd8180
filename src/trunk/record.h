/* SPDX-License-Identifier: MIT */
/*
 * Audit records of what the trunk does: a stanza's when it is decided (decision 32), before it is
 * let go; an outcome's when one that was to pass did not get through; a stream's at its end. Owns
 * nothing but scratch; the writer belongs to the daemon. Without a writer nothing here does
 * anything.
 */
#pragma once

#include "audit/writer.h"
#include "trunk/decide.h"
#include "trunk/record_memo.h"
#include "trunk/trunk.h"

struct inbound;
struct inbound_pair;
struct leg;
struct route;
struct stream_info;

/* What is the same in all records of a pair on a stream. */
struct record_pair;
void record_pair_free(struct record_pair *r);

/* Records the decision if the passage wants that, or if it is a refusal (decision 35). *number_out:
 * the record's, 0: none. False: it has to be recorded and cannot be, so it must not pass. */
bool record_stanza(struct inbound *in, struct inbound_pair *p, const struct filter_result *f,
	const struct decision *d, const struct stream_info *info, uint64_t *number_out);

/* Fills in what was decided, of which stanza how much, who decided it, and what those in shadow
 * (may be NULL) would have. */
void record_fill_decision(struct audit_record *r, const struct filter_result *f,
	const struct filter_result *shadow, const struct decision *d, struct record_texts *texts);

struct record_outcome {
	uint64_t number;     /* of the decision's record, 0: there is none */
	const char *verdict; /* "bounce", "drop", "uncertain" */
	const char *reason;  /* a word, or NULL */
	const char *condition, *text;
};
void record_outcome(struct trunk *t, const struct stanza_head *h, const struct record_outcome *o);
/* One that was left out because it says the same again. */
void record_repeat(struct trunk *t, const struct stanza_head *h, uint64_t number);
/* One of which only the tag goes on, since no flow leads there (decision 24). */
void record_bare(struct trunk *t, const struct stanza_head *h, uint64_t number);
/* A stanza or pair for which a stream is ended. */
void record_violation(
	struct leg *l, const struct stanza_head *h, const char *condition, const char *words);
/* The leg has ended. */
void record_stream(struct leg *l);

/* ---- required (decision 33): what waits for its record ---- */
/* May what this record is about be let go? */
bool record_written(const struct trunk *t, uint64_t number);
/* The route goes on when the writer has got on. */
void record_wait(struct route *r);
/* From the writer's thread: more is written. */
void record_progress(struct trunk *t);
/* End of the turn: the writer may have work. */
void record_kick(struct trunk *t);
