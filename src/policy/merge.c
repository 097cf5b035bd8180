/* SPDX-License-Identifier: MIT */
/*
 * Several policies into one table: what the filter asks per element is answered here once, when a
 * plan is built. Where they differ the strictest holds, and the first that says it is named.
 */
#include "policy/merge.h"

#include "base/mem.h"

#include <stdlib.h>

struct draft_rule {
	struct draft_rule *next;
	struct policy_rule rule;
};

void draft_fini(struct draft *d)
{
	while (d->rules) {
		struct draft_rule *next = d->rules->next;

		free(d->rules);
		d->rules = next;
	}
	free(d->access);
}

/* The policy's key as a rule; `group` is where that key stands, `name` what it is called there. */
static const struct policy_rule *rule_of(struct draft *d, const struct policy *p, const char *key,
	const struct config_origin *group, const char *name)
{
	struct draft_rule *r;

	for (r = d->rules; r; r = r->next)
		if (r->rule.policy == p && r->rule.key == key)
			return &r->rule;
	r = MEM_NEW(struct draft_rule);
	r->rule = (struct policy_rule){ p, key, config_origin_of(group, name) };
	r->next = d->rules;
	d->rules = r;
	return &r->rule;
}

static const struct policy_rule *key_rule(struct draft *d, const struct policy *p, const char *key)
{
	return rule_of(d, p, key, &p->origin, key);
}

/* `key` is "presence." and the key. */
static const struct policy_rule *presence_rule(
	struct draft *d, const struct policy *p, const char *key)
{
	return rule_of(d, p, key, &p->presence.origin, strchr(key, '.') + 1);
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

/* The features that a list names, with their parts. */
static struct feature_set named(const struct draft *d, const struct config_strings *names)
{
	struct feature_set all = { { 0 } };

	for (unsigned i = 0; i < names->n; i++) {
		struct feature_set parts;
		enum feature f;

		if (!own_feature_parse(d->table.own, names->v[i], &f) || !feature_can_strip(f))
			continue;
		parts = feature_parts(f);
		for (unsigned j = 0; j < FEATURE_MAX / 64; j++)
			all.bits[j] |= parts.bits[j];
	}
	return all;
}

/* Every feature that a policy could name and that is in the list, or is not. */
static void list_merge(struct draft *d, const struct config_strings *names, bool in,
	enum feature_action action, const struct policy_rule *rule)
{
	struct feature_set set = named(d, names);

	for (unsigned f = 0; f < FEATURE_MAX; f++)
		if (feature_can_strip((enum feature)f) &&
			feature_set_has(&set, (enum feature)f) == in)
			action_merge(d, (enum feature)f, action, rule);
}

static bool is_any(const struct config_strings *names)
{
	return names->n == 1 && strcmp(names->v[0], "any") == 0;
}

/* Kinds that one policy allows and another does not are refused, by the first that does not. A
 * session's carrier passes where one of the things it may be about does. */
static void iq_merge(struct draft *d, const struct config_strings *names,
	const struct policy_rule *rule, struct feature_set *refused)
{
	struct feature_set set = named(d, names);

	d->table.limits_iq = true;
	d->table.transparent = false;
	feature_set_add(&set, FEATURE_CORE);
	if (feature_set_has(&set, FEATURE_VOIP) || feature_set_has(&set, FEATURE_FILE_TRANSFER))
		feature_set_add(&set, FEATURE_CARRIER);
	for (unsigned f = 0; f < FEATURE_MAX; f++) {
		if (feature_set_has(&set, (enum feature)f))
			continue;
		if (!d->table.iq[f])
			d->table.iq[f] = rule;
		if (refused)
			feature_set_add(refused, (enum feature)f);
	}
}

static void set_rule(const struct policy_rule **at, const struct policy_rule *rule)
{
	if (!*at)
		*at = rule;
}

/* What marks a room is refused where only users may talk; without a mark, a room is what its
 * control calls one (decision 27). */
static void conversations_merge(struct draft *d, const struct policy *p)
{
	struct policy_table *t = &d->table;
	const struct policy_rule *rule;

	if (p->conversations == CONVERSATIONS_ANY)
		return;
	rule = key_rule(d, p, "conversations");
	t->judges_heads = true;
	if (p->conversations == CONVERSATIONS_ROOMS) {
		set_rule(&t->only_rooms, rule);
		return;
	}
	set_rule(&t->only_users, rule);
	action_merge(d, FEATURE_MUC, ACTION_BLOCK, rule);
	action_merge(d, FEATURE_MIX, ACTION_BLOCK, rule);
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
		t->fold_rule = presence_rule(d, p, "presence.fold");
		t->transparent = false;
	}
	if (p->presence.subscriptions == SUBSCRIPTIONS_BLOCK) {
		set_rule(&t->no_subscriptions, presence_rule(d, p, "presence.subscriptions"));
		t->judges_heads = true;
	}
	if (p->presence.hide_real_jids) {
		set_rule(&t->hide_real_jids, presence_rule(d, p, "presence.hide_real_jids"));
		t->transparent = false;
	}
	t->suppress_repeats |= p->presence.suppress_repeats;
	if (fold != FOLD_SHOW)
		return;
	for (unsigned i = 0; i < SHOW_COUNT; i++)
		t->show[i] = show_merge(t->show[i], &p->presence.show_map);
}

