/* SPDX-License-Identifier: MIT */
/*
 * Reader and writer against each other. Random documents, and well-formed ones with random damage:
 * what the reader takes, the writer writes so that a stream without the first one's declarations
 * reads the same events from it, and writing those again gives the same bytes. Fixed seeds.
 */
#include "xml_reading.h"

#include "xml/scanner.h"
#include "xml/writer.h"

#include <stdio.h>
#include <stdlib.h>

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

#define PICK(seed, from) ((from)[next(seed) % (sizeof(from) / sizeof((from)[0]))])

/* ---- documents ---- */

/* In scope everywhere: by the header, or by the first tag of every document. */
static const char *const prefixes[] = { "", "", "", "", "db:", "stream:", "p:", "q:" };
static const char *const declarations[] = { "", "", "", " xmlns=''", " xmlns='u'",
	" xmlns='jabber:server'", " xmlns:p='u'", " xmlns:p='v&amp;w'", " xmlns:q='u2'",
	" xmlns:db='x' xmlns='y'" };
static const char *const names[] = { "a", "body", "x-1", "\xc3\xa9", "very-long-name.with_parts" };
static const char *const pieces[] = { "x", " ", "'", "plain words, some of them", "&lt;", "&gt;",
	"&amp;", "&apos;", "&quot;", "&#9;", "&#10;", "&#13;", "&#x1F600;", "\t", "\n", "\r\n",
	"\r", ">", "]]", "\xc3\xa9", "\xe2\x82\xac\xf0\x9f\x98\x80", "1234567", "12345678" };

static void put_attributes(struct buf *b, uint32_t *seed)
{
	static const char *const attributes[] = { "to", "xml:lang", "db:a", "p:b", "stream:c" };

	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		if (next(seed) % 3)
			continue;
		buf_printf(b, " %s='", attributes[i]);
		for (unsigned n = next(seed) % 6; n; n--) {
			const char *piece = PICK(seed, pieces);

			buf_printf(b, "%s", *piece == '\'' ? "\"" : piece);
		}
		buf_put_char(b, '\'');
	}
}

static void put_element(struct buf *b, uint32_t *seed, unsigned depth)
{
	const char *prefix = PICK(seed, prefixes), *name = PICK(seed, names);

	buf_printf(b, "<%s%s", prefix, name);
	if (depth == 0)
		buf_printf(b, " xmlns:p='p0' xmlns:q='q0'");
	else
		buf_printf(b, "%s", PICK(seed, declarations));
	put_attributes(b, seed);
	if (next(seed) % 4 == 0) {
		buf_printf(b, "/>");
		return;
	}
	buf_put_char(b, '>');
	for (unsigned n = next(seed) % 4; n; n--) {
		/* "]]" of one piece and ">" of the next must not meet */
		buf_put_char(b, ' ');
		switch (depth < 6 ? next(seed) % 3 : 2) {
		case 0:
		case 1: put_element(b, seed, depth + 1); break;
		default: buf_printf(b, "<![CDATA[<&>]] %u]]>", next(seed)); break;
		}
		buf_printf(b, "%s", PICK(seed, pieces));
	}
	buf_printf(b, "</%s%s>", prefix, name);
}

/* ---- the way there and back ---- */

struct both {
	struct xml_writer *writer;
	struct transcript heard;
};

static void both_start(void *self, const struct xml_tag *tag)
{
	struct both *b = self;

	transcript_start(&b->heard, tag);
	xml_writer_start(b->writer, tag, xml_writer_depth(b->writer) > 0);
}

static void both_text(void *self, struct str t)
{
	struct both *b = self;

	transcript_text(&b->heard, t);
	xml_writer_text(b->writer, t);
}

static void both_end(void *self)
{
	struct both *b = self;

	transcript_end(&b->heard);
	xml_writer_end(b->writer);
}

/* Reads `in`, writes it to `out`, and says what was heard. */
static enum read_outcome pass(
	struct xml_reader *r, struct str in, struct buf *out, struct buf *heard_out)
{
	const struct xml_sink sink = { both_start, both_text, both_end };
	struct both b = { .writer = xml_writer_new(), .heard.quiet_scope = true };
	enum read_outcome o;

	xml_writer_begin(b.writer, out, STR("jabber:server"));
	o = xml_reader_element(r, in, sink, &b);
	xml_writer_free(b.writer);
	*heard_out = b.heard.said;
	return o;
}

/* The other stream declares nothing but the default namespace. */
static struct xml_reader *bare_reader(void)
{
	struct xml_reader *r = xml_reader_new(NULL);
	struct transcript t = { 0 };

