/* SPDX-License-Identifier: MIT */
/* The hash map, its hash, and the intrusive list. */
#include "unit.h"

#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/siphash.h"

#include <stdio.h>
#include <stdlib.h>

struct item {
	int number;
	struct map_node node;
	char name[16];
	bool seen;
};

/* The reference vectors of the authors: key 00 01 .. 0f, message 00 01 .. (n - 1). */
static void siphash_gives_the_published_values(void **unused)
{
	static const struct {
		size_t n;
		uint64_t hash;
	} rows[] = {
		{ 0, UINT64_C(0x726fdb47dd0e0e31) },
		{ 1, UINT64_C(0x74f839c593dc67fd) },
		{ 2, UINT64_C(0x0d6c8009d9a94f5a) },
		{ 3, UINT64_C(0x85676696d7fb7e2d) },
		{ 7, UINT64_C(0xab0200f58b01d137) },
		{ 8, UINT64_C(0x93f5f5799a932462) },
		{ 15, UINT64_C(0xa129ca6149be45e5) },
		{ 63, UINT64_C(0x958a324ceb064572) },
	};
	const uint64_t seed[2] = { UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908) };
	char message[64];

	(void)unused;
	for (int i = 0; i < 64; i++)
		message[i] = (char)i;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(siphash(seed, (struct str){ message, rows[i].n }) == rows[i].hash);
}

static struct item *find(const struct map *m, const char *name)
{
	struct map_node *n = map_get(m, str_of(name));

	return n ? map_item(n, struct item, node) : NULL;
}

static void a_map_of_100000_keys_finds_each_and_only_these_after_half_is_removed(void **unused)
{
	enum { N = 100000 };
	struct item *items = mem_zero(N, sizeof(*items));
	struct map m;
	size_t pos = 0, walked = 0;

	(void)unused;
	map_init(&m);
	assert_null(find(&m, "1"));
	for (int i = 0; i < N; i++) {
		items[i].number = i;
		snprintf(items[i].name, sizeof(items[i].name), "%d.example", i);
		map_put(&m, &items[i].node, str_of(items[i].name));
	}
	assert_int_equal(m.count, N);
	for (int i = 0; i < N; i++)
		assert_ptr_equal(find(&m, items[i].name), &items[i]);
	assert_null(find(&m, "100000.example"));
	for (int i = 0; i < N; i += 2)
		map_remove(&m, &items[i].node);
	assert_int_equal(m.count, N / 2);
	for (int i = 0; i < N; i++)
		assert_ptr_equal(find(&m, items[i].name), i % 2 ? &items[i] : NULL);
	for (struct map_node *n = map_next(&m, &pos, NULL); n; n = map_next(&m, &pos, n)) {
		struct item *it = map_item(n, struct item, node);

		assert_false(it->seen);
		assert_int_equal(it->number % 2, 1);
		it->seen = true;
		walked++;
	}
	assert_int_equal(walked, N / 2);
	map_fini(&m);
	map_fini(&m);
	free(items);
}

static void what_a_walk_returns_may_be_removed_and_freed(void **unused)
{
	enum { N = 5000 };
	bool seen[N] = { false };
	size_t pos = 0, freed = 0, walked = 0;
	struct map_node *n = NULL;
	struct map m;

	(void)unused;
	map_init(&m);
	for (int i = 0; i < N; i++) {
		struct item *it = MEM_NEW(struct item);

		it->number = i;
		snprintf(it->name, sizeof(it->name), "%d", i);
		map_put(&m, &it->node, str_of(it->name));
	}
	while ((n = map_next(&m, &pos, n)) != NULL) {
		struct item *it = map_item(n, struct item, node);

		assert_false(seen[it->number]);
		seen[it->number] = true;
		walked++;
		if (it->number % 3 == 0)
			continue;
		map_remove(&m, n);
		free(it);
		freed++;
		n = NULL;
	}
	assert_int_equal(walked, N);
	assert_int_equal(m.count, N - freed);
	for (pos = 0; (n = map_next(&m, &pos, NULL)) != NULL;) {
		map_remove(&m, n);
		free(map_item(n, struct item, node));
	}
	assert_int_equal(m.count, 0);
	map_fini(&m);
}

static void keys_are_bytes_and_the_empty_key_is_one(void **unused)
{
	struct item a = { .number = 1 }, b = { .number = 2 }, c = { .number = 3 };
	struct map m;

	(void)unused;
	map_init(&m);
	map_put(&m, &a.node, STR(""));
	map_put(&m, &b.node, STR("x\0y"));
	map_put(&m, &c.node, STR("x\0z"));
	assert_ptr_equal(map_get(&m, (struct str){ NULL, 0 }), &a.node);
	assert_ptr_equal(map_get(&m, STR("x\0y")), &b.node);
	assert_ptr_equal(map_get(&m, STR("x\0z")), &c.node);
	assert_null(map_get(&m, STR("x")));
	map_fini(&m);
}

static void two_maps_do_not_share_their_seed(void **unused)
{
	struct map a, b;

	(void)unused;
	map_init(&a);
	map_init(&b);
	assert_memory_not_equal(a.seed, b.seed, sizeof(a.seed));
	map_fini(&a);
	map_fini(&b);
}

struct link {
	struct list list;
	int number;
};

static int numbers(struct list *head)
{
	int sum = 0;

	list_for_each (it, head)
		sum = sum * 10 + list_item(it, struct link, list)->number;
	return sum;
}

static void a_list_keeps_its_order_through_every_operation(void **unused)
{
	struct link l[6];
	struct list a, b;

	(void)unused;
	list_init(&a);
	list_init(&b);
	for (int i = 0; i < 6; i++)
		l[i].number = i + 1;
	list_append(&a, &l[1].list);
	list_append(&a, &l[2].list);
	list_prepend(&a, &l[0].list);
	assert_int_equal(numbers(&a), 123);
	list_append(&b, &l[3].list);
	list_append(&b, &l[4].list);
	list_splice(&a, &b);
	assert_int_equal(numbers(&a), 12345);
	assert_true(list_empty(&b));
	list_splice(&a, &b);
	assert_int_equal(numbers(&a), 12345);
	assert_int_equal(list_first(&a, struct link, list)->number, 1);
	list_for_each_safe (it, &a) {
		if (list_item(it, struct link, list)->number % 2)
			list_remove(it);
	}
	assert_int_equal(numbers(&a), 24);
	list_remove(&l[0].list);
	list_remove(&l[1].list);
	list_remove(&l[3].list);
	assert_true(list_empty(&a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(siphash_gives_the_published_values),
		cmocka_unit_test(
			a_map_of_100000_keys_finds_each_and_only_these_after_half_is_removed),
		cmocka_unit_test(what_a_walk_returns_may_be_removed_and_freed),
		cmocka_unit_test(keys_are_bytes_and_the_empty_key_is_one),
		cmocka_unit_test(two_maps_do_not_share_their_seed),
		cmocka_unit_test(a_list_keeps_its_order_through_every_operation),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
