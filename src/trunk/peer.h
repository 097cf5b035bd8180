/* SPDX-License-Identifier: MIT */
/*
 * What is remembered about a domain: rings of the last attempts to reach it and of its failed ones
 * to reach us (for people), and its back-off (doubling with jitter, 1 s to 5 min).
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
	uint32_t stage_ms[ATTEMPT_READY]; /* in each stage; the look-up, with the first one */
	char words[200];                  /* what went wrong; "" when nothing did */
	char certificate[128];            /* the names in what was shown; "": none was seen */
	int64_t certificate_end;          /* seconds since 1970; 0: unknown */
};

/* The last PEER_RING of them. */
struct attempts {
	struct attempt *ring; /* made as they are needed */
	unsigned next, count;
};

struct peer {
	struct map_node node;
	struct domain domain;
	struct attempts out;  /* ours */
	struct attempts in;   /* its own, as far as they have failed */
	unsigned failures;    /* in a row */
	uint64_t retry_ms;    /* not before; 0: now */
	int64_t last_success; /* seconds since 1970; 0: never */
	int64_t last_in;      /* when it last proved itself to us; 0: never */
};

struct peer *peer_get(struct map *peers, const struct domain *d);
/* A certificate was seen: the names in it, and its end. */
void attempt_saw(struct attempt *a, const char *names, int64_t end);
struct attempt *attempts_next(struct attempts *a); /* the next slot, emptied */
void peer_succeeded(struct peer *p, int64_t wall);
/* Sets retry_ms: 1 s, 2 s, 4 s ... 5 min, each less up to a quarter at random. */
void peer_failed(struct peer *p, uint64_t now_ms);
void peers_free(struct map *peers);
