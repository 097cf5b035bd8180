/* SPDX-License-Identifier: MIT */
/* Filters of "watch": what fits which line, and what is no filter. */
#include "unit.h"

#include "base/mem.h"
#include "daemon/watch_filter.h"

#include <stdlib.h>
#include <string.h>

/* The words of a filter, cut at blanks. */
static json_t *words_of(const char *text)
{
	json_t *words = json_array();

	while (*text) {
		size_t n = strcspn(text, " ");

		json_array_append_new(words, json_stringn(text, n));
		text += n + (text[n] == ' ');
	}
	return words;
}

/* What is wrong with it; NULL: nothing. */
static struct watch_filter *filter_of(const char *text, char **wrong)
{
	json_t *words = words_of(text);
	struct watch_filter *f = watch_filter_new(words, wrong);

	json_decref(words);
	return f;
}

/* The line as the log has it. */
static char *line_text(json_t *line)
{
	char *all = mem_strdup(json_string_value(json_object_get(line, "event")));
	const char *key;
	json_t *value;

	json_object_foreach(line, key, value)
	{
		char *more;

		if (strcmp(key, "event") == 0)
			continue;
		more = mem_printf(
			"%s %s=%s", all, key, log_quote(str_of(json_string_value(value))).s);
		free(all);
		all = more;
	}
	return all;
}

/* What fits is never held back by the tap. */
static void assert_wanted(const struct watch_filter *f, enum log_level level, json_t *line)
{
	char *text = line_text(line);
	struct log_tap_want want;

	watch_filter_want(f, &want);
	assert_true(
		log_tap_wanted(&want, level, (const struct str[2]){ str_of(text), { NULL, 0 } }));
	free(text);
}

static bool fits(const char *text, enum log_level level, json_t *line)
{
	char *wrong;
	struct watch_filter *f = filter_of(text, &wrong);
	bool yes;

	if (!f)
		fail_msg("%s: %s", text, wrong);
	yes = watch_filter_fits(f, level, line);
	if (yes)
		assert_wanted(f, level, line);
	watch_filter_free(f);
	return yes;
}

static void words_fit_what_they_say(void **unused)
{
	static const struct {
		const char *filter;
		bool fits;
	} rows[] = {
		{ "", true },
		{ "*", true },
		{ "a.example", true },
		{ "A.Example", true },
		{ "b.example", true },
		{ "xn--bcher-kva.example", true },
		{ "b\xc3\xbc"
		  "cher.example",
			true },
		{ "rooms.b.example", false },
		{ "*.example", true },
		{ "*.b.example", false },
		{ "*.a.example", true }, /* the recipient's */
		{ "*.other", false },
		{ "ann@a.example", true },
		{ "Ann@A.example", true },
		{ "ann@a.example/Desk", true },
		{ "ann@a.example/desk", false },
		{ "ann@b.example", false },
		{ "bob@x.a.example", true },
		{ "192.0.2.7", true },
		{ "192.0.2.7:4711", true },
		{ "192.0.2.7:4712", false },
		{ "192.0.2.8", false },
		{ "2001:db8::1", false },
		{ "event=stanza", true },
		{ "event=stan*", true },
		{ "event=*nza", true },
		{ "event=*anz*", true },
		{ "event=*", true },
		{ "event=stanzas", false },
		{ "verdict=bounce", true },
		{ "verdict=pass,bounce", true },
		{ "verdict=pass,drop", false },
		{ "verdict!=pass", true },
		{ "verdict!=bounce", false },
		{ "nothing=x", false },
		{ "nothing!=x", true },
		{ "level=debug", true },
		{ "level=info", false },
		{ "a.example verdict=bounce", true },
		{ "a.example verdict=pass", false },
		{ "a.example c.example", false },
	};
	json_t *line = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "event", "stanza",
		"peer", "192.0.2.7:4711", "from", "a.example", "to", "b.example", "verdict",
		"bounce", "sender", "ann@a.example/Desk", "recipient", "bob@x.a.example", "claimed",
		"xn--bcher-kva.example", "towards", "-");

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (fits(rows[i].filter, LOG_LEVEL_DEBUG, line) != rows[i].fits)
			fail_msg("\"%s\" %s", rows[i].filter,
				rows[i].fits ? "does not fit" : "fits");
	json_decref(line);
}

