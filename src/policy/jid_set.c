/* SPDX-License-Identifier: MIT */
/* Patterns of addresses and named sets of them: reading, indexing, looking up. See jid_set.h. */
#include "policy/jid_set.h"

#include "base/domain.h"
#include "base/file.h"
#include "base/mem.h"
#include "config/suggest.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILE_ERRORS = 20 }; /* told of one file: the rest of a wrong file is wrong too */

static const struct config_key jid_set_keys[] = {
	{ .name = "name",
		.type = CONFIG_STRING,
		.offset = offsetof(struct jid_set_config, name),
		.flags = CONFIG_REQUIRED,
		.help = "What access lists call it, with \"@\" before it: \"@watch\"." },
	{ .name = "members",
		.type = CONFIG_STRINGS,
		.offset = offsetof(struct jid_set_config, members),
		.help = "Who is in it: patterns as in an access list, but no other sets." },
	{ .name = "file",
		.type = CONFIG_STRINGS,
		.offset = offsetof(struct jid_set_config, file),
		.flags = CONFIG_PATHS,
		.help = "More members: a file, or a list of files, with one pattern on each line; "
			"\"#\" at the beginning of a line or after a blank begins a comment. A "
			"reload reads it again." },
	{ .name = NULL },
};

const struct config_table jid_set_schema = {
	.name = "JID set",
	.size = sizeof(struct jid_set_config),
	.keys = jid_set_keys,
};

/* What a pattern is looked up by. Most configurations use one or two kinds, and the others cost
 * nothing. */
enum kind { KIND_FULL, KIND_BARE, KIND_DOMAIN, KIND_USERS, KIND_BELOW, KINDS };

struct named {
	struct map_node node;
	uint32_t id;
	char name[];
};

struct jid_sets {
	struct map entries; /* struct jid_entry */
	struct map names;   /* struct named */
	uint32_t ids;
	bool used[KINDS];
};

/* The key of a pattern, terminated: a prepared JID; "@domain" for everyone there; ".domain" for
 * what is below. No address begins with either. */
static bool pattern_key(const char *pattern, struct jid_form *out, enum kind *kind)
{
	struct str p = str_of(pattern);
	struct domain domain;

	if (!str_starts(p, STR("*@")) && !str_starts(p, STR("*."))) {
		if (!jid_form(p, out))
			return false;
		if (out->n > out->bare)
			*kind = KIND_FULL;
		else
			*kind = out->domain > 0 ? KIND_BARE : KIND_DOMAIN;
		return true;
	}
	if (!domain_parse(str_skip(p, 2), &domain))
		return false;
	*kind = p.p[1] == '@' ? KIND_USERS : KIND_BELOW;
	if (*kind == KIND_BELOW && domain_is_address(domain_str(&domain)))
		return false;
	out->s[0] = p.p[1];
	memcpy(out->s + 1, domain.s, domain.n + 1u);
	out->n = domain.n + 1u;
	return true;
}

static struct jid_entry *entry_of(struct jid_sets *s, const char *pattern)
{
	struct jid_form key;
	struct map_node *node;
	struct jid_entry *e;
	enum kind kind;

	if (!pattern_key(pattern, &key, &kind))
		return NULL;
	node = map_get(&s->entries, (struct str){ key.s, key.n });
	if (node)
		return map_item(node, struct jid_entry, node);
	e = mem_zero(1, sizeof(*e) + key.n + 1);
	memcpy(e->key, key.s, key.n);
	e->id = ++s->ids;
	s->used[kind] = true;
	map_put(&s->entries, &e->node, (struct str){ e->key, key.n });
	return e;
}

static void entry_add(struct jid_entry *e, uint32_t set)
{
	if (e->nsets > 0 && e->sets[e->nsets - 1] == set)
		return;
	e->sets = mem_resize(e->sets, (e->nsets + 1) * sizeof(e->sets[0]));
	e->sets[e->nsets++] = set;
}

