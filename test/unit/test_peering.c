/* SPDX-License-Identifier: MIT */
/* Which control a domain has, and who may reach whom. */
#include "peering_rig.h"

#include <stdio.h>

#include "base/mem.h"

#include <stdlib.h>

#define DEFAULTS "defaults = { trust = \"ca\"; };\n"

struct zone_row {
	const char *domain, *zone;
};

static void expect_zones(const struct peering_rig *rig, const struct zone_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *zone = peering_rig_zone(rig, rows[i].domain);

		if (strcmp(zone, rows[i].zone) != 0)
			fail_msg("%s: %s, not %s", rows[i].domain, zone, rows[i].zone);
	}
}

static const char matching[] =
	DEFAULTS "peering_controls = (\n"
		 "  { match = \"a.example\"; zone = \"exact\"; },\n"
		 "  { match = \"*.example\"; zone = \"short\"; },\n"
		 "  { match = [ \"*.deep.b.example\", \"*.b.example\" ]; zone = \"long\"; },\n"
		 "  { match = \"c.deep.b.example\"; zone = \"deepest\"; },\n"
		 "  { match = \"us\"; zone = \"one-label\"; },\n"
		 "  { match = \"*\"; zone = \"default-route\"; }\n"
		 ");\n";

static void the_most_specific_match_wins(void **unused)
{
	static const struct zone_row rows[] = {
		{ "a.example", "exact" },
		{ "A.Example.", "exact" },
		{ "x.a.example", "short" },
		{ "z.example", "short" },
		{ "b.example", "short" }, /* the suffix itself is not below it */
		{ "x.b.example", "long" },
		{ "x.y.b.example", "long" },
		{ "deep.b.example", "long" },
		{ "x.deep.b.example", "long" },
		{ "c.deep.b.example", "deepest" },
		{ "x.c.deep.b.example", "long" },
		{ "example", "default-route" },
		{ "xb.example.com", "default-route" },
		{ "notexample", "default-route" },
		{ "us", "one-label" },
		{ "x.us", "default-route" },
		{ "192.0.2.1", "default-route" },
		{ "[2001:db8::1]", "default-route" },
	};
	struct peering_rig rig;

	(void)unused;
	peering_rig_init(&rig, matching);
	expect_zones(&rig, rows, sizeof(rows) / sizeof(rows[0]));
	peering_rig_fini(&rig);
}

static void a_certificate_is_issued_only_for_what_a_control_is_meant_for(void **unused)
{
	static const char text[] = DEFAULTS "peering_controls = (\n"
					    "  { match = [ \"a.example\", \"*\" ];\n"
					    "    domains = [ \"l.example\", \"L.example\" ]; },\n"
					    "  { match = \"*.us\"; },\n"
					    "  { match = \"bad.us\"; action = \"reject\"; }\n"
					    ");\n";
	static const struct {
		const char *domain;
		bool may;
	} rows[] = {
		{ "a.example", true },
		{ "A.Example.", true },
		{ "x.army.us", true },
		{ "us", false },        /* the default route, */
		{ "b.example", false }, /* be its control the same as that of a.example */
		{ "l.example", true },  /* which is known to be for this one */
		{ "x.l.example", false },
		{ "bad.us", false },
		{ "x.bad.us", true },
		{ "[2001:db8::1]", false },
	};
	struct peering_rig rig;

	(void)unused;
	peering_rig_init(&rig, text);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct domain d = peering_rig_domain(rows[i].domain);

		if (peering_may_mint(rig.peering, &d) != rows[i].may)
			fail_msg("%s", rows[i].domain);
	}
	peering_rig_fini(&rig);
}

