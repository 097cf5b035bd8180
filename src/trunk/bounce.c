/* SPDX-License-Identifier: MIT */
/* See bounce.h. */
#include "trunk/bounce.h"

#include "trunk/head.h"

static void log_drop(
	struct route *r, const struct stanza_head *h, const char *reason, const char *why)
{
	struct trunk *t = r->pair->trunk;
	uint32_t held;
	atomic_fetch_add(&t->stats.dropped, 1);
	if (log_limit_pass(&r->log_limit, net_loop_now(t->loop), 10, &held))
		log_info("drop from=%s to=%s kind=%s type=%s reason=%s cause=%s held_back=%u",
			r->from.s, r->to.s, stanza_kind_name(h->kind), stanza_type_name(h->type),
			reason, log_quote(str_of(why)).s, held);
}

bool bounce_head(struct route *r, const struct stanza_head *h, enum stanza_condition c,
	bool permanent, const char *text, const char *app, const char *why)
{
	struct trunk *t = r->pair->trunk;
	if (!stanza_may_bounce(h)) {
		log_drop(r, h, "not-bounceable", why);
		return false;
	}
	struct buf error = { 0 };
	stanza_error_write(&error, h, c, permanent, text, app);
	struct stanza_head reply = {
		.kind = h->kind,
		.type = TYPE_ERROR,
		.from = h->to,
		.to = h->from,
		.from_domain = h->to_domain,
		.to_domain = h->from_domain,
		.id = h->id,
	};
	struct delivery d = { .head = &reply, .bytes = buf_view(&error), .bounce = true };
	enum route_outcome outcome = route_deliver(route_reverse(r), &d);
	bool sent = outcome == ROUTE_SENT || outcome == ROUTE_QUEUED;
	if (sent) {
		uint32_t held;
		atomic_fetch_add(&t->stats.bounced, 1);
		if (log_limit_pass(&r->log_limit, net_loop_now(t->loop), 10, &held))
			log_info("bounce from=%s to=%s kind=%s condition=%s cause=%s held_back=%u",
				r->from.s, r->to.s, stanza_kind_name(h->kind),
				stanza_condition_name(c), log_quote(str_of(why)).s, held);
	} else {
		log_drop(r, h, "bounce-undeliverable", why);
	}
	buf_fini(&error);
	return sent;
}

void bounce_bytes(struct route *r, struct str stanza, bool was_bounce, enum stanza_condition c,
	bool permanent, const char *why)
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
		log_drop(r, &h, "bounce-undeliverable", why);
	} else {
		bounce_head(r, &h, c, permanent, NULL, NULL, why);
	}
}

void bounce_tick(struct route *r, uint64_t now)
{
	uint32_t held = log_limit_rest(&r->log_limit, now);
	if (held)
		log_info("held-back from=%s to=%s events=bounce,drop lines=%u", r->from.s, r->to.s,
			held);
}
