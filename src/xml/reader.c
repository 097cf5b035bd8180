/* SPDX-License-Identifier: MIT */
/*
 * The reader: one libxml2 parser that reads an element at a time. Every piece the scanner cut out,
 * the stream header's start tag included, is all the input it has for as long as it reads it, so
 * that parser and scanner can be compared after each, and the parser can be thrown away between any
 * two. Its push interface would look for the ends that the scanner has found already. Owns the
 * parser, its input, the scope of names (reader_scope.c) and the header's declarations. Callbacks
 * of libxml2 only translate for the sink; the sink never calls back.
 */
#include "xml/reader.h"

#include "base/mem.h"
#include "xml/reader_input.h"
#include "xml/reader_scope.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	RENEW_MEMORY = 256 << 10, /* names held by parser and scope */
	RENEW_PIECE = 64 << 10,   /* the input keeps the size of the largest element */
	RENEW_BYTES = 64 << 20,   /* libxml2's counters of characters stay small */
	INPUT_LEAST = 1024,
	DICT_ENTRY = 48, /* what libxml2 allocates for a name besides its bytes */
};

/* A declaration on the stream header; owned. */
struct root_declaration {
	char *prefix, *uri;
};

struct xml_reader {
	xmlParserCtxtPtr parser; /* NULL while idle */
	struct scope scope;      /* lives as long as the parser */
	struct xml_sink sink;
	void *self;
	enum read_outcome outcome; /* the first failure; it stays */
	char error[160];
	bool placed;            /* error_at is known */
	size_t error_at, shift; /* in the piece; what of the piece is not given to the parser */
	bool header;            /* the piece is the stream header */
	bool stale;             /* renew before the next piece */
	unsigned depth;         /* open elements */
	unsigned elements;      /* first-level elements in this piece */
	size_t fed;             /* to this parser */
	char *input;            /* the piece, terminated: libxml2 looks for its end by that */
	size_t max_input;
	struct root_declaration *root;
	size_t nroot;
	/* The tag being told; `prefixes` goes with `attrs`. */
	struct xml_attr *attrs;
	struct scope_prefix **prefixes;
	struct xml_decl *decls;
	unsigned max_attrs;
};

const char *read_outcome_name(enum read_outcome o)
{
	static const char *const names[] = {
		[READ_OK] = "ok",
		[READ_MALFORMED] = "malformed",
		[READ_RESTRICTED] = "restricted",
		[READ_ENCODING] = "encoding",
		[READ_VERSION] = "version",
		[READ_DISAGREE] = "disagree",
	};

	return names[o];
}

void xml_reader_global_init(void)
{
	xmlInitParser();
	/* The scanner has the limit, and libxml2 does not recurse. */
	xmlParserMaxDepth = UINT_MAX;
}

const char *xml_reader_error(const struct xml_reader *r)
{
	return r->error;
}

size_t xml_reader_error_offset(const struct xml_reader *r)
{
	return r->error_at;
}

/* The first error is here, where the parser stands. */
static void place(struct xml_reader *r)
{
	if (r->placed)
		return;
	r->placed = true;
	r->error_at = r->shift;
	if (r->parser)
		r->error_at += (size_t)(r->parser->input->cur - r->parser->input->base);
}

static void fail(struct xml_reader *r, enum read_outcome o, const char *why)
{
	if (r->outcome != READ_OK)
		return;
	place(r);
	r->outcome = o;
	snprintf(r->error, sizeof(r->error), "%s", why);
	if (r->parser)
		xmlStopParser(r->parser);
}

/* ---- a start tag ---- */

static void reserve_attrs(struct xml_reader *r, const xmlChar **atts)
{
	unsigned n = 0;

	for (; *atts; atts += 2)
		n++;
	if (n <= r->max_attrs)
		return;
	r->max_attrs = n < 16 ? 16 : n * 2;
	r->attrs = mem_resize(r->attrs, r->max_attrs * sizeof(*r->attrs));
	r->prefixes = mem_resize(r->prefixes, r->max_attrs * sizeof(struct scope_prefix *));
	r->decls = mem_resize(r->decls, r->max_attrs * sizeof(*r->decls));
}

static void keep_root_declaration(struct xml_reader *r, struct str prefix, struct str uri)
{
	r->root = mem_resize(r->root, (r->nroot + 1) * sizeof(*r->root));
	r->root[r->nroot++] = (struct root_declaration){ str_dup(prefix), str_dup(uri) };
}

