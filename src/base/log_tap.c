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
static _Atomic int tap_watch = LOG_WATCH_NOBODY;

int log_tap_level(void)
{
	return atomic_load_explicit(&tap_level, memory_order_relaxed);
}

enum log_watch log_watched(void)
{
	return (enum log_watch)atomic_load_explicit(&tap_watch, memory_order_relaxed);
}

void log_tap_open(enum log_level level, enum log_watch watch)
{
	atomic_store_explicit(&tap_level, (int)level, memory_order_relaxed);
	atomic_store_explicit(&tap_watch, (int)watch, memory_order_relaxed);
	log_retune();
}

void log_tap_close(void)
{
	struct log_tap_line *l, *next;
	uint64_t lost;

	atomic_store_explicit(&tap_level, NOBODY, memory_order_relaxed);
	atomic_store_explicit(&tap_watch, LOG_WATCH_NOBODY, memory_order_relaxed);
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

static char *put(char *at, struct str s)
{
	if (s.n)
		memcpy(at, s.p, s.n);
	return at + s.n;
}

void log_tap_put(
	enum log_level level, const char *time, struct str text, const struct log_aside *aside)
{
	struct str content =
		log_watched() == LOG_WATCH_CONTENT ? aside->content : (struct str){ 0 };
	size_t size = sizeof(struct log_tap_line) + text.n + aside->more.n + content.n;
	struct log_tap_line *l = mem_alloc(size);

	*l = (struct log_tap_line){
		.level = level, .n = text.n + aside->more.n, .content = content.n
	};
	memcpy(l->time, time, CLOCK_TEXT);
	put(put(put(l->text, text), aside->more), content);
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
