/* SPDX-License-Identifier: MIT */
/*
 * Labels written again, and what else changes in a message for its label. An element goes on as it
 * came unless something in it has to be ours: the label for the recipient, or the marking, which
 * nobody has proven. It was written as it came by then; where it stands is remembered, and at the
 * message's end all such places are rewritten in one go. Decides nothing about access.
 */
#include "policy/filter_private.h"

#include "base/mem.h"
#include "label/map.h"
#include "label/marking.h"
#include "label/resolve.h"

/* ---- places ---- */

void filter_edit_open(struct filter *f, enum label_edit_kind kind, enum feature feature)
{
	struct label_watch *w = f->labels;
	size_t at;

	if (f->skip || !filter_passes(f, feature))
		return;
	if (w->nedits == w->max_edits) {
		w->max_edits = w->max_edits ? 2 * w->max_edits : 8;
		w->edits = mem_resize(w->edits, w->max_edits * sizeof(*w->edits));
	}
	at = xml_writer_offset(f->writer);
	w->edits[w->nedits++] = (struct label_edit){ at, at, kind, feature, true };
}

void filter_edit_close(struct filter *f, struct label_edit *e)
{
	struct str out = buf_view(&f->out);
	const char *end;

	if (!e->open)
		return;
	e->open = false;
	if (e->kind != EDIT_BODY) {
		e->end = xml_writer_offset(f->writer);
	} else if (f->labels->line.told) {
		/* All of the text: up to the end tag, which has been written. */
		end = memrchr(out.p + e->at, '<', out.n - e->at);
		e->end = end ? (size_t)(end - out.p) : e->at;
	}
}

void filter_edit_drop(struct filter *f, const struct label_message *m)
{
	struct label_watch *w = f->labels;

	if (w->nedits > m->edits && w->edits[w->nedits - 1].open)
		w->nedits--;
}

void filter_label_cut(struct filter *f, size_t length)
{
	struct label_watch *w = f->labels;

	while (w->nedits && w->edits[w->nedits - 1].at >= length)
		w->nedits--;
}

/* ---- an element ---- */

/* What is shown of a label of ours. */
struct shown {
	struct buf text;
	char fg[LABEL_COLOR], bg[LABEL_COLOR];
	struct securitylabel_marking marking;
};

static void show(struct shown *m, const struct label_terms *terms, const struct label *l)
{
	if (!label_marking(l, SPIF_PAGE_TOP, terms->language, &m->text))
		return;
	m->marking.text = buf_view(&m->text);
	if (!label_colors(l, m->fg, m->bg))
		return;
	m->marking.foreground = str_of(m->fg);
	m->marking.background = str_of(m->bg);
}

static bool shows(const struct securitylabel *s, const struct securitylabel_marking *m)
{
	if (!m->text.n)
		return s->marking.n == 0;
	return str_eq(s->marking, m->text) && str_eq(s->foreground, m->foreground) &&
	       str_eq(s->background, m->background);
}

static enum securitylabel_kind wanted_kind(
	const struct label_terms *terms, const struct securitylabel *s)
{
	switch (terms->form) {
	case LABEL_FORM_ESS: return SECURITYLABEL_ESS;
	case LABEL_FORM_4774: return SECURITYLABEL_4774;
	case LABEL_FORM_4778: return SECURITYLABEL_4778;
	case LABEL_FORM_SAME: break;
	}
	if (s && (s->label.kind == SECURITYLABEL_4774 || s->label.kind == SECURITYLABEL_4778))
		return s->label.kind;
	return SECURITYLABEL_ESS;
}

static bool in_form(const struct label_terms *terms, const struct securitylabel_payload *p)
{
	return terms->form == LABEL_FORM_SAME || p->kind == wanted_kind(terms, NULL);
}

