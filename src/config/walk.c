/* SPDX-License-Identifier: MIT */
/*
 * Walking tables over trees. A table is loaded from a scope: the groups that together are one group
 * (one per file), and the groups from which it inherits what it leaves out. Owns the scopes, which
 * live on the stack of the walk.
 */
#include "config/walk.h"

#include "base/map.h"
#include "base/mem.h"
#include "config/describe.h"
#include "config/suggest.h"
#include "config/value.h"

#include <stdlib.h>

/* One setting and the tree it stands in. */
struct spot {
	config_setting_t *setting;
	const struct tree *tree;
};

struct spots {
	struct spot *v;
	unsigned n;
};

struct scope {
	struct spots own;
	struct spots inherited;
};

static void load_table(
	struct walk *w, const struct config_table *table, const struct scope *scope, void *base);

static void add_spot(struct spots *s, config_setting_t *setting, const struct tree *tree)
{
	s->v = mem_resize(s->v, (s->n + 1) * sizeof(*s->v));
	s->v[s->n++] = (struct spot){ setting, tree };
}

static void scope_fini(struct scope *s)
{
	free(s->own.v);
	free(s->inherited.v);
}

static struct value_context context(const struct walk *w, const struct spot *s)
{
	struct config_origin at = tree_origin(s->tree, s->setting);

	return (struct value_context){ w->report, at, source_dir(w->files, at.file) };
}

/* The context of what nobody wrote: messages name the group that lacks it. */
static struct value_context context_of_default(const struct walk *w, const void *base)
{
	const struct config_origin *at = base;

	return (struct value_context){ w->report, *at, source_dir(w->files, NULL) };
}

/* All settings of this name in these groups. */
static struct spots find(const struct spots *groups, const char *name)
{
	struct spots found = { 0 };

	for (unsigned i = 0; i < groups->n; i++) {
		const struct spot *g = &groups->v[i];
		config_setting_t *s = config_setting_get_member(g->setting, name);

		if (s)
			add_spot(&found, s, g->tree);
	}
	return found;
}

/* Keeps those of one type; the others are errors. */
static void keep_type(struct walk *w, const struct config_key *key, struct spots *s, int type)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < s->n; i++) {
		struct value_context c = context(w, &s->v[i]);

		if (config_setting_type(s->v[i].setting) == type)
			s->v[kept++] = s->v[i];
		else
			value_wrong_type(&c, key, s->v[i].setting);
	}
	s->n = kept;
}

static const struct config_key *key_of(const struct config_table *table, const char *name)
{
	for (const struct config_key *k = table->keys; k->name; k++) {
		if (strcmp(k->name, name) == 0)
			return k;
	}
	return NULL;
}

static void unknown_key(struct walk *w, const struct config_table *table, const struct spot *s)
{
	const char *name = config_setting_name(s->setting);
	struct value_context c = context(w, s);
	const char *inside = NULL; /* a group that has the key */
	struct buf keys = { 0 };
	struct suggest near;

	suggest_init(&near, name);
	for (const struct config_key *k = table->keys; k->name; k++) {
		if (k->type == CONFIG_GROUP && key_of(k->table, name))
			inside = k->name;
		suggest_offer(&near, k->name);
		buf_printf(&keys, "%s%s", buf_len(&keys) ? ", " : "", k->name);
	}
	if (inside)
		config_report_add(w->report, CONFIG_ERROR, &c.at,
			"unknown key %s in %s: did you mean %s.%s?", name, table->name, inside,
			name);
	else if (near.best)
		config_report_add(w->report, CONFIG_ERROR, &c.at,
			"unknown key %s in %s: did you mean %s?", name, table->name, near.best);
	else
		config_report_add(w->report, CONFIG_ERROR, &c.at,
			"unknown key %s in %s: its keys are %.*s", name, table->name,
			STR_ARG(buf_view(&keys)));
	buf_fini(&keys);
}

/* libconfig does not mind unknown keys. */
static void check_keys(struct walk *w, const struct config_table *table, const struct spots *groups)
{
	for (unsigned i = 0; i < groups->n; i++) {
		const struct spot *g = &groups->v[i];
		int n = config_setting_length(g->setting);

		for (int j = 0; j < n; j++) {
			struct spot s = { config_setting_get_elem(g->setting, (unsigned)j),
				g->tree };

			if (!key_of(table, config_setting_name(s.setting)))
				unknown_key(w, table, &s);
		}
	}
}

static void missing_key(struct walk *w, const struct config_table *table,
	const struct config_key *key, const struct config_origin *at, const char *how)
{
	struct buf expected = { 0 };

	describe_expected(key, &expected);
	config_report_add(w->report, CONFIG_ERROR, at, "%s is %s in %s: it needs %.*s", key->name,
		how, table->name, STR_ARG(buf_view(&expected)));
	buf_fini(&expected);
}

