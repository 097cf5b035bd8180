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

static void there_is_no_stanza_in_a_label(void **unused)
{
	static const struct label_story stories[] = {
		{ "a message",
			M(SL(ORIGINAL(NATO(
				INFORMATION("RED", "LOW", "<message" JC ">" B "</message>"))))),
			NULL, "label-malformed", NULL },
		{ "a stanza of the other namespace",
			M(SL(ORIGINAL(
				NATO(INFORMATION("RED", "LOW", "<iq xmlns='jabber:server'/>"))))),
			NULL, "label-malformed", NULL },
	};
	struct label_rig rig;

	(void)unused;
	label_rig_init(&rig);
	TELL_LABELS(&rig, CHECKED, stories);
	label_rig_fini(&rig);
}

static void a_default_is_stripped_only_if_it_is_that_for_the_recipient(void **unused)
{
	static const struct label_story stories[] = {
		{ "by its name there", M(B SL(ORIGINAL(BLUE_PALE))), M(B), "label", NULL },
		{ "another that is the same here",
			M(B SL(SHOWN("#ffffff", "#0000ff", "BLUE FAINT") ORIGINAL(BLUE_FAINT))),
			NULL, NULL, "label \"BLUE FAINT\" = \"RED LOW\"" },
	};
	struct label_rig rig;

	(void)unused;
	label_rig_init(&rig);
	rig.to.strip_default = true;
	rig.to.default_label = &rig.low;
	TELL_LABELS(&rig, CHECKED, stories);
	label_rig_fini(&rig);
}

#define CATALOG(x) "<catalog xmlns='urn:xmpp:sec-label:catalog:2'>" x "</catalog>"
#define ITEM(x)    "<item selector='S'>" x "</item>"
#define ANSWER(x)  "<iq" A " type='result' id='1'>" CATALOG(x) "</iq>"
#define NO_ANSWER                                                                         \
	"<iq from='a@a.example' to='b@b.example' id='1' type='error'><error type='auth'>" \
	"<forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"

static void what_is_taken_out_of_a_catalogue_is_not_in_it(void **unused)
{
	static const struct label_story stories[] = {
		{ "all items pass",
			ANSWER(ITEM(SL(ORIGINAL(NATO(INFORMATION("RED", "LOW", ODD)))))),
			ANSWER(ITEM(SL(ORIGINAL(NATO(INFORMATION("RED", "LOW", "")))))), "strip",
			NULL },
		{ "one does not", ANSWER(ITEM(SL(ORIGINAL(RED_LOW))) ITEM(SL(ORIGINAL(RED_HIGH)))),
			ANSWER(ITEM(SL(ORIGINAL(RED_LOW)))), "catalog", NULL },
		{ "one does not, of another something is taken out",
			ANSWER(ITEM(SL(ORIGINAL(NATO(INFORMATION("RED", "LOW", ODD)))))
					ITEM(SL(ORIGINAL(RED_HIGH)))),
			NO_ANSWER, "label-malformed", NULL },
	};
	struct label_rig rig;

	(void)unused;
	label_rig_init(&rig);
	rig.to.policy = NULL;
	rig.to.filter_catalogs = true;
	rig.labels.to.governing.list[0] = &rig.red_low;
	TELL_LABELS(&rig,
		"policies = ( { name = \"p\"; audit = \"headers\"; strip = [ \"unknown\" ]; labels "
		"= "
		"{ check = true; unlabelled_iq = [ \"labels\" ]; }; } );",
		stories);
	label_rig_fini(&rig);
}

static const char allies[] = RIG_SPIF(
	"<securityPolicyId name='RED' id='2.25.1'/><securityClassifications>" RIG_CLASS("LOW", "1",
		"green",
		"") "</securityClassifications><securityCategoryTagSets>"
		    "<securityCategoryTagSet name='Releasable To' id='2.25.1.1'>"
		    "<securityCategoryTag name='Releasable To' tagType='permissive'>"
		    "<tagCategory name='XAA' lacv='1'/><tagCategory name='XBB' lacv='2'/>"
		    "<tagCategory name='ALL' lacv='3'/></securityCategoryTag>"
		    "</securityCategoryTagSet></securityCategoryTagSets><extensions>"
		    "<n:memberships xmlns:n='urn:nato:stanag:4774:spif:extensions:1:0'>"
		    "<n:membership n:name='ALL'><n:member n:name='XAA'/><n:member n:name='XBB'/>"
		    "</n:membership></n:memberships></extensions>");

/* What a CA limits to XBB is not of the group for a XAA that it may not grant (RFC 5913). */
static void a_group_is_not_granted_for_two_different_members(void **unused)
{
	static const struct {
		const char *own, *limits[2];
		bool granted;
	} rows[] = {
		{ "XAA", { "*", "*" }, true },
		{ "XAA", { "XAA", "*" }, true },
		{ "XAA", { "XBB", "*" }, false },
		{ "XAA", { "ALL", "*" }, false },
		{ "ALL", { "XBB", "*" }, false },
		{ "ALL", { "ALL", "ALL" }, true },
		{ "*", { "XBB", "ALL" }, false },
		{ "*", { "XBB", "XBB" }, true },
		{ "*", { "XBB", "XAA" }, false },
	};
	struct label_policies policies = { 0 };
	struct spif *red = spif_read(str_of(allies), 0, "red.xml", NULL);
	bool ambiguous;

	(void)unused;
	assert_true(label_policies_add(&policies, red, NULL));
	const struct spif_category *all = spif_category_by_name(
		red, &red->sets[0], LABEL_PERMISSIVE, LABEL_ANY_FORM, STR("ALL"), &ambiguous);
	assert_non_null(all);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct clearance c[3];
		const char *values[] = { rows[i].own, rows[i].limits[0], rows[i].limits[1] };

		for (unsigned k = 0; k < 3; k++) {
			struct clearance_value v = { "Releasable To", values[k] };
			struct clearance_names names = {
				.policy = "RED", .up_to = "LOW", .values = &v, .nvalues = 1
			};
			char *words = NULL;

			clearance_init(&c[k]);
			assert_true(clearance_from_names(&policies, &names, &c[k], &words));
		}
		clearance_narrow(&c[0], &c[1]);
		clearance_narrow(&c[0], &c[2]);
		if (clearance_grants(&c[0], all->index) != rows[i].granted)
			fail_msg("row %zu", i);
		for (unsigned k = 0; k < 3; k++)
			clearance_fini(&c[k]);
	}
	label_policies_fini(&policies);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_taken_out_of_a_label_is_not_in_it),
		cmocka_unit_test(there_is_no_stanza_in_a_label),
		cmocka_unit_test(a_default_is_stripped_only_if_it_is_that_for_the_recipient),
		cmocka_unit_test(what_is_taken_out_of_a_catalogue_is_not_in_it),
		cmocka_unit_test(a_group_is_not_granted_for_two_different_members),
		cmocka_unit_test(an_equivalent_is_held_against_what_the_label_is_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
