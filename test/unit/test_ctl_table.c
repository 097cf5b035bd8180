/* SPDX-License-Identifier: MIT */
/* Tables of trunkctl: cells, columns, widths. */
#include "unit.h"

#include "ctl/map_dot.h"
#include "ctl/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct table_column columns[] = {
	{ "id", FORM_NUMBER, true },
	{ "name", FORM_TEXT, true },
	{ "bytes", FORM_BYTES, false },
	{ "age", FORM_DURATION, true },
	{ NULL, FORM_TEXT, false },
};

struct output {
	struct ctl c;
	char *out, *err;
	size_t nout, nerr;
};

static void output_init(struct output *o)
{
	*o = (struct output){ 0 };
	o->c.out = open_memstream(&o->out, &o->nout);
	o->c.err = open_memstream(&o->err, &o->nerr);
}

static void output_close(struct output *o)
{
	fclose(o->c.out);
	fclose(o->c.err);
}

static void output_fini(struct output *o)
{
	free(o->out);
	free(o->err);
}

static void print(struct output *o, const char *chosen)
{
	static const char *const rows[] = {
		"{\"id\":7,\"name\":\"a.example\",\"bytes\":1536,\"age\":0.4}",
		"{\"id\":1234,\"name\":null,\"bytes\":12,\"age\":4000,\"more\":1}",
		"{\"id\":8,\"name\":\"x\\u202e\\u001b[31m\"}",
	};
	struct table t;

	if (!table_init(&t, &o->c, columns, chosen))
		return;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *row = json_loads(rows[i], 0, NULL);

		table_row(&t, row);
		json_decref(row);
	}
	table_end(&t);
}

static void the_usual_columns_are_as_wide_as_they_must(void **unused)
{
	struct output o;

	(void)unused;
	output_init(&o);
	print(&o, NULL);
	output_close(&o);
	assert_string_equal(o.out, "  id  name         age\n"
				   "   7  a.example   0.4s\n"
				   "1234  -          1h06m\n"
				   "   8  x??[31m        -\n");
	output_fini(&o);
}

static void columns_come_in_the_order_that_is_asked_for(void **unused)
{
	struct output o;

	(void)unused;
	output_init(&o);
	print(&o, "bytes, id");
	output_close(&o);
	assert_string_equal(o.out, "bytes    id\n"
				   " 1.5k     7\n"
				   "   12  1234\n"
				   "    -     8\n");
	output_fini(&o);
}

static void a_column_that_is_none_is_named_with_those_that_are(void **unused)
{
	static const char *const cases[] = { "nmae", "id,nmae", "", ",", "id,bytes,x" };
	struct output o;

	(void)unused;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		output_init(&o);
		print(&o, cases[i]);
		output_close(&o);
		assert_string_equal(o.out, "");
		assert_non_null(strstr(o.err, "id name bytes age"));
		output_fini(&o);
	}
	output_init(&o);
	print(&o, "nmae");
	output_close(&o);
	assert_non_null(strstr(o.err, "did you mean \"name\"?"));
	output_fini(&o);
}

static void values_are_short(void **unused)
{
	static const struct {
		const char *json;
		enum table_form form;
		const char *want;
	} cases[] = {
		{ "null", FORM_TEXT, "-" },
		{ "\"a\"", FORM_TEXT, "a" },
		{ "true", FORM_TEXT, "yes" },
		{ "true", FORM_YES, "yes" },
		{ "false", FORM_YES, "-" },
		{ "[]", FORM_TEXT, "-" },
		{ "[\"a\",\"b\"]", FORM_TEXT, "a b" },
		{ "[\"a\",\"b\",\"c\",\"d\",\"e\"]", FORM_TEXT, "a b c +2" },
		{ "\"2026-01-02T03:04:05.000000Z\"", FORM_TIME, "2026-01-02T03:04:05Z" },
		{ "12345678901", FORM_NUMBER, "12345678901" },
		{ "0", FORM_BYTES, "0" },
		{ "1023", FORM_BYTES, "1023" },
		{ "1024", FORM_BYTES, "1.0k" },
		{ "1048576", FORM_BYTES, "1.0M" },
		{ "5e15", FORM_BYTES, "4547.5T" },
		{ "59.94", FORM_DURATION, "59.9s" },
		{ "60", FORM_DURATION, "1m00s" },
		{ "3661", FORM_DURATION, "1h01m" },
		{ "90000", FORM_DURATION, "1d01h" },
	};

	(void)unused;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *value = json_loads(cases[i].json, JSON_DECODE_ANY, NULL);
		char *got = form_value(value, cases[i].form);

		assert_string_equal(got, cases[i].want);
		free(got);
		json_decref(value);
	}
}

static void a_name_in_a_graph_is_a_name(void **unused)
{
	json_t *pair =
		json_loads("{\"a\":\"a\\\"]; evil [x=\\\"\\\\\",\"b\":\"b\\u001b\\n.example\","
			   "\"there\":{\"connected\":true,\"carried\":1234,\"waiting\":2},"
			   "\"back\":{\"down\":true,\"carried\":0,\"waiting\":0}}",
			0, NULL);
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	(void)unused;
	assert_non_null(pair);
	map_dot_pair(f, pair);
	fclose(f);
	assert_string_equal(text,
		"\t\"a\\\"]; evil [x=\\\"\\\\\" -- \"b??.example\" [color=\"#b3261e\", "
		"style=\"dashed\", penwidth=4, label=\"1234 / 0 (2 waiting)\"];\n");
	free(text);
	json_decref(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_in_a_graph_is_a_name),
		cmocka_unit_test(the_usual_columns_are_as_wide_as_they_must),
		cmocka_unit_test(columns_come_in_the_order_that_is_asked_for),
		cmocka_unit_test(a_column_that_is_none_is_named_with_those_that_are),
		cmocka_unit_test(values_are_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
