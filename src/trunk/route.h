/* SPDX-License-Identifier: MIT */
/*
 * What goes from one domain to another, at its home worker: the queue, the outbound stream, the
 * inbound streams that feed it. A stanza given to a route leaves it exactly once: sent, bounced, or
 * dropped with a log line.
 */
#pragma once

#include "trunk/leg.h"
#include "trunk/trunk.h"
#include "xmpp/stanza.h"

struct outbound;
struct inbound;
struct dial;

enum route_state {
	ROUTE_IDLE,       /* nothing to send, no stream */
	ROUTE_CONNECTING, /* a dial is under way */
	ROUTE_READY,      /* `out` takes stanzas */
	ROUTE_WAITING,    /* the last dial failed: the next one starts at retry_ms */
};

struct route {
	struct pair *pair;
	struct domain from, to;
	enum route_state state;
	struct dial *dial;
	struct outbound *out; /* ready */
	struct outbound *old; /* closing, still holding stanzas: nothing overtakes it */
	uint64_t retry_ms;
	struct list queue;              /* of struct waiting */
	size_t queue_bytes, kept_bytes; /* kept ones have a budget of their own */
	unsigned queue_count, kept_count;
	bool draining;
	uint64_t carried;     /* stanzas handed to outbound streams */
	struct list feeders;  /* inbound streams that wait until there is room */
	struct list inbounds; /* inbound streams that carry this pair, the first one is read
				 (feed.link) */
	struct passage passage;
	uint64_t passage_plan; /* the plan that `passage` is from */
	uint64_t era; /* for `repeats`: a number that another stream or plan does not have */
	struct log_limit log_limit;
	struct list unrecorded; /* in trunk->unrecorded */
};

/* An inbound stream's place at a route. */
struct feed {
	struct list link;    /* in route->inbounds */
	struct list waiting; /* in route->feeders */
	struct inbound *inbound;
	struct route *route;
	uint64_t held_since; /* waits for its turn behind an older stream; 0: does not */
};

/* The same route's other direction. */
struct route *route_reverse(struct route *r);

/* May stanzas go this way under the plan in force? Cached per plan. */
const struct passage *route_passage(struct route *r);

enum route_outcome {
	ROUTE_SENT, /* in the outbound stream's hands */
	ROUTE_QUEUED,
	ROUTE_FULL,        /* not taken: the budget is used up */
	ROUTE_REFUSED,     /* not taken: no passage, or an answer that nobody asked for */
	ROUTE_UNREACHABLE, /* not taken: the next try is further away than the stanza may wait */
	ROUTE_REPEAT,      /* not taken: it says again what was said last (suppress_repeats) */
};

struct delivery {
	const struct stanza_head *head;
	struct str bytes;
	bool bounce;    /* our own error */
	bool patient;   /* the sender can be paused: one stanza more than the budget is taken */
	bool once;      /* presence that is left out when it repeats the last one */
	uint64_t audit; /* number of its record, 0: none */
};
enum route_outcome route_deliver(struct route *r, const struct delivery *d);
/* What was told on this route before may be told again. */
void route_new_era(struct route *r);
/* Should a feeder pause before its next stanza? */
bool route_wants_pause(const struct route *r);

/* ---- route_connect.c: called by outbound streams ---- */
void route_ready(struct route *r, struct outbound *out);
/* The outbound stream will take no more (closing, replaced): a new one waits until
 * route_returned(). */
void route_retire(struct route *r, struct outbound *out);
/* What an outbound stream still held. `plain`: whole stanzas; the first `acked` bytes reached the
 * peer's TCP, those up to `written` may have, the rest never left. `numbers`: uint64_t each, of
 * records; the last one is the last stanza's. */
struct returned_bytes {
	struct buf *plain;
	size_t acked, written;
	struct str numbers;
};
/* The outbound stream is over. */
void route_returned(struct route *r, struct outbound *out, const struct returned_bytes *back);
/* Starts a dial when there is something to send and none is under way. */
void route_kick(struct route *r);
/* Room was made: feeders go on. */
void route_room(struct route *r);
/* Bounces everything that waits. */
void route_bounce_queue(struct route *r, enum stanza_condition c, bool permanent, const char *why);
void route_tick(struct route *r, uint64_t now);
/* What a plan with this passage and this order for `to` would mean for the stream that is ready;
 * changes nothing. */
struct replan_verdict route_judge_plan(
	const struct route *r, const struct passage *p, enum order order);
/* The plan changed: queue, stream and dial are held against the new passage. */
void route_replan(struct route *r);
/* Tries now, whatever the back-off says. */
void route_retry(struct route *r);
void route_stop(struct route *r);
/* Moves what waits to the outbound stream. */
void route_drain(struct route *r);
