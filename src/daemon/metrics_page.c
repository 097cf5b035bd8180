/* SPDX-License-Identifier: MIT */
/*
 * Every family of metrics: its name, its help, where its numbers are. The manual lists them, and a
 * test compares. Owns nothing.
 */
#include "daemon/metrics.h"

#include "audit/writer.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/server_private.h"
#include "net/mint.h"
#include "trunk/alert.h"

#include <stdlib.h>

static const char *const way_names[] = { "in", "out", "verify" };

typedef void peer_fn(struct metrics_text *t, const char *name, const struct metrics_peer *p);

/* Each peer that has numbers, in the order of their names; "other" is the last. */
static void each_peer(struct metrics_text *t, const struct metrics *m, peer_fn *fn)
{
	struct map_node **all = metrics_sorted(&m->peers);
	for (size_t i = 0; i < m->peers.count; i++) {
		const struct metrics_peer *p = map_item(all[i], struct metrics_peer, node);
		fn(t, p->name, p);
	}
	if (m->other)
		fn(t, "other", m->other);
	free(all);
}

/* ---- the process ---- */

static void one(struct metrics_text *t, const char *name, const char *type, const char *help,
	uint64_t value)
{
	metrics_family(t, name, type, help);
	metrics_sample(t, NULL, NULL, 0, value);
}

static void about(struct metrics_text *t, const struct server *s)
{
	metrics_family(t, "trunkd_build_info", "gauge", "Which trunkd this is.");
	metrics_sample(t, NULL, METRICS_LABELS({ "version", TRUNKD_VERSION }), 1);
	one(t, "trunkd_workers", "gauge", "Threads that carry streams.", s->n);
	metrics_family(
		t, "trunkd_config_info", "gauge", "The digest of the configuration in force.");
	metrics_sample(t, NULL, METRICS_LABELS({ "hash", s->plan->hash }), 1);
	/* The start counts as the first: without a good configuration there is none. */
	one(t, "trunkd_config_last_reload_successful", "gauge",
		"Whether the last reload was done, 1, or refused, 0: then the configuration before "
		"it is still in force.",
		!s->last_reload.wall || s->last_reload.done);
	one(t, "trunkd_config_last_reload_timestamp_seconds", "gauge",
		"When the configuration was last loaded, or refused.",
		(uint64_t)(s->last_reload.wall ? s->last_reload.wall : s->plan_wall));
}

/* ---- streams ---- */

static void streams_now(struct metrics_text *t, const struct overview *o)
{
	static const char *const states[] = { "setup", "established" };
	struct map_node **all = metrics_sorted(&o->labels);
	metrics_family(t, "trunkd_streams", "gauge", "Streams at this moment.");
	for (size_t i = 0; i < o->labels.count; i++) {
		const struct overview_label *l = map_item(all[i], struct overview_label, node);
		for (unsigned way = 0; way < METRICS_WAYS; way++)
			for (unsigned state = 0; state < 2; state++)
				if (l->streams[way][state] || (way < 2 && state))
					metrics_sample(t, NULL,
						METRICS_LABELS(
							{ "peer", l->name[0] ? l->name : "other" },
							{ "direction", way_names[way] },
							{ "state", states[state] }),
						l->streams[way][state]);
	}
	free(all);
}

static void opened(struct metrics_text *t, const char *name, const struct metrics_peer *p)
{
	for (unsigned way = 0; way < METRICS_WAYS; way++)
		if (p->opened[way])
			metrics_sample(t, NULL,
				METRICS_LABELS({ "peer", name }, { "direction", way_names[way] }),
				p->opened[way]);
}

static void closed(struct metrics_text *t, const char *name, const struct metrics_peer *p)
{
	for (unsigned way = 0; way < METRICS_WAYS; way++)
		for (unsigned end = 0; end < METRICS_ENDS; end++)
			if (p->closed[way][end])
				metrics_sample(t, NULL,
					METRICS_LABELS({ "peer", name },
						{ "direction", way_names[way] },
						{ "reason", metrics_end_name(end) }),
					p->closed[way][end]);
}

static void proofs(struct metrics_text *t, const char *name, const struct metrics_peer *p)
{
	static const char *const results[] = { "failure", "success" };
	for (unsigned way = 0; way < METRICS_WAYS; way++)
		for (unsigned how = 0; how < METRICS_PROOFS; how++)
			for (unsigned good = 0; good < 2; good++)
				if (p->proofs[way][how][good])
					metrics_sample(t, NULL,
						METRICS_LABELS({ "peer", name },
							{ "direction", way_names[way] },
							{ "mechanism", metrics_proof_names[how] },
							{ "result", results[good] }),
						p->proofs[way][how][good]);
}

