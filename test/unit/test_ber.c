/* SPDX-License-Identifier: MIT */
/* BER as X.690 has it, and nothing beyond; DER in its one form. */
#include "hex.h"
#include "unit.h"

#include "label/ber.h"

#include <stdlib.h>

/* Everything that is inside of everything, like "30(02 05) 06": tags, and what ends it. */
static void walk(struct ber b, struct buf *out)
{
	struct ber_item item;

	while (ber_next(&b, &item)) {
		buf_printf(out, "%02x", item.tag);
		if (!(item.tag & BER_CONSTRUCTED))
			continue;
		buf_printf(out, "(");
		walk(ber_enter(&b, &item), out);
		buf_printf(out, ")");
	}
	if (b.fault)
		buf_printf(out, "!%s", b.fault);
}

static void elements_are_read_as_x690_has_them(void **unused)
{
	static const struct {
		const char *hex, *heard;
	} rows[] = {
		{ "", "" },
		{ "0500", "05" },
		{ "3106 020104 060129", "31(0206)" },
		{ "8000", "80" },
		{ "a103 020101", "a1(02)" },
		{ "0201 05 0201 06", "0202" },
		/* definite lengths that are longer than they need to be (8.1.3.5) */
		{ "028101 05", "02" },
		{ "0284 00000001 05", "02" },
		{ "0289 000000000000000001 05", "02" },
		/* indefinite */
		{ "3080 0000", "30()" },
		{ "3080 020105 0000 0500", "30(02)05" },
		{ "3080 3080 0500 0000 0500 0000", "30(30(05)05)" },
		{ "3004 3080 0000", "30(30())" },
		/* a zero inside of a definite one ends nothing */
		{ "0402 0000", "04" },
		{ "3080 0402 0000 0000", "30(04)" },
		/* long tags */
		{ "1f1f 00", "1f" },
		{ "bf8101 02 0500", "bf(05)" },
		{ "1f8f8f8f8f0f 00", "!a tag that is none" },
		{ "1f80 01 00", "!a tag that is none" },
		{ "1f", "!a tag that is none" },
		{ "1f8f", "!a tag that is none" },
		/* cut off, or too long */
		{ "02", "!an element without a length" },
		{ "0201", "!an element longer than what it is in" },
		{ "020205", "!an element longer than what it is in" },
		{ "0281", "!a length that is cut off" },
		{ "0282 01", "!a length that is cut off" },
		{ "02ff", "!a length that is cut off" },
		{ "0288 ffffffffffffffff 00", "!a length beyond the end" },
		{ "0287 00ffffffffffff 00", "!an element longer than what it is in" },
		{ "0289 01ffffffffffffffff 00", "!a length beyond the end" },
		{ "3003 020205", "30(!an element longer than what it is in)" },
		{ "3080", "!an indefinite length without end" },
		{ "3080 00", "!an end of contents where none may be" },
		{ "3080 0001 0000", "!an end of contents where none may be" },
		{ "3080 0201", "!an element longer than what it is in" },
		{ "0480 0500 0000", "!an indefinite length on a primitive" },
		{ "0000", "!an end of contents where none may be" },
		{ "3002 0000", "30(!an end of contents where none may be)" },
	};
	struct buf bytes = { 0 }, heard = { 0 };

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&heard);
		walk(ber_begin(unhex(&bytes, rows[i].hex)), &heard);
		assert_str(buf_view(&heard), rows[i].heard);
	}
	buf_fini(&bytes);
	buf_fini(&heard);
}

static void nesting_has_an_end(void **unused)
{
	struct buf definite = { 0 }, open = { 0 };
	struct ber b, inner[BER_DEPTH + 1];
	struct ber_item item;

	(void)unused;
	for (int i = 0; i <= BER_DEPTH; i++) {
		char head[2] = { 0x30, (char)(2 * i) };

		buf_insert(&definite, 0, (struct str){ head, 2 });
		buf_put(&open, (struct str){ "\x30\x80", 2 });
	}
	for (int i = 0; i <= BER_DEPTH; i++)
		buf_put(&open, (struct str){ "\0\0", 2 });
	b = ber_begin(buf_view(&definite));
	for (int i = 0; i <= BER_DEPTH; i++) {
		assert_true(ber_next(i ? &inner[i - 1] : &b, &item));
		inner[i] = ber_enter(i ? &inner[i - 1] : &b, &item);
	}
	assert_null(inner[BER_DEPTH - 1].fault);
	assert_string_equal(inner[BER_DEPTH].fault, "nested too deeply");
	b = ber_begin(buf_view(&open));
	assert_false(ber_next(&b, &item));
	assert_string_equal(b.fault, "nested too deeply");
	b = ber_begin(STR("\x05"));
	assert_false(ber_next(&b, &item));
	b = ber_begin((struct str){ "\x05\x00", 2 });
	assert_true(ber_next(&b, &item));
	b = ber_enter(&b, &item);
	assert_string_equal(b.fault, "a primitive where something has to be inside");
	buf_fini(&definite);
	buf_fini(&open);
}

