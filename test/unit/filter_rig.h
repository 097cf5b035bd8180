/* SPDX-License-Identifier: MIT */
/*
 * A filter fed by the real scanner and reader, in pieces of any size, and policies written as two
 * strings. For the tests, the fuzzer and the bench of policy/; static, so that each is one file.
 */
#pragma once

#include "base/buf.h"
#include "base/mem.h"
#include "policy/catalogue.h"
#include "policy/filter.h"
#include "xml/reader.h"
#include "xml/scanner.h"

#include <stdio.h>
#include <stdlib.h>

#define RIG __attribute__((unused)) static

enum { RIG_FEATURES = 64 };

/* One policy, as "availability" and "chat-states html", and the table it compiles to. */
struct rig_policy {
	struct policy policy;
	char *names; /* the words of policy.strip */
	char *strip[RIG_FEATURES];
	char *any[1];
	struct policy_set *set;
	const struct policy_table *table;
};

RIG void rig_policy_init(struct rig_policy *p, const char *fold, const char *strip)
{
	static const char *const folds[] = { "off", "show", "availability" };
	const struct policy *list[] = { &p->policy };
	char *word, *rest;

	memset(p, 0, sizeof(*p));
	for (int i = 0; i < 3; i++)
		if (strcmp(fold, folds[i]) == 0)
			p->policy.presence.fold = i;
	p->policy.name = (char *)(uintptr_t) "test";
	p->policy.strip.v = p->strip;
	p->policy.allow = p->policy.iq = (struct config_strings){ p->any, 1 };
	p->any[0] = (char *)(uintptr_t) "any";
	p->names = mem_strdup(strip);
	for (word = strtok_r(p->names, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		enum feature f;

		if (!feature_parse(word, &f) || p->policy.strip.n == RIG_FEATURES)
			abort();
		p->strip[p->policy.strip.n++] = word;
	}
	p->set = policy_set_new();
	p->table = policy_set_merge(p->set, list, 1);
}

RIG void rig_policy_fini(struct rig_policy *p)
{
	policy_set_free(p->set);
	free(p->names);
}

struct rig {
	struct scanner scanner;
	struct xml_reader *reader;
	struct filter *filter;
	const struct policy_table *table;
	struct filter_context context;
	struct buf in;
	const struct filter_result *result; /* of the last whole stanza */
	/* Told of every one, when set. */
	void (*heard)(void *arg, const struct filter_result *result);
	void *heard_arg;
	bool oversize;
};

RIG const struct policy_table *rig_choose(
	void *arg, const struct stanza_head *head, struct filter_context *out)
{
	const struct rig *r = arg;

	(void)head;
	*out = r->context;
	return r->table;
}

RIG void rig_header_start(void *self, const struct xml_tag *tag)
{
	(void)self;
	(void)tag;
}

static const struct scanner_limits rig_limits = {
	.bytes = 256 * 1024,
	.hard_bytes = 1024 * 1024,
	.depth = 100,
	.attributes = 64,
	.declarations = 64,
	.tag_bytes = 64 * 1024,
};

#define RIG_HEADER                                                                             \
	"<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'" \
	" from='a.example' to='b.example' version='1.0'>"

RIG void rig_init(struct rig *r, const struct policy_table *table, const char *header)
{
	static const struct xml_sink sink = { .start = rig_header_start };
	struct str piece;
	size_t used;

	memset(r, 0, sizeof(*r));
	r->table = table;
	scanner_init(&r->scanner, &rig_limits);
	r->reader = xml_reader_new(catalogue_mark);
	r->filter = filter_new(rig_choose, r);
	if (scanner_next(&r->scanner, str_of(header), &piece, &used) != SCAN_HEADER ||
		xml_reader_header(r->reader, piece, sink, NULL) != READ_OK)
		abort();
}

RIG void rig_fini(struct rig *r)
{
	buf_fini(&r->in);
	filter_free(r->filter);
	xml_reader_free(r->reader);
}

RIG void rig_heard(struct rig *r, const struct filter_result *result)
{
	r->result = result;
	if (r->heard)
		r->heard(r->heard_arg, result);
}

/* Takes what the scanner has ready. False: the stream would end here. */
RIG bool rig_take(struct rig *r)
{
	for (;;) {
		size_t used = 0, kept;
		struct str piece = { NULL, 0 };

		switch (scanner_next(&r->scanner, buf_view(&r->in), &piece, &used)) {
		case SCAN_MORE:
			kept = scanner_kept(&r->scanner);
			buf_remove(&r->in, kept, used);
			return true;
		case SCAN_ELEMENT:
			if (xml_reader_element(r->reader, piece, filter_sink, r->filter) != READ_OK)
				return false;
			rig_heard(r, filter_finish(r->filter, scanner_element_bytes(&r->scanner)));
			break;
		case SCAN_OVERSIZE:
			if (xml_reader_start_tag(r->reader, piece, filter_sink, r->filter) !=
				READ_OK)
				return false;
			r->oversize = true;
			rig_heard(
				r, filter_oversize(r->filter, scanner_element_bytes(&r->scanner)));
			break;
		case SCAN_HEADER:
		case SCAN_CLOSE:
		case SCAN_RESTRICTED:
		case SCAN_MALFORMED:
		case SCAN_LIMIT:
		case SCAN_TOO_BIG: return false;
		}
		buf_consume(&r->in, used);
	}
}

/* Feeds bytes in pieces of `step`. The result of the last whole stanza; NULL when there was none or
 * the stream would have ended. */
RIG const struct filter_result *rig_feed(struct rig *r, struct str bytes, size_t step)
{
	r->result = NULL;
	while (bytes.n > 0) {
		size_t n = bytes.n < step ? bytes.n : step;

		buf_put(&r->in, (struct str){ bytes.p, n });
		bytes = str_skip(bytes, n);
		if (!rig_take(r))
			return NULL;
	}
	return r->result;
}
