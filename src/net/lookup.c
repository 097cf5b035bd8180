/* SPDX-License-Identifier: MIT */
/*
 * Finding next hops: which records to ask for, which rules say that there is nothing to be found,
 * and in which order endpoints are tried. Owns its queries; every answer only wakes one task, which
 * looks at all of them.
 */
#include "net/resolver_private.h"
#include "net/srv.h"

#include "base/mem.h"
#include "base/random.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	SRV_MOST = 16, /* records used per service: a zone can hold any number */
	ENDPOINTS_MOST = 32,
	XMPP_PORT = 5269,
};

/* One host whose addresses are wanted. */
struct host {
	struct srv srv; /* target, port, order */
	struct query v4, v6;
};

/* One of the two SRV services. */
struct service {
	struct query query;
	bool asked, taken; /* its answer was looked at */
	bool refused;      /* "." */
};

struct search {
	struct target target;
	bool plain;                 /* an address: nothing to ask */
	struct service services[2]; /* _xmpp-server, _xmpps-server */
	struct host *hosts[2 * SRV_MOST];
	unsigned n;
	bool fallen_back;
};

struct lookup {
	struct list link; /* of the resolver */
	struct resolver *resolver;
	struct task task;
	struct net_timer *timer;
	uint64_t started;
	bool out_of_time;
	enum target_prefer prefer;
	struct search *searches;
	unsigned n;
	void (*fn)(void *arg, struct resolve_result *result);
	void *arg;
};

/* ---- asking ---- */

static void add_host(struct lookup *l, struct search *s, const struct srv *srv)
{
	struct host *h = MEM_NEW(struct host);

	h->srv = *srv;
	s->hosts[s->n++] = h;
	query_start(&h->v6, l->resolver, srv->target, DNS_AAAA, &l->task);
	query_start(&h->v4, l->resolver, srv->target, DNS_A, &l->task);
}

static void add_name(struct lookup *l, struct search *s, uint16_t port, bool direct_tls)
{
	struct srv srv = { .port = port, .direct_tls = direct_tls, .secure = true };

	snprintf(srv.target, sizeof(srv.target), "%s", s->target.name);
	add_host(l, s, &srv);
}

static void ask_service(struct lookup *l, struct search *s, int index)
{
	static const char *const names[] = { "_xmpp-server._tcp.", "_xmpps-server._tcp." };
	char name[300];

	/* Too long for the DNS: libunbound will say so. */
	snprintf(name, sizeof(name), "%s%s", names[index], s->target.name);
	query_start(&s->services[index].query, l->resolver, name, DNS_SRV, &l->task);
	s->services[index].asked = true;
}

static void start_search(struct lookup *l, struct search *s, const struct target *t)
{
	struct address literal;

	s->target = *t;
	s->plain = t->kind == TARGET_ADDRESS;
	/* A domain that is an address needs no DNS. */
	if (!s->plain &&
		address_parse(t->name, t->kind == TARGET_SRV ? XMPP_PORT : t->port, &literal)) {
		s->target.address = literal;
		s->plain = true;
	}
	if (s->plain)
		return;
	if (t->kind == TARGET_HOST) {
		add_name(l, s, t->port, t->direct_tls);
		return;
	}
	ask_service(l, s, 0);
	ask_service(l, s, 1);
}

/* ---- SRV ---- */

/* The records of one service, in the order of that service. */
static unsigned read_records(struct service *v, bool direct_tls, struct srv *out, unsigned most)
{
	const struct ub_result *r = v->query.result;
	unsigned n = 0;

	for (int i = 0; r->data[i] && n < most; i++) {
		struct srv srv = { .direct_tls = direct_tls, .secure = r->secure };

		if (!srv_parse((struct str){ r->data[i], (size_t)r->len[i] }, &srv))
			continue;
		/* RFC 2782: a single "." means that the service is decidedly not available. */
		if (!srv.target[0])
			v->refused = true;
		else if (srv.port)
			out[n++] = srv;
	}
	return n;
}

static void take_service(struct lookup *l, struct search *s, int index)
{
	struct service *v = &s->services[index];
	struct srv records[64];
	unsigned n;

	if (!v->asked || v->taken || v->query.running)
		return;
	v->taken = true;
	if (query_answer(&v->query) != ANSWER_DATA)
		return;
	n = read_records(v, index == 1, records, sizeof(records) / sizeof(records[0]));
	srv_sort(records, n, SRV_TIE_NONE, random_below);
	for (unsigned i = 0; i < n && i < SRV_MOST; i++)
		add_host(l, s, &records[i]);
}

