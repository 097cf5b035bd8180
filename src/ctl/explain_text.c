/* SPDX-License-Identifier: MIT */
/* An explanation for people: short sections, one fact on each row, its place at the end. */
#include "base/mem.h"
#include "ctl/explain.h"
#include "ctl/text.h"

#include <stdlib.h>
#include <string.h>

enum { LIST_WIDTH = 56 };

#define PLACE(control, key) text_place(config_origin_of(&(control)->config->origin, (key))).s

/* ---- who ---- */

static void print_side(struct text *t, const char *label, const struct explain_side *s)
{
	char what[PEERING_MATCH + 64];

	if (!s->control) {
		text_row(t, TONE_BAD, label, s->domain.s, "no control matches it", NULL);
		return;
	}
	snprintf(what, sizeof(what), "control \"%s\", %s%s%s", s->match,
		s->control->accept ? "zone " : "rejects it",
		s->control->accept ? s->control->zone : "",
		s->control->config->service == SERVICE_MUC ? ", rooms" : "");
	text_row(t, s->control->accept ? TONE_PLAIN : TONE_BAD, label, s->domain.s, what,
		text_place(&s->control->config->origin).s, NULL);
}

static void print_permit(struct text *t, const struct explanation *e)
{
	bool flows = e->plan->settings.flows.n > 0;
	bool yes = e->there.permit == PERMIT_YES, some = explain_permitted(e);
	enum tone tone = yes ? TONE_GOOD : some ? TONE_WARN : TONE_BAD;
	const struct flow_config *f = some && e->there.flow ? flow_config(e->there.flow) : NULL;
	char flow[256] = "";

	if (f)
		snprintf(flow, sizeof(flow), "flow from %s to %s%s", f->from, f->to,
			f->muc ? "" : ", no rooms");
	text_row(t, tone, "Allowed",
		yes    ? "yes"
		: some ? "answers only"
		       : "no",
		yes && f ? flow : explain_permit(e->there.permit, flows),
		f && yes ? text_place(&f->origin).s : "", NULL);
	if (f && !yes)
		text_row(t, TONE_PLAIN, "", "", flow, text_place(&f->origin).s, NULL);
	if (explain_permitted(e) || e->back.permit == PERMIT_YES)
		text_row(t, TONE_PLAIN, "Back",
			e->back.permit == PERMIT_YES       ? "yes"
			: e->back.permit == PERMIT_ANSWERS ? "answers only"
							   : "no",
			"", "", NULL);
}

/* ---- the next hop ---- */

static void join_domains(struct buf *out, const struct domain *list, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		buf_printf(out, " or %s", list[i].s);
}

static const char *terminated(struct buf *b)
{
	buf_put_char(b, '\0');
	return buf_view(b).p;
}

static void print_tls(struct text *t, const struct control *c)
{
	static const char *const tls[] = {
		[TLS_POLICY_OFF] = "off: in the clear",
		[TLS_POLICY_OPTIONAL] = "if offered",
		[TLS_POLICY_REQUIRED] = "required",
	};
	char text[64];

	snprintf(text, sizeof(text), "%s%s", tls[c->config->tls],
		c->config->tls == TLS_POLICY_OFF ? ""
		: c->config->tls_min == TLS_1_3  ? ", 1.3"
						 : ", 1.2 or 1.3");
	text_row(t, c->config->tls == TLS_POLICY_REQUIRED ? TONE_PLAIN : TONE_WARN, "TLS", text, "",
		PLACE(c, c->config->tls_min == TLS_1_3 ? "tls_min" : "tls"), NULL);
}

