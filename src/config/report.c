/* SPDX-License-Identifier: MIT */
/*
 * All that is wrong with a configuration, in the order in which an operator reads the files. Owns
 * copies of everything; a line that says what another line says already is not kept (a value that a
 * thousand controls inherit is wrong once).
 */
#include "config/report.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct entry {
	struct map_node by_text;
	enum config_severity severity;
	unsigned file, line; /* what the order goes by; file 0: no file */
	const char *topic;
	char *text;
	size_t words; /* of the text: where they begin */
};

struct config_report {
	char **files;
	unsigned n_files;
	struct entry **entries; /* in order */
	unsigned n, size;
	unsigned counts[2];
	struct map texts;
	const char *topic;
};

struct config_report *config_report_new(void)
{
	struct config_report *r = MEM_NEW(struct config_report);

	map_init(&r->texts);
	return r;
}

void config_report_free(struct config_report *r)
{
	if (!r)
		return;
	map_fini(&r->texts);
	for (unsigned i = 0; i < r->n; i++) {
		free(r->entries[i]->text);
		free(r->entries[i]);
	}
	for (unsigned i = 0; i < r->n_files; i++)
		free(r->files[i]);
	free(r->entries);
	free(r->files);
	free(r);
}

/* Counted from 1. */
static unsigned file_rank(struct config_report *r, const char *name)
{
	for (unsigned i = 0; i < r->n_files; i++) {
		if (strcmp(r->files[i], name) == 0)
			return i + 1;
	}
	r->files = mem_resize(r->files, (r->n_files + 1) * sizeof(*r->files));
	r->files[r->n_files++] = mem_strdup(name);
	return r->n_files;
}

void config_report_file(struct config_report *r, const char *name)
{
	file_rank(r, name);
}

static bool is_before(const struct entry *a, const struct entry *b)
{
	return a->file != b->file ? a->file < b->file : a->line < b->line;
}

static void insert(struct config_report *r, struct entry *e)
{
	unsigned at = r->n;

	if (r->n == r->size) {
		r->size = r->size ? 2 * r->size : 16;
		r->entries = mem_resize(r->entries, r->size * sizeof(struct entry *));
	}
	while (at > 0 && is_before(e, r->entries[at - 1])) {
		r->entries[at] = r->entries[at - 1];
		at--;
	}
	r->entries[at] = e;
	r->n++;
	r->counts[e->severity]++;
}

void config_report_add(struct config_report *r, enum config_severity sev,
	const struct config_origin *origin, const char *fmt, ...)
{
	struct entry *e = MEM_NEW(struct entry);
	struct buf text = { 0 };
	va_list ap;
	char *message;

	va_start(ap, fmt);
	if (vasprintf(&message, fmt, ap) < 0)
		abort();
	va_end(ap);
	e->severity = sev;
	e->topic = r->topic;
	if (origin && origin->file) {
		e->file = file_rank(r, origin->file);
		e->line = origin->line;
		buf_printf(&text, "%s:%u: ", origin->file, origin->line);
	}
	buf_put(&text, sev == CONFIG_ERROR ? STR("error: ") : STR("warning: "));
	e->words = buf_len(&text);
	buf_put(&text, str_of(message));
	free(message);
	e->text = str_dup(buf_view(&text));
	buf_fini(&text);
	if (map_get(&r->texts, str_of(e->text))) {
		free(e->text);
		free(e);
		return;
	}
	map_put(&r->texts, &e->by_text, str_of(e->text));
	insert(r, e);
}

unsigned config_report_count(const struct config_report *r, enum config_severity sev)
{
	return r->counts[sev];
}

const char *config_report_line(
	const struct config_report *r, unsigned i, enum config_severity *sev_out)
{
	if (i >= r->n)
		return NULL;
	if (sev_out)
		*sev_out = r->entries[i]->severity;
	return r->entries[i]->text;
}

void config_report_topic(struct config_report *r, const char *topic)
{
	r->topic = topic;
}

bool config_report_message(const struct config_report *r, unsigned i, struct config_message *out)
{
	const struct entry *e = i < r->n ? r->entries[i] : NULL;

	if (!e)
		return false;
	*out = (struct config_message){
		.severity = e->severity,
		.topic = e->topic,
		.file = e->file ? r->files[e->file - 1] : NULL,
		.line = e->line,
		.words = e->text + e->words,
	};
	return true;
}
