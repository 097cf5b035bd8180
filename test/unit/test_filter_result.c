/* SPDX-License-Identifier: MIT */
/* What the filter tells its owner: verdict, reason, head, condition. */
#include "filter_story.h"

static void the_streams_language_is_added_where_it_would_be_lost(void **unused)
{
	static const struct {
		const char *stream, *out, *in, *want;
	} cases[] = {
		{ "de", "en", "<message" A "><body/></message>",
			"<message" A " xml:lang='de'><body/></message>" },
		{ "de", "", "<iq" A " type='result' id='1'/>",
			"<iq" A " type='result' id='1' xml:lang='de'/>" },
		{ "de", "en", "<message" A " xml:lang='fr'><body/></message>",
			"<message" A " xml:lang='fr'><body/></message>" },
		{ "EN", "en", "<message" A "><body/></message>",
			"<message" A "><body/></message>" },
		{ "", "en", "<message" A "><body/></message>", "<message" A "><body/></message>" },
		{ "de", "en", "<presence" A "/>", "<presence" A "/>" }, /* folded */
	};
	struct rig_policy policy;

	(void)unused;
	rig_policy_init(&policy, "availability", "unknown");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct filter_result *r;
		struct rig rig;

		rig_init(&rig, policy.table, RIG_HEADER);
		filter_bind(rig.filter, &rig, str_of(cases[i].stream), str_of(cases[i].out));
		r = rig_feed(&rig, str_of(cases[i].in), SIZE_MAX);
		assert_non_null(r);
		assert_int_equal(r->verdict, VERDICT_PASS);
		assert_str(r->bytes, cases[i].want);
		rig_fini(&rig);
	}
	rig_policy_fini(&policy);
}

static void the_result_says_who_decided_and_what_was_seen(void **unused)
{
	const struct filter_result *r;
	struct rig_policy policy;
	struct rig rig;

	(void)unused;
	rig_policy_init(&policy, "off", "html chat-states");
	rig_init(&rig, policy.table, RIG_HEADER);
	r = rig_feed(&rig,
		STR("<message from='a@a.example/r' to='b@b.example' id='i' type='chat' "
		    "xml:lang='de'><body>x</body><active" CS "/>" HTML
		    "<nick xmlns='http://jabber.org/protocol/nick'/></message>"),
		1);
	assert_non_null(r);
	assert_ptr_equal(r->policy, &policy.policy);
	assert_int_equal(r->feature, FEATURE_CHAT_STATES);
	assert_int_equal(r->check, STANZA_OK);
	assert_true(feature_set_has(&r->seen, FEATURE_CORE));
	assert_true(feature_set_has(&r->seen, FEATURE_NICK));
	assert_true(feature_set_has(&r->seen, FEATURE_HTML));
	assert_true(feature_set_has(&r->removed, FEATURE_HTML));
	assert_true(feature_set_has(&r->removed, FEATURE_CHAT_STATES));
	assert_false(feature_set_has(&r->removed, FEATURE_CORE));
	assert_false(feature_set_has(&r->removed, FEATURE_NICK));
	assert_str(r->head.from, "a@a.example/r");
	assert_str(r->head.from_domain, "a.example");
	assert_str(r->head.to, "b@b.example");
	assert_str(r->head.to_domain, "b.example");
	assert_str(r->head.id, "i");
	assert_str(r->head.lang, "de");
	assert_int_equal(r->head.type, TYPE_CHAT);
	assert_false(r->has_text_outside);
	/* The next stanza starts from nothing. */
	r = rig_feed(&rig, STR("<presence" A ">x</presence>"), SIZE_MAX);
	assert_non_null(r);
	assert_int_equal(r->head.kind, STANZA_PRESENCE);
	assert_null(r->head.id.p);
	assert_null(r->policy);
	assert_false(feature_set_has(&r->seen, FEATURE_CORE));
	assert_true(r->has_text_outside);
	rig_fini(&rig);
	rig_policy_fini(&policy);
}

