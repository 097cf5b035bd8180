/* SPDX-License-Identifier: MIT */
/*
 * Labels and clearances in ASN.1. Members of a SET come in any order, each at most once; what is
 * not a member is a fault. Owns nothing.
 */
#include "label/ess.h"

#include "base/mem.h"
#include "label/spif.h"
#include "label/tags.h"

#include <stdlib.h>

enum { UNCLASSIFIED = 1 }; /* RFC 5755 4.4.6: the default of a classList */

/* ---- labels ---- */

enum member {
	MEMBER_POLICY = 1,
	MEMBER_CLASS = 2,
	MEMBER_MARK = 4,
	MEMBER_CATEGORIES = 8,
};

static bool read_policy(
	struct ber *b, const struct ber_item *item, struct tags t, struct str *policy_id)
{
	char oid[BER_OID_TEXT];

	if (!ber_oid(b, item, oid))
		return false;
	return tags_keep(t, policy_id, str_of(oid)) || ber_fail(b, "too much text");
}

static bool read_class(struct ber *b, const struct ber_item *item, struct label *l)
{
	uint64_t lacv;

	if (!ber_uint(b, item, &lacv))
		return false;
	if (lacv >= LABEL_CLASSES)
		return ber_fail(b, "a classification that is too large");
	l->class_lacv = (uint32_t)lacv;
	l->has_class_lacv = true;
	return true;
}

static bool read_mark(struct ber *b, const struct ber_item *item, struct label *l)
{
	struct buf text = { 0 };
	bool ok = ber_string(b, item, item->tag & ~BER_CONSTRUCTED, &text);

	if (ok && !tags_text(buf_view(&text)))
		ok = ber_fail(b, "a privacy mark that is no text");
	if (ok && !label_keep(l, &l->privacy_mark, buf_view(&text)))
		ok = ber_fail(b, "a privacy mark that is too long");
	buf_fini(&text);
	return ok;
}

/* Which member an element is; 0: none. */
static enum member member_of(uint8_t tag)
{
	switch (tag) {
	case BER_OID: return MEMBER_POLICY;
	case BER_INTEGER: return MEMBER_CLASS;
	case BER_PRINTABLE:
	case BER_PRINTABLE | BER_CONSTRUCTED:
	case BER_UTF8:
	case BER_UTF8 | BER_CONSTRUCTED: return MEMBER_MARK;
	case BER_SET: return MEMBER_CATEGORIES;
	default: return 0;
	}
}

static bool read_member(
	struct ber *b, const struct ber_item *item, struct label *l, enum member which)
{
	struct tags t = { .label = l };

	switch (which) {
	case MEMBER_POLICY: return read_policy(b, item, t, &l->policy_id);
	case MEMBER_CLASS: return read_class(b, item, l);
	case MEMBER_MARK: return read_mark(b, item, l);
	case MEMBER_CATEGORIES: return tags_read(b, item, t);
	}
	return ber_fail(b, "something that a label does not have");
}

bool ess_read_label(struct str ber, struct label *l, const char **fault_out)
{
	struct ber b = ber_begin(ber), in;
	struct ber_item item;
	unsigned seen = 0;

	label_clear(l);
	if (ber.n > ESS_LABEL_MAX)
		ber_fail(&b, "a label that is too long");
	*fault_out = ber_only(&b, BER_SET, &item) ? NULL : b.fault;
	if (*fault_out)
		return false;
	in = ber_enter(&b, &item);
	while (ber_next(&in, &item)) {
		enum member which = member_of(item.tag);

		if (seen & which)
			ber_fail(&in, "the same thing twice");
		else
			read_member(&in, &item, l, which);
		seen |= which;
	}
	*fault_out = in.fault;
	return !in.fault;
}

