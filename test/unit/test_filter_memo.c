/* SPDX-License-Identifier: MIT */
/* Labels that come again: what is remembered of them, and what never is. */
#include "label_sides.h"
#include "policy_story.h"

#include "policy/label_record.h"
#include "xml/writer.h"

#define BODY       "<body>x</body>"
#define CHECK      UNDER("labels = { check = true; };")
#define MESSAGE(x) "<message" A ">" BODY x "</message>"
#define SLAB(policy, classification, created, more)                                        \
	"<originatorConfidentialityLabel xmlns='" NATO_NS "'><ConfidentialityInformation>" \
	"<PolicyIdentifier>" policy "</PolicyIdentifier><Classification>" classification   \
	"</Classification></ConfidentialityInformation><CreationDateTime>" created         \
	"</CreationDateTime>" more "</originatorConfidentialityLabel>"
#define SUCCEEDED(at, classification)                                                      \
	"<SuccessionHandling><SuccessionDateTime>" at "</SuccessionDateTime>"              \
	"<SuccessorConfidentialityLabel><ConfidentialityInformation><PolicyIdentifier>RED" \
	"</PolicyIdentifier><Classification>" classification "</Classification>"           \
	"</ConfidentialityInformation></SuccessorConfidentialityLabel></SuccessionHandling>"
#define JANUARY "2026-01-02T03:04:05Z"

struct fixture {
	struct policy_text text;
	struct label_sides sides;
	struct rig rig;
};

static void begin(struct fixture *x, const char *to)
{
	struct filter_labels both = label_sides_init(&x->sides, "HIGH", to);

	x->sides.to_terms.show = LABEL_SHOW_KEPT;
	policy_text_init(&x->text, CHECK);
	rig_init(&x->rig, x->text.table, RIG_HEADER);
	x->rig.context.labels = both;
	x->rig.context.labels.plan = 1;
}

static void end(struct fixture *x)
{
	rig_fini(&x->rig);
	policy_text_fini(&x->text);
	label_sides_fini(&x->sides);
}

/* Whole and byte by byte: where the stream is cut makes no other label. */
static void expect(struct fixture *x, const char *stanza, bool passes, const char *reason)
{
	for (size_t step = 1; step; step = step == 1 ? SIZE_MAX : 0) {
		const struct filter_result *r = rig_feed(&x->rig, str_of(stanza), step);

		assert_non_null(r);
		assert_string_equal(r->reason, passes ? "pass" : reason);
		if (passes)
			assert_str(r->bytes, stanza);
	}
}

#define PASSES(x, stanza)         expect(&(x), (stanza), true, NULL)
#define DENIED(x, stanza, reason) expect(&(x), (stanza), false, (reason))

/* Seen from outside: a clearance that is changed behind the filter's back is not looked at. */
static void what_passed_is_not_judged_again_under_the_same_plan(void **unused)
{
	struct fixture x;

	(void)unused;
	begin(&x, "HIGH");
	PASSES(x, MESSAGE(HIGH));
	memset(x.sides.to.classes, 0, sizeof(x.sides.to.classes));
	PASSES(x, MESSAGE(HIGH));
	DENIED(x, MESSAGE(LOW), "classification-denied");
	x.rig.context.labels.plan = 2;
	DENIED(x, MESSAGE(HIGH), "classification-denied");
	end(&x);
}

static void without_a_plan_nothing_is_remembered(void **unused)
{
	struct fixture x;

	(void)unused;
	begin(&x, "HIGH");
	x.rig.context.labels.plan = 0;
	PASSES(x, MESSAGE(HIGH));
	memset(x.sides.to.classes, 0, sizeof(x.sides.to.classes));
	DENIED(x, MESSAGE(HIGH), "classification-denied");
	end(&x);
}

static void another_clearance_in_the_same_place_is_another_one(void **unused)
{
	struct label_verdict v;
	struct fixture x;

	(void)unused;
	begin(&x, "HIGH");
	PASSES(x, MESSAGE(HIGH));
	clearance_clear(&x.sides.to);
	x.sides.to.policy_id = x.sides.red->id;
	assert_true(clearance_add_up_to(&x.sides.to, x.sides.red, STR("LOW")));
	assert_int_equal(spif_resolve_clearance(x.sides.red, &x.sides.to, &v), 0);
	DENIED(x, MESSAGE(HIGH), "classification-denied");
	end(&x);
}

