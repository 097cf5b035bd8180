/* SPDX-License-Identifier: MIT */
/*
 * Loading what one entry of "certificates" names, and saying what is wrong with it as peers would
 * find it. Owns nothing but the entry it fills; decides nothing about who is shown what.
 */
#include "net/credential_entry.h"

#include "base/clock.h"
#include "base/mem.h"
#include "net/issuer.h"
#include "net/pem.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

static const struct config_key issuer_keys[] = {
	{ .name = "chain",
		.type = CONFIG_PATH,
		.offset = offsetof(struct issuer_config, chain),
		.flags = CONFIG_REQUIRED,
		.reload = CONFIG_NEXT_HANDSHAKE,
		.help = "PEM file: the certificate of the CA that issues, then each one that "
			"issued the one before it. The root may be left out; it is not sent. The "
			"CA should be name-constrained to the domains that trunkd stands in "
			"for: a name that the constraints do not permit is not issued, and a CA "
			"without any is warned about." },
	{ .name = "key",
		.type = CONFIG_PATH,
		.offset = offsetof(struct issuer_config, key),
		.flags = CONFIG_REQUIRED,
		.reload = CONFIG_NEXT_HANDSHAKE,
		.help = "PEM file with the CA's private key, without a pass phrase. With an ECDSA "
			"key (P-256) a certificate is issued in half of the time that one takes "
			"with RSA of 2048 bits, and in a twentieth of that with 4096." },
	{ .name = "lifetime",
		.type = CONFIG_DURATION,
		.offset = offsetof(struct issuer_config, lifetime),
		.def = "7d",
		.min = 10 * 1000,
		.max = INT64_C(397) * 86400 * 1000,
		.reload = CONFIG_NEXT_HANDSHAKE,
		.help = "How long an issued certificate is valid, and never longer than the CA. "
			"A new one is issued when one is needed after two thirds of it." },
	{ 0 }
};
static const struct config_table issuer_schema = { "issuer", sizeof(struct issuer_config),
	issuer_keys };

static const struct config_key certificate_keys[] = {
	{ .name = "name",
		.type = CONFIG_STRING,
		.offset = offsetof(struct certificate_config, name),
		.flags = CONFIG_REQUIRED,
		.reload = CONFIG_NEXT_HANDSHAKE,
		.help = "What peering controls and the log call this certificate. An RSA and an "
			"ECDSA certificate "
			"of one name are shown together." },
	{ .name = "chain",
		.type = CONFIG_PATH,
		.offset = offsetof(struct certificate_config, chain),
		.reload = CONFIG_NEXT_HANDSHAKE,
		.help = "PEM file: the certificate itself, then the intermediate ones up to, but "
			"without, the root. Needed unless there is an issuer." },
	{ .name = "key",
		.type = CONFIG_PATH,
		.offset = offsetof(struct certificate_config, key),
		.reload = CONFIG_NEXT_HANDSHAKE,
		.help = "PEM file with the private key, without a pass phrase. Needed unless there "
			"is an issuer." },
	{ .name = "issuer",
		.type = CONFIG_GROUP,
		.offset = offsetof(struct certificate_config, issuer),
		.table = &issuer_schema,
		.reload = CONFIG_NEXT_HANDSHAKE,
		.help = "Instead of chain and key: a CA from which trunkd issues a small, "
			"short-lived certificate for each domain that is asked for." },
	{ .name = "zones",
		.type = CONFIG_STRINGS,
		.offset = offsetof(struct certificate_config, zones),
		.reload = CONFIG_NEXT_HANDSHAKE,
		.help = "Show this certificate only to peers in these zones. Empty: to all." },
	{ 0 }
};
const struct config_table certificate_schema = { "certificate", sizeof(struct certificate_config),
	certificate_keys };

enum { DAY = 86400, SHORT_LIFE = 3600 * 1000 };

/* The nearer the end, the plainer the words. */
static const struct {
	unsigned days;
	const char *words;
} expiry[] = {
	{ 1, "in less than a day: renew it at once" },
	{ 7, "in less than 7 days: renew it now" },
	{ 30, "in less than 30 days: renew it" },
};
enum { EXPIRY_STEPS = sizeof(expiry) / sizeof(expiry[0]) };

static struct config_strings copy_strings(const struct config_strings *from)
{
	struct config_strings to = { .n = from->n };

