/* SPDX-License-Identifier: MIT */
/* See worker.h. */
#include "daemon/worker.h"

#include "base/log.h"
#include "base/mem.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

void worker_init(struct worker *w, struct net_loop *main_loop, struct trunk_shared *shared,
	unsigned index, struct plan *plan)
{
	w->main_loop = main_loop;
	w->loop = net_loop_new();
	w->trunk = trunk_new(w->loop, shared, index, plan);
}

static void *run(void *arg)
{
	struct worker *w = arg;
	net_loop_run(w->loop);
	return NULL;
}

int worker_start(struct worker *w)
{
	/* Signals are the main thread's. */
	sigset_t all, old;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	int error = pthread_create(&w->thread, NULL, run, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	w->started = error == 0;
	return -error;
}

struct accept_mail {
	struct mail mail;
	struct trunk *trunk;
	int fd;
	struct address peer, listener;
	enum listen_mode mode;
};

static void take_connection(struct mail *m, bool cancelled)
{
	struct accept_mail *a = list_item(m, struct accept_mail, mail);
	if (cancelled)
		close(a->fd);
	else
		trunk_accept(a->trunk, a->fd, &a->peer, a->mode, &a->listener);
	free(a);
}

void worker_accept(struct worker *w, int fd, const struct address *peer, enum listen_mode mode,
	const struct address *listener)
{
	struct accept_mail *a = MEM_NEW(struct accept_mail);
	a->mail.run = take_connection;
	a->trunk = w->trunk;
	a->fd = fd;
	a->peer = *peer;
	a->listener = *listener;
	a->mode = mode;
	net_loop_post(w->loop, &a->mail);
}

/* An answer that runs on the main loop. */
struct reply {
	struct mail mail;
	void (*fn)(void *arg);
	void *arg;
};

static void run_reply(struct mail *m, bool cancelled)
{
	struct reply *r = list_item(m, struct reply, mail);
	if (!cancelled)
		r->fn(r->arg);
	free(r);
}

static void reply(struct worker *w, void (*fn)(void *arg), void *arg)
{
	struct reply *r = MEM_NEW(struct reply);
	r->mail.run = run_reply;
	r->fn = fn;
	r->arg = arg;
	net_loop_post(w->main_loop, &r->mail);
}

struct ping_mail {
	struct mail mail;
	struct worker *worker;
	void (*fn)(void *arg);
	void *arg;
};

static void answer_ping(struct mail *m, bool cancelled)
{
	struct ping_mail *p = list_item(m, struct ping_mail, mail);
	if (!cancelled)
		reply(p->worker, p->fn, p->arg);
	free(p);
}

void worker_ping(struct worker *w, void (*fn)(void *arg), void *arg)
{
	struct ping_mail *p = MEM_NEW(struct ping_mail);
	p->mail.run = answer_ping;
	p->worker = w;
	p->fn = fn;
	p->arg = arg;
	net_loop_post(w->loop, &p->mail);
}

struct plan_mail {
	struct mail mail;
	struct worker *worker;
	struct plan *plan;
	void (*done)(void *arg);
	void *arg;
};

static void take_plan(struct mail *m, bool cancelled)
{
	struct plan_mail *p = list_item(m, struct plan_mail, mail);
	if (!cancelled)
		trunk_change_plan(p->worker->trunk, p->plan);
	plan_unref(p->plan);
	reply(p->worker, p->done, p->arg);
	free(p);
}

void worker_change_plan(struct worker *w, struct plan *plan, void (*done)(void *arg), void *arg)
{
	struct plan_mail *p = MEM_NEW(struct plan_mail);
	p->mail.run = take_plan;
	p->worker = w;
	p->plan = plan_ref(plan);
	p->done = done;
	p->arg = arg;
	net_loop_post(w->loop, &p->mail);
}

static void trunk_stopped(void *arg)
{
	struct worker *w = arg;
	net_loop_stop(w->loop);
	reply(w, w->stopped, w->stopped_arg);
}

struct stop_mail {
	struct mail mail;
	struct worker *worker;
};

static void take_stop(struct mail *m, bool cancelled)
{
	struct stop_mail *s = list_item(m, struct stop_mail, mail);
	if (!cancelled)
		trunk_stop(s->worker->trunk, trunk_stopped, s->worker);
	free(s);
}

void worker_stop(struct worker *w, void (*stopped)(void *arg), void *arg)
{
	struct stop_mail *s = MEM_NEW(struct stop_mail);
	w->stopped = stopped;
	w->stopped_arg = arg;
	s->mail.run = take_stop;
	s->worker = w;
	net_loop_post(w->loop, &s->mail);
}

void worker_join(struct worker *w)
{
	if (w->started)
		pthread_join(w->thread, NULL);
	w->started = false;
}

void worker_fini(struct worker *w)
{
	net_loop_free(w->loop);
	trunk_free(w->trunk);
}
