/* SPDX-License-Identifier: MIT */
/* trunkctl explain: what is said of two domains, and of stanzas between them. */
#include "ctl_rig.h"

#include "base/mem.h"
#include "ctl/load.h"
#include "ctl/trial.h"
#include "filter_rig.h"
#include "pki.h"
#include "tiny_spif.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* The first line of it is line 5 of the file. */
static const char star[] =
	"peering_controls = (\n"
	" { match = \"a.example\"; connect = \"192.0.2.1\"; zone = \"core\"; },\n"
	" { match = \"b.example\"; connect = [ \"tls:192.0.2.2:5270\", \"host:b.example\", \"dns\" "
	"];\n"
	"   zone = \"core\"; authentication = [ \"external\" ]; tls_min = \"1.3\";\n"
	"   reference_names = [ \"edge.b.example\" ]; max_stanza = 10000;\n"
	"   to_peer = [ \"narrow\", \"watch\" ]; },\n"
	" { match = \"rooms.b.example\"; connect = \"192.0.2.3\"; zone = \"rooms\";\n"
	"   service = \"muc\"; },\n"
	" { match = \"c.example\"; connect = \"192.0.2.4\"; zone = \"lonely\"; tls = \"off\"; },\n"
	" { match = \"*.evil\"; action = \"reject\"; },\n"
	" { match = \"*\"; connect = \"dns\"; zone = \"world\"; } );\n"
	"flows = (\n"
	" { from = \"core\"; to = \"core\"; policies = [ \"way\" ]; },\n"
	" { from = \"core\"; to = \"rooms\"; muc = false; } );\n"
	"policies = (\n"
	" { name = \"narrow\"; presence = { fold = \"availability\"; };\n"
	"   strip = [ \"chat-states\", \"html\" ]; },\n"
	" { name = \"way\"; strip = [ \"html\", \"nick\" ]; },\n"
	" { name = \"watch\"; mode = \"shadow\"; strip = [ \"receipts\" ]; } );\n";

enum { LINE = 5 };

static void explain(struct ctl_rig *r, const char *line, const char *in)
{
	/* Of what is not there, or not whole, there is no verdict. */
	bool whole = !in || (in[0] == '<' && in[strlen(in) - 1] == '>');

	if (ctl_rig_run(r, line, in) != (whole ? CTL_FINE : CTL_FAILED))
		fail_msg("%s: status %d: %s", line, (int)r->status, r->err);
}

/* "... FILE:LINE" of the configuration, where `line` has "@N". */
static void expect(const struct ctl_rig *r, const char *line)
{
	const char *at = strchr(line, '@');
	MEM_AUTO char *full = NULL;

	if (at && (at == line || at[-1] == ' ')) {
		full = mem_printf(
			"%.*s%s:%d", (int)(at - line), line, r->conf, atoi(at + 1) + LINE - 1);
		ctl_rig_line(r->out, full);
	} else {
		ctl_rig_line(r->out, line);
	}
}

static void two_domains_are_explained(void **unused)
{
	static const char *const lines[] = {
		"alice@a.example to b.example",
		"From a.example control \"a.example\", zone core @2",
		"To b.example control \"b.example\", zone core @3",
		"Allowed yes flow from core to core @13",
		"Back yes",
		"1 192.0.2.2:5270, direct TLS @3",
		"2 b.example, port 5269 @3",
		"3 the SRV records of b.example @3",
		"TLS required, 1.3 @4",
		"its name b.example or edge.b.example @5",
		"Our proof EXTERNAL where it is offered, else dialback",
		"to a.example, as b.example \"own\", until",
		"way enforced flow @18",
		"narrow enforced to_peer @16",
		"watch shadow: changes nothing to_peer @19",
		"presence.fold availability narrow @16",
		"strip html, nick way @18",
		"strip chat-states, caps narrow @17",
		"strip receipts watch @19",
	};
	struct ctl_rig r;

	(void)unused;
	ctl_rig_init(&r, star);
	explain(&r, "explain %c alice@a.example b.example", NULL);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (strstr(lines[i], "until") == NULL)
			expect(&r, lines[i]);
	assert_non_null(strstr(r.out, "(60 days)"));
	assert_string_equal(r.err, "");
	ctl_rig_fini(&r);
}

