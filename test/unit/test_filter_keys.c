/* SPDX-License-Identifier: MIT */
/* The keys of a policy beside strip, block and fold: what each lets through, and how they merge. */
#include "policy_story.h"

#define NICK     "<nick xmlns='http://jabber.org/protocol/nick'>n</nick>"
#define RECEIPT  "<request xmlns='urn:xmpp:receipts'/>"
#define STANZAS  " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'"
#define USER(x)  "<x xmlns='http://jabber.org/protocol/muc#user'>" x "</x>"
#define JOIN     "<x xmlns='http://jabber.org/protocol/muc'/>"
#define IQ(t, x) "<iq" A " type='" t "' id='1'>" x "</iq>"
#define PING     "<ping xmlns='urn:xmpp:ping'/>"
#define VERSION  "<query xmlns='jabber:iq:version'/>"
#define FILES                                                                 \
	"<content creator='initiator' name='f'><description xmlns='urn:xmpp:" \
	"jingle:apps:file-transfer:5'/></content>"
#define ERROR(t, c) "<iq" A " id='1' type='error'><error type='" t "'><" c STANZAS "/></error></iq>"
#define BODY        "<message" A "><body>x</body></message>"
#define REFUSED(c)  VERDICT_BOUNCE, c, NULL, "policy-violation"

/* ---- allow ---- */

static void what_is_not_allowed_is_stripped(void **unused)
{
	static const struct policy_story stories[] = {
		{ "named", "<message" A "><body>x</body>" RECEIPT "</message>", VERDICT_PASS, NULL,
			NULL, NULL, NONE, false, false },
		{ "not named", "<message" A "><body>x</body>" NICK RECEIPT "</message>",
			VERDICT_FOLD, "allow", "<message" A "><body>x</body>" RECEIPT "</message>",
			NULL, FEATURE_NICK, false, false },
		{ "unknown", "<message" A " w='1'><body>x</body><w xmlns='urn:w'/></message>",
			VERDICT_FOLD, "allow", BODY, NULL, FEATURE_UNKNOWN, false, false },
		{ "text always passes",
			"<message" A
			"><subject>s</subject><body>x</body><thread>t</thread></message>",
			VERDICT_PASS, NULL, NULL, NULL, NONE, false, false },
		{ "a request is refused", IQ("get", VERSION), REFUSED("allow"), FEATURE_VERSION,
			false, false },
		{ "presence keeps what RFC 6121 says",
			"<presence" A "><show>away</show>" NICK "</presence>", VERDICT_FOLD,
			"allow", "<presence" A "><show>away</show></presence>", NULL, FEATURE_NICK,
			false, false },
		{ "an error keeps its condition",
			"<message" A " type='error'><error type='cancel'><forbidden" STANZAS
			"/></error></message>",
			VERDICT_PASS, NULL, NULL, NULL, NONE, false, false },
		{ "parts are named with the whole",
			"<message" A "><body>x</body><x xmlns='jabber:x:oob'/></message>",
			VERDICT_PASS, NULL, NULL, NULL, NONE, false, false },
	};

	(void)unused;
	TELL_UNDER(UNDER("allow = [ \"receipts\", \"file-transfer\" ];"), stories);
}

static void an_empty_list_allows_nothing_but_the_stanza(void **unused)
{
	static const struct policy_story stories[] = {
		{ "a body", BODY, VERDICT_PASS, NULL, NULL, NULL, NONE, false, false },
		{ "a receipt", "<message" A "><body>x</body>" RECEIPT "</message>", VERDICT_FOLD,
			"allow", BODY, NULL, FEATURE_RECEIPTS, false, false },
	};

	(void)unused;
	TELL_UNDER(UNDER("allow = [ ];"), stories);
}

static void what_is_not_allowed_can_refuse_the_stanza(void **unused)
{
	static const struct policy_story stories[] = {
		{ "not named", "<message" A "><body>x</body>" NICK "</message>", REFUSED("allow"),
			FEATURE_NICK, false, false },
		{ "named", "<message" A "><body>x</body>" RECEIPT "</message>", VERDICT_PASS, NULL,
			NULL, NULL, NONE, false, false },
		{ "unknown", "<message" A "><body>x</body><w xmlns='urn:w'/></message>",
			REFUSED("allow"), FEATURE_UNKNOWN, false, false },
		{ "stripped all the same", "<message" A "><body>x</body>" HTML "</message>",
			VERDICT_FOLD, "strip", BODY, NULL, FEATURE_HTML, false, false },
	};

	(void)unused;
	TELL_UNDER(UNDER("allow = [ \"receipts\", \"html\" ]; otherwise = \"block\";"
			 " strip = [ \"html\" ];"),
		stories);
}

