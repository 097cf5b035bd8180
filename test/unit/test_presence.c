/* SPDX-License-Identifier: MIT */
/* Folded presence: what is left of it, and that rooms (XEP-0045) go on working with what is left.
 */
#include "filter_story.h"

#define USER    " from='a@a.example/r' to='room@muc.b.example/nick'"
#define ROOM    " from='room@muc.b.example/nick' to='a@a.example/r'"
#define CAPS    "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='v'/>"
#define ECAPS   "<c xmlns='urn:xmpp:caps'/>"
#define JOIN(x) "<x xmlns='http://jabber.org/protocol/muc'>" x "</x>"
#define SAYS(x) "<x xmlns='http://jabber.org/protocol/muc#user'>" x "</x>"
#define DECORATION                                                                             \
	"<status>at lunch</status><priority>5</priority>" CAPS ECAPS                           \
	"<x xmlns='vcard-temp:x:update'><photo>1</photo></x>"                                  \
	"<nick xmlns='http://jabber.org/protocol/nick'>n</nick>"                               \
	"<idle xmlns='urn:xmpp:idle:1' since='s'/><query xmlns='jabber:iq:last' seconds='1'/>" \
	"<delay xmlns='urn:xmpp:delay' stamp='s'/><x xmlns='jabber:x:signed'>s</x>"            \
	"<x xmlns='jabber:x:encrypted'>e</x><odd xmlns='urn:odd'>o</odd>"                      \
	"<hats xmlns='urn:xmpp:hats:0'/><occupant-id xmlns='urn:xmpp:occupant-id:0' id='1'/>"

static void availability_leaves_online_or_offline(void **unused)
{
	static const struct story stories[] = {
		{ "all there is", "availability", "",
			"<presence" USER " id='1' xml:lang='de'><show>away</show>" DECORATION
			"</presence>",
			VERDICT_FOLD, "fold", "<presence" USER "/>", FEATURE_CORE },
		{ "plain presence is left alone", "availability", "", "<presence" USER "/>",
			VERDICT_PASS, "pass", "<presence" USER "/>", NONE },
		{ "going offline", "availability", "",
			"<presence type='unavailable'" USER
			" id='1'><status>bye</status></presence>",
			VERDICT_FOLD, "fold", "<presence type='unavailable'" USER "/>",
			FEATURE_CORE },
		{ "an unknown attribute", "availability", "", "<presence x='1'" USER "/>",
			VERDICT_FOLD, "fold", "<presence" USER "/>", FEATURE_UNKNOWN },
		{ "text between", "availability", "", "<presence" USER "> </presence>",
			VERDICT_PASS, "pass", "<presence" USER "/>", NONE },
		{ "an error in what is none", "availability", "",
			"<presence" USER "><error>psst</error></presence>", VERDICT_FOLD, "fold",
			"<presence" USER "/>", FEATURE_UNKNOWN },
		{ "a stanza in it", "availability", "",
			"<presence" USER "><presence><status>psst</status></presence></presence>",
			VERDICT_FOLD, "fold", "<presence" USER "/>", FEATURE_UNKNOWN },
		{ "declarations go silently", "availability", "",
			"<p:presence xmlns:p='jabber:server' xmlns:q='urn:psst'" USER "/>",
			VERDICT_PASS, "pass", "<presence" USER "/>", NONE },
		{ "a strip of the same is named first", "availability", "caps",
			"<presence" USER ">" CAPS "</presence>", VERDICT_FOLD, "strip",
			"<presence" USER "/>", FEATURE_CAPS },
		{ "messages and iqs are not presence", "availability", "",
			"<message" USER " id='1' xml:lang='de'><body>x</body>" CAPS "</message>",
			VERDICT_PASS, "pass",
			"<message" USER " id='1' xml:lang='de'><body>x</body>" CAPS "</message>",
			NONE },
	};

	(void)unused;
	TELL(stories);
}