static void streams(struct metrics_text *t, const struct metrics_facts *f)
{
	streams_now(t, &f->now);
	metrics_family(t, "trunkd_streams_opened_total", "counter",
		"Streams that were proven or ready, or ended before they were.");
	each_peer(t, &f->counts, opened);
	metrics_family(t, "trunkd_streams_closed_total", "counter",
		"Streams that ended: the stream error that we sent, or how it came.");
	each_peer(t, &f->counts, closed);
	metrics_family(t, "trunkd_authentications_total", "counter",
		"Proofs, of the peer (in) and of ourselves (out).");
	each_peer(t, &f->counts, proofs);
}

static void accepted(struct metrics_text *t, const struct metrics *m)
{
	struct map_node **all = metrics_sorted(&m->listeners);
	metrics_family(t, "trunkd_connections_accepted_total", "counter",
		"Connections that were accepted, by listener.");
	for (size_t i = 0; i < m->listeners.count; i++) {
		const struct metrics_named *n = map_item(all[i], struct metrics_named, node);
		metrics_sample(t, NULL, METRICS_LABELS({ "listener", n->name }), n->counts[0]);
	}
	metrics_family(t, "trunkd_connections_rejected_total", "counter",
		"Connections that were closed at once, by the limit that was reached.");
	for (size_t i = 0; i < m->listeners.count; i++) {
		const struct metrics_named *n = map_item(all[i], struct metrics_named, node);
		for (unsigned j = 0; j < METRICS_REJECTS; j++)
			metrics_sample(t, NULL,
				METRICS_LABELS({ "listener", n->name },
					{ "reason", metrics_reject_names[j] }),
				n->counts[1 + j]);
	}
	free(all);
}

static void handshakes(struct metrics_text *t, const struct metrics *m)
{
	metrics_family(t, "trunkd_handshake_seconds", "histogram",
		"How long each completed step of a stream's set-up took, and all of them.");
	for (unsigned way = 0; way < METRICS_WAYS; way++)
		for (unsigned s = 0; s < METRICS_STAGES; s++) {
			if (way == 0 && (s == METRICS_DNS || s == METRICS_TCP))
				continue;
			metrics_sample_histogram(t, &m->handshakes[way][s],
				METRICS_LABELS({ "stage", metrics_stage_names[s] },
					{ "direction", way_names[way] }));
		}
}

/* ---- stanzas ---- */

static void stanzas(struct metrics_text *t, const char *name, const struct metrics_peer *p)
{
	for (unsigned kind = 0; kind < METRICS_KINDS; kind++)
		for (unsigned v = 0; v < METRICS_VERDICTS; v++)
			metrics_sample(t, NULL,
				METRICS_LABELS({ "peer", name },
					{ "direction", way_names[v == METRICS_SENT] },
					{ "kind", stanza_kind_name((enum stanza_kind)kind) },
					{ "verdict", metrics_verdict_names[v] }),
				p->stanzas[v == METRICS_SENT][kind][v]);
}

static void bytes(struct metrics_text *t, const char *name, const struct metrics_peer *p)
{
	for (unsigned way = 0; way < 2; way++)
		metrics_sample(t, NULL,
			METRICS_LABELS({ "peer", name }, { "direction", way_names[way] }),
			p->bytes[way]);
}

static void bounces(struct metrics_text *t, const char *name, const struct metrics_peer *p)
{
	for (unsigned c = 0; c < CONDITIONS; c++)
		if (p->bounces[c])
			metrics_sample(t, NULL,
				METRICS_LABELS({ "peer", name },
					{ "condition",
						stanza_condition_name((enum stanza_condition)c) }),
				p->bounces[c]);
}

static void limited(struct metrics_text *t, const char *name, const struct metrics_peer *p)
{
	for (unsigned i = 0; i < METRICS_LIMITS; i++)
		if (p->limited[i])
			metrics_sample(t, NULL,
				METRICS_LABELS(
					{ "peer", name }, { "limit", metrics_limit_names[i] }),
				p->limited[i]);
}