static bool is_same(const struct label *l, const struct label *counts)
{
	struct label_verdict v = { 0 };
	struct label copy;
	bool same;

	label_init(&copy);
	label_copy(&copy, l);
	same = spif_resolve_label(counts->policy, &copy, &v) && label_same(&copy, counts);
	label_fini(&copy);
	return same;
}

static bool says(const struct securitylabel_payload *p, const struct label *counts)
{
	for (unsigned i = 0; i < p->labels.n; i++)
		if (p->labels.labels[i].role != STANAG4774_METADATA &&
			is_same(&p->labels.labels[i].label, counts))
			return true;
	return false;
}

/* Does the element have what counts for the recipient where that looks for it, and in its form? */
static bool is_ready(const struct securitylabel *s, const struct label_judged *j,
	const struct label_terms *terms)
{
	if (j->own && in_form(terms, &s->label))
		return true;
	if (j->assumed)
		return false;
	if (terms->write != LABEL_WRITE_EQUIVALENT)
		return false;
	if (in_form(terms, &s->label) && says(&s->label, j->counts))
		return true;
	for (unsigned i = 0; i < s->nequivalents; i++)
		if (in_form(terms, &s->equivalents[i]) && says(&s->equivalents[i], j->counts))
			return true;
	return false;
}

static enum securitylabel_rewrite rewrite_of(enum label_write write)
{
	switch (write) {
	case LABEL_WRITE_EQUIVALENT: return SECURITYLABEL_ADD_EQUIVALENT;
	case LABEL_WRITE_SWAP: return SECURITYLABEL_SWAP;
	case LABEL_WRITE_REPLACE:
	case LABEL_WRITE_NONE: break;
	}
	return SECURITYLABEL_REPLACE;
}

/* The mapped label stands beside the originator's, or for it (ADatP-4774.1). */
static bool write_payload(struct filter *f, const struct securitylabel *was,
	const struct label *counts, struct buf *out)
{
	const struct filter_labels *g = &f->context.labels;
	const struct label_terms *terms = g->to.terms;
	bool beside = was && terms->write == LABEL_WRITE_EQUIVALENT;
	struct securitylabel_form form = {
		.kind = wanted_kind(terms, was),
		.role = beside ? STANAG4774_ALTERNATIVE : STANAG4774_ORIGINATOR,
		.covers = STANAG4778_MESSAGE,
		.content_ns = STR("jabber:server"),
		.times = { g->now, terms->review ? g->now + terms->review : LABEL_NO_TIME },
	};

	if (securitylabel_write_payload(counts, &form, out))
		return true;
	/* What ASN.1 has no number for has a name. */
	form.kind = SECURITYLABEL_4774;
	return (terms->form == LABEL_FORM_SAME &&
		       securitylabel_write_payload(counts, &form, out)) ||
	       filter_label_deny(f, "label-unwritable",
		       "the label for the recipient cannot be written in its form");
}

/* What names no policy does not stay beside a label that does. */
static bool put_element(struct filter *f, const struct securitylabel *s,
	const struct label_judged *j, bool ours, const struct securitylabel_marking *marking)
{
	struct label_watch *w = f->labels;
	bool stays = s && s->label.kind != SECURITYLABEL_EMPTY && !j->assumed;
	const struct securitylabel *was = stays ? s : NULL;
	struct buf payload = { 0 };
	bool ok = true;

	if (!ours) {
		securitylabel_write_marked(&w->texts, s, marking);
		return true;
	}
	ok = write_payload(f, was, j->counts, &payload);
	if (ok)
		securitylabel_write(&w->texts, was, rewrite_of(f->context.labels.to.terms->write),
			buf_view(&payload), marking);
	buf_fini(&payload);
	return ok;
}

