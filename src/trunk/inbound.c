/* SPDX-License-Identifier: MIT */
/* An inbound leg's life: accept, TLS, events to where they are decided, pausing and reading on,
 * end. See inbound.h. */
#include "trunk/inbound.h"

#include "base/clock.h"
#include "base/mem.h"
#include "trunk/metrics.h"
#include "trunk/peer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	TURN_MS = 10000,
	SLOW_SETUP_MS = 5000,
	REST_BYTES = 8 * 1024 * 1024, /* a kernel keeps 6 MiB for a connection (tcp_rmem) */
};

const struct listen_config *inbound_listener(const struct inbound *in)
{
	const struct settings *s = &in->leg.trunk->plan->settings;
	const struct listen_config *l = s->listen.items;
	for (unsigned i = 0; i < s->listen.n; i++) {
		struct address a;
		if (address_parse(l[i].address, (uint16_t)l[i].port, &a) &&
			address_same_host(&a, &in->listener) &&
			address_port(&a) == address_port(&in->listener))
			return &l[i];
	}
	return NULL;
}

/* For whom a certificate is shown: the listener's zone where it is for one, else the zone of
 * whoever claims to come (decision 12). */
static const char *zone_of(const struct inbound *in)
{
	const struct listen_config *l = inbound_listener(in);
	const struct control *c =
		in->from.n ? peering_accepted(in->leg.trunk->plan->peering, &in->from) : NULL;
	if (l && l->zones.n == 1)
		return l->zones.v[0];
	return c ? c->zone : NULL;
}

/* Asked during the handshake, of the plan in force then. */
static bool may_mint(void *arg, const struct domain *domain)
{
	const struct inbound *in = arg;
	return peering_may_mint(in->leg.trunk->plan->peering, domain);
}

bool inbound_has_certificate(const struct inbound *in)
{
	const struct plan *plan = in->leg.trunk->plan;
	struct credentials_wanted w = { .domain = &in->to,
		.zone = zone_of(in),
		.may_mint = peering_may_mint(plan->peering, &in->to) };
	bool covers;
	return credentials_choose(plan->credentials, &w, &covers) != NULL;
}

static void start_tls(struct inbound *in, const struct domain *domain)
{
	struct plan *plan = in->leg.trunk->plan;
	struct tls_server_options o = {
		.contexts = plan->tls,
		.credentials = plan->credentials,
		.domain = domain,
		.zone = zone_of(in),
		.may_mint = may_mint,
		.arg = in,
		.peer = conn_peer(in->leg.conn),
		.now = clock_wall(),
		.direct = in->mode == LISTEN_DIRECT_TLS,
		.min = TLS_1_2,
	};
	conn_start_tls(in->leg.conn, tls_server_new(&o));
}

/* Under TLS everything begins again (RFC 6120 5.4.3.3): what was proven in the clear must not live
 * on there. */
static void starttls_asked(struct inbound *in)
{
	if (in->nproofs || in->nclaims)
		leg_fail(&in->leg, STREAM_POLICY_VIOLATION, "TLS comes before dialback", NULL);
	else {
		metrics_inbound_stage(in, METRICS_STREAM);
		start_tls(in, &in->to);
	}
}

static void prepare(struct leg *l)
{
	if (!l->stream)
		return;
	filter_bind(l->trunk->filter, l, stream_lang(l->stream), STR("en"));
	filter_recorded(l->trunk->filter, l->trunk->shared->audit.writer != NULL);
}

static void transport(struct leg *l, enum conn_event e)
{
	if (e != CONN_SECURED)
		return;
	metrics_inbound_stage((struct inbound *)l, METRICS_TLS);
	if (l->stream) {
		stream_secured(l->stream);
		leg_pump(l);
		return;
	}
	l->step_ms = 0;
	leg_open_stream(l, STREAM_RECEIVING, true);
	leg_pump(l);
}

