/* SPDX-License-Identifier: MIT */
/* Screens of trunkctl top, out of two polls: rates, order, what fits. */
#include "unit.h"

#include "ctl/top_frame.h"

#include <stdlib.h>
#include <string.h>

static json_t *parse(const char *text)
{
	json_t *j = json_loads(text, 0, NULL);

	assert_non_null(j);
	return j;
}

static struct top_poll first(void)
{
	return (struct top_poll){
		.status = parse("{\"node\":\"n\",\"state\":\"running\",\"streams\":{\"in\":1},"
				"\"stanzas\":{\"taken\":100,\"refused\":50,\"bounced\":0}}"),
		.pairs = parse("[{\"a\":\"a\",\"b\":\"b\",\"there\":{\"carried\":1000},"
			       "\"back\":{\"carried\":9}}]"),
		.peers = json_array(),
		.at = 10,
	};
}

static struct top_poll second(void)
{
	return (struct top_poll){
		.status = parse(
			"{\"node\":\"n\\u001b[2J\",\"state\":\"running\",\"streams\":{\"in\":1},"
			"\"stanzas\":{\"taken\":104,\"refused\":0,\"bounced\":1}}"),
		.pairs = parse("[{\"a\":\"a\",\"b\":\"b\",\"there\":{\"carried\":1000},"
			       "\"back\":{\"carried\":15}},"
			       "{\"a\":\"a\",\"b\":\"new\",\"there\":{\"carried\":77},"
			       "\"back\":{\"carried\":0,\"waiting\":3}}]"),
		.peers = parse("[{\"peer\":\"x\",\"state\":\"failing\",\"error\":\"refused\","
			       "\"retry\":null},{\"peer\":\"y\",\"state\":\"ready\","
			       "\"error\":\"long ago\",\"retry\":null}]"),
		.at = 12,
	};
}

static double rate(const json_t *facts, const char *name)
{
	return json_real_value(json_object_get(json_object_get(facts, "rates"), name));
}

static void rates_are_what_grew_and_never_below_nothing(void **unused)
{
	struct top_poll before = first(), now = second();
	json_t *facts = top_facts(&before, &now);

	(void)unused;
	assert_true(rate(facts, "taken") == 2.0);
	assert_true(rate(facts, "refused") == 0.0);
	assert_true(rate(facts, "bounced") == 0.5);
	json_decref(facts);
	top_poll_fini(&before);
	top_poll_fini(&now);
}

static void the_first_screen_has_no_rates(void **unused)
{
	struct top_poll none = { 0 }, now = first();
	json_t *facts = top_facts(&none, &now);

	(void)unused;
	assert_true(json_is_null(json_object_get(json_object_get(facts, "rates"), "taken")));
	json_decref(facts);
	top_poll_fini(&now);
}

static void the_busiest_pair_is_first_then_who_waits_and_a_new_one_has_no_rate(void **unused)
{
	static const char *const order[] = { "b", "new", "a", "a" };
	struct top_poll before = first(), now = second();
	json_t *facts = top_facts(&before, &now), *pairs = json_object_get(facts, "pairs");

	(void)unused;
	assert_int_equal(json_array_size(pairs), 4);
	for (unsigned i = 0; i < 4; i++)
		assert_string_equal(
			json_string_value(json_object_get(json_array_get(pairs, i), "from")),
			order[i]);
	assert_true(json_real_value(json_object_get(json_array_get(pairs, 0), "rate")) == 3.0);
	assert_true(json_is_null(json_object_get(json_array_get(pairs, 1), "rate")));
	json_decref(facts);
	top_poll_fini(&before);
	top_poll_fini(&now);
}

static void a_screen_fits_and_is_harmless(void **unused)
{
	struct top_poll before = first(), now = second();
	json_t *facts = top_facts(&before, &now);

	(void)unused;
	for (unsigned lines = 1; lines < 16; lines++) {
		char *text = NULL;
		unsigned seen = 0;
		size_t n;
		FILE *f = open_memstream(&text, &n);

		top_print(facts, lines, 20, f);
		fclose(f);
		for (char *at = text, *end; (end = strchr(at, '\n')) != NULL; at = end + 1, seen++)
			assert_in_range(end - at, 0, 20);
		assert_in_range(seen, 1, lines);
		assert_null(strchr(text, '\033'));
		assert_true(lines < 8 || strstr(text, "x: refused"));
		assert_null(strstr(text, "long ago"));
		free(text);
	}
	json_decref(facts);
	top_poll_fini(&before);
	top_poll_fini(&now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_are_what_grew_and_never_below_nothing),
		cmocka_unit_test(the_first_screen_has_no_rates),
		cmocka_unit_test(
			the_busiest_pair_is_first_then_who_waits_and_a_new_one_has_no_rate),
		cmocka_unit_test(a_screen_fits_and_is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
