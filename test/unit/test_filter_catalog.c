/* SPDX-License-Identifier: MIT */
/* Label catalogues on their way: which items of an answer go on, and what nobody may offer. */
#include "label_sides.h"
#include "policy_story.h"

#define CHECK "labels = { check = true; unlabelled_iq = [ \"labels\" ]; };"
#define CATALOG(x) \
	"<catalog xmlns='urn:xmpp:sec-label:catalog:2' to='b.example' name='N'>" x "</catalog>"
#define EMPTY_CATALOG "<catalog xmlns='urn:xmpp:sec-label:catalog:2' to='b.example' name='N'/>"
#define ITEM(x)       "<item selector='S'>" x "</item>"
#define NOTHING       "<item selector='S' default='true'/>"
#define RESULT(x)     "<iq" A " type='result' id='1'>" x "</iq>"
#define ANSWER(x)     RESULT(CATALOG(x))
#define REQUEST                                                                                   \
	"<iq" A " type='get' id='1'><catalog xmlns='urn:xmpp:sec-label:catalog:2' to='b.example'" \
	"/></iq>"
#define BELIEVED                                                                 \
	"<securitylabel xmlns='urn:xmpp:sec-label:0'><label>" ESS_LOW "</label>" \
	"<equivalentlabel>" ESS_PALE "</equivalentlabel></securitylabel>"
#define NOT_BELIEVED                                                             \
	"<securitylabel xmlns='urn:xmpp:sec-label:0'><label>" ESS_LOW "</label>" \
	"<equivalentlabel>" ESS_DEEP "</equivalentlabel></securitylabel>"
#define PASSED   VERDICT_PASS, NULL, NULL, NULL, NONE, false, false
#define FEWER(x) VERDICT_FOLD, "labels.check", x, NULL, FEATURE_LABELS, false, false
#define FORBIDDEN                                                                      \
	VERDICT_FOLD, "labels.check",                                                  \
		"<iq from='a@a.example' to='b@b.example' id='1' type='error'><error "  \
		"type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>" \
		"</error></iq>",                                                       \
		NULL, FEATURE_LABELS, false, false

struct between {
	const char *policies, *from, *to;
	const char *to_blue; /* the recipient has the policy BLUE, and this clearance under it */
	bool unfiltered, with_default, no_policy;
};

static void tell_between(const struct between *b, const struct policy_story *stories, size_t n)
{
	struct policy_text text;
	struct label_sides sides;
	struct filter_labels both = label_sides_init(&sides, b->from, b->to);
	struct rig rig;

	sides.to_terms.filter_catalogs = !b->unfiltered;
	sides.to_terms.default_label = b->with_default ? &sides.low : NULL;
	both.policies = b->no_policy ? NULL : both.policies;
	if (b->to_blue) {
		sides.to_terms.policy = sides.blue;
		both.to.translated =
			label_sides_cleared(&sides, sides.blue, b->to_blue, &sides.to_blue);
	}
	policy_text_init(&text, b->policies);
	for (size_t step = 1; step; step = step == 1 ? SIZE_MAX : 0) {
		rig_init(&rig, text.table, RIG_HEADER);
		rig.context.labels = both;
		for (size_t i = 0; i < n; i++)
			policy_story_tell(&stories[i], &rig, step);
		rig_fini(&rig);
	}
	policy_text_fini(&text);
	label_sides_fini(&sides);
}

#define TELL_BETWEEN(stories, ...)                                    \
	tell_between(&(const struct between){ __VA_ARGS__ }, stories, \
		sizeof(stories) / sizeof((stories)[0]))

static void an_answer_offers_what_the_recipient_is_cleared_for(void **unused)
{
	static const struct policy_story low[] = {
		{ "all of it", ANSWER(ITEM(LOW) ITEM(LOW)), PASSED },
		{ "some of it", ANSWER(ITEM(LOW) ITEM(HIGH) ITEM(SECURITY("", NATO("RED", "LOW")))),
			FEWER(ANSWER(ITEM(LOW) ITEM(SECURITY("", NATO("RED", "LOW"))))) },
		{ "nothing", ANSWER(ITEM(HIGH)), FEWER(RESULT(EMPTY_CATALOG)) },
		{ "nothing was offered", RESULT(EMPTY_CATALOG), PASSED },
		{ "a request", REQUEST, PASSED },
		{ "an answer of another kind", "<iq" A " type='result' id='1'/>", PASSED },
	};
	static const struct policy_story high[] = {
		{ "all of it", ANSWER(ITEM(LOW) ITEM(HIGH)), PASSED },
	};
	static const struct policy_story none[] = {
		{ "nothing", ANSWER(ITEM(LOW)), FEWER(RESULT(EMPTY_CATALOG)) },
	};

	(void)unused;
	TELL_BETWEEN(low, .policies = UNDER(CHECK), .from = "HIGH", .to = "LOW");
	TELL_BETWEEN(high, .policies = UNDER(CHECK), .from = "HIGH", .to = "HIGH");
	TELL_BETWEEN(none, .policies = UNDER(CHECK), .from = "HIGH");
	TELL_BETWEEN(none, .policies = UNDER(CHECK), .to = "HIGH");
}

