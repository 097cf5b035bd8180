/* SPDX-License-Identifier: MIT */
/*
 * What refers to other parts of a policy: required and excluded categories, classes, equivalents.
 * A reference that leads nowhere is an error where it restricts, since reading on without it would
 * widen access; an equivalent that cannot be used is left out with a warning, since mapping then
 * fails.
 */
#include "label/spif_build.h"

#include <stdio.h>

static void *zero(struct spif_build *b, size_t count, size_t size)
{
	return label_memory_zero(&b->s->memory, count, size);
}

/* ---- groups ---- */

/* Does this tag set have a tag of the type? */
static bool has_type(const struct spif_set *set, const struct spif_group *g)
{
	for (unsigned i = 0; i < set->ntags; i++) {
		const struct spif_tag *t = &set->tags[i];

		if (t->kind != LABEL_ANY_KIND &&
			(g->kind == LABEL_ANY_KIND || g->kind == t->kind) &&
			(g->form == LABEL_ANY_FORM || t->form == LABEL_ANY_FORM ||
				g->form == t->form))
			return true;
	}
	return false;
}

/* tagSetRef is the tag set's name; some files write its identifier. */
static void find_group(struct spif_build *b, struct spif_group *g)
{
	bool ambiguous = false;

	g->set = spif_set_by_name(b->s, g->set_ref);
	if (!g->set)
		g->set = spif_set_by_id(b->s, g->set_ref);
	if (!g->set) {
		spif_error(b, g->line, "Write the name of a tag set of this policy.",
			"tagSetRef=\"%.*s\" names no tag set.", STR_ARG(g->set_ref));
		return;
	}
	if (g->whole && !has_type(g->set, g))
		spif_error(b, g->line, "Correct tagType or enumType.",
			"Tag set \"%.*s\" has no tag of this type.", STR_ARG(g->set->name));
	/* A number that several values have means any of them. */
	else if (!g->whole &&
		 !spif_category_by_lacv(b->s, g->set, g->kind, g->form, g->lacv, &ambiguous) &&
		 !ambiguous)
		spif_error(b, g->line, "Correct tagType, enumType or lacv.",
			"Tag set \"%.*s\" has no value %llu of this type.", STR_ARG(g->set->name),
			(unsigned long long)g->lacv);
}

/* The type that a reference names. What it leaves out, the tag that it refers to says. */
static bool reference_type(struct spif_build *b, const struct xml_node *n,
	enum label_tag_kind *kind, enum label_tag_form *form)
{
	struct str type = str_trim(xml_node_attr(n, "tagType"));

	*kind = LABEL_ANY_KIND;
	*form = str_is(type, "enumerated") ? LABEL_INTEGERS : LABEL_ANY_FORM;
	if (!type.n || (*form == LABEL_INTEGERS && !str_trim(xml_node_attr(n, "enumType")).n))
		return true;
	return spif_tag_type(b, n, kind, form);
}

/* `ours`: of this policy, not of an equivalent one. */
static void read_group(
	struct spif_build *b, const struct xml_node *n, bool ours, struct spif_group *g)
{
	g->line = n->line;
	g->set_ref = spif_text(b, n, "tagSetRef");
	reference_type(b, n, &g->kind, &g->form);
	g->whole = spif_bool(b, n, "all");
	if (!spif_number(b, n, "lacv", INT64_MAX, &g->lacv))
		g->whole = true;
	if (ours)
		find_group(b, g);
}

static void read_operation(struct spif_build *b, const struct xml_node *n, struct spif_required *r)
{
	struct str v = str_trim(xml_node_attr(n, "operation"));

	if (str_is(v, "onlyOne"))
		r->operation = SPIF_ONLY_ONE;
	else if (str_is(v, "oneOrMore"))
		r->operation = SPIF_ONE_OR_MORE;
	else if (str_is(v, "all") || (!v.n && r->ngroups == 1))
		r->operation = SPIF_ALL;
	else
		spif_error(b, n->line, "Write onlyOne, oneOrMore or all.",
			"operation=\"%.*s\" of requiredCategory is unknown.", STR_ARG(v));
}

static void read_required(struct spif_build *b, const struct xml_node *parent, bool ours,
	struct spif_required **out, unsigned *n_out)
{
	const struct xml_node *n = NULL;
	unsigned i = 0;

