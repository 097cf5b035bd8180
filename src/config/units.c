/* SPDX-License-Identifier: MIT */
/* Sizes and durations as people write them, both ways. Pure. */
#include "config/units.h"

#include "config/schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdio.h>
#include <strings.h>

struct unit {
	const char *name;
	int64_t factor;
};

/* The largest first: that is the one to print. */
static const struct unit sizes[] = {
	{ "G", INT64_C(1) << 30 },
	{ "M", INT64_C(1) << 20 },
	{ "k", INT64_C(1) << 10 },
	{ "", 1 },
	{ NULL, 0 },
};

static const struct unit durations[] = {
	{ "d", INT64_C(86400000) },
	{ "h", INT64_C(3600000) },
	{ "m", INT64_C(60000) },
	{ "s", INT64_C(1000) },
	{ "ms", 1 },
	{ NULL, 0 },
};

/* The number at the start; *rest_out is what follows it and its spaces. */
static bool number(const char *text, int64_t *out, const char **rest_out)
{
	int64_t n = 0;

	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *text - '0', &n))
			return false;
	}
	while (*text == ' ')
		text++;
	*out = n;
	*rest_out = text;
	return true;
}

bool units_size(const char *text, int64_t *bytes_out)
{
	const char *rest;
	int64_t n;

	if (!number(text, &n, &rest))
		return false;
	for (const struct unit *u = sizes; u->name; u++) {
		size_t len = strlen(u->name);

		if (strncasecmp(rest, u->name, len) != 0)
			continue;
		if (rest[len] && strcasecmp(rest + len, "B") != 0 &&
			(len == 0 || strcmp(rest + len, "iB") != 0))
			return false;
		return !__builtin_mul_overflow(n, u->factor, bytes_out);
	}
	return false;
}

bool units_duration(const char *text, int64_t *ms_out)
{
	const char *rest;
	int64_t n;

	if (!number(text, &n, &rest))
		return false;
	if (!*rest)
		rest = "s";
	for (const struct unit *u = durations; u->name; u++) {
		if (strcmp(rest, u->name) == 0)
			return !__builtin_mul_overflow(n, u->factor, ms_out);
	}
	return false;
}

static void print(int64_t n, const struct unit *units, char *out, size_t size)
{
	const struct unit *u = units;

	while (n % u->factor)
		u++;
	snprintf(out, size, "%" PRId64 "%s", n / u->factor, u->name);
}

void config_duration_text(int64_t ms, char *out, size_t size)
{
	if (ms == 0)
		snprintf(out, size, "0s");
	else
		print(ms, durations, out, size);
}

void config_size_text(int64_t bytes, char *out, size_t size)
{
	if (bytes == 0)
		snprintf(out, size, "0");
	else
		print(bytes, sizes, out, size);
}
