/* SPDX-License-Identifier: MIT */
/* See writer.h. */
#include "audit/writer.h"

#include "audit/file.h"
#include "audit/sink.h"
#include "audit/verify.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
	RING_BYTES = 16 * 1024 * 1024,
	RING_RECORDS = 65536,
	SEAL_MS = 10000,    /* between two checkpoints, when there is something to seal */
	SPARE = 16,         /* places of the ring for records of the writer's own */
	AGAIN_MS = 250,     /* between two tries to write to a file that takes nothing */
	KEEP = 1024 * 1024, /* of the buffers, after a storm */
};

/* In the ring before each body. */
struct entry {
	uint32_t n;
	bool seal;
};

struct audit_writer {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct buf ring;
	size_t count, max_bytes, max_records;
	uint64_t sequence; /* of the last record put */
	uint64_t unsealed; /* put since the last checkpoint */
	uint64_t sealed_ms;
	uint64_t untold; /* lost, and no record says so yet */
	bool stop, reopen, asleep;
	/* From here on the thread's own. */
	pthread_t thread;
	struct audit_file file;
	bool has_file, sync;
	struct audit_sink sinks[2];
	unsigned nsinks;
	struct audit_chain chain;   /* of what is rendered, */
	struct audit_chain on_disk; /* and of what is written */
	struct buf batch, lines;    /* taken from the ring; rendered */
	struct str key;
	char *node;
	pthread_mutex_t telling; /* held while it is called */
	void (*written_fn)(void *arg, uint64_t upto);
	void *written_arg;
	_Atomic uint64_t written, records, lost;
	_Atomic bool failing;
};

/* ---- the ring ---- */

static void append(struct audit_writer *w, struct str body, bool seal)
{
	struct entry e = { .n = (uint32_t)body.n, .seal = seal };

	buf_put(&w->ring, (struct str){ (const char *)&e, sizeof(e) });
	buf_put(&w->ring, body);
	w->count++;
	w->sequence++;
	w->unsealed = seal ? 0 : w->unsealed + 1;
}

/* Records of our own, under the lock. */
static void append_event(struct audit_writer *w, const struct audit_record *event, bool seal)
{
	struct audit_record r = *event;
	struct buf body = { 0 };
	char now[CLOCK_TEXT];

	clock_text(now);
	r.time = str_of(now);
	r.node = str_of(w->node);
	audit_record_write(&r, &body);
	append(w, buf_view(&body), seal);
	buf_fini(&body);
}

static void append_checkpoint(struct audit_writer *w, const char *reason)
{
	if (!w->key.n || !w->unsealed)
		return;
	append_event(w,
		&(struct audit_record){ .event = AUDIT_CHECKPOINT, .reason = str_of(reason) },
		true);
	w->sealed_ms = clock_ms();
}

static bool full(const struct audit_writer *w, size_t n)
{
	/* One alone may be as big as it is. */
	return w->count + SPARE > w->max_records ||
	       (w->count && buf_len(&w->ring) + n + sizeof(struct entry) > w->max_bytes);
}

uint64_t audit_writer_put(struct audit_writer *w, struct str body)
{
	uint64_t number = 0;

	pthread_mutex_lock(&w->lock);
	if (full(w, body.n)) {
		w->untold++;
		w->lost++;
	} else {
		append(w, body, false);
		number = w->sequence;
		if (w->unsealed >= AUDIT_SEAL_RECORDS)
			append_checkpoint(w, "count");
	}
	pthread_mutex_unlock(&w->lock);
	return number;
}

void audit_writer_kick(struct audit_writer *w)
{
	pthread_mutex_lock(&w->lock);
	if (w->asleep && w->count)
		pthread_cond_signal(&w->filled);
	pthread_mutex_unlock(&w->lock);
}

