/* SPDX-License-Identifier: MIT */
/* See orders.h. There are never many: they are looked through one by one. */
#include "trunk/orders.h"

#include "base/mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct orders {
	atomic_uint refs;
	unsigned n;
	struct order_entry items[];
};

static const char *const names[] = {
	[ORDER_NONE] = "none",
	[ORDER_PAUSE] = "pause",
	[ORDER_DRAIN] = "drain",
	[ORDER_BLOCK] = "block",
};

const char *order_name(enum order o)
{
	return names[o];
}

static struct orders *with_room(unsigned n)
{
	struct orders *o = mem_zero(1, sizeof(*o) + n * sizeof(o->items[0]));
	atomic_init(&o->refs, 1);
	return o;
}

struct orders *orders_new(void)
{
	return with_room(0);
}

struct orders *orders_ref(struct orders *o)
{
	atomic_fetch_add_explicit(&o->refs, 1, memory_order_relaxed);
	return o;
}

void orders_unref(struct orders *o)
{
	if (!o || atomic_fetch_sub_explicit(&o->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (unsigned i = 0; i < o->n; i++)
		free(o->items[i].pattern);
	free(o);
}

char *orders_pattern(const char *text)
{
	struct domain d;

	if (strcmp(text, "*") == 0)
		return mem_strdup(text);
	if (strncmp(text, "*.", 2) == 0)
		return domain_parse(str_of(text + 2), &d) && d.s[0] != '[' ? mem_printf("*.%s", d.s)
									   : NULL;
	return domain_parse(str_of(text), &d) ? mem_strdup(d.s) : NULL;
}

static void add(struct orders *o, const struct order_entry *e)
{
	o->items[o->n] = *e;
	o->items[o->n++].pattern = mem_strdup(e->pattern);
}

struct orders *orders_with(
	const struct orders *o, const char *pattern, enum order order, int64_t until)
{
	struct orders *out = with_room(o->n + 1);

	for (unsigned i = 0; i < o->n; i++)
		if (strcmp(o->items[i].pattern, pattern) != 0)
			add(out, &o->items[i]);
	if (order != ORDER_NONE) {
		out->items[out->n++] = (struct order_entry){ order, mem_strdup(pattern), until };
	}
	return out;
}

static bool expired(const struct order_entry *e, int64_t now)
{
	return e->until && e->until <= now;
}

struct orders *orders_still(struct orders *o, int64_t now)
{
	struct orders *out = with_room(o->n);

	for (unsigned i = 0; i < o->n; i++)
		if (!expired(&o->items[i], now))
			add(out, &o->items[i]);
	if (out->n < o->n)
		return out;
	orders_unref(out);
	return orders_ref(o);
}

int64_t orders_expiry(const struct orders *o)
{
	int64_t next = 0;

	for (unsigned i = 0; i < o->n; i++)
		if (o->items[i].until && (!next || o->items[i].until < next))
			next = o->items[i].until;
	return next;
}

unsigned orders_count(const struct orders *o)
{
	return o->n;
}

const struct order_entry *orders_at(const struct orders *o, unsigned i)
{
	return &o->items[i];
}

bool orders_match(const char *pattern, const struct domain *d)
{
	struct str p = str_of(pattern), name = domain_str(d);

	if (pattern[0] != '*')
		return str_eq(p, name);
	p = str_skip(p, 1); /* "" or ".us" */
	return p.n == 0 || (name.n > p.n && str_eq(str_skip(name, name.n - p.n), p));
}

enum order orders_find(const struct orders *o, const struct domain *d)
{
	enum order found = ORDER_NONE;

	for (unsigned i = 0; o && i < o->n; i++)
		if (o->items[i].order > found && orders_match(o->items[i].pattern, d))
			found = o->items[i].order;
	return found;
}
