/* SPDX-License-Identifier: MIT */
/* Views of bytes and the allocation that cannot fail. */
#include "unit.h"

#include "base/mem.h"

#include <stdlib.h>

static void views_compare_by_bytes_and_length(void **unused)
{
	(void)unused;
	assert_true(str_eq(STR("abc"), STR("abc")));
	assert_false(str_eq(STR("abc"), STR("ab")));
	assert_true(str_eq((struct str){ NULL, 0 }, STR("")));
	assert_true(str_is(STR("abc"), "abc"));
	assert_true(str_is((struct str){ NULL, 0 }, ""));
	assert_true(str_starts(STR("abc"), STR("ab")));
	assert_false(str_starts(STR("ab"), STR("abc")));
	assert_true(str_ends(STR("abc"), STR("bc")));
	assert_true(str_ends(STR("abc"), STR("")));
	assert_false(str_ends(STR("bc"), STR("abc")));
}

static void skipping_nothing_from_nothing_stays_nothing(void **unused)
{
	(void)unused;
	assert_int_equal(str_skip((struct str){ NULL, 0 }, 0).n, 0);
	assert_str(str_skip(STR("abc"), 3), "");
	assert_str(str_skip(STR("abc"), 1), "bc");
}

static void only_ascii_case_is_ignored(void **unused)
{
	(void)unused;
	assert_true(str_eq_nocase(STR("Content-Type"), STR("cONTENT-tYPE")));
	assert_false(str_eq_nocase(STR("ab"), STR("abc")));
	assert_false(str_eq_nocase(STR("@"), STR("`")));
	assert_false(str_eq_nocase(STR("["), STR("{")));
	assert_false(str_eq_nocase(STR("\xc3\x84"), STR("\xc3\xa4")));
}

static void trimming_takes_white_space_from_both_ends(void **unused)
{
	(void)unused;
	assert_str(str_trim(STR(" \t\r\na b\n ")), "a b");
	assert_str(str_trim(STR("  ")), "");
	assert_str(str_trim(STR("")), "");
	assert_str(str_trim(STR("\xc2\xa0x")), "\xc2\xa0x");
}

static void a_copy_is_terminated_and_keeps_what_a_nul_would_hide(void **unused)
{
	MEM_AUTO char *z = str_dup(STR("a\0b"));
	MEM_AUTO char *empty = str_dup((struct str){ NULL, 0 });

	(void)unused;
	assert_memory_equal(z, "a\0b", 4);
	assert_string_equal(empty, "");
}

static void utf8_is_judged_by_rfc_3629(void **unused)
{
	static const struct {
		const char *bytes;
		size_t n;
		uint32_t code;
	} rows[] = {
		{ "a", 1, 'a' },
		{ "\x7f", 1, 0x7f },
		{ "\xc2\x80", 2, 0x80 },
		{ "\xdf\xbf", 2, 0x7ff },
		{ "\xe0\xa0\x80", 3, 0x800 },
		{ "\xed\x9f\xbf", 3, 0xd7ff },
		{ "\xee\x80\x80", 3, 0xe000 },
		{ "\xef\xbf\xbf", 3, 0xffff },
		{ "\xf0\x90\x80\x80", 4, 0x10000 },
		{ "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
		{ "", 0, 0 },
		{ "\x80", 0, 0 },     /* a continuation alone */
		{ "\xc0\x80", 0, 0 }, /* overlong NUL */
		{ "\xc1\xbf", 0, 0 },
		{ "\xe0\x9f\xbf", 0, 0 },     /* overlong */
		{ "\xed\xa0\x80", 0, 0 },     /* a surrogate */
		{ "\xf0\x8f\xbf\xbf", 0, 0 }, /* overlong */
		{ "\xf4\x90\x80\x80", 0, 0 }, /* past the end of Unicode */
		{ "\xf5\x80\x80\x80", 0, 0 },
		{ "\xff", 0, 0 },
		{ "\xe2\x82", 0, 0 }, /* cut */
		{ "\xc3(", 0, 0 },
		{ "\xe2\x82(", 0, 0 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t code = 0;

		assert_int_equal(str_utf8(str_of(rows[i].bytes), &code), rows[i].n);
		assert_int_equal(code, rows[i].code);
	}
	assert_true(str_is_utf8(STR("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80")));
	assert_false(str_is_utf8(STR("gr\xfc\xdf")));
	assert_true(str_is_utf8(STR("")));
}

static void characters_that_deceive_are_known(void **unused)
{
	static const uint32_t bad[] = { 0, '\n', 0x1b, 0x7f, 0x85, 0x9f, 0x61c, 0x200b, 0x200e,
		0x2028, 0x202e, 0x2066, 0x2069, 0xfeff, 0xfffb, 0xffff };
	static const uint32_t good[] = { ' ', '~', 0xa0, 0xe9, 0x5d0, 0x2026, 0x20ac, 0x4e2d,
		0xfffd, 0x1f600, 0x1ffff };

	(void)unused;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(str_deceives(bad[i]));
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_false(str_deceives(good[i]));
}

static void memory_comes_zeroed_where_it_says_so_and_in_any_size(void **unused)
{
	MEM_AUTO unsigned char *z = mem_zero(100, 3);
	MEM_AUTO char *none = mem_alloc(0);
	MEM_AUTO char *text = mem_printf("%s-%d", "a", 7);
	MEM_AUTO char *copy = mem_strdup(text);

	(void)unused;
	for (size_t i = 0; i < 300; i++)
		assert_int_equal(z[i], 0);
	none = mem_resize(none, 10);
	memset(none, 'x', 10);
	none = mem_resize(none, 0);
	assert_non_null(none);
	assert_string_equal(copy, "a-7");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(views_compare_by_bytes_and_length),
		cmocka_unit_test(skipping_nothing_from_nothing_stays_nothing),
		cmocka_unit_test(only_ascii_case_is_ignored),
		cmocka_unit_test(trimming_takes_white_space_from_both_ends),
		cmocka_unit_test(a_copy_is_terminated_and_keeps_what_a_nul_would_hide),
		cmocka_unit_test(utf8_is_judged_by_rfc_3629),
		cmocka_unit_test(characters_that_deceive_are_known),
		cmocka_unit_test(memory_comes_zeroed_where_it_says_so_and_in_any_size),
	};

	return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
