/* SPDX-License-Identifier: MIT */
/* Two connections that talk to each other over loopback, or one that talks to a plain socket; each
 * writes down what it is told. */
#pragma once

#include "base/mem.h"
#include "net/conn.h"
#include "unit.h"

enum { SIDE_STORY = 64 };

struct side {
	struct pair *pair;
	struct conn *conn;
	/* One letter per event, repeated ones once: C connected, S secured, D data, W writable, K
	 * cold, T deadline, E eof, F failed, X closed. */
	char story[SIDE_STORY];
	unsigned n;
	struct buf got;  /* what came, unless `hold` */
	bool hold;       /* leave data where it is */
	char error[128]; /* when it failed */
	/* What the test wants done then; events never come while this runs. */
	void (*react)(struct side *s, enum conn_event e);
	size_t count; /* for the test */
};

struct pair {
	struct net_loop *loop;
	struct side client, server;
	unsigned open; /* conns not closed yet: at 0 the loop ends */
	bool telling;
	struct net_timer *dog;
	uint64_t turn; /* of the loop */
};

/* An owner's callback; `owner` is a struct side. */
void side_event(void *owner, struct conn *c, enum conn_event e);

/* A loop without connections, which ends after `open` of them have closed. */
void pair_init(struct pair *p, unsigned open);
/* Client and server connected over TCP; the server reads. */
void pair_connect(struct pair *p);
/* Only the server is a conn; returns the other end, a blocking socket. */
int pair_connect_raw(struct pair *p);
/* Runs until all are closed, and frees the loop. Fails after ten seconds. */
void pair_run(struct pair *p);
void pair_fini(struct pair *p);

/* A listening socket on 127.0.0.1 with a free port. */
int loopback_listen(struct address *out);
/* Accepts what is already connecting. */
int loopback_accept(int listening);
void side_send(struct side *s, struct str text);
/* n bytes that say where they are. */
void fill_pattern(struct buf *b, size_t from, size_t n);
void assert_pattern(struct str s, size_t from);
