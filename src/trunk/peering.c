/* SPDX-License-Identifier: MIT */
/* Matching domains to controls, and pairs of domains to permissions. The compiling is in
 * peering_compile.c. */
#include "trunk/peering.h"

#include "base/mem.h"
#include "trunk/peering_private.h"

#include <stdio.h>

static const char *const permit_names[] = {
	[PERMIT_YES] = "yes",
	[PERMIT_ANSWERS] = "answers-only",
	[PERMIT_NO_FROM] = "no-control-for-sender",
	[PERMIT_NO_TO] = "no-control-for-recipient",
	[PERMIT_NO_FLOW] = "no-flow",
	[PERMIT_DEFAULT_ROUTE] = "default-route-to-default-route",
	[PERMIT_BACK] = "same-next-hop",
	[PERMIT_DIRECTION] = "direction",
	[PERMIT_BLOCKED] = "blocked-by-the-operator",
};

const char *permit_name(enum permit p)
{
	return permit_names[p];
}

static const struct match *match_get(const struct peering *p, struct str key)
{
	struct map_node *node = map_get(&p->matches, key);
	return node ? map_item(node, struct match, node) : NULL;
}

/* The most specific entry for a domain; NULL: only "*" is left. */
static const struct match *match_find(const struct peering *p, const struct domain *d)
{
	const struct match *m = match_get(p, domain_str(d));
	if (m)
		return m;
	/* Suffixes stand in the map with their leading dot: ".us". The first dot is the longest. */
	struct str rest = domain_str(d);
	if (rest.n > 0 && rest.p[0] == '[')
		return NULL;
	for (const char *dot; (dot = memchr(rest.p, '.', rest.n)) != NULL;) {
		struct str suffix = str_skip(rest, (size_t)(dot - rest.p));
		m = match_get(p, suffix);
		if (m)
			return m;
		rest = str_skip(suffix, 1);
	}
	return NULL;
}

const struct control *peering_find(const struct peering *p, const struct domain *d)
{
	const struct match *m = match_find(p, d);
	return m ? m->control : p->fallback;
}

void peering_match(const struct peering *p, const struct domain *d, char out[PEERING_MATCH])
{
	const struct match *m = match_find(p, d);
	const char *star = "";
	if (m ? m->key[0] == '.' : p->fallback != NULL)
		star = "*";
	snprintf(out, PEERING_MATCH, "%s%s", star, m ? m->key : "");
}

enum order peering_order(const struct peering *p, const struct domain *d)
{
	return p->orders ? orders_find(p->orders, d) : ORDER_NONE;
}

static bool blocked(const struct peering *p, const struct domain *d)
{
	return peering_order(p, d) == ORDER_BLOCK;
}

const struct control *peering_accepted(const struct peering *p, const struct domain *d)
{
	const struct control *c = peering_find(p, d);
	return c && c->accept && !(p->orders && blocked(p, d)) ? c : NULL;
}

struct peering *peering_with_orders(const struct peering *p, struct orders *orders)
{
	struct peering *view = MEM_NEW(struct peering);
	*view = *p;
	view->orders = orders_ref(orders);
	return view;
}

bool peering_may_mint(const struct peering *p, const struct domain *d)
{
	const struct match *m = match_find(p, d);
	if (!m && map_get(&p->listed, domain_str(d)))
		return p->fallback->accept;
	return m && m->control->accept;
}

static bool same_target(const struct target *a, const struct domain *ad, const struct target *b,
	const struct domain *bd)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case TARGET_ADDRESS:
		return a->port == b->port && address_same_host(&a->address, &b->address);
	case TARGET_HOST: return a->port == b->port && strcmp(a->name, b->name) == 0;
	case TARGET_SRV:
		return str_eq(a->name[0] ? str_of(a->name) : domain_str(ad),
			b->name[0] ? str_of(b->name) : domain_str(bd));
	}
	return false;
}

bool control_same_targets(const struct control *x, const struct control *y)
{
	if (x->ntargets != y->ntargets)
		return false;
	for (unsigned i = 0; i < x->ntargets; i++) {
		const struct target *a = &x->targets[i], *b = &y->targets[i];
		if (a->kind != b->kind || strcmp(a->name, b->name) != 0 || a->port != b->port ||
			a->direct_tls != b->direct_tls ||
			(a->kind == TARGET_ADDRESS && !address_same_host(&a->address, &b->address)))
			return false;
	}
	return true;
}

