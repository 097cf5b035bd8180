/* SPDX-License-Identifier: MIT */
/* Findings: a list with a ceiling. Owns the texts. */
#include "label/finding.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORDS = 600 };

void label_findings_fini(struct label_findings *f)
{
	for (unsigned i = 0; i < f->n; i++) {
		free(f->list[i].file);
		free(f->list[i].words);
		free(f->list[i].remedy);
	}
	free(f->list);
	*f = (struct label_findings){ 0 };
}

void label_findings_sort(struct label_findings *f, unsigned from)
{
	for (unsigned i = from + 1; i < f->n; i++) {
		struct label_finding moved = f->list[i];
		unsigned k = i;

		for (; k > from && f->list[k - 1].line > moved.line; k--)
			f->list[k] = f->list[k - 1];
		f->list[k] = moved;
	}
}

void label_findings_add(struct label_findings *f, enum label_severity s, const char *file,
	unsigned line, const char *remedy, const char *fmt, ...)
{
	char words[WORDS];
	va_list ap;

	if (!f)
		return;
	f->errors += s == LABEL_ERROR;
	f->warnings += s == LABEL_WARNING;
	if (f->n == LABEL_FINDINGS_MAX)
		return;
	if (f->n == f->max) {
		f->max = f->max ? f->max * 2 : 16;
		f->list = mem_resize(f->list, f->max * sizeof(*f->list));
	}
	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	f->list[f->n++] = (struct label_finding){ .severity = s,
		.file = mem_strdup(file),
		.line = line,
		.words = mem_strdup(words),
		.remedy = mem_strdup(remedy) };
}
