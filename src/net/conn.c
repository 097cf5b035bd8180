/* SPDX-License-Identifier: MIT */
/*
 * A connection's life: how it begins, what its owner may ask of it, how it ends. Owns the
 * descriptor, the TLS filter and the buffers. Nothing in this file calls the owner: events are
 * noted, and told in the loop's turn.
 */
#include "net/conn_private.h"

#include "base/log.h"
#include "base/mem.h"

#include <ctype.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* What stands unsent in the kernel is neither ours to take back nor with the peer: little of it, so
 * that a slow peer is felt early and little is uncertain at the end. */
enum { KERNEL_UNSENT = 128 * 1024 };

static const char *const state_names[] = {
	[STATE_CONNECTING] = "connecting",
	[STATE_OPEN] = "open",
	[STATE_HANDSHAKE] = "handshake",
	[STATE_CLOSING] = "closing",
	[STATE_FAILED] = "failed",
	[STATE_GONE] = "gone",
};

void conn_enter(struct conn *c, enum conn_state to)
{
	char peer[ADDRESS_TEXT];

	if (log_heard(LOG_LEVEL_DEBUG)) {
		address_print(&c->peer, peer);
		log_debug("connection peer=%s state=%s was=%s", peer, state_names[to],
			state_names[c->state]);
	}
	c->state = to;
}

char *conn_errno_words(int err)
{
	char *words = mem_strdup(strerror(err));

	words[0] = (char)tolower((unsigned char)words[0]);
	return words;
}

/* ---- on the loop and off it ---- */

static void on_poll(uv_poll_t *h, int status, int events)
{
	struct conn *c = h->data;

	/* After an error uv has stopped watching; reading or writing will say what it is. */
	if (status < 0) {
		c->watching = 0;
		events = UV_READABLE | UV_WRITABLE;
	}
	c->reported |= events;
	loop_soon(c->loop, &c->soon);
}

static void on_timer(uv_timer_t *h)
{
	struct conn *c = h->data;

	c->timer_at = 0;
	loop_soon(c->loop, &c->soon);
}

static void on_handle_closed(uv_handle_t *h)
{
	struct conn *c = h->data;

	if (--c->handles == 0)
		loop_soon(c->loop, &c->soon);
}

void conn_settle(struct conn *c, struct net_loop *l)
{
	int rc;

	c->loop = l;
	task_init(&c->soon, conn_turn);
	task_init(&c->end, conn_flush);
	task_init(&c->step, conn_step);
	task_init(&c->warm, conn_cool);
	task_init(&c->cold, conn_cold);
	c->watching = 0;
	c->reported = 0;
	c->timer_at = 0;
	c->timer.data = c->poll.data = c;
	uv_timer_init(net_loop_uv(l), &c->timer);
	c->handles = 1;
	loop_hold(l);
	if (c->fd < 0)
		return;
	rc = uv_poll_init(net_loop_uv(l), &c->poll, c->fd);
	if (rc < 0)
		conn_fail(c, conn_errno_words(-rc));
	else
		c->handles = 2;
}

void conn_watch(struct conn *c)
{
	int want = 0;

	switch (c->state) {
	case STATE_CONNECTING: want = UV_WRITABLE; break;
	case STATE_OPEN: want = c->paused || c->eof ? 0 : UV_READABLE; break;
	case STATE_HANDSHAKE: want = c->queued ? 0 : UV_READABLE; break;
	case STATE_CLOSING: want = c->eof ? 0 : UV_READABLE; break;
	case STATE_FAILED: break;
	case STATE_GONE: return;
	}
	if (c->blocked && c->state != STATE_FAILED)
		want |= UV_WRITABLE;
	if (want == c->watching || c->handles < 2)
		return;
	c->watching = want;
	if (want)
		uv_poll_start(&c->poll, want, on_poll);
	else
		uv_poll_stop(&c->poll);
}

void conn_arm(struct conn *c)
{
	uint64_t now = net_loop_now(c->loop);

	/* A timer that is early costs one look; moving it at every change of the deadline costs
	 * more. */
	if (c->deadline == 0 || (c->timer_at && c->timer_at <= c->deadline))
		return;
	c->timer_at = c->deadline;
	uv_timer_start(&c->timer, on_timer, c->deadline > now ? c->deadline - now : 0, 0);
}

