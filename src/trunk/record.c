/* SPDX-License-Identifier: MIT */
/* See record.h. */
#include "trunk/record.h"

#include "audit/config.h"
#include "audit/mask.h"
#include "base/clock.h"
#include "base/mem.h"
#include "trunk/alert.h"
#include "trunk/inbound.h"
#include "trunk/outbound.h"
#include "trunk/record_memo.h"

#include <stdlib.h>

struct record_pair {
	uint64_t plan; /* whose names these are */
	char from[PEERING_MATCH], to[PEERING_MATCH];
	struct buf text; /* AUDIT_PART_PAIR */
	unsigned n;
	struct str policies[];
};

static const struct trunk_audit *audit_of(const struct trunk *t)
{
	return &t->shared->audit;
}

/* ---- fields ---- */

enum { SCRATCH = 65536 };

static void fill_head(struct audit_record *r, const struct stanza_head *h)
{
	r->from = h->from;
	r->to = h->to;
	r->kind = str_of(stanza_kind_name(h->kind));
	if (h->type != TYPE_NONE)
		r->type = str_of(stanza_type_name(h->type));
	r->id = h->id;
}

static uint64_t put(struct trunk *t, struct audit_record *r)
{
	char now[CLOCK_TEXT];
	clock_text(now);
	r->time = str_of(now);
	r->node = str_of(audit_of(t)->node);
	buf_clear(&t->record);
	audit_record_write(r, &t->record);
	return audit_writer_put(audit_of(t)->writer, buf_view(&t->record));
}

/* ---- what is the same for a pair ---- */

void record_pair_free(struct record_pair *r)
{
	if (r)
		buf_fini(&r->text);
	free(r);
}

static void fill_same(struct audit_record *r, const struct record_pair *same)
{
	r->control_from = str_of(same->from);
	r->control_to = str_of(same->to);
	r->policies = (struct audit_names){ same->policies, same->n };
}

static struct record_pair *pair_record(struct trunk *t, struct inbound_pair *p)
{
	struct passage_policy list[PASSAGE_POLICIES];
	if (p->record && p->record->plan == t->plan->number)
		return p->record;
	record_pair_free(p->record);
	const struct passage *way = &p->passage;
	unsigned n = way->from && way->to ? peering_policies(way->from, way->flow, way->to, list)
					  : 0; /* one of them is gone, or blocked */
	struct record_pair *r = mem_alloc(sizeof(*r) + n * sizeof(r->policies[0]));
	struct audit_record names = { 0 };
	r->plan = t->plan->number;
	r->text = (struct buf){ 0 };
	r->n = n;
	peering_match(t->plan->peering, &p->from, r->from);
	peering_match(t->plan->peering, &p->to, r->to);
	for (unsigned i = 0; i < n; i++)
		r->policies[i] = str_of(list[i].policy->name);
	fill_same(&names, r);
	audit_record_part(&names, AUDIT_PART_PAIR, &r->text);
	p->record = r;
	return r;
}

static void fill_pair(struct audit_record *r, struct trunk *t, struct inbound_pair *p)
{
	fill_same(r, pair_record(t, p));
	if (p->route && p->route->out)
		r->stream_to = p->route->out->leg.number;
}

/* ---- stanzas ---- */

void record_fill_decision(struct audit_record *r, const struct filter_result *f,
	const struct filter_result *shadow, const struct decision *d, struct record_texts *texts)
{
	record_fill_shadow(r, shadow, texts);
	record_fill_result(r, f, texts);
	record_fill_labels(r, f, shadow);
	r->verdict = str_of(decision_verdict(d, f));
	r->bytes_in = f->bytes_in;
	if (d->kind == DECISION_DELIVER)
		r->bytes_out = f->bytes.n;
	if (d->kind == DECISION_BOUNCE) {
		const char *word = decision_by_filter(d, f)     ? f->reason
				   : f->verdict == VERDICT_NONE ? "stream-closed"
								: "flow";
		r->condition = str_of(stanza_condition_name(d->condition));
		r->reason = str_of(d->app ? d->app : word);
		r->text = str_of(d->why);
	}
	if (!decision_by_filter(d, f))
		r->policy = r->key = r->feature = r->origin = r->label = r->detail =
			(struct str){ 0 };
}

