/* SPDX-License-Identifier: MIT */
/*
 * The two TLS contexts: what is the same for every connection of a plan. Certificates are put on
 * the single connection, and nobody's certificate is judged here: a verdict needs the peering
 * control, which is only known in the stream.
 */
#include "net/tls_private.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <openssl/err.h>

/* RFC 9325 4.2: forward secrecy and authenticated encryption. TLS 1.3: the cheapest first; all
 * three are beyond reach. */
static const char cipher_list[] = "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20:!aNULL";
static const char cipher_suites[] =
	"TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
static const unsigned char alpn[] = "\x0bxmpp-server"; /* XEP-0368 */

struct tls *tls_of(const SSL *ssl)
{
	return SSL_get_app_data(ssl);
}

/* Whatever the peer showed is recorded; dialback may still prove who it is, and a readable stream
 * error says more than an alert. */
static int accept_any(X509_STORE_CTX *store, void *arg)
{
	return 1;
}

static int select_alpn(SSL *ssl, const unsigned char **out, unsigned char *n_out,
	const unsigned char *in, unsigned int n, void *arg)
{
	unsigned char *chosen;

	if (SSL_select_next_proto(&chosen, n_out, alpn, sizeof(alpn) - 1, in, n) ==
		OPENSSL_NPN_NEGOTIATED) {
		*out = chosen;
		return SSL_TLSEXT_ERR_OK;
	}
	/* RFC 7301 3.2: on a port that is only ever XMPP over TLS, another protocol is a mistake.
	 * After STARTTLS the question is settled already. */
	return tls_of(ssl)->direct ? SSL_TLSEXT_ERR_ALERT_FATAL : SSL_TLSEXT_ERR_NOACK;
}

/* Acknowledges the name; the certificate is chosen by choose_certificate(). */
static int accept_sni(SSL *ssl, int *alert, void *arg)
{
	return SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) ? SSL_TLSEXT_ERR_OK
								  : SSL_TLSEXT_ERR_NOACK;
}

/* Whom the client wants: STARTTLS, the header's; else the SNI. Prosody sends U-labels. */
static const struct domain *wanted_domain(const struct tls *t, struct domain *parsed)
{
	const char *sni = SSL_get_servername(t->ssl, TLSEXT_NAMETYPE_host_name);

	if (t->hello->has_domain)
		return &t->hello->domain;
	return sni && domain_parse(str_of(sni), parsed) ? parsed : NULL;
}

static int choose_certificate(SSL *ssl, void *arg)
{
	struct tls *t = tls_of(ssl);
	const struct tls_hello *h = t->hello;
	struct domain parsed;
	const struct domain *d = wanted_domain(t, &parsed);
	struct credentials_wanted w = {
		.domain = d, .zone = h->zone, .may_mint = d && h->may_mint && h->may_mint(h->arg, d)
	};
	struct mint_request r = { d, h->peer.len ? &h->peer : NULL, h->now };
	const struct credential *c;
	const char *why;
	bool covers;

	c = credentials_choose(h->credentials, &w, &covers);
	if (!c) {
		t->words = mem_strdup("there is no certificate to show");
		return 0;
	}
	why = credential_use(c, &r, ssl);
	if (why)
		tls_say_unusable(t, c, d, why);
	return !why;
}

static void log_key(const SSL *ssl, const char *line)
{
	struct iovec parts[2] = { { (void *)line, strlen(line) }, { (void *)"\n", 1 } };

	/* One write, so that lines of several threads stay whole. A full disk loses a key, not a
	 * stream. */
	if (writev(tls_of(ssl)->contexts->keylog, parts, 2) < 0)
		return;
}

static void must(int ok)
{
	/* Constant settings, refused only by a broken OpenSSL. */
	if (!ok)
		abort();
}

bool tls_buffers_are_ours(void)
{
	static const unsigned repaired[] = { 14, 6, 2, 1 }; /* 3.0.14, 3.1.6, 3.2.2, 3.3.1 */
	unsigned minor = OPENSSL_version_minor();

	return minor >= sizeof(repaired) / sizeof(repaired[0]) ||
	       OPENSSL_version_patch() >= repaired[minor] || OPENSSL_version_major() > 3;
}

static SSL_CTX *new_context(const SSL_METHOD *method)
{
	SSL_CTX *ctx = SSL_CTX_new(method);

	must(ctx != NULL);
	SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
					 SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	if (!tls_buffers_are_ours())
		SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	must(SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION));
	must(SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION));
	SSL_CTX_set_security_level(ctx, 2);
	must(SSL_CTX_set_cipher_list(ctx, cipher_list));
	must(SSL_CTX_set_ciphersuites(ctx, cipher_suites));
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, accept_any, NULL);
	return ctx;
}

static SSL_CTX *new_server_context(void)
{
	SSL_CTX *ctx = new_context(TLS_server_method());
	static const unsigned char id[] = "trunkd";

	/* No client CA is named: some stacks would withhold their certificate otherwise. */
	must(SSL_CTX_set_num_tickets(ctx, 0));
	must(SSL_CTX_set_session_id_context(ctx, id, sizeof(id) - 1));
	SSL_CTX_set_dh_auto(ctx, 1);
	SSL_CTX_set_alpn_select_cb(ctx, select_alpn, NULL);
	SSL_CTX_set_tlsext_servername_callback(ctx, accept_sni);
	SSL_CTX_set_cert_cb(ctx, choose_certificate, NULL);
	return ctx;
}

static SSL_CTX *new_client_context(void)
{
	SSL_CTX *ctx = new_context(TLS_client_method());

	must(SSL_CTX_set_alpn_protos(ctx, alpn, sizeof(alpn) - 1) == 0);
	return ctx;
}

/* Whoever reads this file reads every stream: nobody else may, whatever its mode was before. */
static int open_keylog(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	int saved;

	if (fd < 0 || fchmod(fd, 0600) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

struct tls_contexts *tls_contexts_new(const struct credentials *c, const char *keylog_file)
{
	int keylog = keylog_file ? open_keylog(keylog_file) : -1;
	struct tls_contexts *t;

	if (keylog_file && keylog < 0)
		return NULL;
	t = MEM_NEW(struct tls_contexts);
	atomic_init(&t->refs, 1);
	t->bio = tls_bio_method();
	t->server = new_server_context();
	t->client = new_client_context();
	t->credentials = credentials_hold(c);
	t->keylog = keylog;
	if (keylog >= 0) {
		SSL_CTX_set_keylog_callback(t->server, log_key);
		SSL_CTX_set_keylog_callback(t->client, log_key);
	}
	return t;
}

struct tls_contexts *tls_contexts_hold(const struct tls_contexts *c)
{
	struct tls_contexts *mine = (struct tls_contexts *)c;

	atomic_fetch_add(&mine->refs, 1);
	return mine;
}

void tls_contexts_free(struct tls_contexts *t)
{
	if (!t || atomic_fetch_sub(&t->refs, 1) != 1)
		return;
	SSL_CTX_free(t->server);
	SSL_CTX_free(t->client);
	BIO_meth_free(t->bio);
	credentials_free(t->credentials);
	if (t->keylog >= 0)
		close(t->keylog);
	free(t);
}
