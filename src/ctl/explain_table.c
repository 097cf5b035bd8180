/* SPDX-License-Identifier: MIT */
/* The merged table as a list: one entry for everything in it that is not "pass". */
#include "ctl/explain.h"

#include "base/mem.h"
#include "policy/policy_access.h"

#include <stdlib.h>
#include <string.h>

struct listing {
	struct explain_entry **out;
	unsigned *n;
};

/* Takes `value`, which is on the heap. */
static void add(struct listing *l, const char *what, bool feature, char *value,
	const struct policy_rule *rule)
{
	struct explain_entry *e;

	*l->out = mem_resize(*l->out, (*l->n + 1) * sizeof(**l->out));
	e = &(*l->out)[(*l->n)++];
	*e = (struct explain_entry){ .what = what, .feature = feature, .value = value };
	if (!rule)
		return;
	e->policy = rule->policy;
	e->key = rule->key;
	e->origin = rule->origin;
}

void explain_table_free(struct explain_entry *entries, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		free(entries[i].value);
	free(entries);
}

static char *show_text(const struct policy_table *t)
{
	struct buf text = { 0 };
	char *out;

	buf_put(&text, STR("show"));
	for (unsigned i = 0; i < SHOW_COUNT; i++) {
		struct str from = policy_show_name((enum policy_show)i), to = t->show[i];

		if (str_eq(from, to))
			continue;
		buf_printf(&text, ", %.*s becomes %.*s", STR_ARG(from),
			STR_ARG(to.n ? to : STR("nothing")));
	}
	out = str_dup(buf_view(&text));
	buf_fini(&text);
	return out;
}

const char *explain_nameable(const struct policy_table *t, enum feature f)
{
	return feature_can_strip(f) ? own_feature_name(t->own, f) : NULL;
}

static void add_presence(
	struct listing *l, const struct policy_table *t, const struct policy_table *than)
{
	if (t->fold != (than ? than->fold : FOLD_OFF))
		add(l, "presence.fold", false,
			t->fold == FOLD_SHOW
				? show_text(t)
				: mem_strdup(t->fold == FOLD_OFF ? "off" : "availability"),
			t->fold_rule);
}

static void add_features(
	struct listing *l, const struct policy_table *t, const struct policy_table *than)
{
	static const char *const actions[] = { "pass", "strip", "block" };

	for (unsigned f = 0; f < FEATURE_MAX; f++) {
		const char *name = own_feature_name(t->own, (enum feature)f);

		if (name && t->action[f] != (than ? than->action[f] : ACTION_PASS))
			add(l, name, true, mem_strdup(actions[t->action[f]]), t->rule[f]);
	}
}

/* A rule of the table that is there or not. */
static void add_rule(struct listing *l, const char *what, const char *value,
	const struct policy_rule *rule, const struct policy_rule *than)
{
	if (rule && !than)
		add(l, what, false, mem_strdup(value), rule);
}

static void add_size(struct listing *l, const char *what, size_t bytes,
	const struct policy_rule *rule, size_t than)
{
	char size[32];

	if (!rule || bytes == than)
		return;
	config_size_text((int64_t)bytes, size, sizeof(size));
	add(l, what, false, mem_strdup(size), rule);
}

static void add_heads(
	struct listing *l, const struct policy_table *t, const struct policy_table *than)
{
	static const struct policy_table nothing;
	const struct policy_table *u = than ? than : &nothing;

	add_rule(l, "presence.subscriptions", "block", t->no_subscriptions, u->no_subscriptions);
	add_rule(l, "presence.hide_real_jids", "yes", t->hide_real_jids, u->hide_real_jids);
	add_rule(l, "errors", "rebuild", t->bare_errors, u->bare_errors);
	add_rule(l, "labels", "checked", t->labels, u->labels);
	add_rule(l, "conversations", "muc-only", t->only_rooms, u->only_rooms);
	add_rule(l, "conversations", "one-to-one-only", t->only_users, u->only_users);
	add_size(l, "max_stanza", t->max_stanza, t->max_stanza_rule, u->max_stanza);
	add_size(l, "max_body", t->max_body, t->max_body_rule, u->max_body);
}

