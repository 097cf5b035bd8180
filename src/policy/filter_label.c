/* SPDX-License-Identifier: MIT */
/*
 * Labels of messages, checked on the way: every securitylabel is read into a bounded tree, wherever
 * it stands, and judged at its end tag; every message, the one that crosses and those inside it,
 * needs one of its own. Validity and access, against both sides' clearances, must all grant it
 * (XEP-0258 section 5). Nothing of the stanza is out before its end; what cannot be judged is
 * refused. Changes no label.
 */
#include "policy/filter_private.h"

#include "base/mem.h"
#include "label/decide.h"
#include "label/map.h"
#include "label/resolve.h"
#include "label/securitylabel_choose.h"
#include "label/valid.h"

#include <stdio.h>
#include <stdlib.h>

void label_watch_free(struct label_watch *w)
{
	if (!w)
		return;
	label_intake_fini(&w->intake);
	free(w);
}

void filter_label_begin(struct filter *f)
{
	struct label_watch *w = f->labels;

	if (!w) {
		w = f->labels = MEM_NEW(struct label_watch);
		label_intake_init(&w->intake, LABEL_INTAKE);
	}
	label_intake_clear(&w->intake);
	w->depth = w->nmessages = 0;
	w->subject = w->more = false;
	w->reason = NULL;
	f->labelling = true;
	if (f->result.head.kind == STANZA_MESSAGE)
		w->messages[w->nmessages++] = (struct label_message){ .depth = 1 };
}

/* ---- judging ---- */

/* The first denial is the one that is told. Always false. */
static bool deny(struct label_watch *w, const char *reason, const char *words)
{
	size_t n = strnlen(words, sizeof(w->detail) - 1);

	if (w->reason)
		return false;
	w->reason = reason;
	memcpy(w->detail, words, n);
	w->detail[n] = '\0';
	return false;
}

static bool deny_by(struct label_watch *w, const struct label_verdict *v, const char *who)
{
	char words[LABEL_DETAIL - 32], all[LABEL_DETAIL];

	label_verdict_words(v, words, sizeof(words));
	snprintf(all, sizeof(all), "%s%s", who, words);
	return deny(w, label_outcome_name(v->outcome), all);
}

/* Of a label that is resolved under the governing policy. */
static bool decide(struct filter *f, const struct label *l)
{
	const struct filter_labels *g = &f->context.labels;
	struct label_verdict v = { 0 };

	if (!label_valid(l, LABEL_OLD, g->now, &v))
		return deny_by(f->labels, &v, "");
	if (!label_decide(l, g->from, &v))
		return deny_by(f->labels, &v, "the sender's side: ");
	if (!label_decide(l, g->to, &v))
		return deny_by(f->labels, &v, "the recipient's side: ");
	return true;
}

/* What the sender's side means by no label. */
static bool decide_default(struct filter *f)
{
	if (!f->context.labels.default_label)
		return deny(f->labels, label_outcome_name(LABEL_NONE), "there is no label");
	return decide(f, f->context.labels.default_label);
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
	return deny_by(f->labels, &v, "an equivalent label: ");
}

static bool believe_payload(struct filter *f, const struct label *skip, const struct label *primary,
	const struct securitylabel_payload *p)
{
	if (p->fault)
		return deny(f->labels, "label-malformed", p->fault);
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
		return deny(f->labels, label_outcome_name(LABEL_EQUIVALENT_DIFFERS),
			"an equivalent label without a label");
	label_init(&primary);
	if (!resolve_own(f, skip, &primary, &v))
		ok = deny_by(f->labels, &v, "");
	ok = ok && believe_payload(f, skip, &primary, &s->label);
	for (unsigned i = 0; ok && i < s->nequivalents; i++)
		ok = s->equivalents[i].kind != SECURITYLABEL_EMPTY
			     ? believe_payload(f, skip, &primary, &s->equivalents[i])
			     : deny(f->labels, "label-malformed", "an empty equivalent label");
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
		deny_by(f->labels, &v, "");
	label_fini(&l);
}

static void judge_read(struct filter *f, const struct securitylabel *s)
{
	const struct spif *governing = f->context.labels.policies->governing;
	struct label_chosen chosen = { 0 };

	if (s->label.fault) {
		deny(f->labels, "label-malformed", s->label.fault);
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
		deny(f->labels, label_outcome_name(LABEL_OTHER_POLICY),
			"the label is of another policy than the governing one");
		return;
	case LABEL_MALFORMED:
		deny(f->labels, "label-malformed", chosen.fault ? chosen.fault : "unreadable");
		return;
	}
	deny(f->labels, "label-malformed", "unreadable");
}

