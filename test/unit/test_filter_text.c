/* SPDX-License-Identifier: MIT */
/* What the filter does with a body that is encrypted, offers encryption, or links to what is. */
#include "filter_story.h"

#define TAG   "\x20\x09\x20\x20\x09\x09\x09\x09\x20\x09\x20\x09\x20\x09\x20\x20"
#define V2    "\x20\x20\x09\x09\x20\x20\x09\x20"
#define BODY  "<message" A " type='chat'><body>"
#define END   "</body></message>"
#define STORE "<store xmlns='urn:xmpp:hints'/>"
#define XHTML(x)                                             \
	"<html xmlns='http://jabber.org/protocol/xhtml-im'>" \
	"<body xmlns='http://www.w3.org/1999/xhtml'>" x "</body></html>"

static void a_body_that_is_encrypted_goes_with_its_message(void **unused)
{
	static const struct story stories[] = {
		{ "OTR data", "off", "encrypted", BODY "?OTR:AAMDJ+MVmSfj." END, VERDICT_DROP,
			"folded-away", NULL, FEATURE_ENCRYPTED },
		{ "a fragment", "off", "encrypted", BODY "?OTR|5a73|27e3,1,3,?OTR:AA," END,
			VERDICT_DROP, "folded-away", NULL, FEATURE_ENCRYPTED },
		{ "a query behind white space", "off", "encrypted", BODY " \n ?OTRv23? hello" END,
			VERDICT_DROP, "folded-away", NULL, FEATURE_ENCRYPTED },
		{ "in a CDATA section", "off", "encrypted", BODY "?O<![CDATA[TR:A]]>AMD" END,
			VERDICT_DROP, "folded-away", NULL, FEATURE_ENCRYPTED },
		{ "in references", "off", "encrypted", BODY "&#x3f;&#79;TR&#58;AAMD" END,
			VERDICT_DROP, "folded-away", NULL, FEATURE_ENCRYPTED },
		{ "armour", "off", "encrypted",
			BODY "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----" END,
			VERDICT_DROP, "folded-away", NULL, FEATURE_ENCRYPTED },
		{ "what accompanied it is nothing alone", "off", "encrypted",
			"<message" A "><body>?OTR:AA</body>" STORE "<active" CS "/></message>",
			VERDICT_DROP, "folded-away", NULL, FEATURE_ENCRYPTED },
		{ "a body in another language stays", "off", "encrypted",
			"<message" A
			"><body>?OTR:AA</body><body xml:lang='de'>hallo</body></message>",
			VERDICT_FOLD, "strip",
			"<message" A "><body xml:lang='de'>hallo</body></message>",
			FEATURE_ENCRYPTED },
		{ "the first one stays too", "off", "encrypted",
			"<message" A
			"><body>hello</body><body xml:lang='de'>x\n?OTR,1,2,?OTR:</body></message>",
			VERDICT_FOLD, "strip", "<message" A "><body>hello</body></message>",
			FEATURE_ENCRYPTED },
		{ "a subject stays", "off", "encrypted",
			"<message" A "><body>?OTR:AA</body><subject>s</subject></message>",
			VERDICT_FOLD, "strip", "<message" A "><subject>s</subject></message>",
			FEATURE_ENCRYPTED },
		{ "inside a forwarded message", "off", "encrypted",
			"<message" A ">" FW "<message" JC "><body>?OTR:AA</body></message>" FWEND
			"</message>",
			VERDICT_FOLD, "strip",
			"<message" A ">" FW "<message" JC "/>" FWEND "</message>",
			FEATURE_ENCRYPTED },
		{ "echoed by an error", "off", "encrypted",
			"<message" A
			" type='error'><body>?OTR:AA</body><error type='wait'/></message>",
			VERDICT_FOLD, "strip",
			"<message" A " type='error'><error type='wait'/></message>",
			FEATURE_ENCRYPTED },
		{ "another text", "off", "encrypted",
			BODY "ask me about ?OTR and -----BEGIN CERTIFICATE-----" END, VERDICT_PASS,
			"pass", BODY "ask me about ?OTR and -----BEGIN CERTIFICATE-----" END,
			NONE },
		{ "an empty body", "off", "encrypted", "<message" A "><body/></message>",
			VERDICT_PASS, "pass", "<message" A "><body/></message>", NONE },
		{ "where encryption passes", "off", "html", BODY "?OTR:AA" END, VERDICT_PASS,
			"pass", BODY "?OTR:AA" END, NONE },
		{ "without a policy", "off", "", BODY "?OTR:AA" END, VERDICT_PASS, "pass",
			BODY "?OTR:AA" END, NONE },
	};

	(void)unused;
	TELL(stories);
}