/* `ours`: a label of ours has to be written. */
static bool make_element(struct filter *f, const struct securitylabel *s,
	const struct label_judged *j, bool ours, struct label_rewrite *new)
{
	const struct label_terms *terms = f->context.labels.to.terms;
	struct label_watch *w = f->labels;
	struct shown m = { .text = { 0 } };
	bool kept = terms->show == LABEL_SHOW_KEPT && !ours, same, ok = true;

	if (kept && s)
		m.marking =
			(struct securitylabel_marking){ s->marking, s->foreground, s->background };
	else if (terms->show != LABEL_SHOW_NONE)
		show(&m, terms, j->counts);
	same = !ours && s && shows(s, &m.marking);
	new->element.at = buf_len(&w->texts);
	/* Without its signature it may be needed all the same. */
	if (!same || (new->is_signed && terms->on_signature == LABEL_SIGNED_STRIP))
		ok = put_element(f, s, j, ours, &m.marking);
	new->element.n = buf_len(&w->texts) - new->element.at;
	new->changed = !same;
	buf_fini(&m.text);
	return ok;
}

/* Is it what the recipient means by no label? Of its own policy there may be others that are the
 * same under the governing one. */
static bool is_its_default(
	struct filter *f, const struct label_terms *terms, const struct label_judged *j)
{
	const struct filter_labels *g = &f->context.labels;
	const struct label_map_options o = { LABEL_OLD, g->now };
	struct label_verdict v = { 0 };
	struct label mapped;
	bool is;

	if (!terms->strip_default || !terms->default_label ||
		!label_same(&j->label, terms->default_label))
		return false;
	if (j->counts == &j->label)
		return true;
	label_init(&mapped);
	is = label_map(g->policies, &j->label, j->counts->policy, &o, &mapped, NULL, &v) &&
	     label_same(&mapped, j->counts);
	label_fini(&mapped);
	return is;
}

bool filter_relabel(struct filter *f, const struct securitylabel *s, const struct label_judged *j,
	bool write, struct label_rewrite *new)
{
	const struct label_terms *terms = f->context.labels.to.terms;
	bool empty = !s || s->label.kind == SECURITYLABEL_EMPTY;

	if (!terms || !j->counts)
		return true;
	if (terms->first_line && !filter_line_make(f, j->counts, &new->line))
		return false;
	/* What is left out anyway is not written either. */
	if (f->skip || !filter_passes(f, FEATURE_LABELS))
		return true;
	if (terms->write == LABEL_WRITE_NONE || is_its_default(f, terms, j)) {
		new->changed = s;
		return true;
	}
	if (!s && !write)
		return true;
	new->is_signed = s ? securitylabel_signed(s) : false;
	return make_element(f, s, j, empty ? write : !is_ready(s, j, terms), new);
}

/* ---- at the end ---- */

static void told(struct filter *f, enum feature feature)
{
	filter_removed(f, feature, "label", f->table->labels);
}

static struct str part(const struct filter *f, struct label_piece p)
{
	return (struct str){ buf_view(&f->labels->texts).p + p.at, p.n };
}

/* What was written came besides what the peer sent: that is bounded by itself. */
static bool put_new(struct filter *f, struct label_piece p)
{
	struct label_watch *w = f->labels;

	w->grown += p.n;
	if (w->grown > LABEL_GROWTH)
		return filter_label_deny(f, "label-unwritable",
			"labels and first lines would make the stanza too large");
	buf_put(&w->work, part(f, p));
	return true;
}

void filter_relabel_loose(struct filter *f, size_t at, const struct label_rewrite *new)
{
	struct label_watch *w = f->labels;

	xml_writer_offset(f->writer);
	buf_clear(&w->work);
	if (new->is_signed && f->context.labels.to.terms->on_signature == LABEL_SIGNED_REFUSE) {
		filter_label_deny(f, "label-signed", "a label with a signature would be changed");
		return;
	}
	if (!put_new(f, new->element))
		return;
	if (new->element.n)
		buf_insert(&w->work, strlen("<securitylabel"), buf_view(&w->loose_id));
	buf_truncate(&f->out, at);
	buf_put(&f->out, buf_view(&w->work));
	told(f, new->element.n ? FEATURE_COUNT : FEATURE_LABELS);
}

