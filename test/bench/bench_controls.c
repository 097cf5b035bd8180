/* SPDX-License-Identifier: MIT */
/*
 * What peering controls cost: loading and compiling a configuration with many of them, and looking
 * up who may reach whom.
 *
 *   bench_controls                          10, 1,000 and 10,000 controls without TLS
 *   bench_controls <n> <look-ups>           n controls, a fixed number of look-ups, no clock: for
 *                                           callgrind
 *   bench_controls <file> <n> <look-ups>    a configuration whose controls match
 * c00000.west.example and so on; one line of JSON
 */
#include "base/mem.h"
#include "trunk/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
	FEW = 10,    /* domains that the processor's caches hold */
	MANY = 4096, /* and many, in an order that no cache likes */
};

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void write_configuration(const char *path, unsigned n)
{
	FILE *f = fopen(path, "w");

	if (!f)
		abort();
	fputs("listen = ( { address = \"127.0.0.1\"; port = 5269; mode = \"starttls\"; } );\n"
	      "defaults = { tls = \"off\"; authentication = [ \"dialback\" ]; };\n"
	      "peering_controls = (\n",
		f);
	for (unsigned i = 0; i < n; i++)
		fprintf(f,
			"%s{ match = \"c%05u.west.example\"; connect = \"10.%u.%u.%u:5269\"; }\n",
			i ? ", " : "", i, i >> 16 & 255, i >> 8 & 255, i & 255);
	fputs(");\n", f);
	if (fclose(f) != 0)
		abort();
}

static struct plan *load(const char *path)
{
	struct plan_options o = {
		.path = path, .fallback_secret = "a secret long enough to be one", .number = 1
	};
	struct config_report *report = config_report_new();
	struct plan *plan = plan_new(&o, report);

	if (!plan) {
		fprintf(stderr, "%s\n", config_report_line(report, 0, NULL));
		exit(1);
	}
	config_report_free(report);
	return plan;
}

/* Between so many domains all over the table. */
static void look_up(const struct plan *plan, unsigned n, unsigned different, unsigned long count)
{
	struct domain *names = mem_zero(different, sizeof(*names));
	unsigned missing = 0;

	for (unsigned i = 0; i < different; i++) {
		char text[32];

		snprintf(text, sizeof(text), "c%05u.west.example", i * 7919u % n);
		if (!domain_parse(str_of(text), &names[i]))
			abort();
	}
	for (unsigned long i = 0; i < count; i++) {
		struct passage p;

		peering_permit(
			plan->peering, &names[i % different], &names[(i * 31 + 1) % different], &p);
		missing += p.from == NULL;
	}
	if (missing)
		abort();
	free(names);
}

static void print(const char *path, unsigned n, unsigned long count)
{
	double start = seconds(), loaded, few, many;
	struct plan *plan = load(path);
	struct rusage u;

	loaded = seconds();
	look_up(plan, n, FEW, count);
	few = seconds();
	look_up(plan, n, MANY, count);
	many = seconds();
	plan_unref(plan);
	getrusage(RUSAGE_SELF, &u);
	printf("{\"controls\": %u, \"load_ms\": %.1f, \"lookup_ns\": %.1f, \"lookup_cold_ns\": "
	       "%.1f, "
	       "\"peak_rss_kib\": %ld}\n",
		n, (loaded - start) * 1e3, (few - loaded) / (double)count * 1e9,
		(many - few) / (double)count * 1e9, u.ru_maxrss);
}

static void count_only(const char *path, unsigned n, unsigned long count)
{
	struct plan *plan = load(path);

	look_up(plan, n, FEW, count);
	plan_unref(plan);
	printf("%u controls, %lu look-ups\n", n, count);
}

static void generated(unsigned n, unsigned long count, bool clock)
{
	char path[] = "/tmp/bench-controls-XXXXXX";
	int fd = mkstemp(path);

	if (fd < 0)
		abort();
	close(fd);
	write_configuration(path, n);
	if (clock)
		print(path, n, count);
	else
		count_only(path, n, count);
	unlink(path);
}

int main(int argc, char **argv)
{
	if (argc == 4) {
		print(argv[1], (unsigned)strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
	} else if (argc == 3) {
		generated((unsigned)strtoul(argv[1], NULL, 10), strtoul(argv[2], NULL, 10), false);
	} else {
		generated(10, 2000000, true);
		generated(1000, 2000000, true);
		generated(10000, 2000000, true);
	}
	return 0;
}
