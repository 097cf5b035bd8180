/* SPDX-License-Identifier: MIT */
/*
 * Routes over a made-up network: pairs, queues and bounces are the real ones; dials, outbound
 * streams, inbound streams and the clock are this rig's, put in their place when the test is
 * linked.
 */
#pragma once

#include "peering_rig.h"
#include "trunk/outbound.h"
#include "trunk/pair.h"

enum { RIG_PLANS = 3, RIG_STREAMS = 16 };

/* An outbound stream that writes down what it is given. */
struct rig_stream {
	struct outbound out;
	struct buf sent;
	bool congested, kept, retired;
	enum stream_condition failed; /* with out.leg.ended */
};

struct rig {
	uint64_t now;
	struct trunk trunk;
	struct trunk *trunks[1];
	struct trunk_shared shared;
	struct plan plans[RIG_PLANS];
	struct peering_rig controls[RIG_PLANS];
	unsigned nplans;
	struct dial *dial;      /* the one under way; the rig allows one at a time and direction */
	struct dial *dial_back; /* towards a.example */
	unsigned dials, cancelled;
	struct rig_stream streams[RIG_STREAMS];
	unsigned nstreams;
	unsigned resumed;
	bool other_hop; /* the next hop has changed, should anybody ask */
	struct route *ab, *ba;
};

/* Controls for a.example and b.example, with what stands in `extra` (a row, or nothing) behind
 * them; each queue takes 3 stanzas, 16 KiB, 10 s. */
void rig_init(struct rig *rig);
/* Any controls: they must leave a.example and b.example a route. */
void rig_init_text(struct rig *rig, const char *text);
void rig_fini(struct rig *rig);
/* Another plan is in force, and the routes have heard of it. */
void rig_replan(struct rig *rig, const char *text);

/* Reads the head of `stanza` and delivers it. */
enum route_outcome rig_deliver(struct route *r, const char *stanza, bool patient);
/* A message with this id, from one side to the other. */
enum route_outcome rig_message(struct route *r, const char *id);
/* The dial towards the route's end has this outcome. */
struct rig_stream *rig_dialled(struct rig *rig, struct route *r, enum dial_outcome o);
/* The stream breaks: `acked` and `written` bytes of what it was given. */
void rig_break(struct rig *rig, struct rig_stream *s, size_t acked, size_t written);
/* A stream that closes in order: takes no more, then everything was acknowledged. */
void rig_retire(struct rig_stream *s);
void rig_tick(struct rig *rig, uint64_t ms);
/* What the stream has been given since the last time. */
void rig_expect_sent(struct rig_stream *s, const char *want);
void rig_expect_counts(struct rig *rig, unsigned bounced, unsigned dropped);

#define MESSAGE(from, to, id) \
	"<message from='" from "' to='" to "' id='" id "'><body>x</body></message>"
#define AB(id) MESSAGE("u@a.example", "v@b.example", id)
#define BA(id) MESSAGE("v@b.example", "u@a.example", id)
