/* SPDX-License-Identifier: MIT */
/*
 * Domain names of XMPP addresses in one canonical form, so that everything which compares names
 * (controls, pairs, dialback keys, certificates) compares the same bytes: A-labels, lower case, no
 * trailing dot (RFC 7622 3.2, RFC 5891). IDNA 2008, mapped non-transitionally: a sharp s is not
 * "ss". Labels may hold underscores, which real XMPP domains do. An IPv4 literal is canonical as it
 * stands; an IPv6 literal stands in brackets, in the form of RFC 5952.
 */
#pragma once

#include "base/str.h"

#include <stdbool.h>

enum { DOMAIN_MAX = 255 };

struct domain {
	unsigned short n;
	char s[DOMAIN_MAX + 1]; /* terminated */
};

/* The canonical form of what a peer or an operator wrote. False when it is no valid domain (empty,
 * over 1,023 bytes before or 255 after conversion, bad label, bad UTF-8, an A-label that is not
 * what its U-label converts to, a last label of digits that is no IPv4 address). ASCII without
 * A-labels takes a short way. *out is undefined on false. */
bool domain_parse(struct str in, struct domain *out);
/* The Unicode form for people; the canonical form where it has none. Terminated, cut to size (> 0)
 * between characters. */
void domain_display(struct str canonical, char *out, size_t size);
static inline struct str domain_str(const struct domain *d)
{
	return (struct str){ d->s, d->n };
}
/* Is `name` below `suffix` (any depth, not the suffix itself)? Both canonical. */
bool domain_below(struct str name, struct str suffix);
/* Is it an IPv4 or bracketed IPv6 literal? */
bool domain_is_address(struct str canonical);
