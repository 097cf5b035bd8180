/* SPDX-License-Identifier: MIT */
/*
 * Events into bytes: a stanza as it will stand inside a stream whose default namespace is
 * jabber:server. Prefixes are kept; declarations that the input had on the stream's root are made
 * again where they are used; a declaration that says what is in scope already is left out. The
 * output is always written from events, never copied from the input. Appends to a buf that the
 * caller owns.
 */
#pragma once

#include "base/buf.h"
#include "xml/events.h"

struct xml_writer; /* reusable; holds the scope of what is open */

struct xml_writer *xml_writer_new(void);
void xml_writer_free(struct xml_writer *w);
/* From now on only what is open counts and whether anything stands where: start tags are written
 * without attributes, and of text there is the room alone, with whatever is in it. For an output
 * that nobody reads. */
void xml_writer_blank(struct xml_writer *w);

/* Starts a new first-level element into `out` (which must outlive it and have no ceiling).
 * `content_ns` is the default namespace in force there ("jabber:server"); it must outlive the
 * element, and so must the namespaces of the tags written (a reader's do). */
void xml_writer_begin(struct xml_writer *w, struct buf *out, struct str content_ns);

/* One start tag with the given attributes. The tag's own prefix and declarations are kept.
 * `keep_prefix` false: written without prefix, its namespace as default (first-level elements,
 * RFC 6120 4.8.5). An attribute in a namespace has a prefix, and one prefix means one namespace. */
void xml_writer_start(struct xml_writer *w, const struct xml_tag *tag, bool keep_prefix);
void xml_writer_text(struct xml_writer *w, struct str text);
/* Closes the innermost element: <a/> when nothing was written inside. */
void xml_writer_end(struct xml_writer *w);
/* Finishes a start tag that is still open, so that the offset in `out` (counted from its first
 * unread byte) stands inside the element. */
size_t xml_writer_offset(struct xml_writer *w);
/* Is nothing written inside the innermost element? */
bool xml_writer_is_empty(const struct xml_writer *w);
/* The owner cut the output back to what xml_writer_offset() returned while that was so: it is so
 * again. */
void xml_writer_reopen(struct xml_writer *w);
/* Elements open now. */
unsigned xml_writer_depth(const struct xml_writer *w);

/* Escapes for element content and for a value in single quotes (RFC 6120 11; CR in both, LF and TAB
 * in values as character references, or they would change when read again). For code that writes
 * fixed elements. */
void xml_escape_text(struct buf *out, struct str s);
void xml_escape_value(struct buf *out, struct str s);