static bool add_member(struct jid_sets *s, uint32_t set, const char *pattern,
	const struct config_origin *at, struct config_report *report)
{
	struct jid_entry *e = entry_of(s, pattern);

	if (e)
		entry_add(e, set);
	else if (pattern[0] == '@')
		config_report_add(report, CONFIG_ERROR, at,
			"\"%s\": a set cannot be in a set; name its members, or its file", pattern);
	else
		config_report_add(report, CONFIG_ERROR, at,
			"\"%s\" is no address: use user@domain, user@domain/resource, *@domain, "
			"domain or *.domain",
			pattern);
	return e != NULL;
}

/* Cuts off the comment and blanks. A resource may hold a '#', so only one behind a blank counts. */
static char *line_content(char *line)
{
	struct str s;

	for (char *c = line; *c; c++) {
		if (*c == '#' && (c == line || c[-1] == ' ' || c[-1] == '\t')) {
			*c = '\0';
			break;
		}
	}
	s = str_trim(str_of(line));
	line[(size_t)(s.p - line) + s.n] = '\0';
	return line + (s.p - line);
}

static void read_lines(
	struct jid_sets *s, uint32_t set, FILE *f, const char *path, struct config_report *report)
{
	struct config_origin at = { .file = path };
	unsigned wrong = 0;
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	while (wrong < FILE_ERRORS && (n = getline(&line, &size, f)) >= 0) {
		char *content;

		at.line++;
		content = memchr(line, '\0', (size_t)n) ? NULL : line_content(line);
		if (content && !*content)
			continue;
		wrong += !add_member(s, set, content ? content : "\\0", &at, report);
	}
	if (wrong == FILE_ERRORS)
		config_report_add(report, CONFIG_ERROR, &at,
			"too many mistakes; the rest of this file was not read");
	free(line);
}

static void read_file(struct jid_sets *s, uint32_t set, const struct jid_set_config *c,
	const char *path, struct config_report *report)
{
	int fd = file_open(path), error = fd < 0 ? -fd : 0;
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");

	if (fd >= 0 && !f) {
		error = errno;
		close(fd);
	}
	if (f) {
		errno = 0;
		read_lines(s, set, f, path, report);
		error = ferror(f) ? (errno ? errno : EIO) : 0;
		fclose(f);
	}
	if (error)
		config_report_add(report, CONFIG_ERROR, config_origin_of(&c->origin, "file"),
			"file: \"%s\" cannot be read: %s", path, file_error(-error));
}

/* A wrong name is reported, and the set read under it all the same. */
static uint32_t add_name(
	struct jid_sets *s, const struct jid_set_config *c, struct config_report *report)
{
	const struct config_origin *at = config_origin_of(&c->origin, "name");
	struct str name = str_of(c->name);
	struct named *n;

	if (name.n == 0 || c->name[0] == '@')
		config_report_add(report, CONFIG_ERROR, at,
			"name = \"%s\": a set has a name, without the \"@\" of access lists",
			c->name);
	if (map_get(&s->names, name)) {
		config_report_add(report, CONFIG_ERROR, at,
			"JID set \"%s\" is defined twice; rename one, or join them", c->name);
		return ++s->ids;
	}
	n = mem_zero(1, sizeof(*n) + name.n + 1);
	memcpy(n->name, name.p, name.n);
	n->id = ++s->ids;
	map_put(&s->names, &n->node, (struct str){ n->name, name.n });
	return n->id;
}

struct jid_sets *jid_sets_new(
	const struct jid_set_config *sets, unsigned n, struct config_report *report)
{
	struct jid_sets *s = MEM_NEW(struct jid_sets);

	map_init(&s->entries);
	map_init(&s->names);
	for (unsigned i = 0; i < n; i++) {
		const struct jid_set_config *c = &sets[i];
		uint32_t id = add_name(s, c, report);

		for (unsigned j = 0; j < c->members.n; j++)
			add_member(s, id, c->members.v[j], config_origin_of(&c->origin, "members"),
				report);
		for (unsigned j = 0; j < c->file.n; j++)
			read_file(s, id, c, c->file.v[j], report);
		if (!c->members.n && !c->file.n)
			config_report_add(report, CONFIG_WARNING, &c->origin,
				"JID set \"%s\" has neither members nor a file: nobody is in it",
				c->name);
	}
	return s;
}

