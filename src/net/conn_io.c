/* SPDX-License-Identifier: MIT */
/*
 * What a connection does in the loop's turn: telling its owner, reading, sending, shaking hands.
 * One send() per turn and 64 KiB, whatever the owner added in how many pieces. Only this file calls
 * the owner.
 */
#include "net/conn_private.h"

#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
	READS_PER_TURN = 4,    /* of 64 KiB: then it is the others' turn */
	WIRE_MOST = 64 * 1024, /* no more is encrypted before the kernel has taken it */
	WIRE_FEW = 8 * 1024,   /* a handshake's last message: goes with what follows */
};

/* False: the conn is on its way out, and the caller leaves it alone. */
static bool tell(struct conn *c, enum conn_event e)
{
	if (c->fn)
		c->fn(c->owner, c, e);
	return c->state != STATE_GONE;
}

static void later(struct conn *c, enum conn_event e)
{
	c->pending |= 1u << e;
	loop_soon(c->loop, &c->soon);
}

/* ---- others are used more ---- */

static void used(struct conn *c)
{
	loop_warm(c->loop, &c->warm);
	task_cancel(&c->cold);
}

/* Buffers are had again at once. What the owner has to make again it keeps for a while: streams by
 * the hundred may be in use all the time. */
void conn_cool(struct task *t)
{
	struct conn *c = list_item(t, struct conn, warm);

	conn_rest(c);
	loop_later(c->loop, &c->cold);
}

void conn_cold(struct task *t)
{
	tell(list_item(t, struct conn, cold), CONN_COLD);
}

/* ---- sending ---- */

/* Sending had failed before; now all that had arrived until then is read. */
static void fail_broken(struct conn *c)
{
	char *words = c->error;

	c->error = NULL;
	conn_fail(c, words);
}

/* Gives bytes to the kernel; returns how many it took. */
static size_t give(struct conn *c, struct str s)
{
	char *words;
	ssize_t n;

	do
		n = send(c->fd, s.p, s.n, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n >= 0) {
		c->bytes_out += (uint64_t)n;
		c->blocked = (size_t)n < s.n;
		return (size_t)n;
	}
	c->blocked = true;
	if (errno == EAGAIN || c->state == STATE_FAILED)
		return 0;
	/* The peer may have said why before it went: that is read first. */
	words = conn_errno_words(errno);
	free(c->error);
	c->error = words;
	c->broken = true;
	if (c->state != STATE_OPEN || c->paused || c->eof) {
		fail_broken(c);
		return 0;
	}
	c->reported |= UV_READABLE;
	loop_soon(c->loop, &c->soon);
	return 0;
}

static void give_wire(struct conn *c)
{
	buf_consume(&c->wire, give(c, buf_view(&c->wire)));
}

static void give_clear(struct conn *c)
{
	struct str sent = buf_view(&c->out);

	sent.n = give(c, sent);
	if (c->retain)
		retain_sent(c->retain, sent, c->bytes_out, true);
	buf_consume(&c->out, sent.n);
}

/* What is on its way already goes first. */
static void give_sealed(struct conn *c)
{
	struct buf *sealed = loop_write_buf(c->loop);

	buf_put(sealed, buf_view(&c->wire));
	buf_clear(&c->wire);
	while (buf_len(&c->out) && buf_len(sealed) < WIRE_MOST) {
		struct str plain = buf_view(&c->out);

		if (plain.n > TLS_RECORD)
			plain.n = TLS_RECORD;
		if (tls_write(c->tls, plain, sealed) != TLS_DONE) {
			conn_fail(c, mem_strdup(tls_error(c->tls)));
			break;
		}
		if (c->retain)
			retain_sent(c->retain, plain, c->bytes_out + buf_len(sealed), false);
		buf_consume(&c->out, plain.n);
	}
	if (c->state != STATE_GONE)
		buf_consume(sealed, give(c, buf_view(sealed)));
	if (c->state != STATE_GONE)
		buf_put(&c->wire, buf_view(sealed));
	buf_clear(sealed);
}

static void send_all(struct conn *c)
{
	while (!c->blocked && c->state != STATE_GONE) {
		bool flowing = c->state == STATE_OPEN || c->state == STATE_CLOSING;
		bool more = flowing && buf_len(&c->out);

		if (more && c->tls && buf_len(&c->wire) <= WIRE_FEW)
			give_sealed(c);
		else if (buf_len(&c->wire))
			give_wire(c);
		else if (more)
			give_clear(c);
		else
			return;
	}
}

/* ---- reading ---- */

