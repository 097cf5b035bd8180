/* SPDX-License-Identifier: MIT */
/*
 * Security categories read. What a syntax says about a tag goes into each of its values: the tag
 * set, what the tag does, how it is written. A permissive tag without a value would be unrestricted
 * once there is no value to tell of it: such a label is refused.
 */
#include "label/tags.h"

#include "base/mem.h"

/* 2.16.840.1.101.2.1.8, SDN.801c; below it 1 (label), 2 (clearance) and 3 (ACP 145). */
#define MISSI_LABEL     "2.16.840.1.101.2.1.8.1"
#define MISSI_CLEARANCE "2.16.840.1.101.2.1.8.2"
#define ACP145          "2.16.840.1.101.2.1.8.3."

enum { CATEGORIES = 64 }; /* of a label: ub-security-categories of X.411 */

/* One tag that is being read. */
struct tag {
	struct tags into;
	struct str set_id;
	enum label_tag_kind kind;
	enum label_tag_form form;
	bool empty; /* no value yet */
};

bool tags_keep(struct tags t, struct str *field, struct str text)
{
	return t.label ? label_keep(t.label, field, text)
		       : clearance_keep(t.clearance, field, text);
}

/* XML 1.0 production 2. */
bool tags_text(struct str text)
{
	while (text.n) {
		uint32_t code = 0;
		size_t n = str_utf8(text, &code);

		if (!n || (code < 0x20 && code != '\t' && code != '\n' && code != '\r') ||
			code == 0xfffe || code == 0xffff)
			return false;
		text = str_skip(text, n);
	}
	return true;
}

static struct label_category *add(struct tags t)
{
	return t.label ? label_add(t.label) : clearance_add(t.clearance);
}

static bool add_unknown(struct ber *b, struct tags t, const char *oid)
{
	struct label_category *c = add(t);

	if (!c || !tags_keep(t, &c->unknown_type, str_of(oid)))
		return ber_fail(b, "too many categories");
	return true;
}

static bool add_value(struct ber *b, struct tag *tag, uint64_t lacv)
{
	struct label_category *c = add(tag->into);

	if (!c)
		return ber_fail(b, "too many categories");
	c->set_id = tag->set_id;
	c->kind = tag->kind;
	c->form = tag->form;
	c->has_lacv = true;
	c->lacv = lacv;
	tag->empty = false;
	return true;
}

static bool read_set_id(struct ber *b, struct tag *tag)
{
	struct ber_item item;
	char oid[BER_OID_TEXT];

	if (!ber_next(b, &item) || item.tag != BER_OID)
		return ber_fail(b, "a tag set without its name");
	if (!ber_oid(b, &item, oid))
		return false;
	return tags_keep(tag->into, &tag->set_id, str_of(oid)) || ber_fail(b, "too much text");
}

/* ---- values ---- */

static bool read_bits(struct ber *b, const struct ber_item *item, struct tag *tag)
{
	struct buf bytes = { 0 };
	size_t bits;
	bool ok = ber_bits(b, item, &bytes, &bits);

	tag->form = LABEL_BITS;
	if (ok && bits > TAGS_BITS)
		ok = ber_fail(b, "a bit map that is too long");
	for (size_t i = 0; ok && i < bits; i++) {
		if (i % 8 == 0 && buf_view(&bytes).p[i / 8] == 0)
			i += 7; /* most are empty */
		else if (ber_bit(buf_view(&bytes), i))
			ok = add_value(b, tag, i);
	}
	buf_fini(&bytes);
	return ok;
}

static bool read_integers(struct ber *b, const struct ber_item *item, struct tag *tag)
{
	struct ber set = ber_enter(b, item);
	struct ber_item number;
	uint64_t lacv;

	tag->form = LABEL_INTEGERS;
	while (ber_next(&set, &number)) {
		if (number.tag != BER_INTEGER)
			return ber_fail(b, "an attribute that is no number");
		if (!ber_uint(&set, &number, &lacv) || !add_value(&set, tag, lacv))
			break;
	}
	return !set.fault || ber_fail(b, set.fault);
}

