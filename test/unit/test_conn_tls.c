/* SPDX-License-Identifier: MIT */
/* Connections under TLS: the handshake and its ends, records over any transport, and what is taken
 * back at the end. */
#include "conn_pair.h"
#include "tls_fixture.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

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

/* ---- direct TLS ---- */

static void look_at_the_peer(struct side *s, const char *other)
{
	const struct tls *t = conn_tls(s->conn);
	struct domain d;

	assert_non_null(t);
	assert_true(domain_parse(str_of(other), &d));
	assert_true(identity_matches(tls_peer_certificate(t), &d));
}

enum { MUCH = 3 * 1024 * 1024 };

static void client_sends_much(struct side *s, enum conn_event e)
{
	if (e == CONN_CONNECTED)
		secure(s);
	if (e == CONN_SECURED) {
		look_at_the_peer(s, "a.example");
		fill_pattern(conn_out(s->conn), 0, MUCH);
		conn_flush_soon(s->conn);
	}
	if (e == CONN_DATA && buf_len(&s->got) == MUCH)
		conn_close(s->conn, 5000);
	close_at_the_end(s, e);
}

static void server_echoes(struct side *s, enum conn_event e)
{
	if (e == CONN_SECURED)
		look_at_the_peer(s, "b.example");
	if (e == CONN_DATA) {
		buf_move(conn_out(s->conn), &s->got);
		conn_flush_soon(s->conn);
	}
	close_at_the_end(s, e);
}

static void much_goes_both_ways(void **unused)
{
	struct pair p;

	pair_connect(&p);
	secure(&p.server);
	p.client.react = client_sends_much;
	p.server.react = server_echoes;
	pair_run(&p);
	assert_int_equal(strncmp(p.client.story, "CS", 2), 0);
	assert_int_equal(p.server.story[0], 'S');
	assert_string_equal(p.server.story + p.server.n - 2, "EX");
	assert_int_equal(buf_len(&p.client.got), MUCH);
	assert_pattern(buf_view(&p.client.got), 0);
	pair_fini(&p);
}

/* ---- STARTTLS ---- */

static void client_asks(struct side *s, enum conn_event e)
{
	if (e == CONN_CONNECTED)
		side_send(s, STR("starttls"));
	if (e == CONN_DATA && str_is(buf_view(&s->got), "proceed")) {
		buf_clear(&s->got);
		secure(s);
	}
	if (e == CONN_SECURED)
		side_send(s, STR("secret"));
	if (e == CONN_DATA && str_is(buf_view(&s->got), "secret"))
		conn_close(s->conn, 5000);
}

static void server_proceeds(struct side *s, enum conn_event e)
{
	if (e == CONN_DATA && !conn_tls(s->conn)) {
		assert_str(buf_view(&s->got), "starttls");
		buf_clear(&s->got);
		/* In the clear, and nothing flushed yet when TLS begins. */
		buf_put(conn_out(s->conn), STR("proceed"));
		secure(s);
		return;
	}
	server_echoes(s, e);
}

static void tls_begins_behind_what_was_said_in_the_clear(void **unused)
{
	struct pair p;

	pair_connect(&p);
	p.client.react = client_asks;
	p.server.react = server_proceeds;
	pair_run(&p);
	assert_string_equal(p.client.story, "CDSDX");
	assert_string_equal(p.server.story, "DSDEX");
	pair_fini(&p);
}

static void start_with_leftovers(struct side *s, enum conn_event e)
{
	if (e == CONN_DATA)
		secure(s);
	close_at_the_end(s, e);
}

static void bytes_in_the_clear_behind_the_start_are_refused(void **unused)
{
	struct pair p;
	int fd = pair_connect_raw(&p);

	p.server.hold = true;
	p.server.react = start_with_leftovers;
	assert_int_equal(send(fd, "starttls and more", 17, 0), 17);
	pair_run(&p);
	assert_string_equal(p.server.story, "DFX");
	assert_string_equal(p.server.error, "bytes in the clear behind the start of TLS");
	close(fd);
	pair_fini(&p);
}

/* ---- handshakes that fail ---- */

static void a_peer_that_does_not_speak_tls_fails_the_handshake(void **unused)
{
	struct pair p;
	int fd = pair_connect_raw(&p);

	secure(&p.server);
	p.server.react = close_at_the_end;
	assert_int_equal(send(fd, "<?xml version='1.0'?><stream:stream>", 36, 0), 36);
	pair_run(&p);
	assert_string_equal(p.server.story, "FX");
	assert_non_null(strstr(p.server.error, "TLS failed: "));
	close(fd);
	pair_fini(&p);
}