	*n_out = spif_count(b, parent, "requiredCategory");
	*out = zero(b, *n_out, sizeof(**out));
	while ((n = spif_next(b, parent, n, "requiredCategory"))) {
		struct spif_required *r = &(*out)[i++];
		const struct xml_node *c = NULL;
		unsigned k = 0;

		r->line = n->line;
		r->ngroups = spif_count(b, n, "categoryGroup");
		r->groups = zero(b, r->ngroups, sizeof(*r->groups));
		read_operation(b, n, r);
		if (!r->ngroups)
			spif_error(b, n->line, "Add a categoryGroup, or remove it.",
				"requiredCategory requires nothing.");
		while ((c = spif_next(b, n, c, "categoryGroup")))
			read_group(b, c, ours, &r->groups[k++]);
	}
}

/* ---- equivalents ---- */

static unsigned read_applied(struct spif_build *b, const struct xml_node *n)
{
	struct str v = str_trim(xml_node_attr(n, "applied"));

	if (str_is(v, "both"))
		return SPIF_ENCRYPT | SPIF_DECRYPT;
	if (str_is(v, "encrypt"))
		return SPIF_ENCRYPT;
	if (str_is(v, "decrypt"))
		return SPIF_DECRYPT;
	spif_warning(b, n->line, "Write encrypt, decrypt or both.",
		"applied=\"%.*s\" of %.*s is unknown; the equivalent is not used.", STR_ARG(v),
		STR_ARG(n->name));
	return 0;
}

static bool find_policy(struct spif_build *b, const struct xml_node *n, unsigned *out)
{
	struct str ref = str_trim(xml_node_attr(n, "policyRef"));
	int found = spif_equivalent_policy(b->s, (struct str){ 0 }, ref);

	if (found < 0)
		found = spif_equivalent_policy(b->s, ref, (struct str){ 0 });
	if (found >= 0)
		*out = (unsigned)found;
	else
		spif_warning(b, n->line, "Add it to equivalentPolicies.",
			"policyRef=\"%.*s\" of %.*s is not in equivalentPolicies; the equivalent "
			"is not used.",
			STR_ARG(ref), STR_ARG(n->name));
	return found >= 0;
}

/* False: it cannot be used. */
static bool read_equivalent(
	struct spif_build *b, const struct xml_node *n, struct spif_equivalent *e)
{
	struct str action = str_trim(xml_node_attr(n, "action"));

	*e = (struct spif_equivalent){ .line = n->line };
	if (!find_policy(b, n, &e->policy))
		return false;
	e->applied = read_applied(b, n);
	e->discard = str_is(action, "discard");
	if (action.n && !e->discard)
		spif_error(b, n->line, "Write discard, or nothing.", "action=\"%.*s\" is unknown.",
			STR_ARG(action));
	if (!e->discard && !spif_number(b, n, "lacv", INT64_MAX, &e->lacv)) {
		spif_warning(b, n->line, "Give it a lacv.",
			"%.*s has no lacv; the equivalent is not used.", STR_ARG(n->name));
		return false;
	}
	read_required(b, n, false, &e->required, &e->nrequired);
	return e->applied != 0;
}

static bool read_category_equivalent(
	struct spif_build *b, const struct xml_node *n, struct spif_equivalent *e)
{
	if (!read_equivalent(b, n, e))
		return false;
	e->set_id = spif_text(b, n, "tagSetId");
	if (e->discard)
		return true;
	if (!reference_type(b, n, &e->kind, &e->form))
		return false;
	if (!e->set_id.n)
		spif_warning(b, n->line, "Give it the identifier of the other policy's tag set.",
			"%.*s has no tagSetId; the equivalent is not used.", STR_ARG(n->name));
	return e->set_id.n > 0;
}

typedef bool equivalent_fn(
	struct spif_build *b, const struct xml_node *n, struct spif_equivalent *e);

static void read_equivalents(struct spif_build *b, const struct xml_node *parent, const char *name,
	equivalent_fn *read_one, struct spif_equivalent **out, unsigned *n_out)
{
	const struct xml_node *n = NULL;

	*out = zero(b, spif_count(b, parent, name), sizeof(**out));
	while ((n = spif_next(b, parent, n, name))) {
		if (read_one(b, n, &(*out)[*n_out]))
			++*n_out;
	}
}

/* ---- classifications and categories ---- */

