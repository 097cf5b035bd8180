/* SPDX-License-Identifier: MIT */
/* Labels and clearances of STANAG 4774: what they say, what is refused, and how they are written.
 */
#include "label_text.h"
#include "tree.h"

#include "base/mem.h"
#include "label/stanag4774.h"

#include <stdlib.h>

#define NS    " xmlns='urn:nato:stanag:4774:confidentialitymetadatalabel:1:0'"
#define CL_NS "urn:nato:stanag:4774:confidentialityclearance:1:0"
/* A label with these in it; with these in its information; the usual information. */
#define IN(children) \
	"<originatorConfidentialityLabel" NS ">" children "</originatorConfidentialityLabel>"
#define INFO(children) IN("<ConfidentialityInformation>" children "</ConfidentialityInformation>")
#define POLICY         "<PolicyIdentifier>RED</PolicyIdentifier>"
#define CLASS          "<Classification>HIGH</Classification>"
#define KNOWN          "<ConfidentialityInformation>" POLICY CLASS "</ConfidentialityInformation>"
#define CATEGORY(a, v) INFO(POLICY CLASS "<Category" a ">" v "</Category>")
#define VALUE(v)       "<GenericValue>" v "</GenericValue>"
#define CLEARANCE(v) \
	"<c:ConfidentialityClearance xmlns:c='" CL_NS "'" NS ">" v "</c:ConfidentialityClearance>"
#define LIST(v) "<c:ClassificationList>" v "</c:ClassificationList>"

