/* SPDX-License-Identifier: MIT */
/* Who to whom: a stanza's own addresses under access lists, and the addresses inside it under these
 * and under flows. */
#include "policy_story.h"

struct told {
	const char *name, *in;
	enum verdict verdict;
	const char *reason;
	unsigned line;   /* of the rule that decided; 0: none did */
	const char *out; /* what goes on when it is not what came; NULL: that, or nothing */
};

/* Flows lead from a.example to b.example and c.example, and back from b.example. */
static bool permit(void *arg, struct str from, struct str to)
{
	(void)arg;
	return (str_is(from, "a.example") &&
		       (str_is(to, "b.example") || str_is(to, "c.example"))) ||
	       (str_is(from, "b.example") && str_is(to, "a.example"));
}

/* And no room at c.example may be entered. */
static bool enter(void *arg, struct str from, struct str to)
{
	return permit(arg, from, to) && !str_is(to, "c.example");
}

static void check_told(struct rig *rig, const struct told *t, size_t step)
{
	const struct filter_result *r = rig_feed(rig, str_of(t->in), step);
	bool whole = t->verdict == VERDICT_PASS && !t->out;

	if (!r)
		fail_msg("%s: no result", t->name);
	if (r->verdict != t->verdict || strcmp(r->reason, t->reason) != 0 ||
		(r->origin ? r->origin->line : 0) != t->line ||
		!str_eq(r->bytes, str_of(whole ? t->in : t->out)))
		fail_msg("%s: %s %s line %u %.*s", t->name, verdict_name(r->verdict), r->reason,
			r->origin ? r->origin->line : 0, STR_ARG(r->bytes));
	assert_string_equal(r->key ? r->key : "", t->line ? "access" : "");
}

static void tell_told(const char *policies, bool flows, const struct told *t, size_t n)
{
	struct policy_text text;
	struct rig rig;

	policy_text_init(&text, policies);
	for (size_t step = 1; step; step = step == 1 ? SIZE_MAX : 0) {
		rig_init(&rig, text.table, RIG_HEADER);
		rig.context.permit = flows ? permit : NULL;
		rig.context.enter = flows ? enter : NULL;
		for (size_t i = 0; i < n; i++)
			check_told(&rig, &t[i], step);
		rig_fini(&rig);
	}
	policy_text_fini(&text);
}

#define TOLD(policies, flows, stories) \
	tell_told((policies), (flows), (stories), sizeof(stories) / sizeof((stories)[0]))

#define FROM(from, to, rest) " from='" from "' to='" to "'" rest
#define AB(rest)             FROM("a@a.example/1", "b@b.example", rest)
#define WATCH                                                                    \
	"jid_sets = ( { name = \"watch\"; members = [ \"b@b.example\" ]; } );\n" \
	"policies = ( { name = \"p\"; access = (\n"                              \
	" { from = \"evil@a.example\"; action = \"deny\"; },\n"                  \
	" { from = \"*@a.example\"; to = \"@watch\"; action = \"allow\"; },\n"   \
	" { from = \"rooms.a.example\"; to = \"@watch\"; action = \"allow\"; } ); } );"

static void the_rule_that_decides_is_named(void **unused)
{
	static const struct told stories[] = {
		{ "allowed", "<message" AB("><body>x</body></message>"), VERDICT_PASS, "pass", 0,
			NULL },
		{ "a denying rule",
			"<message" FROM(
				"Evil@a.example/1", "b@b.example", "><body>x</body></message>"),
			VERDICT_BOUNCE, "access", 3, NULL },
		{ "no rule: the list",
			"<message" FROM(
				"a@a.example/1", "c@b.example", "><body>x</body></message>"),
			VERDICT_BOUNCE, "access", 2, NULL },
		{ "another one is allowed again", "<message" AB("><body>x</body></message>"),
			VERDICT_PASS, "pass", 0, NULL },
	};

	(void)unused;
	TOLD(WATCH, false, stories);
}

