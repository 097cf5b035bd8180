/* SPDX-License-Identifier: MIT */
/*
 * One XML stream, either role, as a state machine without I/O (RFC 6120 4-6, XEP-0220): bytes come in
 * through one buf, go out through another; the owner asks for the next event until it hears STREAM_WAIT. The
 * stream knows what is legal; whether it is allowed (controls, certificates, keys) the owner decides between
 * two events. It never calls its owner; stanzas are told to the owner's sink while they are parsed.
 *
 *   receiving:   HEADER -> stream_answer() ; [STARTTLS -> TLS -> stream_secured() ; HEADER -> stream_answer()] ;
 *                [AUTH -> stream_auth_result() ; HEADER -> stream_answer()] ; DB_RESULT, DB_VERIFY ; STANZA ...
 *   initiating:  stream_open() ; HEADER ; FEATURES -> stream_starttls() | stream_auth_external() |
 *                stream_db_result() | stream_db_verify() ; [STARTTLS -> TLS -> stream_secured()] ... READY
 */
#pragma once

#include "base/buf.h"
#include "base/domain.h"
#include "xml/reader.h"
#include "xml/scanner.h"
#include "xmpp/stanza.h"
#include "xmpp/stream_error.h"

#include <stdint.h>

enum stream_role { STREAM_RECEIVING, STREAM_INITIATING };

struct stream_options {
	enum stream_role role;
	bool secure; /* the transport is TLS from the first byte (XEP-0368) */
	size_t early_bytes; /* before authentication, all elements together; 8 KiB */
	unsigned early_elements; /* the same, counted without db:*; 32 */
	unsigned max_pairs; /* db:result and db:verify requests that may be pending or proven */
	uint32_t setup_ms; /* whole set-up, while not verifying; 30 s */
	uint32_t verify_ms; /* how long the clock may stand still while we verify; 45 s */
	uint32_t close_ms; /* wait for the peer's closing tag; 5 s */
	struct scanner_limits limits; /* after authentication */
	xml_classify_fn *classify; /* for the reader's namespace marks */
};

enum stream_event {
	STREAM_WAIT, /* more bytes are needed, or the owner owes an answer */
	STREAM_HEADER, /* peer.from, .to, .id, .version, .lang */
	STREAM_STARTTLS, /* send what is in `out`, start TLS in our role, then stream_secured() */
	STREAM_AUTH, /* receiving: EXTERNAL, peer.authzid ("" when empty or '=') */
	STREAM_FEATURES, /* initiating: offer.*; pre-1.0 streams come here with offer.version0 */
	STREAM_AUTH_FAILED, /* initiating: peer.text is the SASL condition; the stream may go on */
	STREAM_READY, /* initiating: EXTERNAL succeeded and the features after it are in */
	STREAM_DB_RESULT, /* a request: db.from, .to, .key */
	STREAM_DB_VERIFY, /* a request: db.from, .to, .id, .key */
	STREAM_DB_RESULT_ANSWER, /* db.type and, for an error, db.condition */
	STREAM_DB_VERIFY_ANSWER,
	STREAM_STANZA, /* the sink heard all of it */
	STREAM_OVERSIZE, /* the sink heard the start tag of a stanza over limits.bytes */
	STREAM_CLOSED, /* the peer closed the stream; our closing tag is in `out` */
	STREAM_PEER_ERROR, /* the peer sent a stream error: fail.*; our closing tag is in `out` */
	STREAM_FAILED, /* we ended it: fail.*; error and closing tag are in `out` */
};

const char *stream_event_name(enum stream_event e);

enum dialback_type { DIALBACK_REQUEST, DIALBACK_VALID, DIALBACK_INVALID, DIALBACK_ERROR };

/* What the last event said. Everything here lives until the next stream_next(). */
struct stream_info {
	struct {
		struct str from, to, id, lang, authzid, text; /* as written; empty when absent */
		unsigned major, minor; /* 0.9 when the version attribute is absent */
	} peer;
	struct {
		bool version0, starttls, starttls_required, external, dialback, dialback_errors;
		bool unsupported_required; /* a mandatory feature that we do not know, and nothing usable */
	} offer;
	struct {
		struct str from, to, id, key;
		enum dialback_type type;
		enum stanza_condition condition;
	} db;
	struct {
		enum stream_condition condition;
		struct str text; /* the peer's words, or ours */
	} fail;
	size_t bytes; /* of the element as received */
};

