/* SPDX-License-Identifier: MIT */
/* Blocked features: what is refused, and what that means for each kind of stanza. */
#include "policy_story.h"

#define OMEMO    "<encrypted xmlns='eu.siacs.conversations.axolotl'><payload>x</payload></encrypted>"
#define SIGNED   "<x xmlns='jabber:x:signed'>x</x>"
#define NICK     "<nick xmlns='http://jabber.org/protocol/nick'>n</nick>"
#define JOIN     "<x xmlns='http://jabber.org/protocol/muc'/>"
#define IBB      "<open xmlns='http://jabber.org/protocol/ibb' sid='1' block-size='4096'/>"
#define OOB      "<x xmlns='jabber:x:oob'><url>u</url></x>"
#define PROPOSE  "<propose xmlns='urn:xmpp:jingle-message:0' id='1'>"
#define PROPOSED "</propose>"
#define FORM(x)  "<x xmlns='jabber:x:data' type='form'>" x "</x>"
#define STANZAS  " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'"
#define BLOCK                                                                               \
	UNDER("block = [ \"encrypted\", \"file-transfer\", \"voip\", \"version\", \"nick\"" \
	      " ]; strip = [ \"html\", \"forward\" ];")

static void a_message_with_a_blocked_feature_is_refused(void **unused)
{
	static const struct policy_story stories[] = {
		{ "without it it passes", "<message" A "><body>x</body></message>", VERDICT_PASS,
			NULL, NULL, NULL, NONE, false, false },
		{ "encrypted", "<message" A "><body>x</body>" OMEMO "</message>", VERDICT_BOUNCE,
			"block", NULL, "policy-violation", FEATURE_ENCRYPTED, false, false },
		{ "a part of what is blocked", "<message" A "><body>x</body>" OOB "</message>",
			VERDICT_BOUNCE, "block", NULL, "policy-violation", FEATURE_OOB, false,
			false },
		{ "a headline", "<message" A " type='headline'>" OMEMO "</message>", VERDICT_BOUNCE,
			"block", NULL, "policy-violation", FEATURE_ENCRYPTED, false, false },
		{ "from a room", "<message" A " type='groupchat'>" OMEMO "</message>",
			VERDICT_BOUNCE, "block", NULL, "policy-violation", FEATURE_ENCRYPTED, true,
			false },
		{ "an error is dropped",
			"<message" A " type='error'>" OMEMO
			"<error type='cancel'><forbidden" STANZAS "/></error></message>",
			VERDICT_DROP, "block", NULL, NULL, FEATURE_ENCRYPTED, false, false },
		{ "in an error's own element",
			"<message" A " type='error'><error type='cancel'><forbidden" STANZAS
			"/>" OMEMO "</error></message>",
			VERDICT_DROP, "block", NULL, NULL, FEATURE_ENCRYPTED, false, false },
		{ "a proposed call is dropped without a word",
			"<message" A ">" PROPOSE "<description xmlns='urn:xmpp:jingle:apps:rtp:1' "
			"media='audio'/>" PROPOSED "<store xmlns='urn:xmpp:hints'/></message>",
			VERDICT_DROP, "block", NULL, NULL, FEATURE_VOIP, false, false },
	};

	(void)unused;
	TELL_UNDER(BLOCK, stories);
}

static void a_proposed_file_is_dropped_where_calls_may_pass(void **unused)
{
	static const struct policy_story stories[] = {
		{ "a file",
			"<message" A ">" PROPOSE
			"<description xmlns='urn:xmpp:jingle:apps:file-transfer:5'/>" PROPOSED
			"</message>",
			VERDICT_DROP, "block", NULL, NULL, FEATURE_FILE_TRANSFER, false, false },
		{ "a call",
			"<message" A ">" PROPOSE
			"<description xmlns='urn:xmpp:jingle:apps:rtp:1'/>" PROPOSED "</message>",
			VERDICT_PASS, NULL, NULL, NULL, NONE, false, false },
	};

	(void)unused;
	TELL_UNDER(UNDER("block = [ \"file-transfer\" ];"), stories);
}