/* What the certificate of the other side has to show. */
static void print_certificate_wanted(struct text *t, const struct control *c,
	const struct domain *d, const struct domain *more, unsigned nmore, const char *more_key)
{
	struct buf names = { 0 }, chain = { 0 };

	if (c->trust)
		buf_printf(&chain, "leads to the store \"%s\"", trust_store_name(c->trust));
	else
		buf_put(&chain, STR("any, by its pin alone"));
	text_row(t, TONE_PLAIN, "Certificate", terminated(&chain), "", PLACE(c, "trust"), NULL);
	buf_put(&names, domain_str(d));
	join_domains(&names, more, nmore);
	text_row(t, TONE_PLAIN, "its name", terminated(&names), "", nmore ? PLACE(c, more_key) : "",
		NULL);
	for (unsigned i = 0; i < c->npins; i++)
		text_row(t, TONE_PLAIN, i ? "or" : "its key", c->config->pins.v[i], "",
			PLACE(c, "pins"), NULL);
	buf_fini(&names);
	buf_fini(&chain);
}

static void print_hop(struct text *t, const struct explanation *e)
{
	const struct control *c = e->to.control;

	text_section(t, "Next hop, in this order");
	for (unsigned i = 0; i < c->ntargets; i++) {
		char number[16], target[600];

		snprintf(number, sizeof(number), "%u", i + 1);
		explain_target(&c->targets[i], &e->to.domain, target, sizeof(target));
		text_row(t, TONE_PLAIN, number, target, "", PLACE(c, "connect"), NULL);
	}
	print_tls(t, c);
	if (c->config->tls == TLS_POLICY_OFF)
		return;
	if (!c->config->verify_next_hop)
		text_row(t, TONE_BAD, "Certificate", "any: whoever answers there is believed", "",
			PLACE(c, "verify_next_hop"), NULL);
	else
		print_certificate_wanted(
			t, c, &e->to.domain, c->reference_names, c->nreference, "reference_names");
	text_row(t, TONE_PLAIN, "Our proof", "EXTERNAL where it is offered, else dialback", "", "",
		NULL);
}

static void print_sender_limits(struct text *t, const struct control *c)
{
	const struct control_rate *rate = &c->config->rate;
	char size[32], stanza[48], stanzas[48], bytes[64];

	config_size_text(c->config->max_stanza, size, sizeof(size));
	snprintf(stanza, sizeof(stanza), "up to %s", size);
	text_row(t, TONE_PLAIN, "A stanza", stanza, "", PLACE(c, "max_stanza"), NULL);
	snprintf(stanzas, sizeof(stanzas), "%lld stanzas a second",
		(long long)rate->stanzas_per_second);
	if (rate->stanzas_per_second)
		text_row(t, TONE_PLAIN, "Its rate", stanzas, "",
			text_place(config_origin_of(&rate->origin, "stanzas_per_second")).s, NULL);
	config_size_text(rate->bytes_per_second, size, sizeof(size));
	snprintf(bytes, sizeof(bytes), "%s bytes a second", size);
	if (rate->bytes_per_second)
		text_row(t, TONE_PLAIN, "Its rate", bytes, "",
			text_place(config_origin_of(&rate->origin, "bytes_per_second")).s, NULL);
}

static void print_sender(struct text *t, const struct explanation *e)
{
	const struct control *c = e->from.control;
	bool external = c->config->authentication & 1u << PROOF_EXTERNAL;
	bool dialback = c->config->authentication & 1u << PROOF_DIALBACK;

	text_section(t, "The sender's server");
	text_row(t, TONE_PLAIN, "Proof",
		external && dialback ? "certificate or dialback"
		: external           ? "certificate"
				     : "dialback",
		"", PLACE(c, "authentication"), NULL);
	print_tls(t, c);
	if (external && c->config->tls != TLS_POLICY_OFF)
		print_certificate_wanted(
			t, c, &e->from.domain, c->accept_names, c->naccept, "accept_names");
	for (unsigned i = 0; i < c->nfrom; i++)
		text_row(t, TONE_PLAIN, i ? "or" : "Address", c->config->from_addresses.v[i], "",
			PLACE(c, "from_addresses"), NULL);
	print_sender_limits(t, c);
}

/* ---- what we show ---- */

