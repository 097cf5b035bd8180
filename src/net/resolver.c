/* SPDX-License-Identifier: MIT */
/*
 * libunbound on a loop: its thread resolves, its pipe wakes the loop, its answers become tasks.
 * Owns the context and what uv needs to watch the pipe. What to ask, and what it means, is
 * lookup.c's.
 */
#include "net/resolver_private.h"

#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

static const struct config_key resolver_keys[] = {
	{ .name = "servers",
		.type = CONFIG_STRINGS,
		.offset = offsetof(struct resolver_config, servers),
		.reload = CONFIG_RESTART,
		.help = "Addresses of the DNS servers to ask, each with an optional \"@port\". "
			"Empty: "
			"those of /etc/resolv.conf." },
	{ .name = "trust_anchor",
		.type = CONFIG_PATH,
		.offset = offsetof(struct resolver_config, trust_anchor),
		.reload = CONFIG_RESTART,
		.help = "File with the DNSSEC trust anchor of the root, such as "
			"/usr/share/dns/root.key. Unset: answers are not validated." },
	{ .name = "timeout",
		.type = CONFIG_DURATION,
		.offset = offsetof(struct resolver_config, timeout),
		.def = "10s",
		.min = 100,
		.max = 120000,
		.reload = CONFIG_RESTART,
		.help = "The most that finding one next hop may take, with all of its queries." },
	{ 0 }
};
const struct config_table resolver_schema = { "dns", sizeof(struct resolver_config),
	resolver_keys };

/* Lives until uv has closed it, which may be longer than the resolver. */
struct pipe {
	uv_poll_t poll;
	struct ub_ctx *ctx;
};

struct resolver {
	struct net_loop *loop;
	struct ub_ctx *ctx;
	struct pipe *pipe;
	struct list lookups;
	uint64_t timeout;
	struct resolver_counts counts;
};

/* "192.0.2.1", "192.0.2.1@5353", "2001:db8::1@5353" */
static bool server_valid(const char *text)
{
	const char *sep = strchr(text, '@');
	size_t n = sep ? (size_t)(sep - text) : strlen(text);
	char host[ADDRESS_TEXT];
	struct address a;
	char *end;
	long port;

	if (n >= sizeof(host))
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	if (!address_parse(host, 0, &a) || address_port(&a) || host[0] == '[')
		return false;
	if (!sep)
		return true;
	port = strtol(sep + 1, &end, 10);
	return sep[1] && !*end && port > 0 && port < 65536;
}

void resolver_check(const struct resolver_config *c, struct config_report *report)
{
	for (unsigned i = 0; i < c->servers.n; i++)
		if (!server_valid(c->servers.v[i]))
			config_report_add(report, CONFIG_ERROR,
				config_origin_of(&c->origin, "servers"),
				"\"%s\" is no DNS server: write an address, with \"@port\" when "
				"the port "
				"is not 53",
				c->servers.v[i]);
	if (c->trust_anchor && access(c->trust_anchor, R_OK) < 0)
		config_report_add(report, CONFIG_ERROR,
			config_origin_of(&c->origin, "trust_anchor"),
			"cannot read the trust anchor %s: %s (Debian has one in package "
			"dns-root-data)",
			c->trust_anchor, strerror(errno));
}

static void set_option(struct ub_ctx *ctx, const char *name, const char *value)
{
	int rc = ub_ctx_set_option(ctx, name, value);

	if (rc)
		log_debug("dns-option-unknown option=%s error=\"%s\"", name, ub_strerror(rc));
}

static void set_servers(struct ub_ctx *ctx, const struct resolver_config *c)
{
	int rc = 0;

	for (unsigned i = 0; i < c->servers.n && rc == 0; i++)
		rc = ub_ctx_set_fwd(ctx, c->servers.v[i]);
	if (c->servers.n == 0) {
		rc = ub_ctx_resolvconf(ctx, NULL);
		ub_ctx_hosts(ctx, NULL); /* without such a file there are just no such names */
	}
	if (rc)
		log_warn("dns-servers-unusable error=\"%s\"", ub_strerror(rc));
}

static struct ub_ctx *new_context(const struct resolver_config *c)
{
	struct ub_ctx *ctx = ub_ctx_create();

	if (!ctx)
		abort();                                  /* memory or descriptors, at start-up */
	ub_ctx_async(ctx, 1);                             /* a thread; by default it forks */
	set_option(ctx, "do-not-query-localhost:", "no"); /* the server may be here */
	/* A server that was down is asked again soon, not in a quarter of an hour. */
	set_option(ctx, "infra-host-ttl:", "30");
	set_option(ctx, "infra-keep-probing:", "yes");
	/* As a library it has 16 questions under way by default: so many names whose servers are
	 * silent would hold up all others. */
	set_option(ctx, "outgoing-range:", "1024");
	if (!c->trust_anchor)
		set_option(ctx, "module-config:", "iterator");
	else if (ub_ctx_add_ta_file(ctx, c->trust_anchor))
		log_warn("dns-trust-anchor-unusable file=%s", c->trust_anchor);
	set_servers(ctx, c);
	/* Built-in empty zones for private use: whoever uses them has a server that knows them. */
	ub_ctx_zone_remove(ctx, "test.");
	ub_ctx_zone_remove(ctx, "home.arpa.");
	return ctx;
}

