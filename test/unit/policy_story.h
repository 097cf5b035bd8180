/* SPDX-License-Identifier: MIT */
/*
 * A story for the filter under policies written out: a stanza in, and the verdict, what decided,
 * what an error would say and what goes on. Told whole and byte by byte; what goes on is filtered
 * once more, and must pass as it is.
 */
#pragma once

#include "filter_oracle.h"
#include "filter_story.h"
#include "policy_text.h"

struct policy_story {
	const char *name, *in;
	enum verdict verdict;
	const char *key;     /* "": no policy decided */
	const char *out;     /* PASS: NULL is `in`; else NULL: no bytes */
	const char *bounced; /* the condition; NULL: no bounce */
	enum feature feature;
	bool from_room, to_room;
};

#define UNDER(text) "policies = ( { name = \"p\"; " text " } );"

RIG const char *policy_story_bounce(const struct filter_result *r)
{
	return r->verdict == VERDICT_BOUNCE && stanza_may_bounce(&r->head)
		       ? stanza_condition_name(r->condition)
		       : "";
}

RIG void policy_story_again(struct rig *rig, const struct policy_story *s)
{
	char *copy = str_dup(rig->result->bytes);
	const char *wrong;
	struct rig again;

	rig_init(&again, rig->table, RIG_HEADER);
	again.context = rig->context;
	wrong = oracle_check(&again, str_of(copy));
	if (wrong)
		fail_msg("%s: %s: %s", s->name, wrong, copy);
	rig_fini(&again);
	free(copy);
}

RIG void policy_story_tell(const struct policy_story *s, struct rig *rig, size_t step)
{
	const struct filter_result *r;
	const char *out = s->out || s->verdict != VERDICT_PASS ? s->out : s->in;
	const char *key = s->key ? s->key : "", *condition = s->bounced ? s->bounced : "";

	rig->context.from_room = s->from_room;
	rig->context.to_room = s->to_room;
	r = rig_feed(rig, str_of(s->in), step);
	if (!r)
		fail_msg("%s: no result", s->name);
	if (r->verdict != s->verdict || strcmp(r->key ? r->key : "", key) != 0 ||
		!str_eq(r->bytes, str_of(out)) || r->feature != s->feature ||
		strcmp(policy_story_bounce(r), condition) != 0)
		fail_msg("%s: %s %s %s %s %s %.*s", s->name, verdict_name(r->verdict), r->reason,
			r->key ? r->key : "(no key)", policy_story_bounce(r),
			r->feature < FEATURE_COUNT ? feature_name(r->feature) : "-",
			STR_ARG(r->bytes));
	assert_true((r->origin != NULL) == (r->key != NULL));
	assert_true((r->policy != NULL) == (r->key != NULL));
	/* Where a result is refused by its addresses, so is the error that it becomes: once it
	 * comes from somebody else. */
	if (r->bytes.n && !(r->head.type == TYPE_RESULT && r->key && r->feature == NONE))
		policy_story_again(rig, s);
}

RIG void policy_story_tell_all(const char *policies, const struct policy_story *s, size_t n)
{
	struct policy_text text;
	struct rig rig;

	policy_text_init(&text, policies);
	for (size_t step = 1; step; step = step == 1 ? SIZE_MAX : 0) {
		rig_init(&rig, text.table, RIG_HEADER);
		for (size_t i = 0; i < n; i++)
			policy_story_tell(&s[i], &rig, step);
		rig_fini(&rig);
	}
	policy_text_fini(&text);
}

#define TELL_UNDER(policies, stories) \
	policy_story_tell_all((policies), (stories), sizeof(stories) / sizeof((stories)[0]))
