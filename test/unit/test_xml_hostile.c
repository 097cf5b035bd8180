/* SPDX-License-Identifier: MIT */
/*
 * What breaks a parser that is fed by an enemy: each input must be refused at a bound, or cost no
 * more memory than a friendly one. The rest of the list (commas and quotes that make a parser wait,
 * encodings, comments) stands in the tests of scanner and reader.
 */
#include "xml_reading.h"

#include "xml/scanner.h"
#include "xml/writer.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

static const struct scanner_limits limits = {
	.bytes = 256 << 10,
	.hard_bytes = 4 << 20,
	.depth = 64,
	.attributes = 64,
	.declarations = 64,
	.tag_bytes = 32 << 10,
};

/* Repeats `what` until the scanner has an outcome, feeding it piece by piece and dropping what it
 * does not need. Says how many bytes it took and how many were held at most. */
struct flood {
	enum scan_outcome outcome;
	size_t taken, held;
};

static struct flood flood(const char *start, const char *what, size_t most)
{
	struct scanner s;
	struct buf in = { 0 };
	struct flood f = { .outcome = SCAN_MORE };
	struct str piece;
	size_t used;

	scanner_init(&s, &limits);
	assert_int_equal(scanner_next(&s, STR("<s>"), &piece, &used), SCAN_HEADER);
	buf_put(&in, str_of(start));
	while (f.outcome == SCAN_MORE && f.taken < most) {
		buf_put(&in, str_of(what));
		f.taken += strlen(what);
		f.outcome = scanner_next(&s, buf_view(&in), &piece, &used);
		if (f.outcome == SCAN_MORE)
			buf_remove(&in, scanner_kept(&s), used);
		if (buf_len(&in) > f.held)
			f.held = buf_len(&in);
	}
	buf_fini(&in);
	return f;
}

static void floods_end_at_a_limit(void **unused)
{
	static const struct {
		const char *start, *what;
		enum scan_outcome outcome;
		size_t taken, held; /* at most */
	} rows[] = {
		{ "<a", " b='1'", SCAN_LIMIT, 65 * 6, 1000 }, /* 40,000 attributes */
		{ "<a", " xmlns:b='1'", SCAN_LIMIT, 65 * 12, 1000 },
		{ "", "<a>", SCAN_LIMIT, 66 * 3, 1000 }, /* a million nested elements */
		{ "<a>", "<b c='d'>", SCAN_LIMIT, 66 * 9, 1000 },
		{ "<a b='", ">", SCAN_LIMIT, 32 << 10, (32 << 10) + 16 }, /* a value without end */
		{ "<a b='", "<", SCAN_LIMIT, 32 << 10, (32 << 10) + 16 },
		{ "<a><b c='", "x", SCAN_LIMIT, 32 << 10, (32 << 10) + 16 },
		{ "<", "a", SCAN_LIMIT, 32 << 10, (32 << 10) + 16 },
		{ "<a></", "a", SCAN_LIMIT, 32 << 10, (32 << 10) + 16 },
		{ "<a ", " ", SCAN_LIMIT, 32 << 10, (32 << 10) + 16 },
		{ "<a>", "text without end ", SCAN_TOO_BIG, (4 << 20) + 17, (256 << 10) + 32 },
		{ "<a><![CDATA[", ">]]", SCAN_TOO_BIG, (4 << 20) + 3, (256 << 10) + 32 },
		{ "<a>", "<b/>", SCAN_TOO_BIG, (4 << 20) + 4, (256 << 10) + 32 },
		{ "", " ", SCAN_MORE, 10 << 20, 1 }, /* keepalives are eaten */
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct flood f = flood(rows[i].start, rows[i].what, 10 << 20);

		if (f.outcome != rows[i].outcome || f.taken > rows[i].taken ||
			f.held > rows[i].held)
			fail_msg("%s%s...: %s after %zu, held %zu", rows[i].start, rows[i].what,
				scan_outcome_name(f.outcome), f.taken, f.held);
	}
}

