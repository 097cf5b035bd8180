/* SPDX-License-Identifier: MIT */
/* See metrics.h. Owns the numbers and the names that they are kept by. */
#include "trunk/metrics.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "trunk/inbound.h"

#include <stdlib.h>

/* Names that have numbers of their own; what comes later is "other". */
enum { PEERS_MAX = 20000, LISTENERS_MAX = 256, RULES_MAX = 4096 };

const char *const metrics_verdict_names[] = { "pass", "fold", "bounce", "drop", "refused", "sent" };
const char *const metrics_proof_names[] = { "external", "external-dialback", "dialback" };
const char *const metrics_limit_names[] = { "rate", "queue", "pairs", "streams_per_pair" };
const char *const metrics_stage_names[] = { "dns", "tcp", "tls", "stream", "auth", "total" };
const char *const metrics_line_names[] = { "refused", "bounce", "drop", "dial", "stream-end",
	"warning" };
const char *const metrics_reject_names[] = { "limits.connections", "limits.connections_per_address",
	"limits.handshakes", "stopping" };
const uint32_t metrics_bounds_us[] = { 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 100000,
	250000, 1000000, 2500000, 10000000, 60000000 };

const char *metrics_end_name(unsigned end)
{
	switch ((enum metrics_end)end) {
	case METRICS_END_CLOSED: return "closed";
	case METRICS_END_PEER_ERROR: return "peer-error";
	case METRICS_END_LOST: return "connection-lost";
	case METRICS_END_GIVEN_UP: return "given-up";
	case METRICS_ENDS: break;
	}
	return stream_condition_name((enum stream_condition)end);
}

/* ---- names ---- */

static struct metrics_peer *peer_get(struct metrics *m, struct str name)
{
	struct map_node *node = map_get(&m->peers, name);
	if (node)
		return map_item(node, struct metrics_peer, node);
	if (m->peers.count >= PEERS_MAX)
		return NULL;
	struct metrics_peer *p = mem_zero(1, sizeof(*p) + name.n + 1);
	if (name.n)
		memcpy(p->name, name.p, name.n);
	map_put(&m->peers, &p->node, (struct str){ p->name, name.n });
	return p;
}

static struct metrics_peer *other_peer(struct metrics *m)
{
	if (!m->other)
		m->other = MEM_NEW(struct metrics_peer);
	return m->other;
}

struct metrics_peer *metrics_peer(
	struct metrics *m, const struct peering *p, const struct domain *d)
{
	char match[PEERING_MATCH] = "";
	if (p && d->n)
		peering_match(p, d, match);
	bool named = match[0] && strcmp(match, "*") != 0;
	struct metrics_peer *found = named ? peer_get(m, str_of(match)) : NULL;
	return found ? found : other_peer(m);
}

struct metrics_peer *metrics_of(struct trunk *t, const struct domain *d)
{
	return metrics_peer(&t->metrics, t->plan ? t->plan->peering : NULL, d);
}

static struct metrics_named *named_get(struct map *map, struct str name, size_t max)
{
	struct map_node *node = map_get(map, name);
	if (node)
		return map_item(node, struct metrics_named, node);
	if (map->count >= max)
		return str_is(name, "other") ? NULL : named_get(map, STR("other"), max + 1);
	struct metrics_named *n = mem_zero(1, sizeof(*n) + name.n + 1);
	n->n = name.n;
	memcpy(n->name, name.p, name.n);
	map_put(map, &n->node, (struct str){ n->name, n->n });
	return n;
}

/* ---- all of it ---- */

static void free_named(struct map *map)
{
	size_t pos = 0;
	for (struct map_node *n; (n = map_next(map, &pos, NULL)) != NULL;) {
		struct metrics_named *named = map_item(n, struct metrics_named, node);
		map_remove(map, n);
		free(named);
	}
	map_fini(map);
}

void metrics_fini(struct metrics *m)
{
	size_t pos = 0;
	for (struct map_node *n; (n = map_next(&m->peers, &pos, NULL)) != NULL;) {
		struct metrics_peer *p = map_item(n, struct metrics_peer, node);
		map_remove(&m->peers, n);
		free(p);
	}
	map_fini(&m->peers);
	free_named(&m->listeners);
	free_named(&m->rules);
	free(m->other);
	*m = (struct metrics){ 0 };
}

void metrics_replan(struct metrics *m)
{
	memset(m->memo, 0, sizeof(m->memo));
}

/* Everything that is counted in a struct is an uint64_t beside another. */
static void add_all(void *to, const void *from, size_t begin, size_t end)
{
	uint64_t *t = (uint64_t *)(void *)((char *)to + begin);
	const uint64_t *f = (const uint64_t *)(const void *)((const char *)from + begin);
	for (size_t i = 0; i < (end - begin) / sizeof(*t); i++)
		t[i] += f[i];
}

static void add_peer(struct metrics_peer *to, const struct metrics_peer *from)
{
	add_all(to, from, offsetof(struct metrics_peer, stanzas),
		offsetof(struct metrics_peer, name));
}

static void add_named(struct map *to, const struct map *from, size_t max)
{
	size_t pos = 0;
	for (struct map_node *n = NULL; (n = map_next(from, &pos, n)) != NULL;) {
		const struct metrics_named *f = map_item(n, struct metrics_named, node);
		struct metrics_named *t = named_get(to, (struct str){ f->name, f->n }, max);
		add_all(t, f, offsetof(struct metrics_named, counts),
			offsetof(struct metrics_named, n));
	}
}

