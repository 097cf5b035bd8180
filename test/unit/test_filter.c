/* SPDX-License-Identifier: MIT */
/* The streaming fold on messages: what is stripped, what is left, and when nothing is. */
#include "filter_story.h"

static void without_policy_everything_passes_as_it_is(void **unused)
{
	static const struct story stories[] = {
		{ "a message", "off", "",
			"<message" A " type='chat' id='1' xml:lang='en'><body>hi &amp; bye</body>"
			"<active" CS "/></message>",
			VERDICT_PASS, "pass",
			"<message" A " type='chat' id='1' xml:lang='en'><body>hi &amp; bye</body>"
			"<active" CS "/></message>",
			NONE },
		{ "an empty message", "off", "", "<message" A "/>", VERDICT_PASS, "pass",
			"<message" A "/>", NONE },
		{ "presence with all there is", "off", "",
			"<presence" A "><show>away</show><status>out</status><priority>5</priority>"
			"<c xmlns='http://jabber.org/protocol/caps' hash='sha-1'/></presence>",
			VERDICT_PASS, "pass",
			"<presence" A "><show>away</show><status>out</status><priority>5</priority>"
			"<c xmlns='http://jabber.org/protocol/caps' hash='sha-1'/></presence>",
			NONE },
		{ "an unknown attribute", "off", "", "<message" A " x='1'><body/></message>",
			VERDICT_PASS, "pass", "<message" A " x='1'><body/></message>", NONE },
		{ "an element in the body", "off", "",
			"<message" A "><body>a<b>c</b></body></message>", VERDICT_PASS, "pass",
			"<message" A "><body>a<b>c</b></body></message>", NONE },
		{ "a prefix on the stanza is not kept, inside it is", "off", "",
			"<s:message xmlns:s='jabber:server'" A "><s:body>x</s:body></s:message>",
			VERDICT_PASS, "pass",
			"<message xmlns:s='jabber:server'" A "><s:body>x</s:body></message>",
			NONE },
		{ "an iq result without payload", "off", "", "<iq" A " type='result' id='1'/>",
			VERDICT_PASS, "pass", "<iq" A " type='result' id='1'/>", NONE },
	};

	(void)unused;
	TELL(stories);
}

static void text_directly_inside_a_stanza_is_dropped(void **unused)
{
	static const struct story stories[] = {
		{ "white space without a word", "off", "",
			"<message" A ">\n  <body>x</body>\n</message>", VERDICT_PASS, "pass",
			"<message" A "><body>x</body></message>", NONE },
		{ "text counts as a fold", "off", "", "<message" A ">psst<body>x</body></message>",
			VERDICT_FOLD, "text", "<message" A "><body>x</body></message>", NONE },
		{ "nothing but text is nothing", "off", "",
			"<message" A "><![CDATA[psst]]></message>", VERDICT_DROP, "folded-away",
			NULL, NONE },
		{ "text with what stands not alone", "off", "",
			"<message" A ">psst<thread>1</thread></message>", VERDICT_DROP,
			"folded-away", NULL, NONE },
		{ "in presence", "off", "", "<presence" A ">psst</presence>", VERDICT_FOLD, "text",
			"<presence" A "/>", NONE },
		{ "in an iq", "off", "",
			"<iq" A " type='get' id='1'>psst<ping xmlns='urn:xmpp:ping'/></iq>",
			VERDICT_FOLD, "text",
			"<iq" A " type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>", NONE },
		{ "inside a stripped child it is gone anyway", "off", "html",
			"<message" A "><body>x</body>" HTML "</message>", VERDICT_FOLD, "strip",
			"<message" A "><body>x</body></message>", FEATURE_HTML },
		{ "in a forwarded stanza, when anything is filtered", "off", "html",
			"<message" A "><forwarded xmlns='urn:xmpp:forward:0'><message" JC
			"> psst <body>x</body></message></forwarded></message>",
			VERDICT_FOLD, "text",
			"<message" A "><forwarded xmlns='urn:xmpp:forward:0'><message" JC
			"><body>x</body></message></forwarded></message>",
			NONE },
	};

	(void)unused;
	TELL(stories);
}

