/* SPDX-License-Identifier: MIT */
/* What becomes of a stanza after the filter has judged it, and which pairs may come in. */
#include "peering_rig.h"

#include "trunk/decide.h"

static const char two_zones[] =
	"peering_controls = ("
	" { match = \"a.example\"; connect = \"192.0.2.1\"; zone = \"a\"; trust = \"ca\";"
	"   max_stanza = 10000; },"
	" { match = \"b.example\"; connect = \"192.0.2.2\"; zone = \"b\"; trust = \"ca\"; },"
	" { match = \"rooms.b.example\"; connect = \"192.0.2.3\"; zone = \"b\"; trust = \"ca\";"
	"   service = \"muc\"; } );"
	"flows = ( { from = \"a\"; to = \"b\"; muc = false; } );";

static const struct {
	const char *name;
	struct filter_result f; /* verdict, check, bytes_in, condition, head */
	bool muc, oversize;
	const char *to;
	enum decision_kind kind;
	enum stanza_condition condition;
	enum stream_condition stream;
	const char *app;
} cases[] = {
	{ "pass", { .verdict = VERDICT_PASS }, .kind = DECISION_DELIVER },
	{ "fold", { .verdict = VERDICT_FOLD }, .kind = DECISION_DELIVER },
	{ "drop", { .verdict = VERDICT_DROP }, .kind = DECISION_DROP },
	{ "declined", { .verdict = VERDICT_NONE }, .kind = DECISION_UNROUTED },
	{ "declined, too big", { .verdict = VERDICT_NONE }, .oversize = true,
		.kind = DECISION_UNROUTED },
	{ "bounce", { .verdict = VERDICT_BOUNCE, .condition = CONDITION_SERVICE_UNAVAILABLE },
		.kind = DECISION_BOUNCE, .condition = CONDITION_SERVICE_UNAVAILABLE },
	{ "bad request",
		{ .verdict = VERDICT_INVALID,
			.check = STANZA_BAD_REQUEST,
			.condition = CONDITION_BAD_REQUEST },
		.kind = DECISION_BOUNCE, .condition = CONDITION_BAD_REQUEST },
	{ "not a stanza", { .verdict = VERDICT_INVALID, .check = STANZA_NOT_A_STANZA },
		.kind = DECISION_END, .stream = STREAM_UNSUPPORTED_STANZA_TYPE },
	{ "no addresses", { .verdict = VERDICT_INVALID, .check = STANZA_ADDRESSING },
		.kind = DECISION_END, .stream = STREAM_IMPROPER_ADDRESSING },
	{ "just small enough", { .verdict = VERDICT_PASS, .bytes_in = 10000 },
		.kind = DECISION_DELIVER },
	{ "larger than the sender's control allows", { .verdict = VERDICT_PASS, .bytes_in = 10001 },
		.kind = DECISION_BOUNCE, .condition = CONDITION_POLICY_VIOLATION,
		.app = "stanza-too-big" },
	{ "too big, whatever the verdict", { .verdict = VERDICT_DROP, .bytes_in = 10001 },
		.kind = DECISION_BOUNCE, .condition = CONDITION_POLICY_VIOLATION,
		.app = "stanza-too-big" },
	{ "larger than the stream's limit",
		{ .verdict = VERDICT_BOUNCE, .condition = CONDITION_POLICY_VIOLATION },
		.oversize = true, .kind = DECISION_BOUNCE, .condition = CONDITION_POLICY_VIOLATION,
		.app = "stanza-too-big" },
	{ "going away, too big: its tag is left",
		{ .verdict = VERDICT_FOLD,
			.head = { .kind = STANZA_PRESENCE, .type = TYPE_UNAVAILABLE } },
		.oversize = true, .kind = DECISION_DELIVER },
	{ "an answer that is too big: an error instead",
		{ .verdict = VERDICT_FOLD,
			.refused = true,
			.head = { .kind = STANZA_IQ, .type = TYPE_RESULT } },
		.oversize = true, .kind = DECISION_DELIVER },
	{ "going away, larger than the sender's control allows",
		{ .verdict = VERDICT_FOLD,
			.bytes_in = 10001,
			.head = { .kind = STANZA_PRESENCE, .type = TYPE_UNSUBSCRIBE } },
		.kind = DECISION_DELIVER },
	{ "a join, marked", { .verdict = VERDICT_PASS, .head.kind = STANZA_PRESENCE }, .muc = true,
		.kind = DECISION_BOUNCE, .condition = CONDITION_NOT_ALLOWED },
	{ "a join, by the service", { .verdict = VERDICT_PASS, .head.kind = STANZA_PRESENCE },
		.to = "r@rooms.b.example/nick", .kind = DECISION_BOUNCE,
		.condition = CONDITION_NOT_ALLOWED },
	{ "presence to a room without a nick",
		{ .verdict = VERDICT_PASS, .head.kind = STANZA_PRESENCE },
		.to = "r@rooms.b.example", .kind = DECISION_DELIVER },
	{ "leaving a room",
		{ .verdict = VERDICT_PASS,
			.head = { .kind = STANZA_PRESENCE, .type = TYPE_UNAVAILABLE } },
		.muc = true, .to = "r@rooms.b.example/nick", .kind = DECISION_DELIVER },
	{ "a message to a room", { .verdict = VERDICT_PASS, .head.kind = STANZA_MESSAGE },
		.muc = true, .to = "r@rooms.b.example/nick", .kind = DECISION_DELIVER },
};

