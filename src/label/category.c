/* SPDX-License-Identifier: MIT */
/*
 * Texts and categories of labels and clearances. Texts go into blocks that stay where they are, and
 * of which a cleared object keeps one, so that a label on every stanza costs no allocation.
 */
#include "label/category.h"

#include "base/mem.h"

#include <stdlib.h>

enum {
	BLOCK = 1000, /* bytes; with its head no more than a KiB */
};

struct label_block {
	struct label_block *next;
	size_t used, size;
	char bytes[];
};

const char *label_tag_kind_name(enum label_tag_kind k)
{
	static const char *const names[] = {
		[LABEL_ANY_KIND] = "any",
		[LABEL_RESTRICTIVE] = "restrictive",
		[LABEL_PERMISSIVE] = "permissive",
		[LABEL_INFORMATIVE] = "informative",
	};

	return names[k];
}

/* ---- memory ---- */

static char *take(struct label_memory *m, size_t n)
{
	struct label_block *b = m->blocks;

	if (!b || b->used > b->size || b->size - b->used < n) {
		size_t size = n > BLOCK ? n : BLOCK;

		b = mem_alloc(sizeof(*b) + size);
		b->next = m->blocks;
		b->used = 0;
		b->size = size;
		m->blocks = b;
	}
	b->used += n;
	m->used += n;
	return b->bytes + b->used - n;
}

void *label_memory_zero(struct label_memory *m, size_t count, size_t size)
{
	const size_t align = sizeof(void *);
	size_t n;
	char *p;

	if (__builtin_mul_overflow(count, size, &n))
		abort();
	if (m->blocks)
		m->blocks->used = (m->blocks->used + align - 1) / align * align;
	/* A new block begins aligned: its head is a multiple of a pointer. */
	p = take(m, (n + align - 1) / align * align);
	memset(p, 0, n);
	return p;
}

static void drop_blocks(struct label_block *b)
{
	while (b) {
		struct label_block *next = b->next;

		free(b);
		b = next;
	}
}

void label_memory_clear(struct label_memory *m)
{
	if (!m->blocks)
		return;
	drop_blocks(m->blocks->next);
	m->blocks->next = NULL;
	m->blocks->used = 0;
	m->used = 0;
}

void label_memory_fini(struct label_memory *m)
{
	drop_blocks(m->blocks);
	*m = (struct label_memory){ 0 };
}

bool label_memory_keep(struct label_memory *m, size_t max, struct str *field, struct str text)
{
	char *p;

	if (text.n > LABEL_STRING_MAX || text.n > max - m->used)
		return false;
	*field = (struct str){ "", 0 };
	if (text.n == 0)
		return true;
	p = take(m, text.n);
	memcpy(p, text.p, text.n);
	*field = (struct str){ p, text.n };
	return true;
}

/* What was kept once fits again. */
void label_memory_copy(struct label_memory *m, struct str *to, struct str from)
{
	if (!label_memory_keep(m, SIZE_MAX, to, from))
		abort();
}

/* Values of one tag stand together and share their texts. */
static void copy_shared(struct label_memory *m, struct str *to, struct str from,
	const struct str *last_from, const struct str *last_to)
{
	if (last_from && last_from->p == from.p && last_from->n == from.n)
		*to = *last_to;
	else
		label_memory_copy(m, to, from);
}

void label_category_copy(struct label_memory *m, struct label_category *to,
	const struct label_category *from, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		to[i] = from[i];
		copy_shared(m, &to[i].set_id, from[i].set_id, i ? &from[i - 1].set_id : NULL,
			&to[i ? i - 1 : 0].set_id);
		copy_shared(m, &to[i].set_name, from[i].set_name, i ? &from[i - 1].set_name : NULL,
			&to[i ? i - 1 : 0].set_name);
		label_memory_copy(m, &to[i].value, from[i].value);
		label_memory_copy(m, &to[i].unknown_type, from[i].unknown_type);
	}
}

struct label_category *label_category_add(
	struct label_category **list, unsigned *n, unsigned *max, unsigned limit)
{
	struct label_category *c;

	if (*n == limit)
		return NULL;
	if (*n == *max) {
		*max = *max ? *max * 2 : 8;
		*list = mem_resize(*list, *max * sizeof(**list));
	}
	c = &(*list)[(*n)++];
	*c = (struct label_category){ 0 };
	return c;
}

bool label_category_equal(const struct label_category *a, const struct label_category *b)
{
	return str_eq(a->set_id, b->set_id) && str_eq(a->set_name, b->set_name) &&
	       a->kind == b->kind && a->form == b->form && a->has_lacv == b->has_lacv &&
	       a->lacv == b->lacv && str_eq(a->value, b->value) &&
	       str_eq(a->unknown_type, b->unknown_type);
}
