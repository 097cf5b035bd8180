/* SPDX-License-Identifier: MIT */
/* A route's queue: what is taken, what waits, what is answered, what is kept. */
#include "route_rig.h"

#include "base/mem.h"
#include "trunk/metrics.h"
#include "trunk/inbound.h"
#include "trunk/peer.h"

#include <stdio.h>
#include <stdlib.h>

#define ERROR_BA(id, type, condition)                                                              \
	"<message from='v@b.example' to='u@a.example' id='" id "' type='error'><error type='" type \
	"'><" condition " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"
#define LEAVE(from, id) \
	"<presence from='" from "' to='v@b.example' type='unavailable' id='" id "'/>"

static void a_stanza_waits_for_a_dial_and_leaves_in_order(void **unused)
{
	struct rig rig;
	struct rig_stream *s;

	(void)unused;
	rig_init(&rig);
	assert_int_equal(rig_message(rig.ab, "1"), ROUTE_QUEUED);
	assert_int_equal(rig.ab->state, ROUTE_CONNECTING);
	assert_int_equal(rig_message(rig.ab, "2"), ROUTE_QUEUED);
	assert_int_equal(rig.dials, 1);
	s = rig_dialled(&rig, rig.ab, DIAL_OK);
	rig_expect_sent(s, AB("1") AB("2"));
	assert_int_equal(rig.ab->state, ROUTE_READY);
	assert_int_equal(rig_message(rig.ab, "3"), ROUTE_SENT);
	rig_expect_sent(s, AB("3"));
	assert_int_equal(rig.dials, 1);
	assert_int_equal(rig.ab->queue_count, 0);
	assert_int_equal(rig.ab->queue_bytes, 0);
	rig_fini(&rig);
}

static void the_two_directions_have_streams_of_their_own(void **unused)
{
	struct rig rig;
	struct rig_stream *there, *back;

	(void)unused;
	rig_init(&rig);
	assert_int_equal(rig_message(rig.ab, "1"), ROUTE_QUEUED);
	assert_int_equal(rig_message(rig.ba, "2"), ROUTE_QUEUED);
	assert_int_equal(rig.dials, 2);
	there = rig_dialled(&rig, rig.ab, DIAL_OK);
	back = rig_dialled(&rig, rig.ba, DIAL_OK);
	rig_expect_sent(there, AB("1"));
	rig_expect_sent(back, BA("2"));
	rig_fini(&rig);
}

static void a_slow_stream_fills_the_queue_and_drains_it(void **unused)
{
	struct rig rig;
	struct rig_stream *s;

	(void)unused;
	rig_init(&rig);
	rig_message(rig.ab, "1");
	s = rig_dialled(&rig, rig.ab, DIAL_OK);
	rig_expect_sent(s, AB("1"));
	s->congested = true;
	assert_int_equal(rig_message(rig.ab, "2"), ROUTE_QUEUED);
	assert_true(route_wants_pause(rig.ab));
	/* One that can be paused hands over what it has; but nothing overtakes what waits. */
	assert_int_equal(rig_deliver(rig.ab, AB("3"), true), ROUTE_QUEUED);
	rig_expect_sent(s, "");
	s->congested = false;
	assert_int_equal(rig_message(rig.ab, "4"), ROUTE_QUEUED);
	rig_expect_sent(s, AB("2") AB("3") AB("4"));
	assert_false(route_wants_pause(rig.ab));
	s->congested = true;
	assert_int_equal(rig_deliver(rig.ab, AB("5"), true), ROUTE_SENT);
	assert_true(route_wants_pause(rig.ab));
	rig_fini(&rig);
}