static void a_tree_of_indefinite_lengths_is_read_in_linear_time(void **unused)
{
	struct buf bytes = { 0 };
	struct ber b;
	struct ber_item item;
	unsigned n = 0;

	(void)unused;
	/* 12 levels around 200,000 elements: were each read once for every level above and again
	 * for every way there, this would not end. */
	for (int i = 0; i < 12; i++)
		buf_put(&bytes, (struct str){ "\x30\x80", 2 });
	for (int i = 0; i < 200000; i++)
		buf_put(&bytes, (struct str){ "\x30\x80\0\0", 4 });
	for (int i = 0; i < 12; i++)
		buf_put(&bytes, (struct str){ "\0\0", 2 });
	b = ber_begin(buf_view(&bytes));
	for (int i = 0; i < 12; i++) {
		assert_true(ber_next(&b, &item));
		b = ber_enter(&b, &item);
	}
	while (ber_next(&b, &item))
		n++;
	assert_null(b.fault);
	assert_int_equal(n, 200000);
	buf_fini(&bytes);
}

static void one_element_is_all_there_is(void **unused)
{
	struct buf bytes = { 0 };
	struct ber_item item;
	struct ber b = ber_begin(unhex(&bytes, "020105"));

	(void)unused;
	assert_true(ber_only(&b, BER_INTEGER, &item));
	b = ber_begin(buf_view(&bytes));
	assert_false(ber_only(&b, BER_OID, &item));
	assert_string_equal(b.fault, "another type than has to be there");
	b = ber_begin(unhex(&bytes, "020105 0500"));
	assert_false(ber_only(&b, BER_INTEGER, &item));
	assert_string_equal(b.fault, "something behind the end");
	b = ber_begin(STR(""));
	assert_false(ber_only(&b, BER_INTEGER, &item));
	assert_string_equal(b.fault, "nothing is there");
	buf_fini(&bytes);
}

static void numbers_are_in_their_shortest_form_and_not_negative(void **unused)
{
	static const struct {
		const char *hex;
		int64_t value; /* -1: refused */
	} rows[] = {
		{ "020100", 0 },
		{ "02017f", 127 },
		{ "02020080", 128 },
		{ "020200fd", 253 },
		{ "02020100", 256 },
		{ "02047fffffff", 2147483647 },
		{ "0200", -1 },
		{ "0201ff", -1 },
		{ "020180", -1 },
		{ "02020001", -1 },
		{ "0202007f", -1 },
		{ "02050080000000", 2147483648 },
		{ "02087fffffffffffffff", INT64_MAX },
		{ "0209008000000000000000", -1 },
		{ "0209010000000000000000", -1 },
		{ "2203020105", -1 },
	};
	struct buf bytes = { 0 }, again = { 0 };

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ber b = ber_begin(unhex(&bytes, rows[i].hex));
		struct ber_item item;
		uint64_t value = 77;

		assert_true(ber_next(&b, &item));
		assert_int_equal(ber_uint(&b, &item, &value), rows[i].value >= 0);
		assert_int_equal(b.fault == NULL, rows[i].value >= 0);
		if (rows[i].value < 0)
			continue;
		assert_int_equal(value, rows[i].value);
		buf_clear(&again);
		ber_put_uint(&again, value);
		assert_true(str_eq(buf_view(&again), buf_view(&bytes)));
	}
	buf_clear(&again);
	ber_put_uint(&again, UINT64_MAX);
	assert_string_equal(hex_of(&bytes, buf_view(&again)), "020900ffffffffffffffff");
	buf_fini(&bytes);
	buf_fini(&again);
}

