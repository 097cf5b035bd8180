/* SPDX-License-Identifier: MIT */
/*
 * The operator's orders in the daemon: kept here, given to the workers as a plan of the same
 * configuration under them, taken back when their time is over. See trunk/orders.h.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/reload.h"
#include "daemon/server_private.h"

#include <stdlib.h>

enum { LONGEST_MS = 3600 * 1000 /* then it is looked at again */ };

struct plan *server_ordered(struct server *s, struct plan *base)
{
	if (!orders_count(s->orders))
		return plan_ref(base);
	return plan_with_orders(base, s->orders, reload_next_number(s->reload));
}

/* Until every worker obeys. */
struct obeying {
	unsigned left;
	void (*done)(void *arg);
	void *arg;
};

static void one_obeys(void *arg)
{
	struct obeying *o = arg;
	if (--o->left)
		return;
	if (o->done)
		o->done(o->arg);
	free(o);
}

static void obey(struct server *s, void (*done)(void *arg), void *arg)
{
	struct obeying *o = MEM_NEW(struct obeying);
	struct plan *old = s->plan;

	*o = (struct obeying){ s->n, done, arg };
	s->plan = plan_with_orders(plan_base(old), s->orders, reload_next_number(s->reload));
	for (unsigned i = 0; i < s->n; i++)
		worker_change_plan(&s->workers[i], s->plan, one_obeys, o);
	plan_unref(old);
}

/* ---- time ---- */

static void wait_for_next(struct server *s)
{
	int64_t next = orders_expiry(s->orders), now = clock_wall();
	uint64_t ms;

	if (!next)
		return;
	ms = next > now ? (uint64_t)(next - now) * 1000 : 1;
	/* The wall clock may be set: no longer than an hour is relied on. */
	net_timer_start(s->order_timer, ms < LONGEST_MS ? ms : LONGEST_MS, 0);
}

static void expire(void *arg)
{
	struct server *s = arg;
	int64_t now = clock_wall();
	struct orders *still = orders_still(s->orders, now), *old = s->orders;

	for (unsigned i = 0; i < orders_count(old); i++) {
		const struct order_entry *e = orders_at(old, i);

		if (e->until && e->until <= now)
			log_warn("order-expired order=%s target=%s", order_name(e->order),
				e->pattern);
	}
	s->orders = still;
	if (still != old && !s->stopping)
		obey(s, NULL, NULL);
	orders_unref(old);
	wait_for_next(s);
}

void server_orders_start(struct server *s)
{
	s->orders = orders_new();
	s->order_timer = net_timer_new(s->loop, expire, s);
}

void server_orders_stop(struct server *s)
{
	net_timer_close(s->order_timer);
	s->order_timer = NULL;
}

void server_order(struct server *s, const char *pattern, enum order order, int64_t until,
	void (*done)(void *arg), void *arg)
{
	struct orders *old = s->orders;

	s->orders = orders_with(old, pattern, order, until);
	orders_unref(old);
	log_warn("order order=%s target=%s until=%lld",
		order == ORDER_NONE ? "resume" : order_name(order), pattern, (long long)until);
	obey(s, done, arg);
	wait_for_next(s);
}
