/* SPDX-License-Identifier: MIT */
/*
 * One transport object: a TCP connection, with TLS inside as a filter. Works on the raw descriptor
 * under uv_poll, so that it knows exactly what the kernel took and can change its loop. Plain bytes
 * come in through conn_in() and go out through conn_out(); what one loop turn put there leaves in
 * full TLS records with one write at the end of the turn. One deadline, one callback. Owned by
 * itself: freed after CONN_CLOSED.
 */
#pragma once

#include "base/buf.h"
#include "net/address.h"
#include "net/loop.h"
#include "net/tls.h"

struct conn;

enum conn_event {
	CONN_CONNECTED, /* TCP is up (outbound) */
	CONN_SECURED,   /* the TLS handshake is done */
	CONN_DATA,      /* something new is in conn_in() */
	CONN_WRITABLE, /* unsent bytes fell below the low-water mark after having been above high */
	CONN_COLD, /* not used for a while, and many others were: the owner gives back what it can
		    * make again */
	CONN_DEADLINE, /* the time set by conn_deadline() has come */
	CONN_EOF,      /* the peer will send no more (FIN or close_notify) */
	CONN_FAILED,   /* connect, TLS or socket error: conn_error() */
	CONN_CLOSED,   /* the last event; the conn is freed after it */
};

typedef void conn_fn(void *owner, struct conn *c, enum conn_event e);

enum { CONN_HIGH_WATER = 256 * 1024, CONN_LOW_WATER = 64 * 1024 };

/* Takes an accepted descriptor over (made non-blocking; TCP_NODELAY is set here). Reads nothing
 * before conn_resume(), but for a handshake. */
struct conn *conn_accepted(
	struct net_loop *l, int fd, const struct address *peer, conn_fn *fn, void *owner);
/* Starts connecting; the outcome comes as CONN_CONNECTED or CONN_FAILED. Reads from the start.
 * `source` NULL: any. This holds for every function here: no event comes from inside a call. */
struct conn *conn_connect(struct net_loop *l, const struct address *to,
	const struct address *source, conn_fn *fn, void *owner);
/* Another owner and callback; NULL fn: nobody listens any more (the conn may still be closing; what
 * comes in is thrown away). */
void conn_own(struct conn *c, conn_fn *fn, void *owner);

struct buf *conn_in(struct conn *c);  /* plain bytes received; the owner consumes */
struct buf *conn_out(struct conn *c); /* plain bytes to send; call conn_flush_soon() after adding */
void conn_flush_soon(struct conn *c); /* at the end of this turn */
/* Plain bytes not yet encrypted and ciphertext not yet taken by the kernel. */
size_t conn_unsent(const struct conn *c);
/* Above the high-water mark, and not yet below the low one. */
bool conn_congested(const struct conn *c);

void conn_pause(struct conn *c); /* stop reading: the peer feels TCP's back-pressure */
/* When unread bytes are waiting in conn_in(), CONN_DATA comes again. */
void conn_resume(struct conn *c);
/* Reads once, now, paused or not: true when something came, which is in conn_in(). No event tells
 * of it. */
bool conn_read_now(struct conn *c);
/* Monotonic ms (net_loop_now()); 0: none. Told once. */
void conn_deadline(struct conn *c, uint64_t at_ms);

/* Sends what is in conn_out() in the clear, then starts the handshake (in a later turn). When
 * connected only. Bytes already received in the clear must have been consumed, else CONN_FAILED.
 * Takes the tls over. */
void conn_start_tls(struct conn *c, struct tls *t);
const struct tls *conn_tls(const struct conn *c); /* NULL: in the clear */

/* Flushes, sends close_notify and FIN, waits for the peer's; then CLOSED, in linger_ms at the
 * latest, and at once when it has failed or is not connected. Only CONN_CLOSED comes after this
 * call; what the peer says is thrown away. */
void conn_close(struct conn *c, uint32_t linger_ms);
/* Closes at once; only CONN_CLOSED follows, in a later turn. Whoever heard CONN_FAILED must do this
 * or conn_close(). */
void conn_abort(struct conn *c);
/* Words: "connection refused"; "" when nothing failed. */
const char *conn_error(const struct conn *c);
const struct address *conn_peer(const struct conn *c);
/* On the wire. */
uint64_t conn_bytes_in(const struct conn *c);
uint64_t conn_bytes_out(const struct conn *c);
/* In CONN_CLOSED: what came and no owner took, before conn_close() or after it. Plain bytes; of
 * what was left in the kernel, those on the wire. */
uint64_t conn_unread(const struct conn *c);
/* Gives buffers back, and what retention need not keep: the owner calls it for idle connections.
 * False: something is still on its way, and later there would be more to give back. */
bool conn_idle(struct conn *c);

/*
 * What became of what was sent. With retention on, the plain bytes are kept until the peer's TCP
 * has acknowledged them (SIOCOUTQ). conn_take_back() moves what is left into `plain`: its first
 * *acked bytes were acknowledged, those up to *written were given to the kernel in complete records
 * (the peer may have read them), the rest never left. `plain` begins at a boundary between two
 * conn_mark()s: the owner marks where elements end. In the clear both are exact to the byte; under
 * TLS only whole records count. To be called when nothing is sent any more: after CONN_FAILED,
 * after conn_abort(), or in CONN_CLOSED.
 */
void conn_retain(struct conn *c); /* from the next byte on */
void conn_mark(struct conn *c);   /* an element ends here, at the end of conn_out() */
/* At least as many as conn_take_back() would bring. */
size_t conn_marks(const struct conn *c);
void conn_take_back(struct conn *c, struct buf *plain, size_t *acked, size_t *written);

/* Takes the connection off its loop: descriptor, TLS, unread and unsent bytes go into a parcel that
 * another loop's thread opens, with events that were not told yet and what is retained. No
 * CONN_CLOSED follows; the conn is gone. NULL when it is closing or closed already: then
 * CONN_CLOSED is still to come. */
struct conn_parcel;
struct conn_parcel *conn_detach(struct conn *c);
struct conn *conn_attach(struct net_loop *l, struct conn_parcel *p, conn_fn *fn, void *owner);
void conn_parcel_free(struct conn_parcel *p); /* closes it */