static const struct row {
	const char *xml;
	const char *line; /* or why not, with ! in front */
} labels[] = {
	{ INFO(POLICY CLASS), "(RED); (HIGH)" },
	{ "<s:originatorConfidentialityLabel ReviewDateTime='2031-09-26T00:00:00Z' xmlns:s="
	  "'urn:nato:stanag:4774:confidentialitymetadatalabel:1:0'> "
	  "<s:ConfidentialityInformation> "
	  "<s:PolicyIdentifier URI='urn:oid:2.25.283505922519774543341581604402970826256'> "
	  "EXAMPLE </s:PolicyIdentifier> <s:Classification>RESTRICTED</s:Classification>"
	  "<s:PrivacyMark>not &lt;for&gt; all</s:PrivacyMark>"
	  "<s:Category Type='RESTRICTIVE' TagName='Special Handling' URI='URN:OID:2.25.1.1'>"
	  "<s:GenericValue>ALPHA</s:GenericValue></s:Category>"
	  "<s:Category Type='PERMISSIVE' TagName='Releasable To'>"
	  "<s:GenericValue>XAA</s:GenericValue><s:GenericValue>XBB</s:GenericValue></s:Category>"
	  "<s:Category Type='INFORMATIVE' TagName='Administrative'/>"
	  "</s:ConfidentialityInformation>"
	  "<s:OriginatorID IDType='jID'>alice@a.example</s:OriginatorID>"
	  "<s:CreationDateTime>2026-09-26T12:00:00.5+02:00</s:CreationDateTime>"
	  "</s:originatorConfidentialityLabel>",
		"2.25.283505922519774543341581604402970826256 (EXAMPLE); (RESTRICTED); "
		"mark 'not <for> all'; 2.25.1.1 (Special Handling) restrictive (ALPHA); "
		"(Releasable To) permissive (XAA); (Releasable To) permissive (XBB); "
		"created 2026-09-26T10:00:00Z; review 2031-09-26T00:00:00Z; "
		"by jID alice@a.example" },
	/* order does not matter, extensions of others are theirs */
	{ INFO(CLASS POLICY), "(RED); (HIGH)" },
	{ IN("<CreationDateTime>2026-01-02T03:04:05Z</CreationDateTime>" KNOWN "<x xmlns='y'/>"),
		"(RED); (HIGH); created 2026-01-02T03:04:05Z" },
	{ INFO(POLICY CLASS "<m:Marking xmlns:m='ext'>RED HIGH</m:Marking>"), "(RED); (HIGH)" },
	{ INFO(POLICY CLASS "<PrivacyMark/>"), "(RED); (HIGH)" },
	{ "<alternativeConfidentialityLabel" NS ">" KNOWN "</alternativeConfidentialityLabel>",
		"(RED); (HIGH)" },
	{ "<metadataConfidentialityLabel" NS ">" KNOWN "</metadataConfidentialityLabel>",
		"(RED); (HIGH)" },
	{ "<ConfidentialityLabel" NS ">" KNOWN "</ConfidentialityLabel>", "(RED); (HIGH)" },
	/* succession */
	{ IN(KNOWN "<SuccessionHandling><SuccessionDateTime>2027-01-01T00:00:00Z"
		   "</SuccessionDateTime><SuccessorConfidentialityLabel>"
		   "<ConfidentialityInformation>" POLICY "<Classification>LOW</Classification>"
		   "</ConfidentialityInformation><CreationDateTime>2026-01-01T00:00:00Z"
		   "</CreationDateTime></SuccessorConfidentialityLabel></SuccessionHandling>"),
		"(RED); (HIGH); succeeded 2027-01-01T00:00:00Z by [(RED); (LOW); "
		"created 2026-01-01T00:00:00Z]" },
	{ IN(KNOWN "<SuccessionHandling/>"), "!a succession without its time or label" },
	{ IN(KNOWN "<SuccessionHandling><SuccessionDateTime>2027-01-01T00:00:00Z"
		   "</SuccessionDateTime></SuccessionHandling>"),
		"!a succession without its time or label" },
	{ IN(KNOWN "<SuccessionHandling><SuccessionDateTime>2027-01-01T00:00:00Z"
		   "</SuccessionDateTime><SuccessorConfidentialityLabel/></SuccessionHandling>"),
		"!a label without a policy" },
	{ IN(KNOWN "<SuccessionHandling><SuccessionDateTime>soon</SuccessionDateTime>"
		   "</SuccessionHandling>"),
		"!a time that is none" },
	/* policies */
	{ IN(""), "!a label without a policy" },
	{ INFO(CLASS), "!a label without a policy" },
	{ INFO(POLICY), "!a label without a classification" },
	{ INFO(POLICY POLICY CLASS), "!the same thing twice" },
	{ INFO(POLICY CLASS CLASS), "!the same thing twice" },
	{ IN(KNOWN KNOWN), "!the same thing twice" },
	{ IN("<ConfidentialityInformation/>" KNOWN), "!the same thing twice" },
	{ INFO("<PolicyIdentifier> </PolicyIdentifier>" CLASS), "!an element without its text" },
	{ INFO("<PolicyIdentifier>R<x/>ED</PolicyIdentifier>" CLASS),
		"!elements where text has to be" },
	{ INFO("<PolicyIdentifier URI='urn:oid:x'>RED</PolicyIdentifier>" CLASS),
		"!a URI that is not urn:oid: and an object identifier" },
	{ INFO("<PolicyIdentifier URI='http://red/'>RED</PolicyIdentifier>" CLASS),
		"!a URI that is not urn:oid: and an object identifier" },
	{ INFO(POLICY "<Classification URI='urn:oid:1.1'>HIGH</Classification>"),
		"!a classification with a URI" },
	{ INFO(POLICY CLASS "<Caveat/>"), "!an element that is not known" },
	{ IN(KNOWN "<Caveat/>"), "!an element that is not known" },
	/* categories */
	{ CATEGORY("", VALUE("A")), "!a category without a name" },
	{ CATEGORY(" TagName=' ' Type='PERMISSIVE'", VALUE("A")), "!a category without a name" },
	{ CATEGORY(" TagName='T'", VALUE("A")), "!a category without a type" },
	{ CATEGORY(" TagName='T' Type='permissive'", VALUE("A")), "!a category without a type" },
	{ CATEGORY(" TagName='T' Type='PERMISSIVE'", ""),
		"!a permissive category without a value" },
	{ CATEGORY(" TagName='T' Type='PERMISSIVE'", VALUE(" ")),
		"!a category with a value that is no text" },
	{ CATEGORY(" TagName='T' Type='PERMISSIVE'", VALUE("<b/>x")),
		"!a category with a value that is no text" },
	{ CATEGORY(" TagName='T' Type='PERMISSIVE'", "<IntegerValue>1</IntegerValue>"),
		"!a value that is no GenericValue" },
	{ CATEGORY(" TagName='T' Type='RESTRICTIVE' URI='1.1'", VALUE("A")),
		"!a URI that is not urn:oid: and an object identifier" },
	{ CATEGORY(" TagName='T' Type='RESTRICTIVE'", ""), "(RED); (HIGH)" },
	{ CATEGORY(" TagName='T' Type='RESTRICTIVE'", VALUE("A") VALUE("A")),
		"(RED); (HIGH); (T) restrictive (A); (T) restrictive (A)" },
	/* times */
	{ IN(KNOWN "<CreationDateTime>2026-02-30T00:00:00Z</CreationDateTime>"),
		"!a time that is none" },
	{ IN(KNOWN "<CreationDateTime>2026-01-02T03:04:05Z</CreationDateTime>"
		   "<CreationDateTime>2026-01-02T03:04:05Z</CreationDateTime>"),
		"!the same thing twice" },
	{ "<originatorConfidentialityLabel ReviewDateTime='x'" NS ">" KNOWN
	  "</originatorConfidentialityLabel>",
		"!a time that is none" },
	/* others */
	{ "<originatorConfidentialityLabel xmlns='urn:nato:other'>" KNOWN
	  "</originatorConfidentialityLabel>",
		"!no label" },
	{ "<label" NS ">" KNOWN "</label>", "!no label" },
};
enum { LABELS = sizeof(labels) / sizeof(labels[0]) };