static void of_several_allow_lists_the_intersection_holds(void **unused)
{
	static const struct policy_story stories[] = {
		{ "in both", "<message" A "><body>x</body>" RECEIPT "</message>", VERDICT_PASS,
			NULL, NULL, NULL, NONE, false, false },
		{ "in the first", "<message" A "><body>x</body>" NICK "</message>",
			REFUSED("allow"), FEATURE_NICK, false, false },
		{ "in the second", "<message" A "><body>x</body>" HTML "</message>", VERDICT_FOLD,
			"allow", BODY, NULL, FEATURE_HTML, false, false },
		{ "in neither", "<message" A "><body>x</body><w xmlns='urn:w'/></message>",
			REFUSED("allow"), FEATURE_UNKNOWN, false, false },
	};

	(void)unused;
	TELL_UNDER(
		"policies = ( { name = \"p\"; allow = [ \"receipts\", \"nick\" ]; },\n"
		" { name = \"q\"; allow = [ \"receipts\", \"html\" ]; otherwise = \"block\"; },\n"
		" { name = \"r\"; } );",
		stories);
}

/* ---- iq ---- */

static void only_named_kinds_of_iq_pass(void **unused)
{
	static const struct policy_story stories[] = {
		{ "named", IQ("get", PING), VERDICT_PASS, NULL, NULL, NULL, NONE, false, false },
		{ "not named", IQ("get", VERSION), REFUSED("iq"), FEATURE_VERSION, false, false },
		{ "unknown", IQ("set", "<w xmlns='urn:w'/>"), VERDICT_BOUNCE, "iq", NULL,
			"service-unavailable", FEATURE_UNKNOWN, false, false },
		{ "an answer with a payload that is not named", IQ("result", VERSION), VERDICT_FOLD,
			"iq", ERROR("modify", "policy-violation"), NULL, FEATURE_VERSION, false,
			false },
		{ "an empty answer", "<iq" A " type='result' id='1'/>", VERDICT_PASS, NULL, NULL,
			NULL, NONE, false, false },
		{ "an error", ERROR("cancel", "service-unavailable"), VERDICT_PASS, NULL, NULL,
			NULL, NONE, false, false },
		{ "an error with the request in it",
			"<iq" A " type='error' id='1'>" VERSION "<error type='cancel'>"
			"<service-unavailable" STANZAS "/></error></iq>",
			VERDICT_PASS, NULL, NULL, NULL, NONE, false, false },
		{ "in a message nothing is an IQ", "<message" A ">" VERSION "</message>",
			VERDICT_PASS, NULL, NULL, NULL, NONE, false, false },
		{ "inside another payload neither",
			IQ("get", "<ping xmlns='urn:xmpp:ping'>" VERSION "</ping>"), VERDICT_PASS,
			NULL, NULL, NULL, NONE, false, false },
	};

	(void)unused;
	TELL_UNDER(UNDER("iq = [ \"ping\", \"disco\" ];"), stories);
}

static void sessions_pass_by_what_they_are_about(void **unused)
{
	static const struct policy_story stories[] = {
		{ "a call", IQ("set", JINGLE("session-initiate", RTP)), VERDICT_PASS, NULL, NULL,
			NULL, NONE, false, false },
		{ "its end", IQ("set", JINGLE("session-terminate", "<reason><success/></reason>")),
			VERDICT_PASS, NULL, NULL, NULL, NONE, false, false },
		{ "a file", IQ("set", JINGLE("session-initiate", FILES)), VERDICT_BOUNCE, "iq",
			NULL, "service-unavailable", FEATURE_FILE_TRANSFER, false, false },
	};
	static const struct policy_story none[] = {
		{ "a call", IQ("set", JINGLE("session-initiate", RTP)), VERDICT_BOUNCE, "iq", NULL,
			"service-unavailable", FEATURE_CARRIER, false, false },
	};

	(void)unused;
	TELL_UNDER(UNDER("iq = [ \"voip\" ];"), stories);
	TELL_UNDER(UNDER("iq = [ \"ping\" ];"), none);
}

