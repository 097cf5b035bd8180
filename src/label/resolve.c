/* SPDX-License-Identifier: MIT */
/* Labels and clearances are found in a policy here, and nowhere else. Owns nothing but a
 * clearance's bits. */
#include "label/resolve.h"

#include "base/mem.h"
#include "base/random.h"
#include "label/fold.h"

#include <stdlib.h>

enum { UNCLASSIFIED = 1 }; /* X.501, X.411 */

static bool fail(
	struct label_verdict *v, const struct spif *s, enum label_outcome o, struct str text)
{
	label_verdict_set(v, s, o);
	v->text = text;
	return false;
}

/* An identifier decides; a name besides must not say something else. */
static bool is_policy(const struct spif *s, struct str id, struct str name)
{
	if (id.n && !str_eq(id, s->id))
		return false;
	if (name.n && !label_fold_eq(name, s->name))
		return false;
	return id.n || name.n;
}

/* ---- one category ---- */

static const struct spif_set *find_set(const struct spif *s, const struct label_category *c)
{
	const struct spif_set *set;

	if (!c->set_id.n)
		return spif_set_by_name(s, c->set_name);
	set = spif_set_by_id(s, c->set_id);
	if (set && c->set_name.n && !label_fold_eq(set->name, c->set_name))
		return NULL;
	return set;
}

/* The value that takes what people write (userInput). Only an informative one: what is free text
 * cannot restrict or permit. */
static const struct spif_category *find_input(
	const struct spif_set *set, enum label_tag_kind kind, enum label_tag_form form)
{
	if (kind != LABEL_INFORMATIVE)
		return NULL;
	for (unsigned i = 0; i < set->ntags; i++) {
		const struct spif_tag *t = &set->tags[i];

		for (unsigned k = 0; t->kind == LABEL_INFORMATIVE && k < t->ncategories; k++) {
			if (t->categories[k].input)
				return &t->categories[k];
		}
	}
	return NULL;
}

/* A number that several values have is said by the name beside it. */
static const struct spif_category *find_both(const struct spif *s, const struct spif_set *set,
	const struct label_category *c, bool *ambiguous)
{
	const struct spif_category *k =
		spif_category_by_name(s, set, c->kind, c->form, c->value, ambiguous);

	while (k && k->lacv != c->lacv)
		k = k->variant;
	return k;
}

static const struct spif_category *find_value(const struct spif *s, const struct spif_set *set,
	const struct label_category *c, bool *ambiguous)
{
	const struct spif_category *found;

	*ambiguous = false;
	if (!c->has_lacv) {
		found = spif_category_by_name(s, set, c->kind, c->form, c->value, ambiguous);
		if (!found && !*ambiguous)
			found = find_input(set, c->kind, c->form);
		return found;
	}
	found = spif_category_by_lacv(s, set, c->kind, c->form, c->lacv, ambiguous);
	if (*ambiguous && c->value.n)
		return find_both(s, set, c, ambiguous);
	if (found && c->value.n && !found->input && !label_fold_eq(found->name, c->value))
		return NULL;
	return found;
}

bool label_admits(const struct spif_category *k, const struct spif_class *c)
{
	if (k->required_class && k->required_class != c)
		return false;
	return !(k->excluded_classes[c->lacv / 64] >> c->lacv % 64 & 1);
}

/* Of several variants of a value the one for the classification; the first when none is. */
static const struct spif_category *pick_variant(const struct spif_category *first,
	const struct label_category *c, const struct spif_class *class)
{
	for (const struct spif_category *k = first; k && class; k = k->variant) {
		if ((!c->has_lacv || k->lacv == c->lacv) && label_admits(k, class))
			return k;
	}
	return first;
}

/* `before`: the one before it, whose tag set it most likely shares. */
static bool resolve_category(const struct spif *s, struct label_category *c,
	const struct label_category *before, const struct spif_class *class,
	struct label_verdict *v)
{
	const struct spif_set *set;
	bool ambiguous;

