/* SPDX-License-Identifier: MIT */
/* Which byte ended a stream: the same one however the bytes come, and what stood around it. */
#include "unit.h"

#include "xml/reader.h"
#include "xmpp/stream_fault.h"

#define HEADER                                                                                  \
	"<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' " \
	"xmlns:db='jabber:server:dialback' from='a.example' to='b.example' version='1.0'>"
#define RESULT  "<db:result from='a.example' to='b.example'>k</db:result>"
#define TEN     "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const struct stream_options options = {
	.role = STREAM_RECEIVING,
	.early_bytes = 8192,
	.early_elements = 32,
	.max_pairs = 1000,
	.setup_ms = 30000,
	.verify_ms = 45000,
	.close_ms = 5000,
	.limits = { .bytes = 600,
		.hard_bytes = 1200,
		.depth = 3,
		.attributes = 8,
		.declarations = 3,
		.tag_bytes = 300 },
};

struct fixture {
	struct stream *stream;
	struct buf in, out;
	struct stream_info info;
};

static void ignore_start(void *self, const struct xml_tag *tag)
{
}

static void ignore_text(void *self, struct str text)
{
}

static void ignore_end(void *self)
{
}

/* Reads on, answering what has to be answered; true: the stream has failed. */
static bool read_on(struct fixture *f)
{
	static const struct xml_sink sink = { ignore_start, ignore_text, ignore_end };
	enum stream_event e;

	while ((e = stream_next(f->stream, 0, &f->info)) != STREAM_WAIT) {
		if (e == STREAM_HEADER) {
			stream_answer(
				f->stream, STR("b.example"), STR("a.example"), OFFER_DIALBACK);
			stream_stanzas(f->stream, &sink, NULL);
			stream_established(f->stream);
		}
		if (e == STREAM_FAILED || e == STREAM_CLOSED)
			return e == STREAM_FAILED;
	}
	return false;
}

static void open_stream(struct fixture *f)
{
	*f = (struct fixture){ 0 };
	f->stream = stream_new(&options, &f->in, &f->out, 0);
}

static void close_stream(struct fixture *f)
{
	stream_free(f->stream);
	buf_fini(&f->in);
	buf_fini(&f->out);
}

/* False: it is still open when all has been said. */
static bool say(struct fixture *f, struct str bytes, size_t step)
{
	while (bytes.n) {
		size_t n = step < bytes.n ? step : bytes.n;

		buf_put(&f->in, (struct str){ bytes.p, n });
		bytes = str_skip(bytes, n);
		if (read_on(f))
			return true;
	}
	return false;
}

struct row {
	const char *text; /* the byte behind '|' is the one */
	const char *words;
	enum stream_condition condition;
};

static const struct row rows[] = {
	/* The scanner's. */
	{ "|x", "no stream header", STREAM_NOT_WELL_FORMED },
	{ "<?xml version='1.0'|>", "an XML declaration that is none", STREAM_NOT_WELL_FORMED },
	{ "<?xml version='1.0'?>|x", "no stream header behind", STREAM_NOT_WELL_FORMED },
	{ "<?|php ", "processing instruction", STREAM_RESTRICTED_XML },
	{ HEADER "<message/> |text", "text between elements", STREAM_NOT_WELL_FORMED },
	{ HEADER "<|?p", "a processing instruction", STREAM_RESTRICTED_XML },
	{ HEADER "<!|-- x -->", "a comment", STREAM_RESTRICTED_XML },
	{ HEADER "<message><body>x<!|--", "a comment", STREAM_RESTRICTED_XML },
	{ HEADER "<message><| ", "no name behind", STREAM_NOT_WELL_FORMED },
	{ HEADER "<message to='b' |<body", "a '<' inside a tag", STREAM_NOT_WELL_FORMED },
	{ HEADER "<message></message |<", "an end tag that is none", STREAM_NOT_WELL_FORMED },
	{ HEADER "<message a='' b='' c='' d='' e='' f='' g='' h='' i=|''>", "too many attributes",
		STREAM_POLICY_VIOLATION },
	{ HEADER "<message><a><b><c><|d>", "too deep", STREAM_POLICY_VIOLATION },
	{ HEADER "<message><x a='" HUNDRED HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN "0123|4",
		"a tag is too long", STREAM_POLICY_VIOLATION },
	{ HEADER "<message><body>" HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED
			HUNDRED HUNDRED HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN "01234|5",
		"too large", STREAM_POLICY_VIOLATION },
	/* Behind an element of which the middle was not kept. */
	{ HEADER "<message><body>" HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED
		 "</body></message>" RESULT "|x",
		"text between elements", STREAM_NOT_WELL_FORMED },
	{ HEADER "<message><body>" HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED "<|?",
		"a processing instruction", STREAM_RESTRICTED_XML },
	/* The parser's: where it notices. */
	{ HEADER RESULT "<message><body>x</bdoy>|</message>", "tag mismatch",
		STREAM_NOT_WELL_FORMED },
	{ HEADER "<message>\n<body>\xc3\xbc |\xc3</body></message>", "not UTF-8",
		STREAM_UNSUPPORTED_ENCODING },
	{ HEADER "<message><body>&nbsp;|</body></message>", "entity", STREAM_RESTRICTED_XML },
	{ "<?xml version='1.0' ?>\n" HEADER "<message><y:x|></y:x></message>", "unbound prefix",
		STREAM_NOT_WELL_FORMED },
	{ "<?xml version='1.0'?><stream:stream xmlns:stream='urn:x' a='1' a='2'|>", "",
		STREAM_NOT_WELL_FORMED },
	{ "|<?xml version='1.1'?>" HEADER, "XML declaration", STREAM_NOT_WELL_FORMED },
	/* Whole elements that may not stand there: where they begin. */
	{ HEADER RESULT "  |<x xmlns='urn:x'/>", "", STREAM_UNSUPPORTED_STANZA_TYPE },
	{ HEADER RESULT "|</stream:strean>", "", STREAM_NOT_WELL_FORMED },
};