static void every_depth_is_looked_at(void **unused)
{
	static const struct policy_story stories[] = {
		{ "in a form", "<message" A "><body>x</body>" FORM(OMEMO) "</message>",
			VERDICT_BOUNCE, "block", NULL, "policy-violation", FEATURE_ENCRYPTED, false,
			false },
		{ "in something unknown",
			"<message" A "><w xmlns='urn:w'><v>" OMEMO "</v></w></message>",
			VERDICT_BOUNCE, "block", NULL, "policy-violation", FEATURE_ENCRYPTED, false,
			false },
		{ "in a body", "<message" A "><body>x" OMEMO "</body></message>", VERDICT_BOUNCE,
			"block", NULL, "policy-violation", FEATURE_ENCRYPTED, false, false },
		{ "in what is stripped",
			"<message" A "><body>x</body>"
			"<html xmlns='http://jabber.org/protocol/xhtml-im'>" OMEMO
			"</html></message>",
			VERDICT_BOUNCE, "block", NULL, "policy-violation", FEATURE_ENCRYPTED, false,
			false },
		{ "in a forwarded stanza that is stripped",
			"<message" A "><body>x</body>" FW "<message" JC "><body>y</body>" OMEMO
			"</message>" FWEND "</message>",
			VERDICT_BOUNCE, "block", NULL, "policy-violation", FEATURE_ENCRYPTED, false,
			false },
		{ "a forwarded body does not",
			"<message" A "><body>x</body>" FW "<message" JC
			"><body>y</body></message>" FWEND "</message>",
			VERDICT_FOLD, "strip", "<message" A "><body>x</body></message>", NULL,
			FEATURE_FORWARD, false, false },
		{ "an item of a node",
			"<message" A
			">" EVENT("<items node='eu.siacs."
				  "conversations.axolotl.devicelist'><item/></items>") "</message>",
			VERDICT_BOUNCE, "block", NULL, "policy-violation", FEATURE_ENCRYPTED, false,
			false },
		{ "an item's payload",
			"<message" A
			">" EVENT("<items node='n'><item>" NICK "</item></items>") "</message>",
			VERDICT_BOUNCE, "block", NULL, "policy-violation", FEATURE_NICK, false,
			false },
		{ "a publish",
			"<iq" A " type='set' id='1'>" PUBSUB(
				"<publish node='n'><item>" NICK "</item></publish>") "</iq>",
			VERDICT_BOUNCE, "block", NULL, "policy-violation", FEATURE_NICK, false,
			false },
		{ "with another prefix",
			"<message" A "><body>x</body><p:q xmlns:p='eu.siacs."
			"conversations.axolotl'/></message>",
			VERDICT_BOUNCE, "block", NULL, "policy-violation", FEATURE_ENCRYPTED, false,
			false },
	};

	(void)unused;
	TELL_UNDER(BLOCK, stories);
}

static void a_forwarded_stanza_is_looked_into(void **unused)
{
	static const struct policy_story stories[] = {
		{ "two deep",
			"<message" A ">" FW "<message" JC ">" FW "<message" JC "><body>x"
			"</body>" OMEMO "</message>" FWEND "</message>" FWEND "</message>",
			VERDICT_BOUNCE, "block", NULL, "policy-violation", FEATURE_ENCRYPTED, false,
			false },
		{ "an unavailable inside is no reason",
			"<message" A ">" FW "<presence" JC " type='unavailable'>" NICK
			"</presence>" FWEND "</message>",
			VERDICT_BOUNCE, "block", NULL, "policy-violation", FEATURE_NICK, false,
			false },
	};

	(void)unused;
	TELL_UNDER(UNDER("block = [ \"encrypted\", \"nick\" ];"), stories);
}

