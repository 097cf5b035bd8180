/* SPDX-License-Identifier: MIT */
/*
 * Issuing. What OpenSSL would find wrong in every certificate of a CA is found once, by having it
 * judge a trial one, so that a CA with which nothing can work is never run with. Owns the CA's
 * certificate and key, and gives neither away.
 */
#include "net/issuer.h"

#include "base/mem.h"
#include "base/random.h"
#include "net/identity.h"
#include "net/pem.h"

#include <stdlib.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

enum { SERIAL = 16, AUTH_LEVEL = 2, HOST_MAX = 253, LABEL_MAX = 63 };

/* ---- names ---- */

static bool host_label(struct str s)
{
	if (s.n == 0 || s.n > LABEL_MAX || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && !(s.p[i] >= '0' && s.p[i] <= '9') &&
			s.p[i] != '-')
			return false;
	return true;
}

static bool host_name(struct str s)
{
	const char *dot;

	if (s.n > HOST_MAX || domain_is_address(s))
		return false;
	while ((dot = s.n ? memchr(s.p, '.', s.n) : NULL)) {
		size_t n = (size_t)(dot - s.p);

		if (!host_label((struct str){ s.p, n }))
			return false;
		s = str_skip(s, n + 1);
	}
	return host_label(s);
}

bool issuer_permits(const struct issuer *is, const struct domain *d)
{
	if (!host_name(domain_str(d)))
		return false;
	for (unsigned i = 0; i < is->nconstraints; i++)
		if (!identity_within(is->constraints[i], d))
			return false;
	return true;
}

bool issuer_constrained(const struct issuer *is)
{
	for (unsigned i = 0; i < is->nconstraints; i++)
		if (identity_permitted(is->constraints[i]).p)
			return true;
	return false;
}

/* ---- one certificate ---- */

/* As strong as the key that signs (RFC 5480 4); Ed25519 and Ed448 bring their own. */
static const EVP_MD *digest_for(EVP_PKEY *key)
{
	int bits = EVP_PKEY_get_bits(key);

	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_ED25519:
	case EVP_PKEY_ED448: return NULL;
	case EVP_PKEY_EC:
		return bits > 384 ? EVP_sha512() : bits > 256 ? EVP_sha384() : EVP_sha256();
	default: return EVP_sha256();
	}
}

static bool add_serial(X509 *x)
{
	unsigned char bytes[SERIAL];
	BIGNUM *n;
	bool ok;

	random_bytes(bytes, sizeof(bytes));
	bytes[0] = (bytes[0] & 0x3f) | 0x40; /* positive, and always as long */
	n = BN_bin2bn(bytes, sizeof(bytes), NULL);
	ok = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x));
	BN_free(n);
	return ok;
}

/* The subject is empty: so constraints on subjects have nothing to refuse, and subjectAltName is
 * critical (RFC 5280 4.2.1.6). */
static bool add_name(X509 *x, const struct domain *d)
{
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_IA5STRING *value = ASN1_IA5STRING_new();
	bool ok = names && name && value && ASN1_STRING_set(value, d->s, d->n);

	if (ok) {
		GENERAL_NAME_set0_value(name, GEN_DNS, value);
		value = NULL;
		ok = sk_GENERAL_NAME_push(names, name) > 0;
		name = ok ? NULL : name;
	}
	ok = ok && X509_add1_ext_i2d(x, NID_subject_alt_name, names, 1, X509V3_ADD_DEFAULT) == 1;
	ASN1_IA5STRING_free(value);
	GENERAL_NAME_free(name);
	GENERAL_NAMES_free(names);
	return ok;
}

/* RFC 5280 4.2.1.1: the issuer's key identifier, where it has one. */
static bool add_authority(X509 *x, X509 *ca)
{
	const ASN1_OCTET_STRING *theirs = X509_get0_subject_key_id(ca);
	AUTHORITY_KEYID *id;
	bool ok;

	if (!theirs)
		return true;
	id = AUTHORITY_KEYID_new();
	if (!id)
		return false;
	id->keyid = ASN1_OCTET_STRING_dup(theirs);
	ok = id->keyid &&
	     X509_add1_ext_i2d(x, NID_authority_key_identifier, id, 0, X509V3_ADD_DEFAULT) == 1;
	AUTHORITY_KEYID_free(id);
	return ok;
}

static bool add_text(X509 *x, X509 *ca, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *ext;
	bool ok;

	X509V3_set_ctx(&ctx, ca, x, NULL, NULL, 0);
	X509V3_set_ctx_nodb(&ctx);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = ext && X509_add_ext(x, ext, -1) == 1;
	X509_EXTENSION_free(ext);
	return ok;
}

