/* SPDX-License-Identifier: MIT */
/*
 * Names out of subjectAltName, in canonical form. A name that is not exactly what its type allows
 * (a NUL inside, another string type, a star in the wrong place) is no name. Keeps nothing.
 */
#include "net/identity.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

enum name_kind { NAME_DNS, NAME_SRV, NAME_XMPP };

struct name {
	enum name_kind kind;
	bool wildcard; /* "*." stood before the domain */
	struct domain domain;
};

static struct str string_of(const ASN1_STRING *s)
{
	return (struct str){ (const char *)ASN1_STRING_get0_data(s),
		(size_t)ASN1_STRING_length(s) };
}

/* Printable ASCII: what may stand in a host name, and certainly no NUL. */
static bool plain_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return true;
}

static bool has(struct str s, char c)
{
	return s.n && memchr(s.p, c, s.n);
}

static bool read_dns(struct str s, struct name *out)
{
	out->kind = NAME_DNS;
	if (!plain_ascii(s))
		return false;
	out->wildcard = str_starts(s, STR("*."));
	if (out->wildcard)
		s = str_skip(s, 2);
	/* An address belongs into iPAddress, which does not name an XMPP domain. */
	return !has(s, '*') && domain_parse(s, &out->domain) &&
	       !domain_is_address(domain_str(&out->domain));
}

/* RFC 4985: "_service.name"; the service is compared without case. */
static bool read_srv(const ASN1_TYPE *value, struct name *out)
{
	static const struct str service = STR_INIT("_xmpp-server.");
	struct str s;

	out->kind = NAME_SRV;
	if (value->type != V_ASN1_IA5STRING)
		return false;
	s = string_of(value->value.ia5string);
	if (!plain_ascii(s) || s.n <= service.n || has(s, '*'))
		return false;
	return str_eq_nocase((struct str){ s.p, service.n }, service) &&
	       domain_parse(str_skip(s, service.n), &out->domain);
}

/* RFC 6120 13.7.1.4: a JID; a server's is a bare domain. */
static bool read_xmpp(const ASN1_TYPE *value, struct name *out)
{
	struct str s;

	out->kind = NAME_XMPP;
	if (value->type != V_ASN1_UTF8STRING)
		return false;
	s = string_of(value->value.utf8string);
	if (has(s, '\0') || has(s, '@') || has(s, '/') || has(s, '*'))
		return false;
	return domain_parse(s, &out->domain);
}

static bool read_name(const GENERAL_NAME *g, struct name *out)
{
	out->wildcard = false;
	if (g->type == GEN_DNS)
		return read_dns(string_of(g->d.dNSName), out);
	if (g->type != GEN_OTHERNAME)
		return false;
	switch (OBJ_obj2nid(g->d.otherName->type_id)) {
	case NID_SRVName: return read_srv(g->d.otherName->value, out);
	case NID_XmppAddr: return read_xmpp(g->d.otherName->value, out);
	default: return false;
	}
}

static bool names(const struct name *n, const struct domain *d)
{
	struct str want = domain_str(d);
	const char *dot;

	if (n->wildcard) {
		dot = memchr(want.p, '.', want.n);
		if (!dot || dot == want.p || domain_is_address(want))
			return false;
		want = str_skip(want, (size_t)(dot + 1 - want.p));
	}
	return str_eq(want, domain_str(&n->domain));
}

/* RFC 5280 4.2.1.10: a base stands for itself and everything below; an empty one for every name. */
static bool below_base(struct str name, struct str base)
{
	if (base.n == 0)
		return true;
	if (name.n < base.n)
		return false;
	if (!str_eq_nocase(str_skip(name, name.n - base.n), base))
		return false;
	return name.n == base.n || base.p[0] == '.' || name.p[name.n - base.n - 1] == '.';
}

/* Counts the dNSName bases of a list; *hit: one of them holds the name. */
static int count_bases(STACK_OF(GENERAL_SUBTREE) * trees, struct str name, bool *hit)
{
	int n = 0;

	*hit = false;
	for (int i = 0; i < sk_GENERAL_SUBTREE_num(trees); i++) {
		const GENERAL_NAME *base = sk_GENERAL_SUBTREE_value(trees, i)->base;

		if (base->type != GEN_DNS)
			continue;
		n++;
		if (below_base(name, string_of(base->d.dNSName)))
			*hit = true;
	}
	return n;
}

bool identity_within(const NAME_CONSTRAINTS *nc, const struct domain *d)
{
	bool hit;

	if (count_bases(nc->excludedSubtrees, domain_str(d), &hit) > 0 && hit)
		return false;
	return count_bases(nc->permittedSubtrees, domain_str(d), &hit) == 0 || hit;
}

struct str identity_permitted(const NAME_CONSTRAINTS *nc)
{
	for (int i = 0; i < sk_GENERAL_SUBTREE_num(nc->permittedSubtrees); i++) {
		const GENERAL_NAME *base = sk_GENERAL_SUBTREE_value(nc->permittedSubtrees, i)->base;

		if (base->type == GEN_DNS && string_of(base->d.dNSName).n)
			return string_of(base->d.dNSName);
	}
	return (struct str){ NULL, 0 };
}

static bool constraints_allow(X509 *ca, const struct domain *d)
{
	NAME_CONSTRAINTS *nc;
	int critical;
	bool ok;

	nc = X509_get_ext_d2i(ca, NID_name_constraints, &critical, NULL);
	if (!nc)
		return critical == -1; /* none; anything else is one that cannot be read */
	ok = identity_within(nc, d);
	NAME_CONSTRAINTS_free(nc);
	return ok;
}

static bool chain_allows(STACK_OF(X509) * chain, const struct domain *d)
{
	for (int i = 1; i < sk_X509_num(chain); i++)
		if (!constraints_allow(sk_X509_value(chain, i), d))
			return false;
	return true;
}

/* chain NULL: no constraints to be looked at. */
static bool matches(X509 *cert, STACK_OF(X509) * chain, const struct domain *d)
{
	GENERAL_NAMES *all = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	bool found = false;
	struct name n;

	for (int i = 0; !found && i < sk_GENERAL_NAME_num(all); i++) {
		if (!read_name(sk_GENERAL_NAME_value(all, i), &n) || !names(&n, d))
			continue;
		found = n.kind == NAME_DNS || !chain || chain_allows(chain, d);
	}
	GENERAL_NAMES_free(all);
	return found;
}

bool identity_matches(X509 *cert, const struct domain *d)
{
	return matches(cert, NULL, d);
}

bool identity_matches_chain(STACK_OF(X509) * chain, const struct domain *d)
{
	return sk_X509_num(chain) > 0 && matches(sk_X509_value(chain, 0), chain, d);
}

void identity_each(X509 *cert, void (*fn)(void *arg, const char *name), void *arg)
{
	GENERAL_NAMES *all = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	char text[DOMAIN_MAX + 3];
	struct name n;

	for (int i = 0; i < sk_GENERAL_NAME_num(all); i++) {
		size_t at = 0;

		if (!read_name(sk_GENERAL_NAME_value(all, i), &n))
			continue;
		if (n.wildcard) {
			memcpy(text, "*.", 2);
			at = 2;
		}
		memcpy(text + at, n.domain.s, n.domain.n + 1u);
		fn(arg, text);
	}
	GENERAL_NAMES_free(all);
}
