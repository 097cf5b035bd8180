/* SPDX-License-Identifier: MIT */
/* See leg.h. The only place where a leg ends. */
#include "trunk/leg.h"

#include "base/clock.h"
#include "base/mem.h"
#include "policy/catalogue.h"
#include "trunk/malformed.h"
#include "trunk/metrics.h"
#include "trunk/record.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { LINGER_MS = 5000, QUIET_MS = 10000, UNREAD_MAX = 1024 * 1024 };

static const char *const kind_names[] = { "in", "out", "verify" };

static const char *const replan_names[] = {
	[REPLAN_KEEP] = "keep",
	[REPLAN_DRAIN] = "drain",
	[REPLAN_CLOSE] = "close",
};

const char *replan_name(enum replan r)
{
	return replan_names[r];
}

void leg_init(struct leg *l, struct trunk *t, enum leg_kind kind, const struct leg_ops *ops)
{
	l->trunk = t;
	l->kind = kind;
	l->ops = ops;
	l->end = METRICS_END_GIVEN_UP;
	l->number = atomic_fetch_add(&t->shared->stream_numbers, 1) + 1;
	l->opened_ms = l->quiet_since = net_loop_now(t->loop);
	list_append(&t->legs, &l->link);
	atomic_fetch_add(&t->load, 1);
	atomic_fetch_add(&t->stats.streams_opened, 1);
}

void leg_fini(struct leg *l)
{
	stream_free(l->stream);
	l->stream = NULL;
	free(l->reason);
	free(l->lost);
	free(l->close_reason);
	list_remove(&l->link);
	atomic_fetch_sub(&l->trunk->load, 1);
	leg_busy(l);
	atomic_fetch_add(&l->trunk->stats.streams_closed, 1);
}

/* What a peer can cause again and again: warnings, and the ends of streams that came to nothing. */
static bool held_back(struct leg *l, enum log_level level, const char *event)
{
	char host[ADDRESS_TEXT] = "-";
	bool end = l->kind == LEG_IN && !l->proof && strcmp(event, "stream-end") == 0;
	if (level < LOG_LEVEL_WARN && !end)
		return false;
	if (l->conn)
		address_print_host(conn_peer(l->conn), host);
	return !metrics_peer_line(
		l->trunk, event, host, end ? METRICS_LINE_STREAM_END : METRICS_LINE_WARNING);
}

static void write_line(struct leg *l, enum log_level level, const char *event,
	const struct log_aside *aside, const char *fmt, va_list ap)
	__attribute__((format(printf, 5, 0)));
static void write_line(struct leg *l, enum log_level level, const char *event,
	const struct log_aside *aside, const char *fmt, va_list ap)
{
	char peer[ADDRESS_TEXT] = "-", rest[3600];
	if (l->conn)
		address_print(conn_peer(l->conn), peer);
	vsnprintf(rest, sizeof(rest), fmt, ap);
	bool in = l->kind == LEG_IN;
	const struct domain *from = in ? &l->peer_domain : &l->own_domain;
	const struct domain *to = in ? &l->own_domain : &l->peer_domain;
	log_write_aside(level, aside, "%s peer=%s dir=%s from=%s to=%s id=%llu%s", event, peer,
		kind_names[l->kind], from->n ? from->s : "-", to->n ? to->s : "-", l->number, rest);
}

void leg_log(struct leg *l, enum log_level level, const char *event, const char *fmt, ...)
{
	struct log_aside none = { 0 };
	va_list ap;
	if (!log_heard(level) || held_back(l, level, event))
		return;
	va_start(ap, fmt);
	write_line(l, level, event, &none, fmt, ap);
	va_end(ap);
}

void leg_log_aside(struct leg *l, enum log_level level, const char *event,
	const struct log_aside *aside, const char *fmt, ...)
{
	va_list ap;
	if (!log_heard(level) || held_back(l, level, event))
		return;
	va_start(ap, fmt);
	write_line(l, level, event, aside, fmt, ap);
	va_end(ap);
}