static void object_identifiers_go_both_ways(void **unused)
{
	static const struct {
		const char *hex, *text;
	} rows[] = {
		{ "0600", NULL },
		{ "060100", "0.0" },
		{ "060129", "1.1" },
		{ "060127", "0.39" },
		{ "060128", "1.0" },
		{ "06014f", "1.39" },
		{ "060150", "2.0" },
		{ "0603 883701", "2.999.1" },
		{ "060355040c", "2.5.4.12" },
		{ "060a 6086480165020108 0300", "2.16.840.1.101.2.1.8.3.0" },
		{ "060b 2a864886f70d0109100202", "1.2.840.113549.1.9.16.2.2" },
		/* 2.25 and a UUID of all ones */
		{ "0614 69 83ffffffffffffffffffffffffffffffffff7f",
			"2.25.340282366920938463463374607431768211455" },
		/* one more than 128 bits, and a whole octet more */
		{ "0614 69 84808080808080808080808080808080808000", NULL },
		{ "0615 69 8180808080808080808080808080808080808000", NULL },
		/* the second arc */
		{ "0604 ffffff7f", "2.268435375" },
		{ "0605 8180808000", NULL },
		/* not the shortest form, not ended, constructed */
		{ "06028001", NULL },
		{ "0603 298001", NULL },
		{ "060180", NULL },
		{ "06022981", NULL },
		{ "2603060129", NULL },
	};
	struct buf bytes = { 0 }, again = { 0 };

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ber b = ber_begin(unhex(&bytes, rows[i].hex));
		char text[BER_OID_TEXT];
		struct ber_item item;

		assert_true(ber_next(&b, &item));
		assert_int_equal(ber_oid(&b, &item, text), rows[i].text != NULL);
		if (!rows[i].text)
			continue;
		assert_string_equal(text, rows[i].text);
		buf_clear(&again);
		assert_true(ber_put_oid(&again, BER_OID, str_of(text)));
		assert_true(str_eq(buf_view(&again), buf_view(&bytes)));
	}
	buf_fini(&bytes);
	buf_fini(&again);
}

static void an_object_identifier_too_long_for_a_line_is_refused(void **unused)
{
	struct buf bytes = { 0 };
	char text[BER_OID_TEXT];
	struct ber_item item;
	struct ber b;

	(void)unused;
	for (size_t arcs = 120; arcs < 140; arcs++) {
		size_t at;

		buf_clear(&bytes);
		at = ber_open(&bytes, BER_OID);
		for (size_t i = 0; i < arcs; i++)
			buf_put_char(&bytes, 0x29);
		ber_close(&bytes, at);
		b = ber_begin(buf_view(&bytes));
		assert_true(ber_next(&b, &item));
		assert_int_equal(ber_oid(&b, &item, text), 3 + 3 * (arcs - 1) < BER_OID_TEXT);
	}
	buf_fini(&bytes);
}

static void texts_that_are_no_object_identifiers_are_not_written(void **unused)
{
	static const char *const texts[] = { "", "1", "1.", ".1", "1..1", "3.1", "0.40", "1.40",
		"01.1", "1.01", "1.1.", "1.1 ", " 1.1", "1.1.x", "1,1", "10.1", "1.-1",
		"2.268435376", "2.999999999999", "1.1.340282366920938463463374607431768211456" };
	struct buf out = { 0 };

	(void)unused;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_false(ber_put_oid(&out, BER_OID, str_of(texts[i])));
		assert_false(ber_is_oid(str_of(texts[i])));
		assert_int_equal(buf_len(&out), 0);
	}
	assert_true(ber_is_oid(STR("1.39")));
	assert_true(ber_is_oid(STR("2.40.0")));
	buf_fini(&out);
}

