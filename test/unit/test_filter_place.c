/* SPDX-License-Identifier: MIT */
/* Where labels may stand and what they cover: messages, IQs of pubsub, bare payloads. */
#include "label_sides.h"
#include "policy_story.h"

#define BODY               "<body>x</body>"
#define CHECK              "labels = { check = true; };"
#define RECEIVED           "<received xmlns='urn:xmpp:receipts' id='1'/>"
#define ATOM               "<entry xmlns='http://www.w3.org/2005/Atom'>x</entry>"
#define SLPS               " xmlns:slps='urn:xmpp:sec-label:pubsub:0'"
#define SET(x)             "<iq" A " type='set' id='1'>" PUBSUB(x) "</iq>"
#define GET(x)             "<iq" A " type='get' id='1'>" PUBSUB(x) "</iq>"
#define RESULT(x)          "<iq" SLPS A " type='result' id='1'>" PUBSUB(x) "</iq>"
#define PUBLISH(x)         "<publish node='n'>" x "</publish>"
#define ITEMS(x)           "<items node='n'>" x "</items>"
#define ITEM(ref)          "<item id='i' slps:label='" ref "'>" ATOM "</item>"
#define NAMED(id, payload) SECURITY(" slps:id='" id "'", payload)
#define LIST(x)                                                                        \
	"<iq" SLPS A " type='result' id='1'><query xmlns='http://jabber.org/protocol/" \
	"disco#items'>" x "</query></iq>"
#define REFUSED VERDICT_BOUNCE, "labels.check", NULL, "forbidden", FEATURE_LABELS, false, false
#define DROPPED VERDICT_DROP, "labels.check", NULL, NULL, FEATURE_LABELS, false, false
#define PASSED  VERDICT_PASS, NULL, NULL, NULL, NONE, false, false
#define KIND                                                                                     \
	VERDICT_BOUNCE, "labels.unlabelled_iq", NULL, "policy-violation", FEATURE_PUBSUB, false, \
		false
#define NO_RESULT(condition)                                                                  \
	"<iq from='a@a.example' to='b@b.example' id='1' type='error'><error type='" condition \
	" xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
#define ANSWER_REFUSED                                                                            \
	VERDICT_FOLD, "labels.check", NO_RESULT("auth'><forbidden"), NULL, FEATURE_LABELS, false, \
		false
#define ANSWER_KIND                                                                         \
	VERDICT_FOLD, "labels.unlabelled_iq", NO_RESULT("modify'><policy-violation"), NULL, \
		FEATURE_PUBSUB, false, false

/* Both sides are cleared for LOW. */
static void tell_low(const char *policies, const struct policy_story *stories, size_t n)
{
	struct policy_text text;
	struct label_sides labels;
	struct filter_labels both = label_sides_init(&labels, "LOW", "LOW");
	struct rig rig;

	policy_text_init(&text, policies);
	for (size_t step = 1; step; step = step == 1 ? SIZE_MAX : 0) {
		rig_init(&rig, text.table, RIG_HEADER);
		rig.context.labels = both;
		for (size_t i = 0; i < n; i++)
			policy_story_tell(&stories[i], &rig, step);
		rig_fini(&rig);
	}
	policy_text_fini(&text);
	label_sides_fini(&labels);
}

#define TELL_LOW(policies, stories) \
	tell_low((policies), (stories), sizeof(stories) / sizeof((stories)[0]))

