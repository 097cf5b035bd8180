/* SPDX-License-Identifier: MIT */
/* Keys, data and texts wherever they hide: nodes, private storage, vCards, archives, errors. */
#include "policy_story.h"

#define EVENT_OF(x)  "<message" A " type='headline'>" EVENT(x) "</message>"
#define SET_OF(x)    "<iq" A " type='set' id='1'>" PUBSUB(x) "</iq>"
#define GET_OF(x)    "<iq" A " type='get' id='1'>" PUBSUB(x) "</iq>"
#define RESULT_OF(x) "<iq" A " type='result' id='1'>" PUBSUB(x) "</iq>"
#define OWNER(x)                                                                       \
	"<iq" A " type='set' id='1'><pubsub xmlns='http://jabber.org/protocol/pubsub#" \
	"owner'>" x "</pubsub></iq>"
#define DEVICES "eu.siacs.conversations.axolotl.devicelist"
#define LIST    "<list xmlns='eu.siacs.conversations.axolotl'><device id='1'/></list>"
#define MAM     "<result xmlns='urn:xmpp:mam:2' queryid='q' id='1'>"
#define MAMEND  "</result>"
#define ERROR_IQ                                                               \
	"<iq" A " id='1' type='error'><error type='modify'><policy-violation " \
	"xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
#define NO "policy-violation"

static void keys_in_nodes_are_refused(void **unused)
{
	static const struct policy_story stories[] = {
		{ "devices are told",
			EVENT_OF("<items node='" DEVICES "'><item id='current'>" LIST
				 "</item></items>"),
			VERDICT_BOUNCE, "block", NULL, NO, FEATURE_ENCRYPTED, false, false },
		{ "without a payload", EVENT_OF("<items node='" DEVICES "'><item id='1'/></items>"),
			VERDICT_BOUNCE, "block", NULL, NO, FEATURE_ENCRYPTED, false, false },
		{ "taken back",
			EVENT_OF("<items node='urn:xmpp:omemo:2:devices'><retract id='1'/>"
				 "</items>"),
			VERDICT_BOUNCE, "block", NULL, NO, FEATURE_ENCRYPTED, false, false },
		{ "emptied", EVENT_OF("<purge node='urn:xmpp:openpgp:0:public-keys'/>"),
			VERDICT_BOUNCE, "block", NULL, NO, FEATURE_ENCRYPTED, false, false },
		{ "a bundle is published",
			SET_OF("<publish node='eu.siacs.conversations.axolotl.bundles:4711'><item/>"
			       "</publish>"),
			VERDICT_BOUNCE, "block", NULL, NO, FEATURE_ENCRYPTED, false, false },
		{ "a key is asked for",
			GET_OF("<items "
			       "node='urn:xmpp:openpgp:0:public-keys:1357B01865B2503C18453D208"
			       "CAC2A9678548E35'/>"),
			VERDICT_BOUNCE, "block", NULL, NO, FEATURE_ENCRYPTED, false, false },
		{ "one is retracted",
			SET_OF("<retract node='urn:xmpp:omemo:2:bundles'><item id='1'/></retract>"),
			VERDICT_BOUNCE, "block", NULL, NO, FEATURE_ENCRYPTED, false, false },
		{ "a node of keys is subscribed to",
			SET_OF("<subscribe node='urn:xmpp:omemo:2:devices' jid='a@a.example'/>"),
			VERDICT_BOUNCE, "block", NULL, NO, FEATURE_ENCRYPTED, false, false },
		{ "or deleted", OWNER("<delete node='urn:xmpp:omemo:2:devices'/>"), VERDICT_BOUNCE,
			"block", NULL, NO, FEATURE_ENCRYPTED, false, false },
		{ "an answer with keys is an error",
			RESULT_OF("<items node='" DEVICES "'><item id='current'>" LIST
				  "</item></items>"),
			VERDICT_FOLD, "block", ERROR_IQ, NULL, FEATURE_ENCRYPTED, false, false },
		{ "keys in a node of another name",
			EVENT_OF("<items node='n'><item><q:list xmlns:q='urn:xmpp:omemo:2'/></item>"
				 "</items>"),
			VERDICT_BOUNCE, "block", NULL, NO, FEATURE_ENCRYPTED, false, false },
		{ "another node passes", EVENT_OF("<items node='urn:xmpp:avatar:metadata'/>"),
			VERDICT_PASS, NULL, NULL, NULL, NONE, false, false },
	};

	(void)unused;
	TELL_UNDER(UNDER("block = [ \"encrypted\" ];"), stories);
}

