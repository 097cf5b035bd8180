/* SPDX-License-Identifier: MIT */
/* See alert.h. */
#include "trunk/alert.h"

#include "audit/journal.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KINDS_MAX = 4096, TOLD_AT_ONCE = 64, COUNTS_MAX = 1024 };

/* One policy, key and peer. */
struct kind {
	struct map_node node;
	uint64_t until_ms; /* nothing more is told before */
	uint64_t held;
	size_t policy_n, key_n; /* where the parts of `text` end */
	size_t n;
	char text[];
};

/* What one policy and key have raised, by all peers. */
struct count {
	struct map_node node;
	struct alerts_count c;
	size_t n;
	char text[]; /* policy, zero byte, key, zero byte */
};

struct alerts {
	pthread_mutex_t lock;
	struct map kinds, counts;
	unsigned count;
	int64_t interval_ms;
	uint64_t overflow; /* of more kinds than are kept, in this interval */
	uint64_t overflow_until_ms;
	char *node;
	int journal_fd;                /* -1: there was none to be had */
	_Atomic(const char *) journal; /* NULL: not there */
	alerts_fn *fn;
	void *arg;
};

static const struct config_key keys[] = {
	{ .name = "command",
		.type = CONFIG_PATH,
		.offset = offsetof(struct alerts_config, command),
		.help = "A program that is run for each alert, with one JSON object on its "
			"standard input; one at a time, for 10 s at most." },
	{ .name = "interval",
		.type = CONFIG_DURATION,
		.offset = offsetof(struct alerts_config, interval),
		.def = "1m",
		.min = 1000,
		.max = 86400000,
		.help = "At most one alert in this time for the same policy, key and peer; the "
			"next one says how many were held back." },
	{ .name = "journald",
		.type = CONFIG_BOOL,
		.offset = offsetof(struct alerts_config, journald),
		.def = "false",
		.help = "Send each alert to the journal, as an entry with the fields "
			"TRUNKD_ALERT=1, TRUNKD_POLICY, TRUNKD_KEY, TRUNKD_PEER, TRUNKD_VERDICT, "
			"TRUNKD_REASON and TRUNKD_HELD_BACK." },
	{ .name = NULL },
};
const struct config_table alerts_schema = { "alerts", sizeof(struct alerts_config), keys };

void alerts_check(const struct alerts_config *c, struct config_report *report)
{
	if (c->command && access(c->command, X_OK) != 0)
		config_report_add(report, CONFIG_ERROR, config_origin_of(&c->origin, "command"),
			"alert command \"%s\": %s", c->command, strerror(errno));
}

struct alerts *alerts_new(const char *node, alerts_fn *fn, void *arg)
{
	struct alerts *a = MEM_NEW(struct alerts);
	pthread_mutex_init(&a->lock, NULL);
	map_init(&a->kinds);
	map_init(&a->counts);
	a->interval_ms = 60000;
	a->node = mem_strdup(node);
	a->journal_fd = journal_open();
	a->fn = fn;
	a->arg = arg;
	return a;
}

static void forget(struct alerts *a, struct kind *k)
{
	map_remove(&a->kinds, &k->node);
	a->count--;
	free(k);
}

void alerts_free(struct alerts *a)
{
	if (!a)
		return;
	size_t pos = 0;
	for (struct map_node *n; (n = map_next(&a->kinds, &pos, NULL)) != NULL;)
		forget(a, map_item(n, struct kind, node));
	map_fini(&a->kinds);
	pos = 0;
	for (struct map_node *n; (n = map_next(&a->counts, &pos, NULL)) != NULL;) {
		struct count *c = map_item(n, struct count, node);
		map_remove(&a->counts, n);
		free(c);
	}
	map_fini(&a->counts);
	pthread_mutex_destroy(&a->lock);
	if (a->journal_fd >= 0)
		close(a->journal_fd);
	free(a->node);
	free(a);
}

void alerts_configure(struct alerts *a, int64_t interval_ms, const char *journal)
{
	a->journal = journal;
	pthread_mutex_lock(&a->lock);
	a->interval_ms = interval_ms;
	pthread_mutex_unlock(&a->lock);
}

/* ---- telling ---- */

