/* SPDX-License-Identifier: MIT */
/* Random numbers and the clock. */
#include "unit.h"

#include "base/clock.h"
#include "base/random.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static void an_identifier_is_32_letters_and_digits_and_never_the_same(void **unused)
{
	char before[RANDOM_ID] = "";
	bool used[256] = { false };
	int kinds = 0;

	(void)unused;
	for (int i = 0; i < 1000; i++) {
		char id[RANDOM_ID];

		random_id(id);
		assert_int_equal(strlen(id), 32);
		for (const char *p = id; *p; p++) {
			assert_true((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
				    (*p >= '0' && *p <= '9'));
			kinds += !used[(unsigned char)*p];
			used[(unsigned char)*p] = true;
		}
		assert_string_not_equal(id, before);
		memcpy(before, id, sizeof(id));
	}
	assert_int_equal(kinds, 62);
}

static void numbers_stay_below_their_bound_and_reach_all_values(void **unused)
{
	unsigned seen[6] = { 0 };

	(void)unused;
	for (int i = 0; i < 6000; i++)
		seen[random_below(6)]++;
	/* Six values, 1,000 each on average: 700 is ten standard deviations away. */
	for (int i = 0; i < 6; i++)
		assert_true(seen[i] > 700);
	assert_int_equal(random_below(1), 0);
	for (int i = 0; i < 100; i++)
		assert_true(random_below(UINT32_C(0x80000001)) <= UINT32_C(0x80000000));
}

static void random_bytes_fill_all_that_was_asked_for(void **unused)
{
	unsigned char a[3000] = { 0 }, b[3000] = { 0 };
	unsigned zeros = 0;

	(void)unused;
	random_bytes(a, sizeof(a));
	random_bytes(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	for (size_t i = 2900; i < 3000; i++)
		zeros += a[i] == 0;
	assert_true(zeros < 50);
}

static void the_clock_goes_forward_and_its_text_is_rfc_3339(void **unused)
{
	uint64_t before = clock_ms();
	char text[CLOCK_TEXT];
	int year, fields;
	unsigned month, day, hour, minute, second, micros;

	(void)unused;
	assert_true(clock_ms() >= before);
	assert_true(clock_wall() > 1700000000);
	clock_text(text);
	assert_int_equal(strlen(text), CLOCK_TEXT - 1);
	fields = sscanf(text, "%4d-%2u-%2uT%2u:%2u:%2u.%6uZ", &year, &month, &day, &hour, &minute,
		&second, &micros);
	assert_int_equal(fields, 7);
	assert_int_equal(text[CLOCK_TEXT - 2], 'Z');
	assert_true(year >= 2023 && month >= 1 && month <= 12 && day >= 1 && day <= 31);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_identifier_is_32_letters_and_digits_and_never_the_same),
		cmocka_unit_test(numbers_stay_below_their_bound_and_reach_all_values),
		cmocka_unit_test(random_bytes_fill_all_that_was_asked_for),
		cmocka_unit_test(the_clock_goes_forward_and_its_text_is_rfc_3339),
	};

	return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