void metrics_add(struct metrics *to, const struct metrics *from)
{
	size_t pos = 0;
	for (struct map_node *n = NULL; (n = map_next(&from->peers, &pos, n)) != NULL;) {
		const struct metrics_peer *f = map_item(n, struct metrics_peer, node);
		struct metrics_peer *t = peer_get(to, n->key);
		add_peer(t ? t : other_peer(to), f);
	}
	if (from->other)
		add_peer(other_peer(to), from->other);
	add_named(&to->listeners, &from->listeners, LISTENERS_MAX);
	add_named(&to->rules, &from->rules, RULES_MAX);
	add_all(to, from, offsetof(struct metrics, handshakes), offsetof(struct metrics, turn_us));
}

/* ---- counting ---- */

static struct metrics_named *rule_get(
	struct metrics *m, const struct policy *policy, const char *key)
{
	char name[512];
	size_t n = strlen(policy->name), k = strlen(key);
	if (n + k + 1 > sizeof(name))
		n = sizeof(name) - k - 1;
	memcpy(name, policy->name, n);
	name[n] = '\0';
	memcpy(name + n + 1, key, k);
	return named_get(&m->rules, (struct str){ name, n + 1 + k }, RULES_MAX);
}

/* The names are looked up once for a plan: pointers are the same as long as it lives. */
void metrics_rule(struct metrics *m, const struct policy *policy, const char *key, bool shadow)
{
	size_t place = ((uintptr_t)policy >> 4 ^ (uintptr_t)key) % METRICS_MEMO;
	if (m->memo[place].policy != policy || m->memo[place].key != key) {
		m->memo[place].rule = rule_get(m, policy, key);
		m->memo[place].policy = policy;
		m->memo[place].key = key;
	}
	m->memo[place].rule->counts[shadow]++;
}

void metrics_opened(struct leg *l)
{
	if (l->counted)
		return;
	l->counted = true;
	metrics_of(l->trunk, &l->peer_domain)->opened[l->kind]++;
}

void metrics_closed(struct leg *l, unsigned end)
{
	metrics_opened(l);
	metrics_of(l->trunk, &l->peer_domain)->closed[l->kind][end]++;
}

void metrics_proof(struct leg *l, const struct domain *peer, const char *how, bool good)
{
	unsigned i = 0;
	while (i < METRICS_PROOFS - 1 && strcmp(metrics_proof_names[i], how) != 0)
		i++;
	metrics_of(l->trunk, peer)->proofs[l->kind][i][good]++;
}

void metrics_bounce(struct trunk *t, const struct domain *to, enum stanza_condition c)
{
	metrics_of(t, to)->bounces[c]++;
}

void metrics_limited(struct trunk *t, const struct domain *d, enum metrics_limit limit)
{
	metrics_of(t, d)->limited[limit]++;
}

void metrics_connection(struct metrics *m, struct str listener, const char *refused)
{
	struct metrics_named *n = named_get(&m->listeners, listener, LISTENERS_MAX);
	unsigned i = 0;
	if (!refused) {
		n->counts[0]++;
		return;
	}
	while (i < METRICS_REJECTS - 1 && strcmp(metrics_reject_names[i], refused) != 0)
		i++;
	n->counts[1 + i]++;
}

static void observe(struct metrics_histogram *h, uint64_t us, uint64_t times)
{
	unsigned i = 0;
	while (i < METRICS_BOUNDS && us > metrics_bounds_us[i])
		i++;
	h->counts[i] += times;
	h->sum_us += us * times;
}

void metrics_stage(struct metrics *m, unsigned way, enum metrics_stage s, uint64_t ms)
{
	observe(&m->handshakes[way][s], ms * 1000, 1);
}

void metrics_inbound_stage(struct inbound *in, enum metrics_stage s)
{
	uint64_t now = net_loop_now(in->leg.trunk->loop);
	metrics_stage(&in->leg.trunk->metrics, LEG_IN, s, now - in->stage_ms);
	in->stage_ms = now;
}

void metrics_waited(struct metrics *m, uint64_t ms)
{
	observe(&m->latency, ms * 1000, 1);
}

void metrics_turn(struct metrics *m)
{
	if (!m->turn_us)
		m->turn_us = clock_us();
}

void metrics_unread(struct trunk *t, uint64_t bytes)
{
	t->metrics.unread += bytes;
}

/* What left in this turn came in it, at its beginning for all that is known. */
void metrics_turned(struct metrics *m)
{
	if (m->direct)
		observe(&m->latency, m->turn_us ? clock_us() - m->turn_us : 0, m->direct);
	m->direct = m->turn_us = 0;
}

bool metrics_line_pass(struct trunk *t, struct log_limit *l, enum metrics_line line, uint32_t burst,
	uint32_t *held_out)
{
	bool pass = log_limit_pass(l, net_loop_now(t->loop), burst, held_out);
	t->metrics.held_lines[line] += !pass;
	return pass;
}

bool metrics_peer_line(struct trunk *t, const char *event, const char *peer, enum metrics_line line)
{
	bool pass = log_held_pass(&t->held, event, peer, net_loop_now(t->loop));
	t->metrics.held_lines[line] += !pass;
	return pass;
}