static void check_row(const struct row *row, size_t step)
{
	struct buf bytes = { 0 };
	size_t at = strcspn(row->text, "|");
	const struct stream_fault *fault;
	struct fixture f;

	buf_put(&bytes, (struct str){ row->text, at });
	buf_put(&bytes, str_of(row->text + at + 1));
	open_stream(&f);
	if (!say(&f, buf_view(&bytes), step))
		fail_msg("\"%s\" in steps of %zu does not fail", row->text, step);
	assert_int_equal(f.info.fail.condition, row->condition);
	fault = stream_fault(f.stream);
	assert_non_null(fault);
	if (fault->offset != at || !strstr(fault->words, row->words))
		fail_msg("\"%s\" in steps of %zu: %zu, not %zu: %s", row->text, step,
			(size_t)fault->offset, at, fault->words);
	/* The excerpt is of this place. */
	assert_true(fault->n <= STREAM_EXCERPT);
	assert_true(fault->at < fault->n);
	assert_int_equal(fault->bytes[fault->at], row->text[at + 1]);
	close_stream(&f);
	buf_fini(&bytes);
}

static void the_byte_is_the_same_however_the_bytes_come(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_row(&rows[i], SIZE_MAX);
		for (size_t step = 1; step < 40; step++)
			check_row(&rows[i], step);
	}
}

static void an_excerpt_has_what_stood_around(void **unused)
{
	struct fixture f;
	const struct stream_fault *fault;

	(void)unused;
	open_stream(&f);
	assert_true(say(&f, STR(HEADER "<message/>x" HUNDRED), SIZE_MAX));
	fault = stream_fault(f.stream);
	assert_int_equal(fault->offset, strlen(HEADER "<message/>"));
	/* What was taken before is gone. */
	assert_str(((struct str){ fault->bytes, fault->n }), "x" HUNDRED);
	close_stream(&f);
	open_stream(&f);
	assert_true(say(&f, STR(HEADER "<message><body>" HUNDRED "<?" HUNDRED HUNDRED), SIZE_MAX));
	fault = stream_fault(f.stream);
	assert_int_equal(fault->n, STREAM_EXCERPT);
	assert_int_equal(fault->at, STREAM_EXCERPT / 2);
	assert_memory_equal(fault->bytes + fault->at - 3, "89<?" TEN, 14);
	close_stream(&f);
}

static void offsets_start_anew_with_a_stream(void **unused)
{
	struct fixture f;

	(void)unused;
	open_stream(&f);
	buf_put(&f.in, STR(HEADER));
	assert_int_equal(stream_next(f.stream, 0, &f.info), STREAM_HEADER);
	stream_answer(f.stream, STR("b.example"), STR("a.example"), OFFER_STARTTLS);
	buf_put(&f.in, STR("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"));
	assert_int_equal(stream_next(f.stream, 0, &f.info), STREAM_STARTTLS);
	stream_secured(f.stream);
	assert_true(say(&f, STR(HEADER "x"), 7));
	assert_int_equal(stream_fault(f.stream)->offset, strlen(HEADER));
	close_stream(&f);
}

static void other_ends_have_none(void **unused)
{
	struct fixture f;

	(void)unused;
	open_stream(&f);
	assert_false(say(&f, STR(HEADER RESULT "</stream:stream>"), SIZE_MAX));
	assert_null(stream_fault(f.stream));
	close_stream(&f);
	open_stream(&f);
	assert_false(say(&f, STR(HEADER), SIZE_MAX));
	stream_fail(f.stream, STREAM_SYSTEM_SHUTDOWN, NULL, NULL);
	assert_true(read_on(&f));
	assert_null(stream_fault(f.stream));
	close_stream(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_byte_is_the_same_however_the_bytes_come),
		cmocka_unit_test(an_excerpt_has_what_stood_around),
		cmocka_unit_test(offsets_start_anew_with_a_stream),
		cmocka_unit_test(other_ends_have_none),
	};

	xml_reader_global_init();
	return cmocka_run_group_tests_name("stream_fault", tests, NULL, NULL);
}
