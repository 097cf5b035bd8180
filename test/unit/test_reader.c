/* SPDX-License-Identifier: MIT */
/* The reader: events of well-formed elements, and the outcome of everything else. */
#include "unit.h"
#include "xml_reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void expect_events(struct run *r, const char *input, const char *want)
{
	enum read_outcome o = element(r, str_of(input));

	if (o != READ_OK)
		fail_msg("%s: %s (%s)", input, read_outcome_name(o), xml_reader_error(r->reader));
	if (strcmp(transcript_z(&r->heard), want) != 0)
		fail_msg("%s:\n  got  %s\n  want %s", input, transcript_z(&r->heard), want);
	assert_string_equal(xml_reader_error(r->reader), "");
}

static void expect_outcome(struct str input, enum read_outcome want)
{
	struct run r;
	enum read_outcome o;

	begin(&r);
	o = element(&r, input);
	if (o != want)
		fail_msg("%.*s: got %s (%s), want %s", STR_ARG(input), read_outcome_name(o),
			xml_reader_error(r.reader), read_outcome_name(want));
	assert_int_equal(xml_reader_error(r.reader)[0] != '\0', want != READ_OK);
	if (want != READ_OK) /* and it stays */
		assert_int_equal(element(&r, STR("<a/>")), want);
	end(&r);
}

