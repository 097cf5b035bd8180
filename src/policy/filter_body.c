/* SPDX-License-Identifier: MIT */
/*
 * What a text says that no element says: encryption and links to encrypted files in <body/>, in the
 * other texts of a stanza and of an error, in forms and in real-time text, which could say the
 * same, and in the body as XHTML-IM, which some clients read first. A text goes as a whole when it
 * is, or holds, what is stripped; the white space that only offers OTR is taken out of a body, with
 * the run of blanks it is in. Reads only where somebody wants to know.
 */
#include "policy/filter_private.h"

bool filter_reads(const struct filter *f)
{
	return !filter_passes(f, FEATURE_ENCRYPTED) || !filter_passes(f, FEATURE_FILE_TRANSFER) ||
	       (f->table->audit != AUDIT_OFF && !f->unrecorded) || f->table->max_body;
}

void filter_body_open(struct filter *f, struct frame *fr, unsigned how)
{
	fr->body = (struct body_state){
		.reading = how & BODY_NESTED ? READING_ALL : READING_TEXT,
		.how = how,
		.depth = f->depth,
	};
	if (!f->table->transparent)
		fr->body.mark = filter_mark(f);
}

static bool is_form(const struct filter *f, const struct xml_tag *tag)
{
	return tag->ns->mark == f->form_mark && str_eq(tag->local, STR("x"));
}

void filter_body_inner(struct filter *f, struct frame *fr, const struct xml_tag *tag)
{
	struct body_state *b = &fr->body;

	if (b->reading == READING_NOTHING && is_form(f, tag) && filter_reads(f))
		filter_body_open(f, fr, FORM_READ);
	else if (b->how & BODY_PARTS)
		b->text = (struct body_scan){ .found = b->text.found };
}

static bool is_child(const struct frame *fr)
{
	return fr->body.depth == fr->depth + 1;
}

static bool body_refused(struct filter *f, struct frame *fr, enum feature feature)
{
	feature_set_add(&f->result.seen, feature);
	if (filter_passes(f, feature))
		return false;
	fr->body.reading = READING_NOTHING;
	if (is_child(fr)) {
		fr->child = fr->body.mark;
		filter_child_refused(f, fr, feature);
	} else if (fr->inside == INSIDE_ERROR) {
		filter_error_refused(f, fr, feature);
	} else {
		filter_part_refused(f, fr, feature, fr->body.depth, fr->body.mark);
	}
	return true;
}

/* Is it refused for what has been found up to now? */
static bool judge(struct filter *f, struct frame *fr)
{
	unsigned found = fr->body.text.found | fr->body.all.found;
	unsigned encrypted = BODY_OTR | BODY_PGP;

	/* Of a text that stands in one piece in the output, the blanks can be taken out. */
	if (fr->body.reading == READING_ALL || filter_blocks(f, FEATURE_ENCRYPTED))
		encrypted |= BODY_OTR_TAG;
	if (found & BODY_OTR_TAG)
		feature_set_add(&f->result.seen, FEATURE_ENCRYPTED);
	if ((found & encrypted) && body_refused(f, fr, FEATURE_ENCRYPTED))
		return true;
	return (found & BODY_AESGCM) && body_refused(f, fr, FEATURE_FILE_TRANSFER);
}

bool filter_body_nested(struct filter *f, struct frame *fr)
{
	if (fr->body.reading != READING_TEXT)
		return true;
	fr->body.reading = READING_ALL;
	fr->body.all = fr->body.text;
	return !judge(f, fr);
}

/* The last bytes of the output are a run of blanks that offers OTR: `left` stands for them. */
static void squeeze(struct filter *f, size_t run, struct str left)
{
	if (run == 0 || filter_passes(f, FEATURE_ENCRYPTED))
		return;
	buf_truncate(&f->out, buf_len(&f->out) - run);
	xml_writer_text(f->writer, left);
	filter_removed_feature(f, FEATURE_ENCRYPTED);
}

/* Bodies of forwarded messages count too; XHTML-IM by itself: the same is said in it again, or
 * what is too long for a body. */
static bool too_long(struct filter *f, const struct frame *fr, struct str text)
{
	const struct policy_rule *rule = f->table->max_body_rule;
	size_t *bytes = fr->inside == INSIDE_TEXT ? &f->body_bytes : &f->html_bytes;

	if (!rule || (fr->body.how & BODY_UNMEASURED))
		return false;
	*bytes += text.n;
	if (*bytes <= f->table->max_body)
		return false;
	filter_refuse_by(f, rule->key, rule, FEATURE_COUNT);
	return true;
}

void filter_body_text(struct filter *f, struct frame *fr, struct str text)
{
	if (too_long(f, fr, text))
		return;
	if (fr->body.reading == READING_ALL) {
		body_scan_text(&fr->body.all, text);
		if (f->depth == fr->body.depth || (fr->body.how & BODY_PARTS))
			body_scan_text(&fr->body.text, text);
		if (!judge(f, fr))
			xml_writer_text(f->writer, text);
		return;
	}
	if (fr->body.text_at == 0)
		fr->body.text_at = xml_writer_offset(f->writer);
	while (text.n > 0) {
		size_t run, n = body_scan_some(&fr->body.text, text, &run);

		if (judge(f, fr))
			return;
		xml_writer_text(f->writer, (struct str){ text.p, n });
		squeeze(f, run, STR(" "));
		text = str_skip(text, n);
	}
}

bool filter_body_end(struct filter *f, struct frame *fr)
{
	if (fr->body.reading == READING_TEXT)
		squeeze(f, body_scan_tail(&fr->body.text), STR(""));
	fr->body.reading = READING_NOTHING;
	/* One that was nothing but blanks is none. */
	if (fr->body.text_at > 0 && buf_len(&f->out) == fr->body.text_at) {
		fr->child = fr->body.mark;
		filter_child_emptied(f, fr, FEATURE_ENCRYPTED);
		return false;
	}
	if (is_child(fr))
		message_kept(f, fr, fr->child_flags);
	return true;
}