static void no_iq_at_all(void **unused)
{
	static const struct policy_story stories[] = {
		{ "a ping", IQ("get", PING), REFUSED("iq"), FEATURE_PING, false, false },
		{ "what answers", "<iq" A " type='result' id='1'/>", VERDICT_PASS, NULL, NULL, NULL,
			NONE, false, false },
		{ "a message", BODY, VERDICT_PASS, NULL, NULL, NULL, NONE, false, false },
	};

	(void)unused;
	TELL_UNDER(UNDER("iq = \"none\";"), stories);
	TELL_UNDER(UNDER("iq = [ ];"), stories);
	/* The intersection. */
	TELL_UNDER("policies = ( { name = \"p\"; iq = [ \"version\" ]; },"
		   " { name = \"q\"; iq = \"any\"; }, { name = \"r\"; iq = [ \"disco\" ]; } );",
		stories);
}

/* ---- conversations ---- */

static void only_rooms(void **unused)
{
	static const struct policy_story stories[] = {
		{ "to a room", BODY, VERDICT_PASS, NULL, NULL, NULL, NONE, false, true },
		{ "from a room", BODY, VERDICT_PASS, NULL, NULL, NULL, NONE, true, false },
		{ "between users", BODY, REFUSED("conversations"), NONE, false, false },
		{ "what looks like a room is none",
			"<message" A " type='groupchat'><body>x</body>" USER("") "</message>",
			REFUSED("conversations"), NONE, false, false },
		{ "a request", IQ("get", PING), REFUSED("conversations"), NONE, false, false },
		{ "a result", IQ("result", ""), VERDICT_FOLD, "conversations",
			ERROR("modify", "policy-violation"), NULL, NONE, false, false },
		{ "an error", ERROR("cancel", "forbidden"), VERDICT_DROP, "conversations", NULL,
			NULL, NONE, false, false },
		{ "presence", "<presence" A "/>", VERDICT_DROP, "conversations", NULL, NULL, NONE,
			false, false },
		{ "presence that says it enters a room", "<presence" A ">" JOIN "</presence>",
			VERDICT_BOUNCE, "conversations", NULL, "not-allowed", NONE, false, false },
		{ "nobody stays online",
			"<presence" A " type='unavailable' id='1'><status>s</status></presence>",
			VERDICT_FOLD, "conversations", "<presence" A " type='unavailable'/>", NULL,
			NONE, false, false },
		{ "a request with two children", IQ("get", PING PING), VERDICT_INVALID, NULL, NULL,
			NULL, NONE, false, false },
	};

	(void)unused;
	TELL_UNDER(UNDER("conversations = \"muc-only\";"), stories);
}

static void only_users(void **unused)
{
	static const struct policy_story stories[] = {
		{ "between users", BODY, VERDICT_PASS, NULL, NULL, NULL, NONE, false, false },
		{ "to a room", BODY, REFUSED("conversations"), NONE, false, true },
		{ "from a room", BODY, REFUSED("conversations"), NONE, true, false },
		{ "groupchat is a room's",
			"<message" A " type='groupchat'><body>x</body></message>",
			REFUSED("conversations"), NONE, false, false },
		{ "an invitation",
			"<message" A "><x xmlns='jabber:x:conference' "
			"jid='r@rooms.example'/></message>",
			REFUSED("conversations"), FEATURE_MUC, false, false },
		{ "a join", "<presence" A ">" JOIN "</presence>", VERDICT_BOUNCE, "conversations",
			NULL, "not-allowed", FEATURE_MUC, false, false },
		{ "a join of old", "<presence from='a@a.example' to='r@b.example/me'/>",
			VERDICT_BOUNCE, "conversations", NULL, "not-allowed", NONE, false, true },
		{ "a channel",
			"<iq" A " type='set' id='1'><join xmlns='urn:xmpp:mix:core:1'/></iq>",
			REFUSED("conversations"), FEATURE_MIX, false, false },
		{ "leaving a room", "<presence" A " type='unavailable'>" NICK "</presence>",
			VERDICT_FOLD, "conversations", "<presence" A " type='unavailable'/>", NULL,
			NONE, false, true },
	};

	(void)unused;
	TELL_UNDER(UNDER("conversations = \"one-to-one-only\";"), stories);
}

