/* SPDX-License-Identifier: MIT */
/*
 * A label catalogue (XEP-0258 section 4, urn:xmpp:sec-label:catalog:2): labels that somebody is
 * offered. Read, and written again without those that a predicate refuses. Decides nothing itself.
 */
#pragma once

#include "label/securitylabel.h"

enum { CATALOG_ITEMS_MAX = 1000 };

struct catalog_item {
	bool has_label;    /* false: it offers to send without one */
	const char *fault; /* why its label cannot be read; NULL: it can */
	struct securitylabel label;
	struct str xml; /* the whole item as it came in */
};

struct catalog {
	const struct xml_element *element; /* the intake's */
	struct catalog_item *items;
	unsigned n;
};

/* Is it a catalogue at all, answered or asked for? */
bool catalog_is(const struct xml_element *e);
/* Reads the intake's element (with CATALOG_INTAKE), which must live as long as c, a zeroed one. A
 * request is a catalogue without items. False: *fault_out says why; c must be finished all the
 * same. */
bool catalog_read(struct catalog *c, const struct label_intake *in, const char **fault_out);
void catalog_fini(struct catalog *c);

/* May this item be offered? */
typedef bool catalog_permit_fn(void *arg, const struct catalog_item *item);
/* Appends the catalogue with its attributes and the items that are permitted, as they came in.
 * Returns how many were left out. */
unsigned catalog_write(
	const struct catalog *c, catalog_permit_fn *permit, void *arg, struct buf *out);
