/* SPDX-License-Identifier: MIT */
/*
 * Text for people: sections of aligned rows, with colours where they are wanted. What a peer or a
 * file can choose is made harmless for a terminal on the way. Owns the rows of the section that is
 * open.
 */
#pragma once

#include "base/buf.h"

#include <stdio.h>

enum tone { TONE_PLAIN, TONE_GOOD, TONE_WARN, TONE_BAD, TONE_FAINT };

enum { TEXT_COLUMNS = 4 };

struct text {
	FILE *f;
	bool colour;
	bool started; /* something stands above */
	struct text_row *rows;
	unsigned n;
};

/* Ends the section before it and begins another one. */
void text_section(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A row: cells behind one another until NULL. The tone is that of the second one; the last one is
 * faint when it is a place (text_place()). */
void text_row(struct text *t, enum tone tone, const char *cell, ...) __attribute__((sentinel));
/* Lines of bytes, indented, below the rows. */
void text_block(struct text *t, struct str bytes);
/* One line outside of any section. */
void text_line(FILE *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Harmless characters only, without a newline; how many columns a text takes. */
void text_put(FILE *f, const char *s);
unsigned text_width(const char *s);
/* Ends the last section and frees all rows. */
void text_end(struct text *t);

struct config_origin;
/* "file:line", the file as a whole (line 0), or "default" where nobody wrote it. By value, for a
 * call's arguments. */
struct text_place {
	char s[512];
};
struct text_place text_place(const struct config_origin *o);
