/* SPDX-License-Identifier: MIT */
/*
 * libxml2's parser, given whole elements by the scanner, told to a sink. It resolves namespaces
 * itself (SAX1 interface), which is faster than libxml2's and refuses what Namespaces in XML
 * forbids: unbound prefixes, duplicate attributes, xmlns:p=''. UTF-8 only. It notices when parser
 * and scanner disagree about where an element ends. The parser is renewed between elements before
 * its dictionary can grow (a peer chooses names), and given back while the stream is idle.
 */
#pragma once

#include "xml/events.h"

enum read_outcome {
	READ_OK,
	READ_MALFORMED,  /* not well-formed, or not namespace-well-formed: not-well-formed */
	READ_RESTRICTED, /* comment, PI, DTD, entity: restricted-xml */
	READ_ENCODING,   /* another encoding than UTF-8, or bad UTF-8: unsupported-encoding */
	READ_VERSION,    /* an XML declaration other than 1.0 */
	READ_DISAGREE,   /* the parser ends elsewhere than the scanner: not-well-formed */
};

const char *read_outcome_name(enum read_outcome o);

/* Once per process, before the first reader and before there are threads. */
void xml_reader_global_init(void);

struct xml_reader;

/* Turns a namespace name (the empty one too) into its mark (xml_ns.mark), once per name and parser.
 */
typedef uint32_t xml_classify_fn(struct str uri);

/* A reader for one stream; classify NULL: all marks are 0. Nothing is allocated inside libxml2
 * before the first piece. */
struct xml_reader *xml_reader_new(xml_classify_fn *classify);
void xml_reader_free(struct xml_reader *r);

/* A stream header (declaration and root start tag, also <a/>). The tag is told to the sink (start
 * only; no end). Its declarations stay in scope for the elements that follow. A second header
 * starts a new document with a new parser. */
enum read_outcome xml_reader_header(
	struct xml_reader *r, struct str piece, struct xml_sink sink, void *self);
/* A whole first-level element; the sink hears every start, text and end, the outermost included.
 * After anything but READ_OK the reader is only good for freeing, and the sink may have heard a
 * part. */
enum read_outcome xml_reader_element(
	struct xml_reader *r, struct str piece, struct xml_sink sink, void *self);
/* The start tag of an oversize element: told as an empty element. */
enum read_outcome xml_reader_start_tag(
	struct xml_reader *r, struct str piece, struct xml_sink sink, void *self);

/* Gives the parser's memory back until the next piece (namespaces in scope are kept). */
void xml_reader_idle(struct xml_reader *r);
/* Where libxml2 (or we) found the error: a sentence for the log, never for the peer. */
const char *xml_reader_error(const struct xml_reader *r);
/* And in which byte of the piece that was; 0: there is no error. */
size_t xml_reader_error_offset(const struct xml_reader *r);
/* Bytes held by libxml2's dictionary and our tables: what the flat-memory test watches. */
size_t xml_reader_memory(const struct xml_reader *r);
