/* SPDX-License-Identifier: MIT */
/*
 * What the start tag alone decides: who converses with whom (users, rooms), and whether presence
 * may be subscribed to. Looks at no content.
 */
#include "policy/filter_private.h"

/* Rooms are what a control calls so; what only looks like one adds a restriction and lifts none
 * (decision 27). */
static const struct policy_rule *conversation_refused(const struct filter *f)
{
	const struct policy_table *t = f->table;
	bool room = f->context.from_room || f->context.to_room;

	if (t->only_rooms && !room)
		return t->only_rooms;
	if (t->only_users && (room || f->result.head.type == TYPE_GROUPCHAT))
		return t->only_users;
	return NULL;
}

void filter_head_judge(struct filter *f)
{
	enum stanza_type type = f->result.head.type;
	const struct policy_rule *rule = conversation_refused(f);

	if (!rule && (type == TYPE_SUBSCRIBE || type == TYPE_SUBSCRIBED))
		rule = f->table->no_subscriptions;
	if (rule)
		filter_refuse_by(f, rule->key, rule, FEATURE_COUNT);
}

bool filter_iq_refuses(struct filter *f, const struct frame *fr, enum feature feature)
{
	const struct policy_rule *rule = f->table->iq[feature];

	if (!rule || fr->depth != 1 || fr->kind != STANZA_IQ || fr->type == TYPE_ERROR)
		return false;
	if (filter_place_waits(f, rule, feature))
		return false;
	filter_refuse_by(f, rule->key, rule, feature);
	return true;
}
