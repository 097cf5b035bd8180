/* SPDX-License-Identifier: MIT */
/* Token buckets by address. See host_rate.h. */
#include "net/host_rate.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { KEY = 16 };

struct bucket {
	struct map_node node;
	struct list link;
	int64_t credit, at;
	size_t n;
	char key[KEY];
};

void host_rate_init(struct host_rate *r, int64_t burst, int64_t per_second, size_t most)
{
	*r = (struct host_rate){ .burst = burst, .per_second = per_second, .most = most };
	map_init(&r->hosts);
	list_init(&r->order);
}

static void forget(struct host_rate *r, struct bucket *b)
{
	map_remove(&r->hosts, &b->node);
	list_remove(&b->link);
	free(b);
}

void host_rate_fini(struct host_rate *r)
{
	if (!r->order.next)
		return;
	while (!list_empty(&r->order))
		forget(r, list_first(&r->order, struct bucket, link));
	map_fini(&r->hosts);
}

static struct bucket *bucket_of(struct host_rate *r, struct str key, int64_t now)
{
	struct map_node *node = map_get(&r->hosts, key);
	struct bucket *b;

	if (node)
		return map_item(node, struct bucket, node);
	if (r->hosts.count >= r->most)
		forget(r, list_first(&r->order, struct bucket, link));
	b = MEM_NEW(struct bucket);
	b->n = key.n;
	memcpy(b->key, key.p, key.n);
	b->credit = r->burst;
	b->at = now;
	list_init(&b->link);
	map_put(&r->hosts, &b->node, (struct str){ b->key, b->n });
	return b;
}

/* A clock that went back gives nothing. */
static void refill(const struct host_rate *r, struct bucket *b, int64_t now)
{
	int64_t passed = now > b->at ? now - b->at : 0;

	b->at = now;
	/* No bucket takes longer to fill than a token a second would. */
	b->credit = passed < r->burst ? b->credit + passed * r->per_second : r->burst;
	if (b->credit > r->burst)
		b->credit = r->burst;
}

bool host_rate_take(struct host_rate *r, const struct address *host, int64_t now)
{
	struct bucket *b = bucket_of(r, address_host_key(host), now);

	list_remove(&b->link);
	list_append(&r->order, &b->link);
	refill(r, b, now);
	if (b->credit <= 0)
		return false;
	b->credit--;
	return true;
}
