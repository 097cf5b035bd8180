/* SPDX-License-Identifier: MIT */
/*
 * STANAG 4774 written: in the order of the schema, one Category for each tag. Nothing is made up: a
 * policy, classification or value without its name cannot be written.
 */
#include "label/stanag4774.h"

#include "label/spif.h"
#include "label/time.h"
#include "xml/writer.h"

static void put_value(struct buf *out, const char *attr, const char *prefix, struct str value)
{
	buf_printf(out, " %s='%s", attr, prefix);
	xml_escape_value(out, value);
	buf_put_char(out, '\'');
}

/* <name URI='urn:oid:id'>text</name> */
static void put_text(struct buf *out, const char *name, struct str id, struct str text)
{
	buf_printf(out, "<%s", name);
	if (id.n)
		put_value(out, "URI", "urn:oid:", id);
	buf_put_char(out, '>');
	xml_escape_text(out, text);
	buf_printf(out, "</%s>", name);
}

static bool put_time(struct buf *out, const char *name, int64_t t)
{
	char text[LABEL_TIME_TEXT];

	if (t == LABEL_NO_TIME)
		return false;
	label_time_print(t, text);
	if (text[0] == '?')
		return false;
	put_text(out, name, STR(""), str_of(text));
	return true;
}

/* ---- categories ---- */

static const char *type_of(enum label_tag_kind k)
{
	switch (k) {
	case LABEL_RESTRICTIVE: return "RESTRICTIVE";
	case LABEL_PERMISSIVE: return "PERMISSIVE";
	case LABEL_INFORMATIVE: return "INFORMATIVE";
	case LABEL_ANY_KIND: return NULL;
	}
	return NULL;
}

static bool same_tag(const struct label_category *a, const struct label_category *b)
{
	return a->kind == b->kind && str_eq(a->set_id, b->set_id) &&
	       str_eq(a->set_name, b->set_name);
}

static bool put_tag(struct buf *out, const struct label_category *c, unsigned n)
{
	const char *type = type_of(c->kind);

	if (!type || !c->set_name.n || c->unknown_type.n)
		return false;
	buf_printf(out, "<Category");
	put_value(out, "TagName", "", c->set_name);
	put_value(out, "Type", "", str_of(type));
	if (c->set_id.n)
		put_value(out, "URI", "urn:oid:", c->set_id);
	buf_put_char(out, '>');
	for (unsigned i = 0; i < n; i++) {
		if (!same_tag(&c[0], &c[i]))
			continue;
		if (!c[i].value.n)
			return false;
		put_text(out, "GenericValue", STR(""), c[i].value);
	}
	buf_printf(out, "</Category>");
	return true;
}

static bool put_categories(struct buf *out, const struct label_category *c, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		unsigned k = 0;

		while (!same_tag(&c[k], &c[i]))
			k++;
		if (k == i && !put_tag(out, &c[i], n - i))
			return false;
	}
	return true;
}

/* ---- labels ---- */

static bool put_information(struct buf *out, const struct label *l)
{
	if (!l->policy_name.n || !l->class_name.n)
		return false;
	buf_printf(out, "<ConfidentialityInformation>");
	put_text(out, "PolicyIdentifier", l->policy_id, l->policy_name);
	put_text(out, "Classification", STR(""), l->class_name);
	if (l->privacy_mark.n)
		put_text(out, "PrivacyMark", STR(""), l->privacy_mark);
	if (!put_categories(out, l->categories, l->ncategories))
		return false;
	buf_printf(out, "</ConfidentialityInformation>");
	return true;
}

static bool put_label(
	struct buf *out, const struct label *l, struct stanag4774_times times, const char *name);

static bool put_succession(struct buf *out, const struct label *l, struct stanag4774_times times)
{
	if (!l->successor)
		return true;
	buf_printf(out, "<SuccessionHandling>");
	if (!put_time(out, "SuccessionDateTime", l->succession) ||
		!put_label(out, l->successor, times, "SuccessorConfidentialityLabel"))
		return false;
	buf_printf(out, "</SuccessionHandling>");
	return true;
}

