/* SPDX-License-Identifier: MIT */
/* The operator's orders: which domains they mean, which is the stronger, when they are over. */
#include "trunk/orders.h"

#include "unit.h"

#include <stdlib.h>

static enum order for_domain(const struct orders *o, const char *name)
{
	struct domain d;

	assert_true(domain_parse(str_of(name), &d));
	return orders_find(o, &d);
}

static void give(struct orders **o, const char *pattern, enum order order, int64_t until)
{
	struct orders *old = *o;

	*o = orders_with(old, pattern, order, until);
	orders_unref(old);
}

static void patterns_are_those_of_a_control(void **unused)
{
	static const struct {
		const char *text, *pattern; /* NULL: none */
	} cases[] = {
		{ "A.Example", "a.example" },
		{ "*.US", "*.us" },
		{ "*", "*" },
		{ "m\xc3\xbcller.example", "xn--mller-kva.example" },
		{ "192.0.2.1", "192.0.2.1" },
		{ "*.[2001:db8::1]", NULL },
		{ "a b", NULL },
		{ "", NULL },
		{ "a*.example", NULL },
		{ "*.*.us", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *have = orders_pattern(cases[i].text);

		if (cases[i].pattern) {
			assert_non_null(have);
			assert_string_equal(have, cases[i].pattern);
		} else {
			assert_null(have);
		}
		free(have);
	}
}

static void an_order_means_its_domains_and_no_other(void **unused)
{
	struct orders *o = orders_new();

	give(&o, "a.example", ORDER_PAUSE, 0);
	give(&o, "*.us", ORDER_BLOCK, 0);
	assert_int_equal(for_domain(o, "a.example"), ORDER_PAUSE);
	assert_int_equal(for_domain(o, "x.a.example"), ORDER_NONE);
	assert_int_equal(for_domain(o, "ba.example"), ORDER_NONE);
	assert_int_equal(for_domain(o, "navy.us"), ORDER_BLOCK);
	assert_int_equal(for_domain(o, "a.navy.us"), ORDER_BLOCK);
	assert_int_equal(for_domain(o, "us"), ORDER_NONE);
	assert_int_equal(for_domain(o, "navyus"), ORDER_NONE);
	assert_int_equal(for_domain(NULL, "navy.us"), ORDER_NONE);
	orders_unref(o);
}

static void the_strongest_one_holds(void **unused)
{
	struct orders *o = orders_new();

	give(&o, "*", ORDER_PAUSE, 0);
	give(&o, "*.example", ORDER_DRAIN, 0);
	assert_int_equal(for_domain(o, "a.example"), ORDER_DRAIN);
	give(&o, "a.example", ORDER_BLOCK, 0);
	assert_int_equal(for_domain(o, "a.example"), ORDER_BLOCK);
	assert_int_equal(for_domain(o, "b.example"), ORDER_DRAIN);
	assert_int_equal(for_domain(o, "navy.us"), ORDER_PAUSE);
	orders_unref(o);
}

static void an_order_takes_the_place_of_the_one_before(void **unused)
{
	struct orders *o = orders_new();

	give(&o, "a.example", ORDER_BLOCK, 100);
	give(&o, "a.example", ORDER_PAUSE, 0);
	assert_int_equal(orders_count(o), 1);
	assert_int_equal(orders_at(o, 0)->order, ORDER_PAUSE);
	assert_int_equal(orders_at(o, 0)->until, 0);
	give(&o, "a.example", ORDER_NONE, 0);
	assert_int_equal(orders_count(o), 0);
	give(&o, "never.example", ORDER_NONE, 0);
	assert_int_equal(orders_count(o), 0);
	orders_unref(o);
}

static void they_end_when_their_time_is_over(void **unused)
{
	struct orders *o = orders_new(), *still;

	assert_int_equal(orders_expiry(o), 0);
	give(&o, "a.example", ORDER_BLOCK, 200);
	give(&o, "b.example", ORDER_BLOCK, 100);
	give(&o, "c.example", ORDER_BLOCK, 0);
	assert_int_equal(orders_expiry(o), 100);
	still = orders_still(o, 99);
	assert_ptr_equal(still, o);
	orders_unref(still);
	still = orders_still(o, 100);
	assert_int_equal(orders_count(still), 2);
	assert_int_equal(for_domain(still, "b.example"), ORDER_NONE);
	assert_int_equal(orders_expiry(still), 200);
	/* Who holds the old one is not disturbed. */
	assert_int_equal(for_domain(o, "b.example"), ORDER_BLOCK);
	orders_unref(still);
	orders_unref(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_are_those_of_a_control),
		cmocka_unit_test(an_order_means_its_domains_and_no_other),
		cmocka_unit_test(the_strongest_one_holds),
		cmocka_unit_test(an_order_takes_the_place_of_the_one_before),
		cmocka_unit_test(they_end_when_their_time_is_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