	if (c->unknown_type.n)
		return fail(v, s, LABEL_UNKNOWN_SYNTAX, c->unknown_type);
	if (before && before->known && c->set_id.n && !c->set_name.n &&
		str_eq(before->set_id, c->set_id))
		set = before->known->tag->set;
	else
		set = find_set(s, c);
	if (!set)
		return fail(v, s, LABEL_UNKNOWN_SET, c->set_id.n ? c->set_id : c->set_name);
	c->known = find_value(s, set, c, &ambiguous);
	if (!c->known) {
		fail(v, s, ambiguous ? LABEL_AMBIGUOUS_VALUE : LABEL_UNKNOWN_VALUE, c->value);
		v->tag = set->ntags ? &set->tags[0] : NULL;
		return false;
	}
	c->known = pick_variant(c->known, c, class);
	c->set_id = set->id;
	c->set_name = set->name;
	c->kind = c->known->tag->kind;
	c->form = c->known->tag->form;
	c->has_lacv = true;
	c->lacv = c->known->lacv;
	c->shared = c->known->shared;
	if (!c->known->input || !c->value.n)
		c->value = c->known->name;
	return true;
}

/* ---- labels ---- */

static bool resolve_class(const struct spif *s, struct label *l, struct label_verdict *v)
{
	const struct spif_class *c = NULL;

	if (!l->has_class_lacv && !l->class_name.n)
		return fail(v, s, LABEL_NO_CLASS, STR(""));
	if (!l->has_class_lacv)
		c = spif_class_by_name(s, l->class_name);
	else if (l->class_lacv < LABEL_CLASSES)
		c = s->class_by_lacv[l->class_lacv];
	if (c && l->has_class_lacv && l->class_name.n && !label_fold_eq(c->name, l->class_name))
		c = NULL;
	if (!c)
		return fail(v, s, LABEL_UNKNOWN_CLASS, l->class_name);
	l->class = c;
	l->class_name = c->name;
	l->class_lacv = c->lacv;
	l->has_class_lacv = true;
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct label_category *x = a, *y = b;
	size_t n = x->value.n < y->value.n ? x->value.n : y->value.n;
	int by_text;

	if (x->known->index != y->known->index)
		return x->known->index < y->known->index ? -1 : 1;
	by_text = n ? memcmp(x->value.p, y->value.p, n) : 0;
	if (by_text)
		return by_text;
	return (x->value.n > y->value.n) - (x->value.n < y->value.n);
}

/* Into the policy's order, so that the values of one tag stand together. */
static void sort(struct label *l)
{
	unsigned n = 0, ordered = 1;

	while (ordered < l->ncategories &&
		compare(&l->categories[ordered - 1], &l->categories[ordered]) < 0)
		ordered++;
	if (ordered >= l->ncategories)
		return;
	qsort(l->categories, l->ncategories, sizeof(*l->categories), compare);
	for (unsigned i = 0; i < l->ncategories; i++) {
		if (n && compare(&l->categories[n - 1], &l->categories[i]) == 0)
			continue;
		l->categories[n++] = l->categories[i];
	}
	l->ncategories = n;
}

bool spif_resolve_label(const struct spif *s, struct label *l, struct label_verdict *v)
{
	l->policy = NULL;
	if (!is_policy(s, l->policy_id, l->policy_name))
		return fail(v, s, LABEL_OTHER_POLICY, STR(""));
	if (!resolve_class(s, l, v))
		return false;
	for (unsigned i = 0; i < l->ncategories; i++) {
		if (!resolve_category(
			    s, &l->categories[i], i ? &l->categories[i - 1] : NULL, l->class, v))
			return false;
	}
	sort(l);
	l->policy_id = s->id;
	l->policy_name = s->name;
	l->policy = s;
	return label_verdict_set(v, s, LABEL_GRANTED);
}

const struct label *label_at(const struct label *l, int64_t now)
{
	while (l->successor) {
		bool succeeded = l->succession != LABEL_NO_TIME && l->succession <= now;
		bool reviewed = l->review != LABEL_NO_TIME && l->review <= now;

		if (!succeeded && !reviewed)
			break;
		l = l->successor;
	}
	return l;
}

bool label_same(const struct label *a, const struct label *b)
{
	if (!a->policy || a->policy != b->policy || a->class != b->class ||
		a->ncategories != b->ncategories)
		return false;
	for (unsigned i = 0; i < a->ncategories; i++) {
		if (compare(&a->categories[i], &b->categories[i]) != 0)
			return false;
	}
	return true;
}

/* ---- clearances ---- */

static void grant(struct clearance *c, unsigned index)
{
	c->granted[index / 64] |= UINT64_C(1) << index % 64;
}