	assert_int_equal(xml_reader_header(r,
				 STR("<stream:stream xmlns='jabber:server' xmlns:stream='"
				     "http://etherx.jabber.org/streams'>"),
				 transcript_sink, &t),
		READ_OK);
	buf_fini(&t.said);
	return r;
}

static void expect_same(struct str a, struct str b, struct str input)
{
	if (!str_eq(a, b))
		fail_msg("from %.*s:\n  %.*s\n  %.*s", STR_ARG(input), STR_ARG(a), STR_ARG(b));
}

/* What was taken by one stream is read alike by the next. */
static enum read_outcome there_and_back(
	struct xml_reader *from, struct xml_reader *to, struct str in)
{
	struct buf once = { 0 }, again = { 0 }, heard, heard_again = { 0 };
	enum read_outcome o = pass(from, in, &once, &heard);

	if (o == READ_OK) {
		if (pass(to, buf_view(&once), &again, &heard_again) != READ_OK)
			fail_msg("from %.*s:\n  %.*s\n  %s", STR_ARG(in), STR_ARG(buf_view(&once)),
				xml_reader_error(to));
		expect_same(buf_view(&heard), buf_view(&heard_again), in);
		expect_same(buf_view(&once), buf_view(&again), in);
	}
	buf_fini(&once);
	buf_fini(&again);
	buf_fini(&heard);
	buf_fini(&heard_again);
	return o;
}

static void random_documents_mean_the_same_on_the_other_side(void **unused)
{
	struct xml_reader *to = bare_reader();
	struct buf in = { 0 };
	struct run r;

	(void)unused;
	begin(&r);
	for (uint32_t i = 0; i < 5000; i++) {
		uint32_t seed = i * 2654435761u;

		buf_clear(&in);
		put_element(&in, &seed, 0);
		if (there_and_back(r.reader, to, buf_view(&in)) != READ_OK)
			fail_msg("%.*s: %s", STR_ARG(buf_view(&in)), xml_reader_error(r.reader));
	}
	buf_fini(&in);
	xml_reader_free(to);
	end(&r);
}

static void damage(struct buf *b, uint32_t *seed)
{
	static const char *const bits[] = { "<", ">", "'", "\"", "&", ";", "/", "=", " ", ":", "!",
		"?", "[", "]", "]]>", "<![CDATA[", "<!--", "<?", "&#", "&x;", "xmlns", "xmlns:p=''",
		"\xc3", "\xa9", "\xef\xbf\xbf", "\x01", "p:", "</a>", "<a>", "/>" };
	size_t n = buf_len(b), at = next(seed) % n;

	switch (next(seed) % 4) {
	case 0: b->data[b->start + at] = (char)next(seed); break;
	case 1: buf_remove(b, at, 1 + next(seed) % (n - at < 8 ? n - at : 8)); break;
	default: buf_insert(b, at, str_of(PICK(seed, bits))); break;
	}
}

/* Everything the scanner makes of `in` is read; ends with the first failure. */
static unsigned read_all(struct xml_reader *to, struct str in)
{
	static const struct scanner_limits limits = { 4000, 8000, 10, 10, 5, 1000 };
	struct scanner s;
	struct str piece;
	unsigned taken = 0;
	size_t used;
	struct run r;

	begin(&r);
	scanner_init(&s, &limits);
	assert_int_equal(scanner_next(&s, STR("<s>"), &piece, &used), SCAN_HEADER);
	while (scanner_next(&s, in, &piece, &used) == SCAN_ELEMENT) {
		if (there_and_back(r.reader, to, piece) != READ_OK)
			break;
		taken++;
		in = str_skip(in, used);
	}
	end(&r);
	return taken;
}

static void damaged_documents_are_refused_or_mean_the_same_on_the_other_side(void **unused)
{
	struct xml_reader *to = bare_reader();
	struct buf in = { 0 };
	unsigned taken = 0;

	(void)unused;
	for (uint32_t i = 0; i < 20000; i++) {
		uint32_t seed = i * 2246822519u;

		buf_clear(&in);
		put_element(&in, &seed, 0);
		buf_printf(&in, "<iq/>");
		for (unsigned n = 1 + next(&seed) % 3; n && buf_len(&in); n--)
			damage(&in, &seed);
		taken += read_all(to, buf_view(&in));
	}
	/* both kinds must have been met */
	assert_in_range(taken, 2000, 38000);
	buf_fini(&in);
	xml_reader_free(to);
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
		cmocka_unit_test(random_documents_mean_the_same_on_the_other_side),
		cmocka_unit_test(damaged_documents_are_refused_or_mean_the_same_on_the_other_side),
	};

	return cmocka_run_group_tests_name("xml_roundtrip", tests, global_init, NULL);
}
