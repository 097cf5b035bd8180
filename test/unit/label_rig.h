/* SPDX-License-Identifier: MIT */
/*
 * Two label policies, RED, which governs, and BLUE, and two sides that have agreed about labels;
 * stories of what crosses between them, told whole, in pieces and byte by byte, enforced and in
 * shadow. For the tests of policy/; static, so that each is one file.
 */
#pragma once

#include "filter_story.h"
#include "label/clearance.h"
#include "label/resolve.h"
#include "policy_text.h"

#define LABEL_RIG __attribute__((unused)) static
#define CHECKED   "policies = ( { name = \"p\"; audit = \"headers\"; labels = { check = true; }; } );"
#define CHECKED_WITH(text)                                                                    \
	"policies = ( { name = \"p\"; audit = \"headers\"; labels = { check = true; }; " text \
	" } );"

#define SL_NS            "urn:xmpp:sec-label:0"
#define SL(content)      "<securitylabel xmlns='" SL_NS "'>" content "</securitylabel>"
#define ORIGINAL(p)      "<label>" p "</label>"
#define EQUAL(p)         "<equivalentlabel>" p "</equivalentlabel>"
#define SHOWN(fg, bg, t) "<displaymarking fgcolor='" fg "' bgcolor='" bg "'>" t "</displaymarking>"
#define ESS(b)           "<esssecuritylabel xmlns='urn:xmpp:sec-label:ess:0'>" b "</esssecuritylabel>"
#define RED_LOW          ESS("MQcCAQEGAmkB")
#define RED_HIGH         ESS("MQcCAQIGAmkB")
#define RED_TOP          ESS("MQcCAQMGAmkB")
#define BLUE_PALE        ESS("MQcCAQoGAmkC")
#define BLUE_DEEP        ESS("MQcCARQGAmkC")
#define BLUE_ODD         ESS("MQcCAR4GAmkC")
#define BLUE_FAINT       ESS("MQcCAQUGAmkC")
#define GREEN            ESS("MQcCAQEGAmkD")
#define SHOW_LOW         SHOWN("#ffffff", "#008000", "RED LOW")
#define SHOW_HIGH        SHOWN("#ffffff", "#ff0000", "RED HIGH")
#define SHOW_PALE        SHOWN("#000000", "#add8e6", "BLUE PALE")
#define SHOW_DEEP        SHOWN("#ffffff", "#0000ff", "BLUE DEEP")

#define RIG_SPIF(content)                                                            \
	"<SPIF xmlns='http://www.xmlspif.org/spif' schemaVersion='2.1' version='1' " \
	"creationDate='20260101000000Z' originatorDN='CN=t' keyIdentifier='00' "     \
	"privilegeId='2.16.840.1.101.2.1.8.3' rbacId='2.16.840.1.101.2.1.8.3'>" content "</SPIF>"
#define RIG_CLASS(name, lacv, color, content)                                      \
	"<securityClassification name='" name "' lacv='" lacv "' hierarchy='" lacv \
	"' color='" color "'>" content "</securityClassification>"
#define RIG_TO_BLUE(lacv, applied) \
	"<equivalentClassification policyRef='BLUE' lacv='" lacv "' applied='" applied "'/>"

/* TOP has no equivalent; DEEP is BLUE's highest, and ODD nobody else's. What is FAINT becomes LOW,
 * but not the other way. */
static const char label_rig_red[] = RIG_SPIF(
	"<securityPolicyId name='RED' id='2.25.1'/><securityClassifications>" RIG_CLASS("LOW", "1",
		"green", RIG_TO_BLUE("10", "both") RIG_TO_BLUE("5", "decrypt")) RIG_CLASS("HIGH",
		"2", "red", RIG_TO_BLUE("20", "both")) RIG_CLASS("TOP", "3", "black",
		"") "</securityClassifications><securityCategoryTagSets>"
		    "<securityCategoryTagSet name='Releasable To' id='2.25.1.1'>"
		    "<securityCategoryTag name='Releasable To' tagType='enumerated' "
		    "enumType='permissive'>"
		    "<tagCategory name='XAA' lacv='1'><equivalentSecCategoryTag policyRef='BLUE' "
		    "tagSetId='2.25.2.1' tagType='permissive' lacv='0' "
		    "applied='both'/></tagCategory>"
		    "<tagCategory name='XBB' "
		    "lacv='2'/></securityCategoryTag></securityCategoryTagSet>"
		    "<securityCategoryTagSet name='Codeword' id='2.25.1.2'>"
		    "<securityCategoryTag name='Codeword' tagType='restrictive'>"
		    "<tagCategory name='ALPHA' lacv='0'><excludedClass>LOW</excludedClass>"
		    "<equivalentSecCategoryTag policyRef='BLUE' tagSetId='2.25.2.2' "
		    "tagType='restrictive' "
		    "lacv='4' applied='both'/></tagCategory></securityCategoryTag>"
		    "</securityCategoryTagSet></securityCategoryTagSets>"
		    "<equivalentPolicies><equivalentPolicy name='BLUE' "
		    "id='2.25.2'/></equivalentPolicies>");

