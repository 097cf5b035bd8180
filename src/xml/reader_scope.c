/* SPDX-License-Identifier: MIT */
/*
 * Prefixes, namespaces and names of one parser's life. Looking up a prefix is one pointer: each
 * prefix object knows what it is bound to now, and a stack of bindings remembers what was shadowed.
 * Looking up a name is one probe of a table keyed by dictionary addresses, which a peer cannot
 * choose; texts are found by maps with a secret seed. Never talks to libxml2.
 */
#include "xml/reader_scope.h"

#include "base/mem.h"

#include <stdlib.h>

static const struct str xmlns_uri = STR_INIT("http://www.w3.org/2000/xmlns/");

enum {
	ARENA_BYTES = 2048,
	LEAST_SLOTS = 128,
	LEAST_BINDINGS = 16,
};

struct scope_arena {
	struct scope_arena *next;
	size_t used, size;
	_Alignas(16) char bytes[];
};

static void *arena_take(struct scope *s, size_t n)
{
	struct scope_arena *a = s->arena;
	void *p;

	n = (n + 15) & ~(size_t)15;
	if (!a || a->size - a->used < n) {
		size_t size = n > ARENA_BYTES ? n : ARENA_BYTES;

		a = mem_alloc(sizeof(*a) + size);
		a->next = s->arena;
		a->used = 0;
		a->size = size;
		s->arena = a;
		s->arena_bytes += sizeof(*a) + size;
	}
	p = a->bytes + a->used;
	a->used += n;
	return p;
}

static struct str arena_copy(struct scope *s, struct str text)
{
	char *p = arena_take(s, text.n + 1);

	if (text.n)
		memcpy(p, text.p, text.n);
	return (struct str){ p, text.n };
}

void scope_init(struct scope *s, xml_classify_fn *classify)
{
	*s = (struct scope){ .classify = classify };
	map_init(&s->prefixes);
	map_init(&s->namespaces);
}

void scope_fini(struct scope *s)
{
	while (s->arena) {
		struct scope_arena *next = s->arena->next;

		free(s->arena);
		s->arena = next;
	}
	s->arena_bytes = 0;
	free(s->slots);
	free(s->bindings);
	free(s->recent);
	s->slots = NULL;
	s->recent = NULL;
	s->bindings = NULL;
	s->nslots = s->nnames = s->nbindings = s->max_bindings = 0;
	map_fini(&s->prefixes);
	map_fini(&s->namespaces);
}

size_t scope_memory(const struct scope *s)
{
	return s->arena_bytes + s->nslots * sizeof(*s->slots) +
	       s->max_bindings * sizeof(*s->bindings) +
	       (s->prefixes.size + s->namespaces.size) * sizeof(struct map_node *);
}

/* ---- namespaces ---- */

struct namespace
{
	struct map_node node;
	struct xml_ns ns;
};

/* `lasting`: the text needs no copy. */
static const struct xml_ns *namespace_new(struct scope *s, struct str uri, bool lasting)
{
	struct namespace *n = arena_take(s, sizeof(*n));

	n->ns.uri = lasting ? uri : arena_copy(s, uri);
	n->ns.mark = s->classify ? s->classify(uri) : 0;
	map_put(&s->namespaces, &n->node, n->ns.uri);
	return &n->ns;
}

static size_t recent_slot(struct str uri)
{
	uint64_t tail;

	memcpy(&tail, uri.p + uri.n - sizeof(tail), sizeof(tail));
	return (size_t)(((tail ^ uri.n) * 0x9e3779b97f4a7c15u) >> 58);
}

static const struct xml_ns *namespace_find(struct scope *s, struct str uri)
{
	struct map_node *node = map_get(&s->namespaces, uri);

	return node ? &map_item(node, struct namespace, node)->ns : namespace_new(s, uri, false);
}

static const struct xml_ns *namespace(struct scope *s, struct str uri)
{
	const struct xml_ns **recent, *found;

	if (uri.n < sizeof(uint64_t))
		return namespace_find(s, uri);
	recent = &s->recent[recent_slot(uri) & ~(size_t)1];
	if (recent[0] && str_eq(recent[0]->uri, uri))
		return recent[0];
	found = recent[1] && str_eq(recent[1]->uri, uri) ? recent[1] : namespace_find(s, uri);
	recent[1] = recent[0];
	recent[0] = found;
	return found;
}

/* ---- prefixes ---- */

struct scope_prefix *scope_prefix(struct scope *s, struct str text)
{
	struct map_node *node = map_get(&s->prefixes, text);
	struct scope_prefix *p;

	if (node)
		return map_item(node, struct scope_prefix, node);
	p = arena_take(s, sizeof(*p));
	p->text = arena_copy(s, text);
	p->ns = NULL;
	map_put(&s->prefixes, &p->node, p->text);
	return p;
}

