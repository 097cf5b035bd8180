/* SPDX-License-Identifier: MIT */
/*
 * What a worker has counted: plain numbers, and the names of everything that numbers are kept for.
 * Counting is metrics.h's. A peer has numbers of its own only when a control names it, by the name
 * in the control's match; all others are "other".
 */
#pragma once

#include "base/map.h"
#include "xmpp/stanza.h"
#include "xmpp/stream_error.h"

enum { METRICS_KINDS = STANZA_IQ + 1, METRICS_WAYS = 3 /* of enum leg_kind */ };

enum metrics_verdict {
	METRICS_PASS,
	METRICS_FOLD,
	METRICS_BOUNCE,
	METRICS_DROP,
	METRICS_REFUSED, /* it ended the stream */
	METRICS_SENT,    /* handed to the next hop's stream */
	METRICS_VERDICTS
};
extern const char *const metrics_verdict_names[METRICS_VERDICTS];

/* Why a stream ended, besides the stream errors of ours (enum stream_condition). */
enum metrics_end {
	METRICS_END_CLOSED = STREAM_CONDITIONS, /* in order, by either side */
	METRICS_END_PEER_ERROR,
	METRICS_END_LOST, /* the connection */
	METRICS_END_GIVEN_UP,
	METRICS_ENDS
};
const char *metrics_end_name(unsigned end);

enum metrics_proof {
	METRICS_EXTERNAL,
	METRICS_EXTERNAL_DIALBACK,
	METRICS_DIALBACK,
	METRICS_PROOFS
};
extern const char *const metrics_proof_names[METRICS_PROOFS];

enum metrics_limit {
	METRICS_RATE,
	METRICS_QUEUE,
	METRICS_PAIRS,
	METRICS_STREAMS_PER_PAIR,
	METRICS_LIMITS
};
extern const char *const metrics_limit_names[METRICS_LIMITS];

enum metrics_stage {
	METRICS_DNS,
	METRICS_TCP,
	METRICS_TLS,
	METRICS_STREAM,
	METRICS_AUTH,
	METRICS_TOTAL,
	METRICS_STAGES
};
extern const char *const metrics_stage_names[METRICS_STAGES];

/* Lines of the log that a peer can cause, and that were held back. */
enum metrics_line {
	METRICS_LINE_REFUSED,
	METRICS_LINE_BOUNCE,
	METRICS_LINE_DROP,
	METRICS_LINE_DIAL,
	METRICS_LINE_STREAM_END,
	METRICS_LINE_WARNING,
	METRICS_LINES
};
extern const char *const metrics_line_names[METRICS_LINES];

/* Counts of what lasted up to each bound; the last one is of what lasted longer than all. */
enum { METRICS_BOUNDS = 14 };
extern const uint32_t metrics_bounds_us[METRICS_BOUNDS];
struct metrics_histogram {
	uint64_t counts[METRICS_BOUNDS + 1], sum_us;
};

struct metrics_peer {
	struct map_node node;
	uint64_t stanzas[2][METRICS_KINDS][METRICS_VERDICTS], bytes[2]; /* in, out */
	uint64_t opened[METRICS_WAYS], closed[METRICS_WAYS][METRICS_ENDS];
	uint64_t proofs[METRICS_WAYS][METRICS_PROOFS][2]; /* failed, succeeded */
	uint64_t bounces[CONDITIONS], limited[METRICS_LIMITS];
	char name[];
};

/* Of one listener, or of one key of one policy: what is counted by a name alone. */
enum { METRICS_REJECTS = 4, METRICS_NAMED = METRICS_REJECTS + 1 };
extern const char *const metrics_reject_names[METRICS_REJECTS];
struct metrics_named {
	struct map_node node;
	uint64_t
		counts[METRICS_NAMED]; /* a listener: accepted, rejected; a rule: enforce, shadow */
	size_t n;
	char name[]; /* a rule: policy, zero byte, key */
};

enum { METRICS_MEMO = 16 };
struct metrics {
	struct map peers, listeners, rules;
	struct metrics_peer *other;
	struct {
		const void *policy, *key;
		struct metrics_named *rule;
	} memo[METRICS_MEMO]; /* of rules; for one plan */
	struct metrics_histogram handshakes[METRICS_WAYS][METRICS_STAGES], latency;
	uint64_t held_lines[METRICS_LINES];
	uint64_t unread;          /* bytes of proven streams */
	uint64_t turn_us, direct; /* since when this turn reads; stanzas that left in it */
};