static void the_budget_of_stanzas_is_kept(void **unused)
{
	struct rig rig;

	(void)unused;
	rig_init(&rig);
	for (int i = 0; i < 3; i++) {
		assert_false(route_wants_pause(rig.ab));
		assert_int_equal(rig_message(rig.ab, "1"), ROUTE_QUEUED);
	}
	assert_true(route_wants_pause(rig.ab));
	assert_int_equal(rig_message(rig.ab, "no"), ROUTE_FULL);
	/* Whoever is paused in time may finish what it has begun. */
	for (int i = 0; i < 4; i++)
		assert_int_equal(rig_deliver(rig.ab, AB("2"), true), ROUTE_QUEUED);
	assert_int_equal(rig_deliver(rig.ab, AB("no"), true), ROUTE_FULL);
	assert_int_equal(metrics_of(&rig.trunk, &rig.ab->to)->limited[METRICS_QUEUE], 2);
	rig_expect_sent(rig_dialled(&rig, rig.ab, DIAL_OK),
		AB("1") AB("1") AB("1") AB("2") AB("2") AB("2") AB("2"));
	rig_fini(&rig);
}

/* A message of exactly n bytes. */
static char *sized(size_t n)
{
	static const char begin[] = "<message from='u@a.example' to='v@b.example'><body>",
			  end[] = "</body></message>";
	size_t fill = n - strlen(begin) - strlen(end);
	char *text = mem_alloc(n + 1), *body = mem_alloc(fill + 1);

	memset(body, 'x', fill);
	body[fill] = '\0';
	snprintf(text, n + 1, "%s%s%s", begin, body, end);
	free(body);
	return text;
}

static void the_budget_of_bytes_is_kept(void **unused)
{
	MEM_AUTO char *half = sized(8192);
	MEM_AUTO char *more = sized(8193);
	struct rig rig;

	(void)unused;
	rig_init(&rig);
	assert_int_equal(rig_deliver(rig.ab, half, false), ROUTE_QUEUED);
	assert_int_equal(rig_deliver(rig.ab, more, false), ROUTE_FULL);
	assert_int_equal(rig_deliver(rig.ab, half, false), ROUTE_QUEUED);
	assert_int_equal(rig.ab->queue_bytes, 16384);
	assert_int_equal(rig.shared.queued_bytes, 16384);
	assert_true(route_wants_pause(rig.ab));
	rig_fini(&rig);
}

static void errors_of_ours_have_a_reserve(void **unused)
{
	MEM_AUTO char *all = sized(16384);
	struct rig rig;

	(void)unused;
	rig_init(&rig);
	assert_int_equal(rig_deliver(rig.ab, all, false), ROUTE_QUEUED);
	assert_int_equal(rig_message(rig.ab, "no"), ROUTE_FULL);
	assert_int_equal(rig_deliver(rig.ab,
				 "<message from='a.example' to='b.example' type='error'/>", false),
		ROUTE_QUEUED);
	rig_fini(&rig);
}

static void the_memory_of_all_queues_is_bounded(void **unused)
{
	struct rig rig;
	size_t most;

	(void)unused;
	rig_init(&rig);
	most = (size_t)rig.trunk.plan->settings.limits.queue_memory;
	assert_true(trunk_budget_take(&rig.trunk, most - strlen(AB("1"))));
	assert_int_equal(rig_message(rig.ab, "1"), ROUTE_QUEUED);
	assert_int_equal(rig_message(rig.ab, "2"), ROUTE_FULL);
	assert_int_equal(rig.shared.queued_bytes, most);
	trunk_budget_give(&rig.trunk, 1);
	assert_int_equal(rig_message(rig.ab, "3"), ROUTE_FULL);
	/* What is refused is answered all the same: errors of ours have a sixteenth more. */
	assert_int_equal(rig_deliver(rig.ab, ERROR_BA("2", "wait", "undefined-condition"), false),
		ROUTE_QUEUED);
	trunk_budget_give(&rig.trunk, most - 1 - strlen(AB("1")));
	rig_fini(&rig);
}

/* ---- time ---- */

