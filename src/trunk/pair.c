/* SPDX-License-Identifier: MIT */
/* Making, finding and sweeping pairs. */
#include "trunk/pair.h"

#include "base/mem.h"
#include "base/siphash.h"
#include "trunk/answers.h"
#include "trunk/dial.h"
#include "trunk/waiting.h"

#include <stdio.h>
#include <stdlib.h>

enum { PAIR_IDLE_MS = 60000 };

static size_t pair_key(char *out, size_t size, const struct domain *a, const struct domain *b)
{
	bool swap = strcmp(a->s, b->s) > 0;
	return (size_t)snprintf(out, size, "%s %s", swap ? b->s : a->s, swap ? a->s : b->s);
}

unsigned trunk_home(const struct trunk *t, const struct domain *a, const struct domain *b)
{
	static const uint64_t fixed[2] = { 0x7472756e6b64, 0x686f6d65 };
	char key[2 * DOMAIN_MAX + 3];
	size_t n = pair_key(key, sizeof(key), a, b);
	return (unsigned)(siphash(fixed, (struct str){ key, n }) % t->shared->n);
}

static void route_init(
	struct route *r, struct pair *p, const struct domain *from, const struct domain *to)
{
	r->pair = p;
	route_new_era(r);
	r->from = *from;
	r->to = *to;
	list_init(&r->queue);
	list_init(&r->feeders);
	list_init(&r->inbounds);
	list_init(&r->unrecorded);
}

struct route *pair_route(struct trunk *t, const struct domain *from, const struct domain *to)
{
	char key[2 * DOMAIN_MAX + 3];
	size_t n = pair_key(key, sizeof(key), from, to);
	struct map_node *node = map_get(&t->pairs, (struct str){ key, n });
	struct pair *p = node ? map_item(node, struct pair, node) : NULL;
	if (!p) {
		p = mem_zero(1, sizeof(*p) + n + 1);
		p->trunk = t;
		memcpy(p->key, key, n + 1);
		route_init(&p->routes[0], p, from, to);
		route_init(&p->routes[1], p, to, from);
		map_put(&t->pairs, &p->node, (struct str){ p->key, n });
		atomic_fetch_add(&t->shared->pairs, 1);
	}
	p->used_ms = net_loop_now(t->loop);
	return str_eq(domain_str(&p->routes[0].from), domain_str(from)) ? &p->routes[0]
									: &p->routes[1];
}

struct route *route_reverse(struct route *r)
{
	struct pair *p = r->pair;
	return r == &p->routes[0] ? &p->routes[1] : &p->routes[0];
}

const struct passage *route_passage(struct route *r)
{
	const struct plan *plan = r->pair->trunk->plan;
	if (r->passage_plan != plan->number) {
		peering_permit(plan->peering, &r->from, &r->to, &r->passage);
		r->passage_plan = plan->number;
	}
	return &r->passage;
}

void pair_tick(struct pair *p, uint64_t now)
{
	route_tick(&p->routes[0], now);
	route_tick(&p->routes[1], now);
}

static bool route_is_idle(const struct route *r)
{
	return r->state == ROUTE_IDLE && !r->dial && !r->out && !r->old && list_empty(&r->queue) &&
	       list_empty(&r->inbounds) && list_empty(&r->feeders);
}

bool pair_sweep(struct pair *p, uint64_t now)
{
	if (now - p->used_ms < PAIR_IDLE_MS || !route_is_idle(&p->routes[0]) ||
		!route_is_idle(&p->routes[1]) || !answers_empty(p->answers, now))
		return false;
	pair_free(p);
	return true;
}

static void route_fini(struct route *r)
{
	dial_cancel(r->dial);
	list_remove(&r->unrecorded);
	list_for_each_safe (it, &r->queue)
		route_unqueue(r, list_item(it, struct waiting, link));
}

void pair_free(struct pair *p)
{
	map_remove(&p->trunk->pairs, &p->node);
	atomic_fetch_sub(&p->trunk->shared->pairs, 1);
	route_fini(&p->routes[0]);
	route_fini(&p->routes[1]);
	answers_free(p->answers);
	free(p);
}
