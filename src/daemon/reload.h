/* SPDX-License-Identifier: MIT */
/*
 * SIGHUP: a whole new plan or nothing. The plan is built by a helper thread beside the running one;
 * requests that come meanwhile are answered by one more build. Only a plan without errors is
 * committed; it is done when every worker has changed over.
 */
#pragma once

#include "trunk/plan.h"

struct net_loop;

struct reload_options {
	const char *path, *keylog_file, *fallback_secret; /* live as long as the reload */
	struct net_loop *loop;                            /* everything but the build runs here */
	unsigned workers;
	/* What may still fail and is no part of the plan (listeners). false: `report` says why. */
	bool (*prepare)(
		void *arg, struct plan *plan, struct config_report *report, void **kept_out);
	/* Cannot fail. Calls done(done_arg) once per worker. */
	void (*commit)(
		void *arg, struct plan *plan, void *kept, void (*done)(void *arg), void *done_arg);
	/* It was done under this plan, or refused (NULL): `words` is the first error. */
	void (*ended)(void *arg, const struct plan *plan, const char *words);
	void *arg;
};

struct reload;
/* `running` is the plan in force (a reference is taken). */
struct reload *reload_new(const struct reload_options *o, struct plan *running);
void reload_free(struct reload *r);
void reload_request(struct reload *r);