static void what_waits_too_long_is_answered_in_the_absent_domains_name(void **unused)
{
	struct rig rig;
	struct rig_stream *back;

	(void)unused;
	rig_init(&rig);
	rig_message(rig.ba, "0");
	back = rig_dialled(&rig, rig.ba, DIAL_OK);
	rig_expect_sent(back, BA("0"));
	rig_message(rig.ab, "1");
	rig_tick(&rig, 5000);
	rig_message(rig.ab, "2");
	rig_tick(&rig, 4999);
	rig_expect_sent(back, "");
	rig_tick(&rig, 1);
	rig_expect_sent(back, ERROR_BA("1", "wait", "remote-server-timeout"));
	rig_tick(&rig, 5000);
	rig_expect_sent(back, ERROR_BA("2", "wait", "remote-server-timeout"));
	rig_expect_counts(&rig, 2, 0);
	assert_int_equal(
		metrics_of(&rig.trunk, &rig.ab->to)->bounces[CONDITION_REMOTE_SERVER_TIMEOUT], 2);
	assert_int_equal(rig.ab->queue_count, 0);
	rig_fini(&rig);
}

static void what_may_not_be_answered_is_dropped_and_counted(void **unused)
{
	static const char *const stanzas[] = {
		"<iq from='a.example' to='b.example' id='1' type='result'/>",
		"<iq from='a.example' to='b.example' id='1' type='error'/>",
		"<presence from='u@a.example' to='v@b.example' type='subscribed'/>",
	};
	struct rig rig;

	(void)unused;
	rig_init(&rig);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(rig_deliver(rig.ab, stanzas[i], false), ROUTE_QUEUED);
	rig_tick(&rig, 10000);
	rig_expect_counts(&rig, 0, 3);
	assert_int_equal(rig.ba->queue_count, 0);
	rig_fini(&rig);
}

/* The bounce itself waits, and is not answered when its time is over. */
static void an_error_that_cannot_leave_ends_there(void **unused)
{
	struct rig rig;

	(void)unused;
	rig_init(&rig);
	rig_message(rig.ab, "1");
	rig_tick(&rig, 10000);
	rig_expect_counts(&rig, 1, 0);
	assert_int_equal(rig.ba->queue_count, 1);
	assert_non_null(rig.dial_back);
	rig_tick(&rig, 10000);
	/* What it answered has not been answered: dropped, and not bounced any more. */
	rig_expect_counts(&rig, 0, 1);
	assert_int_equal(rig.ab->queue_count + rig.ba->queue_count, 0);
	rig_fini(&rig);
}

/* ---- the last unavailable ---- */

static void the_last_unavailable_of_a_sender_outlives_its_time(void **unused)
{
	struct rig rig;
	struct rig_stream *s;

	(void)unused;
	rig_init(&rig);
	rig_deliver(rig.ab, LEAVE("u@a.example/x", "1"), false);
	rig_deliver(rig.ab, LEAVE("w@a.example/x", "2"), false);
	rig_deliver(rig.ab, LEAVE("u@a.example/x", "3"), false);
	rig_tick(&rig, 10000);
	rig_expect_counts(&rig, 0, 1);
	assert_int_equal(rig.ab->kept_count, 2);
	/* They take no place from others. */
	assert_int_equal(rig.ab->queue_count, 0);
	assert_int_equal(rig.ab->queue_bytes, 0);
	assert_false(route_wants_pause(rig.ab));
	for (int i = 0; i < 3; i++)
		assert_int_equal(rig_message(rig.ab, "4"), ROUTE_QUEUED);
	rig_tick(&rig, 3600 * 1000);
	rig_expect_counts(&rig, 3, 1);
	s = rig_dialled(&rig, rig.ab, DIAL_OK);
	rig_expect_sent(s, LEAVE("w@a.example/x", "2") LEAVE("u@a.example/x", "3"));
	assert_int_equal(rig.ab->kept_count, 0);
	assert_int_equal(rig.ab->kept_bytes, 0);
	rig_fini(&rig);
}