static void every_reason_not_to_talk_is_said(void **unused)
{
	static const struct {
		const char *from, *to, *line;
	} rows[] = {
		{ "a.example", "x.evil", "Allowed no no control accepts the recipient's domain" },
		{ "x.evil", "a.example", "Allowed no no control accepts the sender's domain" },
		{ "x.evil", "a.example", "From x.evil control \"*.evil\", rejects it @10" },
		{ "a.example", "c.example",
			"Allowed no no flow leads from the one zone to the other" },
		{ "x.org", "y.org",
			"Allowed no both are matched by \"*\" only: the default route is no "
			"transit" },
		{ "a.example", "a.example",
			"Allowed no both have the same next hop: it would go back to where it is "
			"from" },
		{ "rooms.b.example", "a.example",
			"Allowed answers only talk may only begin at the other side" },
		{ "a.example", "rooms.b.example",
			"Allowed yes flow from core to rooms, no rooms @14" },
		{ "a.example", "rooms.b.example", "Back answers only" },
		{ "a.example", "rooms.b.example",
			"To rooms.b.example control \"rooms.b.example\", zone rooms, rooms @7" },
	};
	struct ctl_rig r;

	(void)unused;
	ctl_rig_init(&r, star);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		MEM_AUTO char *line = mem_printf("explain %%c %s %s", rows[i].from, rows[i].to);

		explain(&r, line, NULL);
		expect(&r, rows[i].line);
	}
	ctl_rig_fini(&r);
}

/* Everything that a policy can say; the first line of it is line 5 of the file. */
static const char tight[] =
	"peering_controls = (\n"
	" { match = \"a.example\"; connect = \"192.0.2.1\"; from_peer = [ \"tight\" ];"
	"   rate = { stanzas_per_second = 50; bytes_per_second = \"64k\"; }; },\n"
	" { match = \"b.example\"; connect = \"192.0.2.2\"; to_peer = [ \"more\", \"eyes\" ]; },\n"
	" { match = \"rooms.b.example\"; connect = \"192.0.2.3\"; service = \"muc\"; } );\n"
	"policies = (\n"
	" { name = \"tight\";\n"
	"   allow = [ \"ping\", \"disco\", \"receipts\", \"chat-states\", \"mine\" ];\n"
	"   iq = [ \"ping\", \"disco\", \"version\" ];\n"
	"   max_stanza = \"64k\"; max_body = 4000;\n"
	"   conversations = \"one-to-one-only\";\n"
	"   presence = { fold = \"show\"; show_map = { xa = \"away\"; chat = \"\"; };\n"
	"     subscriptions = \"block\";\n"
	"     suppress_repeats = true; hide_real_jids = true; };\n"
	"   refuse = \"drop\";\n"
	"   access = ( { from = \"*@a.example\"; to = \"bob@b.example\"; action = \"allow\"; } );\n"
	"   audit = \"full\"; },\n"
	" { name = \"more\"; strip = [ \"chat-states\" ];\n"
	"   iq = [ \"ping\", \"time\" ]; },\n"
	" { name = \"eyes\"; mode = \"shadow\"; allow = [ \"ping\" ]; otherwise = \"block\"; } "
	");\n"
	"features = ( { name = \"mine\"; namespaces = [ \"urn:example:mine\" ]; },\n"
	" { name = \"other\"; namespaces = [ \"urn:example:other\" ]; } );\n";

