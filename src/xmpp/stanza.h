/* SPDX-License-Identifier: MIT */
/*
 * The head of a stanza (kind, type, addresses, id), its checks (RFC 6120 8, protocol checks that
 * need no policy) and the error that answers it (RFC 6120 8.3). No content.
 */
#pragma once

#include "base/buf.h"
#include "xml/events.h"

enum stanza_kind { STANZA_MESSAGE, STANZA_PRESENCE, STANZA_IQ };

enum stanza_type {
	TYPE_NONE, /* message: normal; presence: available */
	TYPE_CHAT,
	TYPE_GROUPCHAT,
	TYPE_HEADLINE,
	TYPE_NORMAL, /* message */
	TYPE_UNAVAILABLE,
	TYPE_SUBSCRIBE,
	TYPE_SUBSCRIBED,
	TYPE_UNSUBSCRIBE,
	TYPE_UNSUBSCRIBED,
	TYPE_PROBE,
	TYPE_GET,
	TYPE_SET,
	TYPE_RESULT, /* iq */
	TYPE_ERROR,
	TYPE_UNKNOWN, /* presence, iq: answered bad-request; on a message it counts as normal */
};

const char *stanza_kind_name(enum stanza_kind k);
const char *stanza_type_name(enum stanza_type t); /* "" for TYPE_NONE */

struct stanza_head {
	enum stanza_kind kind;
	enum stanza_type type;
	struct str from, to;               /* as written */
	struct str from_domain, to_domain; /* parts of from and to */
	struct str id;                     /* p == NULL: none */
	struct str lang;                   /* p == NULL: none */
};

enum stanza_check {
	STANZA_OK,
	STANZA_NOT_A_STANZA, /* another element: unsupported-stanza-type */
	STANZA_ADDRESSING,   /* from or to missing, empty or no JID: improper-addressing */
	STANZA_BAD_REQUEST,  /* bad type, iq without id: a stanza error bad-request where one may be
				sent */
};

/* Reads the head from a stanza's start tag. The views live as long as the tag. */
enum stanza_check stanza_head_read(const struct xml_tag *tag, struct stanza_head *out);

/* Stanza error conditions that trunkd sends (RFC 6120 8.3.3). */
enum stanza_condition {
	CONDITION_BAD_REQUEST,
	CONDITION_FORBIDDEN,
	CONDITION_INTERNAL_SERVER_ERROR,
	CONDITION_ITEM_NOT_FOUND,
	CONDITION_JID_MALFORMED,
	CONDITION_NOT_ACCEPTABLE,
	CONDITION_NOT_ALLOWED,
	CONDITION_NOT_AUTHORIZED,
	CONDITION_POLICY_VIOLATION,
	CONDITION_REMOTE_SERVER_NOT_FOUND,
	CONDITION_REMOTE_SERVER_TIMEOUT,
	CONDITION_RESOURCE_CONSTRAINT,
	CONDITION_SERVICE_UNAVAILABLE,
	CONDITION_REMOTE_CONNECTION_FAILED, /* dialback only (XEP-0220 2.5) */
	CONDITIONS
};

const char *stanza_condition_name(enum stanza_condition c);
/* The error type that goes with the condition by RFC 6120 8.3.3: "cancel", "wait", "modify",
 * "auth". */
const char *stanza_condition_type(enum stanza_condition c);
/* By element name; *known_out false (and CONDITION_INTERNAL_SERVER_ERROR) for others. */
enum stanza_condition stanza_condition_parse(const char *name, bool *known_out);

/* May an error be sent for this stanza? Never for errors, results; presence: only available,
 * subscribe and probe; headlines are. */
bool stanza_may_bounce(const struct stanza_head *h);
/* The error that answers the stanza: addresses swapped exactly, id copied, no payload. text may be
 * NULL; app as in stream_error_write(). permanent: error type "cancel" where the condition says
 * "wait". */
void stanza_error_write(struct buf *out, const struct stanza_head *h, enum stanza_condition c,
	bool permanent, const char *text, const char *app);
/* The start tag of a presence alone, as an empty element: addresses and type. */
void stanza_write_bare(struct buf *out, const struct stanza_head *h);
/* <error type=..>..</error> alone, for dialback's error form. */
void stanza_error_element(
	struct buf *out, enum stanza_condition c, bool permanent, const char *text);