void scope_begin(struct scope *s)
{
	s->depth = 0;
	s->nslots = LEAST_SLOTS;
	s->shift = 64 - 7;
	s->slots = mem_zero(s->nslots, sizeof(*s->slots));
	s->recent = mem_zero(SCOPE_RECENT, sizeof(struct xml_ns *));
	s->empty = namespace_new(s, STR(""), true);
	s->xml_ns = namespace_new(s, XML_NS_XML, true);
	s->xmlns_ns = namespace_new(s, xmlns_uri, true);
	s->none = scope_prefix(s, STR(""));
	s->none->ns = s->empty;
	s->xml = scope_prefix(s, STR("xml"));
	s->xml->ns = s->xml_ns;
	s->xmlns = scope_prefix(s, STR("xmlns"));
}

void scope_unbind(struct scope *s)
{
	while (s->nbindings && s->bindings[s->nbindings - 1].depth == s->depth) {
		struct scope_binding *b = &s->bindings[--s->nbindings];

		b->prefix->ns = b->shadowed;
	}
}

bool scope_declare(
	struct scope *s, struct scope_prefix *p, struct str uri, const struct xml_ns **ns_out)
{
	const struct xml_ns *ns = namespace(s, uri);

	*ns_out = ns;
	if (ns == s->xmlns_ns || p == s->xmlns)
		return false;
	if ((ns == s->xml_ns) != (p == s->xml))
		return false;
	if (ns == s->empty && p != s->none)
		return false;
	if (s->nbindings == s->max_bindings) {
		s->max_bindings = s->max_bindings ? s->max_bindings * 2 : LEAST_BINDINGS;
		s->bindings = mem_resize(s->bindings, s->max_bindings * sizeof(*s->bindings));
	}
	s->bindings[s->nbindings++] = (struct scope_binding){ p, p->ns, s->depth };
	p->ns = ns;
	return true;
}

/* ---- names ---- */

/* libxml2 saw to it that all of it is Name characters (XML 1.0, 2.3); the first one of an NCName
 * must also be a NameStartChar, which a Name character is but for these. */
static bool starts_ncname(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	if (s.n == 0 || *p == '-' || *p == '.' || (*p >= '0' && *p <= '9'))
		return false;
	if (s.n >= 2 && p[0] == 0xc2 && p[1] == 0xb7) /* U+00B7 */
		return false;
	if (s.n >= 2 && (p[0] == 0xcc || (p[0] == 0xcd && p[1] < 0xb0))) /* U+0300 to U+036F */
		return false;
	if (s.n >= 3 && p[0] == 0xe2 && p[1] == 0x80 && (p[2] == 0xbf)) /* U+203F */
		return false;
	return !(s.n >= 3 && p[0] == 0xe2 && p[1] == 0x81 && p[2] == 0x80); /* U+2040 */
}

static void split(struct scope *s, struct scope_name *name, struct str qname)
{
	const char *colon = memchr(qname.p, ':', qname.n);
	struct str prefix;

	if (!colon) {
		name->kind = str_eq(qname, STR("xmlns")) ? SCOPE_XMLNS : SCOPE_NAME;
		name->prefix = s->none;
		name->local = qname;
		return;
	}
	prefix = (struct str){ qname.p, (size_t)(colon - qname.p) };
	name->local = str_skip(qname, prefix.n + 1);
	name->prefix = s->none;
	name->kind = SCOPE_BAD;
	if (prefix.n == 0 || !starts_ncname(name->local) ||
		memchr(name->local.p, ':', name->local.n))
		return;
	name->kind = str_eq(prefix, STR("xmlns")) ? SCOPE_XMLNS_PREFIX : SCOPE_NAME;
	name->prefix = scope_prefix(s, name->kind == SCOPE_NAME ? prefix : name->local);
}

static void put_slot(struct scope *s, struct scope_slot slot)
{
	size_t i = scope_slot(s, slot.key);

	while (s->slots[i].key)
		i = (i + 1) & (s->nslots - 1);
	s->slots[i] = slot;
}

static void grow_slots(struct scope *s)
{
	struct scope_slot *old = s->slots;
	size_t n = s->nslots;

	s->nslots *= 2;
	s->shift--;
	s->slots = mem_zero(s->nslots, sizeof(*s->slots));
	for (size_t i = 0; i < n; i++) {
		if (old[i].key)
			put_slot(s, old[i]);
	}
	free(old);
}

const struct scope_name *scope_name_new(struct scope *s, const char *qname)
{
	struct scope_name *name = arena_take(s, sizeof(*name));

	split(s, name, str_of(qname));
	if (++s->nnames * 2 > s->nslots)
		grow_slots(s);
	put_slot(s, (struct scope_slot){ qname, name });
	return name;
}
