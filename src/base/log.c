/* SPDX-License-Identifier: MIT */
/*
 * The event log: a ring of lines under one mutex, emptied by one writer thread. The mutex is held
 * for a pointer, never for input or output, except by callers who write at once because no writer
 * runs. Owns the ring and the lines in it, never the sink's descriptor.
 */
#include "base/log.h"

#include "base/clock.h"
#include "base/log_line.h"
#include "base/log_sink.h"
#include "base/log_tap.h"
#include "base/mem.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

enum {
	RING_LINES = 4096,
	LINE_BYTES = 4001,   /* with the NUL */
	BATCH_BYTES = 65536, /* rendered before it is written out */
};

struct line {
	enum log_level level;
	char time[CLOCK_TEXT];
	size_t n;
	char text[];
};

/* One log per process: the exception to "no mutable globals". */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct line *ring[RING_LINES];
	size_t first, count;
	bool running; /* a writer drains the ring */
	pthread_t writer;
	struct log_sink sink;
	enum log_format format;
	uint64_t told; /* dropped lines that the log itself has mentioned */
} ring = { .lock = PTHREAD_MUTEX_INITIALIZER,
	.filled = PTHREAD_COND_INITIALIZER,
	.sink = { .fd = STDERR_FILENO } };

static _Atomic int least_level = LOG_LEVEL_INFO;
/* The lower one of that and the tap's. */
static _Atomic int heard_level = LOG_LEVEL_INFO;
static _Atomic uint64_t dropped;
/* Set while the writer is asked to end, and while there is none: then nobody waits for a sink. */
static _Atomic bool hurry = true;

static const char *const level_names[] = {
	[LOG_LEVEL_DEBUG] = "debug",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_ALERT] = "alert",
};

const char *log_level_name(enum log_level level)
{
	return level_names[level];
}

void log_set_level(enum log_level level)
{
	atomic_store_explicit(&least_level, (int)level, memory_order_relaxed);
	log_retune();
}

enum log_level log_level(void)
{
	return (enum log_level)atomic_load_explicit(&least_level, memory_order_relaxed);
}

void log_retune(void)
{
	int level = (int)log_level(), tap = log_tap_level();

	atomic_store_explicit(&heard_level, tap < level ? tap : level, memory_order_relaxed);
}

bool log_heard(enum log_level level)
{
	return (int)level >= atomic_load_explicit(&heard_level, memory_order_relaxed);
}

uint64_t log_dropped(void)
{
	return atomic_load_explicit(&dropped, memory_order_relaxed);
}