static void declare(
	struct xml_reader *r, const struct scope_name *name, struct str uri, struct xml_tag *tag)
{
	struct xml_decl *d = &r->decls[tag->ndecls++];

	d->prefix = name->prefix->text;
	if (!scope_declare(&r->scope, name->prefix, uri, &d->ns))
		fail(r, READ_MALFORMED, "forbidden namespace declaration");
	else if (r->header)
		keep_root_declaration(r, d->prefix, uri);
}

/* Declarations and attributes apart; prefixes are resolved when all declarations are known. Returns
 * how many attributes have one. */
static unsigned sort_attributes(struct xml_reader *r, const xmlChar **atts, struct xml_tag *tag)
{
	unsigned prefixed = 0;

	for (; *atts; atts += 2) {
		const struct scope_name *name = scope_name(&r->scope, (const char *)atts[0]);
		struct str value = str_of((const char *)atts[1]);
		struct xml_attr *a;

		if (name->kind == SCOPE_BAD) {
			fail(r, READ_MALFORMED, "malformed attribute name");
			return 0;
		}
		if (name->kind != SCOPE_NAME) {
			declare(r, name, value, tag);
			continue;
		}
		a = &r->attrs[tag->nattrs];
		*a = (struct xml_attr){ name->prefix->text, name->local, r->scope.empty, value };
		r->prefixes[tag->nattrs++] = name->prefix;
		prefixed += name->prefix != r->scope.none;
	}
	return prefixed;
}

/* libxml2 compares names as written; two prefixes may stand for one namespace (Namespaces 6.3). */
static bool is_duplicate(const struct xml_reader *r, unsigned i)
{
	for (unsigned k = 0; k < i; k++) {
		if (r->attrs[k].ns == r->attrs[i].ns &&
			str_eq(r->attrs[k].local, r->attrs[i].local))
			return true;
	}
	return false;
}

static void resolve_attributes(struct xml_reader *r, const struct xml_tag *tag, unsigned prefixed)
{
	for (unsigned i = 0; i < tag->nattrs; i++) {
		if (r->prefixes[i] == r->scope.none)
			continue;
		r->attrs[i].ns = r->prefixes[i]->ns;
		if (!r->attrs[i].ns)
			fail(r, READ_MALFORMED, "unbound prefix of an attribute");
		else if (prefixed > 1 && is_duplicate(r, i))
			fail(r, READ_MALFORMED, "attribute twice by its expanded name");
	}
}

static void read_tag(
	struct xml_reader *r, const char *qname, const xmlChar **atts, struct xml_tag *tag)
{
	const struct scope_name *name = scope_name(&r->scope, qname);

	*tag = (struct xml_tag){ .local = name->local };
	if (name->kind != SCOPE_NAME && name->kind != SCOPE_XMLNS) {
		fail(r, READ_MALFORMED, "malformed element name");
		return;
	}
	if (atts) {
		unsigned prefixed;

		reserve_attrs(r, atts);
		prefixed = sort_attributes(r, atts, tag);
		if (prefixed)
			resolve_attributes(r, tag, prefixed);
		tag->attrs = r->attrs;
		tag->decls = r->decls;
	}
	tag->prefix = name->prefix->text;
	tag->ns = name->prefix->ns;
	if (!tag->ns)
		fail(r, READ_MALFORMED, "unbound prefix of an element");
}

/* ---- libxml2's callbacks ---- */

static void on_start(void *ctx, const xmlChar *qname, const xmlChar **atts)
{
	struct xml_reader *r = ctx;
	struct xml_tag tag;

	if (r->depth++ == 0)
		r->elements++;
	scope_enter(&r->scope);
	read_tag(r, (const char *)qname, atts, &tag);
	if (r->outcome == READ_OK)
		r->sink.start(r->self, &tag);
}

static void on_end(void *ctx, const xmlChar *qname)
{
	struct xml_reader *r = ctx;

	r->depth--;
	if (r->outcome != READ_OK)
		return;
	scope_leave(&r->scope);
	if (!r->header)
		r->sink.end(r->self);
}

static void on_text(void *ctx, const xmlChar *text, int n)
{
	struct xml_reader *r = ctx;

	if (n > 0 && r->outcome == READ_OK)
		r->sink.text(r->self, (struct str){ (const char *)text, (size_t)n });
}

static void on_comment(void *ctx, const xmlChar *text)
{
	fail(ctx, READ_RESTRICTED, "comment");
}

