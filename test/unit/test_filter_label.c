/* SPDX-License-Identifier: MIT */
/* Labels in stanzas: which pass, which refuse the stanza, and where there may be none. */
#include "label/clearance.h"
#include "label/resolve.h"
#include "policy_story.h"

#define LABELLED(payload)                                                                   \
	"<securitylabel xmlns='urn:xmpp:sec-label:0'><displaymarking>FREE</displaymarking>" \
	"<label>" payload "</label></securitylabel>"
#define ESS(base64) \
	"<esssecuritylabel xmlns='urn:xmpp:sec-label:ess:0'>" base64 "</esssecuritylabel>"
#define LOW       LABELLED(ESS("MQYCAQMGASk="))
#define HIGH      LABELLED(ESS("MQYCAQQGASk="))
#define UNDEFINED LABELLED(ESS("MQYCAQUGASk="))
#define FOREIGN   LABELLED(ESS("MQYCAQMGASo="))
#define EMPTY     "<securitylabel xmlns='urn:xmpp:sec-label:0'><label/></securitylabel>"
#define BODY      "<body>x</body>"
#define CHECKED   UNDER("labels = { check = true; };")
#define REFUSED   VERDICT_BOUNCE, "labels.check", NULL, "forbidden", FEATURE_LABELS, false, false
#define LATER \
	VERDICT_BOUNCE, "labels.check", NULL, "resource-constraint", FEATURE_LABELS, false, false
#define PASSED VERDICT_PASS, NULL, NULL, NULL, NONE, false, false

static const char spif[] =
	"<SPIF xmlns='http://www.xmlspif.org/spif' schemaVersion='2.1' version='1' "
	"creationDate='20260101000000Z' originatorDN='CN=t' keyIdentifier='00' "
	"privilegeId='2.16.840.1.101.2.1.8.3' rbacId='2.16.840.1.101.2.1.8.3'>"
	"<securityPolicyId name='RED' id='1.1'/><securityClassifications>"
	"<securityClassification name='LOW' lacv='3' hierarchy='1'/>"
	"<securityClassification name='HIGH' lacv='4' hierarchy='2'/>"
	"</securityClassifications></SPIF>";

/* Two sides, each cleared up to a classification; NULL: not at all. */
struct sides {
	struct label_policies policies;
	struct clearance from, to;
	struct label low;
	struct label_terms terms; /* of the sender */
};

static struct label_cleared cleared(
	const struct label_policies *p, const char *up_to, struct clearance *c)
{
	struct clearance_names names = { .up_to = up_to };
	char *words = NULL;

	clearance_init(c);
	if (!up_to)
		return (struct label_cleared){ .n = 0 };
	assert_true(clearance_from_names(p, &names, c, &words));
	return (struct label_cleared){ .list = { c }, .n = 1 };
}

static struct filter_labels sides_init(struct sides *s, const char *from, const char *to)
{
	struct filter_labels out = { .policies = &s->policies, .now = 1800000000 };
	struct label_verdict v = { 0 };
	struct spif *policy = spif_read(str_of(spif), 0, "red.xml", NULL);

	memset(s, 0, sizeof(*s));
	assert_non_null(policy);
	assert_true(label_policies_add(&s->policies, policy, NULL));
	out.from.terms = &s->terms;
	out.from.governing = cleared(&s->policies, from, &s->from);
	out.to.governing = cleared(&s->policies, to, &s->to);
	label_init(&s->low);
	assert_true(label_keep(&s->low, &s->low.policy_id, STR("1.1")));
	assert_true(label_keep(&s->low, &s->low.class_name, STR("LOW")));
	assert_true(spif_resolve_label(policy, &s->low, &v));
	return out;
}

static void sides_fini(struct sides *s)
{
	clearance_fini(&s->from);
	clearance_fini(&s->to);
	label_fini(&s->low);
	label_policies_fini(&s->policies);
}

struct between {
	const char *policies, *from, *to;
	bool default_label, no_policy, awaited;
};