/* What becomes of the places of one message. */
struct plan {
	bool element; /* of the label: something else instead, or nothing */
	bool lines;   /* the first lines that came go */
	bool marks;   /* bodies get one */
};

static bool has_kind(
	const struct label_watch *w, const struct label_message *m, enum label_edit_kind kind)
{
	for (unsigned i = m->edits; i < w->nedits; i++)
		if (w->edits[i].kind == kind && (kind == EDIT_BODY || !w->edits[i].open))
			return true;
	return false;
}

/* A signature covers the message, too. False: it is refused for that. */
static bool plan_signature(struct filter *f, const struct label_message *m, struct plan *p)
{
	const struct label_terms *terms = f->context.labels.to.terms;

	if (!m->new.is_signed || !terms ||
		!(p->element || p->lines || p->marks || f->changes != m->changes))
		return true;
	switch (terms->on_signature) {
	case LABEL_SIGNED_REFUSE:
		return filter_label_deny(f, "label-signed",
			"what the signature in the label covers would be changed");
	case LABEL_SIGNED_STRIP: p->element = true; return true;
	case LABEL_SIGNED_KEEP: return true;
	}
	return true;
}

/* Copies one place to the work, changed; *at is how far the output is copied. */
static bool put_edit(struct filter *f, const struct label_message *m, const struct plan *p,
	const struct label_edit *e, size_t *at)
{
	struct label_watch *w = f->labels;
	struct str out = buf_view(&f->out);

	buf_put(&w->work, (struct str){ out.p + *at, e->at - *at });
	*at = e->at;
	switch (e->kind) {
	case EDIT_LABEL:
		if (!p->element)
			return true;
		*at = e->end;
		told(f, m->new.element.n ? FEATURE_COUNT : FEATURE_LABELS);
		return put_new(f, m->new.element);
	case EDIT_BODY:
		if (p->lines)
			*at = e->end;
		if (p->lines || p->marks)
			told(f, FEATURE_COUNT);
		return !p->marks || put_new(f, m->new.line);
	case EDIT_TWIN:
		if (!p->lines && !p->marks)
			return true;
		*at = e->end;
		told(f, e->feature);
		return true;
	}
	return true;
}

static void rewrite(struct filter *f, const struct label_message *m, const struct plan *p)
{
	struct label_watch *w = f->labels;
	size_t at, first, end = xml_writer_offset(f->writer);
	bool ok = true;

	first = at = w->nedits > m->edits ? w->edits[m->edits].at : end;
	buf_clear(&w->work);
	for (unsigned i = m->edits; ok && i < w->nedits; i++)
		if (!w->edits[i].open || w->edits[i].kind == EDIT_BODY)
			ok = put_edit(f, m, p, &w->edits[i], &at);
	if (!ok)
		return;
	buf_put(&w->work, (struct str){ buf_view(&f->out).p + at, end - at });
	if (p->element && !m->labelled) {
		told(f, FEATURE_COUNT);
		if (!put_new(f, m->new.element))
			return;
	}
	buf_truncate(&f->out, first);
	buf_put(&f->out, buf_view(&w->work));
}

void filter_relabel_message(struct filter *f, struct label_message *m)
{
	struct label_watch *w = f->labels;
	bool bodies = has_kind(w, m, EDIT_BODY);
	struct plan p = {
		.element = m->new.changed,
		/* Where nothing else says it, the line stays. */
		.lines = bodies && m->line && !m->labelled && (m->new.element.n || m->new.line.n),
		.marks = bodies && m->new.line.n,
	};
	bool out = !f->skip && !w->reason && !f->refused && f->result.verdict <= VERDICT_FOLD;

	if (out && plan_signature(f, m, &p) && (p.element || p.lines || p.marks))
		rewrite(f, m, &p);
	if (w->nedits > m->edits)
		w->nedits = m->edits;
}
