/* SPDX-License-Identifier: MIT */
/*
 * Stanzas of pairs whose home is another worker, on streams that carry several pairs: gathered per
 * turn, posted in one batch, charged before they go. No credit means that the route is full.
 */
#pragma once

#include "trunk/bounce.h"
#include "trunk/inbound.h"

enum route_outcome handover_stanza(
	struct inbound *in, struct inbound_pair *p, const struct delivery *d);
/* An error of ours for the pair's other direction; false: the stanza is dropped without. */
bool handover_bounce(struct inbound *in, struct inbound_pair *p, const struct stanza_head *h,
	const struct refusal *why);
/* End of the turn: posts what was gathered. */
void handover_flush(struct trunk *t);
/* Frees what was gathered and never posted. */
void handover_free(struct trunk *t);
