/* SPDX-License-Identifier: MIT */
/* See bounce.h. */
#include "trunk/bounce.h"

#include "trunk/head.h"
#include "trunk/metrics.h"
#include "trunk/ping.h"
#include "trunk/record.h"

static void outcome(struct route *r, const struct stanza_head *h, const struct refusal *why,
	const char *verdict, const char *reason)
{
	struct record_outcome o = {
		.number = why->audit,
		.verdict = why->uncertain ? "uncertain" : verdict,
		.reason = reason,
		.condition = reason ? NULL : stanza_condition_name(why->condition),
		.text = why->why,
	};
	record_outcome(r->pair->trunk, h, &o);
}

static void drop(
	struct route *r, const struct stanza_head *h, const struct refusal *why, const char *reason)
{
	struct trunk *t = r->pair->trunk;
	uint32_t held;
	atomic_fetch_add(&t->stats.dropped, 1);
	outcome(r, h, why, "drop", reason);
	/* Its sender does not know: should he say it again, that is no repeat (decision 25). */
	if (h->kind == STANZA_PRESENCE && h->type == TYPE_NONE)
		route_new_era(r);
	if (metrics_line_pass(t, &r->log_limit, METRICS_LINE_DROP, 10, &held))
		log_info("drop from=%s to=%s kind=%s type=%s reason=%s cause=%s held_back=%u",
			r->from.s, r->to.s, stanza_kind_name(h->kind), stanza_type_name(h->type),
			reason, log_quote(str_of(why->why)).s, held);
}

static void bounced(struct route *r, const struct stanza_head *h, const struct refusal *why)
{
	struct trunk *t = r->pair->trunk;
	uint32_t held;
	atomic_fetch_add(&t->stats.bounced, 1);
	metrics_bounce(t, &r->to, why->condition);
	if (!why->decided)
		outcome(r, h, why, "bounce", NULL);
	if (metrics_line_pass(t, &r->log_limit, METRICS_LINE_BOUNCE, 10, &held))
		log_info("bounce from=%s to=%s kind=%s condition=%s cause=%s held_back=%u",
			r->from.s, r->to.s, stanza_kind_name(h->kind),
			stanza_condition_name(why->condition), log_quote(str_of(why->why)).s, held);
}

bool bounce_why(enum route_outcome o, struct refusal *out)
{
	*out = (struct refusal){ .condition = CONDITION_RESOURCE_CONSTRAINT };
	switch (o) {
	case ROUTE_SENT:
	case ROUTE_QUEUED:
	case ROUTE_REPEAT: return false;
	case ROUTE_FULL: out->why = "the queue is full"; return true;
	case ROUTE_REFUSED:
		out->condition = CONDITION_NOT_ALLOWED;
		out->permanent = true;
		out->why = "no flow leads there";
		return true;
	case ROUTE_UNREACHABLE:
		out->condition = CONDITION_REMOTE_SERVER_TIMEOUT;
		out->why = "the next hop has been down";
		return true;
	}
	return false;
}

bool bounce_head(struct route *r, const struct stanza_head *h, const struct refusal *why)
{
	if (pings_lost(r->pair->trunk, h, why->why))
		return true;
	if (!stanza_may_bounce(h)) {
		drop(r, h, why, "not-bounceable");
		return false;
	}
	struct buf error = { 0 };
	stanza_error_write(&error, h, why->condition, why->permanent, why->text, why->app);
	struct stanza_head reply = {
		.kind = h->kind,
		.type = TYPE_ERROR,
		.from = h->to,
		.to = h->from,
		.from_domain = h->to_domain,
		.to_domain = h->from_domain,
		.id = h->id,
	};
	struct delivery d = {
		.head = &reply,
		.bytes = buf_view(&error),
		.bounce = true,
		.audit = why->decided ? why->audit : 0,
	};
	enum route_outcome done = route_deliver(route_reverse(r), &d);
	bool sent = done == ROUTE_SENT || done == ROUTE_QUEUED;
	if (sent)
		bounced(r, h, why);
	else
		drop(r, h, why, "bounce-undeliverable");
	buf_fini(&error);
	return sent;
}

void bounce_bytes(struct route *r, struct str stanza, bool was_bounce, const struct refusal *why)
{
	struct stanza_head h;
	if (!head_read(r->pair->trunk->heads, stanza, &h)) {
		log_error("internal-error what=\"a stanza of ours cannot be read again\" from=%s "
			  "to=%s",
			r->from.s, r->to.s);
		return;
	}
	if (was_bounce) {
		/* What it answers has not been answered after all. */
		atomic_fetch_sub(&r->pair->trunk->stats.bounced, 1);
		drop(r, &h, why, "bounce-undeliverable");
	} else {
		bounce_head(r, &h, why);
	}
}

void bounce_tick(struct route *r, uint64_t now)
{
	uint32_t held = log_limit_rest(&r->log_limit, now);
	if (held)
		log_info("held-back from=%s to=%s events=bounce,drop lines=%u", r->from.s, r->to.s,
			held);
}
