/* SPDX-License-Identifier: MIT */
/* Validity of a resolved label under its policy: the SPIF's rules, one after the other. Pure. */
#include "label/valid.h"

static bool fail(struct label_verdict *v, const struct label *l, enum label_outcome o,
	const struct spif_category *c)
{
	label_verdict_set(v, l->policy, o);
	v->class = l->class;
	v->category = c;
	return false;
}

/* ---- groups ---- */

/* all="true", or no lacv: any value of that tag set and type. Groups name values by number. */
bool label_has_group(
	const struct label *l, const struct spif_group *g, const struct spif_category *but)
{
	for (unsigned i = 0; i < l->ncategories; i++) {
		const struct spif_category *k = l->categories[i].known;
		const struct spif_tag *t = k->tag;

		if (k != but && t->set == g->set && (g->whole || k->lacv == g->lacv) &&
			(g->kind == LABEL_ANY_KIND || g->kind == t->kind) &&
			(g->form == LABEL_ANY_FORM || t->form == LABEL_ANY_FORM ||
				g->form == t->form))
			return true;
	}
	return false;
}

static bool satisfied(const struct label *l, const struct spif_required *r)
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->ngroups; i++)
		n += label_has_group(l, &r->groups[i], NULL);
	switch (r->operation) {
	case SPIF_ONLY_ONE: return n == 1;
	case SPIF_ONE_OR_MORE: return n >= 1;
	case SPIF_ALL: return n == r->ngroups;
	}
	return false;
}

static bool all_satisfied(const struct label *l, const struct spif_required *r, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (!satisfied(l, &r[i]))
			return false;
	}
	return true;
}

/* ---- categories and tags ---- */

static bool times_are_good(
	const struct label *l, const struct spif_category *c, int64_t now, struct label_verdict *v)
{
	if (c->not_before != LABEL_NO_TIME && now < c->not_before)
		return fail(v, l, LABEL_VALUE_NOT_YET, c);
	if (c->not_after != LABEL_NO_TIME && now > c->not_after)
		return fail(v, l, LABEL_VALUE_EXPIRED, c);
	return true;
}

static bool category_is_valid(const struct label *l, const struct spif_category *c,
	enum label_age age, int64_t now, struct label_verdict *v)
{
	uint32_t lacv = l->class->lacv;

	if (c->obsolete && age == LABEL_NEW)
		return fail(v, l, LABEL_OBSOLETE_VALUE, c);
	if (!times_are_good(l, c, now, v))
		return false;
	if (c->excluded_classes[lacv / 64] >> lacv % 64 & 1)
		return fail(v, l, LABEL_EXCLUDED_CLASS, c);
	if (c->required_class && c->required_class != l->class)
		return fail(v, l, LABEL_WRONG_CLASS, c);
	/* A value that excludes all of its own tag set excludes the others. */
	for (unsigned i = 0; i < c->nexcluded; i++) {
		if (label_has_group(l, &c->excluded[i], c))
			return fail(v, l, LABEL_EXCLUDED_VALUE, c);
	}
	return all_satisfied(l, c->required, c->nrequired) || fail(v, l, LABEL_VALUE_REQUIRES, c);
}

static bool count_is_good(
	const struct label *l, const struct spif_tag *t, unsigned n, struct label_verdict *v)
{
	if (n >= t->least && (!t->most || n <= t->most))
		return true;
	fail(v, l, n < t->least ? LABEL_TOO_FEW : LABEL_TOO_MANY, NULL);
	v->tag = t;
	return false;
}

/* Tags of the policy and categories of the label are in the same order. */
static bool counts_are_good(const struct label *l, struct label_verdict *v)
{
	unsigned i = 0;

	for (unsigned t = 0; t < l->policy->ntags; t++) {
		unsigned first = i;

		while (i < l->ncategories && l->categories[i].known->tag == &l->policy->tags[t])
			i++;
		if (l->policy->tags[t].kind != LABEL_ANY_KIND &&
			!count_is_good(l, &l->policy->tags[t], i - first, v))
			return false;
	}
	return true;
}

bool label_valid(const struct label *l, enum label_age age, int64_t now, struct label_verdict *v)
{
	const struct spif *s = l->policy;

	if (!s)
		return label_verdict_set(v, s, LABEL_NONE);
	if (s->not_before != LABEL_NO_TIME && now < s->not_before)
		return label_verdict_set(v, s, LABEL_POLICY_NOT_YET);
	if (s->not_after != LABEL_NO_TIME && now > s->not_after)
		return label_verdict_set(v, s, LABEL_POLICY_EXPIRED);
	if (l->class->obsolete && age == LABEL_NEW)
		return fail(v, l, LABEL_OBSOLETE_CLASS, NULL);
	if (!all_satisfied(l, l->class->required, l->class->nrequired))
		return fail(v, l, LABEL_CLASS_REQUIRES, NULL);
	for (unsigned i = 0; i < l->ncategories; i++) {
		if (!category_is_valid(l, l->categories[i].known, age, now, v))
			return false;
	}
	return counts_are_good(l, v) && label_verdict_set(v, s, LABEL_GRANTED);
}
