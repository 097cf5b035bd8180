/* SPDX-License-Identifier: MIT */
/*
 * A route's queue: what is taken, what waits, what is answered when it has waited too long. Every
 * stanza that comes in here leaves exactly once: into the outbound stream's hands, as a bounce, or
 * back to the caller untaken.
 */
#include "trunk/pair.h"

#include "base/mem.h"
#include "base/siphash.h"
#include "trunk/answers.h"
#include "trunk/bounce.h"
#include "trunk/head.h"
#include "trunk/inbound.h"
#include "trunk/metrics.h"
#include "trunk/outbound.h"
#include "trunk/record.h"
#include "trunk/repeats.h"
#include "trunk/waiting.h"

#include <stdlib.h>

enum {
	BOUNCE_RESERVE = 65536,
	KEPT_MAX = 1000,
	KEPT_BYTES = 262144,
	KEPT_MS = 24 * 3600 * 1000,
	REPEATS_MAX = 32768, /* pairs of bare addresses, some 250 bytes each */
};

static bool take_upto(struct trunk *t, size_t n, size_t max)
{
	if (atomic_fetch_add(&t->shared->queued_bytes, n) + n <= max)
		return true;
	atomic_fetch_sub(&t->shared->queued_bytes, n);
	return false;
}

bool trunk_budget_take(struct trunk *t, size_t n)
{
	return take_upto(t, n, (size_t)t->plan->settings.limits.queue_memory);
}

/* What full queues refuse must still be answered: a sixteenth more for that. */
static bool take_for_bounce(struct trunk *t, size_t n)
{
	size_t max = (size_t)t->plan->settings.limits.queue_memory;
	return take_upto(t, n, max + max / 16);
}

void trunk_budget_give(struct trunk *t, size_t n)
{
	atomic_fetch_sub(&t->shared->queued_bytes, n);
}

static const struct control_queue *queue_limits(struct route *r)
{
	static const struct control_queue fallback = {
		.bytes = 1048576, .stanzas = 2000, .seconds = 60000
	};
	const struct passage *p = route_passage(r);
	return p->to ? &p->to->config->queue : &fallback;
}

/* The outbound stream takes stanzas now: it is there, and nothing older is still on its way back.
 */
static bool can_send(const struct route *r)
{
	return r->out && !r->old;
}

/* ---- the queue ---- */

static struct waiting *waiting_new(struct route *r, struct str bytes, bool bounce, uint64_t audit)
{
	struct trunk *t = r->pair->trunk;
	struct waiting *w = mem_alloc(sizeof(*w) + bytes.n);
	uint64_t now = net_loop_now(t->loop);
	*w = (struct waiting){
		.since_ms = now,
		.until_ms = now + (uint64_t)queue_limits(r)->seconds,
		.plan = t->plan->number,
		.bounce = bounce,
		.audit = audit,
		.n = bytes.n,
	};
	memcpy(w->bytes, bytes.p, bytes.n);
	r->queue_bytes += bytes.n;
	r->queue_count++;
	return w;
}

void route_unqueue(struct route *r, struct waiting *w)
{
	list_remove(&w->link);
	if (w->kept) {
		r->kept_bytes -= w->n;
		r->kept_count--;
	} else {
		r->queue_bytes -= w->n;
		r->queue_count--;
	}
	trunk_budget_give(r->pair->trunk, w->n);
	free(w);
}

/* Sender and recipient of an unavailable presence, as one number; a later one makes an earlier one
 * pointless. */
static uint64_t unavailable_hash(const struct stanza_head *h)
{
	static const uint64_t seed[2] = { 1, 2 };
	if (h->kind != STANZA_PRESENCE || h->type != TYPE_UNAVAILABLE)
		return 0;
	return (siphash(seed, h->from) * 31 + siphash(seed, h->to)) | 1;
}

struct waiting *route_waiting(struct route *r, struct str bytes, uint64_t audit)
{
	struct trunk *t = r->pair->trunk;
	struct stanza_head head;
	/* Already ours: what is taken back is not refused, whatever the budget says. Under which
	 * plan it was let in is not known any more, so it is asked about again. */
	atomic_fetch_add(&t->shared->queued_bytes, bytes.n);
	struct waiting *w = waiting_new(r, bytes, false, audit);
	w->plan = 0;
	if (head_read(t->heads, bytes, &head)) {
		w->unavailable = unavailable_hash(&head);
		w->bounce = head.type == TYPE_ERROR && head_is_plain_error(bytes);
	}
	return w;
}