static void tell_between(const struct between *b, const struct policy_story *stories, size_t n)
{
	struct policy_text text;
	struct sides sides;
	struct filter_labels labels = sides_init(&sides, b->from, b->to);
	struct rig rig;

	sides.terms.default_label = b->default_label ? &sides.low : NULL;
	labels.to.awaited = b->awaited;
	labels.policies = b->no_policy ? NULL : labels.policies;
	policy_text_init(&text, b->policies);
	for (size_t step = 1; step; step = step == 1 ? SIZE_MAX : 0) {
		rig_init(&rig, text.table, RIG_HEADER);
		rig.context.labels = labels;
		for (size_t i = 0; i < n; i++)
			policy_story_tell(&stories[i], &rig, step);
		rig_fini(&rig);
	}
	policy_text_fini(&text);
	sides_fini(&sides);
}

#define TELL_BETWEEN(stories, ...)                                    \
	tell_between(&(const struct between){ __VA_ARGS__ }, stories, \
		sizeof(stories) / sizeof((stories)[0]))

static void a_label_within_both_clearances_passes_unchanged(void **unused)
{
	static const struct policy_story stories[] = {
		{ "low", "<message" A ">" BODY LOW "</message>", PASSED },
		{ "high", "<message" A ">" LABELLED(ESS("MQYCAQQGASk=")) BODY "</message>",
			PASSED },
	};

	(void)unused;
	TELL_BETWEEN(stories, .policies = CHECKED, .from = "HIGH", .to = "HIGH");
}

static void either_side_alone_denies(void **unused)
{
	static const struct policy_story stories[] = {
		{ "low", "<message" A ">" BODY LOW "</message>", PASSED },
		{ "high", "<message" A ">" BODY HIGH "</message>", REFUSED },
		{ "from a room", "<message" A " type='groupchat'>" BODY HIGH "</message>",
			REFUSED },
	};
	static const struct policy_story nothing[] = {
		{ "low", "<message" A ">" BODY LOW "</message>", REFUSED },
	};

	(void)unused;
	TELL_BETWEEN(stories, .policies = CHECKED, .from = "LOW", .to = "HIGH");
	TELL_BETWEEN(stories, .policies = CHECKED, .from = "HIGH", .to = "LOW");
	TELL_BETWEEN(nothing, .policies = CHECKED, .from = "HIGH");
	TELL_BETWEEN(nothing, .policies = CHECKED, .to = "HIGH");
	TELL_BETWEEN(nothing, .policies = CHECKED, .from = "HIGH", .to = "HIGH", .no_policy = true);
}

/* A certificate that will be known later: nothing else than that is refused for now only. */
static void what_a_certificate_may_grant_yet_is_refused_for_now(void **unused)
{
	static const struct policy_story later[] = {
		{ "low", "<message" A ">" BODY LOW "</message>", LATER },
	};
	static const struct policy_story never[] = {
		{ "high", "<message" A ">" BODY HIGH "</message>", REFUSED },
	};

	(void)unused;
	TELL_BETWEEN(later, .policies = CHECKED, .from = "HIGH", .awaited = true);
	TELL_BETWEEN(never, .policies = CHECKED, .from = "LOW", .awaited = true);
	TELL_BETWEEN(never, .policies = CHECKED, .awaited = true);
	TELL_BETWEEN(never, .policies = CHECKED, .from = "HIGH", .to = "LOW", .awaited = true);
}

