/* SPDX-License-Identifier: MIT */
/*
 * Mapping in both directions. Of each value that is added it is remembered which tag it comes from:
 * a permissive tag of the target must come from one tag, else "one of these, and one of those"
 * would become "one of all". Owns nothing but what it adds to the label it makes.
 */
#include "label/map.h"

#include "label/fold.h"
#include "label/resolve.h"

#include <stdlib.h>

struct mapper {
	const struct spif *local;  /* states the equivalents */
	const struct spif *target; /* NULL: not loaded */
	const struct label *from;
	struct label *to;
	unsigned policy; /* in local->equivalents */
	struct label_verdict *v;
	/* Of each category of `to`: where it comes from. A tag of `from`, or the mapper itself for
	 * what another rule requires. */
	const void *source[LABEL_CATEGORIES_MAX];
};

static bool fail(struct mapper *m, enum label_outcome o)
{
	return label_verdict_set(m->v, m->local, o);
}

static bool fail_value(struct mapper *m, enum label_outcome o, const struct label_category *c)
{
	fail(m, o);
	m->v->category = c->known;
	m->v->text = c->value;
	return false;
}

static bool is_resolved(const struct mapper *m, const struct label_category *c)
{
	return m->from->policy && c->known;
}

/* ---- adding ---- */

static bool same_value(const struct label_category *a, const struct label_category *b)
{
	return str_eq(a->set_id, b->set_id) && a->lacv == b->lacv && a->kind == b->kind &&
	       a->form == b->form && str_eq(a->value, b->value);
}

/* Would two sources meet in one permissive tag set? */
static bool meets(const struct mapper *m, const struct label_category *c, const void *source)
{
	for (unsigned i = 0; i < m->to->ncategories && c->kind == LABEL_PERMISSIVE; i++) {
		const struct label_category *other = &m->to->categories[i];

		if (other->kind == LABEL_PERMISSIVE && str_eq(other->set_id, c->set_id) &&
			m->source[i] != source)
			return true;
	}
	return false;
}

static bool add(struct mapper *m, const struct label_category *c, const void *source)
{
	struct label_category *to;

	for (unsigned i = 0; i < m->to->ncategories; i++) {
		if (same_value(&m->to->categories[i], c) && m->source[i] == source)
			return true;
	}
	if (meets(m, c, source))
		return fail_value(m, LABEL_WOULD_WIDEN, c);
	to = label_add(m->to);
	if (!to)
		return fail(m, LABEL_TOO_BIG);
	*to = *c;
	m->source[m->to->ncategories - 1] = source;
	/* Both texts live in policies; the label may not. */
	return (label_keep(m->to, &to->set_id, c->set_id) &&
		       label_keep(m->to, &to->set_name, c->set_name) &&
		       label_keep(m->to, &to->value, c->value)) ||
	       fail(m, LABEL_TOO_BIG);
}

/* Restrictive stays so. Permissive may become restrictive, which asks for more. Informative must
 * not become permissive, where it would add a way through. */
static bool kind_is_safe(enum label_tag_kind from, enum label_tag_kind to)
{
	switch (from) {
	case LABEL_RESTRICTIVE: return to == LABEL_RESTRICTIVE;
	case LABEL_PERMISSIVE: return to == LABEL_PERMISSIVE || to == LABEL_RESTRICTIVE;
	case LABEL_INFORMATIVE: return to == LABEL_INFORMATIVE || to == LABEL_RESTRICTIVE;
	case LABEL_ANY_KIND: return false;
	}
	return false;
}

/* What an equivalent does not say (tagType) the target's own file does. */
static bool target_type(
	const struct mapper *m, const struct spif_equivalent *e, struct label_category *c)
{
	const struct spif_set *set = m->target ? spif_set_by_id(m->target, e->set_id) : NULL;
	const struct spif_category *found;
	bool ambiguous;

	c->kind = e->kind;
	c->form = e->form;
	if (!m->target)
		return e->kind != LABEL_ANY_KIND;
	found = set ? spif_category_by_lacv(m->target, set, e->kind, e->form, e->lacv, &ambiguous)
		    : NULL;
	if (!found)
		return false;
	c->kind = found->tag->kind;
	c->form = found->tag->form;
	return true;
}

