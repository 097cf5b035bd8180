/* SPDX-License-Identifier: MIT */
/*
 * Confidentiality labels and clearances of STANAG 4774 in XML (ADatP-4774 Edition A Version 1,
 * ADatP-4774.1), both ways. Names, never numbers: the policy turns the one into the other. Owns
 * nothing; elements are the caller's.
 */
#pragma once

#include "base/buf.h"
#include "label/model.h"
#include "xml/element.h"

#define STANAG4774_LABEL_NS     "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
#define STANAG4774_CLEARANCE_NS "urn:nato:stanag:4774:confidentialityclearance:1:0"

/* What a label says it is, by the name of its element. */
enum stanag4774_role {
	STANAG4774_NONE,        /* no label at all */
	STANAG4774_ORIGINATOR,  /* also the older ConfidentialityLabel */
	STANAG4774_ALTERNATIVE, /* the same under another policy */
	STANAG4774_METADATA,    /* of the metadata, not of what they describe */
};
/* "originator", ... */
const char *stanag4774_role_name(enum stanag4774_role r);

enum stanag4774_role stanag4774_role(const struct xml_element *e);
bool stanag4774_is_clearance(const struct xml_element *e);

/* Reads a label into l, which is cleared first. Tolerant of order, of a missing CreationDateTime
 * and of extensions in other namespaces; nothing that could restrict is passed over. False:
 * *fault_out says why in words, and l must not be used. */
bool stanag4774_read_label(const struct xml_element *e, struct label *l, const char **fault_out);

/* Times for a label that has none of its own; LABEL_NO_TIME: none. */
struct stanag4774_times {
	int64_t created; /* CreationDateTime must be there */
	int64_t review;  /* ReviewDateTime, which must be there without SuccessionHandling */
};
/* Appends it to out (without a ceiling) as one element that declares its own namespace. False, with
 * nothing appended: something in it is not known by name (spif_resolve_label() finds names), or
 * there is no time of creation. */
bool stanag4774_write_label(const struct label *l, enum stanag4774_role role,
	struct stanag4774_times times, struct buf *out);

/* The same for a clearance (ConfidentialityClearance, ADatP-4774.1). */
bool stanag4774_read_clearance(
	const struct xml_element *e, struct clearance *c, const char **fault_out);
bool stanag4774_write_clearance(const struct clearance *c, struct buf *out);
