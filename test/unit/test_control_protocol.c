/* SPDX-License-Identifier: MIT */
/* The control sockets' protocol: lines, requests, answers. */
#include "unit.h"

#include "control/protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- lines ---- */

/* What is read when the bytes come in pieces of `step`: lines in brackets, "!" where it was too
 * much. */
static char *read_in_pieces(const char *bytes, size_t n, size_t step, size_t max)
{
	struct control_lines l;
	struct buf out = { 0 };
	bool over = false;
	char *text;

	control_lines_init(&l, max);
	for (size_t at = 0; at < n && !over; at += step) {
		struct str line;
		enum control_read r;

		control_lines_feed(&l, (struct str){ bytes + at, at + step > n ? n - at : step });
		while ((r = control_lines_next(&l, &line)) == CONTROL_LINE)
			buf_printf(&out, "[%.*s]", STR_ARG(line));
		over = r == CONTROL_TOO_LONG;
	}
	if (over)
		buf_put_char(&out, '!');
	control_lines_fini(&l);
	text = str_dup(buf_view(&out));
	buf_fini(&out);
	return text;
}

static void lines_are_the_same_however_they_come(void **unused)
{
	static const struct {
		const char *bytes, *want;
	} cases[] = {
		{ "", "" },
		{ "a", "" },
		{ "a\n", "[a]" },
		{ "\n", "[]" },
		{ "\n\n", "[][]" },
		{ "one\ntwo\nthree", "[one][two]" },
		{ "one\r\n", "[one\r]" },
		{ "12345678\n", "[12345678]" },
		{ "123456789\n", "!" },
		{ "a\n123456789", "[a]!" },
	};

	(void)unused;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = strlen(cases[i].bytes);

		for (size_t step = 1; step <= n + 1; step++) {
			char *got = read_in_pieces(cases[i].bytes, n, step, 8);

			assert_string_equal(got, cases[i].want);
			free(got);
		}
	}
}

static void what_has_no_end_is_too_long_at_once(void **unused)
{
	struct control_lines l;
	struct str line;

	(void)unused;
	control_lines_init(&l, 8);
	control_lines_feed(&l, STR("12345678"));
	assert_int_equal(control_lines_next(&l, &line), CONTROL_MORE);
	control_lines_feed(&l, STR("9"));
	assert_int_equal(control_lines_next(&l, &line), CONTROL_TOO_LONG);
	control_lines_fini(&l);
}

static void the_memory_of_lines_does_not_grow(void **unused)
{
	struct control_lines l;
	struct str line;

	(void)unused;
	control_lines_init(&l, 100);
	for (unsigned i = 0; i < 100000; i++) {
		control_lines_feed(&l, STR("{\"command\":\"status\"}\n"));
		assert_int_equal(control_lines_next(&l, &line), CONTROL_LINE);
	}
	assert_true(l.in.size < 4096);
	control_lines_fini(&l);
}

/* ---- requests ---- */

static void a_request_has_a_command_and_may_have_arguments(void **unused)
{
	struct control_request r;

	(void)unused;
	assert_null(control_request_read(STR("{\"command\":\"status\"}"), &r));
	assert_string_equal(r.command, "status");
	assert_true(json_is_object(r.arguments));
	assert_int_equal(json_object_size(r.arguments), 0);
	control_request_fini(&r);
	assert_null(control_request_read(
		STR(" { \"arguments\" : {\"pattern\":\"*.us\"}, \"command\":\"set-loglevel\" } "),
		&r));
	assert_string_equal(r.command, "set-loglevel");
	assert_string_equal(json_string_value(json_object_get(r.arguments, "pattern")), "*.us");
	control_request_fini(&r);
}