static void all_of_the_merged_table_is_listed_with_its_origin(void **unused)
{
	static const char *const lines[] = {
		"presence.fold show, chat becomes nothing, xa becomes away tight @11",
		"presence.suppress_repeats yes tight @13",
		"presence.subscriptions block tight @12",
		"presence.hide_real_jids yes tight @13",
		"conversations one-to-one-only tight @10",
		"max_stanza 64k tight @9",
		"max_body 4000 tight @9",
		"strip all but receipts, ping, disco, mine tight @7",
		"strip chat-states more @17",
		"iq only ping tight @8",
		"iq only ping more @18",
		"refuse drop tight @14",
		"audit full tight @16",
		"block all but ping eyes @19",
	};
	struct ctl_rig r;

	(void)unused;
	ctl_rig_init(&r, tight);
	explain(&r, "explain %c a.example b.example", NULL);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		expect(&r, lines[i]);
	expect(&r, "access 1 rule tight @15");
	expect(&r, "Its rate 50 stanzas a second @2");
	expect(&r, "Its rate 64k bytes a second @2");
	expect(&r, "A stanza up to 256k @2");
	explain(&r, "explain %c x@a.example bob@b.example", NULL);
	expect(&r, "access allows this tight @15");
	explain(&r, "explain %c x@a.example carol@b.example", NULL);
	expect(&r, "access denies this tight @15");
	explain(&r, "explain %c a.example b.example -s -",
		"<message from='x@a.example/r' to='bob@b.example'><body>x</body>"
		"<x xmlns='urn:example:other'/><x xmlns='urn:example:mine'/></message>");
	expect(&r, "Reason allow of other tight allow @7");
	expect(&r, "Seen mine, other");
	expect(&r, "Removed other");
	ctl_rig_fini(&r);
}

/* ---- stanzas ---- */

#define AB "from='x@a.example/r' to='y@b.example/s' "

static const struct {
	const char *stanza, *lines[4];
} told[] = {
	{ "<message " AB "type='chat'><body>hi</body><nick "
	  "xmlns='http://jabber.org/protocol/nick'>x</nick></message>",
		{ "Verdict fold", "Reason strip of nick way strip @18", "Removed nick",
			"<message from='x@a.example/r' to='y@b.example/s' "
			"type='chat'><body>hi</body></message>" } },
	{ "<presence " AB "><show>dnd</show></presence>",
		{ "Verdict fold", "Reason fold of core narrow presence.fold @16",
			"<presence from='x@a.example/r' to='y@b.example/s'/>" } },
	{ "<message " AB "><active xmlns='http://jabber.org/protocol/chatstates'/></message>",
		{ "Verdict fold, until nothing is left",
			"Reason folded-away of chat-states narrow strip @17" } },
	{ "<message " AB "><body>x</body><request xmlns='urn:xmpp:receipts'/></message>",
		{ "Verdict pass", "In shadow fold", "strip of receipts watch strip @19" } },
	{ "<iq type='get' id='1' " AB "><nick xmlns='http://jabber.org/protocol/nick'/></iq>",
		{ "Verdict bounce", "Seen nick" } },
	{ "<iq type='get' " AB "><ping xmlns='urn:xmpp:ping'/></iq>",
		{ "Verdict bounce", "Reason bad-request" } },
	{ "<message from='x@a.example'><body>x</body></message>",
		{ "Verdict ends the stream",
			"Error improper-addressing a stanza without valid addresses",
			"Hint between servers every stanza has from and to" } },
	{ "<message xmlns='jabber:client' " AB "><body>x</body></message>",
		{ "Verdict ends the stream",
			"Error unsupported-stanza-type this element is not expected here",
			"Hint between servers a stanza is in jabber:server: leave "
			"xmlns='jabber:client' out" } },
	{ "<message " AB "><body>x</subject></message>",
		{ "Verdict ends the stream", "Error not-well-formed" } },
	{ "<message " AB "><!-- x --></message>", { "Error restricted-xml comments, processing "
						    "instructions and DTDs are not allowed" } },
	{ "<message " AB "><body>x", { "Verdict none: the file ends inside of it" } },
	{ "\n", { "Verdict none: there is no stanza in the file" } },
	{ "<message from='x@a.example' to='y@c.example'><body>x</body></message>",
		{ "Note it is from a.example to c.example, and judged so",
			"Verdict ends the stream", "Error host-unknown no-flow" } },
	{ "<presence from='x@a.example/r' to='room@rooms.b.example/nick'/>",
		{ "Verdict bounce", "Reason the flow does not let rooms be joined @14" } },
	{ "<message from='room@rooms.b.example' to='x@a.example'><body>x</body></message>",
		{ "Verdict only if it answers something" } },
	{ "<presence from='room@rooms.b.example' to='x@a.example' type='unavailable'>"
	  "<status>x</status></presence>",
		{ "Verdict pass", "Sent, bare 75 bytes",
			"<presence from='room@rooms.b.example' to='x@a.example' "
			"type='unavailable'/>" } },
};

