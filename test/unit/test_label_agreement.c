/* SPDX-License-Identifier: MIT */
/* What a control says of labels: everything that can be wrong with it, where that is said, and what
 * becomes of it when nothing is. */
#include "trunk/label_agreement.h"

#include "base/mem.h"
#include "pki.h"
#include "policy/policy.h"
#include "tiny_spif.h"
#include "trunk/plan.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define NATO "urn:nato:stanag:4774:"
#define CLEARED(policy, classes)                                                                  \
	"<c:ConfidentialityClearance xmlns:c='" NATO "confidentialityclearance:1:0' xmlns='" NATO \
	"confidentialitymetadatalabel:1:0'><PolicyIdentifier>" policy                             \
	"</PolicyIdentifier><c:ClassificationList>" classes "</c:ClassificationList>"             \
	"</c:ConfidentialityClearance>"
#define CLASS(name) "<Classification>" name "</Classification>"
#define LABEL(policy, more)                                                                 \
	"<originatorConfidentialityLabel xmlns='" NATO "confidentialitymetadatalabel:1:0'>" \
	"<ConfidentialityInformation>" policy more "</ConfidentialityInformation>"          \
	"</originatorConfidentialityLabel>"
#define POLICY(name) "<PolicyIdentifier>" name "</PolicyIdentifier>"

static const struct {
	const char *name, *text;
} files[] = {
	{ "red.xml", TINY_RED },
	{ "blue.xml", TINY_BLUE },
	{ "low.xml", CLEARED("RED", CLASS("LOW")) },
	{ "deep.xml", CLEARED("BLUE", CLASS("DEEP")) },
	{ "both.xml", "<x>" CLEARED("RED", CLASS("LOW") CLASS("HIGH"))
			      CLEARED("BLUE", CLASS("PALE")) "</x>" },
	{ "green.xml", CLEARED("GREEN", CLASS("LOW")) },
	{ "top.xml", CLEARED("RED", CLASS("TOP")) },
	{ "high.b64", "MQcCAQIGAmkB\n" },
	{ "label.xml", LABEL(POLICY("RED"), CLASS("HIGH")) },
	{ "unnamed.b64", "MQMCAQE=\n" },
	{ "pale.xml", "<securitylabel xmlns='urn:xmpp:sec-label:0'><label>" LABEL(
			      POLICY("BLUE"), CLASS("PALE")) "</label></securitylabel>" },
	{ "unlabelled.xml",
		"<securitylabel xmlns='urn:xmpp:sec-label:0'><label/></securitylabel>" },
	{ "nothing.xml", "<nothing/>" },
};

/* One line each; what is left out is as in `base`. */
struct sections {
	const char *policies, *clearances, *labels, *control;
};
static const struct sections base = {
	"label_policies = ( { name = \"red\"; file = \"red.xml\"; governing = true; }, "
	"{ name = \"blue\"; file = \"blue.xml\"; } );",
	"clearances = ( { name = \"low\"; up_to = \"LOW\"; }, { name = \"high\"; up_to = \"HIGH\"; "
	"}, "
	"{ name = \"pale\"; policy = \"blue\"; up_to = \"PALE\"; } );",
	"labels = ( { name = \"open\"; classification = \"LOW\"; }, { name = \"azure\"; policy = "
	"\"blue\"; classification = \"PALE\"; } );",
	"clearance = \"high\";",
};

static struct plan *load(const struct sections *s, struct config_report *report)
{
	MEM_AUTO char *text = mem_printf(
		"%s\n%s\n%s\n"
		"peering_controls = ( { match = \"a.example\"; connect = "
		"\"192.0.2.1\"; trust = \"ca\"; labels = {\n%s\n}; } );\n"
		"listen = ( { address = \"127.0.0.1\"; port = 5269; mode = "
		"\"starttls\"; } );\n"
		"jid_sets = ( { name = \"watch\"; members = [ "
		"\"duty@a.example\" ]; } );\n"
		"trust = ( { name = \"ca\"; ca = \"ca.pem\"; } );\n",
		s->policies ? s->policies : base.policies,
		s->clearances ? s->clearances : base.clearances,
		s->labels ? s->labels : base.labels, s->control ? s->control : base.control);
	MEM_AUTO char *path = pki_write_text("trunkd.conf", text);
	struct plan_options o = { .path = path, .number = 1, .without_keys = true };

