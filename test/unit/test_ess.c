/* SPDX-License-Identifier: MIT */
/* Labels and clearances in ASN.1: what is read of them, what is refused, and one way of writing. */
#include "hex.h"
#include "label_text.h"
#include "unit.h"

#include "label/ess.h"

/* A label with these categories; a category of ACP 145 and of MISSI for tag set 2.25.1. */
#define LABEL(categories) "31(020104 060129 31(" categories "))"
#define ACP145(n, values) "30(80(6086480165020108030" #n ") a1(30(06026901" values ")))"
#define MISSI(n, tags)    "30(80(60864801650201080" #n ") a1(31(30(06026901 30(" tags ")))))"

struct row {
	const char *hex;
	const char *line; /* what it says; or why it is refused, with ! in front */
	const char *der;  /* NULL: the same as hex; "": cannot be written */
};

#define PLAIN "31(020104 060129)"

static const struct row labels[] = {
	/* the vectors of XEP-0258 */
	{ "3106 020104 060129", "1.1; 4 " },
	{ "3106 020103 060129", "1.1; 3 " },
	{ "3103 060129", "1.1; " },
	{ "3115 020200fd 0c0f 4171756120286f62736f6c65746529", "; 253 ; mark 'Aqua (obsolete)'" },
	{ "3116 020133 060129 0c0e 56414755454c5920534543524554",
		"1.1; 51 ; mark 'VAGUELY SECRET'" },
	{ "3100", "; " },
	{ "3106 020100 060129", "1.1; 0 " },
	/* any order, any form of length */
	{ "31(060129 020104)", "1.1; 4 ", PLAIN },
	{ "3180 060129 020104 0000", "1.1; 4 ", PLAIN },
	{ "318106 060129 020104", "1.1; 4 ", PLAIN },
	{ "31(060129 020104 0c00)", "1.1; 4 ", PLAIN },
	{ "31(020104 060129 130141)", "1.1; 4 ; mark 'A'", "31(020104 060129 0c0141)" },
	{ "31(020104 060129 2c(2c(0c0141)))", "1.1; 4 ; mark 'A'", "31(020104 060129 0c0141)" },
	{ "31(020104 060129 0c02c3a4)", "1.1; 4 ; mark '\xc3\xa4'" },
	{ "31(020104 060129 3100)", "1.1; 4 ", PLAIN },
	{ "31(31(" ACP145(0, "03020690") ") 060129 130141 020104)",
		"1.1; 4 ; mark 'A'; 2.25.1 restrictive bits 0",
		"31(020104 060129 0c0141 31(" ACP145(0, "03020780") "))" },
	/* ACP 145 */
	{ LABEL(ACP145(0, "030100")), "1.1; 4 ", PLAIN },
	{ LABEL(ACP145(4, "3100")), "1.1; 4 ", PLAIN },
	{ LABEL(ACP145(3, "3100")), "1.1; 4 ", PLAIN },
	{ LABEL(ACP145(0, "03020490")),
		"1.1; 4 ; 2.25.1 restrictive bits 0; 2.25.1 restrictive bits 3" },
	{ LABEL(ACP145(2, "03020640")), "1.1; 4 ; 2.25.1 permissive bits 1" },
	{ LABEL(ACP145(1, "31(020101 020107)")),
		"1.1; 4 ; 2.25.1 permissive integers 1; 2.25.1 permissive integers 7" },
	{ LABEL(ACP145(1, "31(020107 020101 020107)")),
		"1.1; 4 ; 2.25.1 permissive integers 7; 2.25.1 permissive integers 1; "
		"2.25.1 permissive integers 7",
		LABEL(ACP145(1, "31(020101 020107)")) },
	{ LABEL(ACP145(4, "31(020102)")), "1.1; 4 ; 2.25.1 restrictive integers 2" },
	{ LABEL(ACP145(3, "31(020102)")), "1.1; 4 ; 2.25.1 informative integers 2" },
	{ LABEL(ACP145(3, "03020640")), "1.1; 4 ; 2.25.1 informative bits 1" },
	/* one tag in two categories is one; DER puts them into its order */
	{ LABEL(ACP145(2, "03020640") ACP145(2, "03020780")),
		"1.1; 4 ; 2.25.1 permissive bits 1; 2.25.1 permissive bits 0",
		LABEL(ACP145(2, "030206c0")) },
	{ LABEL(ACP145(2, "03020640") ACP145(1, "31(020102)") ACP145(0, "03020640")),
		"1.1; 4 ; 2.25.1 permissive bits 1; 2.25.1 permissive integers 2; "
		"2.25.1 restrictive bits 1",
		LABEL(ACP145(0, "03020640") ACP145(2, "03020640") ACP145(1, "31(020102)")) },
	/* a permissive tag that lists nothing is not one that allows everything */
	{ LABEL(ACP145(2, "030100")), "!a permissive tag without a value" },
	{ LABEL(ACP145(2, "03020600")), "!a permissive tag without a value" },
	{ LABEL(ACP145(1, "3100")), "!a permissive tag without a value" },
	{ LABEL(ACP145(1, "03020640")), "!attributes of another type than the tag's" },
	{ LABEL(ACP145(0, "31(020102)")), "!attributes of another type than the tag's" },
	{ LABEL(ACP145(0, "8000")), "!attributes of another type than the tag's" },
	{ LABEL(ACP145(0, "")), "!a tag without attributes" },
	{ LABEL(ACP145(1, "31(030102)")), "!an attribute that is no number" },
	{ LABEL(ACP145(1, "31(0201ff)")), "!a negative number" },
	{ LABEL(ACP145(2, "03020640 0500")), "!something behind a tag's attributes" },
	{ LABEL("30(80(60864801650201080302) a1(30(06026901 03020640) 0500))"),
		"!something behind the end" },
	{ LABEL("30(80(60864801650201080302) a1(30(020101)))"), "!a tag set without its name" },
	{ LABEL("30(80(60864801650201080302) a1(31(06026901 03020640)))"),
		"!another type than has to be there" },
	/* MISSI: [1] restrictive, [2] enumerated, [6] permissive, [7] free form; with a level, and
	 * in the choice that only a policy knows, unknown */
	{ LABEL(MISSI(1, "a1(03020780)")), "1.1; 4 ; 2.25.1 restrictive bits 0",
		LABEL(ACP145(0, "03020780")) },
	{ LABEL(MISSI(1, "a2(31(020105))")), "1.1; 4 ; 2.25.1 any integers 5" },
	{ LABEL(MISSI(1, "a6(03020780)")), "1.1; 4 ; 2.25.1 permissive bits 0",
		LABEL(ACP145(2, "03020780")) },
	{ LABEL(MISSI(1, "a7(03020780)")), "1.1; 4 ; 2.25.1 informative bits 0",
		LABEL(ACP145(3, "03020780")) },
	{ LABEL(MISSI(1, "a1(03020780) a2(31(020105))")),
		"1.1; 4 ; 2.25.1 restrictive bits 0; 2.25.1 any integers 5",
		LABEL(ACP145(0, "03020780") MISSI(1, "a2(31(020105))")) },
	{ LABEL(MISSI(1, "a1(020101 03020780)")), "1.1; 4 ; unknown 2.16.840.1.101.2.1.8.1", "" },
	{ LABEL(MISSI(1, "a3(03020780)")), "1.1; 4 ; unknown 2.16.840.1.101.2.1.8.1", "" },
	{ LABEL(MISSI(1, "0500")), "1.1; 4 ; unknown 2.16.840.1.101.2.1.8.1", "" },
	{ LABEL(MISSI(1, "a2(3100)")), "!a permissive tag without a value" },
	{ LABEL(MISSI(1, "a6(030100)")), "!a permissive tag without a value" },
	{ LABEL(MISSI(1, "a6(31(020105))")), "!attributes of another type than the tag's" },
	{ LABEL("30(80(608648016502010801) a1(30(060129)))"),
		"1.1; 4 ; unknown 2.16.840.1.101.2.1.8.1", "" },
	{ LABEL("30(80(608648016502010801) a1(31(0500)))"), "!a tag set that is none" },
	{ LABEL("30(80(608648016502010801) a1(31(30(06026901))))"), "!nothing is there" },
	/* what nobody knows is told, and cannot be written */
	{ LABEL("30(800129 a1(0500))"), "1.1; 4 ; unknown 1.1", "" },
	{ LABEL(MISSI(2, "8102 0780")), "1.1; 4 ; unknown 2.16.840.1.101.2.1.8.2", "" },
	{ LABEL("30(80(60864801650201080305) a1(0500))"),
		"1.1; 4 ; unknown 2.16.840.1.101.2.1.8.3.5", "" },
	{ LABEL("30(80(6086480165020108030000) a1(0500))"),
		"1.1; 4 ; unknown 2.16.840.1.101.2.1.8.3.0.0", "" },
	{ LABEL("30(800129)"), "!nothing is there" },
	{ LABEL("30(060129 a1(0500))"), "!a category without a type" },
	{ LABEL("31(800129 a1(0500))"), "!a category that is none" },
	{ LABEL("30(800129 a1(0500) 0500)"), "!something behind the end" },
	/* refused */
	{ "", "!nothing is there" },
	{ "30(020104 060129)", "!another type than has to be there" },
	{ "31(020104 060129) 00", "!something behind the end" },
	{ "31(020104 020104 060129)", "!the same thing twice" },
	{ "31(020104 060129 060129)", "!the same thing twice" },
	{ "31(020104 060129 0c0141 130141)", "!the same thing twice" },
	{ "31(020104 060129 3100 3100)", "!the same thing twice" },
	{ "31(020104 060129 040141)", "!something that a label does not have" },
	{ "31(0201ff 060129)", "!a negative number" },
	{ "31(020203ff 060129)", "1.1; 1023 " },
	{ "31(02020400 060129)", "!a classification that is too large" },
	{ "31(02080000000100000001 060129)", "!a number that is not in its shortest form" },
	{ "31(02050100000001 060129)", "!a classification that is too large" },
	{ "31(020104 060129 0c0100)", "!a privacy mark that is no text" },
	{ "31(020104 060129 1301e4)", "!a privacy mark that is no text" },
	{ "31(020104 060129 0c03efbfbe)", "!a privacy mark that is no text" },
};
enum { LABELS = sizeof(labels) / sizeof(labels[0]) };

