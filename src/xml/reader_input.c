/* SPDX-License-Identifier: MIT */
/*
 * The XML declaration and UTF-8, read without libxml2: it would transcode whatever the declaration
 * names, and in CDATA it lets overlong forms pass. Owns nothing, keeps nothing.
 */
#include "xml/reader_input.h"

#include <endian.h>
#include <stdint.h>

static bool skip_space(struct str *s)
{
	size_t n = s->n;

	while (s->n && (*s->p == ' ' || *s->p == '\t' || *s->p == '\r' || *s->p == '\n'))
		*s = str_skip(*s, 1);
	return s->n < n;
}

static bool skip(struct str *s, struct str literal)
{
	if (!str_starts(*s, literal))
		return false;
	*s = str_skip(*s, literal.n);
	return true;
}

/* name S? '=' S? quoted value */
static bool pseudo_attribute(struct str *s, struct str name, struct str *value_out)
{
	const char *end;
	char quote;

	if (!skip(s, name))
		return false;
	skip_space(s);
	if (!skip(s, STR("=")))
		return false;
	skip_space(s);
	if (s->n == 0 || (*s->p != '\'' && *s->p != '"'))
		return false;
	quote = *s->p;
	*s = str_skip(*s, 1);
	end = memchr(s->p, quote, s->n);
	if (!end)
		return false;
	*value_out = (struct str){ s->p, (size_t)(end - s->p) };
	*s = str_skip(*s, value_out->n + 1);
	return true;
}

/* Behind the version: S encoding, S standalone, each optional, in this order. */
static bool declared_rest(struct str *s, struct str *encoding_out, struct str *standalone_out)
{
	bool space = skip_space(s);

	if (space && str_starts(*s, STR("encoding"))) {
		if (!pseudo_attribute(s, STR("encoding"), encoding_out))
			return false;
		space = skip_space(s);
	}
	if (space && str_starts(*s, STR("standalone"))) {
		if (!pseudo_attribute(s, STR("standalone"), standalone_out))
			return false;
		skip_space(s);
	}
	return skip(s, STR("?>"));
}

enum read_outcome reader_declaration(struct str header, struct str *rest_out)
{
	struct str s = header, version, encoding = STR("UTF-8"), standalone = STR("yes");

	*rest_out = header;
	if (!skip(&s, STR("<?xml")))
		return READ_OK;
	if (!skip_space(&s) || !pseudo_attribute(&s, STR("version"), &version))
		return READ_MALFORMED;
	if (!declared_rest(&s, &encoding, &standalone))
		return READ_MALFORMED;
	if (!str_eq(version, STR("1.0")))
		return READ_VERSION;
	if (!str_eq_nocase(encoding, STR("UTF-8")))
		return READ_ENCODING;
	if (!str_eq(standalone, STR("yes")) && !str_eq(standalone, STR("no")))
		return READ_MALFORMED;
	skip_space(&s);
	*rest_out = s;
	return READ_OK;
}

static bool continues(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* Length of the character at p, 0 when it is none. The second byte's range keeps out overlong
 * forms, surrogates and what is above U+10FFFF (RFC 3629, 4). */
static size_t character(const unsigned char *p, size_t n)
{
	unsigned char c = p[0];

	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4 || n < 2 || !continues(p[1]))
		return 0;
	if (c < 0xe0)
		return 2;
	if ((c == 0xe0 && p[1] < 0xa0) || (c == 0xed && p[1] > 0x9f) || n < 3 || !continues(p[2]))
		return 0;
	if (c < 0xf0)
		return 3;
	if ((c == 0xf0 && p[1] < 0x90) || (c == 0xf4 && p[1] > 0x8f) || n < 4 || !continues(p[3]))
		return 0;
	return 4;
}

static inline uint64_t word(const unsigned char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

/* Whole words of ASCII first, then to the byte. */
static const unsigned char *skip_ascii(const unsigned char *p, const unsigned char *end)
{
	const uint64_t high = UINT64_C(0x8080808080808080);

	for (; end - p >= 32; p += 32) {
		if ((word(p) | word(p + 8) | word(p + 16) | word(p + 24)) & high)
			break;
	}
	for (; end - p >= 8; p += 8) {
		uint64_t w = le64toh(word(p)) & high;

		if (w)
			return p + __builtin_ctzll(w) / 8;
	}
	while (p < end && *p < 0x80)
		p++;
	return p;
}

bool reader_utf8(struct str s)
{
	const unsigned char *p = (const unsigned char *)(s.n ? s.p : ""), *end = p + s.n;

	while ((p = skip_ascii(p, end)) < end) {
		/* Characters beyond ASCII come in runs. */
		while (p < end && *p >= 0x80) {
			size_t n = character(p, (size_t)(end - p));

			if (!n)
				return false;
			p += n;
		}
	}
	return true;
}
