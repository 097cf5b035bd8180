/* SPDX-License-Identifier: MIT */
/* The operator's own features: what may be defined, and that policies treat them as their own. */
#include "policy_story.h"

#include "base/mem.h"

#define FEATURES                                                                          \
	"features = ( { name = \"weather\"; namespaces = [ \"urn:w\", \"urn:w:2\" ]; }, " \
	"{ name = \"tides\"; namespaces = [ \"urn:t\" ]; } );\n"
#define WEATHER "<rain xmlns='urn:w'>much</rain>"
#define TIDES   "<low xmlns='urn:t'/>"
#define BODY    "<message" A "><body>x</body></message>"

enum { WEATHER_FEATURE = FEATURE_OWN, TIDES_FEATURE = FEATURE_OWN + 1 };

static void they_are_stripped_blocked_and_allowed_like_the_others(void **unused)
{
	static const struct policy_story strip[] = {
		{ "a child", "<message" A "><body>x</body>" WEATHER "</message>", VERDICT_FOLD,
			"strip", BODY, NULL, (enum feature)WEATHER_FEATURE, false, false },
		{ "its other namespace",
			"<message" A "><body>x</body><sun xmlns='urn:w:2'/>"
			"</message>",
			VERDICT_FOLD, "strip", BODY, NULL, (enum feature)WEATHER_FEATURE, false,
			false },
		{ "inside something unknown",
			"<message" A "><body>x</body><u xmlns='urn:u'>" WEATHER "</u></message>",
			VERDICT_FOLD, "strip",
			"<message" A "><body>x</body><u xmlns='urn:u'/></message>", NULL,
			(enum feature)WEATHER_FEATURE, false, false },
		{ "a fallback for it",
			"<message" A "><body>x</body><fallback "
			"xmlns='urn:xmpp:fallback:0' for='urn:w'/></message>",
			VERDICT_FOLD, "strip", BODY, NULL, (enum feature)WEATHER_FEATURE, false,
			false },
		{ "blocked", "<message" A "><body>x</body>" TIDES "</message>", VERDICT_BOUNCE,
			"block", NULL, "policy-violation", (enum feature)TIDES_FEATURE, false,
			false },
		{ "a request", "<iq" A " type='get' id='1'>" TIDES "</iq>", VERDICT_BOUNCE, "block",
			NULL, "policy-violation", (enum feature)TIDES_FEATURE, false, false },
		{ "a node",
			"<message" A ">" EVENT("<items node='urn:t'><item/></items>") "</message>",
			VERDICT_BOUNCE, "block", NULL, "policy-violation",
			(enum feature)TIDES_FEATURE, false, false },
		{ "what one can do",
			"<iq" A " type='result' id='1'><query xmlns='http://"
			"jabber.org/protocol/disco#info'><feature var='urn:t'/><feature "
			"var='urn:t+notify'/></query></iq>",
			VERDICT_FOLD, "block",
			"<iq" A " type='result' id='1'><query xmlns='http://"
			"jabber.org/protocol/disco#info'/></iq>",
			NULL, (enum feature)TIDES_FEATURE, false, false },
	};
	static const struct policy_story allow[] = {
		{ "allowed", "<message" A "><body>x</body>" WEATHER "</message>", VERDICT_PASS,
			NULL, NULL, NULL, NONE, false, false },
		{ "declared before it is used",
			"<message xmlns:w='urn:w'" A "><body>x</body><w:sun/></message>",
			VERDICT_PASS, NULL, NULL, NULL, NONE, false, false },
		{ "not allowed", "<message" A "><body>x</body>" TIDES "</message>", VERDICT_FOLD,
			"allow", BODY, NULL, (enum feature)TIDES_FEATURE, false, false },
		{ "an IQ of its kind", "<iq" A " type='get' id='1'>" WEATHER "</iq>", VERDICT_PASS,
			NULL, NULL, NULL, NONE, false, false },
	};
	static const struct policy_story unknown[] = {
		{ "what has a name is not unknown",
			"<message" A "><body>x</body>" WEATHER "</message>", VERDICT_PASS, NULL,
			NULL, NULL, NONE, false, false },
		{ "what has none is", "<message" A "><body>x</body><u xmlns='urn:u'/></message>",
			VERDICT_FOLD, "strip", BODY, NULL, FEATURE_UNKNOWN, false, false },
	};

	(void)unused;
	TELL_UNDER(FEATURES UNDER("strip = [ \"weather\" ]; block = [ \"tides\" ];"), strip);
	TELL_UNDER(FEATURES UNDER("allow = [ \"weather\" ]; iq = [ \"weather\" ];"), allow);
	TELL_UNDER(FEATURES UNDER("strip = [ \"unknown\" ];"), unknown);
}

