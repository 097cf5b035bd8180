/* SPDX-License-Identifier: MIT */
/*
 * What the reader checks about its bytes before libxml2 sees any: the XML declaration, which
 * libxml2 is never shown (it would change encodings), and UTF-8. Owns nothing.
 */
#pragma once

#include "xml/reader.h"

/* The XML declaration at the start of a header, if there is one (XML 1.0, 2.8): version 1.0,
 * encoding UTF-8 or none. *rest_out: what stands behind it, white space skipped. */
enum read_outcome reader_declaration(struct str header, struct str *rest_out);

/* Well-formed UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF. */
bool reader_utf8(struct str s);
