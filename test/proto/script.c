/* SPDX-License-Identifier: MIT */
/* Reads scripts: lines into steps, and the shorthands out of them. */
#include "script.h"

#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The text under expansion. */
struct expansion {
	const struct script *script;
	struct buf *out;
	unsigned depth; /* words inside words */
};

static bool expand(struct expansion *e, struct str in);

static bool is_name(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

static const char *word_value(const struct script *s, struct str name)
{
	for (size_t i = 0; i < s->nwords; i++)
		if (str_is(name, s->words[i].name))
			return s->words[i].value;
	return NULL;
}

/* \n \r \t \\ \xHH at in->p[0]; drops it from `in`. */
static bool expand_escape(struct expansion *e, struct str *in)
{
	static const char from[] = "nrt\\", to[] = "\n\r\t\\";
	const char *found = in->n > 1 ? strchr(from, in->p[1]) : NULL;
	char hex[3] = { 0 };

	if (found && *found) {
		buf_put_char(e->out, to[found - from]);
		*in = str_skip(*in, 2);
		return true;
	}
	if (in->n < 4 || in->p[1] != 'x')
		return false;
	memcpy(hex, in->p + 2, 2);
	buf_put_char(e->out, (char)strtoul(hex, NULL, 16));
	*in = str_skip(*in, 4);
	return true;
}

/* $(count*text) */
static bool expand_repetition(struct expansion *e, struct str *in)
{
	const char *end = memchr(in->p, ')', in->n), *star = memchr(in->p, '*', in->n);
	unsigned long n;

	if (!end || !star || star > end)
		return false;
	n = script_number((struct str){ in->p + 2, (size_t)(star - in->p - 2) });
	for (unsigned long i = 0; i < n; i++)
		if (!expand(e, (struct str){ star + 1, (size_t)(end - star - 1) }))
			return false;
	*in = str_skip(*in, (size_t)(end + 1 - in->p));
	return true;
}

/* $WORD; what only the play knows stays as it is. */
static bool expand_word(struct expansion *e, struct str *in)
{
	struct str name = { in->p + 1, 0 };
	const char *value;
	bool ok = true;

	while (name.n + 1 < in->n && is_name(name.p[name.n]))
		name.n++;
	*in = str_skip(*in, name.n + 1);
	if (str_is(name, "ID") || str_is(name, "NEWID")) {
		buf_put(e->out, (struct str){ name.p - 1, name.n + 1 });
		return true;
	}
	value = word_value(e->script, name);
	if (!value || e->depth > 8)
		return false;
	e->depth++;
	ok = expand(e, str_of(value));
	e->depth--;
	return ok;
}

static bool expand(struct expansion *e, struct str in)
{
	bool ok = true;

	while (ok && in.n > 0) {
		if (in.p[0] == '\\') {
			ok = expand_escape(e, &in);
		} else if (in.p[0] == '$' && in.n > 1 && in.p[1] == '(') {
			ok = expand_repetition(e, &in);
		} else if (in.p[0] == '$') {
			ok = expand_word(e, &in);
		} else {
			buf_put_char(e->out, in.p[0]);
			in = str_skip(in, 1);
		}
	}
	return ok;
}

static bool complain(const char *file, unsigned line, const char *what)
{
	fprintf(stderr, "%s:%u: %s\n", file, line, what);
	return false;
}

static bool add_word(struct script *s, const char *file, unsigned line, struct str text)
{
	const char *eq = memchr(text.p, '=', text.n);

	if (!eq)
		return complain(file, line, "a word is NAME = text");
	s->words = mem_resize(s->words, (s->nwords + 1) * sizeof(*s->words));
	s->words[s->nwords++] = (struct word){
		str_dup(str_trim((struct str){ text.p, (size_t)(eq - text.p) })),
		str_dup(str_trim(str_skip(text, (size_t)(eq + 1 - text.p)))),
	};
	return true;
}

static bool add_step(struct script *s, const char *file, unsigned line, struct str text)
{
	const char *colon = memchr(text.p, ':', text.n);
	struct str verb = { text.p, colon ? (size_t)(colon - text.p) : 0 };
	struct expansion e = { .script = s };
	struct step *step;

	s->steps = mem_resize(s->steps, (s->nsteps + 1) * sizeof(*s->steps));
	step = &s->steps[s->nsteps];
	*step = (struct step){ .line = line };
	e.out = &step->text;
	for (size_t i = 0; i < s->language->n; i++) {
		if (!str_is(verb, s->language->verbs[i]))
			continue;
		step->verb = (unsigned)i;
		s->nsteps++;
		return expand(&e, str_trim(str_skip(text, verb.n + 1))) ||
		       complain(file, line, "unknown word or bad escape");
	}
	return complain(file, line, "no such verb");
}

typedef bool line_fn(struct script *s, const char *file, unsigned line, struct str text);

/* Joins continued lines (those that start with a tab), skips comments and empty ones. */
static bool read_lines(struct script *s, FILE *f, const char *file, line_fn *add)
{
	struct buf text = { 0 };
	char *raw = NULL;
	size_t size = 0;
	ssize_t n;
	unsigned line = 0, first = 0;
	bool ok = true;

	while (ok && (n = getline(&raw, &size, f)) >= 0) {
		struct str l = { raw, (size_t)n };

		line++;
		if (raw[0] != '\t' && buf_len(&text) > 0) {
			ok = add(s, file, first, buf_view(&text));
			buf_clear(&text);
		}
		if (raw[0] == '#' || str_trim(l).n == 0)
			continue;
		if (buf_len(&text) == 0)
			first = line;
		buf_put(&text, str_trim(l));
	}
	if (ok && buf_len(&text) > 0)
		ok = add(s, file, first, buf_view(&text));
	buf_fini(&text);
	free(raw);
	return ok;
}

static bool read_file(struct script *s, const char *directory, const char *file, line_fn *add)
{
	MEM_AUTO char *path = mem_printf("%s/%s", directory, file);
	FILE *f = fopen(path, "r");
	bool ok;

	if (!f)
		return complain(path, 0, strerror(errno));
	ok = read_lines(s, f, path, add);
	fclose(f);
	return ok;
}

bool script_read(struct script *s, const struct script_language *language, const char *directory,
	const char *file)
{
	*s = (struct script){
		.name = str_dup((struct str){ file, strcspn(file, ".") }),
		.language = language,
	};
	return read_file(s, directory, "words", add_word) &&
	       read_file(s, directory, file, add_step);
}

void script_fini(struct script *s)
{
	for (size_t i = 0; i < s->nsteps; i++)
		buf_fini(&s->steps[i].text);
	for (size_t i = 0; i < s->nwords; i++) {
		free(s->words[i].name);
		free(s->words[i].value);
	}
	free(s->steps);
	free(s->words);
	free(s->name);
}

bool script_word(struct str *line, struct str *word_out)
{
	bool quoted = false;
	size_t n = 0;

	*line = str_trim(*line);
	for (; n < line->n && (quoted || line->p[n] != ' '); n++)
		if (line->p[n] == '"')
			quoted = !quoted;
	*word_out = (struct str){ line->p, n };
	*line = str_skip(*line, n);
	return n > 0;
}

unsigned long script_number(struct str s)
{
	unsigned long n = 0;

	for (; s.n > 0 && *s.p >= '0' && *s.p <= '9'; s = str_skip(s, 1))
		n = n * 10 + (unsigned long)(*s.p - '0');
	return n;
}
