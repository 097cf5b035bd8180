/* SPDX-License-Identifier: MIT */
/* Asking the running daemon, through its control sockets. Blocks: this is trunkctl's side. */
#pragma once

#include "ctl/command.h"

#include <jansson.h>

/* Which socket: the one that --socket names (a directory: "read" or "change" in it), else that of
 * the configuration (-c, or where it usually is, when it can be read), else of /run/trunkd. */
enum ctl_socket { CTL_READ, CTL_CHANGE };

/* An item, or progress, of an answer; false: enough, the rest is not awaited. The value is the
 * caller's of this function. */
typedef bool ctl_item_fn(void *arg, json_t *value);

struct ctl_request {
	enum ctl_socket socket;
	const char *command;
	json_t *arguments;            /* may be NULL; taken over */
	ctl_item_fn *item, *progress; /* may be NULL: thrown away */
	void *arg;
	unsigned patience_s; /* how long trunkd may say nothing; 0: for ever */
	int stop_fd;         /* readable: enough; the rest is not awaited; 0: there is none */
	json_t **result_out; /* may be NULL; the caller's, with CTL_FINE; NULL when it was enough */
};
/* Asks and waits for the end. CTL_FINE; CTL_NOT_RUNNING and CTL_FAILED after words on c->err (the
 * remedy, too). */
enum ctl_status ctl_call(struct ctl *c, const struct ctl_request *r);

/* The same command so many times, `at_once` of them at a time: one that is slow holds up nobody. */
struct ctl_many {
	enum ctl_socket socket;
	const char *command;
	unsigned n, at_once;
	unsigned patience_s; /* how long trunkd may say nothing to any of them; not 0 */
	/* The arguments of the i-th; taken over. */
	json_t *(*arguments)(void *arg, unsigned i);
	/* Its end, in the order in which they come: the result, or the words that there would have
	 * been on c->err. Both stay the caller's. False: the others need not be asked any more. */
	bool (*done)(void *arg, unsigned i, enum ctl_status status, const json_t *result,
		const char *words);
	void *arg;
};
/* False after words on c->err: there is no socket by this configuration, and nobody was asked. */
bool ctl_call_many(struct ctl *c, const struct ctl_many *m);