static void what_cannot_be_judged_is_not_offered(void **unused)
{
	static const struct policy_story stories[] = {
		{ "no label", ANSWER(ITEM(LOW) NOTHING), FEWER(ANSWER(ITEM(LOW))) },
		{ "the default, of which there is none", ANSWER(ITEM(SECURITY("", "")) ITEM(LOW)),
			FEWER(ANSWER(ITEM(LOW))) },
		{ "no label at all", ANSWER(ITEM("<x xmlns='urn:x'/>") ITEM(LOW)),
			FEWER(ANSWER(ITEM(LOW))) },
		{ "unreadable", ANSWER(ITEM(SECURITY("", ESS("!"))) ITEM(LOW)),
			FEWER(ANSWER(ITEM(LOW))) },
		{ "a class that is none", ANSWER(ITEM(SECURITY("", NATO("RED", "TOP"))) ITEM(LOW)),
			FEWER(ANSWER(ITEM(LOW))) },
		{ "a policy that is none",
			ANSWER(ITEM(SECURITY("", NATO("GREEN", "LOW"))) ITEM(LOW)),
			FEWER(ANSWER(ITEM(LOW))) },
		{ "two labels", ANSWER(ITEM(LOW LOW) ITEM(LOW)), FEWER(ANSWER(ITEM(LOW))) },
		{ "an equivalent that is believed", ANSWER(ITEM(BELIEVED)), PASSED },
		{ "and one that is not", ANSWER(ITEM(NOT_BELIEVED) ITEM(LOW)),
			FEWER(ANSWER(ITEM(LOW))) },
		{ "another policy's, that maps", ANSWER(ITEM(PALE)), PASSED },
		{ "what is no item", ANSWER(ITEM(LOW) HIGH), FEWER(ANSWER(ITEM(LOW))) },
		{ "a message in it",
			ANSWER(ITEM(LOW) "<message xmlns='jabber:server'><body>x</body></message>"),
			FORBIDDEN },
	};
	static const struct policy_story no_policy[] = { { "no policy", ANSWER(ITEM(LOW)),
		FORBIDDEN } };

	(void)unused;
	TELL_BETWEEN(stories, .policies = UNDER(CHECK), .from = "HIGH", .to = "LOW");
	TELL_BETWEEN(no_policy, .policies = UNDER(CHECK), .from = "HIGH", .to = "LOW",
		.no_policy = true);
}

static void no_label_is_offered_where_none_is_needed(void **unused)
{
	static const struct policy_story passes[] = { { "none", ANSWER(NOTHING), PASSED } };
	static const struct policy_story refused[] = { { "none", ANSWER(NOTHING),
		FEWER(RESULT(EMPTY_CATALOG)) } };
	const char *pass = UNDER("labels = { check = true; unlabelled = \"pass\"; "
				 "unlabelled_iq = [ \"labels\" ]; };");
	const char *as_default = UNDER("labels = { check = true; unlabelled = \"default\"; "
				       "unlabelled_iq = [ \"labels\" ]; };");

	(void)unused;
	TELL_BETWEEN(passes, .policies = pass, .from = "LOW", .to = "LOW");
	TELL_BETWEEN(
		passes, .policies = as_default, .from = "LOW", .to = "LOW", .with_default = true);
	TELL_BETWEEN(refused, .policies = as_default, .from = "LOW", .to = "LOW");
	TELL_BETWEEN(refused, .policies = as_default, .from = "LOW", .with_default = true);
}

