/* SPDX-License-Identifier: MIT */
/*
 * The event loop. uv waits; everything else happens in turn(), which uv's prepare phase calls once
 * before each wait. Owns its queues and two shared buffers, never what stands in the queues.
 */
#include "net/loop_private.h"

#include "base/mem.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <uv.h>

/* Steps of handshakes between two waits: more would be felt by the streams that are up. */
enum { COSTLY_PER_TURN = 2 };

/* As many as are in the thick of it. Each holds some 33 KiB for OpenSSL's records, which costs a
 * tenth of a microsecond to get and give back for every record that passes. */
enum { WARM_MOST = 64 };

/* How long an age is: loop_later() takes one or two. */
enum { AGE_MS = 100 };

struct net_loop {
	uv_loop_t uv;
	uv_async_t wake;
	uv_prepare_t prepare;
	uv_idle_t spin;       /* active: do not wait, there is more to do */
	pthread_mutex_t lock; /* over mail and open */
	struct list mail;
	bool open; /* wake may be used */
	bool stopping;
	unsigned held;
	struct list soon, at_end, costly;
	struct list warm; /* the one used last is last */
	unsigned nwarm;
	struct list young, old; /* loop_later(): in this age, in the last one */
	uint64_t age;
	void (*on_turn)(void *arg);
	void *on_turn_arg;
	struct buf read, write;
};

static void read_mail(struct net_loop *l, bool cancelled)
{
	struct list mine;

	list_init(&mine);
	pthread_mutex_lock(&l->lock);
	list_splice(&mine, &l->mail);
	pthread_mutex_unlock(&l->lock);
	while (!list_empty(&mine)) {
		struct mail *m = list_first(&mine, struct mail, link);

		list_remove(&m->link);
		m->run(m, cancelled);
	}
}

/* What these tasks put into the same queue waits for the next time, however many they are. */
static void run_tasks(struct list *queue)
{
	struct list mine;

	list_init(&mine);
	list_splice(&mine, queue);
	while (!list_empty(&mine)) {
		struct task *t = list_first(&mine, struct task, link);

		list_remove(&t->link);
		t->run(t);
	}
}

static void run_costly(struct net_loop *l)
{
	for (int i = 0; i < COSTLY_PER_TURN && !list_empty(&l->costly); i++) {
		struct task *t = list_first(&l->costly, struct task, link);

		list_remove(&t->link);
		t->run(t);
	}
}

static void nothing(uv_idle_t *h)
{
}

static void close_own_handles(struct net_loop *l)
{
	pthread_mutex_lock(&l->lock);
	l->open = false;
	pthread_mutex_unlock(&l->lock);
	uv_close((uv_handle_t *)&l->wake, NULL);
	uv_close((uv_handle_t *)&l->prepare, NULL);
	uv_close((uv_handle_t *)&l->spin, NULL);
}

static void grow_old(struct net_loop *l)
{
	uint64_t age = net_loop_now(l) / AGE_MS;

	if (age == l->age)
		return;
	l->age = age;
	run_tasks(&l->old);
	list_splice(&l->old, &l->young);
}

static void turn(struct net_loop *l)
{
	grow_old(l);
	read_mail(l, false);
	run_tasks(&l->soon);
	if (l->on_turn)
		l->on_turn(l->on_turn_arg);
	run_tasks(&l->at_end);
	run_costly(l);
	if (list_empty(&l->soon) && list_empty(&l->at_end) && list_empty(&l->costly))
		uv_idle_stop(&l->spin);
	else
		uv_idle_start(&l->spin, nothing);
	if (l->stopping && l->held == 0 && l->open)
		close_own_handles(l);
}

static void on_prepare(uv_prepare_t *h)
{
	turn(h->data);
}

/* Waking up is all: the mail is read in the turn. */
static void on_wake(uv_async_t *h)
{
}

static void must(int rc)
{
	/* Descriptors for epoll and eventfd, at start-up: without them there is nothing to do. */
	if (rc < 0)
		abort();
}

struct net_loop *net_loop_new(void)
{
	struct net_loop *l = MEM_NEW(struct net_loop);

	must(uv_loop_init(&l->uv));
	must(uv_async_init(&l->uv, &l->wake, on_wake));
	must(uv_prepare_init(&l->uv, &l->prepare));
	must(uv_idle_init(&l->uv, &l->spin));
	l->prepare.data = l;
	uv_prepare_start(&l->prepare, on_prepare);
	/* Of the loop's own handles only wake keeps it running. */
	uv_unref((uv_handle_t *)&l->prepare);
	uv_unref((uv_handle_t *)&l->spin);
	pthread_mutex_init(&l->lock, NULL);
	list_init(&l->mail);
	list_init(&l->soon);
	list_init(&l->at_end);
	list_init(&l->costly);
	list_init(&l->warm);
	list_init(&l->young);
	list_init(&l->old);
	l->open = true;
	return l;
}

