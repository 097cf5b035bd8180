/* SPDX-License-Identifier: MIT */
/*
 * trunkctl check dns, from both sides: the resolver that the other servers ask must lead every
 * domain to this trunk, and the one that trunkd asks must not. Asked by the daemon's own resolver.
 */
#include "ctl/check.h"
#include "ctl/dns_zone.h"
#include "ctl/json.h"
#include "net/resolver.h"

#include "base/mem.h"

#include <stdlib.h>

enum { AT_ONCE = 64 /* look-ups */ };

enum side { SIDE_LEAF, SIDE_OWN };

struct asking;

/* One domain asked for at one side. */
struct question {
	struct asking *asking;
	const struct served *served;
	enum side side;
	struct resolve_result result; /* looked at when all have come, in the order of the file */
};

struct asking {
	struct check *k;
	struct check_part *p;
	struct net_loop *loop;
	struct resolver *resolvers[2]; /* by side; no leaf's without --resolver */
	char *leaf;                    /* how it is called */
	struct address addresses[DNS_ZONE_ADDRESSES];
	unsigned naddresses; /* 0: those of this machine */
	struct question *questions;
	unsigned n, next, running;
	unsigned failed; /* nothing came from the server at all */
	unsigned led[2]; /* domains that are found: by side */
};

/* ---- is it this trunk? ---- */

static const struct listen_config *listen_at(const struct plan *p, unsigned i)
{
	return &((const struct listen_config *)p->settings.listen.items)[i];
}

/* An address where the other servers find this trunk. */
static bool is_here(const struct asking *a, const struct address *address)
{
	const struct plan *plan = a->k->plan;

	for (unsigned i = 0; i < a->naddresses; i++)
		if (address_same_host(&a->addresses[i], address))
			return true;
	for (unsigned i = 0; i < plan->settings.listen.n && !a->k->c->option[OPTION_ADDRESS]; i++) {
		struct address own;

		if (address_parse(listen_at(plan, i)->address, 0, &own) && address_is_any(&own) &&
			address_is_local(address))
			return true;
	}
	return false;
}

/* With `mode` -1 in any mode. */
static bool has_listener(const struct plan *plan, int port, int mode)
{
	for (unsigned i = 0; i < plan->settings.listen.n; i++)
		if (listen_at(plan, i)->port == port &&
			(mode < 0 || listen_at(plan, i)->mode == mode))
			return true;
	return false;
}

static bool has_mode(const struct plan *plan, int mode)
{
	for (unsigned i = 0; i < plan->settings.listen.n; i++)
		if (listen_at(plan, i)->mode == mode)
			return true;
	return false;
}

static enum listen_mode mode_of(const struct endpoint *e)
{
	return e->direct_tls ? LISTEN_DIRECT_TLS : LISTEN_STARTTLS;
}

/* ---- what the leaf's resolver says ---- */

struct seen {
	bool here[2]; /* by mode: something leads to a listener of this trunk */
	bool elsewhere, closed, found[DNS_ZONE_ADDRESSES];
	char at[ADDRESS_TEXT + 64]; /* the first that leads elsewhere, or to a closed port */
};

static void note(struct seen *s, const struct endpoint *e)
{
	char text[ADDRESS_TEXT];

	address_print(&e->address, text);
	if (!s->elsewhere && !s->closed)
		snprintf(s->at, sizeof(s->at), "%s%s", text, e->direct_tls ? " (direct TLS)" : "");
}

static void look(const struct asking *a, const struct resolve_result *r, struct seen *s)
{
	for (unsigned i = 0; i < r->n; i++) {
		const struct endpoint *e = &r->endpoints[i];

		if (!is_here(a, &e->address)) {
			note(s, e);
			s->elsewhere = true;
			continue;
		}
		for (unsigned k = 0; k < a->naddresses; k++)
			s->found[k] |= address_same_host(&a->addresses[k], &e->address);
		if (has_listener(a->k->plan, address_port(&e->address), (int)mode_of(e))) {
			s->here[mode_of(e)] = true;
		} else {
			note(s, e);
			s->closed = true;
		}
	}
}

#define SAY(a, level, q, ...)                                                                      \
	findings_add_domain(&(a)->p->findings, (level), (q)->served->origin, &(q)->served->domain, \
		__VA_ARGS__)

