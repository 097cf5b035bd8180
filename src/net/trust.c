/* SPDX-License-Identifier: MIT */
/*
 * Trust stores: certificates and CRLs out of files, with what an operator should know about them.
 * Owns the OpenSSL store. Judging is judge.c's.
 */
#include "net/trust_private.h"

#include "base/clock.h"
#include "base/mem.h"
#include "net/pem.h"

#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

enum {
	CHAIN_MOST = 10, /* certificates between a leaf and its anchor */
	CRL_WARN_DAYS = 7,
};

static const struct config_key trust_keys[] = {
	{ .name = "name",
		.type = CONFIG_STRING,
		.offset = offsetof(struct trust_config, name),
		.flags = CONFIG_REQUIRED | CONFIG_ONCE,
		.reload = CONFIG_NEXT_HANDSHAKE,
		.help = "What peering controls call this trust store." },
	{ .name = "ca",
		.type = CONFIG_STRINGS,
		.offset = offsetof(struct trust_config, ca),
		.flags = CONFIG_PATHS,
		.reload = CONFIG_NEXT_HANDSHAKE,
		.help = "PEM files with the certificates that are believed: roots, or intermediate "
			"ones that stand for themselves." },
	{ .name = "crl",
		.type = CONFIG_STRINGS,
		.offset = offsetof(struct trust_config, crl),
		.flags = CONFIG_PATHS,
		.reload = CONFIG_NEXT_HANDSHAKE,
		.help = "PEM files with revocation lists. When there is one, every certificate of "
			"a "
			"chain needs a list of its issuer that is not past its next update." },
	{ .name = "system",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct trust_config, system),
		.def = "false",
		.reload = CONFIG_NEXT_HANDSHAKE,
		.help = "Believe the certificates that this host believes, too." },
	{ 0 }
};
const struct config_table trust_schema = { "trust store", sizeof(struct trust_config), trust_keys };

static void set_rules(struct trust_store *s, bool crls)
{
	X509_VERIFY_PARAM *rules = X509_STORE_get0_param(s->x509);
	unsigned long flags = X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN;

	if (crls)
		flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
	X509_VERIFY_PARAM_set_flags(rules, flags);
	/* For both sides: public CAs issue no client certificates for servers any more. */
	X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_SERVER);
	X509_VERIFY_PARAM_set_trust(rules, X509_TRUST_SSL_SERVER);
	X509_VERIFY_PARAM_set_auth_level(rules, 2);
	X509_VERIFY_PARAM_set_depth(rules, CHAIN_MOST);
}

static void remember(struct trust_store *s, const char *path, bool crl, const X509_NAME *name,
	const ASN1_TIME *from, const ASN1_TIME *until)
{
	BIO *b = BIO_new(BIO_s_mem());
	char *text;
	long n;

	if (!b)
		abort();
	X509_NAME_print_ex(b, name, 0, XN_FLAG_RFC2253);
	n = BIO_get_mem_data(b, &text);
	s->items = mem_resize(s->items, (s->nitems + 1) * sizeof(*s->items));
	s->items[s->nitems++] = (struct trust_item){
		.file = path,
		.crl = crl,
		.name = str_dup((struct str){ text, (size_t)n }),
		.from = pem_time(from),
		.until = until ? pem_time(until) : 0,
	};
	BIO_free(b);
}

static bool add_certificates(struct trust_store *s, const struct trust_config *c, const char *path,
	struct config_report *report)
{
	char words[PEM_WORDS], date[16];
	STACK_OF(X509) *all = pem_certificates(path, words);

	if (!all) {
		config_report_add(
			report, CONFIG_ERROR, config_origin_of(&c->origin, "ca"), "%s", words);
		return false;
	}
	for (int i = 0; i < sk_X509_num(all); i++) {
		X509 *one = sk_X509_value(all, i);
		int64_t end = pem_time(X509_get0_notAfter(one));

		X509_STORE_add_cert(s->x509, one);
		remember(s, path, false, X509_get_subject_name(one), X509_get0_notBefore(one),
			X509_get0_notAfter(one));
		s->certificates++;
		if (end >= clock_wall())
			continue;
		pem_date(end, date);
		config_report_add(report, CONFIG_WARNING, config_origin_of(&c->origin, "ca"),
			"certificate number %d in %s expired on %s: whoever it has issued is "
			"refused; replace it",
			i + 1, path, date);
	}
	sk_X509_pop_free(all, X509_free);
	ERR_clear_error();
	return true;
}

