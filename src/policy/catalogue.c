/* SPDX-License-Identifier: MIT */
/* Look-ups in the catalogue: by namespace name once, by mark for every element. No state. */
#include "policy/catalogue.h"

static int compare(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c != 0)
		return c;
	return (a.n > b.n) - (a.n < b.n);
}

static bool is_content(struct str uri)
{
	return str_eq(uri, STR("jabber:server")) || str_eq(uri, STR("jabber:client"));
}

uint32_t catalogue_mark(struct str uri)
{
	unsigned low = 0, high = catalogue_rows_count;

	while (low < high) {
		unsigned mid = low + (high - low) / 2;
		int c = compare(uri, catalogue_rows[mid].uri);

		if (c == 0)
			return (mid + 1) | (is_content(uri) ? CATALOGUE_CONTENT : 0);
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return 0;
}

struct catalogue_entry catalogue_find(uint32_t mark, struct str local)
{
	const struct catalogue_row *row;

	if (mark == 0)
		return (struct catalogue_entry){ FEATURE_UNKNOWN, 0 };
	row = &catalogue_rows[(mark & ~CATALOGUE_CONTENT) - 1];
	if (!row->names)
		return row->entry;
	for (const struct catalogue_name *n = row->names; n->local.p; n++)
		if (str_eq(n->local, local))
			return n->entry;
	return row->entry;
}

enum feature catalogue_node(struct str node)
{
	uint32_t mark = catalogue_mark(node);

	if (mark == 0) {
		while (node.n > 0 && node.p[node.n - 1] != ':')
			node.n--;
		if (node.n > 0)
			mark = catalogue_mark((struct str){ node.p, node.n - 1 });
	}
	return catalogue_feature(mark, STR(""));
}

static uint32_t mark_before_hash(struct str var)
{
	for (size_t n = var.n; n > 0; n--)
		if (var.p[n - 1] == '#')
			return catalogue_mark((struct str){ var.p, n - 1 });
	return 0;
}

struct str catalogue_var_name(struct str var)
{
	const struct str notify = STR("+notify");

	if (str_ends(var, notify))
		var.n -= notify.n;
	return var;
}

enum feature catalogue_var(struct str var)
{
	uint32_t mark;

	var = catalogue_var_name(var);
	mark = catalogue_mark(var);
	if (mark == 0)
		mark = mark_before_hash(var);
	if (mark != 0)
		return catalogue_feature(mark, STR(""));
	/* What a room is like (XEP-0045 15.3). */
	if (str_starts(var, STR("muc_")))
		return FEATURE_MUC;
	return var.n > 0 && memchr(var.p, ':', var.n) ? FEATURE_UNKNOWN : FEATURE_CORE;
}
