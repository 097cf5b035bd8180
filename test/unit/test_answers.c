/* SPDX-License-Identifier: MIT */
/* What may come back where a flow leads one way only. */
#include "unit.h"

#include "base/mem.h"
#include "trunk/answers.h"

#include <stdio.h>
#include <stdlib.h>

enum { TEN_MINUTES = 600 * 1000, WEEK = 7 * 24 * 3600 * 1000 };

static struct stanza_head head(enum stanza_kind kind, enum stanza_type type, const char *from,
	const char *to, const char *id)
{
	return (struct stanza_head){
		.kind = kind, .type = type, .from = str_of(from), .to = str_of(to), .id = str_of(id)
	};
}

static void note(struct answers *a, enum stanza_kind kind, enum stanza_type type, const char *from,
	const char *to, const char *id, uint64_t now)
{
	struct stanza_head h = head(kind, type, from, to, id);

	answers_note(a, &h, now);
}

static bool allow(struct answers *a, enum stanza_kind kind, enum stanza_type type, const char *from,
	const char *to, const char *id, uint64_t now)
{
	struct stanza_head h = head(kind, type, from, to, id);

	return answers_allow(a, &h, now);
}

#define IQ       STANZA_IQ
#define MESSAGE  STANZA_MESSAGE
#define PRESENCE STANZA_PRESENCE

static void an_iq_is_answered_once_by_whom_it_was_sent_to(void **unused)
{
	static const enum stanza_type asked[] = { TYPE_GET, TYPE_SET };
	static const enum stanza_type answered[] = { TYPE_RESULT, TYPE_ERROR };

	(void)unused;
	for (int i = 0; i < 4; i++) {
		struct answers *a = answers_new();
		enum stanza_type answer = answered[i / 2];

		note(a, IQ, asked[i % 2], "a@a.example/x", "b@b.example/y", "1", 100);
		assert_false(allow(a, IQ, answer, "b@b.example/y", "a@a.example/x", "2", 100));
		assert_false(allow(a, IQ, answer, "b@b.example/z", "a@a.example/x", "1", 100));
		assert_false(allow(a, IQ, answer, "b@b.example/y", "a@a.example/z", "1", 100));
		assert_false(allow(a, IQ, answer, "a@a.example/x", "b@b.example/y", "1", 100));
		assert_true(allow(a, IQ, answer, "b@b.example/y", "a@a.example/x", "1", 200));
		assert_false(allow(a, IQ, answer, "b@b.example/y", "a@a.example/x", "1", 200));
		answers_free(a);
	}
}

static void an_iq_waits_ten_minutes_for_its_answer(void **unused)
{
	struct answers *a = answers_new();

	(void)unused;
	note(a, IQ, TYPE_GET, "a.example", "b.example", "1", 0);
	note(a, IQ, TYPE_GET, "a.example", "b.example", "2", 0);
	assert_true(allow(a, IQ, TYPE_RESULT, "b.example", "a.example", "1", TEN_MINUTES - 1));
	assert_false(allow(a, IQ, TYPE_RESULT, "b.example", "a.example", "2", TEN_MINUTES));
	answers_free(a);
}

static void a_server_may_write_an_address_in_other_letters(void **unused)
{
	struct answers *a = answers_new();

	(void)unused;
	note(a, IQ, TYPE_GET, "A@a.example/x", "Bob@B.example", "Id", 0);
	assert_false(allow(a, IQ, TYPE_RESULT, "bob@b.example", "a@a.example/x", "id", 0));
	assert_true(allow(a, IQ, TYPE_RESULT, "bob@b.example", "a@a.example/x", "Id", 0));
	answers_free(a);
}

static void addresses_and_ids_cannot_be_shifted_into_one_another(void **unused)
{
	struct answers *a = answers_new();

	(void)unused;
	note(a, IQ, TYPE_GET, "a.example", "b.example/x", "y z", 0);
	assert_false(allow(a, IQ, TYPE_RESULT, "b.example/x", "a.example y", "z", 0));
	note(a, IQ, TYPE_GET, "a.example/r s", "b.example", "1", 0);
	assert_false(allow(a, IQ, TYPE_RESULT, "b.example a.example/r", "s", "1", 0));
	answers_free(a);
}