/* Writes it, and reads that again: the same bytes and the same label. */
static void check_label_again(const struct row *row, const struct label *l)
{
	struct buf der = { 0 }, again = { 0 }, want = { 0 }, hex = { 0 };
	const char *fault;
	struct label back;

	if (row->der && !row->der[0]) {
		assert_false(ess_write_label(l, &der));
		assert_int_equal(buf_len(&der), 0);
		buf_fini(&der);
		return;
	}
	label_init(&back);
	assert_true(ess_write_label(l, &der));
	unhex(&want, row->der ? row->der : row->hex);
	hex_of(&again, buf_view(&want));
	assert_string_equal(hex_of(&hex, buf_view(&der)), buf_view(&again).p);
	assert_true(ess_read_label(buf_view(&der), &back, &fault));
	assert_true(label_equal(l, &back));
	label_fini(&back);
	buf_fini(&der);
	buf_fini(&again);
	buf_fini(&want);
	buf_fini(&hex);
}

static void labels_are_what_they_say(void **unused)
{
	struct buf bytes = { 0 }, line = { 0 };
	struct label l;

	(void)unused;
	label_init(&l);
	for (size_t i = 0; i < LABELS; i++) {
		const char *fault;

		if (ess_read_label(unhex(&bytes, labels[i].hex), &l, &fault)) {
			assert_null(fault);
			assert_string_equal(label_line(&line, &l), labels[i].line);
			check_label_again(&labels[i], &l);
			continue;
		}
		buf_clear(&line);
		buf_printf(&line, "!%s%c", fault, '\0');
		assert_string_equal(buf_view(&line).p, labels[i].line);
	}
	label_fini(&l);
	buf_fini(&bytes);
	buf_fini(&line);
}