void leg_open_stream(struct leg *l, enum stream_role role, bool secure)
{
	const struct limits_config *lim = &l->trunk->plan->settings.limits;
	struct stream_options o = {
		.role = role,
		.secure = secure,
		.early_bytes = (size_t)lim->setup_bytes,
		.early_elements = (unsigned)lim->setup_elements,
		.max_pairs = (unsigned)lim->pairs,
		.setup_ms = (uint32_t)lim->setup_time,
		.verify_ms = 45000,
		.close_ms = LINGER_MS,
		.limits = {
			.bytes = 256 * 1024,
			.hard_bytes = 2 * 1024 * 1024,
			.depth = (unsigned)lim->depth,
			.attributes = (unsigned)lim->attributes,
			.declarations = (unsigned)lim->declarations,
			.tag_bytes = (size_t)lim->tag_bytes,
		},
		.classify = catalogue_mark,
		.keep_declared = l->kind == LEG_IN && l->trunk->shared->audit.writer != NULL,
	};
	l->stream =
		stream_new(&o, conn_in(l->conn), conn_out(l->conn), net_loop_now(l->trunk->loop));
}

void leg_settle(struct leg *l)
{
	if (!l->conn)
		return;
	uint64_t at = l->stream && !l->ended && !l->held ? stream_deadline(l->stream) : 0;
	if (!l->ended && l->step_ms && (!at || l->step_ms < at))
		at = l->step_ms;
	conn_deadline(l->conn, at);
	if (buf_len(conn_out(l->conn)))
		conn_flush_soon(l->conn);
}

/* One line when a stream ends: what it was, what it carried, why it ended. */
static void log_end(struct leg *l)
{
	char tls[96] = "none";
	if (l->conn && conn_tls(l->conn))
		tls_describe(conn_tls(l->conn), tls, sizeof(tls));
	uint64_t ms = net_loop_now(l->trunk->loop) - l->opened_ms;
	leg_log(l, LOG_LEVEL_INFO, "stream-end",
		" seconds=%llu.%03u stanzas_in=%llu stanzas_out=%llu folded=%llu bounced=%llu "
		"dropped=%llu bytes_in=%llu bytes_out=%llu "
		"tls=%s "
		"certificate=%s proof=%s unread=%zu closed_by=%s reason=%s",
		(unsigned long long)(ms / 1000), (unsigned)(ms % 1000), l->stanzas_in,
		l->stanzas_out, l->folded, l->bounced, l->dropped,
		l->conn ? (unsigned long long)conn_bytes_in(l->conn) : 0,
		l->conn ? (unsigned long long)conn_bytes_out(l->conn) : 0, log_quote(str_of(tls)).s,
		log_quote(str_of(l->certificate && *l->certificate ? l->certificate : "none")).s,
		l->proof ? l->proof : "none", l->conn ? buf_len(conn_in(l->conn)) : 0,
		l->peer_closed ? "peer" : "us", log_quote(str_of(l->reason)).s);
}

/* The one function in which a leg ends. */
static void finish(struct leg *l, const char *reason)
{
	if (l->ended)
		return;
	l->ended = true;
	if (l->closing && l->close_end != METRICS_END_CLOSED) {
		/* Whatever came of waiting for the peer. */
		reason = l->close_reason;
		l->end = l->close_end;
	}
	l->reason = mem_strdup(reason);
	log_end(l);
	metrics_closed(l, l->end);
	record_stream(l);
	l->ops->ended(l);
	if (!l->conn)
		return;
	conn_deadline(l->conn, 0);
	if (l->failed)
		conn_abort(l->conn);
	else
		conn_close(l->conn, LINGER_MS);
}

