/* SPDX-License-Identifier: MIT */
/* What became of what was sent: everything is delivered, uncertain, or comes back unsent, whatever
 * the end. */
#include "net/conn_private.h"

#include "conn_pair.h"
#include "tls_fixture.h"

#include <linux/sockios.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static struct tls_fixture fixture;

static int start(void **state)
{
	tls_fixture_init(&fixture);
	return 0;
}

static int stop(void **state)
{
	tls_fixture_fini(&fixture);
	return 0;
}

static void secure(struct side *s)
{
	bool server = s == &s->pair->server;

	conn_start_tls(s->conn, server ? tls_fixture_server(&fixture, TLS_1_2)
				       : tls_fixture_client(&fixture, TLS_1_2));
}

static void close_at_the_end(struct side *s, enum conn_event e)
{
	if (e == CONN_EOF)
		conn_close(s->conn, 5000);
	if (e == CONN_FAILED)
		conn_abort(s->conn);
}

/* A story of elements "<0>", "<1>", ... each marked; the peer reads some of it and resets. */
struct ledger {
	struct buf all; /* everything that was ever put into conn_out() */
	struct buf back;
	size_t acked, written;
	uint64_t bytes_out;
};

static struct ledger ledger;

static void put_elements(struct side *s, unsigned n)
{
	struct buf element = { 0 };

	for (unsigned i = 0; i < n; i++) {
		buf_clear(&element);
		buf_printf(&element, "<%zu %*s>", s->count, (int)(s->count * 37 % 900), "");
		buf_put(conn_out(s->conn), buf_view(&element));
		buf_put(&ledger.all, buf_view(&element));
		conn_mark(s->conn);
		s->count++;
	}
	buf_fini(&element);
	conn_flush_soon(s->conn);
}

static void write_until_reset(struct side *s, enum conn_event e)
{
	if (e == CONN_CONNECTED || e == CONN_SECURED)
		conn_retain(s->conn);
	if (e == CONN_SECURED || e == CONN_DEADLINE || e == CONN_WRITABLE) {
		put_elements(s, 200);
		conn_deadline(s->conn, net_loop_now(s->pair->loop) + 1);
	}
	if (e == CONN_FAILED || e == CONN_EOF)
		conn_abort(s->conn);
	if (e == CONN_CLOSED)
		conn_take_back(s->conn, &ledger.back, &ledger.acked, &ledger.written);
}

/* What came back is the end of what was sent, begins with an element, and misses nothing that was
 * not read. */
static void check_ledger(size_t read_by_peer)
{
	struct str all = buf_view(&ledger.all), back = buf_view(&ledger.back);
	size_t start = all.n - back.n;

	assert_true(back.n <= all.n);
	assert_true(str_eq(str_skip(all, start), back));
	assert_true(back.n == 0 || back.p[0] == '<');
	assert_true(start == 0 || all.p[start - 1] == '>');
	assert_true(ledger.acked <= ledger.written && ledger.written <= back.n);
	/* Whatever the peer could read was at least written. Whatever it could not was not
	 * acknowledged away: acknowledged means in its kernel, so it may be more than it has read.
	 */
	assert_true(start + ledger.written >= read_by_peer);
	buf_fini(&ledger.all);
	buf_fini(&ledger.back);
	ledger = (struct ledger){ 0 };
}

/* A peer under TLS that reads `limit` plain bytes, then nothing for a while, then resets. */
struct reader {
	pthread_t thread;
	int fd;
	size_t limit, got;
};