/* The kinds of IQ that may pass: "only ping, disco". */
static char *iq_text(const struct policy_table *t)
{
	struct buf text = { 0 };
	char *out;

	for (unsigned f = 0; f < FEATURE_MAX; f++) {
		const char *name = t->iq[f] ? NULL : explain_nameable(t, (enum feature)f);

		if (name)
			buf_printf(&text, "%s%s", buf_len(&text) ? ", " : "only ", name);
	}
	if (!buf_len(&text))
		buf_put(&text, STR("none"));
	out = str_dup(buf_view(&text));
	buf_fini(&text);
	return out;
}

/* Every rule that refuses kinds of IQ, with what they leave together. */
static void add_iq(struct listing *l, const struct policy_table *t, const struct policy_table *than)
{
	for (unsigned f = 0; t->limits_iq && f < FEATURE_MAX; f++) {
		bool told = !t->iq[f] || (than && than->iq[f]);

		for (unsigned g = 0; g < f && !told; g++)
			told = t->iq[g] == t->iq[f] && !(than && than->iq[g]);
		if (!told)
			add(l, "iq", false, iq_text(t), t->iq[f]);
	}
}

/* What a policy says by a key whose origin the table does not keep. */
typedef bool says_fn(const struct policy *p, const struct policy_table *t);

static bool says_repeats(const struct policy *p, const struct policy_table *t)
{
	(void)t;
	return p->presence.suppress_repeats;
}

static bool says_drop(const struct policy *p, const struct policy_table *t)
{
	(void)t;
	return p->refuse == REFUSE_DROP;
}

static bool says_audit(const struct policy *p, const struct policy_table *t)
{
	return p->audit == (int)t->audit;
}

/* The first policy that says so, and where. */
static void add_said(struct listing *l, const struct explanation *e, const struct policy_table *t,
	const char *what, char *value, says_fn *says)
{
	const char *dot = strrchr(what, '.');

	for (unsigned i = 0; i < e->npolicies; i++) {
		const struct policy *p = e->policies[i].policy;
		const struct config_origin *group = dot ? &p->presence.origin : &p->origin;

		if (!says(p, t))
			continue;
		struct policy_rule rule = { p, what,
			config_origin_of(group, dot ? dot + 1 : what) };
		add(l, what, false, value, &rule);
		return;
	}
	add(l, what, false, value, NULL);
}

static bool has_access(const struct policy_table *t, const struct policy_access *a)
{
	for (unsigned i = 0; t && i < t->naccess; i++)
		if (t->access[i] == a)
			return true;
	return false;
}

/* Two addresses of people can be held against a list; domains only name who they could be. */
static void add_access(struct listing *l, const struct explanation *e, const struct policy_table *t,
	const struct policy_table *than)
{
	struct str from = str_of(e->from.text), to = str_of(e->to.text);
	bool people = memchr(from.p, '@', from.n) && memchr(to.p, '@', to.n);
	struct access_subject who;

	if (t->naccess && people)
		access_subject_init(&who, t->jid_sets, from, to);
	for (unsigned i = 0; i < t->naccess; i++) {
		const struct policy_access *a = t->access[i];
		const struct policy_rule *denies = people ? policy_access_denies(a, &who) : NULL;
		struct policy_rule rule = { a->policy, "access",
			config_origin_of(&a->policy->origin, "access") };

		if (has_access(than, a))
			continue;
		add(l, "access", false,
			people ? mem_strdup(denies ? "denies this" : "allows this")
			       : mem_printf("%u rule%s", a->policy->access.n,
					 a->policy->access.n == 1 ? "" : "s"),
			denies ? denies : &rule);
	}
}

void explain_table(const struct explanation *e, const struct policy_table *t,
	const struct policy_table *than, struct explain_entry **out, unsigned *n)
{
	static const char *const audits[] = { "off", "headers", "full" };
	struct listing l = { out, n };

	add_presence(&l, t, than);
	if (t->suppress_repeats && !(than && than->suppress_repeats))
		add_said(&l, e, t, "presence.suppress_repeats", mem_strdup("yes"), says_repeats);
	add_heads(&l, t, than);
	add_features(&l, t, than);
	add_iq(&l, t, than);
	add_access(&l, e, t, than);
	if (t->refuse_drop && !(than && than->refuse_drop))
		add_said(&l, e, t, "refuse", mem_strdup("drop"), says_drop);
	if (t->audit != (than ? than->audit : AUDIT_OFF))
		add_said(&l, e, t, "audit", mem_strdup(audits[t->audit]), says_audit);
}
