/* SPDX-License-Identifier: MIT */
/*
 * Is this chain to be believed, for this domain, now? OpenSSL builds and checks the chain;
 * everything it finds wrong is collected instead of only the first thing, because what is worst
 * decides: a certificate that is both revoked and meant for something else is revoked. Keeps
 * nothing.
 */
#include "net/trust_private.h"

#include "base/digest.h"
#include "net/chain_claims.h"
#include "net/pem.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

static const struct {
	const char *name;
	unsigned weight; /* the heaviest of what is wrong becomes the verdict */
	bool dialback;
} verdicts[] = {
	[TRUST_OK] = { "ok", 0, false },
	[TRUST_NO_CERTIFICATE] = { "no-certificate", 1, true },
	[TRUST_NAME] = { "name", 2, true },
	[TRUST_PURPOSE] = { "purpose", 3, true },
	[TRUST_UNKNOWN_CA] = { "unknown-ca", 4, true },
	[TRUST_PIN] = { "pin", 5, false },
	[TRUST_NO_CRL] = { "no-crl", 6, false },
	[TRUST_EXPIRED] = { "expired", 7, false },
	[TRUST_REVOKED] = { "revoked", 8, false },
	[TRUST_BROKEN] = { "broken", 9, false },
};

const char *trust_verdict_name(enum trust_verdict v)
{
	return verdicts[v].name;
}

bool trust_verdict_allows_dialback(enum trust_verdict v)
{
	return verdicts[v].dialback;
}

static void find(struct trust_answer *a, enum trust_verdict v, const char *words)
{
	if (verdicts[v].weight <= verdicts[a->verdict].weight)
		return;
	a->verdict = v;
	snprintf(a->words, sizeof(a->words), "%s", words);
}

static enum trust_verdict classify(int error)
{
	switch (error) {
	case X509_V_OK: return TRUST_OK;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_CERT_UNTRUSTED: return TRUST_UNKNOWN_CA;
	case X509_V_ERR_CERT_NOT_YET_VALID:
	case X509_V_ERR_CERT_HAS_EXPIRED: return TRUST_EXPIRED;
	case X509_V_ERR_CERT_REVOKED: return TRUST_REVOKED;
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
	case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
	case X509_V_ERR_CRL_NOT_YET_VALID:
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
	case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
	case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
	case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
	case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
	case X509_V_ERR_DIFFERENT_CRL_SCOPE: return TRUST_NO_CRL;
	case X509_V_ERR_INVALID_PURPOSE: return TRUST_PURPOSE;
	default: return TRUST_BROKEN;
	}
}

static void time_words(char *out, size_t size, X509 *cert, int error, bool leaf)
{
	bool early = error == X509_V_ERR_CERT_NOT_YET_VALID;
	char date[16];

	pem_date(pem_time(early ? X509_get0_notBefore(cert) : X509_get0_notAfter(cert)), date);
	snprintf(out, size, "%s %s (%s)", leaf ? "certificate" : "certificate of its issuer",
		early ? "is not valid yet" : "has expired", date);
}

static void error_words(char *out, size_t size, X509_STORE_CTX *ctx, enum trust_verdict v)
{
	int error = X509_STORE_CTX_get_error(ctx);
	bool leaf = X509_STORE_CTX_get_error_depth(ctx) == 0;

	switch (v) {
	case TRUST_EXPIRED:
		time_words(out, size, X509_STORE_CTX_get_current_cert(ctx), error, leaf);
		break;
	case TRUST_REVOKED:
		snprintf(out, size, "%s is revoked",
			leaf ? "certificate" : "certificate of its issuer");
		break;
	case TRUST_UNKNOWN_CA:
		snprintf(out, size, "certificate is %s",
			error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT
				? "self-signed and not known"
				: "not issued by a known CA");
		break;
	case TRUST_PURPOSE: snprintf(out, size, "certificate is not meant for TLS servers"); break;
	case TRUST_NO_CRL:
	case TRUST_BROKEN:
	case TRUST_OK:
	case TRUST_NO_CERTIFICATE:
	case TRUST_NAME:
	case TRUST_PIN:
		snprintf(out, size, "certificate chain: %s", X509_verify_cert_error_string(error));
		out[0] = (char)tolower((unsigned char)out[0]);
		break;
	}
}