static const struct stanag4774_times times = { 1767323045, LABEL_NO_TIME };

/* Reads, and writes the line or the fault down, terminated. */
static const char *read_line(struct str xml, struct label *l, struct buf *line)
{
	struct xml_element *e = tree_of(xml);
	const char *fault;

	if (!stanag4774_read_label(e, l, &fault)) {
		buf_clear(line);
		buf_printf(line, "!%s%c", fault, '\0');
	} else {
		label_line(line, l);
	}
	xml_element_free(e);
	return buf_view(line).p;
}

static void labels_are_what_they_say(void **unused)
{
	struct buf line = { 0 }, xml = { 0 };
	struct label l, back;

	(void)unused;
	label_init(&l);
	label_init(&back);
	for (size_t i = 0; i < LABELS; i++) {
		assert_string_equal(read_line(str_of(labels[i].xml), &l, &line), labels[i].line);
		if (labels[i].line[0] == '!')
			continue;
		buf_clear(&xml);
		if (l.created == LABEL_NO_TIME)
			l.created = times.created;
		assert_true(stanag4774_write_label(&l, STANAG4774_ORIGINATOR, times, &xml));
		read_line(buf_view(&xml), &back, &line);
		assert_true(label_equal(&l, &back));
		assert_true(l.created == back.created && l.review == back.review);
		assert_int_equal(l.successor != NULL, back.successor != NULL);
		if (l.successor)
			assert_true(label_equal(l.successor, back.successor));
		assert_true(str_eq(l.originator, back.originator));
	}
	label_fini(&l);
	label_fini(&back);
	buf_fini(&line);
	buf_fini(&xml);
}

static void roles_are_told_by_names(void **unused)
{
	static const struct {
		const char *xml;
		enum stanag4774_role role;
	} rows[] = {
		{ "<originatorConfidentialityLabel" NS "/>", STANAG4774_ORIGINATOR },
		{ "<ConfidentialityLabel" NS "/>", STANAG4774_ORIGINATOR },
		{ "<alternativeConfidentialityLabel" NS "/>", STANAG4774_ALTERNATIVE },
		{ "<metadataConfidentialityLabel" NS "/>", STANAG4774_METADATA },
		{ "<originatorconfidentialitylabel" NS "/>", STANAG4774_NONE },
		{ "<originatorConfidentialityLabel xmlns=''/>", STANAG4774_NONE },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct xml_element *e = tree_of(str_of(rows[i].xml));

		assert_int_equal(stanag4774_role(e), rows[i].role);
		xml_element_free(e);
	}
	assert_string_equal(stanag4774_role_name(STANAG4774_ALTERNATIVE), "alternative");
}