static void what_is_no_request_is_refused_in_words(void **unused)
{
	static const char *const cases[] = {
		"",
		"status",
		"null",
		"[]",
		"[{\"command\":\"status\"}]",
		"{}",
		"{\"command\":7}",
		"{\"command\":\"\"}",
		"{\"command\":\"Status\"}",
		"{\"command\":\"../status\"}",
		"{\"command\":\"st\\u0000atus\"}",
		"{\"command\":\"a-command-that-has-much-too-long-a-name\"}",
		"{\"command\":\"status\"",
		"{\"command\":\"status\"} {}",
		"{\"command\":\"status\",\"command\":\"stop\"}",
		"{\"command\":\"status\",\"arguments\":[]}",
		"{\"command\":\"status\",\"arguments\":null}",
		"{\"command\":\"status\",\"argument\":{}}",
		"{\"command\":\"status\",\"arguments\":{},\"more\":1}",
		"{\"command\":\"sta\xfftus\"}",
	};

	(void)unused;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct control_request r;
		const char *wrong = control_request_read(str_of(cases[i]), &r);

		assert_non_null(wrong);
		assert_true(strncmp(wrong, "the request", 11) == 0);
		assert_null(r.arguments);
	}
}

static void deep_nesting_is_no_request(void **unused)
{
	struct buf b = { 0 };
	struct control_request r;

	(void)unused;
	buf_put(&b, STR("{\"command\":\"status\",\"arguments\":{\"a\":"));
	for (unsigned i = 0; i < 30000; i++)
		buf_put_char(&b, '[');
	assert_non_null(control_request_read(buf_view(&b), &r));
	buf_fini(&b);
}

static void a_written_request_is_read_again(void **unused)
{
	json_t *arguments = json_pack("{s:s}", "level", "a\nb\xc3\xa4\"");
	struct buf out = { 0 };
	struct control_request r;
	struct str line;

	(void)unused;
	control_request_write("set-loglevel", arguments, &out);
	line = buf_view(&out);
	assert_true(line.p[line.n - 1] == '\n');
	line.n--;
	assert_null(memchr(line.p, '\n', line.n));
	assert_null(control_request_read(line, &r));
	assert_string_equal(r.command, "set-loglevel");
	assert_true(json_equal(r.arguments, arguments));
	control_request_fini(&r);
	json_decref(arguments);
	buf_fini(&out);
}

/* ---- answers ---- */

static void a_written_answer_is_read_again(void **unused)
{
	(void)unused;
	for (unsigned kind = CONTROL_PROGRESS; kind <= CONTROL_ERROR; kind++) {
		json_t *value = json_pack("{s:s, s:f}", "words", "line\nline", "age", 0.8), *again;
		struct buf out = { 0 };
		enum control_kind read;
		struct str line;

		control_answer_write((enum control_kind)kind, value, &out);
		line = buf_view(&out);
		line.n--;
		assert_null(memchr(line.p, '\n', line.n));
		assert_non_null(memmem(line.p, line.n, ":0.8", 4));
		assert_true(control_answer_read(line, &read, &again));
		assert_int_equal(read, kind);
		assert_true(json_equal(value, again));
		json_decref(value);
		json_decref(again);
		buf_fini(&out);
	}
}

static void what_is_no_answer_is_seen(void **unused)
{
	static const char *const cases[] = { "", "{}", "[]", "{\"items\":1}",
		"{\"item\":1,\"result\":2}", "{\"item\":1", "nothing" };

	(void)unused;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum control_kind kind;
		json_t *value = NULL;

		assert_false(control_answer_read(str_of(cases[i]), &kind, &value));
		assert_null(value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_the_same_however_they_come),
		cmocka_unit_test(what_has_no_end_is_too_long_at_once),
		cmocka_unit_test(the_memory_of_lines_does_not_grow),
		cmocka_unit_test(a_request_has_a_command_and_may_have_arguments),
		cmocka_unit_test(what_is_no_request_is_refused_in_words),
		cmocka_unit_test(deep_nesting_is_no_request),
		cmocka_unit_test(a_written_request_is_read_again),
		cmocka_unit_test(a_written_answer_is_read_again),
		cmocka_unit_test(what_is_no_answer_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
