/* SPDX-License-Identifier: MIT */
/* Connections in the clear: events and their order, pressure, both ends of an end. */
#include "conn_pair.h"

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
	struct address here;

	if (e != CONN_CONNECTED && e != CONN_EOF)
		return;
	assert_true(address_parse("127.0.0.1", 0, &here));
	assert_true(address_same_host(conn_peer(s->conn), &here));
	assert_int_not_equal(address_port(conn_peer(s->conn)), 0);
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

static void resume_on_deadline(struct side *s, enum conn_event e)
{
	if (e == CONN_DEADLINE)
		conn_resume(s->conn);
	if (e == CONN_EOF)
		conn_close(s->conn, 1000);
}

static void a_paused_connection_reads_nothing_and_then_all_in_order(void **unused)
{
	struct pair p;
	int fd = pair_connect_raw(&p);

	conn_pause(p.server.conn);
	conn_deadline(p.server.conn, net_loop_now(p.loop) + 20);
	p.server.react = resume_on_deadline;
	assert_int_equal(send(fd, "last words", 10, 0), 10);
	close(fd);
	pair_run(&p);
	/* The end had come before; the words come first all the same. */
	assert_string_equal(p.server.story, "TDEX");
	assert_str(buf_view(&p.server.got), "last words");
	pair_fini(&p);
}

static void an_accepted_connection_waits_to_be_asked(void **unused)
{
	struct address at, peer = { 0 };
	int listening = loopback_listen(&at), fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct pair p;

	pair_init(&p, 1);
	assert_int_equal(connect(fd, (struct sockaddr *)&at.ss, at.len), 0);
	p.server.conn =
		conn_accepted(p.loop, loopback_accept(listening), &peer, side_event, &p.server);
	conn_deadline(p.server.conn, net_loop_now(p.loop) + 20);
	p.server.react = resume_on_deadline;
	assert_int_equal(send(fd, "x", 1, 0), 1);
	close(fd);
	close(listening);
	pair_run(&p);
	assert_string_equal(p.server.story, "TDEX");
	pair_fini(&p);
}

/* Takes one byte at a time, pausing in between. */
static void sip(struct side *s, enum conn_event e)
{
	if (e == CONN_EOF)
		conn_close(s->conn, 1000);
	if (e != CONN_DATA && e != CONN_DEADLINE)
		return;
	if (e == CONN_DEADLINE) {
		conn_resume(s->conn);
		return;
	}
	buf_put_char(&s->got, buf_view(conn_in(s->conn)).p[0]);
	buf_consume(conn_in(s->conn), 1);
	conn_pause(s->conn);
	conn_deadline(s->conn, net_loop_now(s->pair->loop) + 1);
}

static void what_was_left_unread_is_told_again_after_a_pause(void **unused)
{
	struct pair p;
	int fd = pair_connect_raw(&p);

	p.server.hold = true;
	p.server.react = sip;
	assert_int_equal(send(fd, "abc", 3, 0), 3);
	close(fd);
	pair_run(&p);
	assert_string_equal(p.server.story, "DTDTDTEX");
	assert_str(buf_view(&p.server.got), "abc");
	pair_fini(&p);
}

static void reset(int fd)
{
	struct linger now = { .l_onoff = 1 };

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
	close(fd);
}

static void a_reset_is_told_behind_the_data_before_it(void **unused)
{
	struct pair p;
	int fd = pair_connect_raw(&p);

	p.server.react = close_on_failure;
	assert_int_equal(send(fd, "last words", 10, 0), 10);
	reset(fd);
	pair_run(&p);
	assert_string_equal(p.server.story, "DFX");
	assert_str(buf_view(&p.server.got), "last words");
	assert_string_equal(p.server.error, "connection reset by peer");
	pair_fini(&p);
}

/* Writes into a connection that the peer has reset already: why it did so is still heard. */
static void write_at_once(struct side *s, enum conn_event e)
{
	if (e == CONN_DEADLINE) {
		side_send(s, STR("x"));
		conn_resume(s->conn);
	}
	close_on_failure(s, e);
}

