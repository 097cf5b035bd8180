/* SPDX-License-Identifier: MIT */
/* A worker's share of the trunk: made, ticked, given another plan, stopped. See trunk.h. */
#include "trunk/trunk.h"

#include "base/clock.h"
#include "base/mem.h"
#include "trunk/alert.h"
#include "trunk/handover.h"
#include "trunk/head.h"
#include "trunk/inbound.h"
#include "trunk/malformed.h"
#include "trunk/metrics.h"
#include "trunk/outbound.h"
#include "trunk/pair.h"
#include "trunk/repeats.h"
#include "trunk/peer.h"
#include "trunk/probe.h"
#include "trunk/record.h"
#include "trunk/record_memo.h"

#include <stdlib.h>
#include <unistd.h>

enum { TICK_MS = 250, STOP_MS = 10000, ROUNDS = 16, LEG_BYTES = 50000, TRIM_BYTES = 16777216 };

static void finish_stop(struct trunk *t)
{
	if (!t->stopping || !list_empty(&t->legs) || !t->stopped)
		return;
	void (*stopped)(void *arg) = t->stopped;
	t->stopped = NULL;
	net_timer_close(t->tick);
	t->tick = NULL;
	resolver_free(t->resolver);
	t->resolver = NULL;
	stopped(t->stopped_arg);
}

static void each_pair(struct trunk *t, void (*fn)(struct pair *p, uint64_t now))
{
	size_t pos = 0;
	uint64_t now = net_loop_now(t->loop);
	for (struct map_node *n = NULL; (n = map_next(&t->pairs, &pos, n)) != NULL;)
		fn(map_item(n, struct pair, node), now);
}

static void sweep(struct pair *p, uint64_t now)
{
	pair_sweep(p, now);
}

/* Legs that may hold buffers. The two numbers are not read at one moment. */
static unsigned busy(const struct trunk *t)
{
	unsigned all = trunk_load(t), resting = atomic_load(&t->resting);
	return all > resting ? all - resting : 0;
}

/* After a storm of connections, full queues or much traffic, what that took goes back to the
 * system. */
static void trim(struct trunk *t)
{
	size_t held = atomic_load(&t->shared->queued_bytes);
	for (unsigned i = 0; i < t->shared->n; i++)
		held += (size_t)busy(t->shared->trunks[i]) * LEG_BYTES;
	if (held > t->most_held)
		t->most_held = held;
	if (t->most_held < 2 * held + TRIM_BYTES)
		return;
	t->most_held = held;
	mem_trim();
}

static void tell_held(void *arg, const char *event, const char *peer, uint32_t lines)
{
	(void)arg;
	log_info("held-back events=%s peer=%s lines=%u", event, log_quote(str_of(peer)).s, lines);
}

static void tick(void *arg)
{
	struct trunk *t = arg;
	uint64_t now = net_loop_now(t->loop);
	int64_t wall = clock_wall();
	uint32_t held = log_limit_rest(&t->refuse_limit, now);
	if (held)
		log_info("held-back events=refused,dialback-ignored lines=%u", held);
	log_held_tick(&t->held, now, tell_held, t);
	each_pair(t, pair_tick);
	each_pair(t, sweep);
	list_for_each_safe (it, &t->legs)
		leg_tick(list_item(it, struct leg, link), now, wall);
	if (t->index == 0)
		trim(t);
	if (t->index == 0 && t->shared->alerts)
		alerts_tick(t->shared->alerts, now);
	if (t->stopping && now >= t->stop_ms)
		list_for_each_safe (it, &t->legs) {
			struct leg *l = list_item(it, struct leg, link);
			leg_end(l, "shutdown");
			conn_abort(l->conn);
		}
	finish_stop(t);
}

/* Reads on with the streams that were given room. */
static void read_on(struct trunk *t)
{
	struct list go;
	list_init(&go);
	list_splice(&go, &t->resumed);
	while (!list_empty(&go))
		inbound_read_on(list_first(&go, struct inbound, resume));
}

/* The end of a turn: streams that may be read on (which may give room to others, but not for ever
 * in one turn), then what was gathered for siblings. */
static void turn(void *arg)
{
	struct trunk *t = arg;
	for (unsigned i = 0; i < ROUNDS && !list_empty(&t->resumed); i++)
		read_on(t);
	handover_flush(t);
	record_kick(t);
	metrics_turned(&t->metrics);
	finish_stop(t);
}

