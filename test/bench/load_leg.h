/* SPDX-License-Identifier: MIT */
/*
 * One end of a pair as the load generator plays it: the leaf that opens a stream, or the next hop
 * that accepts one, both with EXTERNAL, by direct TLS or STARTTLS; or nothing but TLS, for relays
 * that know no XMPP. The conversation is scripted: each step waits for a word and says a sentence.
 */
#pragma once

#include "load_link.h"

#include <stdint.h>

enum speak {
	SPEAK_RAW,      /* TLS and stanzas */
	SPEAK_XMPP,     /* a stream, direct TLS */
	SPEAK_STARTTLS, /* a stream that begins in the clear */
};

enum { PAIRS_MAX = 1000 };
/* Pair n is l<n>.west.example and r<n>.east.example, always three digits. */
void leaf_domain(char out[32], unsigned pair);
void hop_domain(char out[32], unsigned pair);

/* What negotiation needs to know. */
struct leg_setup {
	enum speak speak;
	const struct link_contexts *contexts; /* of this side */
	int epoll;
	void *owner; /* for the owner of the leg */
};

struct leg {
	struct link link; /* first */
	const struct leg_setup *setup;
	bool leaf, up;
	int pair; /* -1: the hop does not know yet */
	unsigned step;
	struct buf in;                /* while it negotiates */
	uint32_t window;              /* the last bytes seen, for leg_count() */
	uint64_t bytes;               /* of stanzas, received */
	void (*ready)(struct leg *g); /* stanzas may go; NULL: nobody asks */
	void (*data)(struct leg *g, struct str bytes);
};

void leg_dial(struct leg *g, const struct leg_setup *s, unsigned pair, const struct sockaddr_in *to,
	struct in_addr from);
void leg_accept(struct leg *g, const struct leg_setup *s, int fd);
void leg_close(struct leg *g);

/* How many stanzas begin in these bytes, which may be cut anywhere. */
unsigned leg_count(struct leg *g, struct str bytes);
/* The pair whose leaf's domain stands in the text; -1: none. */
int leg_find_pair(struct str text);
