/* SPDX-License-Identifier: MIT */
/*
 * The filter's events: how deep we are, what is skipped, and whose turn it is. Owns the filter's
 * memory. Decides nothing itself.
 */
#include "policy/filter_private.h"

#include "base/mem.h"

#include <stdlib.h>

struct filter *filter_new(filter_choose_fn *choose, void *arg)
{
	struct filter *f = MEM_NEW(struct filter);

	f->choose = choose;
	f->arg = arg;
	f->xml = (struct xml_ns){ .uri = XML_NS_XML };
	f->address_marks = filter_address_marks();
	f->form_mark = catalogue_mark(STR("jabber:x:data"));
	f->writer = xml_writer_new();
	f->frames_size = 1;
	f->frames = mem_zero(f->frames_size, sizeof(f->frames[0]));
	filter_result_reset(f);
	return f;
}

void filter_free(struct filter *f)
{
	if (!f)
		return;
	filter_free(f->shadow);
	sessions_free(f->memory.sessions);
	label_watch_free(f->labels);
	xml_writer_free(f->writer);
	buf_fini(&f->out);
	buf_fini(&f->names);
	free(f->attrs);
	free(f->kept);
	free(f->decls);
	free(f->frames);
	free(f);
}

void filter_bind(struct filter *f, void *arg, struct str stream_lang, struct str out_lang)
{
	f->arg = arg;
	/* Language tags are compared without case (RFC 5646 2.1.1). */
	f->lang = str_eq_nocase(stream_lang, out_lang) ? (struct str){ NULL, 0 } : stream_lang;
	f->depth = f->skip = 0;
	f->labelling = false;
	f->lane = NULL;
	f->shadowed = false;
}

/* Nothing of it goes out. One thing may still turn up: why the stanza is refused, or that what was
 * refused would have entered a room. */
static void skipped(struct filter *f, const struct xml_tag *tag)
{
	if (f->skip > 1 && f->table->blocks)
		filter_look(f, tag);
	else if (f->refused && f->depth == 2 && filter_is_join(tag))
		f->join = true;
}

static void lane_start(struct filter *f, const struct xml_tag *tag)
{
	struct xml_tag copy;
	struct frame *fr;

	f->depth++;
	if (f->depth == 1) {
		filter_open(f, tag);
		return;
	}
	if (f->labelling)
		filter_label_start(f, tag);
	if (f->depth == 2)
		f->children++;
	if (f->error.noting)
		filter_error_note(f, tag);
	if (f->skip) {
		skipped(f, tag);
		return;
	}
	tag = filter_attributes(f, tag, &copy);
	if (f->skip)
		return;
	if (filter_label_misplaced(f, tag)) {
		f->skip = f->depth;
		filter_removed(f, FEATURE_LABELS, f->table->labels->key, f->table->labels);
		return;
	}
	fr = filter_top(f);
	if (f->depth == fr->depth + 1)
		filter_child(f, fr, tag);
	else
		filter_inner(f, fr, tag);
	if (!f->skip && filter_may_address(f, tag))
		filter_addresses(f, tag);
}

/* Text directly inside a stanza has no meaning (RFC 6120 8.4): it is dropped, white space silently.
 */
static void text_outside(struct filter *f, struct str text)
{
	if (str_trim(text).n == 0)
		return;
	if (f->top == 0)
		f->lost = f->result.has_text_outside = true;
	filter_removed(f, FEATURE_COUNT, "text", NULL);
}

static void inner_text(struct filter *f, struct frame *fr, struct str text)
{
	if (fr->body.reading != READING_NOTHING)
		filter_body_text(f, fr, text);
	else if (fr->inside == INSIDE_CARRIER || fr->inside == INSIDE_SESSION)
		filter_carrier_text(f, fr, text);
	else
		xml_writer_text(f->writer, text);
}

static void write_text(struct filter *f, struct str text)
{
	struct frame *fr = filter_top(f);

	if (f->skip) {
		f->bare &= f->depth > 1 || str_trim(text).n == 0;
		return;
	}
	switch (fr->inside) {
	case INSIDE_STANZA: text_outside(f, text); return;
	case INSIDE_SHOW:
	case INSIDE_ROOM: presence_text(f, fr, text); return;
	case INSIDE_ERROR: filter_error_text(f, fr, text); return;
	case INSIDE_TEXT:
	case INSIDE_PAYLOAD:
	case INSIDE_FILLED:
	case INSIDE_PUBSUB:
	case INSIDE_CARRIER:
	case INSIDE_SESSION: inner_text(f, fr, text); return;
	}
}

