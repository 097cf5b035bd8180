/* SPDX-License-Identifier: MIT */
/*
 * Stanzas through the daemon's own stream, reader, filter and decision, without a connection: as if
 * they came in on a stream on which the sender's domain is proven. Nothing is sent anywhere.
 */
#pragma once

#include "trunk/decide.h"
#include "trunk/plan.h"
#include "xmpp/stream.h"

enum trial_end {
	TRIAL_DECIDED, /* `decision` says what becomes of it */
	TRIAL_FAILED,  /* the stream ended: `failed`, `words` */
	TRIAL_CUT_OFF, /* the input ends inside of a stanza */
	TRIAL_NOTHING, /* there was no stanza at all */
};

/* What became of one stanza. Views live until the next one. */
struct trial {
	enum trial_end end;
	const struct filter_result *filter, *shadow; /* DECIDED; shadow may be NULL */
	struct decision decision;
	struct passage passage; /* of the stanza's own domains */
	bool routed;            /* `passage` was looked up, and lets something pass */
	bool oversize;          /* larger than the stream takes */
	size_t bytes;           /* as received */
	struct str sent;        /* what goes on to the recipient; n == 0: nothing */
	struct str answer;      /* what goes back to the sender; n == 0: nothing */
	/* The flow leads the other way (decision 14). only_answers: it would pass as an answer, and
	 * answers nothing that went there before it; is refused. bare: it passes without content.
	 */
	bool only_answers, bare;
	enum stream_condition failed; /* FAILED, and DECIDED with UNROUTED or END */
	struct str words;             /* in the same cases; n == 0: none */
};

struct trials;
/* The filter for a plan, which outlives it. */
struct trials *trials_new(const struct plan *plan);
void trials_free(struct trials *t);

/* The time of the next stanzas, in milliseconds, for what may be answered; it stands still else. */
void trials_time(struct trials *t, uint64_t now_ms);

typedef void trial_fn(void *arg, const struct trial *r);
/* Feeds `stanzas` (any number of them) on a stream from `from` to `to`, whose header also has
 * `declared` (namespace declarations and xml:lang, as in an audit record; may be empty). Calls `fn`
 * for each one, at least once; the last may be FAILED or CUT_OFF. */
void trials_run(struct trials *t, const struct domain *from, const struct domain *to,
	struct str declared, struct str stanzas, trial_fn *fn, void *arg);
