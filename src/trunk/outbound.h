/* SPDX-License-Identifier: MIT */
/*
 * A leg that we opened: towards a next hop, to send stanzas, or only to have a dialback key
 * verified. While it is negotiated it belongs to a dial; once ready, to a route.
 */
#pragma once

#include "trunk/dial.h"
#include "trunk/leg.h"
#include "trunk/pair.h"

struct outbound {
	struct leg leg;
	struct dial *dial;             /* until it is ready or has failed */
	struct route *route;           /* from ready until its stanzas have been returned */
	struct plan *plan;             /* the plan it was dialled under */
	const struct control *control; /* of `to`, in that plan */
	char *from_text, *to_text;     /* as they stand in addresses: U-labels (RFC 7622 3.2.1) */
	bool direct_tls;               /* at this endpoint */
	bool retiring;                 /* takes no more stanzas */
	bool returned;                 /* what it held has gone back to the route */
	bool judged, tried_external, tried_dialback;
	struct trust_answer trust;
	uint64_t last_sent_ms;
	uint64_t taken, taken_ms; /* bytes that the kernel has taken; when that last grew, or
				     nothing waited */
	struct buf numbers;       /* uint64_t each: records of the stanzas that were sent, the last
				     as many as may come back; empty without audit */
	struct metrics_peer *counts; /* of `to`, under `plan` */
	char *peer_id; /* the id in the peer's last header: what our dialback key is made with */
};

struct outbound *outbound_new(struct dial *d, const struct endpoint *e);
/* The dial is gone: close without a word to anybody. */
void outbound_abandon(struct outbound *o);
/* Ready: belongs to the route from now on. */
void outbound_adopt(struct outbound *o, struct route *r);
/* One stanza behind the others; leaves at the end of this turn. `audit`: its record's number. */
void outbound_send(struct outbound *o, struct str stanza, uint64_t audit);
bool outbound_congested(const struct outbound *o);
/* Closes in order: no more stanzas; the route gets what the peer did not take. */
void outbound_retire(struct outbound *o, const char *reason);
/* The plan changed: NULL when the stream may stay, else why it may not. `c`: the control in force
 * now. */
const char *outbound_check(const struct outbound *o, const struct control *c);
/* Would the control lead to this stream's endpoint and ask the same of it? */
bool outbound_same_hop(const struct outbound *o, const struct control *c);
/* It stays: lives under the trunk's plan, whose control `c` is, from now on. */
void outbound_keep(struct outbound *o, const struct control *c);
void outbound_tick(struct outbound *o, uint64_t now);