static void without_fold_only_what_is_stripped_goes(void **unused)
{
	static const struct story stories[] = {
		{ "capabilities", "off", "caps",
			"<presence" USER " id='1'><show>xa</show>" CAPS ECAPS "</presence>",
			VERDICT_FOLD, "strip",
			"<presence" USER " id='1'><show>xa</show></presence>", FEATURE_CAPS },
		{ "unknown things", "off", "unknown",
			"<presence" USER
			"><show>xa</show><body>x</body><u xmlns='urn:u'/></presence>",
			VERDICT_FOLD, "strip", "<presence" USER "><show>xa</show></presence>",
			FEATURE_UNKNOWN },
		{ "nothing left is presence still", "off", "caps",
			"<presence" USER ">" CAPS "</presence>", VERDICT_FOLD, "strip",
			"<presence" USER "/>", FEATURE_CAPS },
	};

	(void)unused;
	TELL(stories);
}

static void show_keeps_show_and_nothing_else(void **unused)
{
	static const struct story stories[] = {
		{ "away", "show", "",
			"<presence" USER ">" DECORATION "<show>away</show></presence>",
			VERDICT_FOLD, "fold", "<presence" USER "><show>away</show></presence>",
			FEATURE_CORE },
		{ "alone", "show", "",
			"<presence" USER "><show>d<![CDATA[n]]>&#100;</show></presence>",
			VERDICT_PASS, "pass", "<presence" USER "><show>dnd</show></presence>",
			NONE },
		{ "a value that there is not", "show", "",
			"<presence" USER "><show>awayward</show></presence>", VERDICT_FOLD, "fold",
			"<presence" USER "/>", FEATURE_CORE },
		{ "a very long one", "show", "",
			"<presence" USER "><show>awayawayawayawayawayaway</show></presence>",
			VERDICT_FOLD, "fold", "<presence" USER "/>", FEATURE_CORE },
		{ "an empty one is none", "show", "", "<presence" USER "><show/></presence>",
			VERDICT_PASS, "pass", "<presence" USER "/>", NONE },
		{ "a second one", "show", "",
			"<presence" USER "><show>xa</show><show>away</show></presence>",
			VERDICT_FOLD, "fold", "<presence" USER "><show>xa</show></presence>",
			FEATURE_CORE },
		{ "more than text in it", "show", "",
			"<presence" USER "><show a='psst'>x<b>y</b>a</show></presence>",
			VERDICT_FOLD, "fold", "<presence" USER "><show>xa</show></presence>",
			FEATURE_UNKNOWN },
		{ "not when offline", "show", "",
			"<presence type='unavailable'" USER "><show>xa</show></presence>",
			VERDICT_FOLD, "fold", "<presence type='unavailable'" USER "/>",
			FEATURE_CORE },
		{ "from a room with what the room says", "show", "",
			"<presence" ROOM
			"><show>xa</show>" SAYS("<status code='110'/>") "</presence>",
			VERDICT_PASS, "pass",
			"<presence" ROOM
			"><show>xa</show>" SAYS("<status code='110'/>") "</presence>",
			NONE },
		{ "an id outlives it only with a join", "show", "",
			"<presence" USER " id='1'><show>xa</show></presence>", VERDICT_FOLD, "fold",
			"<presence" USER "><show>xa</show></presence>", FEATURE_CORE },
	};

	(void)unused;
	TELL(stories);
}

static void show_values_are_mapped(void **unused)
{
	static const struct {
		const char *in, *out;
		enum verdict verdict;
	} cases[] = {
		{ "<show>xa</show>", "<show>away</show>", VERDICT_FOLD },
		{ "<show>dnd</show>", "<show>away</show>", VERDICT_FOLD },
		{ "<show>away</show>", "<show>away</show>", VERDICT_PASS },
		{ "<show>chat</show>", "", VERDICT_FOLD },
		{ "", "", VERDICT_PASS },
	};
	char *any[] = { (char[]){ "any" } };
	struct policy policy = { .name = (char[]){ "map" },
		.allow = { any, 1 },
		.iq = { any, 1 },
		.presence = { .fold = FOLD_SHOW,
			.show_map = { .xa = (char[]){ "away" },
				.dnd = (char[]){ "away" },
				.chat = (char[]){ "" } } } };
	const struct policy *list[] = { &policy };
	struct policy_set *set = policy_set_new();
	const struct policy_table *table = policy_set_merge(set, list, 1);

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct filter_result *r;
		char in[256], want[256];
		struct rig rig;

		snprintf(in, sizeof(in), "<presence" USER ">%s</presence>", cases[i].in);
		snprintf(want, sizeof(want),
			cases[i].out[0] ? "<presence" USER ">%s</presence>" : "<presence" USER "/>",
			cases[i].out);
		rig_init(&rig, table, RIG_HEADER);
		r = rig_feed(&rig, str_of(in), 1);
		assert_non_null(r);
		assert_int_equal(r->verdict, cases[i].verdict);
		assert_ptr_equal(r->policy, r->verdict == VERDICT_FOLD ? &policy : NULL);
		assert_str(r->bytes, want);
		rig_fini(&rig);
	}
	policy_set_free(set);
}

