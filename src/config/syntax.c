/* SPDX-License-Identifier: MIT */
/*
 * libconfig says "syntax error" and a line (and leaks the text that it was reading). So its grammar
 * is checked here first, by a descent that knows the mistakes people make: words without quotes,
 * yes and no, a comma after the last item, brackets that do not match, a missing quote. Pure.
 */
#include "config/syntax.h"

#include "base/mem.h"
#include "config/scan.h"

#include <stdlib.h>

enum { NESTING = 32 };

struct checker {
	struct scan scan;
	enum scan_token kind; /* of scan.token, which is not dealt with yet */
	unsigned depth;
	unsigned string_line, string_end; /* of the last string that went over several lines */
	char *why;
	unsigned why_line;
};

/* The names of one group. */
struct names {
	struct str *v;
	unsigned n, size;
};

static bool value(struct checker *c, bool plain_only);

static void next(struct checker *c)
{
	c->kind = scan_next(&c->scan);
	if (c->kind == SCAN_STRING && c->scan.line > c->scan.token_line) {
		c->string_line = c->scan.token_line;
		c->string_end = c->scan.line;
	}
}

/* Takes the sentence; always false. */
static bool fail_at(struct checker *c, unsigned line, char *why)
{
	if (c->string_end && c->string_end == c->scan.token_line) {
		free(why);
		why = mem_printf("a string that began on line %u ends here: is a quote missing?",
			c->string_line);
	}
	c->why = why;
	c->why_line = line;
	return false;
}

static bool fail(struct checker *c, char *why)
{
	return fail_at(c, c->scan.token_line, why);
}

/* The mark that stands here, or 0. */
static char mark(const struct checker *c)
{
	return c->kind == SCAN_MARK ? c->scan.token.p[0] : '\0';
}

static bool is_mark(const struct checker *c, const char *set)
{
	return mark(c) && strchr(set, mark(c));
}

/* Something stands where neither an item nor the end of the bracket may stand. */
static bool wrong_end(struct checker *c, char open, unsigned line)
{
	if (c->kind == SCAN_END)
		return fail_at(c, line, mem_printf("this %c is not closed", open));
	if (is_mark(c, ")]}"))
		return fail(c, mem_printf("this %c meets the %c of line %u, which is not closed",
				       mark(c), open, line));
	return false;
}

