/* SPDX-License-Identifier: MIT */
/*
 * A table of small sets. A session is known by a keyed hash of its two bare addresses and its id;
 * nobody can choose one that meets another. Both addresses count alike, so that either side's
 * stanzas find it. Stores no names.
 */
#include "policy/sessions.h"

#include "base/jid.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/siphash.h"

#include <stdlib.h>

enum {
	WAYS = 8,
	SETS = SESSIONS_MAX / WAYS,
	FOLD_BYTES = 256, /* of an address, folded at a time */
};

struct session {
	uint64_t key;  /* 0: unused */
	uint32_t used; /* when, in turns of the table */
	uint32_t about;
};

struct sessions {
	uint64_t seed[2];
	uint32_t turn;
	struct session all[SETS][WAYS];
};

struct sessions *sessions_new(void)
{
	struct sessions *s = MEM_NEW(struct sessions);

	random_bytes(s->seed, sizeof(s->seed));
	return s;
}

void sessions_free(struct sessions *s)
{
	free(s);
}

/* Case of ASCII aside, addresses count as they are written: one that is written in two ways is not
 * found again, which only means that its stanzas are judged by themselves. */
static uint64_t hash_bare(const struct sessions *s, struct str jid)
{
	struct str bare = jid_bare(jid);
	uint64_t seed[2] = { s->seed[0], s->seed[1] };
	char folded[FOLD_BYTES];

	do {
		size_t n = bare.n < FOLD_BYTES ? bare.n : FOLD_BYTES;

		for (size_t i = 0; i < n; i++) {
			char c = bare.p[i];

			folded[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
		}
		seed[1] ^= siphash(seed, (struct str){ folded, n });
		bare = str_skip(bare, n);
	} while (bare.n > 0);
	return seed[1];
}

uint64_t sessions_key(const struct sessions *s, struct str from, struct str to, struct str sid)
{
	uint64_t pair = hash_bare(s, from) + hash_bare(s, to);
	uint64_t seed[2] = { s->seed[0] ^ pair, s->seed[1] };
	uint64_t hash = siphash(seed, sid);

	return hash ? hash : 1;
}

static struct session *find(struct sessions *s, uint64_t key)
{
	struct session *set = s->all[key % SETS];

	for (unsigned i = 0; i < WAYS; i++)
		if (set[i].key == key)
			return &set[i];
	return NULL;
}

static struct session *oldest(struct sessions *s, uint64_t key)
{
	struct session *set = s->all[key % SETS], *old = set;

	for (unsigned i = 1; i < WAYS; i++)
		if (set[i].used < old->used)
			old = &set[i];
	return old;
}

void sessions_add(struct sessions *s, uint64_t key, unsigned about)
{
	struct session *one = find(s, key);

	if (!one) {
		one = oldest(s, key);
		*one = (struct session){ .key = key };
	}
	one->used = ++s->turn;
	one->about |= about;
}

unsigned sessions_find(struct sessions *s, uint64_t key)
{
	struct session *one = find(s, key);

	if (!one)
		return 0;
	one->used = ++s->turn;
	return one->about;
}

void sessions_remove(struct sessions *s, uint64_t key)
{
	struct session *one = find(s, key);

	if (one)
		*one = (struct session){ 0 };
}
