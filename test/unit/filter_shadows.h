/* SPDX-License-Identifier: MIT */
/*
 * What must be true of policies in shadow: nothing comes of them, and what they tell is what would
 * have been. One line of policies in its three views, each with a filter, fed the same bytes. For
 * the random test and the fuzzer; static, so that each is one file.
 */
#pragma once

#include "filter_rig.h"
#include "policy_line.h"

struct shadows {
	struct policy_text texts[LINE_VIEWS];
	struct rig rigs[LINE_VIEWS];
	bool blank; /* of every other line: no bytes of the shadow are written */
};

RIG void shadows_init(struct shadows *s, struct str line, const char *header)
{
	for (unsigned i = 0; i < LINE_VIEWS; i++) {
		policy_line_init(&s->texts[i], line, (enum line_view)i);
		rig_init(&s->rigs[i], s->texts[i].table, header);
	}
	s->blank = line.n % 2;
	if (s->blank)
		filter_shadow_blank(s->rigs[LINE_AS_WRITTEN].filter);
}

RIG void shadows_fini(struct shadows *s)
{
	for (unsigned i = 0; i < LINE_VIEWS; i++) {
		rig_fini(&s->rigs[i]);
		policy_text_fini(&s->texts[i]);
	}
}

RIG bool shadows_same_policy(const struct filter_result *a, const struct filter_result *b)
{
	if (!a->policy || !b->policy)
		return a->policy == b->policy;
	return strcmp(a->policy->name, b->policy->name) == 0 && strcmp(a->key, b->key) == 0;
}

RIG const char *shadows_compare(const struct filter_result *a, const struct filter_result *b)
{
	if (a->verdict != b->verdict || strcmp(a->reason, b->reason) != 0)
		return "another verdict";
	if (a->feature != b->feature || !shadows_same_policy(a, b))
		return "another feature or policy";
	if (memcmp(&a->removed, &b->removed, sizeof(a->removed)) != 0)
		return "something else is removed";
	if (a->verdict == VERDICT_BOUNCE && a->condition != b->condition)
		return "another condition";
	if (!a->app != !b->app)
		return "another error";
	return NULL;
}

RIG const char *shadows_compare_bytes(const struct filter_result *a, const struct filter_result *b)
{
	const char *wrong = shadows_compare(a, b);

	return wrong || str_eq(a->bytes, b->bytes) ? wrong : "other bytes";
}

/* NULL, or what is wrong. The stanza was fed to all three, and each has a result. */
RIG const char *shadows_check(const struct shadows *s)
{
	const struct filter_result *written = s->rigs[LINE_AS_WRITTEN].result;
	const struct filter_result *would = filter_shadow(s->rigs[LINE_AS_WRITTEN].filter);
	const struct filter_result *enforced = s->rigs[LINE_ENFORCED].result;
	const char *wrong = shadows_compare_bytes(written, s->rigs[LINE_WITHOUT_SHADOW].result);

	if (wrong)
		return wrong;
	if (!would)
		return shadows_compare_bytes(written, enforced);
	if (!s->blank)
		return shadows_compare_bytes(would, enforced);
	return would->bytes.n ? "bytes that nobody asked for" : shadows_compare(would, enforced);
}
