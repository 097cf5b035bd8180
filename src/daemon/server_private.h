/* SPDX-License-Identifier: MIT */
/* What the main thread owns, for the files of this room that act on it. */
#pragma once

#include "daemon/server.h"
#include "daemon/worker.h"
#include "net/inherited.h"

#include <uv.h>

struct listener;
struct reload;
struct watchdog;
struct control_sockets;
struct http;
struct watchers;

struct server {
	struct net_loop *loop;
	const struct server_options *options;
	struct trunk_shared shared;
	struct worker *workers;
	unsigned n, running;
	struct listener **listeners;
	unsigned nlisteners;
	struct plan *plan; /* in force; a reference */
	int64_t plan_wall; /* since when */
	struct reload *reload;
	struct orders *orders; /* of the operator, in force */
	struct net_timer *order_timer;
	struct command *command;         /* for alerts */
	struct control_sockets *control; /* trunkctl's sockets */
	struct http *http;               /* metrics and the status page */
	struct watchers *watchers;       /* who reads along (control_watch.c); NULL: nobody */
	struct inherited inherited;      /* sockets that were passed to us */
	struct watchdog *watchdog;       /* NULL: nobody asks for it */
	uv_signal_t signals[4];
	bool stopping;
	int64_t started;     /* seconds since 1970 */
	uint64_t started_ms; /* clock_ms() */
	int log_level;       /* the operator's; -1: the plan's */
	struct server_reload {
		int64_t wall; /* of the last reload; 0: none yet */
		bool done;
		char words[256]; /* why it was refused */
	} last_reload;
};

/* Has `fill` run by every worker, each on its own thread at the top of a turn, all at the same
 * time; then `done` once on the main loop. `cancelled`: the process ends, not all have been asked;
 * only free what is yours. */
void workers_ask(struct server *s, void (*fill)(struct trunk *t, void *arg),
	void (*done)(void *arg, bool cancelled), void *arg);

/* ---- order.c ---- */
void server_orders_start(struct server *s);
void server_orders_stop(struct server *s);
/* The plan to run: under the orders in force. A reference. */
struct plan *server_ordered(struct server *s, struct plan *base);
/* Gives an order for a canonical pattern, ORDER_NONE takes it back; `until`: seconds since 1970, 0:
 * no end. `done` runs when every worker obeys. */
void server_order(struct server *s, const char *pattern, enum order order, int64_t until,
	void (*done)(void *arg), void *arg);
