/* SPDX-License-Identifier: MIT */
/* What is said about peering controls and flows that are wrong: the words, and where. */
#include "peering_rig.h"

#include "base/mem.h"

#include <stdlib.h>

#define CONTROL(body)                                                                          \
	"defaults = { trust = \"ca\"; };\npeering_controls = ( { match = \"a.example\"; " body \
	" } );\n"
#define CONTROLS(list) "defaults = { trust = \"ca\"; };\npeering_controls = (\n" list " );\n"
#define PIN            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define AT             "test.conf:2: error: "
#define NO_PIN                                                                        \
	" is no SHA-256 fingerprint; give 64 hexadecimal digits of the public key's " \
	"(SubjectPublicKeyInfo) SHA-256"
#define NO_TARGET                                                                            \
	" is none of \"dns\", \"domain:NAME\", \"host:NAME[:PORT]\", \"ADDRESS[:PORT]\" "    \
	"(an IPv6 address with a port in brackets), the last two with \"tls:\" before them " \
	"for direct TLS"
#define SEVENTEEN                                                                  \
	"\"dns\",\"dns\",\"dns\",\"dns\",\"dns\",\"dns\",\"dns\",\"dns\",\"dns\"," \
	"\"dns\",\"dns\",\"dns\",\"dns\",\"dns\",\"dns\",\"dns\",\"dns\""

struct row {
	const char *text;
	const char *lines[4]; /* all of them, in order */
};

static void expect_lines(const struct row *row)
{
	struct peering_rig rig;
	unsigned n = 0;

	peering_rig_load(&rig, row->text);
	for (; n < 4 && row->lines[n]; n++) {
		const char *line = config_report_line(rig.report, n, NULL);

		if (!line || strcmp(line, row->lines[n]) != 0)
			fail_msg("%s\nis: %s\nnot: %s", row->text, line ? line : "(nothing)",
				row->lines[n]);
	}
	if (config_report_line(rig.report, n, NULL))
		fail_msg("%s\nalso: %s", row->text, config_report_line(rig.report, n, NULL));
	peering_rig_fini(&rig);
}

static void expect_all(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		expect_lines(&rows[i]);
}

static const struct row domain_rows[] = {
	{ CONTROLS("{ match = [ \"*.us\", \"*\" ]; domains = [ \"navy.us\", \"c.example\" ]; }"),
		{ NULL } },
	{ CONTROLS("{ match = \"*.us\";\n domains = [ \"*.us\", \"navy.uk\", \"navy.us\" ]; }"),
		{ "test.conf:4: error: domains: \"*.us\" is no domain name; wildcards belong in "
		  "match",
			"test.conf:4: error: domains: no match of this control stands for "
			"\"navy.uk\": add it to match, or correct the name" } },
	{ CONTROLS("{ match = \"*\";\n domains = [ \"a.us\" ]; },\n { match = \"*.us\"; }"),
		{ "test.conf:4: error: domains: \"a.us\" belongs to the control at test.conf:5: "
		  "take it out here" } },
};

static void domains_of_a_wildcard_are_really_its_own(void **state)
{
	expect_all(domain_rows, sizeof(domain_rows) / sizeof(domain_rows[0]));
}

static const struct row policy_rows[] = {
	{ CONTROL("") "policies = ( { name = \"p\";\n conversations = \"muc-only\"; } );",
		{ "test.conf:4: error: conversations: no control says where rooms are: give "
		  "theirs service = \"muc\"" } },
	{ CONTROL("") "policies = ( { name = \"p\"; conversations = \"any\"; } );", { NULL } },
	{ CONTROL("service = \"muc\";") "policies = ( { name = \"p\"; conversations = "
					"\"one-to-one-only\"; } );",
		{ NULL } },
};

