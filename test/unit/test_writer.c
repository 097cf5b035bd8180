/* SPDX-License-Identifier: MIT */
/* The writer: what stands in the output for which events, scope by scope. */
#include "xml_reading.h"

#include "xml/writer.h"

#include <stdio.h>
#include <stdlib.h>

static void start(void *self, const struct xml_tag *tag)
{
	xml_writer_start(self, tag, xml_writer_depth(self) > 0);
}

static void start_as_it_is(void *self, const struct xml_tag *tag)
{
	xml_writer_start(self, tag, true);
}

static void text(void *self, struct str t)
{
	xml_writer_text(self, t);
}

static void finish(void *self)
{
	xml_writer_end(self);
}

/* As stanzas are written, and as anything else is. */
static const struct xml_sink stanza = { start, text, finish };
static const struct xml_sink verbatim = { start_as_it_is, text, finish };

struct row {
	const char *input;
	const char *want; /* NULL: the same */
};

static void expect_rows(struct xml_sink sink, const struct row *rows, size_t n)
{
	struct xml_writer *w = xml_writer_new();
	struct buf out = { 0 };
	struct run r;

	begin(&r);
	for (size_t i = 0; i < n; i++) {
		const char *want = rows[i].want ? rows[i].want : rows[i].input;

		buf_clear(&out);
		xml_writer_begin(w, &out, STR("jabber:server"));
		if (xml_reader_element(r.reader, str_of(rows[i].input), sink, w) != READ_OK)
			fail_msg("%s: %s", rows[i].input, xml_reader_error(r.reader));
		assert_int_equal(xml_writer_depth(w), 0);
		if (!str_is(buf_view(&out), want))
			fail_msg("%s:\n  got  %.*s\n  want %s", rows[i].input,
				STR_ARG(buf_view(&out)), want);
	}
	buf_fini(&out);
	xml_writer_free(w);
	end(&r);
}

#define ROWS(rows) rows, sizeof(rows) / sizeof((rows)[0])

static void what_the_output_has_in_scope_is_not_declared_again(void **unused)
{
	static const struct row rows[] = {
		{ "<a/>", NULL },
		{ "<a><b/>x</a>", NULL },
		{ "<a></a>", "<a/>" },
		{ "<message xmlns='jabber:server'/>", "<message/>" },
		{ "<a xmlns='u'><b xmlns='u'/><c/></a>", "<a xmlns='u'><b/><c/></a>" },
		{ "<a xmlns='u'><b xmlns='v'><c xmlns='u'/></b><d/></a>", NULL },
		{ "<a xmlns='u'><b xmlns=''/></a>", NULL },
		{ "<a xmlns=''><b/><c xmlns='jabber:server'/></a>", NULL },
		{ "<a><b xmlns:p='u'><p:c xmlns:p='u'/></b><p:d xmlns:p='u'/></a>",
			"<a><b xmlns:p='u'><p:c/></b><p:d xmlns:p='u'/></a>" },
		{ "<a xmlns:p='1'><p:b/><c xmlns:p='2'><p:d/></c><p:e/></a>", NULL },
		{ "<a xml:lang='en' xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
			"<a xml:lang='en'/>" },
		/* declared without being used: its owner knows why (a QName in a value) */
		{ "<a><b xmlns:xs='urn:xs' type='xs:string'/></a>", NULL },
	};

	(void)unused;
	expect_rows(stanza, ROWS(rows));
	expect_rows(verbatim, ROWS(rows));
}

static void declarations_of_the_stream_are_made_where_they_are_used(void **unused)
{
	static const struct row rows[] = {
		{ "<a><db:b/></a>", "<a><db:b xmlns:db='jabber:server:dialback'/></a>" },
		{ "<a db:b='1'/>", "<a xmlns:db='jabber:server:dialback' db:b='1'/>" },
		{ "<a><b db:c='1' db:d='2'><db:e/></b><db:f/></a>",
			"<a><b xmlns:db='jabber:server:dialback' db:c='1' db:d='2'><db:e/></b>"
			"<db:f xmlns:db='jabber:server:dialback'/></a>" },
		{ "<a><stream:error/></a>",
			"<a><stream:error xmlns:stream='http://etherx.jabber.org/streams'/></a>" },
		{ "<a xmlns:db='other'><db:b/></a>", NULL },
		{ "<a><db:b><c xmlns:db='other'><db:d/></c></db:b></a>",
			"<a><db:b xmlns:db='jabber:server:dialback'><c "
			"xmlns:db='other'><db:d/></c></db:b></a>" },
	};

	(void)unused;
	expect_rows(stanza, ROWS(rows));
}

