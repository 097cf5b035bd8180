/* SPDX-License-Identifier: MIT */
/*
 * The catalogue: which namespace, element and node is which feature. One table of data
 * (catalogue_data.c), one look-up by name per namespace and reader (the reader keeps the mark), one
 * array access per element. It knows features, never actions.
 */
#pragma once

#include "base/str.h"
#include "policy/feature.h"

#include <stdint.h>

enum catalogue_flag {
	/* Accompanies a message and is never what it was sent for: a message of nothing else is
	   empty. */
	ROW_ATTACHED = 1,
	/* The same while it has no children (the marker of a private message in a room). */
	ROW_FILLED = 2,
	/* Decides nothing alone: what it carries, at any depth, decides. */
	ROW_CARRIER = 4,
	/* Items of nodes, which are decided one by one (XEP-0060). */
	ROW_PUBSUB = 8,
	/* Its attribute 'for' names what it is about; it goes with that (XEP-0428). */
	ROW_REFERS = 16,
	/* Only ever says the truth between a user and the own server; across domains it is spoofed.
	 */
	ROW_PRIVATE = 32,
	/* A message with it is refused without a word, as by a client that ignores it (XEP-0353).
	 */
	ROW_SILENT = 64,
	/* Belongs to a session, and may be known for what that is about (filter_session.c). */
	ROW_SESSION = 128,
};

struct catalogue_entry {
	uint16_t feature; /* enum feature */
	uint8_t flags;    /* enum catalogue_flag */
};

/* An element that differs from the rest of its namespace. */
struct catalogue_name {
	struct str local; /* p == NULL ends the array */
	struct catalogue_entry entry;
};

struct catalogue_row {
	struct str uri;
	struct catalogue_entry entry;       /* of every element that `names` does not list */
	const struct catalogue_name *names; /* NULL: all alike */
};

/* Sorted by uri: bytes, then length. */
extern const struct catalogue_row catalogue_rows[];
extern const unsigned catalogue_rows_count;

/* In a mark: this is a content namespace (jabber:server, jabber:client), whose elements are stanzas
 * and their core children. */
#define CATALOGUE_CONTENT UINT32_C(0x80000000)

/* What the reader keeps in xml_ns.mark: 0 for a namespace that the catalogue does not name. This is
 * an xml_classify_fn. */
uint32_t catalogue_mark(struct str uri);
/* An element, by the mark of its namespace and its local name. FEATURE_UNKNOWN when the catalogue
 * has no row; in a content namespace FEATURE_CORE for the children that RFC 6120 and 6121 define.
 */
struct catalogue_entry catalogue_find(uint32_t mark, struct str local);
static inline enum feature catalogue_feature(uint32_t mark, struct str local)
{
	return (enum feature)catalogue_find(mark, local).feature;
}
/* The feature of a pubsub node: nodes are named after namespaces, some with an id behind a last
 * colon. FEATURE_UNKNOWN for the others: a node's name alone makes nothing unknown. */
enum feature catalogue_node(struct str node);
/* A variable of service discovery without "+notify": somebody wants to be told of it (XEP-0163 4).
 */
struct str catalogue_var_name(struct str var);
/* The feature of a variable of service discovery (XEP-0030), which is mostly a namespace, with a
 * word behind it or without. FEATURE_CORE for words that are no namespaces: they hide nothing. */
enum feature catalogue_var(struct str var);
