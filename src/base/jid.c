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

static const bool illegal_local[128] = {
	['"'] = true,
	['&'] = true,
	['\''] = true,
	['/'] = true,
	[':'] = true,
	['<'] = true,
	['>'] = true,
	['@'] = true,
	[0x7f] = true,
};

/* RFC 7622 3.3.1. The '@' cannot occur: the split is at the first. */
static bool local_is_legal(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || (c < 0x80 && illegal_local[c]))
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

/* Appends the prepared part. Unassigned code points pass, as in a query (RFC 3454 section 7): what
 * a newer server than ours has accepted must not be unspeakable here. */
static bool append_unicode(struct jid_form *out, struct str part, const Stringprep_profile *profile)
{
	char *to = out->s + out->n;

	if (memchr(part.p, '\0', part.n))
		return false;
	memcpy(to, part.p, part.n);
	to[part.n] = '\0';
	if (stringprep(to, PART_MAX + 1, 0, profile) != STRINGPREP_OK || *to == '\0')
		return false;
	out->n += strlen(to);
	return true;
}

/* Of ASCII, nodeprep only folds case, and resourceprep changes nothing; control characters are
 * prohibited in both (RFC 6122 A.5, B.5), and what else a localpart may not hold has no passage
 * through jid_split(). */
static bool append(struct jid_form *out, struct str part, bool local)
{
	char *to = out->s + out->n;
	unsigned char high = 0, control = 0;

	for (size_t i = 0; i < part.n; i++) {
		unsigned char c = (unsigned char)part.p[i];

		high |= c & 0x80;
		control |= c < ' ' || c == 0x7f;
		to[i] = local && c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : (char)c;
	}
	if (high)
		return append_unicode(
			out, part, local ? stringprep_xmpp_nodeprep : stringprep_xmpp_resourceprep);
	out->n += part.n;
	return !control;
}

bool jid_form(struct str in, struct jid_form *out)
{
	struct domain domain;
	struct jid jid;

	out->n = 0;
	if (!jid_split(in, &jid) || !domain_parse(jid.domain, &domain))
		return false;
	if (jid.local.n) {
		if (!append(out, jid.local, true))
			return false;
		out->s[out->n++] = '@';
	}
	out->domain = out->n;
	memcpy(out->s + out->n, domain.s, domain.n);
	out->bare = out->n += domain.n;
	if (jid.resource.n) {
		out->s[out->n++] = '/';
		if (!append(out, jid.resource, false))
			return false;
	}
	out->s[out->n] = '\0';
	return true;
}

char *jid_prepare(struct str in)
{
	struct jid_form form;

	return jid_form(in, &form) ? mem_strdup(form.s) : NULL;
}
