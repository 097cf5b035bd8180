/* SPDX-License-Identifier: MIT */
/*
 * A CA that trunkd may issue from: what its chain permits, and how one certificate is made. Knows
 * neither which names are asked for nor what was issued before (net/mint.h). Immutable; any thread.
 */
#pragma once

#include "base/domain.h"
#include "config/report.h"

#include <stdint.h>

#include <openssl/x509v3.h>

struct issuer {
	X509 *cert;
	EVP_PKEY *key;
	STACK_OF(X509) * shown; /* what is sent behind a leaf: up to the root, but without it */
	NAME_CONSTRAINTS **constraints; /* of every CA of the chain that has some */
	unsigned nconstraints;
	int64_t from, end; /* when all of the chain is valid; seconds since 1970 */
};

/* Takes over the certificate and the key that belongs to it; borrows `above`, what the file has
 * behind it. False after an error, which is in `report`: no CA, or none whose certificates a peer
 * would accept. A CA without name constraints is a warning. `file` is for messages. The issuer is
 * to be freed in either case. */
bool issuer_init(struct issuer *is, X509 *cert, STACK_OF(X509) * above, EVP_PKEY *key,
	const char *file, const struct config_origin *at, struct config_report *report);
void issuer_fini(struct issuer *is);

/* Is it a name that a certificate may be issued for: a host name (RFC 1123 2.1; no "*", no address,
 * no underscore), and within the name constraints of the whole chain (RFC 5280 4.2.1.10)? */
bool issuer_permits(const struct issuer *is, const struct domain *d);
/* Has the chain dNSName constraints that permit some names and so no others? */
bool issuer_constrained(const struct issuer *is);

/* What all certificates for `key` have in common, to be copied: making it takes OpenSSL ten times
 * as long as signing. Threads may share it. NULL: OpenSSL failed. The caller frees it. */
X509 *issuer_blank(const struct issuer *is, EVP_PKEY *key);
/* A certificate for just this domain and the blank's key, for both purposes of TLS, from `from` to
 * `to` or as long as the chain is valid, with a random serial number. Threads may share it. NULL:
 * OpenSSL failed. The caller frees it. */
X509 *issuer_sign(const struct issuer *is, const X509 *blank, const struct domain *d, int64_t from,
	int64_t to);
