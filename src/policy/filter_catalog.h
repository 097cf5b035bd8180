/* SPDX-License-Identifier: MIT */
/*
 * A label catalogue in an IQ (XEP-0258 section 4): labels that somebody may choose from, which are
 * no labels of the stanza. Where it is agreed, an answer goes on with those only that a message
 * between the two would pass with. Part of filter_label.h.
 */
#pragma once

#include "label/intake.h"
#include "policy/filter_content.h"

struct filter;

/* One that is open. */
struct label_catalog {
	struct label_intake intake;
	unsigned depth; /* 0: none is */
	bool filtered;  /* it is to be written again */
	struct mark before;
	unsigned changes; /* of the filter, when it began */
};
void label_catalog_free(struct label_catalog *c);

/* A stanza begins. NULL is fine. */
void filter_catalog_begin(struct label_catalog *c);
/* A child of an IQ. */
void filter_catalog_open(struct filter *f, const struct xml_tag *tag);
/* Inside one. */
bool filter_catalog_is_open(const struct filter *f);
void filter_catalog_start(struct filter *f, const struct xml_tag *tag);
void filter_catalog_text(struct filter *f, struct str text);
void filter_catalog_end(struct filter *f);
/* The end tag at this depth was written. */
void filter_catalog_ended(struct filter *f, unsigned depth);