	return plan_new(&o, report);
}

enum { LINE_POLICIES = 1, LINE_CLEARANCES, LINE_LABELS, LINE_CONTROL = 5 };
#define CONTROL(text)           \
	{                       \
		.control = text \
	}
#define CLEARANCES(text)                                   \
	{                                                  \
		.clearances = "clearances = ( " text " );" \
	}
#define LABELS(text)                               \
	{                                          \
		.labels = "labels = ( " text " );" \
	}

#define NO_POLICY(text)                                                                 \
	{                                                                               \
		{ .policies = "", .clearances = "", .labels = "", .control = text }, 4, \
			"labels: there is no label policy: add label_policies = "       \
	}

static void everything_wrong_is_said_with_its_line_and_remedy(void **unused)
{
	static const struct {
		struct sections s;
		unsigned line;
		const char *words;
	} rows[] = {
		/* clearances */
		{ CLEARANCES("{ name = \"high\"; up_to = \"TOP\"; }"), LINE_CLEARANCES,
			"clearance \"high\": there is no classification \"TOP\" in the policy "
			"RED" },
		{ CLEARANCES("{ name = \"high\"; policy = \"blu\"; up_to = \"PALE\"; }"),
			LINE_CLEARANCES,
			"clearance \"high\": there is no label policy \"blu\": did you mean "
			"\"blue\"?" },
		{ CLEARANCES("{ name = \"high\"; file = \"low.xml\"; up_to = \"LOW\"; }"),
			LINE_CLEARANCES,
			"clearance \"high\": a file and names at once: keep one of them" },
		{ CLEARANCES("{ name = \"high\"; file = \"none.xml\"; }"), LINE_CLEARANCES,
			"/none.xml: No such file or directory" },
		{ CLEARANCES("{ name = \"high\"; file = \"/dev/zero\"; }"), LINE_CLEARANCES,
			"/dev/zero: it is no regular file" },
		{ CLEARANCES("{ name = \"high\"; file = \"nothing.xml\"; }"), LINE_CLEARANCES,
			"/nothing.xml: there is no clearance in it" },
		{ CLEARANCES("{ name = \"high\"; file = \"green.xml\"; }"), LINE_CLEARANCES,
			"/green.xml: a clearance under the policy GREEN, which is not loaded" },
		{ CLEARANCES("{ name = \"high\"; file = \"top.xml\"; }"), LINE_CLEARANCES,
			"/top.xml: unknown classification \"TOP\"" },
		{ CLEARANCES("{ name = \"high\"; file = \"low.xml\"; policy = \"blue\"; }"),
			LINE_CLEARANCES,
			"/low.xml has none under the label policy \"blue\": say policy = " },
		/* labels */
		{ LABELS("{ name = \"x\"; }"), LINE_LABELS,
			"label \"x\": it has neither a classification nor a file: add one" },
		{ LABELS("{ name = \"x\"; file = \"label.xml\"; privacy_mark = \"y\"; }"),
			LINE_LABELS, "label \"x\": a file and names at once: keep one of them" },
		{ LABELS("{ name = \"x\"; policy = \"green\"; classification = \"LOW\"; }"),
			LINE_LABELS,
			"label \"x\": there is no label policy \"green\"; add it to "
			"label_policies" },
		{ LABELS("{ name = \"x\"; classification = \"TOP\"; }"), LINE_LABELS,
			"label \"x\": unknown classification \"TOP\"" },
		{ LABELS("{ name = \"x\"; classification = \"LOW\"; categories = ( { set = "
			 "\"Codeword\"; values = [ \"ALPHA\" ]; } ); }"),
			LINE_LABELS,
			"label \"x\": the label's classification is excluded by \"ALPHA\"" },
		{ LABELS("{ name = \"x\"; file = \"nothing.xml\"; }"), LINE_LABELS,
			"/nothing.xml: there is no label in it" },
		{ LABELS("{ name = \"x\"; file = \"unlabelled.xml\"; }"), LINE_LABELS,
			"/unlabelled.xml: its label is empty" },
		{ LABELS("{ name = \"x\"; file = \"pale.xml\"; policy = \"red\"; }"), LINE_LABELS,
			"label \"x\": " },
		{ { .policies = "label_policies = ( { name = \"red\"; file = \"red.xml\"; "
				"default_label = \"azure\"; }, { name = \"blue\"; file = "
				"\"blue.xml\"; } );" },
			LINE_POLICIES,
			"default_label: the label \"azure\" is under the policy BLUE, but one "
			"under "
			"RED is needed here" },
		{ { .policies = "label_policies = ( { name = \"red\"; file = \"red.xml\"; }, { "
				"name = \"blue\"; file = \"blue.xml\"; default_label = \"DEEP\"; } "
				");",
			  .control = "clearance = [ \"high\", \"pale\" ]; policy = \"blue\";" },
			LINE_POLICIES,
			"default_label: \"DEEP\" is no label of the governing policy: " },
		/* controls */
		{ CONTROL("clearance = \"hihg\";"), LINE_CONTROL,
			"clearance: there is no clearance \"hihg\": did you mean \"high\"?" },
		{ CONTROL("clearance = [ \"low\", \"high\" ];"), LINE_CONTROL,
			"clearance: \"high\" is the second one under the label policy \"red\": "
			"keep "
			"one of them" },
		{ CONTROL("clearance = [ \"low\", \"pale\" ];"), LINE_CONTROL,
			"clearance: \"pale\" is under the label policy \"blue\", which neither "
			"governs nor is this peer's" },
		{ CONTROL("policy = \"blue\"; clearance = \"low\";"), LINE_CONTROL,
			"clearance: there is none under the label policy \"blue\", so that nothing "
			"would pass" },
		{ CONTROL("policy = \"blue\"; clearance = \"pale\";"), LINE_CONTROL,
			"clearance: there is none under the label policy \"red\"" },
		{ CONTROL("policy = \"blue\";"), LINE_CONTROL,
			"labels.policy: nothing says what the peer is cleared for: add clearance" },
		{ CONTROL("policy = \"bleu\"; clearance = \"low\";"), LINE_CONTROL,
			"labels.policy: there is no label policy \"bleu\": did you mean "
			"\"blue\"?" },
		{ CONTROL("jids = ( { jids = [ \"a@a.example\" ]; clearance = \"low\"; } );"),
			LINE_CONTROL,
			"labels.jids: nothing says what the peer itself is cleared for" },
		{ CONTROL("clearance = \"low\"; jids = ( { jids = [ \"@duty\" ]; clearance = "
			  "\"low\"; "
			  "} );"),
			LINE_CONTROL,
			"jids: there is no JID set \"duty\"; add it to jid_sets = ( ... )" },
		{ CONTROL("clearance = \"low\"; jids = ( { jids = [ \"*\" ]; clearance = \"low\"; "
			  "} "
			  ");"),
			LINE_CONTROL, "jids: \"*\" is no address: use user@domain, " },
		{ CONTROL("clearance = \"low\"; jids = ( { jids = [ \"a@a.example\" ]; clearance = "
			  "\"lo\"; } );"),
			LINE_CONTROL,
			"clearance: there is no clearance \"lo\": did you mean \"low\"?" },
		{ CONTROL("clearance = [ \"low\", \"pale\" ]; policy = \"blue\"; jids = ( { jids = "
			  "[ "
			  "\"a@a.example\" ]; clearance = \"low\"; } );"),
			LINE_CONTROL, "clearance: there is none under the label policy \"blue\"" },
		{ CONTROL("clearance = \"low\"; default_label = \"opne\";"), LINE_CONTROL,
			"default_label: \"opne\" is neither a label nor a classification of the "
			"policy RED: did you mean \"open\"?" },
		{ CONTROL("clearance = \"low\"; default_label = \"azure\";"), LINE_CONTROL,
			"default_label: the label \"azure\" is under the policy BLUE" },
		{ CONTROL("clearance = \"low\"; stamp = true;"), LINE_CONTROL,
			"labels.stamp: there is no default label: add default_label" },
		{ CONTROL("clearance = \"low\"; strip_default = true;"), LINE_CONTROL,
			"labels.strip_default: there is no default label: add default_label" },
		{ CONTROL("clearance = \"low\"; first_line = { open = \"\"; };"), LINE_CONTROL,
			"first_line.open: it must not be empty" },
		{ CONTROL("clearance = \"low\"; first_line = { close = \"]\\n\"; };"), LINE_CONTROL,
			"first_line.close: it must not be empty, nor have a line end in it" },
		{ { .labels = "", .control = "clearance = \"low\"; first_line = { in = true; };" },
			LINE_CONTROL,
			"first_line.in: nothing says what first lines stand for: add labels = ( " },
		{ { .labels = "labels = ( { name = \"a\"; classification = \"LOW\"; }, { name = "
			      "\"b\"; file = \"unnamed.b64\"; } );",
			  .control = "clearance = \"low\"; first_line = { in = true; };" },
			LINE_LABELS, "stands for another label already: give it marking = " },
		{ CONTROL("clearances = \"low\";"), LINE_CONTROL,
			"unknown key clearances in labels: did you mean clearance?" },
		NO_POLICY("clearance = \"low\";"),
		NO_POLICY("certificate_clearance = true;"),
		NO_POLICY("stamp = true;"),
		NO_POLICY("strip_default = true;"),
		NO_POLICY("filter_catalogs = true;"),
		NO_POLICY("first_line = { out = true; };"),
		NO_POLICY("first_line = { in = true; };"),
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config_report *report = config_report_new();
		struct plan *p = load(&rows[i].s, report);
		struct config_message m = { 0 };
		bool found = false;

		for (unsigned k = 0; config_report_message(report, k, &m) && !found; k++)
			found = m.severity == CONFIG_ERROR && m.line == rows[i].line &&
				strstr(m.words, rows[i].words);
		if (!found || p)
			fail_msg("%s (%zu): %s", rows[i].words, i,
				config_report_line(report, 0, NULL));
		plan_unref(p);
		config_report_free(report);
	}
}

