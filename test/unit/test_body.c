/* SPDX-License-Identifier: MIT */
/* What a body's text is recognised as: whole, cut in two at every place, and byte by byte. */
#include "unit.h"

#include "policy/body.h"

#include <stdlib.h>

/* XEP-0364 3.1. */
#define TAG "\x20\x09\x20\x20\x09\x09\x09\x09\x20\x09\x20\x09\x20\x09\x20\x20"
#define V1  "\x20\x09\x20\x09\x20\x20\x09\x20"
#define V2  "\x20\x20\x09\x09\x20\x20\x09\x20"
#define V3  "\x20\x20\x09\x09\x20\x20\x09\x09"

struct text {
	const char *name, *text;
	unsigned found;
};

static const struct text texts[] = {
	{ "nothing", "", 0 },
	{ "a text", "Hello, are you there? Ask me - about AES.", 0 },
	{ "OTR data", "?OTR:AAMDJ+MVmSfjFZcAAAAAAQAAAAIAAADA1g5Iu.", BODY_OTR },
	{ "an OTR fragment", "?OTR,1,3,?OTR:AAEDAAAAAQ,", BODY_OTR },
	{ "a fragment of version 3", "?OTR|5a73a599|27e31597,00001,00003,?OTR:AA,", BODY_OTR },
	{ "an OTR query", "?OTRv23?", BODY_OTR },
	{ "an old query", "?OTR?v2?\nAlice would like to talk in private.", BODY_OTR },
	{ "the oldest query", "?OTR?", BODY_OTR },
	{ "an OTR error", "?OTR Error: You sent something unreadable.", BODY_OTR },
	{ "behind white space", " \t\r\n  ?OTRv2?", BODY_OTR },
	{ "only the word", "?OTR", BODY_OTR },
	{ "data behind a text", "look: ?OTR:AAIDAAAA.", BODY_OTR },
	{ "a fragment behind a text", "look: ?OTR,1,2,x,", BODY_OTR },
	{ "a word about OTR", "is it ?OTR or what", 0 },
	{ "at the end of a text", "is it ?OTR", 0 },
	{ "a query behind a text", "send ?OTRv2? to begin", 0 },
	{ "two marks before it", "??OTR:x", BODY_OTR },
	{ "a false start", "?OT ?OTR:x", BODY_OTR },
	{ "a word, then data", "?OT?OTR:x", BODY_OTR },
	{ "a mark behind the word", "x ?OTR?OTR:x", BODY_OTR },
	{ "in small letters", "?otr:aamd", 0 },
	{ "a tag of version 1", "hi" TAG V1, BODY_OTR_TAG },
	{ "of version 2", "hi" TAG V2 " there", BODY_OTR_TAG },
	{ "of version 3", TAG V3 "hi", BODY_OTR_TAG },
	{ "of all", "hi" TAG V1 V2 V3, BODY_OTR_TAG },
	{ "without any", "hi" TAG, BODY_OTR_TAG },
	{ "behind other white space", "hi \t \t  " TAG V2, BODY_OTR_TAG },
	{ "a tag cut by a letter",
		"\x20\x09\x20\x20\x09\x09\x09\x09x\x20\x09\x20\x09\x20\x09\x20\x20", 0 },
	{ "a table of tabs", "a\t\t\t\tb\t\t\t\tc\t \t \t \t \t \t \t \td", 0 },
	{ "a tag and a query", "?OTRv2?" TAG V2, BODY_OTR | BODY_OTR_TAG },
	{ "armour", "-----BEGIN PGP MESSAGE-----\n\nhQEMA==\n-----END PGP MESSAGE-----", BODY_PGP },
	{ "armour behind a text", "read this:\n-----BEGIN PGP MESSAGE-----\n", BODY_PGP },
	{ "a part of armour", "-----BEGIN PGP MESSAGE, PART 1/2-----", BODY_PGP },
	{ "a key", "-----BEGIN PGP PUBLIC KEY BLOCK-----", BODY_PGP },
	{ "a signature", "-----BEGIN PGP SIGNED MESSAGE-----", BODY_PGP },
	{ "more dashes", "--------BEGIN PGP MESSAGE-----", BODY_PGP },
	{ "a false start of dashes", "---- -----BEGIN PGP MESSAGE-----", BODY_PGP },
	{ "too few dashes", "----BEGIN PGP MESSAGE-----", 0 },
	{ "another armour", "-----BEGIN CERTIFICATE-----", 0 },
	{ "a file", "aesgcm://files.example/x.jpg#00ff", BODY_AESGCM },
	{ "a file behind a text", "look at aesgcm://files.example/x#00", BODY_AESGCM },
	{ "in capitals", "AesGCM://files.example/x#00", BODY_AESGCM },
	{ "behind a letter", "aaesgcm://files.example/", BODY_AESGCM },
	{ "a false start of it", "aesgaesgcm://files.example/", BODY_AESGCM },
	{ "its name alone", "aesgcm: what is that", 0 },
	{ "another link", "https://files.example/x.jpg", 0 },
	{ "all of them", "aesgcm://x -----BEGIN PGP MESSAGE----- ?OTR:x" TAG,
		BODY_AESGCM | BODY_PGP | BODY_OTR | BODY_OTR_TAG },
};

