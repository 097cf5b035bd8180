/* SPDX-License-Identifier: MIT */
/* See load_link.h. OpenSSL reads from the socket itself, far ahead, and writes into `out`. */
#include "load_link.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_AHEAD = 256 << 10 };

void load_die(const char *fmt, ...)
{
	va_list ap;

	fputs("loadgen: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static void die_tls(const char *what)
{
	unsigned long e = ERR_get_error();
	const char *reason = e ? ERR_reason_error_string(e) : NULL;

	load_die("%s: %s", what, reason ? reason : strerror(errno));
}

/* ---- contexts ---- */

static SSL_CTX *new_context(const SSL_METHOD *method, const char *pem, const char *ca, int verify)
{
	SSL_CTX *c = SSL_CTX_new(method);

	if (!c || SSL_CTX_use_certificate_chain_file(c, pem) != 1 ||
		SSL_CTX_use_PrivateKey_file(c, pem, SSL_FILETYPE_PEM) != 1 ||
		SSL_CTX_load_verify_locations(c, ca, NULL) != 1)
		die_tls(pem);
	/* One cipher and no resumption, so that every relay does the same work. */
	SSL_CTX_set_min_proto_version(c, TLS1_3_VERSION);
	SSL_CTX_set_ciphersuites(c, "TLS_AES_128_GCM_SHA256");
	SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(c, 0);
	SSL_CTX_set_verify(c, verify, NULL);
	/* No peer sends its root along. */
	SSL_CTX_set_mode(c, SSL_MODE_NO_AUTO_CHAIN);
	SSL_CTX_set_read_ahead(c, 1);
	SSL_CTX_set_default_read_buffer_len(c, READ_AHEAD);
	return c;
}

void link_contexts_init(struct link_contexts *c, const char *pem, const char *ca)
{
	c->client = new_context(TLS_client_method(), pem, ca, SSL_VERIFY_PEER);
	c->server = new_context(
		TLS_server_method(), pem, ca, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT);
}

void link_contexts_fini(struct link_contexts *c)
{
	SSL_CTX_free(c->client);
	SSL_CTX_free(c->server);
}

/* ---- writing into a buf ---- */

static int bio_write(BIO *b, const char *p, int n)
{
	struct link *l = BIO_get_data(b);

	buf_put(&l->out, (struct str){ p, (size_t)n });
	return n;
}

static long bio_ctrl(BIO *b, int cmd, long num, void *ptr)
{
	return cmd == BIO_CTRL_FLUSH;
}

static BIO *new_bio(struct link *l)
{
	/* One method for all, as long as the program runs. */
	static BIO_METHOD *method;
	BIO *b;

	if (!method) {
		method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "link");
		BIO_meth_set_write(method, bio_write);
		BIO_meth_set_ctrl(method, bio_ctrl);
	}
	b = BIO_new(method);
	BIO_set_data(b, l);
	BIO_set_init(b, 1);
	return b;
}

/* ---- life ---- */

static void watch(struct link *l)
{
	unsigned want = EPOLLIN;
	struct epoll_event e = { .data.ptr = l };

	if (l->connecting || l->blocked)
		want |= EPOLLOUT;
	if (want == l->watched)
		return;
	e.events = want;
	if (epoll_ctl(l->epoll, l->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, l->fd, &e) < 0)
		load_die("epoll: %s", strerror(errno));
	l->watched = want;
}

static void set_fd(struct link *l, int epoll, int fd)
{
	int on = 1;

	if (fd < 0)
		load_die("socket: %s", strerror(errno));
	l->epoll = epoll;
	l->fd = fd;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

void link_connect(struct link *l, int epoll, const struct sockaddr_in *to, struct in_addr from)
{
	struct sockaddr_in source = { .sin_family = AF_INET, .sin_addr = from };
	int on = 1;

	set_fd(l, epoll, socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
	setsockopt(l->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	if (bind(l->fd, (struct sockaddr *)&source, sizeof(source)) < 0)
		load_die("bind: %s", strerror(errno));
	if (connect(l->fd, (const struct sockaddr *)to, sizeof(*to)) < 0 && errno != EINPROGRESS)
		load_die("connect: %s", strerror(errno));
	l->connecting = true;
	watch(l);
}

void link_accepted(struct link *l, int epoll, int fd)
{
	set_fd(l, epoll, fd);
	watch(l);
	l->event(l, LINK_CONNECTED);
}

void link_close(struct link *l)
{
	SSL_free(l->ssl);
	buf_fini(&l->out);
	if (l->watched)
		close(l->fd);
	l->watched = 0;
}

static void shake(struct link *l)
{
	int rc = SSL_do_handshake(l->ssl);

	link_flush(l);
	if (rc == 1) {
		l->shaking = false;
		l->event(l, LINK_SECURED);
	} else if (SSL_get_error(l->ssl, rc) != SSL_ERROR_WANT_READ) {
		die_tls("handshake");
	}
}

void link_secure(struct link *l, const struct link_contexts *c, const char *sni)
{
	BIO *in = BIO_new_socket(l->fd, BIO_NOCLOSE);

	l->ssl = SSL_new(sni ? c->client : c->server);
	SSL_set0_rbio(l->ssl, in);
	SSL_set0_wbio(l->ssl, new_bio(l));
	if (sni) {
		SSL_set_connect_state(l->ssl);
		SSL_set_tlsext_host_name(l->ssl, sni);
	} else {
		SSL_set_accept_state(l->ssl);
	}
	l->shaking = true;
	shake(l);
}

static void finish_connect(struct link *l)
{
	int err = 0;
	socklen_t n = sizeof(err);

	getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &err, &n);
	if (err)
		load_die("connect: %s", strerror(err));
	l->connecting = false;
	watch(l);
	l->event(l, LINK_CONNECTED);
}

void link_turn(struct link *l, unsigned reported)
{
	if (l->connecting) {
		if (reported & (EPOLLOUT | EPOLLERR | EPOLLHUP))
			finish_connect(l);
		return;
	}
	if (reported & EPOLLOUT)
		link_flush(l);
	if (!(reported & (EPOLLIN | EPOLLERR | EPOLLHUP)))
		return;
	if (l->shaking)
		shake(l);
	/* The handshake may have read on. */
	if (!l->shaking)
		l->event(l, LINK_DATA);
}

/* ---- bytes ---- */

static size_t read_clear(struct link *l, char *p, size_t room)
{
	ssize_t n = recv(l->fd, p, room, 0);

	if (n > 0)
		return (size_t)n;
	if (n == 0)
		load_die("the peer closed the connection");
	if (errno != EAGAIN && errno != EINTR)
		load_die("recv: %s", strerror(errno));
	return 0;
}

size_t link_read(struct link *l, char *p, size_t room)
{
	size_t n = 0;
	int rc;

	if (!l->ssl)
		return read_clear(l, p, room);
	rc = SSL_read_ex(l->ssl, p, room, &n);
	if (rc == 1)
		return n;
	switch (SSL_get_error(l->ssl, rc)) {
	case SSL_ERROR_WANT_READ: return 0;
	case SSL_ERROR_ZERO_RETURN: load_die("the peer closed the connection");
	default: die_tls("read");
	}
	return 0;
}

bool link_holds(const struct link *l)
{
	return l->ssl && SSL_has_pending(l->ssl);
}

void link_put(struct link *l, struct str s)
{
	size_t n;

	if (!l->ssl)
		buf_put(&l->out, s);
	else if (SSL_write_ex(l->ssl, s.p, s.n, &n) != 1 || n != s.n)
		die_tls("write");
}

void link_flush(struct link *l)
{
	struct str s = buf_view(&l->out);

	while (s.n) {
		ssize_t n = send(l->fd, s.p, s.n, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			load_die("send: %s", strerror(errno));
		if (n < 0)
			break;
		s = str_skip(s, (size_t)n);
	}
	buf_consume(&l->out, buf_len(&l->out) - s.n);
	l->blocked = s.n > 0;
	watch(l);
}