static const struct row match_rows[] = {
	{ CONTROLS("  { match = \"no domain\"; }"),
		{ "test.conf:3: error: match: \"no domain\" is no domain, no \"*.suffix\" and not "
		  "\"*\"" } },
	{ CONTROLS("  { match = \"*.\"; }"), { "test.conf:3: error: match: \"*.\" is no domain, no "
					       "\"*.suffix\" and not \"*\"" } },
	{ CONTROLS("  { match = \"a.*.example\"; }"),
		{ "test.conf:3: error: match: \"a.*.example\" is no domain, no \"*.suffix\" and "
		  "not \"*\"" } },
	{ CONTROLS("  { match = \"a.example\"; },\n  { match = [ \"b.example\", \"A.Example.\" ]; "
		   "}"),
		{ "test.conf:4: error: match: \"A.Example.\" stands already in the control at "
		  "test.conf:3; a domain belongs to one control" } },
	{ CONTROLS("  { match = \"xn--bcher-kva.example\"; },\n\n  { match = \"B\xc3\xbc"
		   "cher.example\"; }"),
		{ "test.conf:5: error: match: \"B\xc3\xbc"
		  "cher.example\" stands already in the control at test.conf:3; a domain belongs "
		  "to "
		  "one control" } },
	{ CONTROLS("  { match = \"*.us\"; },\n  { match = \"*.US\"; }"),
		{ "test.conf:4: error: match: \"*.US\" stands already in the control at "
		  "test.conf:3; a domain belongs to one control" } },
	{ CONTROLS("  { match = [ \"a.example\", \"a.example\" ]; }"),
		{ "test.conf:3: error: match: \"a.example\" stands already in the control at "
		  "test.conf:3; a domain belongs to one control" } },
	{ CONTROLS("  { match = \"*\"; },\n  { match = [ \"a.example\", \"*\" ]; }"),
		{ "test.conf:4: error: match: \"*\" stands already in the control at "
		  "test.conf:3" } },
	/* An exact name and a suffix are two strengths. */
	{ CONTROLS("  { match = \"us\"; },\n  { match = \"*.us\"; }"), { NULL } },
};

static void conversations_need_to_know_where_rooms_are(void **unused)
{
	(void)unused;
	expect_all(policy_rows, sizeof(policy_rows) / sizeof(policy_rows[0]));
}

static void a_match_is_a_domain_and_stands_once(void **unused)
{
	(void)unused;
	expect_all(match_rows, sizeof(match_rows) / sizeof(match_rows[0]));
}

static const struct row connect_rows[] = {
	{ CONTROL("connect = \"srv\";"), { AT "connect: \"srv\"" NO_TARGET } },
	{ CONTROL("connect = \"edge.example\";"), { AT "connect: \"edge.example\"" NO_TARGET } },
	{ CONTROL("connect = \"host:\";"), { AT "connect: \"host:\"" NO_TARGET } },
	{ CONTROL("connect = \"host:a b\";"), { AT "connect: \"host:a b\"" NO_TARGET } },
	{ CONTROL("connect = \"host:b.example:0\";"),
		{ AT "connect: \"host:b.example:0\"" NO_TARGET } },
	{ CONTROL("connect = \"host:b.example:65536\";"),
		{ AT "connect: \"host:b.example:65536\"" NO_TARGET } },
	{ CONTROL("connect = \"host:b.example:+1\";"),
		{ AT "connect: \"host:b.example:+1\"" NO_TARGET } },
	{ CONTROL("connect = \"host:b.example:52x\";"),
		{ AT "connect: \"host:b.example:52x\"" NO_TARGET } },
	{ CONTROL("connect = \"host:b.example:\";"),
		{ AT "connect: \"host:b.example:\"" NO_TARGET } },
	{ CONTROL("connect = \"domain:\";"), { AT "connect: \"domain:\"" NO_TARGET } },
	{ CONTROL("connect = \"domain:192.0.2.1\";"),
		{ AT "connect: \"domain:192.0.2.1\"" NO_TARGET } },
	{ CONTROL("connect = \"tls:dns\";"), { AT "connect: \"tls:dns\"" NO_TARGET } },
	{ CONTROL("connect = \"tls:domain:b.example\";"),
		{ AT "connect: \"tls:domain:b.example\"" NO_TARGET } },
	{ CONTROL("connect = [ ];"),
		{ AT "connect is empty: nothing says how the domain is reached; use \"dns\" or "
		     "another target" } },
	{ CONTROL("connect = [ " SEVENTEEN " ];"), { AT "connect: at most 16 targets" } },
	{ CONTROL("connect = \"tls:192.0.2.1\"; tls = \"off\";"),
		{ AT "connect: \"tls:192.0.2.1\" wants TLS, but tls = \"off\"" } },
	/* Nobody connects to whom it rejects. */
	{ CONTROL("connect = [ ]; action = \"reject\";"), { NULL } },
};

