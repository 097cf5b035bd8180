/* SPDX-License-Identifier: MIT */
/*
 * Lines of the log that one peer can cause again and again: of each (event, peer) so many in a
 * window of time are let through, the others are counted, and told of when it is over. Bounded:
 * when there are too many kinds at once, the rest are one. Time comes in; writes nothing itself.
 */
#pragma once

#include "base/map.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	LOG_HELD_BURST = 50,        /* lines of one kind, */
	LOG_HELD_WINDOW_MS = 10000, /* in so long */
	LOG_HELD_KINDS = 1024,
};

/* Zeroed: empty, and made ready by the first line. */
struct log_held {
	struct map kinds;
	bool ready;
	uint64_t end_ms;          /* of the window; all kinds have the same */
	uint32_t rest, held_rest; /* of what found no room: let through, held back */
};
void log_held_fini(struct log_held *h);
/* May this line be written? */
bool log_held_pass(struct log_held *h, const char *event, const char *peer, uint64_t now_ms);
/* When the window is over: calls fn for everything of which lines were held back (event and peer
 * are "others" for what found no room), and begins another one. Call it now and then. */
void log_held_tick(struct log_held *h, uint64_t now_ms,
	void (*fn)(void *arg, const char *event, const char *peer, uint32_t lines), void *arg);