static void keys_in_nodes_are_taken_out(void **unused)
{
	static const struct policy_story stories[] = {
		{ "an event is folded away",
			EVENT_OF("<items node='" DEVICES "'><item id='1'/>"
				 "</items>"),
			VERDICT_DROP, "strip", NULL, NULL, FEATURE_ENCRYPTED, false, false },
		{ "a publish is refused", SET_OF("<publish node='" DEVICES "'/>"), VERDICT_BOUNCE,
			"strip", NULL, NO, FEATURE_ENCRYPTED, false, false },
		{ "a question is refused", GET_OF("<items node='" DEVICES "'/>"), VERDICT_BOUNCE,
			"strip", NULL, NO, FEATURE_ENCRYPTED, false, false },
		{ "an answer is an error", RESULT_OF("<items node='" DEVICES "'/>"), VERDICT_FOLD,
			"strip", ERROR_IQ, NULL, FEATURE_ENCRYPTED, false, false },
	};

	(void)unused;
	TELL_UNDER(UNDER("strip = [ \"encrypted\" ];"), stories);
}

#define PRIVATE(type, x) \
	"<iq" A " type='" type "' id='1'><query xmlns='jabber:iq:private'>" x "</query></iq>"

static void private_storage_is_what_is_in_it(void **unused)
{
	static const struct policy_story stories[] = {
		{ "bookmarks", PRIVATE("get", "<storage xmlns='storage:bookmarks'/>"),
			VERDICT_BOUNCE, "block", NULL, NO, FEATURE_MUC, false, false },
		{ "something unknown", PRIVATE("set", "<exodus xmlns='exodus:prefs'/>"),
			VERDICT_PASS, NULL, NULL, NULL, NONE, false, false },
		{ "a picture",
			PRIVATE("result", "<a xmlns='urn:a'><vCard xmlns='vcard-temp'><PHOTO/>"
					  "</vCard></a>"),
			VERDICT_FOLD, "strip", ERROR_IQ, NULL, FEATURE_AVATAR, false, false },
	};

	(void)unused;
	TELL_UNDER(UNDER("block = [ \"muc\" ]; strip = [ \"avatar\" ];"), stories);
}

#define VCARD(x) "<iq" A " type='result' id='1'><vCard xmlns='vcard-temp'>" x "</vCard></iq>"

static void vcards_lose_data_and_keys(void **unused)
{
	static const struct policy_story stories[] = {
		{ "an old one",
			VCARD("<FN>n</FN><PHOTO><BINVAL>AA</BINVAL></PHOTO><LOGO><BINVAL>AA</"
			      "BINVAL>"
			      "</LOGO><SOUND><BINVAL>AA</BINVAL></SOUND><KEY><CRED>AA</CRED></"
			      "KEY>"),
			VERDICT_FOLD, "strip", VCARD("<FN>n</FN>"), NULL, FEATURE_AVATAR, false,
			false },
		{ "a new one",
			"<iq" A " type='result' id='1'><vcard "
			"xmlns='urn:ietf:params:xml:ns:vcard-4.0'><fn><text>n</text></fn><photo>"
			"<uri>data:,</uri></photo><key><uri>data:,</uri></key></vcard></iq>",
			VERDICT_FOLD, "strip",
			"<iq" A " type='result' id='1'><vcard "
			"xmlns='urn:ietf:params:xml:ns:vcard-4.0'><fn><text>n</text></fn></vcard></"
			"iq>",
			NULL, FEATURE_AVATAR, false, false },
	};

	(void)unused;
	TELL_UNDER(UNDER("strip = [ \"avatar\", \"encrypted\" ];"), stories);
}

#define OTR_BODY "<body>?O<![CDATA[TR:A]]>AMD</body>"

