/* SPDX-License-Identifier: MIT */
/*
 * A second reader of the event log, inside the process: lines of a level of its own, whatever the
 * log's is, kept in a bounded queue until they are taken. Each who wants some has room of his
 * own there; beyond it they are lost, and counted. No thread ever waits for who reads. One tap for
 * a process: opened, taken from and closed on one thread, the one that sets the log's level; filled
 * by any.
 */
#pragma once

#include "base/clock.h"
#include "base/log.h"

enum {
	LOG_TAP_LINES = 2048,              /* for each who wants them */
	LOG_TAP_SHARE = 1024 * 1024,       /* bytes of them */
	LOG_TAP_BYTES = 8 * LOG_TAP_SHARE, /* of all */
};

struct log_tap_line {
	struct log_tap_line *next;
	enum log_level level;
	char time[CLOCK_TEXT];
	size_t n, content; /* bytes of the line; of the content of a stanza behind it */
	char text[];
};

/* What one of those wants who read the tap: lines of this level and above that have all needles in
 * them (ASCII, in any case). A line that is not plain ASCII may have them in disguise: it is
 * wanted. A rough sieve on the thread that writes, so that a busy process does not fill the queue
 * with what nobody asked for. */
enum { LOG_TAP_WANTS = 8, LOG_TAP_NEEDLES = 16 };
struct log_tap_want {
	enum log_level level;
	unsigned n;
	const char *needles[LOG_TAP_NEEDLES]; /* not empty */
	_Atomic uint64_t *lost; /* lines that were for him and found no room; may be NULL */
};
/* `line` is in two parts, and no needle in both. */
bool log_tap_wanted(const struct log_tap_want *w, enum log_level level, const struct str line[2]);

/* From now on lines are kept that one of the wants is for (at most LOG_TAP_WANTS; copied), with
 * what log_write_aside() says besides; its content only with LOG_WATCH_CONTENT. Open already: only
 * changes that. */
void log_tap_open(const struct log_tap_want *wants, unsigned n, enum log_watch watch);
/* Throws away what was not taken. */
void log_tap_close(void);
/* All lines that came since the last call, in order. The caller frees each with free(). NULL: none.
 */
struct log_tap_line *log_tap_take(void);

/* ---- for base/log.c ---- */
/* Above LOG_LEVEL_ALERT: nobody listens. */
int log_tap_level(void);
void log_tap_put(
	enum log_level level, const char *time, struct str text, const struct log_aside *aside);
/* The tap's level has changed. */
void log_retune(void);