bool ess_write_label(const struct label *l, struct buf *out)
{
	/* Only read. */
	struct tags t = { .label = (struct label *)(uintptr_t)l };
	size_t before = buf_len(out), at;
	bool ok = l->has_class_lacv || !l->class_name.n;

	if (!l->policy_id.n && l->policy_name.n)
		ok = false;
	/* DER has a SET in the order of tags: INTEGER, OBJECT IDENTIFIER, UTF8String, SET. */
	at = ber_open(out, BER_SET);
	if (l->has_class_lacv)
		ber_put_uint(out, l->class_lacv);
	if (l->policy_id.n)
		ok = ber_put_oid(out, BER_OID, l->policy_id) && ok;
	if (l->privacy_mark.n)
		ber_put_string(out, BER_UTF8, l->privacy_mark);
	ok = ok && tags_write(out, BER_SET, t);
	if (!ok) {
		buf_truncate(out, before);
		return false;
	}
	ber_close(out, at);
	return true;
}

/* ---- clearances ---- */

static bool read_classes(struct ber *b, const struct ber_item *item, struct clearance *c)
{
	struct buf bytes = { 0 };
	size_t bits;
	bool ok = ber_bits(b, item, &bytes, &bits);

	c->has_classes = true;
	for (size_t i = 0; ok && i < bits; i++)
		if (ber_bit(buf_view(&bytes), i) && !clearance_add_class(c, (uint32_t)i))
			ok = ber_fail(b, "a classification that is too large");
	buf_fini(&bytes);
	return ok;
}

/* The tags of the members in either form: X.501's, or that of RFC 3281, where they are [0] [1] [2]
 * IMPLICIT. */
struct form {
	uint8_t policy, classes, categories;
};
static const struct form x501 = { BER_OID, BER_BIT_STRING, BER_SET };
static const struct form rfc3281 = { BER_CONTEXT, BER_CONTEXT | 1,
	BER_CONTEXT | BER_CONSTRUCTED | 2 };

static bool read_clearance(struct ber *b, const struct ber_item *sequence, struct clearance *c)
{
	struct tags t = { .clearance = c };
	struct ber in = ber_enter(b, sequence);
	const struct form *form = in.in.n && in.in.p[0] == BER_OID ? &x501 : &rfc3281;
	struct ber_item item;
	bool more;

	if (!ber_next(&in, &item) || item.tag != form->policy)
		return ber_fail(b, in.fault ? in.fault : "a clearance without a policy");
	more = read_policy(&in, &item, t, &c->policy_id) && ber_next(&in, &item);
	if (more && (item.tag & ~BER_CONSTRUCTED) == form->classes)
		more = read_classes(&in, &item, c) && ber_next(&in, &item);
	if (!c->has_classes && !clearance_add_class(c, UNCLASSIFIED))
		return ber_fail(b, "a classification that is too large");
	if (more && item.tag == form->categories)
		more = tags_read(&in, &item, t) && ber_next(&in, &item);
	if (more)
		ber_fail(&in, "something that a clearance does not have");
	return !in.fault || ber_fail(b, in.fault);
}

bool ess_read_clearance(struct str ber, struct clearance *c, const char **fault_out)
{
	struct ber b = ber_begin(ber);
	struct ber_item item;

	clearance_clear(c);
	if (ber.n > ESS_CLEARANCE_MAX)
		ber_fail(&b, "a clearance that is too long");
	if (ber_only(&b, BER_SEQUENCE, &item))
		read_clearance(&b, &item, c);
	*fault_out = b.fault;
	return !b.fault;
}

static void put_classes(struct buf *out, const struct clearance *c)
{
	char bytes[LABEL_CLASSES / 8] = { 0 };
	bool others = false;

	for (uint32_t i = 0; i < LABEL_CLASSES; i++) {
		if (!clearance_has_class(c, i))
			continue;
		bytes[i / 8] = (char)((uint8_t)bytes[i / 8] | 0x80 >> (i % 8));
		others |= i != UNCLASSIFIED;
	}
	/* X.690 11.5: a default is left out. */
	if (others || !clearance_has_class(c, UNCLASSIFIED))
		ber_put_bits(out, BER_BIT_STRING, (struct str){ bytes, sizeof(bytes) });
}