static void a_level_is_the_least_that_is_shown(void **unused)
{
	json_t *line = json_object();
	char *wrong;
	struct watch_filter *f = filter_of("level=warn", &wrong);
	struct log_tap_want want;

	(void)unused;
	assert_non_null(f);
	watch_filter_want(f, &want);
	assert_int_equal(want.level, LOG_LEVEL_WARN);
	assert_false(watch_filter_fits(f, LOG_LEVEL_INFO, line));
	assert_true(watch_filter_fits(f, LOG_LEVEL_WARN, line));
	assert_true(watch_filter_fits(f, LOG_LEVEL_ALERT, line));
	watch_filter_free(f);
	f = watch_filter_new(NULL, &wrong);
	watch_filter_want(f, &want);
	assert_int_equal(want.level, LOG_LEVEL_DEBUG);
	assert_int_equal(want.n, 0);
	assert_true(watch_filter_fits(f, LOG_LEVEL_DEBUG, line));
	watch_filter_free(f);
	json_decref(line);
}

static void what_is_no_filter_is_explained(void **unused)
{
	static const struct {
		const char *filter, *words;
	} rows[] = {
		{ "-", "\"-\" is no domain" },
		{ "*.", "is no domain" },
		{ "a..example", "is no domain" },
		{ "ann@", "is no domain" },
		{ "@a.example", "is no domain" },
		{ "=x", "is no domain" },
		{ "Key=x", "is no domain" },
		{ "verdict=bonce", "no line has verdict=bonce: did you mean \"bounce\"?" },
		{ "verdict=pass,frop", "did you mean \"drop\"?" },
		{ "kind=stanza", "there is: message, presence, iq" },
		{ "level=loud", "debug, info, warn, error, alert" },
		{ "level=info,warn", "one level" },
		{ "level!=info", "one level" },
		{ "dir=inn", "did you mean \"in\"?" },
		{ "a b c d e f g h i j k l m n o p q", "at most 16 words" },
	};
	char *wrong, *big = mem_printf("event=%0600d", 1);

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_null(filter_of(rows[i].filter, &wrong));
		if (!strstr(wrong, rows[i].words))
			fail_msg("%s: %s", rows[i].filter, wrong);
		free(wrong);
	}
	assert_null(filter_of(big, &wrong));
	assert_non_null(strstr(wrong, "too long"));
	free(wrong);
	free(big);
}

/* A busy process must not fill the tap with what nobody asked for. */
static void what_must_be_in_a_line_is_known_beforehand(void **unused)
{
	static const struct {
		const char *filter, *needles;
	} rows[] = {
		{ "*", "" },
		{ "A.example", "a.example " },
		{ "*.a.example", ".a.example " },
		{ "Ann@a.example/desk", "ann@a.example " },
		{ "192.0.2.7", "" },
		{ "b\xc3\xbc"
		  "cher.example",
			"" },
		{ "\xc3\xbc@a.example", "" },
		{ "verdict=bounce", "verdict=bounce " },
		{ "verdict=bounce,drop", "" },
		{ "verdict!=bounce", "" },
		{ "event=stanza", "stanza " },
		{ "event=stan*", "stan " },
		{ "reason=*map*", "map " },
		{ "rule=/etc/x.conf:3", "rule=/etc/x.conf:3 " },
		{ "words=a\"b", "" },
		{ "level_=x", "" },
		{ "event=*", "" },
		{ "level=info a.example kind=iq", "a.example kind=iq " },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *wrong, got[200] = "";
		struct watch_filter *f = filter_of(rows[i].filter, &wrong);
		struct log_tap_want want;

		assert_non_null(f);
		watch_filter_want(f, &want);
		for (unsigned k = 0; k < want.n; k++)
			strcat(strcat(got, want.needles[k]), " ");
		assert_string_equal(got, rows[i].needles);
		watch_filter_free(f);
	}
}

static void what_is_no_array_of_texts_is_none(void **unused)
{
	static const char *const rows[] = { "{}", "[1]", "[null]", "[[]]" };
	char *wrong;

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *words = json_loads(rows[i], 0, NULL);

		assert_null(watch_filter_new(words, &wrong));
		free(wrong);
		json_decref(words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_fit_what_they_say),
		cmocka_unit_test(a_level_is_the_least_that_is_shown),
		cmocka_unit_test(what_is_no_filter_is_explained),
		cmocka_unit_test(what_must_be_in_a_line_is_known_beforehand),
		cmocka_unit_test(what_is_no_array_of_texts_is_none),
	};

	return cmocka_run_group_tests_name("watch_filter", tests, NULL, NULL);
}