static void on_answers(uv_poll_t *h, int status, int events)
{
	struct pipe *p = h->data;

	ub_process(p->ctx);
}

struct resolver *resolver_new(struct net_loop *l, const struct resolver_config *c)
{
	struct resolver *r = MEM_NEW(struct resolver);

	r->loop = l;
	r->timeout = c->timeout ? (uint64_t)c->timeout : 10000;
	list_init(&r->lookups);
	r->ctx = new_context(c);
	r->pipe = MEM_NEW(struct pipe);
	r->pipe->ctx = r->ctx;
	r->pipe->poll.data = r->pipe;
	if (uv_poll_init(net_loop_uv(l), &r->pipe->poll, ub_fd(r->ctx)) < 0)
		abort(); /* a pipe can be watched */
	uv_poll_start(&r->pipe->poll, UV_READABLE, on_answers);
	return r;
}

static void free_pipe(uv_handle_t *h)
{
	free(h->data);
}

void resolver_free(struct resolver *r)
{
	if (!r)
		return;
	while (!list_empty(&r->lookups))
		lookup_drop(r->lookups.next);
	uv_close((uv_handle_t *)&r->pipe->poll, free_pipe);
	ub_ctx_delete(r->ctx);
	free(r);
}

struct net_loop *resolver_loop(const struct resolver *r)
{
	return r->loop;
}

struct list *resolver_lookups(struct resolver *r)
{
	return &r->lookups;
}

uint64_t resolver_timeout(const struct resolver *r)
{
	return r->timeout;
}

/* ---- one query ---- */

const char *const resolver_type_names[] = { "A", "AAAA", "SRV" };
/* In the order of enum answer. */
const char *const resolver_answer_names[] = { "data", "none", "nxdomain", "failed" };

const struct resolver_counts *resolver_counts(const struct resolver *r)
{
	return &r->counts;
}

static void count(const struct query *q)
{
	unsigned type = q->type == DNS_SRV ? 2 : q->type == DNS_AAAA;
	bool secure = q->result && q->result->secure;

	q->resolver->counts.n[type][query_answer(q)][secure]++;
}

static void on_result(void *arg, int error, struct ub_result *result)
{
	struct query *q = arg;

	q->running = false;
	q->error = error;
	q->result = result;
	count(q);
	loop_soon(q->resolver->loop, q->done);
}

void query_start(struct query *q, struct resolver *r, const char *name, int type, struct task *done)
{
	*q = (struct query){ .type = type, .done = done, .resolver = r };
	snprintf(q->name, sizeof(q->name), "%s", name);
	q->error = ub_resolve_async(r->ctx, q->name, type, 1, q, on_result, &q->id);
	if (q->error == 0)
		q->running = true;
	else
		loop_soon(r->loop, done);
}

void query_fini(struct query *q)
{
	if (q->running)
		ub_cancel(q->resolver->ctx, q->id);
	q->running = false;
	ub_resolve_free(q->result);
	q->result = NULL;
}

enum answer query_answer(const struct query *q)
{
	if (!q->result || q->error || q->result->bogus)
		return ANSWER_FAILED;
	if (q->result->havedata)
		return ANSWER_DATA;
	if (q->result->nxdomain)
		return ANSWER_NXDOMAIN;
	return q->result->rcode == 0 ? ANSWER_NONE : ANSWER_FAILED;
}

void query_words(const struct query *q, char *out, size_t size)
{
	static const char *const rcodes[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
		"NOTIMP", "REFUSED" };
	const char *type = q->type == DNS_SRV ? "SRV" : q->type == DNS_A ? "A" : "AAAA";

	if (q->running)
		snprintf(out, size, "no answer from the DNS for %s (%s)", q->name, type);
	else if (q->error || !q->result)
		snprintf(
			out, size, "DNS look-up failed for %s: %s", q->name, ub_strerror(q->error));
	else if (q->result->bogus)
		snprintf(out, size, "DNSSEC validation failed for %s (%s)", q->name,
			q->result->why_bogus ? q->result->why_bogus : "bogus");
	else if (q->result->nxdomain)
		snprintf(out, size, "no such domain (NXDOMAIN) for %s", q->name);
	else if (q->result->rcode == 0)
		snprintf(out, size, "no %s record for %s", type, q->name);
	else
		snprintf(out, size, "the DNS server failed (%s) for %s",
			q->result->rcode > 0 && q->result->rcode < 6 ? rcodes[q->result->rcode]
								     : "error",
			q->name);
}
