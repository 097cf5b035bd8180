/* SPDX-License-Identifier: MIT */
/* The words of a configuration text, for what libconfig does not do or does not say. */
#pragma once

#include "base/str.h"

enum scan_token {
	SCAN_END,
	SCAN_WORD,        /* a name, or text without quotes */
	SCAN_NUMBER,      /* begins with a digit; the sign is a mark */
	SCAN_STRING,      /* with its quotes */
	SCAN_MARK,        /* one of = : ; , { } ( ) [ ] + - */
	SCAN_OTHER,       /* a character that may only stand in quotes */
	SCAN_INCLUDE,     /* a whole @include "path" */
	SCAN_BAD_INCLUDE, /* @include without that */
	SCAN_OPEN_STRING, /* a string without end */
	SCAN_OPEN_COMMENT,
};

struct scan {
	struct str text;
	size_t at;
	unsigned line; /* of `at`, from 1 */
	/* the token read last */
	struct str token;
	unsigned token_line;
	struct str path; /* of an include */
};

void scan_init(struct scan *s, struct str text);
enum scan_token scan_next(struct scan *s);
