/* SPDX-License-Identifier: MIT */
/*
 * Peering controls, compiled: for a domain, the control that is in force (exact, longest suffix,
 * default route), with its names parsed, its stores and targets at hand; and for two domains,
 * whether the one may reach the other. Immutable.
 */
#pragma once

#include "base/map.h"
#include "net/credentials.h"
#include "net/resolver.h"
#include "net/trust.h"
#include "policy/policy.h"
#include "trunk/orders.h"
#include "trunk/settings.h"

enum { PEERING_TARGETS = 16 };

struct control {
	const struct control_config *config;
	bool accept;
	const char *zone;
	unsigned zone_index;
	const struct trust_store *trust; /* NULL: pins alone */
	unsigned char (*pins)[32];
	unsigned npins;
	struct domain *reference_names, *accept_names;
	unsigned nreference, naccept;
	struct target targets[PEERING_TARGETS];
	unsigned ntargets;
	bool own_srv;          /* some target is the SRV of the domain itself */
	struct address source; /* len 0: any */
	struct address_prefix *from_prefixes;
	unsigned nfrom;
	const struct policy **to_peer, **from_peer;
	unsigned nto_peer, nfrom_peer;
	struct control_labels labels;
	size_t to_list, from_list; /* numbers of the distinct lists */
};

struct peering;

/* Compiles; errors and warnings go to `report`. Stores, credentials (NULL: they did not load),
 * policies and labels (NULL: none) outlive it. NULL is never returned; with errors in the report it
 * is only good for freeing. */
struct peering *peering_new(const struct settings *s, struct trust_store *const *stores,
	unsigned nstores, const struct credentials *credentials, struct policy_set *tables,
	struct labels *labels, struct config_report *report);
void peering_free(struct peering *p);
/* The same controls under these orders (a reference is taken). It borrows from `p`, which outlives
 * it. */
struct peering *peering_with_orders(const struct peering *p, struct orders *orders);
/* The order that holds for a domain. */
enum order peering_order(const struct peering *p, const struct domain *d);

/* The control for a domain; NULL when none matches. May be a rejecting one. */
const struct control *peering_find(const struct peering *p, const struct domain *d);
/* The same, but NULL for a rejecting one, and for a domain that the operator has blocked. */
const struct control *peering_accepted(const struct peering *p, const struct domain *d);

/* May a certificate be issued for the domain? A control has to be meant for it: a rejecting one is
 * not, and what only the default route matches could be anybody's, unless its `domains` list it
 * (decision 13). */
bool peering_may_mint(const struct peering *p, const struct domain *d);

enum permit {
	PERMIT_YES,           /* what starts at `from` may reach `to` */
	PERMIT_ANSWERS,       /* only what answers: a flow leads the other way */
	PERMIT_NO_FROM,       /* no control for `from` */
	PERMIT_NO_TO,         /* no control for `to` */
	PERMIT_NO_FLOW,       /* a flow is missing */
	PERMIT_DEFAULT_ROUTE, /* both are known by the default route only (decision 15) */
	PERMIT_BACK,          /* both are reached by the same next hop (decision 16) */
	PERMIT_DIRECTION,     /* a control's direction forbids it */
	PERMIT_BLOCKED,       /* the operator has blocked one of them */
};
const char *permit_name(enum permit p);

struct flow;

struct passage {
	enum permit permit;
	const struct control *from, *to;
	const struct flow *flow; /* whose policies and `muc` are in force; NULL: none configured */
	const struct policy_table *table; /* with PERMIT_YES or PERMIT_ANSWERS */
	bool muc;                         /* rooms may be joined */
	const struct peering *deputies;   /* for peering_deputy(); NULL: there are no flows */
};

/* May stanzas go from one domain to another? */
void peering_permit(const struct peering *p, const struct domain *from, const struct domain *to,
	struct passage *out);
/* May one domain reach another by way of somebody who acts for it: an address inside a stanza
 * (decision 17)? Two that reach each other without us do. */
bool peering_deputy(const struct peering *p, const struct domain *from, const struct domain *to);
/* The same, and may rooms at the one be entered from the other (the flow's `muc`)? */
bool peering_enters(const struct peering *p, const struct domain *from, const struct domain *to);
/* What the operator wrote for a flow. */
const struct flow_config *flow_config(const struct flow *f);

/* One policy in force on a passage, and the list that names it. */
enum passage_list { LIST_FROM_PEER, LIST_FLOW, LIST_TO_PEER };
struct passage_policy {
	const struct policy *policy;
	enum passage_list list;
};
/* In the order in which they are merged (decision 21); how many. `flow` may be NULL. */
enum { PEERING_POLICIES = 32 /* in one list */, PASSAGE_POLICIES = 3 * PEERING_POLICIES };
unsigned peering_policies(const struct control *from, const struct flow *flow,
	const struct control *to, struct passage_policy out[PASSAGE_POLICIES]);

/* What matched the domain, as in `match`: "a.example", "*.us", "*"; "" when nothing does. */
enum { PEERING_MATCH = DOMAIN_MAX + 3 };
void peering_match(const struct peering *p, const struct domain *d, char out[PEERING_MATCH]);
/* Do they lead to the same places, in the same order? For controls of two plans. */
bool control_same_targets(const struct control *a, const struct control *b);
/* Controls with the same next hop: the same address, host or SRV name. */
bool peering_same_hop(const struct control *a, const struct domain *a_domain,
	const struct control *b, const struct domain *b_domain);