/* Features; of the keys of one policy the strictest. */
static void features_merge(struct draft *d, const struct policy *p)
{
	if (p->block.n > 0)
		list_merge(d, &p->block, true, ACTION_BLOCK, key_rule(d, p, "block"));
	if (p->strip.n > 0)
		list_merge(d, &p->strip, true, ACTION_STRIP, key_rule(d, p, "strip"));
	if (!is_any(&p->allow))
		list_merge(d, &p->allow, false, (enum feature_action)p->otherwise,
			key_rule(d, p, "allow"));
}

/* False: a smaller one holds already, or the same. */
static bool is_smaller(size_t *limit, int64_t bytes)
{
	if (bytes == 0 || (*limit && *limit <= (size_t)bytes))
		return false;
	*limit = (size_t)bytes;
	return true;
}

static void limits_merge(struct draft *d, const struct policy *p)
{
	struct policy_table *t = &d->table;

	if (is_smaller(&t->max_stanza, p->max_stanza))
		t->max_stanza_rule = key_rule(d, p, "max_stanza");
	if (is_smaller(&t->max_body, p->max_body)) {
		t->max_body_rule = key_rule(d, p, "max_body");
		t->transparent = false;
	}
}

static void errors_merge(struct draft *d, const struct policy *p)
{
	if (p->errors == ERRORS_PASS)
		return;
	set_rule(&d->table.bare_errors, key_rule(d, p, "errors"));
	d->table.transparent = false;
}

static const struct policy_rule *labels_rule(
	struct draft *d, const struct policy *p, const char *key)
{
	return rule_of(d, p, key, &p->labels.origin, strchr(key, '.') + 1);
}

/* Errors have no label: they cross bare (decision 30). */
static void labels_merge(struct draft *d, const struct policy *p)
{
	struct policy_table *t = &d->table;
	const struct policy_rule *rule;

	if (!p->labels.check)
		return;
	rule = labels_rule(d, p, "labels.check");
	t->label_subject_passes =
		(!t->labels || t->label_subject_passes) && p->labels.subject == LABEL_SUBJECT_PASS;
	t->label_signals_pass =
		(!t->labels || t->label_signals_pass) && p->labels.signals == LABEL_SUBJECT_PASS;
	if (p->labels.unlabelled > (int)t->unlabelled)
		t->unlabelled = (enum policy_unlabelled)p->labels.unlabelled;
	set_rule(&t->labels, rule);
	t->checks_labels = true;
	set_rule(&t->bare_errors, rule);
	t->transparent = false;
	if (!is_any(&p->labels.unlabelled_iq))
		iq_merge(d, &p->labels.unlabelled_iq, labels_rule(d, p, "labels.unlabelled_iq"),
			NULL);
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
	features_merge(d, p);
	conversations_merge(d, p);
	if (!is_any(&p->iq))
		iq_merge(d, &p->iq, key_rule(d, p, "iq"), &d->table.iq_refused);
	labels_merge(d, p);
	limits_merge(d, p);
	errors_merge(d, p);
	d->table.refuse_drop |= p->refuse == REFUSE_DROP;
}

/* Real-time text (XEP-0301) becomes a text over many stanzas, by inserting and erasing. What it
 * says cannot be told from one of them, and all of it comes again in the body. */
static void typed_merge(struct draft *d)
{
	if (d->table.action[FEATURE_ENCRYPTED] != ACTION_PASS)
		action_merge(d, FEATURE_RTT, ACTION_STRIP, d->table.rule[FEATURE_ENCRYPTED]);
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

void draft_build(struct draft *d, const struct policy *const *list, unsigned n, bool shadow,
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
	typed_merge(d);
	hides_merge(d);
}
