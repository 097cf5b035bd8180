/* SPDX-License-Identifier: MIT */
/*
 * The names in a certificate: which domains it may speak for (RFC 6120 13.7.1.2, RFC 9525,
 * XEP-0178). Only subjectAltName counts: dNSName, SRVName (RFC 4985) and XmppAddr (RFC
 * 6120 13.7.1.4); the subject's common name never does.
 */
#pragma once

#include "base/domain.h"

#include <openssl/safestack.h>
#include <openssl/types.h>

struct stack_st_X509;

/* Does this certificate name the domain? A wildcard is the whole left-most label of a dNSName and
 * stands for exactly one label. */
bool identity_matches(X509 *cert, const struct domain *d);
/* The same for the first certificate of a verified chain: a SRVName or XmppAddr counts only when
 * the dNSName constraints of every CA above would allow the domain (else a constrained CA could
 * name anybody there). */
bool identity_matches_chain(STACK_OF(X509) * chain, const struct domain *d);
/* All names, for the log and for choosing a certificate: calls fn for each dNSName (wildcards as
 * they stand), and for the domain of each SRVName and XmppAddr, canonical. */
void identity_each(X509 *cert, void (*fn)(void *arg, const char *name), void *arg);

/* Do these constraints of a CA allow the domain as a dNSName (RFC 5280 4.2.1.10)? */
bool identity_within(const NAME_CONSTRAINTS *nc, const struct domain *d);
/* The first dNSName base that they permit, so that all names not below one are forbidden; p NULL:
 * they do not keep names to some. Borrowed. */
struct str identity_permitted(const NAME_CONSTRAINTS *nc);
