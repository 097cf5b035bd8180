/* SPDX-License-Identifier: MIT */
/*
 * Labels of one policy for a peer that has another: what comes in, what goes out and as what, what
 * is refused for it, and what the peer then sees. RED governs; RED and BLUE are in label_rig.h.
 */
#include "label_rig.h"

#define M(content) "<message" A ">" content "</message>"
#define B          "<body>x</body>"

static void a_label_for_another_policy_goes_beside_the_originators(void **unused)
{
	static const struct label_story stories[] = {
		{ "low", M(B SL(ORIGINAL(RED_LOW))),
			M(B SL(SHOW_PALE ORIGINAL(RED_LOW) EQUAL(BLUE_PALE))), "label",
			"label \"RED LOW\" -> \"BLUE PALE\"" },
		{ "a marking that lies",
			M(SL("<displaymarking>FREE</displaymarking>" ORIGINAL(RED_HIGH)) B),
			M(SL(SHOW_DEEP ORIGINAL(RED_HIGH) EQUAL(BLUE_DEEP)) B), "label",
			"label \"RED HIGH\" -> \"BLUE DEEP\"" },
		{ "what we would write", M(B SL(SHOW_DEEP ORIGINAL(RED_HIGH) EQUAL(BLUE_DEEP))),
			NULL, NULL, "label \"RED HIGH\" -> \"BLUE DEEP\"" },
		{ "no equivalent", M(B SL(ORIGINAL(RED_TOP))), NULL, "no-equivalent-classification",
			"" },
		{ "an equivalent that lies", M(B SL(ORIGINAL(RED_HIGH) EQUAL(BLUE_PALE))), NULL,
			"equivalent-differs", "" },
		{ "of the recipient's policy", M(B SL(SHOW_DEEP ORIGINAL(BLUE_DEEP))), NULL, NULL,
			"label \"BLUE DEEP\" = \"RED HIGH\"" },
		{ "an equivalent that nobody knows",
			M(B SL(SHOW_DEEP ORIGINAL(RED_HIGH) EQUAL(BLUE_DEEP)
					EQUAL("<x xmlns='u'/>"))),
			NULL, "label-malformed", "" },
		{ "of neither", M(B SL(ORIGINAL(GREEN))), NULL, "not-equivalent-policy", "" },
	};
	struct label_rig rig;

	(void)unused;
	label_rig_init(&rig);
	TELL_LABELS(&rig, CHECKED, stories);
	label_rig_fini(&rig);
}

static void the_originators_label_may_give_way(void **unused)
{
	static const struct label_story swap[] = {
		{ "low", M(B SL(ORIGINAL(RED_LOW))),
			M(B SL(SHOW_PALE ORIGINAL(BLUE_PALE) EQUAL(RED_LOW))), "label", NULL },
		{ "already so", M(B SL(SHOW_PALE ORIGINAL(BLUE_PALE) EQUAL(RED_LOW))), NULL, NULL,
			NULL },
		{ "with an equivalent", M(B SL(ORIGINAL(RED_LOW) EQUAL(BLUE_PALE))),
			M(B SL(SHOW_PALE ORIGINAL(BLUE_PALE) EQUAL(RED_LOW))), "label", NULL },
	};
	static const struct label_story replace[] = {
		{ "low", M(B SL(ORIGINAL(RED_LOW))), M(B SL(SHOW_PALE ORIGINAL(BLUE_PALE))),
			"label", NULL },
		{ "the recipient's own", M(B SL(SHOW_PALE ORIGINAL(BLUE_PALE))), NULL, NULL, NULL },
	};
	static const struct label_story none[] = {
		{ "low", M(B SL(ORIGINAL(RED_LOW))), M(B), "label",
			"label \"RED LOW\" -> \"BLUE PALE\"" },
		{ "first", M(SL(ORIGINAL(RED_LOW)) B), M(B), "label", NULL },
		{ "what never stands alone", M("<active" CS "/>" SL(ORIGINAL(RED_LOW))),
			M("<active" CS "/>"), "label", NULL },
		{ "no equivalent", M(B SL(ORIGINAL(RED_TOP))), NULL, "no-equivalent-classification",
			NULL },
	};
	struct label_rig rig;

	(void)unused;
	label_rig_init(&rig);
	rig.to.write = LABEL_WRITE_SWAP;
	TELL_LABELS(&rig, CHECKED, swap);
	rig.to.write = LABEL_WRITE_REPLACE;
	TELL_LABELS(&rig, CHECKED, replace);
	rig.to.write = LABEL_WRITE_NONE;
	TELL_LABELS(&rig, CHECKED, none);
	label_rig_fini(&rig);
}

