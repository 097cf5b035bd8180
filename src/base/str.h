/* SPDX-License-Identifier: MIT */
/*
 * A view of bytes that somebody else owns: everything that came over the wire is one of these.
 * Never terminated, never freed. Valid only inside the call, or while its buffer is held.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

/* A view of a string literal, usable in static tables. */
#define STR(lit) ((struct str){ (lit), sizeof(lit) - 1 })
#define STR_INIT(lit)                  \
	{                              \
		(lit), sizeof(lit) - 1 \
	}
/* printf("%.*s", STR_ARG(s)) */
#define STR_ARG(s) (int)(s).n, (s).p

static inline struct str str_of(const char *z)
{
	return (struct str){ z, z ? strlen(z) : 0 };
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_is(struct str a, const char *z)
{
	return str_eq(a, str_of(z));
}

static inline bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

static inline bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n &&
	       (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

/* The part of s after the first n bytes; n must not exceed s.n. */
static inline struct str str_skip(struct str s, size_t n)
{
	return (struct str){ n ? s.p + n : s.p, s.n - n };
}

/* ASCII case is ignored; other bytes compare as they are. */
bool str_eq_nocase(struct str a, struct str b);
/* s without leading and trailing space, tab, CR and LF. */
struct str str_trim(struct str s);
/* The length in bytes of the UTF-8 character at the start of s, 0 when there is none or a bad one
 * (RFC 3629: overlong forms, surrogates and what lies past U+10FFFF are bad). */
size_t str_utf8(struct str s, uint32_t *code_out);
bool str_is_utf8(struct str s);
/* Would this character fool who reads it: does it end a line, command a terminal (C0, DEL, C1),
 * turn the direction of text, or is it not seen at all? Never one past U+FFFF. */
bool str_deceives(uint32_t code);
/* A terminated copy on the heap; the caller frees it. */
char *str_dup(struct str s);