#define CLEARANCE(categories) "30(060129 03020560 31(" categories "))"

static const struct row clearances[] = {
	{ "30(060129 03020560)", "1.1; 1 2" },
	/* an absent list is {unclassified}, an empty one is none */
	{ "30(060129)", "1.1; 1" },
	{ "30(060129 03020640)", "1.1; 1", "30(060129)" },
	{ "30(060129 030100)", "1.1;" },
	{ "3080 060129 23(03020560) 0000", "1.1; 1 2", "30(060129 03020560)" },
	/* RFC 3281's tags */
	{ "30(800129 81020560)", "1.1; 1 2", "30(060129 03020560)" },
	{ "30(800129)", "1.1; 1", "30(060129)" },
	{ "30(800129 a1(03020560))", "1.1; 1 2", "30(060129 03020560)" },
	{ "30(800129 81020560 a2(" ACP145(0, "03020780") "))",
		"1.1; 1 2; 2.25.1 restrictive bits 0", CLEARANCE(ACP145(0, "03020780")) },
	/* a tag that lists nothing grants nothing */
	{ CLEARANCE(ACP145(2, "030100")), "1.1; 1 2", "30(060129 03020560)" },
	/* MISSI's privileges */
	{ CLEARANCE(MISSI(2, "81020780")), "1.1; 1 2; 2.25.1 restrictive bits 0",
		CLEARANCE(ACP145(0, "03020780")) },
	{ CLEARANCE(MISSI(2, "86020780")), "1.1; 1 2; 2.25.1 permissive bits 0",
		CLEARANCE(ACP145(2, "03020780")) },
	{ CLEARANCE(MISSI(2, "a2(020105)")), "1.1; 1 2; 2.25.1 any integers 5" },
	{ CLEARANCE(MISSI(2, "85020780")), "1.1; 1 2; unknown 2.16.840.1.101.2.1.8.2", "" },
	{ CLEARANCE("30(800129 a1(0500))"), "1.1; 1 2; unknown 1.1", "" },
	{ CLEARANCE(MISSI(1, "a1(03020780)")), "1.1; 1 2; unknown 2.16.840.1.101.2.1.8.1", "" },
	/* refused */
	{ "3000", "!a clearance without a policy" },
	{ "30(03020560)", "!a clearance without a policy" },
	{ "31(060129 03020560)", "!another type than has to be there" },
	{ "30(03020560 060129)", "!a clearance without a policy" },
	{ "30(060129 81020560)", "!something that a clearance does not have" },
	{ "30(800129 03020560)", "!something that a clearance does not have" },
	{ "30(060129 03020560 03020560)", "!something that a clearance does not have" },
	{ "30(060129 03020560 0500)", "!something that a clearance does not have" },
	{ "30(060129 0300)", "!a bit string without its first byte" },
};

