/* SPDX-License-Identifier: MIT */
/*
 * The scanner. Every row is a stream and the transcript of what the scanner makes of it; it must be
 * the same when the stream is fed whole, in any two pieces, and byte by byte.
 */
#include "unit.h"

#include "base/buf.h"
#include "xml/scanner.h"

#include <stdio.h>
#include <stdlib.h>

static const struct scanner_limits roomy = {
	.bytes = 1000,
	.hard_bytes = 4000,
	.depth = 5,
	.attributes = 10,
	.declarations = 4,
	.tag_bytes = 500,
};

/* The owner of a scanner: its input and what was heard so far. */
struct run {
	struct scanner scanner;
	struct buf in;
	struct buf said;
	bool ended;
	bool spoil; /* overwrite what was looked at */
	bool quick; /* ask scanner_waits() first */
};

static void begin(struct run *r, const struct scanner_limits *limits)
{
	*r = (struct run){ 0 };
	scanner_init(&r->scanner, limits);
}

static void end(struct run *r)
{
	buf_fini(&r->in);
	buf_fini(&r->said);
}

static bool failed(enum scan_outcome o)
{
	return o >= SCAN_RESTRICTED;
}

static void say(struct run *r, enum scan_outcome o, struct str piece)
{
	buf_printf(&r->said, "%s%s", buf_len(&r->said) ? " " : "", scan_outcome_name(o));
	if (failed(o))
		return;
	if (!r->spoil)
		buf_printf(&r->said, "[%.*s]", STR_ARG(piece));
	if (o == SCAN_OVERSIZE)
		buf_printf(&r->said, "%zu", scanner_element_bytes(&r->scanner));
	else
		assert_int_equal(scanner_element_bytes(&r->scanner), piece.n);
}

/* A scanner that looked back further than a name and a few bytes would now see tags. */
static void spoil(struct run *r, size_t kept)
{
	const size_t near = 16;

	if (buf_len(&r->in) > kept + near)
		memset(r->in.data + r->in.start + kept, '<', buf_len(&r->in) - kept - near);
}

static void feed(struct run *r, struct str bytes)
{
	buf_put(&r->in, bytes);
	if (r->quick && !r->ended && scanner_waits(&r->scanner, buf_view(&r->in)))
		return;
	while (!r->ended) {
		struct str piece;
		size_t used, kept;
		enum scan_outcome o = scanner_next(&r->scanner, buf_view(&r->in), &piece, &used);

		if (o == SCAN_MORE) {
			kept = scanner_kept(&r->scanner);
			buf_remove(&r->in, kept, used);
			if (r->spoil)
				spoil(r, kept);
			return;
		}
		say(r, o, piece);
		r->ended = failed(o);
		if (!r->ended)
			buf_consume(&r->in, used);
	}
}

static void expect(struct run *r, const char *want, const char *how)
{
	buf_put_char(&r->said, '\0');
	if (strcmp(buf_view(&r->said).p, want) != 0)
		fail_msg("%s:\n  got  %s\n  want %s", how, buf_view(&r->said).p, want);
	end(r);
}

static void expect_in_pieces(
	const struct scanner_limits *limits, struct str input, const char *want, bool quick)
{
	struct run r;
	char how[64];

	for (size_t i = 1; i < input.n; i++) {
		begin(&r, limits);
		r.quick = quick;
		feed(&r, (struct str){ input.p, i });
		feed(&r, str_skip(input, i));
		snprintf(how, sizeof(how), "cut at %zu, quick %d", i, quick);
		expect(&r, want, how);
	}
	begin(&r, limits);
	r.quick = quick;
	for (size_t i = 0; i < input.n; i++)
		feed(&r, (struct str){ input.p + i, 1 });
	expect(&r, want, quick ? "byte by byte, quick" : "byte by byte");
}

static void expect_however_cut(
	const struct scanner_limits *limits, struct str input, const char *want)
{
	struct run r;

	begin(&r, limits);
	feed(&r, input);
	expect(&r, want, "whole");
	expect_in_pieces(limits, input, want, false);
	expect_in_pieces(limits, input, want, true);
}

