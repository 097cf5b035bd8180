/* SPDX-License-Identifier: MIT */
/* trunkctl check: policies and DNS, what is asked for, and what comes out. */
#include "check_rig.h"

#include "base/mem.h"
#include "dns_server.h"
#include "net/resolver_private.h"
#include "pki.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <utime.h>

#define PLAIN                                                                               \
	"listen = ( { address = \"127.0.0.1\"; port = 5269; mode = \"starttls\"; } );\n"    \
	"certificates = ( { name = \"own\"; chain = \"own.pem\"; key = \"own.key\"; } );\n" \
	"trust = ( { name = \"ca\"; ca = \"ca.pem\"; } ); defaults = { trust = \"ca\"; };\n"
/* The first control stands in line 5. */
#define CONTROLS PLAIN "peering_controls = (\n"
#define A        "{ match = \"a.example\"; connect = \"192.0.2.1\"; zone = \"x\"; }"
#define B        "{ match = \"b.example\"; connect = \"192.0.2.2\"; zone = \"y\"; }"

/* ---- policy ---- */

struct row {
	const char *text; /* behind CONTROLS */
	enum ctl_status status;
	unsigned line;
	const char *words; /* NULL: nothing at all is found */
};

static void expect_rows(const struct row *rows, size_t n)
{
	struct ctl_rig r;

	check_rig_init(&r, PLAIN);
	for (size_t i = 0; i < n; i++) {
		MEM_AUTO char *text = mem_printf("%s%s", CONTROLS, rows[i].text);

		check_rig_text(&r, text);
		check_rig_run(&r, "policy", rows[i].status);
		if (rows[i].words)
			check_rig_line(&r, rows[i].line, rows[i].words);
		else
			check_rig_without(&r, r.conf);
	}
	ctl_rig_fini(&r);
}

#define TOGETHER "flows = ( { from = \"x\"; to = \"y\"; } );\n"

