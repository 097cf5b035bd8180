/* SPDX-License-Identifier: MIT */
/*
 * Who is believed: trust stores with CRLs, pins, and the judgement over a peer's chain. Nothing is
 * decided during a handshake; a chain is judged when it is known under whose control it comes
 * (decisions 2, 3, 8). Immutable after loading; shared by all threads.
 */
#pragma once

#include "base/domain.h"
#include "config/schema.h"
#include "net/identity.h"

/* Filled from "trust = ( ... )". */
struct trust_config {
	struct config_origin origin;
	char *name;
	struct config_strings ca; /* PEM files */
	struct config_strings
		crl; /* PEM files; when set, every certificate of a chain must have a fresh one */
	bool system; /* add the system's certificates */
};
extern const struct config_table trust_schema;

struct chain_claims;
struct trust_store;
/* NULL after errors, which are in `report` (file missing, no certificate in it ...). A CRL that is
 * stale, or soon will be, is a warning: its issuer's certificates are refused, but the other stores
 * must load. */
struct trust_store *trust_store_new(const struct trust_config *c, struct config_report *report);
void trust_store_free(struct trust_store *s);
const char *trust_store_name(const struct trust_store *s);

/* One certificate or one list out of its files, for people. */
struct trust_item {
	const char *file; /* as configured; lives as long as the configuration */
	bool crl;
	char *name;          /* whose it is (RFC 2253): subject, or issuer of a list */
	int64_t from, until; /* seconds since 1970; until: next update; 0: it does not say */
};
/* In the order of the files, certificates first. What the host believes (`system`) is not in it. */
const struct trust_item *trust_store_items(const struct trust_store *s, unsigned *n_out);

enum trust_verdict {
	TRUST_OK,
	TRUST_NO_CERTIFICATE,
	TRUST_UNKNOWN_CA, /* no chain to the store; self-signed */
	TRUST_EXPIRED,    /* chains to the store, but a certificate is expired or not yet valid;
			     pinned, but expired */
	TRUST_REVOKED,    /* chains to the store, but revoked */
	TRUST_NO_CRL,  /* a CRL is configured for the store, but missing or stale: fails closed */
	TRUST_PURPOSE, /* chains, but not for TLS servers */
	TRUST_BROKEN,  /* bad signature, name constraints, path length, weak key ... */
	TRUST_NAME,    /* a good chain for other names */
	TRUST_PIN,     /* none of the pins */
};
const char *trust_verdict_name(enum trust_verdict v);
/* May dialback stand in, where the control lists it? Yes for no certificate, an unknown CA, a wrong
 * name, a wrong purpose; never for revoked, expired, without CRL, broken, or a failed pin
 * (decision 3). */
bool trust_verdict_allows_dialback(enum trust_verdict v);

/* What must hold. Everything is borrowed. */
struct trust_question {
	const struct trust_store *store; /* NULL: pins alone (trust = "none") */
	const struct domain
		*domain; /* the reference identity: dNSName, SRVName, XmppAddr; never CN */
	const struct domain
		*more; /* further names of which any one will do (reference_names, accept_names) */
	unsigned nmore;
	const unsigned char (*pins)[32]; /* SHA-256 of the SPKI */
	unsigned npins;
	/* Limits that CAs put on clearances (RFC 5913) are heeded by who asks: a critical extension
	 * with some is understood. */
	bool heeds_limits;
	/* What the chain says besides names, when it was built (look at the verdict, too); with
	 * heeds_limits only. NULL: nobody wants to know. A pin vouches for a key, not for that. */
	struct chain_claims *claims;
};

struct trust_answer {
	enum trust_verdict verdict;
	int64_t not_after; /* earliest end in the verified chain, seconds since 1970; 0 without a
			      certificate */
	char words[256];   /* for the peer and the log: "certificate has expired (2026-01-31)" */
	char subject[256]; /* what it shows: names, for the log; "" without a certificate */
	unsigned char spki[32]; /* of the leaf certificate */
};

/* The words for the peer: what it can see of its own certificate, nothing of how ours are set up
 * (CRLs, pins). */
const char *trust_peer_words(const struct trust_answer *a);

/* Judges the leaf with the chain that the peer sent (either may be NULL: none), now. The worst of
 * all that is wrong is the verdict. */
void trust_judge(const struct trust_question *q, X509 *leaf, STACK_OF(X509) * chain, int64_t wall,
	struct trust_answer *out);