static void every_stanza_comes_to_one_end(void **unused)
{
	struct peering_rig rig;

	(void)unused;
	peering_rig_init(&rig, two_zones);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct filter_result f = cases[i].f;
		const char *to = cases[i].to ? cases[i].to : "b@b.example";
		const char *host = strchr(to, '@') + 1;
		struct passage p = peering_rig_permit(&rig, "a.example",
			strncmp(host, "rooms.", 6) == 0 ? "rooms.b.example" : "b.example");

		if (cases[i].muc)
			feature_set_add(&f.seen, FEATURE_MUC);
		f.head.to = str_of(to);
		f.reason = "as the filter says";
		struct decision d = decide_stanza(&p, &f, cases[i].oversize);
		if (d.kind != cases[i].kind || d.condition != cases[i].condition ||
			d.stream != cases[i].stream || !d.app != !cases[i].app ||
			(d.app && strcmp(d.app, cases[i].app) != 0) ||
			(d.kind == DECISION_BOUNCE && !d.why))
			fail_msg("%s: kind %d, condition %s, application %s", cases[i].name, d.kind,
				stanza_condition_name(d.condition), d.app ? d.app : "none");
	}
	peering_rig_fini(&rig);
}

static void rooms_may_be_joined_where_the_flow_lets_them(void **unused)
{
	struct peering_rig rig;
	struct filter_result f = { .verdict = VERDICT_PASS, .head.kind = STANZA_PRESENCE };

	(void)unused;
	peering_rig_init(&rig, two_zones);
	struct passage p = peering_rig_permit(&rig, "a.example", "rooms.b.example");
	p.muc = true;
	f.head.to = str_of("r@rooms.b.example/nick");
	feature_set_add(&f.seen, FEATURE_MUC);
	assert_int_equal(decide_stanza(&p, &f, false).kind, DECISION_DELIVER);
	peering_rig_fini(&rig);
}

static void available_presence_outside_rooms_is_left_out_when_it_repeats(void **unused)
{
	static const struct {
		enum stanza_kind kind;
		enum stanza_type type;
		bool off, muc, from_room, to_room, once;
	} rows[] = {
		{ .kind = STANZA_PRESENCE, .once = true },
		{ .kind = STANZA_PRESENCE, .off = true },
		{ .kind = STANZA_PRESENCE, .muc = true },
		{ .kind = STANZA_PRESENCE, .from_room = true },
		{ .kind = STANZA_PRESENCE, .to_room = true },
		{ .kind = STANZA_PRESENCE, .type = TYPE_UNAVAILABLE },
		{ .kind = STANZA_PRESENCE, .type = TYPE_PROBE },
		{ .kind = STANZA_PRESENCE, .type = TYPE_ERROR },
		{ .kind = STANZA_PRESENCE, .type = TYPE_SUBSCRIBED },
		{ .kind = STANZA_MESSAGE },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct control_config user = { .service = SERVICE_NONE },
				      room = { .service = SERVICE_MUC };
		struct control from = { .config = rows[i].from_room ? &room : &user };
		struct control to = { .config = rows[i].to_room ? &room : &user };
		struct policy_table table = { .suppress_repeats = !rows[i].off };
		struct passage p = { .from = &from, .to = &to, .table = &table };
		struct filter_result f = { .head = { .kind = rows[i].kind, .type = rows[i].type } };

		if (rows[i].muc)
			feature_set_add(&f.seen, FEATURE_MUC);
		assert_int_equal(decide_once(&p, &f), rows[i].once);
	}
}

static void addresses_inside_are_judged_where_there_are_flows(void **unused)
{
	struct peering_rig rig;
	const struct decide_certificates unknown = { 0 };
	const struct stanza_head head = { 0 };
	struct filter_context c = { 0 };
	struct passage p;

	(void)unused;
	peering_rig_init(&rig, two_zones);
	p = peering_rig_permit(&rig, "a.example", "rooms.b.example");
	decide_context(&p, &head, &unknown, &c);
	assert_false(c.from_room);
	assert_true(c.to_room);
	assert_true(c.permit(c.permit_arg, STR("A.example"), STR("b.example")));
	assert_false(c.permit(c.permit_arg, STR("b.example"), STR("a.example")));
	assert_false(c.permit(c.permit_arg, STR("a.example"), STR("..")));
	p.deputies = NULL;
	c = (struct filter_context){ 0 };
	decide_context(&p, &head, &unknown, &c);
	assert_null(c.permit);
	peering_rig_fini(&rig);
}