static void controls_that_reach_nobody_are_told(void **state)
{
	static const struct row rows[] = {
		{ A ",\n" B " );\n", CTL_FINE, 0, NULL },
		{ A ",\n" B " );\n" TOGETHER, CTL_FINE, 0, NULL },
		{ A " );\n", CTL_PROBLEMS, 5,
			"warning: the domains of this control (a.example) reach nobody, and nobody "
			"reaches them: there is nobody else: add controls" },
		{ A ",\n" B ",\n{ match = \"c.example\"; connect = \"192.0.2.3\"; zone = \"z\"; } "
		    ");\n" TOGETHER,
			CTL_PROBLEMS, 7,
			"warning: the domains of this control (c.example) reach nobody, and nobody "
			"reaches them: no flow leads to or from their zone: add one" },
		{ A ",\n{ match = \"c.example\"; connect = \"192.0.2.1\"; } );\n", CTL_PROBLEMS, 5,
			"warning: the domains of this control (a.example) reach nobody, and nobody "
			"reaches them: everybody else is at the same next hop: correct connect" },
		{ "{ match = \"a.example\"; connect = \"192.0.2.1\"; direction = \"in\"; },\n"
		  "{ match = \"b.example\"; connect = \"192.0.2.2\"; direction = \"in\"; } );\n",
			CTL_PROBLEMS, 6,
			"warning: the domains of this control (b.example) reach nobody, and nobody "
			"reaches them: directions forbid it: correct direction here, or of the "
			"others" },
		{ "{ match = \"*\"; connect = \"dns\"; } );\n", CTL_PROBLEMS, 5,
			"warning: the domains of this control (*) reach nobody, and nobody reaches "
			"them: two domains of \"*\" never reach each other: add controls with "
			"names" },
		{ A ",\n{ match = \"*\"; connect = \"dns\"; } );\n", CTL_FINE, 5,
			"note: the domains of this control (a.example) meet only those that \"*\" "
			"stands for: name whom they are to reach in a control of its own" },
		{ A ",\n" B ",\n{ match = \"*\"; connect = \"dns\"; } );\n", CTL_FINE, 7,
			"note: \"*\" accepts every domain there is that proves itself as this "
			"control asks: give it a zone of its own and flows, or reject it, if that "
			"is not meant" },
		{ "{ match = \"*.us\"; connect = \"dns\"; } );\n", CTL_FINE, 0, NULL },
	};

	expect_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void flows_that_nothing_takes_are_told(void **state)
{
	static const struct row rows[] = {
		{ A ",\n" B " );\n" TOGETHER "", CTL_FINE, 0, NULL },
		{ A ",\n" B
		    " );\nflows = (\n { from = \"x\"; to = \"y\"; },\n { from = \"x\"; to = "
		    "\"x\"; } );\n",
			CTL_PROBLEMS, 9,
			"warning: nothing takes the flow from \"x\" to \"x\": the controls in "
			"these zones are rejected, have a direction against it, or are one and the "
			"same domain; remove it, or correct a zone" },
		{ A ",\n" B ",\n{ match = \"c.example\"; action = \"reject\"; zone = \"z\"; } );\n"
		    "flows = ( { from = \"x\"; to = \"y\"; },\n{ from = \"x\"; to = \"z\"; } );\n",
			CTL_PROBLEMS, 9,
			"warning: nothing takes the flow from \"x\" to \"z\": the controls in "
			"these zones are rejected, have a direction against it, or are one and the "
			"same domain; remove it, or correct a zone" },
	};

	expect_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void what_is_never_used_is_told(void **state)
{
	static const struct row rows[] = {
		{ A ",\n" B " );\npolicies = (\n{ name = \"p\"; strip = \"html\"; } );\n",
			CTL_PROBLEMS, 8,
			"warning: policy \"p\" is used nowhere: name it in to_peer, from_peer or a "
			"flow, or remove it" },
		{ A ",\n" B " );\npolicies = ( { name = \"p\"; strip = \"html\"; } );\n"
		    "flows = ( { from = \"x\"; to = \"y\"; policies = \"p\"; } );\n",
			CTL_FINE, 0, NULL },
		{ A ",\n" B " );\nfeatures = (\n{ name = \"tea\"; namespaces = \"urn:tea\"; } );\n",
			CTL_PROBLEMS, 8,
			"warning: no policy names the feature \"tea\": use it in strip, block, "
			"allow or iq, or remove it" },
		{ A ",\n" B " );\npolicies = (\n{ name = \"p\"; strip = \"teapots\"; } );\n",
			CTL_PROBLEMS, 0, "policy: 1 problem" },
	};

	expect_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

#define SHADOW                                                                                \
	A ",\n" B " );\npolicies = ( { name = \"p\"; strip = \"html\";\n mode = \"shadow\"; " \
	  "} );\nflows = ( { from = \"x\"; to = \"y\"; policies = \"p\"; } );\n"

static void a_shadow_that_was_forgotten_is_told(void **state)
{
	struct utimbuf then;
	struct ctl_rig r;

	check_rig_init(&r, CONTROLS SHADOW);
	check_rig_run(&r, "policy", CTL_FINE);
	check_rig_line(&r, 8,
		"note: policy \"p\" is in shadow, and changes nothing: enforce it when what it "
		"would do is right");
	then.actime = then.modtime = time(NULL) - 41 * 86400 - 3600;
	assert_int_equal(utime(r.conf, &then), 0);
	check_rig_run(&r, "policy", CTL_PROBLEMS);
	check_rig_line(&r, 8,
		"warning: policy \"p\" has been in shadow for 41 days at least, changing nothing: "
		"look at what it would do (trunkctl explain --audit), then enforce or remove it");
	ctl_rig_fini(&r);
}

/* ---- dns ---- */

/* What the leaf is told. 127.0.0.1 is the trunk. */
static const struct dns_row leaf_rows[] = {
	{ "_xmpp-server._tcp.good.example", DNS_SRV, DNS_ANSWER, "10 0 5269 trunk.internal" },
	{ "_xmpps-server._tcp.good.example", DNS_SRV, DNS_ANSWER, "0 0 0 ." },
	{ "_xmpp-server._tcp.past.example", DNS_SRV, DNS_ANSWER, "10 0 5269 far.internal" },
	{ "_xmpp-server._tcp.also.example", DNS_SRV, DNS_ANSWER, "10 0 5269 trunk.internal" },
	{ "_xmpp-server._tcp.also.example", DNS_SRV, DNS_ANSWER, "20 0 5269 far.internal" },
	{ "_xmpp-server._tcp.port.example", DNS_SRV, DNS_ANSWER, "10 0 5222 trunk.internal" },
	{ "_xmpps-server._tcp.wrong.example", DNS_SRV, DNS_ANSWER, "10 0 5269 trunk.internal" },
	{ "_xmpp-server._tcp.none.example", DNS_SRV, DNS_ANSWER, "0 0 0 ." },
	{ "_xmpp-server._tcp.fails.example", DNS_SRV, DNS_SERVFAIL, NULL },
	{ "_xmpps-server._tcp.fails.example", DNS_SRV, DNS_SERVFAIL, NULL },
	{ "_xmpp-server._tcp.both.example", DNS_SRV, DNS_ANSWER, "10 0 5269 both.internal" },
	{ "plain.example", DNS_A, DNS_ANSWER, "127.0.0.1" },
	{ "trunk.internal", DNS_A, DNS_ANSWER, "127.0.0.1" },
	{ "far.internal", DNS_A, DNS_ANSWER, "192.0.2.9" },
	{ "both.internal", DNS_A, DNS_ANSWER, "127.0.0.1" },
	{ "both.internal", DNS_AAAA, DNS_ANSWER, "2001:db8::1" },
	{ NULL, 0, DNS_ANSWER, NULL },
};

/* What trunkd is told. */
static const struct dns_row own_rows[] = {
	{ "_xmpp-server._tcp.good.example", DNS_SRV, DNS_ANSWER, "10 0 5269 a.internal" },
	{ "_xmpp-server._tcp.self.example", DNS_SRV, DNS_ANSWER, "10 0 5269 trunk.internal" },
	{ "_xmpp-server._tcp.partly.example", DNS_SRV, DNS_ANSWER, "10 0 5269 trunk.internal" },
	{ "_xmpp-server._tcp.partly.example", DNS_SRV, DNS_ANSWER, "20 0 5269 a.internal" },
	{ "_xmpp-server._tcp.fails.example", DNS_SRV, DNS_SERVFAIL, NULL },
	{ "_xmpps-server._tcp.fails.example", DNS_SRV, DNS_SERVFAIL, NULL },
	{ "a.internal", DNS_A, DNS_ANSWER, "192.0.2.1" },
	{ "trunk.internal", DNS_A, DNS_ANSWER, "127.0.0.1" },
	{ NULL, 0, DNS_ANSWER, NULL },
};

static struct dns_server leaf, own;

static int start_servers(void **state)
{
	dns_server_start(&leaf, leaf_rows);
	dns_server_start(&own, own_rows);
	return 0;
}

static int stop_servers(void **state)
{
	dns_server_stop(&leaf);
	dns_server_stop(&own);
	return 0;
}

/* Runs check dns on one control; options come before it. */
static void ask(struct ctl_rig *r, const char *control, bool with_leaf, const char *options,
	enum ctl_status want)
{
	MEM_AUTO char *text = mem_printf("%sdns = { servers = [ \"%s\" ]; timeout = \"5s\"; "
					 "};\npeering_controls = (\n%s );\n",
		PLAIN, own.address, control);
	MEM_AUTO char *line = mem_printf(
		with_leaf ? "dns %s --resolver 127.0.0.1:%u" : "dns %s", options, leaf.port);

	check_rig_text(r, text);
	check_rig_run(r, line, want);
}

static void the_leafs_view_of_each_domain_is_judged(void **state)
{
	static const struct {
		const char *domain, *options, *words; /* behind "who asks SERVER " */
		enum ctl_status status;
	} rows[] = {
		{ "good.example", "", NULL, CTL_FINE },
		{ "plain.example", "", NULL, CTL_FINE },
		{ "past.example", "",
			"error: who asks %s is led past this trunk, to 192.0.2.9:5269, for "
			"past.example: load the records of trunkctl dns-zone there, or say "
			"--address if that is this trunk",
			CTL_PROBLEMS },
		{ "past.example", "--address 192.0.2.9", NULL, CTL_FINE },
		{ "also.example", "",
			"warning: who asks %s is led to this trunk for also.example, but to "
			"192.0.2.9:5269 as well: take that record out, or say --address if it is "
			"another node of this trunk",
			CTL_PROBLEMS },
		{ "also.example", "--address 192.0.2.9 --address 127.0.0.1", NULL, CTL_FINE },
		{ "port.example", "",
			"error: who asks %s is led to 127.0.0.1:5222 for port.example, where this "
			"trunk does not listen so: correct the port, or the service, of the SRV "
			"record",
			CTL_PROBLEMS },
		{ "wrong.example", "",
			"error: who asks %s is led to 127.0.0.1:5269 (direct TLS) for "
			"wrong.example, where this trunk does not listen so: correct the port, or "
			"the service, of the SRV record",
			CTL_PROBLEMS },
		{ "none.example", "",
			"error: who asks %s does not find none.example: load the records of "
			"trunkctl dns-zone there",
			CTL_PROBLEMS },
		{ "nowhere.example", "",
			"error: who asks %s does not find nowhere.example: load the records of "
			"trunkctl dns-zone there",
			CTL_PROBLEMS },
		{ "both.example", "",
			"warning: who asks %s is led to this trunk for both.example, but to "
			"[2001:db8::1]:5269 as well: take that record out, or say --address if it "
			"is another node of this trunk",
			CTL_PROBLEMS },
		{ "both.example", "--address 127.0.0.1 --address 2001:db8::1", NULL, CTL_FINE },
		{ "good.example", "--address 127.0.0.1 --address 2001:db8::1",
			"note: who asks %s is not led to [2001:db8::1] for good.example: add the "
			"address to the target of the record, if they can reach it",
			CTL_FINE },
	};
	struct ctl_rig r;

	check_rig_init(&r, PLAIN);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *at = rows[i].words ? strstr(rows[i].words, "%s") : NULL;
		MEM_AUTO char *control =
			mem_printf("{ match = \"%s\"; connect = \"192.0.2.1\"; }", rows[i].domain);
		MEM_AUTO char *words =
			at ? mem_printf("%.*s127.0.0.1:%u%s", (int)(at - rows[i].words),
				     rows[i].words, leaf.port, at + 2)
			   : NULL;

		ask(&r, control, true, rows[i].options, rows[i].status);
		if (words)
			check_rig_line(&r, 6, words);
		else
			ctl_rig_line(r.out, "dns: fine (1 of 1 domains lead to this trunk; trunkd "
					    "finds 1)");
	}
	ctl_rig_fini(&r);
}

/* Listeners on every address: this machine's are the trunk's, unless it is said which. */
static void every_address_of_this_machine_is_the_trunk(void **state)
{
	static const struct {
		const char *domain, *options, *words;
		enum ctl_status status;
	} rows[] = {
		{ "good.example", "",
			"dns: fine (1 of 1 domains lead to this trunk; trunkd finds 1)", CTL_FINE },
		{ "past.example", "",
			"dns: 1 problem (0 of 1 domains lead to this trunk; trunkd "
			"finds 1)",
			CTL_PROBLEMS },
		{ "good.example", "--address 192.0.2.9",
			"dns: 1 problem (0 of 1 domains lead to "
			"this trunk; trunkd finds 1)",
			CTL_PROBLEMS },
	};
	struct ctl_rig r;

	check_rig_init(&r, PLAIN);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		MEM_AUTO char *text = mem_printf(
			"listen = ( { address = \"::\"; port = 5269; mode = \"starttls\"; } );\n"
			"certificates = ( { name = \"own\"; chain = \"own.pem\"; key = "
			"\"own.key\"; } "
			");\ntrust = ( { name = \"ca\"; ca = \"ca.pem\"; } );\n"
			"peering_controls = ( { match = \"%s\"; connect = \"192.0.2.1\"; trust = "
			"\"ca\"; } );\n",
			rows[i].domain);
		MEM_AUTO char *line =
			mem_printf("dns --resolver 127.0.0.1@%u %s", leaf.port, rows[i].options);

		check_rig_text(&r, text);
		check_rig_run(&r, line, rows[i].status);
		ctl_rig_line(r.out, rows[i].words);
	}
	ctl_rig_fini(&r);
}

static void trunkd_must_not_find_itself(void **state)
{
	static const struct {
		const char *control, *words;
	} rows[] = {
		{ "{ match = \"good.example\"; }", NULL },
		{ "{ match = \"x.example\"; connect = \"domain:good.example\"; }", NULL },
		{ "{ match = \"self.example\"; }",
			"error: trunkd finds itself when it looks for self.example: it must ask a "
			"resolver that knows where the server is (dns.servers), or be told "
			"(connect)" },
		{ "{ match = \"x.example\"; connect = \"127.0.0.1:5269\"; }",
			"error: trunkd finds itself when it looks for x.example: it must ask a "
			"resolver that knows where the server is (dns.servers), or be told "
			"(connect)" },
		{ "{ match = \"x.example\"; connect = \"127.0.0.1:5299\"; }", NULL },
		{ "{ match = \"partly.example\"; }",
			"warning: trunkd finds itself among the next hops of partly.example, and "
			"has to try them in vain: take this trunk out of what its own resolver "
			"says" },
		{ "{ match = [ \"no.example\", \"none.example\" ]; }",
			"error: trunkd does not find the server of no.example and none.example: "
			"there is no record of it where trunkd asks; add it there, or say where it "
			"is with connect" },
		{ "{ match = [ \"good.example\", \"fails.example\" ]; }",
			"error: trunkd gets no usable answer when it looks for the server of "
			"fails.example: check dns.servers, or say where it is with connect" },
	};
	struct ctl_rig r;

	check_rig_init(&r, PLAIN);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask(&r, rows[i].control, false, "", rows[i].words ? CTL_PROBLEMS : CTL_FINE);
		ctl_rig_line(r.out, "note: what the other servers are told was not asked: say "
				    "which resolver they use with --resolver ADDRESS");
		if (rows[i].words)
			check_rig_line(&r, 6, rows[i].words);
	}
	ctl_rig_fini(&r);
}