/* One read into the empty `raw`: bytes, 0 at the end, -errno. */
static ssize_t receive(struct conn *c, struct buf *raw)
{
	ssize_t n;

	do
		n = recv(c->fd, buf_reserve(raw, LOOP_READ), LOOP_READ, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	buf_commit(raw, (size_t)n);
	c->bytes_in += (uint64_t)n;
	return n;
}

/* Takes what came off the wire into conn_in(). Leaves `raw` empty. */
static void take_in(struct conn *c, struct buf *raw)
{
	if (!c->tls) {
		buf_put(&c->in, buf_view(raw));
	} else {
		switch (tls_read(c->tls, raw, &c->in, &c->wire)) {
		case TLS_DONE:
		case TLS_WAIT: break;
		case TLS_CLOSED:
			c->eof = true;
			c->pending |= 1u << CONN_EOF;
			break;
		case TLS_FAILED:
			conn_fail(c, mem_strdup(tls_error(c->tls)));
			send_all(c); /* the alert, before the owner hangs up */
			break;
		}
	}
	buf_clear(raw);
	if (!c->fn)
		buf_clear(&c->in);
	if (buf_len(&c->wire))
		loop_at_end(c->loop, &c->end);
}

static void read_end(struct conn *c, ssize_t n)
{
	if (n == -EAGAIN && !c->broken)
		return;
	if (c->broken) {
		fail_broken(c);
	} else if (n < 0) {
		conn_fail(c, conn_errno_words((int)-n));
	} else {
		c->eof = true;
		later(c, CONN_EOF);
	}
}

static void read_some(struct conn *c)
{
	struct buf *raw = loop_read_buf(c->loop);

	used(c);
	for (int i = 0; i < READS_PER_TURN; i++) {
		size_t before = buf_len(&c->in);
		ssize_t n;

		if (c->state != STATE_OPEN)
			return;
		if (c->paused || c->eof) {
			if (c->broken)
				fail_broken(c);
			return;
		}
		n = receive(c, raw);
		if (n <= 0) {
			read_end(c, n);
			return;
		}
		take_in(c, raw);
		if (buf_len(&c->in) > before && !tell(c, CONN_DATA))
			return;
		/* The socket is empty: the next read would only say so. */
		if (n < LOOP_READ && !c->broken)
			return;
	}
}

bool conn_read_now(struct conn *c)
{
	struct buf *raw = loop_read_buf(c->loop);
	ssize_t n;

	if (c->state != STATE_OPEN || c->eof)
		return false;
	n = receive(c, raw);
	if (n <= 0) {
		read_end(c, n);
		return false;
	}
	take_in(c, raw);
	return true;
}

/* Nobody takes it: it is only counted. What TLS would answer is not said any more. */
static void throw_away(struct conn *c, struct buf *raw)
{
	struct buf answer = { 0 };

	if (c->tls)
		tls_read(c->tls, raw, &c->in, &answer);
	else
		buf_put(&c->in, buf_view(raw));
	c->unread += buf_len(&c->in);
	buf_clear(&c->in);
	buf_clear(raw);
	buf_fini(&answer);
}

/* Closing: the peer's last words are not heard any more, but must be read, or the kernel would
 * answer them with a reset that could overtake ours. */
static void discard(struct conn *c)
{
	struct buf *raw = loop_read_buf(c->loop);

	for (int i = 0; i < READS_PER_TURN && !c->eof; i++) {
		ssize_t n = receive(c, raw);

		throw_away(c, raw);
		if (n == -EAGAIN)
			return;
		if (n <= 0)
			c->eof = true;
	}
	loop_at_end(c->loop, &c->end);
}

/* ---- the end of a turn ---- */

static void finish_closing(struct conn *c)
{
	if (!c->said_bye && c->tls && !conn_unsent(c)) {
		c->said_bye = true;
		tls_shutdown(c->tls, &c->wire);
		send_all(c);
	}
	if (c->state == STATE_GONE)
		return;
	if (!c->sent_fin && !conn_unsent(c)) {
		c->sent_fin = true;
		shutdown(c->fd, SHUT_WR);
	}
	if ((c->sent_fin && c->eof) || c->deadline <= net_loop_now(c->loop))
		conn_gone(c);
}

void conn_flush(struct task *t)
{
	struct conn *c = list_item(t, struct conn, end);

	if (c->state == STATE_GONE || c->state == STATE_CONNECTING || c->fd < 0)
		return;
	if (conn_unsent(c) > CONN_HIGH_WATER)
		c->high = true;
	used(c);
	send_all(c);
	if (c->retain && retain_due(c->retain))
		retain_acked(c->retain, conn_acked(c));
	if (c->state == STATE_OPEN && c->high && conn_unsent(c) < CONN_LOW_WATER) {
		c->high = false;
		later(c, CONN_WRITABLE);
	}
	if (c->state == STATE_CLOSING)
		finish_closing(c);
	conn_watch(c);
}

/* ---- the handshake ---- */

static void shake(struct conn *c, struct buf *raw)
{
	switch (tls_handshake(c->tls, raw, &c->wire)) {
	case TLS_WAIT: break;
	case TLS_DONE:
		conn_enter(c, STATE_OPEN);
		/* First the news, then what the peer sent right behind its last message: whatever
		 * is in conn_in() when the owner hears it came in the clear. */
		if (!tell(c, CONN_SECURED) || c->state != STATE_OPEN)
			break;
		take_in(c, raw);
		if (buf_len(&c->in))
			later(c, CONN_DATA);
		break;
	case TLS_CLOSED:
	case TLS_FAILED: conn_fail(c, mem_strdup(tls_error(c->tls))); break;
	}
}

void conn_step(struct task *t)
{
	struct conn *c = list_item(t, struct conn, step);
	struct buf *raw = loop_read_buf(c->loop);
	ssize_t n;

	c->queued = false;
	if (c->state != STATE_HANDSHAKE)
		return;
	n = receive(c, raw);
	if (n == 0)
		conn_fail(c, mem_strdup("the peer closed the connection during the handshake"));
	else if (n < 0 && n != -EAGAIN)
		conn_fail(c, conn_errno_words((int)-n));
	else
		shake(c, raw);
	buf_clear(raw);
	send_all(c); /* an alert too */
	conn_watch(c);
}

/* ---- the turn ---- */

static void finish_connect(struct conn *c)
{
	socklen_t n = sizeof(int);
	int err = 0;

	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &n) < 0)
		err = errno;
	if (err) {
		conn_fail(c, conn_errno_words(err));
		return;
	}
	conn_enter(c, STATE_OPEN);
	c->pending |= 1u << CONN_CONNECTED;
	loop_at_end(c->loop, &c->end);
}

