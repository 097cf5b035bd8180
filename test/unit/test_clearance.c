/* SPDX-License-Identifier: MIT */
/* Clearances for use: from names, from files of every kind, found in their policies. */
#include "hex.h"
#include "label_text.h"
#include "tiny_spif.h"
#include "unit.h"

#include "base/mem.h"
#include "label/clearance.h"
#include "label/decide.h"
#include "label/stanag4774.h"
#include "xml/reader.h"

#include <stdlib.h>

static struct label_policies policies;

static void names_are_found_in_the_policy(void **unused)
{
	static const char *const low[] = { "low" }, *const wrong[] = { "LOW", "SECRET" };
	static const struct clearance_value releases[] = { { "Releasable To", "XAA" },
		{ "codeword", "*" } };
	static const struct clearance_value all[] = { { "Releasable To", "*" } };
	static const struct clearance_value no_set[] = { { "Caveat", "XAA" } };
	static const struct clearance_value no_value[] = { { "Releasable To", "XCC" } };
	static const struct {
		struct clearance_names names;
		const char *want; /* or why not, with ! in front */
	} rows[] = {
		{ { .up_to = "HIGH" }, "2.25.1 (RED); 1 2" },
		{ { .up_to = "LOW" }, "2.25.1 (RED); 1" },
		{ { .policy = "RED" }, "2.25.1 (RED);" },
		{ { .policy = "blue", .up_to = "PALE" }, "2.25.2 (BLUE); 10" },
		{ { .policy = "2.25.2", .up_to = "DEEP" }, "2.25.2 (BLUE); 10 20" },
		{ { .classifications = low, .nclassifications = 1 }, "2.25.1 (RED); 1" },
		{ { .up_to = "LOW", .values = releases, .nvalues = 2 },
			"2.25.1 (RED); 1; 2.25.1.1 (Releasable To) permissive integers 1 (XAA); "
			"2.25.1.2 (Codeword) restrictive bits 0 (ALPHA)" },
		{ { .up_to = "LOW", .values = all, .nvalues = 1 },
			"2.25.1 (RED); 1; 2.25.1.1 (Releasable To) permissive integers 1 (XAA); "
			"2.25.1.1 (Releasable To) permissive integers 2 (XBB)" },
		{ { .policy = "GREEN", .up_to = "LOW" }, "!there is no policy \"GREEN\"" },
		{ { .policy = "2.25.3" }, "!there is no policy \"2.25.3\"" },
		{ { .up_to = "SECRET" },
			"!there is no classification \"SECRET\" in the policy RED" },
		{ { .classifications = wrong, .nclassifications = 2 },
			"!there is no classification \"SECRET\" in the policy RED" },
		{ { .values = no_set, .nvalues = 1 },
			"!there is no one value \"XAA\" in a tag set \"Caveat\" of the policy "
			"RED" },
		{ { .values = no_value, .nvalues = 1 },
			"!there is no one value \"XCC\" in a tag set \"Releasable To\" of the "
			"policy RED" },
	};
	struct buf line = { 0 };
	struct clearance c;

	(void)unused;
	clearance_init(&c);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *words;

		if (clearance_from_names(&policies, &rows[i].names, &c, &words)) {
			assert_string_equal(clearance_line(&line, &c), rows[i].want);
			assert_non_null(c.policy);
			continue;
		}
		assert_string_equal(words, rows[i].want + 1);
		free(words);
	}
	clearance_fini(&c);
	buf_fini(&line);
}

#define NATO_NS                                                        \
	" xmlns:c='urn:nato:stanag:4774:confidentialityclearance:1:0'" \
	" xmlns='urn:nato:stanag:4774:confidentialitymetadatalabel:1:0'"
#define XML(p, list)                                                                        \
	"<c:ConfidentialityClearance" NATO_NS "><PolicyIdentifier>" p "</PolicyIdentifier>" \
	"<c:ClassificationList>" list "</c:ClassificationList></c:ConfidentialityClearance>"
#define CLASS(name) "<Classification>" name "</Classification>"

