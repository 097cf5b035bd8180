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
