/* SPDX-License-Identifier: MIT */
/*
 * A label that was read, judged: the effective one under the governing policy (what came, or what
 * that maps to) must be valid and within the clearances of both sides; what counts for the
 * recipient under a policy of its own is decided once more, by its clearances there; and what else
 * is said of the message must be what we would make of that label ourselves (XEP-0258 section 5).
 * What cannot be judged is refused. Writes nothing (filter_relabel.c).
 */
#include "policy/filter_private.h"

#include "label/decide.h"
#include "label/map.h"
#include "label/marking.h"
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

bool filter_label_deny_by(struct filter *f, const struct label_verdict *v, const char *who)
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

/* What became of it is told in the record, if there is one. */
static void say(struct filter *f, const char *lead, const struct label *l)
{
	struct buf *said = &f->labels->judged.said;

	if (f->table->audit == AUDIT_OFF || f->unrecorded || !l->policy)
		return;
	buf_printf(said, "%s\"", lead);
	if (!label_marking(l, SPIF_PAGE_TOP, STR(""), said))
		buf_put(said, l->class_name);
	buf_put_char(said, '"');
}

static void say_also(struct filter *f, const char *lead, const struct label *l)
{
	if (buf_len(&f->labels->judged.said))
		say(f, lead, l);
}

/* While the certificate is not known that would have to grant, it is refused for now only. */
static bool deny_recipient(struct filter *f, const struct label_verdict *v)
{
	struct label_watch *w = f->labels;

	if (!f->context.labels.to.awaited || v->outcome != LABEL_NO_CLEARANCE)
		return filter_label_deny_by(f, v, "the recipient's side: ");
	w->awaits |= !w->reason;
	return filter_label_deny_by(f, v, "the recipient's certificate is not known yet: ");
}

/* Of a label that is resolved under the governing policy. */
static bool decide(struct filter *f, const struct label *l)
{
	const struct filter_labels *g = &f->context.labels;
	struct label_verdict v = { 0 };

	if (!label_valid(l, LABEL_OLD, g->now, &v))
		return filter_label_deny_by(f, &v, "");
	if (!grants(&g->from.governing, l, &v))
		return filter_label_deny_by(f, &v, "the sender's side: ");
	if (!grants(&g->to.governing, l, &v))
		return deny_recipient(f, &v);
	return true;
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

/* The same label in another form, or what it maps to. */
static bool is_believed(struct filter *f, const struct label *primary, const struct label *other,
	struct label_verdict *v)
{
	const struct label_map_options o = { LABEL_OLD, f->context.labels.now };

	if (!primary->policy || primary->policy != other->policy)
		return label_believe(f->context.labels.policies, primary, other, &o, v);
	return label_same(primary, other) ||
	       label_verdict_set(v, other->policy, LABEL_EQUIVALENT_DIFFERS);
}

static bool believe(struct filter *f, const struct label *primary, const struct label *other)
{
	struct label_verdict v = { 0 };
	struct label copy;
	bool ok;

	label_init(&copy);
	ok = resolve_own(f, label_at(other, f->context.labels.now), &copy, &v) && copy.policy &&
	     is_believed(f, primary, &copy, &v);
	if (!ok && v.outcome == LABEL_GRANTED)
		v.outcome = LABEL_NOT_EQUIVALENT_POLICY;
	if (!ok)
		filter_label_deny_by(f, &v, "an equivalent label: ");
	label_fini(&copy);
	return ok;
}

static bool believe_payload(struct filter *f, const struct label *skip, const struct label *primary,
	const struct securitylabel_payload *p)
{
	if (p->fault || !p->labels.n)
		return filter_label_deny(
			f, "label-malformed", p->fault ? p->fault : "a label of an unknown kind");
	for (unsigned i = 0; i < p->labels.n; i++) {
		const struct label *l = &p->labels.labels[i].label;

		if (l != skip && !believe(f, primary, l))
			return false;
	}
	return true;
}

/* Whatever else is said of the message has to be what we would make of its label ourselves, as that
 * is now: the other side may go by it, and we may. */
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
	if (!resolve_own(f, label_at(skip, f->context.labels.now), &primary, &v))
		ok = filter_label_deny_by(f, &v, "");
	ok = ok && believe_payload(f, skip, &primary, &s->label);
	for (unsigned i = 0; ok && i < s->nequivalents; i++)
		ok = believe_payload(f, skip, &primary, &s->equivalents[i]);
	label_fini(&primary);
	return ok;
}

/* ---- what counts ---- */

/* Under the governing policy: `found` is a label of it. */
static bool take_found(struct filter *f, const struct label *found, const char *lead)
{
	const struct filter_labels *g = &f->context.labels;
	struct label_judged *j = &f->labels->judged;
	struct label_verdict v = { 0 };

	label_copy(&j->label, label_at(found, g->now));
	if (!spif_resolve_label(g->policies->governing, &j->label, &v))
		return filter_label_deny_by(f, &v, "");
	say(f, lead, &j->label);
	return true;
}