static void what_matched_can_be_told(void **unused)
{
	static const struct zone_row rows[] = {
		{ "A.example", "a.example" },
		{ "z.example", "*.example" },
		{ "deep.b.example", "*.b.example" },
		{ "x.deep.b.example", "*.deep.b.example" },
		{ "us", "us" },
		{ "x.us", "*" },
		{ "192.0.2.1", "*" },
	};
	struct peering_rig rig;
	char text[PEERING_MATCH];

	(void)unused;
	peering_rig_init(&rig, matching);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct domain d = peering_rig_domain(rows[i].domain);

		peering_match(rig.peering, &d, text);
		assert_string_equal(text, rows[i].zone);
	}
	peering_rig_fini(&rig);
	peering_rig_init(&rig, DEFAULTS "peering_controls = ( { match = \"a.example\"; } );");
	struct domain other = peering_rig_domain("b.example");
	peering_match(rig.peering, &other, text);
	assert_string_equal(text, "");
	peering_rig_fini(&rig);
}

static void without_a_default_route_the_rest_has_no_control(void **unused)
{
	struct peering_rig rig;

	(void)unused;
	peering_rig_init(
		&rig, DEFAULTS "peering_controls = ( { match = [ \"a.example\", \"*.us\" ]; } );");
	assert_string_equal(peering_rig_zone(&rig, "a.example"), "default");
	assert_string_equal(peering_rig_zone(&rig, "b.example"), "none");
	assert_string_equal(peering_rig_zone(&rig, "us"), "none");
	peering_rig_expect(&rig, "a.example", "b.example", PERMIT_NO_TO);
	peering_rig_expect(&rig, "b.example", "a.example", PERMIT_NO_FROM);
	peering_rig_expect(&rig, "x.us", "a.example", PERMIT_YES);
	peering_rig_fini(&rig);
}

static void a_rejected_domain_is_found_and_not_accepted(void **unused)
{
	struct peering_rig rig;
	struct domain d;

	(void)unused;
	peering_rig_init(&rig,
		DEFAULTS "peering_controls = (\n"
			 "  { match = [ \"bad.us\", \"*.bad.us\" ]; action = \"reject\"; },\n"
			 "  { match = \"*.us\"; },\n"
			 "  { match = \"a.example\"; } );");
	d = peering_rig_domain("bad.us");
	assert_non_null(peering_find(rig.peering, &d));
	assert_null(peering_accepted(rig.peering, &d));
	peering_rig_expect(&rig, "bad.us", "a.example", PERMIT_NO_FROM);
	peering_rig_expect(&rig, "x.bad.us", "a.example", PERMIT_NO_FROM);
	peering_rig_expect(&rig, "a.example", "bad.us", PERMIT_NO_TO);
	peering_rig_expect(&rig, "good.us", "a.example", PERMIT_YES);
	peering_rig_fini(&rig);
}

static void names_are_compared_in_one_form(void **unused)
{
	static const struct zone_row rows[] = {
		{ "b\xc3\xbc"
		  "cher.example",
			"u" },
		{ "xn--bcher-kva.example", "u" },
		{ "XN--Bcher-KVA.Example", "u" },
		{ "B\xc3\x9c"
		  "CHER.EXAMPLE.",
			"u" },
		{ "bu\xcc\x88"
		  "cher.example",
			"u" },
		{ "x.b\xc3\xbc"
		  "cher.example",
			"below-u" },
		{ "fa\xc3\x9f.example", "a" },
		{ "xn--fa-hia.example", "a" },
		{ "fass.example", "none" },
	};
	struct peering_rig rig;

	(void)unused;
	peering_rig_init(&rig,
		DEFAULTS "peering_controls = (\n"
			 "  { match = \"B\xc3\xbc"
			 "cher.example\"; zone = \"u\"; },\n"
			 "  { match = \"*.xn--bcher-kva.example.\"; zone = \"below-u\"; },\n"
			 "  { match = \"xn--fa-hia.example\"; zone = \"a\"; } );");
	expect_zones(&rig, rows, sizeof(rows) / sizeof(rows[0]));
	peering_rig_fini(&rig);
}

/* ---- who may reach whom ---- */

