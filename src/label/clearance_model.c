/* SPDX-License-Identifier: MIT */
/* Clearances as values: filled in and copied. Decides nothing. */
#include "label/clearance_model.h"

#include "base/mem.h"

#include <stdlib.h>

enum { CLASS_NAMES_MAX = LABEL_CLASSES };

void clearance_init(struct clearance *c)
{
	*c = (struct clearance){ 0 };
}

void clearance_fini(struct clearance *c)
{
	free(c->class_names);
	free(c->categories);
	free(c->granted);
	label_memory_fini(&c->memory);
	clearance_init(c);
}

void clearance_clear(struct clearance *c)
{
	clearance_fini(c);
}

bool clearance_keep(struct clearance *c, struct str *field, struct str text)
{
	return label_memory_keep(&c->memory, CLEARANCE_TEXT_MAX, field, text);
}

struct label_category *clearance_add(struct clearance *c)
{
	return label_category_add(
		&c->categories, &c->ncategories, &c->max_categories, CLEARANCE_CATEGORIES_MAX);
}

bool clearance_add_class(struct clearance *c, uint32_t lacv)
{
	c->has_classes = true;
	if (lacv >= LABEL_CLASSES)
		return false;
	c->classes[lacv / 64] |= UINT64_C(1) << (lacv % 64);
	return true;
}

bool clearance_add_class_name(struct clearance *c, struct str name)
{
	c->has_classes = true;
	if (c->nclass_names == CLASS_NAMES_MAX)
		return false;
	if (c->nclass_names == c->max_class_names) {
		c->max_class_names = c->max_class_names ? c->max_class_names * 2 : 8;
		c->class_names =
			mem_resize(c->class_names, c->max_class_names * sizeof(*c->class_names));
	}
	if (!clearance_keep(c, &c->class_names[c->nclass_names], name))
		return false;
	c->nclass_names++;
	return true;
}

void clearance_copy(struct clearance *to, const struct clearance *from)
{
	struct label_memory *m = &to->memory;

	clearance_clear(to);
	label_memory_copy(m, &to->policy_id, from->policy_id);
	label_memory_copy(m, &to->policy_name, from->policy_name);
	to->has_classes = from->has_classes;
	memcpy(to->classes, from->classes, sizeof(to->classes));
	for (unsigned i = 0; i < from->nclass_names; i++) {
		if (!clearance_add_class_name(to, from->class_names[i]))
			abort();
	}
	while (to->ncategories < from->ncategories) {
		if (!clearance_add(to))
			abort();
	}
	label_category_copy(m, to->categories, from->categories, from->ncategories);
}
