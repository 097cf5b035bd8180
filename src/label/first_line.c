/* SPDX-License-Identifier: MIT */
/* The framed line, and the table from markings back to labels. Owns the table's copies. */
#include "label/first_line.h"

#include "base/mem.h"
#include "label/fold.h"

#include <stdlib.h>

struct mark {
	struct map_node node;
	char *text; /* squeezed */
	struct label label;
};

void label_first_line_put(
	struct buf *out, const struct label_frame *f, struct str marking, struct str body)
{
	buf_put(out, f->open);
	buf_put(out, marking);
	buf_put(out, f->close);
	buf_put_char(out, '\n');
	buf_put(out, body);
}

bool label_first_line_take(
	struct str body, const struct label_frame *f, struct str *marking_out, struct str *rest_out)
{
	const char *end = body.n ? memchr(body.p, '\n', body.n) : NULL;
	struct str line = { body.p, end ? (size_t)(end - body.p) : body.n };

	*rest_out = end ? str_skip(body, line.n + 1) : (struct str){ "", 0 };
	line = str_trim(line);
	if (line.n < f->open.n + f->close.n || !str_starts(line, f->open) ||
		!str_ends(line, f->close))
		return false;
	*marking_out = (struct str){ line.p + f->open.n, line.n - f->open.n - f->close.n };
	return true;
}

bool label_marks_add(struct label_marks *m, struct str marking, const struct label *l)
{
	char text[LABEL_FOLD_MAX];
	int n = label_squeeze(marking, text);
	struct str key = { text, n < 0 ? 0 : (size_t)n };
	struct mark *k;

	if (n <= 0)
		return false;
	if (!m->ready) {
		map_init(&m->map);
		m->ready = true;
	}
	if (map_get(&m->map, key))
		return false;
	k = MEM_NEW(struct mark);
	k->text = str_dup(key);
	label_init(&k->label);
	label_copy(&k->label, l);
	map_put(&m->map, &k->node, (struct str){ k->text, key.n });
	return true;
}

const struct label *label_marks_find(const struct label_marks *m, struct str marking)
{
	char text[LABEL_FOLD_MAX];
	struct map_node *node;
	int n;

	if (!m->ready)
		return NULL;
	n = label_squeeze(marking, text);
	if (n <= 0)
		return NULL;
	node = map_get(&m->map, (struct str){ text, (size_t)n });
	return node ? &map_item(node, struct mark, node)->label : NULL;
}

void label_marks_fini(struct label_marks *m)
{
	struct map_node *node = NULL;
	size_t pos = 0;

	if (!m->ready)
		return;
	while ((node = map_next(&m->map, &pos, NULL))) {
		struct mark *k = map_item(node, struct mark, node);

		map_remove(&m->map, node);
		label_fini(&k->label);
		free(k->text);
		free(k);
	}
	map_fini(&m->map);
	*m = (struct label_marks){ 0 };
}
