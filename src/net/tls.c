/* SPDX-License-Identifier: MIT */
/*
 * One TLS connection, made of OpenSSL and two bufs. Owns the SSL and a reference to its contexts;
 * the bufs are lent to it for one call at a time. Decides nothing about certificates.
 */
#include "net/tls_private.h"

#include "base/mem.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/err.h>

static struct tls *new_tls(const struct tls_contexts *c, SSL_CTX *ctx, enum tls_version min)
{
	struct tls *t = MEM_NEW(struct tls);
	BIO *bio;

	t->contexts = tls_contexts_hold(c);
	t->ssl = SSL_new(ctx);
	if (!t->ssl)
		abort();
	SSL_set_app_data(t->ssl, t);
	bio = tls_bio_new(c, t);
	SSL_set_bio(t->ssl, bio, bio);
	if (min == TLS_1_3)
		SSL_set_min_proto_version(t->ssl, TLS1_3_VERSION);
	return t;
}

struct tls *tls_server_new(const struct tls_server_options *o)
{
	struct tls *t = new_tls(o->contexts, o->contexts->server, o->min);

	SSL_set_accept_state(t->ssl);
	t->direct = o->direct;
	t->hello = MEM_NEW(struct tls_hello);
	t->hello->credentials =
		credentials_hold(o->credentials ? o->credentials : o->contexts->credentials);
	if (o->domain) {
		t->hello->domain = *o->domain;
		t->hello->has_domain = true;
	}
	if (o->zone)
		t->hello->zone = mem_strdup(o->zone);
	t->hello->may_mint = o->may_mint;
	t->hello->arg = o->arg;
	if (o->peer)
		t->hello->peer = *o->peer;
	t->hello->now = o->now;
	return t;
}

void tls_say_unusable(
	struct tls *t, const struct credential *c, const struct domain *d, const char *why)
{
	if (c && credential_mint(c))
		t->words = mem_printf("no certificate for %s from the issuer \"%s\": %s",
			d ? d->s : "an unknown domain", credential_name(c), why);
	else
		t->words = mem_strdup("our certificate cannot be used");
}

struct tls *tls_client_new(const struct tls_client_options *o)
{
	struct tls *t = new_tls(o->contexts, o->contexts->client, o->min);
	struct mint_request r = { .domain = o->domain, .now = o->now };
	const char *why = NULL;

	SSL_set_connect_state(t->ssl);
	/* RFC 6066 3: no literal addresses. */
	if (o->sni && !domain_is_address(domain_str(o->sni)))
		SSL_set_tlsext_host_name(t->ssl, o->sni->s);
	ERR_clear_error();
	/* Either failing must not go unnoticed: the handshake will say it. */
	if (o->ciphers && SSL_set_cipher_list(t->ssl, o->ciphers) != 1)
		t->words = mem_strdup("the configured cipher list leaves no cipher");
	else if (o->credential)
		why = credential_use(o->credential, &r, t->ssl);
	if (why)
		tls_say_unusable(t, o->credential, o->domain, why);
	ERR_clear_error();
	return t;
}

static void free_hello(struct tls *t)
{
	if (!t->hello)
		return;
	credentials_free(t->hello->credentials);
	free(t->hello->zone);
	free(t->hello);
	t->hello = NULL;
}

void tls_free(struct tls *t)
{
	if (!t)
		return;
	free_hello(t);
	SSL_free(t->ssl);
	tls_contexts_free(t->contexts);
	free(t->words);
	free(t);
}

bool tls_ciphers_valid(const char *list)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	bool ok;

	if (!ctx)
		abort();
	ok = SSL_CTX_set_cipher_list(ctx, list) == 1;
	ERR_clear_error();
	SSL_CTX_free(ctx);
	return ok;
}

/* ---- what went wrong, in words ---- */

/* Alerts that are about our certificate (RFC 8446 6.2). */
static bool about_certificate(int alert)
{
	switch (alert) {
	case SSL_AD_BAD_CERTIFICATE:
	case SSL_AD_UNSUPPORTED_CERTIFICATE:
	case SSL_AD_CERTIFICATE_REVOKED:
	case SSL_AD_CERTIFICATE_EXPIRED:
	case SSL_AD_CERTIFICATE_UNKNOWN:
	case SSL_AD_UNKNOWN_CA:
	case SSL_AD_ACCESS_DENIED: return true;
	default: return false;
	}
}