void leg_end(struct leg *l, const char *fmt, ...)
{
	char reason[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	finish(l, reason);
}

static void reason_words(enum stream_condition c, const char *words, char *out, size_t size)
{
	snprintf(out, size, "%s%s%s", stream_condition_name(c), words ? ": " : "",
		words ? words : "");
}

void leg_fail(struct leg *l, enum stream_condition c, const char *words, const char *app)
{
	if (l->ended)
		return;
	if (l->stream)
		stream_fail(l->stream, c, words, app);
	l->end = c;
	char reason[512];
	reason_words(c, words, reason, sizeof(reason));
	finish(l, reason);
}

/* Our closing tag is sent. */
static void wait_for_peer(struct leg *l, unsigned end, const char *reason)
{
	l->closing = true;
	l->closing_ms = net_loop_now(l->trunk->loop);
	l->close_end = end;
	l->close_reason = mem_strdup(reason);
	leg_log(l, LOG_LEVEL_DEBUG, "stream-closing", " reason=%s", log_quote(str_of(reason)).s);
	leg_settle(l);
}

void leg_let_go(struct leg *l)
{
	if (l->ended || l->let_go)
		return;
	l->let_go = true;
	if (l->ops->let_go)
		l->ops->let_go(l);
}

void leg_close(struct leg *l, const char *reason)
{
	if (l->ended || l->closing)
		return;
	if (!l->stream || !stream_is_open(l->stream)) {
		l->end = METRICS_END_CLOSED;
		finish(l, reason);
		return;
	}
	stream_close(l->stream, net_loop_now(l->trunk->loop));
	wait_for_peer(l, METRICS_END_CLOSED, reason);
}

void leg_part(struct leg *l, enum stream_condition c, const char *words)
{
	char reason[512];
	if (l->ended || l->closing)
		return;
	if (l->kind != LEG_IN || !l->proof || !l->stream || !stream_is_open(l->stream)) {
		leg_fail(l, c, words, NULL);
		return;
	}
	reason_words(c, words, reason, sizeof(reason));
	stream_part(l->stream, c, words, net_loop_now(l->trunk->loop));
	wait_for_peer(l, c, reason);
}

/* Events that end the leg, whoever its owner is. */
static bool terminal(struct leg *l, enum stream_event e, const struct stream_info *info)
{
	if (e == STREAM_CLOSED) {
		l->peer_closed = !l->closing;
		l->orderly = true;
		l->end = METRICS_END_CLOSED;
		/* It had its time: what it did not take is for the next stream. */
		l->failed = l->closing && l->kind == LEG_OUT &&
			    net_loop_now(l->trunk->loop) - l->closing_ms >= LINGER_MS;
		leg_end(l, "%s", l->closing ? l->close_reason : "closed by the peer");
	} else if (e == STREAM_PEER_ERROR) {
		l->peer_closed = true;
		l->end = METRICS_END_PEER_ERROR;
		leg_end(l, "peer's error %s: %.*s", stream_condition_name(info->fail.condition),
			STR_ARG(info->fail.text));
	} else if (e == STREAM_FAILED) {
		l->end = info->fail.condition;
		malformed_note(l, info);
		leg_end(l, "%s: %.*s", stream_condition_name(info->fail.condition),
			STR_ARG(info->fail.text));
	}
	return l->ended;
}

/* An answer to nothing that was asked on this stream: a mistake, or somebody tries (decision 5). */
static void log_ignored(struct leg *l, const struct stream_info *info)
{
	uint32_t held;
	if (metrics_line_pass(l->trunk, &l->trunk->refuse_limit, METRICS_LINE_REFUSED, 5, &held))
		leg_log(l, LOG_LEVEL_WARN, "dialback-ignored",
			" claimed=%s towards=%s held_back=%u", log_quote(info->db.from).s,
			log_quote(info->db.to).s, held);
}

/* What a peer asks is answered at once; one that never reads the answers would be given all our
 * memory. */
static void check_unread(struct leg *l)
{
	if (l->kind != LEG_IN || l->ended || conn_unsent(l->conn) <= UNREAD_MAX)
		return;
	l->failed = true; /* it would not read why either */
	leg_fail(l, STREAM_RESOURCE_CONSTRAINT, "too many answers wait to be read", NULL);
}

void leg_pump(struct leg *l)
{
	while (!l->held && !l->ended && l->stream) {
		struct stream_info info;
		if (l->ops->prepare)
			l->ops->prepare(l);
		enum stream_event e = stream_next(l->stream, net_loop_now(l->trunk->loop), &info);
		if (e == STREAM_WAIT)
			break;
		if (terminal(l, e, &info))
			break;
		if (e == STREAM_IGNORED)
			log_ignored(l, &info);
		l->ops->event(l, e, &info);
		check_unread(l);
	}
	if (l->lost && !l->held && !l->ended) {
		l->failed = true;
		l->peer_closed = true;
		l->end = METRICS_END_LOST;
		finish(l, l->lost);
	}
	if (!l->ended)
		leg_settle(l);
}

static void deadline(struct leg *l)
{
	uint64_t now = net_loop_now(l->trunk->loop);
	if (l->step_ms && now >= l->step_ms) {
		l->step_ms = 0;
		leg_fail(l, STREAM_CONNECTION_TIMEOUT, "no answer in time", NULL);
		return;
	}
	leg_pump(l);
}

/* The transport is gone. What arrived before still counts (stanzas, an error, a closing tag), also
 * when the leg is held now and is read on later. */
static void transport_lost(struct leg *l, const char *what)
{
	if (l->lost || l->ended)
		return;
	l->lost = mem_strdup(what);
	leg_pump(l);
}

void leg_conn_event(void *owner, struct conn *c, enum conn_event e)
{
	struct leg *l = owner;
	if (e == CONN_COLD) {
		if (l->stream)
			stream_idle(l->stream);
		return;
	}
	l->quiet_since = net_loop_now(l->trunk->loop);
	switch (e) {
	case CONN_CONNECTED:
	case CONN_SECURED:
	case CONN_WRITABLE:
		if (!l->ended)
			l->ops->transport(l, e);
		break;
	case CONN_DATA:
		metrics_turn(&l->trunk->metrics);
		leg_pump(l);
		break;
	case CONN_DEADLINE:
		if (!l->ended)
			deadline(l);
		break;
	case CONN_EOF: transport_lost(l, "connection closed without closing the stream"); break;
	case CONN_FAILED: transport_lost(l, conn_error(c)); break;
	case CONN_CLOSED: l->ops->gone(l); break;
	case CONN_COLD: break;
	}
}

void leg_judge(struct leg *l, const struct control *c, const struct domain *d, bool outbound,
	struct chain_claims *claims, struct trust_answer *out)
{
	const struct tls *tls = l->conn ? conn_tls(l->conn) : NULL;
	struct trust_question q = certified_question(c, d, outbound);
	q.claims = claims;
	trust_judge(&q, tls ? tls_peer_certificate(tls) : NULL, tls ? tls_peer_chain(tls) : NULL,
		clock_wall(), out);
}

void leg_certified(struct leg *l, const struct control *c, const struct domain *d, bool outbound)
{
	const struct tls *tls = conn_tls(l->conn);
	if (tls)
		certified_peers_note(l->trunk->shared->certified, c, d, tls_peer_certificate(tls),
			tls_peer_chain(tls), outbound);
}

void leg_busy(struct leg *l)
{
	if (!l->resting)
		return;
	l->resting = false;
	atomic_fetch_sub(&l->trunk->resting, 1);
}

/* When nothing has come or gone for a while, the memory that made it quick is given back. */
static void rest(struct leg *l, uint64_t now)
{
	uint64_t moved = conn_bytes_in(l->conn) + conn_bytes_out(l->conn);
	if (moved != l->moved) {
		l->moved = moved;
		l->quiet_since = now;
		leg_busy(l);
	}
	if (l->resting || now - l->quiet_since <= QUIET_MS || buf_len(conn_in(l->conn)))
		return;
	stream_idle(l->stream);
	if (!conn_idle(l->conn))
		return;
	l->resting = true;
	atomic_fetch_add(&l->trunk->resting, 1);
}

void leg_tick(struct leg *l, uint64_t now, int64_t wall)
{
	if (l->ended || !l->stream)
		return;
	if (l->closing) {
		if (now - l->closing_ms >= LINGER_MS)
			leg_let_go(l);
	} else if (l->certificate_end && wall > l->certificate_end) {
		leg_part(
			l, STREAM_RESET, "the certificate this stream was opened with has expired");
	} else {
		rest(l, now);
	}
}
