/* SPDX-License-Identifier: MIT */
/*
 * One event loop: a uv loop, its mailbox, the connections with something to send, the handshakes
 * that wait for their turn, and the buffers that a turn needs. A worker owns one; the main thread
 * owns one. Everything but net_loop_post() is for the loop's own thread.
 */
#pragma once

#include "base/list.h"

#include <stdbool.h>
#include <stdint.h>

struct uv_loop_s;
struct net_loop;

struct net_loop *net_loop_new(void);
/* Runs until net_loop_stop() and every handle is closed. */
void net_loop_run(struct net_loop *l);
/* Asks the loop to end: called on its own thread, when the owner has asked its connections to
 * close. It runs until they have. */
void net_loop_stop(struct net_loop *l);
/* After net_loop_run(). Mail that nobody read is run with `cancelled` set. */
void net_loop_free(struct net_loop *l);
struct uv_loop_s *net_loop_uv(struct net_loop *l);
/* Milliseconds of the monotonic clock (clock_ms), taken at the top of this turn. */
uint64_t net_loop_now(const struct net_loop *l);

/* A message to a loop: embedded in whatever it carries. `run` is called on the loop's thread, in
 * the order of posting, and owns the message from then on. */
struct mail {
	struct list link;
	void (*run)(struct mail *m, bool cancelled);
};
/* From any thread. The message belongs to the loop from now on. */
void net_loop_post(struct net_loop *l, struct mail *m);

/* Called once in every turn, behind mail and events and before connections are flushed: the owner's
 * chance to gather. What it adds leaves in the same turn. */
void net_loop_on_turn(struct net_loop *l, void (*fn)(void *arg), void *arg);

/* A timer; embedded in its owner, which closes it before it goes. */
struct net_timer;
struct net_timer *net_timer_new(struct net_loop *l, void (*fn)(void *arg), void *arg);
void net_timer_start(struct net_timer *t, uint64_t ms, uint64_t repeat_ms);
/* Never fires again; frees itself later. NULL is fine. */
void net_timer_close(struct net_timer *t);