static void event(struct leg *l, enum stream_event e, const struct stream_info *info)
{
	struct inbound *in = (struct inbound *)l;
	if (e == STREAM_STANZA || e == STREAM_OVERSIZE) {
		inbound_stanza(in, info, e == STREAM_OVERSIZE);
		inbound_charge(in, info->bytes);
	} else if (e == STREAM_HEADER)
		inbound_header(in, info);
	else if (e == STREAM_STARTTLS)
		starttls_asked(in);
	else if (e == STREAM_AUTH)
		inbound_auth(in, info);
	else if (e == STREAM_DB_RESULT)
		inbound_db_result(in, info);
	else if (e == STREAM_DB_VERIFY)
		inbound_db_verify(in, info);
}

/* The stream gives up its places at routes, so that the next one of a pair is read. */
static void leave_routes(struct inbound *in)
{
	for (unsigned i = 0; i < in->npairs; i++) {
		struct inbound_pair *p = in->pairs[i];
		struct route *r = p->route;
		if (!r)
			continue;
		list_remove(&p->feed.waiting);
		list_remove(&p->feed.link);
		p->route = NULL;
		inbounds_next(r);
	}
}

/* How far a peer came that has proven nothing. */
static enum attempt_stage stage_of(const struct inbound *in)
{
	const struct leg *l = &in->leg;
	if (!l->stream)
		return ATTEMPT_TLS;
	if (stream_is_secure(l->stream) || in->header_final)
		return ATTEMPT_AUTH;
	return conn_tls(l->conn) ? ATTEMPT_TLS : ATTEMPT_STREAM;
}

void inbound_trouble(struct inbound *in, const char *fmt, ...)
{
	char words[256];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	free(in->trouble);
	in->trouble = mem_strdup(words);
}

/* Is it worth telling that it has ended without a proof? A stream that was closed in order may have
 * had nothing to prove. */
static bool is_failure(const struct inbound *in)
{
	const struct leg *l = &in->leg;
	if (in->nproofs || l->trunk->stopping || !l->peer_domain.n)
		return false;
	return !l->orderly || (in->trouble && !in->only_answers);
}

/* A peer that we know of could not get in: for people who ask why. The name may be anybody's claim,
 * so it touches nothing but this; names that only a default route knows would be anything. */
static void remember(struct inbound *in)
{
	struct leg *l = &in->leg;
	struct trunk *t = l->trunk;
	char match[PEERING_MATCH];
	if (!is_failure(in))
		return;
	peering_match(t->plan->peering, &l->peer_domain, match);
	if (!match[0] || strcmp(match, "*") == 0)
		return;
	struct attempt *a = attempts_next(&peer_get(&t->peers, &l->peer_domain)->in);
	a->wall = clock_wall();
	a->stage = stage_of(in);
	a->took_ms = (uint32_t)(net_loop_now(t->loop) - l->opened_ms);
	address_print(conn_peer(l->conn), a->target);
	if (in->trouble && !strstr(l->reason, in->trouble))
		snprintf(a->words, sizeof(a->words), "%s (%s)", in->trouble, l->reason);
	else
		snprintf(a->words, sizeof(a->words), "%s", l->reason);
	if (in->judged)
		attempt_saw(a, in->trust.subject, in->trust.not_after);
}

static void ended(struct leg *l)
{
	struct inbound *in = (struct inbound *)l;
	remember(in);
	list_remove(&in->resume);
	inbound_rate_end(in);
	inbound_set_up(in);
	inbound_drop_claims(in);
	leave_routes(in);
}

/* A closing tag of the peer's, which answers ours, is nothing that is lost. */
static void tell_unread(struct leg *l)
{
	uint64_t n = conn_unread(l->conn);
	if (!l->proof || n <= strlen("</stream:stream>"))
		return;
	metrics_unread(l->trunk, n);
	leg_log(l, LOG_LEVEL_WARN, "stream-unread", " bytes=%llu", (unsigned long long)n);
}

static void gone(struct leg *l)
{
	struct inbound *in = (struct inbound *)l;
	tell_unread(l);
	admission_leave(&l->trunk->shared->admission, &in->place);
	inbound_pairs_free(in);
	free(in->proofs);
	free(in->trouble);
	leg_fini(l);
	free(in);
}

