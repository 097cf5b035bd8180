/* SPDX-License-Identifier: MIT */
/* Loading label policies, and joining what is under them; see label_section.h. */
#include "trunk/label_section.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "config/suggest.h"
#include "policy/policy.h"
#include "trunk/label_private.h"

#include <stdlib.h>

#define KEY(member, type_, ...)                                                     \
	{                                                                           \
		.name = #member, .type = type_,                                     \
		.offset = offsetof(struct label_policy_config, member), __VA_ARGS__ \
	}

static const struct config_key label_policy_keys[] = {
	KEY(name, CONFIG_STRING, .flags = CONFIG_REQUIRED | CONFIG_ONCE,
		.help = "What this file is called here."),
	KEY(file, CONFIG_PATH, .flags = CONFIG_REQUIRED,
		.help = "The policy (Open XML SPIF). It is read again at every reload; trunkctl "
			"check labels says more about it."),
	KEY(governing, CONFIG_BOOL, .def = "false",
		.help = "Whether labels are judged under this policy. One policy is the governing "
			"one; without one the first is. The others are those that peers have."),
	KEY(default_label, CONFIG_STRING,
		.help = "What stands for a label that is not there, where a control has no "
			"default_label of its own: one of labels under this policy, or one of its "
			"classifications. Of peers that have this policy, or of all when it "
			"governs."),
	{ .name = NULL },
};
const struct config_table label_policy_schema = { "label policy",
	sizeof(struct label_policy_config), label_policy_keys };

/* What labels call findings, as the report has them. What is wrong with a file as a whole is told
 * where the configuration names it. */
static void take_over(const struct label_findings *from, const struct label_policy_config *c,
	struct config_report *report)
{
	for (unsigned i = 0; i < from->n; i++) {
		const struct label_finding *f = &from->list[i];
		const struct config_origin at = { f->file, f->line, NULL };
		enum config_severity s = f->severity == LABEL_ERROR ? CONFIG_ERROR : CONFIG_WARNING;

		if (f->line)
			config_report_add(report, s, &at, "%s %s", f->words, f->remedy);
		else
			config_report_add(report, s, config_origin_of(&c->origin, "file"),
				"label policy \"%s\", %s: %s %s", c->name, c->file, f->words,
				f->remedy);
	}
}

static const struct label_policy_config *policy_config(const struct labels *l, unsigned i)
{
	return &((const struct label_policy_config *)l->sections.policies->items)[i];
}

static void load_policy(struct labels *l, unsigned i, const struct label_policy_config *governing,
	struct config_report *report)
{
	const struct label_policy_config *c = policy_config(l, i);
	struct label_findings found = { 0 };
	struct spif *s = spif_load(c->file, 0, &found);
	bool added = s && label_policies_add(&l->policies, s, &found);

	if (c->governing && governing != c)
		config_report_add(report, CONFIG_ERROR, config_origin_of(&c->origin, "governing"),
			"label policy \"%s\" governs already: only one may", governing->name);
	take_over(&found, c, report);
	label_findings_fini(&found);
	l->broken |= !added;
	if (!added)
		return;
	l->by_config[i] = s;
	if (c == governing)
		l->policies.governing = s;
}

static void load_policies(struct labels *l, struct config_report *report)
{
	const struct label_policy_config *governing = NULL;
	unsigned n = l->sections.policies->n;

	l->by_config = mem_zero(n + 1u, sizeof(*l->by_config));
	for (unsigned i = 0; i < n && !governing; i++)
		if (policy_config(l, i)->governing)
			governing = policy_config(l, i);
	for (unsigned i = 0; i < n; i++)
		load_policy(l, i, governing, report);
	if (l->broken)
		l->policies.governing = NULL;
}

const struct spif *labels_policy(const struct labels *l, const char *what, const char *name,
	const struct config_origin *at, struct config_report *report)
{
	struct suggest near;

	if (!name && !l->policies.governing && !l->broken)
		config_report_add(report, CONFIG_ERROR, at,
			"%s: there is no label policy: add label_policies = ( ... )", what);
	if (!name)
		return l->policies.governing;
	suggest_init(&near, name);
	for (unsigned i = 0; i < l->sections.policies->n; i++) {
		const char *other = policy_config(l, i)->name;

		if (strcmp(other, name) == 0)
			return l->by_config[i];
		suggest_offer(&near, other);
	}
	MEM_AUTO char *remedy =
		suggest_remedy(&near, "add it to label_policies = ( ... ), or correct the name");
	config_report_add(report, CONFIG_ERROR, at, "%s: there is no label policy \"%s\"%s", what,
		name, remedy);
	return NULL;
}

const char *labels_policy_name(const struct labels *l, const struct spif *s)
{
	for (unsigned i = 0; i < l->sections.policies->n; i++)
		if (l->by_config[i] == s)
			return policy_config(l, i)->name;
	return "";
}

struct label *labels_make(struct labels *l)
{
	struct label *made = MEM_NEW(struct label);

	label_init(made);
	l->made = mem_resize(l->made, (l->nmade + 1u) * sizeof(struct label *));
	return l->made[l->nmade++] = made;
}

bool labels_read_file(const char *what, const char *path, const struct config_origin *at,
	struct buf *out, struct config_report *report)
{
	enum { MOST = 1 << 20 };
	int error = file_read(path, MOST, out);

	if (error)
		config_report_add(
			report, CONFIG_ERROR, at, "%s: %s: %s", what, path, file_error(error));
	return error == 0;
}

/* The default label of each policy, under its own policy. */
static void load_defaults(struct labels *l, struct config_report *report)
{
	unsigned n = l->sections.policies->n;

	l->policy_defaults = mem_zero(n + 1u, sizeof(*l->policy_defaults));
	for (unsigned i = 0; i < n; i++) {
		const struct label_policy_config *c = policy_config(l, i);

		if (c->default_label && l->by_config[i])
			l->policy_defaults[i] = named_labels_find(l, c->default_label,
				l->by_config[i], "default_label",
				config_origin_of(&c->origin, "default_label"), report);
	}
}

struct labels *labels_new(const struct label_sections *s, struct config_report *report)
{
	struct labels *l = MEM_NEW(struct labels);

	l->sections = *s;
	load_policies(l, report);
	named_labels_load(l, report);
	load_defaults(l, report);
	clearances_load(l, report);
	return l;
}

void labels_free(struct labels *l)
{
	if (!l)
		return;
	named_labels_free(l);
	clearances_free(l);
	for (unsigned i = 0; i < l->nmade; i++) {
		label_fini(l->made[i]);
		free(l->made[i]);
	}
	free(l->made);
	free(l->policy_defaults);
	free(l->by_config);
	label_policies_fini(&l->policies);
	free(l);
}

const struct label_policies *labels_policies(const struct labels *l)
{
	return l->policies.governing ? &l->policies : NULL;
}

void labels_check(
	const struct labels *l, const struct config_list *policies, struct config_report *report)
{
	const struct policy *p = policies->items;

	for (unsigned i = 0; i < policies->n && !l->policies.governing && !l->broken; i++)
		if (p[i].labels.check)
			config_report_add(report, CONFIG_ERROR,
				config_origin_of(&p[i].labels.origin, "check"),
				"labels.check: nothing says what labels mean: add label_policies = "
				"( { name = \"...\"; file = \"...\"; governing = true; } )");
}
