/* SPDX-License-Identifier: MIT */
/* What one screen of trunkctl top says: out of two polls of the daemon. Asks nobody. */
#pragma once

#include <jansson.h>
#include <stdio.h>

/* Answers of the daemon: the result of "status", arrays of the items of "map" and "peers". */
struct top_poll {
	json_t *status, *pairs, *peers; /* NULL: not polled yet */
	double at;                      /* seconds, of a clock that only goes on */
};
void top_poll_fini(struct top_poll *p);

/* The caller's object. Rates are null without a poll before, never below 0 when a counter has begun
 * anew. At most TOP_ROWS pairs, the busiest first. */
enum { TOP_ROWS = 20 };
json_t *top_facts(const struct top_poll *before, const struct top_poll *now);
/* As text of at most `lines` lines of `columns` characters each; 0: as many as there are. */
void top_print(const json_t *facts, unsigned lines, unsigned columns, FILE *f);