/* ---- required categories of the target ---- */

/* The target's tag set that a group names: by the target's file, by what the local one says of its
 * tag sets, or by its identifier. */
static struct str group_set(const struct mapper *m, const struct spif_group *g)
{
	const struct spif_set *set;

	if (m->target) {
		set = spif_set_by_name(m->target, g->set_ref);
		if (!set)
			set = spif_set_by_id(m->target, g->set_ref);
		return set ? set->id : STR("");
	}
	for (unsigned i = 0; i < m->local->nsets; i++) {
		for (unsigned k = 0; k < m->local->sets[i].nequivalents; k++) {
			const struct spif_set_equivalent *e = &m->local->sets[i].equivalents[k];

			if (e->policy == m->policy &&
				(label_fold_eq(e->name, g->set_ref) || str_eq(e->id, g->set_ref)))
				return e->id;
		}
	}
	return STR("");
}

static bool has_group(const struct mapper *m, const struct spif_group *g, struct str set_id)
{
	for (unsigned i = 0; i < m->to->ncategories; i++) {
		const struct label_category *c = &m->to->categories[i];

		if (str_eq(c->set_id, set_id) && (g->whole || c->lacv == g->lacv) &&
			(g->kind == LABEL_ANY_KIND || g->kind == c->kind))
			return true;
	}
	return false;
}

static bool add_group(struct mapper *m, const struct spif_group *g)
{
	const struct spif_equivalent e = {
		.set_id = group_set(m, g), .kind = g->kind, .form = g->form, .lacv = g->lacv
	};
	struct label_category c = { .set_id = e.set_id, .has_lacv = true, .lacv = g->lacv };

	if (!e.set_id.n)
		return fail(m, LABEL_REQUIRED_UNCLEAR);
	if (has_group(m, g, e.set_id))
		return true;
	if (g->whole || !target_type(m, &e, &c))
		return fail(m, LABEL_REQUIRED_UNCLEAR);
	return add(m, &c, m);
}

/* With several to choose from, the label must have made the choice already. */
static bool chosen(struct mapper *m, const struct spif_required *r)
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->ngroups; i++) {
		struct str set_id = group_set(m, &r->groups[i]);

		n += set_id.n && has_group(m, &r->groups[i], set_id);
	}
	if (r->operation == SPIF_ONLY_ONE ? n == 1 : n >= 1)
		return true;
	return fail(m, LABEL_REQUIRED_UNCLEAR);
}

static bool add_required(struct mapper *m, const struct spif_required *list, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const struct spif_required *r = &list[i];

		if (r->operation != SPIF_ALL && r->ngroups > 1) {
			if (!chosen(m, r))
				return false;
			continue;
		}
		for (unsigned k = 0; k < r->ngroups; k++) {
			if (!add_group(m, &r->groups[k]))
				return false;
		}
	}
	return true;
}

/* Of the tag sets that the label uses. */
static bool add_set_required(struct mapper *m)
{
	const struct spif_set *last = NULL;

	for (unsigned i = 0; i < m->from->ncategories; i++) {
		const struct spif_set *set = m->from->categories[i].known->tag->set;

		for (unsigned k = 0; set != last && k < set->nequivalents; k++) {
			const struct spif_set_equivalent *e = &set->equivalents[k];

			if (e->policy == m->policy && !add_required(m, e->required, e->nrequired))
				return false;
		}
		last = set;
	}
	return true;
}

/* ---- outwards ---- */

static const struct spif_equivalent *class_out(struct mapper *m)
{
	const struct spif_class *c = m->from->class;
	const struct spif_equivalent *found = NULL;

	for (unsigned i = 0; i < c->nequivalents; i++) {
		const struct spif_equivalent *e = &c->equivalents[i];

		if (e->policy != m->policy || !(e->applied & SPIF_ENCRYPT))
			continue;
		if (found && (found->lacv != e->lacv || found->nrequired || e->nrequired)) {
			fail(m, LABEL_AMBIGUOUS_EQUIVALENT);
			m->v->text = c->name;
			return NULL;
		}
		found = e;
	}
	if (!found) {
		fail(m, LABEL_NO_EQUIVALENT_CLASS);
		m->v->class = c;
	}
	return found;
}