static void a_label_is_written_in_the_order_of_the_schema(void **unused)
{
	struct buf line = { 0 }, xml = { 0 };
	struct label l;

	(void)unused;
	label_init(&l);
	read_line(STR(INFO("<Category TagName=\"a'b\" Type='PERMISSIVE'>" VALUE("1") VALUE(
			  "&lt;2") "</Category><PrivacyMark>m</PrivacyMark>" CLASS
				   "<Category TagName='x' "
				   "Type='RESTRICTIVE' URI='urn:oid:1.2'>" VALUE(
					   "3") "</Category>" POLICY "<Category TagName=\"a'b\" "
						"Type='PERMISSIVE'>" VALUE("4") "</Category>")),
		&l, &line);
	assert_true(stanag4774_write_label(&l, STANAG4774_ALTERNATIVE,
		(struct stanag4774_times){ 1767323045, 1798859045 }, &xml));
	assert_str(buf_view(&xml),
		"<alternativeConfidentialityLabel "
		"xmlns='urn:nato:stanag:4774:confidentialitymetadatalabel:1:0' "
		"ReviewDateTime='2027-01-02T03:04:05Z'><ConfidentialityInformation>"
		"<PolicyIdentifier>RED</PolicyIdentifier><Classification>HIGH</Classification>"
		"<PrivacyMark>m</PrivacyMark><Category TagName='a&apos;b' Type='PERMISSIVE'>"
		"<GenericValue>1</GenericValue><GenericValue>&lt;2</GenericValue>"
		"<GenericValue>4</GenericValue></Category><Category TagName='x' "
		"Type='RESTRICTIVE' URI='urn:oid:1.2'><GenericValue>3</GenericValue></Category>"
		"</ConfidentialityInformation><CreationDateTime>2026-01-02T03:04:05Z"
		"</CreationDateTime></alternativeConfidentialityLabel>");
	label_fini(&l);
	buf_fini(&line);
	buf_fini(&xml);
}

static void what_has_no_name_cannot_be_written(void **unused)
{
	const struct stanag4774_times none = { LABEL_NO_TIME, LABEL_NO_TIME };
	struct buf line = { 0 }, xml = { 0 };
	struct label_category *c;
	struct label l;

	(void)unused;
	label_init(&l);
	read_line(STR(INFO(POLICY CLASS)), &l, &line);
	assert_false(stanag4774_write_label(&l, STANAG4774_ORIGINATOR, none, &xml));
	assert_false(stanag4774_write_label(&l, STANAG4774_NONE, times, &xml));
	c = label_add(&l);
	c->has_lacv = true;
	assert_true(label_keep(&l, &c->set_id, STR("1.2")));
	c->kind = LABEL_PERMISSIVE;
	assert_false(stanag4774_write_label(&l, STANAG4774_ORIGINATOR, times, &xml));
	assert_true(label_keep(&l, &c->set_name, STR("T")));
	assert_false(stanag4774_write_label(&l, STANAG4774_ORIGINATOR, times, &xml));
	assert_true(label_keep(&l, &c->value, STR("V")));
	c->kind = LABEL_ANY_KIND;
	assert_false(stanag4774_write_label(&l, STANAG4774_ORIGINATOR, times, &xml));
	c->kind = LABEL_PERMISSIVE;
	assert_true(label_keep(&l, &c->unknown_type, STR("1.1")));
	assert_false(stanag4774_write_label(&l, STANAG4774_ORIGINATOR, times, &xml));
	l.ncategories = 0;
	l.class_name = STR("");
	assert_false(stanag4774_write_label(&l, STANAG4774_ORIGINATOR, times, &xml));
	assert_int_equal(buf_len(&xml), 0);
	label_fini(&l);
	buf_fini(&line);
	buf_fini(&xml);
}