static const char label_rig_blue[] = RIG_SPIF(
	"<securityPolicyId name='BLUE' id='2.25.2'/><securityClassifications>" RIG_CLASS(
		"FAINT", "5", "blue", "") RIG_CLASS("PALE", "10", "#add8e6", "") RIG_CLASS("DEEP",
		"20", "blue",
		"<markingData phrase='DEEP &amp; "
		"&lt;ours>'><code>firstLineOfText</code></markingData>"
		"<markingData phrase='TIEF' xml:lang='de'><code>pageTop</code></markingData>")
		RIG_CLASS("ODD", "30", "black",
			"") "</securityClassifications><securityCategoryTagSets>"
			    "<securityCategoryTagSet name='Release' id='2.25.2.1'>"
			    "<securityCategoryTag name='Release' tagType='permissive'>"
			    "<tagCategory name='A' lacv='0'/><tagCategory name='B' lacv='1'/>"
			    "</securityCategoryTag></securityCategoryTagSet>"
			    "<securityCategoryTagSet name='Caveat' id='2.25.2.2'>"
			    "<securityCategoryTag name='Caveat' tagType='restrictive'>"
			    "<tagCategory name='OMEGA' "
			    "lacv='4'/></securityCategoryTag></securityCategoryTagSet>"
			    "</securityCategoryTagSets>");

struct label_rig {
	struct label_policies policies;
	struct clearance red, red_low, blue, blue_pale;
	struct label low, high;
	struct label_marks marks;
	struct label_terms from, to;
	struct filter_labels labels; /* changed as a test needs it */
};

/* Up to a classification, with every value of the tag sets (two names; NULL: none). */
LABEL_RIG void label_rig_clear(const struct label_policies *p, struct clearance *c,
	const char *policy, const char *up_to, const char *set, const char *other)
{
	struct clearance_value values[] = { { set, "*" }, { other, "*" } };
	struct clearance_names names = {
		.policy = policy, .up_to = up_to, .values = values, .nvalues = set ? 2 : 0
	};
	char *words = NULL;

	clearance_init(c);
	if (!clearance_from_names(p, &names, c, &words)) {
		fprintf(stderr, "%s\n", words);
		abort();
	}
}

LABEL_RIG void label_rig_label(
	const struct label_rig *r, const char *policy, const char *class, struct label *l)
{
	struct label_verdict v = { 0 };
	const struct spif *s = label_policies_find(&r->policies, (struct str){ 0 }, str_of(policy));

	label_init(l);
	if (!label_keep(l, &l->policy_name, str_of(policy)) ||
		!label_keep(l, &l->class_name, str_of(class)) || !spif_resolve_label(s, l, &v))
		abort();
}

/* RED for the sender, BLUE for the recipient, both cleared for everything. */
LABEL_RIG void label_rig_init(struct label_rig *r)
{
	struct spif *red = spif_read(str_of(label_rig_red), 0, "red.xml", NULL);
	struct spif *blue = spif_read(str_of(label_rig_blue), 0, "blue.xml", NULL);

	memset(r, 0, sizeof(*r));
	if (!red || !blue || !label_policies_add(&r->policies, red, NULL) ||
		!label_policies_add(&r->policies, blue, NULL))
		abort();
	label_rig_clear(&r->policies, &r->red, "RED", "TOP", "Releasable To", "Codeword");
	label_rig_clear(&r->policies, &r->red_low, "RED", "LOW", NULL, NULL);
	label_rig_clear(&r->policies, &r->blue, "BLUE", "ODD", "Release", "Caveat");
	label_rig_clear(&r->policies, &r->blue_pale, "BLUE", "PALE", NULL, NULL);
	label_rig_label(r, "RED", "LOW", &r->low);
	label_rig_label(r, "RED", "HIGH", &r->high);
	if (!label_marks_add(&r->marks, STR("RED LOW"), &r->low) ||
		!label_marks_add(&r->marks, STR("Hoch"), &r->high))
		abort();
	r->from.frame = r->to.frame = (struct label_frame){ STR("["), STR("]") };
	r->to.policy = blue;
	r->labels = (struct filter_labels){
		.policies = &r->policies,
		.from = { &r->from, { .list = { &r->red }, .n = 1 }, { .n = 0 } },
		.to = { &r->to, { .list = { &r->red }, .n = 1 }, { .list = { &r->blue }, .n = 1 } },
		.now = 1800000000,
	};
}

