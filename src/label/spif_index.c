/* SPDX-License-Identifier: MIT */
/*
 * A policy's indexes: open addressing over arrays that it has anyway, so that a label of hundreds
 * of values is resolved without a walk. What is in the tables the administrator has chosen, so that
 * a peer cannot choose collisions; the hash needs no secret.
 */
#include "label/spif_build.h"

#include "base/mem.h"
#include "base/siphash.h"
#include "label/fold.h"

#include <stdlib.h>

enum { PROBES_MAX = 1024 }; /* a table is at most half full: only what is alike stands so close */

static uint64_t hash(uint64_t salt, struct str s)
{
	const uint64_t seed[2] = { salt, 0x7370696620696478u };

	return siphash(seed, s);
}

static uint64_t hash_name(uint64_t salt, struct str name)
{
	char folded[LABEL_FOLD_MAX];
	int n = label_fold(name, folded);

	return hash(salt, (struct str){ folded, n < 0 ? 0 : (size_t)n });
}

static uint64_t hash_number(uint64_t salt, uint64_t number)
{
	uint64_t h = (number + salt * 0x9e3779b97f4a7c15u + 1) * 0xbf58476d1ce4e5b9u;

	return h ^ h >> 31;
}

/* ---- tables ---- */

static void table_init(struct spif_table *t, size_t n)
{
	size_t size = 8;

	while (size < n * 2)
		size *= 2;
	t->slots = mem_zero(size, sizeof(*t->slots));
	t->mask = (uint32_t)(size - 1);
}

/* False: so many are alike that looking one up would take long. */
static bool table_put(struct spif_table *t, uint64_t h, uint32_t index)
{
	uint32_t i = (uint32_t)h & t->mask, probes = 0;

	while (t->slots[i]) {
		i = (i + 1) & t->mask;
		if (++probes > PROBES_MAX)
			return false;
	}
	t->slots[i] = index + 1;
	return true;
}

/* Every index that may be meant: for (i = first; (k = at(i)) >= 0; i = next(i)). */
static inline int64_t table_at(const struct spif_table *t, uint32_t i)
{
	return t->slots ? (int64_t)t->slots[i & t->mask] - 1 : -1;
}

/* ---- building ---- */

/* Behind the last one of this name in its tag. Equal hashes are found in the order they were put.
 */
static void link_variant(struct spif *s, uint32_t index, uint32_t h)
{
	struct spif_category *c = &s->categories[index];
	int64_t k;

	for (; (k = table_at(&s->category_names, h)) >= 0; h++) {
		struct spif_category *other = &s->categories[k];

		if (other->tag == c->tag && !other->variant && other != c &&
			label_fold_eq(other->name, c->name))
			other->variant = c;
	}
}

static bool index_category(struct spif *s, uint32_t i)
{
	const struct spif_category *c = &s->categories[i];
	uint64_t by_name = hash_name(c->tag->set->index, c->name);

	link_variant(s, i, (uint32_t)by_name);
	return table_put(&s->category_numbers, hash_number(c->tag->set->index, c->lacv), i) &&
	       table_put(&s->category_names, by_name, i);
}

bool spif_index(struct spif *s)
{
	bool good = true;

	table_init(&s->class_names, s->nclasses);
	table_init(&s->set_ids, s->nsets);
	table_init(&s->set_names, s->nsets);
	table_init(&s->category_numbers, s->ncategories);
	table_init(&s->category_names, s->ncategories);
	for (uint32_t i = 0; i < s->nclasses; i++) {
		good &= table_put(&s->class_names, hash_name(0, s->classes[i].name), i);
		if (!s->class_by_lacv[s->classes[i].lacv])
			s->class_by_lacv[s->classes[i].lacv] = &s->classes[i];
	}
	for (uint32_t i = 0; i < s->nsets && good; i++)
		good &= table_put(&s->set_ids, hash(0, s->sets[i].id), i) &&
			table_put(&s->set_names, hash_name(0, s->sets[i].name), i);
	for (uint32_t i = 0; i < s->ncategories && good; i++)
		good &= index_category(s, i);
	return good;
}

/* By what another policy's label has: the policy and the number; the category is the value. */
bool spif_index_equivalents(struct spif *s)
{
	bool good = true;
	size_t n = 0;

	for (unsigned i = 0; i < s->ncategories; i++)
		n += s->categories[i].nequivalents;
	table_init(&s->category_equivalents, n);
	for (uint32_t i = 0; i < s->ncategories; i++) {
		for (unsigned k = 0; k < s->categories[i].nequivalents && good; k++) {
			const struct spif_equivalent *e = &s->categories[i].equivalents[k];

			if (!e->discard)
				good &= table_put(&s->category_equivalents,
					hash_number(e->policy, e->lacv), i);
		}
	}
	return good;
}

