/* SPDX-License-Identifier: MIT */
/* Random bytes from the kernel's generator. No state of its own, so threads and forks are safe. */
#include "base/random.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

void random_bytes(void *out, size_t n)
{
	char *p = out;

	while (n) {
		ssize_t got = getrandom(p, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			abort();
		p += got;
		n -= (size_t)got;
	}
}

uint32_t random_below(uint32_t bound)
{
	/* 2^32 mod bound: below it, some remainders would come up once more than the others. */
	uint32_t skip = (0u - bound) % bound;
	uint32_t x;

	do
		random_bytes(&x, sizeof(x));
	while (x < skip);
	return x % bound;
}

void random_id(char out[RANDOM_ID])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789";
	unsigned char bytes[64];
	size_t n = 0;

	/* Six bits choose among 64; the two values without a letter are thrown again. */
	while (n < RANDOM_ID - 1) {
		random_bytes(bytes, sizeof(bytes));
		for (size_t i = 0; i < sizeof(bytes) && n < RANDOM_ID - 1; i++) {
			if ((bytes[i] & 63) < sizeof(letters) - 1)
				out[n++] = letters[bytes[i] & 63];
		}
	}
	out[n] = '\0';
}
