/* SPDX-License-Identifier: MIT */
/* Names, times, first lines and findings: the texts around labels. */
#include "base/mem.h"
#include "label/finding.h"
#include "label/first_line.h"
#include "label/fold.h"
#include "label/spif.h"
#include "label/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void names_fold_by_case_space_and_composition(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{ "SECRET", "secret", true },
		{ " TOP\n SECRET ", "top secret", true },
		{ "TOPSECRET", "top secret", false },
		{ "TRÈS SECRET", "très secret", true },
		{ "TRE\xcc\x80S", "très", true },
		{ "TRES", "très", false },
		{ "ΑΠΟΡΡΗΤΟΣ", "απορρητος", true },
		{ "СЕКРЕТНО", "секретно", true },
		{ "ŁÓDŹ", "łódź", true },
		{ "×", "÷", false },
		{ "a\xff", "A\xff", false },
		{ "", "", true },
		{ "", " ", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(label_fold_eq(str_of(rows[i].a), str_of(rows[i].b)), rows[i].same);
}

static void a_name_without_end_folds_to_nothing(void **state)
{
	static char big[LABEL_FOLD_MAX + 8];
	char out[LABEL_FOLD_MAX];

	memset(big, 'A', sizeof(big));
	assert_int_equal(label_fold((struct str){ big, sizeof(big) }, out), -1);
	assert_int_equal(label_fold((struct str){ big, 1024 }, out), 1024);
	assert_int_equal(label_fold((struct str){ "a\0b", 3 }, out), -1);
	/* U+FDFA, which NFKC makes eighteen characters of. */
	for (size_t i = 0; i + 3 <= 1023; i += 3)
		memcpy(big + i, "\xef\xb7\xba", 3);
	assert_int_equal(label_fold((struct str){ big, 1023 }, out), -1);
}

