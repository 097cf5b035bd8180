/* SPDX-License-Identifier: MIT */
/*
 * Reading configuration files. Includes are put in place here and not by libconfig, which looks for
 * them in one directory only, does not say which file a line came from when it stops at an error,
 * and ends the process when one of them is a directory. Numbers that need 64 bits get the "L"
 * without which libconfig silently drops the upper half.
 */
#include "config/source.h"

#include "base/file.h"
#include "base/mem.h"
#include "config/report.h"
#include "config/scan.h"

#include <errno.h>
#include <stdlib.h>

enum {
	INCLUDE_DEPTH = 10,
	SOURCE_MAX = 64 << 20,
};

/* What one run of reading has at hand. */
struct reader {
	struct source *src;
	struct config_file *files;
	struct config_report *report;
	unsigned depth;
	bool from_memory;
};

/* The absolute directory of a path, so that what is resolved against it stays true elsewhere. */
static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	MEM_AUTO char *dir =
		slash ? str_dup((struct str){ path, slash > path ? (size_t)(slash - path) : 1 })
		      : mem_strdup(".");
	char *real = realpath(dir, NULL);

	return real ? real : mem_strdup(dir);
}

static const char *add_name(struct config_file *files, const char *name, bool from_memory)
{
	struct source_name *n;

	files->names = mem_resize(files->names, (files->n + 1) * sizeof(*files->names));
	n = &files->names[files->n++];
	n->name = mem_strdup(name);
	n->dir = from_memory ? mem_strdup("") : directory_of(name);
	return n->name;
}

const char *source_dir(const struct config_file *files, const char *name)
{
	for (unsigned i = 0; i < files->n; i++) {
		if (files->names[i].name == name)
			return files->names[i].dir;
	}
	return files->n ? files->names[0].dir : "";
}

void config_file_free(struct config_file *f)
{
	if (!f)
		return;
	for (unsigned i = 0; i < f->n; i++) {
		free(f->names[i].name);
		free(f->names[i].dir);
	}
	free(f->names);
	while (f->places) {
		struct config_places *p = f->places;

		f->places = p->next;
		free(p);
	}
	free(f);
}

const struct config_origin *config_origin_of(const struct config_origin *group, const char *key)
{
	for (unsigned i = 0; group->places && i < group->places->n; i++) {
		if (strcmp(group->places->v[i].key, key) == 0)
			return &group->places->v[i].at;
	}
	return group;
}

static void begin_part(struct source *src, const char *file, unsigned line)
{
	src->parts = mem_resize(src->parts, (src->n + 1) * sizeof(*src->parts));
	src->parts[src->n++] = (struct source_part){ src->line, { .file = file, .line = line } };
}

static void append(struct source *src, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		src->line += s.p[i] == '\n';
	buf_put(&src->text, s);
}

struct config_origin source_origin(const struct source *src, unsigned line)
{
	unsigned low = 0, high = src->n;

	while (high - low > 1) {
		unsigned middle = low + (high - low) / 2;

		if (src->parts[middle].line <= line)
			low = middle;
		else
			high = middle;
	}
	if (!src->n)
		return (struct config_origin){ 0 };
	line = line > src->parts[low].line ? line - src->parts[low].line : 0;
	return (struct config_origin){ .file = src->parts[low].at.file,
		.line = src->parts[low].at.line + line };
}

void source_fini(struct source *src)
{
	buf_fini(&src->text);
	free(src->parts);
	*src = (struct source){ 0 };
}

/* libconfig reads a number without "L" into 32 bits and loses the rest. */
static void append_number(struct reader *r, struct str token, const struct config_origin *at)
{
	MEM_AUTO char *text = str_dup(token);
	char *end;
	bool hex = str_starts(token, STR("0x")) || str_starts(token, STR("0X"));
	unsigned long long n;

	append(r->src, token);
	errno = 0;
	n = strtoull(text, &end, hex ? 16 : 10);
	if (*end && strcmp(end, "L") != 0 && strcmp(end, "LL") != 0)
		return;
	if (errno == ERANGE || n > INT64_MAX)
		config_report_add(r->report, CONFIG_ERROR, at,
			"%s is more than 64 bits can hold: write a smaller number", text);
	else if (!*end && n > INT32_MAX)
		append(r->src, STR("L"));
}

static void check_string(struct reader *r, struct str token, const struct config_origin *at)
{
	for (size_t i = 0; i + 1 < token.n; i++) {
		if (token.p[i] != '\\')
			continue;
		if (str_starts(str_skip(token, i), STR("\\x00")))
			config_report_add(r->report, CONFIG_ERROR, at,
				"a string cannot hold a NUL byte: remove the \\x00");
		i++;
	}
}

static bool read_file(struct reader *r, const char *path, const struct config_origin *from);

