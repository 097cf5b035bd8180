/* SPDX-License-Identifier: MIT */
/* See mask.h. */
#include "audit/mask.h"

static const struct str stars = STR_INIT("********");

struct masker {
	struct buf *out;
	unsigned depth;
	unsigned hidden; /* the depth of the element whose text is hidden; 0: none is */
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct str local_name(struct str qname)
{
	const char *colon = memchr(qname.p, ':', qname.n);

	return colon ? str_skip(qname, (size_t)(colon - qname.p) + 1) : qname;
}

static bool contains(struct str s, struct str what)
{
	return memmem(s.p, s.n, what.p, what.n) != NULL;
}

static void put_text(struct masker *m, struct str text)
{
	if (m->hidden && str_trim(text).n)
		buf_put(m->out, stars);
	else
		buf_put(m->out, text);
}

/* The length of s up to and with `end`; 0: it is not there. */
static size_t upto(struct str s, struct str end)
{
	const char *at = memmem(s.p, s.n, end.p, end.n);

	return at ? (size_t)(at - s.p) + end.n : 0;
}

/* The length of a start tag, quotes respected; 0: it has no end. */
static size_t tag_length(struct str s)
{
	char quote = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (quote)
			quote = s.p[i] == quote ? 0 : quote;
		else if (s.p[i] == '"' || s.p[i] == '\'')
			quote = s.p[i];
		else if (s.p[i] == '>')
			return i + 1;
	}
	return 0;
}

static size_t name_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && !is_space(s.p[n]) && s.p[n] != '=' && s.p[n] != '>' && s.p[n] != '/')
		n++;
	return n;
}

/* Does the value of this attribute of a form's field make it private? */
static bool is_private(struct str name, struct str value)
{
	if (str_is(name, "type"))
		return str_is(value, "text-private") || contains(value, STR("&"));
	if (!str_is(name, "var"))
		return false;
	return contains(value, STR("password")) || contains(value, STR("passwd")) ||
	       contains(value, STR("secret")) || contains(value, STR("&"));
}

/* One attribute at the start of s, copied; returns its length, 0 when there is none. */
static size_t put_attribute(struct masker *m, struct str s, bool field, bool *private_out)
{
	size_t space = 0, n, at;

	while (space < s.n && is_space(s.p[space]))
		space++;
	struct str name = str_skip(s, space);

	name.n = name_length(name);
	at = space + name.n;
	while (name.n && at < s.n && (is_space(s.p[at]) || s.p[at] == '='))
		at++;
	if (!name.n || at >= s.n || (s.p[at] != '"' && s.p[at] != '\''))
		return 0;
	const char *end = memchr(s.p + at + 1, s.p[at], s.n - at - 1);

	if (!end)
		return 0;
	n = (size_t)(end - s.p) + 1;
	struct str value = { s.p + at + 1, n - at - 2 };

	*private_out |= field && is_private(local_name(name), value);
	buf_put(m->out, (struct str){ s.p, at + 1 });
	buf_put(m->out, str_is(local_name(name), "password") ? stars : value);
	buf_put_char(m->out, s.p[at]);
	return n;
}

static void start_tag(struct masker *m, struct str tag)
{
	bool empty = tag.p[tag.n - 2] == '/', hide;
	struct str name = str_skip(tag, 1), rest;
	size_t n;

	name.n = name_length(name);
	rest = str_skip(tag, 1 + name.n);
	name = local_name(name);
	hide = str_is(name, "password");
	buf_put(m->out, (struct str){ tag.p, (size_t)(rest.p - tag.p) });
	while ((n = put_attribute(m, rest, str_is(name, "field"), &hide)) != 0)
		rest = str_skip(rest, n);
	buf_put(m->out, rest);
	if (empty)
		return;
	m->depth++;
	if (hide && !m->hidden)
		m->hidden = m->depth;
}

static void end_tag(struct masker *m, struct str tag)
{
	buf_put(m->out, tag);
	if (m->hidden == m->depth)
		m->hidden = 0;
	if (m->depth)
		m->depth--;
}

/* One piece of markup at the start of s; returns its length, 0 when it has no end. */
static size_t markup(struct masker *m, struct str s)
{
	size_t n;

	if (str_starts(s, STR("<![CDATA["))) {
		n = upto(s, STR("]]>"));
		if (n)
			put_text(m, (struct str){ s.p, n });
		return n;
	}
	n = tag_length(s);
	if (n < 3)
		return 0;
	if (s.p[1] == '/')
		end_tag(m, (struct str){ s.p, n });
	else
		start_tag(m, (struct str){ s.p, n });
	return n;
}

void audit_mask(struct str xml, struct buf *out)
{
	struct masker m = { .out = out };

	while (xml.n) {
		const char *open = memchr(xml.p, '<', xml.n);
		size_t n = open ? (size_t)(open - xml.p) : xml.n;

		if (n) {
			put_text(&m, (struct str){ xml.p, n });
			xml = str_skip(xml, n);
			continue;
		}
		n = markup(&m, xml);
		if (!n)
			return;
		xml = str_skip(xml, n);
	}
}
