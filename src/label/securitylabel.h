/* SPDX-License-Identifier: MIT */
/*
 * The element securitylabel of XEP-0258: what a stanza says about itself. Which of its labels
 * counts under a policy, and the element written again with another label. Knows where labels come
 * from, not what they mean: validity, access and mapping are others'.
 */
#pragma once

#include "label/intake.h"
#include "label/stanag4778.h"

enum { SECURITYLABEL_EQUIVALENTS_MAX = 16 };

/* What a label is written in. */
enum securitylabel_kind {
	SECURITYLABEL_EMPTY,   /* <label/>: the default label is meant */
	SECURITYLABEL_ESS,     /* urn:xmpp:sec-label:ess:0 */
	SECURITYLABEL_4774,    /* a bare confidentiality label */
	SECURITYLABEL_4778,    /* labels in a binding */
	SECURITYLABEL_ISM,     /* IC-ISM attributes */
	SECURITYLABEL_UNKNOWN, /* something else */
};
/* "empty", "ess", "stanag4774", "stanag4778", "ic-ism", "unknown" */
const char *securitylabel_kind_name(enum securitylabel_kind k);

struct securitylabel_payload {
	enum securitylabel_kind kind;
	const char *fault;        /* why it cannot be read; NULL: it can */
	struct stanag4778 labels; /* what is in it; one unless it is a binding */
	struct str ns, name;      /* of the payload's element */
	struct str xml;           /* as it came in; empty when that was not written down */
};

struct securitylabel {
	struct str marking, foreground,
		background; /* displaymarking; colours only if they are some */
	struct securitylabel_payload label;
	struct securitylabel_payload *equivalents;
	unsigned nequivalents;
	struct buf texts; /* what the views are of, but for the intake's pieces */
};

void securitylabel_init(struct securitylabel *s);
void securitylabel_fini(struct securitylabel *s);
/* Reads the intake's element (securitylabel), which must live as long. False: *fault_out says why
 * the element as such is none, and s must not be used. A payload that cannot be read is told in its
 * own `fault`. */
bool securitylabel_read(
	struct securitylabel *s, const struct label_intake *in, const char **fault_out);
/* The same for an element inside a bigger tree: pieces from *piece on, which moves on, are its. */
bool securitylabel_read_element(struct securitylabel *s, const struct xml_element *e,
	const struct label_intake *in, unsigned *piece, const char **fault_out);
/* One payload by itself, with nothing around. Pieces are not used. */
void securitylabel_read_payload(struct securitylabel_payload *p, const struct xml_element *e);
void securitylabel_payload_fini(struct securitylabel_payload *p);
/* Is any of it signed (ds:Signature), so that a change breaks something? */
bool securitylabel_signed(const struct securitylabel *s);
