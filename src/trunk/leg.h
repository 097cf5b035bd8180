/* SPDX-License-Identifier: MIT */
/*
 * One leg: a connection and the stream on it. What inbound and outbound legs share: pulling events
 * until the stream wants more, deadlines, ending once with one reason, and the log lines that name
 * peer, claimed domain and the domain we stand in for.
 */
#pragma once

#include "trunk/certified.h"
#include "trunk/trunk.h"
#include "xmpp/stream.h"

enum leg_kind { LEG_IN, LEG_OUT, LEG_VERIFY };

/* What another plan means for a stream. */
enum replan { REPLAN_KEEP, REPLAN_DRAIN, REPLAN_CLOSE };
const char *replan_name(enum replan r); /* "keep", "drain", "close" */
struct replan_verdict {
	enum replan verdict;
	enum stream_condition condition; /* with REPLAN_CLOSE */
	const char *words;               /* why; NULL with REPLAN_KEEP */
};

struct leg;
struct leg_ops {
	/* An event of the stream; STREAM_WAIT never. After CLOSED, PEER_ERROR and FAILED the leg
	 * has been ended already. */
	void (*event)(struct leg *l, enum stream_event e, const struct stream_info *info);
	/* CONN_CONNECTED, CONN_SECURED, CONN_WRITABLE. */
	void (*transport)(struct leg *l, enum conn_event e);
	/* The leg has ended (leg->reason says why): once, before the last bytes are flushed; and
	 * whether the peer's closing tag was seen. */
	void (*ended)(struct leg *l);
	/* Before each stream_next(), when the sink has to be told whose stanza comes; NULL: nothing
	 * to do. */
	void (*prepare)(struct leg *l);
	/* l->let_go was set: what the peer has sent is read now, whatever held the leg back; NULL:
	 * nothing ever does. */
	void (*let_go)(struct leg *l);
	/* The connection is gone (its buffers are still there); frees the leg. */
	void (*gone)(struct leg *l);
};

struct leg {
	struct list link;
	struct trunk *trunk;
	const struct leg_ops *ops;
	struct conn *conn;
	struct stream *stream;
	enum leg_kind kind;
	unsigned long long number;
	bool held; /* the owner wants no events for now */
	bool ended, peer_closed, failed;
	bool orderly; /* ended by closing tags */
	bool counted; /* as opened, by metrics */
	unsigned end; /* why it ended, for metrics_closed() */
	bool closing; /* our closing tag is sent, the peer's is awaited */
	bool let_go;  /* and it is not held any more */
	char *reason;
	char *close_reason; /* why we closed it */
	char *lost;         /* the transport's end, while there is still something to read */
	struct domain peer_domain, own_domain; /* claimed by the peer; what we stand in for */
	const char *certificate;     /* the names in what the peer showed; of its owner, or NULL */
	const char *proof;           /* "external", "dialback", "external-dialback", or NULL */
	uint64_t opened_ms, step_ms; /* step_ms: an extra deadline of the owner, 0: none */
	uint64_t closing_ms;         /* when our closing tag was sent */
	unsigned close_end;          /* with it: METRICS_END_CLOSED, or the error before it */
	unsigned long long stanzas_in, stanzas_out, bytes_in, bytes_out; /* bytes of stanzas */
	unsigned long long folded, bounced, dropped; /* what the policies made of stanzas_in */
	int64_t certificate_end;                     /* the peer's chain; 0: none */
	uint64_t quiet_since;                        /* last time bytes came or went */
	uint64_t moved; /* bytes on the wire, both ways, when that was last looked at */
	bool resting;   /* quiet for long: its memory was given back */
};

void leg_init(struct leg *l, struct trunk *t, enum leg_kind kind, const struct leg_ops *ops);
/* Frees what the leg owns and takes it off its trunk's list; for gone(). */
void leg_fini(struct leg *l);
/* The conn_fn for every leg. */
void leg_conn_event(void *owner, struct conn *c, enum conn_event e);
/* Makes the stream on the leg's connection. */
void leg_open_stream(struct leg *l, enum stream_role role, bool secure);

/* Asks for events until there are none, or the leg is held or ended. */
void leg_pump(struct leg *l);
/* Sets the deadline anew and has the output flushed. */
void leg_settle(struct leg *l);

/* Ends with a stream error; `words` go to the peer and the log (NULL: none to the peer). */
void leg_fail(struct leg *l, enum stream_condition c, const char *words, const char *app);
/* Ends with a reason, nothing more is said to the peer but what is in the output. */
void leg_end(struct leg *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Sends our closing tag and waits for the peer's, at most 5 s. A held leg stays so for 5 s, then it
 * is let go: what it brings is read before it ends. */
void leg_close(struct leg *l, const char *reason);
/* The same with a stream error, for what is no fault of the stanzas under way: a plan or an
 * operator ends the stream. One that brings none is failed at once. */
void leg_part(struct leg *l, enum stream_condition c, const char *words);
/* A closing leg is not held from now on. */
void leg_let_go(struct leg *l);

/* One event line: the three identities first. fmt: " key=value" pairs. */
void leg_log(struct leg *l, enum log_level level, const char *event, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The same with what is only for who reads along. */
void leg_log_aside(struct leg *l, enum log_level level, const char *event,
	const struct log_aside *aside, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* The chain the peer showed, judged for this domain under this control, now; and what it says
 * besides names (NULL: nobody wants to know). */
void leg_judge(struct leg *l, const struct control *c, const struct domain *d, bool outbound,
	struct chain_claims *claims, struct trust_answer *out);
/* With the same chain the domain has proven itself. */
void leg_certified(struct leg *l, const struct control *c, const struct domain *d, bool outbound);
/* It does not rest any more, or leaves its trunk. */
void leg_busy(struct leg *l);
/* Checked now and then: has the peer's certificate expired; is there memory to give back? */
void leg_tick(struct leg *l, uint64_t now, int64_t wall);
