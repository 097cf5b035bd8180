/* SPDX-License-Identifier: MIT */
/* The streaming fold further in: forwarded stanzas, IQ payloads, pubsub items, Jingle. */
#include "filter_story.h"

static void forwarded_stanzas_are_filtered_at_any_depth(void **unused)
{
	static const struct story stories[] = {
		{ "one forwarded", "off", "html chat-states",
			"<message" A ">" FW "<delay xmlns='urn:xmpp:delay' stamp='s'/><message" JC
			" to='c'><body>x</body>" HTML "<active" CS "/></message>" FWEND
			"</message>",
			VERDICT_FOLD, "strip",
			"<message" A ">" FW "<delay xmlns='urn:xmpp:delay' stamp='s'/><message" JC
			" to='c'><body>x</body></message>" FWEND "</message>",
			FEATURE_HTML },
		{ "one in one in an archive's result", "off", "html",
			"<message" A "><result xmlns='urn:xmpp:mam:2' id='1'>" FW "<message" JC
			">" FW "<message" JC "><body>x</body>" HTML "</message>" FWEND HTML
			"</message>" FWEND "</result>" HTML "</message>",
			VERDICT_FOLD, "strip",
			"<message" A "><result xmlns='urn:xmpp:mam:2' id='1'>" FW "<message" JC
			">" FW "<message" JC "><body>x</body></message>" FWEND "</message>" FWEND
			"</result></message>",
			FEATURE_HTML },
		{ "an inner one without content is empty, not gone", "off", "chat-states",
			"<message" A ">" FW "<message" JC "><active" CS "/></message>" FWEND
			"</message>",
			VERDICT_FOLD, "strip",
			"<message" A ">" FW "<message" JC "/>" FWEND "</message>",
			FEATURE_CHAT_STATES },
		{ "inner presence is folded as well", "availability", "",
			"<message" A ">" FW "<presence" JC
			" from='x@y' id='1'><status>psst</status></presence>" FWEND "</message>",
			VERDICT_FOLD, "fold",
			"<message" A ">" FW "<presence" JC " from='x@y'/>" FWEND "</message>",
			FEATURE_CORE },
		{ "unknown things in inner stanzas", "off", "unknown",
			"<message" A ">" FW "<message" JC
			" a='1'><body>x<y/></body><z/></message>" FWEND "</message>",
			VERDICT_FOLD, "strip",
			"<message" A ">" FW "<message" JC "><body>x</body></message>" FWEND
			"</message>",
			FEATURE_UNKNOWN },
		{ "a stanza wrapped in anything", "off", "html",
			"<message" A "><w xmlns='urn:w'><message xmlns='jabber:server'>" HTML
			"</message></w></message>",
			VERDICT_FOLD, "strip",
			"<message" A
			"><w xmlns='urn:w'><message xmlns='jabber:server'/></w></message>",
			FEATURE_HTML },
		{ "a stanza right inside a stanza", "off", "html",
			"<message" A "><message><body>x</body>" HTML "</message><body/></message>",
			VERDICT_FOLD, "strip",
			"<message" A "><message><body>x</body></message><body/></message>",
			FEATURE_HTML },
		{ "one in a body, where elements pass", "off", "html",
			"<message" A "><body>a<message>" HTML "</message>b</body></message>",
			VERDICT_FOLD, "strip", "<message" A "><body>a<message/>b</body></message>",
			FEATURE_HTML },
		{ "a carrier that was all of an inner stanza", "off", "file-transfer",
			"<message" A ">" FW "<message" JC
			"><reference xmlns='urn:xmpp:reference:0'>"
			"<media-sharing xmlns='urn:xmpp:sims:1'/></reference></message>" FWEND
			"</message>",
			VERDICT_FOLD, "strip",
			"<message" A ">" FW "<message" JC "/>" FWEND "</message>",
			FEATURE_FILE_TRANSFER },
		{ "an inner body keeps no message alive", "off", "chat-states",
			"<message" A "><active" CS
			"/><nick xmlns='http://jabber.org/protocol/nick'>"
			"<message" JC "><body>x</body></message></nick></message>",
			VERDICT_DROP, "folded-away", NULL, FEATURE_CHAT_STATES },
		{ "without a policy nothing inside is looked at", "off", "",
			"<message" A ">" FW "<message" JC "> x <body/></message>" FWEND
			"</message>",
			VERDICT_PASS, "pass",
			"<message" A ">" FW "<message" JC "> x <body/></message>" FWEND
			"</message>",
			NONE },
		{ "an inner iq", "off", "version",
			"<message" A ">" FW "<iq" JC " type='get' id='1'><query "
			"xmlns='jabber:iq:version'/></iq>" FWEND "</message>",
			VERDICT_FOLD, "strip",
			"<message" A ">" FW "<iq" JC " type='get' id='1'/>" FWEND "</message>",
			FEATURE_VERSION },
	};

	(void)unused;
	TELL(stories);
}