static void nothing_starts_against_the_flow(void **unused)
{
	static const struct {
		enum stanza_kind kind;
		enum stanza_type type;
	} rows[] = {
		{ IQ, TYPE_GET },
		{ IQ, TYPE_SET },
		{ IQ, TYPE_RESULT },
		{ IQ, TYPE_ERROR },
		{ MESSAGE, TYPE_NONE },
		{ MESSAGE, TYPE_CHAT },
		{ MESSAGE, TYPE_NORMAL },
		{ MESSAGE, TYPE_HEADLINE },
		{ MESSAGE, TYPE_UNKNOWN },
		{ MESSAGE, TYPE_GROUPCHAT },
		{ MESSAGE, TYPE_ERROR },
		{ PRESENCE, TYPE_NONE },
		{ PRESENCE, TYPE_SUBSCRIBE },
		{ PRESENCE, TYPE_SUBSCRIBED },
		{ PRESENCE, TYPE_PROBE },
		{ PRESENCE, TYPE_ERROR },
	};
	struct answers *a = answers_new();

	(void)unused;
	/* Others have been written to. */
	note(a, MESSAGE, TYPE_CHAT, "a@a.example", "c@b.example", NULL, 0);
	note(a, PRESENCE, TYPE_SUBSCRIBE, "d@a.example", "b@b.example", NULL, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (allow(a, rows[i].kind, rows[i].type, "b@b.example/y", "a@a.example/x", "1", 0))
			fail_msg("%s %s", stanza_kind_name(rows[i].kind),
				stanza_type_name(rows[i].type));
	answers_free(a);
}

static void what_ends_something_always_passes(void **unused)
{
	static const enum stanza_type types[] = { TYPE_UNAVAILABLE, TYPE_UNSUBSCRIBE,
		TYPE_UNSUBSCRIBED };
	struct answers *a = answers_new();

	(void)unused;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		assert_true(allow(a, PRESENCE, types[i], "b@b.example/y", "a@a.example", NULL, 0));
	answers_free(a);
}

/* Of somebody who was never asked about, it says nothing more. */
static void what_ends_something_unasked_passes_bare(void **unused)
{
	struct stanza_head end = { .kind = STANZA_PRESENCE,
		.type = TYPE_UNAVAILABLE,
		.from = STR("b@b.example/y"),
		.to = STR("a@a.example") };
	struct stanza_head ask = { .kind = STANZA_PRESENCE,
		.type = TYPE_SUBSCRIBE,
		.from = STR("a@a.example"),
		.to = STR("b@b.example") };
	struct answers *a = answers_new();

	(void)unused;
	assert_true(answers_bare(a, &end, 0));
	answers_note(a, &ask, 0);
	assert_false(answers_bare(a, &end, 0));
	answers_free(a);
}

/* The three ways to ask for somebody's presence: subscribe, probe, and presence to an occupant of a
 * room. */
static void presence_comes_back_to_who_asked_for_it(void **unused)
{
	static const struct {
		enum stanza_type type;
		const char *to;
	} rows[] = {
		{ TYPE_SUBSCRIBE, "b@b.example" },
		{ TYPE_PROBE, "b@b.example" },
		{ TYPE_NONE, "b@b.example/nick" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct answers *a = answers_new();

		note(a, PRESENCE, rows[i].type, "a@a.example/x", rows[i].to, NULL, 0);
		assert_true(
			allow(a, PRESENCE, TYPE_NONE, "b@b.example/any", "a@a.example/x", NULL, 1));
		assert_true(
			allow(a, PRESENCE, TYPE_SUBSCRIBED, "b@b.example", "a@a.example", NULL, 1));
		assert_true(allow(a, MESSAGE, TYPE_GROUPCHAT, "b@b.example/n", "a@a.example/x",
			NULL, WEEK - 1));
		assert_false(
			allow(a, MESSAGE, TYPE_CHAT, "b@b.example/n", "a@a.example/x", NULL, 1));
		assert_false(
			allow(a, PRESENCE, TYPE_SUBSCRIBE, "b@b.example", "a@a.example", NULL, 1));
		assert_false(
			allow(a, PRESENCE, TYPE_NONE, "c@b.example/y", "a@a.example/x", NULL, 1));
		assert_false(
			allow(a, PRESENCE, TYPE_NONE, "b@b.example/y", "c@a.example/x", NULL, 1));
		assert_false(allow(
			a, PRESENCE, TYPE_NONE, "b@b.example/y", "a@a.example/x", NULL, WEEK));
		answers_free(a);
	}
}

static void plain_presence_asks_for_nothing_and_unsubscribing_ends_it(void **unused)
{
	struct answers *a = answers_new();

	(void)unused;
	note(a, PRESENCE, TYPE_NONE, "a@a.example/x", "b@b.example", NULL, 0);
	assert_false(allow(a, PRESENCE, TYPE_NONE, "b@b.example/y", "a@a.example", NULL, 0));
	note(a, PRESENCE, TYPE_SUBSCRIBE, "a@a.example", "b@b.example", NULL, 0);
	assert_true(allow(a, PRESENCE, TYPE_NONE, "b@b.example/y", "a@a.example", NULL, 0));
	note(a, PRESENCE, TYPE_UNSUBSCRIBE, "a@a.example", "b@b.example", NULL, 0);
	assert_false(allow(a, PRESENCE, TYPE_NONE, "b@b.example/y", "a@a.example", NULL, 0));
	answers_free(a);
}

static void an_error_answers_what_was_sent(void **unused)
{
	static const struct {
		enum stanza_kind kind;
		enum stanza_type type;
	} rows[] = {
		{ MESSAGE, TYPE_NONE },
		{ MESSAGE, TYPE_CHAT },
		{ MESSAGE, TYPE_GROUPCHAT },
		{ MESSAGE, TYPE_HEADLINE },
		{ PRESENCE, TYPE_NONE },
		{ PRESENCE, TYPE_SUBSCRIBE },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct answers *a = answers_new();

		note(a, rows[i].kind, rows[i].type, "a@a.example/x", "b@b.example", NULL, 0);
		assert_true(allow(a, rows[i].kind, TYPE_ERROR, "b@b.example", "a@a.example/x", "1",
			TEN_MINUTES - 1));
		assert_false(
			allow(a, rows[i].kind, TYPE_ERROR, "b@b.example", "c@a.example/x", "1", 0));
		answers_free(a);
	}
}

static void an_error_answers_no_error(void **unused)
{
	struct answers *a = answers_new();

	(void)unused;
	note(a, MESSAGE, TYPE_ERROR, "a@a.example/x", "b@b.example", NULL, 0);
	assert_false(allow(a, MESSAGE, TYPE_ERROR, "b@b.example", "a@a.example/x", NULL, 0));
	answers_free(a);
}

/* ---- budget ---- */

static void ask(struct answers *a, unsigned i, uint64_t now)
{
	char id[32];

	snprintf(id, sizeof(id), "%u", i);
	note(a, IQ, TYPE_GET, "a.example", "b.example", id, now);
}

static bool answered(struct answers *a, unsigned i, uint64_t now)
{
	char id[32];

	snprintf(id, sizeof(id), "%u", i);
	return allow(a, IQ, TYPE_RESULT, "b.example", "a.example", id, now);
}

static void the_oldest_is_forgotten_when_there_are_too_many(void **unused)
{
	struct answers *a = answers_new();

	(void)unused;
	note(a, PRESENCE, TYPE_PROBE, "a@a.example", "b@b.example", NULL, 0);
	for (unsigned i = 0; i < 20000; i++)
		ask(a, i, 1 + i / 10);
	/* The probe left two entries, which went first. */
	assert_false(allow(a, PRESENCE, TYPE_NONE, "b@b.example/y", "a@a.example", NULL, 3000));
	assert_true(answered(a, 0, 3000));
	assert_true(answered(a, 19999, 3000));
	for (unsigned i = 20000; i < 20010; i++)
		ask(a, i, 3000);
	assert_false(answered(a, 1, 3000));
	assert_true(answered(a, 9, 3000));
	answers_free(a);
}

static void a_table_full_of_presence_still_remembers_the_latest_iqs(void **unused)
{
	struct answers *a = answers_new();

	(void)unused;
	for (unsigned i = 0; i < 20000; i++) {
		char to[64];

		snprintf(to, sizeof(to), "room%u@b.example/n", i);
		note(a, PRESENCE, TYPE_NONE, "a@a.example", to, NULL, i);
	}
	ask(a, 1, 20000);
	ask(a, 2, 20000);
	assert_true(answered(a, 1, 20000));
	assert_true(answered(a, 2, 20000));
	answers_free(a);
}

static void long_addresses_do_not_make_it_large(void **unused)
{
	struct answers *a = answers_new();
	MEM_AUTO char *id = mem_alloc(65537);
	unsigned kept = 0;

	(void)unused;
	memset(id, 'x', 65536);
	id[65536] = '\0';
	for (unsigned i = 0; i < 200; i++) {
		memcpy(id, (char[]){ (char)('a' + i / 26), (char)('a' + i % 26) }, 2);
		note(a, IQ, TYPE_GET, "a.example", "b.example", id, i);
	}
	for (unsigned i = 0; i < 200; i++) {
		memcpy(id, (char[]){ (char)('a' + i / 26), (char)('a' + i % 26) }, 2);
		kept += allow(a, IQ, TYPE_RESULT, "b.example", "a.example", id, 200);
	}
	assert_in_range(kept, 60, 64); /* 4 MiB */
	assert_true(answers_empty(a, 200));
	answers_free(a);
}

/* The rule as route and trial use it: what is asked may be answered, the table comes by itself. */
static void only_answers_are_admitted_against_a_flow(void **unused)
{
	struct stanza_head get = head(IQ, TYPE_GET, "a@a.example/x", "b@b.example/y", "1");
	struct stanza_head result = head(IQ, TYPE_RESULT, "b@b.example/y", "a@a.example/x", "1");
	struct stanza_head gone =
		head(PRESENCE, TYPE_UNAVAILABLE, "b@b.example/y", "a@a.example", NULL);
	struct stanza_head probe = head(PRESENCE, TYPE_PROBE, "a@a.example", "b@b.example", NULL);
	struct answers *a = NULL;

	(void)unused;
	assert_int_equal(answers_admit(&a, PERMIT_NO_FLOW, PERMIT_YES, &get, 0), ANSWERS_NO);
	assert_int_equal(answers_admit(&a, PERMIT_YES, PERMIT_YES, &get, 0), ANSWERS_YES);
	assert_null(a);
	assert_int_equal(answers_admit(&a, PERMIT_ANSWERS, PERMIT_YES, &result, 0), ANSWERS_NO);
	assert_int_equal(answers_admit(&a, PERMIT_ANSWERS, PERMIT_YES, &gone, 0), ANSWERS_BARE);
	assert_int_equal(answers_admit(&a, PERMIT_YES, PERMIT_ANSWERS, &get, 0), ANSWERS_YES);
	assert_int_equal(answers_admit(&a, PERMIT_YES, PERMIT_ANSWERS, &probe, 0), ANSWERS_YES);
	assert_int_equal(answers_admit(&a, PERMIT_ANSWERS, PERMIT_YES, &result, 0), ANSWERS_YES);
	assert_int_equal(answers_admit(&a, PERMIT_ANSWERS, PERMIT_YES, &result, 0), ANSWERS_NO);
	assert_int_equal(answers_admit(&a, PERMIT_ANSWERS, PERMIT_YES, &gone, 0), ANSWERS_YES);
	answers_free(a);
}

static void it_is_empty_when_nothing_is_worth_keeping(void **unused)
{
	struct answers *a = answers_new();

	(void)unused;
	assert_true(answers_empty(NULL, 0));
	assert_true(answers_empty(a, 0));
	note(a, IQ, TYPE_GET, "a.example", "b.example", "1", 0);
	assert_false(answers_empty(a, TEN_MINUTES - 1));
	assert_true(answers_empty(a, TEN_MINUTES));
	note(a, PRESENCE, TYPE_SUBSCRIBE, "a@a.example", "b@b.example", NULL, 0);
	assert_false(answers_empty(a, WEEK - 1));
	assert_true(answers_empty(a, WEEK));
	answers_free(a);
	answers_free(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_iq_is_answered_once_by_whom_it_was_sent_to),
		cmocka_unit_test(an_iq_waits_ten_minutes_for_its_answer),
		cmocka_unit_test(a_server_may_write_an_address_in_other_letters),
		cmocka_unit_test(addresses_and_ids_cannot_be_shifted_into_one_another),
		cmocka_unit_test(nothing_starts_against_the_flow),
		cmocka_unit_test(what_ends_something_always_passes),
		cmocka_unit_test(what_ends_something_unasked_passes_bare),
		cmocka_unit_test(presence_comes_back_to_who_asked_for_it),
		cmocka_unit_test(plain_presence_asks_for_nothing_and_unsubscribing_ends_it),
		cmocka_unit_test(an_error_answers_what_was_sent),
		cmocka_unit_test(an_error_answers_no_error),
		cmocka_unit_test(the_oldest_is_forgotten_when_there_are_too_many),
		cmocka_unit_test(a_table_full_of_presence_still_remembers_the_latest_iqs),
		cmocka_unit_test(long_addresses_do_not_make_it_large),
		cmocka_unit_test(only_answers_are_admitted_against_a_flow),
		cmocka_unit_test(it_is_empty_when_nothing_is_worth_keeping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