static void stripped_features_are_removed_from_messages(void **unused)
{
	static const struct story stories[] = {
		{ "a chat state beside a body", "off", "chat-states",
			"<message" A "><body>x</body><active" CS "/></message>", VERDICT_FOLD,
			"strip", "<message" A "><body>x</body></message>", FEATURE_CHAT_STATES },
		{ "every name in the namespace", "off", "chat-states",
			"<message" A "><body>x</body><c:secret xmlns:c='http://jabber.org/protocol/"
			"chatstates'>y</c:secret></message>",
			VERDICT_FOLD, "strip", "<message" A "><body>x</body></message>",
			FEATURE_CHAT_STATES },
		{ "html, and the plain body stays byte for byte", "off", "html",
			"<message" A "><body>a &lt;b&gt; \xc3\xa9</body>" HTML "</message>",
			VERDICT_FOLD, "strip",
			"<message" A "><body>a &lt;b&gt; \xc3\xa9</body></message>", FEATURE_HTML },
		{ "and a fallback that speaks of html", "off", "html",
			"<message" A "><body>x</body><fallback xmlns='urn:xmpp:fallback:0' "
			"for='http://jabber.org/protocol/xhtml-im'/></message>",
			VERDICT_FOLD, "strip", "<message" A "><body>x</body></message>",
			FEATURE_HTML },
		{ "but not one that speaks of something else", "off", "html",
			"<message" A "><body>x</body><fallback xmlns='urn:xmpp:fallback:0' "
			"for='urn:xmpp:reply:0'/></message>",
			VERDICT_PASS, "pass",
			"<message" A "><body>x</body><fallback xmlns='urn:xmpp:fallback:0' "
			"for='urn:xmpp:reply:0'/></message>",
			NONE },
		{ "file transfer takes its parts along", "off", "file-transfer",
			"<message" A "><body>x</body><x xmlns='jabber:x:oob'><url>u</url></x>"
			"<data xmlns='urn:xmpp:bob'/></message>",
			VERDICT_FOLD, "strip", "<message" A "><body>x</body></message>",
			FEATURE_OOB },
		{ "a part alone does not take the rest", "off", "bob",
			"<message" A
			"><x xmlns='jabber:x:oob'/><data xmlns='urn:xmpp:bob'/></message>",
			VERDICT_FOLD, "strip", "<message" A "><x xmlns='jabber:x:oob'/></message>",
			FEATURE_BOB },
		{ "a shared carrier decides nothing alone", "off", "file-transfer voip",
			"<message" A
			"><body>x</body><hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>"
			"aGk=</hash><reference xmlns='urn:xmpp:reference:0' "
			"type='mention'/></message>",
			VERDICT_PASS, "pass",
			"<message" A
			"><body>x</body><hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>"
			"aGk=</hash><reference xmlns='urn:xmpp:reference:0' "
			"type='mention'/></message>",
			NONE },
		{ "what it carries does", "off", "file-transfer",
			"<message" A "><body>x</body><reference xmlns='urn:xmpp:reference:0' "
			"type='data'>t<media-sharing "
			"xmlns='urn:xmpp:sims:1'><file/></media-sharing>"
			"</reference><thread>1</thread></message>",
			VERDICT_FOLD, "strip",
			"<message" A "><body>x</body><thread>1</thread></message>",
			FEATURE_FILE_TRANSFER },
		{ "what is fastened to a message is decided by what it is", "off", "retraction",
			"<message" A "><apply-to xmlns='urn:xmpp:fasten:0' id='1'><retract "
			"xmlns='urn:xmpp:message-retract:0'/></apply-to></message>",
			VERDICT_DROP, "folded-away", NULL, FEATURE_RETRACTION },
		{ "and the rest of the message stays", "off", "retraction",
			"<message" A "><body>x</body><apply-to xmlns='urn:xmpp:fasten:0' id='1'>"
			"<retract xmlns='urn:xmpp:message-retract:0'/></apply-to></message>",
			VERDICT_FOLD, "strip", "<message" A "><body>x</body></message>",
			FEATURE_RETRACTION },
		{ "errors keep their error, an echo is filtered", "off", "html chat-states",
			"<message" A " type='error'><active" CS "/>" HTML
			"<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
			"<odd xmlns='urn:odd'/></error></message>",
			VERDICT_FOLD, "strip",
			"<message" A " type='error'><error type='cancel'>"
			"<gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
			"<odd xmlns='urn:odd'/></error></message>",
			FEATURE_CHAT_STATES },
	};

	(void)unused;
	TELL(stories);
}

