/* SPDX-License-Identifier: MIT */
/* XMPP addresses: split and prepared. */
#include "unit.h"

#include "base/jid.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <stringprep.h>

static void an_address_splits_at_the_first_slash_and_then_the_first_at(void **unused)
{
	static const struct {
		const char *in, *local, *domain, *resource, *bare;
	} rows[] = {
		{ "a.example", "", "a.example", "", "a.example" },
		{ "alice@a.example", "alice", "a.example", "", "alice@a.example" },
		{ "alice@a.example/phone", "alice", "a.example", "phone", "alice@a.example" },
		{ "a.example/phone", "", "a.example", "phone", "a.example" },
		{ "a.example/b@c/d", "", "a.example", "b@c/d", "a.example" },
		{ "alice@a.example//", "alice", "a.example", "/", "alice@a.example" },
		{ "alice@a.example/ a <b> ", "alice", "a.example", " a <b> ", "alice@a.example" },
		{ "a@b@c", "a", "b@c", "", "a@b@c" }, /* domain_parse() refuses it */
		{ "\xc3\xbc@a.example", "\xc3\xbc", "a.example", "", "\xc3\xbc@a.example" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct jid jid;

		assert_true(jid_split(str_of(rows[i].in), &jid));
		assert_str(jid.local, rows[i].local);
		assert_str(jid.domain, rows[i].domain);
		assert_str(jid.resource, rows[i].resource);
		assert_str(jid_bare(str_of(rows[i].in)), rows[i].bare);
	}
}

static void what_is_no_address_is_refused(void **unused)
{
	static const char *const rows[] = { "", "@", "/", "@a.example", "alice@", "alice@/phone",
		"a.example/", "alice@a.example/", "/phone", "a b@a.example", "a\"b@a.example",
		"a&b@a.example", "a'b@a.example", "a:b@a.example", "a<b@a.example", "a>b@a.example",
		"a\tb@a.example", "a\x7f@a.example", "a\x01@a.example" };
	struct jid jid;

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (jid_split(str_of(rows[i]), &jid))
			fail_msg("accepted: %s", rows[i]);
	}
	assert_false(jid_split(STR("a\0b@a.example"), &jid));
	assert_false(jid_split((struct str){ NULL, 0 }, &jid));
}

static void each_part_may_have_1023_bytes(void **unused)
{
	struct jid jid;

	(void)unused;
	for (int part = 0; part < 3; part++) {
		for (size_t n = 1023; n <= 1024; n++) {
			MEM_AUTO char *big = mem_alloc(n + 1);
			MEM_AUTO char *text = NULL;

			memset(big, 'x', n);
			big[n] = '\0';
			text = mem_printf("%s@%s/%s", part == 0 ? big : "l", part == 1 ? big : "d",
				part == 2 ? big : "r");
			assert_int_equal(jid_split(str_of(text), &jid), n == 1023);
		}
	}
}

static void addresses_are_compared_in_prepared_form(void **unused)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "Alice@A.Example/Phone", "alice@a.example/Phone" },
		{ "a.example", "a.example" },
		{ "A.EXAMPLE./x", "a.example/x" },
		{ "B\xc3\x9c"
		  "CHER@b\xc3\xbc"
		  "cher.example",
			"b\xc3\xbc"
			"cher@xn--bcher-kva.example" },
		{ "x@XN--BCHER-KVA.example", "x@xn--bcher-kva.example" },
		{ "STRA\xc3\x9f"
		  "E@a.example",
			"strasse@a.example" },
		{ "a\xc2\xad"
		  "b@a.example",
			"ab@a.example" },
		{ "\xef\xac\x81@a.example/\xef\xac\x81", "fi@a.example/fi" },
		{ "a@a.example/\xf0\x9f\x98\x80 x", "a@a.example/\xf0\x9f\x98\x80 x" },
		{ "a@[2001:DB8::1]/r", "a@[2001:db8::1]/r" },
		/* no such form */
		{ "a@a..example", NULL },
		{ "a@b@c", NULL },
		{ "\xef\xbc\xa0@a.example", NULL }, /* full-width @ */
		{ "\xc2\xad@a.example", NULL },     /* nothing left of it */
		{ "a@a.example/\xc2\xad", NULL },
		{ "a\xff@a.example", NULL },
		{ "a@a.example/\xed\xa0\x80", NULL },
		{ "a@a.example/\x07", NULL },
		{ "a\xe3\x80\x80"
		  "b@a.example",
			NULL }, /* ideographic space */
		{ "a@", NULL },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		MEM_AUTO char *out = jid_prepare(str_of(rows[i].in));

		if (!out != !rows[i].out)
			fail_msg("%s gives %s", rows[i].in, out ? out : "nothing");
		if (out)
			assert_string_equal(out, rows[i].out);
	}
	assert_null(jid_prepare(STR("a@a.example/x\0y")));
}