static void a_kept_unavailable_ends_after_a_day(void **unused)
{
	struct rig rig;

	(void)unused;
	rig_init(&rig);
	rig_deliver(rig.ab, LEAVE("u@a.example/x", "1"), false);
	rig_tick(&rig, 10000);
	rig_tick(&rig, 24 * 3600 * 1000 - 1);
	rig_expect_counts(&rig, 0, 0);
	assert_int_equal(rig.ab->kept_count, 1);
	rig_tick(&rig, 1);
	rig_expect_counts(&rig, 0, 1);
	assert_int_equal(rig.ab->kept_count, 0);
	rig_fini(&rig);
}

static void an_unavailable_is_kept_where_others_find_no_room(void **unused)
{
	struct rig rig;

	(void)unused;
	rig_init(&rig);
	for (int i = 0; i < 3; i++)
		rig_message(rig.ab, "1");
	assert_int_equal(rig_message(rig.ab, "no"), ROUTE_FULL);
	assert_int_equal(rig_deliver(rig.ab, LEAVE("u@a.example/x", "2"), false), ROUTE_QUEUED);
	assert_int_equal(rig.ab->queue_count, 3);
	assert_int_equal(rig.ab->kept_count, 1);
	/* Nor time. */
	for (int i = 0; i < 5; i++)
		peer_failed(peer_get(&rig.trunk.peers, &rig.ab->to), rig.now);
	rig_dialled(&rig, rig.ab, DIAL_UNREACHABLE);
	assert_int_equal(rig_message(rig.ab, "no"), ROUTE_UNREACHABLE);
	assert_int_equal(rig_deliver(rig.ab, LEAVE("w@a.example/x", "3"), false), ROUTE_QUEUED);
	rig_tick(&rig, 40000);
	rig_expect_sent(rig_dialled(&rig, rig.ab, DIAL_OK),
		LEAVE("u@a.example/x", "2") LEAVE("w@a.example/x", "3"));
	rig_expect_counts(&rig, 3, 0);
	rig_fini(&rig);
}

static void an_unavailable_outlives_a_refusal_but_not_the_domain(void **unused)
{
	struct rig rig;

	(void)unused;
	rig_init(&rig);
	rig_message(rig.ab, "1");
	rig_deliver(rig.ab, LEAVE("u@a.example/x", "2"), false);
	peer_failed(peer_get(&rig.trunk.peers, &rig.ab->to), rig.now);
	rig_dialled(&rig, rig.ab, DIAL_REFUSED);
	assert_int_equal(rig.ab->kept_count, 1);
	/* The next try comes by itself. */
	rig_tick(&rig, 2000);
	rig_expect_sent(rig_dialled(&rig, rig.ab, DIAL_OK), LEAVE("u@a.example/x", "2"));
	rig_expect_counts(&rig, 1, 0);
	rig_fini(&rig);
	rig_init(&rig);
	rig_deliver(rig.ab, LEAVE("u@a.example/x", "2"), false);
	rig_dialled(&rig, rig.ab, DIAL_NOT_FOUND);
	assert_int_equal(rig.ab->kept_count, 0);
	rig_expect_counts(&rig, 0, 1);
	rig_fini(&rig);
}

static void kept_ones_have_a_budget(void **unused)
{
	struct rig rig;
	unsigned taken = 0;

	(void)unused;
	rig_init(&rig);
	for (unsigned i = 0; i < 400; i++) {
		for (unsigned j = 0; j < 3; j++, taken++) {
			char *text = mem_printf("<presence from='u%u@a.example/x' to='v@b.example' "
						"type='unavailable'/>",
				taken);

			assert_int_equal(rig_deliver(rig.ab, text, false), ROUTE_QUEUED);
			free(text);
		}
		rig_tick(&rig, 10000);
	}
	assert_int_equal(rig.ab->kept_count, 1000);
	rig_expect_counts(&rig, 0, 200);
	rig_fini(&rig);
}

