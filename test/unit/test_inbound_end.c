/* SPDX-License-Identifier: MIT */
/*
 * Streams that we end although their peer did nothing wrong: the operator, another plan, a stop. A
 * stanza that the peer's TCP was told we have is delivered, waits, or is answered; what nobody
 * reads is counted.
 */
#include "inbound_rig.h"

#include "base/clock.h"
#include "base/mem.h"
#include "trunk/operate.h"

#include <stdlib.h>
#include <sys/socket.h>

#define SMALL                                                                                \
	"defaults = { tls = \"off\"; authentication = \"dialback\"; queue = { stanzas = 3; " \
	"}; };\n"
#define THREE    SMALL "peering_controls = ( { match = [ \"a.example\", \"b.example\" ]; } );\n"
#define CLOSING  "</stream:stream>"
#define THE_PAIR HEADER("a.example", "b.example"), RESULT("a.example", "b.example")

enum { ONE_PIECE = 5, SENT = 20 };

static void say_many(struct world *w, int fd, unsigned n)
{
	struct buf text = { 0 };

	for (unsigned i = 0; i < n; i++)
		buf_put(&text, STR(BODY("a.example", "b.example")));
	buf_put_char(&text, '\0');
	say(w, fd, buf_view(&text).p);
	buf_fini(&text);
}

static struct leg *leg_of(const struct route *r)
{
	return &list_first(&r->inbounds, struct feed, link)->inbound->leg;
}

/* A stream of one pair that is not read, because its route is full: some of it is in our buffer,
 * the rest is in the kernel's. */
static int held(struct world *w, struct route **r_out)
{
	int fd = proven(w, THE_PAIR);

	*r_out = route(w, "a.example", "b.example");
	for (unsigned i = 0; i < SENT / ONE_PIECE; i++)
		say_many(w, fd, ONE_PIECE);
	assert_int_equal((*r_out)->queue_count, 3);
	assert_true(leg_of(*r_out)->held);
	return fd;
}

static unsigned accounted(struct world *w, const struct route *r)
{
	const struct trunk_stats *s = &w->trunk->stats;

	return r->queue_count + (unsigned)(s->bounced + s->dropped);
}

static unsigned close_pair(struct world *w)
{
	struct trunk_streams which = { .from = peering_rig_domain("a.example"),
		.to = peering_rig_domain("b.example") };

	return trunk_close(w->trunk, &which);
}

static void a_held_stream_that_is_closed_loses_nothing(void **unused)
{
	struct world w;
	struct route *r;
	struct leg *l;
	int fd;

	(void)unused;
	world_init(&w, THREE);
	fd = held(&w, &r);
	assert_int_equal(close_pair(&w), 1);
	expect(&w, fd, CLOSING);
	l = leg_of(r);
	leg_tick(l, l->closing_ms + 4999, clock_wall());
	spin(&w);
	assert_true(l->held);
	assert_int_equal(r->queue_count, 3);
	leg_tick(l, l->closing_ms + 5000, clock_wall());
	spin(&w);
	/* Twice the queue, as of any peer that is paused; the others go back to their senders. */
	assert_int_equal(r->queue_count, 7);
	assert_int_equal(w.trunk->stats.bounced, SENT - 7);
	/* It may not have heard yet. */
	say_many(&w, fd, 2);
	assert_int_equal(accounted(&w, r), SENT + 2);
	assert_int_equal(feeds(&w, "a.example", "b.example"), 1);
	say(&w, fd, CLOSING);
	assert_int_equal(feeds(&w, "a.example", "b.example"), 0);
	assert_int_equal(w.trunk->metrics.unread, 0);
	world_fini(&w);
}

static void a_rate_does_not_hold_a_closing_stream_for_ever(void **unused)
{
	struct world w;
	struct route *r;
	struct leg *l;
	int fd;

	(void)unused;
	world_init(&w, PLAIN "peering_controls = ( { match = \"a.example\"; rate = { "
			     "stanzas_per_second = 1; }; }, { match = \"b.example\"; } );\n");
	fd = proven(&w, THE_PAIR);
	r = route(&w, "a.example", "b.example");
	for (unsigned i = 0; i < 4; i++)
		say_many(&w, fd, 2);
	assert_in_range(r->queue_count, 1, 7);
	assert_int_equal(close_pair(&w), 1);
	expect(&w, fd, CLOSING);
	l = leg_of(r);
	leg_tick(l, l->closing_ms + 5000, clock_wall());
	spin(&w);
	assert_int_equal(r->queue_count, 8);
	world_fini(&w);
}

static void a_closing_stream_waits_for_its_turn_and_then_is_read(void **unused)
{
	struct world w;
	struct route *r;
	int first, second;

	(void)unused;
	world_init(&w, OPEN);
	first = proven(&w, THE_PAIR);
	second = proven(&w, THE_PAIR);
	r = route(&w, "a.example", "b.example");
	say_many(&w, second, 3);
	assert_int_equal(close_pair(&w), 2);
	/* Nothing of the second may overtake what the first still brings. */
	expect(&w, second, CLOSING);
	assert_int_equal(r->queue_count, 0);
	say_many(&w, first, 2);
	assert_int_equal(r->queue_count, 2);
	say(&w, first, CLOSING);
	spin(&w);
	assert_int_equal(r->queue_count, 5);
	say(&w, second, CLOSING);
	assert_int_equal(feeds(&w, "a.example", "b.example"), 0);
	world_fini(&w);
}

