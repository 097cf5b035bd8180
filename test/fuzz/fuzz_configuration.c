/* SPDX-License-Identifier: MIT */
/*
 * A configuration. Input: its text. What is taken is printed, read again, and printed the same, in
 * full as well as without defaults. Its controls compile, where that needs no files, and every two
 * domains of it are either permitted to talk, with a table, or not.
 */
#include "fuzz.h"
#include "fuzz_random.h"

#include "base/mem.h"
#include "trunk/peering.h"

#include <string.h>

/* Everything wrong has a line of its own, without anything in it that a terminal obeys. */
static void check_report(const struct config_report *r, bool loaded)
{
	unsigned errors = config_report_count(r, CONFIG_ERROR);
	unsigned n = errors + config_report_count(r, CONFIG_WARNING), i = 0;
	const char *line;

	MUST(loaded == (errors == 0));
	for (; (line = config_report_line(r, i, NULL)); i++)
		MUST(*line);
	MUST(i <= n && (n == 0 || i > 0));
}

static struct config_file *load(const char *text, struct settings *out)
{
	struct config_report *report = config_report_new();
	struct config_file *file =
		config_load_text(text, "fuzz.conf", &settings_schema, out, report);

	check_report(report, file != NULL);
	config_report_free(report);
	return file;
}

static char *print(const struct settings *s, bool only_set)
{
	struct buf text = { 0 };
	char *z;

	config_print(&settings_schema, s, only_set, &text);
	z = str_dup(buf_view(&text));
	MUST(strlen(z) == buf_len(&text));
	buf_fini(&text);
	return z;
}

/* What was printed is read as the same settings. */
static void check_print(const char *printed, const char *full)
{
	struct settings again;
	struct config_file *file = load(printed, &again);
	char *twice;

	if (!file)
		fprintf(stderr, "%s\n", printed);
	MUST(file);
	twice = print(&again, false);
	if (strcmp(twice, full) != 0)
		fprintf(stderr, "%s\n---\n%s\n---\n%s\n", printed, full, twice);
	MUST(strcmp(twice, full) == 0);
	free(twice);
	config_values_fini(&settings_schema, &again);
	config_file_free(file);
}

static void check_prints(const struct settings *s)
{
	char *full = print(s, false), *set = print(s, true);

	check_print(full, full);
	check_print(set, full);
	free(full);
	free(set);
}

/* ---- controls ---- */

enum { DOMAINS = 12 };

static unsigned domains_of(const struct settings *s, struct domain out[DOMAINS])
{
	const struct control_config *all = s->controls.items;
	unsigned n = 0;

	for (unsigned i = 0; i < s->controls.n; i++)
		for (unsigned j = 0; j < all[i].match.n && n < DOMAINS; j++) {
			const char *z = all[i].match.v[j];
			MEM_AUTO char *name = mem_printf("%s%s", *z == '*' ? "below" : "",
				strcmp(z, "*") == 0 ? ".example" : z + (*z == '*'));

			n += domain_parse(str_of(name), &out[n]);
		}
	return n;
}

static void check_pair(const struct peering *p, const struct domain *from, const struct domain *to)
{
	struct passage there, again;
	bool good;

	peering_permit(p, from, to, &there);
	peering_permit(p, from, to, &again);
	MUST(there.permit == again.permit && there.table == again.table);
	MUST(permit_name(there.permit));
	good = there.permit == PERMIT_YES || there.permit == PERMIT_ANSWERS;
	if (!good)
		return;
	MUST(there.table && there.from && there.to);
	MUST(there.from == peering_accepted(p, from) && there.to == peering_accepted(p, to));
}

static void check_permits(const struct settings *s, const struct peering *p)
{
	struct domain d[DOMAINS];
	unsigned n = domains_of(s, d);

	for (unsigned i = 0; i < n; i++) {
		const struct control *c = peering_find(p, &d[i]);

		MUST(c); /* it stands there */
		MUST(peering_accepted(p, &d[i]) == (c->accept ? c : NULL));
		for (unsigned j = 0; j < n; j++)
			check_pair(p, &d[i], &d[j]);
	}
}

static void check_controls(const struct settings *s)
{
	struct config_report *report = config_report_new();
	struct policy_set *tables = policy_set_new();
	struct peering *p;

	policy_check(s->policies.items, s->policies.n, NULL, report);
	p = peering_new(s, NULL, 0, NULL, tables, NULL, report);
	if (config_report_count(report, CONFIG_ERROR) == 0)
		check_permits(s, p);
	peering_free(p);
	policy_set_free(tables);
	config_report_free(report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = str_dup((struct str){ (const char *)data, size });
	struct settings s;
	struct config_file *file;

	fuzz_random_reset();
	file = load(text, &s);
	if (file) {
		check_prints(&s);
		check_controls(&s);
		config_values_fini(&settings_schema, &s);
		config_file_free(file);
	}
	free(text);
	return 0;
}
