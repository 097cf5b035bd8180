/* SPDX-License-Identifier: MIT */
/* Documents as trees: what is read, what is refused, and at which line. */
#include "xml/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct xml_document *read_text(struct str text, struct xml_document_error *e)
{
	return xml_document_read(text, XML_DOCUMENT_MAX, e);
}

static void a_document_is_a_tree_with_lines(void **state)
{
	struct xml_document_error e;
	struct xml_document *d = read_text(
		STR("<?xml version='1.0' encoding='UTF-8'?>\n<!-- c -->\n<a xmlns='urn:x' "
		    "xml:lang='fr'\n\tn='1&amp;2'>\n"
		    "t<b xmlns:p='urn:p' p:n='3'/>\n<?pi?>u<![CDATA[<]]>&#233;<c/></a>"),
		&e);
	const struct xml_node *a;

	assert_non_null(d);
	a = xml_document_root(d);
	assert_true(str_is(a->ns, "urn:x") && str_is(a->name, "a"));
	assert_int_equal(a->line, 4);
	assert_true(str_is(xml_node_attr(a, "n"), "1&2"));
	assert_null(xml_node_attr(a, "lang").p);
	assert_true(str_is(a->text, "\nt\nu<\xc3\xa9"));
	assert_true(str_is(a->child->name, "b"));
	assert_int_equal(a->child->line, 5);
	assert_true(str_is(xml_node_attr(a->child, "n"), "3"));
	assert_true(str_is(xml_node_lang(a->child), "fr"));
	assert_true(str_is(a->child->next->name, "c"));
	assert_null(a->child->next->next);
	xml_document_free(d);
}

static void other_encodings_become_utf8(void **state)
{
	static const char utf16[] = "\xff\xfe<\0a\0>\0\xe9\0<\0/\0a\0>";
	struct xml_document_error e;
	struct xml_document *d =
		read_text(STR("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>"), &e);

	assert_non_null(d);
	assert_true(str_is(xml_document_root(d)->text, "\xc3\xa9"));
	xml_document_free(d);
	d = read_text((struct str){ utf16, sizeof(utf16) }, &e);
	assert_non_null(d);
	assert_true(str_is(xml_document_root(d)->text, "\xc3\xa9"));
	xml_document_free(d);
	d = read_text(STR("\xef\xbb\xbf<a/>"), &e);
	assert_non_null(d);
	xml_document_free(d);
}

static void what_is_not_well_formed_is_refused_with_its_line(void **state)
{
	static const struct {
		struct str text;
		unsigned line;
		const char *words;
	} rows[] = {
		{ STR_INIT(""), 0, NULL },
		{ STR_INIT("no"), 1, NULL },
		{ STR_INIT("<a>\n<b></a>"), 2, "mismatch" },
		{ STR_INIT("<a/>\n<b/>"), 2, NULL },
		{ STR_INIT("<a>\n\n<p:b/></a>"), 3, "prefix" },
		{ STR_INIT("<a\nx='1' x='2'/>"), 2, "redefined" },
		{ STR_INIT("<a>\xff</a>"), 1, NULL },
		{ STR_INIT("<a>\xed\xa0\x80</a>"), 1, NULL },
		{ STR_INIT("<a>\n&e;</a>"), 2, "entity" },
		{ STR_INIT("<a x='&e;'/>"), 1, "entity" },
		{ STR_INIT("<!DOCTYPE a>\n<a/>"), 1, "document type" },
		{ STR_INIT("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>"), 1, "document type" },
		{ STR_INIT("<a>"), 1, NULL },
		{ STR_INIT("<?xml version='1.0' encoding='nonsense'?><a/>"), 1, "encoding" },
		{ STR_INIT("<?xml version='1.0' encoding='UTF-16BE'?><a>\xd8</a>"), 0, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct xml_document_error e;

		assert_null(read_text(rows[i].text, &e));
		assert_true(e.words[0]);
		if (rows[i].line)
			assert_int_equal(e.line, rows[i].line);
		if (rows[i].words)
			assert_non_null(strstr(e.words, rows[i].words));
	}
}

static void a_document_has_a_limit(void **state)
{
	struct xml_document_error e;
	struct xml_document *d = xml_document_read(STR("<abc/>"), 6, &e);

	assert_non_null(d);
	xml_document_free(d);
	assert_null(xml_document_read(STR("<abc/>"), 5, &e));
	assert_non_null(strstr(e.words, "longer"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_is_a_tree_with_lines),
		cmocka_unit_test(other_encodings_become_utf8),
		cmocka_unit_test(what_is_not_well_formed_is_refused_with_its_line),
		cmocka_unit_test(a_document_has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