static void subscriptions_and_probes_pass_without_children(void **unused)
{
	static const char *const types[] = { "subscribe", "subscribed", "unsubscribe",
		"unsubscribed", "probe", "unavailable" };
	static const char *const folds[] = { "availability", "show" };

	(void)unused;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		for (size_t j = 0; j < sizeof(folds) / sizeof(folds[0]); j++) {
			char in[2048], out[256], plain[256];
			struct story folded = { types[i], folds[j], "", in, VERDICT_FOLD, "fold",
				out, FEATURE_CORE };
			struct story as_is = { types[i], folds[j], "unknown", plain, VERDICT_PASS,
				"pass", plain, NONE };

			snprintf(in, sizeof(in),
				"<presence from='a@a.example' to='b@b.example' type='%s' id='1'>"
				"<show>away</show>%s</presence>",
				types[i], DECORATION);
			snprintf(out, sizeof(out),
				"<presence from='a@a.example' to='b@b.example' type='%s'/>",
				types[i]);
			snprintf(plain, sizeof(plain), "%s", out);
			tell_all(&folded, 1);
			tell_all(&as_is, 1);
		}
	}
}

static void a_subscription_has_no_room(void **unused)
{
	static const struct story story = { "subscribe", "availability", "",
		"<presence type='subscribe'" USER
		">" JOIN("<password>psst</password>") "</presence>",
		VERDICT_FOLD, "fold", "<presence type='subscribe'" USER "/>", FEATURE_MUC };

	(void)unused;
	tell_all(&story, 1);
}

static void errors_keep_id_and_error(void **unused)
{
#define GONE                                                                                     \
	"<error type='cancel' by='b'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>x</gone>" \
	"<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>t</text></error>"
	static const struct story stories[] = {
		{ "with a decorated echo", "availability", "",
			"<presence type='error' id='1'" ROOM "><status>x</status>" CAPS GONE
			"</presence>",
			VERDICT_FOLD, "fold",
			"<presence type='error' id='1'" ROOM ">" GONE "</presence>", FEATURE_CORE },
		{ "and nothing hides in it", "availability", "",
			"<presence type='error' id='1'" ROOM "><error type='cancel' z='psst'>psst"
			"<status>psst</status><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' "
			"a='psst'><b xmlns='urn:psst'/></gone><any xmlns='urn:psst'>psst</any>" CAPS
			"<presence><status>psst</status></presence></error></presence>",
			VERDICT_FOLD, "fold",
			"<presence type='error' id='1'" ROOM "><error type='cancel'><gone "
			"xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>",
			FEATURE_UNKNOWN },
		{ "and the join they answer", "show", "",
			"<presence type='error' id='1'" ROOM ">" JOIN("") GONE "</presence>",
			VERDICT_PASS, "pass",
			"<presence type='error' id='1'" ROOM
			"><x xmlns='http://jabber.org/protocol/muc'/>" GONE "</presence>",
			NONE },
	};

	(void)unused;
	TELL(stories);
}

