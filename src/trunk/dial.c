/* SPDX-License-Identifier: MIT */
/* See dial.h. */
#include "trunk/dial.h"

#include "base/clock.h"
#include "base/mem.h"
#include "trunk/metrics.h"
#include "trunk/outbound.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const outcome_names[] = { "ok", "invalid", "not-found", "unreachable",
	"refused" };

const char *dial_outcome_name(enum dial_outcome o)
{
	return outcome_names[o];
}

static unsigned way_of(const struct dial *d)
{
	return d->o.purpose == DIAL_VERIFY ? LEG_VERIFY : LEG_OUT;
}

static void dial_free(struct dial *d)
{
	plan_unref(d->plan);
	free(d->endpoints);
	free(d->verify_id);
	free(d->verify_key);
	free(d);
}

void dial_cancel(struct dial *d)
{
	if (!d)
		return;
	if (d->lookup)
		lookup_cancel(d->lookup);
	if (d->current)
		outbound_abandon(d->current);
	dial_free(d);
}

static void finish(struct dial *d, enum dial_outcome o, struct outbound *out, const char *words)
{
	struct trunk *t = d->trunk;
	struct peer *p = peer_get(&t->peers, &d->to);
	if (o == DIAL_OK || o == DIAL_INVALID)
		peer_succeeded(p, clock_wall());
	else if (d->o.purpose == DIAL_STANZAS)
		peer_failed(p, net_loop_now(t->loop));
	char text[256];
	snprintf(text, sizeof(text), "%s", words);
	d->o.done(d->o.arg, d, o, out, text);
	dial_free(d);
}

/* A next hop that is one of our own listeners would be ourselves (RFC 6120 10.5). */
static bool own_listener(const struct dial *d, const struct address *a)
{
	const struct listen_config *l = d->plan->settings.listen.items;
	for (unsigned i = 0; i < d->plan->settings.listen.n; i++) {
		struct address own;
		if (l[i].port != address_port(a) ||
			!address_parse(l[i].address, (uint16_t)l[i].port, &own))
			continue;
		if (address_same_host(a, &own) || (address_is_any(&own) && address_is_local(a)))
			return true;
	}
	return false;
}

static bool is_plain_address(const struct control *c)
{
	return c->ntargets == 1 && c->targets[0].kind == TARGET_ADDRESS;
}

/* Why this endpoint is out of the question; NULL: it is not. */
static const char *forbidden(const struct dial *d, const struct endpoint *e)
{
	if (own_listener(d, &e->address))
		return "the next hop is this trunk's own listener";
	/* Two servers behind one address are told apart by their ports, where both are written
	 * down. */
	if (d->not_to.len && address_same_host(&d->not_to, &e->address) &&
		!is_plain_address(d->o.control))
		return "the next hop is where the stanzas came from";
	if (e->direct_tls && d->o.control->config->tls == TLS_POLICY_OFF)
		return "only direct TLS is offered there, but tls = \"off\"";
	return NULL;
}

static void new_attempt(struct dial *d, const char *target)
{
	d->trying = true;
	d->attempt = (struct attempt){ .wall = clock_wall() };
	d->attempt_ms = net_loop_now(d->trunk->loop);
	if (!d->looked_up)
		d->attempt.stage_ms[ATTEMPT_DNS] = (uint32_t)(d->attempt_ms - d->started_ms);
	d->looked_up = true;
	snprintf(d->attempt.target, sizeof(d->attempt.target), "%s", target);
}

static void log_attempt(
	struct dial *d, const struct attempt *a, enum dial_outcome o, const char *words)
{
	bool good = o == DIAL_OK || o == DIAL_INVALID;
	if (!good && !metrics_peer_line(d->trunk, "dial", d->to.s, METRICS_LINE_DIAL))
		return;
	log_write(good ? LOG_LEVEL_INFO : LOG_LEVEL_WARN,
		"dial peer=%s from=%s to=%s purpose=%s outcome=%s stage=%s ms=%u words=%s",
		a->target, d->from.s, d->to.s, d->o.purpose == DIAL_VERIFY ? "verify" : "stanzas",
		dial_outcome_name(o), attempt_stage_name(a->stage), a->took_ms,
		log_quote(str_of(words)).s);
}

/* What the stage took that the attempt is in; the look-up is counted as a whole. */
static void stay(struct dial *d, uint64_t now)
{
	struct attempt *a = &d->attempt;
	if (a->stage != ATTEMPT_DNS && a->stage != ATTEMPT_READY)
		a->stage_ms[a->stage] += (uint32_t)(now - d->stage_ms);
}

static void end_attempt(struct dial *d, enum dial_outcome o, const char *words)
{
	struct attempt *a = &d->attempt;
	if (!d->trying)
		return;
	stay(d, net_loop_now(d->trunk->loop));
	a->took_ms = (uint32_t)(net_loop_now(d->trunk->loop) - d->attempt_ms);
	if (o != DIAL_OK && o != DIAL_INVALID)
		snprintf(a->words, sizeof(a->words), "%s", words);
	log_attempt(d, a, o, words);
	*attempts_next(&peer_get(&d->trunk->peers, &d->to)->out) = *a;
	d->trying = false;
}

