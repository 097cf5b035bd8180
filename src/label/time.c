/* SPDX-License-Identifier: MIT */
/* Calendar arithmetic of the proleptic Gregorian calendar (ISO 8601); owns nothing. */
#include "label/time.h"

#include <inttypes.h>
#include <stdio.h>

enum { DAY = 86400 };

struct civil {
	int64_t year, month, day, hour, minute, second;
};

/* n digits; moves on. */
static bool digits(struct str *s, size_t n, int64_t *out)
{
	if (s->n < n)
		return false;
	*out = 0;
	for (size_t i = 0; i < n; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		*out = *out * 10 + (s->p[i] - '0');
	}
	*s = str_skip(*s, n);
	return true;
}

static bool skip(struct str *s, char c)
{
	if (!s->n || s->p[0] != c)
		return false;
	*s = str_skip(*s, 1);
	return true;
}

static bool fraction(struct str *s)
{
	int64_t digit;

	if (!skip(s, '.') && !skip(s, ','))
		return true;
	if (!digits(s, 1, &digit))
		return false;
	while (digits(s, 1, &digit))
		continue;
	return true;
}

/* Days since 1970-01-01; years begin in March, so that the leap day is the last one. */
static int64_t days(int64_t y, int64_t m, int64_t d)
{
	int64_t year = m <= 2 ? y - 1 : y;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t of_era = year - era * 400;
	int64_t of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t month_length(int64_t y, int64_t m)
{
	return days(m == 12 ? y + 1 : y, m == 12 ? 1 : m + 1, 1) - days(y, m, 1);
}

static bool is_time(const struct civil *c)
{
	if (c->year < 1 || c->month < 1 || c->month > 12 || c->day < 1)
		return false;
	if (c->day > month_length(c->year, c->month))
		return false;
	/* xs:dateTime has 24:00:00; a leap second counts as the next one. */
	if (c->hour == 24)
		return c->minute == 0 && c->second == 0;
	return c->hour < 24 && c->minute < 60 && c->second <= 60;
}

/* Nothing, Z, +hh:mm or +hhmm: seconds east of Greenwich. */
static bool zone(struct str *s, int64_t *out)
{
	int64_t hours, minutes = 0;
	bool east = skip(s, '+');

	*out = 0;
	if (!east && !skip(s, '-')) {
		skip(s, 'Z');
		return s->n == 0;
	}
	if (!digits(s, 2, &hours))
		return false;
	skip(s, ':');
	if (s->n && !digits(s, 2, &minutes))
		return false;
	*out = (east ? 1 : -1) * (hours * 3600 + minutes * 60);
	return s->n == 0 && hours <= 14 && minutes < 60;
}

/* YYYY-MM-DD, then possibly Thh:mm:ss. */
static bool dashed(struct str *s, struct civil *c)
{
	if (!digits(s, 4, &c->year) || !skip(s, '-') || !digits(s, 2, &c->month) || !skip(s, '-') ||
		!digits(s, 2, &c->day))
		return false;
	if (!skip(s, 'T') && !skip(s, ' '))
		return true;
	if (!digits(s, 2, &c->hour) || !skip(s, ':') || !digits(s, 2, &c->minute))
		return false;
	return !skip(s, ':') || (digits(s, 2, &c->second) && fraction(s));
}

/* YYYYMMDD, then possibly HH, MM, SS. */
static bool compact(struct str *s, struct civil *c)
{
	if (!digits(s, 4, &c->year) || !digits(s, 2, &c->month) || !digits(s, 2, &c->day))
		return false;
	if (digits(s, 2, &c->hour) && digits(s, 2, &c->minute) && digits(s, 2, &c->second))
		return fraction(s);
	return true;
}

bool label_time_parse(struct str s, int64_t *out)
{
	struct civil c = { 0 };
	int64_t east;

	s = str_trim(s);
	if (!(s.n > 4 && s.p[4] == '-' ? dashed(&s, &c) : compact(&s, &c)))
		return false;
	if (!zone(&s, &east) || !is_time(&c))
		return false;
	*out = days(c.year, c.month, c.day) * DAY + c.hour * 3600 + c.minute * 60 + c.second - east;
	return true;
}

/* The day `n` days after 1970-01-01. */
static struct civil civil_of(int64_t n)
{
	int64_t era, of_era, years, of_year, month;
	struct civil c = { 0 };

	n += 719468;
	era = (n >= 0 ? n : n - 146096) / 146097;
	of_era = n - era * 146097;
	years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (365 * years + years / 4 - years / 100);
	month = (5 * of_year + 2) / 153;
	c.day = of_year - (153 * month + 2) / 5 + 1;
	c.month = month < 10 ? month + 3 : month - 9;
	c.year = years + era * 400 + (c.month <= 2);
	return c;
}

void label_time_print(int64_t t, char out[LABEL_TIME_TEXT])
{
	int64_t day = t / DAY - (t % DAY < 0), rest = t - day * DAY;
	struct civil c = civil_of(day);

	if (c.year < 1 || c.year > 9999) {
		snprintf(out, LABEL_TIME_TEXT, "?");
		return;
	}
	snprintf(out, LABEL_TIME_TEXT, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)c.year,
		(unsigned)c.month, (unsigned)c.day, (unsigned)(rest / 3600),
		(unsigned)(rest / 60 % 60), (unsigned)(rest % 60));
}
