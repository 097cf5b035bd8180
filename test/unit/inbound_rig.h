/* SPDX-License-Identifier: MIT */
/*
 * Inbound streams over real connections in the clear: trunk, routes, streams and loop are the real
 * ones. Dials are the rig's, put in their place when the test is linked: the test says what the
 * authoritative server answers, and nothing is ever delivered.
 */
#pragma once

#include "peering_rig.h"
#include "tls_fixture.h"
#include "trunk/dial.h"
#include "trunk/inbound.h"
#include "trunk/pair.h"

enum { PLANS = 2, DIALS = 16, CALLERS = 4 };

struct world {
	struct net_loop *loop;
	struct trunk_shared shared;
	struct trunk *trunk;
	struct plan plans[PLANS];
	struct peering_rig controls[PLANS];
	unsigned nplans;
	struct dial *dials[DIALS]; /* under way */
	unsigned cancelled;
	struct tls_fixture tls;
	int callers[CALLERS];
	unsigned ncallers;
	struct buf heard;
};

void spin(struct world *w); /* some turns of the loop */
void world_init(struct world *w, const char *text);
void stopped(void *arg); /* for trunk_stop(): ends the loop */
void world_fini(struct world *w);
/* Another plan is in force. */
void replan(struct world *w, const char *text);

/* A connection: the caller's end of it. */
int call(struct world *w);
/* What the trunk has said to this caller since the last time. */
const char *hear(struct world *w, int fd);
void say(struct world *w, int fd, const char *text);
void expect(struct world *w, int fd, const char *want); /* "": nothing is heard */
/* The one dial under way for this purpose. */
struct dial *only_dial(struct world *w, enum dial_purpose purpose);
/* The authoritative server that is asked has this answer. */
void verify(struct world *w, enum dial_outcome o);
/* A caller that has proven a pair by dialback. */
int proven(struct world *w, const char *header, const char *result);
struct route *route(struct world *w, const char *from, const char *to);
/* How many streams carry the pair. */
unsigned feeds(struct world *w, const char *from, const char *to);

#define HEADER(from, to)                                                                       \
	"<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'" \
	" xmlns:db='jabber:server:dialback' from='" from "' to='" to "' version='1.0'>"
#define RESULT(from, to) "<db:result from='" from "' to='" to "'>key</db:result>"
#define BODY(from, to)   "<message from='u@" from "' to='v@" to "'><body>x</body></message>"

#define PLAIN "defaults = { tls = \"off\"; authentication = \"dialback\"; };\n"
#define OPEN                                                                                  \
	PLAIN "peering_controls = ( { match = [ \"a.example\", \"b.example\", \"c.example\"," \
	      " \"b\xc3\xbc"                                                                  \
	      "cher.example\" ]; } );\n"
