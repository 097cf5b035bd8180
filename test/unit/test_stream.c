/* SPDX-License-Identifier: MIT */
/* What conversation scripts (test/proto) cannot say about a stream: memory, moving, ids, names. */
#include "unit.h"

#include "xmpp/stream.h"

#define HEADER                                                                                  \
	"<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' " \
	"xmlns:db='jabber:server:dialback' from='a.example' to='b.example' version='1.0'>"

static const struct stream_options options = {
	.role = STREAM_RECEIVING,
	.early_bytes = 8192,
	.early_elements = 32,
	.max_pairs = 1000,
	.setup_ms = 30000,
	.verify_ms = 45000,
	.close_ms = 5000,
	.limits = { .bytes = 10000,
		.hard_bytes = 20000,
		.depth = 20,
		.attributes = 20,
		.declarations = 10,
		.tag_bytes = 4000 },
};

struct fixture {
	struct stream *stream;
	struct buf in, out;
	struct stream_info info;
};

static enum stream_event next(struct fixture *f)
{
	return stream_next(f->stream, 0, &f->info);
}

/* A stream whose header was answered. */
static void open_stream(struct fixture *f)
{
	*f = (struct fixture){ 0 };
	f->stream = stream_new(&options, &f->in, &f->out, 0);
	buf_put(&f->in, STR(HEADER));
	assert_int_equal(next(f), STREAM_HEADER);
	stream_answer(f->stream, STR("b.example"), STR("a.example"), OFFER_DIALBACK);
	buf_clear(&f->out);
}

static void close_stream(struct fixture *f)
{
	stream_free(f->stream);
	buf_fini(&f->in);
	buf_fini(&f->out);
}

static void nothing_can_be_freed(void **unused)
{
	(void)unused;
	stream_free(NULL);
}

static void every_event_has_a_name_of_its_own(void **unused)
{
	(void)unused;
	for (int i = STREAM_WAIT; i <= STREAM_FAILED; i++) {
		assert_non_null(stream_event_name((enum stream_event)i));
		for (int k = STREAM_WAIT; k < i; k++)
			assert_string_not_equal(stream_event_name((enum stream_event)i),
				stream_event_name((enum stream_event)k));
	}
}

static void every_stream_has_another_id(void **unused)
{
	char ids[100][33];

	(void)unused;
	for (int i = 0; i < 100; i++) {
		struct fixture f;

		open_stream(&f);
		assert_int_equal(stream_id(f.stream).n, 32);
		memcpy(ids[i], stream_id(f.stream).p, 33);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(ids[i], ids[k]);
		close_stream(&f);
	}
}

static void a_stream_moves_in_the_middle_of_an_element(void **unused)
{
	struct fixture f;
	struct buf in = { 0 }, out = { 0 };

	(void)unused;
	open_stream(&f);
	buf_put(&f.in, STR("<db:verify from='a.example' to='b.ex"));
	assert_int_equal(next(&f), STREAM_WAIT);
	buf_move(&in, &f.in);
	stream_move(f.stream, &in, &out);
	stream_idle(f.stream);
	buf_put(&in, STR("ample' id='1'>k</db:verify>"));
	assert_int_equal(next(&f), STREAM_DB_VERIFY);
	assert_str(f.info.db.to, "b.example");
	stream_db_verify_answer(f.stream, f.info.db.from, f.info.db.to, f.info.db.id,
		DIALBACK_VALID, CONDITION_FORBIDDEN);
	assert_int_equal(buf_len(&f.out), 0);
	assert_str(
		buf_view(&out), "<db:verify from='b.example' to='a.example' id='1' type='valid'/>");
	buf_fini(&in);
	buf_fini(&out);
	close_stream(&f);
}

/* Elements without an event of their own (here a refused <auth/>) leave nothing behind in the next
 * one's. */
static void an_event_tells_of_its_own_element_only(void **unused)
{
	struct fixture f;

	(void)unused;
	open_stream(&f);
	buf_put(&f.in,
		STR("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>"
		    "<db:result from='a.example' to='b.example'>k</db:result>"));
	assert_int_equal(next(&f), STREAM_DB_RESULT);
	assert_str(f.info.db.key, "k");
	assert_int_equal(f.info.bytes, 56);
	assert_int_equal(f.info.offset, strlen(HEADER) + 76);
	assert_int_equal(f.info.peer.authzid.n, 0);
	assert_str(f.info.peer.from, "a.example");
	assert_int_equal(next(&f), STREAM_WAIT);
	buf_put(&f.in, STR("<db:result from='a.example' to='b.example' type='valid'/>"));
	assert_int_equal(next(&f), STREAM_IGNORED);
	assert_int_equal(f.info.db.key.n, 0);
	assert_int_equal(f.info.bytes, 57);
	close_stream(&f);
}