static void first_level_elements_are_written_without_a_prefix(void **unused)
{
	static const struct row rows[] = {
		{ "<s:message xmlns:s='jabber:server'/>", "<message xmlns:s='jabber:server'/>" },
		{ "<s:message xmlns:s='jabber:server' xmlns='u'><a/><s:b/></s:message>",
			"<message xmlns:s='jabber:server'><a xmlns='u'/><s:b/></message>" },
		{ "<db:result xmlns='u'><a/></db:result>",
			"<result xmlns='jabber:server:dialback'><a xmlns='u'/></result>" },
		{ "<db:result db:a='1'/>", "<result xmlns='jabber:server:dialback' "
					   "xmlns:db='jabber:server:dialback' db:a='1'/>" },
	};
	static const struct row kept[] = {
		{ "<db:result xmlns='u'><a/></db:result>",
			"<db:result xmlns:db='jabber:server:dialback' xmlns='u'><a/></db:result>" },
	};

	(void)unused;
	expect_rows(stanza, ROWS(rows));
	expect_rows(verbatim, ROWS(kept));
}

static void what_would_change_when_read_again_is_escaped(void **unused)
{
	static const struct row rows[] = {
		{ "<a>&lt;&gt;&amp;'\"</a>", NULL },
		{ "<a>&#60;&#62;&#38;&apos;&quot;</a>", "<a>&lt;&gt;&amp;'\"</a>" },
		{ "<a b='&lt;&gt;&amp;&apos;\"'/>", NULL },
		{ "<a b=\"it's\"/>", "<a b='it&apos;s'/>" },
		{ "<a>&#13;\r\n\t&#10;</a>", "<a>&#13;\n\t\n</a>" },
		{ "<a b='&#9;&#10;&#13;\t\n\r '/>", "<a b='&#9;&#10;&#13;    '/>" },
		{ "<a><![CDATA[<b>&amp;]]></a>", "<a>&lt;b&gt;&amp;amp;</a>" },
		{ "<a>]]&gt;</a>", NULL },
		{ "<a><![CDATA[]]]]><![CDATA[>]]></a>", "<a>]]&gt;</a>" },
		{ "<a xmlns='u&amp;&apos;&lt;v'/>", NULL },
		{ "<a>\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80</a>", NULL },
		{ "<a b='\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80'/>", NULL },
	};

	(void)unused;
	expect_rows(stanza, ROWS(rows));
}

/* Escaping works on eight bytes at a time: every special character at every offset, in every
 * length. */
static void special_characters_are_found_at_every_offset(void **unused)
{
	static const struct {
		char c;
		const char *in_text, *in_value;
	} specials[] = {
		{ '&', "&amp;", "&amp;" },
		{ '<', "&lt;", "&lt;" },
		{ '>', "&gt;", "&gt;" },
		{ '\'', "'", "&apos;" },
		{ '"', "\"", "\"" },
		{ '\r', "&#13;", "&#13;" },
		{ '\n', "\n", "&#10;" },
		{ '\t', "\t", "&#9;" },
		{ '\xc3', "\xc3", "\xc3" },
		{ '\x7f', "\x7f", "\x7f" },
		{ '%', "%", "%" },
		{ '=', "=", "=" },
		{ ';', ";", ";" },
		{ '?', "?", "?" },
		{ ' ', " ", " " },
	};
	struct buf out = { 0 };
	char in[32], want[64];

	(void)unused;
	for (size_t k = 0; k < sizeof(specials) / sizeof(specials[0]); k++) {
		for (int n = 1; n < 30; n++) {
			for (int at = 0; at < n; at++) {
				memset(in, 'x', sizeof(in));
				in[at] = specials[k].c;
				buf_clear(&out);
				xml_escape_text(&out, (struct str){ in, (size_t)n });
				snprintf(want, sizeof(want), "%.*s%s%.*s", at, in,
					specials[k].in_text, n - at - 1, in + at + 1);
				assert_str(buf_view(&out), want);
				buf_clear(&out);
				xml_escape_value(&out, (struct str){ in, (size_t)n });
				snprintf(want, sizeof(want), "%.*s%s%.*s", at, in,
					specials[k].in_value, n - at - 1, in + at + 1);
				assert_str(buf_view(&out), want);
			}
		}
	}
	buf_clear(&out);
	xml_escape_text(&out, STR(""));
	xml_escape_value(&out, (struct str){ 0 });
	assert_int_equal(buf_len(&out), 0);
	buf_fini(&out);
}

