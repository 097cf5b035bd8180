/* SPDX-License-Identifier: MIT */
/* Stanzas of ours, read again. */
#include "unit.h"

#include "trunk/head.h"
#include "xml/reader.h"

static const struct {
	const char *bytes;
	enum stanza_kind kind;
	enum stanza_type type;
	const char *from, *to, *id, *from_domain, *to_domain;
} heads[] = {
	{ "<message from='a@a.example/x' to='b@b.example' id='1' "
	  "type='chat'><body>hi</body></message>",
		STANZA_MESSAGE, TYPE_CHAT, "a@a.example/x", "b@b.example", "1", "a.example",
		"b.example" },
	{ "<presence to=\"b.example\" from=\"a.example\"/>", STANZA_PRESENCE, TYPE_NONE,
		"a.example", "b.example", NULL, "a.example", "b.example" },
	{ "<iq id='' from='a.example' to='b.example' type='error'/>", STANZA_IQ, TYPE_ERROR,
		"a.example", "b.example", "", "a.example", "b.example" },
	/* What a reader must get right: references, '>' in a value, prefixes of the content. */
	{ "<message from='a@a.example/&amp;' to='b@b.example/&apos;&#xfc;' id='a>b'><x "
	  "xmlns='urn:x'/></message>",
		STANZA_MESSAGE, TYPE_NONE, "a@a.example/&", "b@b.example/'\xc3\xbc", "a>b",
		"a.example", "b.example" },
	{ "<message xmlns:e='urn:e' e:id='9' from='a.example' to='b.example' type='groupchat'/>",
		STANZA_MESSAGE, TYPE_GROUPCHAT, "a.example", "b.example", NULL, "a.example",
		"b.example" },
	{ "<presence from='a@a.example' to='b@b.example' type='unavailable'>", STANZA_PRESENCE,
		TYPE_UNAVAILABLE, "a@a.example", "b@b.example", NULL, "a.example", "b.example" },
};

static void a_head_is_read_from_the_bytes(void **unused)
{
	struct head_reader *r = head_reader_new();

	(void)unused;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		struct stanza_head h;

		if (!head_read(r, str_of(heads[i].bytes), &h))
			fail_msg("%s", heads[i].bytes);
		assert_int_equal(h.kind, heads[i].kind);
		assert_int_equal(h.type, heads[i].type);
		assert_str(h.from, heads[i].from);
		assert_str(h.to, heads[i].to);
		assert_str(h.id, heads[i].id);
		assert_int_equal(h.id.p != NULL, heads[i].id != NULL);
		assert_str(h.from_domain, heads[i].from_domain);
		assert_str(h.to_domain, heads[i].to_domain);
	}
	head_reader_free(r);
	head_reader_free(NULL);
}

static void what_is_no_stanza_is_refused_and_does_not_spoil_the_next(void **unused)
{
	static const char *const bad[] = { "", "x", "<a", "<a/>", "<message/>", "</message>",
		"<message from='a.example'/>", "<message from='a.example' to='b.example' <>",
		"<x:message from='a.example' to='b.example'/>",
		"<message from='a' from='b' to='c'/>", "<message from='a.example' to='@'/>",
		"</stream:stream>" };
	struct head_reader *r = head_reader_new();
	struct stanza_head h;

	(void)unused;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (head_read(r, str_of(bad[i]), &h))
			fail_msg("%s", bad[i]);
		assert_true(head_read(r, str_of(heads[0].bytes), &h));
		assert_str(h.from, "a@a.example/x");
	}
	head_reader_free(r);
}

static void a_head_can_be_read_a_thousand_times(void **unused)
{
	struct head_reader *r = head_reader_new();
	struct stanza_head h;

	(void)unused;
	for (unsigned i = 0; i < 1000; i++) {
		assert_true(head_read(r, str_of(heads[i % 6].bytes), &h));
		assert_str(h.from, heads[i % 6].from);
	}
	head_reader_free(r);
}

static void the_first_stanza_ends_where_its_tag_closes(void **unused)
{
	static const struct {
		const char *bytes;
		size_t n;
	} rows[] = {
		{ "<message/>", 10 },
		{ "<message/><iq/>", 10 },
		{ "  <message/>", 12 }, /* a space that kept the stream alive */
		{ "<message><body>&lt;/message></body></message>rest", 45 },
		{ "<m a='/>'><n/><n></n></m> ", 25 },
		{ "<stream:error><x/></stream:error></stream:stream>", 33 },
		{ "", 0 },
		{ " ", 0 },
		{ "<message", 0 },
		{ "<message><body>", 0 },
		{ "</stream:stream>", 0 },
		{ "text", 0 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = head_stanza_length(str_of(rows[i].bytes));

		if (n != rows[i].n)
			fail_msg("%s: %zu, not %zu", rows[i].bytes, n, rows[i].n);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_head_is_read_from_the_bytes),
		cmocka_unit_test(what_is_no_stanza_is_refused_and_does_not_spoil_the_next),
		cmocka_unit_test(a_head_can_be_read_a_thousand_times),
		cmocka_unit_test(the_first_stanza_ends_where_its_tag_closes),
	};

	xml_reader_global_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
