/* SPDX-License-Identifier: MIT */
/*
 * What one audit record says, and its form: the members of a JSON object (RFC 8259) in a fixed
 * order. One table of fields serves writing and reading. Pure: strings in, bytes out; the place in
 * the chain is chain.h's.
 */
#pragma once

#include "base/buf.h"

#include <stddef.h>

enum audit_event {
	AUDIT_OTHER,            /* read: an event that this version does not know */
	AUDIT_STANZA,           /* a stanza was decided: once for each, before it is released */
	AUDIT_OUTCOME,          /* one that was to pass did not: `stanza` has its number */
	AUDIT_STREAM,           /* a stream ended */
	AUDIT_POLICY_VIOLATION, /* a peer did what no policy lets anyone do, and was refused */
	AUDIT_RELOAD,
	AUDIT_START,
	AUDIT_STOP,
	AUDIT_OPERATOR,   /* somebody asked for a change on a control socket */
	AUDIT_LOST,       /* `count` records could not be taken */
	AUDIT_TORN,       /* the line before it is the beginning of a record */
	AUDIT_ALERT,      /* no record: what an alert's command is told */
	AUDIT_CHECKPOINT, /* `hmac` seals everything before it */
	AUDIT_EVENTS
};
const char *audit_event_name(enum audit_event e);
enum audit_event audit_event_parse(struct str name);

struct audit_names {
	const struct str *v;
	unsigned n;
};

/* Empty and zero: not there. Everything is a view. */
struct audit_record {
	enum audit_event event;
	struct str time, node;
	uint64_t stanza;                     /* of an outcome: the number of the decision */
	uint64_t stream, stream_to;          /* ids as in the log: where it came from, leaves by */
	struct str peer;                     /* address and port */
	struct str from, to, kind, type, id; /* of a stream: the domains it was for */
	uint64_t bytes_in, bytes_out;
	struct str control_from, control_to; /* the controls, by their first match */
	struct audit_names policies;         /* in force between the two */
	struct str verdict;                  /* pass, fold, bounce, drop */
	struct str reason, condition;        /* a word; the condition that was answered */
	struct str policy, key, feature;     /* what decided: the policy and its key */
	struct str origin;                   /* file:line of that */
	struct audit_names seen, removed;    /* features */
	struct str shadow_verdict, shadow_reason, shadow_policy, shadow_key, shadow_feature,
		shadow_origin; /* what the policies in shadow mode would have done */
	/* What label it had; a sentence why one refuses it, and why one would in shadow. */
	struct str label, detail, shadow_detail;
	struct str direction, tls, proof, closed_by;
	uint64_t milliseconds, stanzas_in, stanzas_out; /* of a stream */
	uint64_t plan;                                  /* a reload's number */
	struct str hash;                                /* of its configuration */
	struct str uid, command, arguments;             /* of an operator */
	uint64_t count;
	struct str domain;  /* of an alert: who tried */
	uint64_t held_back; /* and how often it was not told of */
	struct str text;    /* words, for people */
	/* With audit = "full": the namespace declarations and xml:lang of the stream's header, and
	 * the stanza as it came and as it leaves, passwords masked. */
	struct str declared, received, sent;
	struct str hmac;
};

/* Appends the members, `"time":"..."` to the last one, without braces, in the order of the table.
 * What is no UTF-8 becomes U+FFFD: the result always is. */
void audit_record_write(const struct audit_record *r, struct buf *out);
/* The same in parts, for who writes many records that differ in little: one behind another in this
 * order, they are the record. All but the first begin with a comma. */
enum audit_part {
	AUDIT_PART_HEAD,     /* to `bytes_out` */
	AUDIT_PART_PAIR,     /* to `policies` */
	AUDIT_PART_DECISION, /* to `shadow_origin` */
	AUDIT_PART_REST,
	AUDIT_PARTS
};
void audit_record_part(const struct audit_record *r, enum audit_part part, struct buf *out);
/* Members of the first part, of a stanza. */
struct audit_head {
	struct str time, node;
	uint64_t stream, stream_to;
	struct str from, to, kind, type, id;
	uint64_t bytes_in, bytes_out;
};
/* AUDIT_PART_HEAD of a record of AUDIT_STANZA that has these. */
void audit_head_write(const struct audit_head *h, struct buf *out);
/* Appends s with the escapes of a JSON string, without quotes. */
void audit_escape(struct str s, struct buf *out);

enum audit_type { AUDIT_TEXT, AUDIT_NUMBER, AUDIT_NAMES };
struct audit_field {
	struct str name;
	enum audit_type type;
	size_t offset;
};
extern const struct audit_field audit_fields[];
extern const unsigned audit_nfields;
