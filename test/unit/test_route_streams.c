/* SPDX-License-Identifier: MIT */
/* A route's streams: dialled, lost, replaced; and what becomes of stanzas on the way. */
#include "route_rig.h"

#include "base/mem.h"
#include "trunk/dial.h"
#include "trunk/inbound.h"
#include "trunk/peer.h"

#include <stdlib.h>

#define ERROR_BA(id, type, condition)                                                              \
	"<message from='v@b.example' to='u@a.example' id='" id "' type='error'><error type='" type \
	"'><" condition " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"

/* ---- dials ---- */

static void a_dial_that_fails_for_good_answers_everything_at_once(void **unused)
{
	static const struct {
		enum dial_outcome outcome;
		const char *type, *condition;
	} rows[] = {
		{ DIAL_NOT_FOUND, "cancel", "remote-server-not-found" },
		{ DIAL_REFUSED, "cancel", "remote-server-timeout" },
	};

	(void)unused;
	for (size_t i = 0; i < 2; i++) {
		struct rig rig;
		struct rig_stream *back;
		char *want = mem_printf(ERROR_BA("1", "%s", "%s") ERROR_BA("2", "%s", "%s"),
			rows[i].type, rows[i].condition, rows[i].type, rows[i].condition);

		rig_init(&rig);
		rig_message(rig.ab, "1");
		rig_message(rig.ab, "2");
		rig_dialled(&rig, rig.ab, rows[i].outcome);
		assert_int_equal(rig.ab->queue_count, 0);
		back = rig_dialled(&rig, rig.ba, DIAL_OK);
		rig_expect_sent(back, want);
		rig_expect_counts(&rig, 2, 0);
		rig_fini(&rig);
		free(want);
	}
}

static void a_dial_that_fails_for_now_is_tried_again_after_a_while(void **unused)
{
	struct rig rig;

	(void)unused;
	rig_init(&rig);
	rig_message(rig.ab, "1");
	rig_dialled(&rig, rig.ab, DIAL_UNREACHABLE);
	assert_int_equal(rig.ab->state, ROUTE_WAITING);
	assert_int_equal(rig.ab->queue_count, 1);
	assert_in_range(rig.ab->retry_ms, rig.now + 750, rig.now + 1000);
	rig_message(rig.ab, "2");
	rig_tick(&rig, 749);
	assert_null(rig.dial);
	rig_tick(&rig, 251);
	assert_non_null(rig.dial);
	rig_expect_sent(rig_dialled(&rig, rig.ab, DIAL_OK), AB("1") AB("2"));
	rig_fini(&rig);
}

static void a_stanza_is_not_taken_for_a_hop_that_is_tried_too_late(void **unused)
{
	struct rig rig;

	(void)unused;
	rig_init(&rig);
	rig_message(rig.ab, "1");
	for (int i = 0; i < 5; i++)
		peer_failed(peer_get(&rig.trunk.peers, &rig.ab->to), rig.now);
	rig_dialled(&rig, rig.ab, DIAL_UNREACHABLE);
	assert_in_range(rig.ab->retry_ms, rig.now + 24000, rig.now + 32000);
	assert_int_equal(rig_message(rig.ab, "2"), ROUTE_UNREACHABLE);
	rig_tick(&rig, 10000);
	rig_expect_counts(&rig, 1, 0);
	assert_int_equal(rig_message(rig.ab, "3"), ROUTE_UNREACHABLE);
	/* Near enough again. */
	rig_tick(&rig, 12000);
	assert_int_equal(rig_message(rig.ab, "4"), ROUTE_QUEUED);
	rig_fini(&rig);
}

static void a_dial_knows_where_its_stanzas_come_from(void **unused)
{
	struct rig rig;
	struct inbound in = { .leg.trunk = &rig.trunk };
	struct feed feed = { .inbound = &in };

	(void)unused;
	rig_init(&rig);
	feed.route = rig.ab;
	assert_true(address_parse("192.0.2.7", 1234, &in.listener));
	list_append(&rig.ab->inbounds, &feed.link);
	rig_message(rig.ab, "1");
	assert_true(address_same_host(&rig.dial->not_to, &in.listener));
	rig_message(rig.ba, "2");
	assert_int_equal(rig.dial_back->not_to.len, 0);
	list_remove(&feed.link);
	rig_fini(&rig);
}