static void conditions_fit_what_is_refused(void **unused)
{
	static const struct {
		const char *strip, *in;
		enum stanza_condition condition;
	} cases[] = {
		{ "voip", "<iq" A " type='set' id='1'>" JINGLE("session-initiate", RTP) "</iq>",
			CONDITION_SERVICE_UNAVAILABLE },
		{ "file-transfer", "<iq" A " type='set' id='1'><query xmlns='jabber:iq:oob'/></iq>",
			CONDITION_SERVICE_UNAVAILABLE },
		{ "unknown", "<iq" A " type='set' id='1'><q xmlns='urn:q'/></iq>",
			CONDITION_SERVICE_UNAVAILABLE },
		{ "vcard", "<iq" A " type='get' id='1'><vCard xmlns='vcard-temp'/></iq>",
			CONDITION_POLICY_VIOLATION },
		{ "vcard", "<iq" A " type='get' id='1'/>", CONDITION_BAD_REQUEST },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct filter_result *r;
		struct rig_policy policy;
		struct rig rig;

		rig_policy_init(&policy, "off", cases[i].strip);
		rig_init(&rig, policy.table, RIG_HEADER);
		r = rig_feed(&rig, str_of(cases[i].in), 1);
		assert_non_null(r);
		assert_int_equal(r->condition, cases[i].condition);
		assert_true(stanza_may_bounce(&r->head));
		assert_int_equal(r->bytes.n, 0);
		rig_fini(&rig);
		rig_policy_fini(&policy);
	}
}

static void a_pair_without_a_table_is_left_to_the_owner(void **unused)
{
	const struct filter_result *r;
	struct rig_policy policy;
	struct rig rig;

	(void)unused;
	rig_policy_init(&policy, "availability", "html");
	rig_init(&rig, NULL, RIG_HEADER);
	r = rig_feed(&rig, STR("<iq" A " type='get' id='7'><a/><b/>x</iq>"), 1);
	assert_non_null(r);
	assert_int_equal(r->verdict, VERDICT_NONE);
	assert_string_equal(r->reason, "unrouted");
	assert_int_equal(r->bytes.n, 0);
	assert_str(r->head.id, "7");
	/* Also one with more wrong than that: who may speak comes first. */
	r = rig_feed(&rig, STR("<presence type='odd'" A "/>"), 1);
	assert_non_null(r);
	assert_int_equal(r->verdict, VERDICT_NONE);
	rig.table = policy.table;
	r = rig_feed(&rig, STR("<message" A "><body>x</body></message>"), 1);
	assert_non_null(r);
	assert_int_equal(r->verdict, VERDICT_PASS);
	rig_fini(&rig);
	rig_policy_fini(&policy);
}

/* A stanza of `total` bytes or more. */
static void feed_large(struct rig *r, const char *start, size_t total, const char *end)
{
	char fill[1024];

	memset(fill, 'x', sizeof(fill));
	rig_feed(r, str_of(start), SIZE_MAX);
	for (size_t n = 0; n < total; n += sizeof(fill))
		rig_feed(r, (struct str){ fill, sizeof(fill) }, SIZE_MAX);
	rig_feed(r, str_of(end), SIZE_MAX);
}

