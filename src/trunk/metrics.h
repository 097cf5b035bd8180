/* SPDX-License-Identifier: MIT */
/*
 * Counting. Each worker has numbers that only its own thread touches, so that counting costs an
 * addition; whoever wants to know asks by mail and gets a copy. Bounded, and older than any plan: a
 * reload loses no count. Reads no clock but in metrics_turn() and metrics_turned(), once for each
 * turn; other times are given.
 */
#pragma once

#include "trunk/metrics_data.h"

#include <stdbool.h>

struct domain;
struct inbound;
struct leg;
struct log_limit;
struct peering;
struct policy;
struct trunk;

/* A zeroed one is ready for use. */
void metrics_fini(struct metrics *m);
/* Adds the numbers of `from` to those of `to`. */
void metrics_add(struct metrics *to, const struct metrics *from);
/* Another plan is in force: policies of the old one are about to go. */
void metrics_replan(struct metrics *m);

/* Whose numbers a domain's are, under these controls. Lives as long as `m`. */
struct metrics_peer *metrics_peer(
	struct metrics *m, const struct peering *p, const struct domain *d);
/* The same by the plan that is in force. */
struct metrics_peer *metrics_of(struct trunk *t, const struct domain *d);

/* One stanza of so many bytes: `way` 0 in, 1 out. */
static inline void metrics_stanza(struct metrics_peer *p, unsigned way, enum stanza_kind kind,
	enum metrics_verdict v, size_t bytes)
{
	p->stanzas[way][kind][v]++;
	p->bytes[way] += bytes;
}
/* The kind of a stanza that we have written ourselves, from its second byte. */
static inline enum stanza_kind metrics_kind(struct str stanza)
{
	char c = stanza.n > 1 ? stanza.p[1] : 0;
	return c == 'p' ? STANZA_PRESENCE : c == 'i' ? STANZA_IQ : STANZA_MESSAGE;
}
/* A key of a policy decided about a stanza, or would have if it were not in shadow. */
void metrics_rule(struct metrics *m, const struct policy *policy, const char *key, bool shadow);

/* The leg is proven or ready: counted once, at its end at the latest. */
void metrics_opened(struct leg *l);
/* `end`: a stream_condition or an enum metrics_end. */
void metrics_closed(struct leg *l, unsigned end);
/* A proof of either side came to this. `how`: "external", "external-dialback", "dialback". */
void metrics_proof(struct leg *l, const struct domain *peer, const char *how, bool good);
void metrics_bounce(struct trunk *t, const struct domain *to, enum stanza_condition c);
void metrics_limited(struct trunk *t, const struct domain *d, enum metrics_limit limit);
/* Bytes of a proven stream that nobody read before its end. */
void metrics_unread(struct trunk *t, uint64_t bytes);
/* A connection was accepted (NULL), or refused by this limit. */
void metrics_connection(struct metrics *m, struct str listener, const char *refused);
/* A step of a handshake is done. `way`: enum leg_kind. */
void metrics_stage(struct metrics *m, unsigned way, enum metrics_stage s, uint64_t ms);
/* The same for a stream that a peer opened, since its last step. */
void metrics_inbound_stage(struct inbound *in, enum metrics_stage s);

/* Something is read in this turn; stanzas leave at its end. */
void metrics_turn(struct metrics *m);
void metrics_turned(struct metrics *m);
/* One left that had waited for so long. */
void metrics_waited(struct metrics *m, uint64_t ms);

/* log_limit_pass() and log_limit_rest(), with what they hold back counted. */
bool metrics_line_pass(struct trunk *t, struct log_limit *l, enum metrics_line line, uint32_t burst,
	uint32_t *held_out);
/* The same for a line about one peer (base/log_held.h). */
bool metrics_peer_line(
	struct trunk *t, const char *event, const char *peer, enum metrics_line line);
