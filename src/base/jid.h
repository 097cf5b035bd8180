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
/* The form in which two addresses are compared, on the heap; NULL when a part has none. The caller
 * frees it. Localpart and resource by nodeprep and resourceprep (RFC 6122, what servers in the
 * field do; PRECIS differs only at the edges), the domain by domain_parse(), as everywhere. */
char *jid_prepare(struct str in);
