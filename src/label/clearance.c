/* SPDX-License-Identifier: MIT */
/* Clearances for use; see clearance.h. The policies are the caller's and must live as long. */
#include "label/clearance.h"

#include "base/mem.h"
#include "label/file.h"

enum { WORDS = 400 };

static const struct spif *policy_of(const struct label_policies *policies, const char *name)
{
	const struct spif *s;

	if (!name)
		return policies->governing;
	s = ber_is_oid(str_of(name)) ? label_policies_find(policies, str_of(name), STR("")) : NULL;
	return s ? s : label_policies_find(policies, STR(""), str_of(name));
}

/* *words_out is set, unless it is already. Always false. */
static bool unknown(char **words_out, const char *what, const char *name, const struct spif *s)
{
	*words_out = mem_printf(
		"there is no %s \"%s\" in the policy %.*s", what, name, STR_ARG(s->name));
	return false;
}

static bool add_names(const struct spif *s, const struct clearance_names *names,
	struct clearance *c, char **words_out)
{
	c->has_classes = true;
	if (names->up_to && !clearance_add_up_to(c, s, str_of(names->up_to)))
		return unknown(words_out, "classification", names->up_to, s);
	for (unsigned i = 0; i < names->nclassifications; i++) {
		const char *name = names->classifications[i];
		const struct spif_class *class = spif_class_by_name(s, str_of(name));

		if (!class || !clearance_add_class(c, class->lacv))
			return unknown(words_out, "classification", name, s);
	}
	for (unsigned i = 0; i < names->nvalues; i++) {
		const struct clearance_value *v = &names->values[i];

		if (!clearance_add_value(c, s, str_of(v->set), str_of(v->value))) {
			*words_out = mem_printf("there is no one value \"%s\" in a tag set \"%s\" "
						"of the policy %.*s",
				v->value, v->set, STR_ARG(s->name));
			return false;
		}
	}
	return true;
}

static bool resolve(const struct spif *s, struct clearance *c, char **words_out)
{
	struct label_verdict v = { 0 };
	char words[WORDS];

	if (spif_resolve_clearance(s, c, &v) == 0)
		return true;
	label_verdict_words(&v, words, sizeof(words));
	*words_out = mem_strdup(words);
	return false;
}

bool clearance_from_names(const struct label_policies *policies,
	const struct clearance_names *names, struct clearance *c, char **words_out)
{
	const struct spif *s = policy_of(policies, names->policy);

	*words_out = NULL;
	clearance_clear(c);
	if (!s) {
		*words_out = mem_printf(
			"there is no policy \"%s\"", names->policy ? names->policy : "(governing)");
		return false;
	}
	if (!clearance_keep(c, &c->policy_id, s->id) ||
		!clearance_keep(c, &c->policy_name, s->name))
		return unknown(words_out, "usable name", "", s);
	return add_names(s, names, c, words_out) && resolve(s, c, words_out);
}

static bool resolve_list(
	const struct label_policies *policies, struct clearance_list *list, char **words_out)
{
	for (unsigned i = 0; i < list->n; i++) {
		struct clearance *c = &list->items[i];
		const struct spif *s = label_policies_find(policies, c->policy_id, c->policy_name);

		if (!s) {
			*words_out = mem_printf("a clearance under the policy %.*s%s%.*s, which is "
						"not loaded",
				STR_ARG(c->policy_id),
				c->policy_id.n && c->policy_name.n ? " " : "",
				STR_ARG(c->policy_name));
			return false;
		}
		if (!resolve(s, c, words_out))
			return false;
		if (clearance_list_find(list, s) != c) {
			*words_out = mem_printf(
				"two clearances under the policy %.*s", STR_ARG(s->name));
			return false;
		}
	}
	return true;
}

bool clearance_from_file(const struct label_policies *policies, struct str bytes,
	struct clearance_list *list, char **words_out)
{
	struct label_file file = { 0 };
	const char *fault;
	bool ok = label_file_read(&file, bytes, words_out);

	if (ok && !label_file_clearances(&file, list, &fault)) {
		*words_out = mem_strdup(fault);
		ok = false;
	}
	ok = ok && resolve_list(policies, list, words_out);
	label_file_fini(&file);
	return ok;
}

/* Is the value written there, not granted for a member of it only? */
static bool names(const struct clearance *c, const struct spif_category *value)
{
	for (unsigned i = 0; i < c->ncategories; i++)
		for (const struct spif_category *k = c->categories[i].known; k; k = k->variant)
			if (k == value)
				return true;
	return false;
}

/* Two that are of a group for different members have no member in common, and not the group. */
static void narrow_groups(struct clearance *c, const struct clearance *limit)
{
	const struct spif *s = c->policy;

	for (unsigned i = 0; i < s->ncategories; i++) {
		const struct spif_category *k = &s->categories[i];

		if (k->nmembers && !(names(c, k) && names(limit, k)))
			c->granted[i / 64] &= ~(UINT64_C(1) << i % 64);
	}
	clearance_grant_groups(c, s);
	for (unsigned i = 0; i < c->ncategories; i++)
		if (c->categories[i].known && !names(limit, c->categories[i].known))
			c->categories[i].known = NULL;
}

void clearance_narrow(struct clearance *c, const struct clearance *limit)
{
	for (size_t i = 0; i < LABEL_CLASSES / 64; i++)
		c->classes[i] &= limit->classes[i];
	for (unsigned i = 0; i < (c->policy->ncategories + 63) / 64; i++)
		c->granted[i] &= limit->granted[i];
	narrow_groups(c, limit);
}

const struct clearance *clearance_list_find(
	const struct clearance_list *list, const struct spif *policy)
{
	for (unsigned i = 0; i < list->n; i++)
		if (list->items[i].policy == policy)
			return &list->items[i];
	return NULL;
}
