/* SPDX-License-Identifier: MIT */
/* Loading label policies and clearances, and finding them by name; see label_section.h. */
#include "trunk/label_section.h"

#include "base/clock.h"
#include "base/mem.h"
#include "config/suggest.h"
#include "label/resolve.h"
#include "label/valid.h"
#include "policy/policy.h"

#include <stdlib.h>

#define KEY(struct_, member, type_, ...)                                                    \
	{                                                                                   \
		.name = #member, .type = type_, .offset = offsetof(struct struct_, member), \
		__VA_ARGS__                                                                 \
	}

static const struct config_key label_policy_keys[] = {
	KEY(label_policy_config, name, CONFIG_STRING, .flags = CONFIG_REQUIRED | CONFIG_ONCE,
		.help = "What this file is called here."),
	KEY(label_policy_config, file, CONFIG_PATH, .flags = CONFIG_REQUIRED,
		.help = "The policy (Open XML SPIF). It is read again at every reload; trunkctl "
			"check labels says more about it."),
	KEY(label_policy_config, governing, CONFIG_BOOL, .def = "false",
		.help = "Whether labels are judged under this policy. One policy is the governing "
			"one; without one the first is. The others serve to prove equivalent "
			"labels."),
	{ .name = NULL },
};
const struct config_table label_policy_schema = { "label policy",
	sizeof(struct label_policy_config), label_policy_keys };

static const struct config_key category_keys[] = {
	KEY(clearance_category_config, set, CONFIG_STRING, .flags = CONFIG_REQUIRED,
		.help = "The tag set, by its name in the label policy."),
	KEY(clearance_category_config, values, CONFIG_STRINGS, .flags = CONFIG_REQUIRED,
		.help = "Its values by name; \"*\": all of them."),
	{ .name = NULL },
};
static const struct config_table category_schema = { "clearance category",
	sizeof(struct clearance_category_config), category_keys };

static const struct config_key clearance_keys[] = {
	KEY(clearance_config, name, CONFIG_STRING, .flags = CONFIG_REQUIRED | CONFIG_ONCE,
		.help = "What controls call it."),
	KEY(clearance_config, up_to, CONFIG_STRING,
		.help = "This classification of the governing label policy and all below it."),
	KEY(clearance_config, classifications, CONFIG_STRINGS,
		.help = "Further classifications, one by one."),
	KEY(clearance_config, categories, CONFIG_LIST, .table = &category_schema,
		.help = "Values of tag sets, which labels may have."),
	{ .name = NULL },
};
const struct config_table clearance_schema = { "clearance", sizeof(struct clearance_config),
	clearance_keys };

struct labels {
	struct label_policies policies;
	const struct config_list *configs; /* of the clearances */
	struct clearance *clearances;      /* one for each */
	struct label **defaults;
	unsigned ndefaults;
};

/* What labels call findings, as the report has them. */
static void take_over(const struct label_findings *from, struct config_report *report)
{
	for (unsigned i = 0; i < from->n; i++) {
		const struct label_finding *f = &from->list[i];
		const struct config_origin at = { f->file, f->line, NULL };

		config_report_add(report,
			f->severity == LABEL_ERROR ? CONFIG_ERROR : CONFIG_WARNING, &at, "%s %s",
			f->words, f->remedy);
	}
}

static void load_policies(
	struct labels *l, const struct config_list *configs, struct config_report *report)
{
	const struct label_policy_config *c = configs->items, *governing = NULL;
	struct label_findings found = { 0 };

	for (unsigned i = 0; i < configs->n; i++) {
		struct spif *s = spif_load(c[i].file, 0, &found);

		if (c[i].governing && governing)
			config_report_add(report, CONFIG_ERROR,
				config_origin_of(&c[i].origin, "governing"),
				"label policy \"%s\" governs already: only one may",
				governing->name);
		else if (c[i].governing)
			governing = &c[i];
		if (!s)
			config_report_add(report, CONFIG_ERROR,
				config_origin_of(&c[i].origin, "file"),
				"label policy \"%s\" cannot be used: %s", c[i].name, c[i].file);
		else if (label_policies_add(&l->policies, s, &found) && c[i].governing)
			l->policies.governing = s;
	}
	take_over(&found, report);
	label_findings_fini(&found);
}

static unsigned count_values(const struct clearance_config *c)
{
	const struct clearance_category_config *k = c->categories.items;
	unsigned n = 0;

	for (unsigned i = 0; i < c->categories.n; i++)
		n += k[i].values.n;
	return n;
}

