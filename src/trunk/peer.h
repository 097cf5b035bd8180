/* SPDX-License-Identifier: MIT */
/*
 * What is remembered about reaching a domain: a ring of its last attempts (for people), and its
 * back-off (doubling with jitter, 1 s to 5 min).
 */
#pragma once

#include "base/domain.h"
#include "base/map.h"
#include "net/address.h"

#include <stdint.h>

enum { PEER_RING = 8 };

enum attempt_stage {
	ATTEMPT_DNS,
	ATTEMPT_TCP,
	ATTEMPT_TLS,
	ATTEMPT_STREAM,
	ATTEMPT_AUTH,
	ATTEMPT_READY
};
const char *attempt_stage_name(enum attempt_stage s);

struct attempt {
	int64_t wall; /* seconds since 1970 */
	char target[ADDRESS_TEXT];
	enum attempt_stage stage; /* how far it came */
	uint32_t took_ms;
	char words[200]; /* what went wrong; "" when nothing did */
};

struct peer {
	struct map_node node;
	struct domain domain;
	struct attempt *ring; /* PEER_RING places, made as they are needed */
	unsigned next, count;
	unsigned failures;    /* in a row */
	uint64_t retry_ms;    /* not before; 0: now */
	int64_t last_success; /* seconds since 1970; 0: never */
};

struct peer *peer_get(struct map *peers, const struct domain *d);
struct attempt *peer_attempt(struct peer *p); /* the next slot, emptied */
void peer_succeeded(struct peer *p, int64_t wall);
/* Sets retry_ms: 1 s, 2 s, 4 s ... 5 min, each less up to a quarter at random. */
void peer_failed(struct peer *p, uint64_t now_ms);
void peers_free(struct map *peers);
