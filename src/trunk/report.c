/* SPDX-License-Identifier: MIT */
/* See report.h. */
#include "trunk/report.h"

#include "base/clock.h"
#include "base/mem.h"
#include "trunk/dial.h"
#include "trunk/inbound.h"
#include "trunk/outbound.h"
#include "trunk/pair.h"
#include "trunk/waiting.h"

#include <stdio.h>
#include <stdlib.h>

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

/* ---- rows ---- */

bool report_filter_init(struct report_filter *f, const char *pattern, unsigned max)
{
	*f = (struct report_filter){ .max = max };
	f->all = !pattern || strcmp(pattern, "*") == 0;
	if (f->all)
		return true;
	f->below = strncmp(pattern, "*.", 2) == 0;
	return domain_parse(str_of(pattern + (f->below ? 2 : 0)), &f->domain);
}

bool report_matches(const struct report_filter *f, const struct domain *d)
{
	if (f->all)
		return true;
	if (f->below)
		return domain_below(domain_str(d), domain_str(&f->domain));
	return str_eq(domain_str(d), domain_str(&f->domain));
}

/* A zeroed row; NULL: there are as many as there may be. */
static void *add(struct report_rows *rows, const struct report_filter *f)
{
	if (rows->n >= f->max) {
		rows->left_out++;
		return NULL;
	}
	if (rows->n == rows->room) {
		rows->room = rows->room ? 2 * rows->room : 16;
		rows->v = mem_resize(rows->v, rows->room * rows->size);
	}
	return memset((char *)rows->v + rows->n++ * rows->size, 0, rows->size);
}

void report_rows_fini(struct report_rows *rows)
{
	free(rows->v);
	*rows = (struct report_rows){ 0 };
}

/* ---- streams ---- */

static bool is_set_up(const struct leg *l)
{
	switch (l->kind) {
	case LEG_IN: return ((const struct inbound *)(const void *)l)->nproofs > 0;
	case LEG_OUT: return !((const struct outbound *)(const void *)l)->dial;
	case LEG_VERIFY: return false;
	}
	return false;
}

static void report_stream(const struct leg *l, uint64_t now, struct stream_report *r)
{
	bool in = l->kind == LEG_IN;
	const struct tls *tls = l->conn ? conn_tls(l->conn) : NULL;
	const struct trust_answer *trust = in ? &((const struct inbound *)(const void *)l)->trust
					      : &((const struct outbound *)(const void *)l)->trust;
	r->id = l->number;
	r->kind = l->kind;
	r->state = l->closing     ? STREAM_IS_CLOSING
		   : is_set_up(l) ? STREAM_IS_OPEN
				  : STREAM_IS_SETTING_UP;
	r->held = l->held;
	r->worker = l->trunk->index;
	r->pairs = in ? ((const struct inbound *)(const void *)l)->npairs : 1;
	r->from = in ? l->peer_domain : l->own_domain;
	r->to = in ? l->own_domain : l->peer_domain;
	r->proof = l->proof;
	r->certificate_end = l->certificate_end;
	snprintf(r->certificate, sizeof(r->certificate), "%.127s", trust->subject);
	r->age_ms = now - l->opened_ms;
	r->quiet_ms = now > l->quiet_since ? now - l->quiet_since : 0;
	r->stanzas_in = l->stanzas_in;
	r->stanzas_out = l->stanzas_out;
	if (tls)
		tls_describe(tls, r->tls, sizeof(r->tls));
	if (!l->conn)
		return;
	address_print(conn_peer(l->conn), r->peer);
	r->bytes_in = conn_bytes_in(l->conn);
	r->bytes_out = conn_bytes_out(l->conn);
	r->unsent = conn_unsent(l->conn);
}

void trunk_report_streams(struct trunk *t, const struct report_filter *f, struct report_rows *out)
{
	*out = (struct report_rows){ .size = sizeof(struct stream_report) };
	list_for_each (it, &t->legs) {
		const struct leg *l = list_item(it, struct leg, link);
		struct stream_report *r;
		if (l->ended ||
			(!report_matches(f, &l->peer_domain) && !report_matches(f, &l->own_domain)))
			continue;
		r = add(out, f);
		if (r)
			report_stream(l, net_loop_now(t->loop), r);
	}
}

/* ---- routes ---- */

static void report_route(struct route *r, uint64_t now, struct route_report *out)
{
	out->from = r->from;
	out->to = r->to;
	out->state = r->state;
	out->worker = r->pair->trunk->index;
	out->stanzas = r->queue_count;
	out->kept = r->kept_count;
	out->bytes = r->queue_bytes;
	list_for_each (it, &r->inbounds)
		out->inbounds++;
	if (!list_empty(&r->queue))
		out->oldest_ms =
			now - list_first(&r->queue, const struct waiting, link)->since_ms + 1;
	if (r->state == ROUTE_WAITING && r->retry_ms > now)
		out->retry_ms = r->retry_ms - now;
	if (r->out)
		out->stream = r->out->leg.number;
	if (r->dial) {
		out->stage = r->dial->attempt.stage;
		memcpy(out->target, r->dial->attempt.target, sizeof(out->target));
	}
	out->permit = route_passage(r)->permit;
}

