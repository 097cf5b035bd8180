/* SPDX-License-Identifier: MIT */
/* Label policies and clearances from a configuration to a decision, and what is wrong with them. */
#include "check_rig.h"
#include "pki.h"
#include "tiny_spif.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define POLICY "label_policies = ( { name = \"red\"; file = \"red.xml\"; governing = true; } );\n"
#define CLEARANCES                                                      \
	"clearances = ( { name = \"low\"; up_to = \"LOW\"; },\n"        \
	" { name = \"high\"; up_to = \"HIGH\"; categories = ( { set = " \
	"\"Releasable To\"; values = [ \"*\" ]; } ); } );\n"
#define CHECKED                                                                                 \
	"policies = ( { name = \"p\"; labels = { check = true; unlabelled = \"default\"; }; } " \
	");\n"
#define CONTROL(domain, to, more)                                                          \
	"{ match = \"" domain "\"; connect = \"" to "\"; tls = \"off\"; authentication = " \
	"\"dialback\"; " more " }"
#define CONTROLS(from, to)                                                               \
	"listen = ( { address = \"127.0.0.1\"; port = 5269; mode = \"starttls\"; } );\n" \
	"peering_controls = ( " CONTROL("a.example", "127.0.0.2",                        \
		from " from_peer = [ \"p\" ];") ", " CONTROL("b.example", "127.0.0.3", to) " );\n"
#define MESSAGE(label) \
	"<message from='a@a.example' to='b@b.example'><body>x</body>" label "</message>"
#define RED(name)                                                                             \
	"<securitylabel xmlns='urn:xmpp:sec-label:0'><label><originatorConfidentialityLabel " \
	"xmlns='urn:nato:stanag:4774:confidentialitymetadatalabel:1:0'>"                      \
	"<ConfidentialityInformation><PolicyIdentifier>RED</"                                 \
	"PolicyIdentifier><Classification>" name                                              \
	"</Classification></ConfidentialityInformation></originatorConfidentialityLabel>"     \
	"</label></securitylabel>"

static struct ctl_rig rig;

/* What trunkctl explain says of a stanza: the verdict, and words that stand anywhere. */
static void told(const char *stanza, const char *verdict, const char *words)
{
	MEM_AUTO char *path = pki_write_text("stanza.xml", stanza);
	MEM_AUTO char *line = mem_printf("explain %%c a.example b.example --stanza %s", path);
	MEM_AUTO char *want = mem_printf("Verdict %s", verdict);

	ctl_rig_run(&rig, line, NULL);
	ctl_rig_line(rig.out, want);
	if (!strstr(rig.out, words))
		fail_msg("%s: no \"%s\" in: %s%s", stanza, words, rig.out, rig.err);
	remove(path);
}

static void a_clearance_decides_and_a_changed_one_decides_anew(void **unused)
{
	(void)unused;
	check_rig_text(
		&rig, POLICY CLEARANCES CHECKED CONTROLS("labels = { clearance = \"high\"; };",
			      "labels = { clearance = \"low\"; };"));
	told(MESSAGE(RED("LOW")), "fold", "<displaymarking>RED LOW</");
	told(MESSAGE(RED("HIGH")), "bounce", "classification-denied of labels");
	told(MESSAGE(RED("HIGH")), "bounce", "the recipient's side: ");
	told(MESSAGE(RED("HIGH")), "bounce", "<forbidden xmlns=");
	told(MESSAGE(""), "bounce", "there is no label");
	told(MESSAGE(""), "bounce", "labels  checked");
	check_rig_text(&rig, POLICY CLEARANCES CHECKED CONTROLS(
				     "labels = { clearance = \"high\"; default_label = \"LOW\"; };",
				     "labels = { clearance = \"high\"; };"));
	told(MESSAGE(RED("HIGH")), "fold", "<displaymarking>RED HIGH</");
	told(MESSAGE(""), "pass", "Sent");
	check_rig_text(&rig,
		POLICY CLEARANCES CHECKED CONTROLS("labels = { clearance = \"high\"; };", ""));
	told(MESSAGE(RED("LOW")), "bounce", "the recipient's side: ");
}

static void what_is_wrong_is_said_with_its_line(void **unused)
{
	(void)unused;
	check_rig_text(&rig,
		POLICY CLEARANCES CHECKED CONTROLS("labels = { clearance = \"hihg\"; };", ""));
	check_rig_run(&rig, "config", CTL_PROBLEMS);
	check_rig_line(&rig, 6,
		"error: clearance: there is no clearance \"hihg\": did you mean \"high\"?");
	check_rig_text(&rig, POLICY CLEARANCES CHECKED CONTROLS("clearance = \"high\";", ""));
	check_rig_run(&rig, "config", CTL_PROBLEMS);
	check_rig_line(&rig, 6,
		"error: unknown key clearance in peering control: did you mean labels.clearance?");
	check_rig_text(&rig, CHECKED CONTROLS("", ""));
	check_rig_run(&rig, "config", CTL_PROBLEMS);
	check_rig_line(&rig, 1,
		"error: labels.check: nothing says what labels mean: add label_policies = ( { name "
		"= \"...\"; file = \"...\"; governing = true; } )");
	check_rig_text(&rig, POLICY
		"clearances = ( { name = \"x\"; up_to = \"TOP\"; } );\n" CHECKED CONTROLS("", ""));
	check_rig_run(&rig, "config", CTL_PROBLEMS);
	check_rig_line(&rig, 2,
		"error: clearance \"x\": there is no classification \"TOP\" in the policy RED");
	check_rig_text(&rig, POLICY CHECKED CONTROLS("labels = { default_label = \"TOP\"; };", ""));
	check_rig_run(&rig, "config", CTL_PROBLEMS);
	check_rig_line(&rig, 4,
		"error: default_label: \"TOP\" is neither a label nor a classification of the "
		"policy "
		"RED; add it to labels = ( ... ), or correct the name");
}

/* One mistake, one line: not one for everything that stands on it. */
static void a_file_that_is_not_there_is_said_once(void **unused)
{
	(void)unused;
	check_rig_text(&rig,
		"label_policies = ( { name = \"red\"; file = \"no-such.xml\"; } );\n" CLEARANCES
			CHECKED CONTROLS(
				"labels = { clearance = \"high\"; default_label = \"LOW\"; };",
				""));
	check_rig_run(&rig, "config", CTL_PROBLEMS);
	check_rig_line(&rig, 1,
		"error: label policy \"red\", %s/no-such.xml: The file cannot be read: No such "
		"file or directory. Correct the name, or make it readable for trunkd.");
	check_rig_without(&rig, "no label policy");
	check_rig_without(&rig, "clearance \"");
	check_rig_without(&rig, "labels.check");
}

static char *red;

static int setup(void **unused)
{
	(void)unused;
	check_rig_init(&rig, "");
	red = pki_write_text("red.xml", TINY_RED);
	return 0;
}

static int teardown(void **unused)
{
	(void)unused;
	remove(red);
	free(red);
	ctl_rig_fini(&rig);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clearance_decides_and_a_changed_one_decides_anew),
		cmocka_unit_test(what_is_wrong_is_said_with_its_line),
		cmocka_unit_test(a_file_that_is_not_there_is_said_once),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