#define STANZAS " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'"
#define GONE    "<gone" STANZAS ">xmpp:c@c.example</gone><text" STANZAS " xml:lang='en'>t</text>"

static void an_error_is_its_condition(void **unused)
{
	static const struct story stories[] = {
		{ "and its text", "off", "unknown stream",
			"<message" A " type='error'><error type='cancel' by='b' code='302'>" GONE
			"</error></message>",
			VERDICT_PASS, "pass",
			"<message" A " type='error'><error type='cancel' by='b' code='302'>" GONE
			"</error></message>",
			NONE },
		{ "not what nobody knows", "off", "unknown html",
			"<message" A " type='error'><error type='cancel' z='1'>psst" GONE
			"<anything xmlns='urn:evil'>psst" HTML "</anything></error></message>",
			VERDICT_FOLD, "strip",
			"<message" A " type='error'><error type='cancel'>" GONE
			"</error></message>",
			FEATURE_UNKNOWN },
		{ "nor what looks like a condition", "off", "unknown",
			"<iq" A " type='error' id='1'><error type='cancel'><psst" STANZAS
			"/><gone" STANZAS " a='psst'><text" STANZAS
			">psst</text></gone></error></iq>",
			VERDICT_FOLD, "strip",
			"<iq" A " type='error' id='1'><error type='cancel'><gone" STANZAS
			"/></error></iq>",
			FEATURE_UNKNOWN },
		{ "nor what stands in stanzas, nor a stanza", "off", "unknown",
			"<message" A " type='error'><error type='cancel'><body>psst</body><message"
			"><body>psst</body></message></error></message>",
			VERDICT_FOLD, "strip",
			"<message" A " type='error'><error type='cancel'/></message>",
			FEATURE_UNKNOWN },
		{ "an application's part is decided by what it is", "off", "html unknown",
			"<message" A " type='error'><error type='cancel'>" GONE HTML
			"<stanza-too-big xmlns='urn:xmpp:errors'/></error></message>",
			VERDICT_FOLD, "strip",
			"<message" A " type='error'><error type='cancel'>" GONE
			"<stanza-too-big xmlns='urn:xmpp:errors'/></error></message>",
			FEATURE_HTML },
		{ "also inside something unknown", "off", "html",
			"<message" A " type='error'><error><w xmlns='urn:w'>" HTML
			"</w></error></message>",
			VERDICT_FOLD, "strip",
			"<message" A " type='error'><error><w xmlns='urn:w'/></error></message>",
			FEATURE_HTML },
	};

	(void)unused;
	TELL(stories);
}