/* BIT STRING or SET OF INTEGER, and nothing behind it; `form`: which of both may be. */
static bool read_values(struct ber *b, struct tag *tag, enum label_tag_form form)
{
	struct ber_item item;
	bool bits, integers;

	if (!ber_next(b, &item))
		return ber_fail(b, "a tag without attributes");
	bits = (item.tag & ~BER_CONSTRUCTED) == BER_BIT_STRING && form != LABEL_INTEGERS;
	integers = item.tag == BER_SET && form != LABEL_BITS;
	if (!bits && !integers)
		return ber_fail(b, "attributes of another type than the tag's");
	if (!(bits ? read_bits(b, &item, tag) : read_integers(b, &item, tag)))
		return false;
	return !b->in.n || ber_fail(b, "something behind a tag's attributes");
}

/* A clearance that lists nothing grants nothing; a label would be open for all. */
static bool not_open(struct ber *b, const struct tag *tag)
{
	if (!tag->empty || tag->into.clearance)
		return true;
	if (tag->kind == LABEL_RESTRICTIVE || tag->kind == LABEL_INFORMATIVE)
		return true;
	return ber_fail(b, "a permissive tag without a value");
}

/* ---- ACP 145(A) ---- */

static const struct syntax {
	enum label_tag_kind kind;
	enum label_tag_form form;
} acp145[] = {
	{ LABEL_RESTRICTIVE, LABEL_BITS },     /* restrictiveBitMap */
	{ LABEL_PERMISSIVE, LABEL_INTEGERS },  /* enumeratedPermissiveAttributes */
	{ LABEL_PERMISSIVE, LABEL_BITS },      /* permissiveBitMap */
	{ LABEL_INFORMATIVE, LABEL_ANY_FORM }, /* informativeAttributes */
	{ LABEL_RESTRICTIVE, LABEL_INTEGERS }, /* enumeratedRestrictiveAttributes */
};
enum { SYNTAXES = sizeof(acp145) / sizeof(acp145[0]) };

static const struct syntax *acp145_syntax(const char *oid)
{
	size_t n = sizeof(ACP145) - 1;

	if (strncmp(oid, ACP145, n) != 0 || oid[n] < '0' || oid[n] >= '0' + SYNTAXES || oid[n + 1])
		return NULL;
	return &acp145[oid[n] - '0'];
}

/* SEQUENCE { tagName OBJECT IDENTIFIER, the attributes } */
static bool read_acp145(struct ber *b, struct tags t, const struct syntax *syntax)
{
	struct tag tag = { .into = t, .kind = syntax->kind, .empty = true };
	struct ber_item item;
	struct ber in;

	if (!ber_only(b, BER_SEQUENCE, &item))
		return false;
	in = ber_enter(b, &item);
	if (!read_set_id(&in, &tag) || !read_values(&in, &tag, syntax->form) ||
		!not_open(&in, &tag))
		return ber_fail(b, in.fault);
	return true;
}

/* ---- MISSI ---- */

static enum label_tag_kind missi_kind(uint8_t number)
{
	switch (number) {
	case 1: return LABEL_RESTRICTIVE;
	case 6: return LABEL_PERMISSIVE;
	case 7: return LABEL_INFORMATIVE;
	default: return LABEL_ANY_KIND; /* 2: the policy knows */
	}
}

/* SecurityTag of a label: [1], [2], [6] or [7] IMPLICIT SEQUENCE { level OPTIONAL, attributes }. No
 * policy says what a level means: a tag with one is unknown. */
static bool read_security_tag(struct ber *b, const struct ber_item *item, struct tag *tag)
{
	static const enum label_tag_form forms[8] = {
		[1] = LABEL_BITS, [2] = LABEL_INTEGERS, [6] = LABEL_BITS, [7] = LABEL_ANY_FORM
	};
	uint8_t number = item->tag & 0x1f;
	struct ber in = ber_enter(b, item);

	if ((item->tag & 0xe0) != (BER_CONTEXT | BER_CONSTRUCTED) ||
		(number != 1 && number != 2 && number != 6 && number != 7))
		return add_unknown(b, tag->into, MISSI_LABEL);
	if (in.in.n && in.in.p[0] == BER_INTEGER)
		return add_unknown(b, tag->into, MISSI_LABEL);
	tag->kind = missi_kind(number);
	tag->empty = true;
	if (!read_values(&in, tag, forms[number]) || !not_open(&in, tag))
		return ber_fail(b, in.fault);
	return true;
}

