/* SPDX-License-Identifier: MIT */
/* A connection as its own files see it: conn.c (life and interface), conn_io.c (turns, reading,
 * sending), conn_move.c (from loop to loop). */
#pragma once

#include "net/conn.h"
#include "net/loop_private.h"
#include "net/retain.h"

#include <uv.h>

enum conn_state {
	STATE_CONNECTING, /* TCP is being set up */
	STATE_OPEN,       /* bytes flow, in the clear or under TLS */
	STATE_HANDSHAKE,  /* TLS is being set up */
	STATE_CLOSING,    /* conn_close(): the rest leaves, then the peer's end is waited for */
	STATE_FAILED,     /* nothing flows any more; CONN_FAILED was told or is about to be */
	STATE_GONE,       /* handles are being closed; CONN_CLOSED is told when they are */
};

struct conn {
	/* Bound to the loop. */
	struct net_loop *loop;
	uv_poll_t poll;
	uv_timer_t timer;
	struct task soon, end, step; /* events; sending; a step of the handshake */
	struct task warm, cold;      /* used lately; not so lately */
	unsigned handles;            /* not yet closed */
	int watching;                /* what uv looks for: UV_READABLE, UV_WRITABLE */
	int reported;                /* what uv saw and was not acted on yet */
	uint64_t timer_at;           /* when the timer fires, 0: not running */
	conn_fn *fn;
	void *owner;

	/* What moves along to another loop. */
	enum conn_state state;
	int fd;
	unsigned pending; /* events to be told: 1 << enum conn_event */
	bool paused;
	bool eof;     /* the peer will send no more */
	bool blocked; /* the kernel takes no more for now */
	bool queued; /* its step of the handshake waits since an earlier turn: no use in watching */
	bool said_bye; /* close_notify */
	bool sent_fin;
	bool broken;        /* sending failed; what had arrived before is still being read */
	bool high;          /* went above the high-water mark */
	uint64_t deadline;  /* 0: none */
	struct buf in, out; /* plain */
	struct buf
		wire; /* ciphertext (or clear text before TLS) that the kernel did not take yet */
	struct tls *tls;
	struct retain *retain;                     /* NULL: not wanted */
	uint64_t bytes_in, bytes_out, bytes_acked; /* acked: known once the descriptor is closed */
	uint64_t unread;                           /* came, and was thrown away */
	char *error;
	struct address peer;
};

/* conn.c */
void conn_enter(struct conn *c, enum conn_state to);
/* CONN_FAILED will be told; takes words over. */
void conn_fail(struct conn *c, char *words);
char *conn_errno_words(int err);
/* Takes it off its loop for good; CONN_CLOSED follows when uv has let go. */
void conn_gone(struct conn *c);
/* Makes the timer fire no later than the deadline. */
void conn_arm(struct conn *c);
/* How much of what was written the peer's TCP has acknowledged. */
uint64_t conn_acked(const struct conn *c);
/* Registers with a loop: handles, tasks. */
void conn_settle(struct conn *c, struct net_loop *l);
/* Makes uv look for what the state needs. */
void conn_watch(struct conn *c);
/* Gives back all memory that is not in use. */
void conn_rest(struct conn *c);

/* conn_io.c: the tasks. */
void conn_turn(struct task *t);
void conn_flush(struct task *t);
void conn_step(struct task *t);
void conn_cool(struct task *t);
void conn_cold(struct task *t);

/* conn_move.c */
void conn_free(struct conn *c);
