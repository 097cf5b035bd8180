/* SPDX-License-Identifier: MIT */
/* See csr.h. */
#include "net/csr.h"

#include "net/pem.h"

#include <stdlib.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

enum {
	COMMON_NAME = 64, /* ub-common-name, RFC 5280 */
	/* What a CA adds to what was asked for: its name, dates, number, identifiers, places. */
	ADDED_BY_CA = 320,
};

EVP_PKEY *csr_key_new(enum csr_key_type type)
{
	switch (type) {
	case CSR_P256: return EVP_EC_gen("P-256");
	case CSR_P384: return EVP_EC_gen("P-384");
	case CSR_RSA2048: return EVP_RSA_gen(2048);
	case CSR_RSA3072: return EVP_RSA_gen(3072);
	case CSR_RSA4096: return EVP_RSA_gen(4096);
	}
	return NULL;
}

EVP_PKEY *csr_key_read(const char *path, char words[CSR_WORDS])
{
	_Static_assert((int)CSR_WORDS == (int)PEM_WORDS, "the words of pem_key()");
	return pem_key(path, words);
}

void csr_key_free(EVP_PKEY *key)
{
	EVP_PKEY_free(key);
}

static BIO *memory(void)
{
	BIO *b = BIO_new(BIO_s_mem());

	if (!b)
		abort();
	return b;
}

/* Moves what was written to the end of the buf. */
static void take(BIO *b, struct buf *out)
{
	char *data;
	long n = BIO_get_mem_data(b, &data);

	buf_put(out, (struct str){ data, (size_t)n });
	BIO_free(b);
}

void csr_key_print(const EVP_PKEY *key, struct buf *out)
{
	BIO *b = memory();

	if (PEM_write_bio_PKCS8PrivateKey(b, key, NULL, NULL, 0, NULL, NULL) != 1)
		abort(); /* a key that we have made */
	take(b, out);
}

/* ---- names ---- */

static ASN1_STRING *string(int type, const char *first, const char *text)
{
	ASN1_STRING *s = ASN1_STRING_type_new(type);
	struct buf all = { 0 };

	buf_put(&all, str_of(first));
	buf_put(&all, str_of(text));
	if (!s || ASN1_STRING_set(s, buf_view(&all).p, (int)buf_len(&all)) != 1)
		abort();
	buf_fini(&all);
	return s;
}

static void add_name(GENERAL_NAMES *names, GENERAL_NAME *name)
{
	if (sk_GENERAL_NAME_push(names, name) <= 0)
		abort();
}

static GENERAL_NAME *new_name(void)
{
	GENERAL_NAME *name = GENERAL_NAME_new();

	if (!name)
		abort();
	return name;
}

static void add_other(GENERAL_NAMES *names, int nid, int type, ASN1_STRING *value)
{
	GENERAL_NAME *name = new_name();
	ASN1_TYPE *any = ASN1_TYPE_new();

	if (!any)
		abort();
	ASN1_TYPE_set(any, type, value);
	if (GENERAL_NAME_set0_othername(name, OBJ_nid2obj(nid), any) != 1)
		abort();
	add_name(names, name);
}

/* The XmppAddr is the address as people write it, the others are for the DNS. */
static void add_domain(GENERAL_NAMES *names, const struct domain *d, const struct csr_request *r)
{
	char unicode[4 * DOMAIN_MAX];
	GENERAL_NAME *name = new_name();

	GENERAL_NAME_set0_value(name, GEN_DNS, string(V_ASN1_IA5STRING, "", d->s));
	add_name(names, name);
	if (r->srv_names)
		add_other(names, NID_SRVName, V_ASN1_IA5STRING,
			string(V_ASN1_IA5STRING, "_xmpp-server.", d->s));
	if (!r->xmpp_addrs)
		return;
	domain_display(domain_str(d), unicode, sizeof(unicode));
	add_other(names, NID_XmppAddr, V_ASN1_UTF8STRING, string(V_ASN1_UTF8STRING, "", unicode));
}

/* ---- the request ---- */

static bool add_extension(STACK_OF(X509_EXTENSION) * all, int nid, const char *value)
{
	X509_EXTENSION *one = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	return one && sk_X509_EXTENSION_push(all, one) > 0;
}

/* Key encipherment is for RSA without forward secrecy, which trunkd does not do. */
static bool add_extensions(X509_REQ *req, const struct csr_request *r)
{
	STACK_OF(X509_EXTENSION) *all = sk_X509_EXTENSION_new_null();
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	bool ok;

	if (!all || !names)
		abort();
	for (unsigned i = 0; i < r->n; i++)
		add_domain(names, r->domains[i], r);
	ok = X509V3_add1_i2d(&all, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) == 1 &&
	     add_extension(all, NID_basic_constraints, "critical,CA:FALSE") &&
	     add_extension(all, NID_key_usage, "critical,digitalSignature") &&
	     add_extension(all, NID_ext_key_usage, "serverAuth,clientAuth") &&
	     X509_REQ_add_extensions(req, all) == 1;
	GENERAL_NAMES_free(names);
	sk_X509_EXTENSION_pop_free(all, X509_EXTENSION_free);
	return ok;
}

static bool fill(X509_REQ *req, EVP_PKEY *key, const struct csr_request *r)
{
	const unsigned char *cn = (const unsigned char *)r->common_name;
	int n = (int)strnlen(r->common_name, COMMON_NAME);

	return X509_REQ_set_version(req, X509_REQ_VERSION_1) == 1 &&
	       X509_NAME_add_entry_by_NID(X509_REQ_get_subject_name(req), NID_commonName,
		       MBSTRING_UTF8, (unsigned char *)(uintptr_t)cn, n, -1, 0) == 1 &&
	       X509_REQ_set_pubkey(req, key) == 1 && add_extensions(req, r) &&
	       X509_REQ_sign(req, key, EVP_sha256()) > 0;
}

size_t csr_print(EVP_PKEY *key, const struct csr_request *r, struct buf *out)
{
	X509_REQ *req = X509_REQ_new();
	size_t size = 0;
	BIO *b;

	if (!req)
		abort();
	if (fill(req, key, r)) {
		b = memory();
		if (PEM_write_bio_X509_REQ(b, req) != 1)
			abort();
		take(b, out);
		size = (size_t)i2d_X509_REQ(req, NULL) + ADDED_BY_CA;
	}
	X509_REQ_free(req);
	ERR_clear_error();
	return size;
}