/* Of a clearance: CHOICE { [1] BIT STRING, [2] SET OF INTEGER, [6] BIT STRING }, all IMPLICIT. */
static bool read_privilege(struct ber *b, const struct ber_item *item, struct tag *tag)
{
	uint8_t number = item->tag & 0x1f, form = item->tag & ~BER_CONSTRUCTED;

	tag->kind = missi_kind(number);
	tag->empty = true;
	if (form == (BER_CONTEXT | 1) || form == (BER_CONTEXT | 6))
		return read_bits(b, item, tag);
	if (item->tag == (BER_CONTEXT | BER_CONSTRUCTED | 2))
		return read_integers(b, item, tag);
	return add_unknown(b, tag->into, MISSI_CLEARANCE);
}

/* SEQUENCE { tagSetName OBJECT IDENTIFIER, SEQUENCE OF tags } */
static bool read_tag_set(struct ber *b, const struct ber_item *item, struct tags t)
{
	struct ber in = ber_enter(b, item), list;
	struct tag tag = { .into = t };
	struct ber_item one;

	if (!read_set_id(&in, &tag) || !ber_only(&in, BER_SEQUENCE, &one))
		return ber_fail(b, in.fault);
	list = ber_enter(&in, &one);
	while (ber_next(&list, &one))
		if (!(t.label ? read_security_tag(&list, &one, &tag)
			      : read_privilege(&list, &one, &tag)))
			break;
	return !list.fault || ber_fail(b, list.fault);
}

/* SET OF tag sets; in a label there is a choice of another syntax, which only its policy knows. */
static bool read_missi(struct ber *b, struct tags t)
{
	struct ber_item item, set;
	struct ber in;

	if (!ber_next(b, &item) || b->in.n)
		return ber_fail(b, "a category that is not one value");
	if (item.tag != BER_SET)
		return add_unknown(b, t, t.label ? MISSI_LABEL : MISSI_CLEARANCE);
	in = ber_enter(b, &item);
	while (ber_next(&in, &set)) {
		if (set.tag != BER_SEQUENCE)
			return ber_fail(b, "a tag set that is none");
		if (!read_tag_set(&in, &set, t))
			break;
	}
	return !in.fault || ber_fail(b, in.fault);
}

/* ---- any ---- */

/* SEQUENCE { type [0] OBJECT IDENTIFIER, value [1] EXPLICIT ANY } */
static bool read_category(struct ber *b, const struct ber_item *item, struct tags t)
{
	struct ber in = ber_enter(b, item), value;
	struct ber_item type, wrapped;
	const struct syntax *syntax;
	char oid[BER_OID_TEXT];

	if (!ber_next(&in, &type) || type.tag != BER_CONTEXT)
		return ber_fail(b, in.fault ? in.fault : "a category without a type");
	if (!ber_oid(&in, &type, oid))
		return ber_fail(b, in.fault);
	if (!ber_only(&in, BER_CONTEXT | BER_CONSTRUCTED | 1, &wrapped))
		return ber_fail(b, in.fault);
	value = ber_enter(&in, &wrapped);
	syntax = acp145_syntax(oid);
	if (syntax ? !read_acp145(&value, t, syntax)
		: strcmp(oid, t.label ? MISSI_LABEL : MISSI_CLEARANCE) == 0
			? !read_missi(&value, t)
			: !add_unknown(&value, t, oid))
		return ber_fail(b, value.fault);
	return true;
}

bool tags_read(struct ber *b, const struct ber_item *set, struct tags t)
{
	struct ber in = ber_enter(b, set);
	struct ber_item item;
	unsigned n = 0;

	while (ber_next(&in, &item)) {
		if (item.tag != BER_SEQUENCE)
			return ber_fail(b, "a category that is none");
		if (t.label && ++n > CATEGORIES)
			return ber_fail(b, "too many categories");
		if (!read_category(&in, &item, t))
			break;
	}
	return !in.fault || ber_fail(b, in.fault);
}