static void try_next(struct dial *d)
{
	while (d->next < d->n) {
		const struct endpoint *e = &d->endpoints[d->next++];
		char text[ADDRESS_TEXT];
		address_print(&e->address, text);
		new_attempt(d, text);
		const char *no = forbidden(d, e);
		if (no) {
			snprintf(d->words, sizeof(d->words), "%s: %s", text, no);
			end_attempt(d, DIAL_REFUSED, no);
			d->worst = DIAL_REFUSED;
			continue;
		}
		dial_stage(d, ATTEMPT_TCP);
		d->current = outbound_new(d, e);
		return;
	}
	finish(d, d->worst, NULL, d->words);
}

/* How long it took to come here. What the look-up took is counted when it is over. */
static void count_stage(struct dial *d, enum attempt_stage done, uint64_t now)
{
	static const enum metrics_stage stages[] = {
		[ATTEMPT_TCP] = METRICS_TCP,
		[ATTEMPT_TLS] = METRICS_TLS,
		[ATTEMPT_STREAM] = METRICS_STREAM,
		[ATTEMPT_AUTH] = METRICS_AUTH,
	};
	if (done != ATTEMPT_DNS && done != ATTEMPT_READY)
		metrics_stage(&d->trunk->metrics, way_of(d), stages[done], now - d->stage_ms);
}

void dial_stage(struct dial *d, enum attempt_stage s)
{
	uint64_t now = net_loop_now(d->trunk->loop);
	count_stage(d, d->attempt.stage, now);
	stay(d, now);
	if (s == ATTEMPT_READY)
		metrics_stage(&d->trunk->metrics, way_of(d), METRICS_TOTAL, now - d->started_ms);
	d->attempt.stage = s;
	d->stage_ms = now;
	if (d->o.stage)
		d->o.stage(d->o.arg, s, d->attempt.target);
}

void dial_result(struct dial *d, enum dial_outcome o, const char *words)
{
	struct outbound *out = d->current;
	end_attempt(d, o, words);
	d->current = NULL;
	if (o == DIAL_UNREACHABLE) {
		snprintf(d->words, sizeof(d->words), "%s", words);
		if (d->worst != DIAL_REFUSED)
			d->worst = DIAL_UNREACHABLE;
		try_next(d);
		return;
	}
	if (o == DIAL_REFUSED && d->next < d->n) {
		snprintf(d->words, sizeof(d->words), "%s", words);
		d->worst = DIAL_REFUSED;
		try_next(d);
		return;
	}
	finish(d, o, o == DIAL_OK ? out : NULL, words);
}

static void resolved(void *arg, struct resolve_result *r)
{
	struct dial *d = arg;
	d->lookup = NULL;
	if (r->outcome == RESOLVE_OK) {
		metrics_stage(&d->trunk->metrics, way_of(d), METRICS_DNS, r->took_ms);
		d->endpoints = r->endpoints;
		d->n = r->n;
		d->worst = DIAL_UNREACHABLE;
		try_next(d);
		return;
	}
	free(r->endpoints);
	new_attempt(d, "-");
	enum dial_outcome o = r->outcome == RESOLVE_NOT_FOUND ? DIAL_NOT_FOUND : DIAL_UNREACHABLE;
	end_attempt(d, o, r->words);
	finish(d, o, NULL, r->words);
}

/* The control's targets with "dns" made into the domain's own name. */
static unsigned targets_of(const struct dial *d, struct target out[PEERING_TARGETS])
{
	const struct control *c = d->o.control;
	for (unsigned i = 0; i < c->ntargets; i++) {
		out[i] = c->targets[i];
		if (out[i].kind == TARGET_SRV && !out[i].name[0])
			memcpy(out[i].name, d->to.s, d->to.n + 1u);
	}
	return c->ntargets;
}

bool dial_leads_there_still(const struct dial *d)
{
	const struct control *now = peering_accepted(d->trunk->plan->peering, &d->to);
	return now && control_same_targets(d->o.control, now);
}

struct dial *dial_start(struct trunk *t, const struct dial_options *o)
{
	struct dial *d = MEM_NEW(struct dial);
	struct target targets[PEERING_TARGETS];
	d->trunk = t;
	d->plan = plan_ref(t->plan);
	d->o = *o;
	d->from = *o->from;
	d->to = *o->to;
	if (o->not_to)
		d->not_to = *o->not_to;
	if (o->purpose == DIAL_VERIFY) {
		d->verify_id = str_dup(o->verify_id);
		d->verify_key = str_dup(o->verify_key);
	}
	d->started_ms = net_loop_now(t->loop);
	unsigned n = targets_of(d, targets);
	d->lookup = resolver_find(t->resolver, targets, n,
		(enum target_prefer)o->control->config->prefer, resolved, d);
	return d;
}