/* A client by hand, over a blocking socket, while the loop turns. */
struct hand {
	int fd;
	struct tls *tls;
	struct buf in, out, plain;
};

static void hand_move(struct hand *h)
{
	ssize_t n = recv(h->fd, buf_reserve(&h->in, 4096), 4096, MSG_DONTWAIT);

	if (n > 0)
		buf_commit(&h->in, (size_t)n);
	if (buf_len(&h->out))
		send(h->fd, buf_view(&h->out).p, buf_len(&h->out), MSG_NOSIGNAL);
	buf_clear(&h->out);
}

static void hand_free(struct hand *h)
{
	tls_free(h->tls);
	close(h->fd);
	buf_fini(&h->in);
	buf_fini(&h->out);
	buf_fini(&h->plain);
}

static void a_broken_record_ends_the_connection_with_an_alert(void **unused)
{
	struct pair p;
	struct hand h = { .fd = pair_connect_raw(&p),
		.tls = tls_fixture_client(&fixture, TLS_1_2) };

	secure(&p.server);
	p.server.react = close_at_the_end;
	while (p.server.n == 0) {
		tls_handshake(h.tls, &h.in, &h.out);
		hand_move(&h);
		uv_run(net_loop_uv(p.loop), UV_RUN_NOWAIT);
	}
	assert_int_equal(tls_write(h.tls, STR("good"), &h.out), TLS_DONE);
	assert_int_equal(tls_write(h.tls, STR("bad"), &h.out), TLS_DONE);
	h.out.data[h.out.end - 1] ^= 1;
	hand_move(&h);
	pair_run(&p);
	/* What came before it is not lost. */
	assert_string_equal(p.server.story, "SDFX");
	assert_str(buf_view(&p.server.got), "good");
	assert_non_null(strstr(p.server.error, "TLS failed: "));
	hand_move(&h);
	assert_int_equal(tls_read(h.tls, &h.in, &h.plain, &h.out), TLS_FAILED);
	assert_string_equal(tls_error(h.tls), "the peer ended TLS: bad record mac");
	hand_free(&h);
	pair_fini(&p);
}

static void a_close_notify_without_a_fin_is_an_end(void **unused)
{
	struct pair p;
	struct hand h = { .fd = pair_connect_raw(&p),
		.tls = tls_fixture_client(&fixture, TLS_1_2) };

	secure(&p.server);
	p.server.react = close_at_the_end;
	while (p.server.n == 0) {
		tls_handshake(h.tls, &h.in, &h.out);
		hand_move(&h);
		uv_run(net_loop_uv(p.loop), UV_RUN_NOWAIT);
	}
	assert_int_equal(tls_write(h.tls, STR("bye"), &h.out), TLS_DONE);
	tls_shutdown(h.tls, &h.out);
	hand_move(&h);
	pair_run(&p);
	assert_string_equal(p.server.story, "SDEX");
	/* And we said goodbye, too. */
	hand_move(&h);
	assert_int_equal(tls_read(h.tls, &h.in, &h.plain, &h.out), TLS_CLOSED);
	hand_free(&h);
	pair_fini(&p);
}

static void look_at_what_nobody_read(struct side *s, enum conn_event e)
{
	if (e == CONN_DATA)
		conn_close(s->conn, 5000);
	if (e == CONN_CLOSED)
		s->count = (size_t)conn_unread(s->conn);
}

static void client_says_more(struct side *s, enum conn_event e)
{
	if (e == CONN_CONNECTED)
		secure(s);
	if (e == CONN_SECURED)
		side_send(s, STR("at first"));
	if (e != CONN_EOF)
		return;
	/* The server has closed, and we had more to say. */
	side_send(s, STR("and then"));
	conn_close(s->conn, 5000);
}

static void what_comes_while_we_close_is_counted_in_the_clear(void **unused)
{
	struct pair p;

	pair_connect(&p);
	secure(&p.server);
	p.server.hold = true;
	p.server.react = look_at_what_nobody_read;
	p.client.react = client_says_more;
	pair_run(&p);
	assert_int_equal(p.server.count, strlen("at first") + strlen("and then"));
	pair_fini(&p);
}

