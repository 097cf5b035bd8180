/* SPDX-License-Identifier: MIT */
/*
 * What a text says that no element says: encryption and links to encrypted files in <body/>, in the
 * other texts of a stanza, which could say the same, and in the body as XHTML-IM, which some
 * clients read first. A body goes as a whole when it is, or
 * holds, what is stripped; the white space that only offers OTR is taken out of it, with the run of
 * blanks it is in. Reads only where somebody wants to know.
 */
#include "policy/filter_private.h"

bool filter_reads(const struct filter *f)
{
	return !filter_passes(f, FEATURE_ENCRYPTED) || !filter_passes(f, FEATURE_FILE_TRANSFER) ||
	       f->table->audit != AUDIT_OFF || f->table->max_body;
}

void filter_body_open(struct filter *f, struct frame *fr, bool nested)
{
	fr->body = (struct body_state){ .reading = nested ? READING_ALL : READING_TEXT };
	if (!f->table->transparent)
		fr->child = filter_mark(f);
}

void filter_body_nested(struct frame *fr)
{
	if (fr->body.reading != READING_TEXT)
		return;
	fr->body.reading = READING_ALL;
	fr->body.all = fr->body.text;
}

static bool body_refused(struct filter *f, struct frame *fr, enum feature feature)
{
	feature_set_add(&f->result.seen, feature);
	if (filter_passes(f, feature))
		return false;
	fr->body.reading = READING_NOTHING;
	filter_child_refused(f, fr, feature);
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

	if (!rule || fr->body.unmeasured)
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
		if (f->depth == fr->depth + 1)
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
		filter_child_emptied(f, fr, FEATURE_ENCRYPTED);
		return false;
	}
	message_kept(f, fr, fr->child_flags);
	return true;
}