static void deep_nests_of_forwarded_stanzas_are_filtered_to_the_ground(void **unused)
{
	struct buf in, want;
	const struct filter_result *r;
	struct rig_policy policy;
	struct rig rig;

	(void)unused;
	buf_init(&in, 0);
	buf_init(&want, 0);
	buf_put(&in, STR("<message" A ">"));
	buf_put(&want, STR("<message" A ">"));
	for (int i = 0; i < 45; i++) {
		buf_put(&in, STR(FW "<message" JC "><active" CS "/>"));
		buf_put(&want, STR(FW "<message" JC ">"));
	}
	buf_put(&in, STR("<body>x</body><active" CS "/>"));
	buf_put(&want, STR("<body>x</body>"));
	for (int i = 0; i < 45; i++) {
		buf_put(&in, STR("</message>" FWEND));
		buf_put(&want, STR("</message>" FWEND));
	}
	buf_put(&in, STR("</message>"));
	buf_put(&want, STR("</message>"));
	rig_policy_init(&policy, "availability", "chat-states");
	rig_init(&rig, policy.table, RIG_HEADER);
	r = rig_feed(&rig, buf_view(&in), SIZE_MAX);
	assert_non_null(r);
	assert_int_equal(r->verdict, VERDICT_FOLD);
	assert_true(str_eq(r->bytes, buf_view(&want)));
	rig_fini(&rig);
	rig_policy_fini(&policy);
	buf_fini(&in);
	buf_fini(&want);
}

