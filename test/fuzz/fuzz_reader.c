/* SPDX-License-Identifier: MIT */
/*
 * Scanner, reader and writer. Input: byte 0 is how the rest is cut (bits 0 and 1) and whether the
 * limits are narrow (bit 2); the rest is what a peer sends, from its header on.
 *
 * However it is cut, the same is heard, and no more than the limits is kept. What is taken is
 * within the limits, and means to libxml2's own tree what it means to us; what is refused as not
 * well-formed libxml2 refuses too. What the writer writes is one element, reads back to the same
 * events on a stream with other declarations, and is written from them as the same bytes.
 */
#include "fuzz.h"
#include "fuzz_dom.h"
#include "fuzz_random.h"

#include "../unit/xml_transcript.h"
#include "xml/reader.h"
#include "xml/scanner.h"
#include "xml/writer.h"

static const struct scanner_limits wide = { .bytes = 1 << 20,
	.hard_bytes = 1 << 20,
	.depth = 200,
	.attributes = 1000,
	.declarations = 1000,
	.tag_bytes = 1 << 20 };

static const struct scanner_limits narrow = { .bytes = 300,
	.hard_bytes = 600,
	.depth = 3,
	.attributes = 4,
	.declarations = 2,
	.tag_bytes = 100 };

/* One stream as it is read. */
struct side {
	const struct scanner_limits *limits;
	struct scanner scanner;
	struct xml_reader *reader;
	struct xml_writer *writer;
	struct transcript heard; /* all events, one after the other */
	struct buf outcomes;
	struct buf in, taken, written;
	struct buf root;         /* the root's name as written */
	struct xml_reader *next; /* of the stream that what was written goes to; NULL: none */
	bool over;
	bool malformed; /* the last piece is not well-formed */
	bool refused;   /* for what libxml2 has no opinion on */
	bool empty_root;
};

/* ---- sinks ---- */

static void check_tag(const struct side *s, const struct xml_tag *tag)
{
	MUST(tag->ndecls <= s->limits->declarations);
	MUST(tag->ndecls + tag->nattrs <= s->limits->attributes);
	MUST(s->heard.depth <= s->limits->depth);
}

static void side_start(void *self, const struct xml_tag *tag)
{
	struct side *s = self;

	check_tag(s, tag);
	transcript_start(&s->heard, tag);
	xml_writer_start(s->writer, tag, xml_writer_depth(s->writer) > 0);
}

static void side_text(void *self, struct str text)
{
	struct side *s = self;

	MUST(str_is_utf8(text));
	transcript_text(&s->heard, text);
	xml_writer_text(s->writer, text);
}

static void side_end(void *self)
{
	struct side *s = self;

	MUST(s->heard.depth > 0);
	transcript_end(&s->heard);
	xml_writer_end(s->writer);
}

static const struct xml_sink sink = { side_start, side_text, side_end };

static void root_start(void *self, const struct xml_tag *tag)
{
	struct side *s = self;

	check_tag(s, tag);
	s->heard.depth = 1; /* it is no first-level element: its prefix is told */
	transcript_start(&s->heard, tag);
	s->heard.depth = 0;
	buf_printf(&s->root, "%.*s%s%.*s", STR_ARG(tag->prefix), tag->prefix.n ? ":" : "",
		STR_ARG(tag->local));
}

/* ---- what is written ---- */

struct copy {
	struct transcript heard;
	struct xml_writer *writer;
};

static void copy_start(void *self, const struct xml_tag *tag)
{
	struct copy *c = self;

	transcript_start(&c->heard, tag);
	xml_writer_start(c->writer, tag, xml_writer_depth(c->writer) > 0);
}

static void copy_text(void *self, struct str text)
{
	struct copy *c = self;

	transcript_text(&c->heard, text);
	xml_writer_text(c->writer, text);
}

static void copy_end(void *self)
{
	struct copy *c = self;

	transcript_end(&c->heard);
	xml_writer_end(c->writer);
}