static void other_sides_are_judged_for_themselves(void **unused)
{
	struct label_cleared none = { .n = 0 }, was;
	struct fixture x;

	(void)unused;
	begin(&x, "HIGH");
	PASSES(x, MESSAGE(HIGH));
	was = x.rig.context.labels.from.governing;
	x.rig.context.labels.from.governing = none;
	DENIED(x, MESSAGE(HIGH), "no-clearance");
	x.rig.context.labels.from.governing = was;
	PASSES(x, MESSAGE(HIGH));
	end(&x);
}

static void a_label_that_will_be_another_one_is_read_at_each_time(void **unused)
{
	static const char label[] = MESSAGE(SECURITY(
		"", SLAB("RED", "LOW", JANUARY, SUCCEEDED("2027-01-16T00:00:00Z", "HIGH"))));
	struct fixture x;

	(void)unused;
	begin(&x, "LOW");
	x.rig.context.labels.now = 1800000000; /* 2027-01-15T08:00:00Z */
	PASSES(x, label);
	x.rig.context.labels.now += 86400;
	DENIED(x, label, "classification-denied");
	x.rig.context.labels.now -= 86400;
	PASSES(x, label);
	end(&x);
}

static void when_a_label_was_created_decides_nothing_unless_it_is_no_time(void **unused)
{
	struct fixture x;

	(void)unused;
	begin(&x, "HIGH");
	PASSES(x, MESSAGE(SECURITY("", SLAB("RED", "HIGH", JANUARY, ""))));
	memset(x.sides.to.classes, 0, sizeof(x.sides.to.classes));
	PASSES(x, MESSAGE(SECURITY("", SLAB("RED", "HIGH", "2027-01-01T00:00:00Z", ""))));
	DENIED(x, MESSAGE(SECURITY("", SLAB("RED", "HIGH", "yesterday", ""))), "label-malformed");
	DENIED(x, MESSAGE(SECURITY("", SLAB("RED", "HIGH", "", ""))), "label-malformed");
	DENIED(x, MESSAGE(SECURITY("", SLAB("RED", "LOW", JANUARY, ""))), "classification-denied");
	DENIED(x, MESSAGE(SECURITY("", SLAB("RED", "HIGH", JANUARY "<x xmlns='u'/>", ""))),
		"classification-denied");
	end(&x);
}

/* What is written again has the time of its own label. */
static void a_marking_of_ours_stands_on_the_label_that_came(void **unused)
{
	static const char *const created[] = { JANUARY, "2026-02-03T04:05:06Z", JANUARY };
	struct fixture x;

	(void)unused;
	begin(&x, "HIGH");
	x.sides.to_terms.show = LABEL_SHOW_MADE;
	for (size_t i = 0; i < 3; i++) {
		char stanza[1024];
		const struct filter_result *r;

		snprintf(stanza, sizeof(stanza),
			MESSAGE(SECURITY("", SLAB("RED", "LOW", "%s", ""))), created[i]);
		r = rig_feed(&x.rig, str_of(stanza), SIZE_MAX);
		assert_int_equal(r->verdict, VERDICT_FOLD);
		assert_non_null(memmem(r->bytes.p, r->bytes.n, "RED LOW", 7));
		assert_non_null(memmem(r->bytes.p, r->bytes.n, created[i], strlen(created[i])));
	}
	end(&x);
}

static void where_it_stands_and_what_it_covers_are_asked_each_time(void **unused)
{
	static const char label[] = SECURITY("", BOUND(NATO("RED", "LOW"), TO_BODY));
	struct buf in = { 0 };
	struct fixture x;

	(void)unused;
	begin(&x, "LOW");
	for (unsigned round = 0; round < 2; round++) {
		PASSES(x, MESSAGE(SECURITY("", BOUND(NATO("RED", "LOW"), TO_BODY))));
		DENIED(x, MESSAGE(SECURITY("", BOUND(NATO("RED", "LOW"), TO_BODY)) HTML),
			"label-malformed");
		buf_clear(&in);
		buf_printf(&in,
			"<iq" A " type='set' id='1'><pubsub xmlns='http://jabber.org/protocol/"
			"pubsub'><publish node='n'><item><x xmlns='u'/></item>%s</publish>"
			"</pubsub></iq>",
			label);
		buf_put_char(&in, '\0');
		DENIED(x, buf_view(&in).p, "label-malformed");
		DENIED(x, MESSAGE("<w xmlns='urn:w'>" LOW "</w>"), "label-malformed");
		PASSES(x, MESSAGE(LOW));
		DENIED(x, MESSAGE(LOW LOW), "label-malformed");
	}
	buf_fini(&in);
	end(&x);
}