const struct spif_category *spif_category_by_equivalent(
	const struct spif *s, unsigned policy, uint64_t lacv, uint32_t *at)
{
	int64_t k;

	if (*at == UINT32_MAX)
		*at = (uint32_t)hash_number(policy, lacv) & s->category_equivalents.mask;
	while ((k = table_at(&s->category_equivalents, *at)) >= 0) {
		++*at;
		return &s->categories[k];
	}
	return NULL;
}

/* ---- looking up ---- */

const struct spif_class *spif_class_by_name(const struct spif *s, struct str name)
{
	const struct spif_class *found = NULL;
	int64_t k;

	for (uint32_t i = (uint32_t)hash_name(0, name); (k = table_at(&s->class_names, i)) >= 0;
		i++) {
		const struct spif_class *c = &s->classes[k];

		if (str_eq(c->name, name))
			return c;
		if (!found && label_fold_eq(c->name, name))
			found = c;
	}
	return found;
}

const struct spif_set *spif_set_by_id(const struct spif *s, struct str id)
{
	int64_t k;

	if (!id.n)
		return NULL;
	for (uint32_t i = (uint32_t)hash(0, id); (k = table_at(&s->set_ids, i)) >= 0; i++) {
		if (str_eq(s->sets[k].id, id))
			return &s->sets[k];
	}
	return NULL;
}

const struct spif_set *spif_set_by_name(const struct spif *s, struct str name)
{
	int64_t k;

	for (uint32_t i = (uint32_t)hash_name(0, name); (k = table_at(&s->set_names, i)) >= 0;
		i++) {
		if (label_fold_eq(s->sets[k].name, name))
			return &s->sets[k];
	}
	return NULL;
}

static bool is_type(const struct spif_tag *t, enum label_tag_kind kind, enum label_tag_form form)
{
	if (t->kind == LABEL_ANY_KIND)
		return false;
	if (kind != LABEL_ANY_KIND && kind != t->kind)
		return false;
	return form == LABEL_ANY_FORM || t->form == LABEL_ANY_FORM || form == t->form;
}

/* Are they variants of one value? */
static bool are_variants(const struct spif_category *a, const struct spif_category *b)
{
	return a->tag == b->tag && label_fold_eq(a->name, b->name);
}

const struct spif_category *spif_category_by_lacv(const struct spif *s, const struct spif_set *set,
	enum label_tag_kind kind, enum label_tag_form form, uint64_t lacv, bool *ambiguous_out)
{
	const struct spif_category *found = NULL;
	int64_t k;

	*ambiguous_out = false;
	for (uint32_t i = (uint32_t)hash_number(set->index, lacv);
		(k = table_at(&s->category_numbers, i)) >= 0; i++) {
		const struct spif_category *c = &s->categories[k];

		if (c->lacv != lacv || c->tag->set != set || !is_type(c->tag, kind, form))
			continue;
		if (found && !are_variants(found, c)) {
			*ambiguous_out = true;
			return NULL;
		}
		if (!found)
			found = c;
	}
	return found;
}

/* A name as it is written counts before one that only folds to the same. */
const struct spif_category *spif_category_by_name(const struct spif *s, const struct spif_set *set,
	enum label_tag_kind kind, enum label_tag_form form, struct str name, bool *ambiguous_out)
{
	const struct spif_category *found = NULL;
	bool exact = false;
	int64_t k;

	*ambiguous_out = false;
	for (uint32_t i = (uint32_t)hash_name(set->index, name);
		(k = table_at(&s->category_names, i)) >= 0; i++) {
		const struct spif_category *c = &s->categories[k];
		bool same = str_eq(c->name, name);

		if (c->tag->set != set || !is_type(c->tag, kind, form) || (exact && !same) ||
			!(same || label_fold_eq(c->name, name)))
			continue;
		if (!found || (same && !exact)) {
			found = c;
			*ambiguous_out = false;
		} else if (found->tag != c->tag) {
			*ambiguous_out = true;
		}
		exact |= same;
	}
	return *ambiguous_out ? NULL : found;
}

int spif_equivalent_policy(const struct spif *s, struct str id, struct str name)
{
	for (unsigned i = 0; i < s->nequivalents; i++) {
		const struct spif_policy *p = &s->equivalents[i];

		if (id.n && p->id.n ? str_eq(p->id, id) : name.n && label_fold_eq(p->name, name))
			return (int)i;
	}
	return -1;
}

