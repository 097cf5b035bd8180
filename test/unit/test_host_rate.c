/* SPDX-License-Identifier: MIT */
/* How often a host may. */
#include "net/host_rate.h"

#include "unit.h"

static bool take(struct host_rate *r, const char *from, int64_t now)
{
	struct address a;

	assert_true(address_parse(from, 5269, &a));
	return host_rate_take(r, &a, now);
}

static void so_many_at_once_and_then_so_many_a_second(void **unused)
{
	struct host_rate r;

	host_rate_init(&r, 5, 2, 10);
	for (int i = 0; i < 5; i++)
		assert_true(take(&r, "192.0.2.1", 1000));
	assert_false(take(&r, "192.0.2.1", 1000));
	for (int i = 0; i < 4; i++)
		assert_true(take(&r, "192.0.2.1", 1002));
	assert_false(take(&r, "192.0.2.1", 1002));
	/* However long it was: the bucket has its size. */
	for (int i = 0; i < 5; i++)
		assert_true(take(&r, "192.0.2.1", INT64_MAX / 2));
	assert_false(take(&r, "192.0.2.1", INT64_MAX / 2));
	host_rate_fini(&r);
}

static void a_clock_that_goes_back_gives_nothing(void **unused)
{
	struct host_rate r;

	host_rate_init(&r, 1, 1, 10);
	assert_true(take(&r, "192.0.2.1", 1000));
	assert_false(take(&r, "192.0.2.1", 10));
	assert_true(take(&r, "192.0.2.1", 11)); /* and does not take anything for good */
	host_rate_fini(&r);
}

static void a_host_is_an_ipv4_address_or_an_ipv6_network(void **unused)
{
	struct host_rate r;

	host_rate_init(&r, 1, 1, 10);
	assert_true(take(&r, "192.0.2.1:1", 5));
	assert_false(take(&r, "192.0.2.1:2", 5));
	assert_false(take(&r, "[::ffff:192.0.2.1]:3", 5));
	assert_true(take(&r, "192.0.2.2", 5));
	assert_true(take(&r, "[2001:db8::1]:1", 5));
	assert_false(take(&r, "[2001:db8::ffff:2]:1", 5));
	assert_true(take(&r, "[2001:db8:0:1::1]:1", 5));
	host_rate_fini(&r);
}

static void whoever_asked_longest_ago_is_forgotten(void **unused)
{
	struct host_rate r;

	host_rate_init(&r, 1, 1, 2);
	assert_true(take(&r, "192.0.2.1", 5));
	assert_true(take(&r, "192.0.2.2", 5));
	assert_false(take(&r, "192.0.2.1", 5)); /* asked again: now .2 is the oldest */
	assert_true(take(&r, "192.0.2.3", 5));
	assert_int_equal(r.hosts.count, 2);
	assert_false(take(&r, "192.0.2.1", 5));
	assert_true(take(&r, "192.0.2.2", 5));
	host_rate_fini(&r);
	host_rate_fini(&(struct host_rate){ 0 });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(so_many_at_once_and_then_so_many_a_second),
		cmocka_unit_test(a_clock_that_goes_back_gives_nothing),
		cmocka_unit_test(a_host_is_an_ipv4_address_or_an_ipv6_network),
		cmocka_unit_test(whoever_asked_longest_ago_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
