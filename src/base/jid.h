/* SPDX-License-Identifier: MIT */
/* XMPP addresses (RFC 7622): taken apart without copying, and prepared for comparison. */
#pragma once

#include "base/str.h"

#include <stdbool.h>

struct jid {
	struct str local;    /* empty: none */
	struct str domain;   /* as written */
	struct str resource; /* empty: none */
};

/* Splits at the first '/', then the first '@' (RFC 7622 3.1). False when a part is empty where its
 * separator stands, over 1,023 bytes, or the localpart holds one of "&'/:<>@ or an ASCII blank or
 * control character. The domain is not judged here: domain_parse() does that. */
bool jid_split(struct str in, struct jid *out);
/* The JID without its resource: a view of `in`. */
struct str jid_bare(struct str in);
/* An address in the form in which two are compared: "local@domain/resource", each part prepared. */
enum { JID_FORM_MAX = 1023 + 1 + 255 + 1 + 1023 };
struct jid_form {
	size_t domain, bare,
		n; /* where the domain begins; how long the bare JID is, and the whole */
	char s[JID_FORM_MAX + 1]; /* terminated */
};
/* False when a part has no prepared form; then *out is undefined. Localpart and resource by
 * nodeprep and resourceprep (RFC 6122, what servers in the field do; PRECIS differs only at the
 * edges), the domain by domain_parse(), as everywhere. ASCII takes a short way. */
bool jid_form(struct str in, struct jid_form *out);
/* The same on the heap; NULL when there is none. The caller frees it. */
char *jid_prepare(struct str in);