static void every_kind_of_stanza_is_refused_in_its_way(void **unused)
{
	static const struct told stories[] = {
		{ "a request is answered",
			"<iq" FROM("evil@a.example", "b@b.example",
				" type='get' id='1'><query xmlns='jabber:iq:version'/></iq>"),
			VERDICT_BOUNCE, "access", 3, NULL },
		{ "a result becomes an error",
			"<iq" FROM("evil@a.example", "b@b.example", " type='result' id='1'/>"),
			VERDICT_FOLD, "access", 3,
			"<iq from='evil@a.example' to='b@b.example' id='1' type='error'>"
			"<error type='modify'><policy-violation "
			"xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>" },
		{ "an error is dropped",
			"<message" FROM("evil@a.example", "b@b.example", " type='error'/>"),
			VERDICT_DROP, "access", 3, NULL },
		{ "presence is dropped", "<presence" FROM("evil@a.example", "b@b.example", "/>"),
			VERDICT_DROP, "access", 3, NULL },
		{ "a probe is dropped",
			"<presence" FROM("evil@a.example", "b@b.example", " type='probe'/>"),
			VERDICT_DROP, "access", 3, NULL },
		{ "a room join is answered",
			"<presence" FROM("evil@a.example", "b@b.example/n",
				"><x xmlns='http://jabber.org/protocol/muc'/></presence>"),
			VERDICT_BOUNCE, "access", 3, NULL },
		{ "who goes is let go, and says nothing",
			"<presence" FROM("evil@a.example", "b@b.example",
				" type='unavailable'><status>psst</status></presence>"),
			VERDICT_FOLD, "access", 3,
			"<presence from='evil@a.example' to='b@b.example' type='unavailable'/>" },
		{ "the end of a subscription passes",
			"<presence" FROM("evil@a.example", "b@b.example", " type='unsubscribed'/>"),
			VERDICT_PASS, "pass", 0, NULL },
	};

	(void)unused;
	TOLD(WATCH, false, stories);
}

static void all_lists_must_allow_and_the_first_that_does_not_is_named(void **unused)
{
	static const char policies[] = "policies = ( { name = \"one\"; access = (\n"
				       " { from = \"x@a.example\"; action = \"deny\"; } ); },\n"
				       " { name = \"two\"; }, { name = \"three\"; access = (\n"
				       " { from = \"y@a.example\"; action = \"deny\"; },\n"
				       " { from = \"x@a.example\"; action = \"deny\"; } ); } );";
	static const struct told stories[] = {
		{ "the first", "<message" FROM("x@a.example", "b@b.example", "><body/></message>"),
			VERDICT_BOUNCE, "access", 2, NULL },
		{ "the other", "<message" FROM("y@a.example", "b@b.example", "><body/></message>"),
			VERDICT_BOUNCE, "access", 4, NULL },
		{ "none", "<message" FROM("z@a.example", "b@b.example", "><body/></message>"),
			VERDICT_PASS, "pass", 0, NULL },
	};

	(void)unused;
	TOLD(policies, false, stories);
}

static void a_list_in_shadow_refuses_nothing(void **unused)
{
	struct policy_text text;
	struct rig rig;

	(void)unused;
	policy_text_init(&text, "policies = ( { name = \"p\"; mode = \"shadow\"; access = (\n"
				" { from = \"a@a.example\"; action = \"deny\"; } ); } );");
	rig_init(&rig, text.table, RIG_HEADER);
	rig_feed(&rig, STR("<message" AB("><body>x</body></message>")), SIZE_MAX);
	assert_int_equal(rig.result->verdict, VERDICT_PASS);
	assert_int_equal(filter_shadow(rig.filter)->verdict, VERDICT_BOUNCE);
	assert_int_equal(filter_shadow(rig.filter)->origin->line, 2);
	rig_fini(&rig);
	policy_text_fini(&text);
}

#define ADDRESSES(x)                                                              \
	"><body>x</body><addresses xmlns='http://jabber.org/protocol/address'>" x \
	"</addresses></message>"