static void without_flows_every_zone_reaches_every_zone(void **unused)
{
	struct peering_rig rig;

	(void)unused;
	peering_rig_init(&rig, DEFAULTS "peering_controls = (\n"
					"  { match = \"a.example\"; zone = \"red\"; },\n"
					"  { match = \"b.example\"; zone = \"blue\"; },\n"
					"  { match = \"c.example\"; } );");
	peering_rig_expect(&rig, "a.example", "b.example", PERMIT_YES);
	peering_rig_expect(&rig, "b.example", "c.example", PERMIT_YES);
	peering_rig_expect(&rig, "c.example", "a.example", PERMIT_YES);
	assert_true(peering_rig_permit(&rig, "a.example", "b.example").muc);
	peering_rig_fini(&rig);
}

static const char flowing[] = DEFAULTS
	"peering_controls = (\n"
	"  { match = [ \"a.example\", \"a2.example\" ]; zone = \"core\"; },\n"
	"  { match = [ \"p.example\", \"p2.example\" ]; zone = \"partner\"; },\n"
	"  { match = \"q.example\"; zone = \"other\"; },\n"
	"  { match = \"d.example\"; } );\n"
	"flows = ( { from = \"core\"; to = \"core\"; },\n"
	"  { from = \"core\"; to = \"partner\"; muc = false; },\n"
	"  { from = \"other\"; to = \"core\"; }, { from = \"core\"; to = \"other\"; } );\n";

static void with_flows_what_none_allows_is_refused(void **unused)
{
	struct peering_rig rig;

	(void)unused;
	peering_rig_init(&rig, flowing);
	peering_rig_expect(&rig, "a.example", "a2.example", PERMIT_YES);
	peering_rig_expect(&rig, "a.example", "q.example", PERMIT_YES);
	peering_rig_expect(&rig, "q.example", "a.example", PERMIT_YES);
	/* Inside a zone too, and between partners. */
	peering_rig_expect(&rig, "p.example", "p2.example", PERMIT_NO_FLOW);
	peering_rig_expect(&rig, "p.example", "q.example", PERMIT_NO_FLOW);
	peering_rig_expect(&rig, "q.example", "p.example", PERMIT_NO_FLOW);
	/* Zone "default" is a zone like others. */
	peering_rig_expect(&rig, "d.example", "a.example", PERMIT_NO_FLOW);
	peering_rig_expect(&rig, "a.example", "d.example", PERMIT_NO_FLOW);
	assert_null(peering_rig_permit(&rig, "p.example", "q.example").table);
	peering_rig_fini(&rig);
}

static bool deputy(const struct peering_rig *rig, const char *from, const char *to)
{
	struct domain a = peering_rig_domain(from), b = peering_rig_domain(to);

	return peering_deputy(rig->peering, &a, &b);
}

static bool enters(const struct peering_rig *rig, const char *from, const char *to)
{
	struct domain a = peering_rig_domain(from), b = peering_rig_domain(to);

	return peering_enters(rig->peering, &a, &b);
}

static void by_way_of_a_deputy_one_reaches_whom_one_reaches_anyway(void **unused)
{
	struct peering_rig rig;

	(void)unused;
	peering_rig_init(&rig, flowing);
	assert_true(deputy(&rig, "a.example", "a2.example"));
	assert_true(deputy(&rig, "a.example", "p.example"));
	assert_true(deputy(&rig, "q.example", "a.example"));
	assert_false(deputy(&rig, "p.example", "a.example")); /* it only answers */
	assert_false(deputy(&rig, "p.example", "q.example"));
	assert_false(deputy(&rig, "d.example", "a.example"));
	assert_false(deputy(&rig, "a.example", "unknown.example"));
	assert_false(deputy(&rig, "unknown.example", "a.example"));
	assert_false(enters(&rig, "a.example", "p.example"));
	assert_true(enters(&rig, "a.example", "q.example"));
	assert_false(enters(&rig, "p.example", "a.example"));
	assert_false(enters(&rig, "a.example", "unknown.example"));
	assert_true(peering_rig_permit(&rig, "a.example", "p.example").deputies == rig.peering);
	peering_rig_fini(&rig);

	peering_rig_init(&rig, DEFAULTS
		"peering_controls = (\n"
		"  { match = [ \"a.example\", \"rooms.a.example\" ]; connect = \"192.0.2.1\"; },\n"
		"  { match = \"b.example\"; zone = \"b\"; } );\n"
		"flows = ( { from = \"default\"; to = \"b\"; } );\n");
	/* They meet without us. */
	assert_true(deputy(&rig, "a.example", "rooms.a.example"));
	assert_true(enters(&rig, "a.example", "rooms.a.example"));
	peering_rig_fini(&rig);
}