static bool says_none(const struct service *v)
{
	enum answer a = query_answer(&v->query);

	return v->taken && (a == ANSWER_NONE || a == ANSWER_NXDOMAIN);
}

/* RFC 6120 3.2.1: A and AAAA of the domain only when there is no SRV record, of either service; not
 * when the answer failed to come, and not when a record says "." (XEP-0368). */
static void fall_back(struct lookup *l, struct search *s)
{
	if (s->fallen_back || s->n || !s->services[0].asked)
		return;
	if (!says_none(&s->services[0]) || !says_none(&s->services[1]))
		return;
	s->fallen_back = true;
	add_name(l, s, XMPP_PORT, false);
}

/* ---- the result ---- */

static bool search_running(const struct search *s)
{
	if (s->services[0].query.running || s->services[1].query.running)
		return true;
	for (unsigned i = 0; i < s->n; i++)
		if (s->hosts[i]->v4.running || s->hosts[i]->v6.running)
			return true;
	return false;
}

static void add_endpoint(struct resolve_result *r, const struct endpoint *e)
{
	if (r->n == ENDPOINTS_MOST)
		return;
	if (!r->endpoints)
		r->endpoints = mem_zero(ENDPOINTS_MOST, sizeof(*r->endpoints));
	r->endpoints[r->n++] = *e;
}

/* The i-th address of an answer. False: there are no more. */
static bool read_address(const struct query *q, int i, uint16_t port, struct address *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)&out->ss;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)&out->ss;
	const struct ub_result *r = q->result;

	memset(out, 0, sizeof(*out));
	if (query_answer(q) != ANSWER_DATA)
		return false;
	for (int k = 0; k <= i; k++)
		if (!r->data[k])
			return false;
	if (q->type == DNS_A && r->len[i] == 4) {
		v4->sin_family = AF_INET;
		memcpy(&v4->sin_addr, r->data[i], 4);
		out->len = sizeof(*v4);
	} else if (q->type == DNS_AAAA && r->len[i] == 16) {
		v6->sin6_family = AF_INET6;
		memcpy(&v6->sin6_addr, r->data[i], 16);
		out->len = sizeof(*v6);
	} else {
		return false;
	}
	address_set_port(out, port);
	return true;
}

/* Alternating, so that a host whose IPv6 leads nowhere costs one attempt and not all of them. */
static void add_addresses(struct resolve_result *r, const struct host *h)
{
	const struct query *queries[2] = { &h->v6, &h->v4 };
	struct endpoint e = { .direct_tls = h->srv.direct_tls };
	bool more = true;

	memcpy(e.host, h->srv.target, sizeof(e.host));
	for (int i = 0; more && i < ENDPOINTS_MOST; i++) {
		more = false;
		for (int k = 0; k < 2; k++) {
			if (!read_address(queries[k], i, h->srv.port, &e.address))
				continue;
			e.secure = h->srv.secure && queries[k]->result->secure;
			add_endpoint(r, &e);
			more = true;
		}
	}
}

static const struct host *host_of(const struct search *s, const struct srv *srv)
{
	for (unsigned i = 0; i < s->n; i++) {
		const struct srv *have = &s->hosts[i]->srv;

		if (have->port == srv->port && have->direct_tls == srv->direct_tls &&
			have->priority == srv->priority && have->weight == srv->weight &&
			strcmp(have->target, srv->target) == 0)
			return s->hosts[i];
	}
	return NULL;
}

static void add_search(struct resolve_result *r, const struct search *s, enum target_prefer prefer)
{
	static const enum srv_tie ties[] = {
		[PREFER_NONE] = SRV_TIE_NONE,
		[PREFER_DIRECT_TLS] = SRV_TIE_DIRECT_TLS,
		[PREFER_STARTTLS] = SRV_TIE_STARTTLS,
	};
	struct srv order[2 * SRV_MOST];

	if (s->plain) {
		struct endpoint e = { .address = s->target.address,
			.direct_tls = s->target.kind != TARGET_SRV && s->target.direct_tls };

		add_endpoint(r, &e);
		return;
	}
	for (unsigned i = 0; i < s->n; i++)
		order[i] = s->hosts[i]->srv;
	srv_sort(order, s->n, ties[prefer], random_below);
	for (unsigned i = 0; i < s->n; i++)
		add_addresses(r, host_of(s, &order[i]));
}

