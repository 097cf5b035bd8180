/* SPDX-License-Identifier: MIT */
/*
 * A label on its way in: events of one element (securitylabel, catalog, or any other) become a
 * bounded tree, and what has to go out again as it came in is written down besides: the payload of
 * each label and equivalentlabel, or the items of a catalog. Owns both. Understands neither.
 */
#pragma once

#include "base/buf.h"
#include "xml/element.h"
#include "xml/writer.h"

#define SECURITYLABEL_NS "urn:xmpp:sec-label:0"
#define CATALOG_NS       "urn:xmpp:sec-label:catalog:2"

struct label_intake_limits {
	size_t bytes; /* of names, values and text */
	unsigned elements, depth;
};
extern const struct label_intake_limits LABEL_INTAKE; /* for a label */
extern const struct label_intake_limits CATALOG_INTAKE;

struct label_piece {
	size_t at, n;
};

struct label_intake {
	struct label_intake_limits limits;
	struct xml_element_builder tree;
	struct xml_writer *writer;
	struct buf xml; /* all pieces */
	struct label_piece *pieces;
	unsigned npieces, max_pieces;
	unsigned depth, elements;
	size_t bytes;
	unsigned inside; /* depth of the piece that is being written; 0: none */
	enum { INTAKE_OTHER, INTAKE_LABEL, INTAKE_CATALOG } root;
	bool in_payload_parent; /* of INTAKE_LABEL: inside of label or equivalentlabel */
	bool unsigned_pieces;   /* ds:Signature is left out of pieces; set by the owner */
	unsigned muted;         /* depth of one that is; 0: none */
	bool over;              /* beyond a limit; nothing is kept */
};

void label_intake_init(struct label_intake *in, struct label_intake_limits limits);
void label_intake_fini(struct label_intake *in);
/* Forgets the element; keeps memory for the next. */
void label_intake_clear(struct label_intake *in);
/* A sink whose self is the intake. It hears one element, from its start to its end. */
struct xml_sink label_intake_sink(void);
/* The element; NULL when it was beyond a limit. The intake's own. */
const struct xml_element *label_intake_tree(const struct label_intake *in);
/* The i-th piece in the order in which they stand, as XML for the place from which it was taken; an
 * empty view when there is none. */
struct str label_intake_piece(const struct label_intake *in, unsigned i);
