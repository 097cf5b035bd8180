/* SPDX-License-Identifier: MIT */
/*
 * The names in certificates. Input: byte 0 says what the rest is: DER of a chain, leaf first
 * (0 modulo 3); DER of a subjectAltName (1); or a list of names and constraints to build one of
 * (2), see build_next(). What is listed and what matches must be the same names, all canonical, and
 * a chain never makes more of them.
 */
#include "fuzz.h"

#include "base/domain.h"
#include "net/chain_claims.h"
#include "net/identity.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

enum { NAMES = 64, CHAIN = 8 };

struct listed {
	char names[NAMES][DOMAIN_MAX + 3];
	unsigned n;
	bool all; /* none was left out */
};

/* ---- what must hold ---- */

static void note(void *arg, const char *name)
{
	struct listed *l = arg;
	bool wildcard = strncmp(name, "*.", 2) == 0;
	struct domain d;

	MUST(domain_parse(str_of(name + (wildcard ? 2 : 0)), &d));
	MUST(strcmp(d.s, name + (wildcard ? 2 : 0)) == 0);
	l->all = l->n < NAMES;
	if (l->all)
		strcpy(l->names[l->n++], name);
}

static bool is_listed(const struct listed *l, const struct domain *d)
{
	const char *dot = strchr(d->s, '.');

	for (unsigned i = 0; i < l->n; i++) {
		if (strcmp(l->names[i], d->s) == 0)
			return true;
		if (l->names[i][0] == '*' && dot && strcmp(l->names[i] + 1, dot) == 0 &&
			!domain_is_address(domain_str(d)))
			return true;
	}
	return false;
}

static void check_domain(const struct listed *l, STACK_OF(X509) * chain, const char *name)
{
	X509 *leaf = sk_X509_value(chain, 0);
	struct domain d;
	bool matches;

	if (!domain_parse(str_of(name), &d))
		return;
	matches = identity_matches(leaf, &d);
	if (l->all)
		MUST(matches == is_listed(l, &d));
	MUST(matches || !identity_matches_chain(chain, &d));
	if (sk_X509_num(chain) == 1)
		MUST(matches == identity_matches_chain(chain, &d));
}

/* What else it says, within bounds, and nothing of what is not there. */
static void check_claims(STACK_OF(X509) * chain)
{
	struct chain_claims c = { 0 };

	chain_claims_read(&c, chain);
	MUST(buf_len(&c.directory) <= CHAIN_CLAIM_BYTES);
	MUST(c.nlimits <= CHAIN_LIMITS && (int)c.nlimits < sk_X509_num(chain));
	for (unsigned i = 0; i < c.nlimits; i++)
		MUST(buf_len(&c.limits[i]) <= CHAIN_CLAIM_BYTES);
	for (int i = 0; i < sk_X509_num(chain); i++)
		if (X509_get_ext_count(sk_X509_value(chain, i)) == 0)
			MUST(!chain_limits_alone(sk_X509_value(chain, i)));
	chain_claims_fini(&c);
}

static void check(STACK_OF(X509) * chain, unsigned most)
{
	static const char *const names[] = { "a.example", "b.example", "x.a.example", "example",
		"x.y.a.example", "xn--mnchen-3ya.example", "192.0.2.1", "[2001:db8::1]" };
	static struct listed l;

	l = (struct listed){ .all = true };
	identity_each(sk_X509_value(chain, 0), note, &l);
	MUST(l.n <= most);
	check_claims(chain);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		check_domain(&l, chain, names[i]);
	for (unsigned i = 0; i < l.n; i++) {
		char one[sizeof(l.names[0])];

		strcpy(one, l.names[i]);
		one[0] = one[0] == '*' ? 'w' : one[0];
		check_domain(&l, chain, one);
	}
}

/* ---- chains ---- */

static void read_chain(STACK_OF(X509) * chain, struct str in)
{
	const unsigned char *p = (const unsigned char *)in.p, *end = p + in.n;

	while (p < end && sk_X509_num(chain) < CHAIN) {
		X509 *x = d2i_X509(NULL, &p, end - p);

		if (!x)
			return;
		sk_X509_push(chain, x);
	}
}