static char *alert_words(int alert)
{
	char text[64];

	if (alert == TLS13_AD_CERTIFICATE_REQUIRED)
		return mem_strdup("the peer wants a certificate and we showed none");
	/* Not in OpenSSL's table of names. */
	snprintf(text, sizeof(text), "%s",
		alert == SSL_AD_NO_APPLICATION_PROTOCOL ? "no application protocol"
							: SSL_alert_desc_string_long(alert));
	for (char *p = text; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return mem_printf("the peer %s: %s",
		about_certificate(alert) ? "rejected our certificate" : "ended TLS", text);
}

/* The first error of OpenSSL's queue, which names the cause; the later ones only pass it on. */
static char *error_words(void)
{
	unsigned long e = ERR_get_error();
	int reason = ERR_GET_REASON(e);
	const char *text;

	ERR_clear_error();
	if (e == 0)
		return mem_strdup("TLS failed");
	if (ERR_GET_LIB(e) == ERR_LIB_SSL && reason >= SSL_AD_REASON_OFFSET)
		return alert_words(reason - SSL_AD_REASON_OFFSET);
	text = ERR_reason_error_string(e);
	return mem_printf("TLS failed: %s", text ? text : "unknown error");
}

/* After a call that did not succeed. */
static enum tls_outcome outcome(struct tls *t, int rc)
{
	switch (SSL_get_error(t->ssl, rc)) {
	case SSL_ERROR_WANT_READ: return TLS_WAIT;
	case SSL_ERROR_ZERO_RETURN: return TLS_CLOSED;
	default:
		if (!t->words)
			t->words = error_words();
		return TLS_FAILED;
	}
}

const char *tls_error(const struct tls *t)
{
	return t->words ? t->words : "";
}

/* ---- the filter ---- */

static void lend(struct tls *t, struct buf *in, struct buf *out)
{
	t->in = in;
	t->out = out;
	/* SSL_get_error() wants the queue empty; clearing an empty one goes through all its places.
	 */
	if (ERR_peek_error())
		ERR_clear_error();
}

static void take_back(struct tls *t)
{
	t->in = t->out = NULL;
}

void tls_idle(struct tls *t)
{
	if (tls_buffers_are_ours())
		SSL_free_buffers(t->ssl);
}

enum tls_outcome tls_handshake(struct tls *t, struct buf *cipher_in, struct buf *cipher_out)
{
	int rc;

	if (t->words)
		return TLS_FAILED;
	lend(t, cipher_in, cipher_out);
	rc = SSL_do_handshake(t->ssl);
	take_back(t);
	if (rc != 1)
		return outcome(t, rc);
	free_hello(t);
	/* Most handshakes are followed by silence, or by another handshake. */
	tls_idle(t);
	return TLS_DONE;
}

/* What is there bounds what can come of it, but for the end of a record that has begun to come in
 * before. */
static size_t likely_plain(const struct tls *t, const struct buf *cipher_in)
{
	size_t pending = (size_t)SSL_pending(t->ssl), n = buf_len(cipher_in);

	if (pending > n)
		n = pending;
	return n > 1024 ? n : 1024;
}

enum tls_outcome tls_read(
	struct tls *t, struct buf *cipher_in, struct buf *plain_out, struct buf *cipher_out)
{
	enum tls_outcome result = TLS_WAIT;
	size_t n, room;
	int rc = 1;

	lend(t, cipher_in, cipher_out);
	while (rc == 1 && (buf_len(cipher_in) || SSL_pending(t->ssl))) {
		room = likely_plain(t, cipher_in);
		rc = SSL_read_ex(t->ssl, buf_reserve(plain_out, room), room, &n);
		if (rc == 1)
			buf_commit(plain_out, n);
		else
			result = outcome(t, rc);
	}
	take_back(t);
	return result;
}

enum tls_outcome tls_write(struct tls *t, struct str plain, struct buf *cipher_out)
{
	enum tls_outcome result = TLS_DONE;
	size_t n;
	int rc;

	lend(t, NULL, cipher_out);
	while (plain.n && result == TLS_DONE) {
		/* With partial writes on, one call makes one record. */
		rc = SSL_write_ex(t->ssl, plain.p, plain.n < TLS_RECORD ? plain.n : TLS_RECORD, &n);
		if (rc == 1)
			plain = str_skip(plain, n);
		else
			result = outcome(t, rc) == TLS_CLOSED ? TLS_CLOSED : TLS_FAILED;
	}
	take_back(t);
	return result;
}

void tls_shutdown(struct tls *t, struct buf *cipher_out)
{
	/* RFC 8446 6.1; OpenSSL refuses during a handshake and after a fatal alert, which is as it
	 * should be. */
	if (t->words || SSL_in_init(t->ssl))
		return;
	lend(t, NULL, cipher_out);
	SSL_shutdown(t->ssl);
	ERR_clear_error();
	take_back(t);
}

/* ---- what was agreed ---- */

X509 *tls_peer_certificate(const struct tls *t)
{
	return SSL_get0_peer_certificate(t->ssl);
}

STACK_OF(X509) * tls_peer_chain(const struct tls *t)
{
	/* Without a certificate the chain may be an empty one. */
	return tls_peer_certificate(t) ? SSL_get_peer_cert_chain(t->ssl) : NULL;
}

void tls_describe(const struct tls *t, char *out, size_t size)
{
	snprintf(out, size, "%s %s", SSL_get_version(t->ssl), SSL_get_cipher_name(t->ssl));
}

enum tls_version tls_version(const struct tls *t)
{
	return SSL_version(t->ssl) >= TLS1_3_VERSION ? TLS_1_3 : TLS_1_2;
}

const char *tls_sni(const struct tls *t)
{
	return SSL_get_servername(t->ssl, TLSEXT_NAMETYPE_host_name);
}

bool tls_shown_covers(const struct tls *t, const struct domain *d)
{
	X509 *shown = SSL_get_certificate(t->ssl);

	return shown && identity_matches(shown, d);
}
