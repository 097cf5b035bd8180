/* SPDX-License-Identifier: MIT */
/*
 * securitylabel of XEP-0258 with each kind of label in it: what is read, what is refused, which
 * label counts under a policy, and what is written in its place.
 */
#include "label_text.h"
#include "tree.h"

#include "base/mem.h"
#include "label/ism.h"
#include "label/securitylabel_choose.h"

#include <stdlib.h>

#define SL(children) "<securitylabel xmlns='urn:xmpp:sec-label:0'>" children "</securitylabel>"
#define LABEL(p)     "<label>" p "</label>"
#define EQUAL(p)     "<equivalentlabel>" p "</equivalentlabel>"
#define ESS(b)       "<esssecuritylabel xmlns='urn:xmpp:sec-label:ess:0'>" b "</esssecuritylabel>"
#define SLAB         "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
#define CI(p, c)                                                                 \
	"<ConfidentialityInformation><PolicyIdentifier>" p "</PolicyIdentifier>" \
	"<Classification>" c "</Classification></ConfidentialityInformation>"
#define ORIGINATOR(p, c)                               \
	"<originatorConfidentialityLabel xmlns='" SLAB \
	"'>" CI(p, c) "</originatorConfidentialityLabel>"
#define ALTERNATIVE(p, c)                               \
	"<alternativeConfidentialityLabel xmlns='" SLAB \
	"'>" CI(p, c) "</alternativeConfidentialityLabel>"
#define METADATA(p, c)                                                  \
	"<metadataConfidentialityLabel xmlns='" SLAB "'>" CI(p, c) "</" \
								   "metadataConfidentialityLabel>"
#define MB(c)                                                                            \
	"<m:BindingInformation xmlns:m='urn:nato:stanag:4778:bindinginformation:1:0'>" c \
	"</m:BindingInformation>"
#define MBC(c) MB("<m:MetadataBindingContainer>" c "</m:MetadataBindingContainer>")
#define MBB(c) MBC("<m:MetadataBinding>" c "</m:MetadataBinding>")
#define MD(l)  "<m:Metadata>" l "</m:Metadata>"
#define WHOLE  "<m:DataReference URI=''/>"
#define DS     "http://www.w3.org/2000/09/xmldsig#"
#define PATH(x)                                                                               \
	"<m:DataReference URI=''><d:Transforms xmlns:d='" DS                                  \
	"'><d:Transform Algorithm='http://www.w3.org/TR/1999/REC-xpath-19991116'><d:XPath>" x \
	"</d:XPath></d:Transform></d:Transforms></m:DataReference>"

static struct label_intake intake;
static struct securitylabel label;
static const char *fault;

static bool read_it(const char *xml)
{
	label_intake_clear(&intake);
	feed(str_of(xml), label_intake_sink(), &intake);
	return securitylabel_read(&label, &intake, &fault);
}

static void put_payload(struct buf *out, const struct securitylabel_payload *p)
{
	buf_printf(out, "%s", securitylabel_kind_name(p->kind));
	if (p->kind == SECURITYLABEL_UNKNOWN)
		buf_printf(out, " {%.*s}%.*s", STR_ARG(p->ns), STR_ARG(p->name));
	if (p->labels.has_signature)
		buf_printf(out, " signed");
	for (unsigned i = 0; i < p->labels.n && !p->fault; i++) {
		const struct stanag4778_label *l = &p->labels.labels[i];

		buf_printf(out, " <%s%s ", stanag4774_role_name(l->role),
			l->covers == STANAG4778_BODY ? " body" : "");
		put_label(out, &l->label);
		buf_put_char(out, '>');
	}
	if (p->fault)
		buf_printf(out, " !%s", p->fault);
}

