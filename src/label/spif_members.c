/* SPDX-License-Identifier: MIT */
/*
 * NATO's extension for groups: nspif:memberships (urn:nato:stanag:4774:spif:extensions:1:0) says
 * which values are members of a group, such as nations of a council. A label released to the group
 * is released to its members; a member's label is not released to the group. Published files name
 * the group by its value or by the phrase of its marking, and list members that are gone.
 */
#include "label/spif_build.h"

#include "label/fold.h"

enum { MEMBERSHIPS_MAX = 4096 };

static bool is_phrase(const struct spif_category *c, struct str name)
{
	for (unsigned i = 0; i < c->marking.nphrases; i++) {
		if (c->marking.phrases[i].text.n && label_fold_eq(c->marking.phrases[i].text, name))
			return true;
	}
	return false;
}

/* The group's value in one permissive tag; NULL: the tag does not have it. */
static const struct spif_category *find_group(
	struct spif_build *b, const struct spif_tag *t, struct str name)
{
	const struct spif_category *found;
	bool ambiguous;

	found = spif_category_by_name(
		b->s, t->set, LABEL_PERMISSIVE, LABEL_ANY_FORM, name, &ambiguous);
	if (found)
		return found->tag == t ? found : NULL;
	for (unsigned i = 0; i < t->ncategories && !ambiguous; i++) {
		if (is_phrase(&t->categories[i], name))
			return &t->categories[i];
	}
	return NULL;
}

/* Name and number must be of one value when both are given. */
static const struct spif_category *find_member(
	struct spif_build *b, const struct xml_node *n, const struct spif_set *set)
{
	struct str name = str_trim(xml_node_attr(n, "name"));
	const struct spif_category *by_name = NULL, *by_number = NULL;
	bool ambiguous;
	uint64_t lacv;

	if (name.n)
		by_name = spif_category_by_name(
			b->s, set, LABEL_PERMISSIVE, LABEL_ANY_FORM, name, &ambiguous);
	if (spif_number(b, n, "lacv", INT64_MAX, &lacv))
		by_number = spif_category_by_lacv(
			b->s, set, LABEL_PERMISSIVE, LABEL_ANY_FORM, lacv, &ambiguous);
	else
		by_number = by_name;
	if (by_name && by_number && by_name != by_number)
		spif_warning(b, n->line, "Correct one of them.",
			"Member \"%.*s\" has the lacv of \"%.*s\"; it is not a member.",
			STR_ARG(name), STR_ARG(by_number->name));
	if (name.n && by_name != by_number)
		return NULL;
	return by_number;
}

static bool is_member(const struct spif_category *group, unsigned index)
{
	for (unsigned i = 0; i < group->nmembers; i++) {
		if (group->members[i] == index)
			return true;
	}
	return false;
}

static void read_members(
	struct spif_build *b, const struct xml_node *n, struct spif_category *group)
{
	const struct xml_node *m = NULL;
	unsigned count = 0;

	for (m = n->child; m; m = m->next)
		count++;
	if (group->nmembers) {
		spif_warning(b, n->line, "Join them.",
			"There is a second membership of \"%.*s\", which has no effect.",
			STR_ARG(group->name));
		return;
	}
	group->members = label_memory_zero(&b->s->memory, count, sizeof(*group->members));
	for (m = n->child; m; m = m->next) {
		const struct spif_category *c;

		if (!str_is(m->name, "member") || spif_bool(b, m, "obsolete"))
			continue;
		c = find_member(b, m, group->tag->set);
		if (c && c != group && !is_member(group, c->index))
			group->members[group->nmembers++] = c->index;
	}
}

/* Of two tag sets that have the group, one may well lack a member; not both. */
static void check_members(struct spif_build *b, const struct xml_node *n)
{
	for (const struct xml_node *m = n->child; m; m = m->next) {
		const struct spif_category *found = NULL;
		struct str name = str_trim(xml_node_attr(m, "name"));
		bool ambiguous;

		if (!str_is(m->name, "member") || !name.n || spif_bool(b, m, "obsolete"))
			continue;
		for (unsigned i = 0; i < b->s->nsets && !found; i++)
			found = spif_category_by_name(b->s, &b->s->sets[i], LABEL_PERMISSIVE,
				LABEL_ANY_FORM, name, &ambiguous);
		if (!found)
			spif_warning(b, m->line, "Correct its name, or remove it.",
				"Member \"%.*s\" is no value of a permissive tag.", STR_ARG(name));
	}
}

static void read_membership(struct spif_build *b, const struct xml_node *n)
{
	struct str name = str_trim(xml_node_attr(n, "name"));
	bool any = false;

	for (unsigned i = 0; name.n && i < b->s->ntags; i++) {
		const struct spif_tag *t = &b->s->tags[i];
		const struct spif_category *group;

		if (t->kind != LABEL_PERMISSIVE)
			continue;
		group = find_group(b, t, name);
		if (!group)
			continue;
		any = true;
		for (unsigned k = 0; k < t->ncategories; k++) {
			if (label_fold_eq(t->categories[k].name, group->name))
				read_members(b, n, &t->categories[k]);
		}
	}
	check_members(b, n);
	if (!any)
		spif_warning(b, n->line, "Name a value of a permissive tag, or its marking.",
			"Membership \"%.*s\" is of no group of this policy.", STR_ARG(name));
}

void spif_read_memberships(struct spif_build *b, const struct xml_node *root)
{
	const struct xml_node *extensions = NULL;
	unsigned count = 0;

	while ((extensions = spif_next(b, root, extensions, "extensions"))) {
		const struct xml_node *list = extensions->child;

		while (list && !str_is(list->name, "memberships"))
			list = list->next;
		if (!list)
			continue;
		for (const struct xml_node *n = list->child; n; n = n->next) {
			if (!str_is(n->name, "membership"))
				continue;
			if (++count > MEMBERSHIPS_MAX) {
				spif_error(b, n->line, "Join some.",
					"There are more than %d memberships.", MEMBERSHIPS_MAX);
				return;
			}
			read_membership(b, n);
		}
	}
}