static void without_any_answer_nothing_is_judged(void **state)
{
	json_t *all, *dns;
	struct ctl_rig r;

	check_rig_init(&r, PLAIN);
	ask(&r, "{ match = \"fails.example\"; }", true, "", CTL_FAILED);
	ctl_rig_line(r.out, "dns: not done: no name server gives a usable answer for any domain "
			    "(0 of 1 domains lead to this trunk; trunkd finds 0)");
	ask(&r, "{ match = \"good.example\"; }", false, "--resolver nowhere", CTL_FAILED);
	ctl_rig_line(r.out, "dns: not done: --resolver nowhere is no address of a name server");
	ask(&r, "{ match = \"good.example\"; }", true, "--json", CTL_FINE);
	all = json_loads(r.out, 0, NULL);
	dns = json_array_get(all, 0);
	assert_int_equal(json_integer_value(json_object_get(dns, "lead_to_this_trunk")), 1);
	assert_int_equal(json_integer_value(json_object_get(dns, "found_by_trunkd")), 1);
	json_decref(all);
	ctl_rig_fini(&r);
}

/* As many as are asked for at once, and more. */
static void hundreds_of_domains_are_asked_for(void **state)
{
	struct buf control = { 0 };
	struct ctl_rig r;
	char *text;

	buf_put(&control, STR("{ match = [ \"good.example\""));
	for (unsigned i = 0; i < 200; i++)
		buf_printf(&control, ", \"n%u.example\"", i);
	buf_put(&control, STR(" ]; }"));
	text = str_dup(buf_view(&control));
	check_rig_init(&r, PLAIN);
	ask(&r, text, true, "", CTL_PROBLEMS);
	ctl_rig_line(
		r.out, "dns: 2 problems (1 of 201 domains lead to this trunk; trunkd finds 1)");
	assert_non_null(strstr(r.out, " and 197 more"));
	free(text);
	buf_fini(&control);
	ctl_rig_fini(&r);
}

