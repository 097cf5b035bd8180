/* SPDX-License-Identifier: MIT */
/* See overview.h. Walks legs, pairs and peers once. */
#include "trunk/overview.h"

#include "base/mem.h"
#include "trunk/inbound.h"
#include "trunk/waiting.h"

#include <stdlib.h>

static struct overview_label *label_get(struct overview *o, const char *name)
{
	struct map_node *node = map_get(&o->labels, str_of(name));
	if (node)
		return map_item(node, struct overview_label, node);
	struct overview_label *l = MEM_NEW(struct overview_label);
	memcpy(l->name, name, strlen(name));
	map_put(&o->labels, &l->node, str_of(l->name));
	return l;
}

/* What metrics_peer() calls "other" is "" here. */
static void match_of(const struct trunk *t, const struct domain *d, char out[PEERING_MATCH])
{
	out[0] = '\0';
	if (d->n)
		peering_match(t->plan->peering, d, out);
	if (strcmp(out, "*") == 0)
		out[0] = '\0';
}

static struct overview_label *label_of(
	struct overview *o, const struct trunk *t, const struct domain *d)
{
	char match[PEERING_MATCH];
	match_of(t, d, match);
	return label_get(o, match);
}

static struct overview_peer *peer_find(const struct overview *o, const struct domain *d)
{
	struct map_node *node = map_get(&o->peers, domain_str(d));
	return node ? map_item(node, struct overview_peer, node) : NULL;
}

/* Whoever no control names must not crowd out those that one does. */
static struct overview_peer *peer_add(struct overview *o, const struct domain *d, const char *match)
{
	bool named = match[0] && strcmp(match, "*") != 0;
	if (o->peers.count >= OVERVIEW_PEERS || (!named && o->unnamed >= OVERVIEW_UNNAMED)) {
		o->more_peers++;
		return NULL;
	}
	struct overview_peer *p = MEM_NEW(struct overview_peer);
	p->domain = *d;
	memcpy(p->match, match, strlen(match));
	map_put(&o->peers, &p->node, domain_str(&p->domain));
	o->unnamed += !named;
	return p;
}

static struct overview_peer *peer_of(
	struct overview *o, const struct trunk *t, const struct domain *d)
{
	struct overview_peer *p = peer_find(o, d);
	char match[PEERING_MATCH];
	if (p)
		return p;
	peering_match(t->plan->peering, d, match);
	return peer_add(o, d, match);
}

/* ---- taking ---- */

static void take_leg(struct overview *o, const struct trunk *t, const struct leg *l)
{
	if (l->ended)
		return;
	label_of(o, t, &l->peer_domain)->streams[l->kind][l->counted]++;
	if (l->kind != LEG_IN)
		return;
	const struct inbound *in = (const struct inbound *)(const void *)l;
	for (unsigned i = 0; i < in->npairs; i++) {
		struct overview_peer *p = peer_of(o, t, &in->pairs[i]->from);
		if (!p || p->seen == l->number)
			continue;
		p->seen = l->number;
		p->in++;
	}
}

static void take_queue(
	struct overview *o, const struct trunk *t, const struct route *r, uint64_t now)
{
	struct overview_label *l = label_of(o, t, &r->to);
	uint64_t since = list_first(&r->queue, struct waiting, link)->since_ms;
	l->queue_stanzas += r->queue_count + r->kept_count;
	l->queue_bytes += r->queue_bytes + r->kept_bytes;
	if (now - since > l->oldest_ms)
		l->oldest_ms = now - since;
}

static bool is_alive(const struct route *r)
{
	return r->out || r->dial || r->state == ROUTE_WAITING || !list_empty(&r->inbounds) ||
	       !list_empty(&r->queue);
}

static void take_route(
	struct overview *o, const struct trunk *t, const struct route *r, struct overview_way *w)
{
	w->in = !list_empty(&r->inbounds);
	w->out = r->out != NULL;
	w->dialling = r->dial != NULL;
	w->down = r->state == ROUTE_WAITING;
	w->queued = r->queue_count + r->kept_count;
	w->carried = r->carried;
	if (!list_empty(&r->queue))
		take_queue(o, t, r, net_loop_now(t->loop));
	struct overview_peer *p = is_alive(r) ? peer_of(o, t, &r->to) : NULL;
	if (!p)
		return;
	p->out += w->out;
	p->dialling += w->dialling;
	p->down += w->down;
	p->queued += w->queued;
}

static void take_pair(struct overview *o, const struct trunk *t, const struct pair *p)
{
	struct overview_way ways[2] = { 0 };
	take_route(o, t, &p->routes[0], &ways[0]);
	take_route(o, t, &p->routes[1], &ways[1]);
	if (!is_alive(&p->routes[0]) && !is_alive(&p->routes[1]))
		return;
	if (o->pairs.count >= OVERVIEW_PAIRS) {
		o->more_pairs++;
		return;
	}
	struct overview_pair *out = MEM_NEW(struct overview_pair);
	memcpy(out->key, p->key, strlen(p->key));
	bool swap = strcmp(p->routes[0].from.s, p->routes[0].to.s) > 0;
	out->a = swap ? p->routes[0].to : p->routes[0].from;
	out->b = swap ? p->routes[0].from : p->routes[0].to;
	out->ways[0] = ways[swap];
	out->ways[1] = ways[!swap];
	/* Its home is one worker: no other has it too. */
	map_put(&o->pairs, &out->node, str_of(out->key));
}

