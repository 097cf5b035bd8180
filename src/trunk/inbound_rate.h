/* SPDX-License-Identifier: MIT */
/*
 * A control's `rate` on an inbound stream: when more came than it allows, the stream is not read
 * until it is even again. Nothing is lost and nothing refused: the peer's TCP waits. All pairs of
 * the stream wait, since the limit is the stream's.
 */
#pragma once

#include "trunk/rate.h"

#include <stdbool.h>

struct control;
struct inbound;
struct net_timer;

struct throttle {
	struct rate rate;        /* the widest of the controls proven on the stream */
	bool set;                /* there is one */
	bool holds;              /* too much came: until the timer fires */
	bool told;               /* the log knows */
	struct net_timer *timer; /* NULL: never needed */
};

/* A control was proven: its rate holds for the stream if it is wider. */
void inbound_rate_widen(struct inbound *in, const struct control *c);
/* A stanza of this many bytes came: the stream is held for as long as it was too fast. */
void inbound_charge(struct inbound *in, size_t bytes);
/* The leg has ended. */
void inbound_rate_end(struct inbound *in);