static void print_shown(struct text *t, const struct explanation *e,
	const struct explain_certificate *c, const struct domain *as, const struct domain *to)
{
	char who[2 * DOMAIN_MAX + 32], when[64], date[16];
	int64_t days = (c->not_after - e->now) / 86400;
	bool over = c->not_after <= e->now;

	if (!c->needed)
		return;
	snprintf(who, sizeof(who), "to %s, as %s", to->s, as->s);
	if (!c->shown) {
		text_row(t, TONE_BAD, who, "none: nothing names it, and none may be issued for it",
			NULL);
		return;
	}
	explain_date(c->not_after, date);
	if (over)
		snprintf(when, sizeof(when), "\"%s\", expired on %s", credential_name(c->shown),
			date);
	else
		snprintf(when, sizeof(when), "\"%s\"%s, until %s (%lld day%s)",
			credential_name(c->shown), c->mint ? " issues one" : "", date,
			(long long)days, days == 1 ? "" : "s");
	text_row(t,
		over || !c->covers ? TONE_BAD
		: days < 30        ? TONE_WARN
				   : TONE_PLAIN,
		who, when, c->covers ? "" : "does not name that domain",
		c->config ? text_place(explain_chain(c)).s : "", NULL);
}

static void print_certificates(struct text *t, const struct explanation *e)
{
	if (!e->at_to.needed && !e->at_from.needed)
		return;
	text_section(t, "Certificates that we show");
	print_shown(t, e, &e->at_from, &e->to.domain, &e->from.domain);
	print_shown(t, e, &e->at_to, &e->from.domain, &e->to.domain);
}

/* ---- policies ---- */

static void print_policies(struct text *t, const struct explanation *e)
{
	text_section(t, e->npolicies ? "Policies, in this order" : "Policies: none");
	for (unsigned i = 0; i < e->npolicies; i++) {
		const struct policy *p = e->policies[i].policy;
		bool shadow = p->mode == MODE_SHADOW;

		text_row(t, shadow ? TONE_WARN : TONE_PLAIN, p->name,
			shadow ? "shadow: changes nothing" : "enforced",
			explain_list(e->policies[i].list), text_place(&p->origin).s, NULL);
	}
}

static bool same_rule(const struct explain_entry *a, const struct explain_entry *b)
{
	return a->feature && b->feature && a->policy == b->policy && a->key == b->key &&
	       strcmp(a->value, b->value) == 0;
}

/* The features that one key of one policy decides; of an allow-list, those that it lets pass. */
static void list_features(struct buf *out, const struct policy_table *table,
	const struct explain_entry *all, unsigned n, const struct explain_entry *of)
{
	bool but = of->key && strcmp(of->key, "allow") == 0;
	size_t before;

	buf_put(out, but ? STR("all but ") : STR(""));
	before = buf_len(out);
	for (unsigned i = 0; i < n && !but; i++)
		if (same_rule(&all[i], of))
			buf_printf(out, "%s%s", buf_len(out) > before ? ", " : "", all[i].what);
	for (unsigned f = 0; f < FEATURE_MAX && but; f++) {
		const char *name = explain_nameable(table, (enum feature)f);

		if (name && table->action[f] == ACTION_PASS)
			buf_printf(out, "%s%s", buf_len(out) > before ? ", " : "", name);
	}
}

/* Cuts the text at a comma into rows that are not too wide; the first has who and where. */
static void print_wrapped(
	struct text *t, const char *label, struct str what, const char *who, const char *place)
{
	while (what.n) {
		size_t n = what.n;

		for (size_t i = 0; i < what.n && n == what.n; i++)
			if (what.p[i] == ',' && i >= LIST_WIDTH - 12)
				n = i + 1;
		MEM_AUTO char *row = str_dup((struct str){ what.p, n });
		text_row(t, TONE_PLAIN, label, row, who, place, NULL);
		what = str_trim(str_skip(what, n));
		label = who = place = "";
	}
}

/* One row for all features that one key of one policy decides. */
static void print_entry(struct text *t, const struct policy_table *table,
	const struct explain_entry *all, unsigned n, unsigned at)
{
	const struct explain_entry *e = &all[at];
	struct buf what = { 0 };

	for (unsigned i = 0; i < at; i++)
		if (same_rule(&all[i], e))
			return;
	if (e->feature)
		list_features(&what, table, all, n, e);
	else
		buf_put(&what, str_of(e->value));
	print_wrapped(t, e->feature ? e->value : e->what, buf_view(&what),
		e->policy ? e->policy->name : "", e->origin ? text_place(e->origin).s : "");
	buf_fini(&what);
}

