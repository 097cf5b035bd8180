/* SPDX-License-Identifier: MIT */
/*
 * Keys and certificate requests (PKCS #10, RFC 2986) for the domains that trunkd stands in for.
 * Nothing is kept; files are made by the caller's word only, and never overwritten.
 */
#pragma once

#include "base/buf.h"
#include "base/domain.h"

#include <openssl/types.h>

enum csr_key_type { CSR_P256, CSR_P384, CSR_RSA2048, CSR_RSA3072, CSR_RSA4096 };

/* A new key, freed by csr_key_free(); NULL when OpenSSL has no randomness to make it with. */
EVP_PKEY *csr_key_new(enum csr_key_type type);
/* One out of a file; NULL and words for the operator otherwise. */
enum { CSR_WORDS = 512 };
EVP_PKEY *csr_key_read(const char *path, char words[CSR_WORDS]);
void csr_key_free(EVP_PKEY *key);
/* The private key in PEM. */
void csr_key_print(const EVP_PKEY *key, struct buf *out);

struct csr_request {
	const char *common_name; /* for people: nobody else reads it; cut to 64 bytes */
	const struct domain *const *domains;
	unsigned n;
	bool srv_names;  /* SRVName besides (RFC 4985, _xmpp-server) */
	bool xmpp_addrs; /* XmppAddr besides (RFC 6120 13.7.1.4) */
};

/* The request in PEM: each domain as dNSName, and as what else is wanted; key usage for both
 * purposes, serverAuth and clientAuth. Returns how many bytes of DER the certificate will have,
 * about; 0 when it could not be made. Domains must not be addresses. */
size_t csr_print(EVP_PKEY *key, const struct csr_request *r, struct buf *out);