static void *read_and_reset(void *arg)
{
	struct linger now = { .l_onoff = 1 };
	struct reader *r = arg;
	struct tls *t = tls_fixture_server(&fixture, TLS_1_2);
	struct buf in = { 0 }, out = { 0 }, plain = { 0 };
	bool shaken = false;

	while (r->got < r->limit) {
		ssize_t n = recv(r->fd, buf_reserve(&in, 4096), 4096, 0);

		if (n <= 0)
			break;
		buf_commit(&in, (size_t)n);
		if (!shaken)
			shaken = tls_handshake(t, &in, &out) == TLS_DONE;
		if (shaken)
			tls_read(t, &in, &plain, &out);
		r->got += buf_len(&plain);
		buf_clear(&plain);
		if (buf_len(&out))
			send(r->fd, buf_view(&out).p, buf_len(&out), MSG_NOSIGNAL);
		buf_clear(&out);
	}
	usleep(20000); /* the writer fills every buffer on the way */
	setsockopt(r->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(r->fd);
	tls_free(t);
	buf_fini(&in);
	buf_fini(&out);
	buf_fini(&plain);
	return NULL;
}

static void connect_and_secure(struct side *s, enum conn_event e)
{
	if (e == CONN_CONNECTED)
		secure(s);
	write_until_reset(s, e);
}

static void after_a_reset_all_is_delivered_uncertain_or_unsent(void **unused)
{
	static const size_t limits[] = { 1, 5000, 70000, 1000000 };

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct reader r = { .limit = limits[i] };
		struct address at;
		int listening = loopback_listen(&at), small = 8192;
		struct pair p;

		setsockopt(listening, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
		pair_init(&p, 1);
		p.client.react = connect_and_secure;
		p.client.conn = conn_connect(p.loop, &at, NULL, side_event, &p.client);
		r.fd = loopback_accept(listening);
		close(listening);
		assert_int_equal(pthread_create(&r.thread, NULL, read_and_reset, &r), 0);
		/* The story would be too long to be written down. */
		p.client.n = 0;
		pair_run(&p);
		pthread_join(r.thread, NULL);
		assert_true(r.got >= r.limit);
		/* The peer stood still: something was under way, and something never left. */
		assert_true(buf_len(&ledger.back) > ledger.written);
		assert_true(ledger.written > ledger.acked);
		check_ledger(r.got);
		pair_fini(&p);
	}
}

static void write_then_leave(struct side *s, enum conn_event e)
{
	if (e == CONN_SECURED) {
		conn_retain(s->conn);
		put_elements(s, 300);
	}
	/* The peer has read all of it and said so. */
	if (e == CONN_DATA)
		conn_abort(s->conn);
	if (e == CONN_CLOSED)
		conn_take_back(s->conn, &ledger.back, &ledger.acked, &ledger.written);
	if (e == CONN_CONNECTED)
		secure(s);
}

static void say_when_all_is_there(struct side *s, enum conn_event e)
{
	if (e == CONN_DATA && buf_len(&s->got) == buf_len(&ledger.all))
		side_send(s, STR("!"));
	close_at_the_end(s, e);
}

static void what_was_acknowledged_does_not_come_back(void **unused)
{
	struct pair p;

	pair_connect(&p);
	secure(&p.server);
	p.client.react = write_then_leave;
	p.server.react = say_when_all_is_there;
	pair_run(&p);
	/* The answer carried the acknowledgement. */
	assert_int_equal(buf_len(&ledger.back), 0);
	assert_int_equal(ledger.written, 0);
	assert_true(buf_len(&ledger.all) > 100000);
	check_ledger(buf_len(&p.server.got));
	pair_fini(&p);
}

static void take_back_without_sending(struct side *s, enum conn_event e)
{
	if (e == CONN_FAILED)
		conn_abort(s->conn);
	if (e == CONN_CLOSED)
		conn_take_back(s->conn, &ledger.back, &ledger.acked, &ledger.written);
}

static void what_never_left_comes_back_whole(void **unused)
{
	struct address at;
	struct pair p;

	pair_init(&p, 1);
	close(loopback_listen(&at));
	p.client.conn = conn_connect(p.loop, &at, NULL, side_event, &p.client);
	p.client.react = take_back_without_sending;
	conn_retain(p.client.conn);
	put_elements(&p.client, 10);
	pair_run(&p);
	assert_int_equal(buf_len(&ledger.back), buf_len(&ledger.all));
	assert_int_equal(ledger.written, 0);
	check_ledger(0);
	pair_fini(&p);
}

static void write_clear(struct side *s, enum conn_event e)
{
	if (e == CONN_CONNECTED) {
		conn_retain(s->conn);
		conn_deadline(s->conn, 1);
	}
	if (e == CONN_DEADLINE) {
		put_elements(s, 200);
		conn_deadline(s->conn, net_loop_now(s->pair->loop) + 1);
	}
	if (e == CONN_FAILED || e == CONN_EOF)
		conn_abort(s->conn);
	if (e == CONN_CLOSED)
		conn_take_back(s->conn, &ledger.back, &ledger.acked, &ledger.written);
	ledger.bytes_out = conn_bytes_out(s->conn);
	s->n = 0;
}

/* The kernel has acknowledged all that it has received. */
static bool settled(struct conn *c, int fd)
{
	int queued, received;

	assert_int_equal(ioctl(c->fd, SIOCOUTQ, &queued), 0);
	assert_int_equal(ioctl(fd, FIONREAD, &received), 0);
	return conn_bytes_out(c) == (uint64_t)queued + (uint64_t)received;
}

static void in_the_clear_it_is_exact_by_the_byte(void **unused)
{
	struct address at;
	int listening = loopback_listen(&at), small = 8192, fd, received;
	struct linger now = { .l_onoff = 1 };
	struct pair p;

	setsockopt(listening, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	pair_init(&p, 1);
	p.client.conn = conn_connect(p.loop, &at, NULL, side_event, &p.client);
	p.client.react = write_clear;
	fd = loopback_accept(listening);
	close(listening);
	/* The peer's kernel takes what fits, and nobody reads it: the writer gets stuck. */
	while (conn_unsent(p.client.conn) < 500000 || !settled(p.client.conn, fd))
		uv_run(net_loop_uv(p.loop), UV_RUN_ONCE);
	assert_int_equal(ioctl(fd, FIONREAD, &received), 0);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
	pair_run(&p);
	assert_int_equal(buf_len(&ledger.all) - buf_len(&ledger.back) + ledger.acked, received);
	assert_int_equal(
		buf_len(&ledger.all) - buf_len(&ledger.back) + ledger.written, ledger.bytes_out);
	assert_true(ledger.written > ledger.acked);
	check_ledger(0);
	pair_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_a_reset_all_is_delivered_uncertain_or_unsent),
		cmocka_unit_test(what_was_acknowledged_does_not_come_back),
		cmocka_unit_test(what_never_left_comes_back_whole),
		cmocka_unit_test(in_the_clear_it_is_exact_by_the_byte),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