/* An anchor that is not a root has nobody above it who could revoke it here: it is believed because
 * it was listed. */
static bool anchor_without_issuer(X509_STORE_CTX *ctx)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
	int depth = X509_STORE_CTX_get_error_depth(ctx);
	int error = X509_STORE_CTX_get_error(ctx);
	X509 *cert = X509_STORE_CTX_get_current_cert(ctx);

	if (error != X509_V_ERR_UNABLE_TO_GET_CRL && error != X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER)
		return false;
	return depth > 0 && depth == sk_X509_num(chain) - 1 && cert &&
	       X509_NAME_cmp(X509_get_subject_name(cert), X509_get_issuer_name(cert)) != 0;
}

/* What is being judged, for the callback. */
struct judging {
	const struct trust_question *q;
	struct trust_answer *answer;
};

/* A critical extension that only OpenSSL does not know. */
static bool heeded(const struct trust_question *q, X509_STORE_CTX *ctx)
{
	X509 *cert = X509_STORE_CTX_get_current_cert(ctx);

	return q->heeds_limits &&
	       X509_STORE_CTX_get_error(ctx) == X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION &&
	       X509_STORE_CTX_get_error_depth(ctx) > 0 && cert && chain_limits_alone(cert);
}

static int on_error(int ok, X509_STORE_CTX *ctx)
{
	const struct judging *j = X509_STORE_CTX_get_app_data(ctx);
	struct trust_answer *a = j->answer;
	enum trust_verdict v = ok ? TRUST_OK : classify(X509_STORE_CTX_get_error(ctx));
	char words[256];

	if (v == TRUST_OK || anchor_without_issuer(ctx) || heeded(j->q, ctx))
		return 1;
	error_words(words, sizeof(words), ctx, v);
	find(a, v, words);
	/* Without a chain there is nothing more to look at. */
	return v != TRUST_UNKNOWN_CA;
}

static int64_t earliest_end(STACK_OF(X509) * chain, int64_t leaf_end)
{
	for (int i = 0; i < sk_X509_num(chain); i++) {
		int64_t end = pem_time(X509_get0_notAfter(sk_X509_value(chain, i)));

		if (end < leaf_end)
			leaf_end = end;
	}
	return leaf_end;
}

static void judge_name(
	const struct trust_question *q, STACK_OF(X509) * chain, struct trust_answer *a)
{
	char words[256];

	if (q->domain && identity_matches_chain(chain, q->domain))
		return;
	for (unsigned i = 0; i < q->nmore; i++)
		if (identity_matches_chain(chain, &q->more[i]))
			return;
	snprintf(words, sizeof(words), "certificate does not name %.*s", 200,
		q->domain ? q->domain->s : "the domain");
	find(a, TRUST_NAME, words);
}

static void judge_chain(const struct trust_question *q, X509 *leaf, STACK_OF(X509) * sent,
	int64_t wall, struct trust_answer *a)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	struct judging judging = { q, a };
	STACK_OF(X509) *chain = NULL;
	bool built;

	if (!ctx || !X509_STORE_CTX_init(ctx, q->store->x509, leaf, sent))
		abort();
	X509_STORE_CTX_set_time(ctx, 0, (time_t)wall);
	X509_STORE_CTX_set_app_data(ctx, &judging);
	X509_STORE_CTX_set_verify_cb(ctx, on_error);
	built = X509_verify_cert(ctx) == 1;
	/* Whatever the callback was not told of. */
	if (!built && a->verdict == TRUST_OK)
		find(a, TRUST_BROKEN, "certificate chain cannot be checked");
	if (a->verdict != TRUST_UNKNOWN_CA)
		chain = X509_STORE_CTX_get0_chain(ctx);
	a->not_after = earliest_end(chain, a->not_after);
	if (built)
		judge_name(q, chain, a);
	if (built && q->claims)
		chain_claims_read(q->claims, chain);
	X509_STORE_CTX_free(ctx);
	ERR_clear_error();
}

