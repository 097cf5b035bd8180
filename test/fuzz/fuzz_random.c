/* SPDX-License-Identifier: MIT */
/* Stands in for base/random.h, by the linker's --wrap. Owns one counter; never unpredictable. */
#include "fuzz_random.h"

#include "base/random.h"

#include <stdio.h>
#include <string.h>

void __wrap_random_bytes(void *out, size_t n);
void __wrap_random_id(char out[RANDOM_ID]);

static uint32_t next;

void fuzz_random_reset(void)
{
	next = 1;
}

void __wrap_random_bytes(void *out, size_t n)
{
	unsigned char *p = out;

	for (size_t i = 0; i < n; i++) {
		next = next * 1664525u + 1013904223u;
		p[i] = (unsigned char)(next >> 24);
	}
}

void __wrap_random_id(char out[RANDOM_ID])
{
	snprintf(out, RANDOM_ID, "id%030u", next++);
}
