/* SPDX-License-Identifier: MIT */
/*
 * How often a host may have something done that costs: a token bucket for each address that asked
 * lately, bounded; the one that asked longest ago is forgotten first. An IPv6 host is its /64.
 * Pure: the time is an argument. Takes no lock.
 */
#pragma once

#include "base/list.h"
#include "base/map.h"
#include "net/address.h"

struct host_rate {
	struct map hosts;
	struct list order; /* who asked longest ago is first */
	int64_t burst, per_second;
	size_t most; /* hosts that are remembered */
};

void host_rate_init(struct host_rate *r, int64_t burst, int64_t per_second, size_t most);
void host_rate_fini(struct host_rate *r);
/* May it, now (seconds of any clock)? When it may, that is counted. */
bool host_rate_take(struct host_rate *r, const struct address *host, int64_t now);
