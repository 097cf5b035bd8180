/* SPDX-License-Identifier: MIT */
/* Lines held back for each event and peer: which pass, what is told, and that it is bounded. */
#include "unit.h"

#include "base/log_held.h"

#include <stdio.h>
#include <string.h>

struct told {
	unsigned n;
	unsigned long long lines;
	char last[128];
};

static void tell(void *arg, const char *event, const char *peer, uint32_t lines)
{
	struct told *t = arg;

	t->n++;
	t->lines += lines;
	snprintf(t->last, sizeof(t->last), "%s %s %u", event, peer, lines);
}

static unsigned passed(
	struct log_held *h, const char *event, const char *peer, unsigned n, uint64_t now)
{
	unsigned count = 0;

	for (unsigned i = 0; i < n; i++)
		count += log_held_pass(h, event, peer, now);
	return count;
}

static void each_event_and_peer_has_its_own_count(void **unused)
{
	struct log_held h = { 0 };
	struct told t = { 0 };

	(void)unused;
	assert_int_equal(passed(&h, "refused", "a", LOG_HELD_BURST + 7, 5), LOG_HELD_BURST);
	assert_int_equal(passed(&h, "refused", "b", 3, 5), 3);
	assert_int_equal(passed(&h, "stream-end", "a", LOG_HELD_BURST, 5), LOG_HELD_BURST);
	log_held_tick(&h, 5 + LOG_HELD_WINDOW_MS - 1, tell, &t);
	assert_int_equal(t.n, 0);
	log_held_tick(&h, 5 + LOG_HELD_WINDOW_MS, tell, &t);
	assert_int_equal(t.n, 1);
	assert_string_equal(t.last, "refused a 7");
	log_held_fini(&h);
}

static void another_window_begins_from_nothing(void **unused)
{
	struct log_held h = { 0 };
	struct told t = { 0 };

	(void)unused;
	for (uint64_t now = 0; now < 10 * LOG_HELD_WINDOW_MS; now += LOG_HELD_WINDOW_MS) {
		log_held_tick(&h, now, tell, &t);
		assert_int_equal(passed(&h, "e", "p", LOG_HELD_BURST + 1, now), LOG_HELD_BURST);
	}
	assert_int_equal(t.n, 9);
	log_held_tick(&h, 10 * LOG_HELD_WINDOW_MS, tell, &t);
	log_held_tick(&h, 11 * LOG_HELD_WINDOW_MS, tell, &t);
	assert_int_equal(t.n, 10);
	log_held_fini(&h);
}

static void event_and_peer_do_not_run_into_each_other(void **unused)
{
	struct log_held h = { 0 };

	(void)unused;
	assert_int_equal(passed(&h, "ab", "c", LOG_HELD_BURST, 0), LOG_HELD_BURST);
	assert_int_equal(passed(&h, "a", "bc", LOG_HELD_BURST, 0), LOG_HELD_BURST);
	assert_int_equal(passed(&h, "ab", "c", 1, 0), 0);
	assert_int_equal(passed(&h, "abc", "", 1, 0), 1);
	log_held_fini(&h);
}

static void a_peer_who_takes_many_names_takes_no_memory(void **unused)
{
	struct log_held h = { 0 };
	struct told t = { 0 };
	unsigned count = 0, all = 20 * LOG_HELD_KINDS;

	(void)unused;
	for (unsigned i = 0; i < all; i++) {
		char name[32];

		snprintf(name, sizeof(name), "d%u.example", i);
		count += log_held_pass(&h, "refused", name, 1);
		assert_true(h.kinds.count <= LOG_HELD_KINDS);
	}
	assert_int_equal(count, LOG_HELD_KINDS + LOG_HELD_BURST);
	log_held_tick(&h, 1 + LOG_HELD_WINDOW_MS, tell, &t);
	assert_int_equal(t.n, 1);
	assert_int_equal(t.lines, all - count);
	assert_true(strncmp(t.last, "others others ", 14) == 0);
	log_held_fini(&h);
}

static void names_that_are_too_long_are_cut(void **unused)
{
	static char name[5000];
	struct log_held h = { 0 };

	(void)unused;
	memset(name, 'x', sizeof(name) - 1);
	assert_true(log_held_pass(&h, name, name, 1));
	assert_true(log_held_pass(&h, "refused", name, 1));
	log_held_fini(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_event_and_peer_has_its_own_count),
		cmocka_unit_test(another_window_begins_from_nothing),
		cmocka_unit_test(event_and_peer_do_not_run_into_each_other),
		cmocka_unit_test(a_peer_who_takes_many_names_takes_no_memory),
		cmocka_unit_test(names_that_are_too_long_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
