/* SPDX-License-Identifier: MIT */
/*
 * Stanzas on an inbound leg: is it legal (a proven pair), is it allowed (the filter's verdict),
 * then on its way; in this order, and each stanza to exactly one end.
 */
#include "trunk/inbound.h"

#include "base/mem.h"
#include "trunk/bounce.h"
#include "trunk/decide.h"
#include "trunk/handover.h"
#include "trunk/malformed.h"
#include "trunk/metrics.h"
#include "trunk/ping.h"
#include "trunk/record.h"
#include "trunk/stanza_log.h"

#include <stdlib.h>

/* ---- pairs on this stream ---- */

static bool pair_is(const struct inbound_pair *p, struct str from, struct str to)
{
	return p->from_n == from.n && p->to_n == to.n &&
	       memcmp(p->from_text, from.p, from.n) == 0 && memcmp(p->to_text, to.p, to.n) == 0;
}

struct inbound_pair *inbound_pair_find(struct inbound *in, struct str from, struct str to)
{
	for (unsigned i = 0; i < in->npairs; i++)
		if (pair_is(in->pairs[i], from, to))
			return in->pairs[i];
	return NULL;
}

static struct inbound_pair *decline(struct inbound *in, enum stream_condition c, const char *text)
{
	in->refused = c;
	in->refused_text = text;
	return NULL;
}

static struct inbound_pair *decline_pair(struct inbound *in, struct pair_refusal why)
{
	return decline(in, why.condition, why.text);
}

static bool proves_domain(const struct inbound *in, const struct domain *from)
{
	for (unsigned i = 0; i < in->nproofs; i++)
		if (str_eq(domain_str(&in->proofs[i].from), domain_str(from)))
			return true;
	return false;
}

/* The same two domains written in another way (case, U-label) are the same pair: it goes by its
 * last spelling. */
static struct inbound_pair *respelled(struct inbound *in, struct str from_text, struct str to_text,
	const struct domain *from, const struct domain *to)
{
	for (unsigned i = 0; i < in->npairs; i++) {
		struct inbound_pair *p = in->pairs[i];
		if (!str_eq(domain_str(&p->from), domain_str(from)) ||
			!str_eq(domain_str(&p->to), domain_str(to)))
			continue;
		free(p->from_text);
		free(p->to_text);
		p->from_text = str_dup(from_text);
		p->to_text = str_dup(to_text);
		p->from_n = from_text.n;
		p->to_n = to_text.n;
		return p;
	}
	return NULL;
}

/* May stanzas of these two domains come in on this stream? Remembers the answer under the names as
 * written. */
static struct inbound_pair *pair_new(struct inbound *in, struct str from_text, struct str to_text)
{
	struct trunk *t = in->leg.trunk;
	struct domain from, to;
	struct passage passage;
	if (!domain_parse(from_text, &from) || !domain_parse(to_text, &to))
		return decline_pair(in, decide_no_domain());
	struct inbound_pair *p = respelled(in, from_text, to_text, &from, &to);
	if (p)
		return p;
	if (!inbound_proven(in, &from, &to))
		return proves_domain(in, &from)
			       ? decline(in, STREAM_HOST_UNKNOWN,
					 "a recipient domain that was not asked for")
			       : decline(in, STREAM_INVALID_FROM,
					 "a sender domain that was not proven");
	peering_permit(t->plan->peering, &from, &to, &passage);
	struct pair_refusal refusal;
	if (!decide_pair(&passage, &refusal))
		return decline_pair(in, refusal);
	if (inbound_out_of_service(in, &from, &to))
		return decline(in, STREAM_RESOURCE_CONSTRAINT, "out of service for now");
	bool too_many = in->npairs >= (unsigned)t->plan->settings.limits.pairs;
	bool full = atomic_load(&t->shared->pairs) >= (unsigned)t->plan->settings.limits.all_pairs;
	if (too_many || full)
		metrics_limited(t, &from, METRICS_PAIRS);
	if (too_many)
		return decline(
			in, STREAM_POLICY_VIOLATION, "too many pairs of domains on one stream");
	if (full)
		return decline(in, STREAM_RESOURCE_CONSTRAINT, "too many pairs of domains");
	p = MEM_NEW(struct inbound_pair);
	p->from_text = str_dup(from_text);
	p->to_text = str_dup(to_text);
	p->from_n = from_text.n;
	p->to_n = to_text.n;
	p->from = from;
	p->to = to;
	p->passage = passage;
	p->plan = t->plan->number;
	p->home = trunk_home(t, &from, &to);
	list_init(&p->feed.link);
	list_init(&p->feed.waiting);
	in->pairs = mem_resize(in->pairs, (in->npairs + 1) * sizeof(*in->pairs));
	in->pairs[in->npairs++] = p;
	return p;
}

void inbound_pairs_free(struct inbound *in)
{
	for (unsigned i = 0; i < in->npairs; i++) {
		free(in->pairs[i]->from_text);
		free(in->pairs[i]->to_text);
		pair_certified_fini(&in->pairs[i]->certified);
		record_pair_free(in->pairs[i]->record);
		free(in->pairs[i]);
	}
	free(in->pairs);
	in->pairs = NULL;
	in->npairs = 0;
}