static void an_iq_is_answered_where_its_payload_is_stripped(void **unused)
{
	static const struct story stories[] = {
		{ "a request", "off", "version",
			"<iq" A " type='get' id='1'><query xmlns='jabber:iq:version'/></iq>",
			VERDICT_BOUNCE, "strip", NULL, FEATURE_VERSION },
		{ "another request", "off", "version",
			"<iq" A " type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>",
			VERDICT_PASS, "pass",
			"<iq" A " type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>", NONE },
		{ "an unknown request", "off", "unknown",
			"<iq" A " type='set' id='1'><q xmlns='urn:q'/></iq>", VERDICT_BOUNCE,
			"strip", NULL, FEATURE_UNKNOWN },
		{ "a result becomes an error", "off", "version",
			"<iq" A
			" type='result' id='1'><query xmlns='jabber:iq:version'><name>x</name>"
			"</query></iq>",
			VERDICT_FOLD, "strip",
			"<iq" A " id='1' type='error'><error type='modify'><policy-violation "
			"xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
			FEATURE_VERSION },
		{ "a vCard stays, its picture goes", "off", "avatar",
			"<iq" A " type='result' id='1'><vCard xmlns='vcard-temp'><FN>n</FN><PHOTO>"
			"<BINVAL>AAAA</BINVAL></PHOTO></vCard></iq>",
			VERDICT_FOLD, "strip",
			"<iq" A " type='result' id='1'><vCard xmlns='vcard-temp'><FN>n</FN></vCard>"
			"</iq>",
			FEATURE_AVATAR },
		{ "a neutral one where that fits", "off", "unknown",
			"<iq" A " type='result' id='&lt;1&gt;'><q xmlns='urn:q'/></iq>",
			VERDICT_FOLD, "strip",
			"<iq" A
			" id='&lt;1&gt;' type='error'><error type='cancel'><service-unavailable "
			"xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
			FEATURE_UNKNOWN },
		{ "an error's echo goes, the error stays", "off", "version",
			"<iq" A " type='error' id='1'><query xmlns='jabber:iq:version'/>"
			"<error type='cancel'/></iq>",
			VERDICT_FOLD, "strip",
			"<iq" A " type='error' id='1'><error type='cancel'/></iq>",
			FEATURE_VERSION },
		{ "jingle with a call", "off", "voip",
			"<iq" A " type='set' id='1'>" JINGLE("session-initiate", RTP) "</iq>",
			VERDICT_BOUNCE, "strip", NULL, FEATURE_VOIP },
		{ "the same jingle where calls pass", "off", "file-transfer",
			"<iq" A " type='set' id='1'>" JINGLE("session-initiate", RTP) "</iq>",
			VERDICT_PASS, "pass",
			"<iq" A " type='set' id='1'>" JINGLE("session-initiate", RTP) "</iq>",
			NONE },
		{ "a call under another name", "off", "voip",
			"<iq" A " type='set' id='1'>" JINGLE("session-initiate",
				"<content><f xmlns='urn:f'><g><description "
				"xmlns='urn:xmpp:jingle:apps:rtp:1'/></g></f></content>") "</iq>",
			VERDICT_BOUNCE, "strip", NULL, FEATURE_VOIP },
		{ "jingle without a description", "off", "file-transfer voip",
			"<iq" A " type='set' id='1'><jingle xmlns='urn:xmpp:jingle:1' "
			"action='session-terminate' "
			"sid='1'><reason><success/></reason></jingle></iq>",
			VERDICT_PASS, "pass",
			"<iq" A " type='set' id='1'><jingle xmlns='urn:xmpp:jingle:1' "
			"action='session-terminate' "
			"sid='1'><reason><success/></reason></jingle></iq>",
			NONE },
	};

	(void)unused;
	TELL(stories);
}

static void an_iq_has_the_children_that_it_may_have(void **unused)
{
	static const struct story stories[] = {
		{ "a request without a child", "off", "", "<iq" A " type='get' id='1'/>",
			VERDICT_INVALID, "bad-request", NULL, NONE },
		{ "a request with two", "off", "",
			"<iq" A
			" type='set' id='1'><ping xmlns='urn:xmpp:ping'/><b xmlns='urn:b'/></iq>",
			VERDICT_INVALID, "bad-request", NULL, NONE },
		{ "with two of which one is stripped", "off", "ping",
			"<iq" A
			" type='set' id='1'><ping xmlns='urn:xmpp:ping'/><b xmlns='urn:b'/></iq>",
			VERDICT_INVALID, "bad-request", NULL, NONE },
		{ "a result with two", "off", "",
			"<iq" A " type='result' id='1'><a xmlns='urn:b'/><b xmlns='urn:b'/></iq>",
			VERDICT_INVALID, "bad-request", NULL, NONE },
		{ "an error may echo", "off", "",
			"<iq" A " type='error' id='1'><a xmlns='urn:b'/><error type='wait'/></iq>",
			VERDICT_PASS, "pass",
			"<iq" A " type='error' id='1'><a xmlns='urn:b'/><error type='wait'/></iq>",
			NONE },
		{ "no id", "off", "", "<iq" A " type='get'><ping xmlns='urn:xmpp:ping'/></iq>",
			VERDICT_INVALID, "bad-request", NULL, NONE },
		{ "no type that there is", "off", "",
			"<iq" A " type='put' id='1'><ping xmlns='urn:xmpp:ping'/></iq>",
			VERDICT_INVALID, "bad-request", NULL, NONE },
		{ "no address", "off", "", "<message to='b@b.example'><body/></message>",
			VERDICT_INVALID, "addressing", NULL, NONE },
		{ "no stanza", "off", "", "<note" A "><body/></note>", VERDICT_INVALID,
			"not-a-stanza", NULL, NONE },
		{ "no stanza in another namespace", "off", "", "<message" JC A "><body/></message>",
			VERDICT_INVALID, "not-a-stanza", NULL, NONE },
	};

	(void)unused;
	TELL(stories);
}

