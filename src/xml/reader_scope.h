/* SPDX-License-Identifier: MIT */
/*
 * The reader's names: which prefix means which namespace here, every namespace name as one object,
 * and every qualified name split and checked once. All of it lives as long as one parser (a
 * generation), because names are known by their address in that parser's dictionary. Owns a small
 * arena for all of it; what a peer can make it hold is bounded by the reader, which renews parser
 * and scope together.
 */
#pragma once

#include "base/map.h"
#include "xml/reader.h"

struct scope_prefix {
	struct map_node node;
	struct str text;         /* empty: the default namespace */
	const struct xml_ns *ns; /* bound to now; NULL: unbound */
};

enum scope_kind {
	SCOPE_NAME,  /* a name that an element or an attribute may have */
	SCOPE_XMLNS, /* "xmlns": declares the default namespace; a possible name of an element */
	SCOPE_XMLNS_PREFIX, /* "xmlns:p": declares p */
	SCOPE_BAD,          /* not a QName (Namespaces in XML 1.0, section 4) */
};

/* A qualified name, taken apart. */
struct scope_name {
	enum scope_kind kind;
	struct str local;
	struct scope_prefix *prefix; /* of the name; for xmlns and xmlns:p, what they declare */
};

struct scope_slot {
	const void *key; /* address in the parser's dictionary */
	struct scope_name *name;
};

struct scope_binding {
	struct scope_prefix *prefix;
	const struct xml_ns *shadowed;
	unsigned depth;
};

enum { SCOPE_RECENT = 64 };

struct scope {
	xml_classify_fn *classify;
	struct scope_arena *arena;
	struct scope_slot *slots;
	size_t nslots, nnames; /* nslots is 0 or a power of two */
	unsigned shift;
	struct map prefixes, namespaces;
	const struct xml_ns **recent; /* [SCOPE_RECENT]: namespaces used lately, by a cheap hash */
	struct scope_prefix *none;    /* the default namespace */
	struct scope_prefix *xml, *xmlns;
	const struct xml_ns *empty, *xml_ns, *xmlns_ns;
	struct scope_binding *bindings;
	size_t nbindings, max_bindings;
	unsigned depth;
	size_t arena_bytes;
};

void scope_init(struct scope *s, xml_classify_fn *classify);
/* Forgets all names; every xml_ns handed out is gone. Safe on a zeroed scope. */
void scope_fini(struct scope *s);
/* Makes a forgotten scope usable: nothing bound but xml. */
void scope_begin(struct scope *s);

/* One element deeper; out again, which undoes the declarations made there. */
static inline void scope_enter(struct scope *s)
{
	s->depth++;
}
void scope_unbind(struct scope *s);
static inline void scope_leave(struct scope *s)
{
	if (s->nbindings && s->bindings[s->nbindings - 1].depth == s->depth)
		scope_unbind(s);
	s->depth--;
}

/* The parts of a name that stands in the parser's dictionary (terminated, lives as long as the
 * parser). */
const struct scope_name *scope_name_new(struct scope *s, const char *qname);
static inline size_t scope_slot(const struct scope *s, const void *key)
{
	return (size_t)(((uint64_t)(uintptr_t)key * 0x9e3779b97f4a7c15u) >> s->shift);
}
static inline const struct scope_name *scope_name(struct scope *s, const char *qname)
{
	for (size_t i = scope_slot(s, qname);; i = (i + 1) & (s->nslots - 1)) {
		if (s->slots[i].key == qname)
			return s->slots[i].name;
		if (!s->slots[i].key)
			return scope_name_new(s, qname);
	}
}

/* The prefix object for a text. */
struct scope_prefix *scope_prefix(struct scope *s, struct str text);
/* Binds a prefix on the element entered last. False when Namespaces in XML 1.0 forbids it (section
 * 3: the prefixes xml and xmlns and their names; xmlns:p=''). *ns_out: what it is bound to. */
bool scope_declare(
	struct scope *s, struct scope_prefix *p, struct str uri, const struct xml_ns **ns_out);

/* Bytes held. */
size_t scope_memory(const struct scope *s);
