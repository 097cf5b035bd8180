/* SPDX-License-Identifier: MIT */
/*
 * Looking at many bytes at once: sixteen with SSE2 where the compiler may use it, which is every
 * x86-64, else the eight of a word. Reads what it says from p on and not a byte more. BYTES_PLAIN
 * asks for words.
 */
#pragma once

#include <endian.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__) && !defined(BYTES_PLAIN)

#include <emmintrin.h>

enum { BYTES_WIDE = 16, BYTES_BITS = 1 };

static inline __m128i bytes_load(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline __m128i bytes_are(__m128i w, char c)
{
	return _mm_cmpeq_epi8(w, _mm_set1_epi8(c));
}

/* The byte c? 0: there is none; else for bytes_first(). */
static inline uint64_t bytes_equal(const char *p, char c)
{
	return (unsigned)_mm_movemask_epi8(bytes_are(bytes_load(p), c));
}

/* The same for what may need escaping somewhere: < > & ' or a control character but DEL. */
static inline uint64_t bytes_special(const char *p)
{
	__m128i w = bytes_load(p);
	__m128i found = _mm_cmpeq_epi8(_mm_min_epu8(w, _mm_set1_epi8(0x1f)), w);

	found = _mm_or_si128(found, bytes_are(_mm_or_si128(w, _mm_set1_epi8(2)), '>'));
	found = _mm_or_si128(found, bytes_are(_mm_or_si128(w, _mm_set1_epi8(1)), '\''));
	return (unsigned)_mm_movemask_epi8(found);
}

/* Of BYTES_WIDE bytes, which are one of < > " '? The first one is the lowest bit. */
static inline uint64_t bytes_few_marks(const char *p)
{
	__m128i w = bytes_load(p);
	__m128i found = _mm_or_si128(bytes_are(w, '"'), bytes_are(w, '\''));

	found = _mm_or_si128(found, bytes_are(_mm_or_si128(w, _mm_set1_epi8(2)), '>'));
	return (unsigned)_mm_movemask_epi8(found);
}

#else

enum { BYTES_WIDE = 8, BYTES_BITS = 8 };

#define BYTES_EACH(byte) (UINT64_C(0x0101010101010101) * (uint8_t)(byte))

static inline uint64_t bytes_load(const char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return le64toh(w);
}

/* The top bit of each that is c. */
static inline uint64_t bytes_are(uint64_t w, char c)
{
	w ^= BYTES_EACH(c);
	return ~(((w & BYTES_EACH(0x7f)) + BYTES_EACH(0x7f)) | w) & BYTES_EACH(0x80);
}

static inline uint64_t bytes_equal(const char *p, char c)
{
	return bytes_are(bytes_load(p), c);
}

static inline uint64_t bytes_special(const char *p)
{
	uint64_t w = bytes_load(p);

	return bytes_are(w & BYTES_EACH(0xe0), 0) | bytes_are(w | BYTES_EACH(1), '\'') |
	       bytes_are(w | BYTES_EACH(2), '>');
}

static inline uint64_t bytes_few_marks(const char *p)
{
	uint64_t w = bytes_load(p);
	uint64_t angle = bytes_are(w | BYTES_EACH(2), '>');

	/* The eight bits side by side. */
	w = (angle | bytes_are(w, '"') | bytes_are(w, '\'')) >> 7;
	return (w * UINT64_C(0x0102040810204080)) >> 56;
}

#endif

/* The offset of the first that was found. */
static inline unsigned bytes_first(uint64_t found)
{
	return (unsigned)__builtin_ctzll(found) / BYTES_BITS;
}

enum { BYTES_BLOCK = 64 };

/* The same of BYTES_BLOCK bytes. */
static inline uint64_t bytes_marks(const char *p)
{
	uint64_t found = 0;

	for (unsigned i = 0; i < BYTES_BLOCK; i += BYTES_WIDE)
		found |= bytes_few_marks(p + i) << i;
	return found;
}
