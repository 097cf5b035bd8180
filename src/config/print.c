/* SPDX-License-Identifier: MIT */
/*
 * The effective configuration as a text that loads again to the same values (but for masked
 * secrets). The delicate part is what may be left out: what a reader of the text would fill in by
 * itself, from the row's default or from the group that a list inherits from. Pure.
 */
#include "config/schema.h"

#include "base/mem.h"
#include "config/value.h"

#include <stdlib.h>

/* The group from which an item's missing keys come. */
struct fallback {
	const struct config_table *table;
	const void *base;
};

struct printer {
	bool only_set;
	unsigned indent;
	struct buf *out;
	struct config_report *scratch; /* defaults are right: nobody reads it */
};

static void print_table(struct printer *p, const struct config_table *table, const void *base,
	const struct fallback *fb);

static bool is_scalar(const struct config_key *key)
{
	return key->type != CONFIG_GROUP && key->type != CONFIG_LIST;
}

static void indent(struct printer *p)
{
	for (unsigned i = 0; i < p->indent; i++)
		buf_put_char(p->out, '\t');
}

static const struct config_key *same_key(const struct fallback *fb, const struct config_key *key)
{
	if (!fb || !fb->base)
		return NULL;
	for (const struct config_key *k = fb->table->keys; k->name; k++) {
		if (strcmp(k->name, key->name) == 0 && k->type == key->type)
			return k;
	}
	return NULL;
}

static void default_text(struct printer *p, const struct config_table *table,
	const struct config_key *key, struct buf *out)
{
	struct value_context c = { .report = p->scratch };
	MEM_AUTO char *base = mem_zero(1, table->size);

	value_default(&c, key, base);
	value_print(key, base, out);
	value_fini(key, base);
}

static bool same_text(const struct buf *a, const struct buf *b)
{
	return str_eq(buf_view(a), buf_view(b));
}

/* What the key would be if it were left out of this text: the fallback's value if that is written
 * (which only_set decides for it, too), else the default. */
static void omitted_text(struct printer *p, const struct config_table *table,
	const struct config_key *key, const struct fallback *fb, struct buf *out)
{
	const struct config_key *k = same_key(fb, key);
	struct buf theirs = { 0 }, their_default = { 0 };

	if (k) {
		value_print(k, fb->base, &theirs);
		default_text(p, fb->table, k, &their_default);
	}
	if (k && !same_text(&theirs, &their_default))
		buf_move(out, &theirs);
	else
		default_text(p, table, key, out);
	buf_fini(&theirs);
	buf_fini(&their_default);
}

static void print_scalar(struct printer *p, const struct config_table *table,
	const struct config_key *key, const void *base, const struct fallback *fb)
{
	struct buf text = { 0 }, omitted = { 0 };
	bool may_omit = p->only_set && !(key->flags & CONFIG_REQUIRED);

	value_print(key, base, &text);
	if (may_omit)
		omitted_text(p, table, key, fb, &omitted);
	if (buf_len(&text) && !(may_omit && same_text(&text, &omitted))) {
		indent(p);
		buf_printf(p->out, "%s = %.*s;\n", key->name, STR_ARG(buf_view(&text)));
	}
	buf_fini(&text);
	buf_fini(&omitted);
}

static bool has_required(const struct config_table *table)
{
	for (const struct config_key *k = table->keys; k->name; k++) {
		if (k->flags & CONFIG_REQUIRED)
			return true;
	}
	return false;
}

/* Whether a group was written matters to some: a group that was not, and that could not stand with
 * nothing but defaults, is not printed; one that was written is printed even if empty. */
static void print_group(struct printer *p, const struct config_key *key, const void *base,
	const struct fallback *fb)
{
	const void *field = value_field_const(key, base);
	const struct config_key *k = same_key(fb, key);
	struct fallback inner = { k ? k->table : NULL, k ? value_field_const(k, fb->base) : NULL };
	const struct config_origin *at = field, *from = inner.base;
	bool inherited = from && from->file == at->file && from->line == at->line;
	struct buf text = { 0 };
	struct printer q = { p->only_set, p->indent + 1, &text, p->scratch };

	print_table(&q, key->table, field, inner.base ? &inner : NULL);
	if (at->file ? inherited && p->only_set && !buf_len(&text)
		     : has_required(key->table) || !buf_len(&text)) {
		buf_fini(&text);
		return;
	}
	indent(p);
	buf_printf(p->out, "%s = {\n", key->name);
	buf_put(p->out, buf_view(&text));
	indent(p);
	buf_put(p->out, STR("};\n"));
	buf_fini(&text);
}

static void print_items(struct printer *p, const struct config_key *key,
	const struct config_list *list, const struct fallback *fb)
{
	struct printer q = { p->only_set, p->indent + 2, p->out, p->scratch };

	for (unsigned i = 0; i < list->n; i++) {
		p->indent++;
		indent(p);
		buf_put(p->out, STR("{\n"));
		print_table(&q, key->table, (const char *)list->items + i * key->table->size, fb);
		indent(p);
		buf_put(p->out, i + 1 < list->n ? STR("},\n") : STR("}\n"));
		p->indent--;
	}
}

static void print_list(struct printer *p, const struct config_table *table,
	const struct config_key *key, const void *base)
{
	const struct config_list *list = value_field_const(key, base);
	struct fallback fb = { 0 };

	/* An empty one is the same as none, or is an error where the two could be taken to differ.
	 */
	if (!list->n)
		return;
	for (const struct config_key *k = table->keys; k->name && key->inherit; k++) {
		if (strcmp(k->name, key->inherit) == 0 && k->type == CONFIG_GROUP)
			fb = (struct fallback){ k->table, value_field_const(k, base) };
	}
	indent(p);
	buf_printf(p->out, "%s = (\n", key->name);
	print_items(p, key, list, fb.base ? &fb : NULL);
	indent(p);
	buf_put(p->out, STR(");\n"));
}

static void print_table(struct printer *p, const struct config_table *table, const void *base,
	const struct fallback *fb)
{
	for (const struct config_key *k = table->keys; k->name; k++) {
		if (is_scalar(k))
			print_scalar(p, table, k, base, fb);
		else if (k->type == CONFIG_GROUP)
			print_group(p, k, base, fb);
		else
			print_list(p, table, k, base);
	}
}

void config_print(
	const struct config_table *root, const void *values, bool only_set, struct buf *out)
{
	struct printer p = { only_set, 0, out, config_report_new() };

	print_table(&p, root, values, NULL);
	config_report_free(p.scratch);
}
