/* SPDX-License-Identifier: MIT */
/*
 * A label that was read, judged: the effective one under the governing policy must be valid and
 * within the clearances of both sides, and what else is said of the message must be what we would
 * make of that label ourselves (XEP-0258 section 5). What cannot be judged is refused. Changes no
 * label.
 */
#include "policy/filter_private.h"

#include "label/decide.h"
#include "label/map.h"
#include "label/resolve.h"
#include "label/valid.h"

#include <stdio.h>

bool filter_label_deny(struct filter *f, const char *reason, const char *words)
{
	struct label_watch *w = f->labels;
	size_t n = strnlen(words, sizeof(w->detail) - 1);

	if (w->reason)
		return false;
	w->reason = reason;
	memcpy(w->detail, words, n);
	w->detail[n] = '\0';
	return false;
}

static bool deny_by(struct filter *f, const struct label_verdict *v, const char *who)
{
	char words[LABEL_DETAIL - 32], all[LABEL_DETAIL];

	label_verdict_words(v, words, sizeof(words));
	snprintf(all, sizeof(all), "%s%s", who, words);
	return filter_label_deny(f, label_outcome_name(v->outcome), all);
}

static bool grants(const struct label_cleared *c, const struct label *l, struct label_verdict *v)
{
	for (unsigned i = 0; i < c->n; i++)
		if (!label_decide(l, c->list[i], v))
			return false;
	return c->n > 0 || label_decide(l, NULL, v);
}

/* Of a label that is resolved under the governing policy. */
static bool decide(struct filter *f, const struct label *l)
{
	const struct filter_labels *g = &f->context.labels;
	struct label_verdict v = { 0 };

	if (!label_valid(l, LABEL_OLD, g->now, &v))
		return deny_by(f, &v, "");
	if (!grants(&g->from.governing, l, &v))
		return deny_by(f, &v, "the sender's side: ");
	if (!grants(&g->to.governing, l, &v))
		return deny_by(f, &v, "the recipient's side: ");
	return true;
}

/* What the sender's side means by no label. */
static bool decide_default(struct filter *f)
{
	const struct label_terms *terms = f->context.labels.from.terms;

	if (!terms || !terms->default_label)
		return filter_label_deny(f, label_outcome_name(LABEL_NONE), "there is no label");
	return decide(f, terms->default_label);
}

/* A copy, resolved under its own policy if that is loaded. */
static bool resolve_own(
	const struct filter *f, const struct label *l, struct label *copy, struct label_verdict *v)
{
	const struct spif *s =
		label_policies_find(f->context.labels.policies, l->policy_id, l->policy_name);

	label_copy(copy, l);
	return !s || spif_resolve_label(s, copy, v);
}

static bool believe(struct filter *f, const struct label *primary, const struct label *other)
{
	const struct label_map_options o = { LABEL_OLD, f->context.labels.now };
	struct label_verdict v = { 0 };
	struct label copy;
	bool ok;

	label_init(&copy);
	ok = resolve_own(f, other, &copy, &v) && copy.policy &&
	     label_believe(f->context.labels.policies, primary, &copy, &o, &v);
	label_fini(&copy);
	if (ok)
		return true;
	if (v.outcome == LABEL_GRANTED)
		v.outcome = LABEL_NOT_EQUIVALENT_POLICY;
	return deny_by(f, &v, "an equivalent label: ");
}

static bool believe_payload(struct filter *f, const struct label *skip, const struct label *primary,
	const struct securitylabel_payload *p)
{
	if (p->fault)
		return filter_label_deny(f, "label-malformed", p->fault);
	for (unsigned i = 0; i < p->labels.n; i++) {
		const struct label *l = &p->labels.labels[i].label;

		if (l != skip && !believe(f, primary, l))
			return false;
	}
	return true;
}

/* Whatever else is said of the message has to be what we would make of its label ourselves: the
 * other side may go by it. */
