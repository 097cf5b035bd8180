/* SPDX-License-Identifier: MIT */
/* Loading trust stores: CA certificates and CRLs from PEM files, with every flag that a judgement needs. */
#include "net/trust_store.h"

#include "base/clock.h"
#include "base/mem.h"
#include "net/pem.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

enum { CRL_WARN_SECONDS = 7 * 86400, AUTH_LEVEL = 2 /* 112 bits: RSA 2048, SHA-224 */ };

static const struct config_key trust_keys[] = {
	{ .name = "name", .type = CONFIG_STRING, .offset = offsetof(struct trust_config, name),
		.flags = CONFIG_REQUIRED, .help = "What controls call it by." },
	{ .name = "ca", .type = CONFIG_STRINGS, .offset = offsetof(struct trust_config, ca),
		.flags = CONFIG_PATHS, .reload = CONFIG_NEXT_HANDSHAKE,
		.help = "PEM files with the CA certificates that are believed." },
	{ .name = "crl", .type = CONFIG_STRINGS, .offset = offsetof(struct trust_config, crl),
		.flags = CONFIG_PATHS, .reload = CONFIG_NEXT_HANDSHAKE,
		.help = "PEM files with revocation lists. When set, every certificate of a chain must be covered by "
			"one that is not stale; else the peer is refused." },
	{ .name = "system", .type = CONFIG_BOOL, .offset = offsetof(struct trust_config, system),
		.def = "false", .reload = CONFIG_NEXT_HANDSHAKE,
		.help = "Believe the system's certificate authorities too." },
	{ .name = NULL },
};
const struct config_table trust_schema = { "trust store", sizeof(struct trust_config), trust_keys };

struct trust_store {
	char *name;
	X509_STORE *store;
};

X509_STORE *trust_store_x509(const struct trust_store *s)
{
	return s->store;
}

const char *trust_store_name(const struct trust_store *s)
{
	return s->name;
}

static bool load_ca(struct trust_store *s, const char *path, const struct config_origin *origin,
	struct config_report *report)
{
	char words[PEM_WORDS];
	STACK_OF(X509) *certs = pem_certificates(path, words);
	if (!certs) {
		config_report_add(report, CONFIG_ERROR, origin, "ca: %s", words);
		return false;
	}
	for (int i = 0; i < sk_X509_num(certs); i++) {
		X509 *c = sk_X509_value(certs, i);
		int64_t end = pem_time(X509_get0_notAfter(c));
		char date[16];
		pem_date(end, date);
		if (end < clock_wall())
			config_report_add(report, CONFIG_WARNING, origin,
				"ca: a certificate in \"%s\" has expired (%s): what it issued is refused", path,
				date);
		X509_STORE_add_cert(s->store, c);
	}
	sk_X509_pop_free(certs, X509_free);
	return true;
}

static void check_crl(const X509_CRL *crl, const char *path, const struct config_origin *origin,
	struct config_report *report)
{
	const ASN1_TIME *next = X509_CRL_get0_nextUpdate(crl);
	int64_t at = next ? pem_time(next) : 0;
	char date[16];
	pem_date(at, date);
	if (at && at < clock_wall())
		config_report_add(report, CONFIG_WARNING, origin,
			"crl: \"%s\" is stale since %s: every peer it is for will be refused; fetch a new one", path,
			date);
	else if (at && at < clock_wall() + CRL_WARN_SECONDS)
		config_report_add(report, CONFIG_WARNING, origin,
			"crl: \"%s\" gets stale on %s: fetch a new one before, or its peers will be refused", path,
			date);
}

static bool load_crl(struct trust_store *s, const char *path, const struct config_origin *origin,
	struct config_report *report)
{
	char words[PEM_WORDS];
	STACK_OF(X509_CRL) *crls = pem_crls(path, words);
	if (!crls) {
		config_report_add(report, CONFIG_ERROR, origin, "crl: %s", words);
		return false;
	}
	for (int i = 0; i < sk_X509_CRL_num(crls); i++) {
		check_crl(sk_X509_CRL_value(crls, i), path, origin, report);
		X509_STORE_add_crl(s->store, sk_X509_CRL_value(crls, i));
	}
	sk_X509_CRL_pop_free(crls, X509_CRL_free);
	return true;
}

static void set_parameters(struct trust_store *s, const struct trust_config *c)
{
	X509_VERIFY_PARAM *p = X509_STORE_get0_param(s->store);
	unsigned long flags = X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN;
	if (c->crl.n)
		flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
	X509_VERIFY_PARAM_set_flags(p, flags);
	/* Servers only, on both sides: public authorities issue no clientAuth any more; and never ANY, which would
	 * take a client's certificate for a server's (ruling 8). */
	X509_VERIFY_PARAM_set_purpose(p, X509_PURPOSE_SSL_SERVER);
	X509_VERIFY_PARAM_set_trust(p, X509_TRUST_SSL_SERVER);
	X509_VERIFY_PARAM_set_auth_level(p, AUTH_LEVEL);
}

struct trust_store *trust_store_new(const struct trust_config *c, struct config_report *report)
{
	struct trust_store *s = MEM_NEW(struct trust_store);
	bool ok = true;
	s->name = mem_strdup(c->name);
	s->store = X509_STORE_new();
	if (!c->ca.n && !c->system) {
		config_report_add(report, CONFIG_ERROR, &c->origin,
			"trust store \"%s\" believes nobody: give it ca = \"FILE\", or system = true", c->name);
		ok = false;
	}
	for (unsigned i = 0; i < c->ca.n; i++)
		ok &= load_ca(s, c->ca.v[i], &c->origin, report);
	for (unsigned i = 0; i < c->crl.n; i++)
		ok &= load_crl(s, c->crl.v[i], &c->origin, report);
	if (c->system)
		X509_STORE_set_default_paths(s->store);
	set_parameters(s, c);
	if (ok)
		return s;
	trust_store_free(s);
	return NULL;
}

void trust_store_free(struct trust_store *s)
{
	if (!s)
		return;
	X509_STORE_free(s->store);
	free(s->name);
	free(s);
}
