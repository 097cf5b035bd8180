/* SPDX-License-Identifier: MIT */
/* Whose numbers are counted under which name, how they are added up, and that they are bounded. */
#include "peering_rig.h"

#include "base/mem.h"
#include "trunk/metrics.h"
#include "trunk/trunk.h"

#include <stdio.h>

#define CONTROLS                                                                       \
	"trust = ( { name = \"ca\"; ca = \"x\"; } ); defaults = { trust = \"ca\"; }; " \
	"peering_controls = ( { match = [ \"a.example\", \"b.example\" ]; "            \
	"connect = \"192.0.2.1\"; }, { match = \"*.us\"; connect = \"192.0.2.2\"; }, " \
	"{ match = \"*\"; connect = \"dns\"; } );"

static struct metrics_peer *peer(struct metrics *m, const struct peering_rig *rig, const char *text)
{
	struct domain d = peering_rig_domain(text);
	return metrics_peer(m, rig ? rig->peering : NULL, &d);
}

static void a_peer_is_counted_under_the_name_that_a_control_has_for_it(void **unused)
{
	static const struct {
		const char *domain, *name;
	} rows[] = {
		{ "a.example", "a.example" },
		{ "b.example", "b.example" },
		{ "army.us", "*.us" },
		{ "x.navy.us", "*.us" },
	};
	struct metrics m = { 0 };
	struct peering_rig rig;
	(void)unused;
	peering_rig_init(&rig, CONTROLS);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(peer(&m, &rig, rows[i].domain)->name, rows[i].name);
	assert_ptr_equal(peer(&m, &rig, "army.us"), peer(&m, &rig, "navy.us"));
	assert_int_equal(m.peers.count, 3);
	metrics_fini(&m);
	peering_rig_fini(&rig);
}

static void whoever_no_control_names_is_other_people(void **unused)
{
	struct metrics m = { 0 };
	struct peering_rig rig;
	struct domain none = { 0 };
	(void)unused;
	peering_rig_init(&rig, CONTROLS);
	struct metrics_peer *p = peer(&m, &rig, "c.example");
	assert_ptr_equal(p, m.other);
	assert_ptr_equal(peer(&m, &rig, "us"), m.other);
	assert_ptr_equal(metrics_peer(&m, rig.peering, &none), m.other);
	assert_ptr_equal(peer(&m, NULL, "a.example"), m.other);
	assert_int_equal(m.peers.count, 0);
	metrics_fini(&m);
	peering_rig_fini(&rig);
}

static void numbers_of_several_workers_are_added_up(void **unused)
{
	struct metrics a = { 0 }, b = { 0 }, sum = { 0 };
	struct peering_rig rig;
	(void)unused;
	peering_rig_init(&rig, CONTROLS);
	metrics_stanza(peer(&a, &rig, "a.example"), 0, STANZA_MESSAGE, METRICS_PASS, 100);
	metrics_stanza(peer(&b, &rig, "a.example"), 0, STANZA_MESSAGE, METRICS_PASS, 20);
	metrics_stanza(peer(&b, &rig, "b.example"), 1, STANZA_IQ, METRICS_SENT, 3);
	metrics_stanza(peer(&b, &rig, "else.example"), 0, STANZA_PRESENCE, METRICS_FOLD, 4);
	metrics_connection(&a, STR("192.0.2.1:5269"), NULL);
	metrics_connection(&b, STR("192.0.2.1:5269"), "limits.handshakes");
	metrics_stage(&a, 0, METRICS_TLS, 3);
	metrics_stage(&b, 0, METRICS_TLS, 100000);
	metrics_add(&sum, &a);
	metrics_add(&sum, &b);
	struct metrics_peer *p = peer(&sum, &rig, "a.example");
	assert_int_equal(p->stanzas[0][STANZA_MESSAGE][METRICS_PASS], 2);
	assert_int_equal(p->bytes[0], 120);
	assert_int_equal(peer(&sum, &rig, "b.example")->stanzas[1][STANZA_IQ][METRICS_SENT], 1);
	assert_int_equal(sum.other->stanzas[0][STANZA_PRESENCE][METRICS_FOLD], 1);
	struct map_node *node = map_get(&sum.listeners, STR("192.0.2.1:5269"));
	assert_non_null(node);
	assert_int_equal(map_item(node, struct metrics_named, node)->counts[0], 1);
	assert_int_equal(map_item(node, struct metrics_named, node)->counts[3], 1);
	const struct metrics_histogram *h = &sum.handshakes[0][METRICS_TLS];
	assert_int_equal(h->counts[5], 1);
	assert_int_equal(h->counts[METRICS_BOUNDS], 1);
	assert_int_equal(h->sum_us, 100003000);
	metrics_fini(&a);
	metrics_fini(&b);
	metrics_fini(&sum);
	peering_rig_fini(&rig);
}

static uint64_t rule_count(const struct metrics *m, struct str name, bool shadow)
{
	struct map_node *node = map_get(&m->rules, name);
	return node ? map_item(node, struct metrics_named, node)->counts[shadow] : 0;
}