/* The certificate's word, and who would vouch for it. */
static void a_certificate_without_proof_says_nothing(void **unused)
{
	static const struct {
		const char *more, *words; /* in the control; NULL: fine */
	} rows[] = {
		{ "", NULL },
		{ "authentication = \"dialback\";", "nobody proves with a certificate here" },
		{ "tls = \"off\";", "nobody proves with a certificate here" },
		{ "trust = \"none\"; pins = [ \""
		  "0123456789abcdef0123456789abcdef0123456789abcdef"
		  "0123456789abcdef\" ];",
			"pins alone vouch for nothing that a certificate says" },
		{ "verify_next_hop = false;", "anybody may answer for it" },
		{ "action = \"reject\"; authentication = \"dialback\";", NULL },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		MEM_AUTO char *control =
			mem_printf("certificate_clearance = true; }; %s #", rows[i].more);
		MEM_AUTO char *text =
			mem_printf("%s\nlisten = ( { address = \"127.0.0.1\"; port = "
				   "5269; mode = \"starttls\"; } );\n"
				   "defaults = { trust = \"ca\"; };\n"
				   "trust = ( { name = \"ca\"; ca = \"ca.pem\"; } );\n"
				   "peering_controls = ( { match = \"a.example\"; "
				   "connect = \"192.0.2.1\"; labels = { %s\n } );\n",
				base.policies, control);
		MEM_AUTO char *path = pki_write_text("trunkd.conf", text);
		struct config_report *report = config_report_new();
		struct plan *p = plan_new(
			&(struct plan_options){ .path = path, .number = 1, .without_keys = true },
			report);
		bool said = false;
		const char *line;

		for (unsigned k = 0; (line = config_report_line(report, k, NULL)); k++)
			said |= rows[i].words && strstr(line, rows[i].words);
		if (!!p == !!rows[i].words || said != !!rows[i].words)
			fail_msg("%s: %s", rows[i].more, config_report_line(report, 0, NULL));
		plan_unref(p);
		config_report_free(report);
	}
}