static void a_request_is_refused_and_a_result_becomes_an_error(void **unused)
{
	static const struct policy_story stories[] = {
		{ "what one may not support", "<iq" A " type='set' id='1'>" IBB "</iq>",
			VERDICT_BOUNCE, "block", NULL, "service-unavailable", FEATURE_FILE_TRANSFER,
			false, false },
		{ "out of band", "<iq" A " type='set' id='1'><query xmlns='jabber:iq:oob'/></iq>",
			VERDICT_BOUNCE, "block", NULL, "service-unavailable", FEATURE_OOB, false,
			false },
		{ "a call", "<iq" A " type='set' id='1'>" JINGLE("session-initiate", RTP) "</iq>",
			VERDICT_BOUNCE, "block", NULL, "service-unavailable", FEATURE_VOIP, false,
			false },
		{ "what is forbidden",
			"<iq" A " type='get' id='1'><query "
			"xmlns='jabber:iq:version'/></iq>",
			VERDICT_BOUNCE, "block", NULL, "policy-violation", FEATURE_VERSION, false,
			false },
		{ "a result",
			"<iq" A " type='result' id='1'><query xmlns='jabber:iq:version'>"
			"<name>x</name></query></iq>",
			VERDICT_FOLD, "block",
			"<iq" A " id='1' type='error'><error type='modify'>"
			"<policy-violation" STANZAS "/></error></iq>",
			NULL, FEATURE_VERSION, false, false },
		{ "a result with it inside",
			"<iq" A " type='result' id='1'>" FORM(
				"<field><open "
				"xmlns='http://jabber.org/protocol/ibb'/></field>") "</iq>",
			VERDICT_FOLD, "block",
			"<iq" A " id='1' type='error'><error type='cancel'>"
			"<service-unavailable" STANZAS "/></error></iq>",
			NULL, FEATURE_FILE_TRANSFER, false, false },
		{ "an error: who asked waits for that, too",
			"<iq" A " type='error' id='1'>" IBB "<error type='wait' by='x'>"
			"<text" STANZAS ">no</text><gone" STANZAS ">x</gone></error></iq>",
			VERDICT_FOLD, "block",
			"<iq" A " id='1' type='error'><error type='wait'><gone" STANZAS
			"/></error></iq>",
			NULL, FEATURE_FILE_TRANSFER, false, false },
		{ "an error that says nothing defined",
			"<iq" A " type='error' id='1'>" IBB "<error type='odd'><text" STANZAS
			"/><gone/></error></iq>",
			VERDICT_FOLD, "block",
			"<iq" A
			" id='1' type='error'><error type='cancel'><undefined-condition" STANZAS
			"/></error></iq>",
			NULL, FEATURE_FILE_TRANSFER, false, false },
		{ "an error without it",
			"<iq" A " type='error' id='1'><error type='cancel'>"
			"<service-unavailable" STANZAS "/></error></iq>",
			VERDICT_PASS, NULL, NULL, NULL, NONE, false, false },
		{ "an empty result", "<iq" A " type='result' id='1'/>", VERDICT_PASS, NULL, NULL,
			NULL, NONE, false, false },
	};

	(void)unused;
	TELL_UNDER(BLOCK, stories);
}

