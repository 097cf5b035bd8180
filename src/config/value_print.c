/* SPDX-License-Identifier: MIT */
/* Single values in libconfig syntax, so that they load again to what they were. Pure. */
#include "config/value.h"

#include <inttypes.h>

static void print_string(const struct config_key *key, const char *z, struct buf *out)
{
	if (key->flags & CONFIG_SECRET) {
		buf_put(out, STR("\"********\""));
		return;
	}
	buf_put_char(out, '"');
	for (; *z; z++) {
		unsigned char c = (unsigned char)*z;

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c == '\n')
			buf_put(out, STR("\\n"));
		else if (c < ' ' || c == 0x7f)
			buf_printf(out, "\\x%02x", c);
		else
			buf_put_char(out, *z);
	}
	buf_put_char(out, '"');
}

static void print_choice(const struct config_key *key, int value, struct buf *out)
{
	for (const struct config_choice *c = key->choices; c && c->name; c++) {
		if (c->value == value) {
			print_string(key, c->name, out);
			return;
		}
	}
}

static void print_flags(const struct config_key *key, uint32_t bits, struct buf *out)
{
	const char *comma = "[ ";

	for (const struct config_choice *c = key->choices; c && c->name; c++) {
		if (!(bits & UINT32_C(1) << c->value))
			continue;
		/* A second name for the same bit would be "listed twice". */
		bits &= ~(UINT32_C(1) << c->value);
		buf_put(out, str_of(comma));
		print_string(key, c->name, out);
		comma = ", ";
	}
	buf_put(out, *comma == '[' ? STR("[ ]") : STR(" ]"));
}

static void print_strings(
	const struct config_key *key, const struct config_strings *list, struct buf *out)
{
	buf_put(out, STR("[ "));
	for (unsigned i = 0; i < list->n; i++) {
		if (i)
			buf_put(out, STR(", "));
		print_string(key, list->v[i], out);
	}
	buf_put(out, list->n ? STR(" ]") : STR("]"));
}

/* A number without default that nobody wrote is 0 even where the range does not allow 0. */
static bool is_unset(const struct config_key *key, int64_t n)
{
	return n == 0 && !key->def && (key->min > 0 || (key->max < 0 && key->min));
}

static void print_number(const struct config_key *key, int64_t n, struct buf *out)
{
	char text[32];

	if (is_unset(key, n))
		return;
	if (key->type == CONFIG_INT) {
		buf_printf(out, "%" PRId64 "%s", n, n > INT32_MAX || n < -INT32_MAX ? "L" : "");
		return;
	}
	if (key->type == CONFIG_SIZE)
		config_size_text(n, text, sizeof(text));
	else
		config_duration_text(n, text, sizeof(text));
	buf_printf(out, "\"%s\"", text);
}

void value_print(const struct config_key *key, const void *base, struct buf *out)
{
	const void *field = value_field_const(key, base);
	const char *text;

	switch (key->type) {
	case CONFIG_BOOL: buf_put(out, *(const bool *)field ? STR("true") : STR("false")); return;
	case CONFIG_INT:
	case CONFIG_SIZE:
	case CONFIG_DURATION: print_number(key, *(const int64_t *)field, out); return;
	case CONFIG_STRING:
	case CONFIG_PATH:
		text = *(char *const *)field;
		if (text)
			print_string(key, text, out);
		return;
	case CONFIG_ENUM: print_choice(key, *(const int *)field, out); return;
	case CONFIG_FLAGS: print_flags(key, *(const uint32_t *)field, out); return;
	case CONFIG_STRINGS: print_strings(key, field, out); return;
	case CONFIG_GROUP:
	case CONFIG_LIST: return;
	}
}