static void a_flow_leads_one_way_and_answers_come_back(void **unused)
{
	struct peering_rig rig;

	(void)unused;
	peering_rig_init(&rig, flowing);
	peering_rig_expect(&rig, "a.example", "p.example", PERMIT_YES);
	peering_rig_expect(&rig, "p.example", "a.example", PERMIT_ANSWERS);
	assert_non_null(peering_rig_permit(&rig, "p.example", "a.example").table);
	assert_false(peering_rig_permit(&rig, "a.example", "p.example").muc);
	assert_false(peering_rig_permit(&rig, "p.example", "a.example").muc);
	assert_true(peering_rig_permit(&rig, "a.example", "q.example").muc);
	peering_rig_fini(&rig);
}

static void two_domains_of_the_default_route_never_meet(void **unused)
{
	static const char *const texts[] = {
		DEFAULTS "peering_controls = ( { match = \"a.example\"; }, { match = \"*\"; } );",
		/* Beside a name: "*" is "*" all the same. */
		DEFAULTS "peering_controls = ( { match = [ \"a.example\", \"*\" ]; } );",
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct peering_rig rig;

		peering_rig_init(&rig, texts[i]);
		peering_rig_expect(&rig, "x.test", "y.test", PERMIT_DEFAULT_ROUTE);
		peering_rig_expect(&rig, "x.test", "a.example", PERMIT_YES);
		peering_rig_expect(&rig, "a.example", "x.test", PERMIT_YES);
		peering_rig_fini(&rig);
	}
}

static const char hops[] = DEFAULTS
	"peering_controls = (\n"
	"  { match = [ \"own.example\", \"own2.example\" ]; },\n"
	"  { match = [ \"addr.example\", \"addr2.example\" ]; connect = \"192.0.2.1\"; },\n"
	"  { match = \"addr3.example\"; connect = [ \"dns\", \"host:192.0.2.1:5269\" ]; },\n"
	"  { match = \"addr4.example\"; connect = \"192.0.2.1:5270\"; },\n"
	"  { match = \"mapped.example\"; connect = \"[::ffff:192.0.2.1]:5269\"; },\n"
	"  { match = [ \"srv.example\", \"srv2.example\" ]; connect = \"domain:Trunk.Example.\"; "
	"},\n"
	"  { match = \"trunk.example\"; },\n"
	"  { match = \"host.example\"; connect = \"host:trunk.example\"; },\n"
	"  { match = \"host2.example\"; connect = [ \"dns\", \"host:TRUNK.example:5269\" ]; },\n"
	"  { match = \"host3.example\"; connect = \"host:trunk.example:5280\"; } );\n";

