/* SPDX-License-Identifier: MIT */
/* What was counted at each minute of the last hour, for plots: a ring that never grows. */
#pragma once

#include <stdint.h>

struct metrics_facts;

enum { HISTORY_MINUTES = 60 };

struct history_sample {
	int64_t wall;              /* seconds since 1970; 0: none yet */
	uint64_t received, sent;   /* stanzas since the start */
	uint64_t refused;          /* of the received ones: bounced, dropped, ended the stream */
	uint64_t bytes;            /* received and sent */
	uint64_t streams, waiting; /* at that moment: established; stanzas in queues */
};

struct history {
	struct history_sample ring[HISTORY_MINUTES + 1]; /* 60 differences */
	unsigned next, n;
};

void history_measure(const struct metrics_facts *f, int64_t wall, struct history_sample *out);
void history_add(struct history *h, const struct history_sample *s);
/* The i-th of n, the oldest first. */
const struct history_sample *history_at(const struct history *h, unsigned i);
