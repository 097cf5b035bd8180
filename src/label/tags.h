/* SPDX-License-Identifier: MIT */
/*
 * Security categories in ASN.1, as labels and clearances have them: the syntaxes of ACP 145(A) and
 * of MISSI (SDN.801c). A category of another syntax becomes one that nobody knows, so that a label
 * with it is denied. Owns nothing; what is read goes to the label or the clearance.
 */
#pragma once

#include "label/ber.h"
#include "label/model.h"

enum { TAGS_BITS = 1 << 16 }; /* the numbers in a bit map are below */

/* Where categories are read into, or written from: one of the two. */
struct tags {
	struct label *label;
	struct clearance *clearance;
};

/* A text into the memory of either. False: too long. */
bool tags_keep(struct tags t, struct str *field, struct str text);
/* Is this UTF-8 that may stand in XML? */
bool tags_text(struct str text);
/* Reads SET OF SecurityCategory (RFC 2634 3.2) from its content. False: b->fault says why. */
bool tags_read(struct ber *b, const struct ber_item *set, struct tags t);
/* Writes it in DER, with this tag; nothing when there is no category. False when a category is not
 * known by numbers; out may have got a part then. */
bool tags_write(struct buf *out, uint8_t tag, struct tags t);
