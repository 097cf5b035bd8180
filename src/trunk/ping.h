/* SPDX-License-Identifier: MIT */
/*
 * An XMPP Ping (XEP-0199) in a domain's name to another one, for an operator who wants to know
 * whether a stanza gets there and an answer back. The answer is for us: it is taken off the stream
 * that brings it, by whichever worker that is, and nobody's policy is asked. Pings under way are
 * the process's, a few at a time, behind a lock that is touched only while there are any.
 */
#pragma once

#include "trunk/trunk.h"
#include "xmpp/stanza.h"

enum { PINGS = 16 /* under way at most */, PING_ID = 64 };

struct ping_answer {
	bool answered; /* by the other side: a result or an error; else it could not be sent */
	bool error;
	uint64_t took_ms;
	char words[200]; /* an error's condition; why it could not be sent */
};

struct pings;
struct pings *pings_new(void);
void pings_free(struct pings *p); /* nothing is under way any more */

struct ping;
/* `told` runs once on `loop`, and the ping is gone then, unless ping_end() comes first. NULL: too
 * many are under way. */
struct ping *ping_new(struct pings *all, struct net_loop *loop, const struct domain *from,
	const struct domain *to, void (*told)(void *arg, const struct ping_answer *a), void *arg);
/* It is not awaited any more; on the thread of `loop`, before it was told. */
void ping_end(struct ping *p);
/* Sends it: on the thread of the pair's home (trunk_home()). `id` is of ping_id(). */
void ping_send(
	struct trunk *home, const struct domain *from, const struct domain *to, const char *id);
const char *ping_id(const struct ping *p);

/* ---- for the data path: is it one of ours? ---- */
/* A stanza that came in, of a proven pair. True: it was an answer, and is taken. */
bool pings_take(struct trunk *t, const struct stanza_head *h);
/* A stanza that does not get through. True: it was a ping, and nobody else is to be told. */
bool pings_lost(struct trunk *t, const struct stanza_head *h, const char *why);