static void twice(struct walk *w, const struct config_key *key, const struct spots *s)
{
	struct config_origin first = tree_origin(s->v[0].tree, s->v[0].setting);

	for (unsigned i = 1; i < s->n; i++) {
		struct config_origin at = tree_origin(s->v[i].tree, s->v[i].setting);

		config_report_add(w->report, CONFIG_ERROR, &at,
			"%s is set here and at %s:%u: keep one of them", key->name, first.file,
			first.line);
	}
}

static unsigned count_settings(const struct spots *groups)
{
	int n = 0;

	for (unsigned i = 0; i < groups->n; i++)
		n += config_setting_length(groups->v[i].setting);
	return (unsigned)n;
}

/* Room for the places of all that is written in the scope. */
static struct config_places *new_places(struct walk *w, const struct scope *scope)
{
	unsigned n = count_settings(&scope->own) + count_settings(&scope->inherited);
	struct config_places *p =
		mem_zero(1, sizeof(struct config_places) + n * sizeof(struct config_place));

	p->next = w->files->places;
	w->files->places = p;
	return p;
}

static void add_place(
	struct config_places *places, const struct config_key *key, struct config_origin at)
{
	places->v[places->n++] = (struct config_place){ key->name, at };
}

static void load_scalar(struct walk *w, const struct config_table *table,
	const struct config_key *key, const struct scope *scope, void *base,
	struct config_places *places)
{
	struct value_context c = context_of_default(w, base);
	struct spots s = find(&scope->own, key->name);

	value_default(&c, key, base);
	if (s.n > 1)
		twice(w, key, &s);
	if (!s.n) {
		free(s.v);
		s = find(&scope->inherited, key->name);
	}
	if (s.n) {
		c = context(w, &s.v[0]);
		add_place(places, key, c.at);
		value_load(&c, key, s.v[0].setting, base);
		if (key->flags & CONFIG_REQUIRED && config_setting_is_aggregate(s.v[0].setting) &&
			config_setting_length(s.v[0].setting) == 0)
			missing_key(w, table, key, &c.at, "empty");
	} else if (key->flags & CONFIG_REQUIRED) {
		missing_key(w, table, key, base, "missing");
	}
	free(s.v);
}

/* A group that nobody wrote has its defaults, and nothing in it is missing. */
static void load_defaults(struct walk *w, const struct config_table *table, void *base)
{
	struct value_context c = context_of_default(w, base);

	for (const struct config_key *k = table->keys; k->name; k++) {
		if (k->type == CONFIG_GROUP)
			load_defaults(w, k->table, value_field(k, base));
		else if (k->type != CONFIG_LIST)
			value_default(&c, k, base);
	}
}

static void load_group(struct walk *w, const struct config_table *table,
	const struct config_key *key, const struct scope *scope, void *base)
{
	struct scope inner = { find(&scope->own, key->name), find(&scope->inherited, key->name) };

	keep_type(w, key, &inner.own, CONFIG_TYPE_GROUP);
	keep_type(w, key, &inner.inherited, CONFIG_TYPE_GROUP);
	if (inner.own.n || inner.inherited.n) {
		load_table(w, key->table, &inner, value_field(key, base));
	} else {
		load_defaults(w, key->table, value_field(key, base));
		if (key->flags & CONFIG_REQUIRED)
			missing_key(w, table, key, base, "missing");
	}
	scope_fini(&inner);
}

/* A value that must stand once in its list, and the item it stands in. */
struct once {
	struct map_node node;
	const struct config_origin *at;
	unsigned item;
};

static void once_add(struct walk *w, const struct config_key *key, struct map *seen, struct once *o,
	const char *text)
{
	struct map_node *first = map_get(seen, str_of(text));

	if (!first) {
		map_put(seen, &o->node, str_of(text));
		return;
	}
	/* Twice in one item is an error already. */
	if (map_item(first, struct once, node)->item != o->item) {
		const struct config_origin *at = map_item(first, struct once, node)->at;

		config_report_add(w->report, CONFIG_ERROR, o->at,
			"%s \"%s\" is taken already at %s:%u: choose another", key->name, text,
			at->file, at->line);
	}
	free(o);
}

static struct once *once_new(const void *item, const struct config_key *key, unsigned index)
{
	struct once *o = MEM_NEW(struct once);

	o->at = config_origin_of(item, key->name);
	o->item = index;
	return o;
}

