/* SPDX-License-Identifier: MIT */
/*
 * What a chain says of its subject besides names, as bytes: the directory attributes of the
 * certificate itself, and how the CAs above it limit one of them, the clearance (RFC 5913). And a
 * chain kept for later, when the connection that brought it is gone. Knows nothing of what the
 * bytes mean.
 */
#pragma once

#include "base/buf.h"
#include "net/trust.h"

enum { CHAIN_LIMITS = 8, CHAIN_CLAIM_BYTES = 64 << 10 };

/* Zeroed: nothing is said. */
struct chain_claims {
	struct buf directory; /* SubjectDirectoryAttributes (RFC 5280 4.2.1.8), or empty */
	struct buf limits[CHAIN_LIMITS]; /* AuthorityClearanceConstraints, from the bottom up */
	unsigned nlimits;
	const char *fault; /* then nothing of it is to be believed */
};
void chain_claims_fini(struct chain_claims *c);
/* Of a verified chain, the certificate itself first; everything above it counts as a CA. */
void chain_claims_read(struct chain_claims *c, STACK_OF(X509) * chain);
/* Is this certificate's only critical extension that OpenSSL does not know the one with limits? */
bool chain_limits_alone(const X509 *cert);

/* What a peer has shown, kept: NULL when it was nothing. References are taken; `chain` may be NULL.
 */
struct shown;
struct shown *shown_new(X509 *leaf, STACK_OF(X509) * chain);
void shown_free(struct shown *s);
/* The same certificate? */
bool shown_same(const struct shown *a, const struct shown *b);
void shown_judge(const struct shown *s, const struct trust_question *q, int64_t wall,
	struct trust_answer *out);
