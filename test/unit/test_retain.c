/* SPDX-License-Identifier: MIT */
/* What comes back of what was sent: to the byte in the clear, by whole records under TLS, from the
 * begin of an element. */
#include "net/retain.h"

#include "unit.h"

#include <stdlib.h>

static void take(struct retain *r, uint64_t acked_wire, uint64_t written_wire, const char *left,
	size_t acked, size_t written)
{
	struct buf plain = { 0 };
	size_t a, w;

	retain_take(r, acked_wire, written_wire, &plain, &a, &w);
	assert_str(buf_view(&plain), left);
	assert_int_equal(a, acked);
	assert_int_equal(w, written);
	assert_true(a <= w && w <= buf_len(&plain));
	buf_fini(&plain);
	retain_fini(r);
}

/* Elements "aaa", "bbb", "ccc" in three records of 5 bytes overhead each. */
static void three_records(struct retain *r)
{
	retain_init(r);
	retain_mark(r, 3);
	retain_sent(r, STR("aaa"), 8, false);
	retain_mark(r, 3);
	retain_sent(r, STR("bbb"), 16, false);
	retain_mark(r, 3);
	retain_sent(r, STR("ccc"), 24, false);
}

static void whole_records_count(void **unused)
{
	static const struct {
		uint64_t acked_wire, written_wire;
		const char *left;
		size_t acked, written;
	} rows[] = {
		{ 0, 0, "aaabbbccc", 0, 0 },
		{ 7, 7, "aaabbbccc", 0, 0 },
		{ 7, 8, "aaabbbccc", 0, 3 },
		{ 8, 8, "bbbccc", 0, 0 },
		{ 8, 15, "bbbccc", 0, 0 },
		{ 15, 16, "bbbccc", 0, 3 },
		{ 16, 24, "ccc", 0, 3 },
		{ 24, 24, "", 0, 0 },
		{ 99, 99, "", 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct retain r;

		three_records(&r);
		take(&r, rows[i].acked_wire, rows[i].written_wire, rows[i].left, rows[i].acked,
			rows[i].written);
	}
}

static void elements_across_records_come_back_whole(void **unused)
{
	struct retain r;

	/* "aaaabbbb" in records of 3, 3, 2. */
	retain_init(&r);
	retain_mark(&r, 4);
	retain_mark(&r, 8);
	retain_sent(&r, STR("aaa"), 10, false);
	retain_sent(&r, STR("abb"), 20, false);
	retain_sent(&r, STR("bb"), 30, false);
	retain_acked(&r, 10);
	retain_acked(&r, 20);
	/* Two bytes of "bbbb" are acknowledged, the rest was written. */
	take(&r, 20, 30, "bbbb", 2, 4);
}

static void the_clear_is_counted_by_the_byte(void **unused)
{
	for (unsigned acked = 0; acked <= 6; acked++) {
		for (unsigned written = acked; written <= 6; written++) {
			static const char *const left[] = { "aabbcc", "aabbcc", "bbcc", "bbcc",
				"cc", "cc", "" };
			unsigned base = acked / 2 * 2;
			struct retain r;

			retain_init(&r);
			retain_mark(&r, 2);
			retain_sent(&r, STR("aab"), 3, true);
			retain_mark(&r, 1);
			retain_mark(&r, 3);
			retain_sent(&r, STR("bcc"), 6, true);
			take(&r, acked, written, left[acked], acked - base, written - base);
		}
	}
}

static void acknowledgements_may_come_in_any_steps(void **unused)
{
	struct retain r;

	retain_init(&r);
	retain_mark(&r, 2);
	retain_mark(&r, 4);
	retain_sent(&r, STR("aabb"), 4, true);
	for (uint64_t i = 0; i <= 3; i++)
		retain_acked(&r, i);
	retain_acked(&r, 1); /* never backwards */
	take(&r, 3, 4, "bb", 1, 2);
}

static void clear_bytes_then_records(void **unused)
{
	struct retain r;

	retain_init(&r);
	retain_mark(&r, 2);
	retain_sent(&r, STR("aa"), 2, true);
	/* A handshake of 100 bytes lies between. */
	retain_mark(&r, 2);
	retain_sent(&r, STR("bb"), 130, false);
	retain_acked(&r, 50);
	take(&r, 129, 130, "bb", 0, 2);
}

static void memory_stays_small_while_acknowledgements_come(void **unused)
{
	struct retain r;
	uint64_t wire = 0;
	char element[1000];
	unsigned asked = 0;

	memset(element, 'x', sizeof(element));
	retain_init(&r);
	for (int i = 0; i < 100000; i++) {
		retain_mark(&r, sizeof(element));
		wire += sizeof(element) + 22;
		retain_sent(&r, (struct str){ element, sizeof(element) }, wire, false);
		if (!retain_due(&r))
			continue;
		retain_acked(&r, wire - 5 * 1022);
		asked++;
	}
	assert_true(asked > 1000 && asked < 10000);
	assert_true(r.kept.size <= 128 * 1024);
	assert_true(r.marks.size <= 4096 && r.spans.size <= 8192);
	retain_fini(&r);
}

static void nothing_is_asked_again_and_again_while_nothing_is_acknowledged(void **unused)
{
	struct retain r;
	char element[1024];
	unsigned asked = 0;

	memset(element, 'x', sizeof(element));
	retain_init(&r);
	for (int i = 0; i < 1024; i++) {
		retain_mark(&r, sizeof(element));
		retain_sent(&r, (struct str){ element, sizeof(element) }, (uint64_t)i * 1024 + 1024,
			true);
		if (retain_due(&r)) {
			retain_acked(&r, 0);
			asked++;
		}
	}
	assert_int_equal(asked, 1024 / 32);
	retain_fini(&r);
}

static void what_is_acknowledged_holds_no_memory_at_rest(void **unused)
{
	struct retain r;

	three_records(&r);
	retain_acked(&r, 16);
	retain_rest(&r);
	assert_str(buf_view(&r.kept), "ccc");
	retain_acked(&r, 24);
	retain_rest(&r);
	assert_int_equal(r.kept.size + r.marks.size + r.spans.size, 0);
	/* And it goes on as before. */
	retain_mark(&r, 3);
	retain_sent(&r, STR("ddd"), 32, false);
	take(&r, 24, 32, "ddd", 0, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_records_count),
		cmocka_unit_test(what_is_acknowledged_holds_no_memory_at_rest),
		cmocka_unit_test(elements_across_records_come_back_whole),
		cmocka_unit_test(the_clear_is_counted_by_the_byte),
		cmocka_unit_test(acknowledgements_may_come_in_any_steps),
		cmocka_unit_test(clear_bytes_then_records),
		cmocka_unit_test(memory_stays_small_while_acknowledgements_come),
		cmocka_unit_test(nothing_is_asked_again_and_again_while_nothing_is_acknowledged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