static void texts_are_read_in_every_wrapper(void **unused)
{
	static const struct policy_story stories[] = {
		{ "a message", "<message" A ">" OTR_BODY "</message>", VERDICT_BOUNCE, "block",
			NULL, NO, FEATURE_ENCRYPTED, false, false },
		{ "an offer in white space",
			"<message" A "><body>hi \t  \t\t\t\t \t \t \t  </body></message>",
			VERDICT_BOUNCE, "block", NULL, NO, FEATURE_ENCRYPTED, false, false },
		{ "a link to a file", "<message" A "><body>aesgcm://f.example/x</body></message>",
			VERDICT_BOUNCE, "block", NULL, NO, FEATURE_FILE_TRANSFER, false, false },
		{ "XHTML-IM",
			"<message" A "><html xmlns='http://jabber.org/protocol/xhtml-im'><body "
			"xmlns='http://www.w3.org/1999/xhtml'>?OTR:AA</body></html></message>",
			VERDICT_BOUNCE, "block", NULL, NO, FEATURE_ENCRYPTED, false, false },
		{ "a picture in XHTML-IM",
			"<message" A "><html xmlns='http://jabber.org/protocol/xhtml-im'><body "
			"xmlns='http://www.w3.org/1999/xhtml'><img src='data:,'/></body></html>"
			"</message>",
			VERDICT_BOUNCE, "block", NULL, NO, FEATURE_BOB, false, false },
		{ "an archive",
			"<message" A ">" MAM FW "<message" JC ">" OTR_BODY "</message>" FWEND MAMEND
			"</message>",
			VERDICT_BOUNCE, "block", NULL, NO, FEATURE_ENCRYPTED, false, false },
		{ "an item",
			EVENT_OF("<items node='n'><item><message" JC ">" OTR_BODY
				 "</message></item></items>"),
			VERDICT_BOUNCE, "block", NULL, NO, FEATURE_ENCRYPTED, false, false },
		{ "an error is dropped",
			"<message" A " type='error'>" OTR_BODY "<error type='cancel'/></message>",
			VERDICT_DROP, "block", NULL, NULL, FEATURE_ENCRYPTED, false, false },
		{ "a room's message", "<message" A " type='groupchat'>" OTR_BODY "</message>",
			VERDICT_BOUNCE, "block", NULL, NO, FEATURE_ENCRYPTED, true, false },
		{ "a body elsewhere is none",
			"<message" A "><w xmlns='urn:w'><body>?OTR:AA</body></w>"
			"</message>",
			VERDICT_PASS, NULL, NULL, NULL, NONE, false, false },
	};

	(void)unused;
	TELL_UNDER(UNDER("block = [ \"encrypted\", \"file-transfer\" ];"), stories);
}

static void texts_are_seen_where_a_record_is_kept(void **unused)
{
	static const struct {
		const char *policies, *body;
		enum feature seen;
		bool is;
	} cases[] = {
		{ UNDER("audit = \"headers\";"), "?OTR:AA", FEATURE_ENCRYPTED, true },
		{ UNDER("audit = \"headers\";"), "aesgcm://x", FEATURE_FILE_TRANSFER, true },
		{ UNDER("audit = \"headers\";"), "hi \t  \t\t\t\t \t \t \t  ", FEATURE_ENCRYPTED,
			true },
		{ UNDER("audit = \"headers\"; strip = [ \"nick\" ];"), "?OTR:AA", FEATURE_ENCRYPTED,
			true },
		{ UNDER("audit = \"headers\";"), "hello", FEATURE_ENCRYPTED, false },
		{ UNDER("audit = \"off\"; strip = [ \"nick\" ];"), "?OTR:AA", FEATURE_ENCRYPTED,
			false },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct filter_result *r;
		struct policy_text text;
		struct rig rig;
		char in[256];

		policy_text_init(&text, cases[i].policies);
		rig_init(&rig, text.table, RIG_HEADER);
		snprintf(in, sizeof(in), "<message" A "><body>%s</body></message>", cases[i].body);
		r = rig_feed(&rig, str_of(in), SIZE_MAX);
		assert_non_null(r);
		assert_int_equal(r->verdict, VERDICT_PASS);
		assert_str(r->bytes, in);
		assert_int_equal(feature_set_has(&r->seen, cases[i].seen), cases[i].is);
		filter_recorded(rig.filter, false);
		r = rig_feed(&rig, str_of(in), SIZE_MAX);
		assert_str(r->bytes, in);
		assert_false(feature_set_has(&r->seen, cases[i].seen));
		rig_fini(&rig);
		policy_text_fini(&text);
	}
}

static void what_is_not_let_through_is_found_without_a_record_too(void **unused)
{
	struct policy_text text;
	struct rig rig;
	const struct filter_result *r;

	(void)unused;
	policy_text_init(&text, UNDER("block = [ \"encrypted\" ];"));
	rig_init(&rig, text.table, RIG_HEADER);
	filter_recorded(rig.filter, false);
	r = rig_feed(&rig, STR("<message" A "><body>?OTR:AA</body></message>"), SIZE_MAX);
	assert_non_null(r);
	assert_int_equal(r->verdict, VERDICT_BOUNCE);
	rig_fini(&rig);
	policy_text_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_in_nodes_are_refused),
		cmocka_unit_test(keys_in_nodes_are_taken_out),
		cmocka_unit_test(private_storage_is_what_is_in_it),
		cmocka_unit_test(vcards_lose_data_and_keys),
		cmocka_unit_test(texts_are_read_in_every_wrapper),
		cmocka_unit_test(texts_are_seen_where_a_record_is_kept),
		cmocka_unit_test(what_is_not_let_through_is_found_without_a_record_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
