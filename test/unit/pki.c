/* SPDX-License-Identifier: MIT */
/* Certificates for tests. Owns one temporary directory per program. */
#include "pki.h"

#include "base/mem.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

static char directory[64];
static long serial;

static void must(int ok)
{
	if (ok)
		return;
	ERR_print_errors_fp(stderr);
	abort();
}

static EVP_PKEY *new_key(const struct pki_spec *spec)
{
	const char *kind = spec->kind ? spec->kind : "P-256";
	EVP_PKEY *key;

	if (spec->rsa_bits || strcmp(kind, "RSA") == 0)
		key = EVP_RSA_gen(spec->rsa_bits ? (unsigned)spec->rsa_bits : 2048u);
	else if (strncmp(kind, "ED", 2) == 0)
		key = EVP_PKEY_Q_keygen(NULL, NULL, kind);
	else
		key = EVP_EC_gen(kind);
	must(key != NULL);
	return key;
}

static void add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *ext;

	if (!value)
		return;
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	X509V3_set_ctx_nodb(&ctx);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	must(ext != NULL);
	must(X509_add_ext(cert, ext, -1));
	X509_EXTENSION_free(ext);
}

/* One that OpenSSL knows by its number only. */
static void add_by_oid(X509 *cert, const char *oid, const char *value)
{
	X509_EXTENSION *ext = value ? X509V3_EXT_conf(NULL, NULL, oid, value) : NULL;

	if (!value)
		return;
	must(ext != NULL);
	must(X509_add_ext(cert, ext, -1));
	X509_EXTENSION_free(ext);
}

static GENERAL_NAME *raw_dns(struct str raw)
{
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_IA5STRING *value = ASN1_IA5STRING_new();

	must(ASN1_STRING_set(value, raw.p, (int)raw.n));
	GENERAL_NAME_set0_value(name, GEN_DNS, value);
	return name;
}

static GENERAL_NAME *raw_xmpp(struct str raw)
{
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_UTF8STRING *value = ASN1_UTF8STRING_new();
	ASN1_TYPE *type = ASN1_TYPE_new();

	must(ASN1_STRING_set(value, raw.p, (int)raw.n));
	ASN1_TYPE_set(type, V_ASN1_UTF8STRING, value);
	must(GENERAL_NAME_set0_othername(name, OBJ_nid2obj(NID_XmppAddr), type));
	return name;
}

static void add_raw_name(X509 *cert, GENERAL_NAME *name)
{
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();

	sk_GENERAL_NAME_push(names, name);
	must(X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, 0));
	GENERAL_NAMES_free(names);
}

static void add_extensions(X509 *cert, X509 *issuer, const struct pki_spec *spec)
{
	char basic[64] = "critical,CA:FALSE";

	if (spec->ca && spec->pathlen)
		snprintf(basic, sizeof(basic), "critical,CA:TRUE,pathlen:%d", spec->pathlen - 1);
	else if (spec->ca)
		snprintf(basic, sizeof(basic), "critical,CA:TRUE");
	add_extension(cert, issuer, NID_basic_constraints, basic);
	add_extension(cert, issuer, NID_subject_key_identifier, "hash");
	add_extension(cert, issuer, NID_authority_key_identifier, "keyid");
	add_extension(cert, issuer, NID_key_usage,
		spec->usage ? spec->usage
		: spec->ca  ? "critical,keyCertSign,cRLSign"
			    : "critical,digitalSignature");
	add_extension(cert, issuer, NID_ext_key_usage, spec->eku);
	add_extension(cert, issuer, NID_name_constraints, spec->constraints);
	add_extension(cert, issuer, NID_subject_alt_name, spec->san);
	add_by_oid(cert, "2.5.29.9", spec->directory);
	add_by_oid(cert, "1.3.6.1.5.5.7.1.21", spec->limits);
	add_by_oid(cert, "2.25.99", spec->strange);
	if (spec->raw_dns.n)
		add_raw_name(cert, raw_dns(spec->raw_dns));
	if (spec->raw_xmpp.n)
		add_raw_name(cert, raw_xmpp(spec->raw_xmpp));
}

static const EVP_MD *digest(const struct pki_spec *spec)
{
	const EVP_MD *md;

	if (spec->kind && strncmp(spec->kind, "ED", 2) == 0)
		return NULL; /* it brings its own */
	md = spec->digest ? EVP_get_digestbyname(spec->digest) : EVP_sha256();

	must(md != NULL);
	return md;
}