static void successors_end(void **unused)
{
	struct buf xml = { 0 }, line = { 0 };
	struct label l;

	(void)unused;
	label_init(&l);
	for (unsigned depth = 0; depth < 40; depth++) {
		buf_clear(&xml);
		buf_printf(&xml, "<ConfidentialityLabel" NS ">" KNOWN);
		for (unsigned i = 0; i < depth; i++)
			buf_printf(&xml,
				"<SuccessionHandling><SuccessionDateTime>2027-01-01T00:00:00Z"
				"</SuccessionDateTime><SuccessorConfidentialityLabel>" KNOWN);
		for (unsigned i = 0; i < depth; i++)
			buf_printf(&xml, "</SuccessorConfidentialityLabel></SuccessionHandling>");
		buf_printf(&xml, "</ConfidentialityLabel>");
		read_line(buf_view(&xml), &l, &line);
		if (depth <= LABEL_SUCCESSORS_MAX)
			assert_int_not_equal(buf_view(&line).p[0], '!');
		else
			assert_string_equal(buf_view(&line).p, "!too many successors");
	}
	label_fini(&l);
	buf_fini(&xml);
	buf_fini(&line);
}

static const struct row clearances[] = {
	{ CLEARANCE(POLICY LIST("<Classification>LOW</Classification>" CLASS)),
		"(RED); (LOW) (HIGH)" },
	{ CLEARANCE(LIST("") "<PolicyIdentifier URI='urn:oid:2.25.1'>RED</PolicyIdentifier>"),
		"2.25.1 (RED);" },
	{ CLEARANCE(POLICY LIST(CLASS) "<Category TagName='T' Type='PERMISSIVE'>" VALUE("A")
			  VALUE("B") "</Category><Category TagName='U' Type='PERMISSIVE'/>"
				     "<c:Extensions><x xmlns='y'/></c:Extensions>"),
		"(RED); (HIGH); (T) permissive (A); (T) permissive (B)" },
	{ CLEARANCE(POLICY), "!a clearance without classifications" },
	{ CLEARANCE(LIST(CLASS)), "!a clearance without a policy" },
	{ CLEARANCE(POLICY LIST(CLASS) LIST(CLASS)), "!the same thing twice" },
	{ CLEARANCE(POLICY POLICY LIST(CLASS)), "!the same thing twice" },
	{ CLEARANCE(POLICY LIST("<x/>")), "!something in the list that is no classification" },
	{ CLEARANCE(POLICY LIST("<Classification/>")), "!an element without its text" },
	{ CLEARANCE(POLICY LIST(CLASS) "<Category TagName='T'/>"), "!a category without a type" },
	{ "<ConfidentialityClearance" NS "/>", "!no clearance" },
};

static void clearances_are_what_they_say(void **unused)
{
	struct buf line = { 0 }, xml = { 0 };
	struct clearance c;

	(void)unused;
	clearance_init(&c);
	for (size_t i = 0; i < sizeof(clearances) / sizeof(clearances[0]); i++) {
		struct xml_element *e = tree_of(str_of(clearances[i].xml));
		const char *fault;

		if (!stanag4774_read_clearance(e, &c, &fault)) {
			assert_string_equal(fault, clearances[i].line + 1);
			xml_element_free(e);
			continue;
		}
		assert_string_equal(clearance_line(&line, &c), clearances[i].line);
		xml_element_free(e);
		buf_clear(&xml);
		assert_true(stanag4774_write_clearance(&c, &xml));
		e = tree_of(buf_view(&xml));
		assert_true(stanag4774_read_clearance(e, &c, &fault));
		assert_string_equal(clearance_line(&line, &c), clearances[i].line);
		xml_element_free(e);
	}
	assert_true(clearance_add_class(&c, 3));
	buf_clear(&xml);
	assert_false(stanag4774_write_clearance(&c, &xml));
	assert_int_equal(buf_len(&xml), 0);
	clearance_fini(&c);
	buf_fini(&line);
	buf_fini(&xml);
}

static int global_init(void **unused)
{
	(void)unused;
	xml_reader_global_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_are_what_they_say),
		cmocka_unit_test(roles_are_told_by_names),
		cmocka_unit_test(a_label_is_written_in_the_order_of_the_schema),
		cmocka_unit_test(what_has_no_name_cannot_be_written),
		cmocka_unit_test(successors_end),
		cmocka_unit_test(clearances_are_what_they_say),
	};

	return cmocka_run_group_tests_name("stanag4774", tests, global_init, NULL);
}