static bool word(struct checker *c)
{
	struct str w = c->scan.token;

	if (str_eq_nocase(w, STR("yes")) || str_eq_nocase(w, STR("on")))
		return fail(c, mem_printf("write true instead of %.*s", STR_ARG(w)));
	if (str_eq_nocase(w, STR("no")) || str_eq_nocase(w, STR("off")))
		return fail(c, mem_printf("write false instead of %.*s", STR_ARG(w)));
	if (!str_eq_nocase(w, STR("true")) && !str_eq_nocase(w, STR("false")))
		return fail(
			c, mem_printf("text stands in double quotes: write \"%.*s\"", STR_ARG(w)));
	next(c);
	return true;
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* Digits, hexadecimal digits, either with "L"; or digits with one point. */
static bool is_number(struct str n)
{
	bool hex = str_starts(n, STR("0x")) || str_starts(n, STR("0X"));
	size_t i = hex ? 2 : 0, from = i;

	while (i < n.n && is_one_of(n.p[i], hex ? "0123456789abcdefABCDEF" : "0123456789"))
		i++;
	if (i == from)
		return false;
	n = str_skip(n, i);
	if (str_is(n, "") || str_is(n, "L") || str_is(n, "LL"))
		return true;
	if (hex || n.p[0] != '.')
		return false;
	for (i = 1; i < n.n; i++) {
		if (!is_one_of(n.p[i], "0123456789"))
			return false;
	}
	return true;
}

/* A unit or an address is the usual mistake here. */
static bool number(struct checker *c)
{
	struct str n = c->scan.token;

	if (!is_number(n))
		return fail(
			c, mem_printf("this is no plain number: write \"%.*s\" in double quotes",
				   STR_ARG(n)));
	next(c);
	return true;
}

static bool signed_number(struct checker *c)
{
	const char *after = c->scan.token.p + 1;

	next(c);
	if (c->kind != SCAN_NUMBER || c->scan.token.p != after)
		return fail(c, mem_strdup("digits must follow the sign at once"));
	if (str_starts(c->scan.token, STR("0x")) || str_starts(c->scan.token, STR("0X")))
		return fail(c, mem_strdup("a hexadecimal number has no sign"));
	return number(c);
}

/* libconfig wants all values of an array to be of one of these kinds. */
static char kind_of(const struct checker *c)
{
	struct str t = c->scan.token;

	if (c->kind != SCAN_NUMBER && !is_mark(c, "+-"))
		return c->kind == SCAN_STRING ? 's' : 'b';
	if (c->kind == SCAN_MARK) {
		struct scan ahead = c->scan;

		scan_next(&ahead);
		t = ahead.token;
	}
	return str_ends(t, STR("L")) ? 'L' : memchr(t.p, '.', t.n) ? '.' : 'i';
}

/* Inside ( ) or [ ]. */
static bool items(struct checker *c, char open)
{
	unsigned line = c->scan.token_line;
	char close = open == '(' ? ')' : ']', kind;

	next(c);
	kind = kind_of(c);
	while (mark(c) != close) {
		if (open == '[' && kind_of(c) != kind)
			return fail(c, mem_strdup("the values in [ ] must all be of one kind"));
		if (!value(c, open == '['))
			return c->why ? false : wrong_end(c, open, line);
		if (mark(c) == ',') {
			next(c);
			if (mark(c) == close)
				return fail(c, mem_printf("no comma may stand after the last item, "
							  "before %c",
						       close));
		} else if (mark(c) == ';') {
			return fail(
				c, mem_printf("items in %c %c are separated by commas, not by ;",
					   open, close));
		} else if (mark(c) != close) {
			wrong_end(c, open, line);
			return c->why ? false
				      : fail(c, mem_strdup("a comma is missing before this item"));
		}
	}
	next(c);
	return true;
}

static bool add_name(struct checker *c, struct names *names)
{
	struct str name = c->scan.token;

	if (str_eq_nocase(name, STR("true")) || str_eq_nocase(name, STR("false")))
		return fail(c, mem_printf("a key cannot be called %.*s", STR_ARG(name)));
	for (unsigned i = 0; i < names->n; i++) {
		if (str_eq(names->v[i], name))
			return fail(
				c, mem_printf("%.*s stands twice in this group: keep one of them",
					   STR_ARG(name)));
	}
	if (names->n == names->size) {
		names->size = names->size ? 2 * names->size : 16;
		names->v = mem_resize(names->v, names->size * sizeof(*names->v));
	}
	names->v[names->n++] = name;
	return true;
}

static bool setting(struct checker *c, struct names *names)
{
	struct str name = c->scan.token;

	if (!add_name(c, names))
		return false;
	next(c);
	if (!is_mark(c, "=:"))
		return fail(c, mem_printf("after the name %.*s an = and a value are missing",
				       STR_ARG(name)));
	next(c);
	if (!value(c, false))
		return c->why ? false
			      : fail(c, mem_printf(
						"after %.*s = a value is missing", STR_ARG(name)));
	if (is_mark(c, ";,"))
		next(c);
	return true;
}

/* What stands where a name was to be. */
static bool no_name(struct checker *c)
{
	if (is_mark(c, ";,"))
		return fail(c, mem_printf("one %c too many", mark(c)));
	if (is_mark(c, "{(["))
		return fail(c, mem_printf("a name and an = are missing before this %c", mark(c)));
	if (is_mark(c, "})]"))
		return fail(c, mem_printf("this %c closes nothing: remove it", mark(c)));
	if (c->kind == SCAN_STRING)
		return fail(c, mem_strdup("names stand without quotes"));
	if (c->kind == SCAN_OTHER)
		return fail(c, mem_strdup("there is a character that may only stand in double "
					  "quotes"));
	return fail(c, mem_strdup("a name was to stand here"));
}

static bool settings(struct checker *c)
{
	struct names names = { 0 };
	bool ok = true;

	while (ok && c->kind == SCAN_WORD)
		ok = setting(c, &names);
	free(names.v);
	return ok;
}

static bool group(struct checker *c)
{
	unsigned line = c->scan.token_line;

	next(c);
	if (!settings(c))
		return false;
	if (mark(c) != '}') {
		wrong_end(c, '{', line);
		return c->why ? false : no_name(c);
	}
	next(c);
	return true;
}

static bool bracket(struct checker *c, bool plain_only)
{
	bool ok;

	if (plain_only)
		return fail(c,
			mem_printf("no %c may stand in [ ]: write ( ) around the items", mark(c)));
	if (c->depth == NESTING)
		return fail(c, mem_strdup("brackets stand too deep in each other"));
	c->depth++;
	ok = mark(c) == '{' ? group(c) : items(c, mark(c));
	c->depth--;
	return ok;
}

/* False without a sentence: no value stands here. */
static bool value(struct checker *c, bool plain_only)
{
	switch (c->kind) {
	case SCAN_STRING:
		while (c->kind == SCAN_STRING)
			next(c);
		return true;
	case SCAN_WORD: return word(c);
	case SCAN_NUMBER: return number(c);
	case SCAN_OTHER: return no_name(c);
	case SCAN_MARK:
		if (is_mark(c, "+-"))
			return signed_number(c);
		return is_mark(c, "{([") && bracket(c, plain_only);
	case SCAN_END:
	case SCAN_INCLUDE:
	case SCAN_BAD_INCLUDE:
	case SCAN_OPEN_STRING:
	case SCAN_OPEN_COMMENT: return false;
	}
	return false;
}

char *syntax_check(struct str text, unsigned *line_out)
{
	struct checker c = { 0 };

	scan_init(&c.scan, text);
	next(&c);
	if (settings(&c) && c.kind != SCAN_END)
		no_name(&c);
	*line_out = c.why_line;
	return c.why;
}