/* The log has it, too: what the journal does not take is said there, and not tried again. */
static void tell_journal(struct alerts *a, const struct audit_record *r, struct str json)
{
	const char *path = a->journal;
	char held[24];
	int error;
	const struct journal_field fields[] = {
		{ "SYSLOG_IDENTIFIER", STR("trunkd") },
		{ "PRIORITY", STR("1") },
		{ "TRUNKD_ALERT", STR("1") },
		{ "TRUNKD_NODE", r->node },
		{ "TRUNKD_POLICY", r->policy },
		{ "TRUNKD_KEY", r->key },
		{ "TRUNKD_PEER", r->domain },
		{ "TRUNKD_VERDICT", r->verdict },
		{ "TRUNKD_REASON", r->reason },
		{ "TRUNKD_HELD_BACK", { held, (size_t)snprintf(held, sizeof(held), "%ju",
						      (uintmax_t)r->held_back) } },
		{ "MESSAGE", { json.p, json.n - 1 } },
	};

	if (!path)
		return;
	error = journal_send(a->journal_fd, path, fields, sizeof(fields) / sizeof(fields[0]));
	if (error)
		log_warn("alert-journal-lost error=%s", strerror(-error));
}

static void tell(struct alerts *a, const struct audit_record *what, struct str peer, uint64_t held)
{
	char now[CLOCK_TEXT];
	struct audit_record r = *what;
	struct buf json = { 0 };
	log_alert("policy-alert policy=%s key=%s peer=%s to=%s verdict=%s reason=%s held_back=%ju",
		log_quote(r.policy).s, log_quote(r.key).s, log_quote(peer).s,
		log_quote(r.control_to).s, log_quote(r.verdict).s, log_quote(r.reason).s,
		(uintmax_t)held);
	clock_text(now);
	r.event = AUDIT_ALERT;
	r.time = str_of(now);
	r.node = str_of(a->node);
	r.domain = peer;
	r.held_back = held;
	buf_put_char(&json, '{');
	audit_record_write(&r, &json);
	buf_put(&json, STR("}\n"));
	a->fn(a->arg, buf_view(&json));
	tell_journal(a, &r, buf_view(&json));
	buf_fini(&json);
}

/* ---- counting, under the lock ---- */

static void print_name(struct buf *out, const struct audit_record *what, struct str peer)
{
	buf_put(out, what->policy);
	buf_put_char(out, '\0');
	buf_put(out, what->key);
	buf_put_char(out, '\0');
	buf_put(out, peer);
}

static struct kind *find(struct alerts *a, struct str name)
{
	struct map_node *n = map_get(&a->kinds, name);
	return n ? map_item(n, struct kind, node) : NULL;
}

static void sweep(struct alerts *a, uint64_t now_ms)
{
	size_t pos = 0;
	for (struct map_node *n = NULL; (n = map_next(&a->kinds, &pos, n)) != NULL;) {
		struct kind *k = map_item(n, struct kind, node);
		if (k->until_ms > now_ms || k->held)
			continue;
		forget(a, k);
		n = NULL;
	}
}

static struct kind *kind_new(struct alerts *a, const struct audit_record *what, struct str name)
{
	struct kind *k = mem_alloc(sizeof(*k) + name.n);
	*k = (struct kind){ .policy_n = what->policy.n, .key_n = what->key.n, .n = name.n };
	memcpy(k->text, name.p, name.n);
	map_put(&a->kinds, &k->node, (struct str){ k->text, k->n });
	a->count++;
	return k;
}

static void put_zeroed(char **to, struct str s)
{
	if (s.n)
		memcpy(*to, s.p, s.n);
	(*to)[s.n] = '\0';
	*to += s.n + 1;
}

static struct count *count_of(struct alerts *a, struct str policy, struct str key)
{
	struct str name = { NULL, policy.n + key.n + 2 };
	struct count *c = mem_alloc(sizeof(*c) + name.n);
	char *text = c->text;
	put_zeroed(&text, policy);
	put_zeroed(&text, key);
	name.p = c->text;
	struct map_node *found = map_get(&a->counts, name);
	bool full = a->counts.count >= COUNTS_MAX && !str_is(policy, "other");
	if (found || full) {
		free(c);
		return found ? map_item(found, struct count, node)
			     : count_of(a, STR("other"), STR(""));
	}
	c->n = name.n;
	c->c = (struct alerts_count){ c->text, c->text + policy.n + 1, 0, 0 };
	map_put(&a->counts, &c->node, name);
	return c;
}

