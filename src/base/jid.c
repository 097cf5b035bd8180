/* SPDX-License-Identifier: MIT */
/* XMPP addresses: split without copying; prepared by libidn's stringprep profiles. Pure. */
#include "base/jid.h"

#include "base/domain.h"
#include "base/mem.h"

#include <stdlib.h>
#include <stringprep.h>

enum { PART_MAX = 1023 };

/* The offset of c in s, or s.n. */
static size_t find(struct str s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at ? (size_t)(at - s.p) : s.n;
}

/* RFC 7622 3.3.1. The '@' cannot occur: the split is at the first. */
static bool local_is_legal(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c == 0x7f || strchr("\"&'/:<>@", c))
			return false;
	}
	return true;
}

bool jid_split(struct str in, struct jid *out)
{
	size_t slash = find(in, '/'), at;
	struct str bare = { in.p, slash };

	*out = (struct jid){ { in.p, 0 }, bare, { in.p, 0 } };
	if (slash < in.n) {
		out->resource = str_skip(in, slash + 1);
		if (out->resource.n == 0)
			return false;
	}
	at = find(bare, '@');
	if (at < bare.n) {
		out->local = (struct str){ in.p, at };
		out->domain = str_skip(bare, at + 1);
		if (at == 0)
			return false;
	}
	return out->domain.n > 0 && out->domain.n <= PART_MAX && out->local.n <= PART_MAX &&
	       out->resource.n <= PART_MAX && local_is_legal(out->local);
}

struct str jid_bare(struct str in)
{
	return (struct str){ in.p, find(in, '/') };
}

/* Writes the prepared part, at most PART_MAX bytes, and a NUL; its length, or 0 when there is none.
 */
static size_t prepare(struct str part, const Stringprep_profile *profile, char out[PART_MAX + 1])
{
	if (part.n > PART_MAX || memchr(part.p, '\0', part.n))
		return 0;
	memcpy(out, part.p, part.n);
	out[part.n] = '\0';
	/* Unassigned code points pass, as in a query (RFC 3454 section 7): what a newer server
	 * than ours has accepted must not be unspeakable here. */
	if (stringprep(out, PART_MAX + 1, 0, profile) != STRINGPREP_OK)
		return 0;
	return strlen(out);
}

char *jid_prepare(struct str in)
{
	char local[PART_MAX + 1] = "", resource[PART_MAX + 1] = "";
	struct domain domain;
	struct jid jid;

	if (!jid_split(in, &jid) || !domain_parse(jid.domain, &domain))
		return NULL;
	if (jid.local.n && !prepare(jid.local, stringprep_xmpp_nodeprep, local))
		return NULL;
	if (jid.resource.n && !prepare(jid.resource, stringprep_xmpp_resourceprep, resource))
		return NULL;
	return mem_printf("%s%s%s%s%s", local, jid.local.n ? "@" : "", domain.s,
		jid.resource.n ? "/" : "", resource);
}