static void a_label_stands_in_a_message_as_its_child_only(void **unused)
{
	static const struct policy_story stories[] = {
		{ "a child", "<message" A ">" BODY LOW "</message>", PASSED },
		{ "beside one deeper in",
			"<message" A ">" BODY LOW "<w xmlns='urn:w'>" LOW "</w></message>",
			REFUSED },
		{ "in an event's items",
			"<message" A ">" LOW EVENT(ITEMS("<item>" ATOM "</item>" LOW)) "</message>",
			REFUSED },
		{ "an event's message",
			"<message" A ">" EVENT(ITEMS("<item>" ATOM "</item>")) LOW "</message>",
			PASSED },
		{ "an event whose message has none",
			"<message" A ">" EVENT(ITEMS("<item>" ATOM "</item>")) "</message>",
			REFUSED },
		{ "above", "<message" A ">" EVENT(ITEMS("<item/>")) HIGH "</message>", REFUSED },
		{ "in an IQ",
			"<iq" A " type='get' id='1'><ping xmlns='urn:xmpp:ping'>" LOW
			"</ping></iq>",
			REFUSED },
	};

	(void)unused;
	TELL_LOW(UNDER(CHECK), stories);
}

static void a_payload_without_its_element_is_a_label_that_nobody_believes(void **unused)
{
	static const struct policy_story stories[] = {
		{ "4774", "<message" A ">" BODY NATO("RED", "LOW") "</message>", REFUSED },
		{ "beside a label", "<message" A ">" LOW BODY NATO("RED", "LOW") "</message>",
			REFUSED },
		{ "bound",
			"<message" A
			">" LOW BODY BOUND(NATO("RED", "LOW"), TO_MESSAGE) "</message>",
			REFUSED },
		{ "ESS", "<message" A ">" LOW BODY ESS_LOW "</message>", REFUSED },
		{ "in a message inside",
			"<message" A ">" LOW FW "<message" JC
			">" BODY LOW NATO("RED", "LOW") "</message>" FWEND "</message>",
			REFUSED },
		{ "the label of a document",
			"<message" A ">" LOW
			"<doc xmlns='urn:doc'>" NATO("RED", "LOW") "</doc></message>",
			PASSED },
		{ "presence", "<presence" A ">" NATO("RED", "LOW") "</presence>", VERDICT_FOLD,
			"labels.check", "<presence" A "/>", NULL, FEATURE_LABELS, false, false },
		{ "an IQ", "<iq" A " type='set' id='1'>" NATO("RED", "LOW") "</iq>", VERDICT_BOUNCE,
			"labels.unlabelled_iq", NULL, "policy-violation", FEATURE_LABELS, false,
			false },
	};

	(void)unused;
	TELL_LOW(UNDER(CHECK), stories);
}

#define FOR_BODY SECURITY("", BOUND(NATO("RED", "LOW"), TO_BODY))
#define FOR_ALL  SECURITY("", BOUND(NATO("RED", "LOW"), TO_MESSAGE))

static void a_label_of_the_body_covers_nothing_else(void **unused)
{
	static const struct policy_story stories[] = {
		{ "a body", "<message" A ">" BODY FOR_BODY "</message>", PASSED },
		{ "what carries nothing",
			"<message" A "><thread>1</thread>" FOR_BODY BODY "<active" CS
			"/><request xmlns='urn:xmpp:receipts'/></message>",
			PASSED },
		{ "a subject", "<message" A ">" FOR_BODY "<subject>x</subject>" BODY "</message>",
			REFUSED },
		{ "XHTML-IM, before", "<message" A ">" HTML BODY FOR_BODY "</message>", REFUSED },
		{ "XHTML-IM, behind", "<message" A ">" FOR_BODY BODY HTML "</message>", REFUSED },
		{ "what is unknown", "<message" A ">" FOR_BODY BODY "<w xmlns='urn:w'/></message>",
			REFUSED },
		{ "all of that",
			"<message" A "><subject>x</subject>" BODY FOR_ALL HTML
			"<w xmlns='urn:w'/></message>",
			PASSED },
		{ "a message inside",
			"<message" A ">" LOW FW "<message" JC ">" BODY FOR_BODY HTML
			"</message>" FWEND "</message>",
			REFUSED },
		{ "items", SET(PUBLISH("<item>" ATOM "</item>" FOR_BODY)), REFUSED },
	};

	(void)unused;
	TELL_LOW(UNDER(CHECK), stories);
}