static void check_clearance_again(const struct row *row, const struct clearance *c)
{
	struct buf der = { 0 }, want = { 0 }, again = { 0 }, hex = { 0 }, line = { 0 };
	struct clearance back;
	const char *fault;

	if (row->der && !row->der[0]) {
		assert_false(ess_write_clearance(c, &der));
		assert_int_equal(buf_len(&der), 0);
		buf_fini(&der);
		return;
	}
	clearance_init(&back);
	assert_true(ess_write_clearance(c, &der));
	unhex(&want, row->der ? row->der : row->hex);
	hex_of(&again, buf_view(&want));
	assert_string_equal(hex_of(&hex, buf_view(&der)), buf_view(&again).p);
	assert_true(ess_read_clearance(buf_view(&der), &back, &fault));
	assert_string_equal(clearance_line(&line, &back), row->line);
	clearance_fini(&back);
	buf_fini(&der);
	buf_fini(&want);
	buf_fini(&again);
	buf_fini(&hex);
	buf_fini(&line);
}

static void clearances_are_what_they_say(void **unused)
{
	struct buf bytes = { 0 }, line = { 0 };
	struct clearance c;

	(void)unused;
	clearance_init(&c);
	for (size_t i = 0; i < sizeof(clearances) / sizeof(clearances[0]); i++) {
		const char *fault;

		if (ess_read_clearance(unhex(&bytes, clearances[i].hex), &c, &fault)) {
			assert_null(fault);
			assert_string_equal(clearance_line(&line, &c), clearances[i].line);
			check_clearance_again(&clearances[i], &c);
			continue;
		}
		buf_clear(&line);
		buf_printf(&line, "!%s%c", fault, '\0');
		assert_string_equal(buf_view(&line).p, clearances[i].line);
	}
	clearance_fini(&c);
	buf_fini(&bytes);
	buf_fini(&line);
}

/* A copy on the heap, so that reading past its end shows. */
static bool read_copy(struct str bytes, struct label *l)
{
	MEM_AUTO char *copy = mem_alloc(bytes.n ? bytes.n : 1);
	const char *fault;
	bool ok;

	if (bytes.n)
		memcpy(copy, bytes.p, bytes.n);
	ok = ess_read_label((struct str){ copy, bytes.n }, l, &fault);
	assert_int_equal(ok, fault == NULL);
	return ok;
}

