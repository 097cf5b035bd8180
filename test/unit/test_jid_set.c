/* SPDX-License-Identifier: MIT */
/* JID sets: reading them from files, and what their mistakes look like. */
#include "unit.h"

#include "base/mem.h"
#include "policy/jid_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char *write_file(const char *text, size_t n)
{
	char *path = mem_strdup("/tmp/trunkd-set-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, n), (ssize_t)n);
	close(fd);
	return path;
}

static struct jid_sets *read_set(char *path, struct config_report *report)
{
	struct jid_set_config c = { .name = (char *)(size_t) "watch", .file = { &path, 1 } };

	return jid_sets_new(&c, 1, report);
}

/* How many entries an address is in that are in the set. */
static unsigned membership(const struct jid_sets *s, const char *jid)
{
	struct jid_form form;
	struct jid_found found;
	unsigned n = 0;

	assert_true(jid_form(str_of(jid), &form));
	jid_sets_find(s, &form, &found);
	for (unsigned i = 0; i < found.n; i++)
		n += found.v[i]->nsets;
	return n;
}

static void a_file_has_one_pattern_on_each_line_and_comments(void **unused)
{
	static const char text[] =
		"# the watch\r\nAlice@a.example\r\n\n   bob@b.example\t # second "
		"shift\n*@c.example # all\nx@d.example/#1\n*.e.example";
	struct config_report *report = config_report_new();
	char *path = write_file(text, sizeof(text) - 1);
	struct jid_sets *s = read_set(path, report);

	(void)unused;
	assert_null(config_report_line(report, 0, NULL));
	assert_int_equal(membership(s, "alice@A.example/x"), 1);
	assert_int_equal(membership(s, "bob@b.example"), 1);
	assert_int_equal(membership(s, "anyone@c.example"), 1);
	assert_int_equal(membership(s, "c.example"), 0);
	assert_int_equal(membership(s, "x@d.example/#1"), 1);
	assert_int_equal(membership(s, "x@d.example/"
				       "#2"),
		0);
	assert_int_equal(membership(s, "y@f.e.example"), 1);
	assert_int_equal(membership(s, "watch"), 0);
	jid_sets_free(s);
	config_report_free(report);
	unlink(path);
	free(path);
}

static void mistakes_in_a_file_have_its_name_and_line(void **unused)
{
	static const char text[] = "good@a.example\n\nbad @b\n@other\nzero\0zero\n\xff@c\n";
	static const char *const lines[] = {
		"%s:3: error: \"bad @b\" is no address: use user@domain, user@domain/resource, "
		"*@domain, domain or *.domain",
		"%s:4: error: \"@other\": a set cannot be in a set; name its members, or its file",
		"%s:5: error: \"\\0\" is no address: use user@domain, user@domain/resource, "
		"*@domain, domain or *.domain",
		"%s:6: error: \"\xff@c\" is no address: use user@domain, user@domain/resource, "
		"*@domain, domain or *.domain",
	};
	struct config_report *report = config_report_new();
	char *path = write_file(text, sizeof(text) - 1);
	struct jid_sets *s = read_set(path, report);

	(void)unused;
	for (unsigned i = 0; i < 4; i++) {
		size_t at = strlen(path);
		const char *line = config_report_line(report, i, NULL);

		assert_memory_equal(line, path, at);
		assert_string_equal(line + at, lines[i] + 2);
	}
	assert_null(config_report_line(report, 4, NULL));
	assert_int_equal(membership(s, "good@a.example"), 1);
	jid_sets_free(s);
	config_report_free(report);
	unlink(path);
	free(path);
}

static void a_file_of_nonsense_is_not_read_to_its_end(void **unused)
{
	struct config_report *report = config_report_new();
	struct buf text = { 0 };
	struct jid_sets *s;
	char *path;

	(void)unused;
	for (int i = 0; i < 1000; i++)
		buf_printf(&text, "no address %d\n", i);
	path = write_file(buf_view(&text).p, buf_len(&text));
	s = read_set(path, report);
	assert_int_equal(config_report_count(report, CONFIG_ERROR), 21);
	jid_sets_free(s);
	config_report_free(report);
	buf_fini(&text);
	unlink(path);
	free(path);
}

static void a_file_that_is_not_there_and_sets_without_sense_are_reported(void **unused)
{
	struct config_report *report = config_report_new();
	char *missing = (char *)(size_t) "/nonexistent/watch.txt", *one = (char *)(size_t) "one";
	char *name = (char *)(size_t) "@two";
	char *endless = (char *)(size_t) "/dev/zero";
	struct jid_set_config sets[] = {
		{ .name = (char *)(size_t) "zero", .file = { &endless, 1 } },
		{ .name = one, .file = { &missing, 1 } },
		{ .name = one, .members = { &one, 1 } },
		{ .name = name, .members = { &one, 1 } },
		{ .name = (char *)(size_t) "empty" },
	};
	struct jid_sets *s = jid_sets_new(sets, 5, report);
	static const char *const lines[] = {
		"error: file: \"/dev/zero\" cannot be read: it is no regular file",
		"error: file: \"/nonexistent/watch.txt\" cannot be read: No such file or directory",
		"error: JID set \"one\" is defined twice; rename one, or join them",
		"error: name = \"@two\": a set has a name, without the \"@\" of access lists",
		"warning: JID set \"empty\" has neither members nor a file: nobody is in it",
	};

	(void)unused;
	for (unsigned i = 0; i < 5; i++)
		assert_string_equal(config_report_line(report, i, NULL), lines[i]);
	assert_null(config_report_line(report, 5, NULL));
	jid_sets_free(s);
	config_report_free(report);
}

/* 128 labels, each with a pattern of its own above it: as many as an address can be in. */
static void the_deepest_domain_finds_every_pattern_above_it(void **unused)
{
	struct config_report *report = config_report_new();
	struct buf text = { 0 };
	char jid[2 + 255 + 2 + 1] = "u@";
	struct jid_form form;
	struct jid_found found;
	struct jid_sets *s;
	char *path;

	(void)unused;
	for (size_t i = 0; i < 128; i++)
		memcpy(jid + 2 + 2 * i, "a.", 2);
	memcpy(jid + 2 + 255, "/r", 3);
	buf_printf(&text, "%s\n", jid);
	jid[2 + 255] = '\0';
	buf_printf(&text, "%s\n*@%s\n%s\n", jid, jid + 2, jid + 2);
	for (size_t i = 1; i < 128; i++)
		buf_printf(&text, "*.%s\n", jid + 2 + 2 * i);
	jid[2 + 255] = '/';
	path = write_file(buf_view(&text).p, buf_len(&text));
	s = read_set(path, report);
	assert_null(config_report_line(report, 0, NULL));
	assert_true(jid_form(str_of(jid), &form));
	jid_sets_find(s, &form, &found);
	assert_int_equal(found.n, 4 + 127);
	jid_sets_free(s);
	config_report_free(report);
	buf_fini(&text);
	unlink(path);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_has_one_pattern_on_each_line_and_comments),
		cmocka_unit_test(mistakes_in_a_file_have_its_name_and_line),
		cmocka_unit_test(the_deepest_domain_finds_every_pattern_above_it),
		cmocka_unit_test(a_file_of_nonsense_is_not_read_to_its_end),
		cmocka_unit_test(a_file_that_is_not_there_and_sets_without_sense_are_reported),
	};

	return cmocka_run_group_tests_name("jid_set", tests, NULL, NULL);
}
