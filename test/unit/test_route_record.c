/* SPDX-License-Identifier: MIT */
/* Audit and routes: what waits for its record, and the outcomes that are recorded. */
#include "route_rig.h"

#include "audit/read.h"
#include "audit/writer.h"
#include "base/mem.h"
#include "trunk/head.h"
#include "trunk/record.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct audited {
	struct rig rig;
	char dir[40], file[64], note[64];
};

static void begin(struct audited *a, bool required)
{
	struct audit_options o = { .file = a->file, .node = "trunk" };
	char words[256];

	rig_init(&a->rig);
	snprintf(a->dir, sizeof(a->dir), "/tmp/test_route_record.XXXXXX");
	assert_non_null(mkdtemp(a->dir));
	snprintf(a->file, sizeof(a->file), "%s/audit", a->dir);
	snprintf(a->note, sizeof(a->note), "%s/audit.chain", a->dir);
	a->rig.shared.audit = (struct trunk_audit){
		.writer = audit_writer_new(&o, words, sizeof(words)),
		.required = required,
		.node = "trunk",
	};
	assert_non_null(a->rig.shared.audit.writer);
}

static void end(struct audited *a)
{
	audit_writer_free(a->rig.shared.audit.writer);
	a->rig.shared.audit = (struct trunk_audit){ 0 };
	rig_fini(&a->rig);
	unlink(a->file);
	unlink(a->note);
	rmdir(a->dir);
}

static enum route_outcome deliver(
	struct audited *a, struct route *r, const char *stanza, uint64_t number)
{
	struct stanza_head head;
	struct delivery d = { .head = &head, .bytes = str_of(stanza), .audit = number };

	assert_true(head_read(a->rig.trunk.heads, d.bytes, &head));
	return route_deliver(r, &d);
}

/* Records, until the one with this number is in the file; then what mail would do. */
static void write_upto(struct audited *a, uint64_t number)
{
	struct audit_writer *w = a->rig.shared.audit.writer;
	struct audit_record r = { .event = AUDIT_RELOAD };

	while (audit_writer_event(w, &r) < number) {
	}
	for (int i = 0; i < 5000 && audit_writer_written(w) < number; i++)
		poll(NULL, 0, 2);
	assert_true(audit_writer_written(w) >= number);
	route_drain(a->rig.ab);
	route_drain(a->rig.ba);
}

/* The outcomes in the file, as "number verdict reason-or-condition;". */
static void expect_outcomes(struct audited *a, const char *want)
{
	struct buf got = { 0 };
	struct audit_entry e;

	audit_writer_free(a->rig.shared.audit.writer);
	a->rig.shared.audit.writer = NULL;
	FILE *f = fopen(a->file, "r");
	struct audit_reader *r = audit_reader_new(f);

	while (audit_read_next(r, &e) == 1)
		if (e.record.event == AUDIT_OUTCOME)
			buf_printf(&got, "%ju %.*s %.*s%.*s;", (uintmax_t)e.record.stanza,
				STR_ARG(e.record.verdict), STR_ARG(e.record.reason),
				STR_ARG(e.record.condition));
	assert_str(buf_view(&got), want);
	buf_fini(&got);
	audit_reader_free(r);
	fclose(f);
}

static struct rig_stream *ready(struct audited *a, struct route *r, const char *stanza)
{
	struct rig_stream *s;

	deliver(a, r, stanza, 0);
	s = rig_dialled(&a->rig, r, DIAL_OK);
	rig_expect_sent(s, stanza);
	return s;
}

static void a_stanza_waits_for_its_record_and_those_behind_it_too(void **unused)
{
	struct audited a;

	(void)unused;
	begin(&a, true);
	struct rig_stream *s = ready(&a, a.rig.ab, AB("0"));

	assert_int_equal(deliver(&a, a.rig.ab, AB("1"), 20), ROUTE_QUEUED);
	/* Not recorded at all, as an error of ours for what came before: it may not overtake. */
	assert_int_equal(deliver(&a, a.rig.ab, AB("2"), 0), ROUTE_QUEUED);
	assert_int_equal(deliver(&a, a.rig.ab, AB("3"), 40), ROUTE_QUEUED);
	rig_expect_sent(s, "");
	assert_false(list_empty(&a.rig.trunk.unrecorded));
	write_upto(&a, 20);
	rig_expect_sent(s, AB("1") AB("2"));
	write_upto(&a, 40);
	rig_expect_sent(s, AB("3"));
	/* What is written already need not wait. */
	assert_int_equal(deliver(&a, a.rig.ab, AB("4"), 40), ROUTE_SENT);
	end(&a);
}

static void a_feeder_is_not_paused_for_what_only_waits_for_its_record(void **unused)
{
	struct audited a;

	(void)unused;
	begin(&a, true);
	ready(&a, a.rig.ab, AB("0"));
	deliver(&a, a.rig.ab, AB("1"), 1000);
	assert_false(route_wants_pause(a.rig.ab));
	deliver(&a, a.rig.ab, AB("2"), 1001);
	deliver(&a, a.rig.ab, AB("3"), 1002); /* three is what the queue takes */
	assert_true(route_wants_pause(a.rig.ab));
	assert_int_equal(deliver(&a, a.rig.ab, AB("4"), 1003), ROUTE_FULL);
	end(&a);
}