struct pki pki_new(const struct pki *by, const struct pki_spec *spec)
{
	struct pki p = { X509_new(), new_key(spec) };
	bool dated = spec->from || spec->to;
	X509_NAME *name = X509_get_subject_name(p.cert);
	X509 *issuer = by ? by->cert : p.cert;

	must(X509_set_version(p.cert, 2));
	must(ASN1_INTEGER_set(X509_get_serialNumber(p.cert), ++serial));
	must(X509_gmtime_adj(X509_getm_notBefore(p.cert), dated ? spec->from : -3600) != NULL);
	must(X509_gmtime_adj(X509_getm_notAfter(p.cert), dated ? spec->to : 90 * 86400) != NULL);
	must(X509_set_pubkey(p.cert, p.key));
	must(X509_NAME_add_entry_by_txt(
		name, "CN", MBSTRING_UTF8, (const unsigned char *)spec->cn, -1, -1, 0));
	must(X509_set_issuer_name(p.cert, X509_get_subject_name(issuer)));
	add_extensions(p.cert, issuer, spec);
	must(X509_sign(p.cert, by ? by->key : p.key, digest(spec)) > 0);
	return p;
}

void pki_free(struct pki *p)
{
	X509_free(p->cert);
	EVP_PKEY_free(p->key);
	*p = (struct pki){ 0 };
}

static ASN1_TIME *at(int64_t seconds)
{
	ASN1_TIME *t = X509_gmtime_adj(NULL, seconds);

	must(t != NULL);
	return t;
}

X509_CRL *pki_crl(const struct pki *by, X509 *const *revoked, unsigned n, int64_t from, int64_t to)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *last = at(from), *next = at(to);

	must(X509_CRL_set_version(crl, 1));
	must(X509_CRL_set_issuer_name(crl, X509_get_subject_name(by->cert)));
	must(X509_CRL_set1_lastUpdate(crl, last));
	must(X509_CRL_set1_nextUpdate(crl, next));
	for (unsigned i = 0; i < n; i++) {
		X509_REVOKED *r = X509_REVOKED_new();

		must(X509_REVOKED_set_serialNumber(r, X509_get_serialNumber(revoked[i])));
		must(X509_REVOKED_set_revocationDate(r, last));
		must(X509_CRL_add0_revoked(crl, r));
	}
	X509_CRL_sort(crl);
	must(X509_CRL_sign(crl, by->key, EVP_sha256()) > 0);
	ASN1_TIME_free(last);
	ASN1_TIME_free(next);
	return crl;
}

/* ---- files ---- */

const char *pki_dir(void)
{
	if (!directory[0]) {
		snprintf(directory, sizeof(directory), "/tmp/trunkd-test.XXXXXX");
		must(mkdtemp(directory) != NULL);
	}
	return directory;
}

void pki_clean(void)
{
	DIR *d = directory[0] ? opendir(directory) : NULL;
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.')
			unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
	if (directory[0])
		rmdir(directory);
	directory[0] = '\0';
}

static FILE *create(const char *name, char **path_out)
{
	FILE *f;

	*path_out = mem_printf("%s/%s", pki_dir(), name);
	f = fopen(*path_out, "w");
	must(f != NULL);
	return f;
}

char *pki_write_certs(const char *name, X509 *const *certs, unsigned n)
{
	char *path;
	FILE *f = create(name, &path);

	for (unsigned i = 0; i < n; i++)
		must(PEM_write_X509(f, certs[i]));
	fclose(f);
	return path;
}

char *pki_write_key(const char *name, EVP_PKEY *key, const char *pass_phrase)
{
	char *path;
	FILE *f = create(name, &path);

	must(PEM_write_PrivateKey(f, key, pass_phrase ? EVP_aes_128_cbc() : NULL,
		(const unsigned char *)pass_phrase, pass_phrase ? (int)strlen(pass_phrase) : 0,
		NULL, NULL));
	must(fchmod(fileno(f), 0600) == 0);
	fclose(f);
	return path;
}

char *pki_write_crl(const char *name, X509_CRL *crl)
{
	char *path;
	FILE *f = create(name, &path);

	must(PEM_write_X509_CRL(f, crl));
	fclose(f);
	return path;
}

char *pki_write_text(const char *name, const char *text)
{
	char *path;
	FILE *f = create(name, &path);

	must(fputs(text, f) >= 0);
	fclose(f);
	return path;
}