/* A route that nothing uses is the other half of one that is used. */
static bool is_used(const struct route *r)
{
	return r->state != ROUTE_IDLE || r->queue_count || r->kept_count ||
	       !list_empty(&r->inbounds);
}

void trunk_report_routes(struct trunk *t, const struct report_filter *f, struct report_rows *out)
{
	size_t pos = 0;
	*out = (struct report_rows){ .size = sizeof(struct route_report) };
	for (struct map_node *n = NULL; (n = map_next(&t->pairs, &pos, n)) != NULL;) {
		struct pair *p = map_item(n, struct pair, node);
		for (unsigned i = 0; i < 2; i++) {
			struct route *r = &p->routes[i];
			struct route_report *row;
			if (!is_used(r) ||
				(!report_matches(f, &r->from) && !report_matches(f, &r->to)))
				continue;
			row = add(out, f);
			if (row)
				report_route(r, net_loop_now(t->loop), row);
		}
	}
}

/* ---- peers ---- */

static void copy_attempts(const struct attempts *a, struct attempt **v_out, unsigned *n_out)
{
	*n_out = a->count;
	if (!a->count)
		return;
	*v_out = mem_alloc(a->count * sizeof(**v_out));
	for (unsigned i = 0; i < a->count; i++)
		(*v_out)[i] = a->ring[a->count < PEER_RING ? i : (a->next + i) % PEER_RING];
}

static void report_clearance(struct trunk *t, const struct peer *p, struct peer_report *out)
{
	const struct control *c = peering_accepted(t->plan->peering, &p->domain);
	struct certified *found;
	if (!c || !c->labels.certificate)
		return;
	found = certified_peers_find(t->shared->certified, t->plan, c, &p->domain, clock_wall());
	if (found)
		certified_describe(found, out->clearance, sizeof(out->clearance));
	else
		snprintf(out->clearance, sizeof(out->clearance), "unknown");
	certified_unref(found);
}

static void report_peer(const struct peer *p, uint64_t now, struct peer_report *out)
{
	out->domain = p->domain;
	out->failures = p->failures;
	out->retry_ms = p->retry_ms > now ? p->retry_ms - now : 0;
	out->last_success = p->last_success;
	out->last_in = p->last_in;
	copy_attempts(&p->out, &out->attempts[0], &out->nattempts[0]);
	copy_attempts(&p->in, &out->attempts[1], &out->nattempts[1]);
}

/* The row of each peer, found by its name while streams are counted. */
struct named_row {
	struct map_node node;
	unsigned row;
};

static void count_streams(struct trunk *t, const struct map *names, struct peer_report *rows)
{
	list_for_each (it, &t->legs) {
		const struct leg *l = list_item(it, struct leg, link);
		struct map_node *n = map_get(names, domain_str(&l->peer_domain));
		struct peer_report *r = n ? &rows[map_item(n, struct named_row, node)->row] : NULL;
		if (!r || l->ended)
			continue;
		if (l->kind == LEG_IN)
			r->in += is_set_up(l);
		else if (is_set_up(l))
			r->out++;
		else
			r->dialling++;
	}
}

void trunk_report_peers(struct trunk *t, const struct report_filter *f, struct report_rows *out)
{
	struct named_row *names = mem_zero(t->peers.count + 1, sizeof(*names));
	struct map by_name;
	size_t pos = 0;
	map_init(&by_name);
	*out = (struct report_rows){ .size = sizeof(struct peer_report) };
	for (struct map_node *n = NULL; (n = map_next(&t->peers, &pos, n)) != NULL;) {
		const struct peer *p = map_item(n, struct peer, node);
		struct peer_report *row = report_matches(f, &p->domain) ? add(out, f) : NULL;
		if (!row)
			continue;
		report_peer(p, net_loop_now(t->loop), row);
		report_clearance(t, p, row);
		names[out->n - 1].row = out->n - 1;
		map_put(&by_name, &names[out->n - 1].node, domain_str(&p->domain));
	}
	count_streams(t, &by_name, out->v);
	map_fini(&by_name);
	free(names);
}

void report_peers_fini(struct report_rows *rows)
{
	struct peer_report *r = rows->v;
	for (unsigned i = 0; i < rows->n; i++)
		for (unsigned j = 0; j < 2; j++)
			free(r[i].attempts[j]);
	report_rows_fini(rows);
}