static const struct attempt *last_attempt(const struct attempts *a)
{
	return a->count ? &a->ring[(a->next + PEER_RING - 1) % PEER_RING] : NULL;
}

static void take_label(struct overview_label *l, const struct peer *p, uint64_t retry)
{
	l->tried++;
	l->down += p->failures > 0;
	if (p->last_success > l->last_success)
		l->last_success = p->last_success;
	if (retry > l->retry_ms)
		l->retry_ms = retry;
}

static void take_peer(struct overview *o, const struct trunk *t, const struct peer *p)
{
	struct overview_peer *out = peer_of(o, t, &p->domain);
	uint64_t now = net_loop_now(t->loop);
	uint64_t retry = p->retry_ms > now ? p->retry_ms - now : 0;
	const struct attempt *a = last_attempt(&p->out), *refused = last_attempt(&p->in);
	/* Others are only known because they came. */
	if (p->out.count || p->failures || p->last_success)
		take_label(label_of(o, t, &p->domain), p, retry);
	if (!out)
		return;
	out->failures = p->failures;
	out->last_success = p->last_success;
	out->retry_ms = retry;
	if (a)
		out->attempt = *a;
	if (refused && refused->wall >= p->last_in)
		out->refused = *refused;
}

void overview_take(struct trunk *t, struct overview *o)
{
	size_t pos = 0;
	map_init(&o->labels);
	map_init(&o->peers);
	map_init(&o->pairs);
	list_for_each (it, &t->legs)
		take_leg(o, t, list_item(it, struct leg, link));
	for (struct map_node *n = NULL; (n = map_next(&t->pairs, &pos, n)) != NULL;)
		take_pair(o, t, map_item(n, struct pair, node));
	pos = 0;
	for (struct map_node *n = NULL; (n = map_next(&t->peers, &pos, n)) != NULL;)
		take_peer(o, t, map_item(n, struct peer, node));
}

/* ---- adding up ---- */

static void add_label(struct overview_label *to, const struct overview_label *from)
{
	for (unsigned i = 0; i < 3; i++) {
		to->streams[i][0] += from->streams[i][0];
		to->streams[i][1] += from->streams[i][1];
	}
	to->queue_stanzas += from->queue_stanzas;
	to->queue_bytes += from->queue_bytes;
	to->tried += from->tried;
	to->down += from->down;
	if (from->oldest_ms > to->oldest_ms)
		to->oldest_ms = from->oldest_ms;
	if (from->last_success > to->last_success)
		to->last_success = from->last_success;
	if (from->retry_ms > to->retry_ms)
		to->retry_ms = from->retry_ms;
}

static void add_peer(struct overview_peer *to, const struct overview_peer *from)
{
	to->in += from->in;
	to->out += from->out;
	to->dialling += from->dialling;
	to->down += from->down;
	to->queued += from->queued;
	if (from->failures > to->failures)
		to->failures = from->failures;
	if (from->retry_ms > to->retry_ms)
		to->retry_ms = from->retry_ms;
	if (from->last_success > to->last_success)
		to->last_success = from->last_success;
	if (from->attempt.wall >= to->attempt.wall)
		to->attempt = from->attempt;
	if (from->refused.wall > to->refused.wall)
		to->refused = from->refused;
}

static void add_pair(struct overview *to, const struct overview_pair *from)
{
	if (to->pairs.count >= OVERVIEW_PAIRS) {
		to->more_pairs++;
		return;
	}
	struct overview_pair *p = MEM_NEW(struct overview_pair);
	*p = *from;
	map_put(&to->pairs, &p->node, str_of(p->key));
}

void overview_add(struct overview *to, const struct overview *from)
{
	size_t pos = 0;
	for (struct map_node *n = NULL; (n = map_next(&from->labels, &pos, n)) != NULL;) {
		const struct overview_label *l = map_item(n, struct overview_label, node);
		add_label(label_get(to, l->name), l);
	}
	pos = 0;
	for (struct map_node *n = NULL; (n = map_next(&from->peers, &pos, n)) != NULL;) {
		const struct overview_peer *p = map_item(n, struct overview_peer, node);
		struct overview_peer *mine = peer_find(to, &p->domain);
		if (!mine)
			mine = peer_add(to, &p->domain, p->match);
		if (mine)
			add_peer(mine, p);
	}
	pos = 0;
	for (struct map_node *n = NULL; (n = map_next(&from->pairs, &pos, n)) != NULL;)
		add_pair(to, map_item(n, struct overview_pair, node));
	to->more_peers += from->more_peers;
	to->more_pairs += from->more_pairs;
}

void overview_fini(struct overview *o)
{
	struct map *maps[] = { &o->labels, &o->peers, &o->pairs };
	/* A node is the first in each of them. */
	for (unsigned i = 0; i < 3; i++) {
		size_t pos = 0;
		for (struct map_node *n; (n = map_next(maps[i], &pos, NULL)) != NULL;) {
			map_remove(maps[i], n);
			free(n);
		}
		map_fini(maps[i]);
	}
}
