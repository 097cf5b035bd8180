/* SPDX-License-Identifier: MIT */
/* Where the HTTP server may listen, and what is said about where it may not. */
#include "unit.h"

#include "trunk/settings.h"

#include <stdio.h>

static const struct {
	const char *text, *words; /* NULL: nothing is said */
	bool error, local;
} rows[] = {
	{ "", NULL, false, true },
	{ "listen = \"127.0.0.1:9469\";", NULL, false, true },
	{ "listen = \"127.1.2.3\";", NULL, false, true },
	{ "listen = \"[::1]:9469\";", NULL, false, true },
	{ "listen = \"unix:/run/trunkd/http\"; group = \"root\";", NULL, false, true },
	{ "listen = \"192.0.2.1:9469\";", "asks for no password: listen on 127.0.0.1", true,
		false },
	{ "listen = \"0.0.0.0:9469\";", "other machines reach 0.0.0.0:9469", true, false },
	{ "listen = \"[::]:9469\";", "other machines reach [::]:9469", true, false },
	{ "listen = \"[::ffff:192.0.2.1]:9469\";", "other machines reach", true, false },
	{ "listen = \"192.0.2.1:9469\"; allow_remote = true;", "can read who is joined to whom",
		false, false },
	{ "listen = \"localhost:9469\";", "\"localhost:9469\" is no address", true, true },
	{ "listen = \"unix:http\";", "\"unix:http\" is no path", true, true },
	{ "listen = \"unix:/run/trunkd/http\"; group = \"no-such-group-here\";",
		"there is no group \"no-such-group-here\"", true, true },
	{ "listen = \"unix:/run/0123456789012345678901234567890123456789012345678901234567890123"
	  "4567890123456789012345678901234567890123456789\";",
		"is too long for a Unix socket", true, true },
};

static void expect(const char *text, const char *words, bool error, bool local)
{
	struct config_report *report = config_report_new();
	struct settings s;
	char all[512];
	enum config_severity severity = CONFIG_WARNING;
	snprintf(all, sizeof(all), "http = { %s };", text);
	struct config_file *f = config_load_text(all, "t", &settings_schema, &s, report);
	assert_non_null(f);
	http_section_check(&s.http, report);
	const char *line = config_report_line(report, 0, &severity);
	if (!words && line)
		fail_msg("%s: %s", text, line);
	if (words && (!line || !strstr(line, words)))
		fail_msg("%s: %s", text, line ? line : "nothing");
	assert_int_equal(words && severity == CONFIG_ERROR, error);
	assert_int_equal(http_section_local(&s.http), local);
	config_values_fini(&settings_schema, &s);
	config_file_free(f);
	config_report_free(report);
}

static void only_this_machine_may_ask_unless_it_is_said_otherwise(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect(rows[i].text, rows[i].words, rows[i].error, rows[i].local);
}

static void the_same_socket_stays_over_a_reload(void **unused)
{
	struct http_section a = { .listen = (char[]){ "127.0.0.1:1" } };
	struct http_section b = { .listen = (char[]){ "127.0.0.1:1" } };
	struct http_section u = { .listen = (char[]){ "unix:/a" } };
	struct http_section v = { .listen = (char[]){ "unix:/a" }, .group = (char[]){ "g" } };
	struct http_section none = { 0 };
	(void)unused;
	assert_true(http_section_same(&a, &b));
	assert_true(http_section_same(&none, &none));
	assert_false(http_section_same(&a, &none));
	assert_false(http_section_same(&a, &u));
	assert_false(http_section_same(&u, &v));
	b.group = v.group;
	assert_true(http_section_same(&a, &b));
	assert_string_equal(http_section_path(&u), "/a");
	assert_null(http_section_path(&a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_this_machine_may_ask_unless_it_is_said_otherwise),
		cmocka_unit_test(the_same_socket_stays_over_a_reload),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
