/* SPDX-License-Identifier: MIT */
/*
 * Labels as the first line of bodies: made for those who have no labels, and read from those who
 * have none, in pieces of any size and whatever else is done to the text. RED governs; see
 * label_rig.h.
 */
#include "label_rig.h"

#define M(content)      "<message" A ">" content "</message>"
#define B(text)         "<body>" text "</body>"
#define IN_FRENCH(text) "<body xml:lang='fr'>" text "</body>"
#define DEEP_LINE       "[BLUE DEEP &amp; &lt;ours&gt;]\n"
#define INNER(content)  FW "<message" JC ">" content "</message>" FWEND
#define FALLBACK \
	"<fallback xmlns='urn:xmpp:fallback:0' for='u'><body start='0' end='9'/></fallback>"
#define OTR_TAG " \t  \t\t\t\t \t \t \t  "
#define EVERYTHING(rest)                                                              \
	"policies = ( { name = \"p\"; audit = \"headers\"; labels = { check = true; " \
	"unlabelled = \"default\"; }; " rest " } );"

static void every_body_begins_with_what_counts_for_the_recipient(void **unused)
{
	static const struct label_story stories[] = {
		{ "behind it", M(SL(ORIGINAL(RED_HIGH)) B("x")), M(B(DEEP_LINE "x")), "label",
			NULL },
		{ "before it", M(B("x") SL(ORIGINAL(RED_HIGH))), M(B(DEEP_LINE "x")), "label",
			NULL },
		{ "two", M(B("x &lt; y") IN_FRENCH("z") SL(ORIGINAL(RED_LOW))),
			M(B("[BLUE PALE]\nx &lt; y") IN_FRENCH("[BLUE PALE]\nz")), "label", NULL },
		{ "one that says so itself", M(B("[BLUE PALE]\nx") SL(ORIGINAL(RED_HIGH))),
			M(B(DEEP_LINE "[BLUE PALE]\nx")), "label", NULL },
		{ "nothing to say", M("<body/>" SL(ORIGINAL(RED_HIGH))), M("<body/>"), "label",
			NULL },
		{ "no body", M("<subject>x</subject>" SL(ORIGINAL(RED_HIGH))),
			M("<subject>x</subject>"), "label", NULL },
		{ "an element in it", M(B("<x xmlns='u'>y</x>z") SL(ORIGINAL(RED_HIGH))),
			M(B(DEEP_LINE "<x xmlns='u'>y</x>z")), "label", NULL },
		{ "what says it again", M(B("x") HTML SL(ORIGINAL(RED_LOW))),
			M(B("[BLUE PALE]\nx")), "label", NULL },
		{ "what would hide it", M(FALLBACK SL(ORIGINAL(RED_LOW)) B("x")),
			M(B("[BLUE PALE]\nx")), "label", NULL },
		{ "a message inside",
			M(SL(ORIGINAL(RED_LOW)) INNER(B("y") HTML SL(ORIGINAL(RED_HIGH))) B("x")),
			M(INNER(B(DEEP_LINE "y")) B("[BLUE PALE]\nx")), "label", NULL },
		{ "of the peer's own policy", M(B("x") SL(ORIGINAL(BLUE_PALE))),
			M(B("[BLUE PALE]\nx")), "label", NULL },
		{ "not granted", M(B("x") SL(ORIGINAL(RED_TOP))), NULL,
			"no-equivalent-classification", NULL },
	};
	static const struct label_story beside[] = {
		{ "and the label", M(B("x") SL(ORIGINAL(RED_LOW))),
			M(B("[BLUE PALE]\nx") SL(SHOW_PALE ORIGINAL(RED_LOW) EQUAL(BLUE_PALE))),
			"label", NULL },
		{ "a label that stays",
			M(SL(SHOW_PALE ORIGINAL(RED_LOW) EQUAL(BLUE_PALE)) B("x") HTML),
			M(SL(SHOW_PALE ORIGINAL(RED_LOW) EQUAL(BLUE_PALE)) B("[BLUE PALE]\nx")),
			"label", NULL },
	};
	struct label_rig rig;

	(void)unused;
	label_rig_init(&rig);
	rig.to.first_line = true;
	TELL_LABELS(&rig, CHECKED, beside);
	rig.to.write = LABEL_WRITE_NONE;
	TELL_LABELS(&rig, CHECKED, stories);
	label_rig_fini(&rig);
}