static void presence_is_dropped_and_only_a_join_is_answered(void **unused)
{
	static const struct policy_story stories[] = {
		{ "broadcast", "<presence" A "><show>away</show>" SIGNED "</presence>",
			VERDICT_DROP, "block", NULL, NULL, FEATURE_ENCRYPTED, false, false },
		{ "a join, marked before", "<presence" A ">" JOIN NICK "</presence>",
			VERDICT_BOUNCE, "block", NULL, "not-allowed", FEATURE_NICK, false, false },
		{ "a join, marked behind", "<presence" A ">" NICK JOIN "</presence>",
			VERDICT_BOUNCE, "block", NULL, "not-allowed", FEATURE_NICK, false, false },
		{ "a join's mark deeper in is none",
			"<presence" A ">" NICK "<w xmlns='urn:w'>" JOIN "</w></presence>",
			VERDICT_DROP, "block", NULL, NULL, FEATURE_NICK, false, false },
		{ "a room, by its control, and a nickname",
			"<presence from='a@a.example' to='r@b.example/me'>" NICK "</presence>",
			VERDICT_BOUNCE, "block", NULL, "not-allowed", FEATURE_NICK, false, true },
		{ "a room without a nickname", "<presence" A ">" NICK "</presence>", VERDICT_DROP,
			"block", NULL, NULL, FEATURE_NICK, false, true },
		{ "from a room",
			"<presence from='r@a.example/me' to='b@b.example/x'>" NICK JOIN
			"</presence>",
			VERDICT_DROP, "block", NULL, NULL, FEATURE_NICK, true, false },
		{ "a probe", "<presence" A " type='probe'>" NICK "</presence>", VERDICT_DROP,
			"block", NULL, NULL, FEATURE_NICK, false, false },
		{ "a subscription", "<presence" A " type='subscribe'>" NICK "</presence>",
			VERDICT_DROP, "block", NULL, NULL, FEATURE_NICK, false, false },
		{ "an error",
			"<presence" A " type='error'>" JOIN NICK "<error type='auth'>"
			"<forbidden" STANZAS "/></error></presence>",
			VERDICT_DROP, "block", NULL, NULL, FEATURE_NICK, false, false },
	};

	(void)unused;
	TELL_UNDER(BLOCK, stories);
}

static void what_always_passes_only_loses_what_is_blocked(void **unused)
{
	static const struct policy_story stories[] = {
		{ "unavailable",
			"<presence" A " type='unavailable'><status>bye</status>" NICK "</presence>",
			VERDICT_FOLD, "block",
			"<presence" A " type='unavailable'><status>bye</status></presence>", NULL,
			FEATURE_NICK, false, false },
		{ "unavailable, deeper",
			"<presence" A " type='unavailable'><w xmlns='urn:w'>" SIGNED
			"</w></presence>",
			VERDICT_FOLD, "block",
			"<presence" A " type='unavailable'><w xmlns='urn:w'/></presence>", NULL,
			FEATURE_ENCRYPTED, false, false },
		{ "unsubscribe", "<presence" A " type='unsubscribe'>" NICK "</presence>",
			VERDICT_FOLD, "block", "<presence" A " type='unsubscribe'/>", NULL,
			FEATURE_NICK, false, false },
		{ "unsubscribed", "<presence" A " type='unsubscribed'>" NICK "</presence>",
			VERDICT_FOLD, "block", "<presence" A " type='unsubscribed'/>", NULL,
			FEATURE_NICK, false, false },
	};

	(void)unused;
	TELL_UNDER(BLOCK, stories);
}

static void a_fold_hides_nothing_that_is_blocked(void **unused)
{
	static const struct policy_story stories[] = {
		{ "a child", "<presence" A ">" SIGNED "</presence>", VERDICT_DROP, "block", NULL,
			NULL, FEATURE_ENCRYPTED, false, false },
		{ "in one that the fold leaves out",
			"<presence" A "><w xmlns='urn:w'>" SIGNED "</w></presence>", VERDICT_DROP,
			"block", NULL, NULL, FEATURE_ENCRYPTED, false, false },
		{ "in a room's x",
			"<presence" A "><x xmlns='http://jabber.org/protocol/muc#user'>"
			"<item role='none'>" SIGNED "</item></x></presence>",
			VERDICT_DROP, "block", NULL, NULL, FEATURE_ENCRYPTED, true, false },
		{ "the rest is folded", "<presence" A "><w xmlns='urn:w'/></presence>",
			VERDICT_FOLD, "presence.fold", "<presence" A "/>", NULL, FEATURE_UNKNOWN,
			false, false },
		{ "unavailable stays", "<presence" A " type='unavailable'>" SIGNED "</presence>",
			VERDICT_FOLD, "block", "<presence" A " type='unavailable'/>", NULL,
			FEATURE_ENCRYPTED, false, false },
	};

	(void)unused;
	TELL_UNDER(UNDER("presence = { fold = \"availability\"; }; block = [ \"encrypted\" ];"),
		stories);
}

