/* SPDX-License-Identifier: MIT */
/* An outbound leg's life: connect, negotiate, prove the next hop, prove ourselves, carry stanzas,
 * end. See outbound.h. */
#include "trunk/outbound.h"

#include "base/clock.h"
#include "base/mem.h"
#include "trunk/metrics.h"
#include "xmpp/dialback.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { STALL_MS = 120000, NUMBERS = 4096 };

static uint64_t step_deadline(const struct outbound *o)
{
	return net_loop_now(o->leg.trunk->loop) + (uint64_t)o->control->config->connect_timeout;
}

/* Ends a leg that is still being dialled. */
static void give_up(struct outbound *o, enum dial_outcome outcome, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void give_up(struct outbound *o, enum dial_outcome outcome, const char *fmt, ...)
{
	char words[256];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	struct dial *d = o->dial;
	o->dial = NULL;
	if (o->leg.stream && stream_is_open(o->leg.stream))
		leg_close(&o->leg, words);
	leg_end(&o->leg, "%s", words);
	if (d)
		dial_result(d, outcome, words);
}

static void start_tls(struct outbound *o)
{
	bool covers;
	struct credentials_wanted w = { .domain = &o->leg.own_domain,
		.name = o->control->config->certificate,
		.zone = o->control->zone,
		.may_mint = peering_may_mint(o->plan->peering, &o->leg.own_domain) };
	struct tls_client_options t = {
		.contexts = o->plan->tls,
		.credential = credentials_choose(o->plan->credentials, &w, &covers),
		.domain = &o->leg.own_domain,
		.now = clock_wall(),
		.sni = &o->leg.peer_domain,
		.ciphers = o->control->config->ciphers,
		.min = (enum tls_version)o->control->config->tls_min,
	};
	dial_stage(o->dial, ATTEMPT_TLS);
	o->leg.step_ms = step_deadline(o);
	conn_start_tls(o->leg.conn, tls_client_new(&t));
}

static void open_stream(struct outbound *o, bool secure)
{
	dial_stage(o->dial, ATTEMPT_STREAM);
	leg_open_stream(&o->leg, STREAM_INITIATING, secure);
	stream_open(o->leg.stream, str_of(o->from_text), str_of(o->to_text));
	o->leg.step_ms = step_deadline(o);
	leg_settle(&o->leg);
}

static void transport(struct leg *l, enum conn_event e)
{
	struct outbound *o = (struct outbound *)l;
	if (e == CONN_WRITABLE) {
		if (o->route && !o->retiring)
			route_drain(o->route);
		return;
	}
	if (!o->dial)
		return;
	if (e == CONN_CONNECTED) {
		conn_resume(l->conn);
		if (o->direct_tls)
			start_tls(o);
		else
			open_stream(o, false);
		return;
	}
	if (!l->stream) {
		open_stream(o, true);
		return;
	}
	dial_stage(o->dial, ATTEMPT_STREAM);
	stream_secured(l->stream);
	l->step_ms = step_deadline(o);
	leg_pump(l);
}

/* The next hop's certificate, once, before anything is sent that matters (decision 4). */
static bool judge_next_hop(struct outbound *o)
{
	if (o->judged || !stream_is_secure(o->leg.stream))
		return true;
	o->judged = true;
	leg_judge(&o->leg, o->control, &o->leg.peer_domain, true, NULL, &o->trust);
	o->leg.certificate = o->trust.subject;
	attempt_saw(&o->dial->attempt, o->trust.subject, o->trust.not_after);
	if (o->trust.verdict == TRUST_OK) {
		o->leg.certificate_end = o->trust.not_after;
		return true;
	}
	if (!o->control->config->verify_next_hop)
		return true;
	/* The handshake is where it was seen, late as the name to judge it by is. */
	dial_stage(o->dial, ATTEMPT_TLS);
	stream_fail(o->leg.stream, STREAM_NOT_AUTHORIZED, trust_peer_words(&o->trust), NULL);
	give_up(o, DIAL_REFUSED, "next hop's certificate: %s", o->trust.words);
	return false;
}

static void send_verify(struct outbound *o)
{
	struct dial *d = o->dial;
	dial_stage(d, ATTEMPT_AUTH);
	stream_db_verify(o->leg.stream, str_of(o->from_text), str_of(o->to_text),
		str_of(d->verify_id), str_of(d->verify_key));
	o->leg.step_ms = step_deadline(o);
}

static void try_dialback(struct outbound *o)
{
	struct str secrets[PLAN_SECRETS];
	char secret[DIGEST_HEX], key[DIGEST_HEX];
	o->tried_dialback = true;
	plan_dialback_secrets(o->plan, &o->leg.own_domain, secrets);
	dialback_secret(secrets[0], domain_str(&o->leg.own_domain), secret);
	dialback_key(str_of(secret), domain_str(&o->leg.peer_domain),
		domain_str(&o->leg.own_domain), str_of(o->peer_id ? o->peer_id : ""), key);
	dial_stage(o->dial, ATTEMPT_AUTH);
	stream_db_result(o->leg.stream, str_of(o->from_text), str_of(o->to_text), str_of(key));
	/* The peer looks us up, calls back and waits for our answer: that takes longer than a step,
	 * and than a set-up. */
	stream_verifying(o->leg.stream, true, net_loop_now(o->leg.trunk->loop));
	o->leg.step_ms = net_loop_now(o->leg.trunk->loop) + 45000;
}

static void features(struct outbound *o, const struct stream_info *info)
{
	int tls = o->control->config->tls;
	bool secure = stream_is_secure(o->leg.stream);
	if (!secure && tls != TLS_POLICY_OFF &&
		(info->offer.starttls || (tls == TLS_POLICY_REQUIRED && !info->offer.version0))) {
		/* RFC 7590 3.1: a missing offer does not deter who needs it. */
		stream_starttls(o->leg.stream);
		o->leg.step_ms = step_deadline(o);
		return;
	}
	if (!secure && tls == TLS_POLICY_REQUIRED) {
		stream_fail(o->leg.stream, STREAM_POLICY_VIOLATION, "TLS is required", NULL);
		give_up(o, DIAL_REFUSED, "the next hop offers no TLS, and tls = \"required\"");
		return;
	}
	if (!secure && info->offer.starttls_required) {
		give_up(o, DIAL_REFUSED, "the next hop requires TLS, but tls = \"off\"");
		return;
	}
	if (info->offer.unsupported_required) {
		stream_fail(o->leg.stream, STREAM_UNSUPPORTED_FEATURE, NULL, NULL);
		give_up(o, DIAL_REFUSED,
			"the next hop requires a feature that trunkd does not have");
		return;
	}
	if (!judge_next_hop(o))
		return;
	if (o->dial->o.purpose == DIAL_VERIFY) {
		send_verify(o);
		return;
	}
	if (secure && info->offer.external) {
		o->tried_external = true;
		dial_stage(o->dial, ATTEMPT_AUTH);
		stream_auth_external(o->leg.stream);
		o->leg.step_ms = step_deadline(o);
		return;
	}
	try_dialback(o);
}

static void ready(struct outbound *o, const char *proof)
{
	struct dial *d = o->dial;
	char tls[96] = "none";
	if (conn_tls(o->leg.conn))
		tls_describe(conn_tls(o->leg.conn), tls, sizeof(tls));
	o->dial = NULL;
	o->leg.proof = proof;
	o->counts = metrics_of(o->leg.trunk, &o->leg.peer_domain);
	metrics_opened(&o->leg);
	metrics_proof(&o->leg, &o->leg.peer_domain, proof, true);
	o->leg.step_ms = 0;
	o->last_sent_ms = o->taken_ms = net_loop_now(o->leg.trunk->loop);
	conn_retain(o->leg.conn);
	stream_idle(o->leg.stream); /* little more comes from there */
	leg_log(&o->leg, LOG_LEVEL_INFO, "stream-ready",
		" tls=%s proof=%s next_hop=%s certificate=%s", log_quote(str_of(tls)).s, proof,
		o->judged ? trust_verdict_name(o->trust.verdict) : "not-judged",
		log_quote(str_of(o->trust.subject)).s);
	if (o->judged && o->trust.verdict == TRUST_OK)
		leg_certified(&o->leg, o->control, &o->leg.peer_domain, true);
	dial_stage(d, ATTEMPT_READY);
	dial_result(d, DIAL_OK, "");
}

static void result_answer(struct outbound *o, const struct stream_info *info)
{
	switch (info->db.type) {
	case DIALBACK_VALID: ready(o, "dialback"); return;
	case DIALBACK_INVALID:
		metrics_proof(&o->leg, &o->leg.peer_domain, "dialback", false);
		give_up(o, DIAL_REFUSED,
			"the next hop found our dialback key invalid: does SRV of %s lead here, "
			"and have all nodes "
			"the same secret?",
			o->leg.own_domain.s);
		return;
	case DIALBACK_ERROR:
		give_up(o, DIAL_UNREACHABLE, "dialback error from the next hop: %s",
			stanza_condition_name(info->db.condition));
		return;
	case DIALBACK_REQUEST: return;
	}
}

static void verify_answer(struct outbound *o, const struct stream_info *info)
{
	struct dial *d = o->dial;
	if (info->db.type == DIALBACK_ERROR) {
		give_up(o, DIAL_UNREACHABLE, "dialback error from the authoritative server: %s",
			stanza_condition_name(info->db.condition));
		return;
	}
	o->dial = NULL;
	metrics_opened(&o->leg);
	leg_close(&o->leg, "verified");
	dial_result(d, info->db.type == DIALBACK_VALID ? DIAL_OK : DIAL_INVALID, "");
}

static void refused_external(struct outbound *o, const struct stream_info *info)
{
	metrics_proof(&o->leg, &o->leg.peer_domain, "external", false);
	if (!o->tried_dialback)
		try_dialback(o);
	else
		give_up(o, DIAL_REFUSED, "the next hop refused EXTERNAL: %.*s",
			STR_ARG(info->peer.text));
}

static void event(struct leg *l, enum stream_event e, const struct stream_info *info)
{
	struct outbound *o = (struct outbound *)l;
	if (e == STREAM_STANZA || e == STREAM_OVERSIZE || e == STREAM_DB_VERIFY ||
		e == STREAM_DB_RESULT) {
		/* One direction only: without bidi nothing is asked of us on a stream that we
		 * opened. */
		leg_fail(l, STREAM_NOT_AUTHORIZED,
			"this stream carries stanzas in one direction only", NULL);
		return;
	}
	if (!o->dial)
		return;
	if (e == STREAM_HEADER) {
		free(o->peer_id);
		o->peer_id = str_dup(info->peer.id);
	} else if (e == STREAM_STARTTLS)
		start_tls(o);
	else if (e == STREAM_FEATURES)
		features(o, info);
	else if (e == STREAM_READY)
		ready(o, "external");
	else if (e == STREAM_DB_RESULT_ANSWER)
		result_answer(o, info);
	else if (e == STREAM_DB_VERIFY_ANSWER)
		verify_answer(o, info);
	else if (e == STREAM_AUTH_FAILED)
		refused_external(o, info);
}

/* What the connection still held goes back to the route, once. */
static void return_stanzas(struct outbound *o)
{
	struct route *r = o->route;
	if (!r || o->returned)
		return;
	struct buf plain = { 0 };
	size_t acked = 0, written = 0;
	o->returned = true;
	o->route = NULL;
	conn_take_back(o->leg.conn, &plain, &acked, &written);
	struct returned_bytes back = { &plain, acked, written, buf_view(&o->numbers) };
	route_returned(r, o, &back);
	buf_fini(&plain);
}

static void ended(struct leg *l)
{
	struct outbound *o = (struct outbound *)l;
	if (o->dial) {
		/* Our certificate or key was not liked: an answer in words. All else may pass. */
		struct dial *d = o->dial;
		bool refused = l->peer_closed && !l->failed && o->tried_external;
		o->dial = NULL;
		dial_result(d, refused ? DIAL_REFUSED : DIAL_UNREACHABLE, l->reason);
		return;
	}
	if (!o->route)
		return;
	if (l->failed) {
		return_stanzas(o);
		return;
	}
	if (!o->retiring) {
		o->retiring = true;
		route_retire(o->route, o);
	}
}

static void gone(struct leg *l)
{
	struct outbound *o = (struct outbound *)l;
	return_stanzas(o);
	leg_fini(l);
	plan_unref(o->plan);
	buf_fini(&o->numbers);
	free(o->peer_id);
	free(o->from_text);
	free(o->to_text);
	free(o);
}

static const struct leg_ops ops = {
	.event = event,
	.transport = transport,
	.ended = ended,
	.gone = gone,
};

static char *as_written(const struct domain *d)
{
	char text[1024]; /* more than an address may hold */
	domain_display(domain_str(d), text, sizeof(text));
	return mem_strdup(text);
}

struct outbound *outbound_new(struct dial *d, const struct endpoint *e)
{
	struct outbound *o = MEM_NEW(struct outbound);
	leg_init(&o->leg, d->trunk, d->o.purpose == DIAL_VERIFY ? LEG_VERIFY : LEG_OUT, &ops);
	o->dial = d;
	o->plan = plan_ref(d->plan);
	o->control = d->o.control;
	o->leg.own_domain = d->from;
	o->leg.peer_domain = d->to;
	o->from_text = as_written(&o->leg.own_domain);
	o->to_text = as_written(&o->leg.peer_domain);
	o->direct_tls = e->direct_tls;
	o->leg.conn = conn_connect(d->trunk->loop, &e->address,
		o->control->source.len ? &o->control->source : NULL, leg_conn_event, &o->leg);
	o->leg.step_ms = step_deadline(o);
	leg_settle(&o->leg);
	return o;
}

void outbound_abandon(struct outbound *o)
{
	o->dial = NULL;
	leg_end(&o->leg, "no longer needed");
}

void outbound_adopt(struct outbound *o, struct route *r)
{
	o->route = r;
}

/* Of all that was sent, only what the peer's TCP has not acknowledged can come back. */
static void note_number(struct outbound *o, uint64_t audit)
{
	size_t keep = conn_marks(o->leg.conn) * sizeof(audit);
	if (buf_len(&o->numbers) > 2 * keep + NUMBERS)
		buf_consume(&o->numbers, buf_len(&o->numbers) - keep);
	buf_put(&o->numbers, (struct str){ (const char *)&audit, sizeof(audit) });
}

void outbound_send(struct outbound *o, struct str stanza, uint64_t audit)
{
	if (o->leg.trunk->shared->audit.writer)
		note_number(o, audit);
	buf_put(conn_out(o->leg.conn), stanza);
	conn_mark(o->leg.conn);
	conn_flush_soon(o->leg.conn);
	o->leg.stanzas_out++;
	metrics_stanza(o->counts, 1, metrics_kind(stanza), METRICS_SENT, stanza.n);
	o->leg.bytes_out += stanza.n;
	o->last_sent_ms = net_loop_now(o->leg.trunk->loop);
}

bool outbound_congested(const struct outbound *o)
{
	return conn_congested(o->leg.conn);
}

void outbound_retire(struct outbound *o, const char *reason)
{
	if (o->retiring)
		return;
	o->retiring = true;
	route_retire(o->route, o);
	leg_close(&o->leg, reason);
}

const char *outbound_check(const struct outbound *o, const struct control *c)
{
	bool secure = stream_is_secure(o->leg.stream);
	if (!secure && c->config->tls == TLS_POLICY_REQUIRED)
		return "TLS is required now";
	if (secure && tls_version(conn_tls(o->leg.conn)) < (enum tls_version)c->config->tls_min)
		return "a newer TLS version is required now";
	if (secure && c->config->verify_next_hop) {
		struct trust_answer a;
		leg_judge((struct leg *)(void *)&o->leg, c, &o->leg.peer_domain, true, NULL, &a);
		if (a.verdict != TRUST_OK)
			return "the next hop's certificate is not valid any more";
	}
	return NULL;
}

static bool strings_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool outbound_same_hop(const struct outbound *o, const struct control *c)
{
	const struct control *was = o->control;
	if (!strings_same(was->config->certificate, c->config->certificate) ||
		!strings_same(was->config->source_address, c->config->source_address))
		return false;
	return control_same_targets(was, c);
}

void outbound_keep(struct outbound *o, const struct control *c)
{
	plan_unref(o->plan);
	o->plan = plan_ref(o->leg.trunk->plan);
	o->control = c;
	o->counts = metrics_of(o->leg.trunk, &o->leg.peer_domain);
}

/* A peer that keeps the connection and takes nothing holds everybody who feeds it: TCP alone would
 * wait for ever. */
static bool stalled(struct outbound *o, uint64_t now)
{
	uint64_t taken = conn_bytes_out(o->leg.conn);
	if (taken != o->taken || !conn_unsent(o->leg.conn)) {
		o->taken = taken;
		o->taken_ms = now;
	}
	return now - o->taken_ms > STALL_MS;
}

void outbound_tick(struct outbound *o, uint64_t now)
{
	uint64_t every = (uint64_t)o->control->config->keepalive;
	if (o->route && !o->leg.ended && stalled(o, now)) {
		o->leg.failed = true;
		leg_end(&o->leg, "the peer has taken nothing for %d s", STALL_MS / 1000);
		return;
	}
	if (!o->route || o->retiring || !every || now - o->last_sent_ms < every)
		return;
	o->last_sent_ms = now;
	buf_put_char(conn_out(o->leg.conn), ' ');
	conn_mark(o->leg.conn);
	conn_flush_soon(o->leg.conn);
}
