/* SPDX-License-Identifier: MIT */
/* SRV records: what is read, and the order in which they are tried. */
#include "net/srv.h"

#include "unit.h"

static void records_are_read(void **unused)
{
	struct srv s;

	assert_true(srv_parse(STR("\0\5\0\12\x14\x95\1a\7example\0"), &s));
	assert_int_equal(s.priority, 5);
	assert_int_equal(s.weight, 10);
	assert_int_equal(s.port, 5269);
	assert_string_equal(s.target, "a.example");
	assert_true(srv_parse(STR("\0\0\0\0\0\0\0"), &s));
	assert_string_equal(s.target, "");
}

static void malformed_records_are_refused(void **unused)
{
	static const struct str rows[] = {
		STR_INIT(""),
		STR_INIT("\0\0\0\0\0\0"),
		STR_INIT("\0\0\0\0\0\0\1a"),      /* no end */
		STR_INIT("\0\0\0\0\0\0\2a\0"),    /* label past the end */
		STR_INIT("\0\0\0\0\0\0\1a\0x"),   /* something behind */
		STR_INIT("\0\0\0\0\0\0\xc0\x0c"), /* compressed */
		STR_INIT("\0\0\0\0\0\0\3a.b\0"),  /* a dot in a label */
		STR_INIT("\0\0\0\0\0\0\2a\0\0"),  /* a NUL in a label */
		STR_INIT("\0\0\0\0\0\0\2a \0"),
	};
	struct srv s;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_false(srv_parse(rows[i], &s));
}

static void names_have_a_limit(void **unused)
{
	char data[400] = { 0 };
	struct srv s;

	/* n labels of 63 letters. */
	for (int n = 1; n <= 5; n++) {
		memset(data + 6, 'a', sizeof(data) - 6);
		for (int i = 0; i < n; i++)
			data[6 + i * 64] = 63;
		data[6 + n * 64] = 0;
		assert_int_equal(srv_parse((struct str){ data, 7 + (size_t)n * 64 }, &s), n <= 3);
	}
}

static uint32_t zero(uint32_t bound)
{
	return 0;
}

static uint32_t most(uint32_t bound)
{
	return bound - 1;
}

static void order_is(const struct srv *v, unsigned n, const char *want)
{
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(v[i].target[0], want[i]);
}

static void priorities_come_first(void **unused)
{
	struct srv v[] = { { 3, 1, 1, false, false, "c" }, { 1, 9, 1, true, false, "a" },
		{ 2, 5, 1, false, false, "b" }, { 65535, 0, 1, true, false, "d" } };

	srv_sort(v, 4, SRV_TIE_NONE, most);
	order_is(v, 4, "abcd");
	srv_sort(v, 0, SRV_TIE_NONE, most);
	srv_sort(v, 1, SRV_TIE_NONE, most);
}

static void weights_are_drawn(void **unused)
{
	struct srv v[] = { { 1, 10, 1, false, false, "a" }, { 1, 0, 1, false, false, "z" },
		{ 1, 20, 1, false, false, "b" } };

	/* 0 picks the one of weight 0, which goes first; the sum picks the last. */
	srv_sort(v, 3, SRV_TIE_NONE, zero);
	assert_int_equal(v[0].target[0], 'z');
	srv_sort(v, 3, SRV_TIE_NONE, most);
	assert_int_not_equal(v[0].target[0], 'z');
}

static uint32_t counter;
static uint32_t counting(uint32_t bound)
{
	return counter++ % bound;
}

static void the_heavier_is_first_more_often(void **unused)
{
	unsigned first = 0;

	counter = 0;
	/* Each draw is uniform over 0..100, as the numbers count up. */
	for (int i = 0; i < 101; i++) {
		struct srv v[] = { { 1, 75, 1, false, false, "a" },
			{ 1, 25, 1, false, false, "b" } };

		srv_sort(v, 2, SRV_TIE_NONE, counting);
		first += v[0].target[0] == 'a';
	}
	assert_true(first >= 74 && first <= 76);
}

static void services_break_ties_as_told(void **unused)
{
	static const struct {
		enum srv_tie tie;
		const char *order;
	} rows[] = { { SRV_TIE_DIRECT_TLS, "dsDS" }, { SRV_TIE_STARTTLS, "sdSD" } };

	for (size_t i = 0; i < 2; i++) {
		struct srv v[] = { { 2, 0, 1, false, false, "S" }, { 1, 0, 1, false, false, "s" },
			{ 2, 100, 1, true, false, "D" }, { 1, 100, 1, true, false, "d" } };

		srv_sort(v, 4, rows[i].tie, zero);
		order_is(v, 4, rows[i].order);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_read),
		cmocka_unit_test(malformed_records_are_refused),
		cmocka_unit_test(names_have_a_limit),
		cmocka_unit_test(priorities_come_first),
		cmocka_unit_test(weights_are_drawn),
		cmocka_unit_test(the_heavier_is_first_more_often),
		cmocka_unit_test(services_break_ties_as_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
