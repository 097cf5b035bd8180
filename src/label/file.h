/* SPDX-License-Identifier: MIT */
/*
 * A label or clearance in a file of an administrator, whatever it was written in: XML of any of our
 * kinds (alone, or somewhere in a bigger document), BER, or BER in base64. Owns what it has read.
 */
#pragma once

#include "label/ess.h"
#include "xml/element.h"

struct label_file {
	struct xml_element *tree; /* XML; NULL: the bytes are BER */
	struct buf ber;
};

/* Reads the bytes, of at most ESS_CLEARANCE_MAX (XML: XML_DOCUMENT_MAX). False: *words_out says why
 * (the caller frees it), and there is nothing. f must be zeroed or finished. */
bool label_file_read(struct label_file *f, struct str bytes, char **words_out);
void label_file_fini(struct label_file *f);

/* All clearances in it, added to the list: ConfidentialityClearance elements; a Clearance, an
 * attribute or an extension with some. False: *fault_out says why, or that there is none. */
bool label_file_clearances(
	const struct label_file *f, struct clearance_list *list, const char **fault_out);
/* The next element behind `after` in document order (NULL: the first one), inside of root and root
 * itself; NULL at the end. */
const struct xml_element *label_file_next(
	const struct xml_element *root, const struct xml_element *after);