uint64_t audit_writer_event(struct audit_writer *w, const struct audit_record *r)
{
	struct audit_record event = *r;
	struct buf body = { 0 };
	char now[CLOCK_TEXT];
	uint64_t number;

	clock_text(now);
	event.time = str_of(now);
	event.node = str_of(w->node);
	audit_record_write(&event, &body);
	number = audit_writer_put(w, buf_view(&body));
	buf_fini(&body);
	audit_writer_kick(w);
	return number;
}

void audit_writer_reopen(struct audit_writer *w)
{
	pthread_mutex_lock(&w->lock);
	w->reopen = true;
	pthread_cond_signal(&w->filled);
	pthread_mutex_unlock(&w->lock);
}

uint64_t audit_writer_written(const struct audit_writer *w)
{
	return atomic_load_explicit(&w->written, memory_order_acquire);
}

bool audit_writer_failing(const struct audit_writer *w)
{
	return atomic_load_explicit(&w->failing, memory_order_relaxed);
}

uint64_t audit_writer_lost(const struct audit_writer *w)
{
	return atomic_load_explicit(&w->lost, memory_order_relaxed);
}

uint64_t audit_writer_records(const struct audit_writer *w)
{
	return atomic_load_explicit(&w->records, memory_order_relaxed);
}

/* ---- the thread ---- */

/* Under the lock: until somebody signals, or ms are over. */
static void doze(struct audit_writer *w, unsigned ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	w->asleep = true;
	pthread_cond_timedwait(&w->filled, &w->lock, &until);
	w->asleep = false;
}

static bool seal_due(const struct audit_writer *w)
{
	return w->key.n && w->unsealed && clock_ms() - w->sealed_ms >= SEAL_MS;
}

static const char *seal_reason(const struct audit_writer *w)
{
	if (w->stop)
		return "stop";
	return w->reopen ? "rotation" : "time";
}

/* Waits for work and takes all of it. False: the end, and nothing is left. */
static bool take(struct audit_writer *w, bool *reopen_out)
{
	pthread_mutex_lock(&w->lock);
	while (!w->count && !w->stop && !w->reopen && !seal_due(w))
		doze(w, 1000);
	if (w->untold) {
		append_event(w, &(struct audit_record){ .event = AUDIT_LOST, .count = w->untold },
			false);
		w->untold = 0;
	}
	if (w->stop || w->reopen || seal_due(w))
		append_checkpoint(w, seal_reason(w));
	buf_move(&w->batch, &w->ring);
	*reopen_out = w->reopen;
	w->reopen = false;
	bool more = w->count || *reopen_out || !w->stop;

	w->count = 0;
	pthread_mutex_unlock(&w->lock);
	return more;
}

/* Taken bytes to whole lines of the chain. */
static uint64_t render(struct audit_writer *w)
{
	struct str rest = buf_view(&w->batch);
	uint64_t n = 0;

	while (rest.n) {
		struct entry e;

		memcpy(&e, rest.p, sizeof(e));
		rest = str_skip(rest, sizeof(e));
		struct str body = { rest.p, e.n };

		if (e.seal)
			audit_chain_checkpoint(&w->chain, w->key, body, &w->lines);
		else
			audit_chain_line(&w->chain, body, &w->lines);
		rest = str_skip(rest, e.n);
		n++;
	}
	buf_clear(&w->batch);
	buf_shrink(&w->batch, KEEP);
	return n;
}

static void set_failing(struct audit_writer *w, int error)
{
	bool was = atomic_exchange(&w->failing, error != 0);

	if (error && !was)
		log_alert("audit-failed file=%s error=%s what=\"records wait until it can be "
			  "written\"",
			log_quote(str_of(w->file.path)).s, log_quote(str_of(strerror(-error))).s);
	else if (!error && was)
		log_warn("audit-recovered file=%s lost=%ju", log_quote(str_of(w->file.path)).s,
			(uintmax_t)w->lost);
}