static void ignore_start(void *self, const struct xml_tag *tag)
{
}

static struct xml_reader *next_reader(void)
{
	static const struct xml_sink ignore = { .start = ignore_start };
	struct xml_reader *r = xml_reader_new(NULL);

	MUST(xml_reader_header(r,
		     STR("<stream:stream xmlns='jabber:server' "
			 "xmlns:stream='http://etherx.jabber.org/streams'>"),
		     ignore, NULL) == READ_OK);
	return r;
}

/* The scanner of the next stream sees one element in it. */
static void check_one_element(struct str written)
{
	struct scanner scanner;
	struct str piece;
	size_t used;

	scanner_init(&scanner, &wide);
	MUST(scanner_next(&scanner, STR("<s>"), &piece, &used) == SCAN_HEADER);
	MUST(scanner_next(&scanner, written, &piece, &used) == SCAN_ELEMENT);
	MUST(used == written.n && piece.n == written.n);
}

static void check_written(struct side *s, struct str heard)
{
	static const struct xml_sink copying = { copy_start, copy_text, copy_end };
	struct copy c = { .heard = { .quiet_scope = true }, .writer = xml_writer_new() };
	struct str written = buf_view(&s->written);
	struct buf again = { 0 };

	check_one_element(written);
	xml_writer_begin(c.writer, &again, STR("jabber:server"));
	MUST(xml_reader_element(s->next, written, copying, &c) == READ_OK);
	MUST(str_eq(heard, buf_view(&c.heard.said)));
	MUST(str_eq(written, buf_view(&again)));
	xml_writer_free(c.writer);
	buf_fini(&c.heard.said);
	buf_fini(&again);
}

/* ---- reading ---- */

static void side_init(struct side *s, const struct scanner_limits *limits, struct xml_reader *next)
{
	*s = (struct side){ .limits = limits, .next = next, .heard = { .quiet_scope = true } };
	scanner_init(&s->scanner, limits);
	s->reader = xml_reader_new(NULL);
	s->writer = xml_writer_new();
}

static void side_fini(struct side *s)
{
	xml_reader_free(s->reader);
	xml_writer_free(s->writer);
	buf_fini(&s->heard.said);
	buf_fini(&s->outcomes);
	buf_fini(&s->in);
	buf_fini(&s->taken);
	buf_fini(&s->written);
	buf_fini(&s->root);
}

static enum read_outcome read_piece(struct side *s, enum scan_outcome o, struct str piece)
{
	static const struct xml_sink root = { .start = root_start };
	size_t before = buf_len(&s->heard.said);
	enum read_outcome r;

	if (o == SCAN_HEADER)
		return xml_reader_header(s->reader, piece, root, s);
	buf_clear(&s->written);
	s->heard.depth = 0;
	xml_writer_begin(s->writer, &s->written, STR("jabber:server"));
	if (o == SCAN_OVERSIZE)
		r = xml_reader_start_tag(s->reader, piece, sink, s);
	else
		r = xml_reader_element(s->reader, piece, sink, s);
	if (r == READ_OK && s->next)
		check_written(s, str_skip(buf_view(&s->heard.said), before));
	return r;
}

static void take(struct side *s, enum scan_outcome o, struct str piece)
{
	enum read_outcome r;

	MUST(piece.n <= s->limits->bytes);
	if (o == SCAN_ELEMENT)
		MUST(scanner_element_bytes(&s->scanner) <= s->limits->bytes);
	else if (o == SCAN_OVERSIZE)
		MUST(scanner_element_bytes(&s->scanner) > s->limits->bytes);
	r = read_piece(s, o, piece);
	buf_printf(&s->outcomes, "%s %s %zu;", scan_outcome_name(o), read_outcome_name(r),
		scanner_element_bytes(&s->scanner));
	s->over = r != READ_OK;
	s->malformed = r == READ_MALFORMED || r == READ_DISAGREE;
	s->refused = s->over && !s->malformed;
	s->empty_root |= o == SCAN_HEADER && str_ends(piece, STR("/>"));
	buf_put(&s->taken, piece);
}

