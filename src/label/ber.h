/* SPDX-License-Identifier: MIT */
/*
 * BER read strictly and within bounds, and DER written (X.690). Owns nothing: what is read are
 * views of the input, and only a string in segments is copied, into the caller's buf. Never
 * recurses deeper than BER_DEPTH, and reads every byte at most that often.
 */
#pragma once

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* Identifier octets as they stand in the input; tag numbers from 31 on are read, and are none of
 * these. */
enum ber_tag {
	BER_INTEGER = 0x02,
	BER_BIT_STRING = 0x03,
	BER_OCTET_STRING = 0x04,
	BER_OID = 0x06,
	BER_UTF8 = 0x0c,
	BER_PRINTABLE = 0x13,
	BER_SEQUENCE = 0x30,
	BER_SET = 0x31,
	BER_CONSTRUCTED = 0x20, /* a bit */
	BER_CONTEXT = 0x80,     /* class bits; | the number */
};
enum { BER_DEPTH = 16 };

/* A row of elements: the whole input, or what is inside of a constructed one. */
struct ber {
	struct str in;     /* what is left */
	unsigned depth;    /* elements that may still be opened one inside another */
	const char *fault; /* words when reading has failed, else NULL; the first one stays */
};

struct ber_item {
	uint8_t tag;        /* the identifier octet; 0x1f in its low bits: a long one */
	struct str content; /* without the end-of-contents of an indefinite length */
	struct str whole;
};

/* A reader of the elements in `in`. */
struct ber ber_begin(struct str in);
/* The next element. False at the end and after a fault; `fault` tells which. */
bool ber_next(struct ber *b, struct ber_item *item_out);
/* A reader of what is inside of a constructed element read from b. An element that is primitive or
 * too deep gives one with a fault. */
struct ber ber_enter(const struct ber *b, const struct ber_item *item);
/* Records a fault; always false. */
bool ber_fail(struct ber *b, const char *fault);
/* One element that is all there is, with this tag; false: b->fault says why. */
bool ber_only(struct ber *b, uint8_t tag, struct ber_item *item_out);

/* ---- values; false: b->fault says why ---- */

/* An INTEGER from 0 to INT64_MAX, in its shortest form (X.690 8.3.2). */
bool ber_uint(struct ber *b, const struct ber_item *item, uint64_t *out);
/* An OBJECT IDENTIFIER as text, terminated. Arcs of up to 128 bits (2.25.UUID); the second one,
 * which shares its octets with the first, of 28. */
enum { BER_OID_TEXT = 256, BER_SECOND_ARC = 1 << 28 };
bool ber_oid(struct ber *b, const struct ber_item *item, char out[BER_OID_TEXT]);
/* A BIT STRING, whatever its tag: the bytes, appended to out, and how many bits of them count. Bits
 * that do not count are made zero. Segments (X.690 8.6.4) are joined. */
bool ber_bits(struct ber *b, const struct ber_item *item, struct buf *out, size_t *bits_out);
/* A string type of this universal tag, appended to out; segments (X.690 8.21) are joined. */
bool ber_string(struct ber *b, const struct ber_item *item, uint8_t tag, struct buf *out);

/* Is bit n set? Bit 0 is the highest one of the first byte (X.680 22.7). */
bool ber_bit(struct str bytes, size_t n);

/* ---- DER; out must not have a ceiling ---- */

/* Begins an element; ber_close() with what this returned writes its length. */
size_t ber_open(struct buf *out, uint8_t tag);
void ber_close(struct buf *out, size_t at);
/* The same for a SET OF: its elements are put into the order of DER first (X.690 11.6). */
void ber_close_set_of(struct buf *out, size_t at);
void ber_put_uint(struct buf *out, uint64_t value);
/* False, and nothing written, when the text is no OID. */
bool ber_put_oid(struct buf *out, uint8_t tag, struct str text);
void ber_put_string(struct buf *out, uint8_t tag, struct str s);
/* A BIT STRING of named bits from bytes laid out as ber_bit() reads them: without the zero bits at
 * its end (X.690 11.2.2). */
void ber_put_bits(struct buf *out, uint8_t tag, struct str bytes);
/* Is this the text of an OID that can be written? */
bool ber_is_oid(struct str text);
