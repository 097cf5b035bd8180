/* SPDX-License-Identifier: MIT */
/* Audit files in memory, for tests: a chain of records, and a verification that keeps what it
 * found. */
#pragma once

#include "audit/record.h"
#include "audit/verify.h"

#include <stdio.h>

static const struct str lines_key = STR_INIT("a key of more than sixteen bytes");

/* Appends a stanza's record with a number of its own. */
static inline void lines_stanza(struct audit_chain *c, unsigned n, struct buf *out)
{
	char id[16];
	struct buf body = { 0 };
	struct audit_record r = {
		.event = AUDIT_STANZA,
		.time = STR("2026-01-02T03:04:05.678901Z"),
		.node = STR("trunk"),
		.from = STR("a@a.example"),
		.to = STR("b@b.example"),
		.verdict = STR("pass"),
	};

	snprintf(id, sizeof(id), "m%u", n);
	r.id = str_of(id);
	audit_record_write(&r, &body);
	audit_chain_line(c, buf_view(&body), out);
	buf_fini(&body);
}

static inline void lines_event(
	struct audit_chain *c, const struct audit_record *event, struct buf *out)
{
	struct buf body = { 0 };
	struct audit_record r = *event;

	r.time = STR("2026-01-02T03:04:06.000000Z");
	r.node = STR("trunk");
	audit_record_write(&r, &body);
	if (r.event == AUDIT_CHECKPOINT)
		audit_chain_checkpoint(c, lines_key, buf_view(&body), out);
	else
		audit_chain_line(c, buf_view(&body), out);
	buf_fini(&body);
}

static inline void lines_checkpoint(struct audit_chain *c, struct buf *out)
{
	lines_event(c, &(struct audit_record){ .event = AUDIT_CHECKPOINT }, out);
}

enum { LINES_FINDINGS = 16 };
struct lines_findings {
	struct audit_finding list[LINES_FINDINGS];
	unsigned n;
	struct audit_verify_result result;
};

static inline void lines_found(void *arg, const struct audit_finding *f)
{
	struct lines_findings *all = arg;

	if (all->n < LINES_FINDINGS)
		all->list[all->n++] = *f;
}

static inline void lines_feed(struct audit_verify *v, struct str text)
{
	while (text.n) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;

		audit_verify_line(v, (struct str){ text.p, n }, end != NULL);
		text = str_skip(text, end ? n + 1 : n);
	}
}

static inline struct lines_findings lines_verify(struct str text, struct str key)
{
	struct lines_findings all = { .n = 0 };
	struct audit_verify v;

	audit_verify_init(&v, key, lines_found, &all);
	lines_feed(&v, text);
	audit_verify_end(&v);
	all.result = v.result;
	return all;
}