static void stripped_features_are_removed_from_pubsub_items(void **unused)
{
	static const struct story stories[] = {
		{ "an event of a stripped node is folded away", "off", "mood",
			"<message" A
			">" EVENT("<items node='http://jabber.org/protocol/mood'>"
				  "<item id='1'>" MOODY "</item></items>") "</message>",
			VERDICT_DROP, "folded-away", NULL, FEATURE_MOOD },
		{ "of any node, by its payload", "off", "mood",
			"<message" A ">" EVENT("<items node='n'><item id='1'>" MOODY
					       "</item></items>") "</message>",
			VERDICT_DROP, "folded-away", NULL, FEATURE_MOOD },
		{ "other items stay", "off", "mood",
			"<message" A
			">" EVENT("<items node='n'><item id='1'>" MOODY "</item><item id='2'>" OTHER
				  "</item><item id='3'>" MOODY "<x/></item></items>") "</message>",
			VERDICT_FOLD, "strip",
			"<message" A ">" EVENT("<items node='n'><item id='2'>" OTHER
					       "</item></items>") "</message>",
			FEATURE_MOOD },
		{ "a body beside the event stays", "off", "mood",
			"<message" A ">" EVENT("<items node='n'><item>" MOODY
					       "</item></items>") "<body>x</body></message>",
			VERDICT_FOLD, "strip", "<message" A "><body>x</body></message>",
			FEATURE_MOOD },
		{ "another event passes", "off", "mood",
			"<message" A ">" EVENT("<items node='n'><item>" OTHER
					       "</item><retract id='1'/></items>") "</message>",
			VERDICT_PASS, "pass",
			"<message" A ">" EVENT("<items node='n'><item>" OTHER
					       "</item><retract id='1'/></items>") "</message>",
			NONE },
		{ "an event stands alone", "off", "mood chat-states",
			"<message" A "><active" CS "/>" EVENT("<items node='n'/>") "</message>",
			VERDICT_FOLD, "strip",
			"<message" A ">" EVENT("<items node='n'/>") "</message>",
			FEATURE_CHAT_STATES },
		{ "one group goes, another stays", "off", "mood",
			"<message" A ">" EVENT("<items node='n'><item>" MOODY
					       "</item></items><purge node='o'/>") "</message>",
			VERDICT_FOLD, "strip",
			"<message" A ">" EVENT("<purge node='o'/>") "</message>", FEATURE_MOOD },
		{ "keys are encryption, by the name of their node", "off", "encrypted",
			"<message" A
			">" EVENT("<items node='eu.siacs.conversations.axolotl.bundles:7'>"
				  "<item><bundle/></item></items>") "</message>",
			VERDICT_DROP, "folded-away", NULL, FEATURE_ENCRYPTED },
		{ "a publish is blocked", "off", "mood",
			"<iq" A " type='set' id='1'>" PUBSUB(
				"<publish node='n'><item>" MOODY "</item></publish>") "</iq>",
			VERDICT_BOUNCE, "strip", NULL, FEATURE_MOOD },
		{ "so is asking for the node", "off", "avatar",
			"<iq" A " type='get' id='1'>" PUBSUB(
				"<items node='urn:xmpp:avatar:data'/>") "</iq>",
			VERDICT_BOUNCE, "strip", NULL, FEATURE_AVATAR },
		{ "an answer with nothing left is an error", "off", "mood",
			"<iq" A " type='result' id='1'>" PUBSUB(
				"<items node='n'><item>" MOODY "</item></items>") "</iq>",
			VERDICT_FOLD, "strip",
			"<iq" A " id='1' type='error'><error type='modify'><policy-violation "
			"xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
			FEATURE_MOOD },
		{ "an answer of a node that was empty is none", "off", "mood",
			"<iq" A " type='result' id='1'>" PUBSUB("<items node='n'/>") "</iq>",
			VERDICT_PASS, "pass",
			"<iq" A " type='result' id='1'>" PUBSUB("<items node='n'/>") "</iq>",
			NONE },
		{ "what wraps the payload does not help it", "off", "mood",
			"<message" A
			">" EVENT("<items node='n'><item id='1'><w xmlns='urn:w'><v>" MOODY
				  "</v></w></item><item id='2'>" OTHER
				  "</item></items>") "</message>",
			VERDICT_FOLD, "strip",
			"<message" A ">" EVENT("<items node='n'><item id='2'>" OTHER
					       "</item></items>") "</message>",
			FEATURE_MOOD },
		{ "something unknown between the items", "off", "unknown",
			"<message" A ">" EVENT("<items node='n'><evil xmlns='urn:evil'>psst</evil>"
					       "<item id='1'/></items>") "</message>",
			VERDICT_FOLD, "strip",
			"<message" A
			">" EVENT("<items node='n'><item id='1'/></items>") "</message>",
			FEATURE_UNKNOWN },
		{ "and beside them", "off", "unknown",
			"<message" A ">" EVENT("<evil xmlns='urn:evil'>psst</evil><items "
					       "node='n'/>") "<body>x</body></message>",
			VERDICT_FOLD, "strip",
			"<message" A ">" EVENT("<items node='n'/>") "<body>x</body></message>",
			FEATURE_UNKNOWN },
		{ "a request with something unknown", "off", "unknown",
			"<iq" A " type='set' id='1'>" PUBSUB(
				"<publish node='n'/><evil xmlns='urn:evil'/>") "</iq>",
			VERDICT_BOUNCE, "strip", NULL, FEATURE_UNKNOWN },
		{ "stanzas in items are stanzas", "off", "html",
			"<message" A ">" EVENT("<items node='n'><item><message" JC ">" HTML
					       "</message></item></items>") "</message>",
			VERDICT_FOLD, "strip",
			"<message" A ">" EVENT("<items node='n'><item><message" JC
					       "/></item></items>") "</message>",
			FEATURE_HTML },
	};

	(void)unused;
	TELL(stories);
}