/* The label of another policy has to be valid there, too, as far as that can be known. */
static bool take_mapped(struct filter *f, const struct label *foreign, const char *lead)
{
	const struct filter_labels *g = &f->context.labels;
	const struct label_map_options o = { LABEL_OLD, g->now };
	struct label_judged *j = &f->labels->judged;
	struct label_verdict v = { 0 };
	struct label copy;
	bool ok;

	label_init(&copy);
	ok = resolve_own(f, label_at(foreign, g->now), &copy, &v) &&
	     (!copy.policy || label_valid(&copy, LABEL_OLD, g->now, &v)) &&
	     label_map(g->policies, &copy, g->policies->governing, &o, &j->label, NULL, &v);
	if (!ok) {
		filter_label_deny_by(f, &v, "a label of another policy: ");
	} else if (copy.policy) {
		say(f, lead, &copy);
		say_also(f, " = ", &j->label);
	} else {
		say(f, lead, &j->label);
	}
	label_fini(&copy);
	return ok;
}

/* What the sender's side means by no label. */
static bool take_default(struct filter *f)
{
	const struct label_terms *terms = f->context.labels.from.terms;
	struct label_judged *j = &f->labels->judged;

	if (!terms || !terms->default_label)
		return filter_label_deny(f, label_outcome_name(LABEL_NONE), "there is no label");
	label_copy(&j->label, terms->default_label);
	say(f, "default ", &j->label);
	return true;
}

static bool take_foreign(struct filter *f, const struct securitylabel *s)
{
	const struct label *primary = securitylabel_primary(s);

	if (primary)
		return take_mapped(f, primary, "label ");
	return filter_label_deny(f, label_outcome_name(LABEL_OTHER_POLICY),
		"the label is of another policy than the governing one");
}

static bool take_read(struct filter *f, const struct securitylabel *s)
{
	const struct spif *governing = f->context.labels.policies->governing;
	struct label_judged *j = &f->labels->judged;
	struct label_chosen chosen = { 0 };

	if (s->label.fault)
		return filter_label_deny(f, "label-malformed", s->label.fault);
	switch (securitylabel_choose(s, governing->id, governing->name, false, &chosen)) {
	case LABEL_FOUND:
		j->own = chosen.source == LABEL_PRIMARY && !j->assumed;
		return believe_others(f, s) &&
		       take_found(f, chosen.label,
			       chosen.source == LABEL_PRIMARY ? "label " : "equivalent label ");
	case LABEL_ABSENT: return believe_others(f, s) && take_default(f);
	case LABEL_FOREIGN: return believe_others(f, s) && take_foreign(f, s);
	case LABEL_MALFORMED: break;
	}
	return filter_label_deny(f, "label-malformed", chosen.fault ? chosen.fault : "unreadable");
}

/* For a recipient with a policy of its own: as the originator wrote it, if it is of that policy. */
static bool take_original(
	struct filter *f, const struct label *primary, const struct spif *policy, bool *ok)
{
	const struct filter_labels *g = &f->context.labels;
	struct label_judged *j = &f->labels->judged;
	struct label_verdict v = { 0 };

	if (label_policies_find(g->policies, primary->policy_id, primary->policy_name) != policy)
		return false;
	label_copy(&j->mapped, label_at(primary, g->now));
	*ok = spif_resolve_label(policy, &j->mapped, &v) &&
	      label_valid(&j->mapped, LABEL_OLD, g->now, &v);
	if (!*ok)
		filter_label_deny_by(f, &v, "the recipient's policy: ");
	return true;
}

static bool translate(struct filter *f, const struct securitylabel *s, const struct spif *policy)
{
	const struct filter_labels *g = &f->context.labels;
	const struct label_map_options o = { LABEL_OLD, g->now };
	const struct label *primary = s ? securitylabel_primary(s) : NULL;
	struct label_judged *j = &f->labels->judged;
	struct label_verdict v = { 0 };
	bool ok;

	j->counts = &j->mapped;
	j->own = false;
	if (primary && take_original(f, primary, policy, &ok)) {
		j->own = !j->assumed;
		return ok;
	}
	if (label_map(g->policies, &j->label, policy, &o, &j->mapped, NULL, &v))
		return true;
	return filter_label_deny_by(f, &v, "the recipient's policy: ");
}

/* What counts for the recipient is decided by its own clearance, so that no mapping widens. */
static bool decide_recipient(struct filter *f, const struct securitylabel *s)
{
	const struct filter_labels *g = &f->context.labels;
	const struct spif *policy = g->to.terms ? g->to.terms->policy : NULL;
	struct label_judged *j = &f->labels->judged;
	struct label_verdict v = { 0 };

	j->counts = &j->label;
	if (!policy || policy == g->policies->governing)
		return true;
	if (!translate(f, s, policy))
		return false;
	if (!j->own)
		say_also(f, " -> ", j->counts);
	return grants(&g->to.translated, j->counts, &v) || deny_recipient(f, &v);
}

/* ---- judging ---- */

static void judged_clear(struct label_judged *j)
{
	buf_clear(&j->said);
	j->counts = NULL;
	j->own = j->assumed = false;
}

