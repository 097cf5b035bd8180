/* SPDX-License-Identifier: MIT */
/*
 * The reference part of the manual page, from the tables alone, so that it cannot lag behind them.
 * Text for scdoc: a line with the key, and under it, behind a tab, what there is to say. Pure.
 */
#include "config/schema.h"

#include "base/mem.h"
#include "config/describe.h"

#include <stdlib.h>

/* Tables in the order in which they are printed, each once. */
struct tables {
	const struct config_table **v;
	unsigned n;
};

static const char *const reloads[] = {
	[CONFIG_NEXT_STANZA] = "A reload takes effect with the next stanza.",
	[CONFIG_NEXT_STREAM] = "A reload takes effect on new streams.",
	[CONFIG_NEXT_HANDSHAKE] = "A reload takes effect with the next TLS handshake.",
	[CONFIG_RESTART] = "A change needs a restart.",
};

/* A backslash makes any character stand for itself. */
static void put_plain(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (strchr("\\*_#~+<>|[]", s.p[i]))
			buf_put_char(out, '\\');
		buf_put_char(out, s.p[i] == '\n' ? ' ' : s.p[i]);
	}
}

static void put_plain_z(struct buf *out, const char *z)
{
	put_plain(out, str_of(z));
}

static bool is_number(const struct config_key *key)
{
	return key->type == CONFIG_INT || key->type == CONFIG_SIZE || key->type == CONFIG_DURATION;
}

static void put_default(const struct config_key *key, struct buf *out)
{
	bool quoted = key->type != CONFIG_BOOL && key->type != CONFIG_INT &&
		      key->type != CONFIG_FLAGS && key->type != CONFIG_STRINGS;

	if (key->flags & CONFIG_REQUIRED) {
		buf_put(out, STR(" Must be set."));
	} else if (key->def) {
		buf_put(out, STR(" Default: "));
		put_plain_z(out, quoted ? "\"" : "");
		put_plain_z(out, key->def);
		put_plain_z(out, quoted ? "\"" : "");
		buf_put_char(out, '.');
	}
}

/* Choices or range. */
static void put_values(const struct config_key *key, struct buf *out)
{
	struct buf text = { 0 };

	if (key->choices)
		describe_choices(key, &text);
	else if (is_number(key))
		describe_range(key, &text);
	if (buf_len(&text)) {
		buf_put(out, key->type == CONFIG_FLAGS ? STR(" One or several of ")
			     : key->choices            ? STR(" One of ")
						       : STR(" Allowed: "));
		put_plain(out, buf_view(&text));
		buf_put_char(out, '.');
	}
	buf_fini(&text);
}

static void put_key(const struct config_key *key, struct buf *out)
{
	buf_put_char(out, '*');
	put_plain_z(out, key->name);
	buf_printf(out, "* = _%s_\n\t",
		key->flags & CONFIG_PATHS ? "list of paths" : describe_type(key->type));
	put_plain_z(out, key->help ? key->help : "");
	put_values(key, out);
	put_default(key, out);
	if (key->table) {
		buf_put(out, STR(" Its keys stand under *"));
		put_plain_z(out, key->table->name);
		buf_put(out, STR("*."));
	}
	if (key->inherit) {
		buf_put(out, STR(" What an item leaves out is taken from *"));
		put_plain_z(out, key->inherit);
		buf_put(out, STR("*."));
	}
	if (key->flags & CONFIG_ONCE)
		buf_put(out, STR(" No value may stand twice."));
	if (key->flags & CONFIG_SECRET)
		buf_put(out, STR(" Never printed or logged."));
	/* The keys in a group say it for themselves. */
	if (key->type != CONFIG_GROUP)
		buf_printf(out, " %s", reloads[key->reload]);
	buf_put(out, STR("\n\n"));
}

static void add_tables(struct tables *t, const struct config_table *table)
{
	for (unsigned i = 0; i < t->n; i++) {
		if (t->v[i] == table)
			return;
	}
	t->v = mem_resize(t->v, (t->n + 1) * sizeof(*t->v));
	t->v[t->n++] = table;
	for (const struct config_key *k = table->keys; k->name; k++) {
		if (k->table)
			add_tables(t, k->table);
	}
}

void config_manual(const struct config_table *root, struct buf *out)
{
	struct tables t = { 0 };

	add_tables(&t, root);
	for (unsigned i = 0; i < t.n; i++) {
		buf_put(out, STR("## "));
		put_plain_z(out, t.v[i]->name);
		buf_put(out, STR("\n\n"));
		for (const struct config_key *k = t.v[i]->keys; k->name; k++)
			put_key(k, out);
	}
	free(t.v);
}