static void rooms_only_with_users_only_is_nothing(void **unused)
{
	static const struct policy_story stories[] = {
		{ "to a room", BODY, REFUSED("conversations"), NONE, false, true },
		{ "between users", BODY, REFUSED("conversations"), NONE, false, false },
		{ "but nobody stays online", "<presence" A " type='unavailable'/>", VERDICT_PASS,
			NULL, NULL, NULL, NONE, false, true },
		{ "with text", "<presence" A " type='unavailable'>x</presence>", VERDICT_FOLD,
			"conversations", "<presence" A " type='unavailable'/>", NULL, NONE, false,
			true },
		{ "with white space", "<presence" A " type='unavailable'> </presence>",
			VERDICT_PASS, NULL, "<presence" A " type='unavailable'/>", NULL, NONE,
			false, true },
	};

	(void)unused;
	TELL_UNDER("policies = ( { name = \"p\"; conversations = \"muc-only\"; },"
		   " { name = \"q\"; conversations = \"one-to-one-only\"; } );",
		stories);
}

/* ---- presence ---- */

static void subscriptions_can_be_refused_but_always_ended(void **unused)
{
	static const struct policy_story stories[] = {
		{ "asked for", "<presence" A " type='subscribe'/>", VERDICT_DROP,
			"presence.subscriptions", NULL, NULL, NONE, false, false },
		{ "granted", "<presence" A " type='subscribed'/>", VERDICT_DROP,
			"presence.subscriptions", NULL, NULL, NONE, false, false },
		{ "ended", "<presence" A " type='unsubscribe'/>", VERDICT_PASS, NULL, NULL, NULL,
			NONE, false, false },
		{ "refused", "<presence" A " type='unsubscribed'/>", VERDICT_PASS, NULL, NULL, NULL,
			NONE, false, false },
		{ "a probe", "<presence" A " type='probe'/>", VERDICT_PASS, NULL, NULL, NULL, NONE,
			false, false },
		{ "presence", "<presence" A "/>", VERDICT_PASS, NULL, NULL, NULL, NONE, false,
			false },
	};

	(void)unused;
	TELL_UNDER(UNDER("presence = { subscriptions = \"block\"; };"), stories);
	TELL_UNDER("policies = ( { name = \"p\"; }, { name = \"q\"; presence = { subscriptions = "
		   "\"block\"; }; } );",
		stories);
}

#define ROOM(attrs, content)                                                        \
	"<presence" A "><x xmlns='http://jabber.org/protocol/muc#user'><item" attrs \
	" role='none'" content "</x></presence>"

static const struct policy_story who_is_who[] = {
	{ "an occupant", ROOM(" jid='c@c.example/x'", "/><status code='110'/>"), VERDICT_FOLD,
		"presence.hide_real_jids", ROOM("", "/><status code='110'/>"), NULL, NONE, true,
		false },
	{ "one who was thrown out",
		ROOM("", "><actor jid='d@c.example' nick='d'/><reason>r</reason></item>"),
		VERDICT_FOLD, "presence.hide_real_jids", ROOM("", "><actor nick='d'/></item>"),
		NULL, NONE, true, false },
	{ "a room that is gone",
		"<presence" A " type='unavailable'>" USER(
			"<destroy jid='r@b.example'><reason>r</reason></destroy>") "</presence>",
		VERDICT_FOLD, "presence.hide_real_jids",
		"<presence" A
		" type='unavailable'>" USER("<destroy jid='r@b.example'/>") "</presence>",
		NULL, NONE, true, false },
	{ "nothing to hide", ROOM("", "/>"), VERDICT_PASS, NULL, NULL, NULL, NONE, true, false },
};

static void who_is_behind_a_nickname_can_be_hidden(void **unused)
{
	static const struct policy_story message[] = {
		{ "an invitation says who invites",
			"<message" A ">" USER("<invite from='c@c.example'><reason>r</reason>"
					      "</invite>") "</message>",
			VERDICT_PASS, NULL, NULL, NULL, NONE, true, false },
	};

	(void)unused;
	TELL_UNDER(UNDER("presence = { hide_real_jids = true; };"), who_is_who);
	TELL_UNDER(UNDER("presence = { hide_real_jids = true; };"), message);
	TELL_UNDER(UNDER("presence = { fold = \"availability\"; hide_real_jids = true; };"),
		who_is_who);
	TELL_UNDER("policies = ( { name = \"p\"; presence = { fold = \"show\"; }; },"
		   " { name = \"q\"; presence = { hide_real_jids = true; }; } );",
		who_is_who);
}

