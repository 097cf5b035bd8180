/* SPDX-License-Identifier: MIT */
/*
 * IC-ISM. Whether an attribute restricts is not for us to know, so each but those of a closed list
 * becomes a category, also one that no edition of the standard has yet.
 */
#include "label/ism.h"

static bool is_ism_ns(const char *ns)
{
	struct str s = str_of(ns), prefix = STR("urn:us:gov:ic:ism");

	return str_starts(s, prefix) && (s.n == prefix.n || s.p[prefix.n] == ':');
}

/* The marking's attributes have a namespace, or none of them has. */
static bool qualified(const struct xml_element *e)
{
	for (unsigned i = 0; i < e->nattrs; i++)
		if (is_ism_ns(e->attrs[i].ns))
			return true;
	return false;
}

bool ism_is(const struct xml_element *e)
{
	return qualified(e) ||
	       (xml_element_attr(e, "classification") && xml_element_attr(e, "ownerProducer"));
}

/* Who has classified it, why, and until when: nobody's access depends on these. */
static bool is_record(const char *name)
{
	static const char *const names[] = { "DESVersion", "ISMCATCESVersion", "classifiedBy",
		"classificationReason", "compilationReason", "compliesWith", "createDate",
		"dateOfExemptedSource", "declassDate", "declassEvent", "declassException",
		"declassManualReview", "derivativelyClassifiedBy", "derivedFrom",
		"excludeFromRollup", "resourceElement", "typeOfExemptedSource" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static const char *add_words(struct label *l, const char *name, struct str text)
{
	struct str set_name;

	if (!label_keep(l, &set_name, str_of(name)))
		return "too much text";
	while ((text = str_trim(text)).n) {
		struct label_category *c = label_add(l);
		size_t n = 0;

		while (n < text.n && !strchr(" \t\r\n", text.p[n]))
			n++;
		if (!c)
			return "too many categories";
		c->set_name = set_name;
		if (!label_keep(l, &c->value, (struct str){ text.p, n }))
			return "too much text";
		text = str_skip(text, n);
	}
	return NULL;
}

static const char *read_attribute(struct label *l, const char *name, struct str value)
{
	if (strcmp(name, "classification") == 0)
		return label_keep(l, &l->class_name, value) ? NULL : "too much text";
	return is_record(name) ? NULL : add_words(l, name, value);
}

bool ism_read(const struct xml_element *e, struct label *l, const char **fault_out)
{
	bool with_ns = qualified(e);

	label_clear(l);
	*fault_out = label_keep(l, &l->policy_name, STR(ISM_POLICY)) ? NULL : "too much text";
	if (e->child)
		*fault_out = "an IC-ISM marking with elements inside";
	for (unsigned i = 0; i < e->nattrs && !*fault_out; i++) {
		const struct xml_element_attr *a = &e->attrs[i];

		if (with_ns ? is_ism_ns(a->ns) : !a->ns[0])
			*fault_out = read_attribute(l, a->name, str_trim(str_of(a->value)));
	}
	if (!*fault_out && !l->class_name.n)
		*fault_out = "an IC-ISM marking without a classification";
	return !*fault_out;
}
