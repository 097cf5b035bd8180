/* SPDX-License-Identifier: MIT */
/*
 * The scanner's short cut: where it answers, and that its answer is the scanner's. Fed byte by byte
 * the scanner never has a whole element when it begins with one, so it never asks.
 */
#include "unit.h"

#include "base/buf.h"
#include "xml/scanner_whole.h"

static const struct scanner_limits tight = {
	.bytes = 150,
	.hard_bytes = 400,
	.depth = 2,
	.attributes = 3,
	.declarations = 2,
	.tag_bytes = 70,
};

static void it_answers_for_tags_and_text_within_the_limits(void **unused)
{
	static const struct {
		const char *input;
		size_t n; /* of the element; 0: no answer */
	} rows[] = {
		{ "<a/>", 4 },
		{ "<a/><b/>", 4 },
		{ "<a></a> ", 7 },
		{ "<a>text > ' \"</a><b>", 17 },
		{ "<a b='>'/>", 10 },
		{ "<a b='/>\"' c=\"'/>\"></a>", 23 },
		{ "<a><b/><c>x</c></a>", 19 },
		{ "<a><b><c/></b></a>", 18 },
		{ "<a><b><c><d/></c></b></a>", 0 },
		{ "<a b='' c=''/>", 14 },
		{ "<a b='' c='' d=''/>", 0 }, /* all may be declarations */
		{ "<a", 0 },
		{ "<a b='", 0 },
		{ "<a b=''", 0 },
		{ "<a>", 0 },
		{ "<a></a", 0 },
		{ "<a><b></a>", 0 },
		{ "<", 0 },
		{ "</a>", 0 },
		{ "<a><", 0 },
		{ "<a><b <c></a>", 0 },
		{ "<a></a '>", 0 },
		{ "<a><![CDATA[]]></a>", 0 },
		{ "<a><!-- --></a>", 0 },
		{ "<a><?b?></a>", 0 },
		{ "<a>< b/></a>", 0 },
		{ "<1/>", 0 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *p = rows[i].input;
		const char *end = scanner_whole(&tight, p, p + strlen(p));

		if (end != (rows[i].n ? p + rows[i].n : NULL))
			fail_msg("%s: %zd", p, end ? end - p : 0);
	}
}

/* An element of n bytes in all, in one tag or in three. */
static const char *ask(struct buf *b, size_t n, bool tags)
{
	const char *end = tags ? "</a>" : "'/>";

	buf_clear(b);
	buf_printf(b, tags ? "<a><b/>" : "<a b='");
	while (buf_len(b) < n - strlen(end))
		buf_put_char(b, 'x');
	buf_put(b, str_of(end));
	return scanner_whole(&tight, buf_view(b).p, buf_view(b).p + buf_len(b));
}

static void each_limit_passes_exactly_and_by_one_it_does_not_answer(void **unused)
{
	struct buf b = { 0 };

	(void)unused;
	assert_non_null(ask(&b, tight.tag_bytes, false));
	assert_null(ask(&b, tight.tag_bytes + 1, false));
	assert_non_null(ask(&b, tight.bytes, true));
	assert_null(ask(&b, tight.bytes + 1, true));
	buf_fini(&b);
}

/* ---- against the scanner ---- */

static uint32_t draw(uint32_t *state, uint32_t below)
{
	*state = *state * 1664525u + 1013904223u;
	return (*state >> 8) % below;
}

static void put_random(struct buf *b, uint32_t *state)
{
	static const char *const tokens[] = { "<a>", "<a>", "</a>", "</a>", "<b/>", "<b c='d'/>",
		"<a b='1' c=\"2\">", "<a b='<'>", "<a b='>' c='\"'>", " xmlns='u'",
		" p:q='some value'", "text", "more text, and then some more of it", "'", "\"", ">",
		"<", "/>", "</", "=", " ", "\n", "<![CDATA[", "]]>", "\xc3\xa9", "<\xc3\xa9/>",
		"</a >", "<a b = 'c' >" };
	size_t n = 1 + draw(state, 14);

	buf_put(b, STR("<a>"));
	for (size_t i = 0; i < n; i++)
		buf_put(b, str_of(tokens[draw(state, sizeof(tokens) / sizeof(tokens[0]))]));
	while (draw(state, 4))
		buf_put(b, STR("</a>"));
}

/* Appends what the scanner says of a stream, cut into steps. */
static void tell(struct str input, size_t step, struct buf *said)
{
	struct scanner s;
	struct buf in = { 0 };

	scanner_init(&s, &tight);
	for (size_t at = 0; at < input.n; at += step) {
		enum scan_outcome o;

		buf_put(&in,
			(struct str){ input.p + at, input.n - at < step ? input.n - at : step });
		do {
			struct str piece;
			size_t used;

			o = scanner_next(&s, buf_view(&in), &piece, &used);
			if (o == SCAN_MORE) {
				buf_remove(&in, scanner_kept(&s), used);
				break;
			}
			buf_printf(said, "%s ", scan_outcome_name(o));
			if (o >= SCAN_RESTRICTED)
				break;
			buf_printf(said, "[%.*s]%zu ", STR_ARG(piece), scanner_element_bytes(&s));
			buf_consume(&in, used);
		} while (o < SCAN_RESTRICTED);
		if (o >= SCAN_RESTRICTED)
			break;
	}
	buf_fini(&in);
}

static void its_answer_is_the_scanners(void **unused)
{
	struct buf input = { 0 }, whole = { 0 }, bytewise = { 0 };
	unsigned answers = 0;
	uint32_t state = 1;

	(void)unused;
	for (unsigned i = 0; i < 20000; i++) {
		struct str first;

		buf_clear(&input);
		buf_clear(&whole);
		buf_clear(&bytewise);
		buf_put(&input, STR("<s>"));
		put_random(&input, &state);
		put_random(&input, &state);
		first = str_skip(buf_view(&input), 3);
		answers += scanner_whole(&tight, first.p, first.p + first.n) != NULL;
		tell(buf_view(&input), buf_len(&input), &whole);
		tell(buf_view(&input), 1, &bytewise);
		if (!str_eq(buf_view(&whole), buf_view(&bytewise)))
			fail_msg("%.*s:\n  whole %.*s\n  bytes %.*s", STR_ARG(buf_view(&input)),
				STR_ARG(buf_view(&whole)), STR_ARG(buf_view(&bytewise)));
	}
	assert_in_range(answers, 1000, 19000);
	buf_fini(&input);
	buf_fini(&whole);
	buf_fini(&bytewise);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_answers_for_tags_and_text_within_the_limits),
		cmocka_unit_test(each_limit_passes_exactly_and_by_one_it_does_not_answer),
		cmocka_unit_test(its_answer_is_the_scanners),
	};

	return cmocka_run_group_tests_name("scanner_whole", tests, NULL, NULL);
}