#define ADDRESS(type, jid) "<address type='" type "' jid='" jid "'/>"
#define MUC_USER(x)        "><x xmlns='http://jabber.org/protocol/muc#user'>" x "</x></message>"
#define FORWARDED(attrs)                                                 \
	"><body>x</body><forwarded xmlns='urn:xmpp:forward:0'><message " \
	"xmlns='jabber:client'" attrs "><body>y</body></message></forwarded></message>"
#define OWNER(x)                                                                                  \
	"<iq" AB(" type='set' id='1'><pubsub xmlns='http://jabber.org/protocol/pubsub#owner'>") x \
		"</pubsub></iq>"
#define SUBSCRIBE(jid)                                                                             \
	"<iq" AB(" type='set' id='1'><pubsub xmlns='http://jabber.org/protocol/pubsub'>") "<subsc" \
											  "ribe "  \
											  "node='" \
											  "n' "    \
											  "jid="   \
											  "'" jid  \
											  "'/></"  \
											  "pubsub" \
											  "></iq>"

/* Under WATCH everybody at a.example but evil may send to b@b.example. */
static void addresses_inside_are_held_against_the_lists(void **unused)
{
	static const struct told stories[] = {
		{ "an allowed copy", "<message" AB(ADDRESSES(ADDRESS("cc", "b@b.example/x"))),
			VERDICT_PASS, "pass", 0, NULL },
		{ "a copy to somebody else", "<message" AB(ADDRESSES(ADDRESS("cc", "c@b.example"))),
			VERDICT_BOUNCE, "access", 2, NULL },
		{ "behind others",
			"<message" AB(ADDRESSES(
				ADDRESS("to", "b@b.example") ADDRESS("bcc", "c@c.example"))),
			VERDICT_BOUNCE, "access", 2, NULL },
		{ "a copy that stays at home",
			"<message" AB(ADDRESSES(ADDRESS("cc", "c@a.example"))), VERDICT_PASS,
			"pass", 0, NULL },
		{ "an original sender who may not",
			"<message" AB(ADDRESSES(ADDRESS("ofrom", "evil@a.example"))),
			VERDICT_BOUNCE, "access", 3, NULL },
		{ "an original sender who may",
			"<message" AB(ADDRESSES(ADDRESS("ofrom", "c@a.example"))), VERDICT_PASS,
			"pass", 0, NULL },
		{ "an address as a URI",
			"<message" AB(
				ADDRESSES("<address type='cc' uri='XMPP:c@b.example?message'/>")),
			VERDICT_BOUNCE, "access", 2, NULL },
		{ "an address in hiding",
			"<message" AB(ADDRESSES("<address type='cc' uri='xmpp:%62@b.example'/>")),
			VERDICT_BOUNCE, "access", 2, NULL },
		{ "another URI",
			"<message" AB(ADDRESSES("<address type='cc' uri='mailto:c@b.example'/>")),
			VERDICT_PASS, "pass", 0, NULL },
		{ "no address", "<message" AB(ADDRESSES("<address type='cc' jid='c@'/>")),
			VERDICT_BOUNCE, "access", 2, NULL },
		{ "an invitation by way of a room",
			"<message" AB(MUC_USER("<invite to='c@b.example'/>")), VERDICT_BOUNCE,
			"access", 2, NULL },
		{ "an invitation of somebody at home",
			"<message" AB(MUC_USER("<invite to='c@a.example'/>")), VERDICT_PASS, "pass",
			0, NULL },
		{ "an invitation that a room brings, of one who may not",
			"<message" FROM("r@rooms.a.example", "b@b.example",
				MUC_USER("<invite from='evil@a.example/1'/>")),
			VERDICT_BOUNCE, "access", 3, NULL },
		{ "of one who may",
			"<message" FROM("r@rooms.a.example", "b@b.example",
				MUC_USER("<invite from='a@a.example/1'/>")),
			VERDICT_PASS, "pass", 0, NULL },
		{ "a decline", "<message" AB(MUC_USER("<decline to='c@b.example'/>")),
			VERDICT_BOUNCE, "access", 2, NULL },
		{ "a room to enter",
			"<message" AB("><x xmlns='jabber:x:conference' "
				      "jid='r@rooms.b.example'/></message>"),
			VERDICT_BOUNCE, "access", 2, NULL },
		{ "a forwarded message of one who may not",
			"<message" AB(FORWARDED(" from='evil@a.example' to='a@a.example'")),
			VERDICT_BOUNCE, "access", 3, NULL },
		{ "of one who may",
			"<message" AB(FORWARDED(" from='c@a.example' to='a@a.example'")),
			VERDICT_PASS, "pass", 0, NULL },
		{ "to one who was not to have it",
			"<message" AB(FORWARDED(" from='c@a.example' to='c@b.example'")),
			VERDICT_BOUNCE, "access", 2, NULL },
		{ "a subscription for another", SUBSCRIBE("evil@a.example"), VERDICT_BOUNCE,
			"access", 3, NULL },
		{ "a subscription", SUBSCRIBE("a@a.example/2"), VERDICT_PASS, "pass", 0, NULL },
		{ "an owner's gift",
			OWNER("<subscriptions node='n'><subscription jid='c@b.example' "
			      "subscription='subscribed'/></subscriptions>"),
			VERDICT_BOUNCE, "access", 2, NULL },
		{ "an owner's favour",
			OWNER("<affiliations node='n'><affiliation jid='b@b.example' "
			      "affiliation='owner'/></affiliations>"),
			VERDICT_PASS, "pass", 0, NULL },
		{ "what a list of subscriptions tells is no request",
			"<iq" AB(" type='result' id='1'>") "<pubsub "
							   "xmlns='http://jabber.org/protocol/"
							   "pubsub#owner'><subscriptions "
							   "node='n'><subscription "
							   "jid='c@b.example'/></subscriptions>"
							   "</pubsub></iq>",
			VERDICT_PASS, "pass", 0, NULL },
		{ "an error hands back what was said",
			"<message" AB(" type='error'" ADDRESSES(ADDRESS("cc", "c@b.example"))),
			VERDICT_PASS, "pass", 0, NULL },
		{ "with a prefix of its own",
			"<message" AB("><p:addresses xmlns:p='http://jabber.org/protocol/address'>"
				      "<p:address type='cc' jid='c@b.example'/></p:addresses>"
				      "</message>"),
			VERDICT_BOUNCE, "access", 2, NULL },
		{ "deep inside",
			"<message" AB("><w xmlns='urn:w'><addresses "
				      "xmlns='http://jabber.org/protocol/address'><address "
				      "jid='c@b.example'/></addresses></w></message>"),
			VERDICT_BOUNCE, "access", 2, NULL },
	};

	(void)unused;
	TOLD(WATCH, false, stories);
}