static void add_raw(X509 *x, int nid, struct str der)
{
	ASN1_OCTET_STRING *bytes = ASN1_OCTET_STRING_new();
	X509_EXTENSION *e;

	MUST(ASN1_OCTET_STRING_set(bytes, (const unsigned char *)der.p, (int)der.n));
	e = X509_EXTENSION_create_by_NID(NULL, nid, 0, bytes);
	MUST(e && X509_add_ext(x, e, -1));
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(bytes);
}

/* ---- built ones ---- */

struct build {
	GENERAL_NAMES *names;
	NAME_CONSTRAINTS *constraints;
	unsigned domains; /* names of a kind that may name a domain */
	bool dns;         /* one is a dNSName, for which constraints are libcrypto's work */
	struct str excluded[NAMES]; /* by constraints */
	unsigned nexcluded;
};

static ASN1_STRING *string_of(int type, struct str s)
{
	ASN1_STRING *a = ASN1_STRING_type_new(type);

	MUST(a && ASN1_STRING_set(a, s.p, (int)s.n));
	return a;
}

static void add_other(struct build *b, int nid, int type, struct str s)
{
	GENERAL_NAME *g = GENERAL_NAME_new();
	ASN1_TYPE *value = ASN1_TYPE_new();

	ASN1_TYPE_set(value, type, string_of(type, s));
	MUST(GENERAL_NAME_set0_othername(g, OBJ_nid2obj(nid), value));
	sk_GENERAL_NAME_push(b->names, g);
}

static GENERAL_NAME *plain(int kind, struct str s)
{
	GENERAL_NAME *g = GENERAL_NAME_new();

	GENERAL_NAME_set0_value(g, kind, string_of(V_ASN1_IA5STRING, s));
	return g;
}

static void constrain(struct build *b, bool permit, struct str s)
{
	STACK_OF(GENERAL_SUBTREE) **list =
		permit ? &b->constraints->permittedSubtrees : &b->constraints->excludedSubtrees;
	GENERAL_SUBTREE *tree = GENERAL_SUBTREE_new();

	GENERAL_NAME_free(tree->base);
	tree->base = plain(GEN_DNS, s);
	if (!*list)
		*list = sk_GENERAL_SUBTREE_new_null();
	sk_GENERAL_SUBTREE_push(*list, tree);
}

/* A kind, a length, and as many bytes. Returns what is left. */
static struct str build_next(struct build *b, struct str in)
{
	unsigned kind = (unsigned char)in.p[0];
	size_t n = in.n > 1 ? (unsigned char)in.p[1] : 0;
	struct str s;

	in = str_skip(in, in.n > 1 ? 2 : 1);
	s = (struct str){ in.p, n < in.n ? n : in.n };
	b->domains += kind % 10 < 3;
	b->dns |= kind % 10 == 0;
	if (kind % 10 == 9 && b->nexcluded < NAMES)
		b->excluded[b->nexcluded++] = s;
	switch (kind % 10) {
	case 0: sk_GENERAL_NAME_push(b->names, plain(GEN_DNS, s)); break;
	case 1: add_other(b, NID_SRVName, V_ASN1_IA5STRING, s); break;
	case 2: add_other(b, NID_XmppAddr, V_ASN1_UTF8STRING, s); break;
	case 3: add_other(b, NID_SRVName, V_ASN1_UTF8STRING, s); break;
	case 4: add_other(b, NID_XmppAddr, V_ASN1_BMPSTRING, s); break;
	case 5: sk_GENERAL_NAME_push(b->names, plain(GEN_URI, s)); break;
	case 6: sk_GENERAL_NAME_push(b->names, plain(GEN_EMAIL, s)); break;
	case 7: add_other(b, NID_commonName, V_ASN1_UTF8STRING, s); break;
	case 8: constrain(b, true, s); break;
	default: constrain(b, false, s); break;
	}
	return str_skip(in, s.n);
}