static void a_failed_send_still_lets_the_last_words_in(void **unused)
{
	struct pair p;
	int fd = pair_connect_raw(&p);

	conn_pause(p.server.conn);
	conn_deadline(p.server.conn, net_loop_now(p.loop) + 20);
	p.server.react = write_at_once;
	assert_int_equal(send(fd, "why", 3, 0), 3);
	reset(fd);
	pair_run(&p);
	assert_string_equal(p.server.story, "TDFX");
	assert_str(buf_view(&p.server.got), "why");
	pair_fini(&p);
}

static void write_and_then_pause(struct side *s, enum conn_event e)
{
	write_at_once(s, e);
	if (e == CONN_DATA)
		conn_pause(s->conn);
}

static void a_failed_send_is_told_to_an_owner_that_pauses(void **unused)
{
	struct pair p;
	int fd = pair_connect_raw(&p);

	conn_pause(p.server.conn);
	conn_deadline(p.server.conn, net_loop_now(p.loop) + 20);
	p.server.react = write_and_then_pause;
	assert_int_equal(send(fd, "why", 3, 0), 3);
	reset(fd);
	pair_run(&p);
	assert_string_equal(p.server.story, "TDFX");
	pair_fini(&p);
}

static void answer_after_the_end(struct side *s, enum conn_event e)
{
	if (e != CONN_EOF)
		return;
	side_send(s, STR("still here"));
	conn_close(s->conn, 1000);
}

static void a_half_closed_connection_still_carries_the_answer(void **unused)
{
	struct pair p;
	int fd = pair_connect_raw(&p);
	char text[16];

	p.server.react = answer_after_the_end;
	assert_int_equal(send(fd, "q", 1, 0), 1);
	shutdown(fd, SHUT_WR);
	pair_run(&p);
	assert_int_equal(recv(fd, text, sizeof(text), MSG_WAITALL), 10);
	assert_memory_equal(text, "still here", 10);
	assert_int_equal(recv(fd, text, 1, 0), 0);
	close(fd);
	pair_fini(&p);
}

/* ---- writing and pressure ---- */

enum { MUCH = 8 * 1024 * 1024 };

static void pour(struct side *s, enum conn_event e)
{
	if (e != CONN_CONNECTED && e != CONN_WRITABLE)
		return;
	while (s->count < MUCH && !conn_congested(s->conn)) {
		fill_pattern(conn_out(s->conn), s->count, 100000);
		s->count += 100000;
	}
	conn_flush_soon(s->conn);
	assert_true(conn_unsent(s->conn) < CONN_HIGH_WATER + 100000);
	if (s->count >= MUCH)
		conn_close(s->conn, 8000);
}

static void take_slowly(struct side *s, enum conn_event e)
{
	if (e == CONN_DATA) {
		conn_pause(s->conn);
		conn_deadline(s->conn, net_loop_now(s->pair->loop) + 1);
	}
	if (e == CONN_DEADLINE)
		conn_resume(s->conn);
	if (e == CONN_EOF)
		conn_close(s->conn, 1000);
	s->n = 0;
}

static void a_slow_reader_holds_the_writer_back_and_loses_nothing(void **unused)
{
	struct pair p;
	unsigned writable = 0;

	pair_connect(&p);
	p.client.react = pour;
	p.server.react = take_slowly;
	pair_run(&p);
	for (unsigned i = 0; i < p.client.n; i++)
		writable += p.client.story[i] == 'W';
	assert_true(writable > 0);
	assert_int_equal(buf_len(&p.server.got), p.client.count);
	assert_pattern(buf_view(&p.server.got), 0);
	pair_fini(&p);
}

static void add_little_by_little(struct side *s, enum conn_event e)
{
	if (e != CONN_CONNECTED)
		return;
	for (int i = 0; i < 1000; i++)
		side_send(s, STR("0123456789"));
	conn_close(s->conn, 1000);
}

static void count_data(struct side *s, enum conn_event e)
{
	if (e == CONN_DATA)
		s->count++;
	if (e == CONN_EOF)
		conn_close(s->conn, 1000);
}

