/* SPDX-License-Identifier: MIT */
/* What a stream tells its owner: the events, and what each of them says. */
#pragma once

#include "xmpp/stanza.h"
#include "xmpp/stream_error.h"

enum stream_event {
	STREAM_WAIT,     /* more bytes are needed, or the owner owes an answer */
	STREAM_HEADER,   /* peer.from, .to, .id, .version, .lang */
	STREAM_STARTTLS, /* send what is in `out`, start TLS in our role, then stream_secured() */
	STREAM_AUTH,     /* receiving: EXTERNAL, peer.authzid ("" when empty or '=') */
	STREAM_FEATURES, /* initiating: offer.*; pre-1.0 streams come here with offer.version0 */
	STREAM_AUTH_FAILED, /* initiating: peer.text is the SASL condition; the stream may go on */
	STREAM_READY, /* initiating: EXTERNAL succeeded and the features after it are in: offer.* */
	STREAM_DB_RESULT,        /* a request: db.from, .to, .key */
	STREAM_DB_VERIFY,        /* a request: db.from, .to, .id, .key */
	STREAM_DB_RESULT_ANSWER, /* db.from and .to as in the answer, .type and, for an error,
				    .condition */
	STREAM_DB_VERIFY_ANSWER, /* the same and db.id */
	STREAM_IGNORED,  /* an answer (db.*) to nothing that was asked on this stream; for the log
			    only */
	STREAM_STANZA,   /* the sink heard all of it */
	STREAM_OVERSIZE, /* the sink heard the start tag of a stanza over limits.bytes */
	STREAM_CLOSED, /* both sides are closed: our closing tag is in `out`, or the peer's did not
			  come in time */
	STREAM_PEER_ERROR, /* the peer sent a stream error: fail.*; our closing tag is in `out` */
	STREAM_FAILED,     /* we ended it: fail.*; what can still be told the peer is in `out` */
};

const char *stream_event_name(enum stream_event e);

enum dialback_type { DIALBACK_REQUEST, DIALBACK_VALID, DIALBACK_INVALID, DIALBACK_ERROR };

/* What the last event said. Everything here lives until the next stream_next(). */
struct stream_info {
	struct {
		struct str from, to, id,
			lang; /* of the last header, as written; empty when absent */
		struct str authzid, text;
		unsigned major, minor; /* 0.9 when the version attribute is absent */
	} peer;
	struct {
		bool version0, starttls, starttls_required, external, dialback, dialback_errors;
		bool unsupported_required; /* a mandatory feature that we do not know, and nothing
					      usable */
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
	size_t bytes;    /* of the element as received */
	uint64_t offset; /* of its first one, as in stream_fault.h */
	/* STREAM_STANZA: its bytes as received. Gone with the next call, and when `in` is added to.
	 */
	struct str raw;
};