enum step { STEP_NONE, STEP_ADDED, STEP_DISCARDED, STEP_FAILED };

static enum step value_out(struct mapper *m, const struct label_category *c)
{
	const struct spif_category *k = c->known;
	enum step step = STEP_NONE;

	for (unsigned i = 0; i < k->nequivalents; i++) {
		const struct spif_equivalent *e = &k->equivalents[i];

		if (e->policy == m->policy && e->applied & SPIF_ENCRYPT && e->discard)
			return STEP_DISCARDED;
	}
	for (unsigned i = 0; i < k->nequivalents; i++) {
		const struct spif_equivalent *e = &k->equivalents[i];
		struct label_category to = {
			.set_id = e->set_id, .has_lacv = true, .lacv = e->lacv
		};

		if (e->policy != m->policy || !(e->applied & SPIF_ENCRYPT))
			continue;
		step = STEP_ADDED;
		if (!target_type(m, e, &to)) {
			fail_value(m, LABEL_NO_EQUIVALENT_VALUE, c);
			return STEP_FAILED;
		}
		if (!kind_is_safe(k->tag->kind, to.kind)) {
			fail_value(m, LABEL_WOULD_WIDEN, c);
			return STEP_FAILED;
		}
		if (k->input && to.kind == LABEL_INFORMATIVE)
			to.value = c->value;
		if (!add(m, &to, k->tag))
			return STEP_FAILED;
	}
	return step;
}

/* The values first..end of one tag. */
static bool tag_out(struct mapper *m, unsigned first, unsigned end, unsigned *dropped)
{
	const struct spif_tag *t = m->from->categories[first].known->tag;
	unsigned added = 0;

	for (unsigned i = first; i < end; i++) {
		const struct label_category *c = &m->from->categories[i];

		switch (value_out(m, c)) {
		case STEP_FAILED: return false;
		case STEP_ADDED: added++; break;
		case STEP_DISCARDED: break;
		case STEP_NONE:
			if (t->kind != LABEL_INFORMATIVE)
				return fail_value(m, LABEL_NO_EQUIVALENT_VALUE, c);
			++*dropped;
		}
	}
	if (!added && t->kind != LABEL_INFORMATIVE) {
		fail(m, LABEL_EMPTIED_TAG);
		m->v->tag = t;
		return false;
	}
	return true;
}

static bool tags_out(struct mapper *m, unsigned *dropped)
{
	const struct label *l = m->from;

	for (unsigned i = 0, end; i < l->ncategories; i = end) {
		end = i + 1;
		while (end < l->ncategories &&
			l->categories[end].known->tag == l->categories[i].known->tag)
			end++;
		if (!tag_out(m, i, end, dropped))
			return false;
	}
	return true;
}

static bool value_requirements(struct mapper *m)
{
	for (unsigned i = 0; i < m->from->ncategories; i++) {
		const struct spif_category *k = m->from->categories[i].known;

		for (unsigned n = 0; n < k->nequivalents; n++) {
			const struct spif_equivalent *e = &k->equivalents[n];

			if (e->policy == m->policy && e->applied & SPIF_ENCRYPT && !e->discard &&
				!add_required(m, e->required, e->nrequired))
				return false;
		}
	}
	return true;
}

/* Everything that is required comes after everything that is mapped: a choice may be made by then.
 */
static bool requirements(struct mapper *m, const struct spif_equivalent *class)
{
	const struct spif_policy *p = &m->local->equivalents[m->policy];

	return add_required(m, class->required, class->nrequired) &&
	       add_required(m, p->required, p->nrequired) && add_set_required(m) &&
	       value_requirements(m);
}

