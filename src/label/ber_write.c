/* SPDX-License-Identifier: MIT */
/*
 * DER (X.690 clauses 10 and 11). An element is begun by its tag; its length is put in between when
 * it is closed, so nothing has to be measured first. Owns nothing.
 */
#include "label/ber.h"

#include "base/mem.h"

#include <stdlib.h>

size_t ber_open(struct buf *out, uint8_t tag)
{
	buf_put_char(out, (char)tag);
	return buf_len(out);
}

void ber_close(struct buf *out, size_t at)
{
	size_t length = buf_len(out) - at;
	char octets[1 + sizeof(length)];
	size_t n = sizeof(octets);

	if (length < 0x80) {
		octets[--n] = (char)length;
	} else {
		for (size_t rest = length; rest; rest >>= 8)
			octets[--n] = (char)(rest & 0xff);
		length = sizeof(octets) - n;
		octets[--n] = (char)(0x80 | length);
	}
	buf_insert(out, at, (struct str){ octets + n, sizeof(octets) - n });
}

/* X.690 11.6: by bytes; when one is the beginning of the other, the shorter first. */
static int by_bytes(const void *a, const void *b)
{
	const struct str *x = a, *y = b;
	size_t n = x->n < y->n ? x->n : y->n;
	int order = n ? memcmp(x->p, y->p, n) : 0;

	return order ? order : (x->n > y->n) - (x->n < y->n);
}

void ber_close_set_of(struct buf *out, size_t at)
{
	MEM_AUTO char *copy = str_dup(str_skip(buf_view(out), at));
	MEM_AUTO struct str *items = NULL;
	struct ber b = ber_begin((struct str){ copy, buf_len(out) - at });
	struct ber_item item;
	size_t n = 0;

	while (ber_next(&b, &item)) {
		if ((n & (n - 1)) == 0)
			items = mem_resize(items, (n ? 2 * n : 1) * sizeof(*items));
		items[n++] = item.whole;
	}
	if (n > 1)
		qsort(items, n, sizeof(*items), by_bytes);
	buf_truncate(out, at);
	for (size_t i = 0; i < n; i++)
		buf_put(out, items[i]);
	ber_close(out, at);
}

void ber_put_uint(struct buf *out, uint64_t value)
{
	size_t at = ber_open(out, BER_INTEGER);
	unsigned shift = 56;

	/* 8.3.2: not a byte too many, and the highest bit is the sign. */
	while (shift && !(value >> (shift - 1)))
		shift -= 8;
	if (value >> 63)
		buf_put_char(out, 0);
	for (;; shift -= 8) {
		buf_put_char(out, (char)(value >> shift & 0xff));
		if (!shift)
			break;
	}
	ber_close(out, at);
}

void ber_put_string(struct buf *out, uint8_t tag, struct str s)
{
	size_t at = ber_open(out, tag);

	buf_put(out, s);
	ber_close(out, at);
}

void ber_put_bits(struct buf *out, uint8_t tag, struct str bytes)
{
	size_t at = ber_open(out, tag);
	unsigned unused = 0;

	while (bytes.n && bytes.p[bytes.n - 1] == 0)
		bytes.n--;
	if (bytes.n)
		while (!((unsigned char)bytes.p[bytes.n - 1] & (1u << unused)))
			unused++;
	buf_put_char(out, (char)unused);
	buf_put(out, bytes);
	ber_close(out, at);
}

/* ---- object identifiers ---- */

/* 128 bits, seven in each. */
enum { ARC_GROUPS = 19 };
struct arc {
	uint8_t group[ARC_GROUPS]; /* the lowest first */
	unsigned n;
};

static bool arc_times_plus(struct arc *a, unsigned times, unsigned plus)
{
	for (unsigned i = 0; i < a->n; i++) {
		unsigned v = a->group[i] * times + plus;

		a->group[i] = (uint8_t)(v & 0x7f);
		plus = v >> 7;
	}
	for (; plus; plus >>= 7) {
		if (a->n == ARC_GROUPS)
			return false;
		a->group[a->n++] = (uint8_t)(plus & 0x7f);
	}
	/* 18 groups are 126 bits. */
	return a->n < ARC_GROUPS || a->group[ARC_GROUPS - 1] < 4;
}

/* The arc at the beginning of the text, taken off with the dot behind it: digits, without a zero in
 * front. */
static bool take_arc(struct str *text, struct arc *out)
{
	size_t n = 0;

	*out = (struct arc){ .n = 0 };
	while (n < text->n && text->p[n] >= '0' && text->p[n] <= '9')
		if (!arc_times_plus(out, 10, (unsigned)(text->p[n++] - '0')))
			return false;
	if (!n || (n > 1 && text->p[0] == '0'))
		return false;
	*text = str_skip(*text, n);
	if (!text->n)
		return true;
	if (text->p[0] != '.' || text->n == 1)
		return false;
	*text = str_skip(*text, 1);
	return true;
}

static void put_arc(struct buf *out, const struct arc *a)
{
	for (unsigned i = a->n; i-- > 1;)
		buf_put_char(out, (char)(a->group[i] | 0x80));
	buf_put_char(out, (char)(a->n ? a->group[0] : 0));
}

static bool put_arcs(struct buf *out, struct str text)
{
	struct arc top, a;

	if (text.n >= BER_OID_TEXT || !take_arc(&text, &top) || !text.n || !take_arc(&text, &a))
		return false;
	if (top.n > 1 || top.group[0] > 2)
		return false;
	/* 8.19.4: below 0 and 1 there are forty; and no second arc of the third is as long as one
	 * further down may be. */
	if (top.group[0] < 2 ? a.n > 1 || a.group[0] >= 40 : a.n > 4)
		return false;
	arc_times_plus(&a, 1, 40 * top.group[0]);
	if (a.n > 4) /* BER_SECOND_ARC */
		return false;
	put_arc(out, &a);
	while (text.n) {
		if (!take_arc(&text, &a))
			return false;
		put_arc(out, &a);
	}
	return true;
}

bool ber_put_oid(struct buf *out, uint8_t tag, struct str text)
{
	size_t before = buf_len(out), at = ber_open(out, tag);

	if (!put_arcs(out, text)) {
		buf_truncate(out, before);
		return false;
	}
	ber_close(out, at);
	return true;
}

bool ber_is_oid(struct str text)
{
	struct buf scratch = { 0 };
	bool is = put_arcs(&scratch, text);

	buf_fini(&scratch);
	return is;
}
