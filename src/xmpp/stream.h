/* SPDX-License-Identifier: MIT */
/*
 * One XML stream, either role, as a state machine without I/O (RFC 6120 4-6, XEP-0220): bytes come
 * in through one buf, go out through another; the owner asks for the next event until it hears
 * STREAM_WAIT. The stream knows what is legal; whether it is allowed (controls, certificates, keys)
 * the owner decides between two events. It never calls its owner; stanzas are told to the owner's
 * sink while they are parsed.
 *
 *   receiving:   HEADER -> stream_answer();
 *                [STARTTLS -> TLS -> stream_secured(); HEADER -> stream_answer()];
 *                [AUTH -> stream_auth_result(); HEADER -> stream_answer()];
 *                DB_RESULT, DB_VERIFY, STANZA ...
 *   initiating:  stream_open(); HEADER;
 *                FEATURES -> stream_starttls() | stream_auth_external() | stream_db_result() |
 *                stream_db_verify(); [STARTTLS -> TLS -> stream_secured(); ...] READY
 *
 * A stream ends once: with STREAM_CLOSED, STREAM_PEER_ERROR or STREAM_FAILED. From then on
 * stream_next() says STREAM_WAIT and every other call does nothing, so an answer that comes late
 * needs no check.
 */
#pragma once

#include "base/buf.h"
#include "xmpp/stream_event.h"
#include "xmpp/stream_options.h"

#include <stdint.h>

struct stream;

/* `in` holds what the peer sent, and is consumed from; `out` takes what is to be sent and has no
 * ceiling. Both are the owner's and outlive the stream. now_ms: the monotonic clock, here and
 * below. */
struct stream *stream_new(
	const struct stream_options *o, struct buf *in, struct buf *out, uint64_t now_ms);
void stream_free(struct stream *s);

/* After STREAM_WAIT there is nothing in *info_out. */
enum stream_event stream_next(struct stream *s, uint64_t now_ms, struct stream_info *info_out);

/* From now on stanzas are legal and told to this sink (copied); NULL: illegal again
 * (not-authorized). */
void stream_stanzas(struct stream *s, const struct xml_sink *sink, void *self);
/* Another limit for first-level elements, from the next element on. */
void stream_limits(struct stream *s, const struct scanner_limits *limits);

/* When stream_next() wants to be called although no byte came (milliseconds of the same clock; 0:
 * never). It then ends the stream: set-up or closing took too long. */
uint64_t stream_deadline(const struct stream *s);
/* The set-up clock stands still while the owner verifies (decision 7; at most verify_ms in all). */
void stream_verifying(struct stream *s, bool on, uint64_t now_ms);

/* ---- receiving ---- */
/* Answers a header: ours from `from` (what the peer asked for, or an own name) with a fresh id,
 * then features unless the peer is older than 1.0. What is not legal now is not offered: STARTTLS
 * on TLS, EXTERNAL without it or after it. An empty name is left out. */
void stream_answer(struct stream *s, struct str from, struct str to, unsigned offers);
/* The id in our last response header: what a dialback key for this stream is made with. */
struct str stream_id(const struct stream *s);
/* success: <success/>, then a new header is expected (same from and to, else the stream fails with
 * improper-addressing). failure: sasl_condition ("not-authorized", "invalid-authzid") and words, or
 * NULL; the stream goes on, but after three failures another <auth/> ends it with policy-violation.
 */
void stream_auth_result(
	struct stream *s, bool success, const char *sasl_condition, const char *text);
/* Answers a request that arrived on this stream; from and to as in the request (they are swapped
 * here). Dropped when there is no such request any more: the stream was closed, or started again
 * under TLS. */
void stream_db_result_answer(struct stream *s, struct str from, struct str to,
	enum dialback_type type, enum stanza_condition c);
void stream_db_verify_answer(struct stream *s, struct str from, struct str to, struct str id,
	enum dialback_type type, enum stanza_condition c);
/* At least one pair is proven: the limits before authentication and the set-up clock are over.
 * Happens by itself with the header after EXTERNAL, a db:result that is valid (either role) and
 * STREAM_READY. */
void stream_established(struct stream *s);

/* ---- initiating ---- */
/* Sends our header. The names are kept for every restart. */
void stream_open(struct stream *s, struct str from, struct str to);
/* These four: false, and nothing is sent, where the element would not be legal now: before the
 * server's header (TLS and EXTERNAL: its features), while TLS or SASL is under way, after the end;
 * EXTERNAL without TLS. TLS may be asked for although it was not offered (RFC 7590 3.1). */
bool stream_starttls(struct stream *s);
/* <auth/> with authzid = base64(from) (XEP-0178). */
bool stream_auth_external(struct stream *s);
bool stream_db_result(struct stream *s, struct str from, struct str to, struct str key);
bool stream_db_verify(
	struct stream *s, struct str from, struct str to, struct str id, struct str key);

/* ---- both ---- */
/* TLS is up: everything learnt and allowed before is forgotten (stanzas are illegal again), a
 * header is sent (initiating) or expected. Must be called before the first decrypted byte is put
 * into `in`: what is there now came in the clear and ends the stream. */
void stream_secured(struct stream *s);
/* Closes without an error; then STREAM_CLOSED when the peer's closing tag came or close_ms are
 * over. Stanzas that still arrive are told to the sink. */
void stream_close(struct stream *s, uint64_t now_ms);
/* The same with an error in front (RFC 6120 4.9.1.1): it is no fault of what the peer has sent
 * until it hears of it. text may be NULL. */
void stream_part(struct stream *s, enum stream_condition c, const char *text, uint64_t now_ms);
/* We have closed, and could not read until now: the peer's closing tag has all of close_ms. */
void stream_wait_anew(struct stream *s, uint64_t now_ms);
/* Ends with an error (opening a stream first when none is open yet, RFC 6120 4.9.1.2), silently
 * while a TLS handshake runs. stream_next() says STREAM_FAILED once; the owner flushes `out` and
 * closes the transport. text and app may be NULL. */
void stream_fail(struct stream *s, enum stream_condition c, const char *text, const char *app);
bool stream_is_open(const struct stream *s); /* neither side has closed */
bool stream_is_secure(const struct stream *s);
/* For the log: the name of the state it is in. */
const char *stream_state_name(const struct stream *s);
/* The default language the peer's header declared; empty when none. */
struct str stream_lang(const struct stream *s);
/* The namespace declarations and xml:lang of the peer's header, as attributes of a start tag: what
 * is needed to read its stanzas elsewhere. Empty without keep_declared. */
struct str stream_declared(const struct stream *s);
/* Nothing under way: gives the parser's memory back. */
void stream_idle(struct stream *s);
/* The owner moved `in` and `out` (a stream changes its loop). */
void stream_move(struct stream *s, struct buf *in, struct buf *out);