static void what_a_turn_adds_leaves_together(void **unused)
{
	struct pair p;

	pair_connect(&p);
	p.client.react = add_little_by_little;
	p.server.react = count_data;
	pair_run(&p);
	/* A thousand pieces, one send(); the network may cut it, but not a thousand times. */
	assert_int_equal(buf_len(&p.server.got), 10000);
	assert_true(p.server.count < 5);
	pair_fini(&p);
}

/* ---- deadlines ---- */

static void count_deadlines(struct side *s, enum conn_event e)
{
	uint64_t now = net_loop_now(s->pair->loop);

	if (e != CONN_DEADLINE)
		return;
	assert_true(now >= s->count);
	if (s->n == 3) {
		conn_close(s->conn, 0);
		return;
	}
	/* Set, moved back and forth: only the last counts. */
	conn_deadline(s->conn, now + 1);
	conn_deadline(s->conn, now + 10000);
	conn_deadline(s->conn, 0);
	s->count = now + 15;
	conn_deadline(s->conn, s->count);
}

static void a_deadline_comes_once_and_not_early(void **unused)
{
	struct pair p;
	int fd = pair_connect_raw(&p);

	p.server.react = count_deadlines;
	conn_deadline(p.server.conn, 1); /* long past: at the next turn */
	pair_run(&p);
	assert_string_equal(p.server.story, "TTTX");
	close(fd);
	pair_fini(&p);
}

/* ---- memory ---- */

enum { CROWD = 70 }; /* more than are kept warm */

static struct conn *crowd[CROWD];

/* Each of them is used once. */
static void come_in(struct side *s)
{
	struct address nobody = { .len = 0 };
	int ends[2];

	for (int i = 0; i < CROWD; i++) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
		close(ends[1]);
		crowd[i] = conn_accepted(s->pair->loop, ends[0], &nobody, NULL, NULL);
		buf_put(conn_out(crowd[i]), STR("x"));
		conn_flush_soon(crowd[i]);
	}
}

static struct net_timer *turning; /* the loop, until both are cold */
static unsigned colds;

static void grow_cold(struct side *s)
{
	if (++colds < 2)
		return;
	for (int i = 0; i < CROWD; i++)
		conn_abort(crowd[i]);
	net_timer_close(turning);
	conn_close(s->pair->server.conn, 1000);
}

static void let_a_crowd_in(struct side *s, enum conn_event e)
{
	if (e == CONN_DATA)
		come_in(s);
	if (e == CONN_COLD)
		grow_cold(s);
}

static void say_hello_and_wait(struct side *s, enum conn_event e)
{
	if (e == CONN_CONNECTED)
		side_send(s, STR("hello"));
	if (e == CONN_COLD)
		grow_cold(s);
	if (e == CONN_EOF)
		conn_close(s->conn, 1000);
}

static void turn_again(void *arg)
{
}

static void one_that_many_others_were_used_since_is_told(void **unused)
{
	struct pair p;

	pair_connect(&p);
	conn_retain(p.client.conn);
	turning = net_timer_new(p.loop, turn_again, NULL);
	net_timer_start(turning, 1, 1);
	p.client.react = say_hello_and_wait;
	p.server.react = let_a_crowd_in;
	pair_run(&p);
	assert_string_equal(p.client.story, "CKEX");
	assert_string_equal(p.server.story, "DKX");
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
		cmocka_unit_test(a_paused_connection_reads_nothing_and_then_all_in_order),
		cmocka_unit_test(an_accepted_connection_waits_to_be_asked),
		cmocka_unit_test(what_was_left_unread_is_told_again_after_a_pause),
		cmocka_unit_test(a_reset_is_told_behind_the_data_before_it),
		cmocka_unit_test(a_failed_send_still_lets_the_last_words_in),
		cmocka_unit_test(a_failed_send_is_told_to_an_owner_that_pauses),
		cmocka_unit_test(a_half_closed_connection_still_carries_the_answer),
		cmocka_unit_test(a_slow_reader_holds_the_writer_back_and_loses_nothing),
		cmocka_unit_test(what_a_turn_adds_leaves_together),
		cmocka_unit_test(a_deadline_comes_once_and_not_early),
		cmocka_unit_test(one_that_many_others_were_used_since_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