/* All that was read, in one line; or why nothing was. */
static const char *line_of(struct buf *out, const char *xml)
{
	buf_clear(out);
	if (!read_it(xml)) {
		buf_printf(out, "!%s%c", fault, '\0');
		return buf_view(out).p;
	}
	if (label.marking.n)
		buf_printf(out, "'%.*s' %.*s/%.*s ", STR_ARG(label.marking),
			STR_ARG(label.foreground), STR_ARG(label.background));
	put_payload(out, &label.label);
	for (unsigned i = 0; i < label.nequivalents; i++) {
		buf_printf(out, " = ");
		put_payload(out, &label.equivalents[i]);
	}
	buf_put_char(out, '\0');
	return buf_view(out).p;
}

static const struct row {
	const char *xml, *line;
} rows[] = {
	/* the examples of XEP-0258 */
	{ SL("<displaymarking fgcolor='black' bgcolor='red'>SECRET</displaymarking>" LABEL(
		  ESS("\n MQYCAQQGASk=\n "))),
		"'SECRET' black/red ess <originator 1.1; 4 >" },
	{ SL(LABEL(ESS("MQYCAQMGASk"))), "ess <originator 1.1; 3 >" },
	{ SL(LABEL(ESS("MQMGASk="))), "ess <originator 1.1; >" },
	{ SL("<displaymarking fgcolor='#FF00aa' bgcolor='url(x)'>S</displaymarking>" LABEL(
		  ESS("MQYCAQIGASk=")) EQUAL(ESS("MRUCAgD9DA9BcXVhIChvYnNvbGV0ZSk="))),
		"'S' #FF00aa/ ess <originator 1.1; 2 > = ess <originator ; 253 ; mark 'Aqua "
		"(obsolete)'>" },
	{ SL(LABEL("<icismlabel xmlns='http://example.gov/IC-ISM/0' classification='S' "
		   "ownerProducer='USA'/>")),
		"ic-ism <originator (IC-ISM); (S); (ownerProducer) any (USA)>" },
	{ SL("<label/>"), "empty" },
	{ SL(" <label> </label> "), "empty" },
	/* what the element may not be */
	{ SL(""), "!a security label without a label" },
	{ SL(EQUAL(ESS("MQYCAQQGASk="))), "!a security label without a label" },
	{ SL(LABEL("") LABEL("")), "!two labels" },
	{ SL(LABEL(ESS("MQYCAQQGASk=") ESS("MQYCAQQGASk="))), "!two labels in one place" },
	{ SL(LABEL("SECRET")), "!text where a label has to be" },
	{ SL(LABEL("") "SECRET"), "!text where a label has to be" },
	{ SL(LABEL("") EQUAL("")), "!an equivalent label that is empty" },
	{ SL(LABEL("") "<x/>"), "!an element that a security label does not have" },
	{ SL(LABEL("") "<x xmlns='y'/>"), "!an element that a security label does not have" },
	{ SL(LABEL("") "<displaymarking>a</displaymarking><displaymarking>b</displaymarking>"),
		"!two display markings" },
	{ SL(LABEL("") "<displaymarking>a<b/></displaymarking>"),
		"!a display marking that is no text" },
	{ "<securitylabel xmlns='urn:xmpp:sec-label:1'><label/></securitylabel>",
		"!no security label" },
	/* payloads that cannot be read are told where they are */
	{ SL(LABEL(ESS("MQYCAQQGASk*"))), "ess !a label that is no base64" },
	{ SL(LABEL(ESS("MQYCAQQGASk=="))), "ess !a label that is no base64" },
	{ SL(LABEL(ESS("MQYC<x/>AQQGASk="))), "ess !a label that is no base64" },
	{ SL(LABEL(ESS(""))), "ess !nothing is there" },
	{ SL(LABEL(ESS("MQYCAQQGASkA"))), "ess !something behind the end" },
	{ SL(LABEL("<mine xmlns='urn:mine'/>")), "unknown {urn:mine}mine" },
	{ SL(LABEL("<mine/>")), "unknown {urn:xmpp:sec-label:0}mine" },
	{ SL(LABEL("") EQUAL(ESS("x"))), "empty = ess !a label that is no base64" },
	/* STANAG 4774 and 4778 */
	{ SL(LABEL(ORIGINATOR("RED", "HIGH"))), "stanag4774 <originator (RED); (HIGH)>" },
	{ SL(LABEL(ALTERNATIVE("RED", "HIGH"))), "stanag4774 <alternative (RED); (HIGH)>" },
	{ SL(LABEL(METADATA("RED", "HIGH"))), "stanag4774 <metadata (RED); (HIGH)>" },
	{ SL(LABEL(MBB(MD(ORIGINATOR("RED", "HIGH")) WHOLE))),
		"stanag4778 <originator (RED); (HIGH)>" },
	{ SL(LABEL(MBB(WHOLE MD(ORIGINATOR("RED", "HIGH")) MD(ALTERNATIVE("BLUE", "B"))
			  MD(METADATA("RED", "LOW"))))),
		"stanag4778 <originator (RED); (HIGH)> <alternative (BLUE); (B)> "
		"<metadata (RED); (LOW)>" },
	{ SL(LABEL(MBB(MD(ORIGINATOR("RED", "HIGH") ALTERNATIVE("BLUE", "B")) WHOLE))),
		"stanag4778 <originator (RED); (HIGH)> <alternative (BLUE); (B)>" },
	{ SL(LABEL(MBB(MD("<x xmlns='y'/>") MD(ORIGINATOR("RED", "HIGH")) WHOLE))),
		"stanag4778 <originator (RED); (HIGH)>" },
	{ SL(LABEL(MBB(MD(ORIGINATOR("RED", "HIGH"))
			  PATH("/*[local-name() = \"message\"]/*[local-name() = \"body\" and "
			       "namespace-uri()=\"jabber:server\"]")))),
		"stanag4778 <originator body (RED); (HIGH)>" },
	{ SL(LABEL(MBB(MD(ORIGINATOR("RED", "HIGH")) PATH("/message/body")))),
		"stanag4778 <originator body (RED); (HIGH)>" },
	{ SL(LABEL(MBB(MD(ORIGINATOR("RED", "HIGH")) PATH("/message/body") WHOLE))),
		"stanag4778 <originator (RED); (HIGH)>" },
	{ SL(LABEL(MBC("<m:MetadataBinding>" MD(ORIGINATOR("RED", "HIGH")) WHOLE
		  "</m:MetadataBinding><m:MetadataBinding>" MD(ALTERNATIVE("BLUE", "B"))
			  PATH("/c:message/c:body") "</m:MetadataBinding>"))),
		"stanag4778 <originator (RED); (HIGH)> <alternative body (BLUE); (B)>" },
	{ SL(LABEL(MB("<d:Signature xmlns:d='" DS "'/><m:MetadataBindingContainer>"
		      "<m:MetadataBinding>" MD(ORIGINATOR("RED", "HIGH")) WHOLE
		  "</m:MetadataBinding></m:MetadataBindingContainer>"))),
		"stanag4778 signed <originator (RED); (HIGH)>" },
	{ SL(LABEL(MBB("<d:Signature xmlns:d='" DS "'/>" MD(ORIGINATOR("RED", "HIGH")) WHOLE))),
		"stanag4778 signed <originator (RED); (HIGH)>" },
	{ SL(LABEL(MBB(MD(ORIGINATOR("RED", "HIGH"))))), "stanag4778 !a label bound to nothing" },
	{ SL(LABEL(MBB(MD(ORIGINATOR("RED", "HIGH")) "<m:DataReference URI='#x'/>"))),
		"stanag4778 !a label bound to something else than the message or its body" },
	{ SL(LABEL(MBB(MD(ORIGINATOR("RED", "HIGH")) "<m:DataReference/>"))),
		"stanag4778 !a label bound to something else than the message or its body" },
	{ SL(LABEL(MBB(MD(ORIGINATOR("RED", "HIGH")) PATH("/message/subject")))),
		"stanag4778 !a label bound to something else than the message or its body" },
	{ SL(LABEL(
		  MBB(MD(ORIGINATOR("RED", "HIGH")) PATH("/message/*[not(local-name()='body')]")))),
		"stanag4778 !a label bound to something else than the message or its body" },
	{ SL(LABEL(MBB(MD(ORIGINATOR("RED", "HIGH")) PATH("/message/*[local-name()!='body']")))),
		"stanag4778 !a label bound to something else than the message or its body" },
	{ SL(LABEL(MBB(MD(ORIGINATOR("RED", "HIGH")) PATH("/message/*[local-name()='body'][2]")))),
		"stanag4778 !a label bound to something else than the message or its body" },
	{ SL(LABEL(MBB(MD(ORIGINATOR("RED", "HIGH")) PATH("/*[not(x)]/body")))),
		"stanag4778 !a label bound to something else than the message or its body" },
	{ SL(LABEL(MBB(MD("<x xmlns='y'>" ORIGINATOR("RED", "LOW") "</x>")
			  MD(ORIGINATOR("RED", "HIGH")) WHOLE))),
		"stanag4778 !a label where a binding has none" },
	{ SL(LABEL(MBB(ORIGINATOR("RED", "LOW") MD(ORIGINATOR("RED", "HIGH")) WHOLE))),
		"stanag4778 !a label where a binding has none" },
	{ SL(LABEL(MBB(MD(ORIGINATOR(
		  "RED", "HIGH")) "<m:DataReference URI=''><d:Transforms "
				  "xmlns:d='" DS "'><d:Transform Algorithm='xslt'/></d:Transforms>"
				  "</m:DataReference>"))),
		"stanag4778 !a label bound to something else than the message or its body" },
	{ SL(LABEL(MBB(MD(ORIGINATOR("RED", "HIGH")) "<m:DataReference URI=''><d:Transforms "
						     "xmlns:d='" DS "'/></m:DataReference>"))),
		"stanag4778 !a label bound to something else than the message or its body" },
	{ SL(LABEL(MBB("<m:MetadataReference URI='#l'/>" WHOLE))),
		"stanag4778 !metadata that are only referenced" },
	{ SL(LABEL(MBB(MD(ORIGINATOR("RED", "HIGH")) "<m:Data/>"))),
		"stanag4778 !a label bound to data of its own" },
	{ SL(LABEL(MBB(MD(ORIGINATOR("RED", "HIGH")) MD(ORIGINATOR("RED", "LOW")) WHOLE))),
		"stanag4778 !two labels of the originator" },
	{ SL(LABEL(MBB(MD(ORIGINATOR("", "HIGH")) WHOLE))),
		"stanag4778 !an element without its text" },
	{ SL(LABEL(MBB(WHOLE))), "stanag4778 !a binding without a label" },
	{ SL(LABEL(MBC(""))), "stanag4778 !a binding without a label" },
	{ SL(LABEL(MB("<m:Metadata/>"))), "stanag4778 !an element that a binding does not have" },
	/* IC-ISM */
	{ SL(LABEL("<x xmlns='y' xmlns:i='urn:us:gov:ic:ism' i:classification='TS' "
		   "i:ownerProducer='USA GBR' i:disseminationControls='REL' i:DESVersion='9' "
		   "classification='U' i:declassDate='2040-01-01' i:newControl='Z'/>")),
		"ic-ism <originator (IC-ISM); (TS); (ownerProducer) any (USA); (ownerProducer) any "
		"(GBR); (disseminationControls) any (REL); (newControl) any (Z)>" },
	{ SL(LABEL("<x xmlns='y' xmlns:i='urn:us:gov:ic:ism:v2' i:ownerProducer='USA'/>")),
		"ic-ism !an IC-ISM marking without a classification" },
	{ SL(LABEL("<x xmlns='y' xmlns:i='urn:us:gov:ic:ism' i:classification='U'><b/></x>")),
		"ic-ism !an IC-ISM marking with elements inside" },
	{ SL(LABEL("<x xmlns='y' xmlns:i='urn:us:gov:ic:ismx' i:classification='U'/>")),
		"unknown {y}x" },
	{ SL(LABEL("<x xmlns='y' classification='U'/>")), "unknown {y}x" },
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void the_element_is_what_it_says(void **unused)
{
	struct buf line = { 0 };

	(void)unused;
	for (size_t i = 0; i < ROWS; i++)
		assert_string_equal(line_of(&line, rows[i].xml), rows[i].line);
	buf_fini(&line);
}

/* The element as it was read, but its marking, is written from the pieces and says the same. */
static void a_label_that_stays_goes_out_as_it_came(void **unused)
{
	struct buf line = { 0 }, want = { 0 }, xml = { 0 };

	(void)unused;
	for (size_t i = 0; i < ROWS; i++) {
		struct securitylabel_marking none = { 0 };

		if (rows[i].line[0] == '!')
			continue;
		line_of(&line, rows[i].xml);
		buf_clear(&want);
		put_payload(&want, &label.label);
		buf_put_char(&want, '\0');
		buf_clear(&xml);
		securitylabel_write(&xml, &label, SECURITYLABEL_ADD_EQUIVALENT, STR(""), &none);
		buf_put_char(&xml, '\0');
		assert_string_equal(line_of(&line, buf_view(&xml).p), buf_view(&want).p);
	}
	buf_fini(&line);
	buf_fini(&want);
	buf_fini(&xml);
}

static void a_piece_brings_its_declarations(void **unused)
{
	(void)unused;
	assert_true(read_it("<s:securitylabel xmlns:s='urn:xmpp:sec-label:0' xmlns:e="
			    "'urn:xmpp:sec-label:ess:0' xmlns='urn:x'><s:label>"
			    "<e:esssecuritylabel far:a='&lt;'>MQYCAQQGASk="
			    "</e:esssecuritylabel></s:label><s:equivalentlabel><y/>"
			    "</s:equivalentlabel></s:securitylabel>"));
	assert_str(label.label.xml, "<e:esssecuritylabel xmlns:e='urn:xmpp:sec-label:ess:0' "
				    "xmlns:far='urn:far' far:a='&lt;'>MQYCAQQGASk="
				    "</e:esssecuritylabel>");
	assert_str(label.equivalents[0].xml, "<y xmlns='urn:x'/>");
}

static void which_label_counts(void **unused)
{
	static const struct {
		const char *xml, *id, *name;
		bool assume;
		const char *want;
	} cases[] = {
		{ SL(LABEL(ESS("MQYCAQQGASk="))), "1.1", "RED", false, "primary 1.1; 4 " },
		{ SL(LABEL(ESS("MQYCAQQGASk="))), "1.2", "RED", false, "foreign" },
		{ SL(LABEL(ESS("MQYCAQQGASk="))), "", "RED", false, "foreign" },
		{ SL(LABEL("")), "1.1", "RED", false, "absent" },
		{ SL(LABEL("") EQUAL(ESS("MQYCAQQGASk="))), "1.1", "", false,
			"equivalent 1.1; 4 " },
		{ SL(LABEL("<x xmlns='y'/>") EQUAL(ESS("MQYCAQQGASk="))), "1.1", "", false,
			"equivalent 1.1; 4 " },
		{ SL(LABEL("<x xmlns='y'/>")), "1.1", "", false, "foreign" },
		{ SL(LABEL(ESS("MQYCAQQGASk=")) EQUAL(ORIGINATOR("RED", "LOW"))
				  EQUAL(ORIGINATOR("RED", "HIGH"))),
			"1.2", "red", false, "equivalent (RED); (LOW)" },
		{ SL(LABEL(ORIGINATOR("\xc3\x89TAT  major", "1"))), "1.2", "\xc3\xa9tat Major",
			false, "primary (\xc3\x89TAT  major); (1)" },
		{ SL(LABEL(ORIGINATOR("RED", "1"))), "", "", false, "foreign" },
		/* the primary comes first, also when an equivalent one is under the same */
		{ SL(EQUAL(ESS("MQYCAQIGASk=")) LABEL(ESS("MQYCAQQGASk="))), "1.1", "", false,
			"primary 1.1; 4 " },
		{ SL(LABEL(MBB(MD(ALTERNATIVE("RED", "LOW")) MD(ORIGINATOR("RED", "HIGH")) WHOLE))),
			"", "RED", false, "primary (RED); (HIGH)" },
		{ SL(LABEL(
			  MBB(MD(ALTERNATIVE("RED", "LOW")) MD(ORIGINATOR("BLUE", "HIGH")) WHOLE))),
			"1.1", "RED", false, "alternative (RED); (LOW)" },
		{ SL(LABEL(MBB(MD(METADATA("RED", "LOW")) MD(ORIGINATOR("BLUE", "HIGH")) WHOLE))),
			"1.1", "RED", false, "foreign" },
		{ SL(LABEL(METADATA("RED", "LOW"))), "1.1", "RED", false, "foreign" },
		/* a label that names no policy is nobody's, unless it is said to be ours */
		{ SL(LABEL(ESS("MRUCAgD9DA9BcXVhIChvYnNvbGV0ZSk="))), "1.1", "", false, "foreign" },
		{ SL(LABEL(ESS("MRUCAgD9DA9BcXVhIChvYnNvbGV0ZSk="))), "1.1", "", true,
			"assumed ; 253 ; mark 'Aqua (obsolete)'" },
		{ SL(LABEL("") EQUAL(ESS("MRUCAgD9DA9BcXVhIChvYnNvbGV0ZSk="))), "1.1", "", true,
			"absent" },
		{ SL(LABEL(ESS("MQYCAQQGASk="))), "1.2", "", true, "foreign" },
		/* what cannot be read denies, but behind a primary that can */
		{ SL(LABEL(ESS("x")) EQUAL(ESS("MQYCAQQGASk="))), "1.1", "", false,
			"malformed a label that is no base64" },
		{ SL(LABEL("") EQUAL(ESS("x"))), "1.1", "", false,
			"malformed a label that is no base64" },
		{ SL(LABEL(ESS("MQYCAQQGASk=")) EQUAL(ESS("x"))), "1.1", "", false,
			"primary 1.1; 4 " },
	};
	static const char *const sources[] = { "primary", "alternative", "equivalent" };
	static const char *const choices[] = { "", "absent", "foreign", "malformed " };
	struct buf line = { 0 };

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct label_chosen chosen;
		enum label_choice choice;

		assert_true(read_it(cases[i].xml));
		choice = securitylabel_choose(&label, str_of(cases[i].id), str_of(cases[i].name),
			cases[i].assume, &chosen);
		buf_clear(&line);
		if (choice == LABEL_FOUND) {
			buf_printf(
				&line, "%s ", chosen.assumed ? "assumed" : sources[chosen.source]);
			put_label(&line, chosen.label);
		} else {
			assert_null(chosen.label);
			buf_printf(
				&line, "%s%s", choices[choice], chosen.fault ? chosen.fault : "");
		}
		buf_put_char(&line, '\0');
		assert_string_equal(buf_view(&line).p, cases[i].want);
	}
	buf_fini(&line);
}

