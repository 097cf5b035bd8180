/* SPDX-License-Identifier: MIT */
/*
 * Labels of messages, found on the way: every securitylabel is read into a bounded tree, wherever
 * it stands, and judged at its end tag (filter_judge.c); every message, the one that crosses and
 * those inside it, needs one of its own. What is to change in a message waits until its end tag
 * (filter_relabel.c). Nothing of the stanza is out before its end.
 */
#include "policy/filter_private.h"

#include "base/mem.h"

#include <stdlib.h>

enum { EDITS_KEEP = 256 };

void label_watch_free(struct label_watch *w)
{
	if (!w)
		return;
	label_intake_fini(&w->intake);
	label_record_fini(&w->record);
	label_memo_free(w->memo);
	filter_places_fini(&w->places);
	label_catalog_free(w->catalog);
	label_fini(&w->judged.label);
	label_fini(&w->judged.mapped);
	buf_fini(&w->judged.said);
	buf_fini(&w->line.text);
	buf_fini(&w->loose_id);
	buf_fini(&w->texts);
	buf_fini(&w->work);
	free(w->edits);
	free(w);
}

static struct label_watch *watch_new(void)
{
	struct label_watch *w = MEM_NEW(struct label_watch);

	label_intake_init(&w->intake, LABEL_INTAKE);
	label_init(&w->judged.label);
	label_init(&w->judged.mapped);
	return w;
}

static void message_open(struct filter *f)
{
	struct label_watch *w = f->labels;

	if (w->nmessages == LABEL_MESSAGES) {
		filter_label_deny(f, "label-malformed", "messages inside one another, too deep");
		return;
	}
	w->places.messages[w->nmessages] = (struct place_message){ 0 };
	w->messages[w->nmessages++] = (struct label_message){ .depth = f->depth,
		.changes = f->changes,
		.edits = w->nedits,
		.texts = buf_len(&w->texts) };
}

/* What a large stanza needed is given back. */
static void shrink(struct label_watch *w)
{
	buf_clear(&w->texts);
	buf_clear(&w->work);
	if (w->texts.size > FILTER_KEEP)
		buf_shrink(&w->texts, FILTER_KEEP);
	if (w->work.size > FILTER_KEEP)
		buf_shrink(&w->work, FILTER_KEEP);
	if (w->max_edits <= EDITS_KEEP)
		return;
	free(w->edits);
	w->edits = NULL;
	w->max_edits = 0;
}

void filter_label_begin(struct filter *f)
{
	const struct filter_labels *g = &f->context.labels;
	struct label_watch *w = f->labels;

	if (!w)
		w = f->labels = watch_new();
	label_intake_clear(&w->intake);
	w->intake.unsigned_pieces = g->to.terms && g->to.terms->on_signature == LABEL_SIGNED_STRIP;
	w->lines_in = g->from.terms && g->from.terms->marks;
	w->lines_out = g->to.terms && g->to.terms->first_line;
	w->depth = w->nmessages = w->nedits = w->line.depth = 0;
	w->grown = 0;
	shrink(w);
	w->subject = w->more = false;
	w->reason = NULL;
	w->awaits = false;
	w->passed[0] = '\0';
	f->labelling = true;
	filter_place_begin(f);
	filter_catalog_begin(w->catalog);
	if (f->result.head.kind == STANZA_MESSAGE)
		message_open(f);
}

/* ---- events ---- */

static bool is_label_ns(const struct xml_tag *tag)
{
	return str_eq(tag->ns->uri, STR(SECURITYLABEL_NS));
}

bool filter_label_misplaced(const struct filter *f, const struct xml_tag *tag)
{
	return f->labelling && f->labels->nmessages == 0 &&
	       f->result.head.kind == STANZA_PRESENCE &&
	       (is_label_ns(tag) || filter_place_is_payload(tag));
}

/* The innermost message that is open; NULL: none. */
static struct label_message *innermost(struct label_watch *w)
{
	return w->nmessages ? &w->messages[w->nmessages - 1] : NULL;
}

/* Its element may be written again; what refers to it does so by an attribute (XEP-0314). */
static void loose_open(struct filter *f, const struct xml_tag *tag)
{
	struct label_watch *w = f->labels;
	struct str id = filter_place_id(tag);

	if (f->skip || !filter_passes(f, FEATURE_LABELS))
		return;
	w->loose_at = xml_writer_offset(f->writer);
	buf_clear(&w->loose_id);
	if (!id.p)
		return;
	buf_printf(&w->loose_id, " xmlns:p='urn:xmpp:sec-label:pubsub:0' p:id='");
	xml_escape_value(&w->loose_id, id);
	buf_put_char(&w->loose_id, '\'');
}

static void label_open(struct filter *f, const struct xml_tag *tag)
{
	struct label_watch *w = f->labels;
	struct label_message *m = innermost(w);

	if (!str_eq(tag->local, STR("securitylabel"))) {
		filter_label_deny(f, "label-malformed", "part of a label outside of one");
		return;
	}
	if (filter_place_allows(f, tag) && m) {
		if (m->labelled)
			filter_label_deny(f, "label-malformed", "two labels");
		m->labelled = true;
		filter_edit_open(f, EDIT_LABEL, FEATURE_LABELS);
	} else {
		loose_open(f, tag);
	}
	label_record_clear(&w->record);
	w->depth = f->depth;
	label_record_start(&w->record, tag);
}