static void check_once(struct walk *w, const struct config_table *table,
	const struct config_key *key, const struct config_list *list)
{
	struct map seen;
	struct map_node *n;

	map_init(&seen);
	for (unsigned i = 0; i < list->n; i++) {
		const void *item = (const char *)list->items + i * table->size;
		const void *field = value_field_const(key, item);
		const struct config_strings *strings = field;
		const char *text = key->type == CONFIG_STRINGS ? NULL : *(char *const *)field;

		if (text)
			once_add(w, key, &seen, once_new(item, key, i), text);
		for (unsigned j = 0; key->type == CONFIG_STRINGS && j < strings->n; j++)
			once_add(w, key, &seen, once_new(item, key, i), strings->v[j]);
	}
	for (size_t pos = 0; (n = map_next(&seen, &pos, NULL)) != NULL;) {
		map_remove(&seen, n);
		free(map_item(n, struct once, node));
	}
	map_fini(&seen);
}

static void load_items(struct walk *w, const struct config_key *key, const struct spot *s,
	const struct spots *inherited, struct config_list *list)
{
	unsigned n = (unsigned)config_setting_length(s->setting);
	size_t size = key->table->size;

	list->items = mem_resize(list->items, (list->n + n) * size);
	for (unsigned i = 0; i < n; i++) {
		struct spot item = { config_setting_get_elem(s->setting, i), s->tree };
		struct scope scope = { { &item, 1 }, *inherited };
		char *base = (char *)list->items + list->n * size;
		struct value_context c = context(w, &item);

		if (!config_setting_is_group(item.setting)) {
			value_wrong_type(&c, key, item.setting);
			continue;
		}
		memset(base, 0, size);
		load_table(w, key->table, &scope, base);
		list->n++;
	}
}

static void load_list(struct walk *w, const struct config_table *table,
	const struct config_key *key, const struct scope *scope, void *base,
	struct config_places *places)
{
	struct config_list *list = value_field(key, base);
	struct spots s = find(&scope->own, key->name), inherited = { 0 };

	if (!s.n) {
		free(s.v);
		s = find(&scope->inherited, key->name);
	}
	if (!s.n && key->flags & CONFIG_REQUIRED)
		missing_key(w, table, key, base, "missing");
	if (key->inherit)
		inherited = find(&scope->own, key->inherit);
	keep_type(w, key_of(table, key->inherit ? key->inherit : key->name), &inherited,
		CONFIG_TYPE_GROUP);
	keep_type(w, key, &s, CONFIG_TYPE_LIST);
	if (s.n)
		add_place(places, key, context(w, &s.v[0]).at);
	for (unsigned i = 0; i < s.n; i++)
		load_items(w, key, &s.v[i], &inherited, list);
	for (const struct config_key *k = key->table->keys; k->name; k++) {
		if (k->flags & CONFIG_ONCE && (k->type == CONFIG_STRING || k->type == CONFIG_PATH ||
						      k->type == CONFIG_STRINGS))
			check_once(w, key->table, k, list);
	}
	free(inherited.v);
	free(s.v);
}

static void load_table(
	struct walk *w, const struct config_table *table, const struct scope *scope, void *base)
{
	const struct spots *written = scope->own.n ? &scope->own : &scope->inherited;
	struct config_places *places = new_places(w, scope);
	struct config_origin *origin = base;

	if (written->n)
		*origin = tree_origin(written->v[0].tree, written->v[0].setting);
	origin->places = places;
	check_keys(w, table, &scope->own);
	for (const struct config_key *k = table->keys; k->name; k++) {
		if (k->type == CONFIG_GROUP)
			load_group(w, table, k, scope, base);
		else if (k->type == CONFIG_LIST)
			load_list(w, table, k, scope, base, places);
		else
			load_scalar(w, table, k, scope, base, places);
	}
}

void walk_tables(struct walk *w, const struct config_table *root, void *out)
{
	struct scope scope = { 0 };

	for (unsigned i = 0; i < w->n_trees; i++)
		add_spot(&scope.own, config_root_setting(&w->trees[i]->config), w->trees[i]);
	load_table(w, root, &scope, out);
	scope_fini(&scope);
}

void config_values_fini(const struct config_table *root, void *out)
{
	for (const struct config_key *k = root->keys; k->name; k++) {
		struct config_list *list = value_field(k, out);

		if (k->type == CONFIG_GROUP) {
			config_values_fini(k->table, value_field(k, out));
		} else if (k->type == CONFIG_LIST) {
			for (unsigned i = 0; i < list->n; i++)
				config_values_fini(
					k->table, (char *)list->items + i * k->table->size);
			free(list->items);
			*list = (struct config_list){ 0 };
		} else {
			value_fini(k, out);
		}
	}
}