static void a_line_of_ours_stands_apart_from_what_is_read_in_texts(void **unused)
{
	static const struct label_story stories[] = {
		{ "an offer in front", M(B(OTR_TAG "x") SL(ORIGINAL(RED_LOW))),
			M(B("[BLUE PALE]\n x")), "strip", NULL },
		{ "an offer behind", M(B("x" OTR_TAG) SL(ORIGINAL(RED_LOW))),
			M(B("[BLUE PALE]\nx")), "strip", NULL },
		{ "nothing but an offer",
			M("<subject>s</subject>" B(OTR_TAG) SL(ORIGINAL(RED_LOW))),
			M("<subject>s</subject>"), "strip", NULL },
		{ "encrypted", M("<subject>s</subject>" B("?OTRv2?") SL(ORIGINAL(RED_LOW))),
			M("<subject>s</subject>"), "strip", NULL },
		{ "one of two", M(B("?OTR:AAAA") IN_FRENCH("x") SL(ORIGINAL(RED_LOW))),
			M(IN_FRENCH("[BLUE PALE]\nx")), "strip", NULL },
	};
	static const struct label_story sizes[] = {
		{ "as long as it may be", M(B("abcd") SL(ORIGINAL(RED_LOW))),
			M(B("[BLUE PALE]\nabcd")), "label", NULL },
	};
	struct label_rig rig;

	(void)unused;
	label_rig_init(&rig);
	rig.to.first_line = true;
	rig.to.write = LABEL_WRITE_NONE;
	TELL_LABELS(&rig, CHECKED_WITH("strip = [ \"encrypted\" ];"), stories);
	TELL_LABELS(&rig, CHECKED_WITH("max_body = \"4\";"), sizes);
	label_rig_fini(&rig);
}

