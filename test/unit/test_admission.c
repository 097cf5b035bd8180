/* SPDX-License-Identifier: MIT */
/* How many connections may come in: in all, from one host, being set up. */
#include "unit.h"

#include "trunk/admission.h"

#include <pthread.h>

static const struct limits_config limits = {
	.connections = 5, .connections_per_address = 3, .handshakes = 4
};

static const char *enter(struct admission *a, const char *from, struct admission_place *place)
{
	struct address peer;

	assert_true(address_parse(from, 50000, &peer));
	return admission_enter(a, &peer, &limits, place);
}

static void one_host_may_have_so_many_and_no_more(void **unused)
{
	struct admission a;
	struct admission_place p[5];

	(void)unused;
	admission_init(&a);
	for (int i = 0; i < 3; i++)
		assert_null(enter(&a, "192.0.2.1", &p[i]));
	assert_string_equal(enter(&a, "192.0.2.1:6000", &p[3]), "limits.connections_per_address");
	assert_string_equal(
		enter(&a, "[::ffff:192.0.2.1]:5", &p[3]), "limits.connections_per_address");
	assert_null(enter(&a, "192.0.2.2", &p[3]));
	admission_leave(&a, &p[1]);
	assert_null(enter(&a, "192.0.2.1", &p[1]));
	for (int i = 0; i < 4; i++)
		admission_leave(&a, &p[i]);
	assert_int_equal(a.hosts.count, 0);
	admission_fini(&a);
}

static void an_ipv6_host_is_its_network(void **unused)
{
	struct admission a;
	struct admission_place p[4];

	(void)unused;
	admission_init(&a);
	assert_null(enter(&a, "[2001:db8:0:1::1]:1", &p[0]));
	assert_null(enter(&a, "[2001:db8:0:1::2]:1", &p[1]));
	assert_null(enter(&a, "[2001:db8:0:1:ffff::3]:1", &p[2]));
	assert_string_equal(
		enter(&a, "[2001:db8:0:1:1:2:3:4]:1", &p[3]), "limits.connections_per_address");
	assert_null(enter(&a, "[2001:db8:0:2::1]:1", &p[3]));
	for (int i = 0; i < 4; i++)
		admission_leave(&a, &p[i]);
	admission_fini(&a);
}

static void set_ups_are_counted_until_they_are_over(void **unused)
{
	struct admission a;
	struct admission_place p[5];
	static const char *const hosts[] = { "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4",
		"192.0.2.5" };

	(void)unused;
	admission_init(&a);
	for (int i = 0; i < 4; i++) {
		assert_false(admission_crowded(&a, &limits));
		assert_null(enter(&a, hosts[i], &p[i]));
	}
	assert_true(admission_crowded(&a, &limits));
	assert_string_equal(enter(&a, hosts[4], &p[4]), "limits.handshakes");
	admission_set_up(&a, &p[0]);
	admission_set_up(&a, &p[0]);
	assert_null(enter(&a, hosts[4], &p[4]));
	assert_string_equal(enter(&a, hosts[0], &(struct admission_place){ 0 }),
		"limits.connections"); /* what is set up goes on counting here */
	for (int i = 0; i < 5; i++)
		admission_leave(&a, &p[i]);
	assert_int_equal(a.setups, 0);
	assert_int_equal(a.connections, 0);
	admission_fini(&a);
}

static void a_place_that_was_refused_can_be_left(void **unused)
{
	struct admission a;
	struct admission_place p = { 0 };
	static const struct limits_config none = { .connections = 0 };
	struct address peer;

	(void)unused;
	admission_init(&a);
	assert_true(address_parse("192.0.2.1", 1, &peer));
	assert_string_equal(admission_enter(&a, &peer, &none, &p), "limits.connections");
	admission_leave(&a, &p);
	assert_int_equal(a.connections, 0);
	assert_int_equal(a.hosts.count, 0);
	admission_fini(&a);
}

enum { ROUNDS = 20000 };

static void *come_and_go(void *arg)
{
	struct admission_place p;

	for (int i = 0; i < ROUNDS; i++) {
		if (!enter(arg, i % 2 ? "192.0.2.1" : "192.0.2.2", &p)) {
			admission_set_up(arg, &p);
			admission_leave(arg, &p);
		}
	}
	return NULL;
}

static void workers_count_together(void **unused)
{
	struct admission a;
	pthread_t threads[4];

	(void)unused;
	admission_init(&a);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, &a), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(a.connections, 0);
	assert_int_equal(a.setups, 0);
	assert_int_equal(a.hosts.count, 0);
	admission_fini(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_host_may_have_so_many_and_no_more),
		cmocka_unit_test(an_ipv6_host_is_its_network),
		cmocka_unit_test(set_ups_are_counted_until_they_are_over),
		cmocka_unit_test(a_place_that_was_refused_can_be_left),
		cmocka_unit_test(workers_count_together),
	};

	return cmocka_run_group_tests_name("admission", tests, NULL, NULL);
}
