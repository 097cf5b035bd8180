/* SPDX-License-Identifier: MIT */
/*
 * The scanner's short cut: most first-level elements are in the input whole and have nothing about
 * them, and then where they end needs no state that would survive the call.
 */
#pragma once

#include "xml/scanner.h"

/*
 * Behind the end of the element whose '<' stands at p, when that comes before `end`, every limit is
 * kept, and there is nothing but tags and text in it; then the scanner, a token at a time, would
 * say the same. NULL: it has to look. Reads nothing from `end` on.
 */
const char *scanner_whole(const struct scanner_limits *limits, const char *p, const char *end);

/* May a name start with it? Bytes of a longer character are left to the parser. */
static inline bool scanner_starts_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || c & 0x80;
}
