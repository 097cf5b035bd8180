/* SPDX-License-Identifier: MIT */
/*
 * Several policies into one table: what the filter asks per element is answered here once, when a
 * plan is built. Owns the tables; the policies belong to the plan.
 */
#include "policy/policy.h"

#include "base/map.h"
#include "base/mem.h"
#include "policy/policy_access.h"

#include <stdlib.h>

/* A rule that a table names; each table has its own. */
struct rule {
	struct rule *next;
	struct policy_rule rule;
};

struct draft {
	struct policy_table table;
	struct rule *rules;
	const struct policy_access **access;
};

struct merged {
	struct map_node node; /* key: the list of policies, behind this struct */
	struct draft draft;
	struct draft *shadow; /* NULL: no policy of the list is in shadow */
	const struct policy *list[];
};

struct policy_set {
	struct map tables;
	struct policy_accesses accesses;
};

struct policy_set *policy_set_new(void)
{
	struct policy_set *s = MEM_NEW(struct policy_set);

	map_init(&s->tables);
	return s;
}

static void draft_fini(struct draft *d)
{
	while (d->rules) {
		struct rule *next = d->rules->next;

		free(d->rules);
		d->rules = next;
	}
	free(d->access);
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

void policy_set_access(struct policy_set *s, const struct config_list *jid_sets,
	const struct config_list *policies, struct config_report *report)
{
	policy_accesses_init(&s->accesses, jid_sets, policies, report);
}

/* The policy's key as a rule; `group` is where that key stands, `name` what it is called there. */
static const struct policy_rule *rule_of(struct draft *d, const struct policy *p, const char *key,
	const struct config_origin *group, const char *name)
{
	struct rule *r;

	for (r = d->rules; r; r = r->next)
		if (r->rule.policy == p && r->rule.key == key)
			return &r->rule;
	r = MEM_NEW(struct rule);
	r->rule = (struct policy_rule){ p, key, config_origin_of(group, name) };
	r->next = d->rules;
	d->rules = r;
	return &r->rule;
}

static const struct policy_rule *key_rule(struct draft *d, const struct policy *p, const char *key)
{
	return rule_of(d, p, key, &p->origin, key);
}

static void action_merge(
	struct draft *d, enum feature f, enum feature_action action, const struct policy_rule *rule)
{
	struct policy_table *t = &d->table;

	if (t->action[f] >= action)
		return;
	t->action[f] = (uint8_t)action;
	t->rule[f] = rule;
	t->blocks |= action == ACTION_BLOCK;
	t->transparent = false;
}

static void list_merge(struct draft *d, const struct config_strings *names,
	enum feature_action action, const struct policy_rule *rule)
{
	for (unsigned i = 0; i < names->n; i++) {
		struct feature_set parts;
		enum feature f;

		if (!feature_parse(names->v[i], &f) || !feature_can_strip(f))
			continue;
		parts = feature_parts(f);
		for (unsigned j = 0; j < FEATURE_MAX; j++)
			if (feature_set_has(&parts, (enum feature)j))
				action_merge(d, (enum feature)j, action, rule);
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

static void presence_merge(struct draft *d, const struct policy *p)
{
	enum policy_fold fold = (enum policy_fold)p->presence.fold;
	struct policy_table *t = &d->table;

	if (fold > t->fold) {
		t->fold = fold;
		t->fold_rule = rule_of(d, p, "presence.fold", &p->presence.origin, "fold");
		t->transparent = false;
	}
	t->suppress_repeats |= p->presence.suppress_repeats;
	if (fold != FOLD_SHOW)
		return;
	for (unsigned i = 0; i < SHOW_COUNT; i++)
		t->show[i] = show_merge(t->show[i], &p->presence.show_map);
}

/* All lists must allow; a policy that stands in several places is asked once. */
static void access_merge(struct draft *d, const struct policy_access *a)
{
	struct policy_table *t = &d->table;

	for (unsigned i = 0; i < t->naccess; i++)
		if (t->access[i] == a)
			return;
	d->access = mem_resize(d->access, (t->naccess + 1) * sizeof(const struct policy_access *));
	d->access[t->naccess++] = a;
	t->access = d->access;
}

static void policy_merge(
	struct draft *d, const struct policy *p, const struct policy_accesses *accesses)
{
	const struct policy_access *access = policy_accesses_find(accesses, p);

	if (access)
		access_merge(d, access);
	presence_merge(d, p);
	if (p->strip.n > 0)
		list_merge(d, &p->strip, ACTION_STRIP, key_rule(d, p, "strip"));
	if (p->block.n > 0)
		list_merge(d, &p->block, ACTION_BLOCK, key_rule(d, p, "block"));
	d->table.refuse_drop |= p->refuse == REFUSE_DROP;
}

/* Where answers of service discovery hide something, a hash of the whole answer is wrong, and goes
 * (XEP-0115 5.4, XEP-0390 4.1). */
static void hides_merge(struct draft *d)
{
	const struct policy_rule *rule = NULL;

	for (unsigned i = 0; i < FEATURE_MAX && !rule; i++)
		rule = d->table.rule[i];
	d->table.hides = rule != NULL;
	if (rule)
		action_merge(d, FEATURE_CAPS, ACTION_STRIP, rule);
}

/* `shadow`: policies in shadow count as if they were enforced. */
static void draft_build(struct draft *d, const struct policy *const *list, unsigned n, bool shadow,
	const struct policy_accesses *accesses)
{
	struct policy_table *t = &d->table;

	t->jid_sets = accesses->sets;
	t->transparent = true;
	for (unsigned i = 0; i < SHOW_COUNT; i++)
		t->show[i] = policy_show_name((enum policy_show)i);
	for (unsigned i = 0; i < n; i++) {
		if (list[i]->audit > (int)t->audit)
			t->audit = (enum policy_audit)list[i]->audit;
		if (shadow || list[i]->mode == MODE_ENFORCE)
			policy_merge(d, list[i], accesses);
	}
	hides_merge(d);
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
	draft_build(&m->draft, m->list, n, false, &s->accesses);
	if (any_shadow(m->list, n)) {
		m->shadow = MEM_NEW(struct draft);
		draft_build(m->shadow, m->list, n, true, &s->accesses);
		m->draft.table.shadow = &m->shadow->table;
	}
	map_put(&s->tables, &m->node, (struct str){ (const char *)m->list, key.n });
	return &m->draft.table;
}