static void what_is_published_needs_one_label(void **unused)
{
	static const struct policy_story stories[] = {
		{ "labelled", SET(PUBLISH("<item>" ATOM "</item><item>" ATOM "</item>" LOW)),
			PASSED },
		{ "its label before it", SET(PUBLISH(LOW "<item>" ATOM "</item>")), PASSED },
		{ "not labelled", SET(PUBLISH("<item>" ATOM "</item>")), KIND },
		{ "only text", SET(PUBLISH("<item>x</item>")), KIND },
		{ "text beside items", SET(PUBLISH("<item>" ATOM "</item>" LOW "x")), KIND },
		{ "above", SET(PUBLISH("<item>" ATOM "</item>" HIGH)), REFUSED },
		{ "two labels", SET(PUBLISH("<item>" ATOM "</item>" LOW LOW)), REFUSED },
		{ "a label in the item", SET(PUBLISH("<item>" ATOM LOW "</item>")), REFUSED },
		{ "a label beside the group",
			"<iq" A
			" type='set' id='1'>" PUBSUB(PUBLISH("<item>" ATOM "</item>") LOW) "</iq>",
			REFUSED },
		{ "another group beside it",
			SET(PUBLISH("<item>" ATOM "</item>" LOW) "<w xmlns='urn:w'/>"), KIND },
		{ "two groups, one labelled",
			SET(PUBLISH("<item>" ATOM "</item>" LOW) PUBLISH("<item>" ATOM "</item>")),
			KIND },
		{ "nothing in it", SET(PUBLISH("<item id='i'/>")), PASSED },
		{ "what was published is told", RESULT(PUBLISH("<item id='i'/>")), PASSED },
		{ "a label in a request for items", GET(ITEMS(LOW)), REFUSED },
		{ "another kind", SET("<subscribe node='n' jid='a@a.example'/>"), KIND },
		{ "an item elsewhere", SET("<retract node='n'><item id='i'/></retract>"), KIND },
		{ "items of another namespace", SET(PUBLISH("<x xmlns='urn:w'>" ATOM "</x>" LOW)),
			KIND },
	};

	(void)unused;
	TELL_LOW(UNDER(CHECK), stories);
}

static void each_item_of_a_list_needs_a_label(void **unused)
{
	static const struct policy_story stories[] = {
		{ "asked for",
			GET("<items node='n'/><set xmlns='http://jabber.org/protocol/rsm'>"
			    "<max>5</max></set>"),
			PASSED },
		{ "and something else", GET("<items node=\'n\'/><w xmlns=\'urn:w\'/>"), KIND },
		{ "asked for without pages", GET("<items node='n'><item id='i'/></items>"),
			PASSED },
		{ "one label each",
			RESULT(ITEMS(ITEM("1") ITEM("2") NAMED("1", ESS_LOW) NAMED("2", ESS_LOW))),
			PASSED },
		{ "one for all", RESULT(ITEMS(NAMED("1", ESS_LOW) ITEM("1") ITEM("1"))), PASSED },
		{ "one item without",
			RESULT(ITEMS(ITEM("1") "<item>" ATOM "</item>" NAMED("1", ESS_LOW))),
			ANSWER_KIND },
		{ "one above",
			RESULT(ITEMS(ITEM("1") ITEM("2") NAMED("1", ESS_LOW) NAMED("2", ESS_HIGH))),
			ANSWER_REFUSED },
		{ "one above that no item has",
			RESULT(ITEMS(ITEM("1") NAMED("1", ESS_LOW) NAMED("2", ESS_HIGH))),
			ANSWER_REFUSED },
		{ "a label that is not there", RESULT(ITEMS(ITEM("3") NAMED("1", ESS_LOW))),
			ANSWER_REFUSED },
		{ "two of one name",
			RESULT(ITEMS(ITEM("1") NAMED("1", ESS_LOW) NAMED("1", ESS_LOW))),
			ANSWER_REFUSED },
		{ "one without a name", RESULT(ITEMS(ITEM("1") LOW)), ANSWER_REFUSED },
		{ "a reference in no namespace",
			RESULT(ITEMS("<item label='1'>" ATOM "</item>" NAMED("1", ESS_LOW))),
			ANSWER_KIND },
		{ "the label of another group",
			RESULT(ITEMS(ITEM("1")) ITEMS(ITEM("1") NAMED("1", ESS_LOW))),
			ANSWER_REFUSED },
		{ "no content", RESULT(ITEMS("<item id='i'/>")), PASSED },
		{ "a list of nodes",
			LIST("<item jid='p.b.example' node='n' slps:label='1'/>" NAMED(
				"1", ESS_LOW)),
			PASSED },
		{ "of which one is above",
			LIST("<item jid='p.b.example' node='n' slps:label='1'/>" NAMED(
				"1", ESS_HIGH)),
			ANSWER_REFUSED },
		{ "of which one has a label that is not there",
			LIST("<item jid='p.b.example' node='n' slps:label='1'/>"), ANSWER_REFUSED },
		{ "without labels", LIST("<item jid='p.b.example' node='n'/>"), PASSED },
	};

	(void)unused;
	TELL_LOW(UNDER(CHECK), stories);
}

