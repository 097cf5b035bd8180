/* SPDX-License-Identifier: MIT */
/* Times as text. */
#include "unit.h"

#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static void times_are_printed_as_the_c_library_would(void **unused)
{
	int64_t at = -62167219200; /* the year 0 */

	(void)unused;
	/* An odd step, so that all hours and days come. */
	for (; at < 253402300800; at += 1234567) {
		char got[CLOCK_TEXT], want[64];
		time_t seconds = (time_t)at;
		struct tm tm;

		gmtime_r(&seconds, &tm);
		snprintf(want, sizeof(want), "%04d-%02d-%02dT%02d:%02d:%02d.000007Z",
			tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
			tm.tm_sec);
		clock_print(at, 7, got);
		assert_string_equal(got, want);
	}
}

static void the_edges_of_years_and_days_are_right(void **unused)
{
	static const struct {
		int64_t at;
		unsigned us;
		const char *want;
	} rows[] = {
		{ 0, 0, "1970-01-01T00:00:00.000000Z" },
		{ -1, 999999, "1969-12-31T23:59:59.999999Z" },
		{ 951782399, 1, "2000-02-28T23:59:59.000001Z" },
		{ 951782400, 0, "2000-02-29T00:00:00.000000Z" },
		{ 951868800, 0, "2000-03-01T00:00:00.000000Z" },
		{ 4107542400, 0, "2100-03-01T00:00:00.000000Z" },
		{ 253402300799, 999999, "9999-12-31T23:59:59.999999Z" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char got[CLOCK_TEXT];

		clock_print(rows[i].at, rows[i].us, got);
		assert_string_equal(got, rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_printed_as_the_c_library_would),
		cmocka_unit_test(the_edges_of_years_and_days_are_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
