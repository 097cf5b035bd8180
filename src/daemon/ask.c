/* SPDX-License-Identifier: MIT */
/* Questions to all workers: see workers_ask() in server_private.h. */
#include "base/mem.h"
#include "daemon/server_private.h"
#include "net/loop.h"

#include <stdlib.h>

struct ask {
	struct mail reply; /* posted by the last worker */
	struct net_loop *main_loop;
	void (*fill)(struct trunk *t, void *arg);
	void (*done)(void *arg, bool cancelled);
	void *arg;
	atomic_uint left;
	atomic_bool missed; /* a worker's loop had ended */
};

struct question {
	struct mail mail;
	struct ask *ask;
	struct trunk *trunk;
};

static void answered(struct mail *m, bool cancelled)
{
	struct ask *a = list_item(m, struct ask, reply);

	a->done(a->arg, cancelled || atomic_load(&a->missed));
	free(a);
}

static void take_question(struct mail *m, bool cancelled)
{
	struct question *q = list_item(m, struct question, mail);
	struct ask *a = q->ask;

	if (cancelled)
		atomic_store(&a->missed, true);
	else
		a->fill(q->trunk, a->arg);
	free(q);
	if (atomic_fetch_sub(&a->left, 1) == 1)
		net_loop_post(a->main_loop, &a->reply);
}

void workers_ask(struct server *s, void (*fill)(struct trunk *t, void *arg),
	void (*done)(void *arg, bool cancelled), void *arg)
{
	struct ask *a = MEM_NEW(struct ask);

	a->reply.run = answered;
	a->main_loop = s->loop;
	a->fill = fill;
	a->done = done;
	a->arg = arg;
	atomic_init(&a->left, s->n);
	for (unsigned i = 0; i < s->n; i++) {
		struct question *q = MEM_NEW(struct question);

		q->mail.run = take_question;
		q->ask = a;
		q->trunk = s->workers[i].trunk;
		net_loop_post(s->workers[i].loop, &q->mail);
	}
}
