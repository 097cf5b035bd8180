/* SPDX-License-Identifier: MIT */
/*
 * The events of one element, written down to be told again or to be compared: two that are written
 * the same say the same. One thing is left out of the comparison: when a label was created (ADatP-
 * 4774 CreationDateTime), which is different in each message and decides nothing. Owns the bytes.
 */
#pragma once

#include "base/buf.h"
#include "xml/events.h"

#include <stdbool.h>
#include <stdint.h>

enum { LABEL_RECORD_MAX = 1 << 20 }; /* bytes */

struct label_record {
	struct buf bytes; /* compared */
	struct buf times; /* not: what CreationDateTime said, where that is a time */
	size_t text_at;   /* of a text that may go on; 0: none */
	size_t began;     /* where the element that began last does; 0: it has ended */
	unsigned open;    /* elements */
	bool in_time;     /* a CreationDateTime is open, and there was nothing but text in it */
	struct buf time;  /* its text */
	bool over;        /* it is longer, and of no use */
	bool succeeds;    /* it has a successor, so that it says another thing at another time */
	/* For telling. */
	struct xml_attr *attrs;
	struct xml_decl *decls;
	struct xml_ns *names;
	unsigned max_attrs, max_decls, max_names;
};

void label_record_fini(struct label_record *r);
void label_record_clear(struct label_record *r);
void label_record_start(struct label_record *r, const struct xml_tag *tag);
void label_record_text(struct label_record *r, struct str text);
void label_record_end(struct label_record *r);
/* The element that is the `level`th of those that are open was never there. False: there is an
 * element in it. */
bool label_record_take_back(struct label_record *r, unsigned level);
/* Tells all of the element, which has ended. */
void label_record_tell(struct label_record *r, struct xml_sink sink, void *self);