static bool queue_full(struct route *r, const struct delivery *d)
{
	const struct control_queue *q = queue_limits(r);
	size_t bytes = (size_t)q->bytes, stanzas = (size_t)q->stanzas;
	if (d->bounce)
		return r->queue_bytes + d->bytes.n > bytes + BOUNCE_RESERVE;
	/* A sender that can be paused is paused at the limit; the stanza it brought along is still
	 * taken. */
	if (d->patient)
		return r->queue_bytes > 2 * bytes || r->queue_count > 2 * stanzas;
	return r->queue_bytes + d->bytes.n > bytes || r->queue_count >= stanzas;
}

static bool take_budget(struct trunk *t, const struct delivery *d)
{
	return d->bounce ? take_for_bounce(t, d->bytes.n) : trunk_budget_take(t, d->bytes.n);
}

/* The last unavailable of a sender stays, so that no ghost remains at the other end (decision 24).
 */
static bool keep_unavailable(struct route *r, struct waiting *w, uint64_t now)
{
	if (!w->unavailable || w->kept || r->kept_count >= KEPT_MAX ||
		r->kept_bytes + w->n > KEPT_BYTES)
		return false;
	for (struct list *it = w->link.next; it != &r->queue; it = it->next)
		if (list_item(it, struct waiting, link)->unavailable == w->unavailable)
			return false;
	w->kept = true;
	w->until_ms = now + KEPT_MS;
	r->queue_bytes -= w->n;
	r->queue_count--;
	r->kept_bytes += w->n;
	r->kept_count++;
	return true;
}

/* There is no room or no time left for it: an unavailable is kept all the same. */
static bool enqueue_kept(struct route *r, const struct delivery *d)
{
	struct trunk *t = r->pair->trunk;
	if (d->bounce || !unavailable_hash(d->head) || !take_for_bounce(t, d->bytes.n))
		return false;
	struct waiting *w = waiting_new(r, d->bytes, false, d->audit);
	w->unavailable = unavailable_hash(d->head);
	list_append(&r->queue, &w->link);
	if (keep_unavailable(r, w, net_loop_now(t->loop)))
		return true;
	route_unqueue(r, w);
	return false;
}

static enum route_outcome not_taken(struct route *r, bool late)
{
	if (late)
		return ROUTE_UNREACHABLE;
	metrics_limited(r->pair->trunk, &r->to, METRICS_QUEUE);
	return ROUTE_FULL;
}

static enum route_outcome enqueue(struct route *r, const struct delivery *d)
{
	struct trunk *t = r->pair->trunk;
	uint64_t now = net_loop_now(t->loop);
	/* Nothing is dialled any more: what cannot leave now never will. */
	if (t->stopping && !can_send(r))
		return ROUTE_UNREACHABLE;
	bool late =
		r->state == ROUTE_WAITING && r->retry_ms > now + (uint64_t)queue_limits(r)->seconds;
	if (late || queue_full(r, d) || !take_budget(t, d)) {
		if (!enqueue_kept(r, d))
			return not_taken(r, late);
	} else {
		struct waiting *w = waiting_new(r, d->bytes, d->bounce, d->audit);
		w->unavailable = d->bounce ? 0 : unavailable_hash(d->head);
		list_append(&r->queue, &w->link);
	}
	if (can_send(r))
		route_drain(r);
	else
		route_kick(r);
	return ROUTE_QUEUED;
}

/* ---- delivery ---- */

/* May it go this way? Bounces may wherever there is somebody to take them. */
static enum answers_way admitted(struct route *r, const struct delivery *d)
{
	const struct passage *p = route_passage(r);
	if (d->bounce)
		return p->to ? ANSWERS_YES : ANSWERS_NO;
	return answers_admit(&r->pair->answers, p->permit, route_passage(route_reverse(r))->permit,
		d->head, net_loop_now(r->pair->trunk->loop));
}

static enum route_outcome deliver(struct route *r, const struct delivery *d)
{
	if (can_send(r) && list_empty(&r->queue) && record_written(r->pair->trunk, d->audit) &&
		(d->patient || !outbound_congested(r->out))) {
		outbound_send(r->out, d->bytes, d->audit);
		r->carried++;
		r->pair->trunk->metrics.direct++;
		return ROUTE_SENT;
	}
	return enqueue(r, d);
}

