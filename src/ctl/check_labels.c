/* SPDX-License-Identifier: MIT */
/*
 * trunkctl check labels: what is wrong with policy files (Open XML SPIF), each by itself and all of
 * them together. Reads no configuration.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "ctl/command.h"
#include "ctl/finding.h"
#include "ctl/json.h"
#include "ctl/text.h"
#include "label/lint.h"

#include <stdlib.h>

/* What labels call findings, as trunkctl prints them. */
static void take_over(const struct label_findings *from, struct findings *to)
{
	for (unsigned i = 0; i < from->n; i++) {
		const struct label_finding *f = &from->list[i];
		const struct config_origin at = { f->file, f->line, NULL };

		findings_add(to, f->severity == LABEL_ERROR ? FINDING_ERROR : FINDING_WARNING, &at,
			"%s %s", f->words, f->remedy);
	}
}

static void print_json(
	FILE *out, const struct label_policies *p, const struct findings *f, unsigned left_out)
{
	json_t *policies = json_array();

	for (unsigned i = 0; i < p->n; i++)
		json_array_append_new(policies,
			json_pack("{s:s, s:o, s:o, s:i, s:i}", "file", p->list[i]->file, "id",
				json_text(p->list[i]->id), "name", json_text(p->list[i]->name),
				"classifications", (int)p->list[i]->nclasses, "categories",
				(int)p->list[i]->ncategories));
	json_print(json_pack("{s:s, s:o, s:i, s:o, s:i}", "check", "labels", "policies", policies,
			   "problems", (int)f->problems, "findings", findings_json(f), "left_out",
			   (int)left_out),
		out);
}

static void print_text(
	struct ctl *c, const struct label_policies *p, const struct findings *f, unsigned left_out)
{
	struct text t = { .f = c->out, .colour = c->colour };
	MEM_AUTO char *state =
		f->problems ? mem_printf("%u problem%s", f->problems, f->problems == 1 ? "" : "s")
			    : mem_strdup("fine");

	text_section(&t, "labels: %s", state);
	for (unsigned i = 0; i < p->n; i++) {
		const struct spif *s = p->list[i];
		MEM_AUTO char *name = str_dup(s->name);
		MEM_AUTO char *size = mem_printf("%u classifications, %u categories, %u equivalent "
						 "policies",
			s->nclasses, s->ncategories, s->nequivalents);

		text_row(&t, TONE_PLAIN, name, size, NULL);
	}
	text_end(&t);
	findings_print(f, c->out);
	if (left_out)
		text_line(c->out, "  and %u more", left_out);
}

enum ctl_status ctl_check_labels(struct ctl *c)
{
	struct label_findings found = { 0 };
	struct label_policies policies = { 0 };
	struct findings findings = { 0 };
	enum ctl_status status;
	unsigned left_out;

	for (unsigned i = 0; i < c->nargs; i++) {
		struct spif *s = spif_load(c->args[i], 0, &found);

		if (s)
			label_policies_add(&policies, s, &found);
	}
	label_lint(&policies, clock_wall(), &found);
	take_over(&found, &findings);
	left_out = found.errors + found.warnings - found.n;
	if (c->option[OPTION_JSON])
		print_json(c->out, &policies, &findings, left_out);
	else
		print_text(c, &policies, &findings, left_out);
	status = findings.problems ? CTL_PROBLEMS : CTL_FINE;
	findings_fini(&findings);
	label_policies_fini(&policies);
	label_findings_fini(&found);
	return status;
}