static void a_header_is_told_without_an_end(void **unused)
{
	static const struct {
		const char *input, *want;
	} rows[] = {
		{ "<s to='b'>", "<{}s {}to=b>" },
		{ "<s to='b'/>", "<{}s {}to=b>" },
		{ "<?xml version='1.0'?><s>", "<{}s>" },
		{ "<?xml version=\"1.0\" encoding='utf-8' standalone = 'yes' ?>\r\n <s>", "<{}s>" },
		{ "<?xml version='1.0' encoding='UTF-8'?><s>", "<{}s>" },
		{ "<?xml\tversion = '1.0'\n?><s>", "<{}s>" },
		{ "<stream xmlns='http://etherx.jabber.org/streams' xml:lang='de'>",
			"<{http://etherx.jabber.org/streams}stream "
			"xmlns={http://etherx.jabber.org/streams} "
			"{http://www.w3.org/XML/1998/namespace}xml:lang=de>" },
		{ "<s:x xmlns:s='u' a='/'>", "<{u}s:x xmlns:s={u} {}a=/>" },
		{ "<s a='>'>", "<{}s {}a=>>" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct run r = { .reader = xml_reader_new(NULL) };

		assert_int_equal(xml_reader_header(r.reader, str_of(rows[i].input), transcript_sink,
					 &r.heard),
			READ_OK);
		assert_string_equal(transcript_z(&r.heard), rows[i].want);
		expect_events(&r, "<a xmlns=''/>", "<{}a xmlns={}></>");
		end(&r);
	}
}

static void only_utf_8_and_version_1_0_are_taken(void **unused)
{
	static const struct {
		const char *input;
		enum read_outcome want;
	} rows[] = {
		{ "<?xml version='1.1'?><s>", READ_VERSION },
		{ "<?xml version='1.00'?><s>", READ_VERSION },
		{ "<?xml version='2.0'?><s>", READ_VERSION },
		{ "<?xml version='1.0' encoding='ISO-8859-1'?><s>", READ_ENCODING },
		{ "<?xml version='1.0' encoding='UTF-16'?><s>", READ_ENCODING },
		{ "<?xml version='1.0' encoding='UTF-7'?><s>", READ_ENCODING },
		{ "<?xml version='1.0' encoding=''?><s>", READ_ENCODING },
		{ "<?xml version='1.0' encoding='utf8'?><s>", READ_ENCODING },
		{ "<?xml?><s>", READ_MALFORMED },
		{ "<?xml ?><s>", READ_MALFORMED },
		{ "<?xml encoding='UTF-8'?><s>", READ_MALFORMED },
		{ "<?xml version='1.0'encoding='UTF-8'?><s>", READ_MALFORMED },
		{ "<?xml version='1.0' encoding='UTF-8'standalone='yes'?><s>", READ_MALFORMED },
		{ "<?xml version='1.0' standalone='yes' encoding='UTF-8'?><s>", READ_MALFORMED },
		{ "<?xml version='1.0' standalone='maybe'?><s>", READ_MALFORMED },
		{ "<?xml version='1.0\"?><s>", READ_MALFORMED },
		{ "<?xml version=1.0?><s>", READ_MALFORMED },
		{ "<?xml version='1.0' other='x'?><s>", READ_MALFORMED },
		{ "<?xml version='1.0'", READ_MALFORMED },
		{ "<?xml version='1.0'?>", READ_MALFORMED },
		{ "<?xml version='1.0'?>x<s>", READ_MALFORMED },
		{ "<?xmlversion='1.0'?><s>", READ_MALFORMED },
		{ "\xef\xbb\xbf<s>", READ_MALFORMED },
		{ "\xef\xbb\xbf<?xml version='1.0'?><s>", READ_MALFORMED },
		{ "<s a='\xe9'>", READ_ENCODING },
		{ "<x:s>", READ_MALFORMED },
		{ "<s a='1' a='2'>", READ_MALFORMED },
		{ "<s a=1>", READ_MALFORMED },
		{ "<s", READ_MALFORMED },
		{ "", READ_MALFORMED },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct run r = { .reader = xml_reader_new(NULL) };
		enum read_outcome o = xml_reader_header(
			r.reader, str_of(rows[i].input), transcript_sink, &r.heard);

		if (o != rows[i].want)
			fail_msg("%s: got %s", rows[i].input, read_outcome_name(o));
		end(&r);
	}
}

struct row {
	const char *input, *want;
};

static void names_are_told_with_their_namespaces(void **unused)
{
	static const struct row rows[] = {
		{ "<a/>", "<{jabber:server}a></>" },
		{ "<a><b>c</b>d<e/></a>",
			"<{jabber:server}a><{jabber:server}b>c</>d<{jabber:server}e></></>" },
		/* prefixes of the header, on elements and on attributes alone */
		{ "<db:result a='1'/>", "<{jabber:server:dialback}db:result {}a=1></>" },
		{ "<a db:b='1'/>", "<{jabber:server}a {jabber:server:dialback}db:b=1></>" },
		{ "<a><stream:b/><c db:d=''/></a>",
			"<{jabber:server}a><{http://etherx.jabber.org/streams}stream:b></>"
			"<{jabber:server}c {jabber:server:dialback}db:d=></></>" },
		/* declared, hidden, undone, and visible again */
		{ "<a xmlns='u'><b xmlns=''><c/></b><d/></a>",
			"<{u}a xmlns={u}><{}b xmlns={}><{}c></></><{u}d></></>" },
		{ "<a xmlns:p='1'><p:b xmlns:p='2' p:c=''><p:d/></p:b><p:e/></a>",
			"<{jabber:server}a xmlns:p={1}><{2}p:b xmlns:p={2} {2}p:c=><{2}p:d></></>"
			"<{1}p:e></></>" },
		{ "<a xmlns:db='other'><db:b/></a>",
			"<{jabber:server}a xmlns:db={other}><{other}db:b></></>" },
		{ "<db:b/>", "<{jabber:server:dialback}db:b></>" },
		/* a declaration counts for its own tag, wherever it stands there */
		{ "<p:a p:b='1' xmlns:p='u'/>", "<{u}p:a xmlns:p={u} {u}p:b=1></>" },
		{ "<a b='1' p:b='2' q:b='3' xmlns:p='u' xmlns:q='v'/>",
			"<{jabber:server}a xmlns:p={u} xmlns:q={v} {}b=1 {u}p:b=2 {v}q:b=3></>" },
		/* an attribute without a prefix has no namespace, also beside one in the default's
		 */
		{ "<a xmlns='u' xmlns:p='u' b='1' p:b='2'/>",
			"<{u}a xmlns={u} xmlns:p={u} {}b=1 {u}p:b=2></>" },
		/* xml */
		{ "<a xml:lang='en'/>",
			"<{jabber:server}a {http://www.w3.org/XML/1998/namespace}xml:lang=en></>" },
		{ "<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:space='odd'/>",
			"<{jabber:server}a xmlns:xml={http://www.w3.org/XML/1998/namespace} "
			"{http://www.w3.org/XML/1998/namespace}xml:space=odd></>" },
		{ "<xmlns/>", "<{jabber:server}xmlns></>" },
		/* odd but legal */
		{ "<a xmlns='::no uri:: %zz'/>", "<{::no uri:: %zz}a xmlns={::no uri:: %zz}></>" },
		{ "<a xmlns='a&amp;b'/>", "<{a&b}a xmlns={a&b}></>" },
		{ "<\xc3\xa9:\xc3\xa8 xmlns:\xc3\xa9='u' \xc3\xa9:\xd7\x90='1'/>",
			"<{u}\xc3\xa9:\xc3\xa8 xmlns:\xc3\xa9={u} {u}\xc3\xa9:\xd7\x90=1></>" },
		{ "<a_-.1 b.='1'/>", "<{jabber:server}a_-.1 {}b.=1></>" },
	};
	struct run r;

	(void)unused;
	begin(&r);
	for (int twice = 0; twice < 2; twice++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			expect_events(&r, rows[i].input, rows[i].want);
	}
	end(&r);
}

static void text_and_values_are_told_resolved(void **unused)
{
	static const struct row rows[] = {
		{ "<a>&lt;&gt;&amp;&apos;&quot;&#65;&#x42;&#x1F600;</a>",
			"<{jabber:server}a><>&'\"AB\xf0\x9f\x98\x80</>" },
		{ "<a b='&lt;&gt;&amp;&apos;&quot;&#65;&#x42;&#38;#38;'/>",
			"<{jabber:server}a {}b=<>&'\"AB&#38;></>" },
		{ "<a><![CDATA[<b>&amp;]]]]><![CDATA[>]]></a>",
			"<{jabber:server}a><b>&amp;]]></>" },
		{ "<a><![CDATA[]]></a>", "<{jabber:server}a></>" },
		{ "<a>]] > ]>x]]</a>", "<{jabber:server}a>]] > ]>x]]</>" },
		/* line ends (XML 1.0, 2.11), in CDATA too, but not as references */
		{ "<a>1\r\n2\r3\n4&#13;\n</a>", "<{jabber:server}a>1\n2\n3\n4\r\n</>" },
		{ "<a><![CDATA[1\r\n2\r3\n4\r]]></a>", "<{jabber:server}a>1\n2\n3\n4\n</>" },
		/* values are normalised (3.3.3) */
		{ "<a b=' 1\t2\n3\r\n4\r5 '/>", "<{jabber:server}a {}b= 1 2 3 4 5 ></>" },
		{ "<a b='&#9;&#10;&#13;'/>", "<{jabber:server}a {}b=\t\n\r></>" },
		{ "<a b=\"it's\" c='\"'/>", "<{jabber:server}a {}b=it's {}c=\"></>" },
		{ "<a b='>/>'>></a >", "<{jabber:server}a {}b=>/>>></>" },
		{ "<a>\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbb\xbf</a>",
			"<{jabber:server}a>\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbb\xbf</>" },
		{ "<a > <b\n/> </a\t>", "<{jabber:server}a> <{jabber:server}b></> </>" },
	};
	struct run r;

	(void)unused;
	begin(&r);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_events(&r, rows[i].input, rows[i].want);
	end(&r);
}

static void what_xml_or_namespaces_forbid_is_refused(void **unused)
{
	static const struct {
		const char *input;
		enum read_outcome want;
	} rows[] = {
		{ "<a></b>", READ_MALFORMED },
		{ "<a b='1' b='2'/>", READ_MALFORMED },
		{ "<a b=1/>", READ_MALFORMED },
		{ "<a b/>", READ_MALFORMED },
		{ "<a b='1'c='2'/>", READ_MALFORMED },
		{ "<a>&;</a>", READ_MALFORMED },
		{ "<a>& b;</a>", READ_MALFORMED },
		{ "<a>&#0;</a>", READ_MALFORMED },
		{ "<a>&#x1;</a>", READ_MALFORMED },
		{ "<a>&#xD800;</a>", READ_MALFORMED },
		{ "<a>&#xFFFE;</a>", READ_MALFORMED },
		{ "<a>&#x110000;</a>", READ_MALFORMED },
		{ "<a>&#4294967361;</a>", READ_MALFORMED },
		{ "<a b='&#1;'/>", READ_MALFORMED },
		{ "<a>\x01</a>", READ_MALFORMED },
		{ "<a b='\x01'/>", READ_MALFORMED },
		{ "<a><![CDATA[\x01]]></a>", READ_MALFORMED },
		{ "<a>\xef\xbf\xbe</a>", READ_MALFORMED },
		{ "<a>]]></a>", READ_MALFORMED },
		{ "<a><b></a></b>", READ_MALFORMED },
		{ "<a><1/></a>", READ_MALFORMED },
		/* names */
		{ "<p:a/>", READ_MALFORMED },
		{ "<a p:b='1'/>", READ_MALFORMED },
		{ "<a><b xmlns:p='u'/><p:c/></a>", READ_MALFORMED },
		{ "<:a/>", READ_MALFORMED },
		{ "<a:/>", READ_MALFORMED },
		{ "<db:a:b/>", READ_MALFORMED },
		{ "<db:1/>", READ_MALFORMED },
		{ "<db:-a/>", READ_MALFORMED },
		{ "<db:\xcc\x80/>", READ_MALFORMED },
		{ "<a :b='1'/>", READ_MALFORMED },
		{ "<a db:='1'/>", READ_MALFORMED },
		{ "<a db:b:c='1'/>", READ_MALFORMED },
		{ "<a xmlns:='1'/>", READ_MALFORMED },
		{ "<a xmlns:b:c='1'/>", READ_MALFORMED },
		/* declarations */
		{ "<a xmlns:p=''/>", READ_MALFORMED },
		{ "<a xmlns:p='1' xmlns:p='2'/>", READ_MALFORMED },
		{ "<a xmlns='1' xmlns='1'/>", READ_MALFORMED },
		{ "<a xmlns:xml='u'/>", READ_MALFORMED },
		{ "<a xmlns:xml=''/>", READ_MALFORMED },
		{ "<a xmlns='http://www.w3.org/XML/1998/namespace'/>", READ_MALFORMED },
		{ "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>", READ_MALFORMED },
		{ "<a xmlns:xmlns='u'/>", READ_MALFORMED },
		{ "<a xmlns:xmlns='http://www.w3.org/2000/xmlns/'/>", READ_MALFORMED },
		{ "<a xmlns='http://www.w3.org/2000/xmlns/'/>", READ_MALFORMED },
		{ "<a xmlns:p='http://www.w3.org/2000/xmlns/'/>", READ_MALFORMED },
		{ "<xmlns:a/>", READ_MALFORMED },
		/* the same expanded name twice */
		{ "<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>", READ_MALFORMED },
		{ "<a xmlns:q='jabber:server:dialback' db:b='1' c='1' q:b='2'/>", READ_MALFORMED },
		/* restricted */
		{ "<a><!-- x --></a>", READ_RESTRICTED },
		{ "<a><?x y?></a>", READ_RESTRICTED },
		{ "<a>&nbsp;</a>", READ_RESTRICTED },
		{ "<a b='&nbsp;'/>", READ_RESTRICTED },
		{ "<a b='1&nbsp;2' c='&amp;'/>", READ_RESTRICTED },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_outcome(str_of(rows[i].input), rows[i].want);
	expect_outcome((struct str){ "<a>\0</a>", 8 }, READ_MALFORMED);
	expect_outcome((struct str){ "<a b='\0'/>", 10 }, READ_MALFORMED);
	expect_outcome((struct str){ "<a><![CDATA[\0]]></a>", 20 }, READ_MALFORMED);
}

static void bytes_that_are_not_utf_8_are_refused_wherever_they_stand(void **unused)
{
	static const char *const bad[] = {
		"\x80",
		"\xbf",
		"\xc0\xbc",
		"\xc1\xbf",
		"\xc3",
		"\xc3(",
		"\xe0\x80\xbc",
		"\xe0\x9f\xbf",
		"\xe2\x82",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf0\x80\x80\xbc",
		"\xf0\x8f\xbf\xbf",
		"\xf0\x9f\x98",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xf8\x88\x80\x80\x80",
		"\xfe",
		"\xff",
		"caf\xe9",
	};
	static const char *const places[] = {
		"<a>%s</a>",
		"<a b='%s'/>",
		"<a>long text in front of it: 0123456789%s!</a>",
		"<a><![CDATA[%s]]></a>",
		"<a%s/>",
		"<a><b%s=''/></a>",
		"<a></a%s>",
		"<a xmlns='%s'/>",
	};
	char input[128];

	(void)unused;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		for (size_t k = 0; k < sizeof(places) / sizeof(places[0]); k++) {
			const char *at = strchr(places[k], '%');

			snprintf(input, sizeof(input), "%.*s%s%s", (int)(at - places[k]), places[k],
				bad[i], at + 2);
			expect_outcome(str_of(input), READ_ENCODING);
		}
	}
}

static void parser_and_scanner_must_agree_where_an_element_ends(void **unused)
{
	static const struct {
		const char *input;
		bool malformed; /* noticed by the parser itself */
	} rows[] = {
		{ "<a>&</a>", true },
		{ "<a>&amp</a>", true },
		{ "<a>&nbsp</a>", true },
		{ "<a b='<'/>", true },
		{ "<a b='<c>'/>", true },
		{ "<a b='<c'></a>", true },
		{ "<a/><b/>", false },
		{ "<a></a><b></b>", false },
		{ "<a/> ", false },
		{ " <a/>", false },
		{ "x<a/>", false },
		{ "<a/>x<b/>", false },
		{ "<a>", true },
		{ "<a><b></b>", true },
		{ "<a", true },
		{ "<a b='", true },
		{ "<a></a", true },
		{ "<a><![CDATA[", true },
		{ "", false },
		{ "x", false },
		{ "</root>", true },
		{ "<a></a></root>", false },
		{ "</root><root>", true },
		{ "<a></root>", true },
		{ "<a/></root><root>", false },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_outcome(
			str_of(rows[i].input), rows[i].malformed ? READ_MALFORMED : READ_DISAGREE);
}

static void the_start_tag_of_an_oversize_element_is_told_as_an_empty_element(void **unused)
{
	struct run r;

	(void)unused;
	begin(&r);
	assert_int_equal(xml_reader_start_tag(r.reader, STR("<a to='b' xmlns:p='u'>"),
				 transcript_sink, &r.heard),
		READ_OK);
	assert_string_equal(transcript_z(&r.heard), "<{jabber:server}a xmlns:p={u} {}to=b></>");
	expect_events(&r, "<b/>", "<{jabber:server}b></>");
	buf_clear(&r.heard.said);
	assert_int_equal(xml_reader_start_tag(r.reader, STR("<p:a>"), transcript_sink, &r.heard),
		READ_MALFORMED);
	end(&r);
}

static void a_second_header_starts_a_new_document(void **unused)
{
	struct run r;

	(void)unused;
	begin(&r);
	expect_events(&r, "<db:a/>", "<{jabber:server:dialback}db:a></>");
	assert_int_equal(xml_reader_header(r.reader, STR("<s xmlns='u' xmlns:db='v'>"),
				 transcript_sink, &r.heard),
		READ_OK);
	expect_events(&r, "<db:a/>", "<{v}db:a></>");
	expect_events(&r, "<a/>", "<{u}a></>");
	assert_int_equal(element(&r, STR("<stream:a/>")), READ_MALFORMED);
	end(&r);
}

static void the_headers_declarations_outlive_the_parser(void **unused)
{
	struct run r;
	size_t held = 0;

	(void)unused;
	begin(&r);
	for (int i = 0; i < 3; i++) {
		expect_events(&r, "<db:a b='1'/>", "<{jabber:server:dialback}db:a {}b=1></>");
		assert_true(xml_reader_memory(r.reader) > 0);
		if (i == 2) /* a new parser knows only what it needs */
			assert_int_equal(xml_reader_memory(r.reader), held);
		held = xml_reader_memory(r.reader);
		xml_reader_idle(r.reader);
		xml_reader_idle(r.reader);
		assert_int_equal(xml_reader_memory(r.reader), 0);
	}
	end(&r);
}

static unsigned classified;

static uint32_t classify(struct str uri)
{
	classified++;
	return (uint32_t)uri.n;
}

static const struct xml_ns *seen[4];
static unsigned nseen;

static void see(void *self, const struct xml_tag *tag)
{
	assert_int_equal(tag->ns->mark, tag->ns->uri.n);
	seen[nseen++ % 4] = tag->ns;
}

static void ignore_text(void *self, struct str text)
{
}

static void ignore_end(void *self)
{
}

static void equal_namespaces_are_one_object_classified_once(void **unused)
{
	const struct xml_sink sink = { see, ignore_text, ignore_end };
	struct xml_reader *r = xml_reader_new(classify);
	unsigned once;

	(void)unused;
	assert_int_equal(
		xml_reader_header(r, STR("<s xmlns:p='some-namespace'>"), sink, NULL), READ_OK);
	nseen = 0;
	assert_int_equal(
		xml_reader_element(r,
			STR("<p:a><b xmlns='some-namespace'/><q:c xmlns:q='some-namespace'/>"
			    "<d xmlns='other'/></p:a>"),
			sink, NULL),
		READ_OK);
	assert_ptr_equal(seen[0], seen[1]);
	assert_ptr_equal(seen[0], seen[2]);
	assert_ptr_not_equal(seen[0], seen[3]);
	once = classified;
	for (int i = 0; i < 100; i++)
		assert_int_equal(
			xml_reader_element(r, STR("<a xmlns='other'><p:b/></a>"), sink, NULL),
			READ_OK);
	assert_int_equal(classified, once);
	xml_reader_free(r);
}

/* libxml2 likes to print; whatever it says goes into the reader's own error. */
static void nothing_is_printed(void **unused)
{
	static const char *const inputs[] = { "<a></b>", "<a xml:space='odd'/>", "<a>&x;</a>",
		"<a b='1' b='1'/>" };
	int old, fds[2];
	char byte;

	(void)unused;
	assert_int_equal(pipe(fds), 0);
	fflush(stderr);
	old = dup(STDERR_FILENO);
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		struct run r;

		begin(&r);
		element(&r, str_of(inputs[i]));
		end(&r);
	}
	fflush(stderr);
	dup2(old, STDERR_FILENO);
	close(old);
	assert_int_equal(read(fds[0], &byte, 1), 0);
	close(fds[0]);
}

static void the_error_names_the_first_cause(void **unused)
{
	struct run r;

	(void)unused;
	begin(&r);
	element(&r, STR("<a b=1 c=2></d>"));
	assert_non_null(strstr(xml_reader_error(r.reader), "AttValue"));
	assert_null(strchr(xml_reader_error(r.reader), '\n'));
	end(&r);
}

static void every_outcome_has_a_name(void **unused)
{
	(void)unused;
	for (int o = READ_OK; o <= READ_DISAGREE; o++)
		assert_non_null(read_outcome_name((enum read_outcome)o));
}

static void a_reader_may_be_freed_unused_or_not_at_all(void **unused)
{
	(void)unused;
	xml_reader_free(NULL);
	xml_reader_free(xml_reader_new(NULL));
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
		cmocka_unit_test(a_header_is_told_without_an_end),
		cmocka_unit_test(only_utf_8_and_version_1_0_are_taken),
		cmocka_unit_test(names_are_told_with_their_namespaces),
		cmocka_unit_test(text_and_values_are_told_resolved),
		cmocka_unit_test(what_xml_or_namespaces_forbid_is_refused),
		cmocka_unit_test(bytes_that_are_not_utf_8_are_refused_wherever_they_stand),
		cmocka_unit_test(parser_and_scanner_must_agree_where_an_element_ends),
		cmocka_unit_test(the_start_tag_of_an_oversize_element_is_told_as_an_empty_element),
		cmocka_unit_test(a_second_header_starts_a_new_document),
		cmocka_unit_test(the_headers_declarations_outlive_the_parser),
		cmocka_unit_test(equal_namespaces_are_one_object_classified_once),
		cmocka_unit_test(nothing_is_printed),
		cmocka_unit_test(the_error_names_the_first_cause),
		cmocka_unit_test(every_outcome_has_a_name),
		cmocka_unit_test(a_reader_may_be_freed_unused_or_not_at_all),
	};

	return cmocka_run_group_tests_name("reader", tests, global_init, NULL);
}