void net_loop_run(struct net_loop *l)
{
	uv_run(&l->uv, UV_RUN_DEFAULT);
}

/* There is always a turn's end to come before the loop waits again, and that is where it is looked
 * at. */
void net_loop_stop(struct net_loop *l)
{
	l->stopping = true;
}

void net_loop_free(struct net_loop *l)
{
	bool more = true;

	if (!l)
		return;
	if (l->open) { /* never run, or not stopped: one round for what is closed already */
		close_own_handles(l);
		uv_run(&l->uv, UV_RUN_NOWAIT);
	}
	while (more) {
		read_mail(l, true);
		pthread_mutex_lock(&l->lock);
		more = !list_empty(&l->mail);
		pthread_mutex_unlock(&l->lock);
	}
	if (uv_loop_close(&l->uv) < 0)
		abort(); /* somebody's handle is still open: a bug that would be a use after free */
	pthread_mutex_destroy(&l->lock);
	buf_fini(&l->read);
	buf_fini(&l->write);
	free(l);
}

struct uv_loop_s *net_loop_uv(struct net_loop *l)
{
	return &l->uv;
}

uint64_t net_loop_now(const struct net_loop *l)
{
	return uv_now(&l->uv);
}

void net_loop_post(struct net_loop *l, struct mail *m)
{
	bool wake;

	pthread_mutex_lock(&l->lock);
	wake = l->open && list_empty(&l->mail);
	list_append(&l->mail, &m->link);
	/* Inside the lock: the loop closes the handle under it. */
	if (wake)
		uv_async_send(&l->wake);
	pthread_mutex_unlock(&l->lock);
}

void net_loop_on_turn(struct net_loop *l, void (*fn)(void *arg), void *arg)
{
	l->on_turn = fn;
	l->on_turn_arg = arg;
}

/* Nothing needs to be woken: between one of uv's callbacks and the next wait there is a turn, and
 * the turn ends with a look at the queues. */
static void put(struct list *queue, struct task *t)
{
	if (list_empty(&t->link))
		list_append(queue, &t->link);
}

void loop_soon(struct net_loop *l, struct task *t)
{
	put(&l->soon, t);
}

void loop_at_end(struct net_loop *l, struct task *t)
{
	put(&l->at_end, t);
}

void loop_costly(struct net_loop *l, struct task *t)
{
	put(&l->costly, t);
}

void loop_later(struct net_loop *l, struct task *t)
{
	put(&l->young, t);
}

void loop_cool(struct net_loop *l, struct task *t)
{
	if (list_empty(&t->link))
		return;
	list_remove(&t->link);
	l->nwarm--;
}

void loop_warm(struct net_loop *l, struct task *t)
{
	struct task *coldest;

	loop_cool(l, t);
	list_append(&l->warm, &t->link);
	if (++l->nwarm <= WARM_MOST)
		return;
	coldest = list_first(&l->warm, struct task, link);
	loop_cool(l, coldest);
	coldest->run(coldest);
}

struct buf *loop_read_buf(struct net_loop *l)
{
	assert(buf_len(&l->read) == 0);
	return &l->read;
}

struct buf *loop_write_buf(struct net_loop *l)
{
	assert(buf_len(&l->write) == 0);
	return &l->write;
}

void loop_hold(struct net_loop *l)
{
	l->held++;
}

void loop_release(struct net_loop *l)
{
	l->held--;
}

struct net_timer {
	uv_timer_t uv;
	void (*fn)(void *arg);
	void *arg;
	uint64_t ms, repeat_ms;
};

static void on_timer(uv_timer_t *h)
{
	struct net_timer *t = h->data;

	t->fn(t->arg);
}

struct net_timer *net_timer_new(struct net_loop *l, void (*fn)(void *arg), void *arg)
{
	struct net_timer *t = MEM_NEW(struct net_timer);

	uv_timer_init(&l->uv, &t->uv);
	t->uv.data = t;
	t->fn = fn;
	t->arg = arg;
	return t;
}

void net_timer_start(struct net_timer *t, uint64_t ms, uint64_t repeat_ms)
{
	uv_timer_start(&t->uv, on_timer, ms, repeat_ms);
}

static void free_timer(uv_handle_t *h)
{
	free(h->data);
}

void net_timer_close(struct net_timer *t)
{
	if (t)
		uv_close((uv_handle_t *)&t->uv, free_timer);
}
