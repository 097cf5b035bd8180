/* SPDX-License-Identifier: MIT */
/* Certificates, keys and CRLs out of PEM files, with words for an operator when they do not load.
 */
#pragma once

#include <stdint.h>

#include <openssl/safestack.h>
#include <openssl/types.h>

struct stack_st_X509;
struct stack_st_X509_CRL;

enum { PEM_WORDS = 512 };

/* All certificates of a file, at least one; NULL and `words` (what is wrong and what to do)
 * otherwise. The caller frees them with sk_X509_pop_free(). */
STACK_OF(X509) * pem_certificates(const char *path, char words[PEM_WORDS]);
/* An unencrypted private key; NULL and `words`. */
EVP_PKEY *pem_key(const char *path, char words[PEM_WORDS]);
/* All CRLs of a file, at least one. */
STACK_OF(X509_CRL) * pem_crls(const char *path, char words[PEM_WORDS]);

/* Seconds since 1970 of a certificate's or CRL's time; 0 when it cannot be read. */
int64_t pem_time(const ASN1_TIME *t);
/* "2026-01-31" in UTC. */
void pem_date(int64_t seconds, char out[16]);
