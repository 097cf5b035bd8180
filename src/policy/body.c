/* SPDX-License-Identifier: MIT */
/*
 * Reads text byte by byte. At most one of the words is under way at a time: none of them has the
 * first byte of another, or of itself, further in; but for the dashes, of which there may be more
 * than five. Most of a text is passed over: nothing is found where none of a few bytes stands.
 * Keeps no text.
 */
#include "policy/body.h"

#include "xml/bytes.h"

/* XEP-0364 3.1: 20 09 20 20 09 09 09 09 20 09 20 09 20 09 20 20, a tab being 1. The versions behind
 * it do not matter: without this there are none. */
#define OTR_TAG 0x4f54u

enum {
	OTR_TAG_BYTES = 16,
	DASHES = 5,
	LOOK_BACK = 8, /* more than the longest part of a word before its trigger */
};

enum word { WORD_OTR, WORD_PGP, WORD_AESGCM };

static const struct str words[] = {
	[WORD_OTR] = STR_INIT("?OTR"),
	[WORD_PGP] = STR_INIT("-----BEGIN PGP "),
	[WORD_AESGCM] = STR_INIT("aesgcm://"),
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Without one of these there is no word and no tag. */
static bool is_trigger(char c)
{
	return c == '?' || c == '-' || c == ':' || c == '\t';
}

/* The bytes before the first trigger. */
static size_t quiet(struct str text)
{
	size_t n = 0;

	for (; text.n - n >= BYTES_WIDE; n += BYTES_WIDE) {
		const char *p = text.p + n;
		uint64_t found = bytes_equal(p, '?') | bytes_equal(p, '-') | bytes_equal(p, ':') |
				 bytes_equal(p, '\t');

		if (found)
			return n + bytes_first(found);
	}
	while (n < text.n && !is_trigger(text.p[n]))
		n++;
	return n;
}

/* Of as many quiet bytes, those that need not be read: not the last ones, in which a word or a run
 * of blanks may have begun. */
static size_t unread(struct str text, size_t n)
{
	n = n > LOOK_BACK ? n - LOOK_BACK : 0;
	while (n > 0 && is_blank(text.p[n - 1]))
		n--;
	return n;
}

/* The byte behind "?OTR" has come. */
static void otr_ends(struct body_scan *s, char c)
{
	if (s->leading || c == ':' || c == ',' || c == '|')
		s->found |= BODY_OTR;
	s->matched = 0;
}

static void word_start(struct body_scan *s, char c)
{
	switch (c) {
	case '?': s->word = WORD_OTR; break;
	case '-': s->word = WORD_PGP; break;
	case 'a':
	case 'A': s->word = WORD_AESGCM; break;
	default: return;
	}
	s->matched = 1;
	s->leading = !s->begun;
}

/* All of the word has come. */
static void word_ends(struct body_scan *s)
{
	switch ((enum word)s->word) {
	case WORD_OTR:
		/* One byte more tells, unless the place tells already. */
		if (s->leading)
			s->found |= BODY_OTR;
		return;
	case WORD_PGP: s->found |= BODY_PGP; break;
	case WORD_AESGCM: s->found |= BODY_AESGCM; break;
	}
	s->matched = 0;
}

static void word_next(struct body_scan *s, char c)
{
	struct str word = words[s->word];

	if (s->matched == word.n) {
		otr_ends(s, c);
		word_start(s, c);
		return;
	}
	if ((s->word == WORD_AESGCM ? lower(c) : c) == word.p[s->matched]) {
		if (++s->matched == word.n)
			word_ends(s);
		return;
	}
	if (s->word == WORD_PGP && s->matched == DASHES && c == '-')
		return;
	s->matched = 0;
	word_start(s, c);
}

static void blank(struct body_scan *s, char c)
{
	s->blanks = (uint16_t)(s->blanks << 1 | (c == '\t'));
	if (++s->run < OTR_TAG_BYTES || s->blanks != OTR_TAG)
		return;
	s->tagged = true;
	s->found |= BODY_OTR_TAG;
}

size_t body_scan_some(struct body_scan *s, struct str text, size_t *run_out)
{
	size_t known = 0; /* up to there it is known where the next trigger is */

	*run_out = 0;
	for (size_t i = 0; i < text.n; i++) {
		char c;

		if (i >= known && s->begun && s->matched == 0 && s->run == 0) {
			size_t n = quiet(str_skip(text, i));

			known = i + n + 1;
			i += unread(str_skip(text, i), n);
		}
		c = text.p[i];
		if (is_blank(c)) {
			blank(s, c);
		} else {
			*run_out = body_scan_tail(s);
			s->run = 0;
			s->tagged = false;
			if (*run_out > 0)
				return i;
		}
		if (s->matched > 0)
			word_next(s, c);
		else
			word_start(s, c);
		if (!is_white(c))
			s->begun = true;
	}
	return text.n;
}

void body_scan_text(struct body_scan *s, struct str text)
{
	size_t run;

	while (text.n > 0)
		text = str_skip(text, body_scan_some(s, text, &run));
}

size_t body_scan_tail(const struct body_scan *s)
{
	return s->tagged ? s->run : 0;
}
