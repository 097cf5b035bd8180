/* SPDX-License-Identifier: MIT */
/*
 * STANAG 4774 read. Children come in any order; PolicyIdentifier, Classification and the like at
 * most once. An element of the label's own namespace that is not known, a value of another kind
 * than GenericValue and a permissive category without a value are faults: each might restrict.
 */
#include "label/stanag4774.h"

#include "label/ber.h"
#include "label/time.h"

/* What is being read. */
struct reading {
	struct label *label; /* or */
	struct clearance *clearance;
	const char *fault;
	unsigned depth;   /* of successors */
	bool information; /* ConfidentialityInformation was there */
};

static bool fail(struct reading *r, const char *fault)
{
	if (!r->fault)
		r->fault = fault;
	return false;
}

static bool keep(struct reading *r, struct str *field, struct str text)
{
	bool kept = r->label ? label_keep(r->label, field, text)
			     : clearance_keep(r->clearance, field, text);

	return kept || fail(r, "too much text");
}

static bool is_slab(const struct xml_element *e, const char *name)
{
	return xml_element_is(e, STANAG4774_LABEL_NS, name);
}

const char *stanag4774_role_name(enum stanag4774_role r)
{
	static const char *const names[] = {
		[STANAG4774_NONE] = "none",
		[STANAG4774_ORIGINATOR] = "originator",
		[STANAG4774_ALTERNATIVE] = "alternative",
		[STANAG4774_METADATA] = "metadata",
	};

	return names[r];
}

enum stanag4774_role stanag4774_role(const struct xml_element *e)
{
	if (is_slab(e, "originatorConfidentialityLabel") || is_slab(e, "ConfidentialityLabel"))
		return STANAG4774_ORIGINATOR;
	if (is_slab(e, "alternativeConfidentialityLabel"))
		return STANAG4774_ALTERNATIVE;
	return is_slab(e, "metadataConfidentialityLabel") ? STANAG4774_METADATA : STANAG4774_NONE;
}

bool stanag4774_is_clearance(const struct xml_element *e)
{
	return xml_element_is(e, STANAG4774_CLEARANCE_NS, "ConfidentialityClearance");
}

/* ---- values ---- */

static struct str text_of(const struct xml_element *e)
{
	return str_trim(str_of(e->text));
}

/* The one text of an element that may be there once. */
static bool read_text(struct reading *r, const struct xml_element *e, struct str *field)
{
	if (field->n)
		return fail(r, "the same thing twice");
	if (e->child)
		return fail(r, "elements where text has to be");
	if (!text_of(e).n)
		return fail(r, "an element without its text");
	return keep(r, field, text_of(e));
}

/* urn:oid: and an object identifier (RFC 3061), which is kept. */
static bool read_oid(struct reading *r, const char *uri, struct str *field)
{
	struct str s = str_trim(str_of(uri)), prefix = STR("urn:oid:");

	if (!uri)
		return true;
	if (s.n < prefix.n || !str_eq_nocase((struct str){ s.p, prefix.n }, prefix) ||
		!ber_is_oid(str_skip(s, prefix.n)))
		return fail(r, "a URI that is not urn:oid: and an object identifier");
	return keep(r, field, str_skip(s, prefix.n));
}

static bool read_time(struct reading *r, const char *text, int64_t *out)
{
	if (*out != LABEL_NO_TIME)
		return fail(r, "the same thing twice");
	return label_time_parse(str_of(text), out) || fail(r, "a time that is none");
}

/* ---- categories ---- */

static bool read_kind(struct reading *r, const struct xml_element *e, enum label_tag_kind *out)
{
	const char *type = xml_element_attr(e, "Type");

	if (type && strcmp(type, "RESTRICTIVE") == 0)
		*out = LABEL_RESTRICTIVE;
	else if (type && strcmp(type, "PERMISSIVE") == 0)
		*out = LABEL_PERMISSIVE;
	else if (type && strcmp(type, "INFORMATIVE") == 0)
		*out = LABEL_INFORMATIVE;
	else
		return fail(r, "a category without a type");
	return true;
}

static bool add_value(
	struct reading *r, const struct label_category *tag, const struct xml_element *e)
{
	struct label_category *c;

	/* IntegerValue and BitStringValue are in the schema; the prose forbids them. */
	if (!is_slab(e, "GenericValue"))
		return fail(r, "a value that is no GenericValue");
	if (!text_of(e).n || e->child)
		return fail(r, "a category with a value that is no text");
	c = r->label ? label_add(r->label) : clearance_add(r->clearance);
	if (!c)
		return fail(r, "too many categories");
	*c = *tag;
	return keep(r, &c->value, text_of(e));
}

static bool read_category(struct reading *r, const struct xml_element *e)
{
	const char *name = xml_element_attr(e, "TagName");
	struct label_category tag = { 0 };

	if (!name || !str_trim(str_of(name)).n)
		return fail(r, "a category without a name");
	if (!read_kind(r, e, &tag.kind) || !keep(r, &tag.set_name, str_trim(str_of(name))) ||
		!read_oid(r, xml_element_attr(e, "URI"), &tag.set_id))
		return false;
	/* In a label it would be gone, and open to all. */
	if (!e->child && r->label && tag.kind == LABEL_PERMISSIVE)
		return fail(r, "a permissive category without a value");
	for (const struct xml_element *v = e->child; v; v = v->next)
		if (!add_value(r, &tag, v))
			return false;
	return true;
}

/* ---- labels ---- */

static bool read_policy(
	struct reading *r, const struct xml_element *e, struct str *name, struct str *id)
{
	return read_text(r, e, name) && read_oid(r, xml_element_attr(e, "URI"), id);
}