static void what_cannot_be_judged_is_refused(void **unused)
{
	static const struct policy_story stories[] = {
		{ "no label", "<message" A ">" BODY "</message>", REFUSED },
		{ "nothing at all", "<message" A "/>", REFUSED },
		{ "an unknown classification", "<message" A ">" BODY UNDEFINED "</message>",
			REFUSED },
		{ "another policy", "<message" A ">" BODY FOREIGN "</message>", REFUSED },
		{ "no base64", "<message" A ">" BODY LABELLED(ESS("!")) "</message>", REFUSED },
		{ "no ASN.1", "<message" A ">" BODY LABELLED(ESS("AAAA")) "</message>", REFUSED },
		{ "something unknown",
			"<message" A ">" BODY LABELLED("<l xmlns='u'/>") "</message>", REFUSED },
		{ "the default, of which there is none",
			"<message" A ">" BODY LABELLED("") "</message>", REFUSED },
		{ "no label in it",
			"<message" A ">" BODY
			"<securitylabel xmlns='urn:xmpp:sec-label:0'/></message>",
			REFUSED },
		{ "two labels", "<message" A ">" BODY LOW LOW "</message>", REFUSED },
		{ "a label without its element",
			"<message" A ">" BODY "<label xmlns='urn:xmpp:sec-label:0'>" ESS(
				"MQYCAQMGASk=") "</label></message>",
			REFUSED },
		{ "only further in", "<message" A ">" BODY "<w xmlns='urn:w'>" LOW "</w></message>",
			REFUSED },
		{ "an equivalent that nobody can prove",
			"<message" A ">" BODY "<securitylabel "
			"xmlns='urn:xmpp:sec-label:0'><label>" ESS(
				"MQYCAQMGASk=") "</"
						"label><"
						"equivalentlabel"
						">" ESS("MQYCAQMGASo"
							"=") "</"
							     "equival"
							     "entlabe"
							     "l></"
							     "securit"
							     "ylabel>"
							     "</"
							     "message"
							     ">",
			REFUSED },
		{ "a governing equivalent of a foreign label",
			"<message" A ">" BODY "<securitylabel "
			"xmlns='urn:xmpp:sec-label:0'><label>" ESS(
				"MQYCAQMGASo=") "</"
						"label><"
						"equivalentlabel"
						">" ESS("MQYCAQMGASk"
							"=") "</"
							     "equival"
							     "entlabe"
							     "l></"
							     "securit"
							     "ylabel>"
							     "</"
							     "message"
							     ">",
			REFUSED },
	};

	(void)unused;
	TELL_BETWEEN(stories, .policies = CHECKED, .from = "HIGH", .to = "HIGH");
}

static void messages_inside_are_judged_as_well(void **unused)
{
	static const struct policy_story stories[] = {
		{ "both",
			"<message" A ">" LOW FW "<message" JC ">" BODY LOW "</message>" FWEND
			"</message>",
			PASSED },
		{ "only the outer one",
			"<message" A ">" LOW FW "<message" JC ">" BODY "</message>" FWEND
			"</message>",
			REFUSED },
		{ "only the inner one",
			"<message" A ">" FW "<message" JC ">" BODY LOW "</message>" FWEND
			"</message>",
			REFUSED },
		{ "the inner one is higher",
			"<message" A ">" LOW FW "<message" JC ">" BODY HIGH "</message>" FWEND
			"</message>",
			REFUSED },
		{ "an item is",
			"<message" A
			">" LOW EVENT("<items node='n'><item>" HIGH "</item></items>") "</message>",
			REFUSED },
	};

	(void)unused;
	TELL_BETWEEN(stories, .policies = CHECKED, .from = "LOW", .to = "HIGH");
}

static void what_is_stripped_is_judged_before(void **unused)
{
	static const struct policy_story stories[] = {
		{ "low", "<message" A ">" BODY LOW "</message>", VERDICT_FOLD, "strip",
			"<message" A ">" BODY "</message>", NULL, FEATURE_LABELS, false, false },
		{ "high", "<message" A ">" BODY HIGH "</message>", REFUSED },
	};

	(void)unused;
	for (size_t step = 1; step < 2; step++) {
		struct policy_text text;
		struct sides sides;
		struct rig rig;

		policy_text_init(
			&text, UNDER("strip = [ \"labels\" ]; labels = { check = true; };"));
		rig_init(&rig, text.table, RIG_HEADER);
		rig.context.labels = sides_init(&sides, "LOW", "LOW");
		for (size_t i = 0; i < 2; i++) {
			const struct filter_result *r = rig_feed(&rig, str_of(stories[i].in), step);

			assert_int_equal(r->verdict, stories[i].verdict);
			assert_string_equal(r->key, stories[i].key);
		}
		rig_fini(&rig);
		policy_text_fini(&text);
		sides_fini(&sides);
	}
}

