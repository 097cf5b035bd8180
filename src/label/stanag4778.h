/* SPDX-License-Identifier: MIT */
/*
 * The binding of labels to a message, STANAG 4778 in its XMPP profile
 * (urn:nato:stanag:4778:profile:xmpp): BindingInformation with labels of STANAG 4774 embedded,
 * bound to the message that it is in, or to its body. Verifies no signature; tells that there is
 * one.
 */
#pragma once

#include "label/stanag4774.h"

#define STANAG4778_NS "urn:nato:stanag:4778:bindinginformation:1:0"

enum { STANAG4778_LABELS_MAX = 32 };

enum stanag4778_covers {
	STANAG4778_MESSAGE, /* DataReference URI="" */
	STANAG4778_BODY,    /* and an XPath transform that selects the body */
};

struct stanag4778_label {
	enum stanag4774_role role;
	enum stanag4778_covers covers;
	struct label label;
};
/* The labels of one payload, in the order in which they stand. Zeroed: none. */
struct stanag4778 {
	struct stanag4778_label *labels;
	unsigned n;
	bool has_signature; /* ds:Signature: whoever changes message or label breaks it */
};
void stanag4778_fini(struct stanag4778 *b);
/* One more, its label initialised; NULL when there are too many. Moves the others. */
struct stanag4778_label *stanag4778_add(struct stanag4778 *b);

bool stanag4778_is(const struct xml_element *e);
/* Reads BindingInformation into b, which must be zeroed or read before. There is at most one
 * originator label. False: *fault_out says why in words: among others, metadata that are only
 * referenced, and labels bound to anything but the message or its body. */
bool stanag4778_read(const struct xml_element *e, struct stanag4778 *b, const char **fault_out);

/* Appends a binding of n labels (whose roles are not STANAG4774_NONE), one mb:Metadata for each,
 * that covers what the first one does. content_ns is the namespace that the body has on this
 * stream. False, with nothing appended: a label cannot be written (stanag4774_write_label()). */
bool stanag4778_write(const struct stanag4778_label *labels, unsigned n, struct str content_ns,
	struct stanag4774_times times, struct buf *out);
