/* SPDX-License-Identifier: MIT */
/*
 * Access lists. Each rule is a pair of ids (of a pattern, of a set, or 0 for anything), and the
 * pairs are in a map. An address has a handful of ids however long lists and sets are, so a list
 * costs a handful of look-ups: the smallest rule number found is the first rule that matches.
 */
#include "policy/access.h"

#include "base/mem.h"

#include <stddef.h>
#include <stdlib.h>

static const struct config_choice actions[] = {
	{ "allow", ACCESS_ALLOW },
	{ "deny", ACCESS_DENY },
	{ NULL, 0 },
};

static const struct config_key access_keys[] = {
	{ .name = "from",
		.type = CONFIG_STRING,
		.offset = offsetof(struct access_rule, from),
		.help = "The sender: \"user@domain\" (with any resource), "
			"\"user@domain/resource\", "
			"\"*@domain\" (every user there), \"domain\" (everything there, rooms and "
			"the server too), \"*.domain\" (the same at every subdomain) or \"@set\". "
			"Left out: anything." },
	{ .name = "to",
		.type = CONFIG_STRING,
		.offset = offsetof(struct access_rule, to),
		.help = "The recipient, in the same way." },
	{ .name = "action",
		.type = CONFIG_ENUM,
		.offset = offsetof(struct access_rule, action),
		.flags = CONFIG_REQUIRED,
		.choices = actions,
		.help = "What the rule says of those it matches." },
	{ .name = NULL },
};

const struct config_table access_schema = {
	.name = "access rule",
	.size = sizeof(struct access_rule),
	.keys = access_keys,
};

enum { ANYTHING = 0 };

struct slot {
	struct map_node node;
	uint32_t ids[2]; /* the key: from, to */
	unsigned first;  /* the first rule with these */
};

struct access_list {
	const struct access_rule *rules;
	unsigned n;
	struct map pairs;
	struct slot *slots;
	bool denies;    /* when no rule matches */
	bool restricts; /* somebody is denied something */
};

static struct str pair_key(const uint32_t ids[2])
{
	return (struct str){ (const char *)ids, 2 * sizeof(ids[0]) };
}

static bool pattern_id(const char *key, const char *pattern, const struct access_rule *rule,
	struct jid_sets *sets, struct config_report *report, uint32_t *out)
{
	*out = ANYTHING;
	if (!pattern)
		return true;
	*out = jid_sets_pattern(sets, key, pattern, "; leave it out for anything",
		config_origin_of(&rule->origin, key), report);
	return *out != ANYTHING;
}

static void add_rule(
	struct access_list *l, unsigned i, const uint32_t ids[2], struct config_report *report)
{
	struct map_node *same = map_get(&l->pairs, pair_key(ids));
	struct slot *slot = &l->slots[i];

	if (same) {
		const struct access_rule *first =
			&l->rules[map_item(same, struct slot, node)->first];

		config_report_add(report, CONFIG_WARNING, &l->rules[i].origin,
			"this rule never decides: the one at line %u is for the same addresses",
			first->origin.line);
		return;
	}
	slot->ids[0] = ids[0];
	slot->ids[1] = ids[1];
	slot->first = i;
	map_put(&l->pairs, &slot->node, pair_key(slot->ids));
}

struct access_list *access_list_new(const struct access_rule *rules, unsigned n,
	struct jid_sets *sets, struct config_report *report)
{
	struct access_list *l = MEM_NEW(struct access_list);

	l->rules = rules;
	l->n = n;
	l->slots = mem_zero(n + 1, sizeof(l->slots[0]));
	map_init(&l->pairs);
	for (unsigned i = 0; i < n; i++) {
		const struct access_rule *r = &rules[i];
		uint32_t ids[2];
		bool ok = pattern_id("from", r->from, r, sets, report, &ids[0]);

		ok = pattern_id("to", r->to, r, sets, report, &ids[1]) && ok;
		if (ok)
			add_rule(l, i, ids, report);
		l->denies |= r->action == ACCESS_ALLOW;
		l->restricts |= r->action == ACCESS_DENY || r->from || r->to;
	}
	return l;
}

void access_list_free(struct access_list *l)
{
	if (!l)
		return;
	map_fini(&l->pairs);
	free(l->slots);
	free(l);
}

static bool side_init(const struct jid_sets *sets, struct str address, struct jid_found *out)
{
	struct jid_form form;

	out->n = 0;
	if (!jid_form(address, &form))
		return false;
	jid_sets_find(sets, &form, out);
	return true;
}

void access_subject_init(
	struct access_subject *s, const struct jid_sets *sets, struct str from, struct str to)
{
	s->from_known = side_init(sets, from, &s->from);
	s->to_known = side_init(sets, to, &s->to);
}

static void try_pair(const struct access_list *l, uint32_t from, uint32_t to, unsigned *best)
{
	const uint32_t ids[2] = { from, to };
	const struct map_node *node = map_get(&l->pairs, pair_key(ids));

	if (node && map_item(node, const struct slot, node)->first < *best)
		*best = map_item(node, const struct slot, node)->first;
}

static void try_to(
	const struct access_list *l, uint32_t from, const struct jid_found *to, unsigned *best)
{
	try_pair(l, from, ANYTHING, best);
	for (unsigned i = 0; i < to->n; i++) {
		try_pair(l, from, to->v[i]->id, best);
		for (unsigned j = 0; j < to->v[i]->nsets; j++)
			try_pair(l, from, to->v[i]->sets[j], best);
	}
}

static unsigned first_match(const struct access_list *l, const struct access_subject *s)
{
	const struct jid_found *from = &s->from;
	unsigned best = l->n;

	try_to(l, ANYTHING, &s->to, &best);
	for (unsigned i = 0; i < from->n; i++) {
		try_to(l, from->v[i]->id, &s->to, &best);
		for (unsigned j = 0; j < from->v[i]->nsets; j++)
			try_to(l, from->v[i]->sets[j], &s->to, &best);
	}
	return best;
}

bool access_list_allows(const struct access_list *l, const struct access_subject *s,
	const struct access_rule **rule_out)
{
	unsigned first;

	*rule_out = NULL;
	if (!s->from_known || !s->to_known)
		return !l->restricts;
	first = first_match(l, s);
	if (first == l->n)
		return !l->denies;
	*rule_out = &l->rules[first];
	return (*rule_out)->action == ACCESS_ALLOW;
}