static void see(void *self, const struct xml_tag *tag)
{
}

static void ignore_text(void *self, struct str text)
{
}

static void ignore_end(void *self)
{
}

/* Heap in use; 0 under a sanitizer, which replaces the allocator. */
static size_t heap(void)
{
	return mallinfo2().uordblks;
}

static void ever_new_names_do_not_make_it_grow(void **unused)
{
	const struct xml_sink sink = { see, ignore_text, ignore_end };
	struct xml_reader *r = xml_reader_new(NULL);
	size_t most = 0, heap_before, heap_most = 0;
	unsigned names = 0;
	struct buf in = { 0 };

	(void)unused;
	assert_int_equal(xml_reader_header(r, header, sink, NULL), READ_OK);
	buf_reserve(&in, 1 << 16);
	heap_before = heap();
	/* elements, attributes, prefixes and namespaces, fifty of each in an element */
	while (names < 2000000) {
		buf_clear(&in);
		buf_printf(&in, "<a>");
		for (int i = 0; i < 50; i++, names += 4)
			buf_printf(&in, "<e%u a%u='1' xmlns:p%u='urn:n%u'/>", names, names, names,
				names);
		buf_printf(&in, "</a>");
		assert_int_equal(xml_reader_element(r, buf_view(&in), sink, NULL), READ_OK);
		if (xml_reader_memory(r) > most)
			most = xml_reader_memory(r);
		if (heap() > heap_most)
			heap_most = heap();
	}
	assert_true(most < 320 << 10);
	assert_true(most > 128 << 10);
	assert_true(heap_most < heap_before + (640 << 10));
	buf_fini(&in);
	xml_reader_free(r);
}

static void a_large_element_leaves_nothing_behind(void **unused)
{
	struct buf in = { 0 };
	struct run r;
	size_t before, idle;

	(void)unused;
	begin(&r);
	buf_printf(&in, "<a b='");
	for (unsigned i = 0; i < 4000000; i++)
		buf_put_char(&in, 'x');
	buf_printf(&in, "'/>");
	buf_reserve(&r.heard.said, 8000000);
	assert_int_equal(element(&r, STR("<a/>")), READ_OK);
	before = heap();
	assert_int_equal(element(&r, buf_view(&in)), READ_OK);
	assert_int_equal(element(&r, STR("<a/>")), READ_OK);
	assert_true(heap() <= before + 4096);
	xml_reader_idle(r.reader);
	idle = heap();
	assert_true(idle == 0 || idle + (9 << 10) < before);
	buf_fini(&in);
	end(&r);
}

/* How deep an element may be is for the scanner to say: libxml2 alone stops at 256 levels. */
static void a_deep_element_is_read_without_a_limit_or_a_stack(void **unused)
{
	enum { LEVELS = 100000 };
	const struct xml_sink sink = { see, ignore_text, ignore_end };
	struct buf in = { 0 };
	struct run r;

	(void)unused;
	begin(&r);
	for (unsigned i = 0; i < LEVELS; i++)
		buf_put(&in, STR("<a>"));
	for (unsigned i = 0; i < LEVELS; i++)
		buf_put(&in, STR("</a>"));
	assert_int_equal(xml_reader_element(r.reader, buf_view(&in), sink, NULL), READ_OK);
	buf_fini(&in);
	end(&r);
}

/* Bindings are found without a search: 20 levels of 50 declarations each, then many uses of the
 * outermost. */
