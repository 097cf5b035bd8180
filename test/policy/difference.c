/* SPDX-License-Identifier: MIT */
/* Where two pieces of XML differ: each is cut before every tag, and what they share at both ends is
 * left out. */
#include "difference.h"

/* The first line: up to the next tag. */
static struct str first_line(struct str s)
{
	const char *next = s.n > 1 ? memchr(s.p + 1, '<', s.n - 1) : NULL;

	return (struct str){ s.p, next ? (size_t)(next - s.p) : s.n };
}

static struct str last_line(struct str s)
{
	size_t at = s.n;

	while (at > 0 && s.p[--at] != '<')
		;
	return str_skip(s, at);
}

static void put(struct buf *out, char sign, struct str line)
{
	buf_printf(out, "#   %c %.*s\n", sign, STR_ARG(line));
}

static void put_all(struct buf *out, char sign, struct str s)
{
	while (s.n > 0) {
		struct str line = first_line(s);

		put(out, sign, line);
		s = str_skip(s, line.n);
	}
}

void difference_write(struct buf *out, struct str want, struct str got)
{
	struct str before = { NULL, 0 }, behind = { NULL, 0 };

	while (want.n > 0 && got.n > 0 && str_eq(first_line(want), first_line(got))) {
		before = first_line(want);
		want = str_skip(want, before.n);
		got = str_skip(got, before.n);
	}
	while (want.n > 0 && got.n > 0 && str_eq(last_line(want), last_line(got))) {
		behind = last_line(want);
		want.n -= behind.n;
		got.n -= behind.n;
	}
	if (before.n)
		put(out, ' ', before);
	put_all(out, '-', want);
	put_all(out, '+', got);
	if (behind.n)
		put(out, ' ', behind);
}