static void fill_full(struct audit_record *r, struct inbound *in, const struct filter_result *f,
	const struct decision *d, struct str raw)
{
	struct buf *masked = &in->leg.trunk->masked;
	buf_clear(masked);
	audit_mask(raw, masked);
	size_t n = buf_len(masked);
	if (d->kind == DECISION_DELIVER)
		audit_mask(f->bytes, masked);
	r->declared = stream_declared(in->leg.stream);
	r->received = (struct str){ buf_view(masked).p, n };
	r->sent = str_skip(buf_view(masked), n);
}

static int level_of(const struct trunk_audit *a, const struct inbound_pair *p)
{
	int level = p && p->passage.table ? (int)p->passage.table->audit : AUDIT_LEVEL_OFF;
	return level > a->level ? level : a->level;
}

/* What is not let through as it should be is recorded whatever the policies say (decision 35). */
static bool is_wanted(const struct decision *d, int level)
{
	switch (d->kind) {
	case DECISION_DELIVER: return level > AUDIT_LEVEL_OFF;
	case DECISION_BOUNCE:
	case DECISION_DROP: return true;
	case DECISION_UNROUTED:
	case DECISION_END: return false; /* a violation */
	}
	return false;
}

/* Somebody tried what a policy blocks: not what it only folds away. */
static bool is_alert(const struct trunk *t, const struct filter_result *f, const struct decision *d)
{
	bool refused = d->kind == DECISION_BOUNCE || d->kind == DECISION_DROP || f->refused;
	return t->shared->alerts && refused && f->policy && decision_by_filter(d, f) &&
	       (f->refused || strcmp(decision_verdict(d, f), "fold") != 0);
}

/* Most records by far: of what is let through, without its content. Little of it is its own. */
static uint64_t put_delivered(
	struct inbound *in, struct inbound_pair *p, const struct filter_result *f)
{
	struct trunk *t = in->leg.trunk;
	const struct filter_result *shadow = filter_shadow(t->filter);
	const struct stanza_head *h = &f->head;
	struct audit_record labels = { .event = AUDIT_STANZA };
	char now[CLOCK_TEXT];
	struct audit_head head = {
		.time = { now, CLOCK_TEXT - 1 },
		.node = str_of(audit_of(t)->node),
		.stream = in->leg.number,
		.stream_to = p->route && p->route->out ? p->route->out->leg.number : 0,
		.from = h->from,
		.to = h->to,
		.kind = str_of(stanza_kind_name(h->kind)),
		.type = str_of(h->type == TYPE_NONE ? NULL : stanza_type_name(h->type)),
		.id = h->id,
		.bytes_in = f->bytes_in,
		.bytes_out = f->bytes.n,
	};
	clock_text(now);
	if (!t->record_memo)
		t->record_memo = record_memo_new();
	buf_clear(&t->record);
	audit_head_write(&head, &t->record);
	buf_put(&t->record, buf_view(&pair_record(t, p)->text));
	buf_put(&t->record, record_memo_decision(t->record_memo, p->plan, f, shadow));
	if (record_fill_labels(&labels, f, shadow))
		audit_record_part(&labels, AUDIT_PART_REST, &t->record);
	return audit_writer_put(audit_of(t)->writer, buf_view(&t->record));
}

bool record_stanza(struct inbound *in, struct inbound_pair *p, const struct filter_result *f,
	const struct decision *d, const struct stream_info *info, uint64_t *number_out)
{
	struct trunk *t = in->leg.trunk;
	const struct trunk_audit *a = audit_of(t);
	int level = level_of(a, p);
	bool wanted = a->writer && is_wanted(d, level), alert = is_alert(t, f, d);
	*number_out = 0;
	if (!wanted && !alert)
		return true;
	if (d->kind == DECISION_DELIVER && level != AUDIT_LEVEL_FULL && !alert) {
		*number_out = put_delivered(in, p, f);
		return *number_out || !a->required;
	}
	struct record_texts texts;
	struct audit_record r = { .event = AUDIT_STANZA, .stream = in->leg.number };
	fill_head(&r, &f->head);
	fill_pair(&r, t, p);
	record_fill_decision(&r, f, filter_shadow(t->filter), d, &texts);
	if (alert)
		alerts_raise(t->shared->alerts, &r, domain_str(&p->from), net_loop_now(t->loop));
	if (!wanted)
		return true;
	if (level == AUDIT_LEVEL_FULL)
		fill_full(&r, in, f, d, info->raw);
	*number_out = put(t, &r);
	return *number_out || !a->required || d->kind != DECISION_DELIVER;
}