static void large_ones_are_not_kept_without_end(void **unused)
{
	struct rig rig;
	MEM_AUTO char *status = mem_alloc(4001);

	(void)unused;
	memset(status, 'x', 4000);
	status[4000] = '\0';
	rig_init(&rig);
	for (unsigned i = 0; i < 100; i++) {
		char *text = mem_printf("<presence from='u%u@a.example/x' to='v@b.example' "
					"type='unavailable'><status>%s</status></presence>",
			i, status);

		assert_int_equal(rig_deliver(rig.ab, text, false), ROUTE_QUEUED);
		free(text);
		rig_tick(&rig, 10000);
	}
	assert_in_range(rig.ab->kept_count, 62, 64); /* 256 KiB */
	assert_true(rig.ab->kept_bytes <= 262144);
	rig_fini(&rig);
}

/* ---- flows ---- */

#define ONE_WAY                                                            \
	"defaults = { tls = \"off\"; authentication = \"dialback\"; };\n"  \
	"peering_controls = ( { match = \"a.example\"; zone = \"a\"; },\n" \
	"  { match = \"b.example\"; zone = \"b\"; } );\n"                  \
	"flows = ( { from = \"a\"; to = \"b\"; } );\n"

static void against_a_flow_only_answers_pass(void **unused)
{
	struct rig rig;

	(void)unused;
	rig_init_text(&rig, ONE_WAY);
	assert_int_equal(rig_message(rig.ba, "1"), ROUTE_REFUSED);
	assert_int_equal(
		rig_deliver(rig.ba, "<iq from='b.example' to='a.example' id='1' type='result'/>",
			false),
		ROUTE_REFUSED);
	assert_int_equal(rig_deliver(rig.ab,
				 "<iq from='a.example' to='b.example' id='1' type='get'/>", false),
		ROUTE_QUEUED);
	assert_int_equal(
		rig_deliver(rig.ba, "<iq from='b.example' to='a.example' id='1' type='result'/>",
			false),
		ROUTE_QUEUED);
	assert_int_equal(
		rig_deliver(rig.ba, "<iq from='b.example' to='a.example' id='1' type='result'/>",
			false),
		ROUTE_REFUSED);
	rig_fini(&rig);
}

static void our_own_errors_go_against_a_flow(void **unused)
{
	struct rig rig;

	(void)unused;
	rig_init_text(&rig, ONE_WAY);
	rig_message(rig.ab, "1");
	rig_dialled(&rig, rig.ab, DIAL_NOT_FOUND);
	rig_expect_counts(&rig, 1, 0);
	rig_expect_sent(rig_dialled(&rig, rig.ba, DIAL_OK),
		ERROR_BA("1", "cancel", "remote-server-not-found"));
	rig_fini(&rig);
}

static void without_a_control_nothing_is_taken(void **unused)
{
	struct rig rig;

	(void)unused;
	rig_init_text(&rig, "peering_controls = ( { match = \"a.example\"; tls = \"off\"; } );\n");
	assert_int_equal(rig_message(rig.ab, "1"), ROUTE_REFUSED);
	assert_int_equal(rig_message(rig.ba, "1"), ROUTE_REFUSED);
	assert_int_equal(rig.dials, 0);
	rig_fini(&rig);
}

/* ---- who is paused ---- */

static void paused_streams_go_on_when_there_is_room(void **unused)
{
	struct rig rig;
	struct inbound in[2] = { 0 };
	struct feed feeds[2];

	(void)unused;
	rig_init(&rig);
	for (int i = 0; i < 3; i++)
		rig_message(rig.ab, "1");
	for (int i = 0; i < 2; i++) {
		in[i].leg.trunk = &rig.trunk;
		feeds[i] = (struct feed){ .inbound = &in[i], .route = rig.ab };
		list_append(&rig.ab->feeders, &feeds[i].waiting);
	}
	route_room(rig.ab);
	assert_int_equal(rig.resumed, 0);
	rig_tick(&rig, 10000);
	assert_int_equal(rig.resumed, 2);
	assert_true(list_empty(&rig.ab->feeders));
	rig_fini(&rig);
}