static void a_mapped_label_is_put_where_it_has_to_be(void **unused)
{
	static const struct securitylabel_marking marking = { STR_INIT("BLUE <HIGH>"),
		STR_INIT("white"), STR_INIT("") };
	static const struct securitylabel_marking none = { STR_INIT(""), STR_INIT(""),
		STR_INIT("") };
	const char *xml = SL("<displaymarking>S</displaymarking>" LABEL(ESS("MQYCAQQGASk="))
			EQUAL(ESS("MQYCAQIGASk=")));
	const struct {
		enum securitylabel_rewrite rewrite;
		bool was;
		const struct securitylabel_marking *marking;
		const char *want;
	} cases[] = {
		{ SECURITYLABEL_REPLACE, true, &marking,
			SL("<displaymarking fgcolor='white'>BLUE "
			   "&lt;HIGH&gt;</displaymarking>" LABEL("<new/>")) },
		{ SECURITYLABEL_ADD_EQUIVALENT, true, &none,
			SL(LABEL(ESS("MQYCAQQGASk=")) EQUAL("<new/>")) },
		{ SECURITYLABEL_SWAP, true, &none, SL(LABEL("<new/>") EQUAL(ESS("MQYCAQQGASk="))) },
		{ SECURITYLABEL_REPLACE, false, &none, SL(LABEL("<new/>")) },
		{ SECURITYLABEL_ADD_EQUIVALENT, false, &none, SL(LABEL("<new/>")) },
		{ SECURITYLABEL_SWAP, false, &none, SL(LABEL("<new/>")) },
	};
	struct buf out = { 0 };

	(void)unused;
	assert_true(read_it(xml));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&out);
		securitylabel_write(&out, cases[i].was ? &label : NULL, cases[i].rewrite,
			STR("<new/>"), cases[i].marking);
		assert_str(buf_view(&out), cases[i].want);
	}
	buf_clear(&out);
	securitylabel_write(&out, NULL, SECURITYLABEL_REPLACE, STR(""), &none);
	assert_str(buf_view(&out), SL("<label/>"));
	buf_fini(&out);
}