/* ---- streams that break ---- */

static void what_a_broken_stream_held_is_told_apart(void **unused)
{
	struct rig rig;
	struct rig_stream *s, *back;
	const size_t n = strlen(AB("1"));

	(void)unused;
	rig_init(&rig);
	rig_message(rig.ba, "0");
	back = rig_dialled(&rig, rig.ba, DIAL_OK);
	rig_expect_sent(back, BA("0"));
	rig_message(rig.ab, "1");
	s = rig_dialled(&rig, rig.ab, DIAL_OK);
	for (int i = 2; i < 6; i++)
		rig_message(rig.ab, (char[]){ (char)('0' + i), '\0' });
	rig.now += 60000;
	/* 1 acknowledged; 2 and 3 written, and half of 4, which nobody can have understood. */
	rig_break(&rig, s, n + n / 2, 3 * n + n / 2);
	rig_expect_sent(back, ERROR_BA("2", "wait", "remote-server-timeout")
				      ERROR_BA("3", "wait", "remote-server-timeout"));
	assert_int_equal(rig.trunk.stats.uncertain, 2);
	rig_expect_counts(&rig, 2, 0);
	/* The rest is sent again, in front of what comes later. */
	rig_message(rig.ab, "6");
	rig_expect_sent(rig_dialled(&rig, rig.ab, DIAL_OK), AB("4") AB("5") AB("6"));
	rig_fini(&rig);
}

