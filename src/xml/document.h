/* SPDX-License-Identifier: MIT */
/*
 * A whole XML document that an administrator gave us (a policy file, a clearance), as a tree that
 * knows its lines. Never for what comes over a stream. Well-formedness is strict, namespaces
 * included (XML 1.0, Namespaces in XML 1.0); comments and processing instructions are skipped; a
 * document type declaration, and so every entity of one's own, is refused. Any encoding libxml2
 * knows; what the tree says is UTF-8.
 */
#pragma once

#include "base/str.h"

#include <stdbool.h>

enum { XML_DOCUMENT_MAX = 4 << 20 }; /* bytes, unless the caller says otherwise */

struct xml_document_attr {
	struct str ns, name, value; /* ns empty: none */
};

struct xml_node {
	struct xml_node *next, *child, *parent; /* sibling, first child */
	struct xml_node *last;                  /* child */
	struct str ns, name;
	struct str text; /* all character data directly inside */
	struct xml_document_attr *attrs;
	unsigned nattrs;
	unsigned line; /* where the start tag ends */
};

/* Where and why reading failed. */
struct xml_document_error {
	unsigned line;
	char words[200];
};

struct xml_document;

/* NULL: not well-formed, refused, or longer than max bytes; *error then says why. The document owns
 * copies of everything. */
struct xml_document *xml_document_read(
	struct str bytes, size_t max, struct xml_document_error *error);
void xml_document_free(struct xml_document *d);
const struct xml_node *xml_document_root(const struct xml_document *d);

/* The value of the attribute of this local name, in no namespace or, when there is none such, in
 * any (nspif:name and name are both written); p == NULL when absent. */
struct str xml_node_attr(const struct xml_node *n, const char *name);
/* xml:lang of n or of the nearest ancestor that has it (XML 1.0 section 2.12); empty: none. */
struct str xml_node_lang(const struct xml_node *n);