static void unlabelled_is_judged_as_its_policy_says(void **unused)
{
	static const struct policy_story pass[] = {
		{ "none", "<message" A ">" BODY "</message>", PASSED },
		{ "high", "<message" A ">" BODY HIGH "</message>", REFUSED },
	};
	static const struct policy_story refused[] = {
		{ "none", "<message" A ">" BODY "</message>", REFUSED },
		{ "empty", "<message" A ">" BODY LABELLED("") "</message>", REFUSED },
	};
	static const struct policy_story by_default[] = {
		{ "none", "<message" A ">" BODY "</message>", PASSED },
		{ "empty", "<message" A ">" BODY EMPTY "</message>", PASSED },
		{ "another policy", "<message" A ">" BODY FOREIGN "</message>", REFUSED },
	};
	const char *as_default = UNDER("labels = { check = true; unlabelled = \"default\"; };");

	(void)unused;
	TELL_BETWEEN(pass, .policies = UNDER("labels = { check = true; unlabelled = \"pass\"; };"),
		.from = "LOW", .to = "LOW");
	TELL_BETWEEN(refused, .policies = as_default, .from = "LOW", .to = "LOW");
	TELL_BETWEEN(refused, .policies = as_default, .from = "LOW", .default_label = true);
	TELL_BETWEEN(by_default, .policies = as_default, .from = "LOW", .to = "LOW",
		.default_label = true);
}

static void a_subject_needs_a_label_unless_it_passes(void **unused)
{
	static const struct policy_story checked[] = {
		{ "a subject", "<message" A " type='groupchat'><subject>x</subject></message>",
			REFUSED },
	};
	static const struct policy_story passes[] = {
		{ "a subject", "<message" A " type='groupchat'><subject>x</subject></message>",
			PASSED },
		{ "with a body", "<message" A "><subject>x</subject>" BODY "</message>", REFUSED },
		{ "with anything", "<message" A "><subject>x</subject><w xmlns='urn:w'/></message>",
			REFUSED },
		{ "with a label", "<message" A "><subject>x</subject>" HIGH "</message>", REFUSED },
	};

	(void)unused;
	TELL_BETWEEN(checked, .policies = CHECKED, .from = "LOW", .to = "LOW");
	TELL_BETWEEN(passes, .policies = UNDER("labels = { check = true; subject = \"pass\"; };"),
		.from = "LOW", .to = "LOW");
}

static void presence_goes_on_without_its_label(void **unused)
{
	static const struct policy_story stories[] = {
		{ "with one", "<presence" A "><show>away</show>" HIGH "</presence>", VERDICT_FOLD,
			"labels.check", "<presence" A "><show>away</show></presence>", NULL,
			FEATURE_LABELS, false, false },
		{ "without", "<presence" A "/>", PASSED },
		{ "unavailable", "<presence" A " type='unavailable'>" HIGH "</presence>",
			VERDICT_FOLD, "labels.check", "<presence" A " type='unavailable'/>", NULL,
			FEATURE_LABELS, false, false },
	};

	(void)unused;
	TELL_BETWEEN(stories, .policies = CHECKED, .from = "LOW", .to = "LOW");
}

static void iqs_pass_by_their_kind(void **unused)
{
	static const struct policy_story stories[] = {
		{ "ping", "<iq" A " type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>", PASSED },
		{ "an empty result", "<iq" A " type='result' id='1'/>", PASSED },
		{ "version", "<iq" A " type='get' id='1'><query xmlns='jabber:iq:version'/></iq>",
			VERDICT_BOUNCE, "labels.unlabelled_iq", NULL, "policy-violation",
			FEATURE_VERSION, false, false },
	};

	(void)unused;
	TELL_BETWEEN(stories, .policies = CHECKED, .from = "LOW", .to = "LOW");
}

