/* SPDX-License-Identifier: MIT */
/*
 * Listening sockets, on the main thread's loop: bound and listening before they accept (so that a
 * plan can be refused whole), accepting by accept4 until told to pause. Descriptors are handed to a
 * callback.
 */
#pragma once

#include "config/schema.h"
#include "net/address.h"
#include "net/inherited.h"
#include "net/loop.h"

enum listen_mode { LISTEN_STARTTLS, LISTEN_DIRECT_TLS };

struct listen_config { /* "listen = ( ... )" */
	struct config_origin origin;
	char *address; /* "::", "0.0.0.0", an address */
	int64_t port;
	int mode;                    /* enum listen_mode */
	struct config_strings zones; /* which zones may come in here; empty: all */
	bool v6_only; /* not from the file: set by listen_check() for "::" beside "0.0.0.0" */
};
extern const struct config_table listen_schema;

struct listener;
/* Owns fd from now on. */
typedef void listener_fn(void *arg, struct listener *l, int fd, const struct address *peer);

/* Looks at all entries of a struct listen_config list together, before any is bound: bad addresses
 * and double ones are reported; "::" also takes IPv4 connections, unless "0.0.0.0" has the same
 * port. */
void listen_check(struct config_list *listen, struct config_report *report);
/* Binds and listens, or takes the socket that was passed for that address (`in` may be NULL); does
 * not accept yet. NULL and a line in `report` when it cannot ("address in use ..."). */
struct listener *listener_new(
	const struct listen_config *c, struct inherited *in, struct config_report *report);
/* Starts to accept on this loop. Runs out of descriptors: lets the waiting peer go, pauses for a
 * second, logs. */
void listener_start(struct listener *l, struct net_loop *loop, listener_fn *fn, void *arg);
/* Accepts nobody for now: who connects waits in the kernel's queue. */
void listener_pause(struct listener *l, bool paused);
bool listener_paused(const struct listener *l);
void listener_stop(struct listener *l); /* closes the socket at once */
/* Stops it; NULL is fine. */
void listener_free(struct listener *l);
enum listen_mode listener_mode(const struct listener *l);
const struct address *listener_address(const struct listener *l);
/* Would this configuration listen on the same address, port? A reload then keeps the socket. */
bool listener_same(const struct listener *l, const struct listen_config *c);
void listener_configure(struct listener *l, const struct listen_config *c); /* its mode */