/* What is mapped in is judged under the governing policy, for a recipient that has that one. */
static void a_foreign_label_is_judged_as_what_it_maps_to(void **unused)
{
	static const struct label_story stories[] = {
		{ "pale", M(B SL(ORIGINAL(BLUE_PALE))),
			M(B SL(SHOW_LOW ORIGINAL(BLUE_PALE) EQUAL(RED_LOW))), "label",
			"label \"BLUE PALE\" = \"RED LOW\"" },
		{ "with what it maps to", M(B SL(SHOW_LOW ORIGINAL(BLUE_PALE) EQUAL(RED_LOW))),
			NULL, NULL, "equivalent label \"RED LOW\"" },
		{ "deep", M(B SL(ORIGINAL(BLUE_DEEP))), NULL, "classification-denied", NULL },
		{ "no equivalent", M(B SL(ORIGINAL(BLUE_ODD))), NULL,
			"no-equivalent-classification", NULL },
		{ "a number that BLUE does not have", M(B SL(ORIGINAL(ESS("MQcCAQsGAmkC")))), NULL,
			"unknown-classification", NULL },
	};
	static const struct label_story unloaded[] = {
		{ "pale", M(B SL(ORIGINAL(BLUE_PALE))),
			M(B SL(SHOW_LOW ORIGINAL(BLUE_PALE) EQUAL(RED_LOW))), "label",
			"label \"RED LOW\"" },
		{ "deep", M(B SL(ORIGINAL(BLUE_DEEP))), NULL, "classification-denied", NULL },
	};
	struct label_rig rig;

	(void)unused;
	label_rig_init(&rig);
	rig.to.policy = NULL;
	rig.labels.to.governing.list[0] = &rig.red_low;
	TELL_LABELS(&rig, CHECKED, stories);
	rig.to.policy = rig.policies.list[0];
	TELL_LABELS(&rig, CHECKED, stories);
	rig.policies.n = 1;
	TELL_LABELS(&rig, CHECKED, unloaded);
	rig.policies.n = 2;
	label_rig_fini(&rig);
}

/* It might be taken for one of another policy further on, so it does not go out without one. */
static void a_label_without_a_policy_is_of_the_assumed_one(void **unused)
{
	static const struct label_story unknown[] = {
		{ "one", M(B SL(ORIGINAL(ESS("MQMCAQE=")))), NULL, "not-equivalent-policy", NULL },
	};
	static const struct label_story red[] = {
		{ "one", M(B SL(ORIGINAL(ESS("MQMCAQE=")))), M(B SL(SHOW_PALE ORIGINAL(BLUE_PALE))),
			"label", "label \"RED LOW\" -> \"BLUE PALE\"" },
		{ "ten", M(B SL(ORIGINAL(ESS("MQMCAQo=")))), NULL, "unknown-classification", NULL },
	};
	static const struct label_story blue[] = {
		{ "ten", M(B SL(ORIGINAL(ESS("MQMCAQo=")))), M(B SL(SHOW_PALE ORIGINAL(BLUE_PALE))),
			"label", "label \"BLUE PALE\" = \"RED LOW\" -> \"BLUE PALE\"" },
	};
	static const struct label_story governing[] = {
		{ "one", M(B SL(SHOW_LOW ORIGINAL(ESS("MQMCAQE=")))),
			M(B SL(SHOW_LOW ORIGINAL(RED_LOW))), "label", "label \"RED LOW\"" },
	};
	struct label_rig rig;

	(void)unused;
	label_rig_init(&rig);
	TELL_LABELS(&rig, CHECKED, unknown);
	rig.labels.assumed = rig.policies.list[1];
	TELL_LABELS(&rig, CHECKED, blue);
	rig.labels.assumed = rig.policies.list[0];
	TELL_LABELS(&rig, CHECKED, red);
	rig.to.policy = NULL;
	TELL_LABELS(&rig, CHECKED, governing);
	label_rig_fini(&rig);
}