static struct plan *fine(const struct sections *s)
{
	struct config_report *report = config_report_new();
	struct plan *p = load(s, report);

	if (!p)
		fail_msg("%s", config_report_line(report, 0, NULL));
	config_report_free(report);
	return p;
}

static const struct control_labels *labels_of(const struct plan *p)
{
	struct domain d;

	assert_true(domain_parse(STR("a.example"), &d));
	return &peering_find(p->peering, &d)->labels;
}

static void what_is_left_out_has_its_default(void **unused)
{
	struct plan *p = fine(&base);
	const struct control_labels *l = labels_of(p);
	const struct label_terms *t = &l->terms;

	(void)unused;
	assert_non_null(l->policies);
	assert_int_equal(l->governing.n, 1);
	assert_null(l->assumed);
	assert_null(t->policy);
	assert_int_equal(t->write, LABEL_WRITE_EQUIVALENT);
	assert_int_equal(t->form, LABEL_FORM_SAME);
	assert_int_equal(t->show, LABEL_SHOW_MADE);
	assert_int_equal(t->on_signature, LABEL_SIGNED_REFUSE);
	assert_int_equal(t->language.n, 0);
	assert_int_equal(t->review, 365 * 86400);
	assert_true(str_is(t->frame.open, "[") && str_is(t->frame.close, "]"));
	assert_null(t->default_label);
	assert_null(t->marks);
	assert_false(t->first_line || t->stamp || t->strip_default || t->filter_catalogs);
	assert_false(l->certificate);
	plan_unref(p);
}