/* Neither its rate nor a full route: what finds no room is answered. Its turn behind an older
 * stream it awaits still. */
static void let_go(struct leg *l)
{
	struct inbound *in = (struct inbound *)l;
	inbound_rate_end(in);
	for (unsigned i = 0; i < in->npairs; i++)
		list_remove(&in->pairs[i]->feed.waiting);
	if (l->held)
		inbound_resume(in);
}

const struct leg_ops inbound_ops = {
	.event = event,
	.transport = transport,
	.let_go = let_go,
	.ended = ended,
	.prepare = prepare,
	.gone = gone,
};

void inbound_new(struct trunk *t, int fd, const struct address *peer, enum listen_mode mode,
	const struct address *listener, const struct admission_place *place)
{
	struct inbound *in = MEM_NEW(struct inbound);
	list_init(&in->resume);
	list_append(&t->fresh, &in->fresh);
	in->place = *place;
	list_init(&in->claims);
	in->mode = mode;
	in->listener = *listener;
	leg_init(&in->leg, t, LEG_IN, &inbound_ops);
	in->stage_ms = in->leg.opened_ms;
	in->leg.conn = conn_accepted(t->loop, fd, peer, leg_conn_event, &in->leg);
	conn_resume(in->leg.conn);
	if (mode == LISTEN_DIRECT_TLS) {
		in->leg.step_ms =
			net_loop_now(t->loop) + (uint64_t)t->plan->settings.limits.setup_time;
		start_tls(in, NULL);
	} else {
		leg_open_stream(&in->leg, STREAM_RECEIVING, false);
	}
	leg_settle(&in->leg);
}

const struct address *inbound_peer(const struct inbound *in)
{
	return conn_peer(in->leg.conn);
}

/* ---- being set up ---- */

void inbound_set_up(struct inbound *in)
{
	list_remove(&in->fresh);
	admission_set_up(&in->leg.trunk->shared->admission, &in->place);
}

bool inbound_make_room(struct trunk *t)
{
	list_for_each (it, &t->fresh) {
		struct inbound *in = list_item(it, struct inbound, fresh);
		if (net_loop_now(t->loop) - in->leg.opened_ms < SLOW_SETUP_MS)
			return false;
		if (in->nclaims)
			continue; /* it waits for us */
		leg_fail(&in->leg, STREAM_RESOURCE_CONSTRAINT, "it takes too long, and others wait",
			NULL);
		return true;
	}
	return false;
}

/* ---- pausing ---- */

void inbound_resume(struct inbound *in)
{
	/* At the end of the turn: whoever calls may be in the middle of another stream's stanza. */
	if (!in->waits_turn && !in->leg.ended && list_empty(&in->resume))
		list_append(&in->leg.trunk->resumed, &in->resume);
}

void inbound_read_on(struct inbound *in)
{
	list_remove(&in->resume);
	if (in->leg.ended || in->throttle.holds)
		return;
	if (in->moving) {
		inbound_move_home(in);
		return;
	}
	in->leg.held = false;
	if (in->leg.closing)
		stream_wait_anew(in->leg.stream, net_loop_now(in->leg.trunk->loop));
	conn_resume(in->leg.conn);
	leg_pump(&in->leg);
}

bool inbound_may_hold(const struct inbound *in)
{
	return !in->leg.let_go && !in->leg.trunk->stopping;
}

void inbound_read_rest(struct inbound *in)
{
	struct leg *l = &in->leg;
	uint64_t end = conn_bytes_in(l->conn) + REST_BYTES;
	if (!l->stream)
		return;
	l->held = false;
	do
		leg_pump(l);
	while (!l->ended && conn_bytes_in(l->conn) < end && conn_read_now(l->conn));
}

void inbound_continue(struct inbound *in)
{
	if (!in->leg.held)
		leg_pump(&in->leg);
	else
		leg_settle(&in->leg);
}

