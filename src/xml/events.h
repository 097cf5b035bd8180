/* SPDX-License-Identifier: MIT */
/*
 * What a reader tells its sink, and what a writer is told: elements with namespaces resolved, text,
 * ends. One small struct of functions; they only take notes, and never call back into the reader.
 */
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A namespace name. Within one reader equal names are one object, so pointers may be compared; it
 * lives until the reader is given its next piece or made idle. `mark` is what the classifier given
 * to the reader made of the name: a number that saves a look-up per element.
 */
struct xml_ns {
	struct str uri; /* empty: no namespace */
	uint32_t mark;
};

/* One attribute. Without a prefix it has no namespace (ns->uri empty). */
struct xml_attr {
	struct str prefix, local;
	const struct xml_ns *ns;
	struct str value; /* entities resolved, normalised */
};

/* A namespace declaration that stands on this very tag; prefix empty: the default namespace. */
struct xml_decl {
	struct str prefix;
	const struct xml_ns *ns;
};

/* A start tag. Valid only inside the call. */
struct xml_tag {
	struct str prefix, local;
	const struct xml_ns *ns;
	const struct xml_attr *attrs;
	unsigned nattrs;
	const struct xml_decl *decls;
	unsigned ndecls;
};

struct xml_sink {
	void (*start)(void *self, const struct xml_tag *tag);
	/* Character data, resolved; an element's text may come in several pieces. */
	void (*text)(void *self, struct str text);
	void (*end)(void *self);
};

/* Well-known names, each one object per process (a reader uses these for the names they hold). */
extern const struct str XML_NS_XML; /* http://www.w3.org/XML/1998/namespace */

/* The attribute without a namespace called `local`, or NULL. */
const struct xml_attr *xml_tag_attr(const struct xml_tag *tag, struct str local);
/* Its value; an empty view with p == NULL when it is absent. */
struct str xml_tag_value(const struct xml_tag *tag, struct str local);
/* The value of xml:lang; p == NULL when absent. */
struct str xml_tag_lang(const struct xml_tag *tag);
