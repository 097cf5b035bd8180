/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with a policy file: all of it, with file, line, a sentence and what to do about it.
 * Errors stop a file from being used; warnings are what works but should be looked at.
 */
#pragma once

#include <stdbool.h>

enum label_severity { LABEL_ERROR, LABEL_WARNING };

enum { LABEL_FINDINGS_MAX = 1000 }; /* what comes after is only counted */

struct label_finding {
	enum label_severity severity;
	char *file;
	unsigned line; /* 0: of the file as a whole */
	char *words;   /* a sentence */
	char *remedy;  /* another; never empty */
};

/* Owns its texts; zeroed is empty. */
struct label_findings {
	struct label_finding *list;
	unsigned n, max;
	unsigned errors, warnings; /* those not kept included */
};

void label_findings_fini(struct label_findings *f);
/* Those from the from-th on by line. */
void label_findings_sort(struct label_findings *f, unsigned from);
/* `fmt` makes the sentence; the remedy is copied. f NULL: nothing is kept. */
void label_findings_add(struct label_findings *f, enum label_severity s, const char *file,
	unsigned line, const char *remedy, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));
