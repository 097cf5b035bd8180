/* SPDX-License-Identifier: MIT */
/* Access lists of policies. See policy_access.h. */
#include "policy/policy_access.h"

#include "base/mem.h"

#include <stdlib.h>

static void compile(struct policy_access *out, const struct policy *p, struct jid_sets *sets,
	struct config_report *report)
{
	const struct access_rule *rules = p->access.items;
	unsigned n = p->access.n;

	out->policy = p;
	out->list = access_list_new(rules, n, sets, report);
	out->rules = mem_zero(n + 1, sizeof(out->rules[0]));
	for (unsigned i = 0; i < n; i++)
		out->rules[i] = (struct policy_rule){ p, "access", &rules[i].origin };
	out->rules[n] = (struct policy_rule){ p, "access", config_origin_of(&p->origin, "access") };
}

void policy_accesses_init(struct policy_accesses *a, const struct config_list *jid_sets,
	const struct config_list *policies, struct config_report *report)
{
	const struct policy *p = policies->items;

	a->sets = jid_sets_new(jid_sets->items, jid_sets->n, report);
	a->items = mem_zero(policies->n + 1, sizeof(a->items[0]));
	a->n = 0;
	for (unsigned i = 0; i < policies->n; i++)
		if (p[i].access.n > 0)
			compile(&a->items[a->n++], &p[i], a->sets, report);
}

void policy_accesses_fini(struct policy_accesses *a)
{
	for (unsigned i = 0; i < a->n; i++) {
		access_list_free(a->items[i].list);
		free(a->items[i].rules);
	}
	free(a->items);
	jid_sets_free(a->sets);
	*a = (struct policy_accesses){ 0 };
}

const struct policy_access *policy_accesses_find(
	const struct policy_accesses *a, const struct policy *p)
{
	for (unsigned i = 0; i < a->n; i++)
		if (a->items[i].policy == p)
			return &a->items[i];
	return NULL;
}

const struct policy_rule *policy_access_denies(
	const struct policy_access *a, const struct access_subject *s)
{
	const struct access_rule *rules = a->policy->access.items, *rule;

	if (access_list_allows(a->list, s, &rule))
		return NULL;
	return &a->rules[rule ? (size_t)(rule - rules) : a->policy->access.n];
}
