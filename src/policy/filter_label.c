/* SPDX-License-Identifier: MIT */
/*
 * Labels of messages, found on the way: every securitylabel is read into a bounded tree, wherever
 * it stands, and judged at its end tag (filter_judge.c); every message, the one that crosses and
 * those inside it, needs one of its own. Nothing of the stanza is out before its end.
 */
#include "policy/filter_private.h"

#include "base/mem.h"

#include <stdlib.h>

void label_watch_free(struct label_watch *w)
{
	if (!w)
		return;
	label_intake_fini(&w->intake);
	filter_places_fini(&w->places);
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
	filter_place_begin(f);
	if (f->result.head.kind == STANZA_MESSAGE)
		w->messages[w->nmessages++] = (struct label_message){ .depth = 1 };
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

static void label_open(struct filter *f, const struct xml_tag *tag)
{
	struct label_watch *w = f->labels;
	struct label_message *m = w->nmessages ? &w->messages[w->nmessages - 1] : NULL;

	if (!str_eq(tag->local, STR("securitylabel"))) {
		filter_label_deny(f, "label-malformed", "part of a label outside of one");
		return;
	}
	if (filter_place_allows(f, tag) && m) {
		if (m->labelled)
			filter_label_deny(f, "label-malformed", "two labels");
		m->labelled = true;
	}
	label_intake_clear(&w->intake);
	w->depth = f->depth;
	label_intake_sink().start(&w->intake, tag);
}

static void message_open(struct filter *f)
{
	struct label_watch *w = f->labels;

	if (w->nmessages == LABEL_MESSAGES) {
		filter_label_deny(f, "label-malformed", "messages inside one another, too deep");
	} else {
		w->places.messages[w->nmessages] = (struct place_message){ 0 };
		w->messages[w->nmessages++] = (struct label_message){ .depth = f->depth };
	}
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
	filter_place_start(f, tag);
	if (is_label_ns(tag))
		label_open(f, tag);
	else if (filter_is_stanza(tag, &kind) && kind == STANZA_MESSAGE)
		message_open(f);
}

void filter_label_text(struct filter *f, struct str text)
{
	if (f->labels->depth)
		label_intake_sink().text(&f->labels->intake, text);
	else
		filter_place_text(f, text);
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
			filter_label_judge(f);
		}
		return;
	}
	m = w->nmessages ? &w->messages[w->nmessages - 1] : NULL;
	filter_place_end(f);
	if (m && m->depth == f->depth) {
		filter_place_message_end(f);
		w->nmessages--;
		if (!m->labelled && !w->reason)
			filter_label_judge_missing(f, m);
	}
	if (f->depth == 1)
		refuse(f);
}
