/* SPDX-License-Identifier: MIT */
/* Token buckets: how long is waited after what came. */
#include "unit.h"

#include "trunk/rate.h"

#include <stdlib.h>

static void without_limits_nothing_ever_waits(void **unused)
{
	struct rate r;

	(void)unused;
	rate_init(&r, 0, 0, 5);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(rate_charge(&r, SIZE_MAX / 2, 5), 0);
}

static void a_second_may_come_at_once_and_then_each_in_its_time(void **unused)
{
	struct rate r;

	(void)unused;
	rate_init(&r, 10, 0, 1000);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(rate_charge(&r, 1 << 20, 1000), 0);
	assert_int_equal(rate_charge(&r, 1, 1000), 100);
	assert_int_equal(rate_charge(&r, 1, 1100), 100);
	assert_int_equal(rate_charge(&r, 1, 1250), 50);
	assert_int_equal(rate_charge(&r, 1, 1450), 0);
}

static void a_stanza_larger_than_a_second_passes_and_is_waited_for_afterwards(void **unused)
{
	struct rate r;

	(void)unused;
	rate_init(&r, 0, 1000, 0);
	assert_int_equal(rate_charge(&r, 10000, 0), 9000);
	assert_int_equal(rate_charge(&r, 1, 9000), 1);
	assert_int_equal(rate_charge(&r, 1000, 10002), 0);
}

static void the_longer_wait_of_the_two_counts(void **unused)
{
	struct rate r;

	(void)unused;
	rate_init(&r, 1, 1000, 0);
	assert_int_equal(rate_charge(&r, 500, 0), 0);
	assert_int_equal(rate_charge(&r, 500, 0), 1000);
	assert_int_equal(rate_charge(&r, 3000, 1000), 2000);
}

static void what_is_saved_up_is_one_second(void **unused)
{
	struct rate r;

	(void)unused;
	rate_init(&r, 2, 1 << 30, 0);
	for (unsigned round = 1; round < 4; round++) {
		uint64_t now = round * UINT64_C(1000000000000);

		assert_int_equal(rate_charge(&r, 1, now), 0);
		assert_int_equal(rate_charge(&r, 1, now), 0);
		assert_int_equal(rate_charge(&r, 1, now), 500);
	}
}

static void the_time_never_runs_backwards(void **unused)
{
	struct rate r;

	(void)unused;
	rate_init(&r, 1, 0, 5000);
	assert_int_equal(rate_charge(&r, 1, 4000), 0);
	assert_int_equal(rate_charge(&r, 1, 4000), 1000);
}

static void no_limit_is_wider_than_any(void **unused)
{
	struct rate r;

	(void)unused;
	rate_init(&r, 1, 1000, 0);
	rate_charge(&r, 1000, 0);
	rate_widen(&r, 5, 500);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(rate_charge(&r, 0, 0), 0);
	assert_int_equal(rate_charge(&r, 0, 0), 200);
	assert_int_equal(rate_charge(&r, 1000, 200), 800);
	rate_widen(&r, 0, 1000);
	assert_int_equal(rate_charge(&r, 1000, 1000), 1000);
	rate_widen(&r, 7, 0);
	assert_int_equal(rate_charge(&r, 100000, 1000), 0);
}

/* However stanzas fall, a long time lets as many through as the limit says. */
static void over_time_the_rate_is_the_limit(void **unused)
{
	struct rate r;
	uint64_t now = 0;
	unsigned seed = 3, n = 0;

	(void)unused;
	rate_init(&r, 50, 0, 0);
	while (now < 1000 * 1000) {
		now += rate_charge(&r, 100, now);
		now += rand_r(&seed) % 8;
		n++;
	}
	assert_in_range(n, 50 * 990, 50 * 1001 + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_limits_nothing_ever_waits),
		cmocka_unit_test(a_second_may_come_at_once_and_then_each_in_its_time),
		cmocka_unit_test(a_stanza_larger_than_a_second_passes_and_is_waited_for_afterwards),
		cmocka_unit_test(the_longer_wait_of_the_two_counts),
		cmocka_unit_test(what_is_saved_up_is_one_second),
		cmocka_unit_test(the_time_never_runs_backwards),
		cmocka_unit_test(no_limit_is_wider_than_any),
		cmocka_unit_test(over_time_the_rate_is_the_limit),
	};

	return cmocka_run_group_tests_name("rate", tests, NULL, NULL);
}