static void read_class_rules(struct spif_build *b, const struct xml_node *n, struct spif_class *c)
{
	read_required(b, n, true, &c->required, &c->nrequired);
	read_equivalents(b, n, "equivalentClassification", read_equivalent, &c->equivalents,
		&c->nequivalents);
	for (unsigned i = 0; i < c->nequivalents; i++) {
		if (c->equivalents[i].lacv >= LABEL_CLASSES)
			spif_error(b, c->equivalents[i].line, "Correct it.",
				"No classification has the lacv %llu.",
				(unsigned long long)c->equivalents[i].lacv);
	}
}

/* By name, as the schema has it, or by number, as X.841 has it. NULL: an error was added. */
static const struct spif_class *find_class(
	struct spif_build *b, const struct xml_node *n, struct str name)
{
	const struct spif_class *c = spif_class_by_name(b->s, name);

	for (unsigned i = 0; !c && i < b->s->nclasses; i++) {
		char number[16];
		int len = snprintf(number, sizeof(number), "%u", b->s->classes[i].lacv);

		if (str_eq(name, (struct str){ number, (size_t)len }))
			c = &b->s->classes[i];
	}
	if (!c)
		spif_error(b, n->line, "Write the name of a classification.",
			"\"%.*s\" in %.*s is no classification of this policy.", STR_ARG(name),
			STR_ARG(n->name));
	return c;
}

static void read_category_rules(
	struct spif_build *b, const struct xml_node *n, struct spif_category *c)
{
	struct str required = str_trim(xml_node_attr(n, "requiredClass"));
	const struct xml_node *k = NULL;

	if (required.n)
		c->required_class = find_class(b, n, required);
	while ((k = spif_next(b, n, k, "excludedClass"))) {
		const struct spif_class *class = find_class(b, k, str_trim(k->text));

		if (class)
			c->excluded_classes[class->lacv / 64] |= UINT64_C(1) << class->lacv % 64;
	}
	read_required(b, n, true, &c->required, &c->nrequired);
	c->excluded = zero(b, spif_count(b, n, "excludedCategory"), sizeof(*c->excluded));
	while ((k = spif_next(b, n, k, "excludedCategory")))
		read_group(b, k, true, &c->excluded[c->nexcluded++]);
	read_equivalents(b, n, "equivalentSecCategoryTag", read_category_equivalent,
		&c->equivalents, &c->nequivalents);
}

static void read_set_equivalents(
	struct spif_build *b, const struct xml_node *n, struct spif_set *set)
{
	static const char name[] = "equivalentSecurityCategoryTagSet";
	const struct xml_node *c = NULL;

	set->equivalents = zero(b, spif_count(b, n, name), sizeof(*set->equivalents));
	while ((c = spif_next(b, n, c, name))) {
		struct spif_set_equivalent *e = &set->equivalents[set->nequivalents];

		e->name = spif_text(b, c, "name");
		e->id = spif_text(b, c, "id");
		read_required(b, c, false, &e->required, &e->nrequired);
		if (find_policy(b, c, &e->policy))
			set->nequivalents++;
	}
}

/* In the order in which spif_read.c has counted them. */
static void read_set_rules(struct spif_build *b, const struct xml_node *root)
{
	const struct xml_node *list = spif_next(b, root, NULL, "securityCategoryTagSets");
	const struct xml_node *set = NULL, *tag = NULL, *category = NULL;
	unsigned nset = 0, ncategory = 0;

	while ((set = spif_next(b, list, set, "securityCategoryTagSet"))) {
		read_set_equivalents(b, set, &b->s->sets[nset++]);
		while ((tag = spif_next(b, set, tag, "securityCategoryTag"))) {
			while ((category = spif_next(b, tag, category, "tagCategory")))
				read_category_rules(b, category, &b->s->categories[ncategory++]);
		}
	}
}

void spif_read_rules(struct spif_build *b, const struct xml_node *root)
{
	const struct xml_node *list = spif_next(b, root, NULL, "securityClassifications");
	const struct xml_node *n = NULL;
	unsigned i = 0;

	while (i < b->s->nclasses && (n = spif_next(b, list, n, "securityClassification")))
		read_class_rules(b, n, &b->s->classes[i++]);
	read_set_rules(b, root);
	list = spif_next(b, root, NULL, "equivalentPolicies");
	for (i = 0, n = NULL;
		i < b->s->nequivalents && (n = spif_next(b, list, n, "equivalentPolicy")); i++)
		read_required(b, n, false, &b->s->equivalents[i].required,
			&b->s->equivalents[i].nrequired);
}