/* Notes why a query brought nothing; a failure outweighs a "no". */
static void blame(struct resolve_result *r, const struct query *q)
{
	bool failed = query_answer(q) == ANSWER_FAILED;

	if (r->words[0] && (r->outcome == RESOLVE_FAILED || !failed))
		return;
	r->outcome = failed ? RESOLVE_FAILED : RESOLVE_NOT_FOUND;
	query_words(q, r->words, sizeof(r->words));
}

static void blame_service(struct resolve_result *r, const struct search *s, int index)
{
	const struct service *v = &s->services[index];

	if (!v->asked)
		return;
	if (v->refused && !r->words[0]) {
		r->outcome = RESOLVE_NOT_FOUND;
		snprintf(r->words, sizeof(r->words), "service not offered (SRV \".\") for %.200s",
			v->query.name);
	} else if (!v->refused && query_answer(&v->query) != ANSWER_DATA) {
		blame(r, &v->query);
	}
}

/* The words for a look-up that found nothing. */
static void explain(const struct lookup *l, struct resolve_result *r)
{
	r->outcome = RESOLVE_NOT_FOUND;
	for (unsigned i = 0; i < l->n; i++) {
		const struct search *s = &l->searches[i];

		blame_service(r, s, 0);
		blame_service(r, s, 1);
		for (unsigned k = 0; k < s->n; k++) {
			blame(r, &s->hosts[k]->v4);
			blame(r, &s->hosts[k]->v6);
		}
	}
	if (!r->words[0])
		snprintf(r->words, sizeof(r->words), "no usable record");
}

static void free_lookup(struct lookup *l)
{
	list_remove(&l->link);
	task_cancel(&l->task);
	net_timer_close(l->timer);
	for (unsigned i = 0; i < l->n; i++) {
		struct search *s = &l->searches[i];

		query_fini(&s->services[0].query);
		query_fini(&s->services[1].query);
		for (unsigned k = 0; k < s->n; k++) {
			query_fini(&s->hosts[k]->v4);
			query_fini(&s->hosts[k]->v6);
			free(s->hosts[k]);
		}
	}
	free(l->searches);
	free(l);
}

static void finish(struct lookup *l)
{
	struct resolve_result r = { .outcome = RESOLVE_OK };
	void (*fn)(void *arg, struct resolve_result *result) = l->fn;
	void *arg = l->arg;

	for (unsigned i = 0; i < l->n; i++)
		add_search(&r, &l->searches[i], l->prefer);
	if (r.n == 0)
		explain(l, &r);
	r.took_ms = (uint32_t)(net_loop_now(resolver_loop(l->resolver)) - l->started);
	/* Gone before the owner hears: it may free the resolver. */
	free_lookup(l);
	fn(arg, &r);
}

static void step(struct task *t)
{
	struct lookup *l = list_item(t, struct lookup, task);
	bool running = false;

	for (unsigned i = 0; i < l->n; i++) {
		struct search *s = &l->searches[i];

		if (!l->out_of_time) {
			take_service(l, s, 0);
			take_service(l, s, 1);
			fall_back(l, s);
		}
		running = running || search_running(s);
	}
	if (!running || l->out_of_time)
		finish(l);
}

static void time_is_up(void *arg)
{
	struct lookup *l = arg;

	/* What is there by now is used. */
	l->out_of_time = true;
	loop_soon(resolver_loop(l->resolver), &l->task);
}

struct lookup *resolver_find(struct resolver *r, const struct target *targets, unsigned n,
	enum target_prefer prefer, void (*fn)(void *arg, struct resolve_result *result), void *arg)
{
	struct lookup *l = MEM_NEW(struct lookup);

	l->resolver = r;
	l->prefer = prefer;
	l->fn = fn;
	l->arg = arg;
	l->started = net_loop_now(resolver_loop(r));
	l->searches = mem_zero(n, sizeof(*l->searches));
	l->n = n;
	task_init(&l->task, step);
	list_append(resolver_lookups(r), &l->link);
	l->timer = net_timer_new(resolver_loop(r), time_is_up, l);
	net_timer_start(l->timer, resolver_timeout(r), 0);
	for (unsigned i = 0; i < n; i++)
		start_search(l, &l->searches[i], &targets[i]);
	/* For those without a question; the others are not done yet when it runs. */
	loop_soon(resolver_loop(r), &l->task);
	return l;
}

void lookup_cancel(struct lookup *l)
{
	free_lookup(l);
}

void lookup_drop(struct list *link)
{
	free_lookup(list_item(link, struct lookup, link));
}