static void nothing_goes_back_to_the_hop_it_came_from(void **unused)
{
	static const struct {
		const char *from, *to;
		enum permit want;
	} rows[] = {
		/* One control is no hop: each domain has SRV records of its own. */
		{ "own.example", "own2.example", PERMIT_YES },
		{ "own.example", "own.example", PERMIT_BACK },
		{ "addr.example", "addr2.example", PERMIT_BACK },
		{ "addr.example", "addr3.example", PERMIT_BACK },
		{ "addr3.example", "addr.example", PERMIT_BACK },
		{ "addr.example", "mapped.example", PERMIT_BACK },
		{ "addr.example", "addr4.example", PERMIT_YES }, /* another port */
		{ "addr.example", "own.example", PERMIT_YES },
		{ "srv.example", "srv2.example", PERMIT_BACK },
		{ "srv.example", "trunk.example", PERMIT_BACK }, /* its own SRV are the same */
		{ "host.example", "host2.example", PERMIT_BACK },
		{ "host.example", "host3.example", PERMIT_YES },
		{ "host.example", "srv.example", PERMIT_YES }, /* known when it is looked up */
	};
	struct peering_rig rig;

	(void)unused;
	peering_rig_init(&rig, hops);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		peering_rig_expect(&rig, rows[i].from, rows[i].to, rows[i].want);
	peering_rig_fini(&rig);
}

static void a_direction_forbids_to_begin_and_not_to_answer(void **unused)
{
	struct peering_rig rig;

	(void)unused;
	peering_rig_init(&rig, DEFAULTS
		"peering_controls = (\n"
		"  { match = \"both.example\"; },\n"
		"  { match = [ \"in.example\", \"in2.example\" ]; direction = \"in\"; },\n"
		"  { match = [ \"out.example\", \"out2.example\" ]; direction = \"out\"; } );");
	peering_rig_expect(&rig, "in.example", "both.example", PERMIT_YES);
	peering_rig_expect(&rig, "both.example", "in.example", PERMIT_ANSWERS);
	peering_rig_expect(&rig, "both.example", "out.example", PERMIT_YES);
	peering_rig_expect(&rig, "out.example", "both.example", PERMIT_ANSWERS);
	peering_rig_expect(&rig, "in.example", "out.example", PERMIT_YES);
	peering_rig_expect(&rig, "out.example", "in.example", PERMIT_ANSWERS);
	peering_rig_expect(&rig, "in.example", "in2.example", PERMIT_DIRECTION);
	peering_rig_expect(&rig, "out.example", "out2.example", PERMIT_DIRECTION);
	peering_rig_fini(&rig);
}

static void a_direction_and_a_flow_must_both_allow_it(void **unused)
{
	struct peering_rig rig;

	(void)unused;
	peering_rig_init(&rig,
		DEFAULTS "peering_controls = (\n"
			 "  { match = \"a.example\"; zone = \"a\"; direction = \"out\"; },\n"
			 "  { match = \"b.example\"; zone = \"b\"; } );\n"
			 "flows = ( { from = \"a\"; to = \"b\"; } );");
	peering_rig_expect(&rig, "a.example", "b.example", PERMIT_DIRECTION);
	peering_rig_expect(&rig, "b.example", "a.example", PERMIT_DIRECTION);
	peering_rig_fini(&rig);
}

/* ---- policies ---- */

static const char policies[] = DEFAULTS
	"policies = ( { name = \"in\"; strip = [ \"html\" ]; },\n"
	"  { name = \"way\"; strip = [ \"html\", \"nick\" ]; },\n"
	"  { name = \"out\"; strip = [ \"chat-states\" ]; } );\n"
	"peering_controls = (\n"
	"  { match = \"a.example\"; zone = \"a\"; from_peer = [ \"in\" ]; },\n"
	"  { match = [ \"b.example\", \"b2.example\" ]; zone = \"b\"; to_peer = [ \"out\" ]; },\n"
	"  { match = \"c.example\"; zone = \"a\"; } );\n"
	"flows = ( { from = \"a\"; to = \"b\"; policies = [ \"way\" ]; },\n"
	"  { from = \"a\"; to = \"a\"; } );\n";

static void expect_action(const struct passage *p, enum feature f, const char *policy)
{
	assert_non_null(p->table);
	assert_int_equal(p->table->action[f], policy ? ACTION_STRIP : ACTION_PASS);
	if (policy)
		assert_string_equal(p->table->rule[f]->policy->name, policy);
}

