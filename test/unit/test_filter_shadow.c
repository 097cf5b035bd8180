/* SPDX-License-Identifier: MIT */
/* Policies in shadow: they change nothing, and what they would have done is told beside. */
#include "filter_story.h"
#include "policy_text.h"

#define ENFORCED "{ name = \"one\"; strip = [ \"html\" ]; }"
#define SHADOWED                                 \
	"{ name = \"two\"; mode = \"shadow\";\n" \
	"  strip = [ \"nick\" ]; presence = { fold = \"availability\"; }; }"
#define BOTH "policies = ( " ENFORCED ",\n" SHADOWED " );"
#define NICK "<nick xmlns='http://jabber.org/protocol/nick'>a</nick>"

struct shadow_story {
	const char *name, *in;
	enum verdict verdict, shadow_verdict;
	const char *out, *shadow_out;
	const char *policy, *shadow_policy; /* NULL: none decided */
};

static const char *name_of(const struct filter_result *r)
{
	return r->policy ? r->policy->name : "";
}

static void tell_both(const struct shadow_story *s, struct rig *rig, size_t step)
{
	const struct filter_result *r = rig_feed(rig, str_of(s->in), step);
	const struct filter_result *shadow = filter_shadow(rig->filter);

	if (!r || !shadow)
		fail_msg("%s: no result", s->name);
	if (r->verdict != s->verdict || !str_eq(r->bytes, str_of(s->out)) ||
		strcmp(name_of(r), s->policy ? s->policy : "") != 0)
		fail_msg("%s: %s by %s: %.*s", s->name, verdict_name(r->verdict), name_of(r),
			STR_ARG(r->bytes));
	if (shadow->verdict != s->shadow_verdict || !str_eq(shadow->bytes, str_of(s->shadow_out)) ||
		strcmp(name_of(shadow), s->shadow_policy ? s->shadow_policy : "") != 0)
		fail_msg("%s: the shadow: %s by %s: %.*s", s->name, verdict_name(shadow->verdict),
			name_of(shadow), STR_ARG(shadow->bytes));
	assert_int_equal(shadow->bytes_in, r->bytes_in);
	assert_str(shadow->head.from, "a@a.example");
	assert_str(shadow->head.to_domain, "b.example");
}

static const struct shadow_story stories[] = {
	{ "neither decides", "<message" A "><body>x</body></message>", VERDICT_PASS, VERDICT_PASS,
		"<message" A "><body>x</body></message>", "<message" A "><body>x</body></message>",
		NULL, NULL },
	{ "only the shadow would", "<message" A "><body>x</body>" NICK "</message>", VERDICT_PASS,
		VERDICT_FOLD, "<message" A "><body>x</body>" NICK "</message>",
		"<message" A "><body>x</body></message>", NULL, "two" },
	{ "what is enforced, the shadow does too",
		"<message" A "><body>x</body>" HTML NICK "</message>", VERDICT_FOLD, VERDICT_FOLD,
		"<message" A "><body>x</body>" NICK "</message>",
		"<message" A "><body>x</body></message>", "one", "one" },
	{ "the shadow would fold it away",
		"<message" A ">" NICK HTML "<thread>1</thread></message>", VERDICT_DROP,
		VERDICT_DROP, NULL, NULL, "one", "two" },
	{ "presence stays whole, and would be folded",
		"<presence" A "><show>away</show></presence>", VERDICT_PASS, VERDICT_FOLD,
		"<presence" A "><show>away</show></presence>", "<presence" A "/>", NULL, "two" },
	{ "a request would be refused", "<iq" A " type='set' id='1'>" NICK "</iq>", VERDICT_PASS,
		VERDICT_BOUNCE, "<iq" A " type='set' id='1'>" NICK "</iq>", NULL, NULL, "two" },
};

static void a_shadow_is_told_and_changes_nothing(void **unused)
{
	struct policy_text text;
	struct rig rig;

	(void)unused;
	policy_text_init(&text, BOTH);
	for (size_t step = 1; step; step = step == 1 ? SIZE_MAX : 0) {
		rig_init(&rig, text.table, RIG_HEADER);
		for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++)
			tell_both(&stories[i], &rig, step);
		rig_fini(&rig);
	}
	policy_text_fini(&text);
}

/* Nobody reads them: they are not written, and nothing else is another. */
static void without_its_bytes_a_shadow_tells_the_same(void **unused)
{
	struct policy_text text;
	struct rig rig;

	(void)unused;
	policy_text_init(&text, BOTH);
	rig_init(&rig, text.table, RIG_HEADER);
	filter_shadow_blank(rig.filter);
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		struct shadow_story s = stories[i];

		s.shadow_out = NULL;
		tell_both(&s, &rig, SIZE_MAX);
	}
	rig_fini(&rig);
	policy_text_fini(&text);
}