struct trunk *trunk_new(
	struct net_loop *loop, struct trunk_shared *shared, unsigned index, struct plan *plan)
{
	struct trunk *t = MEM_NEW(struct trunk);
	t->loop = loop;
	t->shared = shared;
	t->index = index;
	t->plan = plan_ref(plan);
	list_init(&t->legs);
	list_init(&t->resumed);
	list_init(&t->fresh);
	list_init(&t->unrecorded);
	list_init(&t->probes);
	map_init(&t->pairs);
	map_init(&t->peers);
	t->outbox = mem_zero(shared->n, sizeof(*t->outbox));
	t->outbox_bytes = mem_zero(shared->n, sizeof(*t->outbox_bytes));
	for (unsigned i = 0; i < shared->n; i++)
		list_init(&t->outbox[i]);
	t->filter = filter_new(inbound_choose, NULL);
	filter_shadow_blank(t->filter);
	t->heads = head_reader_new();
	t->resolver = resolver_new(loop, &plan->settings.dns);
	t->tick = net_timer_new(loop, tick, t);
	net_timer_start(t->tick, TICK_MS, TICK_MS);
	net_loop_on_turn(loop, turn, t);
	return t;
}

void trunk_free(struct trunk *t)
{
	if (!t)
		return;
	size_t pos = 0;
	for (struct map_node *n = NULL; (n = map_next(&t->pairs, &pos, n)) != NULL;)
		pair_free(map_item(n, struct pair, node));
	map_fini(&t->pairs);
	peers_free(&t->peers);
	handover_free(t);
	free(t->outbox);
	free(t->outbox_bytes);
	filter_free(t->filter);
	head_reader_free(t->heads);
	repeats_free(t->repeats);
	log_held_fini(&t->held);
	buf_fini(&t->record);
	buf_fini(&t->masked);
	record_memo_free(t->record_memo);
	malformed_free(t->malformed);
	metrics_fini(&t->metrics);
	plan_unref(t->plan);
	free(t);
}

unsigned trunk_load(const struct trunk *t)
{
	return atomic_load(&((struct trunk *)(void *)(size_t)t)->load);
}

static void count_connection(struct trunk *t, const struct address *listener, const char *refused)
{
	char text[ADDRESS_TEXT];
	address_print(listener, text);
	metrics_connection(&t->metrics, str_of(text), refused);
}

static void refuse(struct trunk *t, int fd, const struct address *peer, const char *why)
{
	char text[ADDRESS_TEXT];
	uint32_t held;
	close(fd);
	address_print(peer, text);
	if (metrics_line_pass(t, &t->refuse_limit, METRICS_LINE_REFUSED, 5, &held))
		log_warn("refused peer=%s reason=%s held_back=%u", text, why, held);
}

void trunk_accept(struct trunk *t, int fd, const struct address *peer, enum listen_mode mode,
	const struct address *listener)
{
	const struct limits_config *lim = &t->plan->settings.limits;
	struct admission *a = &t->shared->admission;
	struct admission_place place;
	if (t->stopping) {
		count_connection(t, listener, "stopping");
		refuse(t, fd, peer, "stopping");
		return;
	}
	/* When set-ups are many and slow, those that do not get on give way; when they are just
	 * many, those that have begun are finished first. */
	if (admission_crowded(a, lim))
		inbound_make_room(t);
	const char *why = admission_enter(a, peer, lim, &place);
	count_connection(t, listener, why);
	if (why)
		refuse(t, fd, peer, why);
	else
		inbound_new(t, fd, peer, mode, listener, &place);
}

static void replan_pair(struct pair *p, uint64_t now)
{
	(void)now;
	route_replan(&p->routes[0]);
	route_replan(&p->routes[1]);
}

void trunk_change_plan(struct trunk *t, struct plan *plan)
{
	struct plan *old = t->plan;
	t->plan = plan_ref(plan);
	metrics_replan(&t->metrics);
	list_for_each_safe (it, &t->legs) {
		struct leg *l = list_item(it, struct leg, link);
		if (l->kind == LEG_IN)
			inbound_replan((struct inbound *)l);
	}
	each_pair(t, replan_pair);
	plan_unref(old);
	certified_peers_plan(t->shared->certified, plan);
}

static void stop_pair(struct pair *p, uint64_t now)
{
	(void)now;
	route_stop(&p->routes[0]);
	route_stop(&p->routes[1]);
}

/* What peers had sent is ours: their TCP was told so. It is sent or answered. */
static void read_rest(struct trunk *t)
{
	list_for_each_safe (it, &t->legs) {
		struct leg *l = list_item(it, struct leg, link);
		if (l->kind == LEG_IN && !l->ended)
			inbound_read_rest((struct inbound *)l);
	}
}

void trunk_stop(struct trunk *t, void (*stopped)(void *arg), void *arg)
{
	if (t->stopping) {
		t->stop_ms = 0;
		tick(t);
		return;
	}
	t->stopping = true;
	t->stop_ms = net_loop_now(t->loop) + STOP_MS;
	t->stopped = stopped;
	t->stopped_arg = arg;
	probes_stop(t);
	each_pair(t, stop_pair);
	read_rest(t);
	list_for_each_safe (it, &t->legs) {
		struct leg *l = list_item(it, struct leg, link);
		leg_fail(l, STREAM_SYSTEM_SHUTDOWN, NULL, NULL);
	}
	finish_stop(t);
}
