/* SPDX-License-Identifier: MIT */
/*
 * The streaming fold. A sink for the reader: each event of a stanza is kept, stripped, or ends the
 * stanza, as it arrives; what is kept goes through the writer into the stanza's bytes. One pass, no
 * tree. At the end tag there is one result with a verdict and a reason. Owns its buffers, reused
 * from stanza to stanza; knows no sockets, streams or routes.
 *
 * What no policy can change: text directly inside a stanza is dropped; a carbon copy or a roster
 * push from another domain is spoofed and refused; an IQ has as many children as RFC 6120 8.2.3
 * allows.
 */
#pragma once

#include "policy/filter_label.h"
#include "policy/policy.h"
#include "xml/events.h"
#include "xmpp/stanza.h"

enum verdict {
	VERDICT_PASS,   /* bytes: unchanged in meaning */
	VERDICT_FOLD,   /* bytes: something was stripped or mapped */
	VERDICT_BOUNCE, /* no bytes; answer `condition` if stanza_may_bounce() */
	VERDICT_DROP,   /* no bytes, nothing is answered (folded away included) */
	VERDICT_NONE,   /* the chooser declined: no bytes; the owner decides */
	/* No bytes. check STANZA_BAD_REQUEST: answer `condition` if stanza_may_bounce(); the others
	 * end the stream. */
	VERDICT_INVALID,
};

const char *verdict_name(enum verdict v);

/* What always passes, so that nobody stays online on the other side for ever (decision 24). */
static inline bool filter_always_passes(const struct stanza_head *h)
{
	return h->type == TYPE_UNAVAILABLE || h->type == TYPE_UNSUBSCRIBE ||
	       h->type == TYPE_UNSUBSCRIBED;
}

struct filter_result {
	enum verdict verdict;
	enum stanza_check check;
	/* Views into the filter's own copy. After STANZA_NOT_A_STANZA and STANZA_ADDRESSING only
	 * what stanza_head_read() could make of it. */
	struct stanza_head head;
	struct str bytes;                /* the stanza as it will be sent */
	size_t bytes_in;                 /* as received: set by filter_finish() */
	enum stanza_condition condition; /* with VERDICT_BOUNCE and STANZA_BAD_REQUEST */
	const char *text;                /* the operator's, for the error; NULL: none */
	const char *app; /* an element in urn:xmpp:errors for the error; NULL: none */
	/* One word for the audit record, never NULL: "pass"; "strip", "block" ... (the key that
	 * decided), "hidden" (what says that one can do what is refused), "fold" (presence), "text"
	 * (directly inside the stanza); "folded-away" (nothing left); "spoofed"; "oversize";
	 * "unrouted" (the chooser declined); "not-a-stanza", "addressing", "bad-request"; "label"
	 * (written, changed, taken out); of one that is refused, label_outcome_name() or
	 * "label-malformed", "label-unwritable", "label-signed", "first-lines-differ". */
	const char *reason;
	/* Who decided: the policy, its key ("strip", "presence.fold" ...) and where that stands;
	 * NULL when no policy did. */
	const struct policy *policy;
	const char *key;
	const struct config_origin *origin;
	const char *detail;   /* a sentence about a label, until the next stanza; NULL: none */
	const char *label;    /* which passed: label "RED HIGH" -> "BLUE DEEP"; the same */
	enum feature feature; /* which feature decided; FEATURE_COUNT when none did */
	const struct own_features *own; /* for own_feature_name(); may be NULL */
	/* At every depth; with a transparent table at the stanza's own level. */
	struct feature_set seen, removed;
	bool has_text_outside; /* text (not white space) directly inside the stanza was dropped */
	/* A policy refuses an IQ result, or an error, or it is too large: with VERDICT_FOLD, since
	 * an error goes on instead to who asked. */
	bool refused;
	bool awaits_certificate; /* BOUNCE for now: what the recipient's says is not known yet */
};

/* May what starts at one domain reach another? For addresses that stand inside a stanza. */
typedef bool filter_permit_fn(void *arg, struct str from_domain, struct str to_domain);

/* What the chooser knows besides the policies; zeroed before it is asked. */
struct filter_context {
	bool from_room, to_room;  /* a control says that the domain is a room service */
	filter_permit_fn *permit; /* NULL: everything may */
	filter_permit_fn *enter;  /* with it: may those at one domain enter rooms at another? */
	void *permit_arg;
	struct filter_labels labels; /* with a table that checks labels */
	size_t max_stanza; /* of the sender's control: what always passes is bare beyond it */
};

/* Asked once per stanza, at its start tag: the policies in force between its two domains, or NULL
 * when the pair may not pass or is not known yet (VERDICT_NONE; the content is skipped). Must not
 * free or call anything. The table, and what `out` points to, must live until filter_finish(). */
typedef const struct policy_table *filter_choose_fn(
	void *arg, const struct stanza_head *head, struct filter_context *out);

struct filter;
struct filter *filter_new(filter_choose_fn *choose, void *arg);
void filter_free(struct filter *f);
/* Another chooser argument (the session whose stream is read next: one filter serves a whole
 * worker), and the default language of that stream, added to stanzas that have none when it differs
 * from `out_lang`. stream_lang must live until the next filter_bind(). A stanza that the last
 * stream left half-told is forgotten. */
void filter_bind(struct filter *f, void *arg, struct str stream_lang, struct str out_lang);

/* From now on the bytes of filter_shadow() are not written, and there are none: a worker only tells
 * what it says besides. */
void filter_shadow_blank(struct filter *f);
/* Does anybody record what is seen (filter_result.seen)? If not, texts are not read for that alone.
 * At first: yes. */
void filter_recorded(struct filter *f, bool recorded);

/* The sink to give to stream_stanzas(), with the filter as its self. */
extern const struct xml_sink filter_sink;
/* After STREAM_STANZA: what became of it. Valid until the next stanza's start tag. */
const struct filter_result *filter_finish(struct filter *f, size_t bytes_in);
/* The same after STREAM_OVERSIZE, when the start tag was told alone: VERDICT_BOUNCE,
 * policy-violation, unless the start tag itself gave VERDICT_INVALID or VERDICT_NONE. What always
 * passes is a VERDICT_FOLD, of that tag; an answer to an IQ too, of an error instead. */
const struct filter_result *filter_oversize(struct filter *f, size_t bytes_in);
/* After either: what would have become of it if the policies in shadow were enforced; NULL when
 * none is in force there. Valid as long as the other. */
const struct filter_result *filter_shadow(const struct filter *f);