static bool put_originator(struct buf *out, const struct label *l)
{
	if (!l->originator.n)
		return true;
	if (!l->originator_type.n)
		return true; /* IDType is required, and nobody but the originator knows it */
	buf_printf(out, "<OriginatorID");
	put_value(out, "IDType", "", l->originator_type);
	buf_put_char(out, '>');
	xml_escape_text(out, l->originator);
	buf_printf(out, "</OriginatorID>");
	return true;
}

static bool put_label(
	struct buf *out, const struct label *l, struct stanag4774_times times, const char *name)
{
	int64_t created = l->created == LABEL_NO_TIME ? times.created : l->created;
	int64_t review = l->review == LABEL_NO_TIME ? times.review : l->review;
	char text[LABEL_TIME_TEXT];

	buf_printf(out, "<%s", name);
	if (strcmp(name, "SuccessorConfidentialityLabel") != 0)
		put_value(out, "xmlns", "", STR(STANAG4774_LABEL_NS));
	if (review != LABEL_NO_TIME && (l->review != LABEL_NO_TIME || !l->successor)) {
		label_time_print(review, text);
		if (text[0] == '?')
			return false;
		put_value(out, "ReviewDateTime", "", str_of(text));
	}
	buf_put_char(out, '>');
	if (!put_information(out, l) || !put_originator(out, l) ||
		!put_time(out, "CreationDateTime", created) || !put_succession(out, l, times))
		return false;
	buf_printf(out, "</%s>", name);
	return true;
}

bool stanag4774_write_label(const struct label *l, enum stanag4774_role role,
	struct stanag4774_times times, struct buf *out)
{
	static const char *const names[] = {
		[STANAG4774_ORIGINATOR] = "originatorConfidentialityLabel",
		[STANAG4774_ALTERNATIVE] = "alternativeConfidentialityLabel",
		[STANAG4774_METADATA] = "metadataConfidentialityLabel",
	};
	size_t before = buf_len(out);

	if (role != STANAG4774_NONE && put_label(out, l, times, names[role]))
		return true;
	buf_truncate(out, before);
	return false;
}

/* ---- clearances ---- */

/* Those known by name; of a resolved clearance those that its policy knows by number. */
static bool put_classes(struct buf *out, const struct clearance *c)
{
	const struct spif *s = c->policy;

	for (unsigned i = 0; i < LABEL_CLASSES; i++) {
		if (!clearance_has_class(c, i))
			continue;
		if (!s || !s->class_by_lacv[i])
			return false;
		put_text(out, "Classification", STR(""), s->class_by_lacv[i]->name);
	}
	for (unsigned i = 0; !s && i < c->nclass_names; i++)
		put_text(out, "Classification", STR(""), c->class_names[i]);
	return true;
}

static bool put_clearance(struct buf *out, const struct clearance *c)
{
	struct str id = c->policy ? c->policy->id : c->policy_id;
	struct str name = c->policy ? c->policy->name : c->policy_name;

	/* X.501's default has a number and no name. */
	if (!name.n || !c->has_classes)
		return false;
	buf_printf(out, "<cl:ConfidentialityClearance xmlns:cl='" STANAG4774_CLEARANCE_NS "'");
	put_value(out, "xmlns", "", STR(STANAG4774_LABEL_NS));
	buf_put_char(out, '>');
	put_text(out, "PolicyIdentifier", id, name);
	buf_printf(out, "<cl:ClassificationList>");
	if (!put_classes(out, c))
		return false;
	buf_printf(out, "</cl:ClassificationList>");
	if (!put_categories(out, c->categories, c->ncategories))
		return false;
	buf_printf(out, "</cl:ConfidentialityClearance>");
	return true;
}

bool stanag4774_write_clearance(const struct clearance *c, struct buf *out)
{
	size_t before = buf_len(out);

	if (put_clearance(out, c))
		return true;
	buf_truncate(out, before);
	return false;
}