/* ---- presence that says the same again ---- */

void route_new_era(struct route *r)
{
	r->era = ++r->pair->trunk->eras;
}

static bool is_repeat(struct route *r, const struct delivery *d)
{
	struct trunk *t = r->pair->trunk;
	return d->once && t->repeats && repeats_known(t->repeats, r->era, d->head, d->bytes);
}

/* Recorded only when it is on its way (decision 25). Other presence asks for news, ends what was
 * told, or tells something else: unavailable, a probe, an error, subscriptions, rooms. */
static void note_presence(struct route *r, const struct delivery *d)
{
	struct trunk *t = r->pair->trunk;
	if (d->head->kind != STANZA_PRESENCE)
		return;
	if (d->once) {
		if (!t->repeats)
			t->repeats = repeats_new(REPEATS_MAX);
		repeats_note(t->repeats, r->era, d->head, d->bytes);
	} else if (t->repeats) {
		repeats_forget(t->repeats, r->era, d->head->from, d->head->to);
		repeats_forget(t->repeats, route_reverse(r)->era, d->head->to, d->head->from);
	}
}

static enum route_outcome deliver_noted(struct route *r, const struct delivery *d)
{
	enum route_outcome o = deliver(r, d);
	if (o == ROUTE_SENT || o == ROUTE_QUEUED)
		note_presence(r, d);
	return o;
}

/* That more had been let through stands in its record, where there is one. */
static enum route_outcome deliver_bare(struct route *r, const struct delivery *d)
{
	struct buf bytes = { 0 };
	struct delivery bare = *d;
	stanza_write_bare(&bytes, d->head);
	bare.bytes = buf_view(&bytes);
	bool less = !str_eq(bare.bytes, d->bytes);
	enum route_outcome o = deliver_noted(r, &bare);
	if (d->audit && less && (o == ROUTE_SENT || o == ROUTE_QUEUED))
		record_bare(r->pair->trunk, d->head, d->audit);
	buf_fini(&bytes);
	return o;
}

enum route_outcome route_deliver(struct route *r, const struct delivery *d)
{
	enum answers_way way = admitted(r, d);
	if (way == ANSWERS_NO)
		return ROUTE_REFUSED;
	r->pair->used_ms = net_loop_now(r->pair->trunk->loop);
	if (is_repeat(r, d))
		return ROUTE_REPEAT;
	return way == ANSWERS_BARE ? deliver_bare(r, d) : deliver_noted(r, d);
}

static bool waits_for_record(const struct route *r)
{
	return !list_empty(&r->queue) &&
	       !record_written(r->pair->trunk, list_first(&r->queue, struct waiting, link)->audit);
}

bool route_wants_pause(const struct route *r)
{
	/* What waits for its record only is no sign of a slow peer. */
	if (can_send(r) && !waits_for_record(r))
		return outbound_congested(r->out) || !list_empty(&r->queue);
	const struct control_queue *q = queue_limits((struct route *)(void *)(size_t)r);
	return r->queue_bytes >= (size_t)q->bytes || r->queue_count >= (size_t)q->stanzas;
}

void route_room(struct route *r)
{
	/* Each one that goes on may fill the route again, and come back to the end of the list. */
	struct list go;
	list_init(&go);
	list_splice(&go, &r->feeders);
	while (!list_empty(&go)) {
		struct feed *f = list_first(&go, struct feed, waiting);
		list_remove(&f->waiting);
		if (route_wants_pause(r))
			list_append(&r->feeders, &f->waiting);
		else
			inbound_resume(f->inbound);
	}
}

/* A stanza that waited under an older plan is held against the new one's controls and flows; not
 * its content. */
static bool still_admitted(struct route *r, const struct waiting *w)
{
	if (w->plan == r->pair->trunk->plan->number)
		return true;
	struct trunk *t = r->pair->trunk;
	const struct passage *p = route_passage(r);
	struct stanza_head h;
	if (p->permit == PERMIT_YES || (w->bounce && p->to))
		return true;
	if (p->permit != PERMIT_ANSWERS || !head_read(t->heads, (struct str){ w->bytes, w->n }, &h))
		return false;
	/* Only answers go this way now. What answered an IQ has used up what it answered. */
	bool answer = h.kind == STANZA_IQ && (h.type == TYPE_RESULT || h.type == TYPE_ERROR);
	return answer || answers_admit(&r->pair->answers, PERMIT_ANSWERS, PERMIT_YES, &h,
				 net_loop_now(t->loop)) != ANSWERS_NO;
}

