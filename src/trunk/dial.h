/* SPDX-License-Identifier: MIT */
/*
 * Reaching a next hop: look the targets of a control up, then try every endpoint in order until one
 * stream is authenticated (or has answered a db:verify). One dial has one outcome. Holds a
 * reference to the plan it was started under.
 */
#pragma once

#include "trunk/peer.h"
#include "trunk/trunk.h"
#include "xmpp/stanza.h"
#include "xmpp/stream.h"

struct dial;
struct outbound;

enum dial_purpose { DIAL_STANZAS, DIAL_VERIFY };

enum dial_outcome {
	DIAL_OK, /* DIAL_STANZAS: the outbound stream is ready; DIAL_VERIFY: the key is valid */
	DIAL_INVALID,     /* DIAL_VERIFY: the key is invalid */
	DIAL_NOT_FOUND,   /* the name does not exist: remote-server-not-found */
	DIAL_UNREACHABLE, /* nobody answers, for now: remote-server-timeout */
	DIAL_REFUSED,     /* a proof failed, ours or theirs: will not change by trying again soon */
};
const char *dial_outcome_name(enum dial_outcome o);

struct dial_options {
	enum dial_purpose purpose;
	const struct domain *from; /* the domain we stand in for, and our header's from */
	const struct domain *to;
	const struct control *control; /* of `to` in the trunk's plan */
	/* The peer whose stanzas go there, for the rule that nothing goes back (decision 16); NULL:
	 * none. */
	const struct address *not_to;
	struct str verify_id, verify_key; /* DIAL_VERIFY; copied */
	/* Called once, never from inside dial_start(), unless cancelled. `out` is the receiver's
	 * with DIAL_OK and DIAL_STANZAS. */
	void (*done)(void *arg, struct dial *d, enum dial_outcome o, struct outbound *out,
		const char *words);
	/* A stage begins, towards this target; NULL: nobody wants to know. */
	void (*stage)(void *arg, enum attempt_stage s, const char *target);
	void *arg;
};

struct dial *dial_start(struct trunk *t, const struct dial_options *o);
void dial_cancel(struct dial *d); /* NULL is fine */
/* Would the plan in force go to the same place? For whoever waited over a reload. */
bool dial_leads_there_still(const struct dial *d);

/* ---- for outbound.c ---- */
struct dial {
	struct trunk *trunk;
	struct plan *plan;
	struct dial_options o;
	struct domain from, to;
	struct address not_to;
	char *verify_id, *verify_key;
	struct lookup *lookup;
	struct endpoint *endpoints;
	unsigned n, next;
	struct outbound *current;
	bool looked_up; /* an attempt has the time of that */
	bool trying;    /* `attempt` is under way; it goes into the peer's ring when it is over */
	struct attempt attempt;
	uint64_t started_ms, attempt_ms, stage_ms;
	enum dial_outcome worst; /* of the endpoints tried so far */
	char words[256];
};
/* The current stream's outcome. OK, INVALID and REFUSED end the dial; UNREACHABLE goes on to the
 * next endpoint. */
void dial_result(struct dial *d, enum dial_outcome o, const char *words);
void dial_stage(struct dial *d, enum attempt_stage s);
