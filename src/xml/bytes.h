/* SPDX-License-Identifier: MIT */
/*
 * Looking at many bytes at once: sixteen with SSE2 where the compiler may use it, which is every
 * x86-64, else the eight of a word. Reads BYTES_WIDE bytes from p on and not one more. BYTES_PLAIN
 * asks for words.
 */
#pragma once

#include <endian.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__) && !defined(BYTES_PLAIN)

#include <emmintrin.h>

enum { BYTES_WIDE = 16 };

static inline __m128i bytes_load(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline __m128i bytes_are(__m128i w, char c)
{
	return _mm_cmpeq_epi8(w, _mm_set1_epi8(c));
}

/* Each of these answers with 0 when there is none, else with what bytes_first() takes. */

/* The byte c. */
static inline uint64_t bytes_equal(const char *p, char c)
{
	return (unsigned)_mm_movemask_epi8(bytes_are(bytes_load(p), c));
}

/* One of < > " ' */
static inline uint64_t bytes_marks(const char *p)
{
	__m128i w = bytes_load(p);
	__m128i angle = bytes_are(_mm_or_si128(w, _mm_set1_epi8(2)), '>');
	__m128i quote = _mm_or_si128(bytes_are(w, '"'), bytes_are(w, '\''));

	return (unsigned)_mm_movemask_epi8(_mm_or_si128(angle, quote));
}

/* One that may need escaping somewhere: < > & ' or a control character but DEL. */
static inline uint64_t bytes_special(const char *p)
{
	__m128i w = bytes_load(p);
	__m128i angle = bytes_are(_mm_or_si128(w, _mm_set1_epi8(2)), '>');
	__m128i other = bytes_are(_mm_or_si128(w, _mm_set1_epi8(1)), '\'');
	__m128i control = _mm_cmpeq_epi8(_mm_min_epu8(w, _mm_set1_epi8(0x1f)), w);

	return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(angle, other), control));
}

/* The offset of the first. */
static inline unsigned bytes_first(uint64_t found)
{
	return (unsigned)__builtin_ctzll(found);
}

#else

enum { BYTES_WIDE = 8 };

#define BYTES_EACH(byte) (UINT64_C(0x0101010101010101) * (uint8_t)(byte))

static inline uint64_t bytes_load(const char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return le64toh(w);
}

/* Which are below n (at most 128)? Behind the first that is it may be wrong. */
static inline uint64_t bytes_below(uint64_t w, uint8_t n)
{
	return (w - BYTES_EACH(n)) & ~w & BYTES_EACH(0x80);
}

static inline uint64_t bytes_are(uint64_t w, char c)
{
	return bytes_below(w ^ BYTES_EACH(c), 1);
}

static inline uint64_t bytes_equal(const char *p, char c)
{
	return bytes_are(bytes_load(p), c);
}

static inline uint64_t bytes_marks(const char *p)
{
	uint64_t w = bytes_load(p);

	return bytes_are(w | BYTES_EACH(2), '>') | bytes_are(w, '"') | bytes_are(w, '\'');
}

static inline uint64_t bytes_special(const char *p)
{
	uint64_t w = bytes_load(p);

	return bytes_below(w, 0x20) | bytes_are(w | BYTES_EACH(1), '\'') |
	       bytes_are(w | BYTES_EACH(2), '>');
}

static inline unsigned bytes_first(uint64_t found)
{
	return (unsigned)__builtin_ctzll(found) / 8;
}

#endif
