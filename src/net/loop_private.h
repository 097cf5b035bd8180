/* SPDX-License-Identifier: MIT */
/*
 * What a loop gives to the connections, look-ups and listeners that live on it. One turn of the
 * loop is, in this order: mail; what became due (tasks put by loop_soon()); the owner's on_turn;
 * what is to be sent (loop_at_end()); a few costly steps (loop_costly()). uv's callbacks only put
 * tasks, so nothing is called from inside uv's walk over its descriptors, and nothing that an owner
 * calls calls it back.
 */
#pragma once

#include "base/buf.h"
#include "net/loop.h"

/* Embedded in its owner; in one queue at a time. Taken out of its queue before it runs. */
struct task {
	struct list link;
	void (*run)(struct task *t);
};

static inline void task_init(struct task *t, void (*run)(struct task *t))
{
	list_init(&t->link);
	t->run = run;
}

/* At the next turn. Does nothing when it is queued already, as all three. */
void loop_soon(struct net_loop *l, struct task *t);
/* At the end of this turn, behind on_turn. */
void loop_at_end(struct net_loop *l, struct task *t);
/* At the end of this turn or a later one, in the order of asking, a few per turn. */
void loop_costly(struct net_loop *l, struct task *t);
static inline void task_cancel(struct task *t)
{
	list_remove(&t->link);
}

/* Notes that something was used just now. The few used last stay warm; one that falls out of these
 * is run, to give memory back that it would soon want again. A task of its own, in no other queue.
 */
void loop_warm(struct net_loop *l, struct task *t);
/* It is not warm any more; not run. */
void loop_cool(struct net_loop *l, struct task *t);

/* In a tenth of a second or two, when the loop turns then, unless it is cancelled. */
void loop_later(struct net_loop *l, struct task *t);

enum { LOOP_READ = 64 * 1024 };

/* Two buffers that are empty between tasks: what one read brings, what one write takes. */
struct buf *loop_read_buf(struct net_loop *l);
struct buf *loop_write_buf(struct net_loop *l);

/* The loop runs until all that lives on it is gone. */
void loop_hold(struct net_loop *l);
void loop_release(struct net_loop *l);