void jid_sets_free(struct jid_sets *s)
{
	struct map_node *n;
	size_t pos = 0;

	if (!s)
		return;
	while ((n = map_next(&s->entries, &pos, NULL))) {
		struct jid_entry *e = map_item(n, struct jid_entry, node);

		map_remove(&s->entries, n);
		free(e->sets);
		free(e);
	}
	pos = 0;
	while ((n = map_next(&s->names, &pos, NULL))) {
		map_remove(&s->names, n);
		free(map_item(n, struct named, node));
	}
	map_fini(&s->entries);
	map_fini(&s->names);
	free(s);
}

uint32_t jid_sets_intern(struct jid_sets *s, const char *pattern)
{
	struct jid_entry *e;

	if (pattern[0] == '@') {
		struct map_node *n = map_get(&s->names, str_of(pattern + 1));

		return n ? map_item(n, struct named, node)->id : 0;
	}
	e = entry_of(s, pattern);
	return e ? e->id : 0;
}

const char *jid_sets_nearest(const struct jid_sets *s, const char *name)
{
	struct suggest near;
	struct map_node *n = NULL;
	size_t pos = 0;

	suggest_init(&near, name + 1);
	while ((n = map_next(&s->names, &pos, n)))
		suggest_offer(&near, map_item(n, struct named, node)->name);
	return near.best;
}

uint32_t jid_sets_pattern(struct jid_sets *s, const char *key, const char *pattern,
	const char *remedy, const struct config_origin *at, struct config_report *report)
{
	uint32_t id = jid_sets_intern(s, pattern);
	const char *near = !id && pattern[0] == '@' ? jid_sets_nearest(s, pattern) : NULL;

	if (id)
		return id;
	if (near)
		config_report_add(report, CONFIG_ERROR, at,
			"%s: there is no JID set \"%s\": did you mean \"@%s\"?", key, pattern + 1,
			near);
	else if (pattern[0] == '@')
		config_report_add(report, CONFIG_ERROR, at,
			"%s: there is no JID set \"%s\"; add it to jid_sets = ( ... )", key,
			pattern + 1);
	else
		config_report_add(report, CONFIG_ERROR, at,
			"%s: \"%s\" is no address: use user@domain, user@domain/resource, "
			"*@domain, domain, *.domain or @set%s",
			key, pattern, remedy);
	return 0;
}

static void look_up(const struct jid_sets *s, const char *p, size_t n, struct jid_found *out)
{
	struct map_node *node = map_get(&s->entries, (struct str){ p, n });

	if (node)
		out->v[out->n++] = map_item(node, struct jid_entry, node);
}

/* ".b.c", then ".c": at most 127 of them in 255 bytes. */
static void look_up_below(const struct jid_sets *s, struct str domain, struct jid_found *out)
{
	for (const char *dot; (dot = memchr(domain.p, '.', domain.n)) != NULL;) {
		domain = str_skip(domain, (size_t)(dot - domain.p));
		look_up(s, domain.p, domain.n, out);
		domain = str_skip(domain, 1);
	}
}

void jid_sets_find(const struct jid_sets *s, const struct jid_form *jid, struct jid_found *out)
{
	struct str domain = { jid->s + jid->domain, jid->bare - jid->domain };
	bool user = jid->domain > 0;

	out->n = 0;
	if (s->used[KIND_FULL] && jid->n > jid->bare)
		look_up(s, jid->s, jid->n, out);
	if (s->used[KIND_BARE] && user)
		look_up(s, jid->s, jid->bare, out);
	if (s->used[KIND_DOMAIN])
		look_up(s, domain.p, domain.n, out);
	if (s->used[KIND_USERS] && user)
		look_up(s, domain.p - 1, domain.n + 1, out);
	if (s->used[KIND_BELOW] && domain.p[0] != '[')
		look_up_below(s, domain, out);
}