/* ---- whose turn it is ---- */

static void give_turn(struct feed *f)
{
	struct inbound *in = f->inbound;
	f->held_since = 0;
	in->waits_turn = false;
	inbound_resume(in);
}

void inbounds_next(struct route *r)
{
	if (list_empty(&r->inbounds))
		return;
	struct feed *first = list_first(&r->inbounds, struct feed, link);
	if (first->held_since)
		give_turn(first);
}

/* Everything that came was taken: nothing unread here, and nothing came for a moment. */
static bool drained(const struct inbound *in, uint64_t now)
{
	return !in->leg.held && buf_len(conn_in(in->leg.conn)) == 0 &&
	       now - in->leg.quiet_since > 200;
}

void inbounds_tick(struct route *r, uint64_t now)
{
	const struct feed *before = NULL;
	list_for_each (it, &r->inbounds) {
		struct feed *f = list_item(it, struct feed, link);
		if (!f->held_since) {
			before = f;
			continue;
		}
		bool late = now - f->held_since > TURN_MS;
		if (late)
			leg_log(&f->inbound->leg, LOG_LEVEL_WARN, "order",
				" what=\"an older stream of this pair has not been drained for 10 "
				"s; reading both\"");
		if (late || !before || drained(before->inbound, now))
			give_turn(f);
		return;
	}
}

/* Ends the stream, and answers with this whatever it still brings. */
static void refuse_rest(struct inbound *in, enum stream_condition end, const char *words,
	enum stanza_condition rest)
{
	in->rest_condition = rest;
	in->rest_why = words ? words : stream_condition_name(end);
	leg_part(&in->leg, end, words);
	leg_let_go(&in->leg);
}

void inbound_attach(struct inbound *in, struct inbound_pair *p)
{
	struct trunk *t = in->leg.trunk;
	struct route *r = pair_route(t, &p->from, &p->to);
	bool first = list_empty(&r->inbounds);
	unsigned n = 0;
	list_for_each (it, &r->inbounds)
		n += !list_item(it, struct feed, link)->inbound->leg.closing;
	if (n >= (unsigned)t->plan->settings.limits.streams_per_pair) {
		metrics_limited(t, &p->from, METRICS_STREAMS_PER_PAIR);
		refuse_rest(in, STREAM_RESOURCE_CONSTRAINT,
			"too many streams for this pair of domains", CONDITION_RESOURCE_CONSTRAINT);
		return;
	}
	p->route = r;
	p->feed.inbound = in;
	p->feed.route = r;
	list_init(&p->feed.waiting);
	list_append(&r->inbounds, &p->feed.link);
	/* A stream of several pairs is never held for the sake of one. */
	if (!first && in->npairs == 1 && inbound_may_hold(in)) {
		p->feed.held_since = net_loop_now(t->loop);
		in->waits_turn = true;
		in->leg.held = true;
		conn_pause(in->leg.conn);
	}
}

/* ---- another plan ---- */

static const char *check(struct inbound *in, const struct control *c, enum stream_condition *cond)
{
	*cond = STREAM_POLICY_VIOLATION;
	if (!c)
		return "this domain is not served any more";
	bool secure = stream_is_secure(in->leg.stream);
	if (!secure && c->config->tls == TLS_POLICY_REQUIRED)
		return "TLS is required now";
	if (secure && tls_version(conn_tls(in->leg.conn)) < (enum tls_version)c->config->tls_min)
		return "a newer TLS version is required now";
	return inbound_entry_refused(in, c);
}