static void what_only_offers_encryption_is_taken_out_of_the_body(void **unused)
{
	static const struct story stories[] = {
		{ "at the end", "off", "encrypted", BODY "hi" TAG V2 END, VERDICT_FOLD, "strip",
			BODY "hi" END, FEATURE_ENCRYPTED },
		{ "in the middle", "off", "encrypted", BODY "hi" TAG V2 "there" END, VERDICT_FOLD,
			"strip", BODY "hi there" END, FEATURE_ENCRYPTED },
		{ "in a longer run", "off", "encrypted", BODY "hi \t " TAG V2 "\t \nthere" END,
			VERDICT_FOLD, "strip", BODY "hi \nthere" END, FEATURE_ENCRYPTED },
		{ "at the beginning", "off", "encrypted", BODY TAG V2 "hi" END, VERDICT_FOLD,
			"strip", BODY " hi" END, FEATURE_ENCRYPTED },
		{ "twice", "off", "encrypted", BODY "a" TAG "b" TAG "c\t d" END, VERDICT_FOLD,
			"strip", BODY "a b c\t d" END, FEATURE_ENCRYPTED },
		{ "in references", "off", "encrypted",
			BODY "hi &#9;  &#9;&#9;&#9;&#9; &#9; &#9; &#9; &#32;x" END, VERDICT_FOLD,
			"strip", BODY "hi x" END, FEATURE_ENCRYPTED },
		{ "a body of nothing else", "off", "encrypted", BODY TAG V2 END, VERDICT_DROP,
			"folded-away", NULL, FEATURE_ENCRYPTED },
		{ "a body of nothing else beside another", "off", "encrypted",
			"<message" A "><body>" TAG "</body><body xml:lang='de'>x</body></message>",
			VERDICT_FOLD, "strip",
			"<message" A "><body xml:lang='de'>x</body></message>", FEATURE_ENCRYPTED },
		{ "beside data", "off", "encrypted", BODY "?OTR:AA" TAG END, VERDICT_DROP,
			"folded-away", NULL, FEATURE_ENCRYPTED },
		{ "behind something unknown", "off", "encrypted",
			BODY "hi<b xmlns='urn:b'/>" TAG V2 END, VERDICT_DROP, "folded-away", NULL,
			FEATURE_ENCRYPTED },
		{ "before something unknown", "off", "encrypted",
			BODY "hi" TAG V2 "<b xmlns='urn:b'/>" END, VERDICT_DROP, "folded-away",
			NULL, FEATURE_ENCRYPTED },
		{ "behind something unknown that goes", "off", "encrypted unknown",
			BODY "hi<b xmlns='urn:b'/>" TAG V2 END, VERDICT_FOLD, "strip",
			BODY "hi" END, FEATURE_UNKNOWN },
	};

	(void)unused;
	TELL(stories);
}

static void elements_in_a_body_hide_nothing(void **unused)
{
	static const struct story stories[] = {
		{ "cut by an element", "off", "encrypted", BODY "?O<b xmlns='urn:b'>x</b>TR:AA" END,
			VERDICT_DROP, "folded-away", NULL, FEATURE_ENCRYPTED },
		{ "with a part in it", "off", "encrypted", BODY "?O<b xmlns='urn:b'>TR</b>:AA" END,
			VERDICT_DROP, "folded-away", NULL, FEATURE_ENCRYPTED },
		{ "all in it", "off", "encrypted", BODY "hi <b xmlns='urn:b'>?OTR:AA</b>" END,
			VERDICT_DROP, "folded-away", NULL, FEATURE_ENCRYPTED },
		{ "a stanza in it has a text of its own", "off", "encrypted",
			BODY "a<message><body>?OTR:AA</body></message>b" END, VERDICT_FOLD, "strip",
			BODY "a<message/>b" END, FEATURE_ENCRYPTED },
		{ "nothing", "off", "encrypted", BODY "?O<b xmlns='urn:b'>x</b>R:AA" END,
			VERDICT_PASS, "pass", BODY "?O<b xmlns='urn:b'>x</b>R:AA" END, NONE },
	};

	(void)unused;
	TELL(stories);
}

static void a_link_to_an_encrypted_file_is_a_file(void **unused)
{
	static const struct story stories[] = {
		{ "alone", "off", "file-transfer", BODY "aesgcm://f.example/x.jpg#00" END,
			VERDICT_DROP, "folded-away", NULL, FEATURE_FILE_TRANSFER },
		{ "with a thumbnail", "off", "file-transfer",
			BODY "aesgcm://f.example/x.jpg#00\ndata:image/jpeg,AAAA" END, VERDICT_DROP,
			"folded-away", NULL, FEATURE_FILE_TRANSFER },
		{ "where only encryption is refused", "off", "encrypted",
			BODY "aesgcm://f.example/x.jpg#00" END, VERDICT_PASS, "pass",
			BODY "aesgcm://f.example/x.jpg#00" END, NONE },
		{ "another link stays text, what marks it goes", "off", "file-transfer",
			"<message" A "><body>https://f.example/x</body><x xmlns='jabber:x:oob'>"
			"<url>https://f.example/x</url></x></message>",
			VERDICT_FOLD, "strip",
			"<message" A "><body>https://f.example/x</body></message>", FEATURE_OOB },
	};

	(void)unused;
	TELL(stories);
}