/* Puts the file in the place of its include. */
static bool put_include(struct reader *r, struct str path, const struct config_origin *at)
{
	const char *dir = source_dir(r->files, at->file);
	MEM_AUTO char *full =
		path.p[0] == '/' ? str_dup(path) : mem_printf("%s/%.*s", dir, STR_ARG(path));

	if (r->from_memory || r->depth >= INCLUDE_DEPTH) {
		config_report_add(r->report, CONFIG_ERROR, at,
			r->from_memory ? "nothing can be included here"
				       : "includes stand too deep in each other: does a file "
					 "include itself?");
		return false;
	}
	append(r->src, STR("\n"));
	if (!read_file(r, full, at))
		return false;
	append(r->src, STR("\n"));
	begin_part(r->src, at->file, at->line);
	return true;
}

/* A string that goes over several lines is hardly ever meant: then its own end is what is missing,
 * and the last quote of the text opens what it should close. */
static bool open_string(struct reader *r, const struct config_origin *at, unsigned long_line)
{
	struct config_origin first = { .file = at->file, .line = long_line };

	if (long_line)
		config_report_add(r->report, CONFIG_ERROR, &first,
			"a string without end follows on line %u: is the closing quote missing in "
			"this one?",
			at->line);
	else
		config_report_add(r->report, CONFIG_ERROR, at,
			"a string begins here and has no closing quote");
	return false;
}

/* Copies one text to the end of the joined one. */
static bool add_text(struct reader *r, struct str text, const char *file)
{
	struct scan s;
	size_t copied = 0;
	unsigned long_line = 0;
	enum scan_token kind;

	begin_part(r->src, file, 1);
	scan_init(&s, text);
	while ((kind = scan_next(&s)) != SCAN_END) {
		struct config_origin at = { .file = file, .line = s.token_line };

		if (kind == SCAN_OPEN_STRING)
			return open_string(r, &at, long_line);
		if (kind == SCAN_OPEN_COMMENT || kind == SCAN_BAD_INCLUDE) {
			config_report_add(r->report, CONFIG_ERROR, &at,
				kind == SCAN_BAD_INCLUDE
					? "this is no include: write @include \"FILE\""
					: "a comment begins here and has no closing */");
			return false;
		}
		if (kind == SCAN_STRING) {
			check_string(r, s.token, &at);
			if (s.line > s.token_line && !long_line)
				long_line = s.token_line;
		}
		if (kind != SCAN_NUMBER && kind != SCAN_INCLUDE)
			continue;
		append(r->src,
			(struct str){ text.p + copied, (size_t)(s.token.p - text.p) - copied });
		if (kind == SCAN_NUMBER)
			append_number(r, s.token, &at);
		else if (!put_include(r, s.path, &at))
			return false;
		copied = s.at;
	}
	append(r->src, str_skip(text, copied));
	return true;
}

/* Checks what can be checked without understanding it, then adds it. */
static bool add_checked(struct reader *r, struct str text, const char *file)
{
	struct config_origin at = { .file = file, .line = 1 };

	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_skip(text, 3);
	for (size_t i = 0; i < text.n; i++) {
		at.line += text.p[i] == '\n';
		if (text.p[i] == '\0') {
			config_report_add(r->report, CONFIG_ERROR, &at,
				"there is a NUL byte: this is no text file");
			return false;
		}
	}
	if (buf_len(&r->src->text) + text.n > SOURCE_MAX) {
		at.line = 1;
		config_report_add(r->report, CONFIG_ERROR, &at,
			"the configuration is larger than %d MiB", SOURCE_MAX >> 20);
		return false;
	}
	return add_text(r, text, file);
}

static const char *read_remedy(int error)
{
	switch (-error) {
	case ENOENT: return "is the path right?";
	case EACCES: return "may this user read it? Become root, or trunkd's user";
	case EISDIR: return "name a file in it";
	case EINVAL: return "it must be a regular file";
	default: return "look at the disk and at the system's log";
	}
}

static bool read_file(struct reader *r, const char *path, const struct config_origin *from)
{
	struct buf text = { 0 };
	int error = file_read(path, SOURCE_MAX, &text);
	bool ok = false;

	/* What is too long is told of with the rest of what is too long. */
	if (error && error != -EFBIG) {
		config_report_add(r->report, CONFIG_ERROR, from, "cannot read %s: %s: %s", path,
			strerror(-error), read_remedy(error));
	} else {
		const char *name = add_name(r->files, path, false);

		config_report_file(r->report, name);
		r->depth++;
		ok = add_checked(r, buf_view(&text), name);
		r->depth--;
	}
	buf_fini(&text);
	return ok;
}

bool source_read(struct source *src, struct config_file *files, const char *path,
	struct config_report *report)
{
	struct reader r = { src, files, report, 0, false };

	*src = (struct source){ .line = 1 };
	return read_file(&r, path, NULL);
}

bool source_read_text(struct source *src, struct config_file *files, const char *name,
	struct str text, struct config_report *report)
{
	struct reader r = { src, files, report, 0, true };

	*src = (struct source){ .line = 1 };
	return add_checked(&r, text, add_name(files, name, true));
}