static void print_table(struct text *t, const struct explanation *e)
{
	if (e->nentries)
		text_section(t, "In force");
	for (unsigned i = 0; i < e->nentries; i++)
		print_entry(t, e->there.table, e->entries, e->nentries, i);
	if (e->nshadow)
		text_section(t, "In shadow, besides");
	for (unsigned i = 0; i < e->nshadow; i++)
		print_entry(t, e->there.table->shadow, e->shadow, e->nshadow, i);
}

void explain_text(const struct explanation *e, struct text *t)
{
	text_section(t, "%s to %s", e->from.text, e->to.text);
	print_side(t, "From", &e->from);
	print_side(t, "To", &e->to);
	print_permit(t, e);
	if (!explain_permitted(e))
		return;
	print_hop(t, e);
	print_sender(t, e);
	print_certificates(t, e);
	print_policies(t, e);
	print_table(t, e);
	explain_labels_text(e, t);
}

/* ---- a stanza ---- */

static void print_features(struct text *t, const char *label, const struct filter_result *r,
	const struct feature_set *s, unsigned first, enum tone tone)
{
	struct buf names = { 0 };

	for (unsigned f = first; f < FEATURE_MAX; f++)
		if (feature_set_has(s, (enum feature)f))
			buf_printf(&names, "%s%s", buf_len(&names) ? ", " : "",
				own_feature_name(r->own, (enum feature)f));
	if (buf_len(&names))
		text_row(t, tone, label, terminated(&names), NULL);
	buf_fini(&names);
}

/* "strip of avatar", the policy and its key, and where that stands. Passing needs no reason. */
static void print_reason(struct text *t, const char *label, const struct filter_result *f)
{
	char reason[256], who[300] = "";

	if (f->verdict == VERDICT_PASS)
		return;
	snprintf(reason, sizeof(reason), "%s%s%s", f->reason,
		f->feature == FEATURE_COUNT ? "" : " of ",
		f->feature == FEATURE_COUNT ? "" : own_feature_name(f->own, f->feature));
	if (f->policy)
		snprintf(who, sizeof(who), "%s%s%s", f->policy->name, f->key ? " " : "",
			f->key ? f->key : "");
	text_row(t, TONE_PLAIN, label, reason, who, f->origin ? text_place(f->origin).s : "", NULL);
	if (f->detail)
		text_row(t, TONE_PLAIN, "", f->detail, NULL);
}

/* The end that the stanza comes to, as in a record; how good that is. */
static const char *end_of(const struct trial *r, enum tone *tone)
{
	const char *verdict = decision_verdict(&r->decision, r->filter);
	bool fold = strcmp(verdict, "fold") == 0;

	*tone = TONE_BAD;
	switch (r->decision.kind) {
	case DECISION_DELIVER:
		*tone = r->only_answers || fold ? TONE_WARN : TONE_GOOD;
		return r->only_answers ? "only if it answers something" : verdict;
	case DECISION_DROP:
		*tone = TONE_WARN;
		return fold ? "fold, until nothing is left" : verdict;
	case DECISION_BOUNCE: return verdict;
	case DECISION_UNROUTED:
	case DECISION_END: break;
	}
	return "ends the stream";
}

/* Where it stands that a stanza is too big, or that rooms may not be joined. */
static struct text_place place_of_passage(const struct trial *r)
{
	if (r->decision.app)
		return text_place(config_origin_of(&r->passage.from->config->origin, "max_stanza"));
	return text_place(config_origin_of(&flow_config(r->passage.flow)->origin, "muc"));
}