static void a_pair_that_may_not_pass_ends_the_stream(void **unused)
{
	static const struct {
		enum permit permit;
		bool passes;
		enum stream_condition condition;
	} permits[] = {
		{ PERMIT_YES, true, 0 },
		{ PERMIT_ANSWERS, true, 0 },
		{ PERMIT_NO_FROM, false, STREAM_INVALID_FROM },
		{ PERMIT_NO_TO, false, STREAM_HOST_UNKNOWN },
		{ PERMIT_NO_FLOW, false, STREAM_HOST_UNKNOWN },
		{ PERMIT_DEFAULT_ROUTE, false, STREAM_HOST_UNKNOWN },
		{ PERMIT_BACK, false, STREAM_HOST_UNKNOWN },
		{ PERMIT_DIRECTION, false, STREAM_HOST_UNKNOWN },
		{ PERMIT_BLOCKED, false, STREAM_HOST_UNKNOWN },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(permits) / sizeof(permits[0]); i++) {
		struct passage p = { .permit = permits[i].permit };
		struct pair_refusal r;

		assert_int_equal(decide_pair(&p, &r), permits[i].passes);
		if (permits[i].passes)
			continue;
		assert_int_equal(r.condition, permits[i].condition);
		assert_string_equal(r.text, permit_name(permits[i].permit));
	}
}

static void the_hard_limit_is_eight_times_the_limit_and_bounded(void **unused)
{
	static const struct limits_config lim = {
		.depth = 64, .attributes = 32, .declarations = 16, .tag_bytes = 65536
	};
	static const size_t sizes[][2] = { { 10000, 80000 }, { 2097152, 16777216 },
		{ 2097153, 16777216 }, { 16777216, 16777216 } };

	(void)unused;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct scanner_limits l = decide_limits(&lim, sizes[i][0]);

		assert_int_equal(l.bytes, sizes[i][0]);
		assert_int_equal(l.hard_bytes, sizes[i][1]);
		assert_int_equal(l.depth, 64);
		assert_int_equal(l.attributes, 32);
		assert_int_equal(l.declarations, 16);
		assert_int_equal(l.tag_bytes, 65536);
	}
}

static void one_word_says_what_became_of_a_stanza(void **unused)
{
	static const struct {
		enum decision_kind kind;
		struct filter_result f;
		const char *want;
	} rows[] = {
		{ DECISION_DELIVER, { .verdict = VERDICT_PASS, .reason = "pass" }, "pass" },
		{ DECISION_DELIVER, { .verdict = VERDICT_FOLD, .reason = "strip" }, "fold" },
		{ DECISION_DROP, { .verdict = VERDICT_DROP, .reason = "folded-away" }, "fold" },
		{ DECISION_DROP, { .verdict = VERDICT_DROP, .reason = "spoofed" }, "drop" },
		{ DECISION_BOUNCE,
			{ .verdict = VERDICT_BOUNCE,
				.reason = "block",
				.head = { .kind = STANZA_IQ, .type = TYPE_SET } },
			"bounce" },
		{ DECISION_BOUNCE,
			{ .verdict = VERDICT_BOUNCE,
				.reason = "block",
				.head = { .kind = STANZA_MESSAGE, .type = TYPE_ERROR } },
			"drop" },
		{ DECISION_UNROUTED, { .verdict = VERDICT_NONE, .reason = "unrouted" }, "drop" },
		{ DECISION_END, { .verdict = VERDICT_INVALID, .reason = "addressing" }, "drop" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct decision d = { .kind = rows[i].kind };

		assert_string_equal(decision_verdict(&d, &rows[i].f), rows[i].want);
	}
	for (size_t i = 0; i < 2; i++) {
		/* What was only folded is not refused for that. */
		struct decision d = { .kind = DECISION_BOUNCE };

		assert_false(decision_by_filter(&d, &rows[i].f));
		d.kind = rows[i].kind;
		assert_true(decision_by_filter(&d, &rows[i].f));
	}
	assert_int_equal(decide_unrecorded().kind, DECISION_BOUNCE);
	assert_int_equal(decide_unrecorded().condition, CONDITION_RESOURCE_CONSTRAINT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_stanza_comes_to_one_end),
		cmocka_unit_test(one_word_says_what_became_of_a_stanza),
		cmocka_unit_test(rooms_may_be_joined_where_the_flow_lets_them),
		cmocka_unit_test(available_presence_outside_rooms_is_left_out_when_it_repeats),
		cmocka_unit_test(addresses_inside_are_judged_where_there_are_flows),
		cmocka_unit_test(a_pair_that_may_not_pass_ends_the_stream),
		cmocka_unit_test(the_hard_limit_is_eight_times_the_limit_and_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
