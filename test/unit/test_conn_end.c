/* SPDX-License-Identifier: MIT */
/* How connections end: closing, aborting, being left by their owner; and what an idle one keeps. */
#include "conn_pair.h"

#include <sys/socket.h>
#include <unistd.h>

static void a_peer_that_never_closes_is_not_waited_for_long(void **unused)
{
	struct pair p;
	int fd = pair_connect_raw(&p);

	side_send(&p.server, STR("bye"));
	conn_close(p.server.conn, 20);
	conn_close(p.server.conn, 100000); /* once is enough */
	conn_deadline(p.server.conn, 1);   /* and nobody's deadline any more */
	pair_run(&p);
	assert_string_equal(p.server.story, "X");
	close(fd);
	pair_fini(&p);
}

static void what_a_peer_says_while_we_close_is_not_told(void **unused)
{
	struct pair p;
	int fd = pair_connect_raw(&p);

	assert_int_equal(send(fd, "too late", 8, 0), 8);
	side_send(&p.server, STR("bye"));
	conn_close(p.server.conn, 5000);
	shutdown(fd, SHUT_WR);
	pair_run(&p);
	assert_string_equal(p.server.story, "X");
	close(fd);
	pair_fini(&p);
}

static void a_peer_that_takes_nothing_is_left_in_time(void **unused)
{
	struct pair p;
	int fd = pair_connect_raw(&p);

	fill_pattern(conn_out(p.server.conn), 0, (8 * 1024 * 1024));
	conn_flush_soon(p.server.conn);
	conn_close(p.server.conn, 30);
	pair_run(&p);
	assert_string_equal(p.server.story, "X");
	close(fd);
	pair_fini(&p);
}

static void abort_and_count(struct side *s, enum conn_event e)
{
	if (e == CONN_CLOSED) {
		assert_true(s->pair->turn > s->count);
		return;
	}
	s->count = s->pair->turn;
	conn_abort(s->conn);
	conn_abort(s->conn);
	/* Nothing of this does anything any more. */
	conn_resume(s->conn);
	conn_pause(s->conn);
	conn_flush_soon(s->conn);
	conn_close(s->conn, 1000);
	conn_deadline(s->conn, 1);
	assert_null(conn_detach(s->conn));
	assert_int_equal(conn_unsent(s->conn), 0);
}

static void aborting_ends_every_state_with_one_last_event(void **unused)
{
	struct address at;
	int listening = loopback_listen(&at), fd;
	struct pair p;

	/* While connecting, before the first turn. */
	pair_init(&p, 1);
	p.client.conn = conn_connect(p.loop, &at, NULL, side_event, &p.client);
	conn_abort(p.client.conn);
	pair_run(&p);
	assert_string_equal(p.client.story, "X");
	pair_fini(&p);

	/* When connected, from inside the event. */
	pair_init(&p, 1);
	p.client.conn = conn_connect(p.loop, &at, NULL, side_event, &p.client);
	p.client.react = abort_and_count;
	pair_run(&p);
	assert_string_equal(p.client.story, "CX");
	pair_fini(&p);

	/* With data and the end waiting. */
	fd = pair_connect_raw(&p);
	p.server.react = abort_and_count;
	assert_int_equal(send(fd, "x", 1, 0), 1);
	close(fd);
	pair_run(&p);
	assert_string_equal(p.server.story, "DX");
	pair_fini(&p);

	/* While closing. */
	fd = pair_connect_raw(&p);
	conn_close(p.server.conn, 10000);
	conn_abort(p.server.conn);
	pair_run(&p);
	assert_string_equal(p.server.story, "X");
	pair_fini(&p);
	close(fd);

	/* When failed. */
	close(listening);
	pair_init(&p, 1);
	p.client.conn = conn_connect(p.loop, &at, NULL, side_event, &p.client);
	p.client.react = abort_and_count;
	pair_run(&p);
	assert_string_equal(p.client.story, "FX");
	pair_fini(&p);
}

static void disown(struct side *s, enum conn_event e)
{
	struct pair *p = s->pair;

	if (e != CONN_DATA)
		return;
	conn_own(s->conn, NULL, NULL);
	conn_close(s->conn, 1000);
	s->conn = NULL;
	p->open--;
	net_timer_close(p->dog);
	net_loop_stop(p->loop);
}

static void an_owner_that_left_hears_nothing(void **unused)
{
	struct pair p;
	int fd = pair_connect_raw(&p);

	p.server.react = disown;
	assert_int_equal(send(fd, "one", 3, 0), 3);
	shutdown(fd, SHUT_WR);
	pair_run(&p); /* ends although nobody is told: the loop waits for it by itself */
	assert_string_equal(p.server.story, "D");
	close(fd);
	pair_fini(&p);
}

static void go_idle(struct side *s, enum conn_event e)
{
	if (e == CONN_DATA && buf_len(&s->got) == 300000) {
		conn_idle(s->conn);
		assert_int_equal(conn_in(s->conn)->size, 0);
		assert_int_equal(conn_out(s->conn)->size, 0);
		conn_close(s->conn, 1000);
	}
}

static void pour_once(struct side *s, enum conn_event e)
{
	if (e == CONN_CONNECTED) {
		fill_pattern(conn_out(s->conn), 0, 300000);
		conn_flush_soon(s->conn);
	}
	if (e == CONN_EOF)
		conn_close(s->conn, 1000);
}

static void an_idle_connection_keeps_no_buffers(void **unused)
{
	struct pair p;

	pair_connect(&p);
	p.client.react = pour_once;
	p.server.react = go_idle;
	pair_run(&p);
	assert_pattern(buf_view(&p.server.got), 0);
	pair_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_peer_that_never_closes_is_not_waited_for_long),
		cmocka_unit_test(what_a_peer_says_while_we_close_is_not_told),
		cmocka_unit_test(a_peer_that_takes_nothing_is_left_in_time),
		cmocka_unit_test(aborting_ends_every_state_with_one_last_event),
		cmocka_unit_test(an_owner_that_left_hears_nothing),
		cmocka_unit_test(an_idle_connection_keeps_no_buffers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
