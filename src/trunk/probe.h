/* SPDX-License-Identifier: MIT */
/*
 * One attempt to reach a domain's next hop, made for somebody who watches: the daemon's own dial,
 * told step by step. The stream is closed as soon as it is ready; no stanza is sent. It stands in
 * the ring of attempts, and counts for the back-off, as any other. On the worker's own thread.
 */
#pragma once

#include "trunk/dial.h"

/* Plain data that another thread may keep. */
struct probe_report {
	enum dial_outcome outcome;
	uint32_t took_ms;    /* in all */
	struct attempt last; /* the last endpoint that was tried; wall 0: none */
	char words[256];     /* what went wrong; "" with DIAL_OK */
};

struct probe;
/* `from` and `to` are domains whose controls accept them. `step` (may be NULL) hears of each stage
 * as it begins, `done` once of the end, never from inside probe_start(); the probe is gone then. */
struct probe_options {
	const struct domain *from, *to;
	void (*step)(void *arg, enum attempt_stage s, const char *target);
	void (*done)(void *arg, const struct probe_report *r);
	void *arg;
};
/* False: there is no control for `to`, and nothing was begun. */
bool probe_start(struct trunk *t, const struct probe_options *o);
/* The trunk stops: all that are under way end. */
void probes_stop(struct trunk *t);
