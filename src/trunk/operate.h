/* SPDX-License-Identifier: MIT */
/*
 * What an operator does to a worker's streams and queues, and what another plan would do to them.
 * On the worker's own thread; results are plain data that another thread may keep.
 */
#pragma once

#include "trunk/leg.h"

/* Domains as in a control's match: "a.example", "*.us", "*". */

/* Dials now whatever waits for its back-off to be over. Returns how many domains that were. */
unsigned trunk_retry(struct trunk *t, const char *pattern);
/* Sends back to their senders what waits for these domains. Returns how many stanzas that were. */
unsigned long long trunk_flush(struct trunk *t, const char *pattern);

/* Which streams: one by its number; or those of a pair of domains, as their header names them, in
 * this direction of the stanzas; or those that came in by a listener. */
struct trunk_streams {
	unsigned long long number; /* 0: not by number */
	struct domain from, to;    /* from.n == 0: not by name */
	struct address listener;   /* len 0: not by listener */
};
/* Closes them in order: what is under way arrives. Returns how many. */
unsigned trunk_close(struct trunk *t, const struct trunk_streams *which);

/* One stream under a plan that is not in force. */
struct forecast {
	unsigned long long number;
	enum leg_kind kind;
	enum replan verdict;
	struct domain peer, own;
	char address[ADDRESS_TEXT];
	char words[120]; /* why; "" with REPLAN_KEEP */
};
/* For all streams; *n_out of them, on the heap. */
struct forecast *trunk_forecast(struct trunk *t, struct plan *plan, size_t *n_out);