static void count_start(void *self, const struct xml_tag *tag)
{
	++*(unsigned *)self;
}

static void count_text(void *self, struct str text)
{
}

static void count_end(void *self)
{
}

static void the_owner_s_sink_is_copied(void **unused)
{
	struct fixture f;
	struct xml_sink sink = { count_start, count_text, count_end };
	unsigned tags = 0;

	(void)unused;
	open_stream(&f);
	stream_stanzas(f.stream, &sink, &tags);
	sink = (struct xml_sink){ 0 };
	buf_put(&f.in, STR("<message><body>x</body></message>"));
	assert_int_equal(next(&f), STREAM_STANZA);
	assert_int_equal(tags, 2);
	close_stream(&f);
}

/* What a peer can make us keep before authentication: the pairs its 8 KiB can name, and no more
 * than max_pairs. */
static void requests_are_bounded_by_bytes_too(void **unused)
{
	struct fixture f;
	enum stream_event e;
	unsigned asked = 0;

	(void)unused;
	open_stream(&f);
	for (int i = 0; i < 200; i++)
		buf_printf(&f.in, "<db:result from='a%d.example' to='b.example'>k</db:result>", i);
	while ((e = next(&f)) == STREAM_DB_RESULT)
		asked++;
	assert_int_equal(e, STREAM_FAILED);
	assert_int_equal(f.info.fail.condition, STREAM_POLICY_VIOLATION);
	assert_in_range(asked, 100, 150);
	close_stream(&f);
}

/* ---- what a record of a stanza needs ---- */

static void ignore_start(void *self, const struct xml_tag *tag)
{
}

static void ignore_text(void *self, struct str text)
{
}

static void ignore_end(void *self)
{
}

static void a_stanza_is_told_as_it_came(void **unused)
{
	static const struct xml_sink sink = { ignore_start, ignore_text, ignore_end };
	static const char one[] = "<message from='x@a.example'\n to=\"y@b.example\"><body>&#65;"
				  "</body></message>";
	struct fixture f;

	(void)unused;
	open_stream(&f);
	stream_established(f.stream);
	stream_stanzas(f.stream, &sink, NULL);
	buf_put(&f.in, STR(" \n"));
	buf_put(&f.in, str_of(one));
	buf_put(&f.in, STR("<presence/>"));
	assert_int_equal(next(&f), STREAM_STANZA);
	assert_str(str_trim(f.info.raw), one);
	assert_int_equal(next(&f), STREAM_STANZA);
	assert_str(f.info.raw, "<presence/>");
	close_stream(&f);
}

static void what_the_header_declares_is_kept_when_it_is_wanted(void **unused)
{
	struct stream_options o = options;
	struct fixture f = { 0 };

	(void)unused;
	o.keep_declared = true;
	f.stream = stream_new(&o, &f.in, &f.out, 0);
	buf_put(&f.in,
		STR("<stream:stream xmlns='jabber:server' xmlns:e=\"urn:a'&amp;b\" xml:lang='de'"
		    " xmlns:stream='http://etherx.jabber.org/streams' from='a.example'"
		    " to='b.example' version='1.0'>"));
	assert_int_equal(next(&f), STREAM_HEADER);
	assert_str(stream_declared(f.stream), "xmlns='jabber:server' xmlns:e='urn:a&apos;&amp;b' "
					      "xmlns:stream='http://etherx.jabber.org/streams' "
					      "xml:lang='de'");
	close_stream(&f);
	open_stream(&f);
	assert_str(stream_declared(f.stream), "");
	close_stream(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stanza_is_told_as_it_came),
		cmocka_unit_test(what_the_header_declares_is_kept_when_it_is_wanted),
		cmocka_unit_test(nothing_can_be_freed),
		cmocka_unit_test(every_event_has_a_name_of_its_own),
		cmocka_unit_test(every_stream_has_another_id),
		cmocka_unit_test(a_stream_moves_in_the_middle_of_an_element),
		cmocka_unit_test(an_event_tells_of_its_own_element_only),
		cmocka_unit_test(the_owner_s_sink_is_copied),
		cmocka_unit_test(requests_are_bounded_by_bytes_too),
	};

	xml_reader_global_init();
	return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
