/* SPDX-License-Identifier: MIT */
/*
 * A scanner of libconfig's lexical grammar: just enough to find includes, numbers that libconfig
 * would cut to 32 bits, and the cause of a syntax error. Pure; every byte is looked at once.
 */
#include "config/scan.h"

void scan_init(struct scan *s, struct str text)
{
	*s = (struct scan){ .text = text, .line = 1 };
}

static char peek(const struct scan *s, size_t ahead)
{
	return s->at + ahead < s->text.n ? s->text.p[s->at + ahead] : '\0';
}

static bool at_end(const struct scan *s)
{
	return s->at >= s->text.n;
}

static void step(struct scan *s)
{
	s->line += s->text.p[s->at] == '\n';
	s->at++;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '*';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\n';
}

static void skip_line(struct scan *s)
{
	while (!at_end(s) && peek(s, 0) != '\n')
		step(s);
}

/* False: the comment that begins here has no end. */
static bool skip_comment(struct scan *s)
{
	s->token_line = s->line;
	for (step(s), step(s); !at_end(s); step(s)) {
		if (peek(s, 0) == '*' && peek(s, 1) == '/') {
			step(s);
			step(s);
			return true;
		}
	}
	return false;
}

static bool skip_blanks(struct scan *s)
{
	while (!at_end(s)) {
		if (is_blank(peek(s, 0)))
			step(s);
		else if (peek(s, 0) == '#' || (peek(s, 0) == '/' && peek(s, 1) == '/'))
			skip_line(s);
		else if (peek(s, 0) != '/' || peek(s, 1) != '*')
			return true;
		else if (!skip_comment(s))
			return false;
	}
	return true;
}

static enum scan_token string(struct scan *s)
{
	for (step(s); !at_end(s) && peek(s, 0) != '"'; step(s)) {
		if (peek(s, 0) == '\\' && s->at + 1 < s->text.n)
			step(s);
	}
	if (at_end(s))
		return SCAN_OPEN_STRING;
	step(s);
	return SCAN_STRING;
}

static enum scan_token include(struct scan *s)
{
	static const char word[] = "@include";

	for (size_t i = 0; word[i]; i++) {
		if (peek(s, 0) != word[i])
			return SCAN_BAD_INCLUDE;
		step(s);
	}
	while (peek(s, 0) == ' ' || peek(s, 0) == '\t')
		step(s);
	if (peek(s, 0) != '"')
		return SCAN_BAD_INCLUDE;
	step(s);
	s->path = (struct str){ s->text.p + s->at, 0 };
	while (!at_end(s) && peek(s, 0) != '"' && peek(s, 0) != '\n') {
		step(s);
		s->path.n++;
	}
	if (peek(s, 0) != '"' || s->path.n == 0)
		return SCAN_BAD_INCLUDE;
	step(s);
	return SCAN_INCLUDE;
}

static enum scan_token token(struct scan *s)
{
	char c = peek(s, 0);

	if (c == '"')
		return string(s);
	if (c == '@')
		return include(s);
	if (is_letter(c)) {
		while (is_letter(peek(s, 0)) || is_digit(peek(s, 0)) || peek(s, 0) == '-' ||
			peek(s, 0) == '_')
			step(s);
		return SCAN_WORD;
	}
	if (is_digit(c)) {
		while (is_letter(peek(s, 0)) || is_digit(peek(s, 0)) || peek(s, 0) == '.')
			step(s);
		return SCAN_NUMBER;
	}
	step(s);
	return c && strchr("=:;,{}()[]+-", c) ? SCAN_MARK : SCAN_OTHER;
}

enum scan_token scan_next(struct scan *s)
{
	enum scan_token kind;
	size_t from;

	if (!skip_blanks(s))
		return SCAN_OPEN_COMMENT;
	from = s->at;
	s->token_line = s->line;
	kind = at_end(s) ? SCAN_END : token(s);
	s->token = (struct str){ s->text.p + from, s->at - from };
	return kind;
}
