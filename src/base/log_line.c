/* SPDX-License-Identifier: MIT */
/*
 * Rendering of log lines. The text of an event is "words key=value key="quoted value""; for JSON it
 * is taken apart again. Pure: bytes in, bytes out.
 */
#include "base/log_line.h"

static void put_text(struct buf *out, struct str s)
{
	while (s.n) {
		uint32_t code = 0;
		size_t n = str_utf8(s, &code);

		if (n == 0)
			buf_printf(out, "\\x%02x", (unsigned char)s.p[0]);
		else if (code == '\n')
			buf_put(out, STR("\\n"));
		else if (code == '\t')
			buf_put(out, STR("\\t"));
		else if (str_deceives(code))
			buf_printf(out, code < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)code);
		else
			buf_put(out, (struct str){ s.p, n });
		s = str_skip(s, n ? n : 1);
	}
}

static void put_json(struct buf *out, struct str s)
{
	while (s.n) {
		uint32_t code = 0;
		size_t n = str_utf8(s, &code);

		if (n == 0)
			buf_put(out, STR("\\ufffd"));
		else if (code == '"' || code == '\\')
			buf_printf(out, "\\%c", (char)code);
		else if (str_deceives(code))
			buf_printf(out, "\\u%04x", (unsigned)code);
		else
			buf_put(out, (struct str){ s.p, n });
		s = str_skip(s, n ? n : 1);
	}
}

/* The length of "key" when s starts with "key=", else 0. */
static size_t key_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && ((s.p[n] >= 'a' && s.p[n] <= 'z') || (s.p[n] >= 'A' && s.p[n] <= 'Z') ||
				  (n && ((s.p[n] >= '0' && s.p[n] <= '9') || s.p[n] == '_' ||
						s.p[n] == '-' || s.p[n] == '.'))))
		n++;
	return n < s.n && s.p[n] == '=' ? n : 0;
}

static size_t word_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != ' ')
		n++;
	return n;
}

/* Puts the quoted value at the start of s without its quotes and escapes; returns how much of s it
 * was. A line that was cut may end inside the quotes. */
static size_t put_unquoted(struct buf *out, struct str s)
{
	size_t i = 1;

	while (i < s.n && s.p[i] != '"') {
		size_t from;

		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		/* An escaped character, or a run without any: characters must not be torn. */
		from = i++;
		while (i < s.n && s.p[i] != '"' && s.p[i] != '\\')
			i++;
		put_json(out, (struct str){ s.p + from, i - from });
	}
	return i < s.n ? i + 1 : i;
}

static bool is_reserved(struct str key)
{
	return str_is(key, "time") || str_is(key, "level") || str_is(key, "event");
}

static void put_members(struct buf *out, struct str s)
{
	bool first = true;

	buf_put(out, STR(",\"event\":\""));
	for (s = str_trim(s); s.n; s = str_trim(s)) {
		size_t n = key_length(s);

		if (n) {
			struct str key = { s.p, n };

			buf_printf(
				out, "\",\"%.*s%s\":\"", STR_ARG(key), is_reserved(key) ? "_" : "");
			s = str_skip(s, n + 1);
		} else if (!first) {
			buf_put_char(out, ' ');
		}
		first = false;
		if (n && s.n && s.p[0] == '"') {
			s = str_skip(s, put_unquoted(out, s));
			continue;
		}
		n = word_length(s);
		put_json(out, (struct str){ s.p, n });
		s = str_skip(s, n);
	}
	buf_put_char(out, '"');
}

void log_line_render(struct buf *out, enum log_format format, enum log_level level,
	const char *time, struct str text)
{
	switch (format) {
	case LOG_FORMAT_TEXT:
		buf_printf(out, "%s %s ", time, log_level_name(level));
		put_text(out, text);
		buf_put_char(out, '\n');
		return;
	case LOG_FORMAT_JSON:
		buf_printf(out, "{\"time\":\"%s\",\"level\":\"%s\"", time, log_level_name(level));
		put_members(out, text);
		buf_put(out, STR("}\n"));
		return;
	}
}
