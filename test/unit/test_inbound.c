/* SPDX-License-Identifier: MIT */
/*
 * What a peer must show before its stanzas are taken: proofs, pairs, plans that change meanwhile,
 * rates.
 */
#include "inbound_rig.h"

#include "base/mem.h"
#include "trunk/secrets.h"
#include "xmpp/dialback.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

/* ---- dialback ---- */

static void a_valid_key_proves_one_pair(void **unused)
{
	struct world w;
	int fd;

	(void)unused;
	world_init(&w, OPEN);
	fd = call(&w);
	say(&w, fd, HEADER("a.example", "b.example"));
	expect(&w, fd, "<dialback");
	say(&w, fd, RESULT("a.example", "b.example"));
	assert_string_equal(only_dial(&w, DIAL_VERIFY)->to.s, "a.example");
	assert_string_equal(only_dial(&w, DIAL_VERIFY)->from.s, "b.example");
	assert_string_equal(only_dial(&w, DIAL_VERIFY)->verify_key, "key");
	verify(&w, DIAL_OK);
	expect(&w, fd, "<db:result from='b.example' to='a.example' type='valid'/>");
	say(&w, fd, BODY("a.example", "b.example"));
	assert_int_equal(route(&w, "a.example", "b.example")->queue_count, 1);
	/* Nobody has asked for c.example. */
	say(&w, fd, BODY("a.example", "c.example"));
	expect(&w, fd, "<host-unknown");
	world_fini(&w);
}

static void stanzas_before_any_proof_end_the_stream(void **unused)
{
	struct world w;
	int fd;

	(void)unused;
	world_init(&w, OPEN);
	fd = call(&w);
	say(&w, fd, HEADER("a.example", "b.example") BODY("a.example", "b.example"));
	expect(&w, fd, "<not-authorized");
	fd = call(&w);
	say(&w, fd,
		HEADER("a.example", "b.example") RESULT("a.example", "b.example")
			BODY("a.example", "b.example"));
	expect(&w, fd, "<not-authorized");
	assert_int_equal(w.cancelled, 1);
	assert_int_equal(route(&w, "a.example", "b.example")->queue_count, 0);
	world_fini(&w);
}

static void another_sender_than_the_proven_one_is_invalid(void **unused)
{
	struct world w;
	int fd;

	(void)unused;
	world_init(&w, OPEN);
	fd = proven(&w, HEADER("a.example", "b.example"), RESULT("a.example", "b.example"));
	say(&w, fd, BODY("c.example", "b.example"));
	expect(&w, fd, "<invalid-from");
	assert_int_equal(route(&w, "c.example", "b.example")->queue_count, 0);
	world_fini(&w);
}

static void an_invalid_key_ends_an_unproven_stream(void **unused)
{
	struct world w;
	int fd;

	(void)unused;
	world_init(&w, OPEN);
	fd = call(&w);
	say(&w, fd, HEADER("a.example", "b.example") RESULT("a.example", "b.example"));
	verify(&w, DIAL_INVALID);
	expect(&w, fd, "type='invalid'/></stream:stream>");
	world_fini(&w);
}

static void who_cannot_be_asked_gets_an_error_and_may_try_again(void **unused)
{
	static const struct {
		enum dial_outcome outcome;
		const char *condition;
	} rows[] = {
		{ DIAL_NOT_FOUND, "<remote-server-not-found" },
		{ DIAL_UNREACHABLE, "<remote-server-timeout" },
		{ DIAL_REFUSED, "<remote-connection-failed" },
	};
	struct world w;
	int fd;

	(void)unused;
	world_init(&w, OPEN);
	fd = call(&w);
	say(&w, fd, HEADER("a.example", "b.example"));
	for (int i = 0; i < 3; i++) {
		say(&w, fd, RESULT("a.example", "b.example"));
		verify(&w, rows[i].outcome);
		expect(&w, fd, rows[i].condition);
	}
	say(&w, fd, RESULT("a.example", "b.example"));
	verify(&w, DIAL_OK);
	expect(&w, fd, "type='valid'");
	world_fini(&w);
}

static const char choosy[] = PLAIN
	"peering_controls = ( { match = \"a.example\"; zone = \"a\"; },\n"
	"  { match = \"b.example\"; zone = \"b\"; },\n"
	"  { match = \"bad.example\"; action = \"reject\"; },\n"
	"  { match = \"tls.example\"; zone = \"a\"; tls = \"required\"; trust = \"ca\"; },\n"
	"  { match = \"far.example\"; zone = \"a\"; from_addresses = \"198.51.100.0/24\"; } );\n"
	"flows = ( { from = \"a\"; to = \"b\"; } );\n";