static void joining_a_room_survives(void **unused)
{
	static const struct story stories[] = {
		{ "with history and password, and the id", "availability", "unknown",
			"<presence id='j1'" USER "><show>away</show>" CAPS JOIN(
				"<history maxchars='1' maxstanzas='2' seconds='3' since='4'/>"
				"<password>psst</password>") "<status>x</status></presence>",
			VERDICT_FOLD, "fold",
			"<presence" USER " id='j1'>" JOIN(
				"<history maxchars='1' maxstanzas='2' seconds='3' since='4'/>"
				"<password>psst</password>") "</presence>",
			FEATURE_CORE },
		{ "with nothing but itself", "availability", "",
			"<presence" USER
			" id='a&apos;b'><x xmlns='http://jabber.org/protocol/muc'/>"
			"</presence>",
			VERDICT_PASS, "pass",
			"<presence" USER
			" id='a&apos;b'><x xmlns='http://jabber.org/protocol/muc'/>"
			"</presence>",
			NONE },
		{ "with show before it", "show", "",
			"<presence" USER
			" id='1'><show>xa</show>" JOIN("<password/>") "</presence>",
			VERDICT_PASS, "pass",
			"<presence" USER
			" id='1'><show>xa</show>" JOIN("<password/>") "</presence>",
			NONE },
		{ "and nothing hides in it", "availability", "",
			"<presence" USER "><m:x xmlns:m='http://jabber.org/protocol/muc' "
			"xmlns:q='urn:psst' a='psst'>psst<m:history b='psst' seconds='1'>psst<m:c/>"
			"</m:history><d/><m:password c='1' "
			"xml:lang='de'>p<m:e>psst</m:e></m:password>"
			"<m:item nick='psst'/></m:x></presence>",
			VERDICT_FOLD, "fold",
			"<presence" USER "><m:x xmlns:m='http://jabber.org/protocol/muc'>"
			"<m:history seconds='1'/><m:password xml:lang='de'>p</m:password></m:x>"
			"</presence>",
			FEATURE_UNKNOWN },
		{ "not under a borrowed name either", "availability", "",
			"<presence" USER
			">" JOIN("<password xmlns='urn:psst'>psst</password>"
				 "<o:history xmlns:o='urn:psst' seconds='1'/>") "</presence>",
			VERDICT_FOLD, "fold",
			"<presence" USER "><x xmlns='http://jabber.org/protocol/muc'/></presence>",
			FEATURE_UNKNOWN },
		{ "unless rooms are stripped", "availability", "muc",
			"<presence" USER " id='1'>" JOIN("<password>x</password>") "</presence>",
			VERDICT_FOLD, "strip", "<presence" USER "/>", FEATURE_MUC },
	};

	(void)unused;
	TELL(stories);
}

static void what_a_room_says_survives(void **unused)
{
#define ITEM(attrs) "<item affiliation='member' " attrs "/>"
	static const struct story stories[] = {
		{ "own presence with its codes", "availability", "",
			"<presence" ROOM " id='j1'><show>away</show>" CAPS SAYS(ITEM(
				"role='participant' jid='a@a.example/r'") "<status "
									  "code='110'/><status "
									  "code='201'/>") "<nick "
											  "xmlns='"
											  "http://"
											  "jabber."
											  "org/"
											  "protocol"
											  "/nick'>"
											  "n</"
											  "nick></"
											  "presence"
											  ">",
			VERDICT_FOLD, "fold",
			"<presence" ROOM ">" SAYS(ITEM(
				"role='participant' jid='a@a.example/r'") "<status "
									  "code='110'/><status "
									  "code='201'/>") "</"
											  "presence"
											  ">",
			FEATURE_CORE },
		{ "a nick change", "availability", "unknown",
			"<presence type='unavailable'" ROOM ">" SAYS(ITEM(
				"nick='new' role='participant'") "<status code='303'/>") "</"
											 "presence"
											 ">",
			VERDICT_PASS, "pass",
			"<presence type='unavailable'" ROOM ">" SAYS(ITEM(
				"nick='new' role='participant'") "<status code='303'/>") "</"
											 "presence"
											 ">",
			NONE },
		{ "a kick with actor and reason", "availability", "",
			"<presence type='unavailable'" ROOM
			">" SAYS("<item affiliation='none' role='none'><actor jid='k@a.example' "
				 "nick='K'/>"
				 "<reason>off <b>with</b> him</reason><continue thread='t'/></item>"
				 "<status code='307'/>") "</presence>",
			VERDICT_FOLD, "fold",
			"<presence type='unavailable'" ROOM
			">" SAYS("<item affiliation='none' role='none'><actor jid='k@a.example' "
				 "nick='K'/>"
				 "<reason>off  him</reason><continue thread='t'/></item>"
				 "<status code='307'/>") "</presence>",
			FEATURE_UNKNOWN },
		{ "the end of a room", "availability", "",
			"<presence type='unavailable'" ROOM ">" SAYS("<item affiliation='none' "
								     "role='none'/><destroy "
								     "jid='new@muc.b.example'>"
								     "<reason "
								     "xml:lang='en'>moved</"
								     "reason><password>p</"
								     "password></destroy>") "</"
											    "presen"
											    "ce>",
			VERDICT_PASS, "pass",
			"<presence type='unavailable'" ROOM ">" SAYS("<item affiliation='none' "
								     "role='none'/><destroy "
								     "jid='new@muc.b.example'>"
								     "<reason "
								     "xml:lang='en'>moved</"
								     "reason><password>p</"
								     "password></destroy>") "</"
											    "presen"
											    "ce>",
			NONE },
		{ "what belongs elsewhere does not", "availability", "",
			"<presence" ROOM
			">" SAYS("<history seconds='1'/><reason>psst</reason>"
				 "<invite><reason>psst</reason></invite>"
				 "<status code='1' jid='psst'>psst</status>") "</presence>",
			VERDICT_FOLD, "fold",
			"<presence" ROOM ">" SAYS("<status code='1'/>") "</presence>",
			FEATURE_UNKNOWN },
		{ "leaving, and a change of nick or status: no marker", "availability", "",
			"<presence" USER " id='2'><status>x</status></presence>", VERDICT_FOLD,
			"fold", "<presence" USER "/>", FEATURE_CORE },
		{ "an admin request in presence's namespace is no room", "availability", "",
			"<presence" USER
			"><x xmlns='http://jabber.org/protocol/muc#admin'/></presence>",
			VERDICT_FOLD, "fold", "<presence" USER "/>", FEATURE_MUC },
	};

	(void)unused;
	TELL(stories);
}

