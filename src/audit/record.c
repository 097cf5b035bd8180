/* SPDX-License-Identifier: MIT */
/* See record.h. */
#include "audit/record.h"

static const char *const event_names[AUDIT_EVENTS] = {
	[AUDIT_OTHER] = "other",
	[AUDIT_STANZA] = "stanza",
	[AUDIT_OUTCOME] = "outcome",
	[AUDIT_STREAM] = "stream",
	[AUDIT_POLICY_VIOLATION] = "policy-violation",
	[AUDIT_RELOAD] = "reload",
	[AUDIT_START] = "start",
	[AUDIT_STOP] = "stop",
	[AUDIT_OPERATOR] = "operator",
	[AUDIT_LOST] = "lost",
	[AUDIT_TORN] = "torn",
	[AUDIT_ALERT] = "alert",
	[AUDIT_CHECKPOINT] = "checkpoint",
};

const char *audit_event_name(enum audit_event e)
{
	return event_names[e];
}

enum audit_event audit_event_parse(struct str name)
{
	for (unsigned i = 0; i < AUDIT_EVENTS; i++)
		if (str_is(name, event_names[i]))
			return (enum audit_event)i;
	return AUDIT_OTHER;
}

#define FIELD(member, type_)                                    \
	{                                                       \
		.name = STR_INIT(#member), .type = type_,       \
		.offset = offsetof(struct audit_record, member) \
	}
#define TEXT(member)   FIELD(member, AUDIT_TEXT)
#define NUMBER(member) FIELD(member, AUDIT_NUMBER)
#define NAMES(member)  FIELD(member, AUDIT_NAMES)

/* "event" stands behind the first two. */
const struct audit_field audit_fields[] = {
	TEXT(time),
	TEXT(node),
	NUMBER(stanza),
	NUMBER(stream),
	NUMBER(stream_to),
	TEXT(peer),
	TEXT(from),
	TEXT(to),
	TEXT(kind),
	TEXT(type),
	TEXT(id),
	NUMBER(bytes_in),
	NUMBER(bytes_out),
	TEXT(control_from),
	TEXT(control_to),
	NAMES(policies),
	TEXT(verdict),
	TEXT(reason),
	TEXT(condition),
	TEXT(policy),
	TEXT(key),
	TEXT(feature),
	TEXT(origin),
	NAMES(seen),
	NAMES(removed),
	TEXT(shadow_verdict),
	TEXT(shadow_reason),
	TEXT(shadow_policy),
	TEXT(shadow_key),
	TEXT(shadow_feature),
	TEXT(shadow_origin),
	TEXT(label),
	TEXT(detail),
	TEXT(shadow_detail),
	TEXT(direction),
	TEXT(tls),
	TEXT(proof),
	TEXT(closed_by),
	NUMBER(milliseconds),
	NUMBER(stanzas_in),
	NUMBER(stanzas_out),
	NUMBER(plan),
	TEXT(hash),
	TEXT(uid),
	TEXT(command),
	TEXT(arguments),
	NUMBER(count),
	TEXT(domain),
	NUMBER(held_back),
	TEXT(text),
	TEXT(declared),
	TEXT(received),
	TEXT(sent),
	TEXT(hmac),
};
const unsigned audit_nfields = sizeof(audit_fields) / sizeof(audit_fields[0]);

/* What may stand in a JSON string as it is; the rest of ASCII is escaped. */
static bool is_plain(unsigned char c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

/* Are all eight bytes plain? A byte that is too small, or zero once the sought one is taken out of
 * it, borrows from its highest bit. */
static bool are_plain(const char *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	uint64_t w, quote, slash, del;

	memcpy(&w, p, sizeof(w));
	quote = w ^ (ones * '"');
	slash = w ^ (ones * '\\');
	del = w ^ (ones * 0x7f);
	return !((w | ((w - ones * ' ') & ~w) | ((quote - ones) & ~quote) |
			 ((slash - ones) & ~slash) | ((del - ones) & ~del)) &
		 high);
}

static size_t plain_length(struct str s)
{
	size_t n = 0;

	while (n + 8 <= s.n && are_plain(s.p + n))
		n += 8;
	while (n < s.n && is_plain((unsigned char)s.p[n]))
		n++;
	return n;
}

static void escape_one(uint32_t code, struct str s, struct buf *out)
{
	if (s.n == 0)
		buf_put(out, STR("\\ufffd"));
	else if (code == '"' || code == '\\')
		buf_printf(out, "\\%c", (char)code);
	else if (code == '\n')
		buf_put(out, STR("\\n"));
	else if (str_deceives(code))
		buf_printf(out, "\\u%04x", (unsigned)code);
	else
		buf_put(out, s);
}

void audit_escape(struct str s, struct buf *out)
{
	while (s.n) {
		size_t n = plain_length(s);
		uint32_t code = 0;

		buf_put(out, (struct str){ s.p, n });
		s = str_skip(s, n);
		if (!s.n)
			return;
		n = str_utf8(s, &code);
		escape_one(code, (struct str){ s.p, n }, out);
		s = str_skip(s, n ? n : 1);
	}
}

static void put_name(struct str name, struct buf *out)
{
	buf_put(out, STR(",\""));
	buf_put(out, name);
	buf_put(out, STR("\":"));
}

static void put_string(struct str s, struct buf *out)
{
	size_t n = plain_length(s);
	char *to = buf_reserve(out, n + 2);

	*to = '"';
	if (n)
		memcpy(to + 1, s.p, n);
	to[n + 1] = '"';
	if (n == s.n) {
		buf_commit(out, n + 2);
		return;
	}
	buf_commit(out, n + 1);
	audit_escape(str_skip(s, n), out);
	buf_put_char(out, '"');
}

static void put_number(uint64_t n, struct buf *out)
{
	char text[20];
	size_t at = sizeof(text);

	do {
		text[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	buf_put(out, (struct str){ text + at, sizeof(text) - at });
}

static void put_names(const struct audit_names *names, struct buf *out)
{
	buf_put_char(out, '[');
	for (unsigned i = 0; i < names->n; i++) {
		if (i)
			buf_put_char(out, ',');
		put_string(names->v[i], out);
	}
	buf_put_char(out, ']');
}

static void put_field(const struct audit_field *f, const char *at, struct buf *out)
{
	switch (f->type) {
	case AUDIT_TEXT: {
		const struct str *s = (const struct str *)(const void *)at;

		if (!s->n)
			return;
		put_name(f->name, out);
		put_string(*s, out);
		return;
	}
	case AUDIT_NUMBER: {
		const uint64_t *n = (const uint64_t *)(const void *)at;

		if (!*n)
			return;
		put_name(f->name, out);
		put_number(*n, out);
		return;
	}
	case AUDIT_NAMES: {
		const struct audit_names *names = (const struct audit_names *)(const void *)at;

		if (!names->n)
			return;
		put_name(f->name, out);
		put_names(names, out);
		return;
	}
	}
}

/* Where each part ends, and the next one begins: in the order of the struct, as the table is. */
static const size_t part_ends[AUDIT_PARTS] = {
	[AUDIT_PART_HEAD] = offsetof(struct audit_record, control_from),
	[AUDIT_PART_PAIR] = offsetof(struct audit_record, verdict),
	[AUDIT_PART_DECISION] = offsetof(struct audit_record, label),
	[AUDIT_PART_REST] = sizeof(struct audit_record),
};

static void put_begin(struct str time, struct str node, struct buf *out)
{
	buf_put(out, STR("\"time\":"));
	put_string(time, out);
	buf_put(out, STR(",\"node\":"));
	put_string(node, out);
	buf_put(out, STR(",\"event\":"));
}

void audit_record_part(const struct audit_record *r, enum audit_part part, struct buf *out)
{
	/* `time` and `node` stand before "event". */
	size_t from = part == AUDIT_PART_HEAD ? offsetof(struct audit_record, stanza)
					      : part_ends[part - 1];

	if (part == AUDIT_PART_HEAD) {
		put_begin(r->time, r->node, out);
		put_string(str_of(event_names[r->event]), out);
	}
	for (unsigned i = 0; i < audit_nfields && audit_fields[i].offset < part_ends[part]; i++)
		if (audit_fields[i].offset >= from)
			put_field(&audit_fields[i], (const char *)r + audit_fields[i].offset, out);
}

void audit_record_write(const struct audit_record *r, struct buf *out)
{
	for (unsigned part = 0; part < AUDIT_PARTS; part++)
		audit_record_part(r, (enum audit_part)part, out);
}

/* `name` is a constant with comma, quotes and colon: one copy, of a length that is known. */
static inline void put_text(struct str name, struct str s, struct buf *out)
{
	if (!s.n)
		return;
	buf_put(out, name);
	put_string(s, out);
}

static inline void put_count(struct str name, uint64_t n, struct buf *out)
{
	if (!n)
		return;
	buf_put(out, name);
	put_number(n, out);
}

void audit_head_write(const struct audit_head *h, struct buf *out)
{
	put_begin(h->time, h->node, out);
	buf_put(out, STR("\"stanza\""));
	put_count(STR(",\"stream\":"), h->stream, out);
	put_count(STR(",\"stream_to\":"), h->stream_to, out);
	put_text(STR(",\"from\":"), h->from, out);
	put_text(STR(",\"to\":"), h->to, out);
	put_text(STR(",\"kind\":"), h->kind, out);
	put_text(STR(",\"type\":"), h->type, out);
	put_text(STR(",\"id\":"), h->id, out);
	put_count(STR(",\"bytes_in\":"), h->bytes_in, out);
	put_count(STR(",\"bytes_out\":"), h->bytes_out, out);
}
