/* SPDX-License-Identifier: MIT */
/*
 * Two domains that talk, at their home worker: a route each way. Pairs are made on demand and swept
 * when nothing holds them.
 */
#pragma once

#include "trunk/route.h"

struct pair {
	struct map_node node;
	struct trunk *trunk;
	struct route routes[2];
	uint64_t used_ms;
	struct answers *answers; /* made when a flow leads one way only */
	char key[];
};

/* The route for what goes from one domain to another; made when it is not there. */
struct route *pair_route(struct trunk *t, const struct domain *from, const struct domain *to);
void pair_tick(struct pair *p, uint64_t now);
/* Nothing holds it: frees it and returns true. */
bool pair_sweep(struct pair *p, uint64_t now);
void pair_free(struct pair *p);