static void no_mapping_widens(void **unused)
{
	static const struct label_story pale_only[] = {
		{ "low", M(B SL(SHOW_PALE ORIGINAL(RED_LOW) EQUAL(BLUE_PALE))), NULL, NULL, NULL },
		{ "high", M(B SL(ORIGINAL(RED_HIGH))), NULL, "classification-denied", "" },
		{ "the recipient's own", M(B SL(ORIGINAL(BLUE_DEEP))), NULL,
			"classification-denied", "" },
	};
	static const struct label_story nobody[] = {
		{ "low", M(B SL(ORIGINAL(RED_LOW))), NULL, "no-clearance", "" },
		{ "the recipient's own", M(B SL(ORIGINAL(BLUE_PALE))), NULL, "no-clearance", "" },
	};
	struct label_rig rig;

	(void)unused;
	label_rig_init(&rig);
	rig.labels.to.translated.list[0] = &rig.blue_pale;
	TELL_LABELS(&rig, CHECKED, pale_only);
	rig.labels.to.translated.n = 0;
	TELL_LABELS(&rig, CHECKED, nobody);
	label_rig_fini(&rig);
}

#define NATO_NS "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
#define NATO(role, id, policy, class, at)                                                      \
	"<" role "ConfidentialityLabel xmlns='" NATO_NS "'" at "><ConfidentialityInformation>" \
	"<PolicyIdentifier URI='urn:oid:" id "'>" policy "</PolicyIdentifier>"                 \
	"<Classification>" class "</Classification></ConfidentialityInformation>"              \
				 "<CreationDateTime>2027-01-15T08:00:00Z</"                    \
				 "CreationDateTime></" role "ConfidentialityLabel>"
#define REVIEWED " ReviewDateTime='2027-01-16T08:00:00Z'"
#define NATO_LOW NATO("originator", "2.25.1", "RED", "LOW", "")
#define BOUND(x)                                                                   \
	"<BindingInformation xmlns='urn:nato:stanag:4778:bindinginformation:1:0'>" \
	"<MetadataBindingContainer><MetadataBinding><Metadata>" x "</Metadata>"    \
	"<DataReference "                                                          \
	"URI=''/></MetadataBinding></MetadataBindingContainer></BindingInformation>"

static void labels_of_ours_are_in_the_form_that_was_agreed(void **unused)
{
	static const struct label_story same[] = {
		{ "as it came", M(SL(ORIGINAL(NATO_LOW))),
			M(SL(SHOW_PALE ORIGINAL(NATO_LOW) EQUAL(
				NATO("alternative", "2.25.2", "BLUE", "PALE", REVIEWED)))),
			"label", NULL },
	};
	static const struct label_story bound[] = {
		{ "ess", M(SL(ORIGINAL(RED_LOW))),
			M(SL(SHOW_PALE ORIGINAL(RED_LOW) EQUAL(
				BOUND(NATO("alternative", "2.25.2", "BLUE", "PALE", REVIEWED))))),
			"label", NULL },
		{ "the recipient's own", M(SL(ORIGINAL(BLUE_PALE))),
			M(SL(SHOW_PALE ORIGINAL(BLUE_PALE) EQUAL(
				BOUND(NATO("alternative", "2.25.2", "BLUE", "PALE", REVIEWED))))),
			"label", NULL },
		{ "already so",
			M(SL(SHOW_PALE ORIGINAL(BLUE_PALE) EQUAL(
				BOUND(NATO("alternative", "2.25.2", "BLUE", "PALE", ""))))),
			NULL, NULL, NULL },
		{ "another beside it",
			M(SL(SHOW_PALE ORIGINAL(BLUE_PALE) EQUAL(
				BOUND(NATO("alternative", "2.25.2", "BLUE", "DEEP", ""))))),
			NULL, "equivalent-differs", NULL },
	};
	static const struct label_story nato[] = {
		{ "ess", M(SL(ORIGINAL(RED_LOW))),
			M(SL(SHOW_PALE ORIGINAL(
				NATO("originator", "2.25.2", "BLUE", "PALE", REVIEWED)))),
			"label", NULL },
	};
	struct label_rig rig;

	(void)unused;
	label_rig_init(&rig);
	rig.to.review = 86400;
	TELL_LABELS(&rig, CHECKED, same);
	rig.to.form = LABEL_FORM_4778;
	TELL_LABELS(&rig, CHECKED, bound);
	rig.to.form = LABEL_FORM_4774;
	rig.to.write = LABEL_WRITE_REPLACE;
	TELL_LABELS(&rig, CHECKED, nato);
	label_rig_fini(&rig);
}