/* Class lists of 2.25.1 (0602 6901) and 2.25.2 (0602 6902). */
static const struct {
	const char *text; /* XML, base64, or hexadecimal behind a # */
	const char *want;
} files[] = {
	{ XML("RED", CLASS("LOW") CLASS("High")), "[ (RED); 1 2 (LOW) (High)]" },
	{ "<?xml version='1.0' encoding='UTF-8'?>\n<!-- ours -->\n<all>" XML(
		  "RED", CLASS("LOW")) "<more>" XML("BLUE", CLASS("DEEP")) "</more></all>",
		"[ (RED); 1 (LOW)][ (BLUE); 20 (DEEP)]" },
	{ "\xef\xbb\xbf" XML("RED", ""), "[ (RED);]" },
	{ "#30(06026901 03020560)", "[2.25.1; 1 2]" },
	{ "#30(80026901 81020560)", "[2.25.1; 1 2]" },
	{ "#30(0603550437 31(30(06026901 03020560) 30(06026902 0304030020 08)))",
		"[2.25.1; 1 2][2.25.2; 10 20]" },
	{ "#30(30(0603550437 31(30(06026901 03020560))))", "[2.25.1; 1 2]" },
	{ "#30(30(06026901 03020560))", "[2.25.1; 1 2]" },
	{ "MAgGAmkBAwIFYA==", "[2.25.1; 1 2]" },
	{ " MAgG\r\n AmkB AwIFYA\n", "[2.25.1; 1 2]" },
	{ "", "!there is nothing in it" },
	{ " \n", "!there is nothing in it" },
	{ "nonsense!", "!an element longer than what it is in" },
	{ "<a/>", "!there is no clearance in it" },
	{ "<a", "!line 1: " },
	{ "<!DOCTYPE a><a/>", "!line 1: " },
	{ "#30(06026903 03020560)", "!a clearance under the policy 2.25.3, which is not loaded" },
	{ XML("GREEN", CLASS("LOW")), "!a clearance under the policy GREEN, which is not loaded" },
	/* 3 is no classification of RED, so that no label has it */
	{ "#30(06026901 03020410)", "[2.25.1; 3]" },
	{ XML("RED", CLASS("SECRET")), "!" },
	{ "<a>" XML("RED", CLASS("LOW")) XML("RED", CLASS("HIGH")) "</a>",
		"!two clearances under the policy RED" },
	{ XML("RED", "<Classification/>"), "!an element without its text" },
};

static void put_list(struct buf *out, const struct clearance_list *list)
{
	struct buf line = { 0 };

	for (unsigned i = 0; i < list->n; i++) {
		const struct clearance *c = &list->items[i];

		clearance_line(&line, c);
		buf_printf(out, "[%s%s]", c->policy_id.n ? "" : " ", buf_view(&line).p);
		assert_ptr_equal(clearance_list_find(list, c->policy), c);
	}
	buf_put_char(out, '\0');
	buf_fini(&line);
}

static void files_are_found_in_their_policies(void **unused)
{
	struct buf bytes = { 0 }, line = { 0 };

	(void)unused;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const char *text = files[i].text;
		struct clearance_list list = { 0 };
		char *words = NULL;

		buf_clear(&line);
		if (clearance_from_file(&policies,
			    text[0] == '#' ? unhex(&bytes, text + 1) : str_of(text), &list,
			    &words)) {
			put_list(&line, &list);
			assert_string_equal(buf_view(&line).p, files[i].want);
		} else {
			buf_printf(&line, "!%s%c", words, '\0');
			if (!str_starts(buf_view(&line), str_of(files[i].want)))
				assert_string_equal(buf_view(&line).p, files[i].want);
		}
		free(words);
		clearance_list_fini(&list);
	}
	buf_fini(&bytes);
	buf_fini(&line);
}