	to.v = mem_zero(from->n, sizeof(*to.v));
	for (unsigned i = 0; i < from->n; i++)
		to.v[i] = mem_strdup(from->v[i]);
	return to;
}

/* The files of an entry: its own, or those of its issuer. */
struct files {
	const char *chain, *key;
	const struct config_origin *group;
};

static void check_end(const struct files *f, int64_t now, int64_t end, struct config_report *report)
{
	char date[16];

	pem_date(end, date);
	for (unsigned i = 0; i < EXPIRY_STEPS; i++) {
		if (end >= now + (int64_t)expiry[i].days * DAY)
			continue;
		config_report_add(report, CONFIG_WARNING, config_origin_of(f->group, "chain"),
			"the certificate in %s expires on %s, %s", f->chain, date, expiry[i].words);
		return;
	}
}

static void check_dates(const struct files *f, X509 *leaf, struct config_report *report)
{
	int64_t now = clock_wall(), from = pem_time(X509_get0_notBefore(leaf)),
		to = pem_time(X509_get0_notAfter(leaf));
	char date[16];

	if (to < now) {
		pem_date(to, date);
		config_report_add(report, CONFIG_WARNING, config_origin_of(f->group, "chain"),
			"the certificate in %s expired on %s, and peers refuse it: renew it",
			f->chain, date);
	} else if (from > now) {
		pem_date(from, date);
		config_report_add(report, CONFIG_WARNING, config_origin_of(f->group, "chain"),
			"the certificate in %s is not valid before %s: is the clock right?",
			f->chain, date);
	} else {
		check_end(f, now, to, report);
	}
}

/* A server is a TLS client too when it dials: one certificate has to do for both. */
static void check_usage(const struct files *f, X509 *leaf, struct config_report *report)
{
	uint32_t usage = X509_get_extended_key_usage(leaf);

	if (usage == UINT32_MAX)
		return;
	if (!(usage & XKU_SSL_SERVER))
		config_report_add(report, CONFIG_WARNING, config_origin_of(f->group, "chain"),
			"the certificate in %s lacks the purpose serverAuth: most servers will "
			"refuse it; request it with serverAuth and clientAuth",
			f->chain);
	else if (!(usage & XKU_SSL_CLIENT))
		config_report_add(report, CONFIG_WARNING, config_origin_of(f->group, "chain"),
			"the certificate in %s lacks the purpose clientAuth: some servers refuse "
			"it when trunkd dials (ejabberd before 26); request it with both",
			f->chain);
}

/* Whoever reads the key can pose as every domain of the certificate. */
static void check_key_mode(const struct files *f, struct config_report *report)
{
	struct stat st;

	if (stat(f->key, &st) < 0 || !(st.st_mode & (S_IROTH | S_IWOTH)))
		return;
	config_report_add(report, CONFIG_WARNING, config_origin_of(f->group, "key"),
		"the private key in %s is open to every user of this machine: chown root:trunkd "
		"and chmod 0640 it",
		f->key);
}

static bool check_pair(
	const struct files *f, const struct credential_entry *e, struct config_report *report)
{
	if (X509_check_private_key(e->leaf, e->key) == 1)
		return true;
	ERR_clear_error();
	for (int i = 0; i < sk_X509_num(e->rest); i++) {
		if (X509_check_private_key(sk_X509_value(e->rest, i), e->key) != 1)
			continue;
		config_report_add(report, CONFIG_ERROR, config_origin_of(f->group, "chain"),
			"%s begins with another certificate: put the one that belongs to the key "
			"first, then the intermediate ones",
			f->chain);
		return false;
	}
	ERR_clear_error();
	config_report_add(report, CONFIG_ERROR, config_origin_of(f->group, "key"),
		"key does not belong to the certificate: %s was not requested with the key in %s; "
		"give "
		"the key that it was requested with",
		f->chain, f->key);
	return false;
}

/* What OpenSSL would refuse in every handshake is refused now: keys and signatures that are too
 * weak. */
static bool check_strength(SSL_CTX *like_contexts, const struct files *f,
	const struct credential_entry *e, struct config_report *report)
{
	const char *words;

	ERR_clear_error();
	if (SSL_CTX_use_cert_and_key(like_contexts, e->leaf, e->key, e->rest, 1) == 1)
		return true;
	words = ERR_reason_error_string(ERR_peek_last_error());
	ERR_clear_error();
	config_report_add(report, CONFIG_ERROR, config_origin_of(f->group, "chain"),
		"the certificate in %s cannot be used: %s: request one with a key of at least 2048 "
		"bits (RSA) or 224 bits (ECDSA) and a SHA-256 signature",
		f->chain, words ? words : "refused by OpenSSL");
	return false;
}