static void lane_text(struct filter *f, struct str text)
{
	size_t line;

	f->error.more |= f->error.noting && str_trim(text).n > 0;
	if (f->labelling && (line = filter_label_text(f, text)) > 0) {
		write_text(f, (struct str){ text.p, line });
		filter_label_line(f);
		text = str_skip(text, line);
	}
	if (text.n)
		write_text(f, text);
}

/* The stanza inside another has ended and is written: what is open now is its parent's. */
static struct frame *frame_pop(struct filter *f, struct frame *fr)
{
	presence_end(f, fr);
	f->top--;
	return filter_top(f);
}

/* With it went the text that was read there. */
static void skip_end(struct filter *f, struct frame *fr)
{
	if (f->skip <= fr->body.depth)
		fr->body.reading = READING_NOTHING;
	f->skip = 0;
}

static void lane_end(struct filter *f)
{
	struct frame *fr = filter_top(f);
	unsigned depth;

	if (f->labelling)
		filter_label_end(f);
	depth = f->depth--;
	if (depth == 1) {
		filter_close(f);
		return;
	}
	if (f->skip) {
		if (f->skip == depth)
			skip_end(f, fr);
		return;
	}
	if (fr->inside == INSIDE_SHOW)
		presence_show_end(f, fr);
	else if (fr->body.reading == READING_NOTHING || depth != fr->body.depth ||
		 filter_body_end(f, fr))
		xml_writer_end(f->writer);
	if (fr->inside == INSIDE_CARRIER || fr->inside == INSIDE_SESSION)
		filter_carried_end(fr, depth);
	if (depth == fr->depth)
		fr = frame_pop(f, fr);
	if (fr->inside == INSIDE_PUBSUB)
		filter_pubsub_end(f, fr, depth - fr->depth);
	if (fr->inside == INSIDE_SESSION)
		filter_session_end(f, fr, depth - fr->depth);
	if (depth == fr->depth + 1)
		filter_child_end(f, fr);
	if (f->labelling)
		filter_label_ended(f, depth);
}

/* The shadow goes first: at the outermost start tag it is not there yet, and at its end tag it is
 * over. */
static void on_start(void *self, const struct xml_tag *tag)
{
	struct filter *f = self;

	if (f->lane)
		lane_start(f->lane, tag);
	lane_start(f, tag);
}

static void on_text(void *self, struct str text)
{
	struct filter *f = self;

	if (f->lane)
		lane_text(f->lane, text);
	lane_text(f, text);
}

static void on_end(void *self)
{
	struct filter *f = self;

	if (f->lane)
		lane_end(f->lane);
	lane_end(f);
	if (f->depth == 0)
		f->lane = NULL;
}

const struct xml_sink filter_sink = { .start = on_start, .text = on_text, .end = on_end };

/* What is refused, or folded away, is not refused again for its size; nor what was never asked
 * about, for which the table may be that of a plan that is gone. */
static void finish(struct filter *f, size_t bytes_in)
{
	const struct policy_rule *rule;

	f->result.bytes_in = bytes_in;
	if (f->refused || f->result.bytes.n == 0)
		return;
	if (f->context.max_stanza && bytes_in > f->context.max_stanza)
		filter_bare(f, "oversize");
	rule = f->table->max_stanza_rule;
	if (!rule || bytes_in <= f->table->max_stanza)
		return;
	filter_refuse_by(f, rule->key, rule, FEATURE_COUNT);
	f->result.app = "stanza-too-big";
	filter_refusal_settle(f);
}

const struct filter_result *filter_finish(struct filter *f, size_t bytes_in)
{
	finish(f, bytes_in);
	if (!f->shadowed)
		return &f->result;
	finish(f->shadow, bytes_in);
	if (f->shadow_blank)
		f->shadow->result.bytes = (struct str){ NULL, 0 };
	return &f->result;
}

void filter_shadow_blank(struct filter *f)
{
	f->shadow_blank = true;
}

void filter_recorded(struct filter *f, bool recorded)
{
	f->unrecorded = !recorded;
}

const struct filter_result *filter_shadow(const struct filter *f)
{
	return f->shadowed ? &f->shadow->result : NULL;
}

static void oversize(struct filter *f)
{
	struct filter_result *r = &f->result;

	/* What the lone start tag was taken for (a request without a child, an empty message) is
	 * not what the stanza was. */
	if (r->verdict != VERDICT_NONE && (r->verdict != VERDICT_INVALID || f->counted)) {
		r->check = STANZA_OK;
		filter_refuse(f, VERDICT_BOUNCE, CONDITION_POLICY_VIOLATION, "oversize");
		filter_bare(f, "oversize");
	}
}

const struct filter_result *filter_oversize(struct filter *f, size_t bytes_in)
{
	oversize(f);
	if (f->shadowed)
		oversize(f->shadow);
	return filter_finish(f, bytes_in);
}
