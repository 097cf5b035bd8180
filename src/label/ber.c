/* SPDX-License-Identifier: MIT */
/*
 * BER as it comes (X.690 clause 8). Lengths are definite or indefinite; everything that 8 forbids
 * is a fault: lengths past the end, an indefinite length on a primitive, end-of-contents where none
 * may be, integers and arcs that are not in their shortest form, unused bits that cannot be. What
 * is longer than it needs to be (8.1.3.5) is BER and allowed.
 */
#include "label/ber.h"

#include <stdio.h>

struct ber ber_begin(struct str in)
{
	return (struct ber){ .in = in, .depth = BER_DEPTH };
}

bool ber_fail(struct ber *b, const char *fault)
{
	if (!b->fault)
		b->fault = fault;
	return false;
}

static uint8_t byte(struct str s, size_t i)
{
	return (uint8_t)s.p[i];
}

/* The identifier octets (8.1.2): how many there are, 0 after a fault. */
static size_t identifier(struct ber *b)
{
	size_t n = 1;

	if ((byte(b->in, 0) & 0x1f) != 0x1f)
		return n;
	/* 8.1.2.4.2 c: the first of a long number is not zero. Four octets are more than anybody
	 * uses. */
	while (n < b->in.n && n <= 4) {
		uint8_t c = byte(b->in, n++);

		if (n == 2 && (c & 0x7f) == 0)
			break;
		if (!(c & 0x80))
			return n;
	}
	ber_fail(b, "a tag that is none");
	return 0;
}

/* The length octets behind the identifier's n: how many; SIZE_MAX for indefinite in *length_out. 0
 * after a fault. */
static size_t length_octets(struct ber *b, size_t n, size_t *length_out)
{
	struct str s = str_skip(b->in, n);
	size_t octets;

	*length_out = 0;
	if (!s.n)
		return ber_fail(b, "an element without a length");
	if (byte(s, 0) < 0x80) {
		*length_out = byte(s, 0);
		return 1;
	}
	octets = byte(s, 0) & 0x7f;
	if (octets == 0) {
		*length_out = SIZE_MAX;
		return 1;
	}
	if (octets == 0x7f || octets >= s.n)
		return ber_fail(b, "a length that is cut off");
	for (size_t i = 1; i <= octets; i++) {
		if (*length_out > (SIZE_MAX >> 9))
			return ber_fail(b, "a length beyond the end");
		*length_out = *length_out << 8 | byte(s, i);
	}
	return octets + 1;
}

static bool at_end_of_contents(struct str s)
{
	return s.n >= 2 && s.p[0] == 0 && s.p[1] == 0;
}

/* Content of indefinite length that begins here: how long it is, without its end. False: fault. */
static bool indefinite(struct ber *b, struct str from, size_t *n_out)
{
	struct ber inner = { .in = from, .depth = b->depth ? b->depth - 1 : 0 };
	struct ber_item item;

	if (!b->depth)
		return ber_fail(b, "nested too deeply");
	while (!at_end_of_contents(inner.in))
		if (!ber_next(&inner, &item))
			return ber_fail(
				b, inner.fault ? inner.fault : "an indefinite length without end");
	*n_out = from.n - inner.in.n;
	return true;
}

bool ber_next(struct ber *b, struct ber_item *item_out)
{
	size_t head, more, length, end = 0;

	if (b->fault || !b->in.n)
		return false;
	if (byte(b->in, 0) == 0)
		return ber_fail(b, "an end of contents where none may be");
	head = identifier(b);
	if (!head)
		return false;
	more = length_octets(b, head, &length);
	if (!more)
		return false;
	item_out->tag = byte(b->in, 0);
	head += more;
	if (length == SIZE_MAX) {
		if (!(item_out->tag & BER_CONSTRUCTED))
			return ber_fail(b, "an indefinite length on a primitive");
		if (!indefinite(b, str_skip(b->in, head), &length))
			return false;
		end = 2;
	}
	if (length > b->in.n - head)
		return ber_fail(b, "an element longer than what it is in");
	item_out->content = (struct str){ b->in.p + head, length };
	item_out->whole = (struct str){ b->in.p, head + length + end };
	b->in = str_skip(b->in, head + length + end);
	return true;
}

struct ber ber_enter(const struct ber *b, const struct ber_item *item)
{
	struct ber inner = { .in = item->content, .depth = b->depth ? b->depth - 1 : 0 };

	if (!(item->tag & BER_CONSTRUCTED))
		ber_fail(&inner, "a primitive where something has to be inside");
	if (!b->depth)
		ber_fail(&inner, "nested too deeply");
	return inner;
}

bool ber_only(struct ber *b, uint8_t tag, struct ber_item *item_out)
{
	if (!ber_next(b, item_out))
		return ber_fail(b, "nothing is there");
	if (item_out->tag != tag)
		return ber_fail(b, "another type than has to be there");
	if (b->in.n)
		return ber_fail(b, "something behind the end");
	return true;
}

bool ber_uint(struct ber *b, const struct ber_item *item, uint64_t *out)
{
	struct str s = item->content;
	uint64_t value = 0;

	if (!s.n || (item->tag & BER_CONSTRUCTED))
		return ber_fail(b, "an integer without a value");
	if (byte(s, 0) & 0x80)
		return ber_fail(b, "a negative number");
	if (s.n > 1 && byte(s, 0) == 0 && !(byte(s, 1) & 0x80))
		return ber_fail(b, "a number that is not in its shortest form");
	if (s.n > sizeof(value))
		return ber_fail(b, "a number too large to be one");
	for (size_t i = 0; i < s.n; i++)
		value = value << 8 | byte(s, i);
	*out = value;
	return true;
}

