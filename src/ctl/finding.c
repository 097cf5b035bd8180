/* SPDX-License-Identifier: MIT */
/* See finding.h. */
#include "ctl/finding.h"

#include "base/buf.h"
#include "base/mem.h"
#include "ctl/json.h"
#include "ctl/text.h"

#include <stdarg.h>
#include <stdlib.h>

enum { NAMED = 3 /* domains in a sentence; of more than one more, the number is said */ };

static const char *const level_names[] = {
	[FINDING_NOTE] = "note",
	[FINDING_WARNING] = "warning",
	[FINDING_ERROR] = "error",
};

void findings_fini(struct findings *f)
{
	for (unsigned i = 0; i < f->n; i++) {
		for (unsigned k = 0; k < f->v[i].n; k++)
			free(f->v[i].domains[k]);
		free(f->v[i].domains);
		free(f->v[i].file);
		free(f->v[i].words);
	}
	free(f->v);
	*f = (struct findings){ 0 };
}

/* Owns the words from now on. */
static struct finding *append(
	struct findings *f, enum finding_level level, const struct config_origin *at, char *words)
{
	struct finding *one;

	f->v = mem_resize(f->v, (f->n + 1) * sizeof(*f->v));
	one = &f->v[f->n++];
	*one = (struct finding){ .level = level, .words = words };
	if (at && at->file) {
		one->file = mem_strdup(at->file);
		one->line = at->line;
	}
	if (level != FINDING_NOTE)
		f->problems++;
	return one;
}

__attribute__((format(printf, 1, 0))) static char *print(const char *fmt, va_list ap)
{
	char *words;

	if (vasprintf(&words, fmt, ap) < 0)
		abort();
	return words;
}

void findings_add(struct findings *f, enum finding_level level, const struct config_origin *at,
	const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	append(f, level, at, print(fmt, ap));
	va_end(ap);
}

void findings_add_domain(struct findings *f, enum finding_level level,
	const struct config_origin *at, const struct domain *d, const char *fmt, ...)
{
	struct finding *one = NULL;
	char *words;
	va_list ap;

	va_start(ap, fmt);
	words = print(fmt, ap);
	va_end(ap);
	for (unsigned i = 0; i < f->n && !one; i++)
		if (f->v[i].n && f->v[i].level == level && strcmp(f->v[i].words, words) == 0)
			one = &f->v[i];
	if (one)
		free(words);
	else
		one = append(f, level, at, words);
	/* Once, though it be true for several reasons: they come behind one another. */
	if (one->n && str_is(domain_str(d), one->domains[one->n - 1]))
		return;
	one->domains = mem_resize(one->domains, (one->n + 1) * sizeof(*one->domains));
	one->domains[one->n++] = mem_strdup(d->s);
}

/* "a.example, b.example and c.example", "a.example, b.example, c.example and 38 more" */
static void put_domains(const struct finding *f, struct buf *out)
{
	unsigned named = f->n <= NAMED + 1 ? f->n : NAMED;

	for (unsigned i = 0; i < named; i++)
		buf_printf(out, "%s%s",
			i == 0                            ? ""
			: i + 1 == named && named == f->n ? " and "
							  : ", ",
			f->domains[i]);
	if (named < f->n)
		buf_printf(out, " and %u more", f->n - named);
}

/* The sentence, terminated; the caller frees it. */
static char *sentence(const struct finding *f)
{
	const char *at, *from = f->words;
	struct buf out = { 0 };
	char *all;

	for (; f->n && (at = strstr(from, "@@")) != NULL; from = at + 2) {
		buf_put(&out, (struct str){ from, (size_t)(at - from) });
		put_domains(f, &out);
	}
	buf_put(&out, str_of(from));
	all = str_dup(buf_view(&out));
	buf_fini(&out);
	return all;
}

void findings_print(const struct findings *f, FILE *out)
{
	for (unsigned i = 0; i < f->n; i++) {
		const struct finding *one = &f->v[i];
		struct config_origin at = { one->file, one->line, NULL };
		MEM_AUTO char *words = sentence(one);

		if (one->file)
			text_line(out, "  %s: %s: %s", text_place(&at).s, level_names[one->level],
				words);
		else
			text_line(out, "  %s: %s", level_names[one->level], words);
	}
}

json_t *findings_json(const struct findings *f)
{
	json_t *all = json_array();

	for (unsigned i = 0; i < f->n; i++) {
		const struct finding *one = &f->v[i];
		MEM_AUTO char *words = sentence(one);
		json_t *j = json_object();

		json_object_set_new(j, "level", json_string(level_names[one->level]));
		if (one->file) {
			json_object_set_new(j, "file", json_text(str_of(one->file)));
			json_object_set_new(j, "line", json_integer(one->line));
		}
		json_object_set_new(j, "words", json_text(str_of(words)));
		if (one->n) {
			json_t *domains = json_array();

			for (unsigned k = 0; k < one->n; k++)
				json_array_append_new(domains, json_text(str_of(one->domains[k])));
			json_object_set_new(j, "domains", domains);
		}
		json_array_append_new(all, j);
	}
	return all;
}