static void policies_of_sender_flow_and_recipient_are_merged_in_order(void **unused)
{
	struct peering_rig rig;
	struct passage ab, ab2, ca, ba;

	(void)unused;
	peering_rig_init(&rig, policies);
	ab = peering_rig_permit(&rig, "a.example", "b.example");
	ab2 = peering_rig_permit(&rig, "a.example", "b2.example");
	ca = peering_rig_permit(&rig, "c.example", "a.example");
	ba = peering_rig_permit(&rig, "b.example", "a.example");
	expect_action(&ab, FEATURE_HTML, "in");
	expect_action(&ab, FEATURE_NICK, "way");
	expect_action(&ab, FEATURE_CHAT_STATES, "out");
	assert_ptr_equal(ab.table, ab2.table);
	assert_true(ca.table->transparent);
	/* What answers goes by the policies of the flow that it answers. */
	assert_int_equal(ba.permit, PERMIT_ANSWERS);
	expect_action(&ba, FEATURE_HTML, "way");
	expect_action(&ba, FEATURE_CHAT_STATES, NULL);
	peering_rig_fini(&rig);
}

static void expect_list(const struct passage *p, const char *want)
{
	struct passage_policy list[PASSAGE_POLICIES];
	unsigned n = peering_policies(p->from, p->flow, p->to, list);
	char got[256] = "";

	for (unsigned i = 0; i < n; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s:%d ",
			list[i].policy->name, (int)list[i].list);
	assert_string_equal(got, want);
}

static void a_passage_tells_its_flow_and_its_policies(void **unused)
{
	struct peering_rig rig;
	struct passage ab, ca, ba;

	(void)unused;
	peering_rig_init(&rig, policies);
	ab = peering_rig_permit(&rig, "a.example", "b.example");
	ca = peering_rig_permit(&rig, "c.example", "a.example");
	ba = peering_rig_permit(&rig, "b.example", "a.example");
	expect_list(&ab, "in:0 way:1 out:2 ");
	expect_list(&ba, "way:1 ");
	expect_list(&ca, "");
	assert_string_equal(flow_config(ab.flow)->to, "b");
	assert_ptr_equal(ab.flow, ba.flow);
	assert_string_equal(flow_config(ca.flow)->to, "a");
	peering_rig_fini(&rig);
}

/* ---- what a control is made of ---- */

static const struct control *only_control(struct peering_rig *rig, const char *body)
{
	char *text =
		mem_printf(DEFAULTS "peering_controls = ( { match = \"a.example\"; %s } );", body);
	struct domain d = peering_rig_domain("a.example");

	peering_rig_init(rig, text);
	free(text);
	return peering_accepted(rig->peering, &d);
}

static const struct {
	const char *text;
	enum target_kind kind;
	const char *name;
	uint16_t port;
	bool direct;
} targets[] = {
	{ "dns", TARGET_SRV, "", 0, false },
	{ "domain:us-trunk.example", TARGET_SRV, "us-trunk.example", 0, false },
	{ "domain:B\xc3\xbc"
	  "cher.example",
		TARGET_SRV, "xn--bcher-kva.example", 0, false },
	{ "host:edge.example", TARGET_HOST, "edge.example", 5269, false },
	{ "host:edge.example:5299", TARGET_HOST, "edge.example", 5299, false },
	{ "tls:host:edge.example", TARGET_HOST, "edge.example", 5270, true },
	{ "tls:host:edge.example:443", TARGET_HOST, "edge.example", 443, true },
	{ "192.0.2.10", TARGET_ADDRESS, "", 5269, false },
	{ "192.0.2.10:5299", TARGET_ADDRESS, "", 5299, false },
	{ "host:192.0.2.10:5299", TARGET_ADDRESS, "", 5299, false },
	{ "tls:192.0.2.10", TARGET_ADDRESS, "", 5270, true },
	{ "2001:db8::1", TARGET_ADDRESS, "", 5269, false },
	{ "[2001:db8::1]:5299", TARGET_ADDRESS, "", 5299, false },
	{ "tls:[2001:db8::1]", TARGET_ADDRESS, "", 5270, true },
};

