/* SPDX-License-Identifier: MIT */
/* See answers.h. Keys are text: a letter for the kind, then the addresses that an answer will
 * carry. */
#include "trunk/answers.h"

#include "base/jid.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"

#include <ctype.h>
#include <stdlib.h>

enum {
	ANSWERS_MAX = 20000,             /* entries of one pair; the oldest goes first */
	ANSWERS_BYTES = 4 * 1024 * 1024, /* of their keys: a peer chooses how long addresses are */
	SHORT_MS = 600 * 1000,
	PRESENCE_MS = 7 * 24 * 3600 * 1000, /* a subscription is asked about again by every probe */
};

struct entry {
	struct map_node node;
	struct list age; /* oldest first, one list per life time */
	uint64_t since_ms, until_ms;
	char key[];
};

struct answers {
	struct map map;
	struct list brief,
		lasting; /* by age: IQs and stanzas that an error may answer; presences */
	size_t bytes;
	struct buf key;
};

struct answers *answers_new(void)
{
	struct answers *a = MEM_NEW(struct answers);
	map_init(&a->map);
	list_init(&a->brief);
	list_init(&a->lasting);
	return a;
}

static void drop(struct answers *a, struct entry *e)
{
	a->bytes -= e->node.key.n;
	map_remove(&a->map, &e->node);
	list_remove(&e->age);
	free(e);
}

void answers_free(struct answers *a)
{
	if (!a)
		return;
	list_for_each_safe (it, &a->brief)
		drop(a, list_item(it, struct entry, age));
	list_for_each_safe (it, &a->lasting)
		drop(a, list_item(it, struct entry, age));
	map_fini(&a->map);
	buf_fini(&a->key);
	free(a);
}

static struct entry *oldest(const struct list *l)
{
	return list_empty(l) ? NULL : list_first(l, struct entry, age);
}

static void expire(struct answers *a, struct list *l, uint64_t now)
{
	for (struct entry *e; (e = oldest(l)) != NULL && e->until_ms <= now;)
		drop(a, e);
}

/* Room for one more. */
static void make_room(struct answers *a, size_t n, uint64_t now)
{
	expire(a, &a->brief, now);
	expire(a, &a->lasting, now);
	while (a->map.count >= ANSWERS_MAX || (a->map.count && a->bytes + n > ANSWERS_BYTES)) {
		struct entry *b = oldest(&a->brief), *l = oldest(&a->lasting);
		drop(a, !l || (b && b->since_ms <= l->since_ms) ? b : l);
	}
}

/* ASCII letters of addresses are compared without case: servers may normalise what a client wrote.
 */
static void key_part(struct buf *b, struct str s)
{
	buf_put_char(b, '\0'); /* what no address can hold */
	for (size_t i = 0; i < s.n; i++)
		buf_put_char(b, (char)tolower((unsigned char)s.p[i]));
}

static struct str make_key(
	struct answers *a, char kind, struct str from, struct str to, struct str id)
{
	buf_clear(&a->key);
	buf_put_char(&a->key, kind);
	key_part(&a->key, from);
	key_part(&a->key, to);
	buf_put_char(&a->key, '\0');
	buf_put(&a->key, id);
	return buf_view(&a->key);
}

static void remember(struct answers *a, struct str key, bool lasting, uint64_t now)
{
	struct map_node *node = map_get(&a->map, key);
	if (node)
		drop(a, map_item(node, struct entry, node));
	make_room(a, key.n, now);
	struct entry *e = mem_zero(1, sizeof(*e) + key.n);
	memcpy(e->key, key.p, key.n);
	e->since_ms = now;
	e->until_ms = now + (lasting ? PRESENCE_MS : SHORT_MS);
	a->bytes += key.n;
	map_put(&a->map, &e->node, (struct str){ e->key, key.n });
	list_append(lasting ? &a->lasting : &a->brief, &e->age);
}

static void forget(struct answers *a, struct str key)
{
	struct map_node *node = map_get(&a->map, key);
	if (node)
		drop(a, map_item(node, struct entry, node));
}

/* Presence along the flow opens the way back for the bare JID that was asked: a subscription, a
 * probe, a room that is joined. */
