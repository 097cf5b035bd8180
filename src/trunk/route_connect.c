/* SPDX-License-Identifier: MIT */
/*
 * A route's stream: dialling, taking over a stream that is ready, closing one in order, and taking
 * back what a broken one still held. Nothing overtakes: a new stream sends only when the old one's
 * stanzas have been accounted for.
 */
#include "trunk/pair.h"

#include "trunk/bounce.h"
#include "trunk/head.h"
#include "trunk/inbound.h"
#include "trunk/outbound.h"
#include "trunk/waiting.h"

#include <stdio.h>
#include <stdlib.h>

enum { SHORT_MS = 10000 };

static void dialled(
	void *arg, struct dial *d, enum dial_outcome o, struct outbound *out, const char *words)
{
	struct route *r = arg;
	(void)d;
	r->dial = NULL;
	r->state = ROUTE_IDLE;
	switch (o) {
	case DIAL_OK: route_ready(r, out); return;
	case DIAL_NOT_FOUND:
		route_bounce_queue(r, CONDITION_REMOTE_SERVER_NOT_FOUND, true, words);
		break;
	case DIAL_REFUSED:
	case DIAL_INVALID:
		route_bounce_queue(r, CONDITION_REMOTE_SERVER_TIMEOUT, true, words);
		break;
	case DIAL_UNREACHABLE: break;
	}
	/* What still waits goes on waiting until its own time is over. */
	route_kick(r);
}

/* Where the stanzas of this route come from, for the rule that nothing goes back (decision 16). */
static const struct address *source_of(const struct route *r)
{
	if (list_empty(&r->inbounds))
		return NULL;
	return inbound_peer(list_first(&r->inbounds, struct feed, link)->inbound);
}

void route_kick(struct route *r)
{
	struct trunk *t = r->pair->trunk;
	if (r->dial || r->out || list_empty(&r->queue) || t->stopping)
		return;
	const struct passage *p = route_passage(r);
	if (!p->to) {
		route_bounce_queue(r, CONDITION_REMOTE_SERVER_NOT_FOUND, true,
			p->permit == PERMIT_BLOCKED ? "blocked by the operator"
						    : "no peering control");
		return;
	}
	if (peering_order(t->plan->peering, &r->to) == ORDER_PAUSE)
		return;
	struct peer *peer = peer_get(&t->peers, &r->to);
	if (peer->retry_ms > net_loop_now(t->loop)) {
		r->state = ROUTE_WAITING;
		r->retry_ms = peer->retry_ms;
		return;
	}
	r->state = ROUTE_CONNECTING;
	struct dial_options o = {
		.purpose = DIAL_STANZAS,
		.from = &r->from,
		.to = &r->to,
		.control = p->to,
		.not_to = source_of(r),
		.done = dialled,
		.arg = r,
	};
	r->dial = dial_start(t, &o);
}

void route_ready(struct route *r, struct outbound *out)
{
	r->out = out;
	r->state = ROUTE_READY;
	route_new_era(r);
	outbound_adopt(out, r);
	route_drain(r);
}

void route_retire(struct route *r, struct outbound *out)
{
	if (r->out != out)
		return;
	r->out = NULL;
	r->state = ROUTE_IDLE;
	if (r->old) {
		/* It never sent anything: the older one was still in its way. */
		out->route = NULL;
		return;
	}
	r->old = out;
	route_kick(r);
}

/* What a stream that is over still held, told apart by how far it came. */
struct returned {
	struct route *r;
	struct list unsent; /* in order, for the front of the queue */
	size_t acked, written;
	struct str numbers; /* of records: uint64_t each, the last one is the last stanza's */
	size_t left;        /* stanzas not yet told apart */
	unsigned long long delivered, uncertain, requeued;
};

/* The record's number of the next stanza. */
static uint64_t next_number(struct returned *ret)
{
	size_t known = ret->numbers.n / sizeof(uint64_t);
	uint64_t number = 0;
	if (ret->left && ret->left <= known)
		memcpy(&number, ret->numbers.p + (known - ret->left) * sizeof(number),
			sizeof(number));
	ret->left -= ret->left > 0;
	return number;
}

static void return_one(struct returned *ret, struct str stanza, size_t end)
{
	uint64_t number = next_number(ret);
	if (end <= ret->acked) {
		ret->delivered++;
		return;
	}
	if (end <= ret->written) {
		/* The peer may have read it, or not: bounced where that is allowed, and counted
		 * apart. */
		ret->uncertain++;
		atomic_fetch_add(&ret->r->pair->trunk->stats.uncertain, 1);
		struct refusal why = {
			.condition = CONDITION_REMOTE_SERVER_TIMEOUT,
			.why = "uncertain: the connection was lost before the peer acknowledged it",
			.audit = number,
			.uncertain = true,
		};
		bounce_bytes(ret->r, stanza, false, &why);
		return;
	}
	ret->requeued++;
	list_append(&ret->unsent, &route_waiting(ret->r, stanza, number)->link);
}

