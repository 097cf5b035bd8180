/* SPDX-License-Identifier: MIT */
/* Connections that change their loop, and with it their thread, in the middle of everything. */
#include "conn_pair.h"
#include "tls_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

enum { TRAVELLERS = 8, BYTES = 400000, STRETCH = 20000 };

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

/* A loop with its thread. */
struct station {
	pthread_t thread;
	struct net_loop *loop;
	struct mail end;
};

static void *run_station(void *arg)
{
	struct station *s = arg;

	net_loop_run(s->loop);
	return NULL;
}

static void end_station(struct mail *m, bool cancelled)
{
	net_loop_stop(list_item(m, struct station, end)->loop);
}

static void open_station(struct station *s)
{
	s->loop = net_loop_new();
	s->end.run = end_station;
	assert_int_equal(pthread_create(&s->thread, NULL, run_station, s), 0);
}

static void close_station(struct station *s)
{
	net_loop_post(s->loop, &s->end);
	pthread_join(s->thread, NULL);
	net_loop_free(s->loop);
}

/* Echoes, and goes to the other station after every stretch, with bytes in both directions on
 * board. */
struct traveller {
	struct mail mail;
	struct conn_parcel *parcel;
	struct conn *conn;
	struct station *stations;
	unsigned at, moves;
	size_t echoed;
	atomic_uint *under_way;
};

static void arrive(struct mail *m, bool cancelled);

static void leave(struct traveller *t)
{
	t->parcel = conn_detach(t->conn);
	assert_non_null(t->parcel);
	t->conn = NULL;
	t->at = !t->at;
	t->moves++;
	t->mail.run = arrive;
	net_loop_post(t->stations[t->at].loop, &t->mail);
}

static void on_way(void *owner, struct conn *c, enum conn_event e)
{
	struct traveller *t = owner;

	assert_ptr_equal(c, t->conn);
	if (e == CONN_DATA) {
		size_t n = buf_len(conn_in(c));

		buf_move(conn_out(c), conn_in(c));
		/* Not always: what is left over must be sent on the other side. */
		if (t->moves % 3)
			conn_flush_soon(c);
		t->echoed += n;
		if (t->echoed > t->moves * (size_t)STRETCH)
			leave(t);
	} else if (e == CONN_EOF) {
		conn_close(c, 5000);
	} else if (e == CONN_CLOSED) {
		t->conn = NULL;
		atomic_fetch_sub(t->under_way, 1);
	} else {
		assert_int_equal(e, CONN_SECURED);
	}
}

static void arrive(struct mail *m, bool cancelled)
{
	struct traveller *t = list_item(m, struct traveller, mail);

	assert_false(cancelled);
	t->conn = conn_attach(t->stations[t->at].loop, t->parcel, on_way, t);
	conn_flush_soon(t->conn);
}

/* The other end, which stays where it is. */
struct home {
	struct net_loop *loop;
	struct net_timer *dog;
	unsigned open;
	bool tls;
};

struct caller {
	struct home *home;
	struct buf got;
};

static void on_call(void *owner, struct conn *c, enum conn_event e)
{
	struct caller *s = owner;

	if (e == CONN_CONNECTED && s->home->tls)
		conn_start_tls(c, tls_fixture_client(&fixture, TLS_1_2));
	if (e == (s->home->tls ? CONN_SECURED : CONN_CONNECTED)) {
		fill_pattern(conn_out(c), 0, BYTES);
		conn_flush_soon(c);
	}
	if (e == CONN_DATA)
		buf_move(&s->got, conn_in(c));
	if (e == CONN_DATA && buf_len(&s->got) >= BYTES)
		conn_close(c, 5000);
	if (e == CONN_FAILED)
		fail_msg("%s", conn_error(c));
	if (e == CONN_CLOSED && --s->home->open == 0) {
		net_timer_close(s->home->dog);
		net_loop_stop(s->home->loop);
	}
}

static void bark(void *arg)
{
	fail_msg("too slow");
}

static void send_off(struct traveller *t, int fd, bool tls)
{
	struct address peer = { 0 };
	struct net_loop *first = net_loop_new();
	struct conn *c = conn_accepted(first, fd, &peer, on_way, t);

	/* The first move is before anything has happened: even the handshake is done elsewhere. */
	if (tls)
		conn_start_tls(c, tls_fixture_server(&fixture, TLS_1_2));
	conn_resume(c);
	t->conn = c;
	leave(t);
	net_loop_stop(first);
	net_loop_run(first);
	net_loop_free(first);
}