static void every_form_of_connect_is_a_target(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		char *body = mem_printf("connect = \"%s\";", targets[i].text);
		struct peering_rig rig;
		const struct control *c = only_control(&rig, body);

		assert_int_equal(c->ntargets, 1);
		assert_int_equal(c->targets[0].kind, targets[i].kind);
		assert_string_equal(c->targets[0].name, targets[i].name);
		assert_int_equal(c->targets[0].port, targets[i].port);
		assert_int_equal(c->targets[0].direct_tls, targets[i].direct);
		assert_int_equal(c->own_srv, strcmp(targets[i].text, "dns") == 0);
		peering_rig_fini(&rig);
		free(body);
	}
}

static void several_targets_stay_in_order(void **unused)
{
	struct peering_rig rig;
	const struct control *c =
		only_control(&rig, "connect = [ \"192.0.2.1\", \"dns\", \"host:b.example\" ];");

	(void)unused;
	assert_int_equal(c->ntargets, 3);
	assert_int_equal(c->targets[0].kind, TARGET_ADDRESS);
	assert_int_equal(c->targets[1].kind, TARGET_SRV);
	assert_int_equal(c->targets[2].kind, TARGET_HOST);
	peering_rig_fini(&rig);
}

static void pins_are_read_with_and_without_colons(void **unused)
{
	struct peering_rig rig;
	const struct control *c = only_control(&rig,
		"trust = \"none\"; pins = [\n"
		"\"000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F\",\n"
		"\"00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:"
		"10:11:12:13:14:15:16:17:18:19:1a:1b:1c:1d:1e:ff\" ];");

	(void)unused;
	assert_null(c->trust);
	assert_int_equal(c->npins, 2);
	for (unsigned i = 0; i < 31; i++) {
		assert_int_equal(c->pins[0][i], i);
		assert_int_equal(c->pins[1][i], i);
	}
	assert_int_equal(c->pins[0][31], 31);
	assert_int_equal(c->pins[1][31], 255);
	peering_rig_fini(&rig);
}

static void names_and_addresses_of_a_control_are_parsed(void **unused)
{
	struct peering_rig rig;
	const struct control *c =
		only_control(&rig, "reference_names = [ \"Edge.example\", \"b\xc3\xbc"
				   "cher.example\" ]; accept_names = \"trunk.example\"; "
				   "source_address = \"192.0.2.9\"; "
				   "from_addresses = [ \"192.0.2.0/24\", \"2001:db8::1\" ];");
	struct address a;

	(void)unused;
	assert_ptr_equal(c->trust, rig.store);
	assert_int_equal(c->nreference, 2);
	assert_string_equal(c->reference_names[0].s, "edge.example");
	assert_string_equal(c->reference_names[1].s, "xn--bcher-kva.example");
	assert_int_equal(c->naccept, 1);
	assert_string_equal(c->accept_names[0].s, "trunk.example");
	assert_true(address_parse("192.0.2.9", 0, &a));
	assert_true(address_same_host(&c->source, &a));
	assert_int_equal(c->nfrom, 2);
	assert_true(address_in(&a, &c->from_prefixes[0]));
	assert_false(address_in(&a, &c->from_prefixes[1]));
	peering_rig_fini(&rig);
}

/* A view of the rig's controls under one order. */
static struct peering *ordered(struct peering_rig *rig, const char *pattern, enum order order)
{
	struct orders *none = orders_new(), *o = orders_with(none, pattern, order, 0);
	struct peering *view = peering_with_orders(rig->peering, o);

	orders_unref(none);
	orders_unref(o);
	return view;
}

static enum permit permit_under(const struct peering *p, const char *from, const char *to)
{
	struct domain a = peering_rig_domain(from), b = peering_rig_domain(to);
	struct passage out;

