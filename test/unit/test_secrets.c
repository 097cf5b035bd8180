/* SPDX-License-Identifier: MIT */
/* Which secret makes a domain's dialback keys, and what is said about files that hold none. */
#include "unit.h"

#include "base/mem.h"
#include "pki.h"
#include "trunk/secrets.h"

#include <stdlib.h>
#include <sys/stat.h>

#define SIXTEEN "0123456789abcdef"

/* The only section that is looked at here, in a configuration of its own. */
struct loaded {
	struct settings settings;
	struct config_file *file;
	struct config_report *report;
	struct dialback_secrets *secrets;
};

static void load(struct loaded *l, const char *fmt, const char *dir)
{
	char *text = mem_strdup("");

	/* Every % stands for the directory. */
	for (const char *p = fmt; *p; p++) {
		char *more =
			*p == '%' ? mem_printf("%s%s/", text, dir) : mem_printf("%s%c", text, *p);

		free(text);
		text = more;
	}
	l->report = config_report_new();
	l->file = config_load_text(text, "test.conf", &settings_schema, &l->settings, l->report);
	if (!l->file)
		fail_msg("%s\n%s", config_report_line(l->report, 0, NULL), text);
	l->secrets = secrets_new(&l->settings.dialback, "the fallback of the process", l->report);
	free(text);
}

static void must_load(struct loaded *l, const char *fmt)
{
	load(l, fmt, pki_dir());
	if (config_report_line(l->report, 0, NULL))
		fail_msg("%s", config_report_line(l->report, 0, NULL));
}

static void unload(struct loaded *l)
{
	secrets_free(l->secrets);
	config_values_fini(&settings_schema, &l->settings);
	config_file_free(l->file);
	config_report_free(l->report);
}

static void put(const char *name, const char *text)
{
	MEM_AUTO char *path = pki_write_text(name, text);

	assert_int_equal(chmod(path, 0640), 0);
}

static void expect(struct loaded *l, const char *domain, const char *now, const char *before)
{
	struct domain d;
	struct str out[2];

	assert_true(domain_parse(str_of(domain), &d));
	secrets_find(l->secrets, &d, out);
	assert_str(out[0], now);
	assert_str(out[1], before);
	assert_int_equal(out[1].p != NULL, before != NULL);
}

static void without_a_file_the_fallback_is_used(void **unused)
{
	struct loaded l;

	(void)unused;
	must_load(&l, "");
	expect(&l, "a.example", "the fallback of the process", NULL);
	unload(&l);
}

static void a_file_is_for_every_domain_without_space_around_it(void **unused)
{
	struct loaded l;

	(void)unused;
	put("secret", "\n  " SIXTEEN " and more\r\n");
	put("before", SIXTEEN);
	must_load(&l, "dialback = { secret_file = \"%secret\"; previous_file = \"%before\"; };");
	expect(&l, "a.example", SIXTEEN " and more", SIXTEEN);
	expect(&l, "b.test", SIXTEEN " and more", SIXTEEN);
	unload(&l);
}

static void domains_may_have_secrets_of_their_own(void **unused)
{
	struct loaded l;

	(void)unused;
	put("general", "general " SIXTEEN);
	put("one", "one " SIXTEEN);
	put("two", "two " SIXTEEN);
	put("old", "old " SIXTEEN);
	must_load(&l, "dialback = { secret_file = \"%general\"; secrets = (\n"
		      "  { domains = [ \"a.example\", \"*.A.example\" ]; file = \"%one\"; },\n"
		      "  { domains = \"b\xc3\xbc"
		      "cher.example\"; file = \"%two\"; previous = \"%old\"; } ); };");
	expect(&l, "a.example", "one " SIXTEEN, NULL);
	expect(&l, "x.y.a.example", "one " SIXTEEN, NULL);
	expect(&l, "ba.example", "general " SIXTEEN, NULL);
	expect(&l, "xn--bcher-kva.example", "two " SIXTEEN, "old " SIXTEEN);
	expect(&l, "x.xn--bcher-kva.example", "general " SIXTEEN, NULL);
	unload(&l);
}

/* What the general secret was before is no business of domains with one of their own. */
static void the_first_entry_that_names_a_domain_decides_alone(void **unused)
{
	struct loaded l;

	(void)unused;
	put("general", "general " SIXTEEN);
	put("one", "one " SIXTEEN);
	put("two", "two " SIXTEEN);
	must_load(&l,
		"dialback = { secret_file = \"%general\"; previous_file = \"%two\"; secrets = (\n"
		"  { domains = \"*.example\"; file = \"%one\"; },\n"
		"  { domains = \"a.example\"; file = \"%two\"; } ); };");
	expect(&l, "a.example", "one " SIXTEEN, NULL);
	expect(&l, "a.test", "general " SIXTEEN, "two " SIXTEEN);
	unload(&l);
}