/* More labels than are kept, and none is taken for another. */
static void many_labels_are_told_apart(void **unused)
{
	struct fixture x;

	(void)unused;
	begin(&x, "LOW");
	for (unsigned i = 0; i < 500; i++) {
		const char *name = i % 3 ? "LOW" : "HIGH";
		char stanza[1024];

		snprintf(stanza, sizeof(stanza),
			MESSAGE("<securitylabel xmlns='urn:xmpp:sec-label:0'><displaymarking>%u"
				"</displaymarking><label>" NATO(
					"RED", "%s") "</label></securitylabel>"),
			i % 200, name);
		assert_string_equal(rig_feed(&x.rig, str_of(stanza), SIZE_MAX)->reason,
			i % 3 ? "pass" : "classification-denied");
	}
	end(&x);
}

/* ---- what is written down is told as it came ---- */

struct heard {
	struct label_record record;
	struct xml_writer *writer;
};

static void hear_start(void *self, const struct xml_tag *tag)
{
	struct heard *h = self;

	label_record_start(&h->record, tag);
	xml_writer_start(h->writer, tag, true);
}

static void hear_text(void *self, struct str text)
{
	struct heard *h = self;

	label_record_text(&h->record, text);
	xml_writer_text(h->writer, text);
}

static void hear_end(void *self)
{
	struct heard *h = self;

	label_record_end(&h->record);
	xml_writer_end(h->writer);
}

static void write_start(void *self, const struct xml_tag *tag)
{
	xml_writer_start(self, tag, true);
}

static void write_text(void *self, struct str text)
{
	xml_writer_text(self, text);
}

static void write_end(void *self)
{
	xml_writer_end(self);
}

static void an_element_is_told_as_it_came(void **unused)
{
	static const char *const elements[] = {
		"<a/>",
		"<a xmlns='urn:a'>one<b xmlns='urn:b' c='1' xml:lang='de'/>two<d/></a>",
		"<p:a xmlns:p='urn:p' xmlns:q='urn:q' q:r='&lt;&apos;' s=''>&amp;<p:b/></p:a>",
		HIGH,
		SECURITY("", BOUND(NATO("RED", "LOW"), TO_BODY)),
		SLAB("RED", "LOW", "  2026-01-02", ""),
		SLAB("RED", "LOW", "no time", ""),
		SLAB("RED", "LOW", "2026-01-02<x xmlns='u'/>T03:04:05Z", ""),
		SLAB("RED", "LOW",
			"1111111111111111111111111111111111111111111111111111111111111111111111",
			SUCCEEDED("2027-01-01", "HIGH")),
	};
	static const struct xml_sink hearing = { hear_start, hear_text, hear_end };
	static const struct xml_sink writing = { write_start, write_text, write_end };

	(void)unused;
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		struct heard h = { .writer = xml_writer_new() };
		struct xml_writer *told = xml_writer_new();
		struct buf first = { 0 }, second = { 0 };
		struct rig rig;

		rig_init(&rig, NULL, RIG_HEADER);
		xml_writer_begin(h.writer, &first, STR("jabber:server"));
		assert_int_equal(
			xml_reader_element(rig.reader, str_of(elements[i]), hearing, &h), READ_OK);
		xml_writer_begin(told, &second, STR("jabber:server"));
		label_record_tell(&h.record, writing, told);
		assert_int_equal(buf_len(&second), buf_len(&first));
		assert_memory_equal(buf_view(&second).p, buf_view(&first).p, buf_len(&first));
		xml_writer_free(told);
		xml_writer_free(h.writer);
		label_record_fini(&h.record);
		buf_fini(&first);
		buf_fini(&second);
		rig_fini(&rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_passed_is_not_judged_again_under_the_same_plan),
		cmocka_unit_test(without_a_plan_nothing_is_remembered),
		cmocka_unit_test(another_clearance_in_the_same_place_is_another_one),
		cmocka_unit_test(other_sides_are_judged_for_themselves),
		cmocka_unit_test(a_label_that_will_be_another_one_is_read_at_each_time),
		cmocka_unit_test(when_a_label_was_created_decides_nothing_unless_it_is_no_time),
		cmocka_unit_test(a_marking_of_ours_stands_on_the_label_that_came),
		cmocka_unit_test(where_it_stands_and_what_it_covers_are_asked_each_time),
		cmocka_unit_test(many_labels_are_told_apart),
		cmocka_unit_test(an_element_is_told_as_it_came),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
