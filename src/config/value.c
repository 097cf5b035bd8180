/* SPDX-License-Identifier: MIT */
/*
 * Reading single values. Scalars come from libconfig's tree or, as defaults, from the text in the
 * row; both end in the same functions. What is loaded is owned by the struct it is loaded into.
 */
#include "config/value.h"

#include "base/mem.h"
#include "config/describe.h"
#include "config/suggest.h"
#include "config/units.h"

#include <errno.h>
#include <stdlib.h>

static const char *kind_of(const config_setting_t *s)
{
	switch (config_setting_type(s)) {
	case CONFIG_TYPE_GROUP: return "a group";
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64: return "a number";
	case CONFIG_TYPE_FLOAT: return "a number with a fraction";
	case CONFIG_TYPE_STRING: return "a string";
	case CONFIG_TYPE_BOOL: return "true or false";
	case CONFIG_TYPE_ARRAY: return "an array";
	default: return "a list";
	}
}

void value_wrong_type(
	const struct value_context *c, const struct config_key *key, const config_setting_t *s)
{
	struct buf expected = { 0 };

	describe_expected(key, &expected);
	config_report_add(c->report, CONFIG_ERROR, &c->at, "%s needs %.*s; this is %s", key->name,
		STR_ARG(buf_view(&expected)), kind_of(s));
	buf_fini(&expected);
}

/* Text that is no size, no duration, no choice. */
static void wrong_text(
	const struct value_context *c, const struct config_key *key, const char *text)
{
	struct suggest s;
	struct buf expected = { 0 };

	suggest_init(&s, text);
	for (const struct config_choice *o = key->choices; o && o->name; o++)
		suggest_offer(&s, o->name);
	if (s.best) {
		config_report_add(c->report, CONFIG_ERROR, &c->at,
			"%s cannot be \"%s\": did you mean \"%s\"?", key->name, text, s.best);
		return;
	}
	describe_expected(key, &expected);
	config_report_add(c->report, CONFIG_ERROR, &c->at, "%s cannot be \"%s\": it needs %.*s",
		key->name, text, STR_ARG(buf_view(&expected)));
	buf_fini(&expected);
}

static void set_number(
	const struct value_context *c, const struct config_key *key, int64_t n, void *base)
{
	bool low = (key->min || key->max) && n < key->min;
	bool high = key->max && n > key->max;
	struct buf text = { 0 };

	/* Nothing is ever smaller than nothing, or takes less than no time. */
	if (key->type != CONFIG_INT && n < 0)
		low = true;
	if (!low && !high) {
		*(int64_t *)value_field(key, base) = n;
		return;
	}
	describe_number(key, n, &text);
	buf_printf(&text, " is too %s for %s: it may be ", high ? "large" : "small", key->name);
	if (key->min || key->max)
		describe_range(key, &text);
	else
		buf_put(&text, STR("0 or more"));
	config_report_add(c->report, CONFIG_ERROR, &c->at, "%.*s", STR_ARG(buf_view(&text)));
	buf_fini(&text);
}

static const struct config_choice *choice_of(const struct config_key *key, const char *text)
{
	for (const struct config_choice *o = key->choices; o && o->name; o++) {
		if (strcmp(o->name, text) == 0)
			return o;
	}
	return NULL;
}

static void set_string(char **field, char *text)
{
	free(*field);
	*field = text;
}

/* Relative to the directory of the file it stands in. On the heap; NULL (reported) when empty. */
static char *path_of(const struct value_context *c, const struct config_key *key, const char *text)
{
	if (!*text)
		config_report_add(c->report, CONFIG_ERROR, &c->at,
			"%s is an empty path: name a file, or leave the key out", key->name);
	if (!*text)
		return NULL;
	if (*text == '/' || !c->dir || !*c->dir)
		return mem_strdup(text);
	return mem_printf("%s/%s", strcmp(c->dir, "/") == 0 ? "" : c->dir, text);
}

static void set_path(
	const struct value_context *c, const struct config_key *key, const char *text, void *base)
{
	char *path = path_of(c, key, text);

	if (path)
		set_string(value_field(key, base), path);
}