static bool read_files(
	struct credential_entry *e, const struct files *f, struct config_report *report)
{
	char words[PEM_WORDS];

	e->rest = pem_certificates(f->chain ? f->chain : "", words);
	if (!e->rest) {
		config_report_add(
			report, CONFIG_ERROR, config_origin_of(f->group, "chain"), "%s", words);
		return false;
	}
	e->leaf = sk_X509_shift(e->rest);
	e->key = pem_key(f->key ? f->key : "", words);
	if (!e->key) {
		config_report_add(
			report, CONFIG_ERROR, config_origin_of(f->group, "key"), "%s", words);
		return false;
	}
	return true;
}

static bool read_and_check(struct credential_entry *e, const struct files *f,
	SSL_CTX *like_contexts, struct config_report *report)
{
	if (!read_files(e, f, report))
		return false;
	check_key_mode(f, report);
	if (!check_pair(f, e, report) || !check_strength(like_contexts, f, e, report))
		return false;
	check_dates(f, e->leaf, report);
	return true;
}

/* The issuer takes certificate and key over. */
static bool load_issuer(struct credential_entry *e, const struct issuer_config *ic,
	SSL_CTX *like_contexts, struct config_report *report)
{
	struct files f = { ic->chain, ic->key, &ic->origin };
	struct issuer issuer;
	bool ok;

	if (!read_and_check(e, &f, like_contexts, report))
		return false;
	ok = issuer_init(&issuer, e->leaf, e->rest, e->key, ic->chain,
		config_origin_of(&ic->origin, "chain"), report);
	e->leaf = NULL;
	e->key = NULL;
	if (ok && ic->lifetime < SHORT_LIFE)
		config_report_add(report, CONFIG_WARNING, config_origin_of(&ic->origin, "lifetime"),
			"lifetime: a certificate that lives for less than an hour is issued again "
			"and again, and does not outlive a peer's clock that is wrong: this is for "
			"trials");
	if (ok)
		e->mint = mint_new(&issuer, e->name, ic->lifetime / 1000, MINT_CACHE);
	else
		issuer_fini(&issuer);
	return ok;
}

bool certificate_has_issuer(const struct certificate_config *cc)
{
	return cc->issuer.origin.file || (cc->issuer.chain && cc->issuer.chain[0]);
}

static bool check_keys(const struct certificate_config *cc, struct config_report *report)
{
	if (certificate_has_issuer(cc) && (cc->chain || cc->key))
		config_report_add(report, CONFIG_ERROR,
			config_origin_of(&cc->origin, cc->chain ? "chain" : "key"),
			"%s beside issuer: an entry is a certificate, with chain and key, or a CA, "
			"with issuer = { chain; key; }; write two entries",
			cc->chain ? "chain" : "key");
	else if (!certificate_has_issuer(cc) && !(cc->chain && cc->key))
		config_report_add(report, CONFIG_ERROR, &cc->origin,
			"%s is missing in certificate: it needs chain and key (the paths of two "
			"files), or issuer = { chain; key; }",
			cc->chain ? "key" : "chain");
	else
		return true;
	return false;
}

bool credential_entry_load(struct credential_entry *e, const struct certificate_config *cc,
	SSL_CTX *like_contexts, struct config_report *report)
{
	struct files f = { cc->chain, cc->key, &cc->origin };

	e->name = mem_strdup(cc->name ? cc->name : "");
	e->zones = copy_strings(&cc->zones);
	if (!check_keys(cc, report))
		return false;
	if (certificate_has_issuer(cc))
		return load_issuer(e, &cc->issuer, like_contexts, report);
	if (!read_and_check(e, &f, like_contexts, report))
		return false;
	check_usage(&f, e->leaf, report);
	return true;
}

void credential_entry_fini(struct credential_entry *e)
{
	free(e->name);
	for (unsigned i = 0; i < e->zones.n; i++)
		free(e->zones.v[i]);
	free(e->zones.v);
	X509_free(e->leaf);
	sk_X509_pop_free(e->rest, X509_free);
	EVP_PKEY_free(e->key);
	mint_free(e->mint);
}
