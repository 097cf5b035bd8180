/* SPDX-License-Identifier: MIT */
/* SipHash-2-4 as its authors define it (Aumasson and Bernstein, 2012): 64-bit output. Pure. */
#include "base/siphash.h"

struct state {
	uint64_t a, b, c, d;
};

static uint64_t rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static void rounds(struct state *s, unsigned n)
{
	while (n--) {
		s->a += s->b;
		s->b = rotate(s->b, 13) ^ s->a;
		s->a = rotate(s->a, 32);
		s->c += s->d;
		s->d = rotate(s->d, 16) ^ s->c;
		s->a += s->d;
		s->d = rotate(s->d, 21) ^ s->a;
		s->c += s->b;
		s->b = rotate(s->b, 17) ^ s->c;
		s->c = rotate(s->c, 32);
	}
}

/* Little endian on every machine; compilers make one load of it where they can. */
static uint64_t load(const unsigned char *p, size_t n)
{
	uint64_t x = 0;

	for (size_t i = 0; i < n; i++)
		x |= (uint64_t)p[i] << (8 * i);
	return x;
}

static void word(struct state *s, uint64_t m)
{
	s->d ^= m;
	rounds(s, 2);
	s->a ^= m;
}

uint64_t siphash(const uint64_t seed[2], struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	struct state st = {
		seed[0] ^ UINT64_C(0x736f6d6570736575),
		seed[1] ^ UINT64_C(0x646f72616e646f6d),
		seed[0] ^ UINT64_C(0x6c7967656e657261),
		seed[1] ^ UINT64_C(0x7465646279746573),
	};
	size_t i = 0;

	for (; s.n - i >= 8; i += 8)
		word(&st, load(p + i, 8));
	word(&st, (uint64_t)s.n << 56 | (s.n > i ? load(p + i, s.n - i) : 0));
	st.c ^= 0xff;
	rounds(&st, 4);
	return st.a ^ st.b ^ st.c ^ st.d;
}
