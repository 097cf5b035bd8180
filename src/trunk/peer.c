/* SPDX-License-Identifier: MIT */
/* See peer.h. */
#include "trunk/peer.h"

#include "base/mem.h"
#include "base/random.h"

#include <stdio.h>
#include <stdlib.h>

enum { BACKOFF_FIRST_MS = 1000, BACKOFF_MAX_MS = 300000, PEERS_MAX = 20000 };

static const char *const stage_names[] = { "dns", "tcp", "tls", "stream", "auth", "ready" };

const char *attempt_stage_name(enum attempt_stage s)
{
	return stage_names[s];
}

static void peer_free(struct map *peers, struct peer *p)
{
	map_remove(peers, &p->node);
	free(p->out.ring);
	free(p->in.ring);
	free(p);
}

/* A peer under a default route may make us try any name: the table does not grow for ever. */
static void make_room(struct map *peers)
{
	size_t pos = 0;
	struct map_node *node = map_next(peers, &pos, NULL);
	if (peers->count < PEERS_MAX || !node)
		return;
	peer_free(peers, map_item(node, struct peer, node));
}

struct peer *peer_get(struct map *peers, const struct domain *d)
{
	struct map_node *node = map_get(peers, domain_str(d));
	if (node)
		return map_item(node, struct peer, node);
	make_room(peers);
	struct peer *p = MEM_NEW(struct peer);
	p->domain = *d;
	map_put(peers, &p->node, domain_str(&p->domain));
	return p;
}

void attempt_saw(struct attempt *a, const char *names, int64_t end)
{
	snprintf(a->certificate, sizeof(a->certificate), "%.127s", names);
	a->certificate_end = end;
}

struct attempt *attempts_next(struct attempts *a)
{
	if (a->count < PEER_RING && a->next == a->count)
		a->ring = mem_resize(a->ring, ++a->count * sizeof(*a->ring));
	struct attempt *out = &a->ring[a->next];
	a->next = (a->next + 1) % PEER_RING;
	*out = (struct attempt){ 0 };
	return out;
}

void peer_succeeded(struct peer *p, int64_t wall)
{
	p->failures = 0;
	p->retry_ms = 0;
	p->last_success = wall;
}

void peer_failed(struct peer *p, uint64_t now_ms)
{
	uint64_t wait = BACKOFF_FIRST_MS;
	for (unsigned i = 0; i < p->failures && wait < BACKOFF_MAX_MS; i++)
		wait *= 2;
	if (wait > BACKOFF_MAX_MS)
		wait = BACKOFF_MAX_MS;
	p->failures++;
	p->retry_ms = now_ms + wait - random_below((uint32_t)(wait / 4));
}

void peers_free(struct map *peers)
{
	size_t pos = 0;
	for (struct map_node *n = NULL; (n = map_next(peers, &pos, n)) != NULL;)
		peer_free(peers, map_item(n, struct peer, node));
	map_fini(peers);
}
