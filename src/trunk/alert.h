/* SPDX-License-Identifier: MIT */
/*
 * Alerts: somebody tried what a policy blocks, or what no policy lets anyone do. At most one for
 * each policy, key and peer in an interval, then one that says how many were held back. Shared by
 * all workers, bounded; time comes in. Tells the log, and a function (which has the command run).
 */
#pragma once

#include "audit/record.h"
#include "config/schema.h"

struct alerts_config {
	struct config_origin origin;
	char *command;    /* NULL: none */
	int64_t interval; /* ms */
	bool journald;
};
extern const struct config_table alerts_schema;
/* The command must be there. */
void alerts_check(const struct alerts_config *c, struct config_report *report);

/* `json`: one object with a newline. Called on the thread that raised the alert. */
typedef void alerts_fn(void *arg, struct str json);

struct alerts;
struct alerts *alerts_new(const char *node, alerts_fn *fn, void *arg);
void alerts_free(struct alerts *a);
/* From now on. `journal`: the journal's socket, a constant; NULL: alerts do not go there. */
void alerts_configure(struct alerts *a, int64_t interval_ms, const char *journal);
/* `what` says policy, key, from, to and so on; `peer` is the domain that tried. */
void alerts_raise(
	struct alerts *a, const struct audit_record *what, struct str peer, uint64_t now_ms);
/* How often each policy and key was the reason so far, and how many of these alerts were told:
 * `fn` is called for each, under the lock. Bounded: later ones are policy "other". */
struct alerts_count {
	const char *policy, *key;
	uint64_t raised, told;
};
void alerts_each(struct alerts *a, void (*fn)(void *arg, const struct alerts_count *c), void *arg);
/* Tells of what was held back in intervals that are over. */
void alerts_tick(struct alerts *a, uint64_t now_ms);
