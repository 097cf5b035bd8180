/* SPDX-License-Identifier: MIT */
/* What is remembered of sessions, whose stanzas find it, and that it stays bounded. */
#include "unit.h"

#include "policy/sessions.h"

#include <stdio.h>

#define ALICE STR("alice@a.example/balcony")
#define BOB   STR("bob@b.example/garden")

static void add_one(
	struct sessions *s, struct str from, struct str to, struct str sid, unsigned about)
{
	sessions_add(s, sessions_key(s, from, to, sid), about);
}

static unsigned find_one(struct sessions *s, struct str from, struct str to, struct str sid)
{
	return sessions_find(s, sessions_key(s, from, to, sid));
}

static void remove_one(struct sessions *s, struct str from, struct str to, struct str sid)
{
	sessions_remove(s, sessions_key(s, from, to, sid));
}

static void a_session_is_found_by_either_side(void **unused)
{
	static const struct {
		struct str from, to, sid;
		bool found;
	} cases[] = {
		{ STR_INIT("alice@a.example/balcony"), STR_INIT("bob@b.example/garden"),
			STR_INIT("s1"), true },
		{ STR_INIT("bob@b.example/garden"), STR_INIT("alice@a.example/balcony"),
			STR_INIT("s1"), true },
		{ STR_INIT("bob@b.example"), STR_INIT("alice@a.example/other"), STR_INIT("s1"),
			true },
		{ STR_INIT("Bob@B.example"), STR_INIT("ALICE@a.example"), STR_INIT("s1"), true },
		{ STR_INIT("alice@a.example"), STR_INIT("bob@b.example"), STR_INIT("s2"), false },
		{ STR_INIT("alice@a.example"), STR_INIT("bob@b.example"), STR_INIT("S1"), false },
		{ STR_INIT("alice@a.example"), STR_INIT("bob@b.example"), STR_INIT(""), false },
		{ STR_INIT("carol@a.example"), STR_INIT("bob@b.example"), STR_INIT("s1"), false },
		{ STR_INIT("alice@a.example"), STR_INIT("alice@a.example"), STR_INIT("s1"), false },
	};
	struct sessions *s = sessions_new();

	(void)unused;
	add_one(s, ALICE, BOB, STR("s1"), SESSION_CALL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(find_one(s, cases[i].from, cases[i].to, cases[i].sid),
			cases[i].found ? SESSION_CALL : 0);
	}
	sessions_free(s);
}

static void what_it_is_about_grows(void **unused)
{
	struct sessions *s = sessions_new();

	(void)unused;
	add_one(s, ALICE, BOB, STR("s1"), SESSION_CALL);
	add_one(s, BOB, ALICE, STR("s1"), SESSION_FILES);
	assert_int_equal(find_one(s, ALICE, BOB, STR("s1")), SESSION_CALL | SESSION_FILES);
	sessions_free(s);
}

static void a_session_that_ended_is_forgotten(void **unused)
{
	struct sessions *s = sessions_new();

	(void)unused;
	add_one(s, ALICE, BOB, STR("s1"), SESSION_CALL);
	remove_one(s, BOB, ALICE, STR("s2"));
	assert_int_equal(find_one(s, ALICE, BOB, STR("s1")), SESSION_CALL);
	remove_one(s, BOB, ALICE, STR("s1"));
	assert_int_equal(find_one(s, ALICE, BOB, STR("s1")), 0);
	remove_one(s, BOB, ALICE, STR("s1"));
	sessions_free(s);
}

/* However many come, the one that is used stays, and old ones go. */
static void a_flood_of_sessions_is_bounded(void **unused)
{
	struct sessions *s = sessions_new();
	unsigned left = 0;

	(void)unused;
	for (unsigned i = 0; i < 4 * SESSIONS_MAX; i++) {
		char sid[16];

		add_one(s, ALICE, BOB, STR("mine"), SESSION_CALL);
		snprintf(sid, sizeof(sid), "%u", i);
		add_one(s, ALICE, BOB, str_of(sid), SESSION_CALL);
	}
	assert_int_equal(find_one(s, ALICE, BOB, STR("mine")), SESSION_CALL);
	for (unsigned i = 0; i < 4 * SESSIONS_MAX; i++) {
		char sid[16];

		snprintf(sid, sizeof(sid), "%u", i);
		left += find_one(s, ALICE, BOB, str_of(sid)) != 0;
	}
	assert_in_range(left, 1, SESSIONS_MAX);
	sessions_free(s);
}

static void long_addresses_and_ids_are_told_apart(void **unused)
{
	struct sessions *s = sessions_new();
	char a[1000], b[1000];

	(void)unused;
	memset(a, 'a', sizeof(a));
	memset(b, 'a', sizeof(b));
	b[sizeof(b) - 1] = 'b';
	add_one(s, (struct str){ a, sizeof(a) }, BOB, STR("s"), SESSION_CALL);
	assert_int_equal(find_one(s, (struct str){ a, sizeof(a) }, BOB, STR("s")), SESSION_CALL);
	assert_int_equal(find_one(s, (struct str){ b, sizeof(b) }, BOB, STR("s")), 0);
	add_one(s, ALICE, BOB, (struct str){ a, sizeof(a) }, SESSION_CALL);
	assert_int_equal(find_one(s, ALICE, BOB, (struct str){ a, sizeof(a) }), SESSION_CALL);
	assert_int_equal(find_one(s, ALICE, BOB, (struct str){ b, sizeof(b) }), 0);
	sessions_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_is_found_by_either_side),
		cmocka_unit_test(what_it_is_about_grows),
		cmocka_unit_test(a_session_that_ended_is_forgotten),
		cmocka_unit_test(a_flood_of_sessions_is_bounded),
		cmocka_unit_test(long_addresses_and_ids_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
