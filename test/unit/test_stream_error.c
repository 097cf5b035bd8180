/* SPDX-License-Identifier: MIT */
/* Stream errors: names, old names, and the element as written. */
#include "unit.h"

#include "xmpp/stream_error.h"

#define NS "urn:ietf:params:xml:ns:xmpp-streams"

static void every_condition_has_a_name_that_parses_again(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < STREAM_CONDITIONS; i++) {
		enum stream_condition c = (enum stream_condition)i;

		assert_non_null(stream_condition_name(c));
		assert_int_equal(stream_condition_parse(stream_condition_name(c)), c);
	}
	assert_string_equal(stream_condition_name(STREAM_HOST_UNKNOWN), "host-unknown");
}

static void names_of_rfc_3920_have_a_successor(void **unused)
{
	(void)unused;
	assert_int_equal(stream_condition_parse("xml-not-well-formed"), STREAM_NOT_WELL_FORMED);
	assert_int_equal(stream_condition_parse("invalid-id"), STREAM_NOT_AUTHORIZED);
}

static void an_unknown_name_is_undefined_condition(void **unused)
{
	(void)unused;
	assert_int_equal(stream_condition_parse("no-such-thing"), STREAM_UNDEFINED_CONDITION);
	assert_int_equal(stream_condition_parse(""), STREAM_UNDEFINED_CONDITION);
}

static void an_error_is_written_with_and_without_words(void **unused)
{
	struct buf out;

	(void)unused;
	buf_init(&out, 0);
	stream_error_write(&out, STREAM_RESET, NULL, NULL);
	assert_str(buf_view(&out), "<stream:error><reset xmlns='" NS "'/></stream:error>");
	buf_clear(&out);
	stream_error_write(&out, STREAM_POLICY_VIOLATION, "1 < 2", "stanza-too-big");
	assert_str(buf_view(&out), "<stream:error><policy-violation xmlns='" NS "'/>"
				   "<text xmlns='" NS "' xml:lang='en'>1 &lt; 2</text>"
				   "<stanza-too-big xmlns='urn:xmpp:errors'/></stream:error>");
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_condition_has_a_name_that_parses_again),
		cmocka_unit_test(names_of_rfc_3920_have_a_successor),
		cmocka_unit_test(an_unknown_name_is_undefined_condition),
		cmocka_unit_test(an_error_is_written_with_and_without_words),
	};

	return cmocka_run_group_tests_name("stream_error", tests, NULL, NULL);
}
