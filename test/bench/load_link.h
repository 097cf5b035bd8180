/* SPDX-License-Identifier: MIT */
/*
 * One TCP connection of the load generator, in the clear or under TLS 1.3: read from the socket
 * in large pieces, written in records that the caller chooses, sent when the caller says. A tool
 * for measuring, so whatever goes wrong ends the program with a sentence.
 */
#pragma once

#include "base/buf.h"

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/types.h>

enum link_event {
	LINK_CONNECTED, /* accepted, or connected */
	LINK_SECURED,   /* the handshake is over */
	LINK_DATA,      /* link_read() has something, perhaps */
};

struct link {
	int epoll, fd;
	SSL *ssl;       /* NULL: in the clear */
	struct buf out; /* for the kernel */
	bool connecting, shaking, blocked;
	unsigned watched;
	void (*event)(struct link *l, enum link_event e);
};

/* The contexts of one side. pem: certificate and key; ca: whom it believes. */
struct link_contexts {
	SSL_CTX *client, *server;
};
void link_contexts_init(struct link_contexts *c, const char *pem, const char *ca);
void link_contexts_fini(struct link_contexts *c);

/* `event` is set by the caller, before. The connection is watched by `epoll`, with itself as data.
 */
void link_connect(struct link *l, int epoll, const struct sockaddr_in *to, struct in_addr from);
void link_accepted(struct link *l, int epoll, int fd);
void link_close(struct link *l);
/* Starts TLS: as client with this name in SNI, as server with NULL. */
void link_secure(struct link *l, const struct link_contexts *c, const char *sni);
/* What epoll reported; calls `event`. */
void link_turn(struct link *l, unsigned reported);

/* Bytes, or 0 when there are none for now. The peer's end ends the program. */
size_t link_read(struct link *l, char *p, size_t room);
/* Bytes stand inside already: epoll does not know about them. */
bool link_holds(const struct link *l);
/* Adds to `out`: one record under TLS (up to 16 KiB), plain bytes without. */
void link_put(struct link *l, struct str s);
/* Gives `out` to the kernel, as far as it takes it. */
void link_flush(struct link *l);

/* Ends the program, status 1. */
void load_die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