/* Whatever was taken for the label of a message (s may be NULL). */
static bool judge(
	struct filter *f, const struct securitylabel *s, bool write, struct label_rewrite *new)
{
	const struct label_judged *j = &f->labels->judged;

	return decide(f, &j->label) && decide_recipient(f, s) &&
	       filter_relabel(f, s, j, write, new);
}

/* The stanza's own label is told; of one that has none, the first in it. */
void filter_label_tell(struct filter *f, struct str said, bool outer)
{
	struct label_watch *w = f->labels;

	if (w->passed[0] && !outer)
		return;
	if (said.n >= sizeof(w->passed)) {
		said.n = sizeof(w->passed) - 1;
		while (said.n && (said.p[said.n] & 0xc0) == 0x80)
			said.n--;
	}
	if (said.n)
		memcpy(w->passed, said.p, said.n);
	w->passed[said.n] = '\0';
}

/* A label that names no policy is of the one that data are of which say none (SPIF). */
static void assume_policy(struct filter *f, struct securitylabel *s)
{
	const struct spif *assumed = f->context.labels.assumed;

	for (unsigned i = 0; assumed && i < s->label.labels.n; i++) {
		struct stanag4778_label *l = &s->label.labels.labels[i];

		if (l->role != STANAG4774_ORIGINATOR || l->label.policy_id.n ||
			l->label.policy_name.n)
			continue;
		f->labels->judged.assumed =
			assumed->id.n ? label_keep(&l->label, &l->label.policy_id, assumed->id)
				      : label_keep(&l->label, &l->label.policy_name, assumed->name);
	}
}

static void judge_element(
	struct filter *f, struct securitylabel *s, struct label_rewrite *new, bool outer)
{
	const struct label_terms *from = f->context.labels.from.terms;

	judged_clear(&f->labels->judged);
	assume_policy(f, s);
	filter_place_covers(f, s);
	if (take_read(f, s) && judge(f, s, from && from->stamp, new))
		filter_label_tell(f, buf_view(&f->labels->judged.said), outer);
}

void filter_label_judge(struct filter *f, struct label_rewrite *new, bool outer)
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
	if (securitylabel_read(&s, &w->intake, &fault))
		judge_element(f, &s, new, outer);
	else
		filter_label_deny(f, "label-malformed", fault);
	securitylabel_fini(&s);
}

/* The recipient of a catalogue is who would send what it chooses. */
static bool offers_default(struct filter *f)
{
	const struct label_terms *terms = f->context.labels.to.terms;

	return terms && terms->default_label && decide(f, terms->default_label);
}

bool filter_label_offers(struct filter *f, const struct securitylabel *s)
{
	struct label_watch *w = f->labels;
	const char *was = w->reason;
	bool offers = false;

	judged_clear(&w->judged);
	if (s && s->label.kind != SECURITYLABEL_EMPTY)
		offers = take_read(f, s) && decide(f, &w->judged.label) && decide_recipient(f, s);
	else if (!s && f->table->unlabelled == UNLABELLED_PASS)
		offers = true;
	else if (s || f->table->unlabelled == UNLABELLED_DEFAULT)
		offers = (!s || s->nequivalents == 0) && offers_default(f);
	w->reason = was;
	return offers;
}

/* What first lines say: all of them, and the same. */
static bool take_line(struct filter *f, const struct label_message *m)
{
	const struct filter_labels *g = &f->context.labels;

	if (m->marked != m->bodies)
		return filter_label_deny(f, "first-lines-differ",
			"the bodies do not begin with lines that stand for one label");
	if (!g->policies || !g->policies->governing)
		return filter_label_deny(
			f, label_outcome_name(LABEL_NONE), "no label policy governs");
	if (m->line->policy && m->line->policy != g->policies->governing)
		return take_mapped(f, m->line, "first line ");
	return take_found(f, m->line, "first line ");
}

/* No label, and none is needed. */
static bool needs_none(struct filter *f, const struct label_message *m)
{
	const struct label_terms *from = f->context.labels.from.terms;
	const struct label_watch *w = f->labels;

	if (m->depth == 1 && filter_place_is_signal(f)) {
		if (f->table->label_signals_pass)
			return true;
		/* Nobody waits for an answer to it, nor has written it. */
		f->silent = true;
	}
	if (m->depth == 1 && f->table->label_subject_passes && w->subject && !w->more)
		return true;
	return f->table->unlabelled == UNLABELLED_PASS &&
	       !(from && from->stamp && from->default_label);
}

void filter_label_judge_missing(struct filter *f, struct label_message *m)
{
	const struct label_terms *from = f->context.labels.from.terms;
	bool stamp = from && from->stamp, taken;

	judged_clear(&f->labels->judged);
	if (m->line)
		taken = take_line(f, m);
	else if (needs_none(f, m))
		return;
	else if (f->table->unlabelled == UNLABELLED_REFUSE)
		taken = filter_label_deny(f, label_outcome_name(LABEL_NONE), "there is no label");
	else
		taken = take_default(f);
	if (taken && judge(f, NULL, stamp || m->line, &m->new))
		filter_label_tell(f, buf_view(&f->labels->judged.said), m->depth == 1);
}
