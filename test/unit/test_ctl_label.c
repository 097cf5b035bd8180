/* SPDX-License-Identifier: MIT */
/* trunkctl label: labels and clearances of every kind, read, judged and translated. */
#include "ctl_rig.h"
#include "pki.h"
#include "tiny_spif.h"

#include "base/buf.h"
#include "base/mem.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define SLAB   "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
#define ESS(b) "<esssecuritylabel xmlns='urn:xmpp:sec-label:ess:0'>" b "</esssecuritylabel>"
/* Policy RED, HIGH, releasable to XAA. */
#define HIGH                                                                            \
	"<originatorConfidentialityLabel xmlns='" SLAB "'><ConfidentialityInformation>" \
	"<PolicyIdentifier>RED</PolicyIdentifier><Classification>HIGH</Classification>" \
	"<Category TagName='Releasable To' Type='PERMISSIVE'><GenericValue>XAA"         \
	"</GenericValue></Category></ConfidentialityInformation><CreationDateTime>"     \
	"2026-01-02T03:04:05Z</CreationDateTime></originatorConfidentialityLabel>"
#define CLEARANCE(list, more)                                                                     \
	"<c:ConfidentialityClearance xmlns:c='urn:nato:stanag:4774:confidentialityclearance:1:0'" \
	" xmlns='" SLAB "'><PolicyIdentifier>RED</PolicyIdentifier><c:ClassificationList>" list   \
	"</c:ClassificationList>" more "</c:ConfidentialityClearance>"
#define CLASS(name) "<Classification>" name "</Classification>"
#define XAA                                                                     \
	"<Category TagName='Releasable To' Type='PERMISSIVE'><GenericValue>XAA" \
	"</GenericValue></Category>"

static struct ctl_rig rig;
static char *red, *blue, *high, *low;

/* Runs "label" with these options, in which %R, %B, %H and %L stand for files. */
static enum ctl_status run(const char *options, const char *in)
{
	struct buf line = { 0 };
	enum ctl_status status;

	buf_printf(&line, "label ");
	for (const char *p = options; *p; p++) {
		if (*p != '%') {
			buf_put_char(&line, *p);
			continue;
		}
		p++;
		buf_printf(&line, "%s",
			*p == 'R'   ? red
			: *p == 'B' ? blue
			: *p == 'H' ? high
				    : low);
	}
	buf_put_char(&line, '\0');
	status = ctl_rig_run(&rig, buf_view(&line).p, in);
	buf_fini(&line);
	return status;
}

static void a_label_says_what_is_in_it(void **unused)
{
	(void)unused;
	assert_int_equal(run("", "MQYCAQQGASk="), CTL_FINE);
	ctl_rig_line(rig.out, "label, ess, originator");
	ctl_rig_line(rig.out, "Policy 1.1");
	ctl_rig_line(rig.out, "Classification 4");
	assert_int_equal(run("-", HIGH), CTL_FINE);
	ctl_rig_line(rig.out, "label, stanag4774, originator");
	ctl_rig_line(rig.out, "Policy RED");
	ctl_rig_line(rig.out, "Classification HIGH");
	ctl_rig_line(rig.out, "Releasable To XAA permissive");
	ctl_rig_line(rig.out, "Created 2026-01-02T03:04:05Z");
	assert_int_equal(run("", "1\x06\x02\x01\x04\x06\x01)"), CTL_FINE);
	ctl_rig_line(rig.out, "Classification 4");
}

static void a_whole_stanza_is_searched(void **unused)
{
	(void)unused;
	assert_int_equal(
		run("", "<?xml version='1.0'?><!-- x --><message to='b@b.example'><body>x</body>"
			"<securitylabel xmlns='urn:xmpp:sec-label:0'><displaymarking>S"
			"</displaymarking><label>" HIGH "</label><equivalentlabel>" ESS(
				"MQYCAQQGASk=") "</equivalentlabel></securitylabel>"
						"</message>"),
		CTL_FINE);
	ctl_rig_line(rig.out, "label, stanag4774, originator");
	ctl_rig_line(rig.out, "equivalentlabel, ess, originator");
	assert_int_equal(run("", "<message><securitylabel xmlns='urn:xmpp:sec-label:0'><label>" ESS(
					 "x") "</label></securitylabel></message>"),
		CTL_PROBLEMS);
	ctl_rig_line(rig.out, "Cannot be read a label that is no base64");
	assert_int_equal(
		run("", "<message><securitylabel xmlns='urn:xmpp:sec-label:0'/></message>"),
		CTL_PROBLEMS);
	ctl_rig_line(rig.out, "Cannot be read a security label without a label");
	assert_int_equal(run("", "<message><securitylabel xmlns='urn:xmpp:sec-label:0'><label>"
				 "<mine xmlns='urn:mine'/></label></securitylabel></message>"),
		CTL_PROBLEMS);
	ctl_rig_line(rig.out, "Element mine urn:mine");
}