static void a_stanza_is_told_with_its_reason(void **unused)
{
	struct ctl_rig r;

	(void)unused;
	ctl_rig_init(&r, star);
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		explain(&r, "explain %c a.example b.example --stanza -", told[i].stanza);
		for (size_t j = 0; j < 4 && told[i].lines[j]; j++)
			expect(&r, told[i].lines[j]);
	}
	ctl_rig_fini(&r);
}

static void a_stanza_that_is_too_big_is_told_with_the_limit(void **unused)
{
	static const char head[] = "<message from='y@b.example' to='x@a.example'><body>";
	char *big = mem_zero(1, 10200);
	struct ctl_rig r;

	(void)unused;
	ctl_rig_init(&r, star);
	memset(big, 'x', 10150);
	memcpy(big, head, sizeof(head) - 1);
	strcpy(big + 10150, "</body></message>");
	explain(&r, "explain %c b.example a.example -s -", big);
	expect(&r, "Verdict bounce");
	expect(&r, "Reason the stanza is too big @5");
	assert_non_null(strstr(r.out, "<stanza-too-big xmlns='urn:xmpp:errors'/>"));
	free(big);
	ctl_rig_fini(&r);
}

/* ---- the same as the daemon's filter ---- */

struct compared {
	struct rig rig;
	const char *stanza;
	unsigned n;
};

static void compare(void *arg, const struct trial *t)
{
	struct compared *c = arg;
	const struct filter_result *want = rig_feed(&c->rig, str_of(c->stanza), SIZE_MAX);

	c->n++;
	assert_int_equal(t->end, TRIAL_DECIDED);
	assert_non_null(want);
	if (t->filter->verdict != want->verdict || !str_eq(t->filter->bytes, want->bytes))
		fail_msg("%s: %s, not %s", c->stanza, verdict_name(t->filter->verdict),
			verdict_name(want->verdict));
	assert_string_equal(t->filter->reason, want->reason);
	assert_int_equal(t->filter->feature, want->feature);
	assert_ptr_equal(t->filter->policy, want->policy);
	if (t->decision.kind == DECISION_DELIVER)
		assert_true(str_eq(t->sent, want->bytes));
}

static void a_trial_says_what_the_filter_says(void **unused)
{
	struct ctl_rig r;
	struct ctl c = { .err = stderr };
	struct passage p;
	struct domain a, b;
	struct plan *plan;
	struct trials *trials;

	(void)unused;
	ctl_rig_init(&r, star);
	c.option[OPTION_CONFIG] = r.conf;
	plan = load_plan(&c);
	assert_non_null(plan);
	assert_true(domain_parse(STR("a.example"), &a) && domain_parse(STR("b.example"), &b));
	peering_permit(plan->peering, &a, &b, &p);
	trials = trials_new(plan);
	for (size_t i = 0; i < 6; i++) {
		struct compared compared = { .stanza = told[i].stanza };

		rig_init(&compared.rig, p.table, RIG_HEADER);
		trials_run(trials, &a, &b, STR(""), str_of(told[i].stanza), compare, &compared);
		assert_int_equal(compared.n, 1);
		rig_fini(&compared.rig);
	}
	trials_free(trials);
	plan_unref(plan);
	ctl_rig_fini(&r);
}

/* ---- forms ---- */

