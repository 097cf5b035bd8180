/* SPDX-License-Identifier: MIT */
/*
 * trunkctl label: what a label or clearance says, whatever it is written in, and what policies,
 * clearances and mappings make of it. Needs no configuration and asks nobody.
 */
#include "ctl/label_facts.h"

#include "base/clock.h"
#include "base/mem.h"
#include "ctl/command.h"
#include "ctl/json.h"
#include "ctl/label_text.h"
#include "ctl/load.h"
#include "label/file.h"
#include "label/ism.h"

#include <stdlib.h>
#include <string.h>

struct asked {
	struct ctl *c;
	struct label_facts facts;
	json_t *labels, *clearances;
};

/* ---- options ---- */

static bool load_policy(struct asked *a, const char *path)
{
	struct label_findings findings = { 0 };
	struct spif *s = spif_load(path, 0, &findings);
	bool ok = s && label_policies_add(&a->facts.policies, s, &findings);

	for (unsigned i = 0; i < findings.n && !ok; i++) {
		const struct label_finding *f = &findings.list[i];

		if (f->severity == LABEL_ERROR)
			text_line(a->c->err, "%s:%u: %s", f->file, f->line, f->words);
	}
	label_findings_fini(&findings);
	if (!ok)
		ctl_failed(a->c, "%s: this policy cannot be used", path);
	return ok;
}

/* A list with commas. */
static bool load_policies(struct asked *a, const char *paths)
{
	MEM_AUTO char *copy = mem_strdup(paths ? paths : "");
	char *rest = copy;
	bool ok = true;

	for (char *path = strsep(&rest, ","); path && ok; path = strsep(&rest, ","))
		ok = !*path || load_policy(a, path);
	return ok;
}

static bool load_clearance(struct asked *a, const char *path)
{
	struct buf bytes = { 0 };
	char *words = NULL;
	int err = load_file(a->c, path, &bytes);

	a->facts.cleared = true;
	if (err)
		words = mem_strdup(strerror(-err));
	else
		clearance_from_file(
			&a->facts.policies, buf_view(&bytes), &a->facts.clearances, &words);
	if (words)
		ctl_failed(a->c, "%s: %s", path, words);
	free(words);
	buf_fini(&bytes);
	return !words;
}

/* Policies first: the others are read by them. CTL_FINE, or what has been complained about. */
static enum ctl_status load_options(struct asked *a)
{
	const char *const *option = a->c->option;
	const char *to = option[OPTION_TO];

	if ((to || option[OPTION_CLEARANCE]) && !option[OPTION_POLICY])
		return ctl_misused(
			a->c, "--%s needs a policy: --policy FILE", to ? "to" : "clearance");
	if (!load_policies(a, option[OPTION_POLICY]))
		return CTL_FAILED;
	if (option[OPTION_CLEARANCE] && !load_clearance(a, option[OPTION_CLEARANCE]))
		return CTL_FAILED;
	if (!to)
		return CTL_FINE;
	a->facts.to = label_policies_find(&a->facts.policies, str_of(to), STR(""));
	if (!a->facts.to)
		a->facts.to = label_policies_find(&a->facts.policies, STR(""), str_of(to));
	if (!a->facts.to)
		return ctl_failed(a->c, "there is no policy \"%s\" among those of --policy", to);
	return CTL_FINE;
}

/* ---- what is in the file ---- */

static void add_payload(struct asked *a, const struct xml_element *e)
{
	struct securitylabel_payload p = { 0 };

	securitylabel_read_payload(&p, e);
	label_facts_payload(&a->facts, &p, "", a->labels);
	securitylabel_payload_fini(&p);
}

static void add_securitylabel(struct asked *a, const struct xml_element *e)
{
	struct securitylabel s;
	const char *fault;
	unsigned piece = 0;

	securitylabel_init(&s);
	if (securitylabel_read_element(&s, e, NULL, &piece, &fault)) {
		label_facts_payload(&a->facts, &s.label, "label", a->labels);
		for (unsigned i = 0; i < s.nequivalents; i++)
			label_facts_payload(
				&a->facts, &s.equivalents[i], "equivalentlabel", a->labels);
	} else {
		a->facts.problems = true;
		json_array_append_new(
			a->labels, json_pack("{s:s, s:s}", "in", "securitylabel", "fault", fault));
	}
	securitylabel_fini(&s);
}