static void a_policy_judges_it(void **unused)
{
	(void)unused;
	assert_int_equal(run("--policy %R", HIGH), CTL_FINE);
	ctl_rig_line(rig.out, "Policy RED (2.25.1)");
	ctl_rig_line(rig.out, "Classification HIGH (2)");
	ctl_rig_line(rig.out, "Marking RED HIGH XAA");
	ctl_rig_line(rig.out, "Valid yes");
	assert_int_equal(run("--policy %B", HIGH), CTL_PROBLEMS);
	ctl_rig_line(rig.out, "Not known its policy is not loaded");
	/* ALPHA may not be on LOW. */
	assert_int_equal(
		run("--policy %R", "<originatorConfidentialityLabel xmlns='" SLAB "'>"
				   "<ConfidentialityInformation><PolicyIdentifier>RED"
				   "</PolicyIdentifier><Classification>LOW</Classification>"
				   "<Category TagName='Codeword' Type='RESTRICTIVE'><GenericValue>"
				   "ALPHA</GenericValue></Category></ConfidentialityInformation>"
				   "</originatorConfidentialityLabel>"),
		CTL_PROBLEMS);
	assert_non_null(strstr(rig.out, "Valid"));
	assert_null(strstr(rig.out, "Valid yes"));
}

static void a_clearance_grants_or_does_not(void **unused)
{
	(void)unused;
	assert_int_equal(run("--policy %R --clearance %H", HIGH), CTL_FINE);
	ctl_rig_line(rig.out, "Granted yes");
	assert_int_equal(run("--policy %R --clearance %L", HIGH), CTL_PROBLEMS);
	assert_non_null(strstr(rig.out, "Granted"));
	assert_null(strstr(rig.out, "Granted yes"));
}

static void it_is_translated(void **unused)
{
	(void)unused;
	assert_int_equal(run("--policy %R --policy %B --to BLUE", HIGH), CTL_FINE);
	ctl_rig_line(rig.out, "its translation");
	ctl_rig_line(rig.out, "Policy BLUE (2.25.2)");
	ctl_rig_line(rig.out, "Classification DEEP (20)");
	ctl_rig_line(rig.out, "Release A permissive");
	assert_non_null(strstr(rig.out, "<alternativeConfidentialityLabel"));
	/* a clearance under RED is none under BLUE */
	assert_int_equal(
		run("--policy %R --policy %B --to 2.25.2 --clearance %H", HIGH), CTL_PROBLEMS);
	/* XBB has no equivalent */
	assert_int_equal(
		run("--policy %R --policy %B --to BLUE",
			"<originatorConfidentialityLabel xmlns='" SLAB "'>"
			"<ConfidentialityInformation><PolicyIdentifier>RED</PolicyIdentifier>"
			"<Classification>HIGH</Classification><Category TagName='Releasable To' "
			"Type='PERMISSIVE'><GenericValue>XBB</GenericValue></Category>"
			"</ConfidentialityInformation></originatorConfidentialityLabel>"),
		CTL_PROBLEMS);
	assert_non_null(strstr(rig.out, "No translation"));
}

static void clearances_are_told_too(void **unused)
{
	(void)unused;
	assert_int_equal(run("--policy %R %H", ""), CTL_FINE);
	ctl_rig_line(rig.out, "clearance");
	ctl_rig_line(rig.out, "Policy RED (2.25.1)");
	ctl_rig_line(rig.out, "Classification LOW (1)");
	ctl_rig_line(rig.out, "Classification HIGH (2)");
	ctl_rig_line(rig.out, "Releasable To XAA permissive");
	assert_int_equal(run("%H", ""), CTL_FINE);
	ctl_rig_line(rig.out, "Classification HIGH");
	assert_int_equal(run("", "MAgGAmkBAwIFYA=="), CTL_FINE);
	ctl_rig_line(rig.out, "Policy 2.25.1");
	ctl_rig_line(rig.out, "Classification 2");
	assert_int_equal(run("--policy %R", CLEARANCE(CLASS("SECRET"), "")), CTL_PROBLEMS);
	assert_non_null(strstr(rig.out, "Not known"));
}

static void json_has_it_all(void **unused)
{
	json_t *all, *label, *translation;

	(void)unused;
	assert_int_equal(
		run("--json --policy %R --policy %B --to BLUE --clearance %L", HIGH), CTL_PROBLEMS);
	all = json_loads(rig.out, 0, NULL);
	assert_non_null(all);
	assert_true(json_is_true(json_object_get(all, "problems")));
	label = json_array_get(json_object_get(all, "labels"), 0);
	assert_string_equal(json_string_value(json_object_get(label, "format")), "stanag4774");
	assert_true(json_is_true(json_object_get(label, "valid")));
	assert_true(json_is_false(json_object_get(label, "granted")));
	assert_non_null(json_object_get(label, "denied_because"));
	translation = json_object_get(label, "translation");
	assert_int_equal(json_integer_value(json_object_get(
				 json_object_get(translation, "classification"), "number")),
		20);
	assert_non_null(json_object_get(translation, "ess"));
	assert_int_equal(json_array_size(json_object_get(all, "clearances")), 0);
	json_decref(all);
}

