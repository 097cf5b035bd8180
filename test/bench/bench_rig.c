/* SPDX-License-Identifier: MIT */
/* See bench_rig.h. */
#include "bench_rig.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char preface[] =
	"<?xml version='1.0'?><stream:stream xmlns='jabber:server' "
	"xmlns:stream='http://etherx.jabber.org/streams' from='leaf.example' to='remote.example' "
	"version='1.0'>";
static const char proof[] =
	"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>";

static const struct policy_table *choose(
	void *arg, const struct stanza_head *head, struct filter_context *out)
{
	return ((struct bench_rig *)arg)->policy.table;
}

/* The limits are those of a trunkd without any in its configuration. */
static struct stream *new_stream(struct bench_rig *b)
{
	struct stream_options o = {
		.role = STREAM_RECEIVING,
		.secure = true,
		.early_bytes = 8192,
		.early_elements = 32,
		.max_pairs = 1000,
		.setup_ms = 30000,
		.verify_ms = 45000,
		.close_ms = 5000,
		.limits = {
			.bytes = 256 << 10,
			.hard_bytes = 2 << 20,
			.depth = 64,
			.attributes = 64,
			.declarations = 32,
			.tag_bytes = 64 << 10,
		},
		.classify = catalogue_mark,
	};

	return stream_new(&o, &b->in, &b->out, 0);
}

static void open_stream(struct bench_rig *b)
{
	struct stream_info info;

	b->stream = new_stream(b);
	buf_put(&b->in, str_of(preface));
	if (stream_next(b->stream, 0, &info) != STREAM_HEADER)
		abort();
	stream_answer(b->stream, STR("remote.example"), STR("leaf.example"), OFFER_EXTERNAL);
	buf_put(&b->in, str_of(proof));
	if (stream_next(b->stream, 0, &info) != STREAM_AUTH)
		abort();
	stream_auth_result(b->stream, true, NULL, NULL);
	buf_put(&b->in, str_of(preface));
	if (stream_next(b->stream, 0, &info) != STREAM_HEADER)
		abort();
	stream_answer(b->stream, STR("remote.example"), STR("leaf.example"), 0);
	stream_stanzas(b->stream, &filter_sink, b->filter);
	buf_clear(&b->out);
}

static void take(struct bench_rig *b)
{
	struct stream_info info;
	enum stream_event e;

	while ((e = stream_next(b->stream, 0, &info)) != STREAM_WAIT) {
		if (e == STREAM_STANZA)
			filter_finish(b->filter, info.bytes);
		else if (e == STREAM_OVERSIZE)
			filter_oversize(b->filter, info.bytes);
		else
			abort();
		b->stanzas++;
	}
}

void bench_rig_pass(struct bench_rig *b, struct str bytes, size_t step)
{
	while (bytes.n) {
		size_t n = bytes.n < step ? bytes.n : step;

		buf_put(&b->in, (struct str){ bytes.p, n });
		bytes = str_skip(bytes, n);
		take(b);
	}
}

void bench_rig_init(struct bench_rig *b)
{
	memset(b, 0, sizeof(*b));
	rig_policy_init(&b->policy, "availability", "chat-states html");
	b->filter = filter_new(choose, b);
	open_stream(b);
}

void bench_rig_fini(struct bench_rig *b)
{
	stream_free(b->stream);
	filter_free(b->filter);
	rig_policy_fini(&b->policy);
	buf_fini(&b->in);
	buf_fini(&b->out);
}

double bench_cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}