static void a_label_that_is_cut_off_is_none(void **unused)
{
	struct buf bytes = { 0 };
	struct label l;

	(void)unused;
	label_init(&l);
	for (size_t i = 0; i < LABELS; i++) {
		unhex(&bytes, labels[i].hex);
		for (size_t n = 0; n < buf_len(&bytes); n++) {
			struct str cut = { buf_view(&bytes).p, n };

			/* Only what has something behind its end can get shorter. */
			if (strcmp(labels[i].line, "!something behind the end") != 0 ||
				n + 1 < buf_len(&bytes))
				assert_false(read_copy(cut, &l));
		}
	}
	label_fini(&l);
	buf_fini(&bytes);
}

/* Whatever one byte is changed into, what is still a label is one that can be written, and the
 * categories are not fewer than tags with a value in them. */
static void a_changed_byte_makes_another_label_or_none(void **unused)
{
	struct buf bytes = { 0 }, der = { 0 };
	struct label l, back;
	const char *fault;

	(void)unused;
	label_init(&l);
	label_init(&back);
	for (size_t i = 0; i < LABELS; i++) {
		unhex(&bytes, labels[i].hex);
		for (size_t at = 0; at < 255 * buf_len(&bytes); at++) {
			char *p = &bytes.data[at / 255];

			*p = (char)(*p + 1);
			if (!read_copy(buf_view(&bytes), &l))
				continue;
			buf_clear(&der);
			if (!ess_write_label(&l, &der))
				continue;
			assert_true(ess_read_label(buf_view(&der), &back, &fault));
			assert_true(label_equal(&l, &back));
		}
	}
	label_fini(&l);
	label_fini(&back);
	buf_fini(&bytes);
	buf_fini(&der);
}

static void what_is_too_much_is_refused(void **unused)
{
	struct buf out = { 0 }, inner = { 0 };
	const char *fault;
	struct label l;
	size_t at;

	(void)unused;
	label_init(&l);
	/* 513 values of one tag */
	for (size_t values = 512; values <= 513; values++) {
		size_t set, category, value, sequence;

		buf_clear(&out);
		at = ber_open(&out, BER_SET);
		set = ber_open(&out, BER_SET);
		category = ber_open(&out, BER_SEQUENCE);
		assert_true(ber_put_oid(&out, BER_CONTEXT, STR("2.16.840.1.101.2.1.8.3.4")));
		value = ber_open(&out, 0xa1);
		sequence = ber_open(&out, BER_SEQUENCE);
		assert_true(ber_put_oid(&out, BER_OID, STR("2.25.1")));
		buf_clear(&inner);
		for (size_t i = 0; i < values; i++)
			ber_put_uint(&inner, i);
		ber_put_string(&out, BER_SET, buf_view(&inner));
		ber_close(&out, sequence);
		ber_close(&out, value);
		ber_close(&out, category);
		ber_close(&out, set);
		ber_close(&out, at);
		assert_int_equal(ess_read_label(buf_view(&out), &l, &fault), values == 512);
		if (fault)
			assert_string_equal(fault, "too many categories");
	}
	/* a mark, and a whole label */
	for (size_t n = LABEL_STRING_MAX; n < ESS_LABEL_MAX + 1; n = n * 5 / 4) {
		buf_clear(&inner);
		memset(buf_reserve(&inner, n), 'x', n);
		buf_commit(&inner, n);
		buf_clear(&out);
		at = ber_open(&out, BER_SET);
		ber_put_string(&out, BER_UTF8, buf_view(&inner));
		ber_close(&out, at);
		assert_int_equal(ess_read_label(buf_view(&out), &l, &fault), n == LABEL_STRING_MAX);
	}
	label_fini(&l);
	buf_fini(&out);
	buf_fini(&inner);
}

static void a_label_known_by_names_cannot_be_written(void **unused)
{
	struct buf out = { 0 };
	struct label_category *c;
	struct label l;

	(void)unused;
	label_init(&l);
	assert_true(label_keep(&l, &l.policy_name, STR("NATO")));
	assert_false(ess_write_label(&l, &out));
	assert_true(label_keep(&l, &l.policy_id, STR("1.1")));
	assert_true(label_keep(&l, &l.class_name, STR("SECRET")));
	assert_false(ess_write_label(&l, &out));
	l.has_class_lacv = true;
	l.class_lacv = 4;
	assert_true(ess_write_label(&l, &out));
	buf_clear(&out);
	c = label_add(&l);
	c->kind = LABEL_PERMISSIVE;
	c->form = LABEL_BITS;
	assert_true(label_keep(&l, &c->set_name, STR("Releasable To")));
	assert_true(label_keep(&l, &c->value, STR("XAA")));
	assert_false(ess_write_label(&l, &out));
	c->has_lacv = true;
	assert_false(ess_write_label(&l, &out));
	assert_true(label_keep(&l, &c->set_id, STR("2.25.1")));
	assert_true(ess_write_label(&l, &out));
	buf_clear(&out);
	c->lacv = 65536;
	assert_false(ess_write_label(&l, &out));
	c->form = LABEL_INTEGERS;
	assert_true(ess_write_label(&l, &out));
	buf_clear(&out);
	c->form = LABEL_ANY_FORM;
	assert_false(ess_write_label(&l, &out));
	assert_true(label_keep(&l, &l.policy_id, STR("nonsense")));
	l.ncategories = 0;
	assert_false(ess_write_label(&l, &out));
	assert_int_equal(buf_len(&out), 0);
	label_fini(&l);
	buf_fini(&out);
}

