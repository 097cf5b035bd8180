/* SPDX-License-Identifier: MIT */
/* The decision: a few bits are looked at. Pure. */
#include "label/decide.h"

#include "label/resolve.h"

static bool deny(struct label_verdict *v, const struct label *l, enum label_outcome o,
	const struct spif_category *c)
{
	label_verdict_set(v, l->policy, o);
	v->class = l->class;
	v->category = c;
	return false;
}

/* The values of one tag, from the first on; *n_out is how many there are. Tags are told apart by
 * tag set and tag: same-named tags of two sets are two. */
static bool tag_grants(const struct label *l, const struct clearance *c, unsigned first,
	unsigned *n_out, struct label_verdict *v)
{
	const struct spif_tag *t = l->categories[first].known->tag;
	const struct spif_category *missing = NULL;
	unsigned i = first, granted = 0;

	for (; i < l->ncategories && l->categories[i].known->tag == t; i++) {
		const struct spif_category *k = l->categories[i].known;

		if (clearance_grants(c, k->index))
			granted++;
		else if (!missing)
			missing = k;
	}
	*n_out = i - first;
	switch (t->kind) {
	case LABEL_RESTRICTIVE: return !missing || deny(v, l, LABEL_RESTRICTIVE_DENIED, missing);
	case LABEL_PERMISSIVE: return granted || deny(v, l, LABEL_PERMISSIVE_DENIED, missing);
	case LABEL_INFORMATIVE: return true;
	case LABEL_ANY_KIND: break; /* no label has such a tag: it cannot be resolved */
	}
	return deny(v, l, LABEL_RESTRICTIVE_DENIED, missing);
}

bool label_decide(const struct label *l, const struct clearance *c, struct label_verdict *v)
{
	unsigned n;

	if (!l || !l->policy)
		return label_verdict_set(v, NULL, LABEL_NONE);
	if (!c || c->policy != l->policy)
		return deny(v, l, LABEL_NO_CLEARANCE, NULL);
	if (!clearance_has_class(c, l->class->lacv))
		return deny(v, l, LABEL_CLASS_DENIED, NULL);
	for (unsigned i = 0; i < l->ncategories; i += n) {
		if (!tag_grants(l, c, i, &n, v))
			return false;
	}
	return label_verdict_set(v, l->policy, LABEL_GRANTED);
}