/* Without this the quick way could be one that is never taken. */
static void bytes_that_end_no_token_are_seen_without_starting_the_machine(void **unused)
{
	static const char input[] = "<s><m a='12345'>text here</m>";
	static const char waits[] = "00000111011111001111111110010";
	char got[sizeof(waits)] = "";
	struct run r;

	begin(&r, &roomy);
	for (size_t i = 0; input[i]; i++) {
		buf_put_char(&r.in, input[i]);
		got[i] = scanner_waits(&r.scanner, buf_view(&r.in)) ? '1' : '0';
		if (got[i] == '0')
			feed(&r, (struct str){ NULL, 0 });
	}
	assert_string_equal(got, waits);
	end(&r);
}

/* What is due without another byte, like the end of an empty root, only the machine can tell. */
static void nothing_new_is_no_reason_to_wait(void **unused)
{
	struct run r;

	begin(&r, &roomy);
	assert_false(scanner_waits(&r.scanner, buf_view(&r.in)));
	feed(&r, STR("<s>"));
	assert_false(scanner_waits(&r.scanner, buf_view(&r.in)));
	feed(&r, STR("<m a='1"));
	assert_false(scanner_waits(&r.scanner, buf_view(&r.in)));
	buf_put_char(&r.in, '2');
	assert_true(scanner_waits(&r.scanner, buf_view(&r.in)));
	end(&r);
}

struct row {
	const char *input, *want;
};

static void expect_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		expect_however_cut(&roomy, str_of(rows[i].input), rows[i].want);
}

#define ROWS(rows) rows, sizeof(rows) / sizeof((rows)[0])

static void a_stream_is_cut_into_header_elements_and_close(void **unused)
{
	static const struct row rows[] = {
		{ "", "" },
		{ "<s>", "header[<s>]" },
		{ "<?xml version='1.0'?><s:stream xmlns:s='x'>",
			"header[<?xml version='1.0'?><s:stream xmlns:s='x'>]" },
		{ "<?xml version='1.0'?>\r\n <stream xmlns=\"x>y\">",
			"header[<?xml version='1.0'?>\r\n <stream xmlns=\"x>y\">]" },
		{ " \n<s> ", "header[<s>]" },
		{ "<s><a/><b></b></s>", "header[<s>] element[<a/>] element[<b></b>] close[</s>]" },
		{ "<s> <a/>\n\t<b>x</b> \r</s > \n",
			"header[<s>] element[<a/>] element[<b>x</b>] close[</s >]" },
		{ "<s><a><b/><c><d></d></c>t</a>",
			"header[<s>] element[<a><b/><c><d></d></c>t</a>]" },
		{ "<s><a b='>' c=\"'/>\"><d e='/'>&gt;/></d></a><b c='/'/>",
			"header[<s>] element[<a b='>' c=\"'/>\"><d e='/'>&gt;/></d></a>] "
			"element[<b c='/'/>]" },
		{ "<s/>", "header[<s/>] close[]" },
		{ "<s a='b' / > ", "header[<s a='b' / >]" },
		{ "<s/> \n", "header[<s/>] close[]" },
		{ "<s><a", "header[<s>]" },
		{ "<s><a><b></b>", "header[<s>]" },
		{ "<s><\xc3\xa9/>", "header[<s>] element[<\xc3\xa9/>]" },
		{ "<s></other:name>", "header[<s>] close[</other:name>]" },
	};

	(void)unused;
	expect_rows(ROWS(rows));
}

static void cdata_hides_everything_until_its_end(void **unused)
{
	static const struct row rows[] = {
		{ "<s><a><![CDATA[</a><b>]]></a>",
			"header[<s>] element[<a><![CDATA[</a><b>]]></a>]" },
		{ "<s><a><![CDATA[]]></a>", "header[<s>] element[<a><![CDATA[]]></a>]" },
		{ "<s><a><![CDATA[>]>]]]]></a>", "header[<s>] element[<a><![CDATA[>]>]]]]></a>]" },
		{ "<s><a><![CDATA[]>]] >]]>]]>x</a>",
			"header[<s>] element[<a><![CDATA[]>]] >]]>]]>x</a>]" },
		{ "<s><a><![CDATA[x]]", "header[<s>]" },
	};

	(void)unused;
	expect_rows(ROWS(rows));
}

