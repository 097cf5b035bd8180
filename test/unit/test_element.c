/* SPDX-License-Identifier: MIT */
/* The small tree that negotiation elements are read into. */
#include "xml_reading.h"

#include "xml/element.h"

#include <stdlib.h>

static struct xml_element *parse(const char *input)
{
	struct xml_element_builder b = { 0 };
	struct run r;

	begin(&r);
	assert_int_equal(
		xml_reader_element(r.reader, str_of(input), xml_element_sink(), &b), READ_OK);
	end(&r); /* the tree owns copies of everything */
	return xml_element_take(&b);
}

static void a_tree_says_what_was_in_the_element(void **unused)
{
	struct xml_element *e =
		parse("<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'>"
		      "<required/></starttls> a &amp; b<mechanisms xmlns='m'>"
		      "<mechanism> EXTERNAL </mechanism><mechanism>PLAIN</mechanism>"
		      "</mechanisms>c</stream:features>");
	const struct xml_element *tls, *mechanisms;

	(void)unused;
	assert_true(xml_element_is(e, "http://etherx.jabber.org/streams", "features"));
	assert_false(xml_element_is(e, "jabber:server", "features"));
	assert_false(xml_element_is(e, "http://etherx.jabber.org/streams", "error"));
	assert_null(e->parent);
	assert_null(e->next);
	assert_string_equal(e->text, " a & bc");
	tls = xml_element_child(e, "urn:ietf:params:xml:ns:xmpp-tls", "starttls");
	assert_non_null(tls);
	assert_string_equal(tls->text, "");
	assert_non_null(xml_element_child(tls, NULL, "required"));
	assert_null(xml_element_child(tls, "other", "required"));
	mechanisms = xml_element_child(e, "m", "mechanisms");
	assert_ptr_equal(tls->next, mechanisms);
	assert_ptr_equal(mechanisms->parent, e);
	assert_string_equal(mechanisms->child->text, " EXTERNAL ");
	assert_string_equal(mechanisms->child->next->text, "PLAIN");
	assert_null(mechanisms->child->next->next);
	assert_null(xml_element_child(e, NULL, "absent"));
	assert_false(xml_element_is(NULL, "m", "mechanisms"));
	xml_element_free(e);
}

static void attributes_are_found_without_a_namespace_and_as_xml_lang(void **unused)
{
	struct xml_element *e = parse("<db:result from='a' db:to='b' to='c &lt; d' xml:lang='en' "
				      "xml:space='preserve' xmlns:p='u' p:lang='fr' lang='de'/>");

	(void)unused;
	assert_int_equal(e->nattrs, 7);
	assert_string_equal(e->attrs[5].ns, "u");
	assert_string_equal(e->attrs[5].name, "lang");
	assert_string_equal(e->attrs[5].value, "fr");
	assert_string_equal(e->attrs[1].ns, "jabber:server:dialback");
	assert_string_equal(e->attrs[1].name, "to");
	assert_string_equal(xml_element_attr(e, "from"), "a");
	assert_string_equal(xml_element_attr(e, "to"), "c < d");
	assert_string_equal(xml_element_attr(e, "xml:lang"), "en");
	assert_string_equal(xml_element_attr(e, "lang"), "de");
	assert_null(xml_element_attr(e, "space"));
	assert_null(xml_element_attr(e, "xmlns:p"));
	xml_element_free(e);
}

static void text_in_many_pieces_is_put_together(void **unused)
{
	struct buf in = { 0 };
	struct xml_element *e;

	(void)unused;
	buf_printf(&in, "<a>");
	for (int i = 0; i < 20000; i++)
		buf_printf(&in, "&amp;x<b/>");
	buf_printf(&in, "</a>");
	buf_put_char(&in, '\0');
	e = parse(buf_view(&in).p);
	assert_int_equal(strlen(e->text), 40000);
	assert_memory_equal(e->text, "&x&x&x", 6);
	xml_element_free(e);
	buf_fini(&in);
}

static void a_deep_tree_is_freed_without_recursion(void **unused)
{
	static const struct xml_ns none = { .uri = STR_INIT("") };
	const struct xml_tag tag = { .local = STR("a"), .ns = &none };
	const struct xml_sink sink = xml_element_sink();
	struct xml_element_builder b = { 0 };

	(void)unused;
	for (int i = 0; i < 300000; i++)
		sink.start(&b, &tag);
	xml_element_free(xml_element_take(&b));
	assert_null(b.root);
	assert_null(b.open);
}

static void a_tree_begun_again_forgets_the_one_before(void **unused)
{
	static const struct xml_ns none = { .uri = STR_INIT("") };
	const struct xml_tag one = { .local = STR("one"), .ns = &none };
	const struct xml_tag two = { .local = STR("two"), .ns = &none };
	const struct xml_sink sink = xml_element_sink();
	struct xml_element_builder b = { 0 };
	struct xml_element *e;

	(void)unused;
	assert_null(xml_element_take(&b));
	sink.text(&b, STR("outside"));
	sink.end(&b);
	sink.start(&b, &one);
	sink.end(&b);
	sink.start(&b, &two);
	sink.end(&b);
	e = xml_element_take(&b);
	assert_true(xml_element_is(e, "", "two"));
	xml_element_free(e);
	xml_element_free(NULL);
}

static int global_init(void **unused)
{
	(void)unused;
	xml_reader_global_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_says_what_was_in_the_element),
		cmocka_unit_test(attributes_are_found_without_a_namespace_and_as_xml_lang),
		cmocka_unit_test(text_in_many_pieces_is_put_together),
		cmocka_unit_test(a_deep_tree_is_freed_without_recursion),
		cmocka_unit_test(a_tree_begun_again_forgets_the_one_before),
	};

	return cmocka_run_group_tests_name("element", tests, global_init, NULL);
}
