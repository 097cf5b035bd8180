/* SPDX-License-Identifier: MIT */
/*
 * What trunkd shows when it stands in for a domain: chains and keys, chosen by exact name, then
 * wildcard, then issuers that may make one, then file order. Several for one domain (RSA and ECDSA)
 * are shown together. Immutable after loading, but for what an issuer keeps.
 */
#pragma once

#include "base/domain.h"
#include "config/schema.h"

#include <openssl/types.h>

struct issuer_config {
	struct config_origin origin;
	char *chain, *key;
	int64_t lifetime; /* ms */
};

/* Filled from "certificates = ( ... )". */
struct certificate_config {
	struct config_origin origin;
	char *name;
	char *chain, *key;           /* PEM files; NULL with an issuer */
	struct issuer_config issuer; /* a CA to issue from; all of it empty without one */
	struct config_strings zones; /* shown only to peers in these zones; empty: to all */
};
extern const struct config_table certificate_schema;
/* Is it an issuing CA (chain and key are then those of `issuer`)? */
bool certificate_has_issuer(const struct certificate_config *cc);

struct credentials;
/* Loads all. NULL after errors (unreadable file, key mismatch, too weak), which are in `report`
 * with a remedy; what is expired or unusual is a warning. */
struct credentials *credentials_new(
	const struct config_list *certificates, struct config_report *report);
void credentials_free(struct credentials *c);

/* One choice: up to one certificate per key type, or an issuer that makes one when it is shown.
 * Lives as long as the credentials. */
struct credential;

struct credentials_wanted {
	const struct domain *domain; /* that we pose as; NULL: not known */
	const char *name;            /* of the entry; NULL: any */
	const char *zone;            /* of the peer; NULL: not known */
	bool may_mint;               /* a certificate may be issued for the domain: it has a control
					of its own (decision 13) */
};
/* The certificate to show: the one called `name`, else by exact name, wildcard, an issuer that is
 * permitted the domain, file order; of these, only what may be shown in the zone. When nothing fits
 * (or the domain is not known): the first in the file that may be shown, or just the first, issuers
 * left out. NULL when there is none. `covers_out`: does it name the domain? Issues nothing yet. */
const struct credential *credentials_choose(
	const struct credentials *c, const struct credentials_wanted *w, bool *covers_out);
const char *credential_name(const struct credential *c);
/* When the first of its certificates (of an issuer: of its chain) ends: seconds since 1970. */
int64_t credential_not_after(const struct credential *c);
/* Does it name the domain, or may it issue for it? */
bool credential_covers(const struct credential *c, const struct domain *d);
/* The issuer that it is, and what that has issued (net/mint.h); NULL: it is none. */
struct mint;
struct mint *credential_mint(const struct credential *c);
/* When the i-th certificate of the configuration ends: seconds since 1970; 0 when there is no such.
 */
int64_t credentials_end(const struct credentials *c, unsigned i);
/* The names in it; none of an issuer. fn as in identity_each().
 */
void credentials_names(const struct credentials *c, unsigned i,
	void (*fn)(void *arg, const char *name), void *arg);
bool credentials_has(const struct credentials *c, const char *name);
/* All entries, in the order of the file: i from 0, NULL at the end. */
const struct credential *credentials_at(const struct credentials *c, unsigned i);
