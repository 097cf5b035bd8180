/* SPDX-License-Identifier: MIT */
/*
 * A leg that a peer opened: it is told which domain it reaches, has to prove which domains it
 * speaks for, and then sends stanzas, each held against the pairs that are proven on it.
 */
#pragma once

#include "trunk/inbound_parts.h"
#include "trunk/inbound_rate.h"
#include "trunk/leg.h"

struct inbound {
	struct leg leg;
	struct list resume; /* in trunk->resumed */
	struct list fresh;  /* in trunk->fresh, until something is proven */
	struct admission_place place;
	enum listen_mode mode;
	struct address listener;
	struct domain from, to; /* of the header protected as it will be; from.n == 0: none given */
	bool header_final;      /* from and to are of the TLS-protected header (or the only one) */
	bool offered_external;
	const struct control *control; /* of `from`, under `plan` */
	struct trust_answer trust;
	bool judged; /* `trust` is about `from` under this plan: */
	uint64_t judged_plan;
	struct proof *proofs;
	struct inbound_pair **pairs;
	struct inbound_pair *last; /* of the last stanza */
	struct list claims;        /* dialback verifications under way */
	unsigned nproofs, npairs, nclaims;
	bool settled, moving; /* moved home, or never will; moves at the end of this turn */
	uint64_t stage_ms;    /* when the last step of the set-up was done */
	size_t max_stanza;    /* in force on the stream */
	struct throttle throttle;
	bool waits_turn;               /* an older stream of the pair is still being read */
	enum stream_condition refused; /* why choose() declined, */
	const char *refused_text;      /* in words */
	char *trouble;     /* why it has proven nothing yet, for people; NULL: nothing is known */
	bool only_answers; /* it has asked about keys: a stream that need not prove anything */
	const char
		*rest_why; /* it closes, and its stanzas are refused for this; NULL: they are not */
	enum stanza_condition rest_condition;
};

void inbound_new(struct trunk *t, int fd, const struct address *peer, enum listen_mode mode,
	const struct address *listener, const struct admission_place *place);
/* Nothing more holds it among those that are being set up: it is proven, or ends. */
void inbound_set_up(struct inbound *in);
/* Others wait to be set up: ends the one that has been at it for longest, if that was long. */
bool inbound_make_room(struct trunk *t);
/* The route has room again, or it is the stream's turn: read on, at the end of this turn. */
void inbound_resume(struct inbound *in);
/* The trunk stops: what the peer's TCP was told that we have is sent or answered now. */
void inbound_read_rest(struct inbound *in);
/* May its stanzas wait for room, or for their turn? Not when it is about to end. */
bool inbound_may_hold(const struct inbound *in);
/* Why a proof did not come about. */
void inbound_trouble(struct inbound *in, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void inbound_read_on(struct inbound *in);
extern const struct leg_ops inbound_ops;
const struct address *inbound_peer(const struct inbound *in);
/* Its listener in the plan in force; NULL when the plan has it no more. */
const struct listen_config *inbound_listener(const struct inbound *in);
/* Is there one to show for `to`? With issuers alone there may be none (decision 13). */
bool inbound_has_certificate(const struct inbound *in);
/* Older streams first: the next one is read when the one before it is drained, or over. */
void inbounds_tick(struct route *r, uint64_t now);
void inbounds_next(struct route *r);
/* What this plan would mean for the stream; then, when the plan has changed, just that. */
struct replan_verdict inbound_judge_plan(struct inbound *in, struct plan *plan);
void inbound_replan(struct inbound *in);

/* ---- inbound_proof.c ---- */
void inbound_header(struct inbound *in, const struct stream_info *info);
/* May this control's peer come in from this address, on this listener? NULL: yes. */
const char *inbound_entry_refused(const struct inbound *in, const struct control *c);
/* Has the operator taken one of them out of service? Not for what a closing stream still brings. */
bool inbound_out_of_service(
	const struct inbound *in, const struct domain *from, const struct domain *to);
void inbound_auth(struct inbound *in, const struct stream_info *info);
void inbound_db_result(struct inbound *in, const struct stream_info *info);
void inbound_db_verify(struct inbound *in, const struct stream_info *info);
/* Is this domain proven here, towards `to`? May judge the certificate now (decision 1). */
const struct proof *inbound_proven(
	struct inbound *in, const struct domain *from, const struct domain *to);
/* A proof was made: limits, log, and the way to the pair's home. */
void inbound_prove(struct inbound *in, const struct domain *from, const struct domain *to,
	const char *how, int64_t certificate_end);
/* May dialback prove this pair here, by the plan in force? *c_out: why not. */
bool inbound_may_verify(struct inbound *in, const struct domain *from, const struct domain *to,
	enum stanza_condition *c_out);
void inbound_drop_claims(struct inbound *in);

/* ---- inbound_stanza.c ---- */
/* The chooser for the filter: arg is the inbound. */
filter_choose_fn inbound_choose;
void inbound_stanza(struct inbound *in, const struct stream_info *info, bool oversize);
struct inbound_pair *inbound_pair_find(struct inbound *in, struct str from, struct str to);
void inbound_pairs_free(struct inbound *in);
/* A pair was just proven, nothing of it is on its way: the pair's home takes its stanzas. */
void inbound_settle(struct inbound *in, const struct domain *from, const struct domain *to);
/* A control was proven: its limits hold for the stream if they are wider. */
void inbound_widen(struct inbound *in, const struct control *c);
/* Takes its place at the route of a pair whose home is here. */
void inbound_attach(struct inbound *in, struct inbound_pair *p);

/* ---- inbound_move.c ---- */
/* To the worker that is home to its first pair; `in` is no longer ours. */
void inbound_move_home(struct inbound *in);
void inbound_continue(struct inbound *in); /* after a verification: reads on */
