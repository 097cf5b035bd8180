/* SPDX-License-Identifier: MIT */
/*
 * Security categories written: one SecurityCategory for each tag, in the syntax of ACP 145 for what
 * the tag does; where only the policy knows that, MISSI's enumerated tag. Nothing is made up: a
 * value without its number, or of an unknown syntax, cannot be written.
 */
#include "label/tags.h"

#include "base/mem.h"

#include <stdlib.h>

/* The values of the tag whose first one is `first`. */
struct group {
	const struct label_category *list;
	unsigned n, first;
};

static bool same_tag(const struct label_category *a, const struct label_category *b)
{
	return a->kind == b->kind && a->form == b->form && str_eq(a->set_id, b->set_id);
}

static bool in_group(const struct group *g, unsigned i)
{
	return same_tag(&g->list[g->first], &g->list[i]);
}

static bool put_bits(struct buf *out, uint8_t tag, const struct group *g)
{
	MEM_AUTO char *bytes = mem_zero(1, TAGS_BITS / 8);

	for (unsigned i = g->first; i < g->n; i++) {
		uint64_t bit = g->list[i].lacv;

		if (!in_group(g, i))
			continue;
		if (bit >= TAGS_BITS)
			return false;
		bytes[bit / 8] = (char)((uint8_t)bytes[bit / 8] | 0x80 >> (bit % 8));
	}
	ber_put_bits(out, tag, (struct str){ bytes, TAGS_BITS / 8 });
	return true;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool put_integers(struct buf *out, uint8_t tag, const struct group *g)
{
	MEM_AUTO uint64_t *numbers = mem_zero(g->n, sizeof(*numbers));
	size_t at, n = 0;

	for (unsigned i = g->first; i < g->n; i++)
		if (in_group(g, i))
			numbers[n++] = g->list[i].lacv;
	qsort(numbers, n, sizeof(*numbers), by_number);
	at = ber_open(out, tag);
	for (size_t i = 0; i < n; i++)
		if (!i || numbers[i] != numbers[i - 1])
			ber_put_uint(out, numbers[i]);
	/* DER goes by bytes; those of a shorter number come first, which is the order of numbers.
	 */
	ber_close(out, at);
	return true;
}

/* The last arc of ACP 145's syntax for a tag, or NULL. */
static const char *acp145(const struct label_category *c)
{
	switch (c->kind) {
	case LABEL_RESTRICTIVE: return c->form == LABEL_BITS ? "0" : "4";
	case LABEL_PERMISSIVE: return c->form == LABEL_BITS ? "2" : "1";
	case LABEL_INFORMATIVE: return "3";
	case LABEL_ANY_KIND: return NULL;
	}
	return NULL;
}

static bool put_type(struct buf *out, const char *base, const char *arc)
{
	MEM_AUTO char *oid = mem_printf("2.16.840.1.101.2.1.8.%s%s", base, arc);

	return ber_put_oid(out, BER_CONTEXT, str_of(oid));
}

/* SEQUENCE { tagName, attributes } of ACP 145 */
static bool put_acp145(struct buf *out, const struct group *g, const char *arc)
{
	const struct label_category *c = &g->list[g->first];
	size_t value, sequence;

	if (!put_type(out, "3.", arc))
		return false;
	value = ber_open(out, BER_CONTEXT | BER_CONSTRUCTED | 1);
	sequence = ber_open(out, BER_SEQUENCE);
	if (!ber_put_oid(out, BER_OID, c->set_id))
		return false;
	if (!(c->form == LABEL_BITS ? put_bits(out, BER_BIT_STRING, g)
				    : put_integers(out, BER_SET, g)))
		return false;
	ber_close(out, sequence);
	ber_close(out, value);
	return true;
}

/* SET OF { SEQUENCE { tagSetName, SEQUENCE OF { [2] ... } } }: in a label the tag is a SEQUENCE
 * with a SET in it, in a clearance the SET itself. */
static bool put_missi(struct buf *out, const struct group *g, bool label)
{
	uint8_t tag = BER_CONTEXT | BER_CONSTRUCTED | 2;
	size_t value, set, sequence, list, inner = 0;

	if (g->list[g->first].form != LABEL_INTEGERS || !put_type(out, label ? "1" : "2", ""))
		return false;
	value = ber_open(out, BER_CONTEXT | BER_CONSTRUCTED | 1);
	set = ber_open(out, BER_SET);
	sequence = ber_open(out, BER_SEQUENCE);
	if (!ber_put_oid(out, BER_OID, g->list[g->first].set_id))
		return false;
	list = ber_open(out, BER_SEQUENCE);
	if (label)
		inner = ber_open(out, tag);
	put_integers(out, label ? BER_SET : tag, g);
	if (label)
		ber_close(out, inner);
	ber_close(out, list);
	ber_close(out, sequence);
	ber_close(out, set);
	ber_close(out, value);
	return true;
}

static bool put_group(struct buf *out, const struct group *g, bool label)
{
	const struct label_category *c = &g->list[g->first];
	const char *arc = acp145(c);
	size_t at;

	if (c->unknown_type.n || !c->has_lacv || c->shared || c->form == LABEL_ANY_FORM)
		return false;
	for (unsigned i = g->first; i < g->n; i++)
		if (in_group(g, i) &&
			(g->list[i].unknown_type.n || !g->list[i].has_lacv || g->list[i].shared))
			return false;
	at = ber_open(out, BER_SEQUENCE);
	if (!(arc ? put_acp145(out, g, arc) : put_missi(out, g, label)))
		return false;
	ber_close(out, at);
	return true;
}

bool tags_write(struct buf *out, uint8_t tag, struct tags t)
{
	struct group g = { .list = t.label ? t.label->categories : t.clearance->categories,
		.n = t.label ? t.label->ncategories : t.clearance->ncategories };
	size_t at;

	if (!g.n)
		return true;
	at = ber_open(out, tag);
	for (; g.first < g.n; g.first++) {
		unsigned k = 0;

		while (!same_tag(&g.list[k], &g.list[g.first]))
			k++;
		if (k == g.first && !put_group(out, &g, t.label != NULL))
			return false;
	}
	ber_close_set_of(out, at);
	return true;
}