static void reopen(struct audit_writer *w)
{
	int error = audit_file_reopen(&w->file, buf_view(&w->lines));

	if (error)
		log_alert("audit-reopen-failed file=%s error=%s what=\"the old file is still "
			  "written\"",
			log_quote(str_of(w->file.path)).s, log_quote(str_of(strerror(-error))).s);
	else
		log_info("audit-reopened file=%s sequence=%ju", log_quote(str_of(w->file.path)).s,
			(uintmax_t)w->chain.sequence);
}

/* Between two tries. True: go on trying. */
static bool try_again(struct audit_writer *w)
{
	bool open_anew, stop;

	pthread_mutex_lock(&w->lock);
	if (!w->stop && !w->reopen)
		doze(w, AGAIN_MS);
	stop = w->stop;
	open_anew = w->reopen;
	w->reopen = false;
	pthread_mutex_unlock(&w->lock);
	/* Moved away while it was full: the rest goes to the new one. */
	if (open_anew)
		reopen(w);
	return !stop;
}

/* True when the lines are in the file. */
static bool write_file(struct audit_writer *w)
{
	int error;

	while ((error = audit_file_write(&w->file, buf_view(&w->lines), w->sync)) != 0) {
		set_failing(w, error);
		if (!try_again(w)) {
			error = audit_file_write(&w->file, buf_view(&w->lines), w->sync);
			break;
		}
	}
	set_failing(w, error);
	return error == 0;
}

static void send_all(struct audit_writer *w, struct audit_sink *s)
{
	struct str rest = buf_view(&w->lines);
	uint64_t now = clock_ms();

	while (rest.n) {
		size_t n = (size_t)((const char *)memchr(rest.p, '\n', rest.n) - rest.p);

		audit_sink_send(s, (struct str){ rest.p, n }, now);
		rest = str_skip(rest, n + 1);
	}
	if (s->lost == s->told)
		return;
	log_alert("audit-sink-lost sink=%s records=%ju",
		s->kind == AUDIT_SINK_JOURNAL ? "journald" : "syslog",
		(uintmax_t)(s->lost - s->told));
	s->told = s->lost;
}

static void write_out(struct audit_writer *w, uint64_t n)
{
	bool ok = !w->has_file || write_file(w);

	for (unsigned i = 0; ok && i < w->nsinks; i++)
		send_all(w, &w->sinks[i]);
	buf_clear(&w->lines);
	buf_shrink(&w->lines, KEEP);
	if (!ok) {
		log_alert("audit-lost records=%ju what=\"stopped while the file could not be "
			  "written\"",
			(uintmax_t)n);
		w->lost += n;
		return;
	}
	w->records += n;
	w->on_disk = w->chain;
	atomic_store_explicit(&w->written, w->chain.sequence, memory_order_release);
	pthread_mutex_lock(&w->telling);
	if (w->written_fn)
		w->written_fn(w->written_arg, w->chain.sequence);
	pthread_mutex_unlock(&w->telling);
}

static void *run(void *arg)
{
	struct audit_writer *w = arg;
	bool open_anew;

	while (take(w, &open_anew)) {
		uint64_t n = render(w);

		if (n)
			write_out(w, n);
		if (open_anew && w->has_file) {
			audit_file_note(&w->file, &w->on_disk);
			reopen(w);
		}
	}
	return NULL;
}

/* ---- life ---- */

static const char *open_words(int error)
{
	if (error == -EBUSY)
		return "another process writes it";
	if (error == -EBADMSG)
		return "it is not empty and no audit file";
	return strerror(-error);
}