static void what_is_written_is_what_holds(void **unused)
{
	const struct sections s = {
		.control =
			"clearance = [ \"pale\", \"high\" ]; policy = \"blue\"; write = \"swap\"; "
			"form = \"stanag4778\"; marking = \"none\"; signed = \"strip\"; language = "
			"\"fr\"; review = \"7d\"; first_line = { out = true; in = true; open = "
			"\"(\"; close = \")\"; }; default_label = \"open\"; stamp = true; "
			"strip_default = true; filter_catalogs = true; certificate_clearance = "
			"true;",
	};
	struct plan *p = fine(&s);
	const struct control_labels *l = labels_of(p);
	const struct label_terms *t = &l->terms;
	const struct label *marked;

	(void)unused;
	assert_string_equal(t->policy->file + strlen(t->policy->file) - 8, "blue.xml");
	assert_int_equal(t->write, LABEL_WRITE_SWAP);
	assert_int_equal(t->form, LABEL_FORM_4778);
	assert_int_equal(t->show, LABEL_SHOW_NONE);
	assert_int_equal(t->on_signature, LABEL_SIGNED_STRIP);
	assert_true(str_is(t->language, "fr"));
	assert_int_equal(t->review, 7 * 86400);
	assert_true(str_is(t->frame.open, "(") && str_is(t->frame.close, ")"));
	assert_true(t->first_line && t->stamp && t->strip_default && t->filter_catalogs);
	assert_true(l->certificate);
	assert_ptr_equal(t->default_label->policy, l->policies->governing);
	marked = label_marks_find(t->marks, STR("blue  PALE"));
	assert_ptr_equal(marked ? marked->policy : NULL, NULL);
	marked = label_marks_find(t->marks, STR("BLUE PALE"));
	assert_ptr_equal(marked ? marked->policy : NULL, t->policy);
	assert_int_equal(l->governing.n, 1);
	assert_ptr_equal(l->governing.list[0]->policy, l->policies->governing);
	assert_ptr_equal(l->translated.list[0]->policy, t->policy);
	plan_unref(p);
}