static void tell_of_leaf(struct asking *a, const struct question *q, const struct seen *s)
{
	const struct plan *plan = a->k->plan;
	bool here = s->here[LISTEN_STARTTLS] || s->here[LISTEN_DIRECT_TLS];

	if (!here && !s->closed)
		SAY(a, FINDING_ERROR, q,
			"who asks %s is led past this trunk, to %s, for @@: load the records of "
			"trunkctl dns-zone there, or say --address if that is this trunk",
			a->leaf, s->at);
	else if (s->closed)
		SAY(a, FINDING_ERROR, q,
			"who asks %s is led to %s for @@, where this trunk does not listen so: "
			"correct the port, or the service, of the SRV record",
			a->leaf, s->at);
	else if (s->elsewhere)
		SAY(a, FINDING_WARNING, q,
			"who asks %s is led to this trunk for @@, but to %s as well: take that "
			"record out, or say --address if it is another node of this trunk",
			a->leaf, s->at);
	if (here && has_mode(plan, LISTEN_STARTTLS) && !s->here[LISTEN_STARTTLS])
		SAY(a, FINDING_WARNING, q,
			"who asks %s finds no _xmpp-server record for @@ that leads here: servers "
			"without direct TLS do not find it; add it",
			a->leaf);
	if (here && has_mode(plan, LISTEN_DIRECT_TLS) && !s->here[LISTEN_DIRECT_TLS])
		SAY(a, FINDING_NOTE, q,
			"who asks %s finds no _xmpps-server record for @@, though there is a "
			"direct-tls listener: add it, to save them STARTTLS",
			a->leaf);
	for (unsigned i = 0; i < a->naddresses && here; i++) {
		char text[ADDRESS_TEXT];

		address_print_host(&a->addresses[i], text);
		if (!s->found[i])
			SAY(a, FINDING_NOTE, q,
				"who asks %s is not led to %s for @@: add the address to the "
				"target of the record, if they can reach it",
				a->leaf, text);
	}
}

static void leaf_answer(struct asking *a, const struct question *q, const struct resolve_result *r)
{
	struct seen s = { 0 };

	if (r->outcome == RESOLVE_OK) {
		look(a, r, &s);
		a->led[SIDE_LEAF] += s.here[0] || s.here[1];
		tell_of_leaf(a, q, &s);
	} else if (r->outcome == RESOLVE_NOT_FOUND) {
		SAY(a, FINDING_ERROR, q,
			"who asks %s does not find @@: load the records of trunkctl dns-zone there",
			a->leaf);
	} else {
		a->failed++;
		SAY(a, FINDING_ERROR, q,
			"%s gives no usable answer for @@: is a name server there that answers "
			"this host?",
			a->leaf);
	}
}

/* ---- what trunkd's own says ---- */

static void own_answer(struct asking *a, const struct question *q, const struct resolve_result *r)
{
	unsigned self = 0;

	for (unsigned i = 0; i < r->n; i++)
		self += is_here(a, &r->endpoints[i].address) &&
			has_listener(a->k->plan, address_port(&r->endpoints[i].address), -1);
	if (r->n > self)
		a->led[SIDE_OWN]++;
	if (r->n && self == r->n)
		SAY(a, FINDING_ERROR, q,
			"trunkd finds itself when it looks for @@: it must ask a resolver that "
			"knows where the server is (dns.servers), or be told (connect)");
	else if (self)
		SAY(a, FINDING_WARNING, q,
			"trunkd finds itself among the next hops of @@, and has to try them in "
			"vain: take this trunk out of what its own resolver says");
	else if (r->outcome == RESOLVE_NOT_FOUND)
		SAY(a, FINDING_ERROR, q,
			"trunkd does not find the server of @@: there is no record of it where "
			"trunkd asks; add it there, or say where it is with connect");
	else if (r->outcome == RESOLVE_FAILED)
		SAY(a, FINDING_ERROR, q,
			"trunkd gets no usable answer when it looks for the server of @@: check "
			"dns.servers, or say where it is with connect");
	a->failed += r->outcome == RESOLVE_FAILED;
}

/* ---- asking ---- */

static void ask_more(struct asking *a);

static void answered(void *arg, struct resolve_result *r)
{
	struct question *q = arg;
	struct asking *a = q->asking;

	a->running--;
	q->result = *r;
	ask_more(a);
}

static void judge(struct asking *a)
{
	for (unsigned i = 0; i < a->n; i++) {
		struct question *q = &a->questions[i];

		if (q->side == SIDE_LEAF)
			leaf_answer(a, q, &q->result);
		else
			own_answer(a, q, &q->result);
		free(q->result.endpoints);
	}
}

static unsigned targets_of(const struct question *q, struct target out[PEERING_TARGETS])
{
	const struct control *c = q->served->control;
	const struct domain *d = &q->served->domain;

	if (q->side == SIDE_LEAF) {
		out[0] = (struct target){ .kind = TARGET_SRV };
		memcpy(out[0].name, d->s, d->n + 1u);
		return 1;
	}
	for (unsigned i = 0; i < c->ntargets; i++) {
		out[i] = c->targets[i];
		if (out[i].kind == TARGET_SRV && !out[i].name[0])
			memcpy(out[i].name, d->s, d->n + 1u);
	}
	return c->ntargets;
}