/* ---- what must be there once (ADatP-4774.1's list) ---- */

static void check_classes(struct spif_build *b)
{
	const struct spif *s = b->s;

	for (unsigned i = 0; i < s->nclasses; i++) {
		const struct spif_class *c = &s->classes[i];

		if (s->class_by_lacv[c->lacv] != c)
			spif_error(b, c->line, "Give each classification a lacv of its own.",
				"Classification \"%.*s\" has the lacv of \"%.*s\", %u.",
				STR_ARG(c->name), STR_ARG(s->class_by_lacv[c->lacv]->name),
				c->lacv);
		for (unsigned k = 0; k < i; k++) {
			if (c->name.n && label_fold_eq(s->classes[k].name, c->name))
				spif_error(b, c->line,
					"Give each classification a name of its own; capitals do "
					"not tell them apart.",
					"There are two classifications \"%.*s\".",
					STR_ARG(c->name));
			if (s->classes[k].hierarchy == c->hierarchy)
				spif_warning(b, c->line, "Order them.",
					"Classifications \"%.*s\" and \"%.*s\" have the same "
					"hierarchy.",
					STR_ARG(s->classes[k].name), STR_ARG(c->name));
		}
	}
}

static void check_sets(struct spif_build *b)
{
	const struct spif *s = b->s;

	for (unsigned i = 0; i < s->nsets; i++) {
		const struct spif_set *set = &s->sets[i];
		const struct spif_set *first = spif_set_by_id(s, set->id);

		if (first && first != set)
			spif_error(b, set->line, "Give each tag set an id of its own.",
				"Tag sets \"%.*s\" and \"%.*s\" have the same id.",
				STR_ARG(first->name), STR_ARG(set->name));
		first = spif_set_by_name(s, set->name);
		if (set->name.n && first && first != set)
			spif_error(b, set->line, "Give each tag set a name of its own.",
				"There are two tag sets \"%.*s\".", STR_ARG(set->name));
	}
}

static void check_category(struct spif_build *b, struct spif_category *c)
{
	const struct spif_tag *t = c->tag;
	bool ambiguous;

	spif_category_by_lacv(b->s, t->set, t->kind, t->form, c->lacv, &ambiguous);
	c->shared = ambiguous;
	if (ambiguous)
		spif_warning(b, c->line, "Give each value of a tag set and type its own.",
			"\"%.*s\" of \"%.*s\" has a lacv that another value has, too, %llu: a "
			"label "
			"that has only the number is denied.",
			STR_ARG(c->name), STR_ARG(t->set->name), (unsigned long long)c->lacv);
	spif_category_by_name(b->s, t->set, t->kind, LABEL_ANY_FORM, c->name, &ambiguous);
	if (ambiguous)
		spif_warning(b, c->line, "Rename one of them.",
			"\"%.*s\" names values of several tags of \"%.*s\"; a label that has only "
			"the "
			"name is denied.",
			STR_ARG(c->name), STR_ARG(t->set->name));
	if (c->variant && c->variant->lacv != c->lacv)
		spif_warning(b, c->variant->line, "Rename one of them.",
			"\"%.*s\" of \"%.*s\" has two numbers, %llu and %llu; in a label that has "
			"names "
			"they are one value.",
			STR_ARG(c->name), STR_ARG(t->set->name), (unsigned long long)c->lacv,
			(unsigned long long)c->variant->lacv);
}

static void check_categories(struct spif_build *b)
{
	for (unsigned i = 0; i < b->s->ncategories; i++) {
		if (b->s->categories[i].tag->kind != LABEL_ANY_KIND)
			check_category(b, &b->s->categories[i]);
	}
}

static void check_policies(struct spif_build *b)
{
	const struct spif *s = b->s;

	for (unsigned i = 0; i < s->nequivalents; i++) {
		const struct spif_policy *p = &s->equivalents[i];
		int first = spif_equivalent_policy(s, p->id, (struct str){ 0 });

		if (p->id.n && first >= 0 && (unsigned)first != i)
			spif_error(b, p->line, "Join them.",
				"Equivalent policies \"%.*s\" and \"%.*s\" have the same id.",
				STR_ARG(s->equivalents[first].name), STR_ARG(p->name));
		for (unsigned k = 0; k < i; k++) {
			if (label_fold_eq(s->equivalents[k].name, p->name))
				spif_error(b, p->line, "Rename one of them.",
					"There are two equivalent policies \"%.*s\".",
					STR_ARG(p->name));
		}
	}
}

void spif_check_unique(struct spif_build *b)
{
	check_classes(b);
	check_sets(b);
	check_categories(b);
	check_policies(b);
}
