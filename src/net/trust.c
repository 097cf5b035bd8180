/* SPDX-License-Identifier: MIT */
/*
 * Judging a peer's chain. The verification is run to its end whatever it finds, so that an expired or revoked certificate
 * of a known CA is told apart from one of a stranger. See trust.h.
 */
#include "net/trust.h"

#include "base/digest.h"
#include "net/pem.h"
#include "net/trust_store.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

static const char *const verdict_names[] = {
	[TRUST_OK] = "ok",
	[TRUST_NO_CERTIFICATE] = "no-certificate",
	[TRUST_UNKNOWN_CA] = "unknown-ca",
	[TRUST_EXPIRED] = "expired",
	[TRUST_REVOKED] = "revoked",
	[TRUST_NO_CRL] = "no-crl",
	[TRUST_PURPOSE] = "purpose",
	[TRUST_BROKEN] = "broken",
	[TRUST_NAME] = "name",
	[TRUST_PIN] = "pin",
};

const char *trust_verdict_name(enum trust_verdict v)
{
	return verdict_names[v];
}

bool trust_verdict_allows_dialback(enum trust_verdict v)
{
	switch (v) {
	case TRUST_NO_CERTIFICATE:
	case TRUST_UNKNOWN_CA:
	case TRUST_NAME:
	case TRUST_PURPOSE: return true;
	case TRUST_OK:
	case TRUST_EXPIRED:
	case TRUST_REVOKED:
	case TRUST_NO_CRL:
	case TRUST_BROKEN:
	case TRUST_PIN: break;
	}
	return false;
}

/* ---- one verification ---- */

/* The worst thing that was found, and the certificate it was found at. */
struct finding {
	enum trust_verdict verdict;
	int code;
	int64_t when; /* the date that matters: of expiry */
	bool early; /* not yet valid, rather than expired */
};

/* What outweighs what: a stranger's certificate is just that, whatever else is wrong with it. */
static int weight(enum trust_verdict v)
{
	switch (v) {
	case TRUST_UNKNOWN_CA: return 6;
	case TRUST_BROKEN: return 5;
	case TRUST_REVOKED: return 4;
	case TRUST_EXPIRED: return 3;
	case TRUST_NO_CRL: return 2;
	case TRUST_PURPOSE: return 1;
	case TRUST_OK:
	case TRUST_NO_CERTIFICATE:
	case TRUST_NAME:
	case TRUST_PIN: break;
	}
	return 0;
}

static enum trust_verdict verdict_of(int code)
{
	switch (code) {
	case X509_V_OK: return TRUST_OK;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_UNTRUSTED: return TRUST_UNKNOWN_CA;
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID: return TRUST_EXPIRED;
	case X509_V_ERR_CERT_REVOKED: return TRUST_REVOKED;
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_CRL_NOT_YET_VALID:
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
	case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
	case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
	case X509_V_ERR_DIFFERENT_CRL_SCOPE:
	case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
	case X509_V_ERR_CRL_PATH_VALIDATION_ERROR: return TRUST_NO_CRL;
	case X509_V_ERR_INVALID_PURPOSE: return TRUST_PURPOSE;
	default: return TRUST_BROKEN;
	}
}

static int note(int ok, X509_STORE_CTX *ctx)
{
	struct finding *f = X509_STORE_CTX_get_ex_data(ctx, 0);
	int code = X509_STORE_CTX_get_error(ctx);
	X509 *cert = X509_STORE_CTX_get_current_cert(ctx);
	if (ok || weight(verdict_of(code)) <= weight(f->verdict))
		return 1;
	*f = (struct finding){ .verdict = verdict_of(code), .code = code };
	f->early = code == X509_V_ERR_CERT_NOT_YET_VALID;
	if (cert && f->verdict == TRUST_EXPIRED)
		f->when = pem_time(f->early ? X509_get0_notBefore(cert) : X509_get0_notAfter(cert));
	return 1;
}

static int64_t earliest_end(STACK_OF(X509) * chain)
{
	int64_t end = 0;
	for (int i = 0; i < sk_X509_num(chain); i++) {
		int64_t t = pem_time(X509_get0_notAfter(sk_X509_value(chain, i)));
		if (t && (!end || t < end))
			end = t;
	}
	return end;
}

static bool named(const struct trust_question *q, STACK_OF(X509) * chain)
{
	bool ok = identity_matches_chain(chain, q->domain);
	for (unsigned i = 0; i < q->nmore && !ok; i++)
		ok = identity_matches_chain(chain, &q->more[i]);
	return ok;
}