static const struct xml_ns server = { .uri = STR_INIT("jabber:server") };
static const struct xml_ns label = { .uri = STR_INIT("urn:xmpp:sec-label:0") };

/* What a filter does: tags of its own, offsets, and output that is cut again. */
static void tags_made_by_hand_can_be_written_and_cut(void **unused)
{
	static const struct xml_ns none = { .uri = STR_INIT("") };
	const struct xml_attr to = { .local = STR("to"), .ns = &none, .value = STR("a'b") };
	const struct xml_tag message = {
		.local = STR("message"), .ns = &server, .attrs = &to, .nattrs = 1
	};
	const struct xml_tag security = { .local = STR("securitylabel"), .ns = &label };
	struct xml_writer *w = xml_writer_new();
	struct buf out = { 0 };
	size_t inside;

	(void)unused;
	buf_put(&out, STR("before"));
	xml_writer_begin(w, &out, STR("jabber:server"));
	xml_writer_start(w, &message, false);
	assert_int_equal(xml_writer_depth(w), 1);
	inside = xml_writer_offset(w);
	assert_int_equal(inside, sizeof("before<message to='a&apos;b'>") - 1);
	assert_int_equal(xml_writer_offset(w), inside);
	xml_writer_start(w, &security, true);
	xml_writer_text(w, STR(""));
	xml_writer_end(w);
	buf_truncate(&out, inside);
	xml_writer_start(w, &security, true);
	xml_writer_text(w, STR("x"));
	xml_writer_end(w);
	xml_writer_end(w);
	assert_int_equal(xml_writer_depth(w), 0);
	assert_str(buf_view(&out),
		"before<message to='a&apos;b'>"
		"<securitylabel xmlns='urn:xmpp:sec-label:0'>x</securitylabel></message>");
	buf_fini(&out);
	xml_writer_free(w);
}

static void an_element_left_unfinished_does_not_touch_the_next(void **unused)
{
	static const struct xml_tag a = {
		.prefix = STR_INIT("p"), .local = STR_INIT("a"), .ns = &label
	};
	struct xml_writer *w = xml_writer_new();
	struct buf out = { 0 };

	(void)unused;
	for (int i = 0; i < 3; i++) {
		buf_clear(&out);
		xml_writer_begin(w, &out, STR("jabber:server"));
		xml_writer_start(w, &a, true);
		xml_writer_start(w, &a, true);
		xml_writer_text(w, STR("x"));
		assert_str(buf_view(&out), "<p:a xmlns:p='urn:xmpp:sec-label:0'><p:a>x");
	}
	buf_fini(&out);
	xml_writer_free(w);
}

static void a_writer_may_be_freed_unused_or_not_at_all(void **unused)
{
	(void)unused;
	xml_writer_free(NULL);
	xml_writer_free(xml_writer_new());
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
		cmocka_unit_test(what_the_output_has_in_scope_is_not_declared_again),
		cmocka_unit_test(declarations_of_the_stream_are_made_where_they_are_used),
		cmocka_unit_test(first_level_elements_are_written_without_a_prefix),
		cmocka_unit_test(what_would_change_when_read_again_is_escaped),
		cmocka_unit_test(special_characters_are_found_at_every_offset),
		cmocka_unit_test(tags_made_by_hand_can_be_written_and_cut),
		cmocka_unit_test(an_element_left_unfinished_does_not_touch_the_next),
		cmocka_unit_test(a_writer_may_be_freed_unused_or_not_at_all),
	};

	return cmocka_run_group_tests_name("writer", tests, global_init, NULL);
}