static bool fill_blank(const struct issuer *is, X509 *x, EVP_PKEY *key)
{
	/* Signed by nobody in particular, so that it can be written and read. */
	return X509_set_version(x, X509_VERSION_3) &&
	       X509_set_issuer_name(x, X509_get_subject_name(is->cert)) &&
	       ASN1_TIME_set(X509_getm_notBefore(x), 0) &&
	       ASN1_TIME_set(X509_getm_notAfter(x), 0) && X509_set_pubkey(x, key) &&
	       add_text(x, is->cert, NID_basic_constraints, "critical,CA:FALSE") &&
	       add_text(x, is->cert, NID_key_usage, "critical,digitalSignature") &&
	       add_text(x, is->cert, NID_ext_key_usage, "serverAuth,clientAuth") &&
	       add_text(x, is->cert, NID_subject_key_identifier, "hash") &&
	       add_authority(x, is->cert) && X509_sign(x, key, digest_for(key)) > 0;
}

X509 *issuer_blank(const struct issuer *is, EVP_PKEY *key)
{
	X509 *x = X509_new(), *out = NULL;

	if (x && fill_blank(is, x, key))
		out = X509_dup(x);
	X509_free(x);
	ERR_clear_error();
	return out;
}

static bool fill(const struct issuer *is, X509 *x, const struct domain *d, int64_t from, int64_t to)
{
	if (from < is->from)
		from = is->from;
	if (to > is->end)
		to = is->end;
	return add_serial(x) && ASN1_TIME_set(X509_getm_notBefore(x), (time_t)from) &&
	       ASN1_TIME_set(X509_getm_notAfter(x), (time_t)to) && add_name(x, d) &&
	       X509_sign(x, is->key, digest_for(is->key)) > 0;
}

X509 *issuer_sign(const struct issuer *is, const X509 *blank, const struct domain *d, int64_t from,
	int64_t to)
{
	X509 *x = X509_dup(blank);

	if (x && !fill(is, x, d, from, to)) {
		X509_free(x);
		x = NULL;
	}
	/* Its extensions are read once, before another thread may see it. */
	if (x)
		X509_check_purpose(x, -1, 0);
	ERR_clear_error();
	return x;
}

/* ---- is it fit? ---- */

struct check {
	struct issuer *is;
	const char *file;
	const struct config_origin *at;
	struct config_report *report;
};

#define COMPLAIN(c, ...) config_report_add((c)->report, CONFIG_ERROR, (c)->at, __VA_ARGS__)
#define WARN(c, ...)     config_report_add((c)->report, CONFIG_WARNING, (c)->at, __VA_ARGS__)

static bool check_ca(const struct check *c)
{
	uint32_t usage = X509_get_key_usage(c->is->cert);

	if (!(X509_get_extension_flags(c->is->cert) & EXFLAG_CA)) {
		COMPLAIN(c,
			"the certificate in %s is not one of a CA: an issuer needs "
			"basicConstraints = critical, CA:TRUE; to show this one itself, write "
			"chain "
			"and key without issuer",
			c->file);
		return false;
	}
	if (!(usage & KU_KEY_CERT_SIGN)) {
		COMPLAIN(c,
			"the CA in %s may not sign certificates: its keyUsage lacks keyCertSign",
			c->file);
		return false;
	}
	return true;
}

static bool read_constraints(struct check *c, X509 *ca)
{
	struct issuer *is = c->is;
	NAME_CONSTRAINTS *nc;
	int critical;

	nc = X509_get_ext_d2i(ca, NID_name_constraints, &critical, NULL);
	if (!nc && critical != -1) {
		COMPLAIN(c, "the name constraints of a CA in %s cannot be read", c->file);
		return false;
	}
	if (!nc)
		return true;
	is->constraints =
		mem_resize(is->constraints, (is->nconstraints + 1) * sizeof(*is->constraints));
	is->constraints[is->nconstraints++] = nc;
	return true;
}

/* The name is only one of many: whether the constraints permit it is no question here. */
static int any_name(int ok, X509_STORE_CTX *ctx)
{
	int error = X509_STORE_CTX_get_error(ctx);

	return ok || error == X509_V_ERR_PERMITTED_VIOLATION ||
	       error == X509_V_ERR_EXCLUDED_VIOLATION;
}