static bool read_class(struct reading *r, const struct xml_element *e, struct str *name)
{
	if (xml_element_attr(e, "URI"))
		return fail(r, "a classification with a URI");
	return read_text(r, e, name);
}

/* ADatP-4774 lets extensions of other namespaces in nearly everywhere. */
static bool read_other(struct reading *r, const struct xml_element *e)
{
	return strcmp(e->ns, STANAG4774_LABEL_NS) != 0 || fail(r, "an element that is not known");
}

static bool read_information(struct reading *r, const struct xml_element *e)
{
	struct label *l = r->label;
	bool ok = true;

	if (r->information)
		return fail(r, "the same thing twice");
	r->information = true;
	for (const struct xml_element *c = e->child; c && ok; c = c->next) {
		if (is_slab(c, "PolicyIdentifier"))
			ok = read_policy(r, c, &l->policy_name, &l->policy_id);
		else if (is_slab(c, "Classification"))
			ok = read_class(r, c, &l->class_name);
		else if (is_slab(c, "PrivacyMark"))
			ok = !text_of(c).n || read_text(r, c, &l->privacy_mark);
		else if (is_slab(c, "Category"))
			ok = read_category(r, c);
		else
			ok = read_other(r, c);
	}
	return ok;
}

static bool read_label(struct reading *r, const struct xml_element *e);

static bool read_succession(struct reading *r, const struct xml_element *e)
{
	struct reading successor = { .depth = r->depth + 1 };
	bool ok = true;

	for (const struct xml_element *c = e->child; c && ok; c = c->next) {
		if (is_slab(c, "SuccessionDateTime")) {
			ok = read_time(r, c->text, &r->label->succession);
		} else if (is_slab(c, "SuccessorConfidentialityLabel")) {
			successor.label = label_succeed(r->label, r->depth);
			ok = successor.label ? read_label(&successor, c)
					     : fail(r, "too many successors");
		} else {
			ok = read_other(r, c);
		}
	}
	if (successor.fault)
		return fail(r, successor.fault);
	if (ok && (r->label->succession == LABEL_NO_TIME || !r->label->successor))
		return fail(r, "a succession without its time or label");
	return ok;
}

static bool read_originator(struct reading *r, const struct xml_element *e)
{
	const char *type = xml_element_attr(e, "IDType");

	if (!text_of(e).n)
		return true;
	return read_text(r, e, &r->label->originator) &&
	       keep(r, &r->label->originator_type, str_of(type ? type : ""));
}

static bool read_label(struct reading *r, const struct xml_element *e)
{
	const char *review = xml_element_attr(e, "ReviewDateTime");
	struct label *l = r->label;
	bool ok = !review || read_time(r, review, &l->review);

	for (const struct xml_element *c = e->child; c && ok; c = c->next) {
		if (is_slab(c, "ConfidentialityInformation"))
			ok = read_information(r, c);
		else if (is_slab(c, "OriginatorID"))
			ok = read_originator(r, c);
		else if (is_slab(c, "CreationDateTime"))
			ok = read_time(r, c->text, &l->created);
		else if (is_slab(c, "SuccessionHandling"))
			ok = read_succession(r, c);
		else
			ok = read_other(r, c);
	}
	if (ok && !l->policy_name.n)
		return fail(r, "a label without a policy");
	if (ok && !l->class_name.n)
		return fail(r, "a label without a classification");
	return ok;
}

bool stanag4774_read_label(const struct xml_element *e, struct label *l, const char **fault_out)
{
	struct reading r = { .label = l };

	label_clear(l);
	if (stanag4774_role(e) == STANAG4774_NONE)
		fail(&r, "no label");
	else
		read_label(&r, e);
	*fault_out = r.fault;
	return !r.fault;
}

/* ---- clearances ---- */

static bool read_classes(struct reading *r, const struct xml_element *e)
{
	struct clearance *c = r->clearance;

	if (c->has_classes)
		return fail(r, "the same thing twice");
	c->has_classes = true;
	for (const struct xml_element *i = e->child; i; i = i->next) {
		if (!is_slab(i, "Classification"))
			return fail(r, "something in the list that is no classification");
		if (!text_of(i).n || i->child)
			return fail(r, "an element without its text");
		if (!clearance_add_class_name(c, text_of(i)))
			return fail(r, "too many classifications");
	}
	return true;
}

static bool read_part(struct reading *r, const struct xml_element *e)
{
	struct clearance *c = r->clearance;

	if (is_slab(e, "PolicyIdentifier"))
		return read_policy(r, e, &c->policy_name, &c->policy_id);
	if (xml_element_is(e, STANAG4774_CLEARANCE_NS, "ClassificationList"))
		return read_classes(r, e);
	if (is_slab(e, "Category"))
		return read_category(r, e);
	/* Extensions and the like can only add, which is not added. */
	return true;
}

bool stanag4774_read_clearance(
	const struct xml_element *e, struct clearance *c, const char **fault_out)
{
	struct reading r = { .clearance = c };
	bool ok = true;

	clearance_clear(c);
	if (!stanag4774_is_clearance(e))
		ok = fail(&r, "no clearance");
	for (const struct xml_element *p = ok ? e->child : NULL; p && ok; p = p->next)
		ok = read_part(&r, p);
	if (ok && !c->policy_name.n)
		fail(&r, "a clearance without a policy");
	else if (ok && !c->has_classes)
		fail(&r, "a clearance without classifications");
	*fault_out = r.fault;
	return !r.fault;
}