static void addresses_inside_are_held_against_the_flows(void **unused)
{
	static const struct told stories[] = {
		{ "a copy along a flow", "<message" AB(ADDRESSES(ADDRESS("cc", "c@c.example"))),
			VERDICT_PASS, "pass", 0, NULL },
		{ "a copy along none", "<message" AB(ADDRESSES(ADDRESS("cc", "d@d.example"))),
			VERDICT_BOUNCE, "flow", 0, NULL },
		{ "a room where no flow leads",
			"<message" AB("><x xmlns='jabber:x:conference' "
				      "jid='r@rooms.d.example'/></message>"),
			VERDICT_BOUNCE, "flow", 0, NULL },
		{ "one who uses the sender as a deputy",
			"<message" AB(FORWARDED(" from='d@d.example' to='a@a.example'")),
			VERDICT_BOUNCE, "flow", 0, NULL },
		{ "a subscription in another's name", SUBSCRIBE("d@d.example"), VERDICT_BOUNCE,
			"flow", 0, NULL },
		{ "what stays in the other domain",
			"<message" AB(FORWARDED(" from='d@B.Example.' to='e@b.example'")),
			VERDICT_PASS, "pass", 0, NULL },
		{ "no address", "<message" AB(ADDRESSES(ADDRESS("cc", "d@d..example"))),
			VERDICT_BOUNCE, "flow", 0, NULL },
		{ "presence is dropped",
			"<presence" AB("><addresses xmlns='http://jabber.org/protocol/address'>"
				       "<address type='to' jid='d@d.example'/></addresses>"
				       "</presence>"),
			VERDICT_DROP, "flow", 0, NULL },
	};

	(void)unused;
	TOLD("policies = ( );", true, stories);
	TOLD("policies = ( { name = \"p\"; strip = [ \"unknown\" ]; } );", true, stories);
}

