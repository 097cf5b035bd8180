/* SPDX-License-Identifier: MIT */
/* See verify.h. */
#include "audit/verify.h"

#include "audit/read.h"
#include "base/mem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

static const char *const fault_names[AUDIT_FAULTS] = {
	[AUDIT_FAULT_CHANGED] = "changed",
	[AUDIT_FAULT_MISSING] = "missing",
	[AUDIT_FAULT_DOUBLED] = "doubled",
	[AUDIT_FAULT_NO_RECORD] = "no-record",
	[AUDIT_FAULT_TORN] = "torn",
	[AUDIT_FAULT_CHECKPOINT] = "bad-checkpoint",
	[AUDIT_FAULT_UNSEALED] = "unsealed",
	[AUDIT_FAULT_CUT] = "cut",
	[AUDIT_FAULT_ANEW] = "begins-anew",
};

const char *audit_fault_name(enum audit_fault f)
{
	return fault_names[f];
}

void audit_verify_init(struct audit_verify *v, struct str key, audit_finding_fn *found, void *arg)
{
	*v = (struct audit_verify){ .key = key, .found = found, .arg = arg };
	audit_chain_init(&v->chain);
}

static void fault(struct audit_verify *v, enum audit_fault f, uint64_t line, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static void fault(struct audit_verify *v, enum audit_fault f, uint64_t line, const char *fmt, ...)
{
	struct audit_finding finding = { .fault = f, .file = v->file, .line = line };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(finding.words, sizeof(finding.words), fmt, ap);
	va_end(ap);
	v->result.faults++;
	if (v->found)
		v->found(v->arg, &finding);
}

static void first_record(struct audit_verify *v, const struct audit_entry *e, bool marked)
{
	struct str before = marked ? e->record.hash : e->prev;
	struct audit_chain begin;

	audit_chain_init(&begin);
	v->result.first = e->sequence;
	v->result.continues = e->sequence != 1;
	memcpy(v->result.first_prev, e->prev.p, e->prev.n);
	if (e->sequence == 1 && !str_is(before, begin.prev))
		fault(v, AUDIT_FAULT_CHANGED, v->line,
			"the first record of a chain has no record before it, but says so");
}

/* The record against the line before it. */
static void compare(struct audit_verify *v, const struct audit_entry *e)
{
	uintmax_t last = v->chain.sequence, now = e->sequence;

	if (now == last + 1 && str_is(e->prev, v->chain.prev))
		return;
	if (now == last + 1)
		fault(v, AUDIT_FAULT_CHANGED, v->line - 1,
			"record %ju was changed, or the digest of it in record %ju", last, now);
	else if (now == last + 2)
		fault(v, AUDIT_FAULT_MISSING, v->line, "record %ju is missing before it", last + 1);
	else if (now > last)
		fault(v, AUDIT_FAULT_MISSING, v->line, "records %ju to %ju are missing before it",
			last + 1, now - 1);
	else if (now == 1)
		fault(v, AUDIT_FAULT_ANEW, v->line,
			"a new chain begins behind record %ju: what came in between is unknown",
			last);
	else
		fault(v, AUDIT_FAULT_DOUBLED, v->line, "record %ju comes again, behind %ju", now,
			last);
}

static void seal(struct audit_verify *v, const struct audit_entry *e)
{
	if (e->record.event != AUDIT_CHECKPOINT) {
		v->unsealed++;
		if (v->key.n && v->result.checkpoints && v->unsealed == AUDIT_SEAL_RECORDS + 1)
			fault(v, AUDIT_FAULT_UNSEALED, v->line,
				"more than %d records without a checkpoint", AUDIT_SEAL_RECORDS);
		return;
	}
	v->result.checkpoints++;
	if (v->key.n && !audit_chain_sealed(e->text, v->key))
		fault(v, AUDIT_FAULT_CHECKPOINT, v->line,
			"record %ju is no checkpoint made with this key", (uintmax_t)e->sequence);
	else
		v->unsealed = 0;
}

/* Does this record mark the piece before it as torn: written by a process that died? */
static bool marks_piece(const struct audit_verify *v, const struct audit_entry *e)
{
	if (e->record.event != AUDIT_TORN || !str_is(e->prev, v->piece))
		return false;
	return !v->result.records ||
	       (e->sequence == v->chain.sequence + 1 && str_is(e->record.hash, v->chain.prev));
}

static void piece_unmarked(struct audit_verify *v)
{
	fault(v, AUDIT_FAULT_NO_RECORD, v->piece_line, "the line is no record");
	v->piece_line = 0;
	v->resync = true;
}

static void no_record(struct audit_verify *v, struct str line)
{
	if (v->piece_line)
		piece_unmarked(v);
	v->piece_line = v->line;
	audit_chain_digest(line, v->piece);
}

static void note(struct audit_verify *v, const struct audit_entry *e)
{
	struct audit_verify_result *r = &v->result;
	size_t n = e->record.time.n;

	r->records++;
	r->last = e->sequence;
	if (e->record.event == AUDIT_LOST)
		r->lost += e->record.count;
	if (e->record.event == AUDIT_START && r->records > 1 && !r->stopped)
		r->died++;
	if (e->record.event != AUDIT_CHECKPOINT)
		r->stopped = e->record.event == AUDIT_STOP;
	if (n < sizeof(r->last_time)) {
		memcpy(r->last_time, e->record.time.p, n);
		r->last_time[n] = '\0';
	}
	audit_chain_resume(&v->chain, e->text);
	memcpy(r->last_digest, v->chain.prev, sizeof(r->last_digest));
}

static void record(struct audit_verify *v, const struct audit_entry *e)
{
	bool marked = v->piece_line && marks_piece(v, e);

	if (v->piece_line && !marked)
		piece_unmarked(v);
	if (marked)
		v->result.torn++;
	v->piece_line = 0;
	if (!v->result.records)
		first_record(v, e, marked);
	else if (!marked && !v->resync)
		compare(v, e);
	v->resync = false;
	seal(v, e);
	note(v, e);
}

void audit_verify_line(struct audit_verify *v, struct str line, bool ended)
{
	struct audit_entry e = { .line = ++v->line };
	struct audit_parsed parsed = { 0 };

	if (!ended) {
		if (v->piece_line)
			piece_unmarked(v);
		fault(v, AUDIT_FAULT_TORN, v->line, "the line has no end");
		v->resync = true;
	} else if (audit_parse(line, &e, &parsed)) {
		record(v, &e);
	} else {
		no_record(v, line);
	}
	audit_parsed_fini(&parsed);
}

int audit_verify_file(struct audit_verify *v, FILE *f)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	int error;

	if (v->line)
		v->file++;
	v->line = 0;
	while ((n = getline(&line, &size, f)) > 0) {
		bool ended = line[n - 1] == '\n';

		audit_verify_line(v, (struct str){ line, (size_t)n - ended }, ended);
	}
	error = ferror(f) ? -errno : 0;
	free(line);
	/* A piece is marked in the file that it stands in. */
	if (v->piece_line)
		piece_unmarked(v);
	return error;
}

void audit_verify_end(struct audit_verify *v)
{
	if (v->piece_line)
		piece_unmarked(v);
	if (!v->key.n || !v->result.records)
		return;
	if (!v->result.checkpoints)
		fault(v, AUDIT_FAULT_UNSEALED, v->line, "there is no checkpoint");
	else if (v->unsealed)
		fault(v, AUDIT_FAULT_CUT, v->line,
			"no checkpoint behind the last %ju records: the tail was cut, or is being "
			"written",
			(uintmax_t)v->unsealed);
}