/* What is not the policies' business. */
static bool copy_rest(struct mapper *m, struct str id, struct str name)
{
	m->to->created = m->from->created;
	m->to->review = m->from->review;
	return (label_keep(m->to, &m->to->policy_id, id) &&
		       label_keep(m->to, &m->to->policy_name, name) &&
		       label_keep(m->to, &m->to->originator, m->from->originator) &&
		       label_keep(m->to, &m->to->originator_type, m->from->originator_type)) ||
	       fail(m, LABEL_TOO_BIG);
}

static bool finish(struct mapper *m, const struct spif *s, const struct label_map_options *o)
{
	if (!s)
		return label_verdict_set(m->v, m->local, LABEL_GRANTED);
	return spif_resolve_label(s, m->to, m->v) && label_valid(m->to, o->age, o->now, m->v);
}

bool label_map_out(const struct label *l, const struct spif *target, struct str target_id,
	struct str target_name, const struct label_map_options *o, struct label *to,
	unsigned *dropped, struct label_verdict *v)
{
	struct mapper m = { .local = l->policy, .target = target, .from = l, .to = to, .v = v };
	const struct spif_equivalent *class;
	unsigned none = 0;
	int policy;

	label_clear(to);
	if (!l->policy)
		return label_verdict_set(v, NULL, LABEL_NONE);
	if (target)
		policy = spif_equivalent_policy(l->policy, target->id, target->name);
	else
		policy = spif_equivalent_policy(l->policy, target_id, target_name);
	if (policy < 0)
		return fail(&m, LABEL_NOT_EQUIVALENT_POLICY);
	m.policy = (unsigned)policy;
	class = class_out(&m);
	if (!class)
		return false;
	to->has_class_lacv = true;
	to->class_lacv = (uint32_t) class->lacv;
	if (!copy_rest(&m, target ? target->id : l->policy->equivalents[policy].id,
		    target ? target->name : l->policy->equivalents[policy].name))
		return false;
	return tags_out(&m, dropped ? dropped : &none) && requirements(&m, class) &&
	       finish(&m, target, o);
}

/* ---- inwards ---- */

static const struct spif_class *class_in(struct mapper *m)
{
	const struct spif_class *found = NULL;

	for (unsigned i = 0; i < m->local->nclasses && m->from->has_class_lacv; i++) {
		const struct spif_class *c = &m->local->classes[i];

		for (unsigned k = 0; k < c->nequivalents; k++) {
			const struct spif_equivalent *e = &c->equivalents[k];

			if (e->policy != m->policy || !(e->applied & SPIF_DECRYPT) ||
				e->lacv != m->from->class_lacv || found == c)
				continue;
			if (found) {
				fail(m, LABEL_AMBIGUOUS_EQUIVALENT);
				m->v->text = m->from->class_name;
				return NULL;
			}
			found = c;
		}
	}
	if (!found) {
		fail(m, LABEL_NO_EQUIVALENT_CLASS);
		m->v->class = m->from->class;
	}
	return found;
}

static bool means(
	const struct mapper *m, const struct spif_equivalent *e, const struct label_category *c)
{
	return e->policy == m->policy && e->applied & SPIF_DECRYPT && !e->discard &&
	       e->lacv == c->lacv && str_eq(e->set_id, c->set_id) &&
	       (e->kind == LABEL_ANY_KIND || c->kind == LABEL_ANY_KIND || e->kind == c->kind) &&
	       (e->form == LABEL_ANY_FORM || c->form == LABEL_ANY_FORM || e->form == c->form);
}

static bool is_variant(const struct spif_category *a, const struct spif_category *b)
{
	return a->tag == b->tag && a->lacv == b->lacv && label_fold_eq(a->name, b->name);
}

/* The local value that c is an equivalent of; NULL, and a verdict if there are several. */
static const struct spif_category *find_in(
	struct mapper *m, const struct label_category *c, bool *ambiguous)
{
	const struct spif_category *found = NULL, *k;
	uint32_t at = UINT32_MAX;