LABEL_RIG void label_rig_fini(struct label_rig *r)
{
	clearance_fini(&r->red);
	clearance_fini(&r->red_low);
	clearance_fini(&r->blue);
	clearance_fini(&r->blue_pale);
	label_fini(&r->low);
	label_fini(&r->high);
	label_marks_fini(&r->marks);
	label_policies_fini(&r->policies);
}

/* ---- stories ---- */

struct label_story {
	const char *name, *in;
	const char *out; /* PASS: NULL is `in`; of what is refused NULL */
	const char
		*reason; /* NULL: it passes; "label" and the like: folded; with no `out` refused */
	const char *label; /* what the record says; NULL: not looked at */
};

LABEL_RIG void label_story_compare(
	const struct label_story *s, const struct filter_result *r, bool blank)
{
	enum verdict verdict = !s->reason ? VERDICT_PASS : s->out ? VERDICT_FOLD : VERDICT_BOUNCE;
	struct str out = str_of(s->out || s->reason ? s->out : s->in);

	if (blank)
		out = r->bytes;
	if (r->verdict != verdict || strcmp(r->reason, s->reason ? s->reason : "pass") != 0 ||
		!str_eq(r->bytes, out))
		fail_msg("%s: %s %s (%s)\n%.*s\ninstead of\n%.*s", s->name,
			verdict_name(r->verdict), r->reason, r->detail ? r->detail : "",
			STR_ARG(r->bytes), STR_ARG(out));
	if (verdict == VERDICT_BOUNCE && r->condition != CONDITION_FORBIDDEN)
		fail_msg("%s: %s", s->name, stanza_condition_name(r->condition));
	if ((verdict == VERDICT_BOUNCE || r->refused) != (r->detail != NULL))
		fail_msg("%s: detail: %s", s->name, r->detail ? r->detail : "none");
	if (s->label && strcmp(r->label ? r->label : "", s->label) != 0)
		fail_msg("%s: record: %s", s->name, r->label ? r->label : "nothing");
}

LABEL_RIG void label_story_tell_once(
	const struct label_story *s, struct rig *rig, size_t step, bool shadow, bool blank)
{
	const struct filter_result *r = rig_feed(rig, str_of(s->in), step);

	if (!r)
		fail_msg("%s: no result", s->name);
	if (!shadow) {
		label_story_compare(s, r, false);
		return;
	}
	if (r->verdict != VERDICT_PASS)
		fail_msg("%s: the shadow is felt", s->name);
	r = filter_shadow(rig->filter);
	if (blank && r->bytes.n)
		fail_msg("%s: bytes that nobody asked for", s->name);
	label_story_compare(s, r, blank);
}

/* The second time what became of its labels is known already. */
LABEL_RIG void label_story_tell(
	const struct label_story *s, struct rig *rig, size_t step, bool shadow, bool blank)
{
	label_story_tell_once(s, rig, step, shadow, blank);
	label_story_tell_once(s, rig, step, shadow, blank);
}

/* `policies` begin with CHECKED. */
LABEL_RIG void label_stories_tell(
	struct label_rig *l, const char *policies, const struct label_story *s, size_t n)
{
	static const size_t steps[] = { 1, 7, SIZE_MAX };
	static uint64_t plan;
	struct buf shadow = { 0 };

	buf_printf(&shadow, "policies = ( { mode = \"shadow\"; %s",
		policies + strlen("policies = ( {"));
	buf_put_char(&shadow, '\0');
	for (unsigned how = 0; how < 3; how++) {
		struct policy_text text;

		policy_text_init(&text, how ? buf_view(&shadow).p : policies);
		for (unsigned step = 0; step < 3; step++) {
			struct rig rig;

			rig_init(&rig, text.table, RIG_HEADER);
			rig.context.labels = l->labels;
			rig.context.labels.plan = ++plan;
			if (how == 2)
				filter_shadow_blank(rig.filter);
			for (size_t i = 0; i < n; i++)
				label_story_tell(&s[i], &rig, steps[step], how > 0, how == 2);
			rig_fini(&rig);
		}
		policy_text_fini(&text);
	}
	buf_fini(&shadow);
}

#define TELL_LABELS(rig, policies, stories) \
	label_stories_tell((rig), (policies), (stories), sizeof(stories) / sizeof((stories)[0]))
