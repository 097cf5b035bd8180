/* SPDX-License-Identifier: MIT */
/*
 * What a whole receiving stream costs in memory, from bytes to folded stanzas: scanner, reader,
 * stream and filter, with presence folded, chat states and HTML stripped; the corpus, cut in
 * different ways, and input that an enemy would choose.
 *
 *   bench_stream                    all of it; one line of JSON for each
 *   bench_stream <what> <passes>    one part, a fixed number of passes, no clock: for callgrind
 */
#include "corpus.h"
#include "hostile.h"

#include "../unit/filter_rig.h"

#include "xmpp/stream.h"

#include <time.h>

enum {
	STANZAS = 2000,
	ROUNDS = 7,
	ROUND_BYTES = 4 << 20,
};

static const char preface[] =
	"<?xml version='1.0'?><stream:stream xmlns='jabber:server' "
	"xmlns:stream='http://etherx.jabber.org/streams' from='leaf.example' to='remote.example' "
	"version='1.0'>";
static const char proof[] =
	"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>";

struct bench {
	struct rig_policy policy;
	struct filter *filter;
	struct stream *stream;
	struct buf in, out;
	size_t stanzas;
};

static const struct policy_table *choose(void *arg, const struct stanza_head *head)
{
	return ((struct bench *)arg)->policy.table;
}

/* The limits are those of a trunkd without any in its configuration. */
static struct stream *new_stream(struct bench *b)
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

static void open_stream(struct bench *b)
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

static void take(struct bench *b)
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

/* All of it is legal: a stream that ends is a mistake in this file. */
static void pass(struct bench *b, struct str bytes, size_t step)
{
	while (bytes.n) {
		size_t n = bytes.n < step ? bytes.n : step;

		buf_put(&b->in, (struct str){ bytes.p, n });
		bytes = str_skip(bytes, n);
		take(b);
	}
}

/* ---- the parts ---- */

static void make_corpus(struct buf *b)
{
	corpus_make(b, STANZAS);
}

struct part {
	const char *name;
	void (*make)(struct buf *b);
	size_t step;
};

static const struct part corpus_parts[] = {
	{ "corpus-16k", make_corpus, 16 << 10 },
	{ "corpus-1400", make_corpus, 1400 },
	{ "corpus-100", make_corpus, 100 },
	{ "corpus-1", make_corpus, 1 },
};

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Nanoseconds for a byte: the quickest of some rounds, since others only ever slow it down. */
static double measure(struct bench *b, struct str bytes, size_t step)
{
	unsigned passes = (unsigned)(ROUND_BYTES / bytes.n) + 1;
	double best = 0;

	pass(b, bytes, step);
	for (unsigned i = 0; i < ROUNDS; i++) {
		double from = seconds(), took;

		for (unsigned k = 0; k < passes; k++)
			pass(b, bytes, step);
		took = seconds() - from;
		if (i == 0 || took < best)
			best = took;
	}
	return best * 1e9 / ((double)passes * (double)bytes.n);
}

static void begin(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	rig_policy_init(&b->policy, "availability", "chat-states html");
	b->filter = filter_new(choose, b);
	open_stream(b);
}

static void end(struct bench *b)
{
	stream_free(b->stream);
	filter_free(b->filter);
	rig_policy_fini(&b->policy);
	buf_fini(&b->in);
	buf_fini(&b->out);
}

static void print_part(const struct part *part)
{
	struct bench b;
	struct buf bytes = { 0 };
	double ns;

	begin(&b);
	part->make(&bytes);
	ns = measure(&b, buf_view(&bytes), part->step);
	printf("{\"input\": \"%s\", \"pieces\": %zu, \"ns_per_byte\": %.3f, \"stanzas\": %zu}\n",
		part->name, part->step, ns, b.stanzas);
	end(&b);
	buf_fini(&bytes);
}

static void print_all(void)
{
	for (size_t i = 0; i < sizeof(corpus_parts) / sizeof(corpus_parts[0]); i++)
		print_part(&corpus_parts[i]);
	for (size_t i = 0; hostile_inputs[i].name; i++)
		print_part(&(struct part){
			hostile_inputs[i].name, hostile_inputs[i].make, hostile_inputs[i].step });
}

static void run(const char *what, unsigned passes)
{
	for (size_t i = 0; i < sizeof(corpus_parts) / sizeof(corpus_parts[0]); i++) {
		struct bench b;
		struct buf bytes = { 0 };

		if (strcmp(what, corpus_parts[i].name) != 0)
			continue;
		begin(&b);
		corpus_parts[i].make(&bytes);
		for (unsigned k = 0; k < passes; k++)
			pass(&b, buf_view(&bytes), corpus_parts[i].step);
		printf("%s: %zu stanzas\n", what, b.stanzas);
		end(&b);
		buf_fini(&bytes);
	}
}

int main(int argc, char **argv)
{
	xml_reader_global_init();
	if (argc == 3)
		run(argv[1], (unsigned)strtoul(argv[2], NULL, 10));
	else
		print_all();
	return 0;
}
