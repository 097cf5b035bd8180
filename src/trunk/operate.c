/* SPDX-License-Identifier: MIT */
/* See operate.h. */
#include "trunk/operate.h"

#include "base/mem.h"
#include "trunk/inbound.h"
#include "trunk/outbound.h"
#include "trunk/peer.h"

#include <stdio.h>

/* ---- queues ---- */

static void each_route_to(
	struct trunk *t, const char *pattern, void (*fn)(struct route *r, void *arg), void *arg)
{
	size_t pos = 0;
	for (struct map_node *n = NULL; (n = map_next(&t->pairs, &pos, n)) != NULL;) {
		struct pair *p = map_item(n, struct pair, node);
		for (unsigned i = 0; i < 2; i++)
			if (orders_match(pattern, &p->routes[i].to))
				fn(&p->routes[i], arg);
	}
}

static void retry_route(struct route *r, void *arg)
{
	unsigned *n = arg;
	if (r->state != ROUTE_WAITING)
		return;
	route_retry(r);
	++*n;
}

unsigned trunk_retry(struct trunk *t, const char *pattern)
{
	unsigned n = 0;
	each_route_to(t, pattern, retry_route, &n);
	return n;
}

static void flush_route(struct route *r, void *arg)
{
	unsigned long long *n = arg;
	*n += r->queue_count;
	route_bounce_queue(r, CONDITION_REMOTE_SERVER_TIMEOUT, false, "flushed by the operator");
}

unsigned long long trunk_flush(struct trunk *t, const char *pattern)
{
	unsigned long long n = 0;
	each_route_to(t, pattern, flush_route, &n);
	return n;
}

/* ---- streams ---- */

/* The domains of a stream in the direction of its stanzas. */
static bool carries(const struct leg *l, const struct domain *from, const struct domain *to)
{
	const struct domain *a = l->kind == LEG_IN ? &l->peer_domain : &l->own_domain;
	const struct domain *b = l->kind == LEG_IN ? &l->own_domain : &l->peer_domain;
	const struct inbound *in = (const struct inbound *)(const void *)l;

	if (str_eq(domain_str(a), domain_str(from)) && str_eq(domain_str(b), domain_str(to)))
		return true;
	for (unsigned i = 0; l->kind == LEG_IN && i < in->npairs; i++)
		if (str_eq(domain_str(&in->pairs[i]->from), domain_str(from)) &&
			str_eq(domain_str(&in->pairs[i]->to), domain_str(to)))
			return true;
	return false;
}

static bool came_by(const struct leg *l, const struct address *listener)
{
	const struct inbound *in = (const struct inbound *)(const void *)l;

	return l->kind == LEG_IN && address_same_host(&in->listener, listener) &&
	       address_port(&in->listener) == address_port(listener);
}

static bool is_meant(const struct leg *l, const struct trunk_streams *which)
{
	if (which->number)
		return l->number == which->number;
	if (which->listener.len)
		return came_by(l, &which->listener);
	return carries(l, &which->from, &which->to);
}

static void close_leg(struct leg *l)
{
	struct outbound *o = (struct outbound *)(void *)l;

	if (l->kind == LEG_OUT && o->route)
		outbound_retire(o, "closed by the operator");
	else
		leg_close(l, "closed by the operator");
}

unsigned trunk_close(struct trunk *t, const struct trunk_streams *which)
{
	unsigned n = 0;
	list_for_each_safe (it, &t->legs) {
		struct leg *l = list_item(it, struct leg, link);
		if (l->ended || l->closing || !is_meant(l, which))
			continue;
		close_leg(l);
		n++;
	}
	return n;
}

/* ---- another plan ---- */

static struct replan_verdict judge_outbound(const struct outbound *o, const struct plan *plan)
{
	struct passage p;
	if (!o->route)
		return (struct replan_verdict){ .verdict = REPLAN_DRAIN,
			.words = "not ready yet: dialled anew" };
	peering_permit(plan->peering, &o->route->from, &o->route->to, &p);
	return route_judge_plan(o->route, &p, peering_order(plan->peering, &o->route->to));
}

static struct replan_verdict judge_leg(struct leg *l, struct plan *plan)
{
	struct outbound *o = (struct outbound *)(void *)l;
	switch (l->kind) {
	case LEG_IN: return inbound_judge_plan((struct inbound *)(void *)l, plan);
	case LEG_OUT:
		if (o->retiring)
			return (struct replan_verdict){ .verdict = REPLAN_DRAIN,
				.words = "closing already" };
		return judge_outbound(o, plan);
	case LEG_VERIFY: break;
	}
	return (struct replan_verdict){ .verdict = REPLAN_KEEP };
}

struct forecast *trunk_forecast(struct trunk *t, struct plan *plan, size_t *n_out)
{
	struct forecast *out = mem_zero(trunk_load(t) + 1, sizeof(*out));
	size_t n = 0;
	list_for_each (it, &t->legs) {
		struct leg *l = list_item(it, struct leg, link);
		if (l->ended || !l->stream || n == trunk_load(t))
			continue;
		struct replan_verdict v = judge_leg(l, plan);
		struct forecast *f = &out[n++];
		*f = (struct forecast){ .number = l->number,
			.kind = l->kind,
			.verdict = v.verdict,
			.peer = l->peer_domain,
			.own = l->own_domain };
		address_print(conn_peer(l->conn), f->address);
		snprintf(f->words, sizeof(f->words), "%s",
			v.words                     ? v.words
			: v.verdict == REPLAN_CLOSE ? "this domain is not served any more"
						    : "");
	}
	*n_out = n;
	return out;
}
