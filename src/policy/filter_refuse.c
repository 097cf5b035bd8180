/* SPDX-License-Identifier: MIT */
/*
 * What it means that a stanza is refused: an error to its sender, an error to who asked, a bare
 * tag, or nothing at all. It depends on the kind of stanza, so that clients behave as if the other
 * side did not know the feature, and rooms throw nobody out.
 */
#include "policy/filter_private.h"

void filter_decided(struct filter *f, const struct policy_rule *rule)
{
	struct filter_result *r = &f->result;

	r->policy = rule ? rule->policy : NULL;
	r->key = rule ? rule->key : NULL;
	r->origin = rule ? rule->origin : NULL;
}

void filter_refuse(struct filter *f, enum verdict v, enum stanza_condition c, const char *reason)
{
	struct filter_result *r = &f->result;

	r->verdict = v;
	r->condition = c;
	r->reason = reason;
	filter_decided(f, NULL);
	r->feature = FEATURE_COUNT;
	r->text = r->app = NULL;
	r->bytes = (struct str){ NULL, 0 };
	r->label = NULL;
	f->refused = false;
	f->skip = 1;
}

/* What an entity may simply not support is refused as such an entity would. */
static enum stanza_condition condition_of(enum feature feature)
{
	struct feature_set neutral = feature_parts(FEATURE_FILE_TRANSFER);

	feature_set_add(&neutral, FEATURE_VOIP);
	feature_set_add(&neutral, FEATURE_UNKNOWN);
	/* A session, before it says what for. */
	feature_set_add(&neutral, FEATURE_CARRIER);
	return feature != FEATURE_COUNT && feature_set_has(&neutral, feature)
		       ? CONDITION_SERVICE_UNAVAILABLE
		       : CONDITION_POLICY_VIOLATION;
}

void filter_refuse_by(
	struct filter *f, const char *reason, const struct policy_rule *rule, enum feature feature)
{
	if (f->refused)
		return;
	if (feature != FEATURE_COUNT)
		feature_set_add(&f->result.removed, feature);
	filter_refuse(f, VERDICT_BOUNCE, condition_of(feature), reason);
	filter_decided(f, rule);
	f->result.feature = feature;
	f->result.text = rule ? rule->policy->refuse_text : NULL;
	f->refused = true;
}

void filter_refuse_feature(struct filter *f, enum feature feature)
{
	const struct policy_rule *rule = f->table->rule[feature];

	filter_refuse_by(f, rule->key, rule, feature);
}

static void put_attr(struct buf *out, struct str open, struct str value)
{
	buf_put(out, open);
	xml_escape_value(out, value);
	buf_put_char(out, '\'');
}

void filter_error_head(struct filter *f)
{
	const struct stanza_head *h = &f->result.head;

	buf_put_char(&f->out, '<');
	buf_put(&f->out, str_of(stanza_kind_name(h->kind)));
	put_attr(&f->out, STR(" from='"), h->from);
	put_attr(&f->out, STR(" to='"), h->to);
	if (h->id.p)
		put_attr(&f->out, STR(" id='"), h->id);
	buf_put(&f->out, STR(" type='error'>"));
}

/* A result without what was asked for would be another answer (RFC 6120 8.2.3). */
static void result_to_error(struct filter *f, enum stanza_condition c, const char *text)
{
	buf_clear(&f->out);
	filter_error_head(f);
	stanza_error_element(&f->out, c, true, text);
	buf_put(&f->out, STR("</iq>"));
}

void filter_result_refused(struct filter *f, enum feature feature)
{
	result_to_error(f, condition_of(feature), NULL);
}

/* Only who enters a room hears that he may not: nobody waits for an answer to other presence, and a
 * room answers errors by throwing out. */
static bool is_room_join(const struct filter *f)
{
	const struct stanza_head *h = &f->result.head;

	if (h->type != TYPE_NONE || f->context.from_room)
		return false;
	return f->join || (f->context.to_room && memchr(h->to.p, '/', h->to.n));
}

/* What always passes goes on as a bare tag; one that came as such is what it was. */
static void pass_bare(struct filter *f)
{
	struct filter_result *r = &f->result;

	buf_clear(&f->out);
	stanza_write_bare(&f->out, &r->head);
	r->bytes = buf_view(&f->out);
	r->verdict = VERDICT_FOLD;
	if (!f->bare || f->children > 0)
		return;
	r->verdict = VERDICT_PASS;
	r->reason = "pass";
	r->text = NULL;
	filter_decided(f, NULL);
}

/* What was written goes on. */
static void instead(struct filter *f)
{
	struct filter_result *r = &f->result;

	r->bytes = buf_view(&f->out);
	r->verdict = VERDICT_FOLD;
	r->refused = true;
}

/* An answer, which somebody waits for. */
static bool is_answer(const struct filter *f)
{
	const struct stanza_head *h = &f->result.head;

	return h->kind == STANZA_IQ &&
	       (h->type == TYPE_RESULT || (h->type == TYPE_ERROR && !f->error.between));
}

void filter_bare(struct filter *f, const char *reason)
{
	bool answer = is_answer(f);

	if (!answer && !filter_always_passes(&f->result.head))
		return;
	filter_refuse(f, VERDICT_FOLD, CONDITION_POLICY_VIOLATION, reason);
	if (!answer) {
		f->bare = false;
		pass_bare(f);
		return;
	}
	if (f->result.head.type == TYPE_RESULT)
		result_to_error(f, CONDITION_POLICY_VIOLATION, NULL);
	else
		filter_error_alone(f);
	instead(f);
}

static void presence_settle(struct filter *f)
{
	struct filter_result *r = &f->result;

	if (filter_always_passes(&r->head)) {
		pass_bare(f);
		return;
	}
	r->condition = CONDITION_NOT_ALLOWED;
	if (!is_room_join(f) || f->table->refuse_drop)
		r->verdict = VERDICT_DROP;
}

/* Who asked waits for the one as for the other. Between two who may not speak to each other there
 * is nobody who waits. */
static void error_settle(struct filter *f)
{
	struct filter_result *r = &f->result;

	r->verdict = VERDICT_DROP;
	if (r->head.kind != STANZA_IQ || f->error.between)
		return;
	filter_error_alone(f);
	instead(f);
}

static void iq_settle(struct filter *f)
{
	struct filter_result *r = &f->result;

	if (r->head.type != TYPE_RESULT)
		return;
	result_to_error(f, r->condition, r->text);
	instead(f);
}

void filter_refusal_settle(struct filter *f)
{
	struct filter_result *r = &f->result;

	r->verdict = VERDICT_BOUNCE;
	/* XEP-0258 section 5: nothing is said of why. */
	if (f->label_denied)
		r->condition =
			r->awaits_certificate ? CONDITION_RESOURCE_CONSTRAINT : CONDITION_FORBIDDEN;
	if (r->head.type == TYPE_ERROR) {
		error_settle(f);
		return;
	}
	switch (r->head.kind) {
	case STANZA_MESSAGE:
		if (!f->label_denied)
			r->condition = CONDITION_POLICY_VIOLATION;
		if (f->silent || f->table->refuse_drop)
			r->verdict = VERDICT_DROP;
		return;
	case STANZA_PRESENCE: presence_settle(f); return;
	case STANZA_IQ: iq_settle(f); return;
	}
}