static void what_decided_is_named_with_its_line(void **unused)
{
	const struct filter_result *r;
	struct policy_text text;
	struct rig rig;

	(void)unused;
	policy_text_init(&text, BOTH);
	rig_init(&rig, text.table, RIG_HEADER);
	rig_feed(&rig, STR("<message" A "><body>x</body>" NICK "</message>"), SIZE_MAX);
	r = filter_shadow(rig.filter);
	assert_string_equal(r->key, "strip");
	assert_string_equal(r->origin->file, "test.conf");
	assert_int_equal(r->origin->line, 3);
	rig_feed(&rig, STR("<presence" A "><show>away</show></presence>"), SIZE_MAX);
	assert_null(rig.result->key);
	assert_null(rig.result->origin);
	assert_string_equal(filter_shadow(rig.filter)->key, "presence.fold");
	assert_int_equal(filter_shadow(rig.filter)->origin->line, 3);
	rig_fini(&rig);
	policy_text_fini(&text);
}

static void without_a_policy_in_shadow_there_is_none(void **unused)
{
	struct policy_text both, one;
	struct rig rig;

	(void)unused;
	policy_text_init(&both, BOTH);
	policy_text_init(&one, "policies = ( " ENFORCED " );");
	assert_null(one.table->shadow);
	rig_init(&rig, both.table, RIG_HEADER);
	assert_null(filter_shadow(rig.filter));
	rig_feed(&rig, STR("<message" A "><body>x</body></message>"), SIZE_MAX);
	assert_non_null(filter_shadow(rig.filter));
	/* What followed the last stanza does not follow the next. */
	rig.table = one.table;
	rig_feed(&rig, STR("<message" A "><body>x</body></message>"), SIZE_MAX);
	assert_null(filter_shadow(rig.filter));
	rig.table = both.table;
	rig_feed(&rig, STR("<message" A "><body>x</body></message>"), SIZE_MAX);
	assert_non_null(filter_shadow(rig.filter));
	rig.table = NULL;
	rig_feed(&rig, STR("<message" A "><body>x</body></message>"), SIZE_MAX);
	assert_null(filter_shadow(rig.filter));
	rig_fini(&rig);
	policy_text_fini(&both);
	policy_text_fini(&one);
}

static void what_the_head_or_the_size_decides_holds_for_both(void **unused)
{
	struct policy_text text;
	struct rig rig;
	struct buf big = { 0 };

	(void)unused;
	policy_text_init(&text, BOTH);
	rig_init(&rig, text.table, RIG_HEADER);
	rig_feed(&rig, STR("<iq" A " type='odd' id='1'><x xmlns='urn:x'/></iq>"), SIZE_MAX);
	assert_int_equal(rig.result->verdict, VERDICT_INVALID);
	assert_int_equal(filter_shadow(rig.filter)->verdict, VERDICT_INVALID);
	buf_put(&big, STR("<message" A "><body>"));
	while (buf_len(&big) <= rig_limits.bytes)
		buf_put(&big, STR("0123456789"));
	buf_put(&big, STR("</body></message>"));
	rig_feed(&rig, buf_view(&big), 4096);
	assert_true(rig.oversize);
	assert_int_equal(rig.result->verdict, VERDICT_BOUNCE);
	assert_int_equal(filter_shadow(rig.filter)->verdict, VERDICT_BOUNCE);
	assert_string_equal(filter_shadow(rig.filter)->reason, "oversize");
	assert_int_equal(filter_shadow(rig.filter)->bytes_in, buf_len(&big));
	buf_fini(&big);
	rig_fini(&rig);
	policy_text_fini(&text);
}

static void a_stanza_that_breaks_off_leaves_no_shadow(void **unused)
{
	struct policy_text text;
	struct rig rig;

	(void)unused;
	policy_text_init(&text, BOTH);
	rig_init(&rig, text.table, RIG_HEADER);
	/* Told in part: the reader finds out inside. */
	assert_null(
		rig_feed(&rig, STR("<message" A "><body>&nothing;</body></message>"), SIZE_MAX));
	filter_bind(rig.filter, &rig, STR("en"), STR("en"));
	assert_null(filter_shadow(rig.filter));
	rig_fini(&rig);
	policy_text_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shadow_is_told_and_changes_nothing),
		cmocka_unit_test(without_its_bytes_a_shadow_tells_the_same),
		cmocka_unit_test(what_decided_is_named_with_its_line),
		cmocka_unit_test(without_a_policy_in_shadow_there_is_none),
		cmocka_unit_test(what_the_head_or_the_size_decides_holds_for_both),
		cmocka_unit_test(a_stanza_that_breaks_off_leaves_no_shadow),
	};

	xml_reader_global_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
