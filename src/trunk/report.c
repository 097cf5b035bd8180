/* SPDX-License-Identifier: MIT */
/* See report.h. */
#include "trunk/report.h"

#include "trunk/inbound.h"
#include "trunk/pair.h"

static void count_leg(const struct leg *l, struct trunk_counts *out)
{
	switch (l->kind) {
	case LEG_IN:
		out->in++;
		out->unproven += !((const struct inbound *)(const void *)l)->nproofs;
		break;
	case LEG_OUT: out->out++; break;
	case LEG_VERIFY: out->verify++; break;
	}
}

void trunk_count(struct trunk *t, struct trunk_counts *out)
{
	size_t pos = 0;
	*out = (struct trunk_counts){ .pairs = (unsigned)t->pairs.count,
		.peers = (unsigned)t->peers.count };
	list_for_each (it, &t->legs) {
		const struct leg *l = list_item(it, struct leg, link);
		if (!l->ended)
			count_leg(l, out);
	}
	for (struct map_node *n = NULL; (n = map_next(&t->pairs, &pos, n)) != NULL;) {
		const struct pair *p = map_item(n, struct pair, node);
		for (unsigned i = 0; i < 2; i++) {
			out->queued += p->routes[i].queue_count;
			out->queued_bytes += p->routes[i].queue_bytes;
		}
	}
}
