/* SPDX-License-Identifier: MIT */
/*
 * How things stand at this moment: streams, queues, next hops and who is joined to whom, as plain
 * structs without a pointer into the trunk. Taken on the worker's own thread, added up elsewhere.
 * Bounded: of more peers and pairs than fit only the number is kept.
 */
#pragma once

#include "trunk/peer.h"
#include "trunk/peering.h"

struct trunk;

enum { OVERVIEW_PEERS = 512, OVERVIEW_UNNAMED = 128 /* of them */, OVERVIEW_PAIRS = 1024 };

/* By the names that controls have, and "other" (metrics_data.h). */
struct overview_label {
	struct map_node node;
	unsigned streams[3][2]; /* by enum leg_kind: being set up, established */
	uint64_t queue_stanzas, queue_bytes, oldest_ms;
	unsigned tried, down;     /* domains: of which attempts are known; the last one failed */
	int64_t last_success;     /* seconds since 1970; 0: never */
	uint64_t retry_ms;        /* until the next attempt, the longest */
	char name[PEERING_MATCH]; /* "" is "other" */
};

struct overview_peer {
	struct map_node node;
	struct domain domain;
	char match[PEERING_MATCH]; /* its control's */
	unsigned in, out;          /* streams that carry its stanzas */
	unsigned dialling, down;   /* routes to it */
	unsigned failures;         /* in a row */
	uint64_t queued, retry_ms; /* stanzas for it; until the next attempt */
	int64_t last_success;
	unsigned long long seen; /* the last leg that was counted */
	struct attempt attempt;  /* the last one of ours; wall 0: none */
	struct attempt refused;  /* its last one that failed, with nothing better since */
};

struct overview_pair {
	struct map_node node;
	char key[2 * DOMAIN_MAX + 3]; /* "a b" */
	struct domain a, b;           /* in their order */
	/* From a to b, from b to a: */
	struct overview_way {
		bool in, out, dialling, down; /* streams that feed it; a ready one; none */
		uint64_t queued, carried;     /* stanzas; since the pair came to life */
	} ways[2];
};

struct overview {
	struct map labels, peers, pairs;
	unsigned unnamed; /* peers that no control names */
	size_t more_peers, more_pairs;
};

/* On the trunk's own thread. `o` is zeroed. */
void overview_take(struct trunk *t, struct overview *o);
void overview_add(struct overview *to, const struct overview *from);
void overview_fini(struct overview *o);
