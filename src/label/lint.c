/* SPDX-License-Identifier: MIT */
/* Lint: equivalents against the policies they name, and what can never be used. Owns nothing. */
#include "label/lint.h"

#include "label/marking.h"
#include "label/resolve.h"
#include "label/time.h"

enum { SOON = 30 * 86400 };

#define warn(f, s, line, remedy, ...) \
	label_findings_add(f, LABEL_WARNING, (s)->file, line, remedy, __VA_ARGS__)

/* ---- one policy ---- */

static void check_times(const struct spif *s, int64_t now, struct label_findings *f)
{
	char when[LABEL_TIME_TEXT];

	if (s->not_before != LABEL_NO_TIME && now < s->not_before) {
		label_time_print(s->not_before, when);
		warn(f, s, 0, "Use the version before it until then.",
			"The policy is not valid before %s; until then every label is denied.",
			when);
	}
	if (s->not_after == LABEL_NO_TIME || now + SOON < s->not_after)
		return;
	label_time_print(s->not_after, when);
	warn(f, s, 0, "Ask for its next version.",
		"The policy is not valid after %s; then every label is denied.", when);
}

static void check_colors(const struct spif *s, struct label_findings *f)
{
	char fg[LABEL_COLOR], bg[LABEL_COLOR];

	for (unsigned i = 0; i < s->nclasses; i++) {
		const struct spif_class *c = &s->classes[i];
		const struct label l = { .policy = s, .class = c };

		if (c->color.n && !label_colors(&l, fg, bg))
			warn(f, s, c->line, "Write #rrggbb or a CSS colour name.",
				"The colour \"%.*s\" of \"%.*s\" cannot be displayed.",
				STR_ARG(c->color), STR_ARG(c->name));
		for (unsigned k = 0; c->color.n && k < i; k++) {
			if (str_eq_nocase(c->color, s->classes[k].color))
				warn(f, s, c->line, "Give each its own.",
					"Classifications \"%.*s\" and \"%.*s\" have the same "
					"colour.",
					STR_ARG(s->classes[k].name), STR_ARG(c->name));
		}
	}
}

static bool contradicts(const struct spif_category *k)
{
	for (unsigned i = 0; i < k->nrequired; i++) {
		const struct spif_required *r = &k->required[i];

		if (r->operation != SPIF_ALL && r->ngroups > 1)
			continue;
		for (unsigned g = 0; g < r->ngroups; g++) {
			for (unsigned x = 0; x < k->nexcluded; x++) {
				const struct spif_group *a = &r->groups[g], *b = &k->excluded[x];

				if (!a->whole && !b->whole && a->set == b->set &&
					a->lacv == b->lacv && a->kind == b->kind &&
					a->form == b->form)
					return true;
			}
		}
	}
	return false;
}

/* A value that no classification admits is in no valid label. */
static void check_usable(const struct spif *s, struct label_findings *f)
{
	for (unsigned i = 0; i < s->ncategories; i++) {
		const struct spif_category *k = &s->categories[i];
		unsigned n = 0;

		while (n < s->nclasses && !label_admits(k, &s->classes[n]))
			n++;
		if (n == s->nclasses)
			warn(f, s, k->line, "Correct excludedClass or requiredClass.",
				"\"%.*s\" of \"%.*s\" is excluded from every classification.",
				STR_ARG(k->name), STR_ARG(k->tag->set->name));
		if (contradicts(k))
			warn(f, s, k->line, "Correct requiredCategory or excludedCategory.",
				"\"%.*s\" of \"%.*s\" requires what it excludes.", STR_ARG(k->name),
				STR_ARG(k->tag->set->name));
	}
	for (unsigned i = 0; i < s->ntags; i++) {
		const struct spif_tag *t = &s->tags[i];

		if (t->ncategories < t->least)
			warn(f, s, t->line, "Correct minSelection, or add values.",
				"\"%.*s\" has fewer values than a label must have of it, so that "
				"no "
				"label is valid.",
				STR_ARG(t->name));
	}
}

/* ---- one policy's equivalents in another ---- */

