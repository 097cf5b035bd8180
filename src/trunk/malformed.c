/* SPDX-License-Identifier: MIT */
/* See malformed.h. */
#include "trunk/malformed.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

struct entry {
	struct map_node node;
	struct list age;
	struct malformed_row row;
};

struct malformed {
	struct map map;
	struct list ages; /* the oldest first */
};

static void forget(struct malformed *m, struct entry *e)
{
	map_remove(&m->map, &e->node);
	list_remove(&e->age);
	free(e);
}

void malformed_free(struct malformed *m)
{
	if (!m)
		return;
	list_for_each_safe (it, &m->ages)
		forget(m, list_item(it, struct entry, age));
	map_fini(&m->map);
	free(m);
}

/* A host, and a domain when it is proven: what is only claimed must not push others out. */
static void write_key(struct malformed_row *r)
{
	struct str host = address_host_key(&r->peer);

	r->key_n = host.n < 16 ? host.n : 16;
	if (r->key_n)
		memcpy(r->key, host.p, r->key_n);
	r->key[r->key_n++] = '\0';
	if (!r->proven)
		return;
	memcpy(r->key + r->key_n, r->domain.s, r->domain.n);
	r->key_n += r->domain.n;
}

static struct entry *entry_of(struct malformed *m, const struct malformed_row *row)
{
	struct map_node *node = map_get(&m->map, (struct str){ row->key, row->key_n });
	struct entry *e;

	if (node)
		return map_item(node, struct entry, node);
	if (m->map.count >= MALFORMED_PEERS)
		forget(m, list_first(&m->ages, struct entry, age));
	e = MEM_NEW(struct entry);
	e->row = *row;
	e->row.times = 0;
	map_put(&m->map, &e->node, (struct str){ e->row.key, e->row.key_n });
	list_append(&m->ages, &e->age);
	return e;
}

void malformed_put(struct malformed **m, const struct malformed_row *row)
{
	struct malformed_row keyed = *row;
	struct entry *e;

	if (!*m) {
		*m = MEM_NEW(struct malformed);
		map_init(&(*m)->map);
		list_init(&(*m)->ages);
	}
	write_key(&keyed);
	e = entry_of(*m, &keyed);
	keyed.times = e->row.times + 1;
	e->row = keyed;
	list_remove(&e->age);
	list_append(&(*m)->ages, &e->age);
}

struct malformed_row *malformed_rows(const struct malformed *m, unsigned *n_out)
{
	unsigned n = m ? (unsigned)m->map.count : 0;
	struct malformed_row *rows = n ? mem_alloc(n * sizeof(*rows)) : NULL;

	*n_out = n;
	if (n)
		list_for_each (it, &m->ages)
			rows[--n] = list_item(it, struct entry, age)->row;
	return rows;
}

static void note(
	struct leg *l, const struct stream_fault *fault, enum stream_condition c, struct str words)
{
	struct malformed_row r = {
		.domain = l->peer_domain,
		.own = l->own_domain,
		.proven = l->proof && l->kind != LEG_VERIFY,
		.kind = l->kind,
		.stream = l->number,
		.condition = c,
		.fault = *fault,
	};

	clock_text(r.time);
	if (l->conn)
		r.peer = *conn_peer(l->conn);
	snprintf(r.words, sizeof(r.words), "%.*s", STR_ARG(words));
	malformed_put(&l->trunk->malformed, &r);
	leg_log(l, LOG_LEVEL_DEBUG, "malformed", " condition=%s offset=%llu words=%s",
		stream_condition_name(c), (unsigned long long)fault->offset,
		log_quote(str_of(fault->words[0] ? fault->words : r.words)).s);
}

void malformed_note(struct leg *l, const struct stream_info *info)
{
	const struct stream_fault *fault = l->stream ? stream_fault(l->stream) : NULL;

	if (fault)
		note(l, fault, info->fail.condition, info->fail.text);
}

void malformed_stanza(
	struct leg *l, const struct stream_info *info, enum stream_condition c, const char *words)
{
	struct stream_fault fault = { .offset = info->offset };

	fault.n = (unsigned)(info->raw.n < STREAM_EXCERPT ? info->raw.n : STREAM_EXCERPT);
	if (fault.n)
		memcpy(fault.bytes, info->raw.p, fault.n);
	note(l, &fault, c, str_of(words));
}
