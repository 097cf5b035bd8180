/* SPDX-License-Identifier: MIT */
/* What an inbound leg keeps of the proofs made on it, and of the pairs that use it. */
#pragma once

#include "trunk/inbound_label.h"
#include "trunk/pair.h"

struct metrics_peer;
struct record_pair;

/* One proof: EXTERNAL and certificates prove a domain towards anyone, dialback a pair. */
struct proof {
	struct domain from, to;  /* to.n == 0: any */
	const char *how;         /* "external", "external-dialback", "dialback" */
	int64_t certificate_end; /* 0: not by certificate */
};

/* A pair that stanzas on this stream use, as the peer writes it. */
struct inbound_pair {
	char *from_text, *to_text; /* domain parts as written */
	size_t from_n, to_n;
	struct domain from, to;
	struct passage passage;
	uint64_t plan; /* the plan that `passage` is from */
	unsigned home;
	struct route *route;         /* when the home is here */
	struct feed feed;            /* the place at that route */
	struct metrics_peer *counts; /* of `from`, under `plan`; NULL: not looked up yet */
	struct record_pair *record;  /* made with its first record */
	struct pair_certified certified;
};