static void judge(struct filter *f)
{
	struct label_watch *w = f->labels;
	struct securitylabel s;
	const char *fault = "it is too large";

	if (!f->context.labels.policies || !f->context.labels.policies->governing) {
		deny(w, label_outcome_name(LABEL_NONE), "no label policy governs");
		return;
	}
	if (!label_intake_tree(&w->intake)) {
		deny(w, "label-malformed", fault);
		return;
	}
	securitylabel_init(&s);
	if (securitylabel_read(&s, &w->intake, &fault))
		judge_read(f, &s);
	else
		deny(w, "label-malformed", fault);
	securitylabel_fini(&s);
}

/* A message without a label has ended. */
static void judge_missing(struct filter *f, const struct label_message *m)
{
	struct label_watch *w = f->labels;

	if (m->depth == 1 && f->table->label_subject_passes && w->subject && !w->more)
		return;
	switch (f->table->unlabelled) {
	case UNLABELLED_PASS: return;
	case UNLABELLED_DEFAULT: decide_default(f); return;
	case UNLABELLED_REFUSE:
		deny(w, label_outcome_name(LABEL_NONE), "there is no label");
		return;
	}
	deny(w, label_outcome_name(LABEL_NONE), "there is no label");
}

/* ---- events ---- */

static bool is_label_ns(const struct xml_tag *tag)
{
	return str_eq(tag->ns->uri, STR(SECURITYLABEL_NS));
}

bool filter_label_misplaced(const struct filter *f, const struct xml_tag *tag)
{
	return f->labelling && f->labels->nmessages == 0 &&
	       f->result.head.kind == STANZA_PRESENCE && is_label_ns(tag);
}

static void label_open(struct filter *f, const struct xml_tag *tag)
{
	struct label_watch *w = f->labels;
	struct label_message *m = w->nmessages ? &w->messages[w->nmessages - 1] : NULL;

	if (!str_eq(tag->local, STR("securitylabel"))) {
		deny(w, "label-malformed", "part of a label outside of one");
		return;
	}
	if (m && f->depth == m->depth + 1) {
		if (m->labelled)
			deny(w, "label-malformed", "two labels");
		m->labelled = true;
	}
	label_intake_clear(&w->intake);
	w->depth = f->depth;
	label_intake_sink().start(&w->intake, tag);
}

static void message_open(struct filter *f)
{
	struct label_watch *w = f->labels;

	if (w->nmessages == LABEL_MESSAGES)
		deny(w, "label-malformed", "messages inside one another, too deep");
	else
		w->messages[w->nmessages++] = (struct label_message){ .depth = f->depth };
}

static void note_child(struct label_watch *w, const struct xml_tag *tag)
{
	bool core = tag->ns->mark & CATALOGUE_CONTENT;

	if (core && str_eq(tag->local, STR("subject")))
		w->subject = true;
	else if (!core || !str_eq(tag->local, STR("thread")))
		w->more = true;
}

void filter_label_start(struct filter *f, const struct xml_tag *tag)
{
	struct label_watch *w = f->labels;
	enum stanza_kind kind;

	if (w->depth) {
		label_intake_sink().start(&w->intake, tag);
		return;
	}
	if (f->depth == 2)
		note_child(w, tag);
	if (w->reason || filter_label_misplaced(f, tag))
		return;
	if (is_label_ns(tag))
		label_open(f, tag);
	else if (filter_is_stanza(tag, &kind) && kind == STANZA_MESSAGE)
		message_open(f);
}

void filter_label_text(struct filter *f, struct str text)
{
	if (f->labels->depth)
		label_intake_sink().text(&f->labels->intake, text);
}

static void refuse(struct filter *f)
{
	const struct label_watch *w = f->labels;

	f->labelling = false;
	if (!w->reason || f->refused || f->result.verdict > VERDICT_FOLD)
		return;
	filter_refuse_by(f, w->reason, f->table->labels, FEATURE_LABELS);
	f->result.detail = w->detail;
	f->label_denied = true;
}

void filter_label_end(struct filter *f)
{
	struct label_watch *w = f->labels;
	const struct label_message *m;

	if (w->depth) {
		label_intake_sink().end(&w->intake);
		if (w->depth == f->depth) {
			w->depth = 0;
			judge(f);
		}
		return;
	}
	m = w->nmessages ? &w->messages[w->nmessages - 1] : NULL;
	if (m && m->depth == f->depth) {
		w->nmessages--;
		if (!m->labelled && !w->reason)
			judge_missing(f, m);
	}
	if (f->depth == 1)
		refuse(f);
}
