/* SPDX-License-Identifier: MIT */
/* The two clocks of the host. Owns nothing. */
#include "base/clock.h"

#include <time.h>

enum { DAY = 86400 };

uint64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

uint64_t clock_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

int64_t clock_wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec;
}

static char *put_digits(char *out, unsigned n, unsigned digits, char behind)
{
	for (unsigned i = digits; i-- > 0; n /= 10)
		out[i] = (char)('0' + n % 10);
	out[digits] = behind;
	return out + digits + 1;
}

/* Every line of the log and every audit record has one: strftime() takes ten times as long. */
void clock_print(int64_t seconds, unsigned microseconds, char out[CLOCK_TEXT])
{
	int64_t day = seconds / DAY - (seconds % DAY < 0);
	unsigned rest = (unsigned)(seconds - day * DAY);
	/* Years that begin in March have their leap day at the end; 719,468 days lie between the
	 * first of March of the year 0 and 1970. */
	int64_t since = day + 719468;
	int64_t era = (since >= 0 ? since : since - 146096) / 146097;
	unsigned of_era = (unsigned)(since - era * 146097);
	unsigned year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
	unsigned month = (5 * of_year + 2) / 153;
	unsigned of_month = of_year - (153 * month + 2) / 5 + 1;

	month = month < 10 ? month + 3 : month - 9;
	out = put_digits(out, (unsigned)(era * 400) + year + (month <= 2), 4, '-');
	out = put_digits(out, month, 2, '-');
	out = put_digits(out, of_month, 2, 'T');
	out = put_digits(out, rest / 3600, 2, ':');
	out = put_digits(out, rest / 60 % 60, 2, ':');
	out = put_digits(out, rest % 60, 2, '.');
	out = put_digits(out, microseconds, 6, 'Z');
	*out = '\0';
}

void clock_text(char out[CLOCK_TEXT])
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	clock_print(t.tv_sec, (unsigned)(t.tv_nsec / 1000), out);
}