static void a_message_with_nothing_left_is_folded_away(void **unused)
{
	static const struct story stories[] = {
		{ "a chat state alone", "off", "chat-states",
			"<message" A "><composing" CS "/></message>", VERDICT_DROP, "folded-away",
			NULL, FEATURE_CHAT_STATES },
		{ "with all that never stands alone", "off", "chat-states",
			"<message" A "><composing" CS "/><thread>1</thread>"
			"<no-store xmlns='urn:xmpp:hints'/><origin-id xmlns='urn:xmpp:sid:0' "
			"id='1'/>"
			"<delay xmlns='urn:xmpp:delay' stamp='x'/><x xmlns='jabber:x:delay'/>"
			"<nick xmlns='http://jabber.org/protocol/nick'>n</nick>"
			"<fallback xmlns='urn:xmpp:fallback:0'/>"
			"<encryption xmlns='urn:xmpp:eme:0' namespace='y'/>"
			"<securitylabel xmlns='urn:xmpp:sec-label:0'><label/></securitylabel>"
			"<markable xmlns='urn:xmpp:chat-markers:0'/>"
			"<request xmlns='urn:xmpp:receipts'/></message>",
			VERDICT_DROP, "folded-away", NULL, FEATURE_CHAT_STATES },
		{ "a chat state keeps nothing alive", "off", "html",
			"<message" A ">" HTML "<composing" CS "/></message>", VERDICT_DROP,
			"folded-away", NULL, FEATURE_HTML },
		{ "but passes where nothing was taken from it", "off", "html",
			"<message" A "><composing" CS "/></message>", VERDICT_PASS, "pass",
			"<message" A "><composing" CS "/></message>", NONE },
		{ "an empty subject is payload", "off", "chat-states",
			"<message" A " type='groupchat'><subject/><active" CS "/></message>",
			VERDICT_FOLD, "strip",
			"<message" A " type='groupchat'><subject/></message>",
			FEATURE_CHAT_STATES },
		{ "so is an empty body", "off", "chat-states",
			"<message" A "><active" CS "/><body></body></message>", VERDICT_FOLD,
			"strip", "<message" A "><body/></message>", FEATURE_CHAT_STATES },
		{ "so is a receipt", "off", "chat-states",
			"<message" A "><active" CS "/><received xmlns='urn:xmpp:receipts' id='1'/>"
			"</message>",
			VERDICT_FOLD, "strip",
			"<message" A "><received xmlns='urn:xmpp:receipts' id='1'/></message>",
			FEATURE_CHAT_STATES },
		{ "so is something unknown", "off", "chat-states",
			"<message" A "><active" CS "/><x xmlns='urn:x'/></message>", VERDICT_FOLD,
			"strip", "<message" A "><x xmlns='urn:x'/></message>",
			FEATURE_CHAT_STATES },
		{ "a private message's marker alone is not", "off", "chat-states",
			"<message" A " type='chat'><active" CS
			"/><x xmlns='http://jabber.org/protocol/muc#user'/></message>",
			VERDICT_DROP, "folded-away", NULL, FEATURE_CHAT_STATES },
		{ "an invitation is", "off", "chat-states",
			"<message" A "><active" CS
			"/><x xmlns='http://jabber.org/protocol/muc#user'>"
			"<invite from='c@c.example'/></x></message>",
			VERDICT_FOLD, "strip",
			"<message" A "><x xmlns='http://jabber.org/protocol/muc#user'>"
			"<invite from='c@c.example'/></x></message>",
			FEATURE_CHAT_STATES },
		{ "a stripped file is nothing", "off", "file-transfer",
			"<message" A "><reference xmlns='urn:xmpp:reference:0'><media-sharing "
			"xmlns='urn:xmpp:sims:1'/></reference></message>",
			VERDICT_DROP, "folded-away", NULL, FEATURE_FILE_TRANSFER },
		{ "a reference stands", "off", "chat-states",
			"<message" A "><active" CS "/><reference xmlns='urn:xmpp:reference:0'/>"
			"</message>",
			VERDICT_FOLD, "strip",
			"<message" A "><reference xmlns='urn:xmpp:reference:0'/></message>",
			FEATURE_CHAT_STATES },
		{ "a hash does not", "off", "chat-states",
			"<message" A "><active" CS
			"/><hash xmlns='urn:xmpp:hashes:2'>x</hash></message>",
			VERDICT_DROP, "folded-away", NULL, FEATURE_CHAT_STATES },
		{ "an attribute is no loss of content", "off", "unknown",
			"<message" A " secret='1'><composing" CS "/></message>", VERDICT_FOLD,
			"strip", "<message" A "><composing" CS "/></message>", FEATURE_UNKNOWN },
	};

	(void)unused;
	TELL(stories);
}

