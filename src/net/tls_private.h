/* SPDX-License-Identifier: MIT */
/* Shared by the TLS contexts and the TLS connections made from them. */
#pragma once

#include "net/credentials_private.h"
#include "net/tls.h"

#include <stdatomic.h>

#include <openssl/bio.h>
#include <openssl/ssl.h>

struct tls_contexts {
	atomic_uint refs; /* the plan's, and one per connection: streams outlive plans */
	SSL_CTX *server, *client;
	BIO_METHOD *bio;
	struct credentials *credentials;
	int keylog; /* -1: none */
};

/* What a server needs until the client has said whom it wants. */
struct tls_hello {
	struct credentials *credentials;
	bool has_domain;
	struct domain domain;
	char *zone;
	bool (*may_mint)(void *arg, const struct domain *domain);
	void *arg;
	struct address peer; /* len 0: nobody */
	int64_t now;
};

struct tls {
	SSL *ssl;
	struct tls_contexts *contexts;
	struct tls_hello *hello; /* NULL: client, or the handshake is done */
	/* Where the filter reads from and writes to: only during a call. */
	struct buf *in, *out;
	bool direct;
	char *words; /* NULL: nothing went wrong */
};

struct tls_contexts *tls_contexts_hold(const struct tls_contexts *c);
/* OpenSSL's end of the bufs: reads from tls->in, writes to tls->out, never waits. */
BIO_METHOD *tls_bio_method(void);
BIO *tls_bio_new(const struct tls_contexts *c, struct tls *t);
/* May SSL_free_buffers() be called with half a record inside? Before its CVE-2024-4741 was
 * repaired, OpenSSL freed what it was still going to fill; then it gives its buffers back by
 * itself, after every record. */
bool tls_buffers_are_ours(void);
/* The handshake fails in these words: the credential could not be put on the connection. */
void tls_say_unusable(
	struct tls *t, const struct credential *c, const struct domain *d, const char *why);
/* Callbacks find the connection by it. */
struct tls *tls_of(const SSL *ssl);