static void the_marking_is_made_unless_it_is_not_wanted(void **unused)
{
	static const struct label_story made[] = {
		{ "none came", M(SL(ORIGINAL(RED_LOW)) B), M(SL(SHOW_LOW ORIGINAL(RED_LOW)) B),
			"label", "label \"RED LOW\"" },
		{ "another colour",
			M(SL(SHOWN("#000000", "#008000", "RED LOW") ORIGINAL(RED_LOW)) B),
			M(SL(SHOW_LOW ORIGINAL(RED_LOW)) B), "label", NULL },
		{ "what stands in it is kept", M(SL(ORIGINAL(RED_LOW) EQUAL(BLUE_PALE)) B),
			M(SL(SHOW_LOW ORIGINAL(RED_LOW) EQUAL(BLUE_PALE)) B), "label", NULL },
		{ "the same", M(SL(SHOW_LOW ORIGINAL(RED_LOW)) B), NULL, NULL, NULL },
	};
	static const struct label_story kept[] = {
		{ "a lie", M(SL("<displaymarking>FREE</displaymarking>" ORIGINAL(RED_LOW)) B), NULL,
			NULL, NULL },
		{ "a label of ours",
			M(SL("<displaymarking>FREE</displaymarking>" ORIGINAL(BLUE_PALE)) B),
			M(SL(SHOW_LOW ORIGINAL(BLUE_PALE) EQUAL(RED_LOW)) B), "label", NULL },
	};
	static const struct label_story none[] = {
		{ "one came", M(SL(SHOW_LOW ORIGINAL(RED_LOW)) B), M(SL(ORIGINAL(RED_LOW)) B),
			"label", NULL },
		{ "none came", M(SL(ORIGINAL(RED_LOW)) B), NULL, NULL, NULL },
	};
	static const struct label_story german[] = {
		{ "deep", M(SL(ORIGINAL(RED_HIGH))),
			M(SL(SHOWN("#ffffff", "#0000ff", "BLUE TIEF") ORIGINAL(RED_HIGH)
					EQUAL(BLUE_DEEP))),
			"label", NULL },
	};
	struct label_rig rig;

	(void)unused;
	label_rig_init(&rig);
	rig.to.language = STR("de-AT");
	TELL_LABELS(&rig, CHECKED, german);
	rig.to.policy = NULL;
	TELL_LABELS(&rig, CHECKED, made);
	rig.to.show = LABEL_SHOW_KEPT;
	TELL_LABELS(&rig, CHECKED, kept);
	rig.to.show = LABEL_SHOW_NONE;
	TELL_LABELS(&rig, CHECKED, none);
	label_rig_fini(&rig);
}

#define BY_DEFAULT                                                                                 \
	"policies = ( { name = \"p\"; audit = \"headers\"; labels = { check = true; unlabelled = " \
	"\"default\"; }; } );"
#define PASSING                                                                                    \
	"policies = ( { name = \"p\"; audit = \"headers\"; labels = { check = true; unlabelled = " \
	"\"pass\"; subject = \"pass\"; }; } );"

