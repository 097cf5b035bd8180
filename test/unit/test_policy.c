/* SPDX-License-Identifier: MIT */
/* Policies as they are written, what is wrong with them, and the table that several compile to. */
#include "unit.h"

#include "base/mem.h"
#include "policy/policy.h"

#include <stdlib.h>

struct settings {
	struct config_origin origin;
	struct config_list policies;
};

static const struct config_key settings_keys[] = {
	{ .name = "policies",
		.type = CONFIG_LIST,
		.offset = offsetof(struct settings, policies),
		.table = &policy_schema,
		.help = "Policies." },
	{ .name = NULL },
};

static const struct config_table settings_schema = {
	.name = "settings", .size = sizeof(struct settings), .keys = settings_keys
};

/* What loading and checking say: all lines, one behind another. */
static char *load(const char *text, unsigned *errors_out)
{
	struct settings s = { .policies = { NULL, 0 } };
	struct config_report *report = config_report_new();
	struct config_file *file =
		config_load_text(text, "test.conf", &settings_schema, &s, report);
	char *all = mem_strdup("");

	if (file)
		policy_check(s.policies.items, s.policies.n, NULL, report);
	*errors_out = config_report_count(report, CONFIG_ERROR);
	for (unsigned i = 0; config_report_line(report, i, NULL); i++) {
		char *more = mem_printf("%s%s\n", all, config_report_line(report, i, NULL));

		free(all);
		all = more;
	}
	config_values_fini(&settings_schema, &s);
	config_file_free(file);
	config_report_free(report);
	return all;
}

static void a_policy_is_read_with_its_defaults(void **unused)
{
	struct settings s = { .policies = { NULL, 0 } };
	struct config_report *report = config_report_new();
	struct config_file *file =
		config_load_text("policies = ( { name = \"a\"; },\n"
				 "  { name = \"b\"; strip = [ \"html\", \"unknown\" ];\n"
				 "    presence = { fold = \"show\"; show_map = { xa = \"away\"; "
				 "chat = \"\"; }; }; } );\n",
			"test.conf", &settings_schema, &s, report);
	const struct policy *p;

	(void)unused;
	assert_non_null(file);
	assert_int_equal(s.policies.n, 2);
	p = s.policies.items;
	assert_string_equal(p[0].name, "a");
	assert_int_equal(p[0].presence.fold, FOLD_OFF);
	assert_int_equal(p[0].strip.n, 0);
	assert_null(p[0].presence.show_map.xa);
	assert_int_equal(p[1].presence.fold, FOLD_SHOW);
	assert_string_equal(p[1].presence.show_map.xa, "away");
	assert_string_equal(p[1].presence.show_map.chat, "");
	assert_null(p[1].presence.show_map.dnd);
	assert_int_equal(p[1].strip.n, 2);
	policy_check(p, s.policies.n, NULL, report);
	assert_null(config_report_line(report, 0, NULL));
	config_values_fini(&settings_schema, &s);
	config_file_free(file);
	config_report_free(report);
}