static void a_known_first_line_is_the_label(void **unused)
{
	static const struct label_story stories[] = {
		{ "low", M(B("[RED LOW]\nx")), M(B("x") SL(SHOW_PALE ORIGINAL(BLUE_PALE))), "label",
			"first line \"RED LOW\" -> \"BLUE PALE\"" },
		{ "high, by another name", M(B("[Hoch]\nx\ny")),
			M(B("x\ny") SL(SHOW_DEEP ORIGINAL(BLUE_DEEP))), "label",
			"first line \"RED HIGH\" -> \"BLUE DEEP\"" },
		{ "with white space", M(B("  [ RED \t LOW ] \r\nx")),
			M(B("x") SL(SHOW_PALE ORIGINAL(BLUE_PALE))), "label", NULL },
		{ "written otherwise", M(B("&#91;RED&#x20;LOW]&#10;x &amp; y")),
			M(B("x &amp; y") SL(SHOW_PALE ORIGINAL(BLUE_PALE))), "label", NULL },
		{ "nothing but the line", M(B("[RED LOW]")),
			M("<body></body>" SL(SHOW_PALE ORIGINAL(BLUE_PALE))), "label", NULL },
		{ "two that agree", M(B("[RED LOW]\nx") IN_FRENCH("[RED LOW]\ny") "<body/>"),
			M(B("x") IN_FRENCH("y") "<body/>" SL(SHOW_PALE ORIGINAL(BLUE_PALE))),
			"label", NULL },
		{ "two that do not", M(B("[RED LOW]\nx") IN_FRENCH("[Hoch]\ny")), NULL,
			"first-lines-differ", "" },
		{ "one without", M(B("x") IN_FRENCH("[Hoch]\ny")), NULL, "first-lines-differ", "" },
		{ "what says it again", M(HTML B("[RED LOW]\nx") FALLBACK),
			M(B("x") SL(SHOW_PALE ORIGINAL(BLUE_PALE))), "label", NULL },
		{ "a message inside", M(B("[RED LOW]\nx") INNER(B("[Hoch]\ny") HTML)),
			M(B("x") INNER(B("y") SL(SHOW_DEEP ORIGINAL(BLUE_DEEP)))
					SL(SHOW_PALE ORIGINAL(BLUE_PALE))),
			"label", NULL },
		{ "a message with a label keeps its text",
			M(B("[Hoch]\nx") SL(SHOW_PALE ORIGINAL(RED_LOW) EQUAL(BLUE_PALE))), NULL,
			NULL, NULL },
	};
	static const struct label_story unknown[] = {
		{ "none", M(B("x")), NULL, "no-label", NULL },
		{ "unknown", M(B("[RED NONE]\nx")), NULL, "no-label", NULL },
		{ "not framed", M(B("RED LOW\nx")), NULL, "no-label", NULL },
		{ "more behind it", M(B("[RED LOW] x\ny")), NULL, "no-label", NULL },
		{ "in the second line", M(B("\n[RED LOW]\nx")), NULL, "no-label", NULL },
		{ "an element in it", M(B("[RED <b xmlns='u'/>LOW]\nx")), NULL, "no-label", NULL },
		{ "a subject", M("<subject>[RED LOW]\nx</subject>"), NULL, "no-label", NULL },
		{ "nothing", M("<body/>"), NULL, "no-label", NULL },
	};
	static const struct label_story by_default[] = {
		{ "unknown", M(B("[RED NONE]\nx")), NULL, NULL,
			"default \"RED LOW\" -> \"BLUE PALE\"" },
	};
	struct label_rig rig;

	(void)unused;
	label_rig_init(&rig);
	rig.from.marks = &rig.marks;
	TELL_LABELS(&rig, CHECKED, stories);
	TELL_LABELS(&rig, CHECKED, unknown);
	rig.from.default_label = &rig.low;
	TELL_LABELS(&rig, EVERYTHING(""), by_default);
	label_rig_fini(&rig);
}

static void a_known_first_line_is_decided_like_a_label(void **unused)
{
	static const struct label_story stories[] = {
		{ "low, said by nothing else", M(B("[RED LOW]\nx") HTML), NULL, NULL,
			"first line \"RED LOW\" -> \"BLUE PALE\"" },
		{ "high", M(B("[Hoch]\nx")), NULL, "classification-denied", NULL },
		{ "high, further in", M(B("[RED LOW]\nx") INNER(B("[Hoch]\ny"))), NULL,
			"classification-denied", NULL },
	};
	struct label_rig rig;

	(void)unused;
	label_rig_init(&rig);
	rig.from.marks = &rig.marks;
	rig.to.write = LABEL_WRITE_NONE;
	rig.labels.to.translated.list[0] = &rig.blue_pale;
	TELL_LABELS(&rig, CHECKED, stories);
	label_rig_fini(&rig);
}

static void one_line_gives_way_to_another(void **unused)
{
	static const struct label_story stories[] = {
		{ "high", M(B("[Hoch]\nx") HTML), M(B(DEEP_LINE "x")), "label", NULL },
		{ "nothing but the line", M(B("[Hoch]")), M(B(DEEP_LINE)), "label", NULL },
	};
	struct label_rig rig;

	(void)unused;
	label_rig_init(&rig);
	rig.from.marks = &rig.marks;
	rig.to.write = LABEL_WRITE_NONE;
	rig.to.first_line = true;
	TELL_LABELS(&rig, CHECKED, stories);
	label_rig_fini(&rig);
}

