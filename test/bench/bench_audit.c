/* SPDX-License-Identifier: MIT */
/*
 * What audit records cost: the worker's part (filling in and formatting one, handing it over), the
 * writer's (digest, file), and both together on a real file. Prints; asserts nothing about time.
 *
 *   bench_audit           a table
 *   bench_audit <n>       n records formatted and chained, no clock: for callgrind
 */
#include "audit/chain.h"
#include "audit/writer.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { RECORDS = 200000 };

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* A record at the level "headers", as one of a stanza that was folded. */
static void format(struct buf *out, bool clock)
{
	static const struct str policies[] = { STR_INIT("boundary-in"), STR_INIT("boundary-out") };
	static const struct str seen[] = { STR_INIT("chat-states"), STR_INIT("receipts") };
	char now[CLOCK_TEXT] = "2026-01-02T03:04:05.678901Z";
	struct audit_record r = {
		.event = AUDIT_STANZA,
		.time = { now, CLOCK_TEXT - 1 },
		.node = STR("trunk1.core.example"),
		.stream = 1234,
		.stream_to = 1235,
		.from = STR("alice@a.example/conversations.7x2k"),
		.to = STR("bob@b.example"),
		.kind = STR("message"),
		.type = STR("chat"),
		.id = STR("a6b1b6c8-6c1d-4b36-a6e5-1d0e3f7c9a11"),
		.bytes_in = 412,
		.bytes_out = 240,
		.control_from = STR("a.example"),
		.control_to = STR("*.example"),
		.policies = { policies, 2 },
		.verdict = STR("fold"),
		.reason = STR("strip"),
		.policy = STR("boundary-out"),
		.key = STR("strip"),
		.feature = STR("chat-states"),
		.origin = STR("/etc/trunkd/conf.d/boundary.conf:17"),
		.seen = { seen, 2 },
		.removed = { seen, 1 },
	};

	if (clock)
		clock_text(now);
	buf_clear(out);
	audit_record_write(&r, out);
}

static void row(const char *what, unsigned n, double wall, double cpu)
{
	printf("%-46s %10.0f records/s %8.0f ns of CPU each\n", what, n / wall, cpu / n * 1e9);
}

static void bench_format(void)
{
	struct buf out = { 0 };
	double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);

	for (unsigned i = 0; i < RECORDS; i++)
		format(&out, true);
	row("formatted", RECORDS, seconds(CLOCK_MONOTONIC) - wall,
		seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
	printf("%-46s %10zu bytes\n", "one of them", buf_len(&out));
	buf_fini(&out);
}

static void chain(unsigned n)
{
	struct buf body = { 0 }, lines = { 0 };
	struct audit_chain c;

	audit_chain_init(&c);
	format(&body, false);
	for (unsigned i = 0; i < n; i++) {
		buf_clear(&lines);
		audit_chain_line(&c, buf_view(&body), &lines);
	}
	buf_fini(&body);
	buf_fini(&lines);
}

static void bench_chain(void)
{
	double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);

	chain(RECORDS);
	row("chained", RECORDS, seconds(CLOCK_MONOTONIC) - wall,
		seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
}

/* One thread puts, as a worker does; the writer writes. */
static void bench_writer(const char *what, const char *path, bool sync, const char *key)
{
	char words[256];
	struct audit_options o = {
		.file = path, .sync = sync, .key = str_of(key), .node = "trunk1"
	};
	struct audit_writer *w = audit_writer_new(&o, words, sizeof(words));
	struct buf body = { 0 };
	uint64_t last = 0;

	if (!w) {
		fprintf(stderr, "bench_audit: %s\n", words);
		exit(EXIT_FAILURE);
	}
	double wall = seconds(CLOCK_MONOTONIC), all = seconds(CLOCK_PROCESS_CPUTIME_ID);
	double own = seconds(CLOCK_THREAD_CPUTIME_ID);

	for (unsigned i = 0; i < RECORDS; i++) {
		uint64_t number;

		format(&body, true);
		while ((number = audit_writer_put(w, buf_view(&body))) == 0)
			poll(NULL, 0, 1);
		last = number;
		if (i % 16 == 0) /* the end of a worker's turn */
			audit_writer_kick(w);
	}
	own = seconds(CLOCK_THREAD_CPUTIME_ID) - own;
	audit_writer_kick(w);
	while (audit_writer_written(w) < last)
		poll(NULL, 0, 1);
	wall = seconds(CLOCK_MONOTONIC) - wall;
	all = seconds(CLOCK_PROCESS_CPUTIME_ID) - all;
	row(what, RECORDS, wall, all);
	printf("%-46s %31.0f ns of CPU each\n", "  of this the worker's", own / RECORDS * 1e9);
	audit_writer_free(w);
	buf_fini(&body);
	unlink(path);
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/bench_audit.XXXXXX";

	log_set_level(LOG_LEVEL_ALERT);
	if (argc > 1) {
		chain((unsigned)strtoul(argv[1], NULL, 10));
		return EXIT_SUCCESS;
	}
	if (!mkdtemp(folder))
		return EXIT_FAILURE;
	MEM_AUTO char *path = mem_printf("%s/audit", folder);
	MEM_AUTO char *note = mem_printf("%s/audit.chain", folder);

	bench_format();
	bench_chain();
	bench_writer("put, chained, written", path, false, "");
	unlink(note);
	bench_writer("the same, with checkpoints", path, false, "a key of more than sixteen bytes");
	unlink(note);
	bench_writer("the same, synced", path, true, "a key of more than sixteen bytes");
	unlink(note);
	rmdir(folder);
	return EXIT_SUCCESS;
}
