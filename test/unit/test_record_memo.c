/* SPDX-License-Identifier: MIT */
/* Decisions in records, written once for all stanzas of which the same was decided. */
#include "unit.h"

#include "config/report.h"
#include "policy/policy.h"
#include "trunk/record_memo.h"

#include <stdio.h>

static char *name(const char *s)
{
	return (char *)(uintptr_t)s;
}

static void the_same_is_written_once_and_what_differs_anew(void **unused)
{
	struct config_origin at = { .file = name("p.conf"), .line = 7 };
	struct policy policy = { .name = name("outer") };
	struct filter_result plain = {
		.verdict = VERDICT_PASS, .reason = "pass", .feature = FEATURE_COUNT
	};
	struct filter_result folded = plain, shadow = plain, seen = plain;
	struct record_memo *m = record_memo_new();

	(void)unused;
	folded.verdict = VERDICT_FOLD;
	folded.reason = folded.key = "strip";
	folded.policy = &policy;
	folded.origin = &at;
	folded.feature = FEATURE_NICK;
	feature_set_add(&folded.seen, FEATURE_NICK);
	feature_set_add(&folded.removed, FEATURE_NICK);
	shadow.verdict = VERDICT_DROP;
	feature_set_add(&seen.seen, FEATURE_NICK);
	for (unsigned i = 0; i < 2; i++) {
		assert_str(record_memo_decision(m, 1, &plain, NULL),
			",\"verdict\":\"pass\",\"reason\":\"pass\"");
		assert_str(record_memo_decision(m, 1, &plain, &shadow),
			",\"verdict\":\"pass\",\"reason\":\"pass\",\"shadow_verdict\":\"drop\","
			"\"shadow_reason\":\"pass\"");
		assert_str(record_memo_decision(m, 1, &seen, NULL),
			",\"verdict\":\"pass\",\"reason\":\"pass\",\"seen\":[\"nick\"]");
		assert_str(record_memo_decision(m, 1, &folded, &plain),
			",\"verdict\":\"fold\",\"reason\":\"strip\",\"policy\":\"outer\","
			"\"key\":\"strip\",\"feature\":\"nick\",\"origin\":\"p.conf:7\","
			"\"seen\":[\"nick\"],\"removed\":[\"nick\"],\"shadow_verdict\":\"pass\","
			"\"shadow_reason\":\"pass\"");
	}
	/* The next plan may have other names in the same places. */
	policy.name = name("inner");
	assert_str(record_memo_decision(m, 2, &folded, NULL),
		",\"verdict\":\"fold\",\"reason\":\"strip\",\"policy\":\"inner\","
		"\"key\":\"strip\",\"feature\":\"nick\",\"origin\":\"p.conf:7\","
		"\"seen\":[\"nick\"],\"removed\":[\"nick\"]");
	record_memo_free(m);
	record_memo_free(NULL);
}

/* Two that differ in nothing but what a label said. */
static void what_is_said_of_labels_is_never_remembered(void **unused)
{
	struct filter_result plain = {
		.verdict = VERDICT_PASS, .reason = "pass", .feature = FEATURE_COUNT
	};
	struct filter_result first = plain, second = plain;
	struct audit_record r = { .event = AUDIT_STANZA };
	struct record_memo *m = record_memo_new();

	(void)unused;
	first.detail = "the clearance does not have HIGH";
	second.detail = "there is no label";
	for (unsigned i = 0; i < 2; i++)
		assert_str(record_memo_decision(m, 1, i ? &second : &first, NULL),
			",\"verdict\":\"pass\",\"reason\":\"pass\"");
	assert_false(record_fill_labels(&r, &plain, NULL));
	assert_false(record_fill_labels(&r, &plain, &plain));
	assert_true(record_fill_labels(&r, &first, &second));
	assert_str(r.detail, "the clearance does not have HIGH");
	assert_str(r.shadow_detail, "there is no label");
	assert_str(r.label, "");
	second.label = "label \"RED HIGH\"";
	second.detail = NULL;
	assert_true(record_fill_labels(&r, &second, NULL));
	assert_str(r.label, "label \"RED HIGH\"");
	assert_str(r.detail, "");
	second.detail = "there is no label";
	assert_true(record_fill_labels(&r, &plain, &second));
	assert_str(r.detail, "");
	record_memo_free(m);
}

/* More than it has room for, twice: whatever is forgotten, nothing is mistaken. */
static void no_result_is_taken_for_another(void **unused)
{
	struct record_memo *m = record_memo_new();

	(void)unused;
	for (unsigned i = 0; i < 2 * 8 * FEATURE_COUNT; i++) {
		enum feature f = (enum feature)(i / 8 % FEATURE_COUNT);
		struct filter_result r = { .verdict = (enum verdict)(i & 1),
			.reason = i & 2 ? "one" : "two",
			.feature = FEATURE_COUNT };
		struct filter_result shadow = r;
		char want[256];

		feature_set_add(&r.removed, f);
		shadow.verdict = VERDICT_DROP;
		snprintf(want, sizeof(want),
			",\"verdict\":\"%s\",\"reason\":\"%s\",\"removed\":[\"%s\"]%s%s%s",
			verdict_name(r.verdict), r.reason, feature_name(f),
			i & 4 ? ",\"shadow_verdict\":\"drop\",\"shadow_reason\":\"" : "",
			i & 4 ? r.reason : "", i & 4 ? "\"" : "");
		assert_str(record_memo_decision(m, 1, &r, i & 4 ? &shadow : NULL), want);
	}
	record_memo_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_of_labels_is_never_remembered),
		cmocka_unit_test(the_same_is_written_once_and_what_differs_anew),
		cmocka_unit_test(no_result_is_taken_for_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
