/* SPDX-License-Identifier: MIT */
/* What is remembered of presence: what counts as said already, and what makes it news again. */
#include "unit.h"

#include "base/mem.h"
#include "trunk/repeats.h"

#include <stdlib.h>

static struct stanza_head head_of(const char *from, const char *to)
{
	return (struct stanza_head){
		.kind = STANZA_PRESENCE, .from = str_of(from), .to = str_of(to)
	};
}

static bool known(
	struct repeats *r, uint64_t era, const char *from, const char *to, const char *bytes)
{
	struct stanza_head h = head_of(from, to);

	return repeats_known(r, era, &h, str_of(bytes));
}

static void note(
	struct repeats *r, uint64_t era, const char *from, const char *to, const char *bytes)
{
	struct stanza_head h = head_of(from, to);

	repeats_note(r, era, &h, str_of(bytes));
}

static void forget(struct repeats *r, uint64_t era, const char *from, const char *to)
{
	repeats_forget(r, era, str_of(from), str_of(to));
}

static void only_the_last_one_is_known(void **unused)
{
	struct repeats *r = repeats_new(10);

	(void)unused;
	assert_false(known(r, 1, "a@a.example/x", "b@b.example", "away"));
	note(r, 1, "a@a.example/x", "b@b.example", "away");
	assert_true(known(r, 1, "a@a.example/x", "b@b.example", "away"));
	assert_false(known(r, 1, "a@a.example/x", "b@b.example", "back"));
	note(r, 1, "a@a.example/x", "b@b.example", "back");
	assert_false(known(r, 1, "a@a.example/x", "b@b.example", "away"));
	assert_true(known(r, 1, "a@a.example/x", "b@b.example", "back"));
	repeats_free(r);
}

static void every_resource_recipient_and_era_stands_for_itself(void **unused)
{
	struct repeats *r = repeats_new(10);

	(void)unused;
	note(r, 1, "a@a.example/x", "b@b.example", "away");
	assert_false(known(r, 1, "a@a.example/y", "b@b.example", "away"));
	assert_false(known(r, 1, "a@a.example/X", "b@b.example", "away"));
	assert_false(known(r, 1, "a@a.example", "b@b.example", "away"));
	assert_false(known(r, 1, "a@a.example/x", "b@b.example/z", "away"));
	assert_false(known(r, 1, "a@a.example/x", "c@b.example", "away"));
	assert_false(known(r, 2, "a@a.example/x", "b@b.example", "away"));
	note(r, 1, "a@a.example/y", "b@b.example", "away");
	assert_true(known(r, 1, "a@a.example/x", "b@b.example", "away"));
	repeats_free(r);
}

static void an_address_is_the_same_however_it_is_written(void **unused)
{
	struct repeats *r = repeats_new(10);

	(void)unused;
	note(r, 1, "A@a.example/x", "b@\xc3\xbc.example", "away");
	note(r, 1, "a@A.example./x", "B@xn--tda.example", "back");
	assert_false(known(r, 1, "A@a.example/x", "b@\xc3\xbc.example", "away"));
	assert_true(known(r, 1, "A@a.example/x", "b@\xc3\xbc.example", "back"));
	forget(r, 1, "a@a.example", "b@xn--tda.example");
	assert_false(known(r, 1, "A@a.example/x", "b@\xc3\xbc.example", "back"));
	repeats_free(r);
}

static void what_cannot_be_prepared_is_never_known(void **unused)
{
	struct repeats *r = repeats_new(10);

	(void)unused;
	note(r, 1, "a@a.example/\x01", "b@b.example", "away");
	assert_false(known(r, 1, "a@a.example/\x01", "b@b.example", "away"));
	forget(r, 1, "a@a.example/\x01", "b@b.example");
	repeats_free(r);
}

static void forgetting_takes_every_resource_of_the_two_and_nobody_else(void **unused)
{
	struct repeats *r = repeats_new(10);

	(void)unused;
	note(r, 1, "a@a.example/x", "b@b.example", "away");
	note(r, 1, "a@a.example/y", "b@b.example/z", "away");
	note(r, 1, "c@a.example/x", "b@b.example", "away");
	note(r, 2, "a@a.example/x", "b@b.example", "away");
	forget(r, 1, "a@a.example/other", "b@b.example");
	assert_false(known(r, 1, "a@a.example/x", "b@b.example", "away"));
	assert_false(known(r, 1, "a@a.example/y", "b@b.example/z", "away"));
	assert_true(known(r, 1, "c@a.example/x", "b@b.example", "away"));
	assert_true(known(r, 2, "a@a.example/x", "b@b.example", "away"));
	repeats_free(r);
}

static void a_full_table_lets_repeats_through(void **unused)
{
	struct repeats *r = repeats_new(100);
	unsigned n = 0;

	(void)unused;
	for (unsigned i = 0; i < 100000; i++) {
		MEM_AUTO char *from = mem_printf("u%u@a.example/x", i);

		note(r, 1, from, "b@b.example", "away");
		note(r, 1, "a@a.example/x", "b@b.example", "away"); /* never silent for long */
	}
	for (unsigned i = 0; i < 100000; i++) {
		MEM_AUTO char *from = mem_printf("u%u@a.example/x", i);

		n += known(r, 1, from, "b@b.example", "away");
	}
	assert_int_equal(n, 99);
	assert_true(known(r, 1, "a@a.example/x", "b@b.example", "away"));
	repeats_free(r);
}

static void of_too_many_resources_the_oldest_are_news_again(void **unused)
{
	struct repeats *r = repeats_new(10);
	unsigned n = 0;

	(void)unused;
	for (unsigned i = 0; i < 1000; i++) {
		MEM_AUTO char *from = mem_printf("a@a.example/%u", i);

		note(r, 1, from, "b@b.example", "away");
	}
	for (unsigned i = 0; i < 1000; i++) {
		MEM_AUTO char *from = mem_printf("a@a.example/%u", i);

		n += known(r, 1, from, "b@b.example", "away");
	}
	assert_int_equal(n, 8);
	repeats_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_last_one_is_known),
		cmocka_unit_test(every_resource_recipient_and_era_stands_for_itself),
		cmocka_unit_test(an_address_is_the_same_however_it_is_written),
		cmocka_unit_test(what_cannot_be_prepared_is_never_known),
		cmocka_unit_test(forgetting_takes_every_resource_of_the_two_and_nobody_else),
		cmocka_unit_test(a_full_table_lets_repeats_through),
		cmocka_unit_test(of_too_many_resources_the_oldest_are_news_again),
	};

	return cmocka_run_group_tests_name("repeats", tests, NULL, NULL);
}