static void the_result_can_name_them(void **unused)
{
	struct policy_text text;
	struct rig rig;

	(void)unused;
	policy_text_init(&text, FEATURES UNDER("strip = [ \"tides\" ];"));
	rig_init(&rig, text.table, RIG_HEADER);
	rig_feed(&rig, STR("<message" A "><body>x</body>" TIDES WEATHER "</message>"), SIZE_MAX);
	assert_string_equal(own_feature_name(rig.result->own, rig.result->feature), "tides");
	assert_true(feature_set_has(&rig.result->removed, (enum feature)TIDES_FEATURE));
	assert_true(feature_set_has(&rig.result->seen, (enum feature)WEATHER_FEATURE));
	assert_string_equal(own_feature_name(rig.result->own, FEATURE_HTML), "html");
	assert_null(own_feature_name(rig.result->own, FEATURE_COUNT));
	assert_null(own_feature_name(rig.result->own, (enum feature)(FEATURE_OWN + 2)));
	assert_null(own_feature_name(NULL, FEATURE_OWN));
	rig_fini(&rig);
	policy_text_fini(&text);
}

/* ---- what is wrong with them ---- */

struct own_values {
	struct config_origin origin;
	struct config_list features;
};

static const struct config_key own_keys[] = {
	{ .name = "features",
		.type = CONFIG_LIST,
		.offset = offsetof(struct own_values, features),
		.table = &own_feature_schema,
		.help = "Features." },
	{ .name = NULL },
};

static const struct config_table own_schema = {
	.name = "settings", .size = sizeof(struct own_values), .keys = own_keys
};

static void expect_said(const char *text, const char *says)
{
	struct config_report *report = config_report_new();
	struct own_values v = { .features = { NULL, 0 } };
	struct config_file *file = config_load_text(text, "test.conf", &own_schema, &v, report);
	struct own_features *own = file ? own_features_new(&v.features, report) : NULL;
	const char *line = config_report_line(report, 0, NULL);

	if (!says ? line != NULL : !line || !strstr(line, says))
		fail_msg("%s: %s", text, line ? line : "nothing is said");
	assert_null(config_report_line(report, 1, NULL));
	own_features_free(own);
	config_values_fini(&own_schema, &v);
	config_file_free(file);
	config_report_free(report);
}

static void what_clashes_is_said(void **unused)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ FEATURES, NULL },
		{ "features = ( );", NULL },
		{ "features = ( { name = \"a\"; } );", "namespaces" },
		{ "features = ( { namespaces = [ \"urn:w\" ]; } );", "name" },
		{ "features = ( { name = \"html\"; namespaces = [ \"urn:w\" ]; } );",
			"test.conf:1: error: name: \"html\" means something already" },
		{ "features = ( { name = \"any\"; namespaces = [ \"urn:w\" ]; } );",
			"name: \"any\" means something already" },
		{ "features = ( { name = \"a b\"; namespaces = [ \"urn:w\" ]; } );",
			"name: \"a b\" is no name for a feature" },
		{ "features = ( { name = \"\"; namespaces = [ \"urn:w\" ]; } );",
			"name: \"\" is no name for a feature" },
		{ "features = ( { name = \"a\"; namespaces = [ \"urn:w\" ]; },\n"
		  " { name = \"a\"; namespaces = [ \"urn:t\" ]; } );",
			"test.conf:2: error: name: feature \"a\" is defined twice (first at "
			"test.conf:1)" },
		{ "features = ( { name = \"a\";\n namespaces = [ \"urn:xmpp:receipts\" ]; } );",
			"test.conf:2: error: namespaces: \"urn:xmpp:receipts\" belongs to the "
			"feature \"receipts\" already" },
		{ "features = ( { name = \"a\"; namespaces = [ \"jabber:server\" ]; } );",
			"already" },
		{ "features = ( { name = \"a\"; namespaces = [ \"\" ]; } );",
			"\"\" is no namespace" },
		{ "features = ( { name = \"a\"; namespaces = [ \"urn:w\" ]; },\n"
		  " { name = \"b\"; namespaces = [ \"urn:w\" ]; } );",
			"test.conf:2: error: namespaces: \"urn:w\" belongs to the feature \"a\" "
			"already" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_said(cases[i].text, cases[i].says);
}

