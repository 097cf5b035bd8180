/* SPDX-License-Identifier: MIT */
/* What becomes of a stanza, and why: the verdict while it is read, and the result at its end tag.
 */
#include "policy/filter_private.h"

const char *verdict_name(enum verdict v)
{
	static const char *const names[] = {
		[VERDICT_PASS] = "pass",
		[VERDICT_FOLD] = "fold",
		[VERDICT_BOUNCE] = "bounce",
		[VERDICT_DROP] = "drop",
		[VERDICT_NONE] = "none",
		[VERDICT_INVALID] = "invalid",
	};

	return names[v];
}

void filter_result_reset(struct filter *f)
{
	f->result = (struct filter_result){
		.verdict = VERDICT_PASS,
		.check = STANZA_OK,
		.reason = "pass",
		.feature = FEATURE_COUNT,
	};
}

static void decided(struct filter_result *r, const struct policy_rule *rule)
{
	r->policy = rule ? rule->policy : NULL;
	r->key = rule ? rule->key : NULL;
	r->origin = rule ? rule->origin : NULL;
}

void filter_removed(
	struct filter *f, enum feature feature, const char *reason, const struct policy_rule *rule)
{
	struct filter_result *r = &f->result;

	if (feature != FEATURE_COUNT)
		feature_set_add(&r->removed, feature);
	if (r->verdict != VERDICT_PASS)
		return;
	r->verdict = VERDICT_FOLD;
	r->reason = reason;
	decided(r, rule);
	r->feature = feature;
}

void filter_removed_unknown(struct filter *f)
{
	if (filter_passes(f, FEATURE_UNKNOWN))
		filter_removed(f, FEATURE_UNKNOWN, "fold", f->table->fold_rule);
	else
		filter_removed(f, FEATURE_UNKNOWN, "strip", f->table->rule[FEATURE_UNKNOWN]);
}

void filter_refuse(struct filter *f, enum verdict v, enum stanza_condition c, const char *reason)
{
	struct filter_result *r = &f->result;

	r->verdict = v;
	r->condition = c;
	r->reason = reason;
	decided(r, NULL);
	r->feature = FEATURE_COUNT;
	r->bytes = (struct str){ NULL, 0 };
	f->skip = 1;
}

/* What an entity may simply not support is refused as such an entity would. */
static enum stanza_condition refusal(enum feature feature)
{
	struct feature_set neutral = feature_parts(FEATURE_FILE_TRANSFER);

	feature_set_add(&neutral, FEATURE_VOIP);
	feature_set_add(&neutral, FEATURE_UNKNOWN);
	return feature_set_has(&neutral, feature) ? CONDITION_SERVICE_UNAVAILABLE
						  : CONDITION_POLICY_VIOLATION;
}

void filter_refuse_feature(struct filter *f, enum feature feature)
{
	feature_set_add(&f->result.removed, feature);
	filter_refuse(f, VERDICT_BOUNCE, refusal(feature), "strip");
	f->result.feature = feature;
	decided(&f->result, f->table->rule[feature]);
}

/* RFC 6120 8.2.3: a request has one child, a result at most one. */
static bool iq_counts(const struct filter *f)
{
	switch (f->result.head.type) {
	case TYPE_GET:
	case TYPE_SET: return f->children == 1;
	case TYPE_RESULT: return f->children <= 1;
	case TYPE_NONE:
	case TYPE_CHAT:
	case TYPE_GROUPCHAT:
	case TYPE_HEADLINE:
	case TYPE_NORMAL:
	case TYPE_UNAVAILABLE:
	case TYPE_SUBSCRIBE:
	case TYPE_SUBSCRIBED:
	case TYPE_UNSUBSCRIBE:
	case TYPE_UNSUBSCRIBED:
	case TYPE_PROBE:
	case TYPE_ERROR:
	case TYPE_UNKNOWN: return true;
	}
	return true;
}

static void put_attr(struct buf *out, struct str open, struct str value)
{
	buf_put(out, open);
	xml_escape_value(out, value);
	buf_put_char(out, '\'');
}

/* A result without what was asked for would be another answer: its asker gets an error instead. */
static void result_refused(struct filter *f)
{
	const struct stanza_head *h = &f->result.head;

	buf_clear(&f->out);
	put_attr(&f->out, STR("<iq from='"), h->from);
	put_attr(&f->out, STR(" to='"), h->to);
	put_attr(&f->out, STR(" id='"), h->id);
	buf_put(&f->out, STR(" type='error'>"));
	stanza_error_element(&f->out, refusal(f->emptied), true, NULL);
	buf_put(&f->out, STR("</iq>"));
}

void filter_close(struct filter *f)
{
	struct filter_result *r = &f->result;
	struct frame *fr = &f->frames[0];

	if (r->verdict == VERDICT_NONE || r->verdict == VERDICT_INVALID)
		return;
	if (r->head.kind == STANZA_IQ && !iq_counts(f)) {
		f->counted = true;
		r->check = STANZA_BAD_REQUEST;
		filter_refuse(f, VERDICT_INVALID, CONDITION_BAD_REQUEST, "bad-request");
		return;
	}
	if (r->verdict == VERDICT_BOUNCE || r->verdict == VERDICT_DROP)
		return;
	xml_writer_end(f->writer);
	presence_end(f, fr);
	filter_hollow(f, fr);
	if (r->head.kind == STANZA_MESSAGE && !message_stands(f)) {
		r->verdict = VERDICT_DROP;
		r->reason = "folded-away";
		return;
	}
	if (f->emptied != FEATURE_COUNT)
		result_refused(f);
	r->bytes = buf_view(&f->out);
}
