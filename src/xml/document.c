/* SPDX-License-Identifier: MIT */
/*
 * The tree of a document: built from libxml2's SAX2 events in an arena, freed at once. The
 * callbacks only take notes; the first thing that goes wrong stops the parser.
 */
#include "xml/document.h"

#include "base/mem.h"
#include "xml/events.h"
#include "xml/reader_input.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { ARENA = 16 << 10 };

struct arena {
	struct arena *next;
	size_t used, size;
	_Alignas(16) char bytes[];
};

struct xml_document {
	struct arena *arena;
	struct xml_node *root;
};

/* While it is read. */
struct build {
	struct xml_document *document;
	xmlParserCtxtPtr parser;
	struct xml_node *open;
	size_t text_size; /* room behind open->text */
	struct xml_document_error *error;
	bool failed;
};

static void *take(struct xml_document *d, size_t n)
{
	struct arena *a = d->arena;

	n = (n + 15) & ~(size_t)15;
	if (!a || a->size - a->used < n) {
		size_t size = n > ARENA ? n : ARENA;

		a = mem_alloc(sizeof(*a) + size);
		*a = (struct arena){ .next = d->arena, .size = size };
		d->arena = a;
	}
	a->used += n;
	return a->bytes + a->used - n;
}

static void fail(struct build *b, const char *why)
{
	if (b->failed)
		return;
	b->failed = true;
	if (!b->error->words[0]) {
		b->error->line = (unsigned)xmlSAX2GetLineNumber(b->parser);
		snprintf(b->error->words, sizeof(b->error->words), "%s", why);
	}
	xmlStopParser(b->parser);
}

