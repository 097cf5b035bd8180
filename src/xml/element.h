/* SPDX-License-Identifier: MIT */
/*
 * A small tree, for elements that somebody has bounded: those of negotiation (features, auth, db:*,
 * stream:error ...) and security labels. Never built for a whole stanza. Owns copies of everything.
 */
#pragma once

#include "xml/events.h"

struct xml_element {
	struct xml_element *next;  /* sibling */
	struct xml_element *child; /* first child */
	struct xml_element *parent;
	char *ns, *name; /* terminated */
	char *text;      /* all character data directly inside; "" when none */
	struct xml_element_attr {
		char *ns; /* "" none */
		char *name, *value;
	} * attrs; /* xml:lang is one without a namespace, called "xml:lang" */
	unsigned nattrs;
};

/* Builds one tree from events: xml_element_sink() with a struct xml_element_builder as its self. */
struct xml_element_builder {
	struct xml_element *root, *open;
};
struct xml_sink xml_element_sink(void);
/* Takes the finished tree; NULL when there is none. The caller frees it. */
struct xml_element *xml_element_take(struct xml_element_builder *b);
void xml_element_free(struct xml_element *e);

bool xml_element_is(const struct xml_element *e, const char *ns, const char *name);
/* Of the attributes without a namespace; NULL when absent. */
const char *xml_element_attr(const struct xml_element *e, const char *name);
/* First child with this name; ns NULL: any namespace. */
const struct xml_element *xml_element_child(
	const struct xml_element *e, const char *ns, const char *name);