/* False: gone. */
static bool tell_pending(struct conn *c)
{
	static const enum conn_event order[] = { CONN_CONNECTED, CONN_SECURED, CONN_DATA,
		CONN_WRITABLE, CONN_EOF, CONN_FAILED };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		bool held = c->paused && (order[i] == CONN_DATA || order[i] == CONN_EOF);

		if (!(c->pending & 1u << order[i]) || held)
			continue;
		c->pending &= ~(1u << order[i]);
		if (!tell(c, order[i]))
			return false;
	}
	return true;
}

static void read_ready(struct conn *c)
{
	switch (c->state) {
	case STATE_OPEN: read_some(c); break;
	case STATE_HANDSHAKE:
		c->queued = !list_empty(&c->step.link);
		loop_costly(c->loop, &c->step);
		break;
	case STATE_CLOSING: discard(c); break;
	case STATE_CONNECTING:
	case STATE_FAILED:
	case STATE_GONE: break;
	}
}

static void check_deadline(struct conn *c)
{
	if (c->deadline == 0)
		return;
	if (c->deadline > net_loop_now(c->loop)) {
		conn_arm(c);
		return;
	}
	if (c->state == STATE_CLOSING) {
		conn_gone(c);
		return;
	}
	c->deadline = 0;
	tell(c, CONN_DEADLINE);
}

static void end(struct conn *c)
{
	struct net_loop *l = c->loop;

	if (c->handles)
		return;
	if (c->pending)
		tell(c, CONN_CLOSED);
	task_cancel(&c->soon);
	task_cancel(&c->end);
	task_cancel(&c->step);
	conn_free(c);
	loop_release(l);
}

void conn_turn(struct task *t)
{
	struct conn *c = list_item(t, struct conn, soon);
	int reported = c->reported;

	if (c->state == STATE_GONE) {
		end(c);
		return;
	}
	c->reported = 0;
	if (c->state == STATE_CONNECTING && (reported & UV_WRITABLE)) {
		finish_connect(c);
	} else if ((reported & UV_WRITABLE) && !c->broken) {
		c->blocked = false;
		loop_at_end(c->loop, &c->end);
	}
	if (!tell_pending(c))
		return;
	if (reported & UV_READABLE)
		read_ready(c);
	if (c->state == STATE_GONE || !tell_pending(c))
		return;
	check_deadline(c);
	conn_watch(c);
}