static void what_the_catalogue_does_not_know_is_unknown(void **unused)
{
	static const struct story stories[] = {
		{ "an unknown namespace", "off", "unknown",
			"<message" A "><body>x</body><y xmlns='urn:y'>z</y></message>",
			VERDICT_FOLD, "strip", "<message" A "><body>x</body></message>",
			FEATURE_UNKNOWN },
		{ "an unknown child in jabber:server", "off", "unknown",
			"<message" A "><body>x</body><note/></message>", VERDICT_FOLD, "strip",
			"<message" A "><body>x</body></message>", FEATURE_UNKNOWN },
		{ "a child of another kind of stanza", "off", "unknown",
			"<message" A "><body>x</body><status>psst</status></message>", VERDICT_FOLD,
			"strip", "<message" A "><body>x</body></message>", FEATURE_UNKNOWN },
		{ "a core child in another content namespace", "off", "unknown",
			"<message" A "><body>x</body><body" JC ">psst</body></message>",
			VERDICT_FOLD, "strip", "<message" A "><body>x</body></message>",
			FEATURE_UNKNOWN },
		{ "an error in what is none", "off", "unknown",
			"<message" A "><body>x</body><error>psst</error></message>", VERDICT_FOLD,
			"strip", "<message" A "><body>x</body></message>", FEATURE_UNKNOWN },
		{ "an element in body, subject and thread", "off", "unknown",
			"<message" A "><subject>s<a/></subject><body>x<b>psst<c/></b>y</body>"
			"<thread><d/>t</thread></message>",
			VERDICT_FOLD, "strip",
			"<message" A
			"><subject>s</subject><body>xy</body><thread>t</thread></message>",
			FEATURE_UNKNOWN },
		{ "attributes of the stanza", "off", "unknown",
			"<message" A
			" id='1' type='chat' xml:lang='de' a='1' p:b='2' xml:space='x' "
			"xmlns:p='urn:p'><body/></message>",
			VERDICT_FOLD, "strip",
			"<message" A " id='1' type='chat' xml:lang='de'><body/></message>",
			FEATURE_UNKNOWN },
		{ "a declaration of what it does not know", "off", "unknown",
			"<message" A " xmlns:p='urn:psst'><body/></message>", VERDICT_FOLD, "strip",
			"<message" A "><body/></message>", FEATURE_UNKNOWN },
		{ "is made again where it is used", "off", "unknown",
			"<message" A " xmlns:p='urn:psst' xmlns:c='urn:xmpp:delay'><body/>"
			"<c:delay stamp='s' p:x='1'/></message>",
			VERDICT_FOLD, "strip",
			"<message xmlns:c='urn:xmpp:delay'" A "><body/>"
			"<c:delay xmlns:p='urn:psst' stamp='s' p:x='1'/></message>",
			FEATURE_UNKNOWN },
		{ "attributes of the body", "off", "unknown",
			"<message" A "><body a='1' xml:lang='de'>x</body><thread parent='p' b='2'>t"
			"</thread></message>",
			VERDICT_FOLD, "strip",
			"<message" A "><body xml:lang='de'>x</body><thread parent='p'>t</thread>"
			"</message>",
			FEATURE_UNKNOWN },
		{ "an unknown element inside something known", "off", "unknown",
			"<message" A "><body/><x xmlns='jabber:x:data'><title>t</title><y "
			"xmlns='urn:y'>psst<title xmlns='jabber:x:data'/></y></x></message>",
			VERDICT_FOLD, "strip",
			"<message" A
			"><body/><x xmlns='jabber:x:data'><title>t</title></x></message>",
			FEATURE_UNKNOWN },
		{ "or a core element there", "off", "unknown",
			"<message" A "><body/><x xmlns='jabber:x:data'><status" JC ">psst</status>"
			"</x></message>",
			VERDICT_FOLD, "strip",
			"<message" A "><body/><x xmlns='jabber:x:data'/></message>",
			FEATURE_UNKNOWN },
		{ "attributes inside something known are its own business", "off", "unknown",
			"<message" A "><body/><x xmlns='jabber:x:data' z='1'><field y='1'/></x>"
			"</message>",
			VERDICT_PASS, "pass",
			"<message" A "><body/><x xmlns='jabber:x:data' z='1'><field y='1'/></x>"
			"</message>",
			NONE },
		{ "a form's validation is no secret", "off", "unknown",
			"<message" A "><x xmlns='jabber:x:data'><field><validate xmlns='http://"
			"jabber.org/protocol/xdata-validate'/></field></x></message>",
			VERDICT_PASS, "pass",
			"<message" A "><x xmlns='jabber:x:data'><field><validate xmlns='http://"
			"jabber.org/protocol/xdata-validate'/></field></x></message>",
			NONE },
		{ "known things pass", "off", "unknown",
			"<message" A "><body>x</body><active" CS "/>" HTML "</message>",
			VERDICT_PASS, "pass",
			"<message" A "><body>x</body><active" CS "/>" HTML "</message>", NONE },
	};

	(void)unused;
	TELL(stories);
}