static void a_target_is_one_of_the_known_forms(void **unused)
{
	(void)unused;
	expect_all(connect_rows, sizeof(connect_rows) / sizeof(connect_rows[0]));
}

static const struct row proof_rows[] = {
	{ CONTROL("trust = \"cb\";"), { AT "trust = \"cb\": there is no trust store of that name; "
					   "add it to trust = ( ... ), "
					   "or correct the name" } },
	{ CONTROL("trust = \"none\";"),
		{ AT "trust = \"none\" needs pins: without either, nothing proves the peer" } },
	{ "peering_controls = (\n { match = \"a.example\"; } );",
		{ AT "no trust store: set trust = \"...\" here or in defaults, so that "
		     "certificates "
		     "can be judged" } },
	/* Not even dialback alone: the next hop is judged. */
	{ "peering_controls = (\n { match = \"a.example\"; authentication = \"dialback\"; } );",
		{ AT "no trust store: set trust = \"...\" here or in defaults, so that "
		     "certificates "
		     "can be judged" } },
	{ "peering_controls = (\n { match = \"a.example\"; action = \"reject\"; } );", { NULL } },
	{ "peering_controls = (\n { match = \"a.example\"; tls = \"off\"; } );", { NULL } },
	{ CONTROL("pins = \"abc\";"), { AT "pins: \"abc\"" NO_PIN } },
	{ CONTROL("pins = \"" PIN "0\";"), { AT "pins: \"" PIN "0\"" NO_PIN } },
	{ CONTROL("pins = \"" PIN "\";"), { NULL } },
	{ CONTROL("pins = [ \"" PIN "\", \"sha256\" ];"), { AT "pins: \"sha256\"" NO_PIN } },
	{ CONTROL("authentication = [ ];"),
		{ AT "authentication is empty: nothing would prove the peer; use [ \"external\" ], "
		     "[ \"dialback\" ] or both" } },
	{ CONTROL("authentication = \"external\"; tls = \"off\";"),
		{ AT "tls = \"off\" with authentication = [ \"external\" ]: there is no "
		     "certificate "
		     "without TLS; allow \"dialback\" or require TLS" } },
	{ CONTROL("verify_next_hop = false;"), { "test.conf:2: warning: verify_next_hop = false: "
						 "whoever answers at the next hop's "
						 "address gets the stanzas" } },
	{ CONTROL("verify_next_hop = false; tls = \"off\";"), { NULL } },
	{ CONTROL("certificate = \"inside\";"),
		{ AT "certificate = \"inside\": there is no certificate of that name" } },
	{ CONTROL("reference_names = [ \"b.example\", \"b c\" ];"),
		{ AT "reference_names: \"b c\" is no domain name" } },
	{ CONTROL("accept_names = \"*.example\";"),
		{ AT "accept_names: \"*.example\" is no domain name" } },
};

static void what_proves_a_peer_must_make_sense(void **unused)
{
	(void)unused;
	expect_all(proof_rows, sizeof(proof_rows) / sizeof(proof_rows[0]));
}

static const struct row other_rows[] = {
	{ CONTROL("source_address = \"here\";"), { AT "source_address: \"here\" is no address" } },
	{ CONTROL("from_addresses = [ \"192.0.2.0/24\", \"192.0.2.0/33\" ];"),
		{ AT "from_addresses: \"192.0.2.0/33\" is neither an address nor a prefix "
		     "(192.0.2.0/24)" } },
	{ CONTROL("ciphers = \"NONE\";"),
		{ AT "ciphers: \"NONE\" leaves no TLS 1.2 cipher; see: openssl ciphers -v" } },
	{ CONTROL("ciphers = \"ECDHE+AESGCM\";"), { NULL } },
	{ CONTROL("to_peer = \"gone\";"), { AT "to_peer: there is no policy \"gone\"; add it to "
					       "policies = ( ... ), or correct "
					       "the name" } },
	{ CONTROL("from_peer = [ \"gone\" ];"),
		{ AT "from_peer: there is no policy \"gone\"; add it to policies = ( ... ), or "
		     "correct the name" } },
	/* All of them are said, not only the first. */
	{ CONTROL("source_address = \"x\"; to_peer = \"y\"; trust = \"z\";"),
		{ AT "trust = \"z\": there is no trust store of that name; add it to trust = ( ... "
		     "), "
		     "or correct the name",
			AT "source_address: \"x\" is no address",
			AT "to_peer: there is no policy \"y\"; add it to policies = ( ... ), or "
			   "correct the name" } },
};