static void formatted_text_says_the_same(void **unused)
{
	static const struct story stories[] = {
		{ "OTR data", "off", "encrypted",
			"<message" A
			"><body>x</body>" XHTML("<p>?O<b>T</b>R:AAMD</p>") "</message>",
			VERDICT_FOLD, "strip", "<message" A "><body>x</body></message>",
			FEATURE_ENCRYPTED },
		{ "a tag", "off", "encrypted",
			"<message" A "><body>x</body>" XHTML("hi" TAG) "</message>", VERDICT_FOLD,
			"strip", "<message" A "><body>x</body></message>", FEATURE_ENCRYPTED },
		{ "a file", "off", "file-transfer",
			"<message" A ">" XHTML("aesgcm://x") "</message>", VERDICT_DROP,
			"folded-away", NULL, FEATURE_FILE_TRANSFER },
		{ "nothing", "off", "encrypted",
			"<message" A ">" XHTML("<p>hi</p>") "<body>x</body></message>",
			VERDICT_PASS, "pass",
			"<message" A ">" XHTML("<p>hi</p>") "<body>x</body></message>", NONE },
		{ "it stands alone", "off", "encrypted chat-states",
			"<message" A ">" XHTML("<p>hi</p>") "<active" CS "/></message>",
			VERDICT_FOLD, "strip", "<message" A ">" XHTML("<p>hi</p>") "</message>",
			FEATURE_CHAT_STATES },
	};

	(void)unused;
	TELL(stories);
}

static void data_in_formatted_text_is_inline_data(void **unused)
{
	static const struct story stories[] = {
		{ "a picture in its URL", "off", "bob",
			"<message" A "><body>x</body>" XHTML("<p>a<img alt='b' "
							     "src='data:image/png;base64,AAAA'/></"
							     "p>") "</message>",
			VERDICT_FOLD, "strip",
			"<message" A "><body>x</body>" XHTML("<p>a</p>") "</message>",
			FEATURE_BOB },
		{ "a picture of XEP-0231", "off", "file-transfer",
			"<message" A "><body>x</body>" XHTML(
				"<img src=' CID:sha1+8f35@bob.xmpp.org'/>z") "</message>",
			VERDICT_FOLD, "strip",
			"<message" A "><body>x</body>" XHTML("z") "</message>", FEATURE_BOB },
		{ "a link", "off", "bob",
			"<message" A
			"><body>x</body>" XHTML("<a href='data:text/html,x'>y</a>z") "</message>",
			VERDICT_FOLD, "strip",
			"<message" A "><body>x</body>" XHTML("z") "</message>", FEATURE_BOB },
		{ "a style", "off", "bob",
			"<message" A "><body>x</body>" XHTML("<p style='background: "
							     "url(data:image/png;base64,AA)'>y</"
							     "p>z") "</message>",
			VERDICT_FOLD, "strip",
			"<message" A "><body>x</body>" XHTML("z") "</message>", FEATURE_BOB },
		{ "other pictures and styles pass", "off", "bob",
			"<message" A "><body>x</body>" XHTML(
				"<p style='color: red'><img src='https://x.example/a' alt='data: "
				"x'/></p>") "</message>",
			VERDICT_PASS, "pass",
			"<message" A "><body>x</body>" XHTML(
				"<p style='color: red'><img src='https://x.example/a' alt='data: "
				"x'/></p>") "</message>",
			NONE },
		{ "where data may pass", "off", "encrypted",
			"<message" A "><body>x</body>" XHTML("<img src='data:,'/>") "</message>",
			VERDICT_PASS, "pass",
			"<message" A "><body>x</body>" XHTML("<img src='data:,'/>") "</message>",
			NONE },
	};

	(void)unused;
	TELL(stories);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_body_that_is_encrypted_goes_with_its_message),
		cmocka_unit_test(what_only_offers_encryption_is_taken_out_of_the_body),
		cmocka_unit_test(elements_in_a_body_hide_nothing),
		cmocka_unit_test(a_link_to_an_encrypted_file_is_a_file),
		cmocka_unit_test(formatted_text_says_the_same),
		cmocka_unit_test(data_in_formatted_text_is_inline_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
