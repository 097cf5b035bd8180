/* SPDX-License-Identifier: MIT */
/*
 * What access lists cost: loading a set of many addresses from a file and a list of many rules, and
 * asking whether one address may send to another.
 *
 *   bench_access                      10, 1,000 and 50,000 addresses; one line of JSON each
 *   bench_access <n> <questions>      n addresses, no clock: for callgrind
 */
#include "base/mem.h"
#include "policy/policy_access.h"
#include "trunk/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { SENDERS = 1000 };

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static FILE *create(const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f)
		abort();
	return f;
}

static void finish(FILE *f)
{
	if (fclose(f) != 0)
		abort();
}

/* Every address is in the set; one of ten has a rule of its own before it. */
static void write_files(const char *conf, const char *set, unsigned n)
{
	FILE *f = create(set);

	for (unsigned i = 0; i < n; i++)
		fprintf(f, "user%05u@dept%03u.west.example\n", i, i % 100);
	finish(f);
	f = create(conf);
	fprintf(f,
		"listen = ( { address = \"127.0.0.1\"; port = 5269; mode = \"starttls\"; } );\n"
		"defaults = { tls = \"off\"; authentication = [ \"dialback\" ]; };\n"
		"peering_controls = ( { match = \"*.west.example\"; to_peer = [ \"p\" ]; "
		"connect = \"192.0.2.1\"; },\n"
		"{ match = \"b.example\"; to_peer = [ \"p\" ]; connect = \"192.0.2.2\"; } );\n"
		"jid_sets = ( { name = \"set\"; file = \"%s\"; } );\n"
		"policies = ( { name = \"p\"; access = (\n",
		set);
	for (unsigned i = 0; i < n; i += 10)
		fprintf(f,
			"{ from = \"user%05u@dept%03u.west.example\"; to = \"c@b.example\"; "
			"action = \"deny\"; },\n",
			i, i % 100);
	fputs("{ from = \"@set\"; to = \"b.example\"; action = \"allow\"; } ); } );\n", f);
	finish(f);
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

/* Of addresses all over the set, and as many that are not in it. */
static void ask(const struct plan *plan, unsigned n, unsigned long count)
{
	char(*from)[64] = mem_zero(SENDERS, sizeof(*from));
	struct domain a, b;
	struct passage p;
	unsigned long denied = 0;

	if (!domain_parse(STR("dept000.west.example"), &a) || !domain_parse(STR("b.example"), &b))
		abort();
	peering_permit(plan->peering, &a, &b, &p);
	for (unsigned i = 0; i < SENDERS; i++) {
		unsigned who = i * 7919u % n;

		snprintf(from[i], sizeof(from[i]), "%s%05u@dept%03u.west.example/desk",
			i % 2 ? "guest" : "user", who, who % 100);
	}
	for (unsigned long i = 0; i < count; i++) {
		struct access_subject s;

		access_subject_init(
			&s, p.table->jid_sets, str_of(from[i % SENDERS]), STR("d@b.example"));
		denied += policy_access_denies(p.table->access[0], &s) != NULL;
	}
	if (denied != count / 2)
		abort();
	free(from);
}

static void run(unsigned n, unsigned long count, bool clock)
{
	char folder[] = "/tmp/bench-access-XXXXXX", conf[64], set[64];
	double start, loaded;
	struct plan *plan;

	if (!mkdtemp(folder))
		abort();
	snprintf(conf, sizeof(conf), "%s/conf", folder);
	snprintf(set, sizeof(set), "%s/set.txt", folder);
	write_files(conf, set, n);
	start = seconds();
	plan = load(conf);
	loaded = seconds();
	ask(plan, n, count);
	if (clock)
		printf("{\"addresses\": %u, \"rules\": %u, \"load_ms\": %.1f, \"question_ns\": "
		       "%.1f}\n",
			n, n / 10 + 1, (loaded - start) * 1e3,
			(seconds() - loaded) / (double)count * 1e9);
	plan_unref(plan);
	unlink(conf);
	unlink(set);
	rmdir(folder);
}

int main(int argc, char **argv)
{
	if (argc == 3) {
		run((unsigned)strtoul(argv[1], NULL, 10), strtoul(argv[2], NULL, 10), false);
		return 0;
	}
	run(10, 1000000, true);
	run(1000, 1000000, true);
	run(50000, 1000000, true);
	return 0;
}
