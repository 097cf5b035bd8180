/* SPDX-License-Identifier: MIT */
/*
 * A hash map of chains. The table doubles when there are more nodes than chains and never shrinks.
 * Owns the table, never nodes or keys.
 */
#include "base/map.h"

#include "base/mem.h"
#include "base/random.h"
#include "base/siphash.h"

#include <assert.h>
#include <stdlib.h>

enum {
	MAP_LEAST = 16,
	MAP_DEPTH_BITS = 16, /* of a walk's position: how deep in the chain */
};

void map_init(struct map *m)
{
	*m = (struct map){ 0 };
	random_bytes(m->seed, sizeof(m->seed));
}

void map_fini(struct map *m)
{
	free(m->table);
	m->table = NULL;
	m->size = m->count = 0;
}

static struct map_node **chain(const struct map *m, uint64_t hash)
{
	return &m->table[hash & (m->size - 1)];
}

static void link_node(struct map *m, struct map_node *node)
{
	struct map_node **head = chain(m, node->hash);

	node->next = *head;
	*head = node;
}

static void grow(struct map *m)
{
	struct map_node **old = m->table;
	size_t old_size = m->size;

	m->size = old_size ? old_size * 2 : MAP_LEAST;
	m->table = mem_zero(m->size, sizeof(struct map_node *));
	for (size_t i = 0; i < old_size; i++) {
		for (struct map_node *n = old[i], *next; n; n = next) {
			next = n->next;
			link_node(m, n);
		}
	}
	free(old);
}

struct map_node *map_get(const struct map *m, struct str key)
{
	uint64_t hash;

	if (!m->count)
		return NULL;
	hash = siphash(m->seed, key);
	for (struct map_node *n = *chain(m, hash); n; n = n->next) {
		if (n->hash == hash && str_eq(n->key, key))
			return n;
	}
	return NULL;
}

void map_put(struct map *m, struct map_node *node, struct str key)
{
	if (m->count >= m->size)
		grow(m);
	node->key = key;
	node->hash = siphash(m->seed, key);
	link_node(m, node);
	m->count++;
}

void map_remove(struct map *m, struct map_node *node)
{
	struct map_node **at = chain(m, node->hash);

	while (*at != node) {
		assert(*at);
		at = &(*at)->next;
	}
	*at = node->next;
	node->next = NULL;
	m->count--;
}

/* The position names the chain and the depth of the node returned last. If that node is gone, its
 * successor stands there now. `last` is only compared, never followed: it may be freed already. */
struct map_node *map_next(const struct map *m, size_t *pos, struct map_node *last)
{
	for (;;) {
		size_t index = *pos >> MAP_DEPTH_BITS;
		size_t depth = *pos & ((1u << MAP_DEPTH_BITS) - 1);
		struct map_node *n;

		if (index >= m->size)
			return NULL;
		n = m->table[index];
		while (n && depth--)
			n = n->next;
		if (n && n == last) {
			n = n->next;
			++*pos;
		}
		if (n)
			return n;
		*pos = (index + 1) << MAP_DEPTH_BITS;
	}
}