	peering_permit(p, &a, &b, &out);
	if (out.permit == PERMIT_BLOCKED)
		assert_true(!out.from || !out.to);
	return out.permit;
}

static void what_the_operator_blocks_is_rejected_both_ways(void **unused)
{
	struct peering_rig rig;
	struct domain d;

	peering_rig_init(&rig,
		DEFAULTS "peering_controls = ( { match = \"*.us\"; }, { match = \"a.example\"; },\n"
			 "  { match = \"bad.example\"; action = \"reject\"; } );");
	struct peering *p = ordered(&rig, "*.navy.us", ORDER_BLOCK);
	d = peering_rig_domain("x.navy.us");
	assert_null(peering_accepted(p, &d));
	assert_non_null(peering_find(p, &d));
	assert_int_equal(permit_under(p, "x.navy.us", "a.example"), PERMIT_BLOCKED);
	assert_int_equal(permit_under(p, "a.example", "x.navy.us"), PERMIT_BLOCKED);
	assert_int_equal(permit_under(p, "army.us", "a.example"), PERMIT_YES);
	assert_int_equal(permit_under(p, "bad.example", "a.example"), PERMIT_NO_FROM);
	assert_false(peering_deputy(p, &d, &d));
	peering_free(p);
	/* What it was made of knows nothing of it. */
	peering_rig_expect(&rig, "x.navy.us", "a.example", PERMIT_YES);
	peering_rig_fini(&rig);
}

static void pause_and_drain_forbid_nothing_by_themselves(void **unused)
{
	struct peering_rig rig;
	struct domain d;

	peering_rig_init(&rig, DEFAULTS
		"peering_controls = ( { match = \"b.example\"; }, { match = \"a.example\"; } );");
	for (enum order o = ORDER_PAUSE; o <= ORDER_DRAIN; o++) {
		struct peering *p = ordered(&rig, "*", o);

		d = peering_rig_domain("a.example");
		assert_int_equal(peering_order(p, &d), o);
		assert_int_equal(permit_under(p, "a.example", "b.example"), PERMIT_YES);
		peering_free(p);
	}
	peering_rig_fini(&rig);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_most_specific_match_wins),
		cmocka_unit_test(a_certificate_is_issued_only_for_what_a_control_is_meant_for),
		cmocka_unit_test(what_matched_can_be_told),
		cmocka_unit_test(without_a_default_route_the_rest_has_no_control),
		cmocka_unit_test(a_rejected_domain_is_found_and_not_accepted),
		cmocka_unit_test(what_the_operator_blocks_is_rejected_both_ways),
		cmocka_unit_test(pause_and_drain_forbid_nothing_by_themselves),
		cmocka_unit_test(names_are_compared_in_one_form),
		cmocka_unit_test(without_flows_every_zone_reaches_every_zone),
		cmocka_unit_test(with_flows_what_none_allows_is_refused),
		cmocka_unit_test(by_way_of_a_deputy_one_reaches_whom_one_reaches_anyway),
		cmocka_unit_test(a_flow_leads_one_way_and_answers_come_back),
		cmocka_unit_test(two_domains_of_the_default_route_never_meet),
		cmocka_unit_test(nothing_goes_back_to_the_hop_it_came_from),
		cmocka_unit_test(a_direction_forbids_to_begin_and_not_to_answer),
		cmocka_unit_test(a_direction_and_a_flow_must_both_allow_it),
		cmocka_unit_test(policies_of_sender_flow_and_recipient_are_merged_in_order),
		cmocka_unit_test(a_passage_tells_its_flow_and_its_policies),
		cmocka_unit_test(every_form_of_connect_is_a_target),
		cmocka_unit_test(several_targets_stay_in_order),
		cmocka_unit_test(pins_are_read_with_and_without_colons),
		cmocka_unit_test(names_and_addresses_of_a_control_are_parsed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