static void names_and_addresses_are_checked(void **unused)
{
	(void)unused;
	expect_all(other_rows, sizeof(other_rows) / sizeof(other_rows[0]));
}

static const struct row flow_rows[] = {
	{ CONTROL("to_peer = \"narow\";") "policies = ( { name = \"narrow\"; } );",
		{ AT "to_peer: there is no policy \"narow\": did you mean \"narrow\"?" } },
	{ CONTROL("zone = \"core\";") "flows = (\n { from = \"core\"; to = \"partner\"; } );",
		{ "test.conf:4: error: flow: no control is in zone \"partner\"; give one zone = "
		  "\"...\", or correct the name" } },
	{ CONTROL("") "flows = ( );",
		{ "test.conf:3: error: flows: the list is empty, and would let everybody reach "
		  "everybody: add flows, or remove it" } },
	{ CONTROL("zone = \"core\";") "flows = (\n { from = \"core\"; to = \"cor\"; } );",
		{ "test.conf:4: error: flow: no control is in zone \"cor\": did you mean "
		  "\"core\"?" } },
	{ CONTROL("zone = \"core\";") "flows = (\n { from = \"cor\"; to = \"core\"; } );",
		{ "test.conf:4: error: flow: no control is in zone \"cor\": did you mean "
		  "\"core\"?" } },
	{ CONTROL("") "flows = (\n { from = \"default\"; to = \"default\"; },\n"
		      "  { from = \"default\"; to = \"default\"; muc = false; } );",
		{ "test.conf:5: error: flow: from \"default\" to \"default\" stands in the file "
		  "twice" } },
	{ CONTROL("") "flows = (\n { from = \"default\"; to = \"default\"; policies = \"x\"; } );",
		{ "test.conf:4: error: policies: there is no policy \"x\"; add it to policies = "
		  "( ... ), or correct the name" } },
	{ CONTROL("") "flows = (\n { from = \"default\"; to = \"default\"; } );", { NULL } },
};

static void a_flow_is_between_zones_that_exist_and_stands_once(void **unused)
{
	(void)unused;
	expect_all(flow_rows, sizeof(flow_rows) / sizeof(flow_rows[0]));
}

/* ---- too many ---- */

static void too_many_policies_in_one_list_are_an_error(void **unused)
{
	struct buf text = { 0 };
	struct row row = { .lines = { AT "to_peer: at most 32 policies" } };

	(void)unused;
	buf_printf(&text, "defaults = { trust = \"ca\"; };\n"
			  "peering_controls = ( { match = \"a.example\"; to_peer = [ \"p\"");
	for (int i = 1; i < 33; i++)
		buf_printf(&text, ", \"p\"");
	buf_printf(&text, " ]; } );\npolicies = ( { name = \"p\"; } );\n");
	buf_put_char(&text, '\0');
	row.text = buf_view(&text).p;
	expect_lines(&row);
	buf_fini(&text);
}

/* Every control has a list of its own each way, so that they multiply. */
static char *many_lists(unsigned controls)
{
	struct buf text = { 0 };

	buf_printf(&text, "defaults = { trust = \"ca\"; };\npolicies = (");
	for (unsigned i = 0; i < controls; i++)
		buf_printf(&text, "%s { name = \"p%u\"; }", i ? "," : "", i);
	buf_printf(&text, " );\npeering_controls = (");
	for (unsigned i = 0; i < controls; i++)
		buf_printf(&text,
			"%s { match = \"d%u.example\"; from_peer = \"p%u\"; to_peer = \"p%u\"; }",
			i ? "," : "", i, i, (i + 1) % controls);
	buf_printf(&text, " );\n");
	buf_put_char(&text, '\0');
	return text.data;
}

