/* SPDX-License-Identifier: MIT */
/*
 * Clearances that the operator has named, from names or from files, each under one label policy.
 * What the policy does not know is an error here, not something that grants nothing.
 */
#include "base/buf.h"
#include "base/mem.h"
#include "config/suggest.h"
#include "trunk/label_private.h"

#include <stdio.h>
#include <stdlib.h>

#define KEY(member, type_, ...)                                                  \
	{                                                                        \
		.name = #member, .type = type_,                                  \
		.offset = offsetof(struct clearance_config, member), __VA_ARGS__ \
	}

static const struct config_key clearance_keys[] = {
	KEY(name, CONFIG_STRING, .flags = CONFIG_REQUIRED | CONFIG_ONCE,
		.help = "What controls call it."),
	KEY(policy, CONFIG_STRING,
		.help = "The label policy that it is under, one of label_policies; left out: the "
			"governing one, or that of the only clearance in the file."),
	KEY(up_to, CONFIG_STRING, .help = "This classification of the policy and all below it."),
	KEY(classifications, CONFIG_STRINGS, .help = "Further classifications, one by one."),
	KEY(categories, CONFIG_LIST, .table = &label_category_schema,
		.help = "Values of tag sets, which labels may have."),
	KEY(file, CONFIG_PATH,
		.help = "Instead of all these, a file with the clearance: XML of ADatP-4774.1, or "
			"a "
			"Clearance (RFC 5755) in BER or in base64. Read again at every reload."),
	{ .name = NULL },
};
const struct config_table clearance_schema = { "clearance", sizeof(struct clearance_config),
	clearance_keys };

static const struct clearance_config *config_of(const struct labels *l, unsigned i)
{
	return &((const struct clearance_config *)l->sections.clearances->items)[i];
}

static void unfit(const struct clearance_config *c, const char *key, const char *words,
	struct config_report *report)
{
	const struct config_origin *at = key ? config_origin_of(&c->origin, key) : &c->origin;

	config_report_add(report, CONFIG_ERROR, at, "clearance \"%s\": %s", c->name, words);
}

static unsigned count_values(const struct clearance_config *c)
{
	const struct label_category_config *k = c->categories.items;
	unsigned n = 0;

	for (unsigned i = 0; i < c->categories.n; i++)
		n += k[i].values.n;
	return n;
}

static bool from_names(struct labels *l, const struct clearance_config *c, const struct spif *s,
	struct clearance_list *out, struct config_report *report)
{
	const struct label_category_config *k = c->categories.items;
	struct clearance_value *values = mem_zero(count_values(c) + 1u, sizeof(*values));
	MEM_AUTO char *policy = str_dup(s->id);
	struct clearance_names names = { .policy = policy,
		.up_to = c->up_to,
		.classifications = (const char *const *)c->classifications.v,
		.nclassifications = c->classifications.n,
		.values = values };
	MEM_AUTO char *words = NULL;
	bool ok;

	for (unsigned i = 0; i < c->categories.n; i++)
		for (unsigned j = 0; j < k[i].values.n; j++)
			values[names.nvalues++] =
				(struct clearance_value){ k[i].set, k[i].values.v[j] };
	out->items = MEM_NEW(struct clearance);
	out->n = 1;
	clearance_init(&out->items[0]);
	ok = clearance_from_names(&l->policies, &names, &out->items[0], &words);
	if (!ok)
		unfit(c, NULL, words ? words : "it cannot be used", report);
	free(values);
	return ok;
}

static bool from_file(struct labels *l, const struct clearance_config *c,
	struct clearance_list *out, struct config_report *report)
{
	MEM_AUTO char *what = mem_printf("clearance \"%s\"", c->name);
	MEM_AUTO char *words = NULL;
	const struct config_origin *at = config_origin_of(&c->origin, "file");
	struct buf bytes = { 0 };
	bool ok = labels_read_file(what, c->file, at, &bytes, report);

	if (ok && !clearance_from_file(&l->policies, buf_view(&bytes), out, &words)) {
		ok = false;
		config_report_add(report, CONFIG_ERROR, at, "%s: %s: %s", what, c->file,
			words ? words : "it cannot be used");
	}
	buf_fini(&bytes);
	return ok;
}

/* The one in the file that is meant. */
static const struct clearance *choose(const struct labels *l, const struct clearance_config *c,
	const struct spif *s, const struct clearance_list *list, struct config_report *report)
{
	const struct clearance *found = clearance_list_find(list, s);
	char words[300];

	if (!c->policy && list->n == 1)
		return &list->items[0];
	if (found)
		return found;
	snprintf(words, sizeof(words),
		"%s has none under the label policy \"%s\": say policy = \"...\", or name another "
		"file",
		c->file, labels_policy_name(l, s));
	unfit(c, "file", words, report);
	return NULL;
}

static void load(struct labels *l, unsigned i, struct config_report *report)
{
	const struct clearance_config *c = config_of(l, i);
	struct clearance_list *out = &l->clearances[i];
	MEM_AUTO char *what = mem_printf("clearance \"%s\"", c->name);
	const struct spif *s =
		labels_policy(l, what, c->policy, config_origin_of(&c->origin, "policy"), report);

	if (!s)
		return;
	if (!c->file) {
		if (from_names(l, c, s, out, report))
			l->clearance_for[i] = &out->items[0];
	} else if (c->up_to || c->classifications.n || c->categories.n) {
		unfit(c, "file", "a file and names at once: keep one of them", report);
	} else if (from_file(l, c, out, report)) {
		l->clearance_for[i] = choose(l, c, s, out, report);
	}
}

void clearances_load(struct labels *l, struct config_report *report)
{
	unsigned n = l->sections.clearances->n;

	l->clearances = mem_zero(n + 1u, sizeof(*l->clearances));
	l->clearance_for = mem_zero(n + 1u, sizeof(*l->clearance_for));
	for (unsigned i = 0; i < n; i++)
		load(l, i, report);
}

void clearances_free(struct labels *l)
{
	for (unsigned i = 0; l->clearances && i < l->sections.clearances->n; i++)
		clearance_list_fini(&l->clearances[i]);
	free(l->clearances);
	free(l->clearance_for);
}

const struct clearance *clearances_find(const struct labels *l, const char *name,
	const struct config_origin *at, struct config_report *report)
{
	struct suggest near;

	suggest_init(&near, name);
	for (unsigned i = 0; i < l->sections.clearances->n; i++) {
		if (strcmp(config_of(l, i)->name, name) == 0)
			return l->clearance_for[i];
		suggest_offer(&near, config_of(l, i)->name);
	}
	MEM_AUTO char *remedy =
		suggest_remedy(&near, "add it to clearances = ( ... ), or correct the name");
	config_report_add(report, CONFIG_ERROR, at, "clearance: there is no clearance \"%s\"%s",
		name, remedy);
	return NULL;
}