void inbound_settle(struct inbound *in, const struct domain *from, const struct domain *to)
{
	struct trunk *t = in->leg.trunk;
	if (in->leg.ended)
		return;
	stream_stanzas(in->leg.stream, &filter_sink, t->filter);
	struct inbound_pair *p = inbound_pair_find(in, domain_str(from), domain_str(to));
	if (!p)
		p = pair_new(in, domain_str(from), domain_str(to));
	if (!p)
		return;
	/* Once, and only while nothing else is under way on this stream, it moves to the home of
	 * its first pair. */
	if (!in->settled && !in->nclaims && p->home != t->index) {
		in->moving = true;
		in->leg.held = true;
		inbound_resume(in);
		return;
	}
	in->settled = true;
	if (p->home == t->index && !p->route)
		inbound_attach(in, p);
}

/* The limit for elements is that of the most generous control that is proven here (decision 31). */
void inbound_widen(struct inbound *in, const struct control *c)
{
	const struct limits_config *lim = &in->leg.trunk->plan->settings.limits;
	if (!c)
		return;
	inbound_rate_widen(in, c);
	if ((size_t)c->config->max_stanza <= in->max_stanza)
		return;
	in->max_stanza = (size_t)c->config->max_stanza;
	struct scanner_limits limits = decide_limits(lim, in->max_stanza);
	stream_limits(in->leg.stream, &limits);
}

/* ---- the chooser ---- */

const struct policy_table *inbound_choose(
	void *arg, const struct stanza_head *head, struct filter_context *out)
{
	struct inbound *in = arg;
	struct inbound_pair *p = in->last;
	if (in->rest_why) {
		in->last = inbound_pair_find(in, head->from_domain, head->to_domain);
		return NULL;
	}
	if (!p || !pair_is(p, head->from_domain, head->to_domain)) {
		p = inbound_pair_find(in, head->from_domain, head->to_domain);
		if (!p)
			p = pair_new(in, head->from_domain, head->to_domain);
		in->last = p;
	}
	if (!p)
		return NULL;
	struct decide_certificates certificates = { 0 };
	if (p->passage.table && p->passage.table->checks_labels)
		inbound_certificates(in, p, &certificates);
	decide_context(&p->passage, head, &certificates, out);
	out->labels.plan = p->plan;
	return p->passage.table;
}

/* ---- what becomes of it ---- */

/* Folded away, or refused without an answer: counted here, and in the line that ends the stream. */
static void dropped(struct inbound *in)
{
	in->leg.dropped++;
	atomic_fetch_add(&in->leg.trunk->stats.dropped, 1);
}

static void bounce(struct inbound *in, struct inbound_pair *p, const struct filter_result *f,
	const struct refusal *why)
{
	bool sent = p->route ? bounce_head(p->route, &f->head, why)
			     : handover_bounce(in, p, &f->head, why);
	in->leg.bounced += sent;
	in->leg.dropped += !sent;
}

static void undeliverable(struct inbound *in, struct inbound_pair *p, const struct filter_result *f,
	enum route_outcome o, uint64_t audit)
{
	struct refusal why;
	if (o == ROUTE_REPEAT) {
		dropped(in);
		record_repeat(in->leg.trunk, &f->head, audit);
	} else if (bounce_why(o, &why)) {
		/* What a flow does not let through today, it may tomorrow. */
		why.permanent = false;
		why.audit = audit;
		bounce(in, p, f, &why);
	}
}

/* A stream that carries one pair can be paused; one with several never is, or the others would wait
 * too. */
static void pause_if_full(struct inbound *in, struct inbound_pair *p)
{
	if (in->npairs != 1 || !p->route || !inbound_may_hold(in) || !route_wants_pause(p->route))
		return;
	in->leg.held = true;
	conn_pause(in->leg.conn);
	if (list_empty(&p->feed.waiting))
		list_append(&p->route->feeders, &p->feed.waiting);
}

static void deliver(
	struct inbound *in, struct inbound_pair *p, const struct filter_result *f, uint64_t audit)
{
	if (!p->route && p->home == in->leg.trunk->index)
		inbound_attach(in, p);
	if (in->rest_why) { /* one stream of the pair too many */
		struct refusal why = {
			.condition = in->rest_condition, .why = in->rest_why, .audit = audit
		};
		bounce(in, p, f, &why);
		return;
	}
	struct delivery d = {
		.head = &f->head,
		.bytes = f->bytes,
		.patient = in->npairs == 1,
		.once = decide_once(&p->passage, f),
		.audit = audit,
	};
	if (!p->route) {
		undeliverable(in, p, f, handover_stanza(in, p, &d), audit);
		return;
	}
	undeliverable(in, p, f, route_deliver(p->route, &d), audit);
	pause_if_full(in, p);
}

