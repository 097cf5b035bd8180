/* SPDX-License-Identifier: MIT */
/*
 * The writer of audit records: one thread behind a bounded ring. Whoever has a record formats it
 * and hands the bytes over; numbers are given there, in the order of writing, over all threads.
 * Digests, checkpoints, the file and the other sinks are the thread's work. Nobody waits for a
 * disk: a record that finds no room is counted as lost and that is recorded; what is in the ring is
 * written as soon as the file takes it.
 */
#pragma once

#include "audit/record.h"

#include <stdbool.h>

struct audit_options {
	const char *file;    /* NULL: none */
	const char *journal; /* the journal's socket; NULL: not there */
	const char *syslog;  /* path or ADDRESS:PORT; NULL: none */
	bool sync;           /* the file is synced before a record counts as written */
	struct str key;      /* for checkpoints; empty: none */
	const char *node;
	/* Bounds of the ring. 0: 16 MiB, 65,536 records. */
	size_t max_bytes, max_records;
	/* On the writer's thread: everything up to this number is written. May be NULL. */
	void (*written)(void *arg, uint64_t upto);
	void *arg;
};

struct audit_writer;
/* Opens the sinks, goes on with the chain, and starts the thread; the first record is `start`. The
 * strings are copied. NULL: words_out (of n bytes) says why. */
struct audit_writer *audit_writer_new(const struct audit_options *o, char *words_out, size_t n);
/* Writes `stop` and what is in the ring, as far as the file takes it at once, and ends. NULL is
 * fine. */
void audit_writer_free(struct audit_writer *w);

/* Nobody is told any more what is written: when this returns, `written` is not running and never
 * will. */
void audit_writer_hush(struct audit_writer *w);

/* From any thread, never blocks: `body` is what audit_record_write() made. The record's number; 0:
 * lost. It is written soon after audit_writer_kick(). */
uint64_t audit_writer_put(struct audit_writer *w, struct str body);
void audit_writer_kick(struct audit_writer *w);
/* The same for a record of the caller's, with time and node filled in, kicked. */
uint64_t audit_writer_event(struct audit_writer *w, const struct audit_record *r);
/* The file was moved away: a checkpoint is written to it, then a new one is opened. */
void audit_writer_reopen(struct audit_writer *w);
/* Everything up to this number is written. */
uint64_t audit_writer_written(const struct audit_writer *w);
/* Is there trouble with the file now? */
bool audit_writer_failing(const struct audit_writer *w);
uint64_t audit_writer_lost(const struct audit_writer *w);
/* How many it has written since it was opened. */
uint64_t audit_writer_records(const struct audit_writer *w);
