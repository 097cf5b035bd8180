/* SPDX-License-Identifier: MIT */
/* Domain names: one canonical form for whatever peers and operators write. */
#include "unit.h"

#include "base/domain.h"

#include <stdio.h>

#define L63 "aaaaaaaaabaaaaaaaaabaaaaaaaaabaaaaaaaaabaaaaaaaaabaaaaaaaaabaaa"

static const struct {
	const char *in, *out;
} one_form[] = {
	/* plain */
	{ "a.example", "a.example" },
	{ "A.EXAMPLE", "a.example" },
	{ "mIxEd.Example", "mixed.example" },
	{ "localhost", "localhost" },
	{ "a.example.", "a.example" },
	{ "A.Example.", "a.example" },
	{ "3com.example", "3com.example" },
	{ "a-b.c--d.example", "a-b.c--d.example" },
	{ "r3---sn-x.example", "r3---sn-x.example" },
	{ "_xmpp.my_host.example", "_xmpp.my_host.example" },
	{ L63 ".example", L63 ".example" },
	{ L63 "." L63 "." L63 "." L63, L63 "." L63 "." L63 "." L63 },
	{ L63 "." L63 "." L63 "." L63 ".", L63 "." L63 "." L63 "." L63 },
	/* U-labels and A-labels */
	{ "b\xc3\xbc"
	  "cher.example",
		"xn--bcher-kva.example" },
	{ "B\xc3\x9c"
	  "CHER.Example",
		"xn--bcher-kva.example" },
	{ "bu\xcc\x88"
	  "cher.example",
		"xn--bcher-kva.example" }, /* not in NFC */
	{ "b\xc3\xbc"
	  "cher.example.",
		"xn--bcher-kva.example" },
	{ "xn--bcher-kva.example", "xn--bcher-kva.example" },
	{ "XN--BCHER-KVA.example", "xn--bcher-kva.example" },
	{ "Xn--Bcher-Kva.Example.", "xn--bcher-kva.example" },
	{ "_foo.b\xc3\xbc"
	  "cher.example",
		"_foo.xn--bcher-kva.example" },
	{ "stra\xc3\x9f"
	  "e.example",
		"xn--strae-oqa.example" }, /* not strasse */
	{ "xn--strae-oqa.example", "xn--strae-oqa.example" },
	{ "strasse.example", "strasse.example" },
	{ "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e.example", "xn--wgv71a119e.example" },
	/* the three other full stops of IDNA */
	{ "a\xe3\x80\x82"
	  "example",
		"a.example" },
	{ "a\xef\xbc\x8e"
	  "example",
		"a.example" },
	{ "a\xef\xbd\xa1"
	  "example",
		"a.example" },
	{ "a.example\xe3\x80\x82", "a.example" },
	/* mapped characters: full width, soft hyphen */
	{ "\xef\xbd\x81\xef\xbc\xa2.example", "ab.example" },
	{ "ex\xc2\xad"
	  "ample.example",
		"example.example" },
	/* addresses */
	{ "192.0.2.1", "192.0.2.1" },
	{ "127.0.0.2", "127.0.0.2" },
	{ "[2001:db8::1]", "[2001:db8::1]" },
	{ "[2001:DB8:0:0:0:0:0:1]", "[2001:db8::1]" },
	{ "[::]", "[::]" },
	{ "[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]" },
};

static void every_way_to_write_a_domain_gives_one_form(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(one_form) / sizeof(one_form[0]); i++) {
		struct domain d, again;

		if (!domain_parse(str_of(one_form[i].in), &d))
			fail_msg("refused: %s", one_form[i].in);
		assert_string_equal(d.s, one_form[i].out);
		assert_int_equal(d.n, strlen(one_form[i].out));
		assert_true(domain_parse(domain_str(&d), &again));
		assert_string_equal(again.s, d.s);
	}
}

static const char *const no_domains[] = {
	"",
	".",
	"..",
	"a..example",
	".a.example",
	"a.example..",
	" a.example",
	"a.example ",
	"a example",
	"a.example\n",
	"a/b",
	"a@b.example",
	"a:5269",
	"a,b",
	"*.example",
	"-a.example",
	"a-.example",
	"a.-",
	"a.example\xe3\x80\x82.",
	"a.\xe3\x80\x82"
	"example",
	L63 "x.example",                  /* 64 in a label */
	L63 "." L63 "." L63 "." L63 ".x", /* 257 in all */
	/* bad UTF-8 */
	"b\xfc"
	"cher.example",
	"a\xc3",
	"\xed\xa0\x80.example",
	"\xc0\xae.example",
	/* no A-label, or one that its U-label does not convert to: of capital letters, not
	   in NFC */
	"xn--.example",
	"xn--a.example",
	"xn--abc-.example",
	"xn--ber-ska.example",
	"xn--a-ccb.example",
	"xn--bcher-kva8445foa.example",
	"XN--A.example",
	/* what IDNA 2008 disallows, or a mapping makes of it */
	"\xf0\x9f\x92\xa9.example",
	"-\xc3\xbc.example",
	"\xc3\xbc-.example",
	"\xe2\x84\x80.example", /* U+2100 maps to a/c */
	"a\xe3\x80\x80"
	"b.\xc3\xbc",
	"a b.\xc3\xbc",
	"\xc3\xbc..example",
	".\xc3\xbc",
	"\xc2\xad",
	/* neither a name nor an address to everybody */
	"127.1",
	"1",
	"256.0.0.1",
	"1.2.3.4.5",
	"010.0.0.1",
	"a.1",
	"1.2.3.",
	"\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1", /* full-width digits */
	/* IPv6 */
	"::1",
	"[",
	"[]",
	"[::1",
	"[::1]x",
	"[::1].",
	"[::1%lo]",
	"[192.0.2.1]",
	"[:::1]",
	"[2001:db8:0000:0000:0000:0000:0000:0000:0001]",
};

