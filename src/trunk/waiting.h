/* SPDX-License-Identifier: MIT */
/* What waits in a route's queue. For route.c and those that give stanzas back to it. */
#pragma once

#include "trunk/route.h"

/* A stanza that waits. */
struct waiting {
	struct list link;
	uint64_t since_ms, until_ms, plan;
	uint64_t audit;       /* number of its record, 0: none */
	bool bounce;          /* an error of ours: never answered by another */
	uint64_t unavailable; /* not 0: a hash of sender and recipient of an unavailable presence */
	bool kept; /* an unavailable that has outlived its time (decision 24), for another day */
	size_t n;
	char bytes[];
};

/* Off the queue, and freed. */
void route_unqueue(struct route *r, struct waiting *w);
/* A stanza that comes back, for the queue, with the number of its record; the caller links it. */
struct waiting *route_waiting(struct route *r, struct str bytes, uint64_t audit);