static void comments_instructions_and_doctypes_are_restricted(void **unused)
{
	static const struct row rows[] = {
		{ "<?xm version='1.0'?><s>", "restricted" },
		{ "<?xml-stylesheet href='x'?><s>", "restricted" },
		{ "<?xml version='1.0'?><?xml version='1.0'?><s>", "restricted" },
		{ "<?xml version='1.0'?><!DOCTYPE s><s>", "restricted" },
		{ "<!DOCTYPE s [<!ENTITY a 'b'>]><s>", "restricted" },
		{ "<!-- x --><s>", "restricted" },
		{ "<s><?xml version='1.0'?>", "header[<s>] restricted" },
		{ "<s><!-- x --><a/>", "header[<s>] restricted" },
		{ "<s><a><!-- x --></a>", "header[<s>] restricted" },
		{ "<s><a><?x?></a>", "header[<s>] restricted" },
		{ "<s><a><![INCLUDE[x]]></a>", "header[<s>] restricted" },
		{ "<s><a><![cdata[x]]></a>", "header[<s>] restricted" },
		{ "<s><a/><!ELEMENT", "header[<s>] element[<a/>] restricted" },
	};

	(void)unused;
	expect_rows(ROWS(rows));
}

static void what_no_stream_looks_like_is_malformed(void **unused)
{
	static const struct row rows[] = {
		{ "x<s>", "malformed" },
		{ "\xef\xbb\xbf<s>", "malformed" },
		{ "\xef\xbb\xbf<?xml version='1.0'?><s>", "malformed" },
		{ "</s>", "malformed" },
		{ "<?xml version='1.0'?></s>", "malformed" },
		{ "<?xml version='1.0'?>x<s>", "malformed" },
		{ "<?xml version='1.0'><s>", "malformed" },
		{ "<?xml version='1.0'<s>", "malformed" },
		{ "<>", "malformed" },
		{ "< s>", "malformed" },
		{ "<1>", "malformed" },
		{ "<s <a>", "malformed" },
		{ "<s><a/>x", "header[<s>] element[<a/>] malformed" },
		{ "<s>&#32;<a/>", "header[<s>] malformed" },
		{ "<s><![CDATA[x]]>", "header[<s>] malformed" },
		{ "<s><a b='c'<d>", "header[<s>] malformed" },
		{ "<s><a></a<", "header[<s>] malformed" },
		{ "<s><a><></a>", "header[<s>] malformed" },
		{ "<s></s><a/>", "header[<s>] close[</s>] malformed" },
		{ "<s></s>x", "header[<s>] close[</s>] malformed" },
		{ "<s/></s>", "header[<s/>] close[] malformed" },
		{ "<s></s></s>", "header[<s>] close[</s>] malformed" },
	};

	(void)unused;
	expect_rows(ROWS(rows));
}