uint64_t conn_acked(const struct conn *c)
{
	int queued = 0;

	if (c->fd < 0 || ioctl(c->fd, SIOCOUTQ, &queued) < 0)
		return c->bytes_acked;
	if (c->sent_fin && queued > 0)
		queued--; /* FIN takes a place in the sequence */
	return (uint64_t)queued < c->bytes_out ? c->bytes_out - (uint64_t)queued : 0;
}

static void close_handles(struct conn *c)
{
	task_cancel(&c->soon);
	task_cancel(&c->end);
	task_cancel(&c->step);
	loop_cool(c->loop, &c->warm);
	task_cancel(&c->cold);
	uv_close((uv_handle_t *)&c->timer, on_handle_closed);
	if (c->handles == 2)
		uv_close((uv_handle_t *)&c->poll, on_handle_closed);
}

static uint64_t kernel_has(const struct conn *c)
{
	int waiting = 0;

	return c->fd >= 0 && ioctl(c->fd, FIONREAD, &waiting) == 0 ? (uint64_t)waiting : 0;
}

void conn_gone(struct conn *c)
{
	if (c->state == STATE_GONE)
		return;
	c->bytes_acked = conn_acked(c);
	c->unread += buf_len(&c->in) + kernel_has(c);
	conn_enter(c, STATE_GONE);
	close_handles(c);
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->pending = 1u << CONN_CLOSED;
	buf_fini(&c->wire);
}

void conn_fail(struct conn *c, char *words)
{
	if (c->state == STATE_FAILED || c->state == STATE_GONE) {
		free(words);
		return;
	}
	free(c->error);
	c->error = words;
	if (c->state == STATE_CLOSING) {
		conn_gone(c);
		return;
	}
	conn_enter(c, STATE_FAILED);
	c->pending |= 1u << CONN_FAILED;
	loop_soon(c->loop, &c->soon);
	conn_watch(c);
}

/* ---- beginning ---- */

static void set_option(int fd, int level, int name, int value)
{
	/* Each of them only makes things better: a socket that does not know one does without. */
	if (setsockopt(fd, level, name, &value, sizeof(value)) < 0)
		return;
}

static void set_options(int fd)
{
	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_option(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, KERNEL_UNSENT);
}

static struct conn *new_conn(int fd, const struct address *peer, conn_fn *fn, void *owner)
{
	struct conn *c = MEM_NEW(struct conn);

	c->fd = fd;
	c->peer = *peer;
	c->fn = fn;
	c->owner = owner;
	if (fd >= 0)
		set_options(fd);
	return c;
}

struct conn *conn_accepted(
	struct net_loop *l, int fd, const struct address *peer, conn_fn *fn, void *owner)
{
	struct conn *c = new_conn(fd, peer, fn, owner);

	c->state = STATE_OPEN;
	c->paused = true;
	conn_settle(c, l);
	return c;
}

/* 0 or -errno. */
static int dial(int fd, const struct address *to, const struct address *source)
{
	/* Ports are chosen when the peer is known, not one per local address. */
	set_option(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
	if (source && bind(fd, (const struct sockaddr *)&source->ss, source->len) < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&to->ss, to->len) < 0 && errno != EINPROGRESS)
		return -errno;
	return 0;
}