static void the_edges_are_exact(void **unused)
{
	const size_t n = strlen(AB("1"));
	const struct {
		size_t acked, written;
		unsigned uncertain, again;
	} rows[] = {
		{ 0, 0, 0, 2 },
		{ 0, n - 1, 0, 2 },
		{ 0, n, 1, 1 },
		{ n - 1, n, 1, 1 },
		{ n, n, 0, 1 },
		{ n, 2 * n, 1, 0 },
		{ 2 * n, 2 * n, 0, 0 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig rig;
		struct rig_stream *s;

		rig_init(&rig);
		rig_message(rig.ab, "1");
		s = rig_dialled(&rig, rig.ab, DIAL_OK);
		rig_message(rig.ab, "2");
		rig_break(&rig, s, rows[i].acked, rows[i].written);
		assert_int_equal(rig.trunk.stats.uncertain, rows[i].uncertain);
		assert_int_equal(rig.ab->queue_count, rows[i].again);
		assert_int_equal(rig.ab->queue_bytes, rows[i].again * n);
		rig_fini(&rig);
	}
}

static void what_is_not_a_stanza_is_not_sent_again(void **unused)
{
	static const char *const before[] = { "", " ",
		"<?xml version='1.0'?><stream:stream xmlns='jabber:server' to='b.example'>" };
	static const char *const behind[] = { "", "  ", "</stream:stream>",
		("<stream:error><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
		 "</stream:stream>") };

	(void)unused;
	for (int i = 0; i < 12; i++) {
		struct rig rig;
		struct rig_stream *s;

		rig_init(&rig);
		rig_message(rig.ab, "0");
		s = rig_dialled(&rig, rig.ab, DIAL_OK);
		buf_clear(&s->sent);
		buf_put(&s->sent, str_of(before[i % 3]));
		rig_message(rig.ab, "1");
		buf_put(&s->sent, STR(" "));
		rig_message(rig.ab, "2");
		buf_put(&s->sent, str_of(behind[i / 3]));
		rig.now += 60000;
		rig_break(&rig, s, 0, 0);
		rig_expect_sent(rig_dialled(&rig, rig.ab, DIAL_OK), AB("1") AB("2"));
		rig_fini(&rig);
	}
}

static void a_peer_that_leaves_at_once_is_not_dialled_in_a_circle(void **unused)
{
	struct rig rig;
	struct rig_stream *s;

	(void)unused;
	rig_init(&rig);
	rig_message(rig.ab, "1");
	s = rig_dialled(&rig, rig.ab, DIAL_OK);
	rig.now += 9999;
	rig_break(&rig, s, 0, 0);
	assert_null(rig.dial);
	assert_int_equal(rig.ab->state, ROUTE_WAITING);
	rig_tick(&rig, 1000);
	s = rig_dialled(&rig, rig.ab, DIAL_OK);
	rig.now += 10000;
	rig_break(&rig, s, 0, 0);
	assert_non_null(rig.dial);
	rig_fini(&rig);
}

static void an_unavailable_that_comes_back_is_kept_like_any(void **unused)
{
	static const char leave[] =
		"<presence from='u@a.example/x' to='v@b.example' type='unavailable'/>";
	struct rig rig;
	struct rig_stream *s;

	(void)unused;
	rig_init(&rig);
	rig_deliver(rig.ab, leave, false);
	s = rig_dialled(&rig, rig.ab, DIAL_OK);
	rig_break(&rig, s, 0, 0);
	rig_tick(&rig, 10000);
	assert_int_equal(rig.ab->kept_count, 1);
	rig_expect_sent(rig_dialled(&rig, rig.ab, DIAL_OK), leave);
	rig_fini(&rig);
}

/* ---- streams that are replaced ---- */

static void a_new_stream_waits_until_the_old_one_has_gone(void **unused)
{
	struct rig rig;
	struct rig_stream *old, *new;
	const size_t n = strlen(AB("1"));

	(void)unused;
	rig_init(&rig);
	rig_message(rig.ab, "1");
	old = rig_dialled(&rig, rig.ab, DIAL_OK);
	rig_message(rig.ab, "2");
	rig_retire(old);
	assert_null(rig.dial); /* nothing to send yet */
	assert_int_equal(rig_message(rig.ab, "3"), ROUTE_QUEUED);
	new = rig_dialled(&rig, rig.ab, DIAL_OK);
	assert_int_equal(rig_message(rig.ab, "4"), ROUTE_QUEUED);
	rig_expect_sent(new, "");
	rig.now += 60000;
	/* The peer did not take 2: it goes before what came later. */
	rig_break(&rig, old, n, n);
	rig_expect_sent(new, AB("2") AB("3") AB("4"));
	assert_int_equal(rig_message(rig.ab, "5"), ROUTE_SENT);
	rig_fini(&rig);
}

static void a_stream_that_never_sent_may_go_before_the_old_one(void **unused)
{
	struct rig rig;
	struct rig_stream *old, *new;
	const size_t n = strlen(AB("1"));

	(void)unused;
	rig_init(&rig);
	rig_message(rig.ab, "1");
	old = rig_dialled(&rig, rig.ab, DIAL_OK);
	rig_retire(old);
	rig_message(rig.ab, "2");
	new = rig_dialled(&rig, rig.ab, DIAL_OK);
	rig_retire(new);
	assert_null(new->out.route);
	rig.now += 60000;
	rig_break(&rig, old, n, n);
	rig_expect_sent(rig_dialled(&rig, rig.ab, DIAL_OK), AB("2"));
	rig_fini(&rig);
}

/* ---- reload ---- */

#define SIDES "defaults = { tls = \"off\"; authentication = \"dialback\"; };\n"
#define BOTH  SIDES "peering_controls = ( { match = [ \"a.example\", \"b.example\" ]; } );\n"
#define A     SIDES "peering_controls = ( { match = \"a.example\"; } );\n"
#define B     SIDES "peering_controls = ( { match = \"b.example\"; } );\n"
#define APART                                                                    \
	SIDES "peering_controls = ( { match = \"a.example\"; zone = \"a\"; },\n" \
	      "  { match = \"b.example\"; zone = \"b\"; } );\n"                  \
	      "flows = ( { from = \"a\"; to = \"a\"; } );\n"

static void a_reload_keeps_a_stream_or_replaces_it(void **unused)
{
	struct rig rig;
	struct rig_stream *s;

	(void)unused;
	rig_init_text(&rig, BOTH);
	rig_message(rig.ab, "1");
	s = rig_dialled(&rig, rig.ab, DIAL_OK);
	rig_replan(&rig, BOTH);
	assert_true(s->kept);
	assert_ptr_equal(rig.ab->out, &s->out);
	rig.other_hop = true;
	rig_replan(&rig, BOTH);
	assert_true(s->retired);
	assert_ptr_equal(rig.ab->old, &s->out);
	rig_break(&rig, s, strlen(AB("1")), strlen(AB("1")));
	rig_fini(&rig);
}

static void a_dial_begins_again_under_the_new_plan(void **unused)
{
	struct rig rig;

	(void)unused;
	rig_init_text(&rig, BOTH);
	rig_message(rig.ab, "1");
	rig_replan(&rig, BOTH);
	assert_int_equal(rig.cancelled, 1);
	assert_int_equal(rig.dials, 2);
	assert_ptr_equal(rig.dial->o.control,
		peering_rig_permit(&rig.controls[1], "a.example", "b.example").to);
	rig_dialled(&rig, rig.ab, DIAL_UNREACHABLE);
	assert_int_equal(rig.ab->state, ROUTE_WAITING);
	/* What was unreachable may not be now. */
	rig_replan(&rig, BOTH);
	assert_non_null(rig.dial);
	rig_fini(&rig);
}

static void what_waits_for_a_domain_that_is_gone_is_answered(void **unused)
{
	struct rig rig;
	struct rig_stream *s;

	(void)unused;
	rig_init_text(&rig, BOTH);
	rig_message(rig.ba, "0");
	s = rig_dialled(&rig, rig.ba, DIAL_OK);
	buf_clear(&s->sent);
	rig_message(rig.ab, "1");
	rig_deliver(rig.ab, "<presence from='u@a.example' to='v@b.example' type='unavailable'/>",
		false);
	rig_tick(&rig, 59999);
	rig_message(rig.ab, "2");
	rig_tick(&rig, 1);
	assert_int_equal(rig.ab->kept_count, 1);
	rig_expect_sent(s, ERROR_BA("1", "wait", "remote-server-timeout"));
	rig_replan(&rig, A);
	/* The stream from b.example to a.example stood in for a domain that is no more. */
	assert_int_equal(s->failed, STREAM_HOST_GONE);
	assert_true(list_empty(&rig.ab->queue));
	assert_int_equal(rig.ab->kept_count, 0);
	rig_break(&rig, s, 0, 0);
	rig_expect_counts(&rig, 2, 1);
	rig_expect_sent(rig_dialled(&rig, rig.ba, DIAL_OK),
		ERROR_BA("2", "cancel", "remote-server-not-found"));
	rig_fini(&rig);
}

static void a_stream_to_a_domain_that_is_gone_ends(void **unused)
{
	struct rig rig;
	struct rig_stream *there, *back;

	(void)unused;
	rig_init_text(&rig, BOTH);
	rig_message(rig.ab, "1");
	rig_message(rig.ba, "1");
	there = rig_dialled(&rig, rig.ab, DIAL_OK);
	back = rig_dialled(&rig, rig.ba, DIAL_OK);
	rig_replan(&rig, B);
	assert_true(there->out.leg.ended);
	assert_true(back->out.leg.ended);
	assert_int_equal(there->failed, STREAM_HOST_GONE);
	assert_int_equal(back->failed, STREAM_HOST_GONE);
	rig_break(&rig, there, strlen(AB("1")), strlen(AB("1")));
	rig_break(&rig, back, strlen(BA("1")), strlen(BA("1")));
	rig_fini(&rig);
}

/* Both directions are full, neither flow is left, and both streams can take something again: the
 * answers to the one are queued behind the other. */
static void queues_that_answer_into_each_other_come_to_an_end(void **unused)
{
	struct rig rig;
	struct rig_stream *there, *back;

	(void)unused;
	rig_init_text(&rig, BOTH);
	rig_message(rig.ab, "0");
	rig_message(rig.ba, "0");
	there = rig_dialled(&rig, rig.ab, DIAL_OK);
	back = rig_dialled(&rig, rig.ba, DIAL_OK);
	buf_clear(&there->sent);
	buf_clear(&back->sent);
	there->congested = back->congested = true;
	for (unsigned i = 0; i < 1000; i++) {
		assert_int_equal(rig_message(rig.ab, "1"), ROUTE_QUEUED);
		assert_int_equal(rig_message(rig.ba, "1"), ROUTE_QUEUED);
	}
	rig_replan(&rig, APART);
	there->congested = back->congested = false;
	route_drain(rig.ab);
	route_drain(rig.ba);
	assert_true(list_empty(&rig.ab->queue));
	assert_true(list_empty(&rig.ba->queue));
	rig_expect_counts(&rig, 2000, 0);
	assert_true(str_starts(buf_view(&back->sent), STR(ERROR_BA("1", "cancel", "not-allowed"))));
	assert_int_equal(
		buf_len(&back->sent), 1000 * strlen(ERROR_BA("1", "cancel", "not-allowed")));
	assert_int_equal(buf_len(&there->sent), buf_len(&back->sent));
	rig_fini(&rig);
}

/* The same while what waited too long is being answered. */
static void answers_to_old_stanzas_may_drain_the_queue_they_are_taken_from(void **unused)
{
	struct rig rig;
	struct rig_stream *there, *back;

	(void)unused;
	rig_init_text(&rig, BOTH);
	rig_message(rig.ab, "0");
	rig_message(rig.ba, "0");
	there = rig_dialled(&rig, rig.ab, DIAL_OK);
	back = rig_dialled(&rig, rig.ba, DIAL_OK);
	there->congested = back->congested = true;
	for (unsigned i = 0; i < 100; i++) {
		rig_message(rig.ab, "1");
		rig_message(rig.ba, "1");
	}
	rig_replan(&rig, APART);
	there->congested = back->congested = false;
	rig_tick(&rig, 60000);
	assert_true(list_empty(&rig.ab->queue));
	assert_true(list_empty(&rig.ba->queue));
	rig_expect_counts(&rig, 200, 0);
	rig_fini(&rig);
}

/* ---- stop ---- */

static void stopping_answers_over_streams_that_are_ready(void **unused)
{
	struct rig rig;
	struct rig_stream *back;

	(void)unused;
	rig_init(&rig);
	rig_message(rig.ba, "0");
	back = rig_dialled(&rig, rig.ba, DIAL_OK);
	buf_clear(&back->sent);
	rig_message(rig.ab, "1");
	rig_deliver(rig.ab, "<presence from='u@a.example' to='v@b.example' type='unavailable'/>",
		false);
	rig.trunk.stopping = true;
	route_stop(rig.ab);
	route_stop(rig.ba);
	assert_int_equal(rig.cancelled, 1);
	rig_expect_sent(back, ERROR_BA("1", "wait", "remote-server-timeout"));
	rig_expect_counts(&rig, 1, 1);
	rig_fini(&rig);
}

static void stopping_leaves_nothing_behind_without_a_count(void **unused)
{
	struct rig rig;
	struct rig_stream *s;

	(void)unused;
	rig_init(&rig);
	rig_message(rig.ba, "1");
	rig_message(rig.ab, "1");
	s = rig_dialled(&rig, rig.ab, DIAL_OK);
	s->congested = true;
	rig_message(rig.ab, "2");
	rig.trunk.stopping = true;
	route_stop(rig.ab);
	route_stop(rig.ba);
	rig_retire(s);
	assert_int_equal(rig_message(rig.ab, "3"), ROUTE_UNREACHABLE);
	rig_break(&rig, s, 0, 0);
	assert_true(list_empty(&rig.ab->queue));
	assert_true(list_empty(&rig.ba->queue));
	assert_null(rig.dial);
	assert_null(rig.dial_back);
	/* Each of them once: 1 from b.example, whose answer came back with the stream; 2, and 1. */
	assert_int_equal(rig.trunk.stats.bounced + rig.trunk.stats.dropped, 3);
	rig_fini(&rig);
}

#define ZONES                                                                   \
	SIDES "peering_controls = ( { match = \"a.example\"; zone = \"a\"; }, " \
	      "{ match = \"b.example\"; zone = \"b\"; } );\n"
#define FLOW_BOTH \
	ZONES "flows = ( { from = \"a\"; to = \"b\"; }, { from = \"b\"; to = \"a\"; } );\n"
#define FLOW_BACK ZONES "flows = ( { from = \"b\"; to = \"a\"; } );\n"

static void what_waits_is_held_against_a_flow_that_leads_one_way_now(void **unused)
{
	struct rig rig;
	struct rig_stream *s;

	(void)unused;
	rig_init_text(&rig, FLOW_BOTH);
	rig_message(rig.ab, "1");
	rig_replan(&rig, FLOW_BACK);
	assert_int_equal(route_passage(rig.ab)->permit, PERMIT_ANSWERS);
	assert_int_equal(rig_message(rig.ab, "2"), ROUTE_REFUSED);
	s = rig_dialled(&rig, rig.ab, DIAL_OK);
	rig_expect_sent(s, "");
	rig_fini(&rig);
}

static void what_comes_back_is_held_against_the_plan_in_force(void **unused)
{
	struct rig rig;
	struct rig_stream *s;

	(void)unused;
	rig_init_text(&rig, BOTH);
	rig_message(rig.ab, "1");
	s = rig_dialled(&rig, rig.ab, DIAL_OK);
	rig_replan(&rig, APART);
	assert_int_equal(rig_message(rig.ab, "2"), ROUTE_REFUSED);
	rig_break(&rig, s, 0, 0);
	rig_tick(&rig, 60000 - 1);
	s = rig_dialled(&rig, rig.ab, DIAL_OK);
	rig_expect_sent(s, "");
	rig_fini(&rig);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dial_that_fails_for_good_answers_everything_at_once),
		cmocka_unit_test(a_dial_that_fails_for_now_is_tried_again_after_a_while),
		cmocka_unit_test(a_stanza_is_not_taken_for_a_hop_that_is_tried_too_late),
		cmocka_unit_test(a_dial_knows_where_its_stanzas_come_from),
		cmocka_unit_test(what_a_broken_stream_held_is_told_apart),
		cmocka_unit_test(the_edges_are_exact),
		cmocka_unit_test(what_is_not_a_stanza_is_not_sent_again),
		cmocka_unit_test(a_peer_that_leaves_at_once_is_not_dialled_in_a_circle),
		cmocka_unit_test(an_unavailable_that_comes_back_is_kept_like_any),
		cmocka_unit_test(a_new_stream_waits_until_the_old_one_has_gone),
		cmocka_unit_test(a_stream_that_never_sent_may_go_before_the_old_one),
		cmocka_unit_test(a_reload_keeps_a_stream_or_replaces_it),
		cmocka_unit_test(a_dial_begins_again_under_the_new_plan),
		cmocka_unit_test(what_waits_for_a_domain_that_is_gone_is_answered),
		cmocka_unit_test(a_stream_to_a_domain_that_is_gone_ends),
		cmocka_unit_test(queues_that_answer_into_each_other_come_to_an_end),
		cmocka_unit_test(answers_to_old_stanzas_may_drain_the_queue_they_are_taken_from),
		cmocka_unit_test(stopping_answers_over_streams_that_are_ready),
		cmocka_unit_test(stopping_leaves_nothing_behind_without_a_count),
		cmocka_unit_test(what_waits_is_held_against_a_flow_that_leads_one_way_now),
		cmocka_unit_test(what_comes_back_is_held_against_the_plan_in_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
