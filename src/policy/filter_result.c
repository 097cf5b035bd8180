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

void filter_removed(
	struct filter *f, enum feature feature, const char *reason, const struct policy_rule *rule)
{
	struct filter_result *r = &f->result;

	f->changes++;
	if (feature != FEATURE_COUNT)
		feature_set_add(&r->removed, feature);
	if (r->verdict != VERDICT_PASS)
		return;
	r->verdict = VERDICT_FOLD;
	r->reason = reason;
	filter_decided(f, rule);
	r->feature = feature;
}

void filter_removed_feature(struct filter *f, enum feature feature)
{
	const struct policy_rule *rule = f->table->rule[feature];

	/* Capabilities are stripped for whatever else is refused. */
	bool hidden =
		f->table->action[feature] == ACTION_STRIP && str_is(str_of(rule->key), "block");

	filter_removed(f, feature, hidden ? "hidden" : rule->key, rule);
}

void filter_removed_unknown(struct filter *f)
{
	if (filter_blocks(f, FEATURE_UNKNOWN))
		filter_refuse_feature(f, FEATURE_UNKNOWN);
	else if (filter_passes(f, FEATURE_UNKNOWN))
		filter_removed(f, FEATURE_UNKNOWN, "fold", f->table->fold_rule);
	else
		filter_removed_feature(f, FEATURE_UNKNOWN);
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
	if (f->refused) {
		filter_refusal_settle(f);
		return;
	}
	if (r->verdict == VERDICT_BOUNCE || r->verdict == VERDICT_DROP)
		return;
	if (f->error.alone) {
		filter_error_close(f);
		return;
	}
	xml_writer_end(f->writer);
	presence_end(f, fr);
	if (r->head.kind == STANZA_MESSAGE && !message_stands(f)) {
		r->verdict = VERDICT_DROP;
		r->reason = "folded-away";
		return;
	}
	if (f->emptied != FEATURE_COUNT)
		filter_result_refused(f, f->emptied);
	r->bytes = buf_view(&f->out);
	filter_session_close(f);
}
