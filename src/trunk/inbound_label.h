/* SPDX-License-Identifier: MIT */
/*
 * What the certificates of both sides of a pair bring to its labels (RFC 5913): the sender's from
 * the stream that its stanzas come on, the recipient's from what it has shown last. Kept with the
 * pair, and looked up again only when the plan or somebody's certificate has changed.
 */
#pragma once

#include "trunk/certified.h"
#include "trunk/decide.h"

struct inbound;
struct inbound_pair;

/* Of one pair; zeroed: nothing has been looked up. */
struct pair_certified {
	struct certified *sender, *recipient; /* NULL: nothing is known, so nothing is granted */
	bool looked_up;
	uint64_t plan;    /* under which that was */
	uint64_t changes; /* certified_peers_changes() then */
	struct label_grants from, to;
};
void pair_certified_fini(struct pair_certified *c);

/* Fills in what decide_context() wants; for a passage whose table checks labels. */
void inbound_certificates(
	struct inbound *in, struct inbound_pair *p, struct decide_certificates *out);
/* A stanza was refused because the recipient's certificate is not known: it is called, so that it
 * shows it. */
void inbound_ask_certificate(struct inbound *in, const struct inbound_pair *p);