static void there_is_room_for_many_and_no_more(void **unused)
{
	struct buf text = { 0 };

	(void)unused;
	buf_put(&text, STR("features = ("));
	for (int i = 0; i < FEATURES_OWN; i++)
		buf_printf(&text, "%s { name = \"f%d\"; namespaces = [ \"urn:f:%d\" ]; }",
			i ? "," : "", i, i);
	for (int more = 0; more < 2; more++) {
		char *all = mem_printf("%.*s%s );", STR_ARG(buf_view(&text)),
			more ? ", { name = \"z\"; namespaces = [ \"urn:z\" ]; }" : "");

		expect_said(all, more ? "features: at most 256" : NULL);
		free(all);
	}
	buf_fini(&text);
}

static void the_last_of_many_is_told_from_the_others(void **unused)
{
	struct buf text = { 0 };
	struct policy_text policy;
	struct rig rig;
	const enum feature last = (enum feature)(FEATURE_OWN + FEATURES_OWN - 1);

	(void)unused;
	buf_put(&text, STR("features = ("));
	for (int i = 0; i < FEATURES_OWN; i++)
		buf_printf(&text, "%s { name = \"f%d\"; namespaces = [ \"urn:f:%d\" ]; }",
			i ? "," : "", i, i);
	buf_printf(&text, " );\n%s", UNDER("strip = [ \"f255\" ];"));
	buf_put_char(&text, '\0');
	assert_true(FEATURES_OWN >= 200);
	policy_text_init(&policy, buf_view(&text).p);
	rig_init(&rig, policy.table, RIG_HEADER);
	rig_feed(&rig,
		STR("<message" A "><body>x</body><l xmlns='urn:f:255'/><l xmlns='urn:f:0'/>"
		    "</message>"),
		SIZE_MAX);
	assert_str(rig.result->bytes, "<message" A "><body>x</body><l xmlns='urn:f:0'/></message>");
	assert_int_equal(rig.result->feature, last);
	assert_string_equal(own_feature_name(rig.result->own, last), "f255");
	assert_true(feature_set_has(&rig.result->removed, last));
	assert_true(feature_set_has(&rig.result->seen, FEATURE_OWN));
	assert_false(feature_set_has(&rig.result->removed, FEATURE_OWN));
	rig_fini(&rig);
	policy_text_fini(&policy);
	buf_fini(&text);
}

static void a_wrong_name_in_a_policy_is_told_with_the_one_that_was_meant(void **unused)
{
	struct own_feature_config items[] = { { .name = (char[]){ "weather" } } };
	struct config_list list = { items, 1 };
	struct config_report *report = config_report_new();
	struct own_features *own = own_features_new(&list, report);
	char *strip[] = { (char[]){ "wether" } }, *any[] = { (char[]){ "any" } };
	struct policy policy = { .name = (char[]){ "p" },
		.strip = { strip, 1 },
		.allow = { any, 1 },
		.iq = { any, 1 } };

	(void)unused;
	policy_check(&policy, 1, own, report);
	assert_non_null(strstr(config_report_line(report, 0, NULL), "did you mean \"weather\"?"));
	own_features_free(own);
	config_report_free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_are_stripped_blocked_and_allowed_like_the_others),
		cmocka_unit_test(the_result_can_name_them),
		cmocka_unit_test(what_clashes_is_said),
		cmocka_unit_test(there_is_room_for_many_and_no_more),
		cmocka_unit_test(the_last_of_many_is_told_from_the_others),
		cmocka_unit_test(a_wrong_name_in_a_policy_is_told_with_the_one_that_was_meant),
	};

	xml_reader_global_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