static void a_peer_that_leaves_during_the_handshake_fails_it(void **unused)
{
	struct pair p;
	int fd = pair_connect_raw(&p);

	secure(&p.server);
	p.server.react = close_at_the_end;
	close(fd);
	pair_run(&p);
	assert_string_equal(p.server.story, "FX");
	assert_string_equal(p.server.error, "the peer closed the connection during the handshake");
	pair_fini(&p);
}

static void abort_after(struct side *s, enum conn_event e)
{
	if (e == CONN_CONNECTED)
		secure(s);
	if (e == CONN_DEADLINE || e == CONN_FAILED || e == CONN_EOF)
		conn_abort(s->conn);
}

static void a_handshake_can_be_aborted_at_any_turn(void **unused)
{
	for (unsigned delay = 0; delay < 8; delay++) {
		struct pair p;

		pair_connect(&p);
		secure(&p.server);
		p.client.react = p.server.react = abort_after;
		conn_deadline(p.client.conn, net_loop_now(p.loop) + delay);
		pair_run(&p);
		assert_int_equal(p.client.story[p.client.n - 1], 'X');
		assert_int_equal(p.server.story[p.server.n - 1], 'X');
		pair_fini(&p);
	}
}

/* ---- byte by byte ---- */

struct cutter {
	pthread_t thread;
	int a, b; /* the two ends that it joins */
};

/* False: this direction is at its end. */
static bool pass_bytes(int from, int to)
{
	char bytes[16384];
	ssize_t n = recv(from, bytes, sizeof(bytes), 0);

	for (ssize_t i = 0; i < n; i++)
		if (send(to, bytes + i, 1, MSG_NOSIGNAL) != 1)
			return false;
	if (n <= 0)
		shutdown(to, SHUT_WR);
	return n > 0;
}

static void *cut(void *arg)
{
	struct cutter *c = arg;
	struct pollfd fds[2] = { { c->a, POLLIN, 0 }, { c->b, POLLIN, 0 } };

	while ((fds[0].fd >= 0 || fds[1].fd >= 0) && poll(fds, 2, 10000) > 0) {
		if (fds[0].revents && !pass_bytes(c->a, c->b))
			fds[0].fd = -1;
		if (fds[1].revents && !pass_bytes(c->b, c->a))
			fds[1].fd = -1;
	}
	close(c->a);
	close(c->b);
	return NULL;
}

enum { SOME = 40000 };

static void client_sends_some(struct side *s, enum conn_event e)
{
	if (e == CONN_CONNECTED)
		secure(s);
	if (e == CONN_SECURED) {
		fill_pattern(conn_out(s->conn), 0, SOME);
		conn_flush_soon(s->conn);
	}
	if (e == CONN_DATA && buf_len(&s->got) == SOME)
		conn_close(s->conn, 5000);
	close_at_the_end(s, e);
}

static void a_transport_that_cuts_everything_into_bytes_changes_nothing(void **unused)
{
	struct address at;
	int listening = loopback_listen(&at), on = 1;
	struct cutter cutter;
	struct pair p;

	cutter.b = pair_connect_raw(&p);
	p.open = 2;
	p.client.conn = conn_connect(p.loop, &at, NULL, side_event, &p.client);
	cutter.a = loopback_accept(listening);
	setsockopt(cutter.a, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(cutter.b, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	close(listening);
	secure(&p.server);
	p.client.react = client_sends_some;
	p.server.react = server_echoes;
	assert_int_equal(pthread_create(&cutter.thread, NULL, cut, &cutter), 0);
	pair_run(&p);
	pthread_join(cutter.thread, NULL);
	assert_int_equal(buf_len(&p.client.got), SOME);
	assert_pattern(buf_view(&p.client.got), 0);
	pair_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(much_goes_both_ways),
		cmocka_unit_test(tls_begins_behind_what_was_said_in_the_clear),
		cmocka_unit_test(bytes_in_the_clear_behind_the_start_are_refused),
		cmocka_unit_test(a_peer_that_does_not_speak_tls_fails_the_handshake),
		cmocka_unit_test(a_broken_record_ends_the_connection_with_an_alert),
		cmocka_unit_test(a_close_notify_without_a_fin_is_an_end),
		cmocka_unit_test(what_comes_while_we_close_is_counted_in_the_clear),
		cmocka_unit_test(a_peer_that_leaves_during_the_handshake_fails_it),
		cmocka_unit_test(a_handshake_can_be_aborted_at_any_turn),
		cmocka_unit_test(a_transport_that_cuts_everything_into_bytes_changes_nothing),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
