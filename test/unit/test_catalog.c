/* SPDX-License-Identifier: MIT */
/* Label catalogues: what is offered, and what is left of it. */
#include "tree.h"

#include "label/catalog.h"

#define ITEM(s, b)                                                                    \
	"<item selector='" s "'><securitylabel xmlns='urn:xmpp:sec-label:0'>"         \
	"<displaymarking fgcolor='black' bgcolor='red'>" s "</displaymarking><label>" \
	"<esssecuritylabel xmlns='urn:xmpp:sec-label:ess:0'>" b "</esssecuritylabel>" \
	"</label></securitylabel></item>"
#define CATALOG(a, items) "<catalog xmlns='urn:xmpp:sec-label:catalog:2'" a ">" items "</catalog>"

static struct label_intake intake;
static struct catalog catalog;
static const char *fault;

static bool read_it(struct str xml)
{
	label_intake_clear(&intake);
	feed(xml, label_intake_sink(), &intake);
	return catalog_read(&catalog, &intake, &fault);
}

/* Up to this classification; arg NULL: only items without a label. */
static bool up_to(void *arg, const struct catalog_item *item)
{
	const unsigned *most = arg;

	if (!item->has_label || !most)
		return !item->has_label;
	return !item->fault && !item->label.label.fault &&
	       item->label.label.labels.labels[0].label.class_lacv <= *most;
}

static void what_is_refused_is_left_out(void **unused)
{
	/* The answer of XEP-0258's example. */
	static const char xml[] = CATALOG(
		" to='example.com' name='Default' desc='an example &lt;set&gt;' restrict='false'",
		"\n" ITEM("Classified|SECRET", "MQYCAQQGASk=") ITEM("Classified|CONFIDENTIAL",
			"MQYCAQMGASk") ITEM("Classified|RESTRICTED", "MQYCAQIGASk=")
			ITEM("broken", "x") "<item selector='UNCLASSIFIED' default='true'/>");
	struct buf out = { 0 };
	unsigned most = 3;

	(void)unused;
	assert_true(read_it(str_of(xml)));
	assert_int_equal(catalog.n, 5);
	assert_str(catalog.items[0].label.marking, "Classified|SECRET");
	assert_string_equal(catalog.items[3].label.label.fault, "a label that is no base64");
	assert_int_equal(catalog_write(&catalog, up_to, &most, &out), 2);
	assert_str(buf_view(&out),
		CATALOG(" to='example.com' name='Default' "
			"desc='an example &lt;set&gt;' restrict='false'",
			ITEM("Classified|CONFIDENTIAL", "MQYCAQMGASk") ITEM("Classified|RESTRICTED",
				"MQYCAQIGASk=") "<item selector='UNCLASSIFIED' "
						"default='true'/>"));
	/* what was left is a catalogue again, of which everything stays */
	assert_true(read_it(buf_view(&out)));
	assert_int_equal(catalog.n, 3);
	buf_clear(&out);
	assert_int_equal(catalog_write(&catalog, up_to, NULL, &out), 2);
	assert_str(buf_view(&out), CATALOG(" to='example.com' name='Default' "
					   "desc='an example &lt;set&gt;' restrict='false'",
					   "<item selector='UNCLASSIFIED' default='true'/>"));
	buf_fini(&out);
}

static void what_is_no_item_goes(void **unused)
{
	struct buf out = { 0 };

	(void)unused;
	assert_true(read_it(STR("<c:catalog xmlns:c='urn:xmpp:sec-label:catalog:2' x:y='1' "
				"xmlns:x='x' to='a'><c:other/>text<c:item/><item/></c:catalog>")));
	assert_int_equal(catalog.n, 1);
	catalog_write(&catalog, up_to, NULL, &out);
	assert_str(buf_view(&out),
		CATALOG(" to='a'", "<c:item xmlns:c='urn:xmpp:sec-label:catalog:2'/>"));
	buf_fini(&out);
}

static void a_request_is_a_catalogue_without_items(void **unused)
{
	struct buf out = { 0 };

	(void)unused;
	assert_true(read_it(STR(CATALOG(" to='a.example' from='b@b.example'", ""))));
	assert_int_equal(catalog.n, 0);
	assert_int_equal(catalog_write(&catalog, up_to, NULL, &out), 0);
	assert_str(buf_view(&out), "<catalog xmlns='urn:xmpp:sec-label:catalog:2' "
				   "to='a.example' from='b@b.example'/>");
	buf_fini(&out);
}

static void what_is_wrong_is_told(void **unused)
{
	struct buf xml = { 0 };

	(void)unused;
	assert_false(read_it(STR("<catalog xmlns='urn:xmpp:sec-label:catalog:1'/>")));
	assert_string_equal(fault, "no catalogue");
	assert_true(read_it(STR(CATALOG("", "<item><x/></item>"))));
	assert_string_equal(catalog.items[0].fault, "no security label");
	assert_true(read_it(STR(CATALOG("", "<item><securitylabel xmlns='urn:xmpp:sec-label:0'>"
					    "<label/></securitylabel><x/></item>"))));
	assert_string_equal(catalog.items[0].fault, "an item with several elements");
	for (size_t n = CATALOG_ITEMS_MAX; n <= CATALOG_ITEMS_MAX + 1; n++) {
		buf_clear(&xml);
		buf_printf(&xml, "<catalog xmlns='urn:xmpp:sec-label:catalog:2'>");
		for (size_t i = 0; i < n; i++)
			buf_printf(&xml, "<item/>");
		buf_printf(&xml, "</catalog>");
		assert_int_equal(read_it(buf_view(&xml)), n == CATALOG_ITEMS_MAX);
	}
	assert_string_equal(fault, "a catalogue of too many items");
	buf_clear(&xml);
	buf_printf(&xml, "<catalog xmlns='urn:xmpp:sec-label:catalog:2'>");
	for (size_t i = 0; i < 20000; i++)
		buf_printf(&xml, "<item/>");
	buf_printf(&xml, "</catalog>");
	assert_false(read_it(buf_view(&xml)));
	assert_string_equal(fault, "a catalogue that is too large");
	buf_fini(&xml);
}

static int init(void **unused)
{
	(void)unused;
	xml_reader_global_init();
	label_intake_init(&intake, CATALOG_INTAKE);
	return 0;
}

static int fini(void **unused)
{
	(void)unused;
	catalog_fini(&catalog);
	label_intake_fini(&intake);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_refused_is_left_out),
		cmocka_unit_test(what_is_no_item_goes),
		cmocka_unit_test(a_request_is_a_catalogue_without_items),
		cmocka_unit_test(what_is_wrong_is_told),
	};

	return cmocka_run_group_tests_name("catalog", tests, init, fini);
}