static bool is_payload(const struct xml_element *e)
{
	return xml_element_is(e, "urn:xmpp:sec-label:ess:0", "esssecuritylabel") ||
	       stanag4774_role(e) != STANAG4774_NONE || stanag4778_is(e) || ism_is(e);
}

/* Behind the whole of e. */
static const struct xml_element *beyond(const struct xml_element *root, const struct xml_element *e)
{
	while (e != root && !e->next)
		e = e->parent;
	return e == root ? NULL : e->next;
}

/* Every label and clearance in a document, those inside of others but once. */
static void add_tree(struct asked *a, const struct xml_element *root)
{
	const struct xml_element *e = root;

	while (e) {
		bool label = xml_element_is(e, SECURITYLABEL_NS, "securitylabel");

		if (label)
			add_securitylabel(a, e);
		else if (is_payload(e))
			add_payload(a, e);
		e = label || is_payload(e) ? beyond(root, e) : label_file_next(root, e);
	}
}

static void add_clearances(struct asked *a, const struct label_file *f, const char **fault_out)
{
	struct clearance_list list = { 0 };

	if (label_file_clearances(f, &list, fault_out))
		*fault_out = NULL;
	for (unsigned i = 0; i < list.n && !*fault_out; i++)
		json_array_append_new(
			a->clearances, label_facts_clearance(&a->facts, &list.items[i]));
	clearance_list_fini(&list);
}

/* A SET is a label, anything else has to be a clearance. */
static void add_ber(struct asked *a, const struct label_file *f, const char **fault_out)
{
	struct securitylabel_payload p = { .kind = SECURITYLABEL_ESS };
	struct str ber = buf_view(&f->ber);
	struct stanag4778_label *l;

	if (ber.p[0] != BER_SET)
		return add_clearances(a, f, fault_out);
	l = stanag4778_add(&p.labels);
	l->role = STANAG4774_ORIGINATOR;
	if (ess_read_label(ber, &l->label, fault_out))
		label_facts_payload(&a->facts, &p, "", a->labels);
	securitylabel_payload_fini(&p);
}

/* NULL, or why there is nothing to tell; the caller frees it. */
static char *read_facts(struct asked *a, struct str bytes)
{
	struct label_file file = { 0 };
	const char *fault = NULL;
	char *words;

	if (!label_file_read(&file, bytes, &words))
		return words;
	if (file.tree) {
		add_tree(a, file.tree);
		add_clearances(a, &file, &fault);
	} else {
		add_ber(a, &file, &fault);
	}
	label_file_fini(&file);
	if (json_array_size(a->labels) || json_array_size(a->clearances))
		return NULL;
	return mem_printf("neither label nor clearance: %s", fault ? fault : "nothing of either");
}

/* ---- the command ---- */

static enum ctl_status answer(struct asked *a, const char *path)
{
	struct buf bytes = { 0 };
	int err = load_file(a->c, path, &bytes);
	char *words = err ? mem_strdup(strerror(-err)) : read_facts(a, buf_view(&bytes));
	struct text t = { .f = a->c->out, .colour = a->c->colour };
	json_t *all;

	buf_fini(&bytes);
	if (words) {
		ctl_failed(a->c, "%s: %s", path, words);
		free(words);
		return CTL_FAILED;
	}
	all = json_pack("{s:O, s:O, s:b}", "labels", a->labels, "clearances", a->clearances,
		"problems", a->facts.problems);
	if (a->c->option[OPTION_JSON]) {
		json_print(all, a->c->out);
	} else {
		label_text_print(&t, all);
		text_end(&t);
		json_decref(all);
	}
	return a->facts.problems ? CTL_PROBLEMS : CTL_FINE;
}

enum ctl_status ctl_label(struct ctl *c)
{
	struct asked a = { .c = c,
		.facts.now = clock_wall(),
		.labels = json_array(),
		.clearances = json_array() };
	enum ctl_status status = load_options(&a);

	if (status == CTL_FINE)
		status = answer(&a, c->nargs ? c->args[0] : "-");
	json_decref(a.labels);
	json_decref(a.clearances);
	label_facts_fini(&a.facts);
	return status;
}