static void travel(bool tls)
{
	struct home home = { .loop = net_loop_new(), .open = TRAVELLERS, .tls = tls };
	struct traveller travellers[TRAVELLERS];
	struct caller callers[TRAVELLERS];
	struct station stations[2];
	atomic_uint under_way;
	struct address at;
	int listening = loopback_listen(&at);

	atomic_init(&under_way, TRAVELLERS);
	home.dog = net_timer_new(home.loop, bark, NULL);
	net_timer_start(home.dog, 30000, 0);
	open_station(&stations[0]);
	open_station(&stations[1]);
	for (int i = 0; i < TRAVELLERS; i++) {
		callers[i] = (struct caller){ .home = &home };
		conn_connect(home.loop, &at, NULL, on_call, &callers[i]);
		travellers[i] = (struct traveller){ .stations = stations, .under_way = &under_way };
		send_off(&travellers[i], loopback_accept(listening), tls);
	}
	close(listening);
	net_loop_run(home.loop);
	net_loop_free(home.loop);
	close_station(&stations[0]);
	close_station(&stations[1]);
	assert_int_equal(atomic_load(&under_way), 0);
	for (int i = 0; i < TRAVELLERS; i++) {
		assert_int_equal(buf_len(&callers[i].got), BYTES);
		assert_pattern(buf_view(&callers[i].got), 0);
		assert_true(travellers[i].moves > 5);
		buf_fini(&callers[i].got);
	}
}

static void connections_in_the_clear_travel(void **unused)
{
	travel(false);
}

static void connections_under_tls_travel(void **unused)
{
	travel(true);
}

static void a_parcel_that_nobody_opens_closes_the_connection(void **unused)
{
	struct pair p;
	int fd = pair_connect_raw(&p);
	struct conn_parcel *parcel;
	char byte;

	buf_put(conn_out(p.server.conn), STR("never sent"));
	conn_start_tls(p.server.conn, tls_fixture_server(&fixture, TLS_1_2));
	conn_retain(p.server.conn);
	parcel = conn_detach(p.server.conn);
	conn_parcel_free(parcel);
	conn_parcel_free(NULL);
	assert_int_equal(recv(fd, &byte, 1, 0), 0);
	close(fd);
	/* No CONN_CLOSED follows: the loop ends by itself. */
	net_timer_close(p.dog);
	net_loop_stop(p.loop);
	net_loop_run(p.loop);
	net_loop_free(p.loop);
	assert_string_equal(p.server.story, "");
	pair_fini(&p);
}

static void close_after_data(struct side *s, enum conn_event e)
{
	if (e == CONN_EOF)
		conn_close(s->conn, 1000);
}

static void what_was_not_told_yet_is_told_at_the_new_place(void **unused)
{
	struct pair p;
	int fd = pair_connect_raw(&p);

	/* Data and the end have come in and were held back by a pause; a deadline is set. */
	p.server.react = close_after_data;
	assert_int_equal(send(fd, "abc", 3, 0), 3);
	shutdown(fd, SHUT_WR);
	p.server.hold = true;
	while (buf_len(conn_in(p.server.conn)) == 0)
		uv_run(net_loop_uv(p.loop), UV_RUN_ONCE);
	conn_pause(p.server.conn);
	conn_deadline(p.server.conn, 1);
	p.server.hold = false;
	p.server.n = 0;
	memset(p.server.story, 0, sizeof(p.server.story));
	p.server.conn = conn_attach(p.loop, conn_detach(p.server.conn), side_event, &p.server);
	conn_resume(p.server.conn);
	pair_run(&p);
	assert_string_equal(p.server.story, "DTEX");
	assert_str(buf_view(&p.server.got), "abc");
	close(fd);
	pair_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections_in_the_clear_travel),
		cmocka_unit_test(connections_under_tls_travel),
		cmocka_unit_test(a_parcel_that_nobody_opens_closes_the_connection),
		cmocka_unit_test(what_was_not_told_yet_is_told_at_the_new_place),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
