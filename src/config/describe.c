/* SPDX-License-Identifier: MIT */
/* Rows of a table in words. Pure. */
#include "config/describe.h"

#include <inttypes.h>
#include <stdio.h>

static const struct {
	const char *name;     /* in the manual */
	const char *expected; /* in a message, after "needs" */
} types[] = {
	[CONFIG_BOOL] = { "boolean", "true or false" },
	[CONFIG_INT] = { "number", "a whole number" },
	[CONFIG_SIZE] = { "size", "a size such as \"64k\" or \"1M\"" },
	[CONFIG_DURATION] = { "duration", "a duration such as \"30s\" or \"5m\"" },
	[CONFIG_STRING] = { "string", "a string in double quotes" },
	[CONFIG_PATH] = { "path", "a path in double quotes" },
	[CONFIG_ENUM] = { "choice", "one of " },
	[CONFIG_FLAGS] = { "list of choices", "a list [ ... ] of " },
	[CONFIG_STRINGS] = { "list of strings", "a list of strings, [ \"...\", \"...\" ]" },
	[CONFIG_GROUP] = { "group", "a group, { ... }" },
	[CONFIG_LIST] = { "list of groups", "a list of groups, ( { ... }, { ... } )" },
};

const char *describe_type(enum config_type type)
{
	return types[type].name;
}

void describe_number(const struct config_key *key, int64_t value, struct buf *out)
{
	char text[32];

	if (key->type == CONFIG_SIZE)
		config_size_text(value, text, sizeof(text));
	else if (key->type == CONFIG_DURATION)
		config_duration_text(value, text, sizeof(text));
	else
		snprintf(text, sizeof(text), "%" PRId64, value);
	buf_put(out, str_of(text));
}

void describe_range(const struct config_key *key, struct buf *out)
{
	if (key->min == 0 && key->max == 0)
		return;
	buf_put(out, key->max ? STR("from ") : STR("at least "));
	describe_number(key, key->min, out);
	if (!key->max)
		return;
	buf_put(out, STR(" to "));
	describe_number(key, key->max, out);
}

void describe_choices(const struct config_key *key, struct buf *out)
{
	const struct config_choice *first = key->choices;

	for (const struct config_choice *c = first; c && c->name; c++)
		buf_printf(out, "%s\"%s\"", c == first ? "" : ", ", c->name);
}

void describe_expected(const struct config_key *key, struct buf *out)
{
	buf_put(out, str_of(types[key->type].expected));
	if (key->type == CONFIG_ENUM || key->type == CONFIG_FLAGS)
		describe_choices(key, out);
	if (key->min || key->max)
		buf_put(out, STR(", "));
	describe_range(key, out);
}
