/* SPDX-License-Identifier: MIT */
/* Presence that says the same again, on routes: when it is left out, and what makes it news. */
#include "route_rig.h"

#include "base/mem.h"
#include "trunk/dial.h"
#include "trunk/head.h"

#include <stdlib.h>

#define PRESENCE(from, to, rest) "<presence from='" from "' to='" to "'" rest
#define ONLINE                   PRESENCE("u@a.example/x", "v@b.example", "/>")

static enum route_outcome tell(struct rig *rig, struct route *r, const char *stanza, bool once)
{
	struct stanza_head head;
	struct delivery d = { .head = &head, .bytes = str_of(stanza), .once = once };

	assert_true(head_read(rig->trunk.heads, d.bytes, &head));
	return route_deliver(r, &d);
}

/* Both directions have a stream, and u@a.example/x has said that it is online. */
static void begin(struct rig *rig)
{
	rig_init(rig);
	tell(rig, rig->ab, ONLINE, true);
	rig_dialled(rig, rig->ab, DIAL_OK);
	tell(rig, rig->ba, PRESENCE("v@b.example", "u@a.example", " type='probe'/>"), false);
	rig_dialled(rig, rig->ba, DIAL_OK);
	assert_int_equal(tell(rig, rig->ab, ONLINE, true), ROUTE_SENT);
	assert_int_equal(tell(rig, rig->ab, ONLINE, true), ROUTE_REPEAT);
}

static void presence_that_says_the_same_again_is_left_out(void **unused)
{
	struct rig rig;

	(void)unused;
	begin(&rig);
	assert_int_equal(tell(&rig, rig.ab, ONLINE, false), ROUTE_SENT); /* not asked for */
	assert_int_equal(tell(&rig, rig.ab, PRESENCE("u@a.example/y", "v@b.example", "/>"), true),
		ROUTE_SENT);
	assert_int_equal(tell(&rig, rig.ab, ONLINE, true), ROUTE_SENT);
	assert_int_equal(tell(&rig, rig.ab, ONLINE, true), ROUTE_REPEAT);
	rig_fini(&rig);
}

static void other_presence_makes_it_news_either_way(void **unused)
{
	static const struct {
		bool back;
		const char *stanza;
	} rows[] = {
		{ true, PRESENCE("v@b.example", "u@a.example", " type='probe'/>") },
		{ true, PRESENCE("v@b.example/z", "u@a.example/x", " type='probe'/>") },
		{ true, PRESENCE("v@b.example", "u@a.example/x", " type='error'/>") },
		{ true, PRESENCE("v@b.example/z", "u@a.example", " type='unavailable'/>") },
		{ true, PRESENCE("v@b.example", "u@a.example", " type='subscribe'/>") },
		{ false, PRESENCE("u@a.example/x", "v@b.example", " type='unavailable'/>") },
		{ false, PRESENCE("u@a.example/y", "v@b.example", " type='unavailable'/>") },
		{ false, PRESENCE("u@a.example", "v@b.example", " type='subscribed'/>") },
		{ false,
			PRESENCE("u@a.example/x", "v@b.example", "><show>away</show></presence>") },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig rig;

		begin(&rig);
		assert_int_equal(tell(&rig, rows[i].back ? rig.ba : rig.ab, rows[i].stanza, false),
			ROUTE_SENT);
		if (tell(&rig, rig.ab, ONLINE, true) != ROUTE_SENT)
			fail_msg("left out after %s", rows[i].stanza);
		rig_fini(&rig);
	}
}

static void presence_of_others_and_messages_change_nothing(void **unused)
{
	static const struct {
		bool back;
		const char *stanza;
	} rows[] = {
		{ true, PRESENCE("w@b.example", "u@a.example", " type='probe'/>") },
		{ true, PRESENCE("v@b.example", "t@a.example", " type='probe'/>") },
		{ false, PRESENCE("u@a.example/x", "w@b.example", " type='unavailable'/>") },
		{ false, AB("1") },
		{ true, BA("1") },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig rig;

		begin(&rig);
		tell(&rig, rows[i].back ? rig.ba : rig.ab, rows[i].stanza, false);
		if (tell(&rig, rig.ab, ONLINE, true) != ROUTE_REPEAT)
			fail_msg("sent again after %s", rows[i].stanza);
		rig_fini(&rig);
	}
}