static void what_no_control_or_flow_allows_is_never_verified(void **unused)
{
	static const struct {
		const char *result, *condition;
	} rows[] = {
		{ RESULT("a.example", "gone.example"), "<item-not-found" },
		{ RESULT("bad.example", "b.example"), "<forbidden" },
		{ RESULT("x.test", "b.example"), "<forbidden" },
		{ RESULT("a.example", "tls.example"), "<not-allowed" },
		{ RESULT("tls.example", "b.example"), "<policy-violation" },
		{ RESULT("far.example", "b.example"), "<policy-violation" },
	};
	struct world w;
	int fd;

	(void)unused;
	world_init(&w, choosy);
	fd = call(&w);
	say(&w, fd, HEADER("a.example", "b.example"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		say(&w, fd, rows[i].result);
		expect(&w, fd, rows[i].condition);
		for (unsigned j = 0; j < DIALS; j++)
			assert_null(w.dials[j]);
	}
	world_fini(&w);
}

static void a_header_for_a_domain_that_is_not_served_is_host_unknown(void **unused)
{
	struct world w;
	int fd;

	(void)unused;
	world_init(&w, OPEN);
	fd = call(&w);
	say(&w, fd, HEADER("a.example", "gone.example"));
	expect(&w, fd, "<host-unknown");
	world_fini(&w);
}

/* ---- what others ask ---- */

static void keys_that_we_made_are_ours(void **unused)
{
	struct world w;
	char secret[DIGEST_HEX], key[DIGEST_HEX], *text;
	int fd;

	(void)unused;
	world_init(&w, OPEN);
	dialback_secret(STR("a secret of the process"), STR("b.example"), secret);
	dialback_key(str_of(secret), STR("a.example"), STR("b.example"), STR("id1"), key);
	fd = call(&w);
	say(&w, fd, HEADER("a.example", "b.example"));
	hear(&w, fd);
	text = mem_printf(
		"<db:verify from='a.example' to='b.example' id='id1'>%s</db:verify>", key);
	say(&w, fd, text);
	expect(&w, fd, "id='id1' type='valid'/>");
	free(text);
	text = mem_printf(
		"<db:verify from='a.example' to='b.example' id='id2'>%s</db:verify>", key);
	say(&w, fd, text);
	expect(&w, fd, "id='id2' type='invalid'/>");
	free(text);
	say(&w, fd, "<db:verify from='a.example' to='x.test' id='id1'>key</db:verify>");
	expect(&w, fd, "<item-not-found");
	world_fini(&w);
}

static void who_never_reads_its_answers_is_let_go(void **unused)
{
	static const char ask[] =
		"<db:verify from='a.example' to='b.example' id='1'>key</db:verify>";
	struct world w;
	int fd;
	unsigned i = 0;

	(void)unused;
	world_init(&w, OPEN);
	fd = proven(&w, HEADER("a.example", "b.example"), RESULT("a.example", "b.example"));
	/* Answers are as long as what is asked: nobody needs ten megabytes of them. */
	for (; i < 160000 && send(fd, ask, strlen(ask), MSG_NOSIGNAL) > 0; i++)
		if (i % 100 == 0)
			spin(&w);
	assert_true(i < 160000);
	world_fini(&w);
}

/* ---- pairs ---- */

static void one_pair_in_several_spellings_is_one(void **unused)
{
	static const char *const messages[] = {
		BODY("b\xc3\xbc"
		     "cher.example",
			"b.example"),
		BODY("B\xc3\x9c"
		     "CHER.Example",
			"B.Example."),
		BODY("xn--bcher-kva.example", "b.example"),
	};
	struct world w;
	int fd;

	(void)unused;
	world_init(&w, OPEN);
	fd = proven(&w,
		HEADER("b\xc3\xbc"
		       "cher.example",
			"b.example"),
		RESULT("b\xc3\xbc"
		       "cher.example",
			"b.example"));
	for (int i = 0; i < 6; i++)
		say(&w, fd, messages[i % 3]);
	assert_int_equal(route(&w, "xn--bcher-kva.example", "b.example")->queue_count, 6);
	assert_int_equal(feeds(&w, "xn--bcher-kva.example", "b.example"), 1);
	world_fini(&w);
}

static void a_stream_of_one_pair_is_paused_when_the_queue_is_full(void **unused)
{
	struct world w;
	struct route *r;
	int fd;

	(void)unused;
	world_init(&w, "defaults = { tls = \"off\"; authentication = \"dialback\"; queue = { "
		       "stanzas = 3; }; };\n"
		       "peering_controls = ( { match = [ \"a.example\", \"b.example\" ]; } );\n");
	fd = proven(&w, HEADER("a.example", "b.example"), RESULT("a.example", "b.example"));
	r = route(&w, "a.example", "b.example");
	for (int i = 0; i < 10; i++)
		say(&w, fd, BODY("a.example", "B.example"));
	assert_int_equal(r->queue_count, 3);
	assert_false(list_empty(&r->feeders));
	/* The hop does not exist: all that waited is answered, and the rest is read. */
	dial_cancel(r->dial);
	r->dial = NULL;
	route_bounce_queue(r, CONDITION_REMOTE_SERVER_NOT_FOUND, true, "test");
	spin(&w);
	assert_int_equal(r->queue_count, 3);
	assert_int_equal(w.trunk->stats.bounced, 3);
	world_fini(&w);
}

static void a_second_stream_of_a_pair_waits_for_its_turn(void **unused)
{
	struct world w;
	struct route *r;
	int first, second;

	(void)unused;
	world_init(&w, OPEN);
	first = proven(&w, HEADER("a.example", "b.example"), RESULT("a.example", "b.example"));
	second = proven(&w, HEADER("a.example", "b.example"), RESULT("a.example", "b.example"));
	r = route(&w, "a.example", "b.example");
	say(&w, second, BODY("a.example", "b.example"));
	assert_int_equal(r->queue_count, 0);
	say(&w, first, BODY("a.example", "b.example") "</stream:stream>");
	spin(&w);
	assert_int_equal(r->queue_count, 2);
	world_fini(&w);
}

static void one_stream_too_many_is_refused(void **unused)
{
	struct world w;
	int fd;

	(void)unused;
	world_init(&w, "limits = { streams_per_pair = 1; };\n" OPEN);
	proven(&w, HEADER("a.example", "b.example"), RESULT("a.example", "b.example"));
	fd = call(&w);
	say(&w, fd, HEADER("a.example", "b.example") RESULT("a.example", "b.example"));
	verify(&w, DIAL_OK);
	expect(&w, fd, "<resource-constraint");
	assert_int_equal(feeds(&w, "a.example", "b.example"), 1);
	world_fini(&w);
}

static void every_pair_of_a_stream_counts(void **unused)
{
	struct world w;
	int fd;

	(void)unused;
	world_init(&w, "limits = { streams_per_pair = 1; };\n" OPEN);
	proven(&w, HEADER("a.example", "b.example"), RESULT("a.example", "b.example"));
	fd = proven(&w, HEADER("c.example", "b.example"), RESULT("c.example", "b.example"));
	say(&w, fd, RESULT("a.example", "c.example"));
	verify(&w, DIAL_OK);
	assert_int_equal(feeds(&w, "a.example", "c.example"), 1);
	say(&w, fd, RESULT("a.example", "b.example"));
	verify(&w, DIAL_OK);
	expect(&w, fd, "<resource-constraint");
	world_fini(&w);
}

/* ---- TLS ---- */

static const char halfway[] =
	"defaults = { tls = \"optional\"; trust = \"ca\"; };\n"
	"peering_controls = ( { match = [ \"a.example\", \"b.example\" ]; } );\n";

static void what_was_proven_in_the_clear_does_not_live_on_under_tls(void **unused)
{
	static const char starttls[] = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
	struct world w;
	char byte;
	int fd;

	(void)unused;
	world_init(&w, halfway);
	w.plans[0].settings.certificates.n = 1; /* there is one to offer TLS with */
	fd = proven(&w, HEADER("a.example", "b.example"), RESULT("a.example", "b.example"));
	say(&w, fd, starttls);
	expect(&w, fd, "<proceed");
	assert_int_equal(recv(fd, &byte, 1, 0), 0); /* closed */
	/* The same while it is being verified. */
	fd = call(&w);
	say(&w, fd, HEADER("a.example", "b.example") RESULT("a.example", "b.example"));
	say(&w, fd, starttls);
	assert_int_equal(w.cancelled, 1);
	expect(&w, fd, "<proceed");
	assert_int_equal(recv(fd, &byte, 1, 0), 0);
	world_fini(&w);
}

/* ---- another plan ---- */

#define STRICT                                                             \
	"defaults = { trust = \"ca\"; authentication = \"external\"; };\n" \
	"peering_controls = ( { match = [ \"a.example\", \"b.example\" ]; } );\n"
#define MIXED                                                                                  \
	PLAIN "peering_controls = ( { match = \"b.example\"; }, { match = \"a.example\"; },\n" \
	      "  { match = \"s.example\"; tls = \"required\"; trust = \"ca\"; } );\n"

static void a_verdict_that_comes_under_a_stricter_plan_proves_nothing(void **unused)
{
	struct world w;
	int fd;

	(void)unused;
	/* s.example's header keeps the stream alive over the reload. */
	world_init(&w, MIXED);
	fd = call(&w);
	say(&w, fd, HEADER("s.example", "b.example") RESULT("a.example", "b.example"));
	hear(&w, fd);
	replan(&w, STRICT);
	verify(&w, DIAL_OK);
	expect(&w, fd, "type='error'");
	say(&w, fd, BODY("a.example", "b.example"));
	expect(&w, fd, "<not-authorized");
	world_fini(&w);
}

static void a_stream_that_is_too_weak_for_the_new_plan_ends(void **unused)
{
	struct world w;
	int fd, other;

	(void)unused;
	world_init(&w, MIXED);
	fd = proven(&w, HEADER("a.example", "b.example"), RESULT("a.example", "b.example"));
	/* Proven although its header, of s.example, was never answered under TLS. */
	other = proven(&w, HEADER("s.example", "b.example"), RESULT("a.example", "b.example"));
	replan(&w, STRICT);
	expect(&w, fd, "<policy-violation");
	expect(&w, other, "<policy-violation");
	world_fini(&w);
}

static void a_stream_that_is_good_enough_goes_on_under_the_new_plan(void **unused)
{
	struct world w;
	int fd, other;

	(void)unused;
	world_init(&w, MIXED);
	fd = proven(&w, HEADER("a.example", "b.example"), RESULT("a.example", "b.example"));
	other = proven(&w, HEADER("s.example", "b.example"), RESULT("b.example", "a.example"));
	replan(&w, MIXED);
	/* Nothing may point into the old one any more. */
	memset(&w.plans[0].settings, 0, sizeof(w.plans[0].settings));
	peering_rig_fini(&w.controls[0]);
	w.controls[0] = (struct peering_rig){ 0 };
	say(&w, fd, BODY("a.example", "b.example"));
	say(&w, other, BODY("b.example", "a.example"));
	assert_int_equal(route(&w, "a.example", "b.example")->queue_count, 1);
	assert_int_equal(route(&w, "b.example", "a.example")->queue_count, 1);
	world_fini(&w);
}

static void a_domain_that_is_gone_ends_its_streams(void **unused)
{
	struct world w;
	int fd;

	(void)unused;
	world_init(&w, OPEN);
	fd = proven(&w, HEADER("a.example", "b.example"), RESULT("a.example", "b.example"));
	replan(&w, PLAIN "peering_controls = ( { match = \"a.example\"; } );\n");
	expect(&w, fd, "<host-gone");
	world_fini(&w);
}

/* ---- rates ---- */

#define ONE_A_SECOND                                                                               \
	PLAIN "peering_controls = ( { match = \"a.example\"; rate = { stanzas_per_second = 1; }; " \
	      "},"                                                                                 \
	      " { match = [ \"b.example\", \"c.example\" ]; } );\n"
#define FIVE_A_SECOND                                                                              \
	PLAIN "peering_controls = ( { match = \"a.example\"; rate = { stanzas_per_second = 5; }; " \
	      "},"                                                                                 \
	      " { match = [ \"b.example\", \"c.example\" ]; } );\n"

static void wait_for_stanzas(struct world *w, const struct route *r, unsigned n)
{
	for (unsigned i = 0; i < 10000 && r->queue_count < n; i++)
		uv_run(net_loop_uv(w->loop), UV_RUN_ONCE);
	assert_int_equal(r->queue_count, n);
}

static void who_is_too_fast_is_not_read_for_a_while_and_loses_nothing(void **unused)
{
	struct world w;
	struct route *ab, *cb;
	int fast, calm;

	(void)unused;
	world_init(&w, FIVE_A_SECOND);
	ab = route(&w, "a.example", "b.example");
	cb = route(&w, "c.example", "b.example");
	fast = proven(&w, HEADER("a.example", "b.example"), RESULT("a.example", "b.example"));
	calm = proven(&w, HEADER("c.example", "b.example"), RESULT("c.example", "b.example"));
	for (unsigned i = 0; i < 8; i++)
		say(&w, fast, BODY("a.example", "b.example"));
	assert_true(list_first(&ab->inbounds, struct feed, link)->inbound->throttle.told);
	for (unsigned i = 0; i < 8; i++)
		say(&w, calm, BODY("c.example", "b.example"));
	assert_int_equal(cb->queue_count, 8);
	/* A peer that goes meanwhile has still said it. */
	close(w.callers[0]);
	w.callers[0] = w.callers[--w.ncallers];
	wait_for_stanzas(&w, ab, 8);
	world_fini(&w);
}

static void a_full_route_and_a_rate_wait_for_each_other(void **unused)
{
	struct world w;
	struct route *ab;
	int fast;

	(void)unused;
	world_init(&w, PLAIN "peering_controls = ( { match = \"a.example\"; rate = { "
			     "stanzas_per_second = 5; }; }, { match = \"b.example\"; queue = { "
			     "stanzas = 6; }; } );\n");
	ab = route(&w, "a.example", "b.example");
	fast = proven(&w, HEADER("a.example", "b.example"), RESULT("a.example", "b.example"));
	for (unsigned i = 0; i < 8; i++)
		say(&w, fast, BODY("a.example", "b.example"));
	/* The sixth filled the queue and overdrew the rate: the rate alone lets nothing in. */
	assert_false(list_empty(&ab->feeders));
	struct inbound *in = list_first(&ab->inbounds, struct feed, link)->inbound;
	for (unsigned i = 0; i < 10000 && in->throttle.holds; i++)
		uv_run(net_loop_uv(w.loop), UV_RUN_ONCE);
	spin(&w);
	assert_false(in->throttle.holds);
	assert_true(in->leg.held);
	assert_int_equal(ab->queue_count, 6);
	world_fini(&w);
}

static void who_stops_reads_what_a_rate_held_back(void **unused)
{
	struct world w;
	int fast;

	(void)unused;
	world_init(&w, ONE_A_SECOND);
	fast = proven(&w, HEADER("a.example", "b.example"), RESULT("a.example", "b.example"));
	/* In one piece: what was read from the peer's TCP is ours. */
	say(&w, fast,
		BODY("a.example", "b.example") BODY("a.example", "b.example")
			BODY("a.example", "b.example") BODY("a.example", "b.example")
				BODY("a.example", "b.example") BODY("a.example", "b.example") BODY(
					"a.example", "b.example") BODY("a.example", "b.example"));
	assert_in_range(w.trunk->stats.stanzas[VERDICT_PASS], 2, 7);
	trunk_stop(w.trunk, stopped, &w);
	assert_int_equal(w.trunk->stats.stanzas[VERDICT_PASS], 8);
	world_fini(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_valid_key_proves_one_pair),
		cmocka_unit_test(stanzas_before_any_proof_end_the_stream),
		cmocka_unit_test(another_sender_than_the_proven_one_is_invalid),
		cmocka_unit_test(an_invalid_key_ends_an_unproven_stream),
		cmocka_unit_test(who_cannot_be_asked_gets_an_error_and_may_try_again),
		cmocka_unit_test(what_no_control_or_flow_allows_is_never_verified),
		cmocka_unit_test(a_header_for_a_domain_that_is_not_served_is_host_unknown),
		cmocka_unit_test(keys_that_we_made_are_ours),
		cmocka_unit_test(who_never_reads_its_answers_is_let_go),
		cmocka_unit_test(one_pair_in_several_spellings_is_one),
		cmocka_unit_test(a_stream_of_one_pair_is_paused_when_the_queue_is_full),
		cmocka_unit_test(a_second_stream_of_a_pair_waits_for_its_turn),
		cmocka_unit_test(one_stream_too_many_is_refused),
		cmocka_unit_test(every_pair_of_a_stream_counts),
		cmocka_unit_test(what_was_proven_in_the_clear_does_not_live_on_under_tls),
		cmocka_unit_test(a_verdict_that_comes_under_a_stricter_plan_proves_nothing),
		cmocka_unit_test(a_stream_that_is_too_weak_for_the_new_plan_ends),
		cmocka_unit_test(a_stream_that_is_good_enough_goes_on_under_the_new_plan),
		cmocka_unit_test(a_domain_that_is_gone_ends_its_streams),
		cmocka_unit_test(who_is_too_fast_is_not_read_for_a_while_and_loses_nothing),
		cmocka_unit_test(a_full_route_and_a_rate_wait_for_each_other),
		cmocka_unit_test(who_stops_reads_what_a_rate_held_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