static void traffic(struct metrics_text *t, const struct metrics *m)
{
	metrics_family(t, "trunkd_stanzas_total", "counter",
		"Stanzas that a peer sent, and what became of them; and those handed to its "
		"stream.");
	each_peer(t, m, stanzas);
	metrics_family(t, "trunkd_stanza_bytes_total", "counter", "Bytes of these stanzas.");
	each_peer(t, m, bytes);
	metrics_family(t, "trunkd_stanza_latency_seconds", "histogram",
		"From reading a stanza to handing it to the next hop's stream.");
	metrics_sample_histogram(t, &m->latency, NULL, 0);
	metrics_family(t, "trunkd_bounces_total", "counter",
		"Stanzas for a peer that were answered by an error of ours.");
	each_peer(t, m, bounces);
	metrics_family(t, "trunkd_rate_limited_total", "counter",
		"How often a limit was reached: the stream is held, or more is refused.");
	each_peer(t, m, limited);
}

static void rules(struct metrics_text *t, const struct metrics *m)
{
	static const char *const modes[] = { "enforce", "shadow" };
	struct map_node **all = metrics_sorted(&m->rules);
	metrics_family(t, "trunkd_rule_hits_total", "counter",
		"Stanzas about which a key of a policy decided, or would have in shadow.");
	for (size_t i = 0; i < m->rules.count; i++) {
		const struct metrics_named *n = map_item(all[i], struct metrics_named, node);
		size_t end = strlen(n->name);
		for (unsigned mode = 0; mode < 2; mode++)
			if (n->counts[mode])
				metrics_sample(t, NULL,
					METRICS_LABELS({ "policy", n->name },
						{ "key", end < n->n ? n->name + end + 1 : "" },
						{ "mode", modes[mode] }),
					n->counts[mode]);
	}
	free(all);
}

/* ---- queues and next hops ---- */

typedef uint64_t label_fn(const struct overview_label *l);

static uint64_t queue_stanzas(const struct overview_label *l)
{
	return l->queue_stanzas;
}

static uint64_t queue_bytes(const struct overview_label *l)
{
	return l->queue_bytes;
}

static uint64_t oldest_us(const struct overview_label *l)
{
	return l->oldest_ms * 1000;
}

static uint64_t is_up(const struct overview_label *l)
{
	return l->down == 0;
}

static uint64_t last_success(const struct overview_label *l)
{
	return l->last_success > 0 ? (uint64_t)l->last_success : 0;
}

static uint64_t retry_us(const struct overview_label *l)
{
	return l->retry_ms * 1000;
}

static const struct gauge {
	const char *name, *help;
	label_fn *value;
	bool us;
	bool tried; /* only of named peers to which an attempt was made */
} gauges[] = {
	{ "trunkd_queue_stanzas", "Stanzas that wait for a stream to the peer.", queue_stanzas,
		false, false },
	{ "trunkd_queue_bytes", "Bytes of these.", queue_bytes, false, false },
	{ "trunkd_queue_oldest_seconds", "How long the first of them has been waiting.", oldest_us,
		true, false },
	{ "trunkd_peer_up", "Whether the last attempt to reach the peer succeeded.", is_up, false,
		true },
	{ "trunkd_peer_last_success_timestamp_seconds", "When the peer was last reached; 0: never.",
		last_success, false, true },
	{ "trunkd_peer_retry_seconds", "Until the next attempt may be made.", retry_us, true,
		true },
};

static void peers_now(struct metrics_text *t, const struct overview *o)
{
	struct map_node **all = metrics_sorted(&o->labels);
	for (size_t g = 0; g < sizeof(gauges) / sizeof(gauges[0]); g++) {
		metrics_family(t, gauges[g].name, "gauge", gauges[g].help);
		for (size_t i = 0; i < o->labels.count; i++) {
			const struct overview_label *l =
				map_item(all[i], struct overview_label, node);
			/* Anybody can make us try a name that nobody has. */
			if (gauges[g].tried && (!l->name[0] || !l->tried))
				continue;
			(gauges[g].us ? metrics_sample_us : metrics_sample)(t, NULL,
				METRICS_LABELS({ "peer", l->name[0] ? l->name : "other" }),
				gauges[g].value(l));
		}
	}
	free(all);
}

/* ---- everything else ---- */

static void dns(struct metrics_text *t, const struct resolver_counts *c)
{
	static const char *const secure[] = { "false", "true" };
	metrics_family(t, "trunkd_dns_queries_total", "counter",
		"Answers of the DNS; secure: validated by DNSSEC.");
	for (unsigned i = 0; i < RESOLVER_TYPES; i++)
		for (unsigned j = 0; j < RESOLVER_ANSWERS; j++)
			for (unsigned k = 0; k < 2; k++)
				if (c->n[i][j][k] || !k)
					metrics_sample(t, NULL,
						METRICS_LABELS({ "qtype", resolver_type_names[i] },
							{ "result", resolver_answer_names[j] },
							{ "secure", secure[k] }),
						c->n[i][j][k]);
}