static void what_is_no_domain_is_refused(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(no_domains) / sizeof(no_domains[0]); i++) {
		struct domain d;

		if (domain_parse(str_of(no_domains[i]), &d))
			fail_msg("accepted: %s as %s", no_domains[i], d.s);
	}
}

static void a_nul_does_not_hide_the_rest(void **unused)
{
	struct domain d;

	(void)unused;
	assert_false(domain_parse(STR("a.example\0.evil"), &d));
	assert_false(domain_parse(STR("\xc3\xbc.example\0.evil"), &d));
	assert_false(domain_parse(STR("[::1\0]"), &d));
	assert_false(domain_parse((struct str){ NULL, 0 }, &d));
}

static void a_domain_of_any_length_is_judged_in_bounds(void **unused)
{
	char text[3000];
	struct domain d;

	(void)unused;
	for (size_t n = 1; n <= sizeof(text); n++) {
		for (size_t i = 0; i < n; i++)
			text[i] = i % 50 == 49 ? '.' : 'a';
		assert_int_equal(domain_parse((struct str){ text, n }, &d),
			n - (text[n - 1] == '.') <= DOMAIN_MAX);
		memcpy(text, "\xc3\xbc", n < 2 ? n : 2);
		if (n > 1023)
			assert_false(domain_parse((struct str){ text, n }, &d));
		else if (domain_parse((struct str){ text, n }, &d))
			assert_true(d.n <= DOMAIN_MAX && strlen(d.s) == d.n);
	}
}

static void people_see_the_unicode_form(void **unused)
{
	char out[64];

	(void)unused;
	domain_display(STR("xn--bcher-kva.example"), out, sizeof(out));
	assert_string_equal(out, "b\xc3\xbc"
				 "cher.example");
	domain_display(STR("a.example"), out, sizeof(out));
	assert_string_equal(out, "a.example");
	domain_display(STR("[2001:db8::1]"), out, sizeof(out));
	assert_string_equal(out, "[2001:db8::1]");
	/* Not canonical: shown as it is. */
	domain_display(STR("xn--a.example"), out, sizeof(out));
	assert_string_equal(out, "xn--a.example");
	domain_display(STR("*.example"), out, sizeof(out));
	assert_string_equal(out, "*.example");
	domain_display((struct str){ NULL, 0 }, out, sizeof(out));
	assert_string_equal(out, "");
	/* Cut between characters. */
	domain_display(STR("xn--bcher-kva.example"), out, 3);
	assert_string_equal(out, "b");
	domain_display(STR("xn--bcher-kva.example"), out, 4);
	assert_string_equal(out, "b\xc3\xbc");
	domain_display(STR("a.example"), out, 1);
	assert_string_equal(out, "");
}

static void below_means_any_depth_but_not_the_suffix_itself(void **unused)
{
	(void)unused;
	assert_true(domain_below(STR("a.example"), STR("example")));
	assert_true(domain_below(STR("a.b.example"), STR("example")));
	assert_true(domain_below(STR("a.b.example"), STR("b.example")));
	assert_false(domain_below(STR("b.example"), STR("b.example")));
	assert_false(domain_below(STR("ab.example"), STR("b.example")));
	assert_false(domain_below(STR("example"), STR("b.example")));
	assert_false(domain_below(STR(".example"), STR("example")));
	assert_false(domain_below(STR("a.example"), STR("")));
}

static void addresses_are_told_from_names(void **unused)
{
	(void)unused;
	assert_true(domain_is_address(STR("192.0.2.1")));
	assert_true(domain_is_address(STR("[2001:db8::1]")));
	assert_false(domain_is_address(STR("a.example")));
	assert_false(domain_is_address(STR("1.2.3.example")));
	assert_false(domain_is_address(STR("")));
	assert_false(domain_is_address(STR("a.very.long.name.that.is.no.address.example")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_to_write_a_domain_gives_one_form),
		cmocka_unit_test(what_is_no_domain_is_refused),
		cmocka_unit_test(a_nul_does_not_hide_the_rest),
		cmocka_unit_test(a_domain_of_any_length_is_judged_in_bounds),
		cmocka_unit_test(people_see_the_unicode_form),
		cmocka_unit_test(below_means_any_depth_but_not_the_suffix_itself),
		cmocka_unit_test(addresses_are_told_from_names),
	};

	return cmocka_run_group_tests_name("domain", tests, NULL, NULL);
}