static void ask_more(struct asking *a)
{
	while (a->running < AT_ONCE && a->next < a->n) {
		struct question *q = &a->questions[a->next++];
		struct target targets[PEERING_TARGETS];
		unsigned n = targets_of(q, targets);

		a->running++;
		resolver_find(a->resolvers[q->side], targets, n, PREFER_NONE, answered, q);
	}
	if (a->running)
		return;
	resolver_free(a->resolvers[SIDE_LEAF]);
	resolver_free(a->resolvers[SIDE_OWN]);
	net_loop_stop(a->loop);
}

static void plan_questions(struct asking *a)
{
	const struct served_list *served = &a->k->served;

	a->questions = mem_zero(2 * (size_t)served->n + 1, sizeof(*a->questions));
	for (unsigned side = 0; side < 2; side++)
		for (unsigned i = 0; i < served->n; i++) {
			const struct served *s = &served->v[i];

			if (side == SIDE_LEAF &&
				(!a->leaf || domain_is_address(domain_str(&s->domain))))
				continue;
			a->questions[a->n++] = (struct question){
				.asking = a, .served = s, .side = side ? SIDE_OWN : SIDE_LEAF
			};
		}
}

/* "192.0.2.53:5353" as libunbound, and the configuration, write it: "192.0.2.53@5353", which is
 * taken as well. */
static bool leaf_server(struct asking *a, char *out, size_t size)
{
	const char *text = a->k->c->option[OPTION_RESOLVER], *sign = strchr(text, '@');
	MEM_AUTO char *bare =
		sign ? mem_printf("%.*s", (int)(sign - text), text) : mem_strdup(text);
	long port = sign ? strtol(sign + 1, NULL, 10) : 53;
	struct address server;
	char host[ADDRESS_TEXT];
	size_t n;

	if (port < 1 || port > 65535 || !address_parse(bare, (uint16_t)port, &server) ||
		address_is_any(&server))
		return false;
	address_print_host(&server, host);
	n = strlen(host);
	if (host[0] == '[')
		snprintf(out, size, "%.*s@%u", (int)n - 2, host + 1, address_port(&server));
	else
		snprintf(out, size, "%s@%u", host, address_port(&server));
	a->leaf = mem_strdup(text);
	return true;
}

static bool prepare(struct asking *a)
{
	const struct plan *plan = a->k->plan;
	struct resolver_config leaf = { .timeout = plan->settings.dns.timeout };
	char server[ADDRESS_TEXT + 8], *servers[] = { server };
	struct ctl *c = a->k->c;

	leaf.servers = (struct config_strings){ servers, 1 };
	if (c->option[OPTION_RESOLVER] && !leaf_server(a, server, sizeof(server))) {
		a->p->undone = mem_printf(
			"--resolver %s is no address of a name server", c->option[OPTION_RESOLVER]);
		return false;
	}
	if (!dns_zone_addresses(c, plan, NULL, a->addresses, &a->naddresses)) {
		a->p->undone = mem_strdup("--address is wrong");
		return false;
	}
	a->loop = net_loop_new();
	if (a->leaf)
		a->resolvers[SIDE_LEAF] = resolver_new(a->loop, &leaf);
	a->resolvers[SIDE_OWN] = resolver_new(a->loop, &plan->settings.dns);
	return true;
}

static void finish(struct asking *a)
{
	struct findings *f = &a->p->findings;

	if (!a->leaf)
		findings_add(f, FINDING_NOTE, NULL,
			"what the other servers are told was not asked: say which resolver they "
			"use with --resolver ADDRESS");
	if (a->n && a->failed == a->n) {
		findings_fini(f);
		a->p->undone = mem_strdup("no name server gives a usable answer for any domain");
	}
	a->p->json = json_object();
	if (a->leaf) {
		a->p->summary = mem_printf("%u of %u domains lead to this trunk; trunkd finds %u",
			a->led[SIDE_LEAF], a->k->served.n, a->led[SIDE_OWN]);
		json_object_set_new(
			a->p->json, "lead_to_this_trunk", json_integer(a->led[SIDE_LEAF]));
	} else {
		a->p->summary = mem_printf(
			"trunkd finds %u of %u domains", a->led[SIDE_OWN], a->k->served.n);
	}
	json_object_set_new(a->p->json, "domains", json_integer(a->k->served.n));
	json_object_set_new(a->p->json, "found_by_trunkd", json_integer(a->led[SIDE_OWN]));
}

void check_dns(struct check *k, struct check_part *p)
{
	struct asking a = { .k = k, .p = p };

	if (prepare(&a)) {
		plan_questions(&a);
		ask_more(&a);
		net_loop_run(a.loop);
		net_loop_free(a.loop);
		judge(&a);
		finish(&a);
	}
	free(a.questions);
	free(a.leaf);
}