/* A leaf with the names, under a CA with the constraints. */
static void build_chain(STACK_OF(X509) * chain, const struct build *b)
{
	X509 *leaf = X509_new(), *ca = X509_new();

	X509_add1_ext_i2d(leaf, NID_subject_alt_name, b->names, 0, 0);
	sk_X509_push(chain, leaf);
	if (b->constraints->permittedSubtrees || b->constraints->excludedSubtrees) {
		MUST(X509_add1_ext_i2d(ca, NID_name_constraints, b->constraints, 1, 0) == 1);
		sk_X509_push(chain, ca);
	} else {
		X509_free(ca);
	}
}

/* What a CA may not speak for it does not, in a SRVName or XmppAddr either. */
static void check_excluded(STACK_OF(X509) * chain, const struct build *b)
{
	for (unsigned i = 0; i < b->nexcluded && !b->dns; i++) {
		struct domain d;

		if (domain_parse(b->excluded[i], &d) &&
			str_eq_nocase(domain_str(&d), b->excluded[i]))
			MUST(!identity_matches_chain(chain, &d));
	}
}

/* What a CA with these constraints may issue is what others accept of it. */
static void check_issued(const NAME_CONSTRAINTS *nc, const struct domain *d)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	X509 *leaf = X509_new();
	int theirs;

	sk_GENERAL_NAME_push(names, plain(GEN_DNS, domain_str(d)));
	MUST(X509_add1_ext_i2d(leaf, NID_subject_alt_name, names, 1, 0) == 1);
	X509_check_purpose(
		leaf, -1, 0); /* reads the names; it has no signature to be content with */
	theirs = NAME_CONSTRAINTS_check(leaf, (NAME_CONSTRAINTS *)nc);
	MUST(identity_within(nc, d) == (theirs == X509_V_OK));
	if (!identity_permitted(nc).p)
		MUST(sk_GENERAL_SUBTREE_num(nc->excludedSubtrees) > 0 || identity_within(nc, d));
	X509_free(leaf);
	GENERAL_NAMES_free(names);
}

static void check_issuer(const struct build *b)
{
	static const char *const names[] = { "a.example", "b.example", "x.a.example", "an-example",
		"example", "xn--mnchen-3ya.example" };
	struct domain d;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		MUST(domain_parse(str_of(names[i]), &d));
		check_issued(b->constraints, &d);
	}
	for (unsigned i = 0; i < b->nexcluded; i++)
		if (domain_parse(b->excluded[i], &d))
			check_issued(b->constraints, &d);
}

static void check_built(STACK_OF(X509) * chain, struct str in)
{
	struct build b = { .names = GENERAL_NAMES_new(), .constraints = NAME_CONSTRAINTS_new() };

	while (in.n > 0)
		in = build_next(&b, in);
	build_chain(chain, &b);
	check(chain, b.domains);
	check_excluded(chain, &b);
	check_issuer(&b);
	GENERAL_NAMES_free(b.names);
	NAME_CONSTRAINTS_free(b.constraints);
}

static void check_raw(STACK_OF(X509) * chain, struct str in)
{
	sk_X509_push(chain, X509_new());
	add_raw(sk_X509_value(chain, 0), NID_subject_alt_name, in);
	check(chain, NAMES);
}

static void check_chain(STACK_OF(X509) * chain, struct str in)
{
	read_chain(chain, in);
	if (sk_X509_num(chain) > 0)
		check(chain, NAMES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = { (const char *)data + (size ? 1 : 0), size ? size - 1 : 0 };
	STACK_OF(X509) *chain = sk_X509_new_null();

	switch (size ? data[0] % 3 : 0) {
	case 0: check_chain(chain, in); break;
	case 1: check_raw(chain, in); break;
	default: check_built(chain, in); break;
	}
	sk_X509_pop_free(chain, X509_free);
	ERR_clear_error();
	return 0;
}