static void files_stand_for_names(void **unused)
{
	static const struct {
		const char *clearances, *labels, *control;
		unsigned lacv, default_lacv; /* of the clearance: the highest; of the default */
	} rows[] = {
		{ "{ name = \"c\"; file = \"low.xml\"; }",
			"{ name = \"d\"; file = \"label.xml\"; }", "", 1, 2 },
		{ "{ name = \"c\"; file = \"both.xml\"; }",
			"{ name = \"d\"; file = \"high.b64\"; }", "", 2, 2 },
		{ "{ name = \"c\"; policy = \"red\"; file = \"both.xml\"; }",
			"{ name = \"d\"; file = \"unnamed.b64\"; }", "", 2, 1 },
		{ "{ name = \"c\"; file = \"low.xml\"; }, { name = \"e\"; file = \"deep.xml\"; }",
			"{ name = \"d\"; file = \"unnamed.b64\"; policy = \"red\"; }",
			"policy = \"blue\"; clearance = [ \"c\", \"e\" ];", 1, 1 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		MEM_AUTO char *c = mem_printf("clearances = ( %s );", rows[i].clearances);
		MEM_AUTO char *d = mem_printf("labels = ( %s );", rows[i].labels);
		MEM_AUTO char *control = mem_printf("%s default_label = \"d\";",
			rows[i].control[0] ? rows[i].control : "clearance = \"c\";");
		const struct sections s = { .clearances = c, .labels = d, .control = control };
		struct plan *p = fine(&s);
		const struct control_labels *l = labels_of(p);

		assert_true(clearance_has_class(l->governing.list[0], rows[i].lacv));
		assert_false(clearance_has_class(l->governing.list[0], rows[i].lacv + 1));
		assert_int_equal(l->terms.default_label->class_lacv, rows[i].default_lacv);
		plan_unref(p);
	}
}

/* The control's own, that of the peer's policy, that of the governing one. */
static void the_nearest_default_label_holds(void **unused)
{
#define DEFAULTS(red, blue)                                                                       \
	"label_policies = ( { name = \"red\"; file = \"red.xml\"; " red " }, { name = \"blue\"; " \
	"file = \"blue.xml\"; " blue " } );"
	static const struct {
		struct sections s;
		const char *classification; /* NULL: none */
	} rows[] = {
		{ { .policies = DEFAULTS("", "") }, NULL },
		{ { .policies = DEFAULTS("default_label = \"HIGH\";", "") }, "HIGH" },
		{ { .policies = DEFAULTS("default_label = \"HIGH\";", ""),
			  .control = "clearance = \"high\"; default_label = \"LOW\";" },
			"LOW" },
		{ { .policies = DEFAULTS(
			    "default_label = \"HIGH\";", "default_label = \"azure\";") },
			"HIGH" },
		{ { .policies = DEFAULTS("default_label = \"HIGH\";", "default_label = \"azure\";"),
			  .control = "clearance = [ \"high\", \"pale\" ]; policy = \"blue\";" },
			"LOW" },
		{ { .policies = DEFAULTS("", "default_label = \"azure\";") }, NULL },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct plan *p = fine(&rows[i].s);
		const struct label *d = labels_of(p)->terms.default_label;

		if (!d != !rows[i].classification ||
			(d && !str_is(d->class_name, rows[i].classification)))
			fail_msg("%zu: %.*s", i, d ? (int)d->class_name.n : 4,
				d ? d->class_name.p : "none");
		plan_unref(p);
	}
}

/* What labels that name no policy are of. */
static void a_policy_says_what_unlabelled_data_are_of(void **unused)
{
	MEM_AUTO char *text = mem_strdup(TINY_RED);
	char *at = strstr(text, "<securityPolicyId");
	MEM_AUTO char *blue = mem_printf("%.*s<defaultSecurityPolicyId name='BLUE' id='2.25.2'/>%s",
		(int)(at - text), text, at);
	MEM_AUTO char *green =
		mem_printf("%.*s<defaultSecurityPolicyId name='GREEN' id='2.25.9'/>%s",
			(int)(at - text), text, at);
	char *one = pki_write_text("default-blue.xml", blue);
	char *two = pki_write_text("default-green.xml", green);
	struct sections s = { .policies = "label_policies = ( { name = \"red\"; file = "
					  "\"default-blue.xml\"; }, { name = \"blue\"; file = "
					  "\"blue.xml\"; default_label = \"azure\"; } );" };
	struct plan *p = fine(&s);
	const struct control_labels *l = labels_of(p);

	(void)unused;
	assert_ptr_equal(l->assumed, l->policies->list[1]);
	assert_true(str_is(l->terms.default_label->class_name, "LOW"));
	plan_unref(p);
	s.policies =
		"label_policies = ( { name = \"red\"; file = \"default-green.xml\"; }, { name = "
		"\"blue\"; file = \"blue.xml\"; } );";
	p = fine(&s);
	assert_null(labels_of(p)->assumed);
	plan_unref(p);
	free(one);
	free(two);
}

static void the_first_rule_for_an_address_holds(void **unused)
{
	static const struct sections s = {
		.control = "clearance = \"high\"; jids = (\n"
			   " { jids = [ \"a@a.example\", \"@watch\" ]; clearance = \"high\"; },\n"
			   " { jids = [ \"*@a.example\" ]; clearance = \"low\"; },\n"
			   " { jids = [ \"*.a.example\", \"b@a.example\" ]; clearance = \"high\"; "
			   "} );",
	};
	static const struct {
		const char *jid;
		int rule;      /* -1: none */
		unsigned list; /* clearances that must grant */
	} rows[] = {
		{ "a@a.example", 0, 2 }, { "A@a.example/x", 0, 2 }, { "duty@a.example", 0, 2 },
		{ "b@a.example", 1, 2 }, { "sub.a.example", 2, 2 }, { "a.example", -1, 1 },
		{ "x@b.example", -1, 1 },
		{ "a b@a.example", -1, 2 }, /* it could be anybody: nothing is granted */
	};
	struct plan *p = fine(&s);
	const struct control_labels *l = labels_of(p);

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct label_side side = control_labels_side(l, str_of(rows[i].jid), NULL);
		bool known;
		const struct label_jid_rule *rule =
			control_labels_rule(l, str_of(rows[i].jid), &known);

		if ((rule ? (int)(rule - l->rules) : -1) != rows[i].rule ||
			side.governing.n != rows[i].list)
			fail_msg("%s: %u", rows[i].jid, side.governing.n);
		if (rule)
			assert_ptr_equal(side.governing.list[1], rule->grants.governing);
		assert_ptr_equal(side.governing.list[0], l->governing.list[0]);
		assert_int_equal(known, strchr(rows[i].jid, ' ') == NULL);
	}
	assert_null(control_labels_side(l, STR("a b@a.example"), NULL).governing.list[1]);
	plan_unref(p);
}

