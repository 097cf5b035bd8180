/* SPDX-License-Identifier: MIT */
/*
 * The daemon: listeners, workers, signals, reloads. Everything here is the main thread's, which
 * never blocks: a plan is built by a helper thread.
 */
#pragma once

#include "trunk/plan.h"

struct server_options {
	const char *path; /* of the configuration */
	const char *keylog_file;
};

/* A SIGHUP from now on waits until the server can reload; first thing of all. */
void server_hold_signals(void);
/* How many workers it will have with this plan. */
unsigned server_workers(const struct plan *plan);
/* Runs until SIGTERM or SIGINT. Takes over the plan. Returns the exit status. */
int server_run(const struct server_options *o, struct plan *plan, const char *fallback_secret);
