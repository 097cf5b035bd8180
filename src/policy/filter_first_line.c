/* SPDX-License-Identifier: MIT */
/*
 * First lines of bodies that are markings (XEP-0258 knows none; peers without labels do): read as
 * they come, of peers with whom that was agreed, and made for those who want them. Captures no more
 * of a line than a marking may have; moves nothing itself (filter_relabel.c).
 */
#include "policy/filter_private.h"

#include "label/marking.h"

/* A marking, its frame, and white space. */
enum { LINE_MAX_BYTES = LABEL_MARKING_MAX + 512 };

static bool is_body(const struct xml_tag *tag)
{
	return (tag->ns->mark & CATALOGUE_CONTENT) && str_eq(tag->local, STR("body"));
}

/* What says the body again, or which part of it to hide. FEATURE_COUNT: it is no such thing. */
static enum feature twin(struct filter *f, const struct xml_tag *tag)
{
	enum feature feature = FEATURE_UNKNOWN;

	if (!(tag->ns->mark & CATALOGUE_CONTENT))
		feature = (enum feature)filter_find(f, tag).feature;
	return feature == FEATURE_HTML || feature == FEATURE_FALLBACK || feature == FEATURE_MARKUP
		       ? feature
		       : FEATURE_COUNT;
}

void filter_line_child(struct filter *f, struct label_message *m, const struct xml_tag *tag)
{
	struct label_line *l = &f->labels->line;
	enum feature also = twin(f, tag);

	if (is_body(tag)) {
		l->depth = f->depth;
		l->placed = l->begun = l->over = l->told = false;
		buf_clear(&l->text);
		m->bodies++;
	} else if (also != FEATURE_COUNT) {
		filter_edit_open(f, EDIT_TWIN, also);
	}
}

static void place(struct filter *f)
{
	struct label_line *l = &f->labels->line;

	if (l->placed || f->skip)
		return;
	filter_edit_open(f, EDIT_BODY, FEATURE_CORE);
	l->placed = true;
}

/* Does the line stand for a label? NULL: it does not, or is not over. */
static const struct label *meaning(struct filter *f)
{
	const struct label_terms *terms = f->context.labels.from.terms;
	const struct label_line *l = &f->labels->line;
	struct str marking, rest;

	if (!terms || !terms->marks ||
		!label_first_line_take(buf_view(&l->text), &terms->frame, &marking, &rest))
		return NULL;
	return label_marks_find(terms->marks, marking);
}

/* The line is whole. */
static bool line_over(struct filter *f)
{
	struct label_watch *w = f->labels;
	struct label_message *m = &w->messages[w->nmessages - 1];
	const struct label *means = w->lines_in ? meaning(f) : NULL;

	w->line.over = true;
	if (!means)
		return false;
	if (!m->line)
		m->line = means;
	m->marked += m->line == means || label_same(m->line, means);
	return true;
}

size_t filter_line_text(struct filter *f, struct str text)
{
	struct label_line *l = &f->labels->line;
	const char *end;
	size_t n;

	if (text.n == 0)
		return 0;
	l->begun = true;
	place(f);
	if (l->over || !f->labels->lines_in)
		return 0;
	end = memchr(text.p, '\n', text.n);
	n = end ? (size_t)(end - text.p) + 1 : text.n;
	if (buf_len(&l->text) + n > LINE_MAX_BYTES) {
		l->over = true;
		return 0;
	}
	buf_put(&l->text, (struct str){ text.p, n });
	return end && line_over(f) ? n : 0;
}

void filter_line_broken(struct filter *f)
{
	struct label_line *l = &f->labels->line;

	place(f);
	l->begun = l->over = true;
}

void filter_line_end(struct filter *f)
{
	struct label_watch *w = f->labels;
	struct label_line *l = &w->line;

	if (!l->begun)
		w->messages[w->nmessages - 1].bodies--;
	else if (!l->over && w->lines_in)
		l->told = line_over(f);
	l->depth = 0;
}

void filter_label_line(struct filter *f)
{
	struct label_watch *w = f->labels;
	struct frame *fr = filter_top(f);

	if (f->skip || w->nedits == 0)
		return;
	w->edits[w->nedits - 1].end = xml_writer_offset(f->writer);
	w->edits[w->nedits - 1].open = false;
	/* Without the line, what follows begins the text. */
	fr->body.text.begun = fr->body.all.begun = false;
}

bool filter_line_make(struct filter *f, const struct label *l, struct label_piece *line)
{
	const struct label_terms *terms = f->context.labels.to.terms;
	struct buf *texts = &f->labels->texts;
	struct buf marking = { 0 }, framed = { 0 };
	bool ok = label_marking(l, SPIF_FIRST_LINE, terms->language, &marking);

	line->at = buf_len(texts);
	if (!ok) {
		filter_label_deny(f, "label-unwritable", "its marking is too long");
	} else if (buf_len(&marking)) {
		label_first_line_put(&framed, &terms->frame, buf_view(&marking), STR(""));
		xml_escape_text(texts, buf_view(&framed));
	}
	line->n = buf_len(texts) - line->at;
	buf_fini(&marking);
	buf_fini(&framed);
	return ok;
}