/* Is the proof still good under this plan? */
static const char *check_proof(struct inbound *in, const struct proof *p, const struct plan *plan,
	enum stream_condition *cond)
{
	const struct control *c = peering_accepted(plan->peering, &p->from);
	const char *why = check(in, c, cond);
	if (why)
		return why;
	bool external = strcmp(p->how, "dialback") != 0;
	if (external && !(c->config->authentication & 1u << PROOF_EXTERNAL))
		return "certificates are not accepted any more";
	if (!external && !(c->config->authentication & 1u << PROOF_DIALBACK))
		return "dialback is not accepted any more";
	struct trust_answer a;
	leg_judge(&in->leg, c, &p->from, false, NULL, &a);
	*cond = STREAM_RESET;
	/* Dialback stands in for a stranger's certificate, not for a bad one (decision 3). */
	bool stands = a.verdict == TRUST_OK ||
		      (!external && (!conn_tls(in->leg.conn) ||
					    trust_verdict_allows_dialback(a.verdict)));
	return stands ? NULL : "your certificate is not accepted any more";
}

static const char *check_proofs(
	struct inbound *in, const struct plan *plan, enum stream_condition *cond)
{
	const struct control *c = in->from.n ? peering_accepted(plan->peering, &in->from) : NULL;
	const char *why = in->header_final ? check(in, c, cond) : NULL;
	for (unsigned i = 0; i < in->nproofs && !why; i++)
		why = check_proof(in, &in->proofs[i], plan, cond);
	return why;
}

static bool is_drained(const struct plan *plan, const struct domain *d)
{
	return d->n && peering_order(plan->peering, d) == ORDER_DRAIN;
}

static bool drains(const struct inbound *in, const struct plan *plan)
{
	bool found = is_drained(plan, &in->from) || is_drained(plan, &in->to);
	for (unsigned i = 0; i < in->npairs && !found; i++)
		found = is_drained(plan, &in->pairs[i]->from) ||
			is_drained(plan, &in->pairs[i]->to);
	return found;
}

struct replan_verdict inbound_judge_plan(struct inbound *in, struct plan *plan)
{
	struct replan_verdict v = { .verdict = REPLAN_KEEP };
	if (!in->header_final && !in->nproofs)
		return v;
	if (!peering_accepted(plan->peering, &in->to))
		return (struct replan_verdict){ REPLAN_CLOSE, STREAM_HOST_GONE, NULL };
	v.words = check_proofs(in, plan, &v.condition);
	if (v.words) {
		v.verdict = REPLAN_CLOSE;
		return v;
	}
	for (unsigned i = 0; i < in->npairs; i++) {
		struct passage p;
		peering_permit(plan->peering, &in->pairs[i]->from, &in->pairs[i]->to, &p);
		if (p.permit != PERMIT_YES && p.permit != PERMIT_ANSWERS)
			return (struct replan_verdict){ REPLAN_CLOSE,
				p.to ? STREAM_POLICY_VIOLATION : STREAM_HOST_GONE,
				permit_name(p.permit) };
	}
	if (drains(in, plan))
		return (struct replan_verdict){ .verdict = REPLAN_DRAIN,
			.words = "taken out of service by the operator" };
	return v;
}

/* What the stanzas of a stream are answered with that the plan ends so. */
static enum stanza_condition rest_condition(enum stream_condition c)
{
	return c == STREAM_HOST_GONE ? CONDITION_REMOTE_SERVER_NOT_FOUND : CONDITION_NOT_ALLOWED;
}

void inbound_replan(struct inbound *in)
{
	struct plan *plan = in->leg.trunk->plan;
	if (in->leg.ended || !in->leg.stream)
		return;
	/* The old plan is about to go. */
	in->control = in->from.n ? peering_accepted(plan->peering, &in->from) : NULL;
	struct replan_verdict v = inbound_judge_plan(in, plan);
	for (unsigned i = 0; i < in->npairs; i++) {
		struct inbound_pair *p = in->pairs[i];
		peering_permit(plan->peering, &p->from, &p->to, &p->passage);
		p->plan = plan->number;
		p->counts = NULL;
		pair_certified_fini(&p->certified);
	}
	/* What the peer has sent until it closes too is still taken, or answered. */
	switch (v.verdict) {
	case REPLAN_KEEP: return;
	case REPLAN_DRAIN: leg_close(&in->leg, v.words); return;
	case REPLAN_CLOSE:
		refuse_rest(in, v.condition, v.words, rest_condition(v.condition));
		return;
	}
}
