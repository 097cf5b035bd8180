/* SPDX-License-Identifier: MIT */
/* A script of "verb: rest" lines, read and expanded; README.md has what all of them share. Owns its
 * text. Knows no verb. */
#pragma once

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* The verbs that a kind of script has. */
struct script_language {
	const char *const *verbs;
	size_t n;
};

struct step {
	unsigned verb; /* its index in the language */
	unsigned line;
	struct buf text; /* words and repetitions expanded; $ID and $NEWID are left */
};

struct script {
	char *name; /* the file's, without directory and suffix */
	struct step *steps;
	size_t nsteps;
	/* Words of the language, from the file `words` beside the scripts. */
	struct word {
		char *name, *value;
	} * words;
	size_t nwords;
	const struct script_language *language;
};

/* Reads a file; false, with a sentence on standard error, when it is no script. */
bool script_read(struct script *s, const struct script_language *language, const char *directory,
	const char *file);
void script_fini(struct script *s);

/* The next word of a line, which may hold a quoted part (key="two words"); false at its end. */
bool script_word(struct str *line, struct str *word_out);
/* The decimal number a view starts with; what stands behind the view is not looked at. */
unsigned long script_number(struct str s);
