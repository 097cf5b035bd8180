/* SPDX-License-Identifier: MIT */
/*
 * See diff.h. The greedy algorithm of E. Myers, "An O(ND) Difference Algorithm and Its Variations"
 * (1986): the furthest points reached with d differences, for d = 0, 1, ... on every diagonal.
 */
#include "ctl/diff.h"

#include "base/mem.h"

#include <stdlib.h>

enum { DIFFERENCES_MAX = 2000 /* lines; memory grows with the square */ };

void diff_text_init(struct diff_text *t, struct str text)
{
	unsigned room = 0;

	*t = (struct diff_text){ 0 };
	while (text.n) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;

		if (t->n == room) {
			room = room ? 2 * room : 64;
			t->lines = mem_resize(t->lines, room * sizeof(*t->lines));
		}
		t->lines[t->n++] = (struct str){ text.p, n };
		text = str_skip(text, end ? n + 1 : n);
	}
}

void diff_text_fini(struct diff_text *t)
{
	free(t->lines);
	*t = (struct diff_text){ 0 };
}

struct search {
	const struct str *a, *b;
	int n, m;
	int **reached; /* [d][k + d]: x on diagonal k = x - y after d differences */
};

/* Where diagonal k begins after one more difference than `last` (of d - 1) has. */
static int step(const int *last, int d, int k)
{
	bool down = k == -d || (k != d && last[k - 1 + d - 1] < last[k + 1 + d - 1]);

	return down ? last[k + 1 + d - 1] : last[k - 1 + d - 1] + 1;
}

/* With how many differences the end is reached; -1: too many. */
static int search(struct search *s)
{
	for (int d = 0; d <= DIFFERENCES_MAX && d <= s->n + s->m; d++) {
		int *now = mem_zero((size_t)(2 * d + 1), sizeof(*now));

		s->reached[d] = now;
		for (int k = -d; k <= d; k += 2) {
			int x = d ? step(s->reached[d - 1], d, k) : 0;

			while (x < s->n && x - k >= 0 && x - k < s->m &&
				str_eq(s->a[x], s->b[x - k]))
				x++;
			now[k + d] = x;
			if (x >= s->n && x - k >= s->m)
				return d;
		}
	}
	return -1;
}

/* Marks the lines that only one of them has. */
static void walk_back(const struct search *s, int d, bool *only_a, bool *only_b)
{
	int k = s->n - s->m;

	for (; d > 0; d--) {
		const int *last = s->reached[d - 1];
		bool down = k == -d || (k != d && last[k - 1 + d - 1] < last[k + 1 + d - 1]);
		int x = step(last, d, k);

		if (down)
			only_b[x - k - 1] = true;
		else
			only_a[x - 1] = true;
		k += down ? 1 : -1;
	}
}

static unsigned gather(const bool *only_a, unsigned n, const bool *only_b, unsigned m,
	unsigned offset, struct diff_change **out)
{
	unsigned count = 0, x = 0, y = 0;

	*out = NULL;
	while (x < n || y < m) {
		struct diff_change c = { .a = offset + x, .b = offset + y };

		while (x + c.na < n && only_a[x + c.na])
			c.na++;
		while (y + c.nb < m && only_b[y + c.nb])
			c.nb++;
		x += c.na;
		y += c.nb;
		if (c.na || c.nb) {
			*out = mem_resize(*out, (count + 1) * sizeof(**out));
			(*out)[count++] = c;
		} else {
			x++;
			y++;
		}
	}
	return count;
}

/* Lines n of a and m of b from `offset` on, which differ at both ends. */
static unsigned diff_middle(const struct str *a, unsigned n, const struct str *b, unsigned m,
	unsigned offset, struct diff_change **out)
{
	struct search s = { a, b, (int)n, (int)m,
		mem_zero(DIFFERENCES_MAX + 1, sizeof(*s.reached)) };
	bool *only_a = mem_zero(n + 1u, sizeof(*only_a)),
	     *only_b = mem_zero(m + 1u, sizeof(*only_b));
	int d = search(&s);
	unsigned count;

	if (d < 0) {
		memset(only_a, true, n);
		memset(only_b, true, m);
	} else {
		walk_back(&s, d, only_a, only_b);
	}
	count = gather(only_a, n, only_b, m, offset, out);
	for (unsigned i = 0; i <= DIFFERENCES_MAX; i++)
		free(s.reached[i]);
	free(s.reached);
	free(only_a);
	free(only_b);
	return count;
}

unsigned diff_texts(const struct diff_text *a, const struct diff_text *b, struct diff_change **out)
{
	unsigned begin = 0, end = 0;

	*out = NULL;
	while (begin < a->n && begin < b->n && str_eq(a->lines[begin], b->lines[begin]))
		begin++;
	if (begin == a->n && begin == b->n)
		return 0;
	while (end < a->n - begin && end < b->n - begin &&
		str_eq(a->lines[a->n - 1 - end], b->lines[b->n - 1 - end]))
		end++;
	return diff_middle(a->lines + begin, a->n - begin - end, b->lines + begin,
		b->n - begin - end, begin, out);
}