static void no_wrapper_hides_what_is_stripped(void **unused)
{
	static const struct story stories[] = {
		{ "in something unknown", "off", "html",
			"<message" A "><w xmlns='urn:w'>a<v>" HTML "</v>b</w></message>",
			VERDICT_FOLD, "strip",
			"<message" A "><w xmlns='urn:w'>a<v/>b</w></message>", FEATURE_HTML },
		{ "in the body", "off", "html",
			"<message" A "><body>a<b>" HTML "</b>c</body></message>", VERDICT_FOLD,
			"strip", "<message" A "><body>a<b/>c</body></message>", FEATURE_HTML },
		{ "media in a form", "off", "xdata-media",
			"<message" A "><x xmlns='jabber:x:data'><field var='f'><media "
			"xmlns='urn:xmpp:media-element'><uri>u</uri></media></field></x></message>",
			VERDICT_FOLD, "strip",
			"<message" A "><x xmlns='jabber:x:data'><field var='f'/></x></message>",
			FEATURE_XDATA_MEDIA },
		{ "a form in the answer to a command", "off", "forms",
			"<iq" A " type='result' id='1'><command "
			"xmlns='http://jabber.org/protocol/commands' node='x'><x "
			"xmlns='jabber:x:data' type='form'/></command></iq>",
			VERDICT_FOLD, "strip",
			"<iq" A " type='result' id='1'><command "
			"xmlns='http://jabber.org/protocol/commands' node='x'/></iq>",
			FEATURE_FORMS },
		{ "a form in a command is a block", "off", "forms",
			"<iq" A " type='set' id='1'><command "
			"xmlns='http://jabber.org/protocol/commands' node='x'><x "
			"xmlns='jabber:x:data' type='submit'/></command></iq>",
			VERDICT_BOUNCE, "strip", NULL, FEATURE_FORMS },
		{ "a fallback in something unknown", "off", "html",
			"<message" A "><w xmlns='urn:w'><fallback xmlns='urn:xmpp:fallback:0' "
			"for='http://jabber.org/protocol/xhtml-im'/></w></message>",
			VERDICT_FOLD, "strip", "<message" A "><w xmlns='urn:w'/></message>",
			FEATURE_HTML },
		{ "a node in something unknown", "off", "mood",
			"<message" A
			"><w xmlns='urn:w'>" EVENT("<items node='http://jabber.org/"
						   "protocol/mood'/>") "</w></message>",
			VERDICT_FOLD, "strip",
			"<message" A "><w xmlns='urn:w'>"
			"<event xmlns='http://jabber.org/protocol/pubsub#event'/></w></message>",
			FEATURE_MOOD },
		{ "a private message's marker of nothing else is none", "off", "html",
			"<message" A "><x xmlns='http://jabber.org/protocol/muc#user'>" HTML
			"</x></message>",
			VERDICT_DROP, "folded-away", NULL, FEATURE_HTML },
	};

	(void)unused;
	TELL(stories);
}

static void prefixes_of_the_stream_are_declared_where_they_are_used(void **unused)
{
	static const struct story story = { "a prefix from the header", "off", "html",
		"<message" A "><body>x</body><stream:odd/><h:html/></message>", VERDICT_FOLD,
		"strip",
		"<message" A "><body>x</body><stream:odd "
		"xmlns:stream='http://etherx.jabber.org/streams'/></message>",
		FEATURE_HTML };
	static const char header[] =
		"<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/"
		"streams' xmlns:h='http://jabber.org/protocol/xhtml-im' version='1.0'>";

	(void)unused;
	tell(&story, header, SIZE_MAX);
	tell(&story, header, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_policy_everything_passes_as_it_is),
		cmocka_unit_test(text_directly_inside_a_stanza_is_dropped),
		cmocka_unit_test(stripped_features_are_removed_from_messages),
		cmocka_unit_test(an_error_is_its_condition),
		cmocka_unit_test(a_message_with_nothing_left_is_folded_away),
		cmocka_unit_test(what_the_catalogue_does_not_know_is_unknown),
		cmocka_unit_test(no_wrapper_hides_what_is_stripped),
		cmocka_unit_test(prefixes_of_the_stream_are_declared_where_they_are_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