static void load_clearance(struct labels *l, const struct clearance_config *c,
	struct clearance *out, struct config_report *report)
{
	const struct clearance_category_config *k = c->categories.items;
	struct clearance_value *values = mem_zero(count_values(c) + 1u, sizeof(*values));
	struct clearance_names names = { .up_to = c->up_to,
		.classifications = (const char *const *)c->classifications.v,
		.nclassifications = c->classifications.n,
		.values = values };
	MEM_AUTO char *words = NULL;

	for (unsigned i = 0; i < c->categories.n; i++)
		for (unsigned j = 0; j < k[i].values.n; j++)
			values[names.nvalues++] =
				(struct clearance_value){ k[i].set, k[i].values.v[j] };
	if (!l->policies.governing)
		words = mem_strdup("there is no label policy: add label_policies = ( ... )");
	if (words || !clearance_from_names(&l->policies, &names, out, &words))
		config_report_add(report, CONFIG_ERROR, &c->origin, "clearance \"%s\": %s",
			c->name ? c->name : "", words ? words : "it cannot be used");
	free(values);
}

struct labels *labels_new(const struct config_list *policies, const struct config_list *clearances,
	struct config_report *report)
{
	struct labels *l = MEM_NEW(struct labels);
	const struct clearance_config *c = clearances->items;

	l->configs = clearances;
	load_policies(l, policies, report);
	l->clearances = mem_zero(clearances->n + 1u, sizeof(*l->clearances));
	for (unsigned i = 0; i < clearances->n; i++) {
		clearance_init(&l->clearances[i]);
		load_clearance(l, &c[i], &l->clearances[i], report);
	}
	return l;
}

void labels_free(struct labels *l)
{
	if (!l)
		return;
	for (unsigned i = 0; i < l->ndefaults; i++) {
		label_fini(l->defaults[i]);
		free(l->defaults[i]);
	}
	free(l->defaults);
	for (unsigned i = 0; i < l->configs->n; i++)
		clearance_fini(&l->clearances[i]);
	free(l->clearances);
	label_policies_fini(&l->policies);
	free(l);
}

static const struct clearance *find_clearance(const struct labels *l, const char *name,
	const struct config_origin *at, struct config_report *report)
{
	const struct clearance_config *c = l->configs->items;
	struct suggest near;

	suggest_init(&near, name);
	for (unsigned i = 0; i < l->configs->n; i++) {
		if (strcmp(c[i].name, name) == 0)
			return &l->clearances[i];
		suggest_offer(&near, c[i].name);
	}
	MEM_AUTO char *remedy =
		suggest_remedy(&near, "add it to clearances = ( ... ), or correct the name");
	config_report_add(report, CONFIG_ERROR, at, "clearance: there is no clearance \"%s\"%s",
		name, remedy);
	return NULL;
}

static const struct label *make_default(struct labels *l, const char *classification,
	const struct config_origin *at, struct config_report *report)
{
	const struct spif *s = l->policies.governing;
	struct label_verdict v = { 0 };
	struct label *d;

	if (!s || !spif_class_by_name(s, str_of(classification))) {
		config_report_add(report, CONFIG_ERROR, at,
			"default_label: there is no classification \"%s\" in the governing label "
			"policy",
			classification);
		return NULL;
	}
	d = MEM_NEW(struct label);
	label_init(d);
	l->defaults = mem_resize(l->defaults, (l->ndefaults + 1u) * sizeof(struct label *));
	l->defaults[l->ndefaults++] = d;
	if (label_keep(d, &d->policy_id, s->id) &&
		label_keep(d, &d->class_name, str_of(classification)) &&
		spif_resolve_label(s, d, &v) && label_valid(d, LABEL_OLD, clock_wall(), &v))
		return d;
	char words[200];
	label_verdict_words(&v, words, sizeof(words));
	config_report_add(report, CONFIG_ERROR, at, "default_label: \"%s\" alone is no label: %s",
		classification, words);
	return NULL;
}

struct control_labels labels_of_control(struct labels *l, const struct config_origin *group,
	const char *clearance, const char *default_label, struct config_report *report)
{
	struct control_labels out = { .policies = l->policies.governing ? &l->policies : NULL };

	if (clearance)
		out.governing.list[out.governing.n++] =
			find_clearance(l, clearance, config_origin_of(group, "clearance"), report);
	if (default_label)
		out.terms.default_label = make_default(
			l, default_label, config_origin_of(group, "default_label"), report);
	return out;
}

void labels_check(
	const struct labels *l, const struct config_list *policies, struct config_report *report)
{
	const struct policy *p = policies->items;

	for (unsigned i = 0; i < policies->n && !l->policies.governing; i++)
		if (p[i].labels.check)
			config_report_add(report, CONFIG_ERROR,
				config_origin_of(&p[i].labels.origin, "check"),
				"labels.check: nothing says what labels mean: add label_policies = "
				"( { name = \"...\"; file = \"...\"; governing = true; } )");
}
