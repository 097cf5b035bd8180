/* SPDX-License-Identifier: MIT */
/*
 * What a whole receiving stream costs in memory, from bytes to folded stanzas: scanner, reader,
 * stream and filter, with presence folded, chat states and HTML stripped; the corpus, cut in
 * different ways, and input that an enemy would choose.
 *
 *   bench_stream                    all of it; one line of JSON for each
 *   bench_stream <what> <passes>    one part, a fixed number of passes, no clock: for callgrind
 */
#include "bench_rig.h"
#include "corpus.h"
#include "hostile.h"

enum {
	STANZAS = 2000,
	ROUNDS = 7,
	ROUND_BYTES = 4 << 20,
};

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

/* Nanoseconds for a byte: the quickest of some rounds, since others only ever slow it down. */
static double measure(struct bench_rig *b, struct str bytes, size_t step)
{
	unsigned passes = (unsigned)(ROUND_BYTES / bytes.n) + 1;
	double best = 0;

	bench_rig_pass(b, bytes, step);
	for (unsigned i = 0; i < ROUNDS; i++) {
		double from = bench_cpu(), took;

		for (unsigned k = 0; k < passes; k++)
			bench_rig_pass(b, bytes, step);
		took = bench_cpu() - from;
		if (i == 0 || took < best)
			best = took;
	}
	return best * 1e9 / ((double)passes * (double)bytes.n);
}

static void print_part(const struct part *part)
{
	struct bench_rig b;
	struct buf bytes = { 0 };
	double ns;

	bench_rig_init(&b);
	part->make(&bytes);
	ns = measure(&b, buf_view(&bytes), part->step);
	printf("{\"input\": \"%s\", \"pieces\": %zu, \"ns_per_byte\": %.3f, \"stanzas\": %zu}\n",
		part->name, part->step, ns, b.stanzas);
	bench_rig_fini(&b);
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
		struct bench_rig b;
		struct buf bytes = { 0 };

		if (strcmp(what, corpus_parts[i].name) != 0)
			continue;
		bench_rig_init(&b);
		corpus_parts[i].make(&bytes);
		for (unsigned k = 0; k < passes; k++)
			bench_rig_pass(&b, buf_view(&bytes), corpus_parts[i].step);
		printf("%s: %zu stanzas\n", what, b.stanzas);
		bench_rig_fini(&b);
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
