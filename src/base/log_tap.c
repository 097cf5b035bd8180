/* SPDX-License-Identifier: MIT */
/* See log_tap.h. The mutex is held to look a line through and to copy it, never for input or
 * output. */
#include "base/log_tap.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { NOBODY = LOG_LEVEL_ALERT + 1 };

/* Belongs to the log, of which there is one per process (log.c). */
static struct {
	pthread_mutex_t lock;
	struct reader {
		struct log_tap_want want; /* with needles of its own */
		size_t lines, bytes;      /* in the queue that were for him */
	} readers[LOG_TAP_WANTS];
	unsigned n;
	struct log_tap_line *first, **last;
	size_t bytes;
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

/* ---- what is wanted ---- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool has(struct str s, struct str needle)
{
	char first = lower(needle.p[0]);

	for (; s.n >= needle.n; s = str_skip(s, 1))
		if (lower(s.p[0]) == first && str_eq_nocase((struct str){ s.p, needle.n }, needle))
			return true;
	return false;
}

static bool is_ascii(struct str s)
{
	unsigned char all = 0;

	for (size_t i = 0; i < s.n; i++)
		all |= (unsigned char)s.p[i];
	return all < 0x80;
}

bool log_tap_wanted(const struct log_tap_want *w, enum log_level level, const struct str line[2])
{
	if (level < w->level)
		return false;
	if (!w->n || !is_ascii(line[0]) || !is_ascii(line[1]))
		return true;
	for (unsigned i = 0; i < w->n; i++)
		if (!has(line[0], str_of(w->needles[i])) && !has(line[1], str_of(w->needles[i])))
			return false;
	return true;
}

/* Under the lock, as the following. */
static void set_wants(const struct log_tap_want *wants, unsigned n)
{
	for (unsigned i = 0; i < tap.n; i++)
		for (unsigned k = 0; k < tap.readers[i].want.n; k++)
			free((char *)(void *)(size_t)tap.readers[i].want.needles[k]);
	tap.n = n;
	for (unsigned i = 0; i < n; i++) {
		tap.readers[i] = (struct reader){ .want = wants[i] };
		for (unsigned k = 0; k < wants[i].n; k++)
			tap.readers[i].want.needles[k] = mem_strdup(wants[i].needles[k]);
	}
}

static bool has_room(const struct reader *r, size_t size)
{
	return r->lines < LOG_TAP_LINES && r->bytes + size <= LOG_TAP_SHARE &&
	       tap.bytes + size <= LOG_TAP_BYTES;
}

/* Who reads much does not take another's room; what another has room for he gets, too. */
static bool is_kept(enum log_level level, const struct str line[2], size_t size)
{
	bool wanted[LOG_TAP_WANTS], kept = false;

	for (unsigned i = 0; i < tap.n; i++) {
		wanted[i] = log_tap_wanted(&tap.readers[i].want, level, line);
		kept |= wanted[i] && has_room(&tap.readers[i], size);
	}
	for (unsigned i = 0; i < tap.n; i++) {
		struct reader *r = &tap.readers[i];

		r->lines += wanted[i] && kept;
		r->bytes += wanted[i] && kept ? size : 0;
		if (wanted[i] && !kept && r->want.lost)
			atomic_fetch_add_explicit(r->want.lost, 1, memory_order_relaxed);
	}
	return kept;
}

/* ---- open and closed ---- */

static void tune(const struct log_tap_want *wants, unsigned n, enum log_watch watch)
{
	int least = NOBODY;

	for (unsigned i = 0; i < n; i++)
		if ((int)wants[i].level < least)
			least = (int)wants[i].level;
	pthread_mutex_lock(&tap.lock);
	set_wants(wants, n);
	pthread_mutex_unlock(&tap.lock);
	atomic_store_explicit(&tap_level, least, memory_order_relaxed);
	atomic_store_explicit(&tap_watch, (int)watch, memory_order_relaxed);
	log_retune();
}

void log_tap_open(const struct log_tap_want *wants, unsigned n, enum log_watch watch)
{
	tune(wants, n, watch);
}

void log_tap_close(void)
{
	struct log_tap_line *l, *next;

	tune(NULL, 0, LOG_WATCH_NOBODY);
	for (l = log_tap_take(); l; l = next) {
		next = l->next;
		free(l);
	}
}

struct log_tap_line *log_tap_take(void)
{
	struct log_tap_line *all;

	pthread_mutex_lock(&tap.lock);
	all = tap.first;
	tap.first = NULL;
	tap.last = &tap.first;
	tap.bytes = 0;
	for (unsigned i = 0; i < tap.n; i++)
		tap.readers[i].lines = tap.readers[i].bytes = 0;
	pthread_mutex_unlock(&tap.lock);
	return all;
}

/* ---- lines ---- */

static char *put(char *at, struct str s)
{
	if (s.n)
		memcpy(at, s.p, s.n);
	return at + s.n;
}

static void append(enum log_level level, const char *time, struct str text,
	const struct log_aside *aside, size_t size)
{
	struct log_tap_line *l = mem_alloc(size);

	*l = (struct log_tap_line){ .level = level,
		.n = text.n + aside->more.n,
		.content = size - sizeof(*l) - text.n - aside->more.n };
	memcpy(l->time, time, CLOCK_TEXT);
	put(put(put(l->text, text), aside->more), (struct str){ aside->content.p, l->content });
	*tap.last = l;
	tap.last = &l->next;
	tap.bytes += size;
}

void log_tap_put(
	enum log_level level, const char *time, struct str text, const struct log_aside *aside)
{
	size_t content = log_watched() == LOG_WATCH_CONTENT ? aside->content.n : 0;
	size_t size = sizeof(struct log_tap_line) + text.n + aside->more.n + content;

	/* It may have been closed meanwhile: then nobody wants it. */
	pthread_mutex_lock(&tap.lock);
	if (is_kept(level, (const struct str[2]){ text, aside->more }, size))
		append(level, time, text, aside, size);
	pthread_mutex_unlock(&tap.lock);
}
