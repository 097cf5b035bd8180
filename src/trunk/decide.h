/* SPDX-License-Identifier: MIT */
/*
 * What becomes of a stanza, decided without doing it: whether a pair may use a stream, and after
 * the filter's verdict what the passage still has to say (sizes, rooms). Pure functions, so that
 * the daemon and those who explain it cannot differ.
 */
#pragma once

#include "policy/filter.h"
#include "trunk/peering.h"
#include "xml/scanner.h"
#include "xmpp/stream_error.h"

/* Why stanzas of two domains end the stream (condition and words; decision 1). */
struct pair_refusal {
	enum stream_condition condition;
	const char *text;
};
/* May stanzas of this passage come in at all? False: *out says why not. */
bool decide_pair(const struct passage *p, struct pair_refusal *out);
/* Why an address without a domain ends it. */
struct pair_refusal decide_no_domain(void);
/* What the certificates of both sides bring; NULL: not known. */
struct decide_certificates {
	const struct label_grants *from, *to;
};
/* What the filter's chooser says of a passage besides its table, for a stanza with this head.
 * Allocates nothing, takes no lock. */
void decide_context(const struct passage *p, const struct stanza_head *h,
	const struct decide_certificates *certificates, struct filter_context *out);

/* The limits of a stream on which a control with this max_stanza is the most generous proven one
 * (decision 31). */
struct scanner_limits decide_limits(const struct limits_config *lim, size_t max_stanza);

/* Is it left out when it says what the last one said (presence.suppress_repeats, decision 25)? */
bool decide_once(const struct passage *p, const struct filter_result *f);

enum decision_kind {
	DECISION_DELIVER,  /* f->bytes go to the route */
	DECISION_BOUNCE,   /* answer `condition`, `app`, where stanza_may_bounce(); else drop */
	DECISION_DROP,     /* nothing is answered */
	DECISION_UNROUTED, /* the pair was refused: its pair_refusal ends the stream */
	DECISION_END,      /* `stream` ends it */
};

struct decision {
	enum decision_kind kind;
	enum stanza_condition condition; /* BOUNCE */
	const char *app;                 /* BOUNCE: an element in urn:xmpp:errors, or NULL */
	const char *text;                /* BOUNCE: the operator's, for the error, or NULL */
	enum stream_condition stream;    /* END */
	const char *why; /* BOUNCE: for log and record; END: told the peer, or NULL */
};

/* After filter_finish(), or filter_oversize() (then `oversize`). The passage is that of the
 * stanza's domains; it is not looked at (may be NULL) when the kind is UNROUTED or END. */
struct decision decide_stanza(
	const struct passage *p, const struct filter_result *f, bool oversize);
/* Instead, for a stanza that may not pass without a record, and cannot be recorded. */
struct decision decide_unrecorded(void);
/* Did the filter find what it is about? If not (a limit of the control, a flow without rooms), what
 * the filter had only folded is no reason. */
bool decision_by_filter(const struct decision *d, const struct filter_result *f);
/* Nothing of it was left. */
bool decision_folded_away(const struct filter_result *f);
/* The one word for it: "pass", "fold" (folded away included), "bounce", "drop". */
const char *decision_verdict(const struct decision *d, const struct filter_result *f);
