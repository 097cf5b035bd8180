/* SPDX-License-Identifier: MIT */
/*
 * Certificates made when they are asked for: an issuer, and a bounded cache of what it issued, one
 * name each, renewed at two thirds of their time by whoever needs one then. Shared by all workers
 * under a lock that is never held while something is signed. Which domains may be asked for at all
 * is decided by whoever knows the peering controls (may_mint in net/credentials.h).
 */
#pragma once

#include "base/domain.h"
#include "net/address.h"

#include <openssl/types.h>

enum {
	MINT_CACHE = 4096,     /* certificates that are kept; then the one used longest ago goes */
	MINT_BACK = 3600,      /* seconds by which a clock of a peer may be behind */
	MINT_BURST = 1024,     /* an address may ask for so many at once, */
	MINT_PER_SECOND = 64,  /* and so many in every second from then on */
	MINT_ADDRESSES = 4096, /* that are remembered */
};

struct issuer;
struct mint;
/* Takes the issuer over. `lifetime`: seconds that a certificate is valid. At most `most` are kept
 * (MINT_CACHE). `name` is copied. */
struct mint *mint_new(struct issuer *is, const char *name, int64_t lifetime, size_t most);
void mint_free(struct mint *m);

const struct issuer *mint_issuer(const struct mint *m);

/* For whom a certificate is put on a connection. */
struct mint_request {
	const struct domain *domain; /* we pose as; NULL: nobody in particular */
	const struct address *peer;  /* who asked, and is held to a rate; NULL: we do */
	int64_t now;                 /* seconds since 1970 */
};
/* Puts a certificate for the domain on the connection, a new one if need be. Two that need the same
 * new one make it once: the other waits for as long as a signature takes. NULL, or why not, in
 * words. */
const char *mint_use(struct mint *m, const struct mint_request *r, SSL *ssl);

/* What is in the cache. */
struct minted {
	const char *issuer; /* its name in the configuration */
	struct domain domain;
	int64_t not_before, not_after, renewal; /* seconds since 1970 */
};
/* Calls fn for each, in no order, under the lock: fn copies and returns. */
void mint_each(struct mint *m, void (*fn)(void *arg, const struct minted *one), void *arg);

struct mint_counts {
	uint64_t issued, renewed; /* in all; what is renewed was issued again */
	uint64_t refused;         /* by the rate of an address */
	uint64_t failed;          /* OpenSSL could not, or the issuer's time is over */
	size_t cached;
};
void mint_counts(struct mint *m, struct mint_counts *out);
