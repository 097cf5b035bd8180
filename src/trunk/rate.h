/* SPDX-License-Identifier: MIT */
/*
 * How fast stanzas may come in: a token bucket each for stanzas and for bytes, one second deep.
 * What came is charged afterwards, so a stanza of any size can come, and what it took too much is
 * waited for before the next one. Pure: the time is an argument.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct rate {
	int64_t stanzas, bytes;             /* in a second; 0: no limit */
	int64_t stanza_credit, byte_credit; /* in thousandths; negative: too much came */
	uint64_t at_ms;                     /* when they were so */
};

/* Both buckets are full. */
void rate_init(struct rate *r, int64_t stanzas, int64_t bytes, uint64_t now_ms);
/* Wider limits: each the larger of the two, where 0 is the largest. What was taken stays taken. */
void rate_widen(struct rate *r, int64_t stanzas, int64_t bytes);
/* A stanza of this many bytes came. Returns the milliseconds until the next one may; 0: now. */
uint64_t rate_charge(struct rate *r, size_t bytes, uint64_t now_ms);
