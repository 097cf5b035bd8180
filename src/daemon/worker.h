/* SPDX-License-Identifier: MIT */
/* One thread with its loop and its trunk. Made and joined by the main thread, spoken to by mail. */
#pragma once

#include "trunk/trunk.h"

#include <pthread.h>

struct worker {
	struct net_loop *loop;
	struct net_loop *main_loop;
	struct trunk *trunk;
	pthread_t thread;
	bool started;
	void (*stopped)(void *arg); /* on the main loop */
	void *stopped_arg;
};

/* The thread does not run before worker_start(). */
void worker_init(struct worker *w, struct net_loop *main_loop, struct trunk_shared *shared,
	unsigned index, struct plan *plan);
/* 0 or -errno. */
int worker_start(struct worker *w);
/* Hands an accepted connection over. */
void worker_accept(struct worker *w, int fd, const struct address *peer, enum listen_mode mode,
	const struct address *listener);
/* The worker changes over; then `done` runs on the main loop. */
void worker_change_plan(struct worker *w, struct plan *plan, void (*done)(void *arg), void *arg);
/* `fn` runs on the main loop once the worker has read its mail. */
void worker_ping(struct worker *w, void (*fn)(void *arg), void *arg);
/* Stops in order, a second time at once; `stopped` runs on the main loop when the last leg is gone.
 */
void worker_stop(struct worker *w, void (*stopped)(void *arg), void *arg);
/* Waits for the thread's end. All workers are joined before the first is freed: they write to each
 * other. */
void worker_join(struct worker *w);
void worker_fini(struct worker *w);