static void what_only_the_own_server_may_say_is_refused(void **unused)
{
	static const struct story stories[] = {
		{ "a carbon copy", "off", "",
			"<message" A "><received xmlns='urn:xmpp:carbons:2'>" FW "<message" JC
			"/>" FWEND "</received></message>",
			VERDICT_DROP, "spoofed", NULL, FEATURE_CARBONS },
		{ "a message that asks for no copy is none", "off", "",
			"<message" A "><body/><private xmlns='urn:xmpp:carbons:2'/></message>",
			VERDICT_PASS, "pass",
			"<message" A "><body/><private xmlns='urn:xmpp:carbons:2'/></message>",
			NONE },
		{ "a roster push", "off", "",
			"<iq" A
			" type='set' id='1'><query xmlns='jabber:iq:roster'><item/></query></iq>",
			VERDICT_BOUNCE, "spoofed", NULL, FEATURE_ROSTER },
		{ "a carbon copy inside an archive is history", "off", "html",
			"<message" A "><result xmlns='urn:xmpp:mam:2'>" FW "<message" JC
			"><received xmlns='urn:xmpp:carbons:2'/></message>" FWEND
			"</result></message>",
			VERDICT_PASS, "pass",
			"<message" A "><result xmlns='urn:xmpp:mam:2'>" FW "<message" JC
			"><received xmlns='urn:xmpp:carbons:2'/></message>" FWEND
			"</result></message>",
			NONE },
	};

	(void)unused;
	TELL(stories);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forwarded_stanzas_are_filtered_at_any_depth),
		cmocka_unit_test(deep_nests_of_forwarded_stanzas_are_filtered_to_the_ground),
		cmocka_unit_test(an_iq_is_answered_where_its_payload_is_stripped),
		cmocka_unit_test(an_iq_has_the_children_that_it_may_have),
		cmocka_unit_test(stripped_features_are_removed_from_pubsub_items),
		cmocka_unit_test(what_only_the_own_server_may_say_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