/* Every variant; with a number, those that have it. False: they do not have one number. */
static bool grant_value(struct clearance *c, const struct label_category *value, bool number)
{
	bool one = true;

	for (const struct spif_category *k = value->known; k; k = k->variant) {
		one &= number || k->lacv == value->lacv;
		if (!number || k->lacv == value->lacv)
			grant(c, k->index);
	}
	return one;
}

/* And so is a group that has that group as a member. */
void clearance_grant_groups(struct clearance *c, const struct spif *s)
{
	bool again = true;

	while (again) {
		again = false;
		for (unsigned i = 0; i < s->ncategories; i++) {
			const struct spif_category *group = &s->categories[i];
			unsigned k = 0;

			if (!group->nmembers || clearance_grants(c, i))
				continue;
			while (k < group->nmembers && !clearance_grants(c, group->members[k]))
				k++;
			if (k == group->nmembers)
				continue;
			grant(c, i);
			again = true;
		}
	}
}

static int resolve_class_names(const struct spif *s, struct clearance *c, struct label_verdict *v)
{
	int unknown = 0;

	if (!c->has_classes && !clearance_add_class(c, UNCLASSIFIED))
		abort();
	for (unsigned i = 0; i < c->nclass_names; i++) {
		const struct spif_class *class = spif_class_by_name(s, c->class_names[i]);

		if (class && clearance_add_class(c, class->lacv))
			continue;
		if (unknown++ == 0)
			fail(v, s, LABEL_UNKNOWN_CLASS, c->class_names[i]);
	}
	return unknown;
}

int spif_resolve_clearance(const struct spif *s, struct clearance *c, struct label_verdict *v)
{
	struct label_verdict first = { 0 };
	int unknown;

	c->policy = NULL;
	if (!is_policy(s, c->policy_id, c->policy_name)) {
		fail(v, s, LABEL_NO_CLEARANCE, STR(""));
		return -1;
	}
	free(c->granted);
	c->granted = mem_zero(s->ncategories / 64 + 1, sizeof(*c->granted));
	label_verdict_set(v, s, LABEL_GRANTED);
	unknown = resolve_class_names(s, c, v);
	for (unsigned i = 0; i < c->ncategories; i++) {
		struct label_category *k = &c->categories[i];
		bool number = k->has_lacv;

		k->known = NULL;
		if (resolve_category(s, k, NULL, NULL, &first))
			k->has_lacv = grant_value(c, k, number);
		else if (unknown++ == 0)
			*v = first;
	}
	clearance_grant_groups(c, s);
	random_bytes(&c->number, sizeof(c->number));
	c->policy = s;
	return unknown;
}

bool clearance_add_up_to(struct clearance *c, const struct spif *s, struct str name)
{
	const struct spif_class *top = spif_class_by_name(s, name);

	c->has_classes = true;
	for (unsigned i = 0; top && i < s->nclasses; i++) {
		if (s->classes[i].hierarchy <= top->hierarchy &&
			!clearance_add_class(c, s->classes[i].lacv))
			return false;
	}
	return top;
}

static bool add_known(struct clearance *c, const struct spif_category *k)
{
	struct label_category *to = clearance_add(c);

	if (to)
		*to = (struct label_category){ .set_id = k->tag->set->id,
			.set_name = k->tag->set->name,
			.kind = k->tag->kind,
			.form = k->tag->form,
			.has_lacv = true,
			.lacv = k->lacv,
			.value = k->name };
	return to;
}

bool clearance_add_value(
	struct clearance *c, const struct spif *s, struct str set, struct str value)
{
	const struct spif_set *in = spif_set_by_name(s, set);
	const struct spif_category *k;
	bool ambiguous, good = in;

	if (!in)
		return false;
	if (!str_is(value, "*")) {
		k = spif_category_by_name(s, in, LABEL_ANY_KIND, LABEL_ANY_FORM, value, &ambiguous);
		return k && add_known(c, k);
	}
	for (unsigned i = 0; i < in->ntags; i++) {
		const struct spif_tag *t = &in->tags[i];

		for (unsigned n = 0; t->kind != LABEL_ANY_KIND && n < t->ncategories; n++)
			good &= add_known(c, &t->categories[n]);
	}
	return good;
}