static void print_stream_error(struct text *t, const struct trial *r)
{
	char words[300];

	snprintf(words, sizeof(words), "%.*s", STR_ARG(r->words));
	text_row(t, TONE_PLAIN, "Error", stream_condition_name(r->failed), words, NULL);
	if (r->failed == STREAM_UNSUPPORTED_STANZA_TYPE)
		text_row(t, TONE_PLAIN, "Hint",
			"between servers a stanza is in jabber:server: leave "
			"xmlns='jabber:client' out",
			NULL);
	if (r->failed == STREAM_IMPROPER_ADDRESSING)
		text_row(t, TONE_PLAIN, "Hint", "between servers every stanza has from and to",
			NULL);
}

static void print_bytes(struct text *t, const char *label, struct str bytes)
{
	char size[32];

	snprintf(size, sizeof(size), "%zu bytes", bytes.n);
	text_row(t, TONE_PLAIN, label, size, NULL);
	text_block(t, bytes);
}

static void print_decided(struct text *t, const struct trial *r)
{
	enum tone tone;
	const char *end = end_of(r, &tone);
	const struct decision *d = &r->decision;

	text_row(t, tone, "Verdict", end, "", "", NULL);
	if (d->kind == DECISION_BOUNCE && d->why != r->filter->reason)
		text_row(t, TONE_PLAIN, "Reason", d->why, "", place_of_passage(r).s, NULL);
	else if (d->kind == DECISION_DELIVER || d->kind == DECISION_BOUNCE ||
		 d->kind == DECISION_DROP)
		print_reason(t, "Reason", r->filter);
	if (r->filter->label)
		text_row(t, TONE_PLAIN, "Label", r->filter->label, NULL);
	if (d->kind == DECISION_UNROUTED || d->kind == DECISION_END)
		print_stream_error(t, r);
	/* That core was seen is no news. */
	print_features(t, "Seen", r->filter, &r->filter->seen, FEATURE_CORE + 1, TONE_PLAIN);
	print_features(t, "Removed", r->filter, &r->filter->removed, FEATURE_CORE, TONE_WARN);
	if (r->filter->has_text_outside)
		text_row(t, TONE_WARN, "Removed", "text outside of any element", NULL);
	if (r->shadow)
		text_row(t, TONE_WARN, "In shadow", verdict_name(r->shadow->verdict), "", "", NULL);
	if (r->shadow)
		print_reason(t, "", r->shadow);
	if (r->sent.n)
		print_bytes(t, r->bare ? "Sent, bare" : "Sent", r->sent);
	else if (r->answer.n)
		print_bytes(t, "Answered", r->answer);
}

/* The domains of the stanza are others than those that were asked about. */
static void print_others(struct text *t, const struct explanation *e, const struct stanza_head *h)
{
	struct domain from, to;
	char line[2 * DOMAIN_MAX + 64];

	if (!domain_parse(h->from_domain, &from) || !domain_parse(h->to_domain, &to))
		return;
	if (str_eq(domain_str(&from), domain_str(&e->from.domain)) &&
		str_eq(domain_str(&to), domain_str(&e->to.domain)))
		return;
	snprintf(line, sizeof(line), "it is from %s to %s, and judged so", from.s, to.s);
	text_row(t, TONE_WARN, "Note", line, NULL);
}

void explain_text_trial(
	const struct explanation *e, const struct trial *r, unsigned number, struct text *t)
{
	switch (r->end) {
	case TRIAL_DECIDED:
		text_section(t, "Stanza %u: %s%s%s, %zu bytes", number,
			stanza_kind_name(r->filter->head.kind),
			r->filter->head.type == TYPE_NONE ? "" : " ",
			stanza_type_name(r->filter->head.type), r->bytes);
		print_others(t, e, &r->filter->head);
		print_decided(t, r);
		return;
	case TRIAL_FAILED:
		text_section(t, "Stanza %u", number);
		text_row(t, TONE_BAD, "Verdict", "ends the stream", NULL);
		print_stream_error(t, r);
		return;
	case TRIAL_CUT_OFF:
		text_section(t, "Stanza %u", number);
		text_row(t, TONE_BAD, "Verdict", "none: the file ends inside of it", NULL);
		return;
	case TRIAL_NOTHING:
		text_section(t, "Stanza %u", number);
		text_row(t, TONE_BAD, "Verdict", "none: there is no stanza in the file", NULL);
		return;
	}
}
