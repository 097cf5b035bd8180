/* SPDX-License-Identifier: MIT */
/* Connections for tests. Everything runs on one loop, and on loopback only. */
#include "conn_pair.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static void note(struct side *s, char c)
{
	if (s->n && s->story[s->n - 1] == c && c == 'D')
		return;
	assert_true(s->n + 1 < SIDE_STORY);
	s->story[s->n++] = c;
}

static void note_error(struct side *s, struct conn *c)
{
	strncpy(s->error, conn_error(c), sizeof(s->error) - 1);
}

void side_event(void *owner, struct conn *c, enum conn_event e)
{
	static const char letters[] = "CSDWKTEFX";
	struct side *s = owner;

	assert_ptr_equal(s->conn, c);
	/* Never from inside a call of the owner's. */
	assert_false(s->pair->telling);
	s->pair->telling = true;
	note(s, letters[e]);
	if (e == CONN_DATA && !s->hold)
		buf_move(&s->got, conn_in(c));
	if (e == CONN_FAILED)
		note_error(s, c);
	if (s->react)
		s->react(s, e);
	s->pair->telling = false;
	if (e != CONN_CLOSED)
		return;
	s->conn = NULL;
	if (--s->pair->open == 0) {
		net_timer_close(s->pair->dog);
		net_loop_stop(s->pair->loop);
	}
}

static void bark(void *arg)
{
	struct pair *p = arg;

	fail_msg("too slow: client %s, server %s", p->client.story, p->server.story);
}

static void count_turn(void *arg)
{
	struct pair *p = arg;

	p->turn++;
}

void pair_init(struct pair *p, unsigned open)
{
	memset(p, 0, sizeof(*p));
	p->loop = net_loop_new();
	p->open = open;
	p->client.pair = p->server.pair = p;
	p->dog = net_timer_new(p->loop, bark, p);
	net_timer_start(p->dog, 10000, 0);
	net_loop_on_turn(p->loop, count_turn, p);
}

int loopback_listen(struct address *out)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_true(address_parse("127.0.0.1", 0, out));
	assert_int_equal(bind(fd, (struct sockaddr *)&out->ss, out->len), 0);
	assert_int_equal(listen(fd, 100), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&out->ss, &out->len), 0);
	return fd;
}

int loopback_accept(int listening)
{
	int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static void accept_server(struct pair *p, int listening)
{
	struct address peer = { .len = sizeof(peer.ss) };
	int fd = accept4(
		listening, (struct sockaddr *)&peer.ss, &peer.len, SOCK_NONBLOCK | SOCK_CLOEXEC);

	assert_true(fd >= 0);
	p->server.conn = conn_accepted(p->loop, fd, &peer, side_event, &p->server);
	conn_resume(p->server.conn);
	close(listening);
}

void pair_connect(struct pair *p)
{
	struct address at;
	int listening = loopback_listen(&at);

	pair_init(p, 2);
	p->client.conn = conn_connect(p->loop, &at, NULL, side_event, &p->client);
	accept_server(p, listening);
}

int pair_connect_raw(struct pair *p)
{
	struct address at;
	int listening = loopback_listen(&at), fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at.ss, at.len), 0);
	pair_init(p, 1);
	accept_server(p, listening);
	return fd;
}

void pair_run(struct pair *p)
{
	net_loop_run(p->loop);
	net_loop_free(p->loop);
	p->loop = NULL;
}

void pair_fini(struct pair *p)
{
	buf_fini(&p->client.got);
	buf_fini(&p->server.got);
}

void side_send(struct side *s, struct str text)
{
	buf_put(conn_out(s->conn), text);
	conn_flush_soon(s->conn);
}

static char pattern(size_t at)
{
	return (char)(at * 2654435761u >> 24);
}

void fill_pattern(struct buf *b, size_t from, size_t n)
{
	char *out = buf_reserve(b, n);

	for (size_t i = 0; i < n; i++)
		out[i] = pattern(from + i);
	buf_commit(b, n);
}

void assert_pattern(struct str s, size_t from)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != pattern(from + i))
			fail_msg("byte %zu differs", i);
}