void alerts_each(struct alerts *a, void (*fn)(void *arg, const struct alerts_count *c), void *arg)
{
	size_t pos = 0;
	pthread_mutex_lock(&a->lock);
	for (struct map_node *n = NULL; (n = map_next(&a->counts, &pos, n)) != NULL;)
		fn(arg, &map_item(n, struct count, node)->c);
	pthread_mutex_unlock(&a->lock);
}

/* Is this one to be told? *held_out: how many before it were not. */
static bool pass(struct alerts *a, const struct audit_record *what, struct str name,
	uint64_t now_ms, uint64_t *held_out)
{
	struct kind *k = find(a, name);
	if (k && now_ms < k->until_ms) {
		k->held++;
		return false;
	}
	if (!k && a->count >= KINDS_MAX)
		sweep(a, now_ms);
	if (!k && a->count >= KINDS_MAX) {
		a->overflow++;
		return false;
	}
	if (!k)
		k = kind_new(a, what, name);
	*held_out = k->held;
	k->held = 0;
	k->until_ms = now_ms + (uint64_t)a->interval_ms;
	return true;
}

void alerts_raise(
	struct alerts *a, const struct audit_record *what, struct str peer, uint64_t now_ms)
{
	struct buf name = { 0 };
	uint64_t held = 0;
	print_name(&name, what, peer);
	pthread_mutex_lock(&a->lock);
	bool told = pass(a, what, buf_view(&name), now_ms, &held);
	struct count *c = count_of(a, what->policy, what->key);
	c->c.raised++;
	c->c.told += told;
	pthread_mutex_unlock(&a->lock);
	if (told)
		tell(a, what, peer, held);
	buf_fini(&name);
}

/* One kind whose interval is over and that has something to tell; its name and count. */
static bool take_held(struct alerts *a, uint64_t now_ms, struct buf *name, struct kind *out)
{
	size_t pos = 0;
	for (struct map_node *n = NULL; (n = map_next(&a->kinds, &pos, n)) != NULL;) {
		struct kind *k = map_item(n, struct kind, node);
		if (!k->held || now_ms < k->until_ms)
			continue;
		*out = *k;
		buf_put(name, (struct str){ k->text, k->n });
		k->held = 0;
		k->until_ms = now_ms + (uint64_t)a->interval_ms;
		return true;
	}
	return false;
}

static bool take_overflow(struct alerts *a, uint64_t now_ms, uint64_t *held_out)
{
	*held_out = a->overflow;
	if (!a->overflow || now_ms < a->overflow_until_ms)
		return false;
	a->overflow = 0;
	a->overflow_until_ms = now_ms + (uint64_t)a->interval_ms;
	return true;
}

static bool tick_one(struct alerts *a, uint64_t now_ms)
{
	struct buf name = { 0 };
	struct kind k;
	pthread_mutex_lock(&a->lock);
	bool found = take_held(a, now_ms, &name, &k);
	pthread_mutex_unlock(&a->lock);
	if (found) {
		struct str text = buf_view(&name);
		struct audit_record r = { .verdict = STR("held-back") };
		r.policy = (struct str){ text.p, k.policy_n };
		r.key = (struct str){ text.p + k.policy_n + 1, k.key_n };
		tell(a, &r, str_skip(text, k.policy_n + k.key_n + 2), k.held);
	}
	buf_fini(&name);
	return found;
}

void alerts_tick(struct alerts *a, uint64_t now_ms)
{
	uint64_t held;
	for (unsigned i = 0; i < TOLD_AT_ONCE && tick_one(a, now_ms); i++) {
	}
	pthread_mutex_lock(&a->lock);
	bool more = take_overflow(a, now_ms, &held);
	sweep(a, now_ms);
	pthread_mutex_unlock(&a->lock);
	struct audit_record r = { .verdict = STR("held-back"), .reason = STR("too-many-kinds") };
	if (more)
		tell(a, &r, STR("other"), held);
}