static void a_recipient_of_another_policy_is_offered_what_maps(void **unused)
{
	static const struct policy_story pale[] = {
		{ "LOW is PALE", ANSWER(ITEM(LOW) ITEM(HIGH)), FEWER(ANSWER(ITEM(LOW))) },
		{ "its own", ANSWER(ITEM(PALE)), PASSED },
		{ "what does not map",
			ANSWER(ITEM(LOW) ITEM(SECURITY("",
				"<originatorConfidentialityLabel xmlns='" NATO_NS
				"'><ConfidentialityInformation><PolicyIdentifier>RED"
				"</PolicyIdentifier><Classification>LOW</Classification><Category "
				"TagName='Releasable To' Type='PERMISSIVE'><GenericValue>XBB"
				"</GenericValue></Category></ConfidentialityInformation>"
				"</originatorConfidentialityLabel>"))),
			FEWER(ANSWER(ITEM(LOW))) },
	};
	static const struct policy_story deep[] = {
		{ "both", ANSWER(ITEM(LOW) ITEM(HIGH)), PASSED },
	};

	(void)unused;
	TELL_BETWEEN(
		pale, .policies = UNDER(CHECK), .from = "HIGH", .to = "HIGH", .to_blue = "PALE");
	TELL_BETWEEN(
		deep, .policies = UNDER(CHECK), .from = "HIGH", .to = "HIGH", .to_blue = "DEEP");
}

static void a_catalogue_passes_as_it_is_unless_it_is_to_be_filtered(void **unused)
{
	static const struct policy_story open[] = {
		{ "all of it", ANSWER(ITEM(LOW) ITEM(HIGH) NOTHING), PASSED },
		{ "a message in it",
			ANSWER("<message xmlns='jabber:server'><body>x</body></message>"),
			FORBIDDEN },
	};
	static const struct policy_story kinds[] = {
		{ "a request", REQUEST, VERDICT_BOUNCE, "labels.unlabelled_iq", NULL,
			"policy-violation", FEATURE_LABELS, false, false },
	};
	static const struct policy_story stripped[] = {
		{ "an answer without it", ANSWER(ITEM(LOW)), VERDICT_FOLD, "strip",
			"<iq from='a@a.example' to='b@b.example' id='1' type='error'><error "
			"type='modify'><policy-violation "
			"xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
			NULL, FEATURE_LABELS, false, false },
		{ "and the next stanza", "<iq" A " type='result' id='1'/>", PASSED },
	};

	(void)unused;
	TELL_BETWEEN(
		open, .policies = UNDER(CHECK), .from = "LOW", .to = "LOW", .unfiltered = true);
	TELL_BETWEEN(kinds, .policies = UNDER("labels = { check = true; };"), .from = "LOW",
		.to = "LOW");
	TELL_BETWEEN(stripped, .policies = UNDER("strip = [ \"labels\" ]; " CHECK), .from = "LOW",
		.to = "LOW");
}

/* 1,000 items are a catalogue; one more is too many. */
static void one_that_is_too_large_is_refused(void **unused)
{
	struct policy_text text;
	struct label_sides sides;
	struct filter_labels both = label_sides_init(&sides, "LOW", "LOW");
	struct rig rig;

	(void)unused;
	sides.to_terms.filter_catalogs = true;
	policy_text_init(&text, UNDER(CHECK));
	rig_init(&rig, text.table, RIG_HEADER);
	rig.context.labels = both;
	for (unsigned n = 1000; n <= 1001; n++) {
		const struct filter_result *r;
		struct buf in = { 0 };

		buf_printf(&in, "<iq" A " type='result' id='1'><catalog "
				"xmlns='urn:xmpp:sec-label:catalog:2'>");
		for (unsigned i = 0; i < n; i++)
			buf_printf(&in, ITEM(LOW));
		buf_printf(&in, "</catalog></iq>");
		r = rig_feed(&rig, buf_view(&in), SIZE_MAX);
		assert_int_equal(r->verdict, n == 1000 ? VERDICT_PASS : VERDICT_FOLD);
		assert_int_equal(r->refused, n == 1001);
		buf_fini(&in);
	}
	rig_fini(&rig);
	policy_text_fini(&text);
	label_sides_fini(&sides);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_offers_what_the_recipient_is_cleared_for),
		cmocka_unit_test(what_cannot_be_judged_is_not_offered),
		cmocka_unit_test(no_label_is_offered_where_none_is_needed),
		cmocka_unit_test(a_recipient_of_another_policy_is_offered_what_maps),
		cmocka_unit_test(a_catalogue_passes_as_it_is_unless_it_is_to_be_filtered),
		cmocka_unit_test(one_that_is_too_large_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