/* ---- sizes ---- */

static void feed_sized(struct rig *rig, const char *head, const char *end, size_t size)
{
	struct buf in = { 0 };

	buf_put(&in, str_of(head));
	while (buf_len(&in) < size - strlen(end))
		buf_put_char(&in, 'x');
	buf_put(&in, str_of(end));
	assert_int_equal(buf_len(&in), size);
	assert_non_null(rig_feed(rig, buf_view(&in), SIZE_MAX));
	buf_fini(&in);
}

static void the_smallest_limit_of_a_stanza_holds(void **unused)
{
	static const char message[] = "<message" A "><body>", end[] = "</body></message>";
	const struct filter_result *r;
	struct policy_text text;
	struct rig rig;

	(void)unused;
	policy_text_init(&text,
		"policies = ( { name = \"p\"; max_stanza = \"64k\"; },\n"
		" { name = \"q\"; max_stanza = 20000; refuse_text = \"Too long.\"; },"
		" { name = \"r\"; max_stanza = 20000; }, { name = \"s\"; } );");
	rig_init(&rig, text.table, RIG_HEADER);
	feed_sized(&rig, message, end, 20000);
	assert_int_equal(rig.result->verdict, VERDICT_PASS);
	feed_sized(&rig, message, end, 20001);
	r = rig.result;
	assert_int_equal(r->verdict, VERDICT_BOUNCE);
	assert_int_equal(r->condition, CONDITION_POLICY_VIOLATION);
	assert_string_equal(r->app, "stanza-too-big");
	assert_string_equal(r->text, "Too long.");
	assert_string_equal(r->key, "max_stanza");
	assert_string_equal(r->policy->name, "q");
	assert_int_equal(r->origin->line, 2);
	assert_int_equal(r->bytes_in, 20001);
	assert_int_equal(r->bytes.n, 0);
	feed_sized(&rig, "<iq" A " type='result' id='1'><x xmlns='urn:x'>", "</x></iq>", 20001);
	assert_int_equal(rig.result->verdict, VERDICT_FOLD);
	feed_sized(&rig, "<iq" A " type='error' id='1'><x xmlns='urn:x'>", "</x></iq>", 20001);
	assert_int_equal(rig.result->verdict, VERDICT_FOLD);
	assert_non_null(strstr(rig.result->bytes.p, "undefined-condition"));
	feed_sized(&rig, "<message" A " type='error'><x xmlns='urn:x'>", "</x></message>", 20001);
	assert_int_equal(rig.result->verdict, VERDICT_DROP);
	feed_sized(
		&rig, "<presence" A " type='unavailable'><status>", "</status></presence>", 20001);
	assert_str(rig.result->bytes, "<presence" A " type='unavailable'/>");
	assert_string_equal(rig.result->key, "max_stanza");
	rig_fini(&rig);
	policy_text_fini(&text);
}

static void a_body_has_a_limit_of_its_own(void **unused)
{
	static const struct policy_story stories[] = {
		{ "as long as it may be", "<message" A "><body>12345678</body></message>",
			VERDICT_PASS, NULL, NULL, NULL, NONE, false, false },
		{ "longer", "<message" A "><body>123456789</body></message>", REFUSED("max_body"),
			NONE, false, false },
		{ "bytes are counted as they are meant",
			"<message" A "><body>&amp;&#xe9;&lt;&#x1f600;</body></message>",
			VERDICT_PASS, NULL,
			"<message" A "><body>&amp;\xc3\xa9&lt;\xf0\x9f\x98\x80</body></message>",
			NULL, NONE, false, false },
		{ "two bodies together",
			"<message" A "><body>12345</body>"
			"<body xml:lang='de'>6789</body></message>",
			REFUSED("max_body"), NONE, false, false },
		{ "an element in it counts",
			"<message" A "><body>12345<b>6789</b></body></message>",
			REFUSED("max_body"), NONE, false, false },
		{ "forwarded",
			"<message" A ">" FW "<message" JC "><body>123456789</body></message>" FWEND
			"</message>",
			REFUSED("max_body"), NONE, false, false },
		{ "a subject has none",
			"<message" A "><subject>123456789</subject><body>x</body></message>",
			VERDICT_PASS, NULL, NULL, NULL, NONE, false, false },
		{ "an error is dropped",
			"<message" A " type='error'><body>123456789</body>"
			"<error type='cancel'><forbidden" STANZAS "/></error></message>",
			VERDICT_DROP, "max_body", NULL, NULL, NONE, false, false },
	};

	(void)unused;
	TELL_UNDER(UNDER("max_body = 8;"), stories);
	/* The smallest holds. */
	TELL_UNDER("policies = ( { name = \"p\"; max_body = \"1k\"; }, { name = \"q\"; max_body ="
		   " 8; audit = \"off\"; }, { name = \"r\"; } );",
		stories);
}