static void the_default_label_is_stamped_and_stripped(void **unused)
{
	static const struct label_story assumed[] = {
		{ "none", M(B), NULL, NULL, "default \"RED LOW\" -> \"BLUE PALE\"" },
		{ "empty", M(B SL("<label/>")), M(B SL(SHOW_PALE "<label/>")), "label", NULL },
	};
	static const struct label_story stamped[] = {
		{ "none", M(B), M(B SL(SHOW_PALE ORIGINAL(BLUE_PALE))), "label",
			"default \"RED LOW\" -> \"BLUE PALE\"" },
		{ "nothing at all", "<message" A "/>", M(SL(SHOW_PALE ORIGINAL(BLUE_PALE))),
			"label", NULL },
		{ "empty", M(SL("<label/>") B), M(SL(SHOW_PALE ORIGINAL(BLUE_PALE)) B), "label",
			NULL },
		{ "one", M(B SL(ORIGINAL(RED_HIGH))),
			M(B SL(SHOW_DEEP ORIGINAL(RED_HIGH) EQUAL(BLUE_DEEP))), "label", NULL },
	};
	static const struct label_story subject[] = {
		{ "a subject", M("<subject>x</subject>"), NULL, NULL, "" },
	};
	static const struct label_story stripped[] = {
		{ "the default", M(B SL(ORIGINAL(RED_LOW))), M(B), "label",
			"label \"RED LOW\" -> \"BLUE PALE\"" },
		{ "another", M(B SL(ORIGINAL(RED_HIGH))),
			M(B SL(SHOW_DEEP ORIGINAL(RED_HIGH) EQUAL(BLUE_DEEP))), "label", NULL },
	};
	struct label_rig rig;

	(void)unused;
	label_rig_init(&rig);
	rig.from.default_label = &rig.low;
	TELL_LABELS(&rig, BY_DEFAULT, assumed);
	rig.from.stamp = true;
	TELL_LABELS(&rig, BY_DEFAULT, stamped);
	TELL_LABELS(&rig, PASSING, stamped);
	TELL_LABELS(&rig, PASSING, subject);
	rig.to.strip_default = true;
	rig.to.default_label = &rig.low;
	TELL_LABELS(&rig, CHECKED, stripped);
	label_rig_fini(&rig);
}

#define INNER(content) FW "<message" JC ">" content "</message>" FWEND
/* A list of XEP-0314. */
#define LIST(content)                                 \
	"<iq xmlns:l='urn:xmpp:sec-label:pubsub:0'" A \
	" type='result' id='1'>" PUBSUB("<items node='n'>" content "</items>") "</iq>"
#define ID(content) "<securitylabel xmlns='" SL_NS "' l:id='1'>" content "</securitylabel>"
#define NEW_ID(content)                                                                            \
	"<securitylabel xmlns:p='urn:xmpp:sec-label:pubsub:0' p:id='1' xmlns='" SL_NS "'>" content \
	"</securitylabel>"
#define NO_LIST                                                                           \
	"<iq from='a@a.example' to='b@b.example' id='1' type='error'><error type='auth'>" \
	"<forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"

static void labels_further_in_are_written_each_by_itself(void **unused)
{
	static const struct label_story stories[] = {
		{ "forwarded",
			M(SL(ORIGINAL(RED_LOW)) INNER("<body>y</body>" SL(ORIGINAL(RED_HIGH))) B),
			M(SL(SHOW_PALE ORIGINAL(RED_LOW) EQUAL(BLUE_PALE)) INNER(
				"<body>y</body>" SL(SHOW_DEEP ORIGINAL(RED_HIGH) EQUAL(BLUE_DEEP)))
					B),
			"label", "label \"RED LOW\" -> \"BLUE PALE\"" },
		{ "the outer one behind it",
			M(INNER(SL(ORIGINAL(RED_HIGH)) "<body>y</body>") B SL(ORIGINAL(RED_LOW))),
			M(INNER(SL(SHOW_DEEP ORIGINAL(RED_HIGH) EQUAL(BLUE_DEEP)) "<body>y</body>")
					B SL(SHOW_PALE ORIGINAL(RED_LOW) EQUAL(BLUE_PALE))),
			"label", "label \"RED LOW\" -> \"BLUE PALE\"" },
		{ "one of them without", M(SL(ORIGINAL(RED_LOW)) INNER("<body>y</body>") B), NULL,
			"no-label", "" },
	};
	struct label_rig rig;

	(void)unused;
	label_rig_init(&rig);
	TELL_LABELS(&rig, CHECKED, stories);
	label_rig_fini(&rig);
}