struct stream;

/* `in` holds what the peer sent, and is consumed from; `out` takes what is to be sent. Both are the owner's
 * and outlive the stream. now_ms: the monotonic clock, here and below. */
struct stream *stream_new(const struct stream_options *o, struct buf *in, struct buf *out, uint64_t now_ms);
void stream_free(struct stream *s);

enum stream_event stream_next(struct stream *s, uint64_t now_ms, struct stream_info *info_out);

/* From now on stanzas are legal and told to this sink; NULL: illegal again (not-authorized). */
void stream_stanzas(struct stream *s, const struct xml_sink *sink, void *self);
/* Another limit for first-level elements, from the next element on. */
void stream_limits(struct stream *s, const struct scanner_limits *limits);

/* When stream_next() wants to be called although no byte came (milliseconds of the same clock; 0: never). It
 * then fails the stream: set-up or closing took too long. */
uint64_t stream_deadline(const struct stream *s);
/* The set-up clock stands still while the owner verifies (rulings: at most verify_ms in all). */
void stream_verifying(struct stream *s, bool on, uint64_t now_ms);

/* ---- receiving ---- */
enum stream_offer {
	OFFER_STARTTLS = 1, OFFER_STARTTLS_REQUIRED = 2, OFFER_EXTERNAL = 4, OFFER_DIALBACK = 8,
};
/* Answers a header: ours from `from` (what the peer asked for, or an own name) with a fresh id, then
 * features unless the peer is older than 1.0. `lang`: our xml:lang. */
void stream_answer(struct stream *s, struct str from, struct str to, unsigned offers);
/* The id in our last response header: what a dialback key for this stream is made with. */
struct str stream_id(const struct stream *s);
/* success: <success/>, then a new header is expected (same from and to, else the stream fails with
 * improper-addressing). failure: sasl_condition ("not-authorized", "invalid-authzid") and words; after
 * too many of them the stream fails with policy-violation. */
void stream_auth_result(struct stream *s, bool success, const char *sasl_condition, const char *text);
/* Answers a request that arrived on this stream; from and to as in the request (they are swapped here). */
void stream_db_result_answer(struct stream *s, struct str from, struct str to, enum dialback_type type,
	enum stanza_condition c);
void stream_db_verify_answer(struct stream *s, struct str from, struct str to, struct str id,
	enum dialback_type type, enum stanza_condition c);
/* At least one pair is proven: the limits before authentication and the set-up clock are over. */
void stream_established(struct stream *s);

/* ---- initiating ---- */
/* Sends our header. The names are kept for every restart. */
void stream_open(struct stream *s, struct str from, struct str to);
void stream_starttls(struct stream *s);
/* <auth/> with authzid = base64(from) (XEP-0178). */
void stream_auth_external(struct stream *s);
void stream_db_result(struct stream *s, struct str from, struct str to, struct str key);
void stream_db_verify(struct stream *s, struct str from, struct str to, struct str id, struct str key);

/* ---- both ---- */
/* TLS is up: everything learnt before is forgotten, a header is sent (initiating) or expected. */
void stream_secured(struct stream *s);
/* Closes without an error; then STREAM_CLOSED when the peer's closing tag came or close_ms are over. */
void stream_close(struct stream *s, uint64_t now_ms);
/* Ends with an error (opening a stream first when none is open yet, RFC 6120 4.9.1.2). The owner flushes `out`
 * and closes the transport. text and app may be NULL. */
void stream_fail(struct stream *s, enum stream_condition c, const char *text, const char *app);
bool stream_is_open(const struct stream *s); /* neither side has closed */
bool stream_is_secure(const struct stream *s);
/* The default language the peer's header declared; empty when none. */
struct str stream_lang(const struct stream *s);
/* Nothing under way: gives the parser's memory back. */
void stream_idle(struct stream *s);
/* The owner moved `in` and `out` (a stream changes its loop). */
void stream_move(struct stream *s, struct buf *in, struct buf *out);