static void a_label_is_written_in_each_form(void **unused)
{
	static const char *const lines[] = {
		"ess <originator 1.1; 4 >",
		"stanag4774 <originator 1.1 (RED); (HIGH); created 2026-01-02T03:04:05Z>",
		"stanag4778 <originator 1.1 (RED); (HIGH); created 2026-01-02T03:04:05Z>",
		"stanag4778 <alternative body 1.1 (RED); (HIGH); created 2026-01-02T03:04:05Z>",
	};
	struct securitylabel_form form = { .kind = SECURITYLABEL_ESS,
		.role = STANAG4774_ORIGINATOR,
		.content_ns = STR("jabber:server"),
		.times = { 1767323045, LABEL_NO_TIME } };
	struct securitylabel_marking none = { 0 };
	struct buf payload = { 0 }, out = { 0 }, line = { 0 };
	struct label l;

	(void)unused;
	label_init(&l);
	assert_true(label_keep(&l, &l.policy_id, STR("1.1")));
	assert_true(label_keep(&l, &l.policy_name, STR("RED")));
	assert_true(label_keep(&l, &l.class_name, STR("HIGH")));
	l.has_class_lacv = true;
	l.class_lacv = 4;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		buf_clear(&payload);
		buf_clear(&out);
		assert_true(securitylabel_write_payload(&l, &form, &payload));
		securitylabel_write(&out, NULL, SECURITYLABEL_REPLACE, buf_view(&payload), &none);
		buf_put_char(&out, '\0');
		assert_string_equal(line_of(&line, buf_view(&out).p), lines[i]);
		if (form.kind != SECURITYLABEL_4778) {
			form.kind++;
			continue;
		}
		form.role = STANAG4774_ALTERNATIVE;
		form.covers = STANAG4778_BODY;
	}
	buf_clear(&payload);
	form.kind = SECURITYLABEL_ISM;
	assert_false(securitylabel_write_payload(&l, &form, &payload));
	form.kind = SECURITYLABEL_4778;
	l.class_name = STR("");
	assert_false(securitylabel_write_payload(&l, &form, &payload));
	form.kind = SECURITYLABEL_4774;
	assert_false(securitylabel_write_payload(&l, &form, &payload));
	assert_int_equal(buf_len(&payload), 0);
	label_fini(&l);
	buf_fini(&payload);
	buf_fini(&out);
	buf_fini(&line);
}