/* ---- the whole ---- */

static void without_a_word_everything_is_checked(void **state)
{
	json_t *all;
	struct ctl_rig r;

	check_rig_init(&r, CONTROLS A ",\n" B " );\n");
	check_rig_run(&r, "", CTL_FINE);
	ctl_rig_line(r.out, "config: fine (2 controls, 2 domains by name)");
	ctl_rig_line(r.out, "certs: fine (1 certificate for 2 domains)");
	ctl_rig_line(r.out, "policy: fine (0 policies, 0 flows)");
	ctl_rig_line(r.out, "dns: fine (trunkd finds 2 of 2 domains)");
	check_rig_without(&r, "Certificate shown");
	check_rig_run(&r, "--json", CTL_FINE);
	all = json_loads(r.out, 0, NULL);
	assert_int_equal(json_array_size(all), 4);
	json_decref(all);
	ctl_rig_fini(&r);
}

static void a_wildcard_without_domains_is_mentioned(void **state)
{
	struct ctl_rig r;

	check_rig_init(&r, CONTROLS A ",\n{ match = [ \"*.us\", \"b.example\" ]; },\n"
				      "{ match = \"*.uk\"; domains = \"x.uk\"; } );\n");
	check_rig_run(&r, "config", CTL_FINE);
	check_rig_line(&r, 6,
		"note: which domains \"*.us\" stands for is not known, and nothing is checked of "
		"them: list them with domains = [ ... ]");
	check_rig_without(&r, "\"*.uk\"");
	ctl_rig_line(r.out, "config: fine (3 controls, 3 domains by name)");
	ctl_rig_fini(&r);
}

