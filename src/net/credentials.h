/* SPDX-License-Identifier: MIT */
/*
 * What trunkd shows when it stands in for a domain: chains and keys, chosen by exact name, then wildcard, then
 * file order. Several for one domain (RSA and ECDSA) are shown together. Immutable after loading.
 */
#pragma once

#include "base/domain.h"
#include "config/schema.h"

#include <openssl/types.h>

/* Filled from "certificates = ( ... )". */
struct certificate_config {
	struct config_origin origin;
	char *name;
	char *chain, *key; /* PEM files */
	struct config_strings zones; /* shown only to peers in these zones; empty: to all */
};
extern const struct config_table certificate_schema;

struct credentials;
/* Loads all; errors (file, key mismatch, expired (warning), unreadable) are in `report` with a remedy. */
struct credentials *credentials_new(const struct config_list *certificates, struct config_report *report);
void credentials_free(struct credentials *c);

/* One domain's choice: up to one certificate per key type. */
struct credential;
/* The certificate to show for `domain` to a peer in `zone` (NULL: unknown): the one named `name` when not NULL,
 * else by exact name, wildcard, file order. NULL domain: the first in the file. `covers_out`: does it
 * name the domain? Never NULL unless there is no certificate at all. */
const struct credential *credentials_choose(const struct credentials *c, const struct domain *domain,
	const char *name, const char *zone, bool *covers_out);
const char *credential_name(const struct credential *c);
bool credential_covers(const struct credential *c, const struct domain *d);
int64_t credential_not_after(const struct credential *c);
bool credentials_has(const struct credentials *c, const char *name);
