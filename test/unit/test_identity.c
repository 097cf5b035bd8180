/* SPDX-License-Identifier: MIT */
/* Which domains a certificate names: every kind of name, and everything that only looks like one.
 */
#include "net/identity.h"

#include "pki.h"
#include "unit.h"

#include <string.h>

static struct domain domain(const char *z)
{
	struct domain d;

	assert_true(domain_parse(str_of(z), &d));
	return d;
}

struct row {
	const char *san, *domain;
	bool match;
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct pki p =
			pki_new(NULL, &(struct pki_spec){ .cn = "a.example", .san = rows[i].san });
		struct domain d = domain(rows[i].domain);

		if (identity_matches(p.cert, &d) != rows[i].match)
			fail_msg("%s against %s", rows[i].san, rows[i].domain);
		pki_free(&p);
	}
}

static void names_are_matched_by_their_kind(void **unused)
{
	static const struct row rows[] = {
		{ PKI_DNS("a.example"), "a.example", true },
		{ PKI_DNS("A.Example"), "a.EXAMPLE.", true },
		{ PKI_DNS("a.example"), "b.example", false },
		{ PKI_DNS("a.example"), "x.a.example", false },
		{ PKI_DNS("a.example"), "example", false },
		{ PKI_DNS("b.example") "," PKI_DNS("a.example"), "a.example", true },
		{ PKI_DNS("xn--mnchen-3ya.example"), "m\xc3\xbcnchen.example", true },
		{ PKI_DNS("xn--mnchen-3ya.example"), "XN--MNCHEN-3ya.example", true },

		{ PKI_SRV("a.example"), "a.example", true },
		{ PKI_SRV("A.EXAMPLE"), "a.example", true },
		{ PKI_SRV("xn--mnchen-3ya.example"), "m\xc3\xbcnchen.example", true },
		{ "otherName:1.3.6.1.5.5.7.8.7;IA5STRING:_XMPP-Server.a.example", "a.example",
			true },
		{ "otherName:1.3.6.1.5.5.7.8.7;IA5STRING:_xmpp-client.a.example", "a.example",
			false },
		{ "otherName:1.3.6.1.5.5.7.8.7;IA5STRING:_xmpp-server.", "a.example", false },
		{ "otherName:1.3.6.1.5.5.7.8.7;IA5STRING:a.example", "a.example", false },
		{ "otherName:1.3.6.1.5.5.7.8.7;UTF8:_xmpp-server.a.example", "a.example", false },
		{ PKI_SRV("*.example"), "a.example", false },

		{ PKI_XMPP("a.example"), "a.example", true },
		{ PKI_XMPP("user@a.example"), "a.example", false },
		{ PKI_XMPP("a.example/r"), "a.example", false },
		{ PKI_XMPP("*.example"), "a.example", false },
		{ "otherName:1.3.6.1.5.5.7.8.5;IA5STRING:a.example", "a.example", false },

		/* Other kinds name nobody here, and the common name never does. */
		{ NULL, "a.example", false },
		{ "email:a.example@a.example", "a.example", false },
		{ "URI:xmpp:a.example", "a.example", false },
		{ "IP:192.0.2.1", "192.0.2.1", false },
		{ PKI_DNS("192.0.2.1"), "192.0.2.1", false },
		{ "otherName:1.3.6.1.5.5.7.8.9;UTF8:a.example", "a.example", false },
	};

	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void a_wildcard_is_one_whole_label(void **unused)
{
	static const struct row rows[] = {
		{ PKI_DNS("*.example.org"), "a.example.org", true },
		{ PKI_DNS("*.Example.org"), "xn--mnchen-3ya.example.org", true },
		{ PKI_DNS("*.example.org"), "example.org", false },
		{ PKI_DNS("*.example.org"), "a.b.example.org", false },
		{ PKI_DNS("a*.example.org"), "ab.example.org", false },
		{ PKI_DNS("*a.example.org"), "ba.example.org", false },
		{ PKI_DNS("*.*.example.org"), "a.b.example.org", false },
		{ PKI_DNS("a.*.org"), "a.example.org", false },
		{ PKI_DNS("*"), "example", false },
		{ PKI_DNS("*."), "example", false },
		{ PKI_DNS("*.0.2.1"), "192.0.2.1", false },
	};

	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void raw_bytes_that_are_no_name_match_nothing(void **unused)
{
	static const struct str rows[] = {
		STR_INIT("a.example\0.evil.example"), STR_INIT("a.example\0"),
		STR_INIT("\0a.example"), STR_INIT(" a.example"), STR_INIT("a.example\n"),
		STR_INIT("m\xc3\xbcnchen.example"), /* must be an A-label */
	};
	struct domain a = domain("a.example"), m = domain("m\xc3\xbcnchen.example");

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pki p =
			pki_new(NULL, &(struct pki_spec){ .cn = "a.example", .raw_dns = rows[i] });

		assert_false(identity_matches(p.cert, &a));
		assert_false(identity_matches(p.cert, &m));
		pki_free(&p);
	}
}

static void an_xmpp_address_is_utf8(void **unused)
{
	static const struct {
		struct str raw;
		const char *domain;
		bool match;
	} rows[] = {
		{ STR_INIT("m\xc3\xbcnchen.example"), "xn--mnchen-3ya.example", true },
		{ STR_INIT("M\xc3\x9cNCHEN.example"), "m\xc3\xbcnchen.example", true },
		{ STR_INIT("xn--mnchen-3ya.example"), "m\xc3\xbcnchen.example", true },
		{ STR_INIT("a.example"), "a.example", true },
		{ STR_INIT("a.example\0"), "a.example", false },
		{ STR_INIT("a.example\0.b.example"), "a.example", false },
		{ STR_INIT("m\xfcnchen.example"), "m\xc3\xbcnchen.example", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pki p =
			pki_new(NULL, &(struct pki_spec){ .cn = "x", .raw_xmpp = rows[i].raw });
		struct domain d = domain(rows[i].domain);

		assert_int_equal(identity_matches(p.cert, &d), rows[i].match);
		pki_free(&p);
	}
}

static void collect(void *arg, const char *name)
{
	strcat(arg, name);
	strcat(arg, " ");
}

static void all_names_are_listed_in_canonical_form(void **unused)
{
	static const char san[] = "DNS:A.example,DNS:*.A.example,email:x@y.example,DNS:x*.example,"
				  "otherName:1.3.6.1.5.5.7.8.7;IA5STRING:_xmpp-server.B.example,"
				  "otherName:1.3.6.1.5.5.7.8.5;UTF8:C.example,"
				  "otherName:1.3.6.1.5.5.7.8.5;UTF8:u@d.example";
	struct pki p = pki_new(NULL, &(struct pki_spec){ .cn = "cn.example", .san = san });
	char text[256] = "";

	identity_each(p.cert, collect, text);
	assert_string_equal(text, "a.example *.a.example b.example c.example ");
	pki_free(&p);
}

static void constraints_on_host_names_hold_for_the_other_kinds_too(void **unused)
{
	static const struct {
		const char *constraints, *san, *domain;
		bool match;
	} rows[] = {
		{ NULL, PKI_SRV("a.example"), "a.example", true },
		{ "permitted;DNS:example", PKI_SRV("a.example"), "a.example", true },
		{ "permitted;DNS:a.example", PKI_XMPP("a.example"), "a.example", true },
		{ "permitted;DNS:.example", PKI_XMPP("a.example"), "a.example", true },
		{ "permitted;DNS:.a.example", PKI_XMPP("a.example"), "a.example", false },
		{ "permitted;DNS:xample", PKI_XMPP("a.example"), "a.example", false },
		{ "permitted;DNS:other", PKI_SRV("a.example"), "a.example", false },
		{ "permitted;DNS:other", PKI_XMPP("a.example"), "a.example", false },
		{ "permitted;DNS:other,permitted;DNS:EXAMPLE", PKI_XMPP("a.example"), "a.example",
			true },
		{ "excluded;DNS:example", PKI_SRV("a.example"), "a.example", false },
		{ "excluded;DNS:b.example", PKI_SRV("a.example"), "a.example", true },
		{ "permitted;DNS:example,excluded;DNS:a.example", PKI_SRV("x.a.example"),
			"x.a.example", false },
		{ "permitted;email:other.example", PKI_SRV("a.example"), "a.example", true },
	};
	struct domain d;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pki ca = pki_new(
			NULL, &(struct pki_spec){
				      .cn = "CA", .ca = 1, .constraints = rows[i].constraints });
		struct pki p = pki_new(&ca, &(struct pki_spec){ .cn = "x", .san = rows[i].san });
		STACK_OF(X509) *chain = sk_X509_new_null();

		d = domain(rows[i].domain);
		sk_X509_push(chain, p.cert);
		sk_X509_push(chain, ca.cert);
		if (identity_matches_chain(chain, &d) != rows[i].match)
			fail_msg("%s under %s", rows[i].san, rows[i].constraints);
		sk_X509_free(chain);
		pki_free(&p);
		pki_free(&ca);
	}
	assert_false(identity_matches_chain(NULL, &d));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_matched_by_their_kind),
		cmocka_unit_test(a_wildcard_is_one_whole_label),
		cmocka_unit_test(raw_bytes_that_are_no_name_match_nothing),
		cmocka_unit_test(an_xmpp_address_is_utf8),
		cmocka_unit_test(all_names_are_listed_in_canonical_form),
		cmocka_unit_test(constraints_on_host_names_hold_for_the_other_kinds_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
