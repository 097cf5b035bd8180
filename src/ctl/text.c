/* SPDX-License-Identifier: MIT */
/* See text.h. */
#include "ctl/text.h"

#include "base/mem.h"
#include "config/report.h"

#include <stdarg.h>
#include <stdlib.h>

enum { WIDE = 58 /* a longer cell does not push the others away */ };

struct text_row {
	enum tone tone;
	unsigned n;
	char *cell[TEXT_COLUMNS];
};

static const char *const colours[] = {
	[TONE_PLAIN] = "",
	[TONE_GOOD] = "\033[32m",
	[TONE_WARN] = "\033[33m",
	[TONE_BAD] = "\033[31m",
	[TONE_FAINT] = "\033[2m",
};

/* Prints harmless characters; how many columns that took. */
static unsigned put(FILE *f, struct str s, bool lines)
{
	unsigned width = 0;

	while (s.n) {
		uint32_t code;
		size_t n = str_utf8(s, &code);

		if (n && lines && (code == '\n' || code == '\t'))
			fwrite(s.p, 1, n, f);
		else if (!n || str_deceives(code))
			fputc('?', f);
		else
			fwrite(s.p, 1, n, f);
		width++;
		s = str_skip(s, n ? n : 1);
	}
	return width;
}

void text_put(FILE *f, const char *s)
{
	put(f, str_of(s), false);
}

unsigned text_width(const char *cell)
{
	struct str s = str_of(cell);
	unsigned width = 0;
	uint32_t code;

	for (size_t n; s.n; s = str_skip(s, n)) {
		n = str_utf8(s, &code);
		n = n ? n : 1;
		width++;
	}
	return width;
}

static void widths(const struct text *t, unsigned out[TEXT_COLUMNS])
{
	for (unsigned i = 0; i < t->n; i++)
		for (unsigned j = 0; j + 1 < t->rows[i].n; j++) {
			unsigned w = text_width(t->rows[i].cell[j]);

			if (w > out[j] && w <= WIDE)
				out[j] = w;
		}
}

static void print_row(const struct text *t, const struct text_row *r, const unsigned *wide)
{
	fputs("  ", t->f);
	for (unsigned j = 0; j < r->n; j++) {
		enum tone tone = j == 1 ? r->tone : j == 3 ? TONE_FAINT : TONE_PLAIN;
		bool toned = t->colour && tone != TONE_PLAIN;
		unsigned w;

		if (toned)
			fputs(colours[tone], t->f);
		w = put(t->f, str_of(r->cell[j]), false);
		if (toned)
			fputs("\033[0m", t->f);
		if (j + 1 < r->n)
			fprintf(t->f, "%*s", (int)(wide[j] > w ? wide[j] - w : 0) + 2, "");
	}
	fputc('\n', t->f);
}

static void flush(struct text *t)
{
	unsigned wide[TEXT_COLUMNS] = { 0 };

	widths(t, wide);
	for (unsigned i = 0; i < t->n; i++) {
		print_row(t, &t->rows[i], wide);
		for (unsigned j = 0; j < t->rows[i].n; j++)
			free(t->rows[i].cell[j]);
	}
	free(t->rows);
	t->rows = NULL;
	t->n = 0;
}

void text_section(struct text *t, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	flush(t);
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (t->started)
		fputc('\n', t->f);
	t->started = true;
	if (t->colour)
		fputs("\033[1m", t->f);
	put(t->f, str_of(line), false);
	fputs(t->colour ? "\033[0m\n" : "\n", t->f);
}

void text_row(struct text *t, enum tone tone, const char *cell, ...)
{
	struct text_row *r;
	va_list ap;

	t->rows = mem_resize(t->rows, (t->n + 1) * sizeof(*t->rows));
	r = &t->rows[t->n++];
	*r = (struct text_row){ .tone = tone };
	va_start(ap, cell);
	for (const char *c = cell; c && r->n < TEXT_COLUMNS; c = va_arg(ap, const char *))
		r->cell[r->n++] = mem_strdup(c);
	va_end(ap);
	while (r->n && !r->cell[r->n - 1][0])
		free(r->cell[--r->n]);
}

void text_block(struct text *t, struct str bytes)
{
	flush(t);
	fputs("  ", t->f);
	put(t->f, bytes, true);
	fputc('\n', t->f);
}

void text_line(FILE *f, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	put(f, str_of(line), false);
	fputc('\n', f);
}

void text_end(struct text *t)
{
	flush(t);
}

struct text_place text_place(const struct config_origin *o)
{
	struct text_place out;

	if (o && o->file && o->line)
		snprintf(out.s, sizeof(out.s), "%s:%u", o->file, o->line);
	else if (o && o->file)
		snprintf(out.s, sizeof(out.s), "%s", o->file);
	else
		snprintf(out.s, sizeof(out.s), "default");
	return out;
}