static void refused_pair(
	struct inbound *in, const struct filter_result *f, const struct stream_info *info)
{
	leg_log(&in->leg, LOG_LEVEL_WARN, "refused", " claimed=%s towards=%s reason=%s",
		log_quote(f->head.from_domain).s, log_quote(f->head.to_domain).s,
		log_quote(str_of(in->refused_text)).s);
	record_violation(&in->leg, &f->head, stream_condition_name(in->refused), in->refused_text);
	if (in->refused == STREAM_IMPROPER_ADDRESSING)
		malformed_stanza(&in->leg, info, in->refused, in->refused_text);
	leg_fail(&in->leg, in->refused, in->refused_text, NULL);
}

/* A plan has ended the stream, and nothing is let in any more: who may be answered is. */
static struct decision decide_rest(const struct inbound *in)
{
	return (struct decision){
		.kind = DECISION_BOUNCE, .condition = in->rest_condition, .why = in->rest_why
	};
}

static void drop_rest(
	struct inbound *in, const struct filter_result *f, const struct stream_info *info)
{
	struct decision d = { .kind = DECISION_UNROUTED };
	stanza_log(in, f, &d, info);
	record_violation(
		&in->leg, &f->head, stanza_condition_name(in->rest_condition), in->rest_why);
	dropped(in);
}

static void count_verdict(struct inbound *in, const struct filter_result *f)
{
	atomic_ullong *count = &in->leg.trunk->stats.stanzas[f->verdict];
	/* Others only read it: no locked addition for every stanza. */
	atomic_store_explicit(
		count, atomic_load_explicit(count, memory_order_relaxed) + 1, memory_order_relaxed);
	in->leg.folded += f->verdict == VERDICT_FOLD;
}

static void ended_for(struct inbound *in, const struct filter_result *f, const struct decision *d,
	const struct stream_info *info)
{
	record_violation(&in->leg, &f->head, stream_condition_name(d->stream), d->why);
	malformed_stanza(&in->leg, info, d->stream, d->why);
	leg_fail(&in->leg, d->stream, d->why, NULL);
}

static void count_rules(struct trunk *t, const struct filter_result *f, const struct decision *d)
{
	const struct filter_result *shadow = filter_shadow(t->filter);
	if (f->policy && decision_by_filter(d, f))
		metrics_rule(&t->metrics, f->policy, f->key, false);
	if (shadow && shadow->policy && shadow->policy->mode == MODE_SHADOW)
		metrics_rule(&t->metrics, shadow->policy, shadow->key, true);
}

static enum metrics_verdict verdict_of(const struct filter_result *f, const struct decision *d)
{
	switch (d->kind) {
	case DECISION_DELIVER: return f->verdict == VERDICT_FOLD ? METRICS_FOLD : METRICS_PASS;
	case DECISION_BOUNCE: return stanza_may_bounce(&f->head) ? METRICS_BOUNCE : METRICS_DROP;
	case DECISION_DROP: return decision_folded_away(f) ? METRICS_FOLD : METRICS_DROP;
	case DECISION_UNROUTED:
	case DECISION_END: break;
	}
	return METRICS_REFUSED;
}

static void count(struct inbound *in, struct inbound_pair *p, const struct filter_result *f,
	const struct decision *d)
{
	struct trunk *t = in->leg.trunk;
	struct metrics_peer *counts = p ? p->counts : NULL;
	if (!counts)
		counts = metrics_of(t, p ? &p->from : &in->leg.peer_domain);
	if (p)
		p->counts = counts;
	metrics_stanza(counts, 0, f->head.kind, verdict_of(f, d), f->bytes_in);
	count_rules(t, f, d);
}

void inbound_stanza(struct inbound *in, const struct stream_info *info, bool oversize)
{
	struct filter *filter = in->leg.trunk->filter;
	const struct filter_result *f = oversize ? filter_oversize(filter, info->bytes)
						 : filter_finish(filter, info->bytes);
	struct inbound_pair *p = in->last;
	in->leg.stanzas_in++;
	if (p && pings_take(in->leg.trunk, &f->head))
		return;
	count_verdict(in, f);
	if (p && f->awaits_certificate)
		inbound_ask_certificate(in, p);
	bool rest = in->rest_why && f->verdict == VERDICT_NONE;
	if (rest && !p) {
		drop_rest(in, f, info);
		return;
	}
	struct decision d =
		rest ? decide_rest(in) : decide_stanza(p ? &p->passage : NULL, f, oversize);
	struct refusal why = { .decided = true };
	if (!record_stanza(in, p, f, &d, info, &why.audit))
		d = decide_unrecorded();
	stanza_log(in, f, &d, info);
	count(in, p, f, &d);
	switch (d.kind) {
	case DECISION_DELIVER: deliver(in, p, f, why.audit); return;
	case DECISION_BOUNCE:
		why.condition = d.condition;
		why.text = d.text;
		why.app = d.app;
		why.why = d.why;
		bounce(in, p, f, &why);
		return;
	case DECISION_DROP: dropped(in); return;
	case DECISION_UNROUTED: refused_pair(in, f, info); return;
	case DECISION_END: ended_for(in, f, &d, info); return;
	}
}