static void deep_declarations_are_undone_in_order(void **unused)
{
	struct buf in = { 0 };
	struct run r;
	const char *got;

	(void)unused;
	begin(&r);
	for (unsigned i = 0; i < 20; i++) {
		buf_printf(&in, "<a");
		for (unsigned k = 0; k < 50; k++)
			buf_printf(&in, " xmlns:p%u='urn:%u'", k, i);
		buf_printf(&in, ">");
	}
	for (unsigned i = 0; i < 20; i++)
		buf_printf(&in, "<p7:b/></a>");
	r.heard.quiet_scope = true;
	assert_int_equal(element(&r, buf_view(&in)), READ_OK);
	got = transcript_z(&r.heard);
	for (unsigned i = 20; i-- > 0;) {
		char want[32];

		snprintf(want, sizeof(want), "{urn:%u}p7:b", i);
		got = strstr(got, want);
		assert_non_null(got);
	}
	assert_int_equal(element(&r, STR("<p7:b/>")), READ_MALFORMED);
	buf_fini(&in);
	end(&r);
}

static void many_bytes_leave_the_memory_flat(void **unused)
{
	struct buf in = { 0 };
	size_t before, held;
	struct run r;

	(void)unused;
	begin(&r);
	buf_printf(&in, "<message id='1'><body>");
	while (buf_len(&in) < 4000)
		buf_printf(&in, "words &amp; words ");
	buf_printf(&in, "</body><x xmlns='urn:x'/></message>");
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(element(&r, buf_view(&in)), READ_OK);
	before = heap();
	held = xml_reader_memory(r.reader);
	/* so many that the parser is renewed on the way */
	for (unsigned i = 0; i < 20000; i++)
		assert_int_equal(element(&r, buf_view(&in)), READ_OK);
	assert_true(xml_reader_memory(r.reader) <= held);
	assert_true(heap() <= before + (16 << 10));
	buf_fini(&in);
	end(&r);
}

static void start(void *self, const struct xml_tag *tag)
{
	xml_writer_start(self, tag, xml_writer_depth(self) > 0);
}

static void text(void *self, struct str t)
{
	xml_writer_text(self, t);
}

static void finish(void *self)
{
	xml_writer_end(self);
}

/* 60 levels of 60 declarations and then thousands of names with the outermost prefix: reader and
 * writer find a binding without a search, so this takes no time worth mentioning. */
static void prefixes_under_a_pile_of_declarations_are_found_and_written(void **unused)
{
	const struct xml_sink sink = { start, text, finish };
	struct xml_writer *w = xml_writer_new();
	struct buf in = { 0 }, out = { 0 };
	struct run r;
	size_t uses = 0;

	(void)unused;
	begin(&r);
	buf_printf(&in, "<a xmlns:x='urn:x'>");
	for (unsigned i = 0; i < 60; i++) {
		buf_printf(&in, "<a");
		for (unsigned k = 0; k < 60; k++)
			buf_printf(&in, " xmlns:p%u='urn:%u'", i * 60 + k, k);
		buf_printf(&in, ">");
	}
	for (; uses < 20000; uses++)
		buf_printf(&in, "<x:b/>");
	for (unsigned i = 0; i < 61; i++)
		buf_printf(&in, "</a>");
	xml_writer_begin(w, &out, STR("jabber:server"));
	assert_int_equal(xml_reader_element(r.reader, buf_view(&in), sink, w), READ_OK);
	assert_int_equal(buf_len(&out), buf_len(&in));
	assert_memory_equal(buf_view(&out).p, buf_view(&in).p, buf_len(&in));
	buf_fini(&in);
	buf_fini(&out);
	xml_writer_free(w);
	end(&r);
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
		cmocka_unit_test(floods_end_at_a_limit),
		cmocka_unit_test(ever_new_names_do_not_make_it_grow),
		cmocka_unit_test(a_large_element_leaves_nothing_behind),
		cmocka_unit_test(many_bytes_leave_the_memory_flat),
		cmocka_unit_test(a_deep_element_is_read_without_a_limit_or_a_stack),
		cmocka_unit_test(deep_declarations_are_undone_in_order),
		cmocka_unit_test(prefixes_under_a_pile_of_declarations_are_found_and_written),
	};

	return cmocka_run_group_tests_name("xml_hostile", tests, global_init, NULL);
}
