/* SPDX-License-Identifier: MIT */
/* See stanza_log.h. */
#include "trunk/stanza_log.h"

#include "audit/mask.h"
#include "trunk/inbound.h"
#include "trunk/record.h"

enum { EXCERPT = 2048 /* bytes of a stanza */ };

/* " key="..."", as a log line has it. Whole characters, not more than an excerpt. */
static void put_quoted(struct buf *out, const char *key, struct str s)
{
	size_t n = 0;

	buf_printf(out, " %s=\"", key);
	while (n < s.n && n < EXCERPT) {
		uint32_t code;
		size_t step = str_utf8(str_skip(s, n), &code);

		if (s.p[n] == '"' || s.p[n] == '\\')
			buf_put_char(out, '\\');
		step = step ? step : 1;
		buf_put(out, (struct str){ s.p + n, step });
		n += step;
	}
	if (n < s.n)
		buf_put(out, STR("..."));
	buf_put_char(out, '"');
}

/* Passwords are as hidden as in a record. */
static void put_masked(struct buf *out, const char *key, struct str xml)
{
	struct buf masked = { 0 };

	audit_mask(xml, &masked);
	put_quoted(out, key, buf_view(&masked));
	buf_fini(&masked);
}

static const char *or_none(struct str s)
{
	return s.n ? s.p : "-";
}

static void write_line(struct inbound *in, const struct filter_result *f, const struct decision *d,
	const struct log_aside *aside)
{
	struct record_texts texts;
	struct audit_record r = { .event = AUDIT_STANZA };
	const char *type = stanza_type_name(f->head.type);

	record_fill_decision(&r, f, NULL, d, &texts);
	leg_log_aside(&in->leg, LOG_LEVEL_DEBUG, "stanza", aside,
		" kind=%s type=%s verdict=%s reason=%s condition=%s policy=%s key=%s feature=%s "
		"rule=%s bytes_in=%zu bytes_out=%zu label=%s detail=%s",
		stanza_kind_name(f->head.kind), *type ? type : "-", r.verdict.p, or_none(r.reason),
		or_none(r.condition), or_none(r.policy), or_none(r.key), or_none(r.feature),
		log_quote(r.origin.n ? r.origin : STR("-")).s, f->bytes_in, r.bytes_out,
		log_quote(r.label.n ? r.label : STR("-")).s,
		log_quote(r.detail.n ? r.detail : STR("-")).s);
}

void stanza_log(struct inbound *in, const struct filter_result *f, const struct decision *d,
	const struct stream_info *info)
{
	struct buf more = { 0 }, content = { 0 };

	if (!log_heard(LOG_LEVEL_DEBUG))
		return;
	if (log_watched() != LOG_WATCH_NOBODY)
		buf_printf(&more, " sender=%s recipient=%s", log_quote(f->head.from).s,
			log_quote(f->head.to).s);
	if (log_watched() == LOG_WATCH_CONTENT) {
		put_masked(&content, "received", info->raw);
		put_masked(&content, "sent",
			d->kind == DECISION_DELIVER ? f->bytes : (struct str){ 0 });
	}
	write_line(in, f, d,
		&(struct log_aside){ .more = buf_view(&more), .content = buf_view(&content) });
	buf_fini(&more);
	buf_fini(&content);
}