static void where_pubsub_passes_labels_are_judged_all_the_same(void **unused)
{
	static const struct policy_story stories[] = {
		{ "not labelled", SET(PUBLISH("<item>" ATOM "</item>")), PASSED },
		{ "above", SET(PUBLISH("<item>" ATOM "</item>" HIGH)), REFUSED },
		{ "subscribing", SET("<subscribe node='n' jid='a@a.example'/>"), PASSED },
	};
	static const struct policy_story kinds[] = {
		{ "a kind that no label lets pass", SET(PUBLISH("<item>" ATOM "</item>" LOW)),
			VERDICT_BOUNCE, "iq", NULL, "policy-violation", FEATURE_PUBSUB, false,
			false },
	};

	(void)unused;
	TELL_LOW(UNDER("labels = { check = true; unlabelled_iq = [ \"pubsub\" ]; };"), stories);
	TELL_LOW("policies = ( { name = \"p\"; iq = [ \"ping\" ]; " CHECK " } );", kinds);
}

/* As many labels as anybody could want to be told apart, and one more. */
static void a_list_has_so_many_labels_and_no_more(void **unused)
{
	struct policy_text text;
	struct label_sides labels;
	struct filter_labels both = label_sides_init(&labels, "LOW", "LOW");
	struct rig rig;

	(void)unused;
	policy_text_init(&text, UNDER(CHECK));
	rig_init(&rig, text.table, RIG_HEADER);
	rig.context.labels = both;
	for (unsigned n = 63; n <= 66; n++) {
		struct buf in = { 0 };
		const struct filter_result *r;

		buf_printf(&in, "<iq" SLPS A " type='result' id='1'><pubsub "
				"xmlns='http://jabber.org/protocol/pubsub'><items node='n'>");
		for (unsigned i = 0; i < n; i++)
			buf_printf(&in, "<item slps:label='%063u'>" ATOM "</item>", i);
		for (unsigned i = 0; i < n; i++)
			buf_printf(&in,
				"<securitylabel xmlns='urn:xmpp:sec-label:0' slps:id='%063u'>"
				"<label>" ESS_LOW "</label></securitylabel>",
				i);
		buf_printf(&in, "</items></pubsub></iq>");
		r = rig_feed(&rig, buf_view(&in), SIZE_MAX);
		assert_int_equal(r->verdict, n <= 64 ? VERDICT_PASS : VERDICT_FOLD);
		assert_true(n <= 64 || strstr(r->detail, "too many labels"));
		buf_fini(&in);
	}
	rig_fini(&rig);
	policy_text_fini(&text);
	label_sides_fini(&labels);
}

