/* SPDX-License-Identifier: MIT */
/*
 * A hash map from byte strings to intrusive nodes, seeded per map (SipHash-2-4), so that a peer
 * who chooses keys cannot choose collisions. The map owns its table, never the nodes or keys.
 */
#pragma once

#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

struct map_node {
	struct map_node *next;
	struct str key; /* must live as long as the node is in the map */
	uint64_t hash;
};

struct map {
	struct map_node **table;
	size_t size; /* a power of two, or 0 before the first insertion */
	size_t count;
	uint64_t seed[2];
};

/* An empty map with a random seed. */
void map_init(struct map *m);
/* Frees the table; the nodes are the caller's. */
void map_fini(struct map *m);
struct map_node *map_get(const struct map *m, struct str key);
/* Adds a node whose key is not in the map yet. */
void map_put(struct map *m, struct map_node *node, struct str key);
void map_remove(struct map *m, struct map_node *node);
/* Walks all nodes in no order: *pos starts at 0, last is the node just returned (NULL at first);
 * NULL at the end. The node just returned may be removed, and freed: then last may be NULL. Nothing
 * else may be removed and nothing added during a walk. */
struct map_node *map_next(const struct map *m, size_t *pos, struct map_node *last);

#define map_item(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))
