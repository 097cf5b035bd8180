/* SPDX-License-Identifier: MIT */
/* What an entity says it can do, where some of it is refused: answers as Prosody, its rooms and
 * Conversations give them, and hashes of them. */
#include "policy_story.h"

#include "policy/catalogue.h"

#define QUERY(x)  "<query xmlns='http://jabber.org/protocol/disco#info'>" x "</query>"
#define ANSWER(x) "<iq" A " type='result' id='d1'>" QUERY(x) "</iq>"
#define F(x)      "<feature var='" x "'/>"
#define CLIENT    "<identity category='client' type='phone' name='Conversations'/>"
#define SERVER    "<identity category='server' type='im' name='Prosody'/>"
#define ROOM      "<identity category='conference' type='text' name='Coven'/>"
#define STORE     "<identity category='store' type='file' name='HTTP File Upload'/>"
#define FORM(type)                                                                     \
	"<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'>" \
	"<value>" type "</value></field><field var='more'/></x>"
#define UPLOAD_FORM FORM("urn:xmpp:http:upload:0")
#define ROOM_FORM   FORM("http://jabber.org/protocol/muc#roominfo")
#define CAPS        "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='q='/>"
#define CAPS2                                                                        \
	"<c xmlns='urn:xmpp:caps'><hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>k=" \
	"</hash></c>"

/* What Conversations says, in three parts of which the second goes. */
#define CLIENT_1 CLIENT F("urn:xmpp:jingle:1")
#define CLIENT_2                                  \
	F("urn:xmpp:jingle:apps:rtp:1")           \
	F("urn:xmpp:jingle:apps:rtp:audio")       \
	F("urn:xmpp:jingle:apps:rtp:video")       \
	F("urn:xmpp:jingle-message:0")            \
	F("urn:xmpp:jingle:apps:file-transfer:5") \
	F("urn:xmpp:receipts") F("eu.siacs.conversations.axolotl.devicelist+notify")
#define CLIENT_3 F("urn:xmpp:avatar:metadata+notify") F("urn:xmpp:ping")

#define SERVER_1 SERVER F("urn:xmpp:ping") F("jabber:iq:roster") F("vcard-temp")
#define SERVER_2                                       \
	F("http://jabber.org/protocol/pubsub#publish") \
	F("msgoffline") F("urn:xmpp:mam:2#extended")

#define ROOM_1 F("http://jabber.org/protocol/muc") F("muc_public") F("muc_nonanonymous")
#define ROOM_2 F("http://jabber.org/protocol/muc#stable_id") F("jabber:x:conference")
#define ROOM_3 F("urn:xmpp:mam:2") ROOM_FORM

static void what_is_refused_is_not_named(void **unused)
{
	static const struct policy_story stories[] = {
		{ "a client", ANSWER(CLIENT_1 CLIENT_2 CLIENT_3), VERDICT_FOLD, "block",
			ANSWER(CLIENT_1 CLIENT_3), NULL, FEATURE_VOIP, false, false },
		{ "a server", ANSWER(SERVER_1 SERVER_2), VERDICT_PASS, NULL, NULL, NULL, NONE,
			false, false },
		{ "an upload service", ANSWER(STORE F("urn:xmpp:http:upload:0") UPLOAD_FORM),
			VERDICT_FOLD, "block", ANSWER(STORE UPLOAD_FORM), NULL,
			FEATURE_FILE_TRANSFER, false, false },
		{ "nothing else", ANSWER(F("urn:xmpp:omemo:2")), VERDICT_FOLD, "block",
			"<iq" A " type='result' id='d1'><query "
			"xmlns='http://jabber.org/protocol/disco#info'/></iq>",
			NULL, FEATURE_ENCRYPTED, false, false },
		{ "in a message that is passed on",
			"<message" A ">" FW "<iq" JC
			">" QUERY(CLIENT F("urn:xmpp:receipts")) "</iq>" FWEND "</message>",
			VERDICT_FOLD, "strip",
			"<message" A ">" FW "<iq" JC ">" QUERY(CLIENT) "</iq>" FWEND "</message>",
			NULL, FEATURE_RECEIPTS, false, false },
		{ "the question passes",
			"<iq" A " type='get' id='1'><query "
			"xmlns='http://jabber.org/protocol/disco#info' node='c#q='/></iq>",
			VERDICT_PASS, NULL, NULL, NULL, NONE, false, false },
		{ "a feature without a name", ANSWER("<feature/>"), VERDICT_PASS, NULL, NULL, NULL,
			NONE, false, false },
		{ "items are not looked at",
			"<iq" A " type='result' id='1'><query "
			"xmlns='http://jabber.org/protocol/disco#items'><item jid='b.example' "
			"node='urn:xmpp:omemo:2:devices'/></query></iq>",
			VERDICT_PASS, NULL, NULL, NULL, NONE, false, false },
	};

	(void)unused;
	TELL_UNDER(UNDER("block = [ \"voip\", \"file-transfer\", \"encrypted\" ]; "
			 "strip = [ \"receipts\" ];"),
		stories);
}

