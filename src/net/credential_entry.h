/* SPDX-License-Identifier: MIT */
/*
 * One entry of "certificates", loaded: a certificate with its chain and key, or an issuing CA from
 * which certificates are minted.
 */
#pragma once

#include "net/credentials.h"
#include "net/mint.h"

#include <stdbool.h>

#include <openssl/ssl.h>
#include <openssl/x509.h>

struct credential_entry {
	char *name;
	struct config_strings zones;
	/* An ordinary one; NULL for an issuer. */
	X509 *leaf;
	STACK_OF(X509) * rest; /* of the chain */
	EVP_PKEY *key;
	struct mint *mint; /* an issuer; NULL for an ordinary one */
};

/* Fills a zeroed entry. False after an error, which is in `report`; what is expired or unusual is a
 * warning. `like_contexts` has the security level of handshakes. The entry is to be freed in either
 * case. */
bool credential_entry_load(struct credential_entry *e, const struct certificate_config *cc,
	SSL_CTX *like_contexts, struct config_report *report);
void credential_entry_fini(struct credential_entry *e);