static void programs_get_the_same_as_json(void **unused)
{
	struct ctl_rig r;
	json_t *all, *stanza;
	const char *sent;

	(void)unused;
	ctl_rig_init(&r, star);
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		explain(&r, "explain --json %c a.example b.example -s -", told[i].stanza);
		all = json_loads(r.out, 0, NULL);
		assert_non_null(all);
		stanza = json_array_get(json_object_get(all, "stanzas"), 0);
		assert_non_null(json_object_get(stanza, "end"));
		sent = json_string_value(json_object_get(stanza, "sent"));
		if (sent && i == 0)
			assert_string_equal(sent, told[0].lines[3]);
		json_decref(all);
	}
	explain(&r, "explain --json %c a.example b.example", NULL);
	all = json_loads(r.out, 0, NULL);
	assert_int_equal(json_array_size(json_object_get(all, "policies")), 3);
	assert_int_equal(json_array_size(json_object_get(all, "shadow")), 1);
	assert_null(json_object_get(all, "stanzas"));
	json_decref(all);
	ctl_rig_fini(&r);
}

static void what_a_peer_wrote_does_not_reach_the_terminal_as_it_is(void **unused)
{
	struct ctl_rig r;

	(void)unused;
	ctl_rig_init(&r, star);
	explain(&r, "explain %c a.example b.example -s -",
		"<message " AB "><body>a\xc2\x9b"
		"31mb&#x85;c\x7f</body></message>");
	assert_null(strstr(r.out, "\xc2\x9b"));
	assert_null(strstr(r.out, "\x7f"));
	expect(&r, "<message from='x@a.example/r' "
		   "to='y@b.example/s'><body>a?31mb?c?</body></message>");
	ctl_rig_fini(&r);
}

/* A classification of this name, in a label of policy RED. */
static char *labelled(const char *classification)
{
	return mem_printf("<message " AB "><body>x</body><securitylabel "
			  "xmlns='urn:xmpp:sec-label:0'><label><originatorConfidentialityLabel "
			  "xmlns='urn:nato:stanag:4774:confidentialitymetadatalabel:1:0'>"
			  "<ConfidentialityInformation><PolicyIdentifier>RED</PolicyIdentifier>"
			  "<Classification>%s</Classification></ConfidentialityInformation>"
			  "</originatorConfidentialityLabel></label></securitylabel></message>",
		classification);
}

/* Cut in the middle of a character, at that. */
static void what_a_label_says_is_told_whatever_it_says(void **unused)
{
	static const char text[] =
		"label_policies = ( { name = \"red\"; file = \"red.xml\"; governing = true; } );\n"
		"clearances = ( { name = \"low\"; up_to = \"LOW\"; } );\n"
		"policies = ( { name = \"labels\"; labels = { check = true; }; } );\n"
		"peering_controls = (\n"
		" { match = \"a.example\"; connect = \"192.0.2.1\"; labels = { clearance = "
		"\"low\"; }; },\n"
		" { match = \"b.example\"; connect = \"192.0.2.2\"; labels = { clearance = "
		"\"low\"; };\n"
		"   to_peer = [ \"labels\" ]; } );\n";
	MEM_AUTO char *file = NULL;
	struct buf name = { 0 };
	struct ctl_rig r;

	(void)unused;
	ctl_rig_init(&r, text);
	file = pki_write_text("red.xml", TINY_RED);
	for (unsigned pad = 0; pad < 2; pad++) {
		MEM_AUTO char *stanza = NULL;
		json_t *all, *filter;

		buf_clear(&name);
		buf_printf(&name, "%s", pad ? "\xc2\x9b." : "");
		for (unsigned i = 0; i < 120; i++)
			buf_printf(&name, "\xc3\xa9");
		buf_put_char(&name, '\0');
		stanza = labelled(buf_view(&name).p);
		explain(&r, "explain --json %c a.example b.example -s -", stanza);
		all = json_loads(r.out, 0, NULL);
		assert_non_null(all);
		filter = json_array_get(json_object_get(all, "stanzas"), 0);
		assert_non_null(strstr(r.out, "\"unknown-classification\""));
		assert_non_null(strstr(r.out, "\xc3\xa9\xc3\xa9\xc3\xa9"));
		assert_non_null(filter);
		json_decref(all);
		explain(&r, "explain %c a.example b.example -s -", stanza);
		assert_non_null(strstr(r.out, "unknown-classification"));
		assert_non_null(strstr(r.out, "\xc3\xa9\xc3\xa9\xc3\xa9"));
		assert_null(strstr(r.out, "\xc2\x9b"));
	}
	MEM_AUTO char *low = labelled("LOW");

	explain(&r, "explain %c a.example b.example -s -", low);
	expect(&r, "Label label \"RED LOW\"");
	explain(&r, "explain --json %c a.example b.example -s -", low);
	assert_non_null(strstr(r.out, "\"label\": \"label \\\"RED LOW\\\"\""));
	buf_fini(&name);
	ctl_rig_fini(&r);
}

