/* SPDX-License-Identifier: MIT */
/* Token buckets. See rate.h. */
#include "trunk/rate.h"

/* Ample: the largest limit times this still fits into 63 bits. */
enum { ELAPSED_MAX_MS = 1000 * 1000 * 1000 };

void rate_init(struct rate *r, int64_t stanzas, int64_t bytes, uint64_t now_ms)
{
	*r = (struct rate){
		.stanzas = stanzas,
		.bytes = bytes,
		.stanza_credit = stanzas * 1000,
		.byte_credit = bytes * 1000,
		.at_ms = now_ms,
	};
}

static int64_t wider(int64_t a, int64_t b)
{
	if (a == 0 || b == 0)
		return 0;
	return a > b ? a : b;
}

void rate_widen(struct rate *r, int64_t stanzas, int64_t bytes)
{
	int64_t s = wider(r->stanzas, stanzas), b = wider(r->bytes, bytes);

	r->stanza_credit += (s - r->stanzas) * 1000;
	r->byte_credit += (b - r->bytes) * 1000;
	r->stanzas = s;
	r->bytes = b;
}

static void refill(int64_t *credit, int64_t per_second, int64_t elapsed)
{
	int64_t full = per_second * 1000;

	*credit += per_second * elapsed;
	if (*credit > full)
		*credit = full;
}

static uint64_t wait_for(int64_t credit, int64_t per_second)
{
	return credit >= 0 ? 0 : (uint64_t)((per_second - 1 - credit) / per_second);
}

/* The milliseconds until a bucket that this much is taken from is no longer overdrawn. */
static uint64_t take(int64_t *credit, int64_t per_second, int64_t amount, int64_t elapsed)
{
	if (per_second == 0)
		return 0;
	refill(credit, per_second, elapsed);
	*credit -= amount * 1000;
	return wait_for(*credit, per_second);
}

uint64_t rate_charge(struct rate *r, size_t bytes, uint64_t now_ms)
{
	uint64_t passed = now_ms > r->at_ms ? now_ms - r->at_ms : 0;
	int64_t elapsed = passed > ELAPSED_MAX_MS ? ELAPSED_MAX_MS : (int64_t)passed;
	uint64_t s = take(&r->stanza_credit, r->stanzas, 1, elapsed);
	uint64_t b = take(&r->byte_credit, r->bytes, (int64_t)bytes, elapsed);

	r->at_ms = now_ms;
	return s > b ? s : b;
}