#define DS "<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'><SignedInfo/>x</Signature>"
#define SIGNED                                                                         \
	"<m:BindingInformation xmlns:m='urn:nato:stanag:4778:bindinginformation:1:0'>" \
	"<m:MetadataBindingContainer>" DS "<m:MetadataBinding><m:Metadata>" NATO_LOW   \
	"</m:Metadata><m:DataReference URI=''/></m:MetadataBinding>"                   \
	"</m:MetadataBindingContainer></m:BindingInformation>"
#define UNSIGNED                                                                       \
	"<m:BindingInformation xmlns:m='urn:nato:stanag:4778:bindinginformation:1:0'>" \
	"<m:MetadataBindingContainer><m:MetadataBinding><m:Metadata>" NATO_LOW         \
	"</m:Metadata><m:DataReference URI=''/></m:MetadataBinding>"                   \
	"</m:MetadataBindingContainer></m:BindingInformation>"
#define CHAT "<active" CS "/>"

static void labels_of_a_list_keep_their_names(void **unused)
{
	static const struct label_story stories[] = {
		{ "low", LIST("<item id='i' l:label='1'>" OTHER "</item>" ID(ORIGINAL(RED_LOW))),
			LIST("<item id='i' l:label='1'>" OTHER
			     "</item>" NEW_ID(SHOW_PALE ORIGINAL(RED_LOW) EQUAL(BLUE_PALE))),
			"label", "label \"RED LOW\" -> \"BLUE PALE\"" },
		{ "what we would write",
			LIST("<item id='i' l:label='1'>" OTHER
			     "</item>" ID(SHOW_PALE ORIGINAL(RED_LOW) EQUAL(BLUE_PALE))),
			NULL, NULL, NULL },
	};
	struct label_rig rig;

	(void)unused;
	label_rig_init(&rig);
	TELL_LABELS(&rig, CHECKED, stories);
	label_rig_fini(&rig);
}

static void a_signature_is_not_left_to_be_wrong(void **unused)
{
	static const struct label_story refused[] = {
		{ "nothing changes", M(SL(SHOW_LOW ORIGINAL(SIGNED)) B), NULL, NULL, NULL },
		{ "the marking", M(SL(ORIGINAL(SIGNED)) B), NULL, "label-signed", NULL },
		{ "the message, behind it", M(SL(SHOW_LOW ORIGINAL(SIGNED)) B CHAT), NULL,
			"label-signed", NULL },
		{ "the message, before it", M(CHAT B SL(SHOW_LOW ORIGINAL(SIGNED))), NULL,
			"label-signed", NULL },
		{ "not the one that it covers",
			M(CHAT SL(SHOW_LOW ORIGINAL(RED_LOW))
					INNER(SL(SHOW_LOW ORIGINAL(SIGNED)) B)),
			M(SL(SHOW_LOW ORIGINAL(RED_LOW)) INNER(SL(SHOW_LOW ORIGINAL(SIGNED)) B)),
			"strip", NULL },
		{ "in a list",
			LIST("<item id='i' l:label='1'>" OTHER "</item>" ID(ORIGINAL(SIGNED))),
			NO_LIST, "label-signed", NULL },
	};
	static const struct label_story stripped[] = {
		{ "nothing changes", M(SL(SHOW_LOW ORIGINAL(SIGNED)) B), NULL, NULL, NULL },
		{ "the marking", M(SL(ORIGINAL(SIGNED)) B), M(SL(SHOW_LOW ORIGINAL(UNSIGNED)) B),
			"label", NULL },
		{ "the message", M(SL(SHOW_LOW ORIGINAL(SIGNED)) B CHAT),
			M(SL(SHOW_LOW ORIGINAL(UNSIGNED)) B), "strip", NULL },
	};
	static const struct label_story kept[] = {
		{ "the marking", M(SL(ORIGINAL(SIGNED)) B), M(SL(SHOW_LOW ORIGINAL(SIGNED)) B),
			"label", NULL },
		{ "the message", M(SL(SHOW_LOW ORIGINAL(SIGNED)) B CHAT),
			M(SL(SHOW_LOW ORIGINAL(SIGNED)) B), "strip", NULL },
	};
	struct label_rig rig;
	const char *policies = CHECKED_WITH("strip = [ \"chat-states\" ];");

	(void)unused;
	label_rig_init(&rig);
	rig.to.policy = NULL;
	TELL_LABELS(&rig, policies, refused);
	rig.to.on_signature = LABEL_SIGNED_STRIP;
	TELL_LABELS(&rig, policies, stripped);
	rig.to.on_signature = LABEL_SIGNED_KEEP;
	TELL_LABELS(&rig, policies, kept);
	label_rig_fini(&rig);
}

