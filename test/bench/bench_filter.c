/* SPDX-License-Identifier: MIT */
/*
 * What the streaming fold costs on top of reading and writing: scanner, reader and writer alone;
 * with the filter between them and no policy; and with policies that fold presence, strip chat
 * states and HTML, or strip all that can be.
 *
 *   bench_filter                    all of it, best and median of a few rounds
 *   bench_filter <what> <passes>    one part, a fixed number of passes over the corpus, no clock:
 * for callgrind; <what> is writer, transparent, folding or all
 */
#include "corpus.h"

#include "../unit/filter_rig.h"

#include "xml/writer.h"

#include <time.h>

enum {
	STANZAS = 2000,
	ROUNDS = 15,
	PASSES = 20, /* in a round */
};

struct bench {
	struct buf corpus;
	struct rig rig;
	struct xml_writer *writer;
	struct buf out;
	size_t bytes_out, kept;
};

/* ---- reading and writing alone ---- */

static void write_start(void *self, const struct xml_tag *tag)
{
	struct bench *b = self;

	xml_writer_start(b->writer, tag, xml_writer_depth(b->writer) > 0);
}

static void write_text(void *self, struct str text)
{
	xml_writer_text(((struct bench *)self)->writer, text);
}

static void write_end(void *self)
{
	xml_writer_end(((struct bench *)self)->writer);
}

static const struct xml_sink writing = { write_start, write_text, write_end };

static void must(enum read_outcome o)
{
	if (o != READ_OK)
		abort();
}

static void take_written(struct bench *b, struct str piece)
{
	buf_clear(&b->out);
	xml_writer_begin(b->writer, &b->out, STR("jabber:server"));
	must(xml_reader_element(b->rig.reader, piece, writing, b));
	b->bytes_out += buf_len(&b->out);
	b->kept++;
}

/* ---- with the filter ---- */

static void take_filtered(struct bench *b, struct str piece)
{
	const struct filter_result *r;

	must(xml_reader_element(b->rig.reader, piece, filter_sink, b->rig.filter));
	r = filter_finish(b->rig.filter, piece.n);
	b->bytes_out += r->bytes.n;
	b->kept += r->bytes.n > 0;
}

static const struct part {
	const char *name, *fold, *strip;
	void (*take)(struct bench *b, struct str piece);
} parts[] = {
	{ "writer", "off", "", take_written },
	{ "transparent", "off", "", take_filtered },
	{ "folding", "availability", "chat-states html", take_filtered },
	{ "all", "availability", "chat-states html receipts ids nick avatar idle caps unknown",
		take_filtered },
};

static void pass(struct bench *b, const struct part *part)
{
	struct str in = buf_view(&b->corpus), piece;
	size_t used;

	while (scanner_next(&b->rig.scanner, in, &piece, &used) == SCAN_ELEMENT) {
		part->take(b, piece);
		in = str_skip(in, used);
	}
	if (in.n)
		abort();
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double measure(struct bench *b, const struct part *part)
{
	double ns[ROUNDS];

	pass(b, part);
	for (unsigned i = 0; i < ROUNDS; i++) {
		double from = seconds();

		for (unsigned k = 0; k < PASSES; k++)
			pass(b, part);
		ns[i] = (seconds() - from) * 1e9 / ((double)PASSES * STANZAS);
	}
	qsort(ns, ROUNDS, sizeof(ns[0]), by_size);
	printf("%-12s best %6.0f median %6.0f ns a stanza", part->name, ns[0], ns[ROUNDS / 2]);
	return ns[ROUNDS / 2];
}

static void begin(struct bench *b, struct rig_policy *policy, const struct part *part)
{
	memset(b, 0, sizeof(*b));
	corpus_make(&b->corpus, STANZAS);
	rig_policy_init(policy, part->fold, part->strip);
	rig_init(&b->rig, policy->table, RIG_HEADER);
	b->writer = xml_writer_new();
}

static void end(struct bench *b, struct rig_policy *policy)
{
	xml_writer_free(b->writer);
	buf_fini(&b->corpus);
	buf_fini(&b->out);
	rig_fini(&b->rig);
	rig_policy_fini(policy);
}

static void measure_all(void)
{
	double base = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct rig_policy policy;
		struct bench b;
		double ns;

		begin(&b, &policy, &parts[i]);
		ns = measure(&b, &parts[i]);
		if (i == 0)
			base = ns;
		printf(", %+5.0f ns, %zu bytes in, %zu out\n", ns - base,
			buf_len(&b.corpus) / STANZAS, b.bytes_out / b.kept);
		end(&b, &policy);
	}
}

static void run(const char *what, unsigned passes)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct rig_policy policy;
		struct bench b;

		if (strcmp(parts[i].name, what) != 0)
			continue;
		begin(&b, &policy, &parts[i]);
		for (unsigned k = 0; k < passes; k++)
			pass(&b, &parts[i]);
		printf("%s: %u stanzas, %zu kept\n", what, passes * STANZAS, b.kept);
		end(&b, &policy);
	}
}

int main(int argc, char **argv)
{
	xml_reader_global_init();
	if (argc == 3)
		run(argv[1], (unsigned)strtoul(argv[2], NULL, 10));
	else
		measure_all();
	return 0;
}