static void note_presence(struct answers *a, const struct stanza_head *h, uint64_t now)
{
	struct str none = STR("");
	struct str key = make_key(a, 'p', jid_bare(h->to), jid_bare(h->from), none);
	bool directed = memchr(h->to.p, '/', h->to.n) != NULL;
	if (h->type == TYPE_SUBSCRIBE || h->type == TYPE_PROBE ||
		(h->type == TYPE_NONE && directed))
		remember(a, key, true, now);
	else if (h->type == TYPE_UNSUBSCRIBE)
		forget(a, key);
}

void answers_note(struct answers *a, const struct stanza_head *h, uint64_t now_ms)
{
	struct str none = STR("");
	if (h->kind == STANZA_IQ) {
		if (h->type == TYPE_GET || h->type == TYPE_SET)
			remember(a, make_key(a, 'i', h->to, h->from, h->id), false, now_ms);
		return;
	}
	if (h->kind == STANZA_PRESENCE)
		note_presence(a, h, now_ms);
	if (stanza_may_bounce(h))
		remember(a, make_key(a, 'e', jid_bare(h->to), jid_bare(h->from), none), false,
			now_ms);
}

static bool known(struct answers *a, struct str key, uint64_t now)
{
	struct map_node *node = map_get(&a->map, key);
	return node && map_item(node, struct entry, node)->until_ms > now;
}

/* Unavailable, unsubscribe, unsubscribed (decision 24). */
static bool ends_presence(const struct stanza_head *h)
{
	return h->kind == STANZA_PRESENCE &&
	       (h->type == TYPE_UNAVAILABLE || h->type == TYPE_UNSUBSCRIBE ||
		       h->type == TYPE_UNSUBSCRIBED);
}

bool answers_bare(struct answers *a, const struct stanza_head *h, uint64_t now_ms)
{
	struct str none = STR("");
	return ends_presence(h) &&
	       !known(a, make_key(a, 'p', jid_bare(h->from), jid_bare(h->to), none), now_ms);
}

bool answers_allow(struct answers *a, const struct stanza_head *h, uint64_t now_ms)
{
	struct str none = STR("");
	if (h->kind == STANZA_IQ) {
		if (h->type != TYPE_RESULT && h->type != TYPE_ERROR)
			return false;
		struct str key = make_key(a, 'i', h->from, h->to, h->id);
		bool ok = known(a, key, now_ms);
		forget(a, key);
		return ok;
	}
	/* An error to what was sent along the flow, or it would be a way through for anybody. */
	if (h->type == TYPE_ERROR)
		return known(a, make_key(a, 'e', jid_bare(h->from), jid_bare(h->to), none),
			       now_ms) ||
		       known(a, make_key(a, 'p', jid_bare(h->from), jid_bare(h->to), none), now_ms);
	if (h->kind == STANZA_MESSAGE && h->type != TYPE_GROUPCHAT)
		return false;
	if (h->kind == STANZA_PRESENCE && (h->type == TYPE_SUBSCRIBE || h->type == TYPE_PROBE))
		return false;
	if (ends_presence(h))
		return true;
	return known(a, make_key(a, 'p', jid_bare(h->from), jid_bare(h->to), none), now_ms);
}

static struct answers *made(struct answers **a)
{
	if (!*a)
		*a = answers_new();
	return *a;
}

enum answers_way answers_admit(struct answers **a, enum permit permit, enum permit back,
	const struct stanza_head *h, uint64_t now_ms)
{
	if (permit == PERMIT_ANSWERS) {
		if (!answers_allow(made(a), h, now_ms))
			return ANSWERS_NO;
		return answers_bare(*a, h, now_ms) ? ANSWERS_BARE : ANSWERS_YES;
	}
	if (permit != PERMIT_YES)
		return ANSWERS_NO;
	if (back == PERMIT_ANSWERS)
		answers_note(made(a), h, now_ms);
	return ANSWERS_YES;
}

bool answers_empty(const struct answers *a, uint64_t now_ms)
{
	if (!a)
		return true;
	const struct list *lists[] = { &a->brief, &a->lasting };
	for (unsigned i = 0; i < 2; i++)
		if (!list_empty(lists[i]) &&
			list_item(lists[i]->prev, struct entry, age)->until_ms > now_ms)
			return false;
	return true;
}
