/* SPDX-License-Identifier: MIT */
/* trunkctl check: the parts, one after another, and what they have found. See check.h. */
#include "ctl/check.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/random.h"
#include "config/suggest.h"
#include "ctl/json.h"
#include "ctl/load.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static const struct {
	const char *name;
	check_fn *run;
	bool without_plan; /* it has something to say of a configuration that is wrong */
	bool asked_for;    /* only when it is named: it makes the daemon do something */
} parts[] = {
	{ "config", check_config, true, false },
	{ "certs", check_certs, true, false },
	{ "policy", check_policy, true, false },
	{ "dns", check_dns, false, false },
	{ "connectivity", check_connectivity, false, true },
};
enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

struct check_run {
	struct check check;
	struct text text;
	json_t *json; /* an array; NULL: text */
	bool problems, undone;
};

void check_example(const struct control_config *cc, struct domain *out)
{
	for (unsigned i = 0; i < cc->match.n; i++)
		if (cc->match.v[i][0] != '*' && domain_parse(str_of(cc->match.v[i]), out))
			return;
	if (cc->domains.n && domain_parse(str_of(cc->domains.v[0]), out))
		return;
	for (unsigned i = 0; i < cc->match.n; i++) {
		MEM_AUTO char *below = mem_printf("some%s", cc->match.v[i] + 1);

		if (cc->match.v[i][1] == '.' && domain_parse(str_of(below), out))
			return;
	}
	domain_parse(STR("some.invalid"), out);
}

void check_report(const struct check *k, const char *topic, struct findings *f)
{
	struct config_message m;

	for (unsigned i = 0; config_report_message(k->report, i, &m); i++) {
		struct config_origin at = { m.file, m.line, NULL };
		bool mine = topic && m.topic ? strcmp(topic, m.topic) == 0 : topic == m.topic;

		if (mine)
			findings_add(f,
				m.severity == CONFIG_ERROR ? FINDING_ERROR : FINDING_WARNING, &at,
				"%s", m.words);
	}
}

void check_config(struct check *k, struct check_part *p)
{
	check_report(k, NULL, &p->findings);
	for (unsigned i = 0; i < k->served.nwildcards; i++)
		findings_add(&p->findings, FINDING_NOTE, k->served.wildcards[i].origin,
			"which domains \"%s\" stands for is not known, and nothing is checked of "
			"them: list them with domains = [ ... ]",
			k->served.wildcards[i].match);
	if (k->plan)
		p->summary = mem_printf("%u controls, %u domains by name",
			k->plan->settings.controls.n, k->served.n);
}

/* ---- what is printed ---- */

static void print_part(struct check_run *r, const char *name, const struct check_part *p)
{
	const struct findings *f = &p->findings;
	MEM_AUTO char *state = NULL;

	if (p->undone)
		state = mem_printf("not done: %s", p->undone);
	else if (f->problems)
		state = mem_printf("%u problem%s", f->problems, f->problems == 1 ? "" : "s");
	else
		state = mem_strdup("fine");
	text_section(&r->text, "%s: %s%s%s%s", name, state, p->summary ? " (" : "",
		p->summary ? p->summary : "", p->summary ? ")" : "");
	findings_print(f, r->text.f);
	if (p->table && r->check.alone)
		p->table(&r->check, p, &r->text);
}

static void add_json(struct check_run *r, const char *name, const struct check_part *p)
{
	json_t *j = p->json ? json_incref(p->json) : json_object();

	json_object_set_new(j, "check", json_string(name));
	json_object_set_new(j, "done", json_boolean(!p->undone));
	if (p->undone)
		json_object_set_new(j, "words", json_text(str_of(p->undone)));
	json_object_set_new(j, "problems", json_integer(p->findings.problems));
	json_object_set_new(j, "findings", findings_json(&p->findings));
	json_array_append_new(r->json, j);
}

static void run_part(struct check_run *r, unsigned i)
{
	struct check_part p = { 0 };

	if (r->check.plan || parts[i].without_plan)
		parts[i].run(&r->check, &p);
	if (!r->check.plan && !p.findings.n)
		p.undone = mem_strdup("trunkd would not take the configuration");
	if (r->json)
		add_json(r, parts[i].name, &p);
	else
		print_part(r, parts[i].name, &p);
	r->problems |= p.findings.problems > 0;
	r->undone |= p.undone != NULL;
	findings_fini(&p.findings);
	free(p.summary);
	free(p.undone);
	json_decref(p.json);
	if (p.free)
		p.free(p.data);
}

/* ---- what is asked for ---- */

/* PARTS for a word that is none, after words of complaint. */
static unsigned find_part(struct ctl *c, const char *word)
{
	struct suggest near;

	suggest_init(&near, word);
	for (unsigned i = 0; i < PARTS; i++) {
		if (strcmp(parts[i].name, word) == 0)
			return i;
		suggest_offer(&near, parts[i].name);
	}
	ctl_misused(c, "there is no check \"%s\"%s%s%s", word, near.best ? "; did you mean \"" : "",
		near.best ? near.best : "", near.best ? "\"?" : "");
	return PARTS;
}

static struct plan *load(struct ctl *c, struct config_report *report)
{
	char secret[2 * RANDOM_ID];
	struct plan_options o = { .path = load_path(c), .fallback_secret = secret, .number = 1 };

	random_id(secret);
	random_id(secret + RANDOM_ID - 1);
	return plan_new(&o, report);
}

static enum ctl_status run_parts(struct check_run *r, unsigned only)
{
	if (r->check.plan)
		served_init(&r->check.served, r->check.plan);
	for (unsigned i = 0; i < PARTS; i++)
		if (only == i || (only == PARTS && !parts[i].asked_for))
			run_part(r, i);
	if (r->json)
		json_print(r->json, r->text.f);
	else
		text_end(&r->text);
	served_fini(&r->check.served);
	if (r->problems)
		return CTL_PROBLEMS;
	return r->undone ? CTL_FAILED : CTL_FINE;
}

enum ctl_status ctl_check(struct ctl *c)
{
	unsigned only = c->nargs ? find_part(c, c->args[0]) : PARTS;
	struct config_report *report;
	enum ctl_status status;
	struct plan *plan;

	if (c->nargs && only == PARTS)
		return CTL_PROBLEMS;
	if (access(load_path(c), R_OK) < 0)
		return ctl_failed(c, "%s: %s", load_path(c), strerror(errno));
	report = config_report_new();
	plan = load(c, report);
	struct check_run r = {
		.check = { .c = c,
			.plan = plan,
			.report = report,
			.wall = clock_wall(),
			.alone = only != PARTS },
		.text = { .f = c->out, .colour = c->colour },
		.json = c->option[OPTION_JSON] ? json_array() : NULL,
	};
	status = run_parts(&r, only);
	plan_unref(plan);
	config_report_free(report);
	return status;
}
