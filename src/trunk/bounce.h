/* SPDX-License-Identifier: MIT */
/*
 * Errors of ours: what cannot be delivered is answered in the absent domain's name, on the way back
 * (RFC 6120 8.2.3, 10.4), or dropped where answering is forbidden; one of the two, always counted
 * and logged.
 */
#pragma once

#include "trunk/pair.h"

/* Answers (true) or drops (false) one stanza that did not get through `r`. `was_bounce`: it was an
 * error of ours already. */
bool bounce_head(struct route *r, const struct stanza_head *h, enum stanza_condition c,
	bool permanent, const char *text, const char *app, const char *why);
/* The same for whole stanzas that come back from a queue or a connection: their heads are read from
 * the bytes. */
void bounce_bytes(struct route *r, struct str stanza, bool was_bounce, enum stanza_condition c,
	bool permanent, const char *why);
/* Says how many lines about bounces and drops were held back, once they come no more. */
void bounce_tick(struct route *r, uint64_t now);
