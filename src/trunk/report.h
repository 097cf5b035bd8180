/* SPDX-License-Identifier: MIT */
/*
 * What a worker has, told as plain structs that another thread may keep: taken on the worker's own
 * thread, without a pointer into the trunk. For the control sockets and for metrics.
 */
#pragma once

#include "trunk/trunk.h"

struct trunk_counts {
	unsigned in, out, verify; /* legs that have not ended */
	unsigned unproven;        /* of `in` */
	unsigned pairs, peers;
	unsigned long long queued;
	size_t queued_bytes;
};
void trunk_count(struct trunk *t, struct trunk_counts *out);