/* What stands behind the line is the beginning of the text for whoever gets it. */
static void nothing_hides_behind_a_line_that_goes(void **unused)
{
	static const struct label_story stories[] = {
		{ "encrypted", M("<subject>s</subject>" B("[RED LOW]\n?OTRv2?")),
			M("<subject>s</subject>" SL(SHOW_PALE ORIGINAL(BLUE_PALE))), "strip",
			NULL },
		{ "behind white space", M("<subject>s</subject>" B("[RED LOW]\n \n?OTR?")),
			M("<subject>s</subject>" SL(SHOW_PALE ORIGINAL(BLUE_PALE))), "strip",
			NULL },
		{ "an offer", M(B("[RED LOW]" OTR_TAG "\n" OTR_TAG "x")),
			M(B(" x") SL(SHOW_PALE ORIGINAL(BLUE_PALE))), "strip", NULL },
		{ "an offer at the end of it", M(B("[RED LOW]" OTR_TAG)),
			M("<body></body>" SL(SHOW_PALE ORIGINAL(BLUE_PALE))), "strip", NULL },
		{ "words further in", M(B("[RED LOW]\nabout ?OTR")),
			M(B("about ?OTR") SL(SHOW_PALE ORIGINAL(BLUE_PALE))), "label", NULL },
	};
	struct label_rig rig;

	(void)unused;
	label_rig_init(&rig);
	rig.from.marks = &rig.marks;
	TELL_LABELS(&rig, CHECKED_WITH("strip = [ \"encrypted\" ];"), stories);
	label_rig_fini(&rig);
}

static void all_that_the_peer_sent_counts_as_its_body(void **unused)
{
	struct policy_text text;
	struct label_rig labels;
	struct rig rig;

	(void)unused;
	policy_text_init(&text, CHECKED_WITH("max_body = \"13\";"));
	label_rig_init(&labels);
	labels.from.marks = &labels.marks;
	for (size_t step = 1; step; step = step == 1 ? SIZE_MAX : 0) {
		rig_init(&rig, text.table, RIG_HEADER);
		rig.context.labels = labels.labels;
		assert_int_equal(
			rig_feed(&rig, STR(M(B("[RED LOW]\nabc"))), step)->verdict, VERDICT_FOLD);
		assert_string_equal(
			rig_feed(&rig, STR(M(B("[RED LOW]\nabcd"))), step)->reason, "max_body");
		rig_fini(&rig);
	}
	label_rig_fini(&labels);
	policy_text_fini(&text);
}

/* Of a peer's line no more is kept than a marking may have; and what is added is bounded. */
static void long_lines_and_many_bodies_are_bounded(void **unused)
{
	struct label_rig rig;
	struct buf line = { 0 }, many = { 0 };
	struct label_story too_long = { "long", NULL, NULL, "no-label", NULL };
	struct label_story too_many = { "many", NULL, NULL, "label-unwritable", NULL };

	(void)unused;
	buf_printf(&line, "<message" A "><body>[RED LOW%10000s]\nx</body></message>", "");
	buf_put_char(&line, '\0');
	too_long.in = buf_view(&line).p;
	buf_printf(&many, "<message" A ">" SL(ORIGINAL(RED_HIGH)));
	for (unsigned i = 0; i < 12000; i++)
		buf_printf(&many, B("x"));
	buf_printf(&many, "</message>");
	buf_put_char(&many, '\0');
	too_many.in = buf_view(&many).p;
	label_rig_init(&rig);
	rig.from.marks = &rig.marks;
	label_stories_tell(&rig, CHECKED, &too_long, 1);
	rig.to.first_line = true;
	label_stories_tell(&rig, CHECKED, &too_many, 1);
	label_rig_fini(&rig);
	buf_fini(&line);
	buf_fini(&many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_body_begins_with_what_counts_for_the_recipient),
		cmocka_unit_test(a_line_of_ours_stands_apart_from_what_is_read_in_texts),
		cmocka_unit_test(a_known_first_line_is_the_label),
		cmocka_unit_test(a_known_first_line_is_decided_like_a_label),
		cmocka_unit_test(one_line_gives_way_to_another),
		cmocka_unit_test(nothing_hides_behind_a_line_that_goes),
		cmocka_unit_test(all_that_the_peer_sent_counts_as_its_body),
		cmocka_unit_test(long_lines_and_many_bodies_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