/* ---- object identifiers (8.19) ---- */

/* An arc in decimal, the lowest digit first: 128 bits have 39. */
enum { ARC_DIGITS = 39 };
struct arc {
	uint8_t digit[ARC_DIGITS];
	unsigned n;
};

static bool arc_times_plus(struct arc *a, unsigned times, unsigned plus)
{
	for (unsigned i = 0; i < a->n; i++) {
		unsigned v = a->digit[i] * times + plus;

		a->digit[i] = (uint8_t)(v % 10);
		plus = v / 10;
	}
	for (; plus; plus /= 10) {
		if (a->n == ARC_DIGITS)
			return false;
		a->digit[a->n++] = (uint8_t)(plus % 10);
	}
	return true;
}

/* The next subidentifier, taken off s: at most 128 bits, which are 19 octets of seven. */
static bool take_arc(struct str *s, struct arc *out)
{
	unsigned spare = byte(*s, 0) < 0x84 ? 19 : 18;

	*out = (struct arc){ .n = 0 };
	if (byte(*s, 0) == 0x80) /* 8.19.2: the shortest form */
		return false;
	while (s->n && spare--) {
		uint8_t c = byte(*s, 0);

		*s = str_skip(*s, 1);
		if (!arc_times_plus(out, 128, c & 0x7f))
			return false;
		if (!(c & 0x80))
			return true;
	}
	return false;
}

static bool put_text(char *out, size_t *n, const struct arc *a)
{
	unsigned digits = a->n ? a->n : 1;

	if (BER_OID_TEXT - *n < digits + 2)
		return false;
	if (*n)
		out[(*n)++] = '.';
	for (unsigned i = digits; i-- > 0;)
		out[(*n)++] = (char)('0' + (a->n ? a->digit[i] : 0));
	out[*n] = '\0';
	return true;
}

/* The first subidentifier is two arcs: 40 times the one plus the other (8.19.4). */
static bool first_arcs(const struct arc *a, char *out, size_t *n)
{
	uint64_t v = 0;

	if (a->n > 9)
		return false;
	for (unsigned i = a->n; i-- > 0;)
		v = v * 10 + a->digit[i];
	if (v >= BER_SECOND_ARC)
		return false;
	*n = (size_t)snprintf(out, BER_OID_TEXT, "%u.%u", v < 80 ? (unsigned)v / 40 : 2,
		(unsigned)(v < 80 ? v % 40 : v - 80));
	return true;
}

bool ber_oid(struct ber *b, const struct ber_item *item, char out[BER_OID_TEXT])
{
	struct str s = item->content;
	struct arc a;
	size_t n = 0;

	if (item->tag & BER_CONSTRUCTED || !s.n || !take_arc(&s, &a) || !first_arcs(&a, out, &n))
		return ber_fail(b, "an object identifier that is none");
	while (s.n)
		if (!take_arc(&s, &a) || !put_text(out, &n, &a))
			return ber_fail(b, "an object identifier that is none, or too long");
	return true;
}

/* ---- strings ---- */

/* Appends the segments of a string, in whatever depth. */
static bool segments(struct ber *b, const struct ber_item *item, uint8_t tag, struct buf *out)
{
	struct ber inner;
	struct ber_item part;

	if (!(item->tag & BER_CONSTRUCTED)) {
		buf_put(out, item->content);
		return true;
	}
	inner = ber_enter(b, item);
	while (ber_next(&inner, &part)) {
		if ((part.tag & ~BER_CONSTRUCTED) != tag)
			return ber_fail(b, "a segment of another type");
		if (!segments(&inner, &part, tag, out))
			break;
	}
	return !inner.fault || ber_fail(b, inner.fault);
}

bool ber_string(struct ber *b, const struct ber_item *item, uint8_t tag, struct buf *out)
{
	return segments(b, item, tag, out);
}

/* One segment of a bit string, or all of it (8.6.2). */
static bool bit_segment(struct ber *b, struct str content, struct buf *out, size_t *bits)
{
	unsigned unused;

	if (!content.n)
		return ber_fail(b, "a bit string without its first byte");
	unused = byte(content, 0);
	content = str_skip(content, 1);
	if (unused > 7 || (unused && !content.n))
		return ber_fail(b, "a bit string with more unused bits than there are");
	/* 8.6.4: only the last segment may have unused bits. */
	if (*bits % 8)
		return ber_fail(b, "a bit string with a gap");
	buf_put(out, content);
	*bits += 8 * content.n - unused;
	if (unused)
		out->data[out->end - 1] = (char)(byte(content, content.n - 1) & (0xff << unused));
	return true;
}

bool ber_bits(struct ber *b, const struct ber_item *item, struct buf *out, size_t *bits_out)
{
	struct ber inner;
	struct ber_item part;

	*bits_out = 0;
	if (!(item->tag & BER_CONSTRUCTED))
		return bit_segment(b, item->content, out, bits_out);
	inner = ber_enter(b, item);
	while (ber_next(&inner, &part)) {
		if (part.tag != BER_BIT_STRING)
			return ber_fail(b, "a segment of another type");
		if (!bit_segment(&inner, part.content, out, bits_out))
			break;
	}
	return !inner.fault || ber_fail(b, inner.fault);
}

bool ber_bit(struct str bytes, size_t n)
{
	return n / 8 < bytes.n && (byte(bytes, n / 8) & (0x80 >> (n % 8))) != 0;
}