static void unknown_can_be_blocked_too(void **unused)
{
	static const struct policy_story stories[] = {
		{ "an element", "<message" A "><body>x</body><w xmlns='urn:w'/></message>",
			VERDICT_BOUNCE, "block", NULL, "policy-violation", FEATURE_UNKNOWN, false,
			false },
		{ "an attribute", "<message" A " w='1'><body>x</body></message>", VERDICT_BOUNCE,
			"block", NULL, "policy-violation", FEATURE_UNKNOWN, false, false },
		{ "an attribute of a child", "<message" A "><body w='1'>x</body></message>",
			VERDICT_BOUNCE, "block", NULL, "policy-violation", FEATURE_UNKNOWN, false,
			false },
		{ "an element in a body", "<message" A "><body><b/></body></message>",
			VERDICT_BOUNCE, "block", NULL, "policy-violation", FEATURE_UNKNOWN, false,
			false },
		{ "a request", "<iq" A " type='get' id='1'><w xmlns='urn:w'/></iq>", VERDICT_BOUNCE,
			"block", NULL, "service-unavailable", FEATURE_UNKNOWN, false, false },
		{ "unavailable loses it", "<presence" A " type='unavailable' w='1'/>", VERDICT_FOLD,
			"block", "<presence" A " type='unavailable'/>", NULL, FEATURE_UNKNOWN,
			false, false },
		{ "text is no element: it is dropped", "<message" A ">y<body>x</body></message>",
			VERDICT_FOLD, NULL, "<message" A "><body>x</body></message>", NULL, NONE,
			false, false },
	};

	(void)unused;
	TELL_UNDER(UNDER("block = [ \"unknown\" ];"), stories);
}

static void refused_stanzas_can_be_dropped_but_requests_are_answered(void **unused)
{
	static const struct policy_story stories[] = {
		{ "a message", "<message" A "><body>x</body>" NICK "</message>", VERDICT_DROP,
			"block", NULL, NULL, FEATURE_NICK, false, false },
		{ "a join", "<presence" A ">" NICK JOIN "</presence>", VERDICT_DROP, "block", NULL,
			NULL, FEATURE_NICK, false, false },
		{ "a request", "<iq" A " type='get' id='1'>" NICK "</iq>", VERDICT_BOUNCE, "block",
			NULL, "policy-violation", FEATURE_NICK, false, false },
		{ "a request that is stripped", "<iq" A " type='get' id='1'>" HTML "</iq>",
			VERDICT_BOUNCE, "strip", NULL, "policy-violation", FEATURE_HTML, false,
			false },
		{ "a result", "<iq" A " type='result' id='1'>" NICK "</iq>", VERDICT_FOLD, "block",
			"<iq" A
			" id='1' type='error'><error type='modify'><policy-violation" STANZAS
			"/></error></iq>",
			NULL, FEATURE_NICK, false, false },
	};

	(void)unused;
	TELL_UNDER(
		UNDER("block = [ \"nick\" ]; strip = [ \"html\" ]; refuse = \"drop\";"), stories);
	/* Drop over bounce, whoever decides (decision 21). */
	TELL_UNDER("policies = ( { name = \"p\"; block = [ \"nick\" ]; strip = [ \"html\" ]; },\n"
		   " { name = \"q\"; refuse = \"drop\"; } );",
		stories);
}

