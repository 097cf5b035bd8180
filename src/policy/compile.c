/* SPDX-License-Identifier: MIT */
/*
 * Several policies into one table: what the filter asks per element is answered here once, when a
 * plan is built. Owns the tables; the policies belong to the plan.
 */
#include "policy/policy.h"

#include "base/map.h"
#include "base/mem.h"

#include <stdlib.h>

struct merged {
	struct map_node node; /* key: the list of policies, behind this struct */
	struct policy_table table;
	const struct policy *list[];
};

struct policy_set {
	struct map tables;
};

struct policy_set *policy_set_new(void)
{
	struct policy_set *s = MEM_NEW(struct policy_set);

	map_init(&s->tables);
	return s;
}

void policy_set_free(struct policy_set *s)
{
	struct map_node *n;
	size_t pos = 0;

	if (!s)
		return;
	while ((n = map_next(&s->tables, &pos, NULL))) {
		map_remove(&s->tables, n);
		free(map_item(n, struct merged, node));
	}
	map_fini(&s->tables);
	free(s);
}

static void strip_merge(struct policy_table *t, const struct policy *p, struct feature_set parts)
{
	for (unsigned f = 0; f < FEATURE_COUNT; f++) {
		if (!feature_set_has(&parts, (enum feature)f) || t->action[f] >= ACTION_STRIP)
			continue;
		t->action[f] = ACTION_STRIP;
		t->origin[f] = p;
		t->transparent = false;
	}
}

/* What this policy's map makes of a value that earlier maps have left. */
static struct str show_merge(struct str value, const struct policy_show_map *m)
{
	const char *const to[SHOW_COUNT] = { m->away, m->chat, m->dnd, m->xa };
	enum policy_show s;

	if (!policy_show_parse(value, &s) || !to[s])
		return value;
	return str_of(to[s]);
}

static void presence_merge(struct policy_table *t, const struct policy *p)
{
	enum policy_fold fold = (enum policy_fold)p->presence.fold;

	if (fold > t->fold) {
		t->fold = fold;
		t->fold_origin = p;
		t->transparent = false;
	}
	if (fold != FOLD_SHOW)
		return;
	for (unsigned i = 0; i < SHOW_COUNT; i++)
		t->show[i] = show_merge(t->show[i], &p->presence.show_map);
}

static void table_build(struct policy_table *t, const struct policy *const *list, unsigned n)
{
	t->transparent = true;
	for (unsigned i = 0; i < SHOW_COUNT; i++)
		t->show[i] = policy_show_name((enum policy_show)i);
	for (unsigned i = 0; i < n; i++) {
		presence_merge(t, list[i]);
		for (unsigned j = 0; j < list[i]->strip.n; j++) {
			enum feature f;

			if (feature_parse(list[i]->strip.v[j], &f) && feature_can_strip(f))
				strip_merge(t, list[i], feature_parts(f));
		}
	}
}

const struct policy_table *policy_set_merge(
	struct policy_set *s, const struct policy *const *list, unsigned n)
{
	struct str key = { (const char *)list, n * sizeof(void *) };
	struct map_node *node = map_get(&s->tables, key);
	struct merged *m;

	if (node)
		return &map_item(node, struct merged, node)->table;
	if (s->tables.count >= POLICY_TABLES_MAX)
		return NULL;
	m = mem_zero(1, sizeof(*m) + key.n);
	if (n > 0)
		memcpy(m->list, list, key.n);
	table_build(&m->table, m->list, n);
	map_put(&s->tables, &m->node, (struct str){ (const char *)m->list, key.n });
	return &m->table;
}
