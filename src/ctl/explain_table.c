/* SPDX-License-Identifier: MIT */
/* The merged table as a list: one entry for everything in it that is not "pass". */
#include "ctl/explain.h"

#include "base/mem.h"

#include <stdlib.h>

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

	for (unsigned f = 0; f < FEATURE_COUNT; f++)
		if (t->action[f] != (than ? than->action[f] : ACTION_PASS))
			add(l, feature_name((enum feature)f), true,
				mem_strdup(actions[t->action[f]]), t->rule[f]);
}

void explain_table(const struct policy_table *t, const struct policy_table *than,
	struct explain_entry **out, unsigned *n)
{
	static const char *const audits[] = { "off", "headers", "full" };
	struct listing l = { out, n };

	add_presence(&l, t, than);
	add_features(&l, t, than);
	if (t->audit != (than ? than->audit : AUDIT_OFF))
		add(&l, "audit", false, mem_strdup(audits[t->audit]), NULL);
}