static void the_operators_text_stands_in_the_error(void **unused)
{
	struct policy_text text;
	struct buf error = { 0 };
	struct rig rig;

	(void)unused;
	policy_text_init(&text,
		"policies = ( { name = \"p\"; refuse_text = \"Ask the <desk>.\"; },\n"
		"  { name = \"q\"; block = [ \"nick\" ]; refuse_text = \"No names.\"; } );");
	rig_init(&rig, text.table, RIG_HEADER);
	rig_feed(&rig, STR("<message" A ">" NICK "</message>"), SIZE_MAX);
	/* That of the policy that decided. */
	assert_string_equal(rig.result->policy->name, "q");
	assert_string_equal(rig.result->text, "No names.");
	assert_int_equal(rig.result->origin->line, 2);
	rig_feed(&rig, STR("<iq" A " type='result' id='1'>" NICK "</iq>"), SIZE_MAX);
	assert_str(rig.result->bytes,
		"<iq" A " id='1' type='error'><error type='modify'><policy-violation" STANZAS
		"/><text" STANZAS " xml:lang='en'>No names.</text></error></iq>");
	/* What no policy refuses has none. */
	rig_feed(&rig, STR("<iq" A " type='set' id='1'><query xmlns='jabber:iq:roster'/></iq>"),
		SIZE_MAX);
	assert_string_equal(rig.result->reason, "spoofed");
	assert_null(rig.result->text);
	buf_fini(&error);
	rig_fini(&rig);
	policy_text_fini(&text);
}

static void the_strictest_action_of_all_policies_holds(void **unused)
{
	static const struct policy_story stories[] = {
		{ "stripped by one, blocked by another",
			"<message" A "><body>x</body>" NICK "</message>", VERDICT_BOUNCE, "block",
			NULL, "policy-violation", FEATURE_NICK, false, false },
		{ "stripped by one", "<message" A "><body>x</body>" HTML "</message>", VERDICT_FOLD,
			"strip", "<message" A "><body>x</body></message>", NULL, FEATURE_HTML,
			false, false },
	};
	struct policy_text text;

	(void)unused;
	TELL_UNDER("policies = ( { name = \"p\"; strip = [ \"nick\", \"html\" ]; },\n"
		   " { name = \"q\"; block = [ \"nick\" ]; }, { name = \"r\"; block = [ \"nick\" "
		   "]; } );",
		stories);
	policy_text_init(&text,
		"policies = ( { name = \"p\"; strip = [ \"nick\" ]; },\n"
		" { name = \"q\"; block = [ \"nick\" ]; }, { name = \"r\"; block = [ \"nick\" "
		"]; } );");
	assert_string_equal(text.table->rule[FEATURE_NICK]->policy->name, "q");
	assert_int_equal(text.table->rule[FEATURE_NICK]->origin->line, 2);
	policy_text_fini(&text);
}

static void only_the_first_reason_counts_and_children_are_counted_first(void **unused)
{
	static const struct policy_story stories[] = {
		{ "two reasons", "<message" A ">" NICK OMEMO "</message>", VERDICT_BOUNCE, "block",
			NULL, "policy-violation", FEATURE_NICK, false, false },
		{ "a request with two children", "<iq" A " type='get' id='1'>" NICK NICK "</iq>",
			VERDICT_INVALID, NULL, NULL, NULL, NONE, false, false },
	};

	(void)unused;
	TELL_UNDER(BLOCK, stories);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_with_a_blocked_feature_is_refused),
		cmocka_unit_test(a_proposed_file_is_dropped_where_calls_may_pass),
		cmocka_unit_test(every_depth_is_looked_at),
		cmocka_unit_test(a_forwarded_stanza_is_looked_into),
		cmocka_unit_test(a_request_is_refused_and_a_result_becomes_an_error),
		cmocka_unit_test(presence_is_dropped_and_only_a_join_is_answered),
		cmocka_unit_test(what_always_passes_only_loses_what_is_blocked),
		cmocka_unit_test(a_fold_hides_nothing_that_is_blocked),
		cmocka_unit_test(unknown_can_be_blocked_too),
		cmocka_unit_test(refused_stanzas_can_be_dropped_but_requests_are_answered),
		cmocka_unit_test(the_operators_text_stands_in_the_error),
		cmocka_unit_test(the_strictest_action_of_all_policies_holds),
		cmocka_unit_test(only_the_first_reason_counts_and_children_are_counted_first),
	};

	xml_reader_global_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
