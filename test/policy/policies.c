/* SPDX-License-Identifier: MIT */
/* The policies of the stories: loaded twice, as they are and in shadow; found by name. */
#include "policies.h"

#include "base/mem.h"
#include "policy/jid_set.h"
#include "policy/own.h"

#include <stdio.h>
#include <stdlib.h>

enum { POLICIES_AT_ONCE = 8 };

struct settings {
	struct config_origin origin;
	struct config_list policies, jid_sets, features;
};

struct loaded {
	struct settings settings;
	struct config_file *file;
	struct own_features *own;
	struct policy_set *set;
};

struct policies {
	struct loaded enforced, shadow;
};

static const struct config_key settings_keys[] = {
	{ .name = "policies",
		.type = CONFIG_LIST,
		.offset = offsetof(struct settings, policies),
		.table = &policy_schema,
		.help = "Policies." },
	{ .name = "jid_sets",
		.type = CONFIG_LIST,
		.offset = offsetof(struct settings, jid_sets),
		.table = &jid_set_schema,
		.help = "Addresses." },
	{ .name = "features",
		.type = CONFIG_LIST,
		.offset = offsetof(struct settings, features),
		.table = &own_feature_schema,
		.help = "Features." },
	{ .name = NULL },
};

static const struct config_table settings_schema = {
	.name = "policies.conf", .size = sizeof(struct settings), .keys = settings_keys
};

/* Warnings are errors here: a policy that warns is not what an operator should copy. */
static bool say_all(struct config_report *report)
{
	const char *line;
	unsigned i;

	for (i = 0; (line = config_report_line(report, i, NULL)); i++)
		fprintf(stderr, "%s\n", line);
	config_report_free(report);
	return i == 0;
}

static bool load(struct loaded *l, const char *directory, enum policy_mode mode)
{
	MEM_AUTO char *path = mem_printf("%s/policies.conf", directory);
	struct config_report *report = config_report_new();
	struct config_list *list = &l->settings.policies;

	l->file = config_load(path, &settings_schema, &l->settings, report);
	l->set = policy_set_new();
	if (l->file) {
		l->own = own_features_new(&l->settings.features, report);
		policy_check(list->items, list->n, l->own, report);
		policy_set_own(l->set, l->own);
		policy_set_access(l->set, &l->settings.jid_sets, list, report);
	}
	for (unsigned i = 0; i < list->n; i++)
		((struct policy *)list->items)[i].mode = mode;
	return say_all(report);
}

static void unload(struct loaded *l)
{
	policy_set_free(l->set);
	own_features_free(l->own);
	config_values_fini(&settings_schema, &l->settings);
	config_file_free(l->file);
}

struct policies *policies_load(const char *directory)
{
	struct policies *p = MEM_NEW(struct policies);

	if (load(&p->enforced, directory, MODE_ENFORCE) && load(&p->shadow, directory, MODE_SHADOW))
		return p;
	policies_free(p);
	return NULL;
}

void policies_free(struct policies *p)
{
	if (!p)
		return;
	unload(&p->enforced);
	unload(&p->shadow);
	free(p);
}

static const struct policy *find(const struct loaded *l, struct str name)
{
	const struct policy *all = l->settings.policies.items;

	for (unsigned i = 0; i < l->settings.policies.n; i++)
		if (str_is(name, all[i].name))
			return &all[i];
	return NULL;
}

static const struct policy_table *merge(struct loaded *l, struct str names)
{
	const struct policy *list[POLICIES_AT_ONCE] = { NULL };
	unsigned n = 0;

	if (str_is(names, "-"))
		return policy_set_merge(l->set, list, 0);
	while ((names = str_trim(names)).n > 0) {
		const char *space = memchr(names.p, ' ', names.n);
		struct str name = { names.p, space ? (size_t)(space - names.p) : names.n };

		if (n == POLICIES_AT_ONCE || !(list[n++] = find(l, name)))
			return NULL;
		names = str_skip(names, name.n);
	}
	return policy_set_merge(l->set, list, n);
}

const struct policy_table *policies_table(struct policies *p, struct str names)
{
	return merge(&p->enforced, names);
}

const struct policy_table *policies_shadow(struct policies *p, struct str names)
{
	return merge(&p->shadow, names);
}