/* Both sides: by name, by address, by certificate, which nobody has here. */
static void clearances_are_told_for_each_side(void **unused)
{
	static const char text[] =
		"label_policies = ( { name = \"red\"; file = \"red.xml\"; } );\n"
		"clearances = ( { name = \"low\"; up_to = \"LOW\"; }, { name = \"high\"; up_to = "
		"\"HIGH\"; } );\n"
		"policies = ( { name = \"labels\"; labels = { check = true; }; } );\n"
		"peering_controls = (\n"
		" { match = \"a.example\"; connect = \"192.0.2.1\"; labels = { clearance = "
		"\"high\"; default_label = \"LOW\";\n"
		"   jids = ( { jids = \"x@a.example\"; clearance = \"low\"; } ); }; },\n"
		" { match = \"b.example\"; connect = \"192.0.2.2\"; labels = { "
		"certificate_clearance = true; };\n"
		"   to_peer = [ \"labels\" ]; } );\n";
	MEM_AUTO char *stanza = labelled("LOW");
	MEM_AUTO char *file = NULL;
	struct ctl_rig r;
	json_t *all, *labels, *from, *to;

	(void)unused;
	ctl_rig_init(&r, text);
	file = pki_write_text("red.xml", TINY_RED);
	explain(&r, "explain %c x@a.example/r b.example -s -", stanza);
	ctl_rig_line(r.out, "Labels, under the policy RED");
	assert_non_null(strstr(r.out, "cleared for"));
	assert_non_null(strstr(r.out, "this address"));
	assert_non_null(strstr(r.out, "what its certificate says"));
	assert_non_null(strstr(r.out, "not known here: counts as nothing"));
	assert_non_null(strstr(r.out, "the recipient's certificate is not known yet: "));
	explain(&r, "explain --json %c x@a.example/r b.example", NULL);
	all = json_loads(r.out, 0, NULL);
	labels = json_object_get(all, "labels");
	from = json_object_get(labels, "from");
	to = json_object_get(labels, "to");
	assert_string_equal(json_string_value(json_object_get(labels, "policy")), "RED");
	assert_string_equal(json_string_value(json_object_get(from, "certificate")), "ignored");
	assert_string_equal(json_string_value(json_object_get(to, "certificate")), "unknown");
	assert_string_equal(json_string_value(json_object_get(from, "default_label")), "LOW");
	assert_string_equal(
		json_string_value(json_array_get(
			json_object_get(json_object_get(from, "rule"), "clearance"), 0)),
		"low");
	assert_true(json_is_null(json_object_get(to, "rule")));
	json_decref(all);
	explain(&r, "explain --json %c y@a.example b.example", NULL);
	all = json_loads(r.out, 0, NULL);
	assert_true(json_is_null(
		json_object_get(json_object_get(json_object_get(all, "labels"), "from"), "rule")));
	json_decref(all);
	explain(&r, "explain --json %c b.example a.example", NULL);
	all = json_loads(r.out, 0, NULL);
	assert_true(json_is_null(json_object_get(all, "labels")));
	json_decref(all);
	ctl_rig_fini(&r);
}