static void a_new_stream_is_told_everything_again(void **unused)
{
	struct rig rig;

	(void)unused;
	begin(&rig);
	rig_break(&rig, &rig.streams[0], SIZE_MAX, SIZE_MAX);
	assert_int_equal(rig_message(rig.ab, "1"), ROUTE_QUEUED);
	rig_dialled(&rig, rig.ab, DIAL_OK);
	assert_int_equal(tell(&rig, rig.ab, ONLINE, true), ROUTE_SENT);
	rig_fini(&rig);
}

static void another_plan_lets_everything_be_told_again(void **unused)
{
	struct rig rig;

	(void)unused;
	begin(&rig);
	rig_replan(&rig, "peering_controls = ( { match = [ \"a.example\", \"b.example\" ]; "
			 "tls = \"off\"; authentication = \"dialback\"; } );");
	assert_int_equal(tell(&rig, rig.ab, ONLINE, true), ROUTE_SENT);
	rig_fini(&rig);
}

static void what_found_no_room_was_not_told(void **unused)
{
	struct rig rig;

	(void)unused;
	begin(&rig);
	rig.streams[0].congested = true;
	for (const char *id = "123"; *id; id++)
		rig_message(rig.ab, id);
	assert_int_equal(tell(&rig, rig.ab, PRESENCE("u@a.example/y", "v@b.example", "/>"), true),
		ROUTE_FULL);
	assert_int_equal(tell(&rig, rig.ab, PRESENCE("u@a.example/y", "v@b.example", "/>"), true),
		ROUTE_FULL);
	rig_fini(&rig);
}

/* Its sender has heard that it did not arrive. */
static void what_waited_too_long_was_not_told(void **unused)
{
	struct rig rig;

	(void)unused;
	begin(&rig);
	rig.streams[0].congested = true;
	assert_int_equal(tell(&rig, rig.ab, PRESENCE("u@a.example/y", "v@b.example", "/>"), true),
		ROUTE_QUEUED);
	rig_tick(&rig, 11000);
	rig_expect_counts(&rig, 1, 0);
	rig.streams[0].congested = false;
	assert_int_equal(tell(&rig, rig.ab, PRESENCE("u@a.example/y", "v@b.example", "/>"), true),
		ROUTE_SENT);
	rig_fini(&rig);
}

/* Nobody has: the error finds no room either. */
static void what_went_nowhere_unheard_was_not_told(void **unused)
{
	struct rig rig;
	size_t before;

	(void)unused;
	begin(&rig);
	rig.streams[0].congested = rig.streams[1].congested = true;
	assert_int_equal(tell(&rig, rig.ab, PRESENCE("u@a.example/y", "v@b.example", "/>"), true),
		ROUTE_QUEUED);
	before = atomic_fetch_add(&rig.shared.queued_bytes, SIZE_MAX / 2);
	rig_tick(&rig, 11000);
	atomic_fetch_sub(&rig.shared.queued_bytes, SIZE_MAX / 2);
	assert_true(before > 0);
	rig_expect_counts(&rig, 0, 1);
	rig.streams[0].congested = false;
	assert_int_equal(tell(&rig, rig.ab, PRESENCE("u@a.example/y", "v@b.example", "/>"), true),
		ROUTE_SENT);
	rig_fini(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(presence_that_says_the_same_again_is_left_out),
		cmocka_unit_test(other_presence_makes_it_news_either_way),
		cmocka_unit_test(presence_of_others_and_messages_change_nothing),
		cmocka_unit_test(a_new_stream_is_told_everything_again),
		cmocka_unit_test(another_plan_lets_everything_be_told_again),
		cmocka_unit_test(what_found_no_room_was_not_told),
		cmocka_unit_test(what_waited_too_long_was_not_told),
		cmocka_unit_test(what_went_nowhere_unheard_was_not_told),
	};

	return cmocka_run_group_tests_name("route_repeats", tests, NULL, NULL);
}
