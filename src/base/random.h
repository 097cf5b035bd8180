/* SPDX-License-Identifier: MIT */
/* Unpredictable bytes from the cryptographic generator; aborts when there are none. */
#pragma once

#include <stddef.h>
#include <stdint.h>

void random_bytes(void *out, size_t n);
/* Uniform in [0, bound); bound > 0. */
uint32_t random_below(uint32_t bound);
/* A stream identifier of 32 characters [A-Za-z0-9] (more than 128 bits; RFC 6120 4.7.3, XEP-0220's
 * NMTOKEN) and a NUL. */
enum { RANDOM_ID = 33 };
void random_id(char out[RANDOM_ID]);
