/* SPDX-License-Identifier: MIT */
/* Inside a stream: its fields and its states. For stream*.c alone. */
#pragma once

#include "base/domain.h"
#include "base/list.h"
#include "base/random.h"
#include "xml/element.h"
#include "xmpp/stream.h"

#define NS_STREAM   "http://etherx.jabber.org/streams"
#define NS_SERVER   "jabber:server"
#define NS_DIALBACK "jabber:server:dialback"
#define NS_TLS      "urn:ietf:params:xml:ns:xmpp-tls"
#define NS_SASL     "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_ERRORS   "urn:ietf:params:xml:ns:xmpp-streams"

enum stream_state {
	STATE_NEW,       /* initiating: stream_open() was not called yet */
	STATE_HEADER,    /* the peer's header is awaited */
	STATE_ANSWER,    /* receiving: the owner owes stream_answer() */
	STATE_FEATURES,  /* initiating: the features are awaited */
	STATE_OPEN,      /* elements flow */
	STATE_PROCEED,   /* initiating: <starttls/> was sent */
	STATE_TLS,       /* the handshake: no XML in either direction */
	STATE_CHALLENGE, /* receiving: an empty <challenge/> was sent */
	STATE_AUTH,      /* receiving: the owner owes stream_auth_result() */
	STATE_SASL,      /* initiating: <auth/> was sent */
	STATE_CLOSING,   /* our closing tag was sent */
	STATE_ENDED,
	STATES
};

/* Where the element that is being read goes; settled at its start tag. */
enum stream_target {
	TARGET_STANZA,  /* to the owner's sink */
	TARGET_TREE,    /* into a small tree, for negotiation */
	TARGET_ILLEGAL, /* nowhere: a stanza where none is legal */
	TARGET_TOO_BIG, /* nowhere: no stanza, and larger than any negotiation needs */
};

/* A dialback request: of the peer (pending or proven), or ours (not answered yet). */
struct stream_pair {
	struct list link;
	bool verify; /* db:verify, else db:result */
	bool proven;
	struct domain from, to; /* as in the request */
	char *id;               /* db:verify only */
};

struct stream {
	struct stream_options o;
	struct buf *in, *out;
	struct scanner scanner;
	struct xml_reader *reader;
	enum stream_state state;

	uint64_t started_ms, closing_ms, verify_since_ms, verified_ms, now_ms;
	bool verifying;

	bool secure;
	bool tag_open;      /* our opening tag was sent, our closing tag was not */
	bool authenticated; /* EXTERNAL succeeded */
	bool established;
	uint64_t taken;     /* bytes of the peer's XML document that are not in `in` any more */
	size_t early_bytes; /* used so far */
	unsigned early_elements;

	/* The peer's header; NULL when absent. */
	struct {
		bool seen;
		char *root, *from, *to, *id, *lang, *version; /* root: its name as written */
		struct buf declared;
		bool foreign; /* another namespace than that of streams, or another content
				 namespace */
		bool wrong_root;
		unsigned major, minor;
	} peer;
	/* What the first header on TLS said: fixed from then on. */
	struct {
		bool set;
		char *from, *to; /* canonical; NULL when absent */
	} identity;

	char id[RANDOM_ID]; /* of our last response header */
	char *from, *to;    /* initiating: our names */
	unsigned offers;    /* receiving: what stream_answer() offered */
	unsigned auth_failures;
	bool challenged; /* initiating: one challenge was answered */

	struct list asked; /* the peer's requests */
	unsigned asked_count;
	struct list sent; /* ours */

	struct xml_sink sink; /* the owner's; start == NULL: stanzas are illegal */
	void *sink_self;
	struct {
		enum stream_target target;
		unsigned depth;
		bool big;
		struct xml_sink to;
		void *to_self;
		struct xml_element_builder builder;
	} reading;

	/* What the last event said. */
	bool told; /* it has been told, and is forgotten with the next call */
	struct stream_info info;
	struct xml_element *element;
	struct buf authzid;
	char *fail_text;
	enum stream_event end; /* STREAM_WAIT: not ended, or told already */
	enum stream_condition end_condition;
	struct stream_fault *fault; /* the input that ended it; or NULL */
};
