/* SPDX-License-Identifier: MIT */
/* Labels as values: filled in, copied, compared as written. Decides nothing. */
#include "label/model.h"

#include "base/mem.h"

#include <stdlib.h>

void label_init(struct label *l)
{
	*l = (struct label){
		.created = LABEL_NO_TIME, .review = LABEL_NO_TIME, .succession = LABEL_NO_TIME
	};
}

static void drop_successor(struct label *l)
{
	if (!l->successor)
		return;
	label_fini(l->successor);
	free(l->successor);
	l->successor = NULL;
}

void label_fini(struct label *l)
{
	drop_successor(l);
	free(l->categories);
	label_memory_fini(&l->memory);
	label_init(l);
}

void label_clear(struct label *l)
{
	struct label_category *categories = l->categories;
	unsigned max = l->max_categories;
	struct label_memory memory = l->memory;

	drop_successor(l);
	label_memory_clear(&memory);
	label_init(l);
	l->categories = categories;
	l->max_categories = max;
	l->memory = memory;
}

bool label_keep(struct label *l, struct str *field, struct str text)
{
	return label_memory_keep(&l->memory, LABEL_TEXT_MAX, field, text);
}

struct label_category *label_add(struct label *l)
{
	return label_category_add(
		&l->categories, &l->ncategories, &l->max_categories, LABEL_CATEGORIES_MAX);
}

struct label *label_succeed(struct label *l, unsigned depth)
{
	if (l->successor || depth >= LABEL_SUCCESSORS_MAX)
		return NULL;
	l->successor = mem_alloc(sizeof(*l->successor));
	label_init(l->successor);
	return l->successor;
}

void label_copy(struct label *to, const struct label *from)
{
	struct label_memory *m = &to->memory;

	label_clear(to);
	label_memory_copy(m, &to->policy_id, from->policy_id);
	label_memory_copy(m, &to->policy_name, from->policy_name);
	label_memory_copy(m, &to->class_name, from->class_name);
	label_memory_copy(m, &to->privacy_mark, from->privacy_mark);
	label_memory_copy(m, &to->originator, from->originator);
	label_memory_copy(m, &to->originator_type, from->originator_type);
	to->has_class_lacv = from->has_class_lacv;
	to->class_lacv = from->class_lacv;
	to->created = from->created;
	to->review = from->review;
	to->succession = from->succession;
	to->policy = from->policy;
	to->class = from->class;
	while (to->ncategories < from->ncategories) {
		if (!label_add(to))
			abort();
	}
	label_category_copy(m, to->categories, from->categories, from->ncategories);
	if (from->successor) {
		to->successor = mem_alloc(sizeof(*to->successor));
		label_init(to->successor);
		label_copy(to->successor, from->successor);
	}
}

/* Is every category of a in b? */
static bool contained(const struct label *a, const struct label *b)
{
	for (unsigned i = 0; i < a->ncategories; i++) {
		unsigned k = 0;

		while (k < b->ncategories &&
			!label_category_equal(&a->categories[i], &b->categories[k]))
			k++;
		if (k == b->ncategories)
			return false;
	}
	return true;
}

bool label_equal(const struct label *a, const struct label *b)
{
	return str_eq(a->policy_id, b->policy_id) && str_eq(a->policy_name, b->policy_name) &&
	       a->has_class_lacv == b->has_class_lacv && a->class_lacv == b->class_lacv &&
	       str_eq(a->class_name, b->class_name) && str_eq(a->privacy_mark, b->privacy_mark) &&
	       contained(a, b) && contained(b, a);
}