enum { TEXTS = sizeof(texts) / sizeof(texts[0]) };

static void check(const struct text *t, const struct body_scan *s, size_t cut)
{
	if (s->found != t->found)
		fail_msg("%s, cut at %zu: %#x instead of %#x", t->name, cut, (unsigned)s->found,
			t->found);
}

static void a_text_is_recognised_wherever_it_is_cut(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < TEXTS; i++) {
		struct str text = str_of(texts[i].text);

		for (size_t cut = 0; cut <= text.n; cut++) {
			struct body_scan s = { 0 };

			body_scan_text(&s, (struct str){ text.p, cut });
			body_scan_text(&s, str_skip(text, cut));
			check(&texts[i], &s, cut);
		}
	}
}

static void a_text_is_recognised_byte_by_byte(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < TEXTS; i++) {
		struct str text = str_of(texts[i].text);
		struct body_scan s = { 0 };

		for (size_t at = 0; at < text.n; at++)
			body_scan_text(&s, (struct str){ text.p + at, 1 });
		check(&texts[i], &s, 1);
	}
}

/* The text without what body_scan_some() and body_scan_tail() say is a run with a tag. */
static void squeeze(struct str text, size_t step, char *out)
{
	struct body_scan s = { 0 };
	size_t n = 0;

	for (size_t at = 0; at < text.n; at += step) {
		struct str piece = { text.p + at, text.n - at < step ? text.n - at : step };

		while (piece.n > 0) {
			size_t run, read = body_scan_some(&s, piece, &run);

			memcpy(out + n, piece.p, read);
			n += read;
			assert_in_range(run, 0, n);
			n -= run;
			piece = str_skip(piece, read);
		}
	}
	n -= body_scan_tail(&s);
	out[n] = '\0';
}

static void the_run_that_holds_a_tag_is_told(void **unused)
{
	static const struct {
		const char *text, *left;
	} cases[] = {
		{ "hi", "hi" },
		{ "hi there\t", "hi there\t" },
		{ "hi" TAG V2, "hi" },
		{ "hi " TAG V2 " \t", "hi" },
		{ TAG V2 "hi", "hi" },
		{ "hi" TAG V2 "there" TAG, "hithere" },
		{ "a b" TAG "\nc\td", "a b\nc\td" },
		{ TAG, "" },
	};
	char out[256];

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t step = 1; step <= strlen(cases[i].text); step++) {
			squeeze(str_of(cases[i].text), step, out);
			assert_string_equal(out, cases[i].left);
		}
	}
}

static void a_long_text_of_dashes_and_blanks_is_nothing(void **unused)
{
	struct body_scan s = { 0 };
	char *text = malloc(1u << 20);

	(void)unused;
	assert_non_null(text);
	memset(text, '-', 1u << 20);
	body_scan_text(&s, (struct str){ text, 1u << 20 });
	memset(text, ' ', 1u << 20);
	body_scan_text(&s, (struct str){ text, 1u << 20 });
	assert_int_equal(s.found, 0);
	body_scan_text(&s, STR("-----BEGIN PGP "));
	assert_int_equal(s.found, BODY_PGP);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_recognised_wherever_it_is_cut),
		cmocka_unit_test(a_text_is_recognised_byte_by_byte),
		cmocka_unit_test(the_run_that_holds_a_tag_is_told),
		cmocka_unit_test(a_long_text_of_dashes_and_blanks_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