static void what_is_stripped_is_not_written_again(void **unused)
{
	static const struct label_story stories[] = {
		{ "low", M(B SL(ORIGINAL(RED_LOW))), M(B), "strip", NULL },
		{ "signed", M(B SL(ORIGINAL(SIGNED))), M(B), "strip", NULL },
		{ "no equivalent", M(B SL(ORIGINAL(RED_TOP))), NULL, "no-equivalent-classification",
			NULL },
	};
	static const struct label_story inner[] = {
		{ "what a forwarded message is in",
			M(SL(SHOW_PALE ORIGINAL(RED_LOW) EQUAL(BLUE_PALE))
					B INNER(SL(ORIGINAL(RED_HIGH)) "<body>y</body>")),
			M(SL(SHOW_PALE ORIGINAL(RED_LOW) EQUAL(BLUE_PALE)) B), "strip", NULL },
		{ "and it was denied",
			M(SL(SHOW_PALE ORIGINAL(RED_LOW) EQUAL(BLUE_PALE))
					B INNER(SL(ORIGINAL(RED_TOP)) "<body>y</body>")),
			NULL, "no-equivalent-classification", NULL },
	};
	struct label_rig rig;

	(void)unused;
	label_rig_init(&rig);
	TELL_LABELS(&rig, CHECKED_WITH("strip = [ \"labels\" ];"), stories);
	TELL_LABELS(&rig, CHECKED_WITH("strip = [ \"forward\" ];"), inner);
	label_rig_fini(&rig);
}

/* A hundred labels of ours are a lot more than a hundred small ones. */
static void labels_do_not_make_a_stanza_grow_without_bound(void **unused)
{
	struct label_rig rig;
	struct buf in = { 0 };
	struct label_story story = { "many", NULL, NULL, "label-unwritable", NULL };

	(void)unused;
	buf_printf(&in, "<message" A ">" SL(ORIGINAL(RED_LOW)));
	for (unsigned i = 0; i < 1000; i++)
		buf_printf(&in, INNER(SL(ORIGINAL(RED_LOW))));
	buf_printf(&in, "</message>");
	buf_put_char(&in, '\0');
	story.in = buf_view(&in).p;
	label_rig_init(&rig);
	rig.to.form = LABEL_FORM_4778;
	label_stories_tell(&rig, CHECKED, &story, 1);
	label_rig_fini(&rig);
	buf_fini(&in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_label_for_another_policy_goes_beside_the_originators),
		cmocka_unit_test(the_originators_label_may_give_way),
		cmocka_unit_test(a_foreign_label_is_judged_as_what_it_maps_to),
		cmocka_unit_test(a_label_without_a_policy_is_of_the_assumed_one),
		cmocka_unit_test(no_mapping_widens),
		cmocka_unit_test(labels_of_ours_are_in_the_form_that_was_agreed),
		cmocka_unit_test(the_marking_is_made_unless_it_is_not_wanted),
		cmocka_unit_test(the_default_label_is_stamped_and_stripped),
		cmocka_unit_test(labels_further_in_are_written_each_by_itself),
		cmocka_unit_test(labels_of_a_list_keep_their_names),
		cmocka_unit_test(a_signature_is_not_left_to_be_wrong),
		cmocka_unit_test(what_is_stripped_is_not_written_again),
		cmocka_unit_test(labels_do_not_make_a_stanza_grow_without_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