struct conn *conn_connect(struct net_loop *l, const struct address *to,
	const struct address *source, conn_fn *fn, void *owner)
{
	int fd = socket(to->ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int rc = fd < 0 ? -errno : 0;
	struct conn *c = new_conn(fd, to, fn, owner);

	c->state = STATE_CONNECTING;
	if (rc == 0)
		rc = dial(fd, to, source);
	conn_settle(c, l);
	if (rc < 0)
		conn_fail(c, conn_errno_words(-rc));
	conn_watch(c);
	return c;
}

void conn_own(struct conn *c, conn_fn *fn, void *owner)
{
	c->fn = fn;
	c->owner = owner;
}

void conn_start_tls(struct conn *c, struct tls *t)
{
	struct str clear = buf_view(&c->out);

	c->tls = t;
	if (c->state != STATE_OPEN)
		return; /* it failed in this turn, and the owner is about to hear */
	/* RFC 6120 5.4.3.3: what came in the clear behind the negotiation must not be taken for
	 * what is protected. */
	if (buf_len(&c->in)) {
		conn_fail(c, mem_strdup("bytes in the clear behind the start of TLS"));
		return;
	}
	if (c->retain)
		retain_sent(c->retain, clear, c->bytes_out + buf_len(&c->wire) + clear.n, true);
	buf_move(&c->wire, &c->out);
	c->pending &= ~(1u << CONN_DATA);
	conn_enter(c, STATE_HANDSHAKE);
	loop_at_end(c->loop, &c->end);
	loop_costly(c->loop, &c->step);
	conn_watch(c);
}

/* ---- meanwhile ---- */

struct buf *conn_in(struct conn *c)
{
	return &c->in;
}

struct buf *conn_out(struct conn *c)
{
	return &c->out;
}

void conn_flush_soon(struct conn *c)
{
	if (c->state != STATE_GONE)
		loop_at_end(c->loop, &c->end);
}

size_t conn_unsent(const struct conn *c)
{
	return buf_len(&c->out) + buf_len(&c->wire);
}

bool conn_congested(const struct conn *c)
{
	return c->high || conn_unsent(c) > CONN_HIGH_WATER;
}

void conn_pause(struct conn *c)
{
	c->paused = true;
	conn_watch(c);
}

void conn_resume(struct conn *c)
{
	if (!c->paused || c->state == STATE_GONE)
		return;
	c->paused = false;
	if (buf_len(&c->in) && c->state == STATE_OPEN)
		c->pending |= 1u << CONN_DATA;
	if (c->pending)
		loop_soon(c->loop, &c->soon);
	conn_watch(c);
}

void conn_deadline(struct conn *c, uint64_t at_ms)
{
	if (c->state == STATE_CLOSING || c->state == STATE_GONE)
		return; /* conn_close() has set its own */
	c->deadline = at_ms;
	conn_arm(c);
}

const struct tls *conn_tls(const struct conn *c)
{
	return c->tls;
}

const char *conn_error(const struct conn *c)
{
	return c->error ? c->error : "";
}

const struct address *conn_peer(const struct conn *c)
{
	return &c->peer;
}

uint64_t conn_bytes_in(const struct conn *c)
{
	return c->bytes_in;
}

uint64_t conn_bytes_out(const struct conn *c)
{
	return c->bytes_out;
}

uint64_t conn_unread(const struct conn *c)
{
	return c->unread;
}

void conn_rest(struct conn *c)
{
	buf_shrink(&c->in, 0);
	buf_shrink(&c->out, 0);
	buf_shrink(&c->wire, 0);
	if (c->tls)
		tls_idle(c->tls);
	if (c->retain) {
		retain_acked(c->retain, conn_acked(c));
		retain_rest(c->retain);
	}
}

bool conn_idle(struct conn *c)
{
	if (c->state == STATE_GONE)
		return true;
	loop_cool(c->loop, &c->warm);
	task_cancel(&c->cold);
	conn_rest(c);
	return !buf_len(&c->in) && !conn_unsent(c) && !(c->retain && buf_len(&c->retain->kept));
}

/* ---- what became of what was sent ---- */

void conn_retain(struct conn *c)
{
	if (c->retain)
		return;
	c->retain = mem_alloc(sizeof(*c->retain));
	retain_init(c->retain);
}

void conn_mark(struct conn *c)
{
	if (c->retain)
		retain_mark(c->retain, buf_len(&c->out));
}

size_t conn_marks(const struct conn *c)
{
	return c->retain ? buf_len(&c->retain->marks) / sizeof(uint64_t) : 0;
}

void conn_take_back(struct conn *c, struct buf *plain, size_t *acked, size_t *written)
{
	*acked = *written = 0;
	if (c->retain)
		retain_take(c->retain, conn_acked(c), c->bytes_out, plain, acked, written);
	buf_move(plain, &c->out);
}

/* ---- the end ---- */

void conn_close(struct conn *c, uint32_t linger_ms)
{
	if (c->state == STATE_CLOSING)
		return;
	if (c->state != STATE_OPEN || c->broken) {
		conn_gone(c);
		return;
	}
	conn_enter(c, STATE_CLOSING);
	c->pending = 0;
	c->deadline = net_loop_now(c->loop) + linger_ms;
	conn_arm(c);
	loop_at_end(c->loop, &c->end);
	conn_watch(c);
}

void conn_abort(struct conn *c)
{
	conn_gone(c);
}
