/* SPDX-License-Identifier: MIT */
/* See config_json.h. */
#include "ctl/config_json.h"

#include "ctl/json.h"

static const char *choice_name(const struct config_key *key, int value)
{
	for (const struct config_choice *c = key->choices; c->name; c++)
		if (c->value == value)
			return c->name;
	return "";
}

static json_t *flags_json(const struct config_key *key, uint32_t flags)
{
	json_t *out = json_array();

	for (const struct config_choice *c = key->choices; c->name; c++)
		if (flags & 1u << c->value)
			json_array_append_new(out, json_string(c->name));
	return out;
}

static json_t *string_json(const struct config_key *key, const char *value)
{
	if (!value)
		return json_null();
	return key->flags & CONFIG_SECRET ? json_string("********") : json_text(str_of(value));
}

static json_t *strings_json(const struct config_strings *s)
{
	json_t *out = json_array();

	for (unsigned i = 0; i < s->n; i++)
		json_array_append_new(out, json_text(str_of(s->v[i])));
	return out;
}

static json_t *list_json(const struct config_key *key, const struct config_list *list)
{
	json_t *out = json_array();

	for (unsigned i = 0; i < list->n; i++)
		json_array_append_new(out,
			config_json(key->table, (const char *)list->items + i * key->table->size));
	return out;
}

static json_t *value_json(const struct config_key *key, const void *at)
{
	switch (key->type) {
	case CONFIG_BOOL: return json_boolean(*(const bool *)at);
	case CONFIG_INT:
	case CONFIG_SIZE:
	case CONFIG_DURATION: return json_integer(*(const int64_t *)at);
	case CONFIG_STRING:
	case CONFIG_PATH: return string_json(key, *(char *const *)at);
	case CONFIG_ENUM: return json_string(choice_name(key, *(const int *)at));
	case CONFIG_FLAGS: return flags_json(key, *(const uint32_t *)at);
	case CONFIG_STRINGS: return strings_json(at);
	case CONFIG_GROUP: return config_json(key->table, at);
	case CONFIG_LIST: return list_json(key, at);
	}
	return json_null();
}

json_t *config_json(const struct config_table *table, const void *values)
{
	json_t *out = json_object();

	for (const struct config_key *k = table->keys; k->name; k++)
		json_object_set_new(out, k->name, value_json(k, (const char *)values + k->offset));
	return out;
}