/* What a peer that believes the last certificate of the file would say. NULL: nothing. */
static const char *judge(X509 *trial, X509 *ca, STACK_OF(X509) * above, int purpose)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *anchor = sk_X509_new_null(), *rest = sk_X509_dup(above);
	int n = sk_X509_num(above);
	X509_VERIFY_PARAM *p;
	const char *words = NULL;

	if (!ctx || !anchor || !rest || sk_X509_unshift(rest, ca) <= 0 ||
		sk_X509_push(anchor, n > 0 ? sk_X509_value(above, n - 1) : ca) <= 0 ||
		!X509_STORE_CTX_init(ctx, NULL, trial, rest))
		abort();
	p = X509_STORE_CTX_get0_param(ctx);
	X509_STORE_CTX_set0_trusted_stack(ctx, anchor);
	X509_VERIFY_PARAM_set_flags(p, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
	X509_VERIFY_PARAM_set_purpose(p, purpose);
	X509_VERIFY_PARAM_set_auth_level(p, AUTH_LEVEL);
	X509_STORE_CTX_set_verify_cb(ctx, any_name);
	if (X509_verify_cert(ctx) != 1)
		words = X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx));
	X509_STORE_CTX_free(ctx);
	sk_X509_free(anchor);
	sk_X509_free(rest);
	ERR_clear_error();
	return words;
}

static bool check_trial(const struct check *c, STACK_OF(X509) * above)
{
	struct domain d = { 0 };
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *blank = key ? issuer_blank(c->is, key) : NULL;
	const char *server, *client;
	X509 *trial;

	if (!blank || !domain_parse(STR("trial.invalid"), &d))
		abort();
	trial = issuer_sign(c->is, blank, &d, c->is->from, c->is->end);
	X509_free(blank);
	EVP_PKEY_free(key);
	if (!trial) {
		COMPLAIN(c, "the CA in %s cannot sign: OpenSSL refuses its key", c->file);
		return false;
	}
	server = judge(trial, c->is->cert, above, X509_PURPOSE_SSL_SERVER);
	client = server ? NULL : judge(trial, c->is->cert, above, X509_PURPOSE_SSL_CLIENT);
	X509_free(trial);
	if (server)
		COMPLAIN(c,
			"peers would refuse every certificate issued by the CA in %s (%s): the "
			"file must have the CA and then each one that issued the one before it, "
			"with no pathlen that forbids another certificate below",
			c->file, server);
	if (client)
		WARN(c,
			"some servers will refuse certificates issued by the CA in %s when trunkd "
			"dials (%s): its extendedKeyUsage needs clientAuth, too, or is left out",
			c->file, client);
	return !server;
}

/* Until when, and what stands in the file's chain. */
static bool take_in(struct check *c, X509 *ca)
{
	int64_t from = pem_time(X509_get0_notBefore(ca)), end = pem_time(X509_get0_notAfter(ca));

	if (from > c->is->from)
		c->is->from = from;
	if (end < c->is->end)
		c->is->end = end;
	if (!(X509_get_extension_flags(ca) & EXFLAG_SS)) {
		X509_up_ref(ca);
		if (sk_X509_push(c->is->shown, ca) <= 0)
			abort();
	}
	return read_constraints(c, ca);
}

bool issuer_init(struct issuer *is, X509 *cert, STACK_OF(X509) * above, EVP_PKEY *key,
	const char *file, const struct config_origin *at, struct config_report *report)
{
	struct check c = { is, file, at, report };
	bool ok = true;

	*is = (struct issuer){ .cert = cert, .key = key, .from = INT64_MIN, .end = INT64_MAX };
	is->shown = sk_X509_new_null();
	if (!is->shown)
		abort();
	ok = take_in(&c, cert);
	for (int i = 0; i < sk_X509_num(above); i++)
		ok = take_in(&c, sk_X509_value(above, i)) && ok;
	if (!ok || !check_ca(&c) || !check_trial(&c, above))
		return false;
	if (!issuer_constrained(is))
		WARN(&c,
			"the CA in %s has no name constraints: whoever reads its key can make a "
			"certificate for any name in the world; have it issued with "
			"nameConstraints = critical, permitted;DNS:YOUR.DOMAIN",
			file);
	return true;
}

void issuer_fini(struct issuer *is)
{
	X509_free(is->cert);
	EVP_PKEY_free(is->key);
	sk_X509_pop_free(is->shown, X509_free);
	for (unsigned i = 0; i < is->nconstraints; i++)
		NAME_CONSTRAINTS_free(is->constraints[i]);
	free(is->constraints);
	*is = (struct issuer){ 0 };
}