static void check_due(
	const struct trust_config *c, const char *path, int64_t due, struct config_report *report)
{
	int64_t now = clock_wall();
	char date[16];

	pem_date(due, date);
	if (due < now)
		config_report_add(report, CONFIG_WARNING, config_origin_of(&c->origin, "crl"),
			"the CRL in %s is stale since %s: until there is a new one, every "
			"certificate of its issuer is refused by trust \"%s\"",
			path, date, c->name);
	else if (due < now + CRL_WARN_DAYS * 86400)
		config_report_add(report, CONFIG_WARNING, config_origin_of(&c->origin, "crl"),
			"the CRL in %s must be renewed before %s: after that, every certificate of "
			"its issuer is refused by trust \"%s\"",
			path, date, c->name);
}

static bool add_crls(struct trust_store *s, const struct trust_config *c, const char *path,
	struct config_report *report)
{
	char words[PEM_WORDS];
	STACK_OF(X509_CRL) *all = pem_crls(path, words);

	if (!all) {
		config_report_add(
			report, CONFIG_ERROR, config_origin_of(&c->origin, "crl"), "%s", words);
		return false;
	}
	for (int i = 0; i < sk_X509_CRL_num(all); i++) {
		X509_CRL *one = sk_X509_CRL_value(all, i);
		int64_t due = pem_time(X509_CRL_get0_nextUpdate(one));

		X509_STORE_add_crl(s->x509, one);
		remember(s, path, true, X509_CRL_get_issuer(one), X509_CRL_get0_lastUpdate(one),
			X509_CRL_get0_nextUpdate(one));
		if (due) /* else it does not say, and never gets stale */
			check_due(c, path, due, report);
	}
	sk_X509_CRL_pop_free(all, X509_CRL_free);
	ERR_clear_error();
	return true;
}

static bool fill(struct trust_store *s, const struct trust_config *c, struct config_report *report)
{
	bool ok = true;

	for (unsigned i = 0; i < c->ca.n; i++)
		ok = add_certificates(s, c, c->ca.v[i], report) && ok;
	for (unsigned i = 0; i < c->crl.n; i++)
		ok = add_crls(s, c, c->crl.v[i], report) && ok;
	if (c->system && X509_STORE_set_default_paths(s->x509) != 1) {
		config_report_add(report, CONFIG_ERROR, config_origin_of(&c->origin, "system"),
			"the system's certificates cannot be used: install package "
			"ca-certificates");
		ok = false;
	}
	if (ok && s->certificates == 0 && !c->system) {
		config_report_add(report, CONFIG_ERROR, config_origin_of(&c->origin, "name"),
			"trust store \"%s\" believes nobody: name PEM files with \"ca\", or say "
			"\"system "
			"= "
			"true\"",
			s->name);
		ok = false;
	}
	return ok;
}

struct trust_store *trust_store_new(const struct trust_config *c, struct config_report *report)
{
	struct trust_store *s = MEM_NEW(struct trust_store);

	s->name = mem_strdup(c->name ? c->name : "");
	s->x509 = X509_STORE_new();
	if (!s->x509)
		abort();
	set_rules(s, c->crl.n > 0);
	if (fill(s, c, report))
		return s;
	trust_store_free(s);
	return NULL;
}

void trust_store_free(struct trust_store *s)
{
	if (!s)
		return;
	X509_STORE_free(s->x509);
	for (unsigned i = 0; i < s->nitems; i++)
		free(s->items[i].name);
	free(s->items);
	free(s->name);
	free(s);
}

const char *trust_store_name(const struct trust_store *s)
{
	return s->name;
}

const struct trust_item *trust_store_items(const struct trust_store *s, unsigned *n_out)
{
	*n_out = s->nitems;
	return s->items;
}