bool peering_same_hop(const struct control *a, const struct domain *a_domain,
	const struct control *b, const struct domain *b_domain)
{
	for (unsigned i = 0; i < a->ntargets; i++)
		for (unsigned j = 0; j < b->ntargets; j++)
			if (same_target(&a->targets[i], a_domain, &b->targets[j], b_domain))
				return true;
	return false;
}

static const struct flow *flow_between(
	const struct peering *p, const struct control *a, const struct control *b)
{
	return p->flows ? p->flows[a->zone_index * p->nzones + b->zone_index] : NULL;
}

const struct flow_config *flow_config(const struct flow *f)
{
	return f->config;
}

unsigned peering_policies(const struct control *from, const struct flow *flow,
	const struct control *to, struct passage_policy out[PASSAGE_POLICIES])
{
	unsigned n = 0;
	for (unsigned i = 0; i < from->nfrom_peer; i++)
		out[n++] = (struct passage_policy){ from->from_peer[i], LIST_FROM_PEER };
	for (unsigned i = 0; flow && i < flow->npolicies; i++)
		out[n++] = (struct passage_policy){ flow->policies[i], LIST_FLOW };
	for (unsigned i = 0; i < to->nto_peer; i++)
		out[n++] = (struct passage_policy){ to->to_peer[i], LIST_TO_PEER };
	return n;
}

/* A control's direction: "in" may only send to us, "out" may only be sent to. */
static bool direction_allows(const struct control *from, const struct control *to)
{
	return from->config->direction != DIRECTION_OUT && to->config->direction != DIRECTION_IN;
}

/* The table for this crossing, made when the plan was built: one per distinct list of policies. */
static const struct policy_table *table_for(const struct peering *p, const struct control *from,
	const struct flow *flow, const struct control *to)
{
	size_t f = flow ? (size_t)(flow - p->flow_items) + 1 : 0;
	return p->tables[(from->from_list * (p->nflows + 1) + f) * p->nto_lists + to->to_list];
}

void peering_permit(const struct peering *p, const struct domain *from, const struct domain *to,
	struct passage *out)
{
	*out = (struct passage){ .from = peering_accepted(p, from), .to = peering_accepted(p, to) };
	if (!out->from) {
		out->permit = blocked(p, from) ? PERMIT_BLOCKED : PERMIT_NO_FROM;
		return;
	}
	if (!out->to) {
		out->permit = blocked(p, to) ? PERMIT_BLOCKED : PERMIT_NO_TO;
		return;
	}
	/* By the entry, not by the control: one control may have "*" beside a name. */
	if (!match_find(p, from) && !match_find(p, to)) {
		out->permit = PERMIT_DEFAULT_ROUTE;
		return;
	}
	if (peering_same_hop(out->from, from, out->to, to)) {
		out->permit = PERMIT_BACK;
		return;
	}
	const struct flow *there = flow_between(p, out->from, out->to);
	const struct flow *back = flow_between(p, out->to, out->from);
	bool starts = (!p->flows || there) && direction_allows(out->from, out->to);
	bool answers = (!p->flows || back) && direction_allows(out->to, out->from);
	if (!starts && !answers) {
		out->permit = p->flows && !there && !back ? PERMIT_NO_FLOW : PERMIT_DIRECTION;
		return;
	}
	out->permit = starts ? PERMIT_YES : PERMIT_ANSWERS;
	const struct flow *flow = there ? there : back;
	out->flow = flow;
	out->muc = !flow || flow->muc;
	out->deputies = p->flows ? p : NULL;
	out->table = table_for(p, out->from, flow, out->to);
}

bool peering_deputy(const struct peering *p, const struct domain *from, const struct domain *to)
{
	struct passage passage;
	peering_permit(p, from, to, &passage);
	return passage.permit == PERMIT_YES || passage.permit == PERMIT_BACK;
}

bool peering_enters(const struct peering *p, const struct domain *from, const struct domain *to)
{
	struct passage passage;
	peering_permit(p, from, to, &passage);
	return passage.permit == PERMIT_BACK || (passage.permit == PERMIT_YES && passage.muc);
}
