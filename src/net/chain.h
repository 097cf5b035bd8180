/* SPDX-License-Identifier: MIT */
/*
 * A certificate file of ours seen with a peer's eyes: what it is for, until when, how large, and
 * whether somebody who believes a given store would believe it. For telling an operator; nothing
 * is shown to anybody from here. Owns the certificates.
 */
#pragma once

#include "net/pem.h"
#include "net/trust.h"

struct chain;
/* NULL and `words` when the file cannot be read. */
struct chain *chain_read(const char *path, char words[PEM_WORDS]);
void chain_free(struct chain *c);

struct chain_facts {
	int64_t not_before, not_after; /* of the certificate itself, seconds since 1970 */
	unsigned certificates;         /* with the intermediate ones */
	unsigned names;                /* in the certificate itself */
	bool xmpp_addr;                /* there is an XmppAddr among them */
	size_t bytes;                  /* of all in DER: what a handshake carries */
	bool server, client;           /* purposes */
	bool self_signed;
};
void chain_facts(const struct chain *c, struct chain_facts *out);
/* What a peer with this store, its CRLs included, would say of it at that time. Names are not
 * looked at: TRUST_OK for all that is good but for them. */
void chain_judge(const struct chain *c, const struct trust_store *store, int64_t wall,
	struct trust_answer *out);