static void a_signature_is_told(void **unused)
{
	(void)unused;
	assert_true(read_it(SL(LABEL(ESS("MQYCAQQGASk="))
			EQUAL(MB("<d:Signature xmlns:d='" DS "'/><m:MetadataBindingContainer>"
				 "<m:MetadataBinding>" MD(ORIGINATOR("RED", "HIGH")) WHOLE
				"</m:MetadataBinding></m:MetadataBindingContainer>")))));
	assert_true(securitylabel_signed(&label));
	assert_true(read_it(SL(LABEL(ESS("MQYCAQQGASk=")))));
	assert_false(securitylabel_signed(&label));
}

/* n times `part` between two texts. */
static const char *repeat(
	struct buf *out, const char *head, const char *part, size_t n, const char *tail)
{
	buf_clear(out);
	buf_printf(out, "%s", head);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s", part);
	buf_printf(out, "%s%c", tail, '\0');
	return buf_view(out).p;
}

static void what_is_too_much_is_refused(void **unused)
{
	static const struct {
		const char *head, *part, *tail;
		size_t fits, more;
		const char *fault;
	} cases[] = {
		{ "<securitylabel xmlns='urn:xmpp:sec-label:0'><label/>", EQUAL("<x/>"),
			"</securitylabel>", SECURITYLABEL_EQUIVALENTS_MAX,
			SECURITYLABEL_EQUIVALENTS_MAX + 1, "too many equivalent labels" },
		{ "<securitylabel xmlns='urn:xmpp:sec-label:0'><label><x>", "<y/>",
			"</x></label></securitylabel>", 997, 998,
			"a security label that is too large" },
		{ "<securitylabel xmlns='urn:xmpp:sec-label:0'><label><x>", "0123456789",
			"</x></label></securitylabel>", 6500, 6600,
			"a security label that is too large" },
		{ "<securitylabel xmlns='urn:xmpp:sec-label:0'><label/><displaymarking>", "y",
			"</displaymarking></securitylabel>", 1024, 1025,
			"a display marking that is no text" },
	};
	struct buf xml = { 0 }, tail = { 0 };

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(read_it(
			repeat(&xml, cases[i].head, cases[i].part, cases[i].fits, cases[i].tail)));
		assert_false(read_it(
			repeat(&xml, cases[i].head, cases[i].part, cases[i].more, cases[i].tail)));
		assert_string_equal(fault, cases[i].fault);
	}
	repeat(&tail, "", "</x>", 30, "</label></securitylabel>");
	assert_true(read_it(repeat(&xml, "<securitylabel xmlns='urn:xmpp:sec-label:0'><label>",
		"<x>", 30, buf_view(&tail).p)));
	repeat(&tail, "", "</x>", 31, "</label></securitylabel>");
	assert_false(read_it(repeat(&xml, "<securitylabel xmlns='urn:xmpp:sec-label:0'><label>",
		"<x>", 31, buf_view(&tail).p)));
	/* and the next one is read as if nothing had been */
	assert_true(read_it(SL(LABEL(ESS("MQYCAQQGASk=")))));
	assert_str(label.label.xml, ESS("MQYCAQQGASk="));
	buf_fini(&xml);
	buf_fini(&tail);
}

static int init(void **unused)
{
	(void)unused;
	xml_reader_global_init();
	label_intake_init(&intake, LABEL_INTAKE);
	securitylabel_init(&label);
	return 0;
}

static int fini(void **unused)
{
	(void)unused;
	securitylabel_fini(&label);
	label_intake_fini(&intake);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_element_is_what_it_says),
		cmocka_unit_test(a_label_that_stays_goes_out_as_it_came),
		cmocka_unit_test(a_piece_brings_its_declarations),
		cmocka_unit_test(which_label_counts),
		cmocka_unit_test(a_mapped_label_is_put_where_it_has_to_be),
		cmocka_unit_test(a_label_is_written_in_each_form),
		cmocka_unit_test(a_signature_is_told),
		cmocka_unit_test(what_is_too_much_is_refused),
	};

	return cmocka_run_group_tests_name("securitylabel", tests, init, fini);
}
