/* SPDX-License-Identifier: MIT */
/* See log_tap.h. The mutex is held for a few pointers, or for a copy that was made before. */
#include "base/log_tap.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { NOBODY = LOG_LEVEL_ALERT + 1 };

/* Belongs to the log, of which there is one per process (log.c). */
static struct {
	pthread_mutex_t lock;
	struct log_tap_line *first, **last;
	size_t lines, bytes;
	uint64_t lost;
} tap = { .lock = PTHREAD_MUTEX_INITIALIZER, .last = &tap.first };

static _Atomic int tap_level = NOBODY;
static _Atomic bool tap_content;

int log_tap_level(void)
{
	return atomic_load_explicit(&tap_level, memory_order_relaxed);
}

bool log_wants_content(void)
{
	return atomic_load_explicit(&tap_content, memory_order_relaxed);
}

void log_tap_open(enum log_level level, bool content)
{
	atomic_store_explicit(&tap_level, (int)level, memory_order_relaxed);
	atomic_store_explicit(&tap_content, content, memory_order_relaxed);
	log_retune();
}

void log_tap_close(void)
{
	struct log_tap_line *l, *next;
	uint64_t lost;

	atomic_store_explicit(&tap_level, NOBODY, memory_order_relaxed);
	atomic_store_explicit(&tap_content, false, memory_order_relaxed);
	log_retune();
	for (l = log_tap_take(&lost); l; l = next) {
		next = l->next;
		free(l);
	}
}

struct log_tap_line *log_tap_take(uint64_t *lost_out)
{
	struct log_tap_line *all;

	pthread_mutex_lock(&tap.lock);
	all = tap.first;
	*lost_out = tap.lost;
	tap.first = NULL;
	tap.last = &tap.first;
	tap.lines = tap.bytes = 0;
	tap.lost = 0;
	pthread_mutex_unlock(&tap.lock);
	return all;
}

static struct log_tap_line *line_new(
	enum log_level level, const char *time, struct str text, struct str content)
{
	struct log_tap_line *l = mem_alloc(sizeof(*l) + text.n + content.n);

	*l = (struct log_tap_line){ .level = level, .n = text.n, .content = content.n };
	memcpy(l->time, time, CLOCK_TEXT);
	memcpy(l->text, text.p, text.n);
	if (content.n)
		memcpy(l->text + text.n, content.p, content.n);
	return l;
}

void log_tap_put(enum log_level level, const char *time, struct str text, struct str content)
{
	struct log_tap_line *l = line_new(level, time, text, content);
	size_t size = sizeof(*l) + text.n + content.n;

	pthread_mutex_lock(&tap.lock);
	if (log_tap_level() == NOBODY) {
		/* It was closed meanwhile: nobody would ever free the line. */
	} else if (tap.lines == LOG_TAP_LINES || tap.bytes + size > LOG_TAP_BYTES) {
		tap.lost++;
	} else {
		*tap.last = l;
		tap.last = &l->next;
		tap.lines++;
		tap.bytes += size;
		l = NULL;
	}
	pthread_mutex_unlock(&tap.lock);
	free(l);
}
