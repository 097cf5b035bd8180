/* SPDX-License-Identifier: MIT */
/* See watchdog.h. */
#include "daemon/watchdog.h"

#include "base/log.h"
#include "base/mem.h"
#include "daemon/notify.h"
#include "daemon/worker.h"

#include <stdlib.h>
#include <unistd.h>

struct watchdog {
	struct worker *workers;
	unsigned n;
	unsigned silent; /* that have not answered yet */
	bool said;       /* that one is silent */
	struct net_timer *timer;
};

/* Milliseconds within which the manager wants a sign; 0: it wants none. */
static uint64_t asked_for(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");

	if (!usec || (pid && strtol(pid, NULL, 10) != (long)getpid()))
		return 0;
	return strtoull(usec, NULL, 10) / 1000;
}

static void answered(void *arg)
{
	struct watchdog *w = arg;
	w->silent--;
}

static void tick(void *arg)
{
	struct watchdog *w = arg;

	if (w->silent) {
		if (!w->said)
			log_warn("watchdog silent=%u what=\"a worker does not answer\"", w->silent);
		w->said = true;
		return;
	}
	w->said = false;
	notify_send("WATCHDOG=1");
	w->silent = w->n;
	for (unsigned i = 0; i < w->n; i++)
		worker_ping(&w->workers[i], answered, w);
}

struct watchdog *watchdog_new(struct net_loop *loop, struct worker *workers, unsigned n)
{
	uint64_t ms = asked_for();
	struct watchdog *w;

	if (!ms)
		return NULL;
	w = MEM_NEW(struct watchdog);
	w->workers = workers;
	w->n = n;
	w->timer = net_timer_new(loop, tick, w);
	/* A sign rests on the answers to the tick before it: four of them in the time allowed. */
	net_timer_start(w->timer, 0, ms / 4 ? ms / 4 : 1);
	return w;
}

void watchdog_stop(struct watchdog *w)
{
	if (w)
		net_timer_close(w->timer);
}

void watchdog_free(struct watchdog *w)
{
	free(w);
}
