/* SPDX-License-Identifier: MIT */
/* Two streams, their owners, and what each owner has given and been told. For
 * fuzz_conversation*.c alone. */
#pragma once

#include "fuzz.h"

#include "base/domain.h"
#include "xmpp/stream.h"

enum { CLOSE_MS = 5000, CLAIMS = 16, STANZAS = 5 };

/* What the two agree on (byte 0 of the input). */
enum plan {
	PLAN_DIRECT_TLS = 1,
	PLAN_STARTTLS = 2, /* offered in the clear */
	PLAN_EXTERNAL = 4, /* offered on TLS */
	PLAN_BELIEVED = 8, /* the certificate is good */
	PLAN_WRONG_SECRET = 16,
	PLAN_LATE = 32, /* dialback is answered late */
	PLAN_MORE = 64, /* more pairs on the stream, and a key to verify */
	PLAN_DIALBACK = 128,
};

/* A pair of domains that was asked for, or proven, with what belongs to it. */
struct claim {
	struct domain from, to;
	char id[80]; /* of the stream that the key was made for, or of the db:verify */
	bool verify;
};

struct claims {
	struct claim v[CLAIMS];
	unsigned n;
};

struct side {
	struct stream *stream;
	struct side *other;
	struct stream_info info;
	struct buf in, out;
	struct buf early;   /* what came where a handshake was due */
	struct buf said;    /* all of it */
	struct buf wire;    /* what the other side has not got yet */
	struct buf carried; /* what it got at last */
	bool cut;           /* nothing goes onto the wire any more */
	bool harmed;        /* its wire has not carried what it said, since TLS if there is TLS */
	bool intercepted;   /* its TLS does not end at the other side */
	bool wants_tls;     /* STREAM_STARTTLS was heard */
	bool named;         /* the header on TLS gave these names */
	struct domain named_from, named_to;
	bool proven; /* this owner has been told, or has given, a proof on this stream */
	unsigned ends;
};

/* An answer that an owner still owes. */
struct debt {
	struct claim claim;
	unsigned epoch;
	enum dialback_type type;
};

struct talk {
	unsigned plan;
	size_t step;
	uint64_t now;
	struct side initiating, receiving;
	struct claims made;  /* keys that the initiating owner has made */
	struct claims asked; /* not answered yet, on this stream */
	struct claims given; /* what the receiving owner has called valid */
	bool auth_sent, auth_given;
	unsigned epoch; /* of the receiving side: grows with TLS */
	struct debt debts[CLAIMS];
	unsigned ndebts;
	unsigned sent, delivered; /* stanzas */
	unsigned depth;
};

void conversation_init(struct talk *t, unsigned plan);
void conversation_fini(struct talk *t);
/* Lets both owners act on what their streams say. True when there was something. */
bool conversation_pump(struct talk *t);
/* Pays the oldest debt. False when there is none. */
bool conversation_answer_late(struct talk *t);
/* TLS begins on this side: nothing that was proven is proven. */
void conversation_forget(struct talk *t, struct side *s);
/* Nothing more is to come: the initiating owner closes. */
void conversation_finish(struct talk *t);