static bool step(struct side *s)
{
	struct str piece = { NULL, 0 };
	size_t used = 0;
	enum scan_outcome o = scanner_next(&s->scanner, buf_view(&s->in), &piece, &used);

	switch (o) {
	case SCAN_MORE:
		buf_remove(&s->in, scanner_kept(&s->scanner), used);
		/* After white space the rest of what came is looked at the next time. */
		if (used > 0 && buf_len(&s->in) > 0)
			return true;
		/* Of what is skipped the start tag is kept, and the tag under way. */
		MUST(buf_len(&s->in) <= s->limits->bytes + s->limits->tag_bytes);
		return false;
	case SCAN_HEADER:
	case SCAN_ELEMENT:
	case SCAN_OVERSIZE:
		take(s, o, piece);
		buf_consume(&s->in, used);
		break;
	case SCAN_CLOSE:
	case SCAN_RESTRICTED:
	case SCAN_MALFORMED:
	case SCAN_LIMIT:
	case SCAN_TOO_BIG:
		buf_printf(&s->outcomes, "%s;", scan_outcome_name(o));
		s->over = true;
		break;
	}
	return !s->over;
}

static void feed(struct side *s, struct str in, size_t size)
{
	while (in.n > 0 && !s->over) {
		size_t n = in.n < size ? in.n : size;

		buf_put(&s->in, (struct str){ in.p, n });
		in = str_skip(in, n);
		while (step(s))
			;
	}
}

/* ---- the second opinion ---- */

/* libxml2 does not miss the white space that must stand before "standalone"; we do (XML 1.0 2.9).
 */
static bool lacks_space(struct str document)
{
	static const char at[] = "standalone";
	const char *end = memchr(document.p, '>', document.n);
	const char *found =
		end ? memmem(document.p, (size_t)(end - document.p), at, sizeof(at) - 1) : NULL;

	return found && found > document.p && (found[-1] == '\'' || found[-1] == '"');
}

/* What was taken, as a whole document. Oversize elements were not kept, so without limits only. */
static void ask_libxml2(struct side *s)
{
	struct buf opinion = { 0 };
	bool good;

	if (buf_len(&s->taken) == 0 || s->refused)
		return;
	if (buf_len(&s->root) && !s->empty_root)
		buf_printf(&s->taken, "</%.*s>", STR_ARG(buf_view(&s->root)));
	good = dom_transcript(buf_view(&s->taken), &opinion);
	if (s->malformed) {
		MUST(!good || lacks_space(buf_view(&s->taken)));
	} else {
		MUST(good);
		buf_put(&s->heard.said, STR("</>"));
		MUST(str_eq(buf_view(&opinion), buf_view(&s->heard.said)));
	}
	buf_fini(&opinion);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t sizes[] = { 1, 2, 7, 64 };
	struct str in = { (const char *)data + (size ? 1 : 0), size ? size - 1 : 0 };
	unsigned flags = size ? data[0] : 0;
	const struct scanner_limits *limits = flags & 4 ? &narrow : &wide;
	struct xml_reader *next;
	struct side whole, cut;

	fuzz_random_reset();
	xml_reader_global_init();
	next = next_reader();
	side_init(&whole, limits, next);
	side_init(&cut, limits, NULL);
	feed(&whole, in, SIZE_MAX);
	feed(&cut, in, sizes[flags & 3]);
	MUST(str_eq(buf_view(&whole.outcomes), buf_view(&cut.outcomes)));
	MUST(str_eq(buf_view(&whole.heard.said), buf_view(&cut.heard.said)));
	if (limits == &wide)
		ask_libxml2(&whole);
	side_fini(&whole);
	side_fini(&cut);
	xml_reader_free(next);
	return 0;
}