static void each_limit_passes_exactly_and_fails_by_one(void **unused)
{
	static const struct {
		struct scanner_limits limits;
		const char *input, *want;
	} rows[] = {
		/* bytes */
		{ { 8, 99, 9, 9, 9, 99 }, "<s><a>x</a>", "header[<s>] element[<a>x</a>]" },
		{ { 7, 99, 9, 9, 9, 99 }, "<s><a>x</a>", "header[<s>] oversize[<a>]8" },
		/* a first-level start tag must fit into them */
		{ { 4, 99, 9, 9, 9, 99 }, "<s><a/><b/>",
			"header[<s>] element[<a/>] element[<b/>]" },
		{ { 3, 99, 9, 9, 9, 99 }, "<s><a/>", "header[<s>] limit" },
		{ { 4, 99, 9, 9, 9, 99 }, "<s><aa></aa>", "header[<s>] oversize[<aa>]9" },
		{ { 3, 99, 9, 9, 9, 99 }, "<s><aa></aa>", "header[<s>] limit" },
		{ { 5, 99, 9, 9, 9, 99 }, "<s><a><bbbbbb/></a>", "header[<s>] oversize[<a>]16" },
		/* a header cannot be skipped */
		{ { 11, 99, 9, 9, 9, 99 }, "<sssssssss>", "header[<sssssssss>]" },
		{ { 10, 99, 9, 9, 9, 99 }, "<sssssssss>", "too-big" },
		{ { 24, 99, 9, 9, 9, 99 }, "<?xml version='1.0'?>  <s>", "too-big" },
		{ { 26, 99, 9, 9, 9, 99 }, "<?xml version='1.0'?>  <s>",
			"header[<?xml version='1.0'?>  <s>]" },
		/* hard bytes */
		{ { 4, 20, 9, 9, 9, 99 }, "<s><a>0123456789abc</a>",
			"header[<s>] oversize[<a>]20" },
		{ { 4, 19, 9, 9, 9, 99 }, "<s><a>0123456789abc</a>", "header[<s>] too-big" },
		{ { 4, 19, 9, 9, 9, 99 }, "<s><a><![CDATA[0123456789abc", "header[<s>] too-big" },
		{ { 9, 19, 9, 9, 9, 99 }, "<s><a><bbbbbbbbb c='dddd'/>", "header[<s>] too-big" },
		{ { 9, 19, 9, 9, 9, 99 }, "<s><a>0123456789abcdef<!-- -->", "header[<s>] too-big" },
		/* depth: levels inside a first-level element */
		{ { 99, 99, 2, 9, 9, 99 }, "<s><a><b><c></c></b></a>",
			"header[<s>] element[<a><b><c></c></b></a>]" },
		{ { 99, 99, 2, 9, 9, 99 }, "<s><a><b><c><d/></c></b></a>", "header[<s>] limit" },
		{ { 99, 99, 1, 9, 9, 99 }, "<s><a><b><c></c></b></a>", "header[<s>] limit" },
		{ { 99, 99, 0, 9, 9, 99 }, "<s><a>x</a>", "header[<s>] element[<a>x</a>]" },
		{ { 99, 99, 0, 9, 9, 99 }, "<s><a><b/></a>", "header[<s>] limit" },
		{ { 99, 99, 1, 9, 9, 99 }, "<s><a><b/><b/><b/></a>",
			"header[<s>] element[<a><b/><b/><b/></a>]" },
		/* attributes, declarations among them */
		{ { 99, 99, 9, 2, 9, 99 }, "<s a='1' b=\"2\">", "header[<s a='1' b=\"2\">]" },
		{ { 99, 99, 9, 2, 9, 99 }, "<s a='1' b='2' c='3'>", "limit" },
		{ { 99, 99, 9, 2, 9, 99 }, "<s a='1' xmlns='2' xmlns:c='3'>", "limit" },
		{ { 99, 99, 9, 2, 9, 99 }, "<s><a><b a='1' b='2'/><b a='1' b='2' c='3'/></a>",
			"header[<s>] limit" },
		/* declarations */
		{ { 99, 99, 9, 9, 2, 99 }, "<s xmlns='1' xmlns:b='2' a='xmlns='>",
			"header[<s xmlns='1' xmlns:b='2' a='xmlns='>]" },
		{ { 99, 99, 9, 9, 2, 99 }, "<s xmlns='1' xmlns:b='2'\n xmlns:c \t=\n'3'>",
			"limit" },
		{ { 99, 99, 9, 9, 1, 99 }, "<s xmlnsx='1' b:xmlns='2' xmln='3' axmlns='4'>",
			"header[<s xmlnsx='1' b:xmlns='2' xmln='3' axmlns='4'>]" },
		{ { 99, 99, 9, 9, 0, 99 }, "<xmlns a='1'>", "header[<xmlns a='1'>]" },
		{ { 99, 99, 9, 9, 0, 99 }, "<s a='1'xmlns='2'>", "limit" },
		/* one tag */
		{ { 99, 99, 9, 9, 9, 9 }, "<s a='1'>", "header[<s a='1'>]" },
		{ { 99, 99, 9, 9, 9, 8 }, "<s a='1'>", "limit" },
		{ { 99, 99, 9, 9, 9, 8 }, "<s><a><b a='123456'/>", "header[<s>] limit" },
		{ { 99, 99, 9, 9, 9, 8 }, "<s><a><bbbbb></bbbbb></a>",
			"header[<s>] element[<a><bbbbb></bbbbb></a>]" },
		{ { 99, 99, 9, 9, 9, 8 }, "<s><a></a      >", "header[<s>] limit" },
		{ { 99, 99, 9, 9, 9, 20 }, "<?xml version='1.0'?><s>", "limit" },
		{ { 99, 99, 9, 9, 9, 21 }, "<?xml version='1.0'?><s>",
			"header[<?xml version='1.0'?><s>]" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_however_cut(&rows[i].limits, str_of(rows[i].input), rows[i].want);
}

static void limits_hold_inside_an_element_that_is_being_skipped(void **unused)
{
	static const struct scanner_limits limits = { 12, 200, 2, 2, 1, 40 };
	static const struct row rows[] = {
		{ "<s><a b='c'>0123456789<d><e/></d></a><f/>",
			"header[<s>] oversize[<a b='c'>]34 element[<f/>]" },
		{ "<s> <a b='c'><d><![CDATA[</d></a>]>]]></d></a> <f/>",
			"header[<s>] oversize[<a b='c'>]42 element[<f/>]" },
		{ "<s><a>0123456789<d><e><f/></e></d></a>", "header[<s>] limit" },
		{ "<s><a>0123456789<d a='1' b='2' c='3'/></a>", "header[<s>] limit" },
		{ "<s><a>0123456789<d xmlns='1' xmlns:b='2'/></a>", "header[<s>] limit" },
		{ "<s><a>0123456789<d a='01234567890123456789012345678901'/></a>",
			"header[<s>] limit" },
		{ "<s><a>0123456789<d a='0123456789012345678901234567890'/></a>",
			"header[<s>] oversize[<a>]57" },
		{ "<s><a>0123456789<!-- --></a>", "header[<s>] restricted" },
		{ "<s><a>0123456789<d <e></a>", "header[<s>] malformed" },
		{ "<s><a>0123456789<d/></a></s>", "header[<s>] oversize[<a>]21 close[</s>]" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_however_cut(&limits, str_of(rows[i].input), rows[i].want);
}

static void skipping_stores_no_more_than_the_start_tag_and_the_tag_under_way(void **unused)
{
	static const struct scanner_limits limits = { 100, 10 << 20, 2, 2, 1, 40 };
	static const char filler[] = "text > text <b c='/>'>]]x</b><![CDATA[ <b> ]] >]]>";
	struct run r;

	(void)unused;
	begin(&r, &limits);
	feed(&r, STR("<s> <a to='b'>"));
	for (size_t i = 0; i < 200000; i++) {
		feed(&r, (struct str){ &filler[i % (sizeof(filler) - 1)], 1 });
		assert_true(buf_len(&r.in) <= limits.bytes + limits.tag_bytes);
	}
	assert_int_equal(scanner_kept(&r.scanner), sizeof("<a to='b'>") - 1);
	feed(&r, STR("</a><c/>"));
	assert_int_equal(scanner_kept(&r.scanner), 0);
	expect(&r, "header[<s>] oversize[<a to='b'>]200014 element[<c/>]", "skipped");
}

static void white_space_between_elements_is_dropped_at_once(void **unused)
{
	struct run r;

	(void)unused;
	begin(&r, &roomy);
	feed(&r, STR("<s>"));
	for (unsigned i = 0; i < 10000; i++) {
		feed(&r, STR(" "));
		assert_int_equal(buf_len(&r.in), 0);
	}
	feed(&r, STR("<a/>"));
	expect(&r, "header[<s>] element[<a/>]", "after 10,000 keepalives");
}

static void no_byte_is_looked_at_again_but_those_of_a_name(void **unused)
{
	static const struct scanner_limits limits = { 1 << 20, 1 << 20, 5, 5, 5, 1 << 19 };
	static const char *const shapes[] = {
		"<a b='%s'/>",
		"<a xmlns='%s' b=\"c\"></a>",
		"<a>%s</a>",
		"<a><![CDATA[%s]]></a>",
		"<a><b>%s</b><b c='%s'/></a>",
	};
	char filler[30001];

	(void)unused;
	memset(filler, '>', sizeof(filler) - 1);
	filler[sizeof(filler) - 1] = '\0';
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct buf input = { 0 };
		struct run r;

		for (const char *p = shapes[i]; *p; p++) {
			if (p[0] == '%')
				buf_put(&input, str_of(filler));
			else if (p[0] != 's')
				buf_put_char(&input, *p);
		}
		begin(&r, &limits);
		r.spoil = true;
		feed(&r, STR("<s>"));
		for (size_t k = 0; k < buf_len(&input); k++)
			feed(&r, (struct str){ buf_view(&input).p + k, 1 });
		expect(&r, "header element", shapes[i]);
		buf_fini(&input);
	}
}

static void after_a_restart_a_header_is_expected_again_under_the_same_limits(void **unused)
{
	struct run r;

	(void)unused;
	begin(&r, &roomy);
	feed(&r, STR("<s><a/>"));
	scanner_restart(&r.scanner);
	assert_memory_equal(&r.scanner.limits, &roomy, sizeof(roomy));
	feed(&r, STR("<?xml version='1.0'?><s><b/></s>"));
	scanner_restart(&r.scanner);
	feed(&r, STR("</s>"));
	expect(&r,
		"header[<s>] element[<a/>] header[<?xml version='1.0'?><s>] element[<b/>] "
		"close[</s>] malformed",
		"restarted");
}

static void new_limits_count_from_the_next_piece_on(void **unused)
{
	struct run r;

	(void)unused;
	begin(&r, &roomy);
	feed(&r, STR("<s><a>0123456789"));
	r.scanner.limits.bytes = 10;
	r.scanner.limits.hard_bytes = 12;
	feed(&r, STR("0123456789</a><b>012</b><b>0123</b><b>01234567890"));
	expect(&r,
		"header[<s>] element[<a>01234567890123456789</a>] element[<b>012</b>] "
		"oversize[<b>]11 too-big",
		"changed in the middle");
}

static void every_outcome_has_a_name(void **unused)
{
	(void)unused;
	for (int o = SCAN_MORE; o <= SCAN_TOO_BIG; o++)
		assert_non_null(scan_outcome_name((enum scan_outcome)o));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_is_cut_into_header_elements_and_close),
		cmocka_unit_test(bytes_that_end_no_token_are_seen_without_starting_the_machine),
		cmocka_unit_test(cdata_hides_everything_until_its_end),
		cmocka_unit_test(comments_instructions_and_doctypes_are_restricted),
		cmocka_unit_test(what_no_stream_looks_like_is_malformed),
		cmocka_unit_test(each_limit_passes_exactly_and_fails_by_one),
		cmocka_unit_test(limits_hold_inside_an_element_that_is_being_skipped),
		cmocka_unit_test(skipping_stores_no_more_than_the_start_tag_and_the_tag_under_way),
		cmocka_unit_test(nothing_new_is_no_reason_to_wait),
		cmocka_unit_test(white_space_between_elements_is_dropped_at_once),
		cmocka_unit_test(no_byte_is_looked_at_again_but_those_of_a_name),
		cmocka_unit_test(after_a_restart_a_header_is_expected_again_under_the_same_limits),
		cmocka_unit_test(new_limits_count_from_the_next_piece_on),
		cmocka_unit_test(every_outcome_has_a_name),
	};

	return cmocka_run_group_tests_name("scanner", tests, NULL, NULL);
}
