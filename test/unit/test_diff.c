/* SPDX-License-Identifier: MIT */
/* Differences between texts: small ones by hand, many at random against what they must do. */
#include "unit.h"

#include "base/buf.h"
#include "base/random.h"
#include "ctl/diff.h"

#include <stdlib.h>
#include <string.h>

/* "1-2+1 ..." : from line 1, two out, one in. */
static char *changes_of(const char *a, const char *b)
{
	struct diff_text x, y;
	struct diff_change *c;
	struct buf out = { 0 };
	unsigned n;
	char *text;

	diff_text_init(&x, str_of(a));
	diff_text_init(&y, str_of(b));
	n = diff_texts(&x, &y, &c);
	for (unsigned i = 0; i < n; i++)
		buf_printf(&out, "%s%u-%u+%u", i ? " " : "", c[i].a, c[i].na, c[i].nb);
	free(c);
	diff_text_fini(&x);
	diff_text_fini(&y);
	text = str_dup(buf_view(&out));
	buf_fini(&out);
	return text;
}

static void small_changes_are_told_one_by_one(void **unused)
{
	static const struct {
		const char *a, *b, *want;
	} cases[] = {
		{ "", "", "" },
		{ "a\nb\n", "a\nb\n", "" },
		{ "a\nb", "a\nb\n", "" },
		{ "", "a\n", "0-0+1" },
		{ "a\n", "", "0-1+0" },
		{ "a\nb\nc\n", "a\nx\nc\n", "1-1+1" },
		{ "a\nb\nc\n", "a\nc\n", "1-1+0" },
		{ "a\nc\n", "a\nb\nc\n", "1-0+1" },
		{ "a\nb\nc\nd\ne\n", "x\nb\nc\nd\ny\n", "0-1+1 4-1+1" },
		{ "a\na\na\n", "a\na\n", "2-1+0" },
	};

	(void)unused;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *got = changes_of(cases[i].a, cases[i].b);

		assert_string_equal(got, cases[i].want);
		free(got);
	}
}

static void random_text(struct buf *out, unsigned lines, unsigned letters)
{
	buf_clear(out);
	for (unsigned i = random_below(lines); i > 0; i--)
		buf_printf(out, "%c\n", 'a' + (int)random_below(letters));
}

/* What is outside of the changes is the same on both sides. */
static void check(const struct diff_text *a, const struct diff_text *b)
{
	struct diff_change *c;
	unsigned n = diff_texts(a, b, &c), x = 0, y = 0;

	for (unsigned i = 0; i <= n; i++) {
		unsigned until = i < n ? c[i].a : a->n;

		for (; x < until; x++, y++) {
			assert_true(y < b->n);
			assert_true(str_eq(a->lines[x], b->lines[y]));
		}
		if (i == n)
			break;
		assert_int_equal(y, c[i].b);
		assert_true(c[i].na || c[i].nb);
		x += c[i].na;
		y += c[i].nb;
	}
	assert_int_equal(x, a->n);
	assert_int_equal(y, b->n);
	free(c);
}

static void changes_lead_from_one_text_to_the_other(void **unused)
{
	struct buf a = { 0 }, b = { 0 };

	(void)unused;
	for (unsigned i = 0; i < 2000; i++) {
		struct diff_text x, y;

		random_text(&a, 40, 1 + i % 9);
		random_text(&b, 40, 1 + i % 9);
		diff_text_init(&x, buf_view(&a));
		diff_text_init(&y, buf_view(&b));
		check(&x, &y);
		diff_text_fini(&x);
		diff_text_fini(&y);
	}
	buf_fini(&a);
	buf_fini(&b);
}

static void texts_that_have_nothing_in_common_are_one_change(void **unused)
{
	struct buf a = { 0 }, b = { 0 };
	struct diff_text x, y;
	struct diff_change *c;

	(void)unused;
	for (unsigned i = 0; i < 5000; i++) {
		buf_printf(&a, "a%u\n", i);
		buf_printf(&b, "b%u\n", i);
	}
	diff_text_init(&x, buf_view(&a));
	diff_text_init(&y, buf_view(&b));
	assert_int_equal(diff_texts(&x, &y, &c), 1);
	assert_int_equal(c[0].na, 5000);
	assert_int_equal(c[0].nb, 5000);
	free(c);
	diff_text_fini(&x);
	diff_text_fini(&y);
	buf_fini(&a);
	buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_changes_are_told_one_by_one),
		cmocka_unit_test(changes_lead_from_one_text_to_the_other),
		cmocka_unit_test(texts_that_have_nothing_in_common_are_one_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