static bool believe_others(struct filter *f, const struct securitylabel *s)
{
	const struct label *skip = securitylabel_primary(s);
	struct label_verdict v = { 0 };
	struct label primary;
	bool ok = true;

	if (s->nequivalents == 0 && s->label.labels.n <= 1)
		return true;
	if (!skip)
		return filter_label_deny(f, label_outcome_name(LABEL_EQUIVALENT_DIFFERS),
			"an equivalent label without a label");
	label_init(&primary);
	if (!resolve_own(f, skip, &primary, &v))
		ok = deny_by(f, &v, "");
	ok = ok && believe_payload(f, skip, &primary, &s->label);
	for (unsigned i = 0; ok && i < s->nequivalents; i++)
		ok = s->equivalents[i].kind != SECURITYLABEL_EMPTY
			     ? believe_payload(f, skip, &primary, &s->equivalents[i])
			     : filter_label_deny(f, "label-malformed", "an empty equivalent label");
	label_fini(&primary);
	return ok;
}

static void judge_found(struct filter *f, const struct label *found)
{
	const struct filter_labels *g = &f->context.labels;
	struct label_verdict v = { 0 };
	struct label l;

	label_init(&l);
	label_copy(&l, label_at(found, g->now));
	if (spif_resolve_label(g->policies->governing, &l, &v))
		decide(f, &l);
	else
		deny_by(f, &v, "");
	label_fini(&l);
}

static void judge_read(struct filter *f, const struct securitylabel *s)
{
	const struct spif *governing = f->context.labels.policies->governing;
	struct label_chosen chosen = { 0 };

	if (s->label.fault) {
		filter_label_deny(f, "label-malformed", s->label.fault);
		return;
	}
	switch (securitylabel_choose(s, governing->id, governing->name, false, &chosen)) {
	case LABEL_FOUND:
		if (believe_others(f, s))
			judge_found(f, chosen.label);
		return;
	case LABEL_ABSENT:
		if (believe_others(f, s))
			decide_default(f);
		return;
	case LABEL_FOREIGN:
		filter_label_deny(f, label_outcome_name(LABEL_OTHER_POLICY),
			"the label is of another policy than the governing one");
		return;
	case LABEL_MALFORMED:
		filter_label_deny(f, "label-malformed", chosen.fault ? chosen.fault : "unreadable");
		return;
	}
	filter_label_deny(f, "label-malformed", "unreadable");
}

void filter_label_judge(struct filter *f)
{
	struct label_watch *w = f->labels;
	struct securitylabel s;
	const char *fault = "it is too large";

	if (!f->context.labels.policies || !f->context.labels.policies->governing) {
		filter_label_deny(f, label_outcome_name(LABEL_NONE), "no label policy governs");
		return;
	}
	if (!label_intake_tree(&w->intake)) {
		filter_label_deny(f, "label-malformed", fault);
		return;
	}
	securitylabel_init(&s);
	if (securitylabel_read(&s, &w->intake, &fault)) {
		filter_place_covers(f, &s);
		judge_read(f, &s);
	} else {
		filter_label_deny(f, "label-malformed", fault);
	}
	securitylabel_fini(&s);
}

void filter_label_judge_missing(struct filter *f, const struct label_message *m)
{
	struct label_watch *w = f->labels;

	if (m->depth == 1 && filter_place_is_signal(f)) {
		if (f->table->label_signals_pass)
			return;
		/* Nobody waits for an answer to it, nor has written it. */
		f->silent = true;
	}
	if (m->depth == 1 && f->table->label_subject_passes && w->subject && !w->more)
		return;
	switch (f->table->unlabelled) {
	case UNLABELLED_PASS: return;
	case UNLABELLED_DEFAULT: decide_default(f); return;
	case UNLABELLED_REFUSE:
		filter_label_deny(f, label_outcome_name(LABEL_NONE), "there is no label");
		return;
	}
	filter_label_deny(f, label_outcome_name(LABEL_NONE), "there is no label");
}
