/* SPDX-License-Identifier: MIT */
/* Addresses: what an operator may write, what is printed, what is the same host. */
#include "net/address.h"

#include "unit.h"

#include <string.h>

static void addresses_are_parsed_and_printed(void **unused)
{
	static const struct {
		const char *in, *out, *host;
	} rows[] = {
		{ "192.0.2.1", "192.0.2.1:5269", "192.0.2.1" },
		{ "192.0.2.1:1", "192.0.2.1:1", "192.0.2.1" },
		{ "[2001:DB8::1]", "[2001:db8::1]:5269", "[2001:db8::1]" },
		{ "[2001:db8::1]:65535", "[2001:db8::1]:65535", "[2001:db8::1]" },
		{ "2001:db8::1", "[2001:db8::1]:5269", "[2001:db8::1]" },
		{ "::", "[::]:5269", "[::]" },
		{ "::ffff:192.0.2.7", "192.0.2.7:5269", "192.0.2.7" },
		{ "[::ffff:192.0.2.7]:5", "192.0.2.7:5", "192.0.2.7" },
	};
	char text[ADDRESS_TEXT];
	struct address a;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(address_parse(rows[i].in, 5269, &a));
		address_print(&a, text);
		assert_string_equal(text, rows[i].out);
		address_print_host(&a, text);
		assert_string_equal(text, rows[i].host);
	}
}

static void what_is_no_address_is_refused(void **unused)
{
	static const char *const rows[] = { "", "a.example", "192.0.2", "192.0.2.256",
		"192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:12x", "192.0.2.1:-1", "[::1",
		"[::1]5269", "[::1]:", "[192.0.2.1]", "::1]", "[]", ":5269", "1:2:3",
		"[::1]:99999999999",
		"1111111111111111111111111111111111111111111111111111111111111111111111:1" };
	struct address a;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_false(address_parse(rows[i], 5269, &a));
		assert_int_equal(a.len, 0);
	}
}

static void ports_can_be_changed(void **unused)
{
	struct address a = { 0 };

	assert_int_equal(address_port(&a), 0);
	assert_true(address_parse("192.0.2.1", 5269, &a));
	address_set_port(&a, 80);
	assert_int_equal(address_port(&a), 80);
	assert_true(address_parse("::1", 5269, &a));
	address_set_port(&a, 81);
	assert_int_equal(address_port(&a), 81);
}

static void a_mapped_address_is_the_same_host(void **unused)
{
	struct address a, b, c, none = { 0 };

	assert_true(address_parse("192.0.2.1:1", 0, &a));
	assert_true(address_parse("[::ffff:192.0.2.1]:2", 0, &b));
	assert_true(address_parse("::c000:201", 0, &c));
	assert_true(address_same_host(&a, &b));
	assert_false(address_same_host(&a, &c));
	assert_false(address_same_host(&a, &none));
	assert_false(address_same_host(&none, &none));
}

static void any_is_known(void **unused)
{
	struct address a;

	assert_true(address_parse("0.0.0.0", 1, &a) && address_is_any(&a));
	assert_true(address_parse("::", 1, &a) && address_is_any(&a));
	assert_true(address_parse("::1", 1, &a));
	assert_false(address_is_any(&a));
}

static void prefixes_hold_their_addresses(void **unused)
{
	static const struct {
		const char *prefix, *address;
		bool in;
	} rows[] = {
		{ "192.0.2.0/24", "192.0.2.255", true },
		{ "192.0.2.0/24", "192.0.3.0", false },
		{ "192.0.2.0/25", "192.0.2.128", false },
		{ "192.0.2.128/25", "192.0.2.200", true },
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1", "192.0.2.2", false },
		{ "0.0.0.0/0", "203.0.113.9", true },
		{ "0.0.0.0/0", "2001:db8::1", false },
		{ "192.0.2.0/24", "::ffff:192.0.2.9", true },
		{ "2001:db8::/32", "2001:db8:1::1", true },
		{ "2001:db8::/33", "2001:db8:8000::1", false },
		{ "::/0", "::1", true },
	};
	struct address_prefix p;
	struct address a;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(address_prefix_parse(rows[i].prefix, &p));
		assert_true(address_parse(rows[i].address, 1, &a));
		assert_int_equal(address_in(&a, &p), rows[i].in);
	}
}

static void bad_prefixes_are_refused(void **unused)
{
	static const char *const rows[] = { "", "/8", "192.0.2.0/", "192.0.2.0/33", "::/129",
		"192.0.2.0/2x", "192.0.2.0:80/24", "a/8" };
	struct address_prefix p;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_false(address_prefix_parse(rows[i], &p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_parsed_and_printed),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(ports_can_be_changed),
		cmocka_unit_test(a_mapped_address_is_the_same_host),
		cmocka_unit_test(any_is_known),
		cmocka_unit_test(prefixes_hold_their_addresses),
		cmocka_unit_test(bad_prefixes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
