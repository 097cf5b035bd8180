/* SPDX-License-Identifier: MIT */
/* What is remembered of input that ended streams: one of each peer, and of so many peers. */
#include "unit.h"

#include "trunk/malformed.h"

#include <stdio.h>
#include <stdlib.h>

static struct malformed_row row_of(const char *address, const char *domain, bool proven)
{
	struct malformed_row r = { .proven = proven, .condition = STREAM_NOT_WELL_FORMED };

	assert_true(address_parse(address, 0, &r.peer));
	if (domain)
		assert_true(domain_parse(str_of(domain), &r.domain));
	return r;
}

static void put(
	struct malformed **m, const char *address, const char *domain, bool proven, uint64_t offset)
{
	struct malformed_row r = row_of(address, domain, proven);

	r.fault.offset = offset;
	malformed_put(m, &r);
}

/* "offset*times ..." of all, the last one first. */
static void assert_rows(const struct malformed *m, const char *wanted)
{
	char got[400] = "";
	unsigned n;
	struct malformed_row *rows = malformed_rows(m, &n);

	for (unsigned i = 0; i < n; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%llu*%llu", i ? " " : "",
			(unsigned long long)rows[i].fault.offset, rows[i].times);
	free(rows);
	assert_string_equal(got, wanted);
}

static void nothing_is_remembered_at_first(void **unused)
{
	unsigned n = 7;

	(void)unused;
	assert_null(malformed_rows(NULL, &n));
	assert_int_equal(n, 0);
	malformed_free(NULL);
}

static void of_each_peer_the_last_one_is_kept(void **unused)
{
	struct malformed *m = NULL;

	(void)unused;
	put(&m, "192.0.2.1:4000", NULL, false, 1);
	put(&m, "192.0.2.2:4000", NULL, false, 2);
	assert_rows(m, "2*1 1*1");
	/* Ports do not count, nor does what is only claimed. */
	put(&m, "192.0.2.1:4001", "a.example", false, 3);
	assert_rows(m, "3*2 2*1");
	put(&m, "192.0.2.1:4002", "b.example", false, 4);
	assert_rows(m, "4*3 2*1");
	/* What is proven does. */
	put(&m, "192.0.2.1:4003", "a.example", true, 5);
	put(&m, "192.0.2.1:4004", "b.example", true, 6);
	assert_rows(m, "6*1 5*1 4*3 2*1");
	put(&m, "192.0.2.1:4005", "a.example", true, 7);
	assert_rows(m, "7*2 6*1 4*3 2*1");
	malformed_free(m);
}

static void whoever_has_a_network_is_one_peer(void **unused)
{
	struct malformed *m = NULL;

	(void)unused;
	put(&m, "[2001:db8::1]:1", NULL, false, 1);
	put(&m, "[2001:db8::2]:1", NULL, false, 2);
	put(&m, "[2001:db8:0:1::1]:1", NULL, false, 3);
	assert_rows(m, "3*1 2*2");
	malformed_free(m);
}

static void the_peer_that_was_quiet_for_longest_makes_room(void **unused)
{
	struct malformed *m = NULL;
	struct malformed_row *rows;
	char address[64];
	unsigned n;

	(void)unused;
	for (unsigned i = 0; i < MALFORMED_PEERS; i++) {
		snprintf(address, sizeof(address), "10.0.%u.%u", i / 200, i % 200);
		put(&m, address, NULL, false, i);
	}
	/* The first one comes again, so the second has to go. */
	put(&m, "10.0.0.0", NULL, false, 1000);
	put(&m, "10.9.9.9", NULL, false, 2000);
	rows = malformed_rows(m, &n);
	assert_int_equal(n, MALFORMED_PEERS);
	assert_int_equal(rows[0].fault.offset, 2000);
	assert_int_equal(rows[1].fault.offset, 1000);
	assert_int_equal(rows[1].times, 2);
	assert_int_equal(rows[n - 1].fault.offset, 2);
	free(rows);
	/* However many come. */
	for (unsigned i = 0; i < 3000; i++) {
		snprintf(address, sizeof(address), "10.%u.%u.1", i / 200, i % 200);
		put(&m, address, NULL, false, i);
	}
	free(malformed_rows(m, &n));
	assert_int_equal(n, MALFORMED_PEERS);
	malformed_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_remembered_at_first),
		cmocka_unit_test(of_each_peer_the_last_one_is_kept),
		cmocka_unit_test(whoever_has_a_network_is_one_peer),
		cmocka_unit_test(the_peer_that_was_quiet_for_longest_makes_room),
	};

	return cmocka_run_group_tests_name("malformed", tests, NULL, NULL);
}