/* A whole number without units: only defaults are written as text. */
static bool parse_int(const char *text, int64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	return *text && !*end && errno == 0;
}

/* One value given as text, in the file or as a default. */
static void set_text(
	const struct value_context *c, const struct config_key *key, const char *text, void *base)
{
	const struct config_choice *choice;
	bool ok = true;
	int64_t n = 0;

	switch (key->type) {
	case CONFIG_BOOL:
		*(bool *)value_field(key, base) = strcmp(text, "true") == 0;
		ok = strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
		break;
	case CONFIG_INT:
	case CONFIG_SIZE:
	case CONFIG_DURATION:
		ok = key->type == CONFIG_INT    ? parse_int(text, &n)
		     : key->type == CONFIG_SIZE ? units_size(text, &n)
						: units_duration(text, &n);
		if (ok)
			set_number(c, key, n, base);
		break;
	case CONFIG_STRING: set_string(value_field(key, base), mem_strdup(text)); break;
	case CONFIG_PATH: set_path(c, key, text, base); break;
	case CONFIG_ENUM:
		choice = choice_of(key, text);
		ok = choice != NULL;
		if (ok)
			*(int *)value_field(key, base) = choice->value;
		break;
	case CONFIG_FLAGS:
	case CONFIG_STRINGS:
	case CONFIG_GROUP:
	case CONFIG_LIST: break;
	}
	if (!ok)
		wrong_text(c, key, text);
}

static void add_flag(
	const struct value_context *c, const struct config_key *key, const char *text, void *base)
{
	const struct config_choice *choice = choice_of(key, text);
	uint32_t *bits = value_field(key, base);

	if (!choice) {
		wrong_text(c, key, text);
		return;
	}
	if (*bits & UINT32_C(1) << choice->value)
		config_report_add(c->report, CONFIG_ERROR, &c->at,
			"%s lists \"%s\" twice: remove one", key->name, text);
	*bits |= UINT32_C(1) << choice->value;
}

static void add_string(
	const struct value_context *c, const struct config_key *key, const char *text, void *base)
{
	struct config_strings *list = value_field(key, base);
	char *item = key->flags & CONFIG_PATHS ? path_of(c, key, text) : mem_strdup(text);

	for (unsigned i = 0; item && (key->flags & CONFIG_ONCE) && i < list->n; i++) {
		if (strcmp(list->v[i], item) == 0) {
			config_report_add(c->report, CONFIG_ERROR, &c->at,
				"%s lists \"%s\" twice: remove one", key->name, text);
			free(item);
			return;
		}
	}
	if (!item)
		return;
	list->v = mem_resize(list->v, (list->n + 1) * sizeof(*list->v));
	list->v[list->n++] = item;
}

static void add_item(
	const struct value_context *c, const struct config_key *key, const char *text, void *base)
{
	if (key->type == CONFIG_FLAGS)
		add_flag(c, key, text, base);
	else
		add_string(c, key, text, base);
}

/* libconfig passes every byte on, and this text ends up in logs and on the wire. */
static const char *string_of(
	const struct value_context *c, const struct config_key *key, const config_setting_t *s)
{
	const char *text = config_setting_get_string(s);

	if (text && str_is_utf8(str_of(text)))
		return text;
	config_report_add(c->report, CONFIG_ERROR, &c->at,
		"%s is no valid UTF-8: save the file as UTF-8", key->name);
	return NULL;
}

static void load_items(const struct value_context *c, const struct config_key *key,
	const config_setting_t *s, void *base)
{
	bool lone = config_setting_type(s) == CONFIG_TYPE_STRING;
	int n = lone ? 1 : config_setting_length(s);

	if (!lone && !config_setting_is_array(s) && !config_setting_is_list(s)) {
		value_wrong_type(c, key, s);
		return;
	}
	value_fini(key, base);
	for (int i = 0; i < n; i++) {
		const config_setting_t *item = lone ? s : config_setting_get_elem(s, (unsigned)i);
		const char *text;

		if (config_setting_type(item) != CONFIG_TYPE_STRING) {
			value_wrong_type(c, key, item);
			return;
		}
		text = string_of(c, key, item);
		if (text)
			add_item(c, key, text, base);
	}
}

