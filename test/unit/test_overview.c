/* SPDX-License-Identifier: MIT */
/* How things stand at a worker: queues, next hops, pairs; added up, and bounded. */
#include "route_rig.h"

#include "trunk/overview.h"
#include "trunk/peer.h"

#include <stdio.h>

static const struct overview_label *label(const struct overview *o, const char *name)
{
	struct map_node *node = map_get(&o->labels, str_of(name));
	assert_non_null(node);
	return map_item(node, struct overview_label, node);
}

static const struct overview_peer *peer(const struct overview *o, const char *name)
{
	struct map_node *node = map_get(&o->peers, str_of(name));
	assert_non_null(node);
	return map_item(node, struct overview_peer, node);
}

static void what_waits_is_seen_by_its_next_hop(void **unused)
{
	struct overview o = { 0 };
	struct rig rig;
	(void)unused;
	rig_init(&rig);
	list_init(&rig.trunk.legs);
	rig_message(rig.ab, "1");
	rig.now += 700;
	rig_message(rig.ab, "2");
	overview_take(&rig.trunk, &o);
	assert_int_equal(label(&o, "b.example")->queue_stanzas, 2);
	assert_int_equal(label(&o, "b.example")->oldest_ms, 700);
	assert_true(label(&o, "b.example")->queue_bytes > 100);
	assert_int_equal(peer(&o, "b.example")->queued, 2);
	assert_int_equal(peer(&o, "b.example")->dialling, 1);
	assert_string_equal(peer(&o, "b.example")->match, "b.example");
	struct map_node *node = map_get(&o.pairs, STR("a.example b.example"));
	assert_non_null(node);
	const struct overview_pair *p = map_item(node, struct overview_pair, node);
	assert_string_equal(p->a.s, "a.example");
	assert_true(p->ways[0].dialling && !p->ways[0].out && !p->ways[1].dialling);
	overview_fini(&o);
	rig_dialled(&rig, rig.ab, DIAL_OK);
	o = (struct overview){ 0 };
	overview_take(&rig.trunk, &o);
	assert_int_equal(peer(&o, "b.example")->out, 1);
	node = map_get(&o.pairs, STR("a.example b.example"));
	assert_int_equal(map_item(node, struct overview_pair, node)->ways[0].carried, 2);
	overview_fini(&o);
	rig_fini(&rig);
}

static void a_next_hop_tells_its_last_attempt(void **unused)
{
	struct overview one = { 0 }, two = { 0 }, sum = { 0 };
	struct rig rig;
	(void)unused;
	rig_init(&rig);
	list_init(&rig.trunk.legs);
	struct peer *p = peer_get(&rig.trunk.peers, &rig.ab->to);
	peer_succeeded(p, 1000);
	overview_take(&rig.trunk, &one);
	struct attempt *a = attempts_next(&p->out);
	a->wall = 2000;
	snprintf(a->words, sizeof(a->words), "connection refused");
	peer_failed(p, rig.now);
	overview_take(&rig.trunk, &two);
	overview_add(&sum, &two);
	overview_add(&sum, &one);
	assert_int_equal(label(&one, "b.example")->down, 0);
	assert_int_equal(label(&sum, "b.example")->tried, 2);
	assert_int_equal(label(&sum, "b.example")->down, 1);
	assert_int_equal(label(&sum, "b.example")->last_success, 1000);
	assert_true(label(&sum, "b.example")->retry_ms > 700);
	assert_string_equal(peer(&sum, "b.example")->attempt.words, "connection refused");
	assert_int_equal(peer(&sum, "b.example")->failures, 1);
	overview_fini(&one);
	overview_fini(&two);
	overview_fini(&sum);
	rig_fini(&rig);
}

static void of_too_many_only_the_number_is_kept(void **unused)
{
	struct overview o = { 0 };
	struct rig rig;
	(void)unused;
	rig_init(&rig);
	list_init(&rig.trunk.legs);
	for (int i = 0; i < OVERVIEW_PEERS; i++) {
		char name[32];
		snprintf(name, sizeof(name), "n%d.example", i);
		struct domain d = peering_rig_domain(name);
		peer_succeeded(peer_get(&rig.trunk.peers, &d), 1);
	}
	peer_succeeded(peer_get(&rig.trunk.peers, &rig.ab->to), 1);
	overview_take(&rig.trunk, &o);
	/* No control names them; the one that has a control is there all the same. */
	assert_int_equal(o.peers.count, OVERVIEW_UNNAMED + 1);
	assert_int_equal(peer(&o, "b.example")->last_success, 1);
	assert_int_equal(o.more_peers, OVERVIEW_PEERS - OVERVIEW_UNNAMED);
	assert_int_equal(label(&o, "")->tried, OVERVIEW_PEERS);
	overview_fini(&o);
	rig_fini(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_waits_is_seen_by_its_next_hop),
		cmocka_unit_test(a_next_hop_tells_its_last_attempt),
		cmocka_unit_test(of_too_many_only_the_number_is_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
