/* SPDX-License-Identifier: MIT */
/* Small throw-away certificates for tests, made in memory. Every failure ends the program: it is
 * the test's own. */
#pragma once

#include "base/str.h"

#include <stdint.h>

#include <openssl/x509.h>

struct pki {
	X509 *cert;
	EVP_PKEY *key;
};

struct pki_spec {
	const char *cn;
	const char *san;    /* in OpenSSL's notation: PKI_DNS("a.example") "," PKI_SRV("a.example");
			       NULL: none */
	struct str raw_dns; /* one dNSName of exactly these bytes, instead of san */
	struct str raw_xmpp;     /* one XmppAddr of exactly these bytes, instead of san */
	const char *usage;       /* NULL: what a CA, or a leaf, needs */
	const char *eku;         /* "serverAuth,clientAuth"; NULL: none */
	const char *constraints; /* "permitted;DNS:example" */
	/* "DER:30...", "critical,DER:30...": subjectDirectoryAttributes; what a CA's certificates
	 * may have of clearances at most (RFC 5913); what nobody knows */
	const char *directory, *limits, *strange;
	int ca;             /* 1: a CA */
	int pathlen;        /* of a CA: n + 1; 0: no limit */
	int64_t from, to;   /* seconds relative to now; both 0: an hour back, 90 days ahead */
	int rsa_bits;       /* 0: ECDSA P-256 */
	const char *kind;   /* another curve, "RSA" (2048 bits), "ED25519"; NULL: as above */
	const char *digest; /* NULL: SHA256 */
};

#define PKI_DNS(name)  "DNS:" name
#define PKI_SRV(name)  "otherName:1.3.6.1.5.5.7.8.7;IA5STRING:_xmpp-server." name
#define PKI_XMPP(name) "otherName:1.3.6.1.5.5.7.8.5;UTF8:" name

/* Issued by `by`, NULL: self-signed. */
struct pki pki_new(const struct pki *by, const struct pki_spec *spec);
void pki_free(struct pki *p);
X509_CRL *pki_crl(const struct pki *by, X509 *const *revoked, unsigned n, int64_t from, int64_t to);

/* A directory for this test's files, made anew; pki_clean() removes it with all files in it. */
const char *pki_dir(void);
void pki_clean(void);
/* Writes into the directory and returns the path (freed by the caller). */
char *pki_write_certs(const char *name, X509 *const *certs, unsigned n);
char *pki_write_key(const char *name, EVP_PKEY *key, const char *pass_phrase);
char *pki_write_crl(const char *name, X509_CRL *crl);
char *pki_write_text(const char *name, const char *text);