/* Pins alone: whose key it is is known, but a key that should be out of use is not believed. */
static void judge_dates(X509 *leaf, int64_t wall, struct trust_answer *a)
{
	char words[256];

	if (pem_time(X509_get0_notBefore(leaf)) > wall) {
		time_words(words, sizeof(words), leaf, X509_V_ERR_CERT_NOT_YET_VALID, true);
		find(a, TRUST_EXPIRED, words);
	} else if (a->not_after < wall) {
		time_words(words, sizeof(words), leaf, X509_V_ERR_CERT_HAS_EXPIRED, true);
		find(a, TRUST_EXPIRED, words);
	}
}

static void judge_pins(const struct trust_question *q, struct trust_answer *a)
{
	if (q->npins == 0)
		return;
	for (unsigned i = 0; i < q->npins; i++)
		if (memcmp(q->pins[i], a->spki, sizeof(a->spki)) == 0)
			return;
	find(a, TRUST_PIN, "certificate has another key than the pinned one");
}

/* ---- what it shows ---- */

static void digest_key(X509 *leaf, unsigned char out[32])
{
	unsigned char *der = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf), &der);

	if (n > 0)
		digest_sha256((struct str){ (const char *)der, (size_t)n }, out);
	OPENSSL_free(der);
}

/* Whole names only; "..." when there are more than fit. */
static void add_name(void *arg, const char *name)
{
	static const char more[] = " ...";
	struct trust_answer *a = arg;
	size_t n = strlen(a->subject), room = sizeof(a->subject) - n;

	if (n >= sizeof(more) && strcmp(a->subject + n - (sizeof(more) - 1), more) == 0)
		return;
	if (strlen(name) + 1 + sizeof(more) > room)
		snprintf(a->subject + n, room, "%s", more);
	else
		snprintf(a->subject + n, room, "%s%s", n ? " " : "", name);
}

/* Without names: the subject, escaped (RFC 4514), so that it cannot forge a log line. */
static void describe(X509 *leaf, struct trust_answer *a)
{
	BIO *b;
	int n;

	identity_each(leaf, add_name, a);
	if (a->subject[0])
		return;
	b = BIO_new(BIO_s_mem());
	if (!b)
		abort();
	X509_NAME_print_ex(b, X509_get_subject_name(leaf), 0, XN_FLAG_RFC2253);
	n = BIO_read(b, a->subject, sizeof(a->subject) - 1);
	a->subject[n > 0 ? n : 0] = '\0';
	BIO_free(b);
	ERR_clear_error();
}

const char *trust_peer_words(const struct trust_answer *a)
{
	if (a->verdict == TRUST_NO_CRL)
		return "certificate cannot be checked at present";
	return a->verdict == TRUST_PIN ? "certificate is not the one that is known" : a->words;
}

void trust_judge(const struct trust_question *q, X509 *leaf, STACK_OF(X509) * chain, int64_t wall,
	struct trust_answer *out)
{
	memset(out, 0, sizeof(*out));
	if (!leaf) {
		find(out, TRUST_NO_CERTIFICATE, "no certificate was shown");
		return;
	}
	describe(leaf, out);
	digest_key(leaf, out->spki);
	out->not_after = pem_time(X509_get0_notAfter(leaf));
	if (q->store)
		judge_chain(q, leaf, chain, wall, out);
	else if (q->npins)
		judge_dates(leaf, wall, out);
	else
		find(out, TRUST_UNKNOWN_CA, "neither a trust store nor a pin is configured");
	judge_pins(q, out);
	if (out->verdict == TRUST_OK)
		snprintf(out->words, sizeof(out->words), "certificate is trusted");
}