static void wrong_usage_is_met_with_what_was_meant(void **unused)
{
	static const struct {
		const char *line, *want;
		enum ctl_status status;
	} rows[] = {
		{ "explian a b",
			"trunkctl: there is no command \"explian\"; did you mean \"explain\"?",
			CTL_PROBLEMS },
		{ "explain --jsno a b",
			"trunkctl: there is no option \"--jsno\"; did you mean \"--json\"?",
			CTL_PROBLEMS },
		{ "explain -q", "trunkctl: there is no option \"-q\"", CTL_PROBLEMS },
		{ "xyzzy", "trunkctl: there is no command \"xyzzy\"", CTL_PROBLEMS },
		{ "explain --config", "trunkctl: --config needs a value: --config FILE",
			CTL_PROBLEMS },
		{ "explain --json=yes a b", "trunkctl: --json takes no value", CTL_PROBLEMS },
		{ "explain a.example",
			"trunkctl: explain needs two domains or addresses, from whom to whom",
			CTL_PROBLEMS },
		{ "explain a b c", "trunkctl: unexpected argument \"c\"", CTL_PROBLEMS },
		{ "explain %c a@b@c .. ", "trunkctl: \"a@b@c\" is neither a domain nor an address",
			CTL_PROBLEMS },
		{ "explain %c a.example b.example --stanza /nowhere/x",
			"trunkctl: /nowhere/x: No such file or directory", CTL_FAILED },
		{ "explain -c /nowhere/x a.example b.example",
			"trunkctl: /nowhere/x: 1 error: trunkd would not take it", CTL_FAILED },
	};
	struct ctl_rig r;

	(void)unused;
	ctl_rig_init(&r, star);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ctl_rig_run(&r, rows[i].line, NULL);
		ctl_rig_line(r.err, rows[i].want);
		assert_int_equal(r.status, rows[i].status);
		assert_string_equal(r.out, "");
	}
	assert_int_equal(ctl_rig_run(&r, "", NULL), CTL_PROBLEMS);
	assert_int_equal(ctl_rig_run(&r, "--help", NULL), CTL_FINE);
	ctl_rig_line(r.out, "-j, --json print JSON, for programs");
	assert_int_equal(ctl_rig_run(&r, "explain -h", NULL), CTL_FINE);
	assert_int_equal(ctl_rig_run(&r, "audit --help", NULL), CTL_FINE);
	ctl_rig_line(r.out, "audit verify FILE... [--key FILE]");
	assert_null(strstr(r.out, "explain"));
	assert_int_equal(ctl_rig_run(&r, "audit", NULL), CTL_PROBLEMS);
	assert_int_equal(ctl_rig_run(&r, "audit verfy --help", NULL), CTL_PROBLEMS);
	assert_int_equal(ctl_rig_run(&r, "--version", NULL), CTL_FINE);
	assert_int_equal(strncmp(r.out, "trunkctl ", 9), 0);
	ctl_rig_fini(&r);
}

static void a_wrong_configuration_is_told_as_trunkd_tells_it(void **unused)
{
	struct ctl_rig r;

	(void)unused;
	ctl_rig_init(&r, "peering_controls = ( { match = \"a.example\"; conect = \"dns\"; } );\n");
	assert_int_equal(ctl_rig_run(&r, "explain %c a.example b.example", NULL), CTL_FAILED);
	assert_non_null(strstr(
		r.err, "error: unknown key conect in peering control: did you mean connect?"));
	assert_non_null(strstr(r.err, "1 error: trunkd would not take it\n"));
	assert_string_equal(r.out, "");
	ctl_rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_domains_are_explained),
		cmocka_unit_test(every_reason_not_to_talk_is_said),
		cmocka_unit_test(all_of_the_merged_table_is_listed_with_its_origin),
		cmocka_unit_test(a_stanza_is_told_with_its_reason),
		cmocka_unit_test(a_stanza_that_is_too_big_is_told_with_the_limit),
		cmocka_unit_test(a_trial_says_what_the_filter_says),
		cmocka_unit_test(programs_get_the_same_as_json),
		cmocka_unit_test(what_a_peer_wrote_does_not_reach_the_terminal_as_it_is),
		cmocka_unit_test(what_a_label_says_is_told_whatever_it_says),
		cmocka_unit_test(clearances_are_told_for_each_side),
		cmocka_unit_test(wrong_usage_is_met_with_what_was_meant),
		cmocka_unit_test(a_wrong_configuration_is_told_as_trunkd_tells_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
