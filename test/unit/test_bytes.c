/* SPDX-License-Identifier: MIT */
/* Many bytes at once against one at a time: every byte at every place, and which one is first.
 * Compiled a second time with BYTES_PLAIN, as where there is no SSE2. */
#include "unit.h"

#include "xml/bytes.h"

typedef uint64_t look_fn(const char *p);
typedef bool is_fn(char c);

static bool is_mark(char c)
{
	return c == '<' || c == '>' || c == '"' || c == '\'';
}

static bool is_special(char c)
{
	return c == '<' || c == '>' || c == '&' || c == '\'' || (c >= 0 && c < 0x20);
}

static bool is_z(char c)
{
	return c == 'z';
}

static uint64_t look_for_z(const char *p)
{
	return bytes_equal(p, 'z');
}

static bool is_beyond(char c)
{
	return c == '\xfe';
}

static uint64_t look_for_beyond(const char *p)
{
	return bytes_equal(p, '\xfe');
}

static const struct {
	const char *name;
	look_fn *look;
	is_fn *is;
} rows[] = {
	{ "special", bytes_special, is_special },
	{ "z", look_for_z, is_z },
	{ "0xfe", look_for_beyond, is_beyond },
};

static void compare(size_t row, const char *bytes)
{
	uint64_t found = rows[row].look(bytes);
	unsigned first = 0;

	while (first < BYTES_WIDE && !rows[row].is(bytes[first]))
		first++;
	if ((found != 0) != (first < BYTES_WIDE) || (found && bytes_first(found) != first))
		fail_msg("%s: want %u, got %u", rows[row].name, first,
			found ? bytes_first(found) : (unsigned)BYTES_WIDE);
}

static void the_first_byte_that_matters_is_found_wherever_it_stands(void **unused)
{
	(void)unused;
	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		for (unsigned c = 0; c < 256; c++) {
			for (unsigned at = 0; at < BYTES_WIDE; at++) {
				char bytes[BYTES_WIDE];

				memset(bytes, 'a', sizeof(bytes));
				bytes[at] = (char)c;
				compare(row, bytes);
			}
		}
	}
}

/* A borrow or a carry from one byte must not reach another. */
static void neighbours_do_not_matter(void **unused)
{
	(void)unused;
	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		for (unsigned pair = 0; pair < 65536; pair++) {
			char bytes[BYTES_WIDE];

			for (unsigned i = 0; i < BYTES_WIDE; i++)
				bytes[i] = (char)(i % 2 ? pair >> 8 : pair);
			compare(row, bytes);
			bytes[0] = bytes[1] = bytes[2] = 'a';
			compare(row, bytes);
		}
	}
}

static void each_mark_of_a_block_is_found(void **unused)
{
	(void)unused;
	for (unsigned pair = 0; pair < 65536; pair++) {
		char bytes[BYTES_BLOCK];
		uint64_t want = 0;

		for (unsigned i = 0; i < BYTES_BLOCK; i++) {
			bytes[i] = (char)((i + i / 16) % 3 ? pair >> 8 : pair);
			want |= (uint64_t)is_mark(bytes[i]) << i;
		}
		if (bytes_marks(bytes) != want)
			fail_msg("0x%04x: %016llx, not %016llx", pair,
				(unsigned long long)bytes_marks(bytes), (unsigned long long)want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_byte_that_matters_is_found_wherever_it_stands),
		cmocka_unit_test(neighbours_do_not_matter),
		cmocka_unit_test(each_mark_of_a_block_is_found),
	};

	return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
