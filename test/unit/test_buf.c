/* SPDX-License-Identifier: MIT */
/* The byte queue. */
#include "unit.h"

#include "base/buf.h"

#include <stdlib.h>

static void a_zeroed_buf_is_empty_and_may_be_finished_twice(void **unused)
{
	struct buf b = { 0 };

	(void)unused;
	assert_int_equal(buf_len(&b), 0);
	assert_non_null(buf_view(&b).p);
	assert_true(buf_append(&b, (struct str){ NULL, 0 }));
	buf_put(&b, (struct str){ NULL, 0 });
	buf_consume(&b, 0);
	buf_remove(&b, 0, 0);
	buf_insert(&b, 0, STR(""));
	buf_truncate(&b, 0);
	buf_shrink(&b, 0);
	buf_fini(&b);
	buf_fini(&b);
	buf_put(&b, STR("again"));
	assert_str(buf_view(&b), "again");
	buf_fini(&b);
}

static void a_buf_refuses_more_than_its_ceiling_and_then_adds_nothing(void **unused)
{
	struct buf b;

	(void)unused;
	buf_init(&b, 4);
	assert_true(buf_append(&b, STR("abc")));
	assert_false(buf_append(&b, STR("de")));
	assert_str(buf_view(&b), "abc");
	assert_true(buf_append(&b, STR("d")));
	assert_false(buf_append(&b, STR("e")));
	buf_consume(&b, 2);
	assert_true(buf_append(&b, STR("ef")));
	assert_str(buf_view(&b), "cdef");
	assert_false(buf_append(&b, (struct str){ "x", SIZE_MAX }));
	buf_insert(&b, 0, STR("over"));
	assert_false(buf_append(&b, STR("g")));
	buf_fini(&b);
	assert_int_equal(b.max, 4);
	assert_false(buf_append(&b, STR("abcde")));
	buf_fini(&b);
}

static void bytes_come_out_in_the_order_they_went_in(void **unused)
{
	struct buf b = { 0 };
	unsigned in = 0, out = 0;

	(void)unused;
	srand(1);
	while (out < 200000) {
		unsigned n = (unsigned)rand() % 700;

		for (unsigned i = 0; i < n; i++)
			buf_put_char(&b, (char)(in++ * 31));
		n = (unsigned)rand() % 700;
		if (n > buf_len(&b))
			n = (unsigned)buf_len(&b);
		for (unsigned i = 0; i < n; i++)
			assert_int_equal(buf_view(&b).p[i], (char)(out++ * 31));
		buf_consume(&b, n);
		assert_int_equal(buf_len(&b), in - out);
	}
	buf_fini(&b);
}

/* A queue that is fed and drained for ever must not grow for ever. */
static void a_queue_with_a_steady_backlog_keeps_its_memory(void **unused)
{
	struct buf b = { 0 };
	char block[1000];

	(void)unused;
	memset(block, 'x', sizeof(block));
	for (int i = 0; i < 100000; i++) {
		buf_put(&b, (struct str){ block, sizeof(block) });
		if (i >= 10)
			buf_consume(&b, sizeof(block));
	}
	assert_int_equal(buf_len(&b), 10000);
	assert_true(b.size <= 65536);
	buf_fini(&b);
}

static void reserved_room_is_filled_and_committed(void **unused)
{
	struct buf b = { 0 };

	(void)unused;
	memcpy(buf_reserve(&b, 5000), "hello", 5);
	buf_commit(&b, 5);
	assert_true(b.size - b.end >= 4995);
	buf_consume(&b, 2);
	memcpy(buf_reserve(&b, 3), "!!!", 3);
	buf_commit(&b, 3);
	assert_str(buf_view(&b), "llo!!!");
	buf_fini(&b);
}

static void bytes_are_inserted_and_removed_anywhere(void **unused)
{
	struct buf b = { 0 };

	(void)unused;
	buf_put(&b, STR("XXabcdef"));
	buf_consume(&b, 2);
	buf_insert(&b, 3, STR("123"));
	assert_str(buf_view(&b), "abc123def");
	buf_insert(&b, 0, STR("<"));
	buf_insert(&b, buf_len(&b), STR(">"));
	assert_str(buf_view(&b), "<abc123def>");
	buf_remove(&b, 4, 3);
	assert_str(buf_view(&b), "<abcdef>");
	buf_remove(&b, 0, 1);
	buf_remove(&b, buf_len(&b) - 1, 1);
	assert_str(buf_view(&b), "abcdef");
	buf_truncate(&b, 10);
	buf_truncate(&b, 2);
	assert_str(buf_view(&b), "ab");
	buf_remove(&b, 0, 2);
	assert_int_equal(buf_len(&b), 0);
	buf_fini(&b);
}

static void printf_grows_the_buf_to_whatever_it_takes(void **unused)
{
	struct buf b = { 0 };
	char *long_text = malloc(5001);

	(void)unused;
	memset(long_text, 'y', 5000);
	long_text[5000] = '\0';
	buf_printf(&b, "%d;", 42);
	buf_printf(&b, "%s;%c", long_text, 'z');
	buf_printf(&b, "%s", "");
	assert_int_equal(buf_len(&b), 5005);
	assert_memory_equal(buf_view(&b).p, "42;yyy", 6);
	assert_memory_equal(buf_view(&b).p + 5000, "yyy;z", 5);
	free(long_text);
	buf_fini(&b);
}

static void moving_swaps_into_an_empty_buf_and_appends_to_others(void **unused)
{
	struct buf a, b;

	(void)unused;
	buf_init(&a, 3);
	buf_init(&b, 100);
	assert_true(buf_append(&b, STR("12345")));
	buf_consume(&b, 1);
	buf_move(&a, &b);
	assert_str(buf_view(&a), "2345");
	assert_int_equal(buf_len(&b), 0);
	assert_int_equal(a.max, 3);
	assert_int_equal(b.max, 100);
	assert_true(buf_append(&b, STR("678")));
	buf_move(&a, &b);
	assert_str(buf_view(&a), "2345678");
	assert_int_equal(buf_len(&b), 0);
	buf_move(&a, &b);
	assert_str(buf_view(&a), "2345678");
	buf_fini(&a);
	buf_fini(&b);
}

static void an_empty_buf_gives_memory_back_and_a_full_one_does_not(void **unused)
{
	struct buf b = { 0 };

	(void)unused;
	buf_reserve(&b, 100000);
	buf_put(&b, STR("x"));
	buf_shrink(&b, 4096);
	assert_true(b.size >= 100000);
	buf_clear(&b);
	buf_shrink(&b, 4096);
	assert_int_equal(b.size, 4096);
	buf_put(&b, STR("y"));
	buf_consume(&b, 1);
	buf_shrink(&b, 0);
	assert_null(b.data);
	buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zeroed_buf_is_empty_and_may_be_finished_twice),
		cmocka_unit_test(a_buf_refuses_more_than_its_ceiling_and_then_adds_nothing),
		cmocka_unit_test(bytes_come_out_in_the_order_they_went_in),
		cmocka_unit_test(a_queue_with_a_steady_backlog_keeps_its_memory),
		cmocka_unit_test(reserved_room_is_filled_and_committed),
		cmocka_unit_test(bytes_are_inserted_and_removed_anywhere),
		cmocka_unit_test(printf_grows_the_buf_to_whatever_it_takes),
		cmocka_unit_test(moving_swaps_into_an_empty_buf_and_appends_to_others),
		cmocka_unit_test(an_empty_buf_gives_memory_back_and_a_full_one_does_not),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