static bool kind_widens(enum label_tag_kind from, enum label_tag_kind to)
{
	return (from == LABEL_RESTRICTIVE && to != LABEL_RESTRICTIVE) ||
	       (from == LABEL_PERMISSIVE && to == LABEL_INFORMATIVE) ||
	       (from == LABEL_INFORMATIVE && to == LABEL_PERMISSIVE);
}

static void check_value_pair(const struct spif *s, const struct spif_category *k,
	const struct spif_equivalent *e, const struct spif *other, struct label_findings *f)
{
	const struct spif_set *set = spif_set_by_id(other, e->set_id);
	const struct spif_category *to;
	bool ambiguous;

	to = set ? spif_category_by_lacv(other, set, e->kind, e->form, e->lacv, &ambiguous) : NULL;
	if (!to)
		warn(f, s, e->line, "Correct tagSetId, tagType, enumType or lacv.",
			"\"%.*s\" has an equivalent that \"%.*s\" (%s) does not have: %llu of "
			"%.*s.",
			STR_ARG(k->name), STR_ARG(other->name), other->file,
			(unsigned long long)e->lacv, STR_ARG(e->set_id));
	else if (kind_widens(k->tag->kind, to->tag->kind))
		warn(f, s, e->line, "Map it to a value that restricts as much.",
			"\"%.*s\" is %s and its equivalent \"%.*s\" of \"%.*s\" is %s: labels with "
			"it "
			"are not mapped.",
			STR_ARG(k->name), label_tag_kind_name(k->tag->kind), STR_ARG(to->name),
			STR_ARG(other->name), label_tag_kind_name(to->tag->kind));
}

static void check_class_pair(const struct spif *s, const struct spif_class *c, unsigned policy,
	const struct spif *other, struct label_findings *f)
{
	bool out = false;

	for (unsigned i = 0; i < c->nequivalents; i++) {
		const struct spif_equivalent *e = &c->equivalents[i];

		if (e->policy != policy)
			continue;
		out |= (e->applied & SPIF_ENCRYPT) != 0;
		if (!other->class_by_lacv[e->lacv])
			warn(f, s, e->line, "Correct its lacv.",
				"\"%.*s\" has an equivalent that \"%.*s\" (%s) does not have: "
				"%llu.",
				STR_ARG(c->name), STR_ARG(other->name), other->file,
				(unsigned long long)e->lacv);
	}
	if (!out && !c->obsolete)
		warn(f, s, c->line, "Add an equivalentClassification applied at encryption.",
			"Labels of classification \"%.*s\" cannot be mapped to \"%.*s\".",
			STR_ARG(c->name), STR_ARG(other->name));
}

static void check_pair(
	const struct spif *s, unsigned policy, const struct spif *other, struct label_findings *f)
{
	for (unsigned i = 0; i < s->nclasses; i++)
		check_class_pair(s, &s->classes[i], policy, other, f);
	for (unsigned i = 0; i < s->ncategories; i++) {
		const struct spif_category *k = &s->categories[i];

		for (unsigned n = 0; n < k->nequivalents; n++) {
			const struct spif_equivalent *e = &k->equivalents[n];

			if (e->policy == policy && !e->discard)
				check_value_pair(s, k, e, other, f);
		}
	}
}

static void check_policy(
	const struct label_policies *p, const struct spif *s, struct label_findings *f)
{
	if (s->default_name.n && !label_policies_find(p, s->default_id, s->default_name))
		warn(f, s, 0, "Load it, or give peers a default label.",
			"The policy of unlabelled data, \"%.*s\", is not loaded.",
			STR_ARG(s->default_name));
	for (unsigned i = 0; i < s->nequivalents; i++) {
		const struct spif_policy *e = &s->equivalents[i];
		const struct spif *other = label_policies_find(p, e->id, e->name);

		if (other)
			check_pair(s, i, other, f);
		else
			warn(f, s, e->line, "Load its file, too.",
				"The equivalent policy \"%.*s\" is not loaded: labels mapped to it "
				"cannot be checked, marked or written as XML.",
				STR_ARG(e->name));
	}
}

void label_lint(const struct label_policies *p, int64_t now, struct label_findings *findings)
{
	for (unsigned i = 0; i < p->n; i++) {
		const struct spif *s = p->list[i];

		check_times(s, now, findings);
		check_colors(s, findings);
		check_usable(s, findings);
		check_policy(p, s, findings);
	}
}