/* ---- pairs ---- */

static void a_pair_is_one_whichever_way_it_is_asked_for(void **unused)
{
	struct rig rig;
	struct domain a = peering_rig_domain("a.example"), b = peering_rig_domain("b.example");

	(void)unused;
	rig_init(&rig);
	assert_ptr_equal(rig.ab->pair, rig.ba->pair);
	assert_ptr_not_equal(rig.ab, rig.ba);
	assert_ptr_equal(route_reverse(rig.ab), rig.ba);
	assert_ptr_equal(route_reverse(rig.ba), rig.ab);
	assert_string_equal(rig.ab->from.s, "a.example");
	assert_string_equal(rig.ba->from.s, "b.example");
	assert_int_equal(rig.trunk.pairs.count, 1);
	rig.shared.n = 7;
	assert_int_equal(trunk_home(&rig.trunk, &a, &b), trunk_home(&rig.trunk, &b, &a));
	assert_true(trunk_home(&rig.trunk, &a, &b) < 7);
	rig.shared.n = 1;
	rig_fini(&rig);
}

static void a_pair_goes_when_nothing_holds_it(void **unused)
{
	struct rig rig;
	struct pair *p;

	(void)unused;
	rig_init(&rig);
	p = rig.ab->pair;
	rig_message(rig.ab, "1");
	rig.now += 3600 * 1000;
	assert_false(pair_sweep(p, rig.now)); /* a stanza waits */
	rig_tick(&rig, 0);
	assert_false(pair_sweep(p, rig.now)); /* its bounce waits */
	rig_tick(&rig, 10000);
	assert_false(pair_sweep(p, rig.now)); /* dials are under way */
	rig_dialled(&rig, rig.ab, DIAL_REFUSED);
	rig_dialled(&rig, rig.ba, DIAL_REFUSED);
	assert_false(pair_sweep(p, p->used_ms + 59999));
	assert_true(pair_sweep(p, p->used_ms + 60000));
	rig.ab = NULL;
	rig_fini(&rig);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stanza_waits_for_a_dial_and_leaves_in_order),
		cmocka_unit_test(the_two_directions_have_streams_of_their_own),
		cmocka_unit_test(a_slow_stream_fills_the_queue_and_drains_it),
		cmocka_unit_test(the_budget_of_stanzas_is_kept),
		cmocka_unit_test(the_budget_of_bytes_is_kept),
		cmocka_unit_test(errors_of_ours_have_a_reserve),
		cmocka_unit_test(the_memory_of_all_queues_is_bounded),
		cmocka_unit_test(what_waits_too_long_is_answered_in_the_absent_domains_name),
		cmocka_unit_test(what_may_not_be_answered_is_dropped_and_counted),
		cmocka_unit_test(an_error_that_cannot_leave_ends_there),
		cmocka_unit_test(the_last_unavailable_of_a_sender_outlives_its_time),
		cmocka_unit_test(a_kept_unavailable_ends_after_a_day),
		cmocka_unit_test(an_unavailable_is_kept_where_others_find_no_room),
		cmocka_unit_test(an_unavailable_outlives_a_refusal_but_not_the_domain),
		cmocka_unit_test(kept_ones_have_a_budget),
		cmocka_unit_test(large_ones_are_not_kept_without_end),
		cmocka_unit_test(against_a_flow_only_answers_pass),
		cmocka_unit_test(our_own_errors_go_against_a_flow),
		cmocka_unit_test(without_a_control_nothing_is_taken),
		cmocka_unit_test(paused_streams_go_on_when_there_is_room),
		cmocka_unit_test(a_pair_is_one_whichever_way_it_is_asked_for),
		cmocka_unit_test(a_pair_goes_when_nothing_holds_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
