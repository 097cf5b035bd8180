/* SPDX-License-Identifier: MIT */
/*
 * The tables of a plan: one for each distinct list of policies, and its shadow. Owns the tables;
 * the policies belong to the plan.
 */
#include "policy/merge.h"

#include "base/map.h"
#include "base/mem.h"
#include "policy/policy_access.h"

#include <stdlib.h>

struct merged {
	struct map_node node; /* key: the list of policies, behind this struct */
	struct draft draft;
	struct draft *shadow; /* NULL: no policy of the list is in shadow */
	const struct policy *list[];
};

struct policy_set {
	struct map tables;
	struct policy_accesses accesses;
	const struct own_features *own;
};

struct policy_set *policy_set_new(void)
{
	struct policy_set *s = MEM_NEW(struct policy_set);

	map_init(&s->tables);
	return s;
}

static void merged_free(struct merged *m)
{
	draft_fini(&m->draft);
	if (m->shadow)
		draft_fini(m->shadow);
	free(m->shadow);
	free(m);
}

void policy_set_free(struct policy_set *s)
{
	struct map_node *n;
	size_t pos = 0;

	if (!s)
		return;
	while ((n = map_next(&s->tables, &pos, NULL))) {
		map_remove(&s->tables, n);
		merged_free(map_item(n, struct merged, node));
	}
	map_fini(&s->tables);
	policy_accesses_fini(&s->accesses);
	free(s);
}

void policy_set_own(struct policy_set *s, const struct own_features *own)
{
	s->own = own;
}

void policy_set_access(struct policy_set *s, const struct config_list *jid_sets,
	const struct config_list *policies, struct config_report *report)
{
	policy_accesses_init(&s->accesses, jid_sets, policies, report);
}

struct jid_sets *policy_set_jid_sets(struct policy_set *s)
{
	return s->accesses.sets;
}

static bool any_shadow(const struct policy *const *list, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (list[i]->mode == MODE_SHADOW)
			return true;
	return false;
}

const struct policy_table *policy_set_merge(
	struct policy_set *s, const struct policy *const *list, unsigned n)
{
	struct str key = { (const char *)list, n * sizeof(void *) };
	struct map_node *node = map_get(&s->tables, key);
	struct merged *m;

	if (node)
		return &map_item(node, struct merged, node)->draft.table;
	if (s->tables.count >= POLICY_TABLES_MAX)
		return NULL;
	m = mem_zero(1, sizeof(*m) + key.n);
	if (n > 0)
		memcpy(m->list, list, key.n);
	m->draft.table.own = s->own;
	draft_build(&m->draft, m->list, n, false, &s->accesses);
	if (any_shadow(m->list, n)) {
		m->shadow = MEM_NEW(struct draft);
		m->shadow->table.own = s->own;
		draft_build(m->shadow, m->list, n, true, &s->accesses);
		m->draft.table.shadow = &m->shadow->table;
		m->draft.table.checks_labels |= m->shadow->table.checks_labels;
	}
	map_put(&s->tables, &m->node, (struct str){ (const char *)m->list, key.n });
	return &m->draft.table;
}