	*ambiguous = false;
	while ((k = spif_category_by_equivalent(m->local, m->policy, c->lacv, &at))) {
		for (unsigned i = 0; i < k->nequivalents; i++) {
			if (!means(m, &k->equivalents[i], c) || found == k)
				continue;
			*ambiguous |= found && !is_variant(found, k);
			found = found ? found : k;
		}
	}
	return found;
}

/* What stands for the tag that a value comes from. */
static const void *source_in(const struct mapper *m, unsigned i)
{
	const struct label_category *c = &m->from->categories[i];

	if (is_resolved(m, c))
		return c->known->tag;
	for (unsigned k = 0; k < i; k++) {
		const struct label_category *other = &m->from->categories[k];

		if (other->kind == c->kind && other->form == c->form &&
			str_eq(other->set_id, c->set_id))
			return other;
	}
	return c;
}

static bool value_in(struct mapper *m, unsigned i, unsigned *dropped)
{
	const struct label_category *c = &m->from->categories[i];
	const struct spif_category *k;
	struct label_category to = { 0 };
	bool ambiguous;

	if (!c->has_lacv || !c->set_id.n || c->unknown_type.n)
		return fail_value(m, LABEL_NO_EQUIVALENT_VALUE, c);
	k = find_in(m, c, &ambiguous);
	if (ambiguous)
		return fail_value(m, LABEL_AMBIGUOUS_EQUIVALENT, c);
	if (!k && c->kind != LABEL_INFORMATIVE)
		return fail_value(m, LABEL_NO_EQUIVALENT_VALUE, c);
	if (!k) {
		++*dropped;
		return true;
	}
	if (!kind_is_safe(c->kind, k->tag->kind))
		return fail_value(m, LABEL_WOULD_WIDEN, c);
	to = (struct label_category){ .set_id = k->tag->set->id,
		.set_name = k->tag->set->name,
		.kind = k->tag->kind,
		.form = k->tag->form,
		.has_lacv = true,
		.lacv = k->lacv };
	to.value = k->input ? c->value : k->name;
	return add(m, &to, source_in(m, i));
}

bool label_map_in(const struct spif *local, const struct label *foreign,
	const struct label_map_options *o, struct label *to, unsigned *dropped,
	struct label_verdict *v)
{
	struct mapper m = { .local = local, .target = local, .from = foreign, .to = to, .v = v };
	int policy = spif_equivalent_policy(local, foreign->policy_id, foreign->policy_name);
	const struct spif_class *class;
	unsigned none = 0;

	label_clear(to);
	if (policy < 0)
		return fail(&m, LABEL_NOT_EQUIVALENT_POLICY);
	m.policy = (unsigned)policy;
	class = class_in(&m);
	if (!class)
		return false;
	to->has_class_lacv = true;
	to->class_lacv = class->lacv;
	for (unsigned i = 0; i < foreign->ncategories; i++) {
		if (!value_in(&m, i, dropped ? dropped : &none))
			return false;
	}
	return copy_rest(&m, local->id, local->name) && finish(&m, local, o);
}

/* ---- whichever ---- */

bool label_map(const struct label_policies *p, const struct label *l, const struct spif *target,
	const struct label_map_options *o, struct label *to, unsigned *dropped,
	struct label_verdict *v)
{
	const struct str none = { 0 };

	if (target == p->governing || !l->policy)
		return label_map_in(target, l, o, to, dropped, v);
	return label_map_out(l, target, none, none, o, to, dropped, v);
}

bool label_believe(const struct label_policies *p, const struct label *l,
	const struct label *equivalent, const struct label_map_options *o, struct label_verdict *v)
{
	struct label mapped;
	bool same;

	if (!equivalent->policy)
		return label_verdict_set(v, NULL, LABEL_NONE);
	label_init(&mapped);
	same = label_map(p, l, equivalent->policy, o, &mapped, NULL, v);
	if (same && !label_same(&mapped, equivalent))
		same = label_verdict_set(v, equivalent->policy, LABEL_EQUIVALENT_DIFFERS);
	v->text = STR(""); /* may be a text of the mapped label */
	label_fini(&mapped);
	return same;
}