static void on_instruction(void *ctx, const xmlChar *target, const xmlChar *data)
{
	fail(ctx, READ_RESTRICTED, "processing instruction");
}

static void on_subset(
	void *ctx, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	fail(ctx, READ_RESTRICTED, "document type declaration");
}

static void on_entity_declaration(void *ctx, const xmlChar *name, int type, const xmlChar *public,
	const xmlChar *system, xmlChar *content)
{
	fail(ctx, READ_RESTRICTED, "entity declaration");
}

/* Asked for every entity but the predefined five. The parser must not be stopped here, within a
 * tag: it ends by itself, because there is no such entity. */
static xmlEntityPtr on_entity(void *ctx, const xmlChar *name)
{
	struct xml_reader *r = ctx;

	if (r->outcome == READ_OK) {
		place(r);
		r->outcome = READ_RESTRICTED;
		snprintf(r->error, sizeof(r->error), "entity reference");
	}
	return NULL;
}

static void on_reference(void *ctx, const xmlChar *name)
{
	fail(ctx, READ_RESTRICTED, "entity reference");
}

static void on_warning(void *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void on_warning(void *ctx, const char *fmt, ...)
{
}

/* The first error names the cause; what follows is its echo. */
static void on_error(void *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void on_error(void *ctx, const char *fmt, ...)
{
	struct xml_reader *r = ctx;
	va_list ap;

	place(r);
	if (r->error[0])
		return;
	va_start(ap, fmt);
	vsnprintf(r->error, sizeof(r->error), fmt, ap);
	va_end(ap);
	r->error[strcspn(r->error, "\n")] = '\0';
}

/* ---- the parser's life ---- */

static void close_parser(struct xml_reader *r)
{
	if (!r->parser)
		return;
	xmlFreeParserCtxt(r->parser);
	r->parser = NULL;
	free(r->input);
	r->input = NULL;
	r->max_input = 0;
	scope_fini(&r->scope);
}

static void bind_root(struct xml_reader *r)
{
	const struct xml_ns *ns;

	for (size_t i = 0; i < r->nroot; i++) {
		struct scope_prefix *p = scope_prefix(&r->scope, str_of(r->root[i].prefix));

		scope_declare(&r->scope, p, str_of(r->root[i].uri), &ns);
	}
}

static void open_parser(struct xml_reader *r)
{
	/* Not marked as SAX2, so libxml2 leaves namespaces to us. */
	xmlSAXHandler sax = {
		.initialized = 1,
		.startElement = on_start,
		.endElement = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.comment = on_comment,
		.processingInstruction = on_instruction,
		.internalSubset = on_subset,
		.entityDecl = on_entity_declaration,
		.getEntity = on_entity,
		.reference = on_reference,
		.warning = on_warning,
		.error = on_error,
		.fatalError = on_error,
	};

	r->parser = xmlNewParserCtxt();
	if (!r->parser || inputPush(r->parser, xmlNewInputStream(r->parser)) < 0)
		abort();
	*r->parser->sax = sax;
	r->parser->userData = r;
	/* NOENT has the predefined entities replaced in attribute values; there are no others. */
	xmlCtxtUseOptions(r->parser, XML_PARSE_NOENT | XML_PARSE_NONET);
	/* All of an element is there: nothing is to be gained by asking for more on the way. */
	r->parser->progressive = 1;
	scope_begin(&r->scope);
	r->depth = 0;
	r->fed = 0;
	bind_root(r);
}

static size_t dictionary_memory(const struct xml_reader *r)
{
	if (!r->parser)
		return 0;
	return xmlDictGetUsage(r->parser->dict) + (size_t)xmlDictSize(r->parser->dict) * DICT_ENTRY;
}

size_t xml_reader_memory(const struct xml_reader *r)
{
	return dictionary_memory(r) + scope_memory(&r->scope);
}

static void renew_parser(struct xml_reader *r)
{
	if (r->parser && (r->stale || r->fed > RENEW_BYTES || xml_reader_memory(r) > RENEW_MEMORY))
		close_parser(r);
	if (!r->parser)
		open_parser(r);
}

struct xml_reader *xml_reader_new(xml_classify_fn *classify)
{
	struct xml_reader *r = MEM_NEW(struct xml_reader);

	scope_init(&r->scope, classify);
	return r;
}

static void forget_root(struct xml_reader *r)
{
	for (size_t i = 0; i < r->nroot; i++) {
		free(r->root[i].prefix);
		free(r->root[i].uri);
	}
	free(r->root);
	r->root = NULL;
	r->nroot = 0;
}

void xml_reader_free(struct xml_reader *r)
{
	if (!r)
		return;
	xml_reader_idle(r);
	forget_root(r);
	free(r);
}

void xml_reader_idle(struct xml_reader *r)
{
	close_parser(r);
	free(r->attrs);
	free(r->prefixes);
	free(r->decls);
	r->attrs = NULL;
	r->prefixes = NULL;
	r->decls = NULL;
	r->max_attrs = 0;
}

/* ---- pieces ---- */

/* Is the parser back where it was, with every byte used and no error? */
static void compare(struct xml_reader *r)
{
	const xmlParserCtxt *p = r->parser;

	if (r->outcome != READ_OK)
		return;
	if (!p->wellFormed || p->errNo != XML_ERR_OK) {
		r->outcome = READ_MALFORMED;
		return;
	}
	if (r->depth || p->nameNr || r->elements != 1 || p->input->cur != p->input->end)
		fail(r, READ_DISAGREE, "the element does not end where it seems to end");
}

/* Puts piece and tail before the parser. */
static void set_input(struct xml_reader *r, struct str piece, struct str tail)
{
	size_t n = piece.n + tail.n;
	xmlParserInputPtr in = r->parser->input;

	if (n >= r->max_input) {
		free(r->input);
		r->max_input = n < INPUT_LEAST ? INPUT_LEAST : n + n / 2;
		r->input = mem_alloc(r->max_input);
	}
	if (piece.n)
		memcpy(r->input, piece.p, piece.n);
	if (tail.n)
		memcpy(r->input + piece.n, tail.p, tail.n);
	r->input[n] = '\0';
	in->base = in->cur = (const xmlChar *)r->input;
	in->end = in->base + n;
	in->line = in->col = 1;
	r->parser->instate = XML_PARSER_CONTENT;
}

static size_t whole_characters(struct str s)
{
	size_t n = 0, step;
	uint32_t code;

	while ((step = str_utf8(str_skip(s, n), &code)) != 0)
		n += step;
	return n;
}

/* `tail` completes a piece that is only a start tag. */
static enum read_outcome feed(
	struct xml_reader *r, struct str piece, struct str tail, struct xml_sink sink, void *self)
{
	if (r->outcome != READ_OK)
		return r->outcome;
	if (!reader_utf8(piece)) {
		r->placed = true;
		r->error_at = r->shift + whole_characters(piece);
		fail(r, READ_ENCODING, "not UTF-8");
		return r->outcome;
	}
	renew_parser(r);
	r->sink = sink;
	r->self = self;
	r->elements = 0;
	r->fed += piece.n;
	set_input(r, piece, tail);
	xmlParseElement(r->parser);
	compare(r);
	r->stale = piece.n > RENEW_PIECE;
	return r->outcome;
}

/* A start tag alone becomes an empty element. */
static enum read_outcome feed_start_tag(
	struct xml_reader *r, struct str piece, struct xml_sink sink, void *self)
{
	if (piece.n < 3 || piece.p[0] != '<' || piece.p[piece.n - 1] != '>') {
		r->placed = true;
		fail(r, READ_MALFORMED, "no start tag");
		return r->outcome;
	}
	piece.n -= piece.p[piece.n - 2] == '/' ? 2 : 1;
	return feed(r, piece, STR("/>"), sink, self);
}

enum read_outcome xml_reader_header(
	struct xml_reader *r, struct str piece, struct xml_sink sink, void *self)
{
	struct str rest;
	enum read_outcome o = reader_declaration(piece, &rest);

	close_parser(r);
	if (o != READ_OK) {
		fail(r, o, "XML declaration");
		return r->outcome;
	}
	forget_root(r);
	r->header = true;
	r->shift = piece.n - rest.n;
	o = feed_start_tag(r, rest, sink, self);
	r->shift = 0;
	r->header = false;
	if (o == READ_OK)
		bind_root(r);
	return o;
}

enum read_outcome xml_reader_element(
	struct xml_reader *r, struct str piece, struct xml_sink sink, void *self)
{
	return feed(r, piece, (struct str){ 0 }, sink, self);
}

enum read_outcome xml_reader_start_tag(
	struct xml_reader *r, struct str piece, struct xml_sink sink, void *self)
{
	return feed_start_tag(r, piece, sink, self);
}