/* False: it is no number, and nothing was said. */
static bool load_number(const struct value_context *c, const struct config_key *key,
	const config_setting_t *s, void *base)
{
	int64_t n;

	if (config_setting_type(s) == CONFIG_TYPE_INT)
		n = config_setting_get_int(s);
	else if (config_setting_type(s) == CONFIG_TYPE_INT64)
		n = config_setting_get_int64(s);
	else
		return false;
	if (key->type == CONFIG_DURATION && __builtin_mul_overflow(n, INT64_C(1000), &n))
		n = INT64_MAX;
	set_number(c, key, n, base);
	return true;
}

/* False: it is no string, and nothing was said. */
static bool load_text(const struct value_context *c, const struct config_key *key,
	const config_setting_t *s, void *base)
{
	const char *text;

	if (config_setting_type(s) != CONFIG_TYPE_STRING)
		return false;
	text = string_of(c, key, s);
	if (text)
		set_text(c, key, text, base);
	return true;
}

void value_load(const struct value_context *c, const struct config_key *key,
	const config_setting_t *s, void *base)
{
	switch (key->type) {
	case CONFIG_BOOL:
		if (config_setting_type(s) == CONFIG_TYPE_BOOL) {
			*(bool *)value_field(key, base) = config_setting_get_bool(s);
			return;
		}
		break;
	case CONFIG_INT:
		if (load_number(c, key, s, base))
			return;
		break;
	case CONFIG_SIZE:
	case CONFIG_DURATION:
		if (load_number(c, key, s, base) || load_text(c, key, s, base))
			return;
		break;
	case CONFIG_STRING:
	case CONFIG_PATH:
	case CONFIG_ENUM:
		if (load_text(c, key, s, base))
			return;
		break;
	case CONFIG_FLAGS:
	case CONFIG_STRINGS: load_items(c, key, s, base); return;
	case CONFIG_GROUP:
	case CONFIG_LIST: break;
	}
	value_wrong_type(c, key, s);
}

/* "[ a, b ]", or "a, b". */
static void default_items(const struct value_context *c, const struct config_key *key, void *base)
{
	struct str rest = str_trim(str_of(key->def));

	if (str_starts(rest, STR("[")) && str_ends(rest, STR("]")))
		rest = str_trim((struct str){ rest.p + 1, rest.n - 2 });
	while (rest.n) {
		const char *comma = memchr(rest.p, ',', rest.n);
		size_t n = comma ? (size_t)(comma - rest.p) : rest.n;
		MEM_AUTO char *text = str_dup(str_trim((struct str){ rest.p, n }));

		add_item(c, key, text, base);
		rest = str_trim(str_skip(rest, comma ? n + 1 : n));
	}
}

void value_default(const struct value_context *c, const struct config_key *key, void *base)
{
	if (!key->def)
		return;
	if (key->type == CONFIG_FLAGS || key->type == CONFIG_STRINGS)
		default_items(c, key, base);
	else
		set_text(c, key, key->def, base);
}

void value_fini(const struct config_key *key, void *base)
{
	struct config_strings *strings;

	switch (key->type) {
	case CONFIG_STRING:
	case CONFIG_PATH: set_string(value_field(key, base), NULL); return;
	case CONFIG_STRINGS:
		strings = value_field(key, base);
		for (unsigned i = 0; i < strings->n; i++)
			free(strings->v[i]);
		free(strings->v);
		*strings = (struct config_strings){ 0 };
		return;
	case CONFIG_FLAGS: *(uint32_t *)value_field(key, base) = 0; return;
	case CONFIG_BOOL:
	case CONFIG_INT:
	case CONFIG_SIZE:
	case CONFIG_DURATION:
	case CONFIG_ENUM:
	case CONFIG_GROUP:
	case CONFIG_LIST: return;
	}
}
