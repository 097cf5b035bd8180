/* SPDX-License-Identifier: MIT */
/*
 * The nearest of some names by edits: a letter more, less or other, or two swapped. Capitals, and
 * "-" for "_", are no edits. Pure.
 */
#include "config/suggest.h"

#include "base/mem.h"

#include <string.h>

enum { WORD_MAX = 48 };

void suggest_init(struct suggest *s, const char *word)
{
	size_t n = strlen(word);

	/* A third of the letters may be wrong; then it is another word. */
	*s = (struct suggest){ word, NULL, (unsigned)(n / 3 + 1) };
}

static char plain(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c | 0x20);
	return c == '-' ? '_' : c;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Optimal string alignment, three rows at a time. Both at most WORD_MAX long. */
static unsigned distance(const char *a, size_t n, const char *b, size_t m)
{
	unsigned rows[3][WORD_MAX + 1];
	unsigned *before = rows[0], *above = rows[1], *row = rows[2];

	for (unsigned j = 0; j <= m; j++)
		row[j] = j;
	for (unsigned i = 1; i <= n; i++) {
		unsigned *spare = before;

		before = above;
		above = row;
		row = spare;
		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			unsigned other = plain(a[i - 1]) != plain(b[j - 1]);

			row[j] = least(above[j - 1] + other, least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && plain(a[i - 1]) == plain(b[j - 2]) &&
				plain(a[i - 2]) == plain(b[j - 1]))
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return row[m];
}

void suggest_offer(struct suggest *s, const char *name)
{
	size_t n = strlen(s->word), m = strlen(name);
	unsigned d;

	if (n > WORD_MAX || m > WORD_MAX)
		return;
	d = distance(s->word, n, name, m);
	if (d < s->distance || (d == s->distance && !s->best)) {
		s->best = name;
		s->distance = d;
	}
}

char *suggest_remedy(const struct suggest *s, const char *otherwise)
{
	if (!s->best)
		return mem_printf("; %s", otherwise);
	return mem_printf(": did you mean \"%s\"?", s->best);
}