static void certificates_say_clearances(void **unused)
{
	static const struct {
		char what; /* d: directory, a: attribute, c: constraints */
		const char *hex, *lines;
	} rows[] = {
		{ 'd', "3000", "" },
		{ 'd', "30(30(0603550437 31(30(060129 03020560))))", "[1.1; 1 2]" },
		{ 'd', "30(30(060451010537 31(30(800129 81020560))))", "" },
		{ 'd', "30(30(060451010537 31(0500)))", "" },
		{ 'd', "30(30(060451010537))", "!nothing is there" },
		{ 'd', "30(30(060451010537 3100))", "" },
		{ 'd', "30(30(060455010537 31(30(800129 81020560))))", "[1.1; 1 2]" },
		{ 'd', "30(30(0603550406 31(130141)) 30(0603550437 31(30(06012a))))", "[1.2; 1]" },
		{ 'd', "30(30(0603550437 31(30(060129) 30(06012a))))", "[1.1; 1][1.2; 1]" },
		{ 'd', "30(30(0603550437 31(30(060129) 30(060129))))",
			"!two clearances under one policy" },
		{ 'd', "30(30(0603550437 31(30(060129))) 30(060455010537 31(30(060129))))",
			"!two clearances under one policy" },
		{ 'd', "30(30(0603550437 31(30(060129 0300))))",
			"!a bit string without its first byte" },
		{ 'd', "30(30(0603550437 31(0500)))", "!a clearance that is none" },
		{ 'd', "30(30(0603550437 3100))", "!a list of clearances without one" },
		{ 'd', "30(30(020101 3100))", "!an attribute without a type" },
		{ 'd', "30(0603550437)", "!an attribute that is none" },
		{ 'a', "30(0603550437 31(30(060129)))", "[1.1; 1]" },
		{ 'a', "30(0603550406 31(0500))", "" },
		{ 'a', "30(0603550437 31(30(060129)) 0500)", "!something behind the end" },
		{ 'c', "30(30(060129) 30(06012a))", "[1.1; 1][1.2; 1]" },
		{ 'c', "3000", "!a list of clearances without one" },
	};
	struct buf bytes = { 0 }, line = { 0 }, lines = { 0 };

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct clearance_list list = { 0 };
		struct str in = unhex(&bytes, rows[i].hex);
		const char *fault = NULL;

		buf_clear(&lines);
		if (!(rows[i].what == 'd'         ? ess_read_directory(in, &list, &fault)
			    : rows[i].what == 'a' ? ess_read_attribute(in, &list, &fault)
						  : ess_read_constraints(in, &list, &fault)))
			buf_printf(&lines, "!%s", fault);
		for (unsigned k = 0; !fault && k < list.n; k++)
			buf_printf(&lines, "[%s]", clearance_line(&line, &list.items[k]));
		buf_put_char(&lines, '\0');
		assert_string_equal(buf_view(&lines).p, rows[i].lines);
		clearance_list_fini(&list);
	}
	buf_fini(&bytes);
	buf_fini(&line);
	buf_fini(&lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_are_what_they_say),
		cmocka_unit_test(clearances_are_what_they_say),
		cmocka_unit_test(a_label_that_is_cut_off_is_none),
		cmocka_unit_test(a_changed_byte_makes_another_label_or_none),
		cmocka_unit_test(what_is_too_much_is_refused),
		cmocka_unit_test(a_label_known_by_names_cannot_be_written),
		cmocka_unit_test(certificates_say_clearances),
	};

	return cmocka_run_group_tests_name("ess", tests, NULL, NULL);
}