void record_outcome(struct trunk *t, const struct stanza_head *h, const struct record_outcome *o)
{
	struct audit_record r = {
		.event = AUDIT_OUTCOME,
		.stanza = o->number,
		.verdict = str_of(o->verdict),
		.reason = str_of(o->reason),
		.condition = str_of(o->condition),
		.text = str_of(o->text),
	};
	if (!audit_of(t)->writer)
		return;
	fill_head(&r, h);
	put(t, &r);
}

void record_repeat(struct trunk *t, const struct stanza_head *h, uint64_t number)
{
	struct record_outcome o = { .number = number, .verdict = "drop", .reason = "repeat" };
	/* Nobody asked for a record of the stanza: then there is no news of it either. */
	if (number)
		record_outcome(t, h, &o);
}

void record_bare(struct trunk *t, const struct stanza_head *h, uint64_t number)
{
	struct record_outcome o = { .number = number, .verdict = "fold", .reason = "flow" };
	record_outcome(t, h, &o);
}

/* ---- streams ---- */

static void fill_leg(struct audit_record *r, struct leg *l, char peer[ADDRESS_TEXT])
{
	static const char *const directions[] = {
		[LEG_IN] = "in", [LEG_OUT] = "out", [LEG_VERIFY] = "verify"
	};
	r->stream = l->number;
	r->direction = str_of(directions[l->kind]);
	if (!l->conn)
		return;
	address_print(conn_peer(l->conn), peer);
	r->peer = str_of(peer);
}

void record_violation(
	struct leg *l, const struct stanza_head *h, const char *condition, const char *words)
{
	struct audit_record r = {
		.event = AUDIT_POLICY_VIOLATION,
		.condition = str_of(condition),
		.text = str_of(words),
		.proof = str_of(l->proof),
	};
	char peer[ADDRESS_TEXT];
	struct trunk *t = l->trunk;
	fill_leg(&r, l, peer);
	fill_head(&r, h);
	r.key = str_of(condition);
	if (t->shared->alerts)
		alerts_raise(
			t->shared->alerts, &r, domain_str(&l->peer_domain), net_loop_now(t->loop));
	if (audit_of(t)->writer)
		put(t, &r);
}

void record_stream(struct leg *l)
{
	struct audit_record r = { .event = AUDIT_STREAM };
	char tls[96] = "none", peer[ADDRESS_TEXT];
	if (!audit_of(l->trunk)->writer)
		return;
	fill_leg(&r, l, peer);
	if (l->conn && conn_tls(l->conn))
		tls_describe(conn_tls(l->conn), tls, sizeof(tls));
	bool out = l->kind != LEG_IN;
	r.from = domain_str(out ? &l->own_domain : &l->peer_domain);
	r.to = domain_str(out ? &l->peer_domain : &l->own_domain);
	r.tls = str_of(tls);
	r.proof = str_of(l->proof);
	r.closed_by = str_of(l->peer_closed ? "peer" : "us");
	r.text = str_of(l->reason);
	r.milliseconds = net_loop_now(l->trunk->loop) - l->opened_ms;
	r.stanzas_in = l->stanzas_in;
	r.stanzas_out = l->stanzas_out;
	if (l->conn) {
		r.bytes_in = conn_bytes_in(l->conn);
		r.bytes_out = conn_bytes_out(l->conn);
	}
	put(l->trunk, &r);
}

/* ---- required ---- */

bool record_written(const struct trunk *t, uint64_t number)
{
	const struct trunk_audit *a = audit_of(t);
	return !number || !a->required || audit_writer_written(a->writer) >= number;
}

void record_wait(struct route *r)
{
	if (list_empty(&r->unrecorded))
		list_append(&r->pair->trunk->unrecorded, &r->unrecorded);
}

static void go_on(struct mail *m, bool cancelled)
{
	struct trunk *t = list_item(m, struct trunk, record_mail);
	struct list go;
	atomic_store(&t->record_mailed, false);
	if (cancelled)
		return;
	list_init(&go);
	list_splice(&go, &t->unrecorded);
	while (!list_empty(&go)) {
		struct route *r = list_first(&go, struct route, unrecorded);
		list_remove(&r->unrecorded);
		route_drain(r);
	}
}

void record_progress(struct trunk *t)
{
	if (atomic_exchange(&t->record_mailed, true))
		return;
	t->record_mail.run = go_on;
	net_loop_post(t->loop, &t->record_mail);
}

void record_kick(struct trunk *t)
{
	if (!buf_len(&t->record))
		return;
	buf_clear(&t->record);
	buf_shrink(&t->record, SCRATCH);
	buf_clear(&t->masked);
	buf_shrink(&t->masked, SCRATCH);
	audit_writer_kick(audit_of(t)->writer);
}
