/* SPDX-License-Identifier: MIT */
/* The policies of the stories: loaded once, found by name. */
#include "policies.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

enum { POLICIES_AT_ONCE = 8 };

struct settings {
	struct config_origin origin;
	struct config_list policies;
};

struct policies {
	struct settings settings;
	struct policy *shadows; /* copies of all of them; what they point to is the settings' */
	struct config_file *file;
	struct policy_set *set;
};

static const struct config_key settings_keys[] = {
	{ .name = "policies",
		.type = CONFIG_LIST,
		.offset = offsetof(struct settings, policies),
		.table = &policy_schema,
		.help = "Policies." },
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

static void make_shadows(struct policies *p)
{
	unsigned n = p->settings.policies.n;

	p->shadows = mem_zero(n + 1, sizeof(*p->shadows));
	if (n > 0)
		memcpy(p->shadows, p->settings.policies.items, n * sizeof(*p->shadows));
	for (unsigned i = 0; i < n; i++)
		p->shadows[i].mode = MODE_SHADOW;
}

struct policies *policies_load(const char *directory)
{
	MEM_AUTO char *path = mem_printf("%s/policies.conf", directory);
	struct config_report *report = config_report_new();
	struct policies *p = MEM_NEW(struct policies);

	p->file = config_load(path, &settings_schema, &p->settings, report);
	p->set = policy_set_new();
	if (p->file)
		policy_check(p->settings.policies.items, p->settings.policies.n, report);
	if (say_all(report)) {
		make_shadows(p);
		return p;
	}
	policies_free(p);
	return NULL;
}

void policies_free(struct policies *p)
{
	if (!p)
		return;
	policy_set_free(p->set);
	config_values_fini(&settings_schema, &p->settings);
	config_file_free(p->file);
	free(p->shadows);
	free(p);
}

static const struct policy *find(
	const struct policies *p, const struct policy *all, struct str name)
{
	for (unsigned i = 0; i < p->settings.policies.n; i++)
		if (str_is(name, all[i].name))
			return &all[i];
	return NULL;
}

static const struct policy_table *merge(
	struct policies *p, const struct policy *all, struct str names)
{
	const struct policy *list[POLICIES_AT_ONCE] = { NULL };
	unsigned n = 0;

	if (str_is(names, "-"))
		return policy_set_merge(p->set, list, 0);
	while ((names = str_trim(names)).n > 0) {
		const char *space = memchr(names.p, ' ', names.n);
		struct str name = { names.p, space ? (size_t)(space - names.p) : names.n };

		if (n == POLICIES_AT_ONCE || !(list[n++] = find(p, all, name)))
			return NULL;
		names = str_skip(names, name.n);
	}
	return policy_set_merge(p->set, list, n);
}

const struct policy_table *policies_table(struct policies *p, struct str names)
{
	return merge(p, p->settings.policies.items, names);
}

const struct policy_table *policies_shadow(struct policies *p, struct str names)
{
	return merge(p, p->shadows, names);
}
