/* SPDX-License-Identifier: MIT */
/* trunkd: arguments, the first plan, then daemon/server. */
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "daemon/server.h"
#include "xml/reader.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DEFAULT_PATH "/etc/trunkd/trunkd.conf"

enum action { ACTION_RUN, ACTION_CHECK, ACTION_DUMP, ACTION_MANUAL };

static const char usage[] =
	"usage: trunkd [-c FILE] [-t | -T | --reference] [--tls-keylog FILE]\n"
	"\n"
	"  -c, --config FILE   the configuration (" DEFAULT_PATH ")\n"
	"  -t, --test          check the configuration and everything it names, then exit\n"
	"  -T, --dump          the same, and print the effective configuration, secrets masked\n"
	"      --reference     print the reference part of trunkd.conf(5), then exit\n"
	"      --tls-keylog FILE  write TLS session keys to FILE (for debugging: whoever reads it "
	"reads all)\n"
	"  -V, --version       print the version\n"
	"  -h, --help          this text\n"
	"\n"
	"SIGHUP reloads the configuration, SIGTERM stops in order.\n";

struct arguments {
	enum action action;
	struct server_options server;
};

/* Returns an exit status, or -1 to go on. */
static int parse(int argc, char **argv, struct arguments *a)
{
	enum { OPT_REFERENCE = 256, OPT_KEYLOG };
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "test", no_argument, NULL, 't' },
		{ "dump", no_argument, NULL, 'T' },
		{ "reference", no_argument, NULL, OPT_REFERENCE },
		{ "tls-keylog", required_argument, NULL, OPT_KEYLOG },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	for (int c; (c = getopt_long(argc, argv, "c:tTVh", options, NULL)) != -1;) {
		switch (c) {
		case 'c': a->server.path = optarg; break;
		case 't': a->action = ACTION_CHECK; break;
		case 'T': a->action = ACTION_DUMP; break;
		case OPT_REFERENCE: a->action = ACTION_MANUAL; break;
		case OPT_KEYLOG: a->server.keylog_file = optarg; break;
		case 'V': puts("trunkd " TRUNKD_VERSION); return EXIT_SUCCESS;
		case 'h': fputs(usage, stdout); return EXIT_SUCCESS;
		default: fputs(usage, stderr); return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "trunkd: unexpected argument \"%s\"\n%s", argv[optind], usage);
		return 2;
	}
	return -1;
}

static void print_report(const struct config_report *report)
{
	const char *line;
	for (unsigned i = 0; (line = config_report_line(report, i, NULL)) != NULL; i++)
		fprintf(stderr, "%s\n", line);
}

static void print_reference(void)
{
	struct buf out = { 0 };
	config_manual(&settings_schema, &out);
	fwrite(buf_view(&out).p, 1, buf_len(&out), stdout);
	buf_fini(&out);
}

static void dump(const struct plan *plan)
{
	struct buf out = { 0 };
	config_print(&settings_schema, &plan->settings, false, &out);
	fwrite(buf_view(&out).p, 1, buf_len(&out), stdout);
	buf_fini(&out);
}

static void print_verdict(const struct arguments *a, const struct plan *plan, unsigned warnings)
{
	unsigned n = plan->settings.controls.n;
	printf("trunkd: %s is %s", a->server.path, warnings ? "usable, with " : "fine");
	if (warnings)
		printf("%u warning%s", warnings, warnings == 1 ? "" : "s");
	printf(" (%u peering control%s)\n", n, n == 1 ? "" : "s");
}

static int run(const struct arguments *a, struct plan *plan, const char *secret)
{
	const struct log_config *l = &plan->settings.log;
	if (server_workers(plan) == 1)
		mem_one_heap();
	log_open(l->target == LOG_TARGET_SYSLOG ? -1 : STDERR_FILENO, (enum log_format)l->format);
	log_set_level((enum log_level)l->level);
	log_start();
	int status = server_run(&a->server, plan, secret);
	log_stop();
	return status;
}

int main(int argc, char **argv)
{
	struct arguments a = { .server = { .path = DEFAULT_PATH } };
	int status = parse(argc, argv, &a);
	if (status >= 0)
		return status;
	if (a.action == ACTION_MANUAL) {
		print_reference();
		return EXIT_SUCCESS;
	}
	if (a.action == ACTION_RUN)
		server_hold_signals();
	xml_reader_global_init();
	char secret[2 * RANDOM_ID];
	random_id(secret);
	random_id(secret + RANDOM_ID - 1);
	struct config_report *report = config_report_new();
	struct plan_options o = {
		.path = a.server.path,
		.keylog_file = a.server.keylog_file,
		.fallback_secret = secret,
		.number = 1,
	};
	struct plan *plan = plan_new(&o, report);
	print_report(report);
	unsigned errors = config_report_count(report, CONFIG_ERROR);
	unsigned warnings = config_report_count(report, CONFIG_WARNING);
	config_report_free(report);
	if (!plan) {
		fprintf(stderr, "trunkd: %s: %u error%s, %u warning%s\n", a.server.path, errors,
			errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
		return EXIT_FAILURE;
	}
	if (a.action == ACTION_RUN)
		return run(&a, plan, secret);
	if (a.action == ACTION_DUMP)
		dump(plan);
	else
		print_verdict(&a, plan, warnings);
	plan_unref(plan);
	return EXIT_SUCCESS;
}