static void the_shortest_and_the_longest_secret_are_taken(void **unused)
{
	struct loaded l;
	MEM_AUTO char *most = mem_alloc(4096);

	(void)unused;
	memset(most, 'x', 4095);
	most[4095] = '\0';
	put("least", SIXTEEN);
	put("most", most);
	must_load(&l, "dialback = { secret_file = \"%least\"; previous_file = \"%most\"; };");
	expect(&l, "a.example", SIXTEEN, most);
	unload(&l);
}

/* ---- what is wrong ---- */

static void expect_error(const char *fmt, const char *begin, const char *in)
{
	struct loaded l;
	const char *line;

	load(&l, fmt, pki_dir());
	line = config_report_line(l.report, 0, NULL);
	if (!line || strncmp(line, begin, strlen(begin)) != 0 || !strstr(line, in))
		fail_msg("%s\nis: %s\nnot: %s...%s", fmt, line ? line : "(nothing)", begin, in);
	assert_null(config_report_line(l.report, 1, NULL));
	assert_int_equal(config_report_count(l.report, CONFIG_ERROR), 1);
	unload(&l);
}

static void a_file_that_holds_no_secret_is_an_error_with_its_place(void **unused)
{
	MEM_AUTO char *most = mem_alloc(4097);

	(void)unused;
	memset(most, 'x', 4096);
	most[4096] = '\0';
	put("short", "0123456789abcde\n");
	put("empty", "");
	put("long", most);
	put("lines", SIXTEEN "\n" SIXTEEN "\n");
	put("good", SIXTEEN);
#define WHERE "test.conf:2: error: dialback secret \""
#define SIZE  "must be one line of 16 to 4095 bytes; make one with: openssl rand -hex 32 > "
	expect_error("\ndialback = { secret_file = \"%none\"; };", WHERE,
		"/none\": No such file or directory; make one with: openssl rand -hex 32 > ");
	expect_error("\ndialback = { secret_file = \"%short\"; };", WHERE, "/short\": " SIZE);
	expect_error("\ndialback = { secret_file = \"%empty\"; };", WHERE, "/empty\": " SIZE);
	expect_error("\ndialback = { secret_file = \"%long\"; };", WHERE, "/long\": " SIZE);
	expect_error("\ndialback = { secret_file = \"%lines\"; };", WHERE, "/lines\": " SIZE);
	expect_error("\ndialback = { secret_file = \"%.\"; };", WHERE, "Is a directory");
	expect_error("\ndialback = { previous_file = \"%short\"; };", WHERE, "/short\": " SIZE);
	expect_error(
		"dialback = { secrets = (\n { domains = \"a.example\"; file = \"%none\"; } ); };",
		WHERE,
		"/none\": No such file or directory; make one with: openssl rand -hex 32 > ");
	expect_error("dialback = { secrets = (\n { domains = \"a.example\"; file = \"%good\"; "
		     "previous = \"%short\"; } ); };",
		WHERE, "/short\": " SIZE);
	expect_error("dialback = { secrets = (\n { domains = \"*\"; file = \"%good\"; } ); };",
		"test.conf:2: error: ", "domains: \"*\" is no domain and no \"*.suffix\"");
}

static void a_secret_that_everybody_may_read_is_warned_about(void **unused)
{
	MEM_AUTO char *path = pki_write_text("open", SIXTEEN);
	struct loaded l;

	(void)unused;
	assert_int_equal(chmod(path, 0644), 0);
	load(&l, "\ndialback = { secret_file = \"%open\"; };", pki_dir());
	assert_non_null(strstr(config_report_line(l.report, 0, NULL),
		"/open\" is open to every user of this machine: chown root:trunkd and chmod 0640"));
	assert_int_equal(config_report_count(l.report, CONFIG_ERROR), 0);
	expect(&l, "a.example", SIXTEEN, NULL);
	unload(&l);
}

static int clean(void **unused)
{
	(void)unused;
	pki_clean();
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_file_the_fallback_is_used),
		cmocka_unit_test(a_file_is_for_every_domain_without_space_around_it),
		cmocka_unit_test(domains_may_have_secrets_of_their_own),
		cmocka_unit_test(the_first_entry_that_names_a_domain_decides_alone),
		cmocka_unit_test(the_shortest_and_the_longest_secret_are_taken),
		cmocka_unit_test(a_file_that_holds_no_secret_is_an_error_with_its_place),
		cmocka_unit_test(a_secret_that_everybody_may_read_is_warned_about),
	};

	return cmocka_run_group_tests(tests, NULL, clean);
}
