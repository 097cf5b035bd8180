/* SPDX-License-Identifier: MIT */
/* Back-off, and the ring of the last attempts. */
#include "unit.h"

#include "trunk/peer.h"

#include <stdio.h>
#include <string.h>

static struct peer *get(struct map *peers, const char *name)
{
	struct domain d;

	assert_true(domain_parse(str_of(name), &d));
	return peer_get(peers, &d);
}

static void the_wait_doubles_from_one_second_to_five_minutes(void **unused)
{
	static const uint64_t seconds[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300 };
	struct map peers;

	(void)unused;
	map_init(&peers);
	/* Jitter is at random: many times. */
	for (unsigned round = 0; round < 200; round++) {
		struct peer *p = get(&peers, "a.example");
		const uint64_t now = 5000;

		assert_int_equal(p->retry_ms, 0);
		for (unsigned i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
			peer_failed(p, now);
			assert_in_range(
				p->retry_ms, now + seconds[i] * 750, now + seconds[i] * 1000);
			assert_int_equal(p->failures, i + 1);
		}
		peer_succeeded(p, 77);
		assert_int_equal(p->retry_ms, 0);
		assert_int_equal(p->failures, 0);
		assert_int_equal(p->last_success, 77);
	}
	peers_free(&peers);
}

static void the_wait_is_not_the_same_for_all(void **unused)
{
	struct map peers;
	unsigned same = 0;
	uint64_t first = 0;

	(void)unused;
	map_init(&peers);
	for (unsigned i = 0; i < 50; i++) {
		struct peer *p = get(&peers, "a.example");

		peer_succeeded(p, 1);
		peer_failed(p, 0);
		if (i == 0)
			first = p->retry_ms;
		same += p->retry_ms == first;
	}
	assert_in_range(same, 1, 49);
	peers_free(&peers);
}

static void a_thousand_failures_still_wait_five_minutes(void **unused)
{
	struct map peers;
	struct peer *p;

	(void)unused;
	map_init(&peers);
	p = get(&peers, "a.example");
	for (unsigned i = 0; i < 1000; i++)
		peer_failed(p, 0);
	assert_in_range(p->retry_ms, 225000, 300000);
	peers_free(&peers);
}

static void the_last_eight_attempts_are_kept(void **unused)
{
	struct map peers;
	struct peer *p;

	(void)unused;
	map_init(&peers);
	p = get(&peers, "a.example");
	for (unsigned i = 0; i < 11; i++) {
		struct attempt *a = attempts_next(&p->out);

		assert_int_equal(a->wall, 0);
		assert_string_equal(a->words, "");
		a->wall = i + 1;
		strcpy(a->words, "old words");
	}
	assert_int_equal(p->out.count, PEER_RING);
	for (unsigned i = 0; i < PEER_RING; i++)
		assert_int_equal(p->out.ring[(p->out.next + i) % PEER_RING].wall, i + 4);
	peers_free(&peers);
}

static void a_domain_is_one_peer(void **unused)
{
	struct map peers;

	(void)unused;
	map_init(&peers);
	assert_ptr_equal(get(&peers, "a.example"), get(&peers, "A.Example."));
	assert_ptr_not_equal(get(&peers, "a.example"), get(&peers, "b.example"));
	assert_int_equal(peers.count, 2);
	peers_free(&peers);
}

/* Under a default route anybody inside chooses names. */
static void the_table_does_not_grow_for_ever(void **unused)
{
	struct map peers;

	(void)unused;
	map_init(&peers);
	for (unsigned i = 0; i < 20100; i++) {
		char name[32];
		struct peer *p;

		snprintf(name, sizeof(name), "d%u.example", i);
		p = get(&peers, name);
		assert_string_equal(p->domain.s, name);
		assert_true(peers.count <= 20000);
	}
	peers_free(&peers);
}

static void every_stage_has_a_name(void **unused)
{
	(void)unused;
	for (unsigned i = ATTEMPT_DNS; i <= ATTEMPT_READY; i++)
		assert_true(strlen(attempt_stage_name((enum attempt_stage)i)) > 0);
	assert_string_equal(attempt_stage_name(ATTEMPT_DNS), "dns");
	assert_string_equal(attempt_stage_name(ATTEMPT_READY), "ready");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_wait_doubles_from_one_second_to_five_minutes),
		cmocka_unit_test(the_wait_is_not_the_same_for_all),
		cmocka_unit_test(a_thousand_failures_still_wait_five_minutes),
		cmocka_unit_test(the_last_eight_attempts_are_kept),
		cmocka_unit_test(a_domain_is_one_peer),
		cmocka_unit_test(the_table_does_not_grow_for_ever),
		cmocka_unit_test(every_stage_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
