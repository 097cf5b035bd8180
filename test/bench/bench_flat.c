/* SPDX-License-Identifier: MIT */
/*
 * Does a stream stay as it was, whatever has gone through it? Five million names that never come
 * again, and a million pings: the heap and the cost of the last tenth against the first. One line
 * of JSON for each.
 */
#include "bench_rig.h"

#include <malloc.h>

enum {
	TENTHS = 10,
	STEP = 16 << 10,
	PIECE_STANZAS = 100,
	NAMES_PER_STANZA = 50,
};

static void ping(struct buf *b, unsigned number)
{
	buf_printf(b,
		"<iq from='a@leaf.example/x' to='b@remote.example' id='p%u' type='get'>"
		"<ping xmlns='urn:xmpp:ping'/></iq>",
		number);
}

static void names(struct buf *b, unsigned number)
{
	buf_printf(b, "<message from='a@leaf.example/x' to='b@remote.example'>");
	for (unsigned i = 0; i < NAMES_PER_STANZA; i++)
		buf_printf(b, "<e%x/>", number * NAMES_PER_STANZA + i);
	buf_printf(b, "</message>");
}

struct flow {
	const char *name;
	void (*make)(struct buf *b, unsigned number);
	unsigned stanzas;
};

static const struct flow flows[] = {
	{ "five-million-names", names, 100000 },
	{ "a-million-pings", ping, 1000000 },
};

struct tenth {
	double ns_per_byte;
	double heap_kib; /* at its peak: what the parser remembers goes up and down */
};

/* The next stanzas of the flow. Making them is not measured. */
static struct tenth run_tenth(struct bench_rig *rig, const struct flow *flow, unsigned from)
{
	struct buf bytes = { 0 };
	size_t total = 0;
	double cpu = 0, heap = 0;

	for (unsigned i = from; i < from + flow->stanzas / TENTHS; i += PIECE_STANZAS) {
		double start, now;

		buf_clear(&bytes);
		for (unsigned k = 0; k < PIECE_STANZAS; k++)
			flow->make(&bytes, i + k);
		start = bench_cpu();
		bench_rig_pass(rig, buf_view(&bytes), STEP);
		cpu += bench_cpu() - start;
		total += buf_len(&bytes);
		now = (double)mallinfo2().uordblks / 1024;
		heap = now > heap ? now : heap;
	}
	buf_fini(&bytes);
	return (struct tenth){ cpu * 1e9 / (double)total, heap };
}

int main(void)
{
	xml_reader_global_init();
	for (size_t i = 0; i < sizeof(flows) / sizeof(flows[0]); i++) {
		const struct flow *flow = &flows[i];
		struct bench_rig rig;
		struct tenth t[TENTHS];

		bench_rig_init(&rig);
		for (unsigned k = 0; k < TENTHS; k++)
			t[k] = run_tenth(&rig, flow, k * (flow->stanzas / TENTHS));
		printf("{\"flow\": \"%s\", \"stanzas\": %zu, \"heap_growth_kib\": %.1f, "
		       "\"heap_kib\": %.1f, \"first_ns_per_byte\": %.3f, "
		       "\"last_ns_per_byte\": %.3f}\n",
			flow->name, rig.stanzas, t[TENTHS - 1].heap_kib - t[0].heap_kib,
			t[TENTHS - 1].heap_kib, t[0].ns_per_byte, t[TENTHS - 1].ns_per_byte);
		bench_rig_fini(&rig);
	}
	return 0;
}