static void note_child(struct label_watch *w, const struct xml_tag *tag)
{
	bool core = tag->ns->mark & CATALOGUE_CONTENT;

	if (core && str_eq(tag->local, STR("subject")))
		w->subject = true;
	else if (!core || !str_eq(tag->local, STR("thread")))
		w->more = true;
}

/* Is this a part of the label that the policy takes out? Then it is not judged either, and nothing
 * that is written again has it. */
static bool left_out(const struct filter *f)
{
	return f->skip > f->labels->depth;
}

void filter_label_start(struct filter *f, const struct xml_tag *tag)
{
	struct label_watch *w = f->labels;
	struct label_message *m = innermost(w);
	enum stanza_kind kind;

	if (w->depth) {
		if (!left_out(f))
			label_record_start(&w->record, tag);
		if (filter_is_stanza(tag, &kind))
			filter_label_deny(f, "label-malformed", "a stanza in a label");
		return;
	}
	if (filter_catalog_is_open(f)) {
		filter_catalog_start(f, tag);
		return;
	}
	if (f->depth == 2)
		note_child(w, tag);
	if (w->reason || filter_label_misplaced(f, tag))
		return;
	if (m && f->depth == m->depth + 1)
		filter_edit_drop(f, m);
	if (w->line.depth && f->depth == w->line.depth + 1)
		filter_line_broken(f);
	filter_place_start(f, tag);
	if (is_label_ns(tag))
		label_open(f, tag);
	else if (filter_is_stanza(tag, &kind) && kind == STANZA_MESSAGE)
		message_open(f);
	else if (m && f->depth == m->depth + 1 && (w->lines_in || w->lines_out))
		filter_line_child(f, m, tag);
}

size_t filter_label_text(struct filter *f, struct str text)
{
	struct label_watch *w = f->labels;

	if (!w->depth)
		filter_place_text(f, text);
	else if (!left_out(f))
		label_record_text(&w->record, text);
	return w->line.depth && w->line.depth == f->depth ? filter_line_text(f, text) : 0;
}

/* A label may be refused, and be the reason why the whole stanza is. */
static void settle(struct filter *f)
{
	const struct label_watch *w = f->labels;

	f->labelling = false;
	if (f->refused || f->result.verdict > VERDICT_FOLD)
		return;
	if (!w->reason) {
		f->result.label = w->passed[0] ? w->passed : NULL;
		return;
	}
	filter_refuse_by(f, w->reason, f->table->labels, FEATURE_LABELS);
	f->result.detail = w->detail;
	f->label_denied = true;
	f->result.awaits_certificate = w->awaits;
}

static void label_close(struct filter *f)
{
	struct label_watch *w = f->labels;
	struct label_message *m = innermost(w);
	bool child = m && f->depth == m->depth + 1;
	struct label_rewrite *new = child ? &m->new : &w->loose;

	w->depth = 0;
	w->loose = (struct label_rewrite){ .changed = false };
	if (filter_memo_knows(f, new, child && m->depth == 1))
		return;
	label_intake_clear(&w->intake);
	label_record_tell(&w->record, label_intake_sink(), &w->intake);
	w->intake.over |= w->record.over;
	filter_label_judge(f, new, child && m->depth == 1);
	filter_memo_keep(f, new);
}

static void message_close(struct filter *f, struct label_message *m)
{
	struct label_watch *w = f->labels;

	filter_place_message_end(f);
	if (!m->labelled && !w->reason)
		filter_label_judge_missing(f, m);
	filter_relabel_message(f, m);
	buf_truncate(&w->texts, m->texts);
	w->nmessages--;
}

/* Of a label, or of something in it. What is taken out was begun before that was known. */
static void label_part_end(struct filter *f)
{
	struct label_watch *w = f->labels;

	if (!left_out(f))
		label_record_end(&w->record);
	else if (f->depth == f->skip &&
		 !label_record_take_back(&w->record, f->depth - w->depth + 1))
		filter_label_deny(f, "label-malformed", "a label of which a part may not pass");
	if (w->depth == f->depth)
		label_close(f);
}

void filter_label_end(struct filter *f)
{
	struct label_watch *w = f->labels;
	struct label_message *m = innermost(w);

	if (w->depth) {
		label_part_end(f);
		return;
	}
	if (w->line.depth == f->depth && w->line.depth)
		filter_line_end(f);
	filter_place_end(f);
	if (m && m->depth == f->depth)
		message_close(f, m);
	if (f->depth == 1)
		settle(f);
}

void filter_label_ended(struct filter *f, unsigned depth)
{
	struct label_watch *w = f->labels;
	struct label_message *m = innermost(w);

	filter_catalog_ended(f, depth);
	if (w->loose.changed) {
		filter_relabel_loose(f, w->loose_at, &w->loose);
		w->loose.changed = false;
	} else if (m && depth == m->depth + 1 && w->nedits > m->edits) {
		filter_edit_close(f, &w->edits[w->nedits - 1]);
	}
}