static void an_oversize_stanza_can_be_bounced_by_its_head(void **unused)
{
	static const struct {
		const char *start, *end;
		enum verdict verdict;
		const char *reason;
		bool may_bounce;
		const char *bytes;
	} cases[] = {
		{ "<presence" A " type='unavailable' id='1'><status>", "</status></presence>",
			VERDICT_FOLD, "oversize", false, "<presence" A " type='unavailable'/>" },
		{ "<presence" A " type='unsubscribed'><status>", "</status></presence>",
			VERDICT_FOLD, "oversize", false, "<presence" A " type='unsubscribed'/>" },
		{ "<presence" A "><status>", "</status></presence>", VERDICT_BOUNCE, "oversize",
			true },
		{ "<message" A " id='1'><body>", "</body></message>", VERDICT_BOUNCE, "oversize",
			true },
		{ "<iq" A " type='get' id='1'><a>", "</a></iq>", VERDICT_BOUNCE, "oversize", true },
		{ "<iq" A " type='result' id='1'><a>", "</a></iq>", VERDICT_FOLD, "oversize", false,
			"<iq" A " id='1' type='error'><error type='modify'><policy-violation "
			"xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>" },
		{ "<iq" A " type='error' id='1'><a>", "</a></iq>", VERDICT_FOLD, "oversize", false,
			"<iq" A " id='1' type='error'><error type='cancel'><undefined-condition "
			"xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>" },
		{ "<message" A " type='error' id='1'><a>", "</a></message>", VERDICT_BOUNCE,
			"oversize", false },
		{ "<iq" A " type='odd' id='1'><a>", "</a></iq>", VERDICT_INVALID, "bad-request",
			true },
		{ "<message to='b'><body>", "</body></message>", VERDICT_INVALID, "addressing",
			true },
	};
	struct rig_policy policy;
	struct rig rig;

	(void)unused;
	rig_policy_init(&policy, "off", "");
	rig_init(&rig, policy.table, RIG_HEADER);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct filter_result *r;

		rig.oversize = false;
		feed_large(&rig, cases[i].start, rig_limits.bytes, cases[i].end);
		r = rig.result;
		assert_true(rig.oversize);
		assert_non_null(r);
		assert_int_equal(r->verdict, cases[i].verdict);
		assert_string_equal(r->reason, cases[i].reason);
		assert_str(r->bytes, cases[i].bytes ? cases[i].bytes : "");
		assert_true(r->bytes_in > rig_limits.bytes);
		assert_int_equal(stanza_may_bounce(&r->head), cases[i].may_bounce);
		if (r->verdict == VERDICT_BOUNCE) {
			assert_int_equal(r->check, STANZA_OK);
			assert_int_equal(r->condition, CONDITION_POLICY_VIOLATION);
			assert_str(r->head.from, "a@a.example");
		}
	}
	rig.table = NULL;
	feed_large(&rig, "<message" A "><body>", rig_limits.bytes, "</body></message>");
	assert_int_equal(rig.result->verdict, VERDICT_NONE);
	rig_fini(&rig);
	rig_policy_fini(&policy);
}

static void what_always_passes_is_bare_beyond_its_senders_limit(void **unused)
{
	static const char small[] =
		"<presence" A " type='unavailable'><status>x</status></presence>";
	struct rig_policy policy;
	struct rig rig;

	(void)unused;
	rig_policy_init(&policy, "off", "");
	rig_init(&rig, policy.table, RIG_HEADER);
	rig.context.max_stanza = strlen(small);
	rig_feed(&rig, STR(small), SIZE_MAX);
	assert_int_equal(rig.result->verdict, VERDICT_PASS);
	rig.context.max_stanza--;
	rig_feed(&rig, STR(small), SIZE_MAX);
	assert_int_equal(rig.result->verdict, VERDICT_FOLD);
	assert_string_equal(rig.result->reason, "oversize");
	assert_str(rig.result->bytes, "<presence" A " type='unavailable'/>");
	/* What becomes of the rest is for its owner to say. */
	rig_feed(&rig, STR("<presence" A "><status>a long word about it</status></presence>"),
		SIZE_MAX);
	assert_int_equal(rig.result->verdict, VERDICT_PASS);
	rig_fini(&rig);
	rig_policy_fini(&policy);
}

static void a_stream_that_broke_off_leaves_nothing_behind(void **unused)
{
	const struct filter_result *r;
	struct rig_policy policy;
	struct rig broken, rig;

	(void)unused;
	rig_policy_init(&policy, "off", "html");
	rig_init(&broken, policy.table, RIG_HEADER);
	rig_init(&rig, policy.table, RIG_HEADER);
	/* The same filter reads both streams, as in a worker. */
	filter_free(rig.filter);
	rig.filter = broken.filter;
	assert_null(rig_feed(&broken, STR("<message" A "><a><b></a></b></message>"), SIZE_MAX));
	filter_bind(rig.filter, &rig, STR(""), STR(""));
	r = rig_feed(&rig, STR("<message" A "><body>x</body>" HTML "</message>"), SIZE_MAX);
	assert_non_null(r);
	assert_str(r->bytes, "<message" A "><body>x</body></message>");
	rig.filter = NULL;
	rig_fini(&rig);
	rig_fini(&broken);
	rig_policy_fini(&policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_streams_language_is_added_where_it_would_be_lost),
		cmocka_unit_test(the_result_says_who_decided_and_what_was_seen),
		cmocka_unit_test(conditions_fit_what_is_refused),
		cmocka_unit_test(a_pair_without_a_table_is_left_to_the_owner),
		cmocka_unit_test(an_oversize_stanza_can_be_bounced_by_its_head),
		cmocka_unit_test(what_always_passes_is_bare_beyond_its_senders_limit),
		cmocka_unit_test(a_stream_that_broke_off_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
