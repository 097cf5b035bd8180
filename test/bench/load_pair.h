/* SPDX-License-Identifier: MIT */
/*
 * Pairs under load: a leaf that sends the corpus over and over, the relay under test between, and a
 * next hop that counts what arrives. Owns the listener, the pairs and all their connections.
 */
#pragma once

#include "load_leg.h"

struct load_options {
	enum speak speak;
	struct sockaddr_in relay, hop;
	struct in_addr leaf_address;
	const char *leaf_pem, *hop_pem, *ca;
	unsigned pairs, stanzas; /* in the corpus of each pair */
	unsigned at_a_time;      /* pairs that are being set up */
	bool records_16k;
};

struct pair {
	struct leg leaf;
	struct buf corpus;
	size_t *starts; /* where each stanza begins, and the end of the last */
	size_t at;      /* the next byte to send */
	unsigned next;  /* the stanza it belongs to */
	uint64_t sent, sent_bytes, arrived;
	uint64_t *times; /* when each of the last stanzas was sent */
};

enum { LOAD_TIMES = 1 << 14 };

struct load {
	struct load_options o;
	int epoll, listener;
	struct link_contexts leaf_contexts, hop_contexts;
	struct leg_setup leaf_setup, hop_setup;
	struct pair *pairs;
	struct leg **hops;
	unsigned nhops, dialled, up; /* up: the first stanza has arrived */
	bool timing;                 /* how long each stanza takes is noted */
	uint32_t *latencies;
	size_t nlatencies, max_latencies;
};

void load_init(struct load *l, const struct load_options *o);
void load_fini(struct load *l);

/* Dials all pairs, some at a time; each sends one stanza. Returns when all have arrived. */
void load_connect(struct load *l);
/* Waits for at most this long and does what is to be done. */
void load_turn(struct load *l, int timeout_ms);
/* All leaves send as fast as they can, for so many nanoseconds or bytes, whichever is first (0: no
 * such end). They stop where they are; load_drain() finishes the stanza. */
void load_fill(struct load *l, uint64_t ns, uint64_t bytes);
/* The next stanza of some pair: one record and one send. */
void load_send_one(struct load *l, unsigned pair);
/* Whole stanzas of this many bytes together, on each pair. */
void load_send_each(struct load *l, size_t bytes);
/* Until everything has arrived. What does not within 10 s ends the program. */
void load_drain(struct load *l);
uint64_t load_sent(const struct load *l);
uint64_t load_arrived(const struct load *l);
/* From now on latencies are noted, at most this many. */
void load_time(struct load *l, size_t max);