static void rules_are_counted_by_name_over_all_plans(void **unused)
{
	static const char key[] = "block";
	struct policy old = { .name = (char[]){ "out" } }, new = { .name = (char[]){ "out" } };
	struct metrics m = { 0 };
	(void)unused;
	metrics_rule(&m, &old, key, false);
	metrics_rule(&m, &old, key, false);
	metrics_rule(&m, &old, key, true);
	metrics_replan(&m);
	metrics_rule(&m, &new, key, false);
	assert_int_equal(rule_count(&m, STR("out\0block"), false), 3);
	assert_int_equal(rule_count(&m, STR("out\0block"), true), 1);
	assert_int_equal(m.rules.count, 1);
	metrics_fini(&m);
}

static void names_are_bounded(void **unused)
{
	struct metrics m = { 0 };
	char name[32];
	(void)unused;
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "192.0.2.1:%d", i);
		metrics_connection(&m, str_of(name), NULL);
	}
	assert_int_equal(m.listeners.count, 257);
	struct map_node *node = map_get(&m.listeners, STR("other"));
	assert_non_null(node);
	assert_int_equal(map_item(node, struct metrics_named, node)->counts[0], 5000 - 256);
	metrics_fini(&m);
}

static void the_kind_of_a_stanza_shows_in_its_tag(void **unused)
{
	(void)unused;
	assert_int_equal(metrics_kind(STR("<message to='a'/>")), STANZA_MESSAGE);
	assert_int_equal(metrics_kind(STR("<presence/>")), STANZA_PRESENCE);
	assert_int_equal(metrics_kind(STR("<iq type='get'/>")), STANZA_IQ);
}

static void what_leaves_in_its_turn_is_measured_once_for_the_turn(void **unused)
{
	struct metrics m = { 0 };
	uint64_t all = 0;
	(void)unused;
	metrics_turn(&m);
	assert_true(m.turn_us > 0);
	m.direct = 7;
	metrics_turned(&m);
	metrics_waited(&m, 1000);
	for (unsigned i = 0; i <= METRICS_BOUNDS; i++)
		all += m.latency.counts[i];
	assert_int_equal(all, 8);
	assert_int_equal(m.latency.counts[10], 1);
	assert_int_equal(m.turn_us, 0);
	assert_int_equal(m.direct, 0);
	metrics_turned(&m);
	metrics_fini(&m);
}

/* Whichever of the two it is that holds them back. */
static void every_line_of_the_log_that_is_held_back_counts(void **unused)
{
	struct trunk t = { .loop = net_loop_new() };
	struct log_limit limit = { 0 };
	struct metrics sum = { 0 };
	unsigned let = 0;
	uint32_t held;
	(void)unused;
	for (unsigned i = 0; i < LOG_HELD_BURST + 7; i++)
		let += metrics_peer_line(&t, "dial", "a.example", METRICS_LINE_DIAL);
	assert_int_equal(let, LOG_HELD_BURST);
	/* Another peer's, and another event, are their own. */
	assert_true(metrics_peer_line(&t, "dial", "b.example", METRICS_LINE_DIAL));
	assert_true(metrics_peer_line(&t, "refused", "a.example", METRICS_LINE_WARNING));
	for (unsigned i = 0; i < 8; i++)
		metrics_line_pass(&t, &limit, METRICS_LINE_BOUNCE, 5, &held);
	metrics_add(&sum, &t.metrics);
	assert_int_equal(sum.held_lines[METRICS_LINE_DIAL], 7);
	assert_int_equal(sum.held_lines[METRICS_LINE_BOUNCE], 3);
	assert_int_equal(sum.held_lines[METRICS_LINE_WARNING], 0);
	metrics_fini(&sum);
	metrics_fini(&t.metrics);
	log_held_fini(&t.held);
	net_loop_stop(t.loop);
	net_loop_run(t.loop);
	net_loop_free(t.loop);
}

static void every_end_has_a_name(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < METRICS_ENDS; i++)
		assert_true(metrics_end_name(i) && *metrics_end_name(i));
	assert_string_equal(metrics_end_name(STREAM_HOST_UNKNOWN), "host-unknown");
	assert_string_equal(metrics_end_name(METRICS_END_LOST), "connection-lost");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_peer_is_counted_under_the_name_that_a_control_has_for_it),
		cmocka_unit_test(whoever_no_control_names_is_other_people),
		cmocka_unit_test(numbers_of_several_workers_are_added_up),
		cmocka_unit_test(rules_are_counted_by_name_over_all_plans),
		cmocka_unit_test(names_are_bounded),
		cmocka_unit_test(the_kind_of_a_stanza_shows_in_its_tag),
		cmocka_unit_test(what_leaves_in_its_turn_is_measured_once_for_the_turn),
		cmocka_unit_test(every_line_of_the_log_that_is_held_back_counts),
		cmocka_unit_test(every_end_has_a_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