static void bit_strings_know_which_bits_count(void **unused)
{
	static const struct {
		const char *hex, *bytes;
		size_t bits;
		const char *der; /* NULL: refused */
	} rows[] = {
		{ "030100", "", 0, "030100" },
		{ "03020780", "80", 1, "03020780" },
		{ "03020700", "00", 1, "030100" },
		{ "0302 00 80", "80", 8, "03020780" },
		{ "0302 06 c0", "c0", 2, "030206c0" },
		{ "0303 00 8001", "8001", 16, "0303008001" },
		{ "0304 00 800000", "800000", 24, "03020780" },
		/* what does not count is zero whatever it was */
		{ "0302 07 ff", "80", 1, "03020780" },
		{ "8202 05 a0", "a0", 3, "030205a0" },
		/* segments */
		{ "2300", "", 0, "030100" },
		{ "2307 03020080 030100", "80", 8, "03020780" },
		{ "2308 0302000f 030204f0", "0ff0", 12, "0303040ff0" },
		{ "2380 0302000f 030204f0 0000", "0ff0", 12, "0303040ff0" },
		{ "2308 030204f0 0302000f", NULL, 0, NULL },
		{ "2304 0402000f", NULL, 0, NULL },
		{ "2307 03020780 020101", NULL, 0, NULL },
		{ "0300", NULL, 0, NULL },
		{ "030101", NULL, 0, NULL },
		{ "03020880", NULL, 0, NULL },
	};
	struct buf bytes = { 0 }, got = { 0 }, hex = { 0 }, der = { 0 };

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ber b = ber_begin(unhex(&bytes, rows[i].hex));
		struct ber_item item;
		size_t bits = 0;

		buf_clear(&got);
		buf_clear(&der);
		if (!ber_next(&b, &item))
			continue;
		assert_int_equal(ber_bits(&b, &item, &got, &bits), rows[i].der != NULL);
		if (!rows[i].der)
			continue;
		assert_string_equal(hex_of(&hex, buf_view(&got)), rows[i].bytes);
		assert_int_equal(bits, rows[i].bits);
		ber_put_bits(&der, BER_BIT_STRING, buf_view(&got));
		assert_string_equal(hex_of(&hex, buf_view(&der)), rows[i].der);
	}
	assert_true(ber_bit((struct str){ "\x80\x01", 2 }, 0));
	assert_false(ber_bit((struct str){ "\x80\x01", 2 }, 1));
	assert_true(ber_bit((struct str){ "\x80\x01", 2 }, 15));
	assert_false(ber_bit((struct str){ "\x80\x01", 2 }, 16));
	buf_fini(&bytes);
	buf_fini(&got);
	buf_fini(&hex);
	buf_fini(&der);
}

static void strings_in_segments_are_joined(void **unused)
{
	static const struct {
		const char *hex, *text; /* NULL: refused */
	} rows[] = {
		{ "0c03 616263", "abc" },
		{ "0c00", "" },
		{ "2c07 0c0161 0c026263", "abc" },
		{ "2c80 0c0161 2c04 0c026263 0000", "abc" },
		{ "2c03 130161", NULL },
		{ "2c03 0c0261", NULL },
	};
	struct buf bytes = { 0 }, got = { 0 };

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ber b = ber_begin(unhex(&bytes, rows[i].hex));
		struct ber_item item;

		buf_clear(&got);
		assert_true(ber_next(&b, &item));
		assert_int_equal(ber_string(&b, &item, BER_UTF8, &got), rows[i].text != NULL);
		if (rows[i].text)
			assert_str(buf_view(&got), rows[i].text);
	}
	buf_fini(&bytes);
	buf_fini(&got);
}

static void der_has_one_length_and_one_order(void **unused)
{
	struct buf out = { 0 }, hex = { 0 };
	size_t at = ber_open(&out, BER_SET);

	(void)unused;
	ber_put_uint(&out, 300);
	ber_put_uint(&out, 7);
	ber_put_uint(&out, 2);
	ber_put_string(&out, BER_OCTET_STRING, STR("b"));
	ber_put_string(&out, BER_OCTET_STRING, STR("a"));
	ber_close_set_of(&out, at);
	assert_string_equal(hex_of(&hex, buf_view(&out)), "3110020102020107"
							  "0202012c"
							  "040161040162");
	for (size_t n = 0; n < 70000; n = n * 3 + 1) {
		struct ber_item item;
		struct ber b;

		buf_clear(&out);
		at = ber_open(&out, BER_OCTET_STRING);
		memset(buf_reserve(&out, n + 1), 'x', n);
		buf_commit(&out, n);
		ber_close(&out, at);
		assert_int_equal(buf_len(&out), n + (n < 128            ? 2
							    : n < 256   ? 3
							    : n < 65536 ? 4
									: 5));
		b = ber_begin(buf_view(&out));
		assert_true(ber_only(&b, BER_OCTET_STRING, &item));
		assert_int_equal(item.content.n, n);
	}
	buf_fini(&out);
	buf_fini(&hex);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_are_read_as_x690_has_them),
		cmocka_unit_test(nesting_has_an_end),
		cmocka_unit_test(a_tree_of_indefinite_lengths_is_read_in_linear_time),
		cmocka_unit_test(one_element_is_all_there_is),
		cmocka_unit_test(numbers_are_in_their_shortest_form_and_not_negative),
		cmocka_unit_test(object_identifiers_go_both_ways),
		cmocka_unit_test(an_object_identifier_too_long_for_a_line_is_refused),
		cmocka_unit_test(texts_that_are_no_object_identifiers_are_not_written),
		cmocka_unit_test(bit_strings_know_which_bits_count),
		cmocka_unit_test(strings_in_segments_are_joined),
		cmocka_unit_test(der_has_one_length_and_one_order),
	};

	return cmocka_run_group_tests_name("ber", tests, NULL, NULL);
}