static struct str copy(struct build *b, struct str s)
{
	char *p = take(b->document, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	if (!reader_utf8(s))
		fail(b, "not UTF-8");
	return (struct str){ p, s.n };
}

static struct str copy_z(struct build *b, const xmlChar *z)
{
	return copy(b, str_of(z ? (const char *)z : ""));
}

/* libxml2's attributes: local name, prefix, namespace, value, end of the value. */
static void copy_attributes(struct build *b, struct xml_node *n, const xmlChar **attrs, int count)
{
	n->nattrs = (unsigned)count;
	n->attrs = take(b->document, (size_t)count * sizeof(*n->attrs));
	for (int i = 0; i < count; i++, attrs += 5) {
		struct str value = { (const char *)attrs[3], (size_t)(attrs[4] - attrs[3]) };

		n->attrs[i] = (struct xml_document_attr){ copy_z(b, attrs[2]), copy_z(b, attrs[0]),
			copy(b, value) };
	}
}

static void add_node(struct build *b, struct xml_node *n)
{
	n->parent = b->open;
	if (!b->open)
		b->document->root = n;
	else if (b->open->last)
		b->open->last->next = n;
	else
		b->open->child = n;
	if (b->open)
		b->open->last = n;
	b->open = n;
	b->text_size = 0;
}

/* ---- libxml2's callbacks ---- */

static void on_start(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
	int ndecls, const xmlChar **decls, int nattrs, int ndefaulted, const xmlChar **attrs)
{
	struct build *b = ctx;
	struct xml_node *n = take(b->document, sizeof(*n));

	*n = (struct xml_node){ .text = STR(""),
		.line = (unsigned)xmlSAX2GetLineNumber(b->parser) };
	n->ns = copy_z(b, uri);
	n->name = copy_z(b, local);
	copy_attributes(b, n, attrs, nattrs);
	add_node(b, n);
}

static void on_end(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
	struct build *b = ctx;

	b->open = b->open->parent;
	b->text_size = 0;
}

/* Text in many pieces stays linear: room doubles. */
static void on_text(void *ctx, const xmlChar *text, int n)
{
	struct build *b = ctx;
	struct str *to = &b->open->text;
	size_t need = to->n + (size_t)n;
	char *p = (char *)(uintptr_t)to->p;

	if (need > b->text_size) {
		b->text_size = need * 2;
		p = take(b->document, b->text_size);
		if (to->n)
			memcpy(p, to->p, to->n);
	}
	memcpy(p + to->n, text, (size_t)n);
	*to = (struct str){ p, need };
}

static void on_subset(
	void *ctx, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	fail(ctx, "a document type declaration is not accepted");
}

static xmlEntityPtr on_entity(void *ctx, const xmlChar *name)
{
	struct build *b = ctx;

	if (!b->error->words[0]) {
		b->error->line = (unsigned)xmlSAX2GetLineNumber(b->parser);
		snprintf(b->error->words, sizeof(b->error->words),
			"an entity reference is not accepted");
	}
	return NULL;
}

static void on_warning(void *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void on_warning(void *ctx, const char *fmt, ...)
{
}

/* The first error names the cause; what follows is its echo. */
static void on_error(void *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void on_error(void *ctx, const char *fmt, ...)
{
	struct build *b = ctx;
	struct xml_document_error *e = b->error;
	va_list ap;

	if (e->words[0])
		return;
	e->line = (unsigned)xmlSAX2GetLineNumber(b->parser);
	va_start(ap, fmt);
	vsnprintf(e->words, sizeof(e->words), fmt, ap);
	va_end(ap);
	e->words[strcspn(e->words, "\n")] = '\0';
}

static xmlParserCtxtPtr open_parser(struct build *b)
{
	xmlSAXHandler sax = {
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.internalSubset = on_subset,
		.getEntity = on_entity,
		.warning = on_warning,
		.error = on_error,
		.fatalError = on_error,
	};
	xmlParserCtxtPtr p = xmlCreatePushParserCtxt(&sax, b, NULL, 0, NULL);

	if (!p)
		abort();
	/* NOENT has the predefined entities replaced in attribute values; there are no others. */
	xmlCtxtUseOptions(p, XML_PARSE_NOENT | XML_PARSE_NONET);
	return p;
}

static bool parse(struct build *b, struct str bytes)
{
	/* Faults of encodings have no parser and would go to standard error. Both are this
	 * thread's. */
	xmlGenericErrorFunc before = xmlGenericError;
	void *before_context = xmlGenericErrorContext;
	bool good;

	b->parser = open_parser(b);
	xmlSetGenericErrorFunc(b, on_error);
	/* A push parser looks for the encoding in its first four bytes. */
	xmlParseChunk(b->parser, bytes.p, (int)(bytes.n < 4 ? bytes.n : 4), 0);
	bytes = str_skip(bytes, bytes.n < 4 ? bytes.n : 4);
	if (!b->failed)
		xmlParseChunk(b->parser, bytes.p, (int)bytes.n, 1);
	good = !b->failed && b->parser->wellFormed && b->parser->nsWellFormed && b->document->root;
	if (!good && !b->error->words[0])
		snprintf(b->error->words, sizeof(b->error->words), "not well-formed XML");
	xmlSetGenericErrorFunc(before_context, before);
	xmlFreeParserCtxt(b->parser);
	return good;
}

/* Character data that came in pieces is checked whole. */
static bool texts_are_utf8(const struct xml_node *root, struct xml_document_error *error)
{
	const struct xml_node *n = root;

	while (n) {
		if (!reader_utf8(n->text)) {
			error->line = n->line;
			snprintf(error->words, sizeof(error->words), "not UTF-8");
			return false;
		}
		if (n->child) {
			n = n->child;
			continue;
		}
		while (n && !n->next)
			n = n->parent;
		n = n ? n->next : NULL;
	}
	return true;
}

struct xml_document *xml_document_read(
	struct str bytes, size_t max, struct xml_document_error *error)
{
	struct xml_document *d;
	struct build b = { .error = error };

	*error = (struct xml_document_error){ 0 };
	if (bytes.n > max || bytes.n > INT32_MAX) {
		snprintf(error->words, sizeof(error->words), "longer than %zu bytes", max);
		return NULL;
	}
	b.document = d = MEM_NEW(struct xml_document);
	if (parse(&b, bytes) && texts_are_utf8(d->root, error))
		return d;
	xml_document_free(d);
	return NULL;
}

void xml_document_free(struct xml_document *d)
{
	if (!d)
		return;
	while (d->arena) {
		struct arena *next = d->arena->next;

		free(d->arena);
		d->arena = next;
	}
	free(d);
}

const struct xml_node *xml_document_root(const struct xml_document *d)
{
	return d->root;
}

struct str xml_node_attr(const struct xml_node *n, const char *name)
{
	struct str found = { 0 };

	for (unsigned i = 0; i < n->nattrs; i++) {
		if (!str_is(n->attrs[i].name, name) || str_eq(n->attrs[i].ns, XML_NS_XML))
			continue;
		if (n->attrs[i].ns.n == 0)
			return n->attrs[i].value;
		if (!found.p)
			found = n->attrs[i].value;
	}
	return found;
}

struct str xml_node_lang(const struct xml_node *n)
{
	for (; n; n = n->parent) {
		for (unsigned i = 0; i < n->nattrs; i++) {
			if (str_is(n->attrs[i].name, "lang") && str_eq(n->attrs[i].ns, XML_NS_XML))
				return n->attrs[i].value;
		}
	}
	return STR("");
}