static void verify(const struct trust_question *q, X509 *leaf, STACK_OF(X509) * chain, int64_t wall,
	struct finding *f, struct trust_answer *out)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	f->verdict = TRUST_BROKEN;
	if (!ctx || X509_STORE_CTX_init(ctx, trust_store_x509(q->store), leaf, chain) != 1) {
		X509_STORE_CTX_free(ctx);
		return;
	}
	f->verdict = TRUST_OK;
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
	X509_STORE_CTX_set_ex_data(ctx, 0, f);
	X509_STORE_CTX_set_verify_cb(ctx, note);
	X509_VERIFY_PARAM_set_time(param, (time_t)wall);
	if (X509_verify_cert(ctx) != 1 && f->verdict == TRUST_OK)
		*f = (struct finding){ .verdict = TRUST_BROKEN,
			.code = X509_STORE_CTX_get_error(ctx) };
	STACK_OF(X509) *verified = X509_STORE_CTX_get0_chain(ctx);
	if (f->verdict == TRUST_OK) {
		out->not_after = earliest_end(verified);
		if (!named(q, verified))
			f->verdict = TRUST_NAME;
	}
	X509_STORE_CTX_free(ctx);
}

/* Pins alone: the chain does not count, the certificate's own time does. */
static void verify_dates(X509 *leaf, int64_t wall, struct finding *f, struct trust_answer *out)
{
	int64_t from = pem_time(X509_get0_notBefore(leaf)), to = pem_time(X509_get0_notAfter(leaf));
	out->not_after = to;
	if (wall < from)
		*f = (struct finding){ .verdict = TRUST_EXPIRED, .when = from, .early = true };
	else if (wall > to)
		*f = (struct finding){ .verdict = TRUST_EXPIRED, .when = to };
}

/* ---- the question ---- */

static void spki_digest(X509 *leaf, unsigned char out[32])
{
	unsigned char *der = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf), &der);
	memset(out, 0, 32);
	if (n > 0)
		digest_sha256((struct str){ (const char *)der, (size_t)n }, out);
	OPENSSL_free(der);
}

static bool pinned(const struct trust_question *q, const unsigned char spki[32])
{
	for (unsigned i = 0; i < q->npins; i++)
		if (memcmp(q->pins[i], spki, 32) == 0)
			return true;
	return q->npins == 0;
}

static void add_name(void *arg, const char *name)
{
	struct trust_answer *out = arg;
	size_t n = strlen(out->subject), len = strlen(name);
	if (n + len + 6 > sizeof(out->subject)) {
		if (n + 5 < sizeof(out->subject) && (n < 3 || strcmp(out->subject + n - 3, "...") != 0))
			memcpy(out->subject + n, " ...", 5);
		return;
	}
	snprintf(out->subject + n, sizeof(out->subject) - n, "%s%s", n ? " " : "", name);
}

static void describe(const struct trust_question *q, const struct finding *f, struct trust_answer *out)
{
	char date[16] = "";
	pem_date(f->when, date);
	switch (out->verdict) {
	case TRUST_OK: break;
	case TRUST_NO_CERTIFICATE:
		snprintf(out->words, sizeof(out->words), "no certificate was presented");
		break;
	case TRUST_UNKNOWN_CA:
		snprintf(out->words, sizeof(out->words),
			f->code == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ?
				"certificate is self-signed" :
				"certificate is not issued by a trusted authority");
		break;
	case TRUST_EXPIRED:
		snprintf(out->words, sizeof(out->words),
			f->early ? "certificate is not valid before %s" : "certificate has expired (%s)",
			date);
		break;
	case TRUST_REVOKED:
		snprintf(out->words, sizeof(out->words), "certificate has been revoked");
		break;
	case TRUST_NO_CRL:
		snprintf(out->words, sizeof(out->words),
			"revocation of the certificate cannot be checked (%s)",
			X509_verify_cert_error_string(f->code));
		break;
	case TRUST_PURPOSE:
		snprintf(out->words, sizeof(out->words),
			"certificate is not meant for servers (extended key usage)");
		break;
	case TRUST_BROKEN:
		snprintf(out->words, sizeof(out->words), "certificate is not acceptable: %s",
			X509_verify_cert_error_string(f->code));
		break;
	case TRUST_NAME:
		snprintf(out->words, sizeof(out->words), "certificate is not valid for %.*s",
			STR_ARG(domain_str(q->domain)));
		break;
	case TRUST_PIN:
		snprintf(out->words, sizeof(out->words), "certificate's public key is not a pinned one");
		break;
	}
}

void trust_judge(const struct trust_question *q, X509 *leaf, STACK_OF(X509) * chain, int64_t wall,
	struct trust_answer *out)
{
	struct finding f = { .verdict = TRUST_OK };
	*out = (struct trust_answer){ .verdict = TRUST_NO_CERTIFICATE };
	if (!leaf) {
		describe(q, &f, out);
		return;
	}
	spki_digest(leaf, out->spki);
	identity_each(leaf, add_name, out);
	if (q->store)
		verify(q, leaf, chain, wall, &f, out);
	else if (q->npins)
		verify_dates(leaf, wall, &f, out);
	else
		f.verdict = TRUST_UNKNOWN_CA; /* nothing to judge by: never believed */
	if (f.verdict == TRUST_OK && !pinned(q, out->spki))
		f.verdict = TRUST_PIN;
	if (!pinned(q, out->spki) && !q->store)
		f.verdict = TRUST_PIN;
	out->verdict = f.verdict;
	describe(q, &f, out);
}