static void what_is_not_there_is_the_nil_clearance(void **unused)
{
	const struct clearance_names names = { .up_to = "HIGH" };
	struct clearance_list list = { 0 };
	struct label_verdict v;
	struct label l;
	char *words;

	(void)unused;
	label_init(&l);
	assert_true(label_keep(&l, &l.policy_name, STR("RED")));
	assert_true(label_keep(&l, &l.class_name, STR("LOW")));
	assert_true(spif_resolve_label(policies.list[0], &l, &v));
	assert_null(clearance_list_find(&list, l.policy));
	assert_false(label_decide(&l, NULL, &v));
	assert_int_equal(v.outcome, LABEL_NO_CLEARANCE);
	list.items = mem_zero(1, sizeof(*list.items));
	list.n = 1;
	assert_true(clearance_from_names(&policies, &names, &list.items[0], &words));
	assert_true(label_decide(&l, clearance_list_find(&list, l.policy), &v));
	assert_null(clearance_list_find(&list, policies.list[1]));
	label_fini(&l);
	clearance_list_fini(&list);
}

/* A resolved clearance is known by names and numbers: either way of writing takes it. */
static void a_resolved_clearance_is_written_both_ways(void **unused)
{
	static const struct clearance_value values[] = { { "Releasable To", "*" },
		{ "Codeword", "ALPHA" } };
	const struct clearance_names names = { .up_to = "HIGH", .values = values, .nvalues = 2 };
	struct buf der = { 0 }, xml = { 0 }, line = { 0 };
	struct clearance_list list = { 0 };
	struct clearance c;
	char *words;

	(void)unused;
	clearance_init(&c);
	assert_true(clearance_from_names(&policies, &names, &c, &words));
	assert_true(ess_write_clearance(&c, &der));
	assert_true(stanag4774_write_clearance(&c, &xml));
	assert_str(buf_view(&xml),
		"<cl:ConfidentialityClearance "
		"xmlns:cl='urn:nato:stanag:4774:confidentialityclearance:1:0' "
		"xmlns='urn:nato:stanag:4774:confidentialitymetadatalabel:1:0'>"
		"<PolicyIdentifier URI='urn:oid:2.25.1'>RED</PolicyIdentifier>"
		"<cl:ClassificationList><Classification>LOW</Classification>"
		"<Classification>HIGH</Classification></cl:ClassificationList>"
		"<Category TagName='Releasable To' Type='PERMISSIVE' URI='urn:oid:2.25.1.1'>"
		"<GenericValue>XAA</GenericValue><GenericValue>XBB</GenericValue></Category>"
		"<Category TagName='Codeword' Type='RESTRICTIVE' URI='urn:oid:2.25.1.2'>"
		"<GenericValue>ALPHA</GenericValue></Category></cl:ConfidentialityClearance>");
	assert_true(clearance_from_file(&policies, buf_view(&xml), &list, &words));
	for (unsigned i = 0; i < c.policy->ncategories; i++)
		assert_int_equal(clearance_grants(&list.items[0], i), clearance_grants(&c, i));
	buf_clear(&xml);
	assert_true(ess_write_clearance(&list.items[0], &xml));
	assert_true(str_eq(buf_view(&der), buf_view(&xml)));
	clearance_fini(&c);
	clearance_list_fini(&list);
	buf_fini(&der);
	buf_fini(&xml);
	buf_fini(&line);
}

static int init(void **unused)
{
	static const char *const texts[] = { TINY_RED, TINY_BLUE };

	(void)unused;
	xml_reader_global_init();
	for (size_t i = 0; i < 2; i++) {
		struct label_findings findings = { 0 };
		struct spif *s = spif_read(str_of(texts[i]), 0, "tiny", &findings);

		for (unsigned k = 0; !s && k < findings.n; k++)
			print_error("%s\n", findings.list[k].words);
		assert_non_null(s);
		assert_true(label_policies_add(&policies, s, NULL));
		label_findings_fini(&findings);
	}
	return 0;
}

static int fini(void **unused)
{
	(void)unused;
	label_policies_fini(&policies);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_found_in_the_policy),
		cmocka_unit_test(files_are_found_in_their_policies),
		cmocka_unit_test(what_is_not_there_is_the_nil_clearance),
		cmocka_unit_test(a_resolved_clearance_is_written_both_ways),
	};

	return cmocka_run_group_tests_name("clearance", tests, init, fini);
}
