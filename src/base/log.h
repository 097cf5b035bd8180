/* SPDX-License-Identifier: MIT */
/*
 * The event log. Every line is one event: its name, then key=value pairs. A thread hands a line to
 * a bounded ring and goes on; one writer thread drains it. A full ring drops lines and counts them.
 * Before log_start() and after log_stop() lines are written at once by the caller.
 */
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum log_level {
	LOG_LEVEL_DEBUG,
	LOG_LEVEL_INFO,
	LOG_LEVEL_WARN,
	LOG_LEVEL_ERROR,
	LOG_LEVEL_ALERT
};

enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

/* Where lines go: a file descriptor (stderr), or syslog when fd is -1. Not thread-safe: call it
 * before the threads exist, or between log_stop() and log_start(). */
void log_open(int fd, enum log_format format);
void log_set_level(enum log_level level);
enum log_level log_level(void);
/* Does anybody want lines of this level: the log, or its tap (log_tap.h)? What is only worth its
 * cost then asks this, never log_level(). */
bool log_heard(enum log_level level);
const char *log_level_name(enum log_level level);
void log_start(void);
/* Drains the ring, joins the writer. A sink that takes nothing for a second loses the rest. */
void log_stop(void);
/* Lines dropped so far because the ring was full or the sink failed. */
uint64_t log_dropped(void);

/* One line. fmt is "event-name key=%s ..."; whatever a peer or a file can choose must pass through
 * log_quote(). Control characters and bytes that are no UTF-8 are escaped by the writer, so a peer
 * cannot forge a line. A line over 4,000 bytes is cut. Keeps errno. */
void log_write(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Does anybody read along (log_tap.h), and does he want contents? */
enum log_watch { LOG_WATCH_NOBODY, LOG_WATCH_LINES, LOG_WATCH_CONTENT };
enum log_watch log_watched(void);
struct log_aside {
	struct str more;    /* what a log must not keep */
	struct str content; /* of a stanza: only for who asked for it */
};
/* As log_write(), with " key=value" pairs that never reach the log, only who reads along. */
void log_write_aside(enum log_level level, const struct log_aside *aside, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A value for "key=%s": s in double quotes with \" and \\ escaped where it needs them, as it is
 * where it does not; cut with "..." when too long. By value: log_info("x name=%s", log_quote(s).s).
 */
enum { LOG_QUOTED = 520 };
struct log_quoted {
	char s[LOG_QUOTED];
};
struct log_quoted log_quote(struct str s);

#define log_debug(...) \
	(log_heard(LOG_LEVEL_DEBUG) ? log_write(LOG_LEVEL_DEBUG, __VA_ARGS__) : (void)0)
#define log_info(...)  (log_heard(LOG_LEVEL_INFO) ? log_write(LOG_LEVEL_INFO, __VA_ARGS__) : (void)0)
#define log_warn(...)  log_write(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_alert(...) log_write(LOG_LEVEL_ALERT, __VA_ARGS__)

/* A rate limit for one kind of line that a peer can trigger: at most `burst` lines per second and
 * site; when lines were held back, the next one that passes is told how many (*held_out). */
struct log_limit {
	uint64_t second;
	uint32_t passed;
	uint32_t held;
};
bool log_limit_pass(struct log_limit *l, uint64_t now_ms, uint32_t burst, uint32_t *held_out);
/* When the second is over: how many were held back and have not been told; they are now. 0 else. */
uint32_t log_limit_rest(struct log_limit *l, uint64_t now_ms);
