/* SPDX-License-Identifier: MIT */
/*
 * What trunkd shows when it stands in for a domain: chains and keys, chosen by exact name, then
 * wildcard, then file order. Several for one domain (RSA and ECDSA) are shown together. Immutable
 * after loading.
 */
#pragma once

#include "base/domain.h"
#include "config/schema.h"

#include <openssl/types.h>

/* Filled from "certificates = ( ... )". */
struct certificate_config {
	struct config_origin origin;
	char *name;
	char *chain, *key;           /* PEM files */
	struct config_strings zones; /* shown only to peers in these zones; empty: to all */
};
extern const struct config_table certificate_schema;

struct credentials;
/* Loads all. NULL after errors (unreadable file, key mismatch, too weak), which are in `report`
 * with a remedy; what is expired or unusual is a warning. */
struct credentials *credentials_new(
	const struct config_list *certificates, struct config_report *report);
void credentials_free(struct credentials *c);

/* One choice: up to one certificate per key type. Lives as long as the credentials. */
struct credential;
/* The certificate to show for `domain` to a peer in `zone` (NULL: unknown): the one called `name`
 * when not NULL, else by exact name, wildcard, file order; of these, only what may be shown in the
 * zone. When nothing fits (or domain is NULL): the first in the file that may be shown, or just the
 * first. NULL only when there is no certificate at all. `covers_out`: does it name the domain? */
const struct credential *credentials_choose(const struct credentials *c,
	const struct domain *domain, const char *name, const char *zone, bool *covers_out);
const char *credential_name(const struct credential *c);
/* When the first of its certificates ends: seconds since 1970. */
int64_t credential_not_after(const struct credential *c);
bool credential_covers(const struct credential *c, const struct domain *d);
bool credentials_has(const struct credentials *c, const char *name);
