/* SPDX-License-Identifier: MIT */
/* Labels and clearances for people: one section each, from the JSON that programs get. */
#include "ctl/label_text.h"

#include "base/mem.h"

#include <inttypes.h>

static const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static void row_text(struct text *t, const char *label, const json_t *o, const char *key)
{
	if (json_object_get(o, key))
		text_row(t, TONE_PLAIN, label, text_of(o, key), NULL);
}

/* "name (id)", or whichever there is. The caller frees it. */
static char *named(const json_t *o)
{
	const json_t *number = json_object_get(o, "number");
	const char *name = text_of(o, "name");
	MEM_AUTO char *id = number ? mem_printf("%" JSON_INTEGER_FORMAT, json_integer_value(number))
				   : mem_strdup(text_of(o, "id"));

	if (!name[0] || !id[0])
		return mem_strdup(name[0] ? name : id[0] ? id : "none");
	return mem_printf("%s (%s)", name, id);
}

static void row_named(struct text *t, const char *label, const json_t *o, const char *key)
{
	MEM_AUTO char *text = named(json_object_get(o, key));

	text_row(t, TONE_PLAIN, label, text, NULL);
}

static void row_category(struct text *t, const json_t *c)
{
	MEM_AUTO char *set = *text_of(c, "set") ? mem_strdup(text_of(c, "set"))
						: mem_strdup(text_of(c, "set_id"));
	const json_t *number = json_object_get(c, "number");
	MEM_AUTO char *digits =
		number ? mem_printf("%" JSON_INTEGER_FORMAT, json_integer_value(number))
		       : mem_strdup("");
	const char *value = *text_of(c, "value") ? text_of(c, "value") : digits;

	if (json_object_get(c, "unknown"))
		text_row(t, TONE_BAD, "Unknown category", text_of(c, "unknown"), NULL);
	else
		text_row(t, TONE_PLAIN, set, value, text_of(c, "kind"), NULL);
}

static void row_categories(struct text *t, const json_t *o)
{
	const json_t *list = json_object_get(o, "categories"), *c;
	size_t i;

	json_array_foreach(list, i, c) row_category(t, c);
}

/* "yes", or "no" and why. */
static void row_answer(
	struct text *t, const char *label, const json_t *o, const char *key, const char *because)
{
	const json_t *answer = json_object_get(o, key);

	if (json_is_true(answer))
		text_row(t, TONE_GOOD, label, "yes", NULL);
	else if (answer)
		text_row(t, TONE_BAD, label, "no", text_of(o, because), NULL);
}

static void print_judgement(struct text *t, const json_t *o)
{
	if (json_object_get(o, "fault"))
		text_row(t, TONE_BAD, "Cannot be read", text_of(o, "fault"), NULL);
	if (json_object_get(o, "not_known_because"))
		text_row(t, TONE_BAD, "Not known", text_of(o, "not_known_because"), NULL);
	row_text(t, "Marking", o, "marking");
	row_answer(t, "Valid", o, "valid", "not_valid_because");
	row_answer(t, "Granted", o, "granted", "denied_because");
	if (json_object_get(o, "no_translation_because"))
		text_row(t, TONE_BAD, "No translation", text_of(o, "no_translation_because"), NULL);
	row_text(t, "ESS", o, "ess");
}

static void print_label(struct text *t, const json_t *o)
{
	if (json_object_get(o, "policy")) {
		row_named(t, "Policy", o, "policy");
		row_named(t, "Classification", o, "classification");
	}
	if (json_object_get(o, "element"))
		text_row(t, TONE_BAD, "Element", text_of(json_object_get(o, "element"), "name"),
			text_of(json_object_get(o, "element"), "id"), NULL);
	row_text(t, "Privacy mark", o, "privacy_mark");
	row_categories(t, o);
	row_text(t, "Covers", o, "covers");
	if (json_object_get(o, "signed"))
		text_row(t, TONE_WARN, "Signed", "yes, and nobody may change it", NULL);
	row_text(t, "Originator", o, "originator");
	row_text(t, "Created", o, "created");
	row_text(t, "Review", o, "review");
	row_text(t, "Succession", o, "succession");
	print_judgement(t, o);
	if (json_object_get(o, "stanag4774"))
		text_block(t, str_of(text_of(o, "stanag4774")));
}

static void print_with_others(struct text *t, const json_t *o)
{
	const char *place = text_of(o, "in"), *role = text_of(o, "role");

	text_section(t, "%s%s%s%s%s", *place ? place : "label", ", ", text_of(o, "format"),
		*role ? ", " : "", role);
	print_label(t, o);
	if (json_object_get(o, "succeeded_by")) {
		text_section(t, "its successor, which holds now");
		print_label(t, json_object_get(o, "succeeded_by"));
	}
	if (json_object_get(o, "translation")) {
		text_section(t, "its translation");
		print_label(t, json_object_get(o, "translation"));
	}
}

static void print_clearance(struct text *t, const json_t *o)
{
	const json_t *classes = json_object_get(o, "classifications"), *c;
	size_t i;

	text_section(t, "clearance");
	row_named(t, "Policy", o, "policy");
	if (!json_array_size(classes))
		text_row(t, TONE_WARN, "Classification", "none", NULL);
	json_array_foreach(classes, i, c)
	{
		MEM_AUTO char *text = named(c);

		text_row(t, TONE_PLAIN, "Classification", text, NULL);
	}
	row_categories(t, o);
	print_judgement(t, o);
}

void label_text_print(struct text *t, const json_t *facts)
{
	const json_t *labels = json_object_get(facts, "labels");
	const json_t *clearances = json_object_get(facts, "clearances"), *o;
	size_t i;

	json_array_foreach(labels, i, o) print_with_others(t, o);
	json_array_foreach(clearances, i, o) print_clearance(t, o);
}
