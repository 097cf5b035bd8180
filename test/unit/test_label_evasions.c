/* SPDX-License-Identifier: MIT */
/*
 * Labels that say one thing to us and another to who reads them after us: what a policy takes out
 * of a label, what a label becomes with time, what stands beside it. RED governs; RED and BLUE are
 * in label_rig.h.
 */
#include "label_rig.h"

#define M(content) "<message" A ">" content "</message>"
#define B          "<body>x</body>"

#define NATO_NS "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
#define INFORMATION(policy, class, more)                                              \
	"<ConfidentialityInformation><PolicyIdentifier>" policy "</PolicyIdentifier>" \
	"<Classification>" class "</Classification>" more "</ConfidentialityInformation>"
#define CREATED "<CreationDateTime>2027-01-15T08:00:00Z</CreationDateTime>"
#define NATO(content)                                                          \
	"<originatorConfidentialityLabel xmlns='" NATO_NS "'>" content CREATED \
	"</originatorConfidentialityLabel>"
#define ODD "<odd xmlns='urn:example:odd'>x</odd>"
#define THEN(time, policy, class)                                                \
	"<SuccessionHandling><SuccessionDateTime>" time "</SuccessionDateTime>"  \
	"<SuccessorConfidentialityLabel>" INFORMATION(policy, class, "") CREATED \
		"</SuccessorConfidentialityLabel></SuccessionHandling>"
#define SUCCEEDED(policy, class, to_policy, to_class, time)                                   \
	"<originatorConfidentialityLabel xmlns='" NATO_NS "'>" INFORMATION(policy, class, "") \
		CREATED                                                                       \
		THEN(time, to_policy, to_class) "</originatorConfidentialityLabel>"
#define PAST "2026-01-01T00:00:00Z"

static void what_is_taken_out_of_a_label_is_not_in_it(void **unused)
{
	static const struct label_story stories[] = {
		{ "an extension, and a marking of ours",
			M(SL(ORIGINAL(NATO(INFORMATION("RED", "LOW", ODD)))) B),
			M(SL(SHOW_LOW ORIGINAL(NATO(INFORMATION("RED", "LOW", "")))) B), "strip",
			NULL },
		{ "an extension", M(SL(SHOW_LOW ORIGINAL(NATO(INFORMATION("RED", "LOW", ODD)))) B),
			M(SL(SHOW_LOW ORIGINAL(NATO(INFORMATION("RED", "LOW", "")))) B), "strip",
			NULL },
		{ "all of it",
			M(SL(ORIGINAL("<a xmlns='urn:example:odd' classification='LOW' "
				      "ownerProducer='RED'/>")) B),
			NULL, "no-label", NULL },
	};
	struct label_rig rig;

	(void)unused;
	label_rig_init(&rig);
	rig.to.policy = NULL;
	TELL_LABELS(&rig, CHECKED_WITH("strip = [ \"unknown\" ];"), stories);
	label_rig_fini(&rig);
}

static void an_equivalent_is_held_against_what_the_label_is_now(void **unused)
{
	static const struct label_story stories[] = {
		{ "it was lower",
			M(SL(ORIGINAL(SUCCEEDED("BLUE", "PALE", "BLUE", "DEEP", PAST))
					EQUAL(RED_LOW)) B),
			NULL, "equivalent-differs", NULL },
		{ "it was higher",
			M(SL(ORIGINAL(SUCCEEDED("RED", "HIGH", "RED", "LOW", PAST))
					EQUAL(BLUE_DEEP)) B),
			NULL, "equivalent-differs", NULL },
		{ "other policy", M(SL(ORIGINAL(SUCCEEDED("RED", "HIGH", "BLUE", "PALE", PAST))) B),
			NULL, "other-policy", NULL },
	};
	struct label_rig rig;

	(void)unused;
	label_rig_init(&rig);
	rig.to.policy = NULL;
	rig.labels.to.governing.list[0] = &rig.red_low;
	TELL_LABELS(&rig, CHECKED, stories);
	label_rig_fini(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_taken_out_of_a_label_is_not_in_it),
		cmocka_unit_test(an_equivalent_is_held_against_what_the_label_is_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