static void an_invitation_leads_where_its_guest_may_enter(void **unused)
{
	static const struct told stories[] = {
		{ "to a room of ours, which b.example may enter",
			"<message" AB("><x xmlns='jabber:x:conference' "
				      "jid='r@a.example'/></message>"),
			VERDICT_PASS, "pass", 0, NULL },
		{ "to a room that a.example reaches, and b.example does not",
			"<message" AB("><x xmlns='jabber:x:conference' "
				      "jid='r@c.example'/></message>"),
			VERDICT_BOUNCE, "flow", 0, NULL },
		{ "to a room that may not be entered, from where messages may go",
			"<message" FROM("b@b.example", "a@a.example",
				"><x xmlns='jabber:x:conference' jid='r@c.example'/></message>"),
			VERDICT_BOUNCE, "flow", 0, NULL },
		{ "to their own room",
			"<message" AB("><x xmlns='jabber:x:conference' "
				      "jid='r@b.example'/></message>"),
			VERDICT_PASS, "pass", 0, NULL },
		{ "by way of a room of theirs, of one of ours",
			"<message" AB(MUC_USER("<invite to='x@a.example'/>")), VERDICT_PASS, "pass",
			0, NULL },
		{ "by way of a room that may not be entered",
			"<message" FROM("a@a.example", "r@c.example",
				MUC_USER("<invite to='x@a.example'/>")),
			VERDICT_BOUNCE, "flow", 0, NULL },
		{ "by way of a room, from that",
			"<message" FROM("r@a.example", "b@b.example",
				MUC_USER("<invite from='x@a.example'/>")),
			VERDICT_PASS, "pass", 0, NULL },
		{ "from a room whence nobody comes back",
			"<message" FROM("r@a.example", "x@c.example",
				MUC_USER("<invite from='x@a.example'/>")),
			VERDICT_BOUNCE, "flow", 0, NULL },
		{ "of nobody", "<message" AB(MUC_USER("<invite to='@'/>")), VERDICT_BOUNCE, "flow",
			0, NULL },
		{ "a decline enters nothing",
			"<message" FROM("a@a.example", "r@c.example",
				MUC_USER("<decline to='x@a.example'/>")),
			VERDICT_PASS, "pass", 0, NULL },
	};

	(void)unused;
	TOLD("policies = ( { name = \"p\"; strip = [ \"mood\" ]; } );", true, stories);
}

static void what_is_stripped_carries_no_addresses(void **unused)
{
	struct policy_text text;
	struct rig rig;

	(void)unused;
	policy_text_init(&text, "policies = ( { name = \"p\"; strip = [ \"addressing\" ]; access = "
				"( { to = \"b@b.example\"; action = \"allow\"; } ); } );");
	rig_init(&rig, text.table, RIG_HEADER);
	rig_feed(&rig, STR("<message" AB(ADDRESSES(ADDRESS("cc", "c@b.example")))), SIZE_MAX);
	assert_int_equal(rig.result->verdict, VERDICT_FOLD);
	assert_str(rig.result->bytes, "<message" AB("><body>x</body></message>"));
	rig_fini(&rig);
	policy_text_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rule_that_decides_is_named),
		cmocka_unit_test(every_kind_of_stanza_is_refused_in_its_way),
		cmocka_unit_test(all_lists_must_allow_and_the_first_that_does_not_is_named),
		cmocka_unit_test(a_list_in_shadow_refuses_nothing),
		cmocka_unit_test(addresses_inside_are_held_against_the_lists),
		cmocka_unit_test(addresses_inside_are_held_against_the_flows),
		cmocka_unit_test(an_invitation_leads_where_its_guest_may_enter),
		cmocka_unit_test(what_is_stripped_carries_no_addresses),
	};

	return cmocka_run_group_tests_name("filter_address", tests, NULL, NULL);
}
