/* SPDX-License-Identifier: MIT */
/* The section "audit": what does not go together, and the key. */
#include "unit.h"

#include "audit/config.h"
#include "base/mem.h"
#include "config/secret.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct config_file *load(
	const char *text, struct audit_config *out, struct config_report *report)
{
	struct config_file *f = config_load_text(text, "test.conf", &audit_schema, out, report);

	assert_non_null(f);
	audit_config_check(out, report);
	return f;
}

static void what_does_not_go_together_is_told(void **unused)
{
	static const struct {
		const char *text, *want; /* NULL: nothing */
	} rows[] = {
		{ "", NULL },
		{ "file = \"/a\";", NULL },
		{ "file = \"/a\"; required = true; sync = true;", NULL },
		{ "journald = true; level = \"full\";", NULL },
		{ "syslog = \"/dev/log\";", NULL },
		{ "syslog = \"192.0.2.1:601\";", NULL },
		{ "syslog = \"[2001:db8::1]:601\";", NULL },
		{ "syslog = \"loghost\";", "neither the path of a socket nor ADDRESS:PORT" },
		{ "syslog = \"loghost:601\";", "neither the path of a socket nor ADDRESS:PORT" },
		{ "syslog = \"192.0.2.1:\";", "neither the path of a socket nor ADDRESS:PORT" },
		{ "journald = true; required = true;", "required = true needs a file" },
		{ "level = \"headers\";", "nothing is recorded" },
		{ "file = \"/nowhere/a\";", "there is no directory /nowhere/: make it" },
		{ "file = \"/a\"; key_file = \"/nowhere/key\";", "No such file" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config_report *report = config_report_new();
		struct audit_config c = { 0 };
		struct config_file *f = load(rows[i].text, &c, report);
		const char *line = config_report_line(report, 0, NULL);

		if (!rows[i].want && line)
			fail_msg("%s: %s", rows[i].text, line);
		if (rows[i].want && (!line || !strstr(line, rows[i].want)))
			fail_msg("%s: %s", rows[i].text, line ? line : "nothing");
		config_values_fini(&audit_schema, &c);
		config_file_free(f);
		config_report_free(report);
	}
}

static void a_key_is_one_line_of_sixteen_bytes_or_more(void **unused)
{
	static const struct {
		const char *content;
		int want;
	} rows[] = {
		{ "0123456789abcdef", 0 },
		{ "0123456789abcdef\n", 0 },
		{ "0123456789abcde\n", -EINVAL },
		{ "", -EINVAL },
		{ "0123456789abcdef\n0123456789abcdef\n", -EINVAL },
	};
	char path[] = "/tmp/test_audit_key.XXXXXX";
	int fd = mkstemp(path);

	(void)unused;
	assert_true(fd >= 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *key = NULL;

		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, rows[i].content, strlen(rows[i].content), 0),
			strlen(rows[i].content));
		assert_int_equal(secret_read(path, &key), rows[i].want);
		if (!rows[i].want)
			assert_string_equal(key, "0123456789abcdef");
		free(key);
	}
	close(fd);
	unlink(path);
	assert_int_equal(secret_read(path, NULL), -ENOENT);
}

static void sections_are_the_same_when_every_key_is(void **unused)
{
	static const char *const texts[] = { "", "file = \"/a\";", "file = \"/b\";",
		"journald = true;", "syslog = \"/a\";", "level = \"full\";", "required = true;",
		"sync = true;", "key_file = \"/a\";" };
	enum { N = sizeof(texts) / sizeof(texts[0]) };

	(void)unused;
	for (size_t i = 0; i < N * N; i++) {
		struct config_report *report = config_report_new();
		struct audit_config a = { 0 }, b = { 0 };
		struct config_file *fa = load(texts[i / N], &a, report);
		struct config_file *fb = load(texts[i % N], &b, report);

		assert_int_equal(audit_config_same(&a, &b), i / N == i % N);
		config_values_fini(&audit_schema, &a);
		config_values_fini(&audit_schema, &b);
		config_file_free(fa);
		config_file_free(fb);
		config_report_free(report);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_go_together_is_told),
		cmocka_unit_test(a_key_is_one_line_of_sixteen_bytes_or_more),
		cmocka_unit_test(sections_are_the_same_when_every_key_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
