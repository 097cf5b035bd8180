/* SPDX-License-Identifier: MIT */
/* See log_held.h. */
#include "base/log_held.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

struct kind {
	struct map_node node;
	uint32_t passed, held;
	size_t event_n;
	char text[]; /* event, NUL, peer, NUL: with the first NUL, the key */
};

enum { KEY_MAX = 400 };

static void forget_all(struct log_held *h)
{
	size_t pos = 0;

	for (struct map_node *n = NULL; (n = map_next(&h->kinds, &pos, n)) != NULL;) {
		map_remove(&h->kinds, n);
		free(map_item(n, struct kind, node));
		n = NULL;
	}
	h->rest = h->held_rest = 0;
}

void log_held_fini(struct log_held *h)
{
	if (!h->ready)
		return;
	forget_all(h);
	map_fini(&h->kinds);
	*h = (struct log_held){ 0 };
}

static struct kind *kind_new(struct log_held *h, const char *key, size_t n, size_t event_n)
{
	struct kind *k = mem_zero(1, sizeof(*k) + n + 1);

	memcpy(k->text, key, n);
	k->event_n = event_n;
	map_put(&h->kinds, &k->node, (struct str){ k->text, n });
	return k;
}

bool log_held_pass(struct log_held *h, const char *event, const char *peer, uint64_t now_ms)
{
	char key[KEY_MAX];
	size_t event_n = strnlen(event, KEY_MAX / 4), n;
	uint32_t *passed = &h->rest, *held = &h->held_rest;
	struct map_node *node;

	if (!h->ready) {
		map_init(&h->kinds);
		h->ready = true;
		h->end_ms = now_ms + LOG_HELD_WINDOW_MS;
	}
	memcpy(key, event, event_n);
	key[event_n] = '\0';
	n = event_n + 1 + strnlen(peer, KEY_MAX / 2);
	memcpy(key + event_n + 1, peer, n - event_n - 1);
	node = map_get(&h->kinds, (struct str){ key, n });
	if (node || h->kinds.count < LOG_HELD_KINDS) {
		struct kind *k =
			node ? map_item(node, struct kind, node) : kind_new(h, key, n, event_n);

		passed = &k->passed;
		held = &k->held;
	}
	if (*passed < LOG_HELD_BURST) {
		++*passed;
		return true;
	}
	*held += *held < UINT32_MAX;
	return false;
}

void log_held_tick(struct log_held *h, uint64_t now_ms,
	void (*fn)(void *arg, const char *event, const char *peer, uint32_t lines), void *arg)
{
	size_t pos = 0;

	if (!h->ready || now_ms < h->end_ms)
		return;
	for (struct map_node *n = NULL; (n = map_next(&h->kinds, &pos, n)) != NULL;) {
		const struct kind *k = map_item(n, struct kind, node);

		if (k->held)
			fn(arg, k->text, k->text + k->event_n + 1, k->held);
	}
	if (h->held_rest)
		fn(arg, "others", "others", h->held_rest);
	forget_all(h);
	h->end_ms = now_ms + LOG_HELD_WINDOW_MS;
}