static void errors_cross_bare_and_without_their_label(void **unused)
{
	static const char in[] =
		"<message" A " type='error' id='1'>" BODY HIGH
		"<error type='cancel'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
		"<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>secret</text></error></message>";
	struct policy_text text;
	struct sides sides;
	struct rig rig;
	const struct filter_result *r;

	(void)unused;
	policy_text_init(&text, CHECKED);
	rig_init(&rig, text.table, RIG_HEADER);
	rig.context.labels = sides_init(&sides, "LOW", "LOW");
	r = rig_feed(&rig, str_of(in), 1);
	assert_int_equal(r->verdict, VERDICT_FOLD);
	assert_null(memmem(r->bytes.p, r->bytes.n, "secret", 6));
	assert_null(memmem(r->bytes.p, r->bytes.n, "label", 5));
	assert_non_null(memmem(r->bytes.p, r->bytes.n, "forbidden", 9));
	rig_fini(&rig);
	policy_text_fini(&text);
	sides_fini(&sides);
}

static void the_reason_is_told_to_operators(void **unused)
{
	struct policy_text text;
	struct sides sides;
	struct rig rig;
	const struct filter_result *r;

	(void)unused;
	policy_text_init(&text, CHECKED);
	rig_init(&rig, text.table, RIG_HEADER);
	rig.context.labels = sides_init(&sides, "HIGH", "LOW");
	r = rig_feed(&rig, STR("<message" A ">" BODY HIGH "</message>"), 1);
	assert_string_equal(r->reason, "classification-denied");
	assert_non_null(strstr(r->detail, "recipient"));
	assert_non_null(strstr(r->detail, "HIGH"));
	assert_null(r->text);
	r = rig_feed(&rig, STR("<message" A ">" BODY LOW "</message>"), 1);
	assert_int_equal(r->verdict, VERDICT_PASS);
	assert_null(r->detail);
	rig_fini(&rig);
	policy_text_fini(&text);
	sides_fini(&sides);
}

static void in_shadow_nothing_changes_and_it_is_said(void **unused)
{
	struct policy_text text;
	struct sides sides;
	struct rig rig;
	const struct filter_result *r;

	(void)unused;
	policy_text_init(&text, UNDER("mode = \"shadow\"; labels = { check = true; };"));
	assert_true(text.table->checks_labels);
	assert_null(text.table->labels);
	rig_init(&rig, text.table, RIG_HEADER);
	rig.context.labels = sides_init(&sides, "LOW", "LOW");
	r = rig_feed(&rig, STR("<message" A ">" BODY HIGH "</message>"), 1);
	assert_int_equal(r->verdict, VERDICT_PASS);
	r = filter_shadow(rig.filter);
	assert_int_equal(r->verdict, VERDICT_BOUNCE);
	assert_string_equal(r->reason, "classification-denied");
	rig_fini(&rig);
	policy_text_fini(&text);
	sides_fini(&sides);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_label_within_both_clearances_passes_unchanged),
		cmocka_unit_test(either_side_alone_denies),
		cmocka_unit_test(what_a_certificate_may_grant_yet_is_refused_for_now),
		cmocka_unit_test(what_cannot_be_judged_is_refused),
		cmocka_unit_test(messages_inside_are_judged_as_well),
		cmocka_unit_test(what_is_stripped_is_judged_before),
		cmocka_unit_test(unlabelled_is_judged_as_its_policy_says),
		cmocka_unit_test(a_subject_needs_a_label_unless_it_passes),
		cmocka_unit_test(presence_goes_on_without_its_label),
		cmocka_unit_test(iqs_pass_by_their_kind),
		cmocka_unit_test(errors_cross_bare_and_without_their_label),
		cmocka_unit_test(the_reason_is_told_to_operators),
		cmocka_unit_test(in_shadow_nothing_changes_and_it_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