static void a_certificate_must_grant_too_and_an_unknown_one_does_not(void **unused)
{
	static const struct sections s = {
		.control = "clearance = [ \"high\", \"pale\" ]; policy = \"blue\"; "
			   "certificate_clearance = true;",
	};
	struct plan *p = fine(&s);
	const struct control_labels *l = labels_of(p);
	const struct clearance c = { 0 };
	const struct label_grants g = { &c, NULL };
	struct label_side side = control_labels_side(l, STR("a@a.example"), &g);

	(void)unused;
	assert_int_equal(side.governing.n, 2);
	assert_ptr_equal(side.governing.list[1], &c);
	assert_int_equal(side.translated.n, 2);
	assert_null(side.translated.list[1]);
	side = control_labels_side(l, STR("a@a.example"), NULL);
	assert_int_equal(side.governing.n, 2);
	assert_null(side.governing.list[1]);
	plan_unref(p);
}

static struct pki ca;

static int init(void **unused)
{
	(void)unused;
	ca = pki_new(NULL, &(struct pki_spec){ .cn = "ca", .ca = 1 });
	free(pki_write_certs("ca.pem", &ca.cert, 1));
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		free(pki_write_text(files[i].name, files[i].text));
	return 0;
}

static int fini(void **unused)
{
	(void)unused;
	pki_free(&ca);
	pki_clean();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_wrong_is_said_with_its_line_and_remedy),
		cmocka_unit_test(a_certificate_without_proof_says_nothing),
		cmocka_unit_test(what_is_left_out_has_its_default),
		cmocka_unit_test(what_is_written_is_what_holds),
		cmocka_unit_test(files_stand_for_names),
		cmocka_unit_test(the_nearest_default_label_holds),
		cmocka_unit_test(a_policy_says_what_unlabelled_data_are_of),
		cmocka_unit_test(the_first_rule_for_an_address_holds),
		cmocka_unit_test(a_certificate_must_grant_too_and_an_unknown_one_does_not),
	};

	return cmocka_run_group_tests_name("label agreement", tests, init, fini);
}
