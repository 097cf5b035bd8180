/* SPDX-License-Identifier: MIT */
/*
 * What becomes of a label that passed: its element written again as was agreed with the recipient,
 * its marking before the text of bodies, and the places in the output where that has to go. Part of
 * filter_label.h.
 */
#pragma once

#include "label/intake.h"
#include "label/model.h"
#include "policy/feature.h"
#include "policy/label_terms.h"

struct filter;
struct label_message;

/* A label that was judged: the one under the governing policy, and the one that counts for the
 * recipient. */
struct label_judged {
	struct label label, mapped;
	const struct label *counts; /* one of both; NULL: there is none */
	bool own;                   /* it counts as its originator wrote it */
	bool assumed;               /* it names no policy, so others may take it for another one */
	struct buf said;            /* for the record; empty when there is none */
};

/* What is written instead of an element, and before bodies. Parts of label_watch.texts. */
struct label_rewrite {
	bool changed;   /* `element` goes instead of what came; empty: nothing does */
	bool is_signed; /* with STRIP `element` is ready, without the signature */
	struct label_piece element, line;
};

/* A place in the output, of one message that is open. */
struct label_edit {
	size_t at, end; /* of a body's text: of its first line */
	enum label_edit_kind { EDIT_LABEL, EDIT_BODY, EDIT_TWIN } kind;
	enum feature feature; /* of the element */
	bool open;
};

/* The first line of a body as it comes in. */
struct label_line {
	unsigned depth; /* of the body; 0: none is open */
	bool placed;    /* its text has begun, in the output */
	bool begun;     /* its text has begun */
	bool over;      /* the line is, or it is too long */
	bool told;      /* the body is nothing but this line */
	struct buf text;
};

/* The element of a label that passed (NULL: there was none) and the line are made. False: they
 * cannot be, and it is denied. `write`: what there was not before is to be written. */
struct securitylabel;
bool filter_relabel(struct filter *f, const struct securitylabel *s, const struct label_judged *j,
	bool write, struct label_rewrite *new);
/* At the end of a message, before its end tag is written: all that is to change in it does. */
void filter_relabel_message(struct filter *f, struct label_message *m);
/* The element of a label that is no child of a message was written from `at` on. */
void filter_relabel_loose(struct filter *f, size_t at, const struct label_rewrite *new);
/* A new place from here on in the output, unless it is left out; what is open now has ended; one
 * whose element was left out after all is forgotten. */
void filter_edit_open(struct filter *f, enum label_edit_kind kind, enum feature feature);
void filter_edit_close(struct filter *f, struct label_edit *e);
void filter_edit_drop(struct filter *f, const struct label_message *m);

/* ---- filter_first_line.c ---- */

struct xml_tag;
/* A child of the innermost message. */
void filter_line_child(struct filter *f, struct label_message *m, const struct xml_tag *tag);
/* Text of the body that is open: see filter_label_text(). */
size_t filter_line_text(struct filter *f, struct str text);
/* Something else than text in it; its end tag. */
void filter_line_broken(struct filter *f);
void filter_line_end(struct filter *f);
/* The framed marking, for bodies. Empty when the policy shows none. False: it is denied. */
bool filter_line_make(struct filter *f, const struct label *l, struct label_piece *line);
