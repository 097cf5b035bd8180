/* SPDX-License-Identifier: MIT */
/*
 * Reads text byte by byte. At most one of the words is under way at a time: none of them has the
 * first byte of another, or of itself, further in; but for the dashes, of which there may be more
 * than five. Keeps no text, and never looks back.
 */
#include "policy/body.h"

/* XEP-0364 3.1: 20 09 20 20 09 09 09 09 20 09 20 09 20 09 20 20, a tab being 1. The versions behind
 * it do not matter: without this there are none. */
#define OTR_TAG 0x4f54u

enum { OTR_TAG_BYTES = 16, DASHES = 5 };

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
	*run_out = 0;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == ' ' || c == '\t') {
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
