/* SPDX-License-Identifier: MIT */
/*
 * What counting costs on the way of one stanza: received, decided by a policy, handed on, with one
 * look at the clock for each turn of 16.
 *
 *   bench_metrics [STANZAS]    10,000,000; with a small number for callgrind
 */
#include "base/clock.h"
#include "base/mem.h"
#include "policy/policy.h"
#include "trunk/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { TURN = 16, SIZE = 700 };

/* What inbound_stanza.c, route.c and outbound.c do with what a pair and a stream remember. */
static void one(struct metrics *m, struct metrics_peer *from, struct metrics_peer *to,
	const struct policy *policy, struct str bytes)
{
	static const char key[] = "strip";
	metrics_stanza(from, 0, STANZA_MESSAGE, METRICS_FOLD, bytes.n);
	metrics_rule(m, policy, key, false);
	m->direct++;
	metrics_stanza(to, 1, metrics_kind(bytes), METRICS_SENT, bytes.n);
}

static void run(struct metrics *m, unsigned long n)
{
	static const char text[SIZE] = "<message to='a' from='b'>";
	struct metrics_peer *from = MEM_NEW(struct metrics_peer);
	struct metrics_peer *to = MEM_NEW(struct metrics_peer);
	struct policy policy = { .name = (char[]){ "p" } };
	for (unsigned long i = 0; i < n; i++) {
		if (i % TURN == 0) {
			metrics_turned(m);
			metrics_turn(m);
		}
		one(m, from, to, &policy, (struct str){ text, SIZE });
		/* Nothing is added up beforehand. */
		__asm__ volatile("" : : "r"(from), "r"(to), "r"(m) : "memory");
	}
	metrics_turned(m);
	free(from);
	free(to);
}

int main(int argc, char **argv)
{
	unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000000;
	struct metrics m = { 0 };
	uint64_t since = clock_us();
	run(&m, n);
	uint64_t us = clock_us() - since;
	printf("{\"bench\": \"metrics\", \"stanzas\": %lu, \"ns\": %.2f}\n", n,
		(double)us * 1000 / (double)(n ? n : 1));
	metrics_fini(&m);
	return 0;
}