static void drain_one(struct route *r, const struct waiting *w)
{
	struct str bytes = { w->bytes, w->n };
	struct refusal why = {
		.condition = CONDITION_NOT_ALLOWED,
		.permanent = true,
		.why = "no longer permitted when its turn came",
		.audit = w->audit,
	};
	if (!still_admitted(r, w)) {
		bounce_bytes(r, bytes, w->bounce, &why);
		return;
	}
	struct trunk *t = r->pair->trunk;
	r->carried++;
	metrics_waited(&t->metrics, net_loop_now(t->loop) - w->since_ms);
	outbound_send(r->out, bytes, w->audit);
}

void route_drain(struct route *r)
{
	/* The answer to a refused stanza may fill the other direction, whose own answers come back
	 * here. */
	if (r->draining)
		return;
	r->draining = true;
	while (can_send(r) && !list_empty(&r->queue) && !outbound_congested(r->out) &&
		!waits_for_record(r)) {
		struct waiting *w = list_first(&r->queue, struct waiting, link);
		drain_one(r, w);
		route_unqueue(r, w);
	}
	r->draining = false;
	if (waits_for_record(r))
		record_wait(r);
	if (!route_wants_pause(r))
		route_room(r);
}

/* ---- what waited too long ---- */

/* They are off the queue already: an answer may come back to this pair, and to the queue. What has
 * no record yet that it was let through was kept by that, whatever else was in its way. */
static void bounce_all(struct route *r, struct list *gone, const struct refusal *why)
{
	while (!list_empty(gone)) {
		struct waiting *w = list_first(gone, struct waiting, link);
		struct refusal one = *why;
		one.audit = w->audit;
		if (!record_written(r->pair->trunk, w->audit)) {
			one.condition = CONDITION_RESOURCE_CONSTRAINT;
			one.permanent = false;
			one.why = "its audit record could not be written";
		}
		bounce_bytes(r, (struct str){ w->bytes, w->n }, w->bounce, &one);
		route_unqueue(r, w);
	}
	if (!route_wants_pause(r))
		route_room(r);
}

static void take_off(struct list *gone, struct waiting *w)
{
	list_remove(&w->link);
	list_append(gone, &w->link);
}

static void expire(struct route *r, uint64_t now)
{
	struct list gone;
	list_init(&gone);
	list_for_each_safe (it, &r->queue) {
		struct waiting *w = list_item(it, struct waiting, link);
		if (w->until_ms <= now && !keep_unavailable(r, w, now))
			take_off(&gone, w);
	}
	struct refusal late = { .condition = CONDITION_REMOTE_SERVER_TIMEOUT,
		.why = "waited too long" };
	bounce_all(r, &gone, &late);
}

void route_bounce_queue(struct route *r, enum stanza_condition c, bool permanent, const char *why)
{
	bool keep = route_passage(r)->to && !r->pair->trunk->stopping;
	/* Nobody is left behind at a domain that does not exist. */
	bool keep_more = keep && c != CONDITION_REMOTE_SERVER_NOT_FOUND;
	uint64_t now = net_loop_now(r->pair->trunk->loop);
	struct list gone;
	list_init(&gone);
	list_for_each_safe (it, &r->queue) {
		struct waiting *w = list_item(it, struct waiting, link);
		if (!(w->kept ? keep : keep_more && keep_unavailable(r, w, now)))
			take_off(&gone, w);
	}
	struct refusal refusal = { .condition = c, .permanent = permanent, .why = why };
	bounce_all(r, &gone, &refusal);
}

static bool out_of_service(const struct route *r)
{
	const struct peering *p = r->pair->trunk->plan->peering;
	return peering_order(p, &r->from) == ORDER_DRAIN || peering_order(p, &r->to) == ORDER_DRAIN;
}

void route_tick(struct route *r, uint64_t now)
{
	expire(r, now);
	bounce_tick(r, now);
	inbounds_tick(r, now);
	if (r->out)
		outbound_tick(r->out, now);
	/* What was under way has been sent. */
	if (r->out && list_empty(&r->queue) && out_of_service(r))
		outbound_retire(r->out, "taken out of service by the operator");
	if (r->state == ROUTE_WAITING && now >= r->retry_ms) {
		r->state = ROUTE_IDLE;
		route_kick(r);
	}
}