static void too_many_combinations_of_policies_are_an_error(void **unused)
{
	MEM_AUTO char *few = many_lists(64);
	MEM_AUTO char *more = many_lists(65);
	MEM_AUTO char *most = many_lists(257);
	const struct row rows[] = {
		{ few, { NULL } },
		{ more, { "error: more than 4096 distinct lists of policies" } },
		{ most, { "error: too many combinations of policies (66049, at most 65536): give "
			  "controls and flows fewer distinct lists" } },
	};

	(void)unused;
	expect_all(rows, sizeof(rows) / sizeof(rows[0]));
}

static const struct row place_rows[] = {
	/* What controls inherit is wrong in one place, however many of them there are. */
	{ "defaults = {\n trust = \"cb\";\n to_peer = [ \"narow\" ];\n};\n"
	  "peering_controls = (\n { match = \"a.example\"; },\n { match = \"b.example\"; },\n"
	  " { match = \"c.example\"; to_peer = [ ]; } );",
		{ "test.conf:2: error: trust = \"cb\": there is no trust store of that name; add "
		  "it to trust = ( ... ), or correct the name",
			"test.conf:3: error: to_peer: there is no policy \"narow\"; add it to "
			"policies = ( ... ), or correct the name" } },
	{ "defaults = {\n trust = \"ca\"; verify_next_hop = false;\n};\n"
	  "peering_controls = (\n { match = \"a.example\"; },\n { match = \"b.example\"; } );",
		{ "test.conf:2: warning: verify_next_hop = false: whoever answers at the next "
		  "hop's address gets the stanzas" } },
	/* The same value again in a control is wrong there too. */
	{ "defaults = { trust = \"ca\"; pins = \"x\"; };\npeering_controls = (\n"
	  " { match = \"a.example\"; },\n { match = \"b.example\";\n   pins = \"x\"; } );",
		{ "test.conf:1: error: pins: \"x\"" NO_PIN,
			"test.conf:5: error: pins: \"x\"" NO_PIN } },
	/* In a group of several lines it is the value's line that counts. */
	{ "defaults = { trust = \"ca\"; };\npeering_controls = (\n {\n  match =\n   \"no domain\";"
	  "\n  certificate = \"none\";\n  connect = [\n   \"srv\" ];\n  ciphers = \"none\";\n }"
	  " );",
		{ "test.conf:4: error: match: \"no domain\" is no domain, no \"*.suffix\" and not "
		  "\"*\"",
			"test.conf:6: error: certificate = \"none\": there is no certificate of "
			"that name",
			"test.conf:7: error: connect: \"srv\"" NO_TARGET,
			"test.conf:9: error: ciphers: \"none\" leaves no TLS 1.2 cipher; see: "
			"openssl ciphers -v" } },
	{ "defaults = { trust = \"ca\"; };\npeering_controls = ( { match = \"a.example\"; } );\n"
	  "flows = ( {\n from = \"default\";\n to = \"core\";\n policies = [ \"p\" ];\n} );",
		{ "test.conf:5: error: flow: no control is in zone \"core\"; give one zone = "
		  "\"...\", or correct the name",
			"test.conf:6: error: policies: there is no policy \"p\"; add it to "
			"policies = ( ... ), or correct the name" } },
};

static void a_mistake_is_reported_once_and_where_the_value_stands(void **unused)
{
	(void)unused;
	expect_all(place_rows, sizeof(place_rows) / sizeof(place_rows[0]));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(domains_of_a_wildcard_are_really_its_own),
		cmocka_unit_test(conversations_need_to_know_where_rooms_are),
		cmocka_unit_test(a_match_is_a_domain_and_stands_once),
		cmocka_unit_test(a_target_is_one_of_the_known_forms),
		cmocka_unit_test(what_proves_a_peer_must_make_sense),
		cmocka_unit_test(names_and_addresses_are_checked),
		cmocka_unit_test(a_flow_is_between_zones_that_exist_and_stands_once),
		cmocka_unit_test(too_many_policies_in_one_list_are_an_error),
		cmocka_unit_test(too_many_combinations_of_policies_are_an_error),
		cmocka_unit_test(a_mistake_is_reported_once_and_where_the_value_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
