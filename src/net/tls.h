/* SPDX-License-Identifier: MIT */
/*
 * TLS contexts and one TLS connection as a filter over memory: ciphertext in and out through bufs,
 * never a socket. A peer's certificate is asked for, recorded, and judged later (net/trust.h).
 * TLS 1.2 and 1.3 only; no renegotiation, no compression, no resumption (a resumed session would
 * keep an old verdict).
 */
#pragma once

#include "base/buf.h"
#include "net/address.h"
#include "net/credentials.h"
#include "net/trust.h"

enum tls_version { TLS_1_2, TLS_1_3 };

/* The two contexts of a plan. Connections keep what they need of them (and of the credentials)
 * alive, so the plan may go while a handshake is under way. NULL with errno when keylog_file cannot
 * be written; NULL: no key log. */
struct tls_contexts;
struct tls_contexts *tls_contexts_new(const struct credentials *c, const char *keylog_file);
void tls_contexts_free(struct tls_contexts *t);

struct tls;

struct tls_server_options {
	const struct tls_contexts *contexts;
	const struct credentials *credentials; /* NULL: those of the contexts */
	/* STARTTLS: the domain the header asked for. Direct TLS: NULL, SNI decides (ALPN
	 * xmpp-server is required there when ALPN is offered at all). */
	const struct domain *domain;
	const char *zone; /* of the listener or the peer, NULL: unknown */
	/* May a certificate be issued for this domain? NULL: for none. Asked during the handshake,
	 * with `arg`, which lives until it is over. */
	bool (*may_mint)(void *arg, const struct domain *domain);
	void *arg;
	const struct address *peer; /* who would ask for too many of them; NULL: nobody */
	int64_t now;                /* seconds since 1970, for what is issued */
	bool direct;
	enum tls_version min;
};
struct tls *tls_server_new(const struct tls_server_options *o);

struct tls_client_options {
	const struct tls_contexts *contexts;
	const struct credential *credential; /* what we show; NULL: nothing */
	const struct domain *domain;         /* that we pose as: for an issuer */
	int64_t now;                         /* seconds since 1970, for what is issued */
	const struct domain *sni;            /* the target domain (no SNI for addresses) */
	const char *ciphers;                 /* TLS 1.2 list, NULL: default */
	enum tls_version min;
};
struct tls *tls_client_new(const struct tls_client_options *o);
void tls_free(struct tls *t);
/* Does this list leave any TLS 1.2 cipher? For checking a configuration; a bad one fails every
 * handshake. */
bool tls_ciphers_valid(const char *list);

enum tls_outcome { TLS_DONE, TLS_WAIT, TLS_FAILED, TLS_CLOSED };
enum { TLS_RECORD = 16 * 1024 };
/* One step of the handshake over the ciphertext given; appends to `cipher_out` (an alert too).
 * Application data behind the handshake stays in cipher_in. */
enum tls_outcome tls_handshake(struct tls *t, struct buf *cipher_in, struct buf *cipher_out);
/* Decrypts what is in cipher_in (consumed; an incomplete record is kept inside) to the end of
 * plain_out. TLS_WAIT: all done. TLS_CLOSED: close_notify. */
enum tls_outcome tls_read(
	struct tls *t, struct buf *cipher_in, struct buf *plain_out, struct buf *cipher_out);
/* Encrypts all of `plain` into records of TLS_RECORD bytes and a shorter last one. TLS_DONE or
 * TLS_FAILED. */
enum tls_outcome tls_write(struct tls *t, struct str plain, struct buf *cipher_out);
/* Gives the record buffers back; the next call gets new ones. */
void tls_idle(struct tls *t);
void tls_shutdown(struct tls *t, struct buf *cipher_out); /* close_notify */
const char *tls_error(const struct tls *t); /* words for the log; "" when nothing went wrong */

/* The peer's certificate, and the chain it came with (which holds the certificate itself again on
 * the client's side only). Borrowed; NULL when it sent none. */
X509 *tls_peer_certificate(const struct tls *t);
STACK_OF(X509) * tls_peer_chain(const struct tls *t);
/* "TLSv1.3 TLS_AES_256_GCM_SHA384": for the log. */
void tls_describe(const struct tls *t, char *out, size_t size);
enum tls_version tls_version(const struct tls *t);
/* The SNI the client sent, as it sent it; NULL when none. Server side. */
const char *tls_sni(const struct tls *t);
/* Does the certificate that we showed cover this domain? Server side. */
bool tls_shown_covers(const struct tls *t, const struct domain *d);