bool ess_write_clearance(const struct clearance *c, struct buf *out)
{
	struct tags t = { .clearance = (struct clearance *)(uintptr_t)c };
	size_t before = buf_len(out), at = ber_open(out, BER_SEQUENCE);
	struct str id = c->policy ? c->policy->id : c->policy_id;
	bool ok = (c->policy || !c->nclass_names) && ber_put_oid(out, BER_OID, id);

	if (ok && c->has_classes)
		put_classes(out, c);
	ok = ok && tags_write(out, BER_SET, t);
	if (!ok) {
		buf_truncate(out, before);
		return false;
	}
	ber_close(out, at);
	return true;
}

/* ---- what a certificate has ---- */

void clearance_list_fini(struct clearance_list *list)
{
	for (unsigned i = 0; i < list->n; i++)
		clearance_fini(&list->items[i]);
	free(list->items);
	*list = (struct clearance_list){ 0 };
}

/* RFC 5755 4.4.6: several values are of several policies. */
static bool add_clearance(struct ber *b, const struct ber_item *item, struct clearance_list *list)
{
	struct clearance *c;

	if (item->tag != BER_SEQUENCE)
		return ber_fail(b, "a clearance that is none");
	if (list->n == ESS_CLEARANCES_MAX)
		return ber_fail(b, "too many clearances");
	list->items = mem_resize(list->items, (list->n + 1) * sizeof(*list->items));
	c = &list->items[list->n++];
	clearance_init(c);
	if (!read_clearance(b, item, c))
		return false;
	for (unsigned i = 0; i + 1 < list->n; i++)
		if (str_eq(list->items[i].policy_id, c->policy_id))
			return ber_fail(b, "two clearances under one policy");
	return true;
}

static bool add_all(struct ber *b, const struct ber_item *list_item, struct clearance_list *list)
{
	struct ber in = ber_enter(b, list_item);
	struct ber_item item;
	bool any = false;

	while (ber_next(&in, &item)) {
		any = true;
		if (!add_clearance(&in, &item, list))
			break;
	}
	if (!any)
		ber_fail(&in, "a list of clearances without one");
	return !in.fault || ber_fail(b, in.fault);
}

static bool is_clearance(const char *oid)
{
	return strcmp(oid, "2.5.4.55") == 0 || strcmp(oid, "2.5.1.5.55") == 0;
}

static bool read_attribute(struct ber *b, const struct ber_item *item, struct clearance_list *list)
{
	struct ber in = ber_enter(b, item);
	struct ber_item type, values;
	char oid[BER_OID_TEXT];

	if (!ber_next(&in, &type) || type.tag != BER_OID)
		return ber_fail(b, in.fault ? in.fault : "an attribute without a type");
	if (!ber_oid(&in, &type, oid) || !ber_only(&in, BER_SET, &values))
		return ber_fail(b, in.fault);
	if (is_clearance(oid) && !add_all(&in, &values, list))
		return ber_fail(b, in.fault);
	return true;
}

static struct ber begin_list(struct str ber)
{
	struct ber b = ber_begin(ber);

	if (ber.n > ESS_CLEARANCE_MAX)
		ber_fail(&b, "an extension that is too long");
	return b;
}

bool ess_read_directory(struct str ber, struct clearance_list *list, const char **fault_out)
{
	struct ber b = begin_list(ber), in;
	struct ber_item item;

	if (ber_only(&b, BER_SEQUENCE, &item)) {
		in = ber_enter(&b, &item);
		while (ber_next(&in, &item)) {
			if (item.tag != BER_SEQUENCE)
				ber_fail(&in, "an attribute that is none");
			else
				read_attribute(&in, &item, list);
		}
		b.fault = in.fault;
	}
	*fault_out = b.fault;
	return !b.fault;
}

bool ess_read_attribute(struct str ber, struct clearance_list *list, const char **fault_out)
{
	struct ber b = begin_list(ber);
	struct ber_item item;

	if (ber_only(&b, BER_SEQUENCE, &item))
		read_attribute(&b, &item, list);
	*fault_out = b.fault;
	return !b.fault;
}

bool ess_read_constraints(struct str ber, struct clearance_list *list, const char **fault_out)
{
	struct ber b = begin_list(ber);
	struct ber_item item;

	if (ber_only(&b, BER_SEQUENCE, &item))
		add_all(&b, &item, list);
	*fault_out = b.fault;
	return !b.fault;
}