static void without_required_nothing_waits(void **unused)
{
	struct audited a;

	(void)unused;
	begin(&a, false);
	ready(&a, a.rig.ab, AB("0"));
	assert_int_equal(deliver(&a, a.rig.ab, AB("1"), 1000), ROUTE_SENT);
	end(&a);
}

static void what_is_not_recorded_in_time_is_answered(void **unused)
{
	struct audited a;

	(void)unused;
	begin(&a, true);
	struct rig_stream *s = ready(&a, a.rig.ab, AB("0"));
	struct rig_stream *back = ready(&a, a.rig.ba, BA("0"));

	deliver(&a, a.rig.ab, AB("1"), 1000);
	rig_tick(&a.rig, 10001);
	rig_expect_sent(s, "");
	/* The answer does not wait for a record of its own. */
	assert_non_null(memmem(buf_view(&back->sent).p, buf_len(&back->sent), "resource-constraint",
		strlen("resource-constraint")));
	expect_outcomes(&a, "1000 bounce resource-constraint;");
	end(&a);
}

static void each_end_of_a_broken_stream_has_its_number(void **unused)
{
	struct audited a;
	size_t n = strlen(AB("1"));

	(void)unused;
	begin(&a, false);
	struct rig_stream *s = ready(&a, a.rig.ab, AB("0"));

	ready(&a, a.rig.ba, BA("0"));
	/* The first one is off the stream's books (rig_expect_sent): numbers are counted from the
	 * end. */
	deliver(&a, a.rig.ab, AB("1"), 11);
	deliver(&a, a.rig.ab, AB("2"), 12);
	deliver(&a, a.rig.ab, AB("3"), 13);
	deliver(&a, a.rig.ab, AB("4"), 14);
	rig_break(&a.rig, s, n, 3 * n); /* 1 arrived, 2 and 3 perhaps, 4 never left */
	assert_int_equal(a.rig.ab->queue_count, 1);
	rig_tick(&a.rig, 10001); /* and now it is too late for it */
	expect_outcomes(&a, "12 uncertain remote-server-timeout;13 uncertain remote-server-timeout;"
			    "14 bounce remote-server-timeout;");
	end(&a);
}

static void what_may_not_be_answered_is_a_drop(void **unused)
{
	struct audited a;

	(void)unused;
	begin(&a, false);
	deliver(&a, a.rig.ab, "<message from='u@a.example' to='v@b.example' id='e' type='error'/>",
		7);
	deliver(&a, a.rig.ab, AB("1"), 8);
	/* Nor can the answer leave: its own queue is timed out later. */
	rig_tick(&a.rig, 10001);
	rig_tick(&a.rig, 10001);
	expect_outcomes(&a, "7 drop not-bounceable;8 bounce remote-server-timeout;"
			    "0 drop bounce-undeliverable;");
	end(&a);
}

static void what_goes_bare_against_a_flow_says_so_in_an_outcome(void **unused)
{
#define CONTROL(name, zone)                                  \
	"{ match = \"" name "\"; zone = \"" zone             \
	"\"; tls = \"off\"; authentication = \"dialback\"; " \
	"queue = { stanzas = 3; bytes = \"16k\"; seconds = \"10s\"; }; }"
#define GONE "<presence from='v@b.example' to='u@a.example' type='unavailable'"
	struct audited a;

	(void)unused;
	begin(&a, false);
	rig_replan(&a.rig, "peering_controls = ( " CONTROL("a.example", "a") ", " CONTROL(
				   "b.example", "b") " );\n"
						     "flows = ( { from = \"a\"; to = \"b\"; } );");
	deliver(&a, a.rig.ba, GONE "/>", 5);
	struct rig_stream *s = rig_dialled(&a.rig, a.rig.ba, DIAL_OK);

	rig_expect_sent(s, GONE "/>");
	deliver(&a, a.rig.ba, GONE "><status>gone</status></presence>", 6);
	deliver(&a, a.rig.ba, GONE "><status>not recorded</status></presence>", 0);
	rig_expect_sent(s, GONE "/>" GONE "/>");
	expect_outcomes(&a, "6 fold flow;");
	end(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stanza_waits_for_its_record_and_those_behind_it_too),
		cmocka_unit_test(a_feeder_is_not_paused_for_what_only_waits_for_its_record),
		cmocka_unit_test(without_required_nothing_waits),
		cmocka_unit_test(what_is_not_recorded_in_time_is_answered),
		cmocka_unit_test(each_end_of_a_broken_stream_has_its_number),
		cmocka_unit_test(what_may_not_be_answered_is_a_drop),
		cmocka_unit_test(what_goes_bare_against_a_flow_says_so_in_an_outcome),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