/* What the file ended with is ended in order, before anything new. */
static bool open_file(struct audit_writer *w, const char *path, char *words, size_t n)
{
	struct audit_tail tail;
	int error = audit_file_open(&w->file, path, &tail);

	if (!error && tail.unended)
		error = audit_file_write(&w->file, STR("\n"), false);
	if (error) {
		snprintf(words, n, "audit file \"%s\": %s", path, open_words(error));
		return false;
	}
	w->has_file = true;
	w->chain = w->on_disk = tail.chain;
	w->sequence = tail.chain.sequence;
	if (tail.torn) {
		log_alert("audit-torn file=%s bytes=%zu what=\"the last record was not written "
			  "to its end\"",
			log_quote(str_of(path)).s, tail.torn);
		append_event(w,
			&(struct audit_record){ .event = AUDIT_TORN,
				.count = tail.torn,
				.hash = str_of(tail.whole) },
			false);
	}
	log_info("audit-opened file=%s sequence=%ju digest=%s", log_quote(str_of(path)).s,
		(uintmax_t)tail.chain.sequence, tail.chain.prev);
	return true;
}

static bool open_sink(
	struct audit_writer *w, bool journal, const char *where, char *words, size_t n)
{
	struct audit_sink *s = &w->sinks[w->nsinks];

	if (audit_sink_init(s, journal, where, w->node) != 0) {
		snprintf(words, n, "audit syslog \"%s\": neither a path nor ADDRESS:PORT", where);
		return false;
	}
	w->nsinks++;
	return true;
}

static void release(struct audit_writer *w)
{
	audit_file_close(&w->file);
	for (unsigned i = 0; i < w->nsinks; i++)
		audit_sink_fini(&w->sinks[i]);
	buf_fini(&w->ring);
	buf_fini(&w->batch);
	buf_fini(&w->lines);
	free((char *)(void *)(size_t)w->key.p);
	free(w->node);
	pthread_mutex_destroy(&w->lock);
	pthread_mutex_destroy(&w->telling);
	pthread_cond_destroy(&w->filled);
	free(w);
}

static int start(struct audit_writer *w)
{
	sigset_t all, before;
	int error;

	/* Signals are for the loops. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&w->thread, NULL, run, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

static void init(struct audit_writer *w, const struct audit_options *o)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&w->lock, NULL);
	pthread_mutex_init(&w->telling, NULL);
	pthread_cond_init(&w->filled, &attributes);
	pthread_condattr_destroy(&attributes);
	w->max_bytes = o->max_bytes ? o->max_bytes : RING_BYTES;
	w->max_records = o->max_records ? o->max_records : RING_RECORDS;
	w->file.fd = -1;
	w->sync = o->sync;
	w->node = mem_strdup(o->node);
	w->key = o->key.n ? (struct str){ str_dup(o->key), o->key.n } : (struct str){ 0 };
	w->written_fn = o->written;
	w->written_arg = o->arg;
	w->sealed_ms = clock_ms();
	audit_chain_init(&w->chain);
	w->on_disk = w->chain;
}

struct audit_writer *audit_writer_new(const struct audit_options *o, char *words_out, size_t n)
{
	struct audit_writer *w = MEM_NEW(struct audit_writer);
	int error = 0;

	init(w, o);
	if ((o->file && !open_file(w, o->file, words_out, n)) ||
		(o->journal && !open_sink(w, true, o->journal, words_out, n)) ||
		(o->syslog && !open_sink(w, false, o->syslog, words_out, n))) {
		release(w);
		return NULL;
	}
	append_event(w, &(struct audit_record){ .event = AUDIT_START }, false);
	error = start(w);
	if (!error)
		return w;
	snprintf(words_out, n, "audit: %s", strerror(error));
	release(w);
	return NULL;
}

void audit_writer_hush(struct audit_writer *w)
{
	pthread_mutex_lock(&w->telling);
	w->written_fn = NULL;
	pthread_mutex_unlock(&w->telling);
}

void audit_writer_free(struct audit_writer *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	append_event(w, &(struct audit_record){ .event = AUDIT_STOP }, false);
	w->stop = true;
	pthread_cond_signal(&w->filled);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	if (w->has_file)
		audit_file_note(&w->file, &w->on_disk);
	log_info("audit-closed records=%ju lost=%ju sequence=%ju digest=%s", (uintmax_t)w->records,
		(uintmax_t)w->lost, (uintmax_t)w->on_disk.sequence, w->on_disk.prev);
	release(w);
}
