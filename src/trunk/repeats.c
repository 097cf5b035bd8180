/* SPDX-License-Identifier: MIT */
/*
 * See repeats.h. A probe forgets by bare addresses, so entries are kept by these; each holds the
 * last few resources. Everything is a keyed hash, which no peer can make collide.
 */
#include "trunk/repeats.h"

#include "base/jid.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/siphash.h"

#include <stdlib.h>

enum { SLOTS = 8 }; /* pairs of full addresses for each pair of bare ones */

struct slot {
	uint64_t who, what; /* who 0: free */
};

struct entry {
	struct map_node node;
	struct list age;
	uint64_t key;
	unsigned next; /* the slot that is used next */
	struct slot slots[SLOTS];
};

struct repeats {
	struct map map;
	struct list ages; /* the longest silent first */
	unsigned max;
	uint64_t seed[2];
	struct buf text;
	struct jid_form from, to;
};

struct repeats *repeats_new(unsigned max)
{
	struct repeats *r = MEM_NEW(struct repeats);

	map_init(&r->map);
	list_init(&r->ages);
	random_bytes(r->seed, sizeof(r->seed));
	r->max = max;
	return r;
}

static void drop(struct repeats *r, struct entry *e)
{
	map_remove(&r->map, &e->node);
	list_remove(&e->age);
	free(e);
}

void repeats_free(struct repeats *r)
{
	if (!r)
		return;
	list_for_each_safe (it, &r->ages)
		drop(r, list_item(it, struct entry, age));
	map_fini(&r->map);
	buf_fini(&r->text);
	free(r);
}

/* Two parts, with what no address can hold between them. */
static uint64_t hash_of(struct repeats *r, uint64_t era, struct str a, struct str b)
{
	buf_clear(&r->text);
	buf_put(&r->text, (struct str){ (const char *)&era, sizeof(era) });
	buf_put(&r->text, a);
	buf_put_char(&r->text, '\0');
	buf_put(&r->text, b);
	return siphash(r->seed, buf_view(&r->text)) | 1;
}

/* Prepared, since the same address may be written in several ways. False: it has no such form. */
static bool prepare(struct repeats *r, struct str from, struct str to)
{
	return jid_form(from, &r->from) && jid_form(to, &r->to);
}

static struct str key_str(const uint64_t *key)
{
	return (struct str){ (const char *)key, sizeof(*key) };
}

static uint64_t entry_key(struct repeats *r, uint64_t era)
{
	return hash_of(r, era, (struct str){ r->from.s, r->from.bare },
		(struct str){ r->to.s, r->to.bare });
}

static struct entry *find(struct repeats *r, uint64_t key)
{
	struct map_node *node = map_get(&r->map, key_str(&key));

	return node ? map_item(node, struct entry, node) : NULL;
}

static struct slot *slot_of(struct entry *e, uint64_t who)
{
	for (unsigned i = 0; i < SLOTS; i++)
		if (e->slots[i].who == who)
			return &e->slots[i];
	return NULL;
}

static uint64_t slot_key(struct repeats *r, uint64_t era)
{
	return hash_of(
		r, era, (struct str){ r->from.s, r->from.n }, (struct str){ r->to.s, r->to.n });
}

bool repeats_known(struct repeats *r, uint64_t era, const struct stanza_head *h, struct str bytes)
{
	struct entry *e;
	struct slot *s;

	if (!prepare(r, h->from, h->to))
		return false;
	e = find(r, entry_key(r, era));
	s = e ? slot_of(e, slot_key(r, era)) : NULL;
	return s && s->what == siphash(r->seed, bytes);
}

static struct entry *entry_new(struct repeats *r, uint64_t key)
{
	struct entry *e;

	if (r->map.count >= r->max)
		drop(r, list_first(&r->ages, struct entry, age));
	e = MEM_NEW(struct entry);
	e->key = key;
	map_put(&r->map, &e->node, key_str(&e->key));
	list_init(&e->age);
	return e;
}

void repeats_note(struct repeats *r, uint64_t era, const struct stanza_head *h, struct str bytes)
{
	struct entry *e;
	struct slot *s;
	uint64_t key, who;

	if (!prepare(r, h->from, h->to))
		return;
	key = entry_key(r, era);
	who = slot_key(r, era);
	e = find(r, key);
	if (!e)
		e = entry_new(r, key);
	list_remove(&e->age);
	list_append(&r->ages, &e->age);
	s = slot_of(e, who);
	if (!s) {
		s = &e->slots[e->next];
		e->next = (e->next + 1) % SLOTS;
	}
	*s = (struct slot){ who, siphash(r->seed, bytes) };
}

void repeats_forget(struct repeats *r, uint64_t era, struct str from, struct str to)
{
	struct entry *e = prepare(r, from, to) ? find(r, entry_key(r, era)) : NULL;

	if (e)
		drop(r, e);
}