static void an_error_about_clearances_crosses_bare(void **unused)
{
	static const struct policy_story stories[] = {
		{ "insufficient-clearance",
			"<iq" A " type='error' id='1'><error type='modify'><bad-request "
			"xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><insufficient-clearance "
			"xmlns='urn:xmpp:sec-label:pubsub:errors:0'/></error></iq>",
			VERDICT_FOLD, "labels.check", NO_RESULT("modify'><bad-request"), NULL, NONE,
			false, false },
	};

	(void)unused;
	TELL_LOW(UNDER(CHECK), stories);
}

static void what_nobody_wrote_is_dropped_without_a_label_or_passes(void **unused)
{
	static const struct policy_story dropped[] = {
		{ "a receipt", "<message" A " id='1'>" RECEIVED "</message>", DROPPED },
		{ "composing", "<message" A "><composing" CS "/><thread>t</thread></message>",
			DROPPED },
		{ "displayed",
			"<message" A "><displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>"
			"<store xmlns='urn:xmpp:hints'/></message>",
			DROPPED },
		{ "a label", "<message" A ">" RECEIVED LOW "</message>", PASSED },
		{ "with a body", "<message" A ">" BODY "<active" CS "/></message>", REFUSED },
		{ "with words in it",
			"<message" A "><received xmlns='urn:xmpp:receipts'>x</received></message>",
			REFUSED },
		{ "with an element in it",
			"<message" A "><composing" CS "><x xmlns='urn:w'/></composing></message>",
			REFUSED },
		{ "with anything else", "<message" A ">" RECEIVED "<w xmlns='urn:w'/></message>",
			REFUSED },
		{ "ids alone", "<message" A "><origin-id xmlns='urn:xmpp:sid:0' id='1'/></message>",
			REFUSED },
	};
	static const struct policy_story passes[] = {
		{ "a receipt", "<message" A " id='1'>" RECEIVED "</message>", PASSED },
		{ "composing", "<message" A "><composing" CS "/><thread>t</thread></message>",
			PASSED },
		{ "its thread behind it",
			"<message" A "><thread>t</thread><composing" CS "/></message>", PASSED },
		{ "above", "<message" A ">" RECEIVED HIGH "</message>", REFUSED },
		{ "with a body", "<message" A ">" BODY "<active" CS "/></message>", REFUSED },
		{ "with a subject", "<message" A "><subject/><active" CS "/></message>", REFUSED },
	};

	(void)unused;
	TELL_LOW(UNDER(CHECK), dropped);
	TELL_LOW(UNDER("labels = { check = true; signals = \"pass\"; };"), passes);
	TELL_LOW("policies = ( { name = \"p\"; labels = { check = true; signals = \"pass\"; }; }, "
		 "{ name = \"q\"; " CHECK " } );",
		dropped);
}

/* A label in a namespace that nobody strips as unknown, and that goes as a label does. */
static void what_is_unknown_is_stripped_and_labels_are_not(void **unused)
{
	static const struct policy_story stories[] = {
		{ "4774", "<message" A ">" BODY SECURITY("", NATO("RED", "LOW")) "</message>",
			PASSED },
		{ "bound to the body", "<message" A ">" BODY FOR_BODY "</message>", PASSED },
	};

	(void)unused;
	TELL_LOW(UNDER("strip = [ \"unknown\" ]; " CHECK), stories);
	TELL_LOW(UNDER("allow = [ \"labels\" ]; " CHECK), stories);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_label_stands_in_a_message_as_its_child_only),
		cmocka_unit_test(a_payload_without_its_element_is_a_label_that_nobody_believes),
		cmocka_unit_test(a_label_of_the_body_covers_nothing_else),
		cmocka_unit_test(what_is_published_needs_one_label),
		cmocka_unit_test(each_item_of_a_list_needs_a_label),
		cmocka_unit_test(where_pubsub_passes_labels_are_judged_all_the_same),
		cmocka_unit_test(a_list_has_so_many_labels_and_no_more),
		cmocka_unit_test(an_error_about_clearances_crosses_bare),
		cmocka_unit_test(what_nobody_wrote_is_dropped_without_a_label_or_passes),
		cmocka_unit_test(what_is_unknown_is_stripped_and_labels_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
