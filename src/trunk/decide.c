/* SPDX-License-Identifier: MIT */
/* See decide.h. */
#include "trunk/decide.h"

#include "base/clock.h"

#include <string.h>

bool decide_pair(const struct passage *p, struct pair_refusal *out)
{
	switch (p->permit) {
	case PERMIT_YES:
	case PERMIT_ANSWERS: return true;
	case PERMIT_NO_FROM:
		*out = (struct pair_refusal){ STREAM_INVALID_FROM, permit_name(p->permit) };
		return false;
	case PERMIT_NO_TO:
	case PERMIT_NO_FLOW:
	case PERMIT_DEFAULT_ROUTE:
	case PERMIT_BACK:
	case PERMIT_DIRECTION:
	case PERMIT_BLOCKED: break;
	}
	*out = (struct pair_refusal){ STREAM_HOST_UNKNOWN, permit_name(p->permit) };
	return false;
}

struct pair_refusal decide_no_domain(void)
{
	return (struct pair_refusal){ STREAM_IMPROPER_ADDRESSING,
		"an address whose domain is no domain" };
}

static bool permit(void *arg, struct str from, struct str to)
{
	struct domain a, b;
	return domain_parse(from, &a) && domain_parse(to, &b) && peering_deputy(arg, &a, &b);
}

static bool enter(void *arg, struct str from, struct str to)
{
	struct domain a, b;
	return domain_parse(from, &a) && domain_parse(to, &b) && peering_enters(arg, &a, &b);
}

static void label_context(const struct passage *p, const struct stanza_head *h,
	const struct decide_certificates *certificates, struct filter_labels *out)
{
	out->policies = p->from->labels.policies;
	out->assumed = p->from->labels.assumed;
	out->from = control_labels_side(&p->from->labels, h->from, certificates->from);
	out->to = control_labels_side(&p->to->labels, h->to, certificates->to);
	/* The sender's is never awaited: a stream that was proven otherwise brings none. */
	out->to.awaited = p->to->labels.certificate && !certificates->to;
	out->now = clock_wall();
}

void decide_context(const struct passage *p, const struct stanza_head *h,
	const struct decide_certificates *certificates, struct filter_context *out)
{
	out->from_room = p->from->config->service == SERVICE_MUC;
	out->to_room = p->to->config->service == SERVICE_MUC;
	out->max_stanza = (size_t)p->from->config->max_stanza;
	if (p->table && p->table->checks_labels)
		label_context(p, h, certificates, &out->labels);
	if (!p->deputies)
		return;
	out->permit = permit;
	out->enter = enter;
	out->permit_arg = (void *)(size_t)p->deputies;
}

struct scanner_limits decide_limits(const struct limits_config *lim, size_t max_stanza)
{
	size_t hard = max_stanza * 8;
	struct scanner_limits limits = {
		.bytes = max_stanza,
		.hard_bytes = hard > 16777216 ? 16777216 : hard,
		.depth = (unsigned)lim->depth,
		.attributes = (unsigned)lim->attributes,
		.declarations = (unsigned)lim->declarations,
		.tag_bytes = (size_t)lim->tag_bytes,
	};
	if (limits.hard_bytes < limits.bytes)
		limits.hard_bytes = limits.bytes;
	return limits;
}

/* A room is entered by presence to one of its occupants-to-be: marked as such, or to a chat-room
 * service. */
static bool joins_forbidden_room(const struct passage *p, const struct filter_result *f)
{
	const struct stanza_head *h = &f->head;
	if (p->muc || h->kind != STANZA_PRESENCE || h->type != TYPE_NONE)
		return false;
	return feature_set_has(&f->seen, FEATURE_MUC) ||
	       (p->to->config->service == SERVICE_MUC && memchr(h->to.p, '/', h->to.n));
}

bool decide_once(const struct passage *p, const struct filter_result *f)
{
	const struct stanza_head *h = &f->head;
	return p->table->suppress_repeats && h->kind == STANZA_PRESENCE && h->type == TYPE_NONE &&
	       !feature_set_has(&f->seen, FEATURE_MUC) && p->from->config->service != SERVICE_MUC &&
	       p->to->config->service != SERVICE_MUC;
}

static struct decision refuse(enum stanza_condition c, const char *app, const char *why)
{
	return (struct decision){ .kind = DECISION_BOUNCE, .condition = c, .app = app, .why = why };
}

static struct decision end(enum stream_condition c, const char *text)
{
	return (struct decision){ .kind = DECISION_END, .stream = c, .why = text };
}

/* Of what always passes, the filter has left the tag alone then (decision 24); of an answer, it has
 * made an error (decision 22). */
static bool is_too_big(const struct passage *p, const struct filter_result *f, bool oversize)
{
	bool big = oversize || f->bytes_in > (size_t)p->from->config->max_stanza;
	return big && !filter_always_passes(&f->head) && !f->refused;
}

struct decision decide_stanza(const struct passage *p, const struct filter_result *f, bool oversize)
{
	if (f->verdict == VERDICT_NONE)
		return (struct decision){ .kind = DECISION_UNROUTED };
	if (f->verdict == VERDICT_INVALID && f->check == STANZA_NOT_A_STANZA)
		return end(STREAM_UNSUPPORTED_STANZA_TYPE, NULL);
	if (f->verdict == VERDICT_INVALID && f->check != STANZA_BAD_REQUEST)
		return end(STREAM_IMPROPER_ADDRESSING, "a stanza without valid addresses");
	if (is_too_big(p, f, oversize))
		return refuse(
			CONDITION_POLICY_VIOLATION, "stanza-too-big", "the stanza is too big");
	if (joins_forbidden_room(p, f))
		return refuse(CONDITION_NOT_ALLOWED, NULL, "the flow does not let rooms be joined");
	switch (f->verdict) {
	case VERDICT_PASS:
	case VERDICT_FOLD: return (struct decision){ .kind = DECISION_DELIVER };
	case VERDICT_DROP: return (struct decision){ .kind = DECISION_DROP };
	case VERDICT_BOUNCE:
	case VERDICT_INVALID:
	case VERDICT_NONE: break;
	}
	return (struct decision){
		.kind = DECISION_BOUNCE,
		.condition = f->condition,
		.app = f->app,
		.text = f->text,
		.why = f->reason,
	};
}

struct decision decide_unrecorded(void)
{
	return refuse(CONDITION_RESOURCE_CONSTRAINT, NULL, "it cannot be recorded");
}

bool decision_by_filter(const struct decision *d, const struct filter_result *f)
{
	return d->kind != DECISION_BOUNCE || f->verdict == VERDICT_BOUNCE ||
	       f->verdict == VERDICT_INVALID;
}

bool decision_folded_away(const struct filter_result *f)
{
	return strcmp(f->reason, "folded-away") == 0;
}

const char *decision_verdict(const struct decision *d, const struct filter_result *f)
{
	switch (d->kind) {
	case DECISION_DELIVER: return verdict_name(f->verdict);
	case DECISION_BOUNCE: return stanza_may_bounce(&f->head) ? "bounce" : "drop";
	case DECISION_DROP: return decision_folded_away(f) ? "fold" : "drop";
	case DECISION_UNROUTED:
	case DECISION_END: return "drop";
	}
	return "drop";
}
