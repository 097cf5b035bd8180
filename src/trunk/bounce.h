/* SPDX-License-Identifier: MIT */
/*
 * Errors of ours: what cannot be delivered is answered in the absent domain's name, on the way back
 * (RFC 6120 8.2.3, 10.4), or dropped where answering is forbidden; one of the two, always counted
 * and logged.
 */
#pragma once

#include "trunk/pair.h"

/* Why a stanza does not get through. */
struct refusal {
	enum stanza_condition condition;
	bool permanent;
	const char *text, *app; /* told the peer; may be NULL */
	const char *why;        /* for log and record */
	uint64_t audit;         /* the number of its record, 0: none */
	bool decided;           /* that record says so already; else an outcome is recorded */
	bool uncertain;         /* the peer may have it all the same */
};

/* Why a route did not take a stanza; false: it did, or left it out as a repeat. */
bool bounce_why(enum route_outcome o, struct refusal *out);

/* Answers (true) or drops (false) one stanza that did not get through `r`. */
bool bounce_head(struct route *r, const struct stanza_head *h, const struct refusal *why);
/* The same for whole stanzas that come back from a queue or a connection: their heads are read from
 * the bytes. `was_bounce`: it was an error of ours already. */
void bounce_bytes(struct route *r, struct str stanza, bool was_bounce, const struct refusal *why);
/* Says how many lines about bounces and drops were held back, once they come no more. */
void bounce_tick(struct route *r, uint64_t now);
