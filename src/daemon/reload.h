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
/* The same, and somebody waits for the end: `plan` is in force, or NULL, and nothing has changed;
 * `report` has all errors and warnings, and is only lent. */
typedef void reload_told_fn(void *arg, const struct plan *plan, const struct config_report *report);
void reload_ask(struct reload *r, reload_told_fn *told, void *arg);
/* Builds the plan that a reload would, beside everything, and changes nothing. `told` gets it
 * (NULL: it has errors) and may take a reference. False: one is being built. */
typedef void reload_foretold_fn(void *arg, struct plan *plan, const struct config_report *report);
bool reload_foretell(struct reload *r, reload_foretold_fn *told, void *arg);
/* For a plan that is made of a running one. */
uint64_t reload_next_number(struct reload *r);
/* What a reload leaves as it was, in words; returns how many. */
enum { RELOAD_RESTARTS = 4 };
unsigned reload_restarts(
	const struct plan *running, const struct plan *next, const char *out[RELOAD_RESTARTS]);