/* What rooms send as messages and iqs is not presence, and passes a folding table. */
static void the_rest_of_a_room_passes(void **unused)
{
	static const char *const passes[] = {
		"<message type='groupchat'" ROOM "><subject/></message>",
		"<message type='groupchat'" ROOM "><subject>topic</subject></message>",
		"<message type='groupchat'" ROOM
		"><body>x</body><delay xmlns='urn:xmpp:delay' stamp='s'/></message>",
		"<message" ROOM ">" SAYS("<invite from='a@a.example'><reason>r</reason></invite>"
					 "<password>p</password>") "</message>",
		"<message" ROOM ">" SAYS("<decline from='a@a.example'/>") "</message>",
		"<message" USER
		"><x xmlns='jabber:x:conference' jid='room@muc.b.example'/></message>",
		"<message type='groupchat'" ROOM ">" SAYS("<status code='104'/>") "</message>",
		"<message type='chat'" USER
		"><body>x</body><x xmlns='http://jabber.org/protocol/muc#user'/></message>",
		"<iq type='set' id='1'" USER
		"><query xmlns='http://jabber.org/protocol/muc#owner'/></iq>",
		"<iq type='set' id='1'" USER "><query xmlns='http://jabber.org/protocol/muc#admin'>"
		"<item nick='n' role='none'><reason>r</reason></item></query></iq>",
		"<iq type='get' id='1'" USER "><ping xmlns='urn:xmpp:ping'/></iq>",
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(passes) / sizeof(passes[0]); i++) {
		struct story story = { passes[i], "availability", "chat-states html unknown",
			passes[i], VERDICT_PASS, "pass", passes[i], NONE };

		tell_all(&story, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(availability_leaves_online_or_offline),
		cmocka_unit_test(without_fold_only_what_is_stripped_goes),
		cmocka_unit_test(show_keeps_show_and_nothing_else),
		cmocka_unit_test(show_values_are_mapped),
		cmocka_unit_test(subscriptions_and_probes_pass_without_children),
		cmocka_unit_test(a_subscription_has_no_room),
		cmocka_unit_test(errors_keep_id_and_error),
		cmocka_unit_test(joining_a_room_survives),
		cmocka_unit_test(what_a_room_says_survives),
		cmocka_unit_test(the_rest_of_a_room_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