void log_open(int fd, enum log_format format)
{
	pthread_mutex_lock(&ring.lock);
	ring.sink = (struct log_sink){ .fd = fd };
	ring.format = format;
	pthread_mutex_unlock(&ring.lock);
	if (fd < 0)
		openlog("trunkd", LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

static struct line *line_new(enum log_level level, struct str text)
{
	struct line *l = mem_alloc(sizeof(*l) + text.n);

	l->level = level;
	clock_text(l->time);
	l->n = text.n;
	memcpy(l->text, text.p, text.n);
	return l;
}

static void flush(struct buf *out)
{
	dropped += log_sink_write(&ring.sink, buf_view(out), &hurry);
	buf_clear(out);
}

/* syslog writes its own time and level into a text line. */
static void line_syslog(const struct line *l)
{
	struct buf out = { 0 };
	size_t head = ring.format == LOG_FORMAT_TEXT
			      ? strlen(l->time) + strlen(log_level_name(l->level)) + 2
			      : 0;

	log_line_render(&out, ring.format, l->level, l->time, (struct str){ l->text, l->n });
	buf_consume(&out, head);
	buf_truncate(&out, buf_len(&out) - 1);
	log_sink_syslog(l->level, buf_view(&out));
	buf_fini(&out);
}

/* Ends the line's life. out gathers what is not written yet. */
static void line_write(struct line *l, struct buf *out)
{
	if (ring.sink.fd < 0) {
		line_syslog(l);
	} else {
		log_line_render(out, ring.format, l->level, l->time, (struct str){ l->text, l->n });
		if (buf_len(out) >= BATCH_BYTES)
			flush(out);
	}
	free(l);
}

/* A gap in the log must show in the log. */
static void tell_dropped(struct buf *out)
{
	uint64_t now = log_dropped();
	char text[64];

	if (now == ring.told)
		return;
	snprintf(text, sizeof(text), "log-lines-dropped count=%ju", (uintmax_t)(now - ring.told));
	ring.told = now;
	line_write(line_new(LOG_LEVEL_WARN, str_of(text)), out);
}

/* Waits for lines and takes them all; 0: the writer is to end, and nobody counts on it any more. */
static size_t take(struct line **batch)
{
	size_t n;

	pthread_mutex_lock(&ring.lock);
	while (!ring.count && !hurry)
		pthread_cond_wait(&ring.filled, &ring.lock);
	n = ring.count;
	for (size_t i = 0; i < n; i++)
		batch[i] = ring.ring[(ring.first + i) % RING_LINES];
	ring.first = ring.count = 0;
	if (!n)
		ring.running = false;
	pthread_mutex_unlock(&ring.lock);
	return n;
}

/* A writer that wakes for a line lets the loop on its core finish first and finds more of them;
 * where another core is free it runs at once. Refused by the system: it takes turns as before. */
static void writer_yields(void)
{
	struct sched_param none = { 0 };

	pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
}

static void *writer(void *unused)
{
	struct line **batch = mem_zero(RING_LINES, sizeof(struct line *));
	struct buf out = { 0 };
	size_t n;

	writer_yields();
	while ((n = take(batch)) > 0) {
		tell_dropped(&out);
		for (size_t i = 0; i < n; i++)
			line_write(batch[i], &out);
		flush(&out);
	}
	buf_fini(&out);
	free(batch);
	return NULL;
}

void log_start(void)
{
	sigset_t all, before;

	pthread_mutex_lock(&ring.lock);
	if (!ring.running) {
		hurry = false;
		ring.sink.stuck = false;
		/* Signals are for the loops. */
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
		ring.running = pthread_create(&ring.writer, NULL, writer, NULL) == 0;
		pthread_sigmask(SIG_SETMASK, &before, NULL);
		if (!ring.running)
			hurry = true;
	}
	pthread_mutex_unlock(&ring.lock);
}

void log_stop(void)
{
	pthread_t writer_thread;
	bool was_running;

	pthread_mutex_lock(&ring.lock);
	was_running = ring.running;
	writer_thread = ring.writer;
	hurry = true;
	pthread_cond_signal(&ring.filled);
	pthread_mutex_unlock(&ring.lock);
	if (was_running)
		pthread_join(writer_thread, NULL);
}

/* Under the lock, without a writer. */
static void write_at_once(struct line *l)
{
	struct buf out = { 0 };

	tell_dropped(&out);
	line_write(l, &out);
	flush(&out);
	buf_fini(&out);
}

static void submit(struct line *l)
{
	bool wake = false;

	pthread_mutex_lock(&ring.lock);
	if (!ring.running) {
		write_at_once(l);
	} else if (ring.count == RING_LINES) {
		dropped++;
		free(l);
	} else {
		ring.ring[(ring.first + ring.count++) % RING_LINES] = l;
		wake = ring.count == 1;
	}
	pthread_mutex_unlock(&ring.lock);
	/* Not under the lock: on the same core the writer would wake only to wait for it. */
	if (wake)
		pthread_cond_signal(&ring.filled);
}

/* To whom it concerns. */
static void hand_out(enum log_level level, struct str text, const struct log_aside *aside)
{
	struct line *l = line_new(level, text);

	if ((int)level >= log_tap_level())
		log_tap_put(level, l->time, text, aside);
	if (level >= log_level())
		submit(l);
	else
		free(l);
}

static void write_line(enum log_level level, const struct log_aside *aside, const char *fmt,
	va_list ap) __attribute__((format(printf, 3, 0)));
static void write_line(
	enum log_level level, const struct log_aside *aside, const char *fmt, va_list ap)
{
	char text[LINE_BYTES];
	int saved = errno;
	int n = vsnprintf(text, sizeof(text), fmt, ap);

	if (n >= LINE_BYTES) {
		n = LINE_BYTES - 1;
		memcpy(text + n - 3, "...", 3);
	}
	if (n > 0)
		hand_out(level, (struct str){ text, (size_t)n }, aside);
	errno = saved;
}

void log_write(enum log_level level, const char *fmt, ...)
{
	struct log_aside none = { 0 };
	va_list ap;

	if (!log_heard(level))
		return;
	va_start(ap, fmt);
	write_line(level, &none, fmt, ap);
	va_end(ap);
}

void log_write_aside(enum log_level level, const struct log_aside *aside, const char *fmt, ...)
{
	va_list ap;

	if (!log_heard(level))
		return;
	va_start(ap, fmt);
	write_line(level, aside, fmt, ap);
	va_end(ap);
}

static bool needs_quotes(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c == '"' || c == '\\' || c == '=' || c == 0x7f)
			return true;
	}
	return s.n == 0;
}

struct log_quoted log_quote(struct str s)
{
	struct log_quoted q;
	bool quotes = needs_quotes(s);
	size_t n = 0, used = 0;

	if (quotes)
		q.s[n++] = '"';
	while (used < s.n && n < LOG_QUOTED - 10) {
		uint32_t code;
		size_t step = str_utf8(str_skip(s, used), &code);

		if (s.p[used] == '"' || s.p[used] == '\\')
			q.s[n++] = '\\';
		if (!step)
			step = 1;
		memcpy(q.s + n, s.p + used, step);
		/* A NUL would end the line for printf. */
		if (s.p[used] == '\0')
			q.s[n] = '?';
		n += step;
		used += step;
	}
	if (used < s.n) {
		memcpy(q.s + n, "...", 3);
		n += 3;
	}
	if (quotes)
		q.s[n++] = '"';
	q.s[n] = '\0';
	return q;
}

bool log_limit_pass(struct log_limit *l, uint64_t now_ms, uint32_t burst, uint32_t *held_out)
{
	*held_out = 0;
	if (l->second != now_ms / 1000) {
		l->second = now_ms / 1000;
		l->passed = 0;
	}
	if (l->passed >= burst) {
		l->held += l->held < UINT32_MAX;
		return false;
	}
	l->passed++;
	*held_out = l->held;
	l->held = 0;
	return true;
}

uint32_t log_limit_rest(struct log_limit *l, uint64_t now_ms)
{
	uint32_t held = l->held;

	if (l->second == now_ms / 1000)
		return 0;
	l->held = 0;
	return held;
}
