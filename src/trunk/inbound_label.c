/* SPDX-License-Identifier: MIT */
/* Certificates of both sides, for one pair at a time; see inbound_label.h. */
#include "trunk/inbound_label.h"

#include "base/clock.h"
#include "trunk/inbound.h"
#include "trunk/probe.h"

#include <string.h>

void pair_certified_fini(struct pair_certified *c)
{
	certified_unref(c->sender);
	certified_unref(c->recipient);
	*c = (struct pair_certified){ 0 };
}

/* The certificate of this stream, if it is what has proven the domain here: one that was proven by
 * dialback has shown nothing that counts. */
static struct certified *sender(struct inbound *in, const struct inbound_pair *p)
{
	const struct control *c = p->passage.from;
	const struct proof *proof = inbound_proven(in, &p->from, &p->to);
	struct chain_claims claims = { 0 };
	struct certified *found = NULL;
	struct trust_answer a;

	if (!proof || strcmp(proof->how, "dialback") == 0)
		return NULL;
	leg_judge(&in->leg, c, &p->from, false, &claims, &a);
	if (a.verdict == TRUST_OK)
		found = certified_new(plan_base(in->leg.trunk->plan), &claims, a.not_after);
	chain_claims_fini(&claims);
	return found;
}

static void look_up(struct inbound *in, struct inbound_pair *p, uint64_t changes)
{
	struct certified_peers *peers = in->leg.trunk->shared->certified;
	struct pair_certified *c = &p->certified;
	const struct passage *w = &p->passage;
	bool replanned = !c->looked_up || c->plan != p->plan;

	if (replanned) {
		certified_unref(c->sender);
		c->sender = w->from->labels.certificate ? sender(in, p) : NULL;
	}
	if (replanned || c->changes != changes) {
		certified_unref(c->recipient);
		c->recipient = w->to->labels.certificate
				       ? certified_peers_find(peers, in->leg.trunk->plan, w->to,
						 &p->to, clock_wall())
				       : NULL;
	}
	c->looked_up = true;
	c->plan = p->plan;
	c->changes = changes;
}

void inbound_certificates(
	struct inbound *in, struct inbound_pair *p, struct decide_certificates *out)
{
	struct pair_certified *c = &p->certified;
	const struct passage *w = &p->passage;
	uint64_t changes;
	int64_t now;

	if (!w->from->labels.certificate && !w->to->labels.certificate)
		return;
	changes = certified_peers_changes(in->leg.trunk->shared->certified);
	if (!c->looked_up || c->plan != p->plan || c->changes != changes)
		look_up(in, p, changes);
	now = clock_wall();
	if (c->sender) {
		c->from = certified_grants(c->sender, &w->from->labels, now);
		out->from = &c->from;
	}
	if (c->recipient && now <= c->recipient->not_after) {
		c->to = certified_grants(c->recipient, &w->to->labels, now);
		out->to = &c->to;
	}
}

static void asked(void *arg, const struct probe_report *r)
{
	(void)arg;
	(void)r;
}

void inbound_ask_certificate(struct inbound *in, const struct inbound_pair *p)
{
	struct trunk *t = in->leg.trunk;
	struct probe_options o = { .from = &p->from, .to = &p->to, .done = asked };

	if (!t->stopping && peering_order(t->plan->peering, &p->to) == ORDER_NONE &&
		certified_peers_may_ask(t->shared->certified, &p->to, net_loop_now(t->loop)))
		probe_start(t, &o);
}
