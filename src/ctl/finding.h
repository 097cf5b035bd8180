/* SPDX-License-Identifier: MIT */
/*
 * What a check has found: sentences with a place and a remedy. A sentence that is true of many
 * domains is said once, with their names. Owns copies of everything.
 */
#pragma once

#include "base/domain.h"
#include "config/report.h"

#include <jansson.h>
#include <stdio.h>

enum finding_level {
	FINDING_NOTE,    /* worth knowing: no problem */
	FINDING_WARNING, /* something will not work, or soon not any more */
	FINDING_ERROR,   /* trunkd would not run, or some of it cannot work */
};

struct finding {
	enum finding_level level;
	char *file; /* NULL: no place */
	unsigned line;
	char *words; /* "@@" where the domains come in */
	char **domains;
	unsigned n;
};

struct findings {
	struct finding *v;
	unsigned n;
	unsigned problems; /* not notes */
};

void findings_fini(struct findings *f);
/* `at` may be NULL, or have no file. */
void findings_add(struct findings *f, enum finding_level level, const struct config_origin *at,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The same of a domain: "@@" in the sentence stands for it, and for all others of which the same
 * sentence is said. The place is the first one's. */
void findings_add_domain(struct findings *f, enum finding_level level,
	const struct config_origin *at, const struct domain *d, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* One line each, "  FILE:LINE: warning: ...". */
void findings_print(const struct findings *f, FILE *out);
/* [{ "level", "file", "line", "words", "domains" }]; the caller's. */
json_t *findings_json(const struct findings *f);