static void times_are_read_as_they_are_written(void **state)
{
	static const struct {
		const char *text;
		int64_t t; /* -1: no time */
	} rows[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-01-01T00:00:00Z", 1767225600 },
		{ "2026-01-01", 1767225600 },
		{ "20260101", 1767225600 },
		{ "20260101000000", 1767225600 },
		{ "20260101000000Z", 1767225600 },
		{ "202601010000Z", 1767225600 },
		{ " 2026-01-01 00:00:00 ", 1767225600 },
		{ "2026-01-01T01:00:00+01:00", 1767225600 },
		{ "2025-12-31T19:30:00-0430", 1767225600 },
		{ "2026-01-01T00:00:00.999Z", 1767225600 },
		{ "2025-12-31T24:00:00Z", 1767225600 },
		{ "2024-02-29T00:00:00Z", 1709164800 },
		{ "2026-02-29T00:00:00Z", -1 },
		{ "1900-02-29", -1 },
		{ "2026-13-01", -1 },
		{ "2026-00-01", -1 },
		{ "2026-04-31", -1 },
		{ "2026-01-01T25:00:00Z", -1 },
		{ "2026-01-01T24:00:01Z", -1 },
		{ "2026-01-01T00:60:00Z", -1 },
		{ "2026-01-01T00:00:00Zulu", -1 },
		{ "2026-01-01T00:00:00+15:00", -1 },
		{ "2026-01-01T00:00:00.Z", -1 },
		{ "tomorrow", -1 },
		{ "", -1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int64_t t = -1;

		assert_int_equal(label_time_parse(str_of(rows[i].text), &t), rows[i].t != -1);
		if (rows[i].t != -1)
			assert_int_equal(t, rows[i].t);
	}
}

static void times_that_are_printed_are_read_again(void **state)
{
	for (int64_t t = -62135596800; t < 253402300800; t += 86400 * 97 + 3671) {
		char out[LABEL_TIME_TEXT];
		int64_t again;

		label_time_print(t, out);
		assert_true(label_time_parse(str_of(out), &again));
		assert_int_equal(again, t);
	}
}

static void a_first_line_is_put_and_taken(void **state)
{
	const struct label_frame f = { STR("["), STR("]") };
	struct str marking, rest;
	struct buf out;

	buf_init(&out, 0);
	label_first_line_put(&out, &f, STR("RED LOW"), STR("one\ntwo"));
	assert_true(str_is(buf_view(&out), "[RED LOW]\none\ntwo"));
	assert_true(label_first_line_take(buf_view(&out), &f, &marking, &rest));
	assert_true(str_is(marking, "RED LOW") && str_is(rest, "one\ntwo"));
	assert_true(label_first_line_take(STR("[RED LOW] "), &f, &marking, &rest));
	assert_true(str_is(marking, "RED LOW") && rest.n == 0);
	assert_false(label_first_line_take(STR("RED LOW\none"), &f, &marking, &rest));
	assert_false(label_first_line_take(STR("one\n[RED LOW]"), &f, &marking, &rest));
	assert_false(label_first_line_take(STR("["), &f, &marking, &rest));
	assert_false(label_first_line_take(STR(""), &f, &marking, &rest));
	buf_fini(&out);
}

static void a_marking_leads_to_one_label_of_the_catalogue(void **state)
{
	struct label_marks m = { 0 };
	struct label l;
	char big[LABEL_FOLD_MAX] = "";

	label_init(&l);
	assert_null(label_marks_find(&m, STR("RED LOW")));
	assert_true(label_keep(&l, &l.class_name, STR("LOW")));
	assert_true(label_marks_add(&m, STR("RED  LOW"), &l));
	assert_true(label_keep(&l, &l.class_name, STR("HIGH")));
	assert_false(label_marks_add(&m, STR(" RED LOW"), &l));
	assert_false(label_marks_add(&m, STR(" "), &l));
	assert_true(label_marks_add(&m, STR("RED TRE\xcc\x80S HIGH"), &l));
	label_fini(&l);
	assert_true(str_is(label_marks_find(&m, STR("RED\tLOW "))->class_name, "LOW"));
	assert_true(str_is(label_marks_find(&m, STR("RED TRÈS HIGH"))->class_name, "HIGH"));
	/* No guessing: not by case, not by parts. */
	assert_null(label_marks_find(&m, STR("red low")));
	assert_null(label_marks_find(&m, STR("RED LOW!")));
	assert_null(label_marks_find(&m, STR("RED")));
	assert_null(label_marks_find(&m, (struct str){ big, sizeof(big) }));
	label_marks_fini(&m);
	label_marks_fini(&m);
}

static void findings_have_a_ceiling_and_are_counted_beyond_it(void **state)
{
	struct label_findings f = { 0 };

	for (unsigned i = 0; i < LABEL_FINDINGS_MAX + 5; i++)
		label_findings_add(&f, i % 2 ? LABEL_ERROR : LABEL_WARNING, "f", 5000 - i, "Do it.",
			"Number %u.", i);
	assert_int_equal(f.n, LABEL_FINDINGS_MAX);
	assert_int_equal(f.errors + f.warnings, LABEL_FINDINGS_MAX + 5);
	label_findings_sort(&f, 10);
	assert_int_equal(f.list[0].line, 5000);
	for (unsigned i = 11; i < f.n; i++)
		assert_true(f.list[i - 1].line <= f.list[i].line);
	label_findings_add(NULL, LABEL_ERROR, "f", 1, "Do it.", "Nobody listens.");
	label_findings_fini(&f);
}

static struct spif *tiny(const char *name, const char *id)
{
	char text[400];
	int n = snprintf(text, sizeof(text),
		"<SPIF schemaVersion='2.1'><securityPolicyId name='%s' id='%s'/>"
		"<securityClassifications><securityClassification name='A' lacv='1' "
		"hierarchy='1'/></securityClassifications></SPIF>",
		name, id);
	struct spif *s = spif_read((struct str){ text, (size_t)n }, 0, "f", NULL);

	assert_non_null(s);
	return s;
}

static void one_of_several_policies_governs(void **state)
{
	struct label_policies p = { 0 };
	struct label_findings f = { 0 };
	const struct str none = { 0 };

	assert_true(label_policies_add(&p, tiny("ONE", "2.25.1"), &f));
	assert_true(label_policies_add(&p, tiny("TWO", "2.25.2"), &f));
	assert_true(str_is(p.governing->name, "ONE"));
	assert_true(label_policies_govern(&p, STR("two")));
	assert_true(str_is(p.governing->name, "TWO"));
	assert_true(label_policies_govern(&p, STR("2.25.1")));
	assert_true(str_is(p.governing->name, "ONE"));
	assert_false(label_policies_govern(&p, STR("THREE")));
	assert_false(label_policies_add(&p, tiny("one", "2.25.3"), &f));
	assert_false(label_policies_add(&p, tiny("THREE", "2.25.2"), &f));
	assert_int_equal(f.errors, 2);
	assert_null(label_policies_find(&p, none, none));
	assert_null(label_policies_find(&p, STR("2.25.9"), STR("ONE")));
	assert_ptr_equal(label_policies_find(&p, none, STR("One")), p.list[0]);
	label_findings_fini(&f);
	label_policies_fini(&p);
}

static void an_identifier_is_an_oid_with_or_without_its_urn(void **state)
{
	static const struct {
		const char *id, *is; /* NULL: none */
	} rows[] = {
		{ "2.25.7", "2.25.7" },
		{ "urn:oid:2.25.7", "2.25.7" },
		{ "URN:OID:2.25.7", "2.25.7" },
		{ "urn:oid:", NULL },
		{ "urn:uuid:2.25.7", NULL },
		{ "1.39.7", "1.39.7" },
		{ "1.40.7", NULL }, /* X.660: below 0 and 1 there are 40 */
		{ "2.40.7", "2.40.7" },
		{ "3.1.7", NULL },
		{ "20.1.7", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct label_findings f = { 0 };
		MEM_AUTO char *text = mem_printf(
			"<SPIF schemaVersion='2.1'><securityPolicyId name='A' id='%s'/>"
			"<securityClassifications><securityClassification name='low' lacv='1' "
			"hierarchy='1'/></securityClassifications></SPIF>",
			rows[i].id);
		struct spif *s = spif_read(str_of(text), 0, "f", &f);

		if (rows[i].is)
			assert_true(s && str_is(s->id, rows[i].is));
		else if (str_is(str_of(rows[i].id), "urn:oid:"))
			assert_int_equal(s->id.n, 0);
		else
			assert_null(s);
		spif_free(s);
		label_findings_fini(&f);
	}
}

static void a_policy_file_has_a_limit(void **state)
{
	struct label_findings f = { 0 };

	assert_null(spif_read(STR("<SPIF>0123456789</SPIF>"), 10, "f", &f));
	assert_int_equal(f.errors, 1);
	assert_non_null(strstr(f.list[0].words, "longer than 10 bytes"));
	label_findings_fini(&f);
	assert_null(spif_load("/nonexistent/file", 0, &f));
	assert_non_null(strstr(f.list[0].words, "cannot be read"));
	label_findings_fini(&f);
	assert_null(spif_load("/dev/zero", 0, &f));
	assert_non_null(strstr(f.list[0].words, "it is no regular file"));
	label_findings_fini(&f);
	assert_null(spif_load("/", 0, &f));
	assert_non_null(strstr(f.list[0].words, "Is a directory"));
	label_findings_fini(&f);
}

/* Tag sets, values, and names that are alike must not cost more than they are worth. */
static void a_policy_of_parts_that_are_alike_is_refused(void **state)
{
	static const struct {
		const char *head, *part, *tail;
	} rows[] = {
		{ "", "<securityCategoryTagSet name='s' id='2.25.1.1'/>", "" },
		{ "<securityCategoryTagSet name='s' id='2.25.1.1'><securityCategoryTag "
		  "tagType='permissive'>",
			"<tagCategory name='a' lacv='1'/>",
			"</securityCategoryTag></securityCategoryTagSet>" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct label_findings f = { 0 };
		struct buf text;

		buf_init(&text, 0);
		buf_printf(&text,
			"<SPIF schemaVersion='2.1'><securityPolicyId name='A' id='2.25.1'/>"
			"<securityClassifications><securityClassification name='A' lacv='1' "
			"hierarchy='1'/></securityClassifications><securityCategoryTagSets>%s",
			rows[i].head);
		for (unsigned n = 0; n < 20000; n++)
			buf_put(&text, str_of(rows[i].part));
		buf_printf(&text, "%s</securityCategoryTagSets></SPIF>", rows[i].tail);
		assert_null(spif_read(buf_view(&text), 0, "f", &f));
		assert_non_null(strstr(f.list[f.n - 1].words, "More than a thousand"));
		label_findings_fini(&f);
		buf_fini(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_fold_by_case_space_and_composition),
		cmocka_unit_test(a_name_without_end_folds_to_nothing),
		cmocka_unit_test(times_are_read_as_they_are_written),
		cmocka_unit_test(times_that_are_printed_are_read_again),
		cmocka_unit_test(a_first_line_is_put_and_taken),
		cmocka_unit_test(a_marking_leads_to_one_label_of_the_catalogue),
		cmocka_unit_test(findings_have_a_ceiling_and_are_counted_beyond_it),
		cmocka_unit_test(one_of_several_policies_governs),
		cmocka_unit_test(an_identifier_is_an_oid_with_or_without_its_urn),
		cmocka_unit_test(a_policy_file_has_a_limit),
		cmocka_unit_test(a_policy_of_parts_that_are_alike_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