static void a_room_says_less_where_rooms_are_refused(void **unused)
{
	static const struct policy_story stories[] = {
		{ "a room", ANSWER(ROOM ROOM_1 ROOM_2 ROOM_3), VERDICT_FOLD, "strip",
			ANSWER(ROOM ROOM_3), NULL, FEATURE_MUC, false, false },
	};

	(void)unused;
	TELL_UNDER(UNDER("strip = [ \"muc\" ];"), stories);
}

static void what_nobody_knows_is_hidden_where_it_is_refused(void **unused)
{
	static const struct policy_story stories[] = {
		{ "a client", ANSWER(CLIENT F("urn:xmpp:ping") F("urn:odd:0") F("msgoffline")),
			VERDICT_FOLD, "strip", ANSWER(CLIENT F("urn:xmpp:ping") F("msgoffline")),
			NULL, FEATURE_UNKNOWN, false, false },
	};

	(void)unused;
	TELL_UNDER(UNDER("strip = [ \"unknown\" ];"), stories);
}

static void hashes_go_where_something_is_hidden(void **unused)
{
	static const struct policy_story hidden[] = {
		{ "of both kinds", "<presence" A ">" CAPS "<show>away</show>" CAPS2 "</presence>",
			VERDICT_FOLD, "block", "<presence" A "><show>away</show></presence>", NULL,
			FEATURE_CAPS, false, false },
		{ "none", "<presence" A "><show>away</show></presence>", VERDICT_PASS, NULL, NULL,
			NULL, NONE, false, false },
	};
	static const struct policy_story shown[] = {
		{ "of both kinds", "<presence" A ">" CAPS CAPS2 "</presence>", VERDICT_PASS, NULL,
			NULL, NULL, NONE, false, false },
	};
	static const struct policy_story refused[] = {
		{ "where they are refused themselves", "<presence" A ">" CAPS "</presence>",
			VERDICT_DROP, "block", NULL, NULL, FEATURE_CAPS, false, false },
	};

	(void)unused;
	TELL_UNDER(UNDER("block = [ \"voip\" ];"), hidden);
	TELL_UNDER(UNDER("audit = \"headers\";"), shown);
	TELL_UNDER(UNDER("strip = [ \"nick\" ]; block = [ \"caps\" ];"), refused);
}

static void a_variable_is_known_by_its_namespace(void **unused)
{
	static const struct {
		const char *var;
		enum feature feature;
	} cases[] = {
		{ "urn:xmpp:receipts", FEATURE_RECEIPTS },
		{ "urn:xmpp:avatar:metadata+notify", FEATURE_AVATAR },
		{ "eu.siacs.conversations.axolotl.devicelist+notify", FEATURE_ENCRYPTED },
		{ "http://jabber.org/protocol/pubsub", FEATURE_PUBSUB },
		{ "http://jabber.org/protocol/pubsub#publish-options", FEATURE_PUBSUB },
		{ "http://jabber.org/protocol/muc#stable_id", FEATURE_MUC },
		{ "http://jabber.org/protocol/disco#info", FEATURE_DISCO },
		{ "urn:xmpp:mam:2#extended", FEATURE_ARCHIVE },
		{ "urn:xmpp:jingle:1", FEATURE_CARRIER },
		{ "urn:xmpp:jingle:apps:rtp:video", FEATURE_VOIP },
		{ "muc_passwordprotected", FEATURE_MUC },
		{ "msgoffline", FEATURE_CORE },
		{ "", FEATURE_CORE },
		{ "+notify", FEATURE_CORE },
		{ "#", FEATURE_CORE },
		{ "urn:odd:0", FEATURE_UNKNOWN },
		{ "urn:odd:0#x", FEATURE_UNKNOWN },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (catalogue_var(str_of(cases[i].var)) != cases[i].feature)
			fail_msg("%s is %u", cases[i].var,
				(unsigned)catalogue_var(str_of(cases[i].var)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_refused_is_not_named),
		cmocka_unit_test(a_room_says_less_where_rooms_are_refused),
		cmocka_unit_test(what_nobody_knows_is_hidden_where_it_is_refused),
		cmocka_unit_test(hashes_go_where_something_is_hidden),
		cmocka_unit_test(a_variable_is_known_by_its_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