static void what_cannot_be_read_is_told(void **unused)
{
	static const struct {
		const char *options, *in, *words;
		enum ctl_status status;
	} rows[] = {
		{ "", "<a/>",
			"trunkctl: -: neither label nor clearance: there is no clearance in it",
			CTL_FAILED },
		{ "", "<a>", "trunkctl: -: line 1: ", CTL_FAILED },
		{ "", "MQYCAQQGASkA",
			"trunkctl: -: neither label nor clearance: something behind the end",
			CTL_FAILED },
		{ "/nowhere", "", "trunkctl: /nowhere: No such file or directory", CTL_FAILED },
		{ "--policy /nowhere", HIGH, "trunkctl: /nowhere: this policy cannot be used",
			CTL_FAILED },
		{ "--policy %H", HIGH, ": this policy cannot be used", CTL_FAILED },
		{ "--policy %R --policy %R", HIGH, ": this policy cannot be used", CTL_FAILED },
		{ "--clearance %H", HIGH, "--clearance needs a policy", CTL_PROBLEMS },
		{ "--to BLUE", HIGH, "--to needs a policy", CTL_PROBLEMS },
		{ "--to BLUE --policy %R", HIGH, "there is no policy \"BLUE\"", CTL_FAILED },
		{ "--policy %R --clearance /nowhere", HIGH, "trunkctl: /nowhere: No such",
			CTL_FAILED },
		{ "--policy %B --clearance %H", HIGH, "which is not loaded", CTL_FAILED },
		{ "one two", HIGH, "unexpected argument", CTL_PROBLEMS },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(run(rows[i].options, rows[i].in), rows[i].status);
		if (!strstr(rig.err, rows[i].words))
			assert_string_equal(rig.err, rows[i].words);
	}
}

static void policies_are_linted(void **unused)
{
	char *line;
	json_t *all;

	(void)unused;
	ctl_rig_run(&rig, "check labels /nowhere", "");
	assert_int_equal(rig.status, CTL_PROBLEMS);
	ctl_rig_line(rig.out, "labels: 1 problem");
	assert_non_null(strstr(rig.out, "/nowhere: error: "));
	ctl_rig_run(&rig, "check labels", "");
	assert_int_equal(rig.status, CTL_PROBLEMS);
	assert_non_null(strstr(rig.err, "something is missing"));
	line = mem_printf("check labels --json %s %s", red, blue);
	assert_int_equal(ctl_rig_run(&rig, line, ""), CTL_FINE);
	free(line);
	all = json_loads(rig.out, 0, NULL);
	assert_int_equal(json_array_size(json_object_get(all, "policies")), 2);
	assert_int_equal(json_array_size(json_object_get(all, "findings")), 0);
	json_decref(all);
	line = mem_printf("check labels %s", red);
	assert_int_equal(ctl_rig_run(&rig, line, ""), CTL_PROBLEMS);
	free(line);
	assert_non_null(strstr(rig.out, "warning: The equivalent policy \"BLUE\" is not loaded"));
	line = mem_printf("check labels %s %s %s", red, blue, red);
	assert_int_equal(ctl_rig_run(&rig, line, ""), CTL_PROBLEMS);
	free(line);
	ctl_rig_line(rig.out, "labels: 1 problem");
	assert_non_null(strstr(rig.out, "error: \"RED\" is a policy that"));
}

static int init(void **unused)
{
	(void)unused;
	ctl_rig_init(&rig, "");
	red = pki_write_text("red.xml", TINY_RED);
	blue = pki_write_text("blue.xml", TINY_BLUE);
	high = pki_write_text("high.xml", CLEARANCE(CLASS("LOW") CLASS("HIGH"), XAA));
	low = pki_write_text("low.xml", CLEARANCE(CLASS("LOW"), XAA));
	return 0;
}

static int fini(void **unused)
{
	(void)unused;
	free(red);
	free(blue);
	free(high);
	free(low);
	ctl_rig_fini(&rig);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_label_says_what_is_in_it),
		cmocka_unit_test(a_whole_stanza_is_searched),
		cmocka_unit_test(a_policy_judges_it),
		cmocka_unit_test(a_clearance_grants_or_does_not),
		cmocka_unit_test(it_is_translated),
		cmocka_unit_test(clearances_are_told_too),
		cmocka_unit_test(json_has_it_all),
		cmocka_unit_test(what_cannot_be_read_is_told),
		cmocka_unit_test(policies_are_linted),
	};

	return cmocka_run_group_tests_name("ctl_label", tests, init, fini);
}