static void a_table_that_is_gone_is_not_asked_again(void **unused)
{
	struct policy_text text;
	struct rig rig;

	(void)unused;
	policy_text_init(&text, UNDER("max_stanza = 10000;"));
	rig_init(&rig, text.table, RIG_HEADER);
	rig_feed(&rig, STR(BODY), SIZE_MAX);
	assert_int_equal(rig.result->verdict, VERDICT_PASS);
	policy_text_fini(&text);
	rig.table = NULL;
	/* Refused before anybody is asked what is in force. */
	rig_feed(&rig, STR("<message from='a@a.example'><body>x</body></message>"), SIZE_MAX);
	assert_int_equal(rig.result->verdict, VERDICT_INVALID);
	assert_null(rig.result->own);
	rig_fini(&rig);
}

static void an_oversize_stanza_is_that_whatever_the_policies(void **unused)
{
	struct policy_text text;
	struct rig rig;

	(void)unused;
	policy_text_init(&text, UNDER("conversations = \"muc-only\"; refuse = \"drop\";"));
	rig_init(&rig, text.table, RIG_HEADER);
	feed_sized(&rig, "<message" A "><body>", "</body></message>", rig_limits.bytes + 1);
	assert_true(rig.oversize);
	assert_int_equal(rig.result->verdict, VERDICT_BOUNCE);
	assert_string_equal(rig.result->reason, "oversize");
	assert_null(rig.result->key);
	rig_fini(&rig);
	policy_text_fini(&text);
}

static void the_deepest_audit_of_all_policies_holds(void **unused)
{
	static const struct {
		const char *text;
		enum policy_audit audit;
	} cases[] = {
		{ "policies = ( );", AUDIT_OFF },
		{ UNDER(""), AUDIT_HEADERS },
		{ UNDER("audit = \"off\";"), AUDIT_OFF },
		{ "policies = ( { name = \"p\"; }, { name = \"q\"; audit = \"full\"; } );",
			AUDIT_FULL },
		{ "policies = ( { name = \"p\"; audit = \"off\"; },"
		  " { name = \"q\"; mode = \"shadow\"; audit = \"full\"; } );",
			AUDIT_FULL },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct policy_text text;

		policy_text_init(&text, cases[i].text);
		assert_int_equal(text.table->audit, cases[i].audit);
		policy_text_fini(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_allowed_is_stripped),
		cmocka_unit_test(an_empty_list_allows_nothing_but_the_stanza),
		cmocka_unit_test(what_is_not_allowed_can_refuse_the_stanza),
		cmocka_unit_test(of_several_allow_lists_the_intersection_holds),
		cmocka_unit_test(only_named_kinds_of_iq_pass),
		cmocka_unit_test(sessions_pass_by_what_they_are_about),
		cmocka_unit_test(no_iq_at_all),
		cmocka_unit_test(only_rooms),
		cmocka_unit_test(only_users),
		cmocka_unit_test(rooms_only_with_users_only_is_nothing),
		cmocka_unit_test(subscriptions_can_be_refused_but_always_ended),
		cmocka_unit_test(who_is_behind_a_nickname_can_be_hidden),
		cmocka_unit_test(the_smallest_limit_of_a_stanza_holds),
		cmocka_unit_test(a_body_has_a_limit_of_its_own),
		cmocka_unit_test(a_table_that_is_gone_is_not_asked_again),
		cmocka_unit_test(an_oversize_stanza_is_that_whatever_the_policies),
		cmocka_unit_test(the_deepest_audit_of_all_policies_holds),
	};

	xml_reader_global_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