static void what_is_wrong_is_said_with_its_line(void **unused)
{
	static const struct {
		const char *text, *says;
		unsigned errors;
	} cases[] = {
		{ "policies = ( { name = \"a\";\n strip = [ \"chatstates\" ]; } );",
			"\"chatstates\": did you mean \"chat-states\"?", 1 },
		{ "policies = ( { name = \"a\"; strip = [ \"avatars\" ]; } );",
			"did you mean \"avatar\"?", 1 },
		{ "policies = ( { name = \"a\"; strip = [ \"zzzzzz\" ]; } );",
			"\"zzzzzz\"; trunkd.conf(5) lists them", 1 },
		{ "policies = ( { name = \"a\"; strip = [ \"core\" ]; } );", "\"core\"", 1 },
		{ "policies = ( { name = \"a\"; strip = [ \"carrier\" ]; } );", "\"carrier\"", 1 },
		{ "policies = ( { name = \"a\"; },\n { name = \"a\"; } );", "test.conf:2", 1 },
		{ "policies = ( { strip = [ \"html\" ]; } );", "name", 1 },
		{ "policies = ( { name = \"a\"; presence = { fold = \"none\"; }; } );", "fold", 1 },
		{ "policies = ( { name = \"a\"; presence = { fold = \"show\"; show_map = { xa = "
		  "\"asleep\"; }; }; } );",
			"\"asleep\"", 1 },
		{ "policies = ( { name = \"a\"; presence = { show_map = { xa = \"away\"; }; }; } "
		  ");",
			"show_map", 0 },
		{ "policies = ( { name = \"a\"; block = [ \"voice\" ]; } );",
			"test.conf:1: error: block: there is no feature \"voice\"", 1 },
		{ "policies = ( { name = \"a\"; block = [ \"core\" ]; } );",
			"block: \"core\" cannot be named", 1 },
		{ "policies = ( { name = \"a\"; block = [ \"html\" ];\n strip = [ \"html\" ]; } );",
			"test.conf:2: warning: strip: \"html\" does nothing", 0 },
		{ "policies = ( { name = \"a\"; refuse = \"reject\"; } );", "refuse", 1 },
		{ "policies = ( { name = \"a\"; allow = [ \"recepts\" ]; } );",
			"allow: there is no feature \"recepts\": did you mean \"receipts\"?", 1 },
		{ "policies = ( { name = \"a\"; allow = [ \"any\", \"voip\" ]; } );",
			"allow: \"any\" stands alone", 1 },
		{ "policies = ( { name = \"a\"; allow = \"none\"; } );",
			"there is no feature \"none\"", 1 },
		{ "policies = ( { name = \"a\"; otherwise = \"block\"; } );",
			"warning: otherwise does nothing without allow", 0 },
		{ "policies = ( { name = \"a\"; otherwise = \"pass\"; } );", "otherwise", 1 },
		{ "policies = ( { name = \"a\"; iq = [ \"none\", \"ping\" ]; } );",
			"iq: \"none\" stands alone", 1 },
		{ "policies = ( { name = \"a\"; iq = [ \"pings\" ]; } );",
			"iq: there is no feature \"pings\": did you mean \"ping\"?", 1 },
		{ "policies = ( { name = \"a\"; conversations = \"rooms\"; } );", "conversations",
			1 },
		{ "policies = ( { name = \"a\"; max_stanza = 9999; } );", "max_stanza", 1 },
		{ "policies = ( { name = \"a\"; presence = { subscriptions = \"drop\"; }; } );",
			"subscriptions", 1 },
		{ "policies = ( { name = \"a\"; mode = \"off\"; } );", "mode", 1 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned errors;
		char *lines = load(cases[i].text, &errors);

		if (errors != cases[i].errors || !strstr(lines, cases[i].says))
			fail_msg("%s: %u errors: %s", cases[i].text, errors, lines);
		free(lines);
	}
}

static struct policy make(const char *name, int fold, char **strip, unsigned n)
{
	static char word[] = "any", *any[] = { word };

	return (struct policy){
		.name = (char *)(uintptr_t)name,
		.presence = { .fold = fold },
		.strip = { strip, n },
		.allow = { any, 1 },
		.iq = { any, 1 },
	};
}

static void no_policies_are_a_transparent_table(void **unused)
{
	struct policy_set *s = policy_set_new();
	const struct policy_table *t = policy_set_merge(s, NULL, 0);
	struct policy empty = make("empty", FOLD_OFF, NULL, 0);
	const struct policy *list[] = { &empty };

	(void)unused;
	assert_true(t->transparent);
	assert_int_equal(t->fold, FOLD_OFF);
	for (unsigned i = 0; i < FEATURE_COUNT; i++) {
		assert_int_equal(t->action[i], ACTION_PASS);
		assert_null(t->rule[i]);
	}
	assert_true(policy_set_merge(s, list, 1)->transparent);
	policy_set_free(s);
	policy_set_free(NULL);
}

static void the_strictest_decides_and_the_first_of_them_is_named(void **unused)
{
	char *html[] = { (char[]){ "html" }, (char[]){ "file-transfer" } };
	char *both[] = { (char[]){ "html" }, (char[]){ "oob" }, (char[]){ "unknown" } };
	struct policy a = make("a", FOLD_SHOW, html, 2), b = make("b", FOLD_AVAILABILITY, both, 3),
		      c = make("c", FOLD_AVAILABILITY, NULL, 0);
	const struct policy *list[] = { &a, &b, &c }, *turned[] = { &c, &b, &a };
	struct policy_set *s = policy_set_new();
	const struct policy_table *t = policy_set_merge(s, list, 3);

	(void)unused;
	assert_false(t->transparent);
	assert_int_equal(t->fold, FOLD_AVAILABILITY);
	assert_ptr_equal(t->fold_rule->policy, &b);
	assert_int_equal(t->action[FEATURE_HTML], ACTION_STRIP);
	assert_ptr_equal(t->rule[FEATURE_HTML]->policy, &a);
	assert_ptr_equal(t->rule[FEATURE_OOB]->policy, &a);
	assert_ptr_equal(t->rule[FEATURE_BOB]->policy, &a);
	assert_ptr_equal(t->rule[FEATURE_UNKNOWN]->policy, &b);
	assert_int_equal(t->action[FEATURE_CHAT_STATES], ACTION_PASS);
	t = policy_set_merge(s, turned, 3);
	assert_ptr_equal(t->fold_rule->policy, &c);
	assert_ptr_equal(t->rule[FEATURE_HTML]->policy, &b);
	assert_ptr_equal(t->rule[FEATURE_BOB]->policy, &a);
	policy_set_free(s);
}

static void the_same_list_gives_the_same_table(void **unused)
{
	struct policy a = make("a", FOLD_SHOW, NULL, 0), b = make("b", FOLD_OFF, NULL, 0);
	const struct policy *ab[] = { &a, &b }, *ba[] = { &b, &a };
	struct policy_set *s = policy_set_new();
	const struct policy_table *t = policy_set_merge(s, ab, 2);

	(void)unused;
	assert_ptr_equal(policy_set_merge(s, ab, 2), t);
	assert_ptr_not_equal(policy_set_merge(s, ba, 2), t);
	assert_ptr_not_equal(policy_set_merge(s, ab, 1), t);
	assert_ptr_equal(policy_set_merge(s, NULL, 0), policy_set_merge(s, ab, 0));
	policy_set_free(s);
}

static void show_maps_are_applied_in_order(void **unused)
{
	struct policy a = make("a", FOLD_SHOW, NULL, 0), b = make("b", FOLD_SHOW, NULL, 0),
		      off = make("off", FOLD_OFF, NULL, 0);
	const struct policy *ab[] = { &a, &b }, *ba[] = { &b, &a }, *unfolded[] = { &off, &a };
	struct policy_set *s = policy_set_new();
	const struct policy_table *t;

	(void)unused;
	a.presence.show_map.xa = (char[]){ "away" };
	a.presence.show_map.chat = (char[]){ "" };
	b.presence.show_map.away = (char[]){ "dnd" };
	b.presence.show_map.chat = (char[]){ "xa" };
	off.presence.show_map.dnd = (char[]){ "" };
	t = policy_set_merge(s, ab, 2);
	assert_str(t->show[SHOW_XA], "dnd");
	assert_str(t->show[SHOW_AWAY], "dnd");
	assert_str(t->show[SHOW_DND], "dnd");
	assert_str(t->show[SHOW_CHAT], "");
	t = policy_set_merge(s, ba, 2);
	assert_str(t->show[SHOW_XA], "away");
	assert_str(t->show[SHOW_AWAY], "dnd");
	assert_str(t->show[SHOW_CHAT], "away");
	t = policy_set_merge(s, unfolded, 2);
	assert_str(t->show[SHOW_DND], "dnd");
	policy_set_free(s);
}

static void there_is_a_limit_to_distinct_tables(void **unused)
{
	enum { MANY = POLICY_TABLES_MAX };
	struct policy *policies = mem_zero(MANY + 1, sizeof(*policies));
	struct policy_set *s = policy_set_new();

	(void)unused;
	for (unsigned i = 0; i < MANY; i++) {
		const struct policy *list[] = { &policies[i] };

		assert_non_null(policy_set_merge(s, list, 1));
	}
	{
		const struct policy *more[] = { &policies[MANY] }, *old[] = { &policies[0] };

		assert_null(policy_set_merge(s, more, 1));
		assert_non_null(policy_set_merge(s, old, 1));
	}
	policy_set_free(s);
	free(policies);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_policy_is_read_with_its_defaults),
		cmocka_unit_test(what_is_wrong_is_said_with_its_line),
		cmocka_unit_test(no_policies_are_a_transparent_table),
		cmocka_unit_test(the_strictest_decides_and_the_first_of_them_is_named),
		cmocka_unit_test(the_same_list_gives_the_same_table),
		cmocka_unit_test(show_maps_are_applied_in_order),
		cmocka_unit_test(there_is_a_limit_to_distinct_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
