/* SPDX-License-Identifier: MIT */
/*
 * Moving a connection from one loop to another, and its last breath. What is bound to a loop
 * (handles, tasks) stays behind and is freed there; everything else travels in a parcel that is
 * itself a connection without a loop.
 */
#include "net/conn_private.h"

#include "base/mem.h"

#include <stdlib.h>
#include <unistd.h>

struct conn_parcel {
	struct conn conn;
};

static void free_contents(struct conn *c)
{
	buf_fini(&c->in);
	buf_fini(&c->out);
	buf_fini(&c->wire);
	tls_free(c->tls);
	if (c->retain)
		retain_fini(c->retain);
	free(c->retain);
	free(c->error);
}

void conn_free(struct conn *c)
{
	free_contents(c);
	free(c);
}

/* Leaves a connection with nothing, which disappears without a word when its handles are closed. */
static void leave_shell(struct conn *c)
{
	c->fd = -1;
	c->in = c->out = c->wire = (struct buf){ 0 };
	c->tls = NULL;
	c->retain = NULL;
	c->error = NULL;
	conn_own(c, NULL, NULL);
	conn_gone(c);
	c->pending = 0;
}

struct conn_parcel *conn_detach(struct conn *c)
{
	struct conn_parcel *p;

	if (c->state == STATE_CLOSING || c->state == STATE_GONE)
		return NULL;
	p = mem_alloc(sizeof(*p));
	p->conn = *c;
	/* Closing the handle stops the watching; the descriptor itself stays open. */
	leave_shell(c);
	return p;
}

struct conn *conn_attach(struct net_loop *l, struct conn_parcel *p, conn_fn *fn, void *owner)
{
	struct conn *c = &p->conn;

	conn_own(c, fn, owner);
	conn_settle(c, l);
	if (c->state == STATE_HANDSHAKE)
		loop_costly(l, &c->step);
	if (conn_unsent(c))
		loop_at_end(l, &c->end);
	if (c->pending)
		loop_soon(l, &c->soon);
	conn_arm(c);
	conn_watch(c);
	return c;
}

void conn_parcel_free(struct conn_parcel *p)
{
	if (!p)
		return;
	if (p->conn.fd >= 0)
		close(p->conn.fd);
	free_contents(&p->conn);
	free(p);
}
