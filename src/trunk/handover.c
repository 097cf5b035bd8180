/* SPDX-License-Identifier: MIT */
/* See handover.h. */
#include "trunk/handover.h"

#include "base/mem.h"
#include "trunk/bounce.h"
#include "trunk/decide.h"
#include "trunk/head.h"
#include "trunk/metrics.h"
#include "trunk/record.h"

#include <stdlib.h>

enum {
	CREDIT = 4 * 1024 * 1024,
	BOUNCE_CREDIT = 5 * 1024 * 1024
}; /* bytes on their way to one worker */

struct item {
	struct list link;
	struct domain from, to;
	bool bounce, once; /* as in struct delivery */
	uint64_t audit;
	size_t n;
	char bytes[];
};

struct batch {
	struct mail mail;
	struct trunk *to;
	struct list items;
	size_t bytes;
};

static bool put(struct trunk *t, unsigned home, const struct domain *from, const struct domain *to,
	const struct delivery *d)
{
	struct str bytes = d->bytes;
	struct trunk *target = t->shared->trunks[home];
	size_t n = sizeof(struct item) + bytes.n;
	if (atomic_fetch_add(&target->handed_bytes, n) + n > (d->bounce ? BOUNCE_CREDIT : CREDIT)) {
		atomic_fetch_sub(&target->handed_bytes, n);
		return false;
	}
	struct item *i = mem_alloc(n);
	*i = (struct item){
		.from = *from,
		.to = *to,
		.bounce = d->bounce,
		.once = d->once,
		.audit = d->audit,
		.n = bytes.n,
	};
	memcpy(i->bytes, bytes.p, bytes.n);
	list_append(&t->outbox[home], &i->link);
	t->outbox_bytes[home] += n;
	return true;
}

enum route_outcome handover_stanza(
	struct inbound *in, struct inbound_pair *p, const struct delivery *d)
{
	struct trunk *t = in->leg.trunk;
	if (!put(t, p->home, &p->from, &p->to, d))
		return ROUTE_FULL;
	atomic_fetch_add(&t->stats.handed_over, 1);
	return ROUTE_QUEUED;
}

static void record_bounce(struct trunk *t, const struct stanza_head *h, const struct refusal *why,
	const char *drop_reason)
{
	struct record_outcome o = {
		.number = why->audit,
		.verdict = drop_reason ? "drop" : "bounce",
		.reason = drop_reason,
		.condition = drop_reason ? NULL : stanza_condition_name(why->condition),
		.text = why->why,
	};
	if (drop_reason || !why->decided)
		record_outcome(t, h, &o);
}

bool handover_bounce(struct inbound *in, struct inbound_pair *p, const struct stanza_head *h,
	const struct refusal *why)
{
	struct trunk *t = in->leg.trunk;
	struct buf error = { 0 };
	if (stanza_may_bounce(h))
		stanza_error_write(&error, h, why->condition, why->permanent, why->text, why->app);
	struct delivery d = {
		.bytes = buf_view(&error),
		.bounce = true,
		.audit = why->decided ? why->audit : 0,
	};
	bool sent = buf_len(&error) && put(t, p->home, &p->to, &p->from, &d);
	const char *reason = buf_len(&error) ? "bounce-undeliverable" : "not-bounceable";
	uint32_t held;
	atomic_fetch_add(sent ? &t->stats.bounced : &t->stats.dropped, 1);
	record_bounce(t, h, why, sent ? NULL : reason);
	if (sent)
		metrics_bounce(t, &p->to, why->condition);
	if (!sent && metrics_line_pass(t, &t->refuse_limit, METRICS_LINE_DROP, 10, &held))
		leg_log(&in->leg, LOG_LEVEL_INFO, "drop", " kind=%s type=%s reason=%s held_back=%u",
			stanza_kind_name(h->kind), stanza_type_name(h->type), reason, held);
	buf_fini(&error);
	return sent;
}

/* False: the bytes are no stanza, which is our own mistake. */
static bool read_item(struct trunk *t, const struct item *i, struct stanza_head *out)
{
	if (head_read(t->heads, (struct str){ i->bytes, i->n }, out))
		return true;
	log_error("internal-error what=\"a stanza of ours cannot be read again\" from=%s to=%s",
		i->from.s, i->to.s);
	return false;
}

static void deliver(struct trunk *t, struct item *i)
{
	struct route *r = pair_route(t, &i->from, &i->to);
	struct stanza_head head;
	if (!read_item(t, i, &head))
		return;
	struct delivery d = {
		.head = &head,
		.bytes = { i->bytes, i->n },
		.bounce = i->bounce,
		.once = i->once,
		.audit = i->audit,
	};
	enum route_outcome o = route_deliver(r, &d);
	struct refusal why;
	if (o == ROUTE_REPEAT) {
		atomic_fetch_add(&t->stats.dropped, 1);
		record_repeat(t, &head, i->audit);
	} else if (bounce_why(o, &why)) {
		why.audit = i->audit;
		bounce_bytes(r, d.bytes, i->bounce, &why);
	}
}

static void record_lost(struct trunk *t, const struct item *i)
{
	struct stanza_head head;
	struct record_outcome o = { .number = i->audit, .verdict = "drop", .reason = "shutdown" };
	if (read_item(t, i, &head))
		record_outcome(t, &head, &o);
}

/* `lost`: nobody took them. */
static void drop_all(struct trunk *t, struct list *items, bool lost)
{
	unsigned n = 0;
	while (!list_empty(items)) {
		struct item *i = list_first(items, struct item, link);
		list_remove(&i->link);
		if (lost)
			record_lost(t, i);
		free(i);
		n++;
	}
	if (!lost || !n)
		return;
	atomic_fetch_add(&t->stats.dropped, n);
	log_warn("drop reason=shutdown stanzas=%u", n);
}

static void take_batch(struct mail *m, bool cancelled)
{
	struct batch *b = list_item(m, struct batch, mail);
	if (!cancelled) {
		metrics_turn(&b->to->metrics);
		list_for_each_safe (it, &b->items)
			deliver(b->to, list_item(it, struct item, link));
	}
	drop_all(b->to, &b->items, cancelled);
	atomic_fetch_sub(&b->to->handed_bytes, b->bytes);
	free(b);
}

void handover_flush(struct trunk *t)
{
	for (unsigned i = 0; i < t->shared->n; i++) {
		if (list_empty(&t->outbox[i]))
			continue;
		struct batch *b = MEM_NEW(struct batch);
		list_init(&b->items);
		list_splice(&b->items, &t->outbox[i]);
		b->bytes = t->outbox_bytes[i];
		b->to = t->shared->trunks[i];
		b->mail.run = take_batch;
		t->outbox_bytes[i] = 0;
		net_loop_post(b->to->loop, &b->mail);
	}
}

void handover_free(struct trunk *t)
{
	for (unsigned i = 0; t->outbox && i < t->shared->n; i++)
		drop_all(t, &t->outbox[i], true);
}
