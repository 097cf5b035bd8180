/* SPDX-License-Identifier: MIT */
/*
 * Policies written as in the configuration, loaded, checked, and merged in the order in which they
 * stand there. For the tests of policy/; static, so that each is one file.
 */
#pragma once

#include "config/schema.h"
#include "policy/jid_set.h"
#include "policy/policy.h"

#include <stdio.h>
#include <stdlib.h>

#define POLICY_TEXT __attribute__((unused)) static

struct policy_text {
	struct policy_text_values {
		struct config_origin origin;
		struct config_list policies, jid_sets, features;
	} values;
	struct config_report *report;
	struct config_file *file;
	struct own_features *own;
	struct policy_set *set;
	const struct policy_table *table;
};

static const struct config_key policy_text_keys[] = {
	{ .name = "policies",
		.type = CONFIG_LIST,
		.offset = offsetof(struct policy_text_values, policies),
		.table = &policy_schema,
		.help = "Policies." },
	{ .name = "jid_sets",
		.type = CONFIG_LIST,
		.offset = offsetof(struct policy_text_values, jid_sets),
		.table = &jid_set_schema,
		.help = "Addresses." },
	{ .name = "features",
		.type = CONFIG_LIST,
		.offset = offsetof(struct policy_text_values, features),
		.table = &own_feature_schema,
		.help = "Features." },
	{ .name = NULL },
};

static const struct config_table policy_text_schema = {
	.name = "settings", .size = sizeof(struct policy_text_values), .keys = policy_text_keys
};

/* Aborts when anything is said about it, be it a warning. */
POLICY_TEXT void policy_text_init(struct policy_text *p, const char *text)
{
	const struct policy *list[32];
	const struct policy *items;
	const char *line;

	*p = (struct policy_text){ .report = config_report_new() };
	p->file = config_load_text(text, "test.conf", &policy_text_schema, &p->values, p->report);
	items = p->values.policies.items;
	if (p->file)
		p->own = own_features_new(&p->values.features, p->report);
	if (p->file)
		policy_check(items, p->values.policies.n, p->own, p->report);
	p->set = policy_set_new();
	policy_set_own(p->set, p->own);
	if (p->file)
		policy_set_access(p->set, &p->values.jid_sets, &p->values.policies, p->report);
	line = config_report_line(p->report, 0, NULL);
	if (line || p->values.policies.n > 32) {
		fprintf(stderr, "%s\n", line);
		abort();
	}
	for (unsigned i = 0; i < p->values.policies.n; i++)
		list[i] = &items[i];
	p->table = policy_set_merge(p->set, list, p->values.policies.n);
}

POLICY_TEXT void policy_text_fini(struct policy_text *p)
{
	policy_set_free(p->set);
	own_features_free(p->own);
	config_values_fini(&policy_text_schema, &p->values);
	config_file_free(p->file);
	config_report_free(p->report);
}