static void a_wrong_configuration_is_a_problem_and_a_missing_one_a_failure(void **state)
{
	struct ctl_rig r;

	check_rig_init(&r, CONTROLS "{ match = \"a.example\"; conect = \"dns\"; } );\n");
	check_rig_run(&r, "", CTL_PROBLEMS);
	check_rig_line(
		&r, 5, "error: unknown key conect in peering control: did you mean connect?");
	ctl_rig_line(r.out, "config: 1 problem");
	ctl_rig_line(r.out, "policy: not done: trunkd would not take the configuration");
	check_rig_run(&r, "dns", CTL_FAILED);
	assert_int_equal(ctl_rig_run(&r, "check -c /nowhere/trunkd.conf", NULL), CTL_FAILED);
	ctl_rig_line(r.err, "trunkctl: /nowhere/trunkd.conf: No such file or directory");
	assert_int_equal(ctl_rig_run(&r, "check polcy %c", NULL), CTL_PROBLEMS);
	ctl_rig_line(r.err, "trunkctl: there is no check \"polcy\"; did you mean \"policy\"?");
	ctl_rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(controls_that_reach_nobody_are_told),
		cmocka_unit_test(flows_that_nothing_takes_are_told),
		cmocka_unit_test(what_is_never_used_is_told),
		cmocka_unit_test(a_shadow_that_was_forgotten_is_told),
		cmocka_unit_test(the_leafs_view_of_each_domain_is_judged),
		cmocka_unit_test(every_address_of_this_machine_is_the_trunk),
		cmocka_unit_test(trunkd_must_not_find_itself),
		cmocka_unit_test(without_any_answer_nothing_is_judged),
		cmocka_unit_test(hundreds_of_domains_are_asked_for),
		cmocka_unit_test(without_a_word_everything_is_checked),
		cmocka_unit_test(a_wildcard_without_domains_is_mentioned),
		cmocka_unit_test(a_wrong_configuration_is_a_problem_and_a_missing_one_a_failure),
	};

	return cmocka_run_group_tests(tests, start_servers, stop_servers);
}