/* U+FDFA becomes 33 bytes under NFKC: what fits before may not fit after. */
static void a_part_that_grows_past_its_limit_has_no_prepared_form(void **unused)
{
	MEM_AUTO char *part = mem_alloc(601);
	MEM_AUTO char *text = NULL;

	(void)unused;
	for (size_t i = 0; i < 600; i += 3)
		memcpy(part + i, "\xef\xb7\xba", 3);
	part[600] = '\0';
	text = mem_printf("a@a.example/%s", part);
	assert_null(jid_prepare(str_of(text)));
}

/* Whatever the short way for ASCII answers, stringprep answers too. */
static void ascii_is_prepared_as_stringprep_prepares_it(void **unused)
{
	unsigned seed = 7;

	(void)unused;
	for (unsigned round = 0; round < 20000; round++) {
		char local[9], resource[9], expected[40], text[40];
		size_t n = 1 + (size_t)rand_r(&seed) % 8, m = 1 + (size_t)rand_r(&seed) % 8;
		bool ok;

		/* Now and then any ASCII character, mostly visible ones. */
		for (size_t i = 0; i < 8; i++) {
			bool any = rand_r(&seed) % 64 == 0;

			local[i] = (char)(any ? 1 + rand_r(&seed) % 127 : 33 + rand_r(&seed) % 94);
			/* Those are where it is split. */
			if (local[i] == '/' || local[i] == '@')
				local[i] = 'A';
			any = rand_r(&seed) % 64 == 0;
			resource[i] =
				(char)(any ? 1 + rand_r(&seed) % 127 : 32 + rand_r(&seed) % 95);
		}
		local[n] = resource[m] = '\0';
		snprintf(text, sizeof(text), "%s@a.example/%s", local, resource);
		ok = stringprep(local, sizeof(local), 0, stringprep_xmpp_nodeprep) ==
			     STRINGPREP_OK &&
		     stringprep(resource, sizeof(resource), 0, stringprep_xmpp_resourceprep) ==
			     STRINGPREP_OK;
		snprintf(expected, sizeof(expected), "%s@a.example/%s", local, resource);
		MEM_AUTO char *out = jid_prepare(str_of(text));

		if (ok != (out != NULL) || (out && strcmp(out, expected) != 0))
			fail_msg("%s: %s, not %s", text, out ? out : "refused",
				ok ? expected : "refused");
	}
}

static void a_prepared_address_knows_its_parts(void **unused)
{
	static const struct {
		const char *in;
		size_t domain, bare, n;
	} rows[] = {
		{ "a.example", 0, 9, 9 },
		{ "Alice@A.example", 6, 15, 15 },
		{ "alice@a.example./x", 6, 15, 17 },
		{ "\xc3\x9cx@a.example/\xc3\x9c", 4, 13, 16 },
		{ "a.example/x", 0, 9, 11 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct jid_form form;

		assert_true(jid_form(str_of(rows[i].in), &form));
		assert_int_equal(form.domain, rows[i].domain);
		assert_int_equal(form.bare, rows[i].bare);
		assert_int_equal(form.n, rows[i].n);
		assert_int_equal(strlen(form.s), form.n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_splits_at_the_first_slash_and_then_the_first_at),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(each_part_may_have_1023_bytes),
		cmocka_unit_test(addresses_are_compared_in_prepared_form),
		cmocka_unit_test(a_part_that_grows_past_its_limit_has_no_prepared_form),
		cmocka_unit_test(ascii_is_prepared_as_stringprep_prepares_it),
		cmocka_unit_test(a_prepared_address_knows_its_parts),
	};

	return cmocka_run_group_tests_name("jid", tests, NULL, NULL);
}