static void certificates(struct metrics_text *t, const struct plan *plan)
{
	const struct certificate_config *c = plan->settings.certificates.items;
	metrics_family(t, "trunkd_certificate_expiry_timestamp_seconds", "gauge",
		"When a certificate that we show ends.");
	for (unsigned i = 0; i < plan->settings.certificates.n; i++)
		metrics_sample(t, NULL,
			METRICS_LABELS({ "file", certificate_has_issuer(&c[i]) ? c[i].issuer.chain
									       : c[i].chain },
				{ "name", c[i].name }),
			(uint64_t)credentials_end(plan->credentials, i));
}

/* What issuers have made since this configuration was read. */
static void issued(struct metrics_text *t, const struct plan *plan)
{
	const struct credential *c;
	struct mint_counts n;
	metrics_family(t, "trunkd_certificates_issued_total", "counter",
		"Certificates made by an issuer for a domain that was asked for, and not made.");
	for (unsigned i = 0; (c = credentials_at(plan->credentials, i)); i++) {
		const char *name = credential_name(c);
		if (!credential_mint(c))
			continue;
		mint_counts(credential_mint(c), &n);
		metrics_sample(t, NULL, METRICS_LABELS({ "name", name }, { "result", "new" }),
			n.issued - n.renewed);
		metrics_sample(t, NULL, METRICS_LABELS({ "name", name }, { "result", "renewed" }),
			n.renewed);
		metrics_sample(t, NULL, METRICS_LABELS({ "name", name }, { "result", "refused" }),
			n.refused);
		metrics_sample(t, NULL, METRICS_LABELS({ "name", name }, { "result", "failed" }),
			n.failed);
	}
}

static void raised(void *arg, const struct alerts_count *c)
{
	metrics_sample(
		arg, NULL, METRICS_LABELS({ "policy", c->policy }, { "key", c->key }), c->raised);
}

static void told(void *arg, const struct alerts_count *c)
{
	metrics_sample(
		arg, NULL, METRICS_LABELS({ "policy", c->policy }, { "key", c->key }), c->told);
}

static void records(struct metrics_text *t, struct server *s)
{
	const struct audit_writer *w = s->shared.audit.writer;
	one(t, "trunkd_audit_records_total", "counter", "Audit records that were written.",
		w ? audit_writer_records(w) : 0);
	one(t, "trunkd_audit_lost_total", "counter",
		"Audit records that found no room, or no disk.", w ? audit_writer_lost(w) : 0);
	one(t, "trunkd_audit_failing", "gauge", "Whether the audit file cannot be written now.",
		w && audit_writer_failing(w));
	metrics_family(t, "trunkd_alerts_total", "counter",
		"What alerts were raised for, by policy and key, told or held back.");
	alerts_each(s->shared.alerts, raised, t);
	metrics_family(t, "trunkd_alerts_told_total", "counter", "Those of them that were told.");
	alerts_each(s->shared.alerts, told, t);
}

static void unread(struct metrics_text *t, const struct metrics *m)
{
	one(t, "trunkd_stream_unread_bytes_total", "counter",
		"Bytes that nobody read before the end of a stream that brought stanzas.",
		m->unread);
}

static void log_lines(struct metrics_text *t, const struct metrics *m)
{
	metrics_family(t, "trunkd_log_suppressed_total", "counter",
		"Lines of the log that were held back because there were many.");
	for (unsigned i = 0; i < METRICS_LINES; i++)
		metrics_sample(t, NULL, METRICS_LABELS({ "event", metrics_line_names[i] }),
			m->held_lines[i]);
	one(t, "trunkd_log_lost_total", "counter",
		"Lines of the log that were lost because its reader was too slow.", log_dropped());
}

void metrics_write(struct server *s, const struct metrics_facts *facts, enum metrics_format format,
	struct buf *out)
{
	struct metrics_text t = { .out = out, .format = format };
	about(&t, s);
	streams(&t, facts);
	accepted(&t, &facts->counts);
	handshakes(&t, &facts->counts);
	traffic(&t, &facts->counts);
	unread(&t, &facts->counts);
	rules(&t, &facts->counts);
	peers_now(&t, &facts->now);
	dns(&t, &facts->dns);
	certificates(&t, s->plan);
	issued(&t, s->plan);
	records(&t, s);
	log_lines(&t, &facts->counts);
	metrics_process(&t);
	if (format == METRICS_OPENMETRICS)
		buf_put(out, STR("# EOF\n"));
}
