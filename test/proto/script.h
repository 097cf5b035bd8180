/* SPDX-License-Identifier: MIT */
/* A conversation script, read and expanded; see README.md for the language. Owns its text. */
#pragma once

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

enum verb {
	VERB_ROLE,
	VERB_OPTION,
	VERB_ONLY,
	VERB_PEER,
	VERB_WE,
	VERB_EVENT,
	VERB_OWNER,
	VERB_SINK,
	VERB_CLOCK,
	VERB_IS,
};

struct step {
	enum verb verb;
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
};

/* Reads a file; false, with a sentence on standard error, when it is no script. */
bool script_read(struct script *s, const char *directory, const char *file);
void script_fini(struct script *s);

/* The next word of a line, which may hold a quoted part (key="two words"); false at its end. */
bool script_word(struct str *line, struct str *word_out);
/* The decimal number a view starts with; what stands behind the view is not looked at. */
unsigned long script_number(struct str s);