static void a_plan_that_ends_a_held_stream_answers_all_of_it(void **unused)
{
	/* b.example is there, a.example must come under TLS now; b.example is gone; a.example is
	 * gone, so nobody is there to answer. */
	static const struct {
		const char *plan, *words;
		unsigned bounced;
	} rows[] = {
		{ "defaults = { authentication = \"dialback\"; trust = \"ca\"; };\n"
		  "peering_controls = ( { match = [ \"a.example\", \"b.example\" ]; } );\n",
			"<policy-violation", SENT - 3 },
		{ PLAIN "peering_controls = ( { match = \"a.example\"; } );\n", "<host-gone",
			SENT },
		{ PLAIN "peering_controls = ( { match = \"b.example\"; } );\n", "<policy-violation",
			0 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world w;
		struct route *r;
		int fd;

		world_init(&w, THREE);
		fd = held(&w, &r);
		replan(&w, rows[i].plan);
		expect(&w, fd, rows[i].words);
		assert_true(r->queue_count <= 3);
		assert_int_equal(accounted(&w, r), SENT);
		assert_int_equal(w.trunk->stats.bounced, rows[i].bounced);
		say_many(&w, fd, 1);
		assert_int_equal(accounted(&w, r), SENT + 1);
		say(&w, fd, CLOSING);
		assert_int_equal(feeds(&w, "a.example", "b.example"), 0);
		world_fini(&w);
	}
}

static void an_expired_certificate_ends_a_held_stream_and_loses_nothing(void **unused)
{
	struct world w;
	struct route *r;
	struct leg *l;
	int fd;

	(void)unused;
	world_init(&w, THREE);
	fd = held(&w, &r);
	l = leg_of(r);
	l->certificate_end = 1;
	leg_tick(l, net_loop_now(w.loop), clock_wall());
	expect(&w, fd, "<reset");
	leg_tick(l, l->closing_ms + 5000, clock_wall());
	spin(&w);
	assert_int_equal(accounted(&w, r), SENT);
	assert_int_equal(r->queue_count, 7);
	world_fini(&w);
}

static void a_stop_reads_what_the_kernel_has(void **unused)
{
	struct world w;
	struct route *r;

	(void)unused;
	world_init(&w, THREE);
	held(&w, &r);
	trunk_stop(w.trunk, stopped, &w);
	assert_int_equal(w.trunk->stats.stanzas[VERDICT_PASS], SENT);
	assert_int_equal(accounted(&w, r), SENT);
	world_fini(&w);
}

static void what_one_stream_too_many_brings_is_answered(void **unused)
{
	struct world w;
	int fd;

	(void)unused;
	world_init(&w, "limits = { streams_per_pair = 1; };\n" OPEN);
	proven(&w, THE_PAIR);
	fd = call(&w);
	say(&w, fd, HEADER("a.example", "b.example") RESULT("a.example", "b.example"));
	verify(&w, DIAL_OK);
	expect(&w, fd, "<resource-constraint");
	say_many(&w, fd, ONE_PIECE);
	assert_int_equal(w.trunk->stats.bounced, ONE_PIECE);
	world_fini(&w);
}

static void what_comes_after_the_end_is_counted(void **unused)
{
	static const char after[] = BODY("a.example", "b.example") BODY("a.example", "b.example");
	struct world w;
	int fd;

	(void)unused;
	world_init(&w, OPEN);
	fd = proven(&w, THE_PAIR);
	/* Never proven: it ends the stream, and nothing behind it is looked at. */
	say(&w, fd, BODY("x.example", "b.example"));
	expect(&w, fd, "<invalid-from");
	say(&w, fd, after);
	say(&w, fd, after);
	shutdown(fd, SHUT_WR);
	spin(&w);
	assert_int_equal(w.trunk->metrics.unread, 2 * strlen(after));
	world_fini(&w);
}

static void a_closing_tag_in_answer_is_nothing_lost(void **unused)
{
	struct world w;
	int fd;

	(void)unused;
	world_init(&w, OPEN);
	fd = proven(&w, THE_PAIR);
	say(&w, fd, BODY("x.example", "b.example"));
	expect(&w, fd, "<invalid-from");
	say(&w, fd, CLOSING);
	shutdown(fd, SHUT_WR);
	spin(&w);
	assert_int_equal(w.trunk->metrics.unread, 0);
	world_fini(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_held_stream_that_is_closed_loses_nothing),
		cmocka_unit_test(a_rate_does_not_hold_a_closing_stream_for_ever),
		cmocka_unit_test(a_closing_stream_waits_for_its_turn_and_then_is_read),
		cmocka_unit_test(a_plan_that_ends_a_held_stream_answers_all_of_it),
		cmocka_unit_test(an_expired_certificate_ends_a_held_stream_and_loses_nothing),
		cmocka_unit_test(a_stop_reads_what_the_kernel_has),
		cmocka_unit_test(what_one_stream_too_many_brings_is_answered),
		cmocka_unit_test(what_comes_after_the_end_is_counted),
		cmocka_unit_test(a_closing_tag_in_answer_is_nothing_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