/* A next hop that is ahead of us may have authenticated us before our last header had left. */
static struct str skip_header(struct str bytes)
{
	if (!str_starts(bytes, STR("<?xml")))
		return bytes;
	for (int tag = 0; tag < 2; tag++) { /* the declaration, and the header itself */
		const char *end = memchr(bytes.p, '>', bytes.n);
		if (!end)
			break;
		bytes = str_skip(bytes, (size_t)(end - bytes.p) + 1);
	}
	return bytes;
}

static bool is_stanza(struct str element)
{
	return !str_starts(element, STR("<stream:"));
}

static size_t count_stanzas(struct str rest)
{
	size_t found = 0;
	for (size_t n; (n = head_stanza_length(rest)) != 0; rest = str_skip(rest, n))
		found += is_stanza(str_trim((struct str){ rest.p, n }));
	return found;
}

static void return_all(struct returned *ret, struct str plain)
{
	struct str rest = skip_header(plain);
	ret->left = count_stanzas(rest);
	for (size_t n; (n = head_stanza_length(rest)) != 0; rest = str_skip(rest, n)) {
		struct str stanza = str_trim((struct str){ rest.p, n });
		size_t end = (size_t)(rest.p - plain.p) + n;
		if (is_stanza(stanza))
			return_one(ret, stanza, end);
	}
	rest = str_trim(rest);
	if (rest.n && !str_starts(rest, STR("</stream:stream>")))
		log_error("internal-error what=\"bytes that are no stanza came back\" bytes=%zu "
			  "from=%s to=%s",
			rest.n, ret->r->from.s, ret->r->to.s);
}

void route_returned(struct route *r, struct outbound *out, const struct returned_bytes *back)
{
	struct returned ret = {
		.r = r,
		.acked = back->acked,
		.written = back->written,
		.numbers = back->numbers,
	};
	list_init(&ret.unsent);
	if (r->out == out) {
		r->out = NULL;
		r->state = ROUTE_IDLE;
	}
	if (r->old == out)
		r->old = NULL;
	return_all(&ret, buf_view(back->plain));
	if (ret.uncertain || ret.requeued)
		leg_log(&out->leg, LOG_LEVEL_WARN, "stanzas-returned",
			" delivered=%llu uncertain=%llu requeued=%llu", ret.delivered,
			ret.uncertain, ret.requeued);
	/* A peer that authenticates and goes at once would be dialled in a circle. */
	uint64_t now = net_loop_now(r->pair->trunk->loop);
	if (ret.requeued && now - out->leg.opened_ms < SHORT_MS)
		peer_failed(peer_get(&r->pair->trunk->peers, &r->to), now);
	while (!list_empty(&ret.unsent)) {
		struct list *last = ret.unsent.prev;
		list_remove(last);
		list_prepend(&r->queue, last);
	}
	if (r->pair->trunk->stopping)
		route_bounce_queue(r, CONDITION_REMOTE_SERVER_TIMEOUT, false, "shutdown");
	route_drain(r);
	route_kick(r);
}

/* The plan changed. */

struct replan_verdict route_judge_plan(
	const struct route *r, const struct passage *p, enum order order)
{
	const char *why = p->to ? outbound_check(r->out, p->to) : NULL;
	if (!p->from || !p->to)
		return (struct replan_verdict){ REPLAN_CLOSE, STREAM_HOST_GONE, NULL };
	if (why)
		return (struct replan_verdict){ REPLAN_CLOSE, STREAM_POLICY_VIOLATION, why };
	if (!outbound_same_hop(r->out, p->to))
		return (struct replan_verdict){ .verdict = REPLAN_DRAIN,
			.words = "the next hop has changed" };
	if (order == ORDER_PAUSE)
		return (struct replan_verdict){ .verdict = REPLAN_DRAIN,
			.words = "paused by the operator" };
	return (struct replan_verdict){ .verdict = REPLAN_KEEP };
}

static void replan_stream(struct route *r, const struct passage *p)
{
	const struct peering *peering = r->pair->trunk->plan->peering;
	struct replan_verdict v = route_judge_plan(r, p, peering_order(peering, &r->to));
	switch (v.verdict) {
	case REPLAN_KEEP: outbound_keep(r->out, p->to); return;
	case REPLAN_DRAIN: outbound_retire(r->out, v.words); return;
	case REPLAN_CLOSE: leg_fail(&r->out->leg, v.condition, v.words, NULL); return;
	}
}

void route_retry(struct route *r)
{
	peer_get(&r->pair->trunk->peers, &r->to)->retry_ms = 0;
	if (r->state == ROUTE_WAITING)
		r->state = ROUTE_IDLE;
	route_kick(r);
}

void route_replan(struct route *r)
{
	const struct passage *p = route_passage(r);
	route_new_era(r);
	if (r->dial) {
		/* Started under the old plan: begin again by the new one. */
		dial_cancel(r->dial);
		r->dial = NULL;
		r->state = ROUTE_WAITING;
	}
	if (r->out)
		replan_stream(r, p);
	if (r->state == ROUTE_WAITING)
		route_retry(r);
	else
		route_kick(r);
}

void route_stop(struct route *r)
{
	dial_cancel(r->dial);
	r->dial = NULL;
	route_bounce_queue(r, CONDITION_REMOTE_SERVER_TIMEOUT, false, "shutdown");
}
