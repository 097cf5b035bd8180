/* SPDX-License-Identifier: MIT */
/* See probe.h. */
#include "trunk/probe.h"

#include "base/mem.h"
#include "trunk/outbound.h"

#include <stdio.h>
#include <stdlib.h>

struct probe {
	struct list link; /* in trunk->probes */
	struct trunk *trunk;
	struct probe_options o;
	struct domain to;
	struct dial *dial;
	uint64_t started_ms;
};

static void tell(struct probe *p, enum dial_outcome outcome, const char *words)
{
	struct trunk *t = p->trunk;
	const struct attempts *a = &peer_get(&t->peers, &p->to)->out;
	struct probe_report r = { .outcome = outcome,
		.took_ms = (uint32_t)(net_loop_now(t->loop) - p->started_ms) };

	snprintf(r.words, sizeof(r.words), "%s", outcome == DIAL_OK ? "" : words);
	if (a->count)
		r.last = a->ring[(a->next + PEER_RING - 1) % PEER_RING];
	p->o.done(p->o.arg, &r);
	list_remove(&p->link);
	free(p);
}

static void dialled(
	void *arg, struct dial *d, enum dial_outcome o, struct outbound *out, const char *words)
{
	struct probe *p = arg;

	(void)d;
	p->dial = NULL;
	tell(p, o, words);
	if (out)
		leg_close(&out->leg, "probed");
}

static void stepped(void *arg, enum attempt_stage s, const char *target)
{
	struct probe *p = arg;

	if (p->o.step)
		p->o.step(p->o.arg, s, target);
}

bool probe_start(struct trunk *t, const struct probe_options *o)
{
	const struct control *c = peering_accepted(t->plan->peering, o->to);
	struct probe *p;

	if (!c)
		return false;
	p = MEM_NEW(struct probe);
	p->trunk = t;
	p->o = *o;
	p->to = *o->to;
	p->started_ms = net_loop_now(t->loop);
	list_append(&t->probes, &p->link);
	struct dial_options d = {
		.purpose = DIAL_STANZAS,
		.from = o->from,
		.to = o->to,
		.control = c,
		.done = dialled,
		.stage = stepped,
		.arg = p,
	};
	p->dial = dial_start(t, &d);
	return true;
}

void probes_stop(struct trunk *t)
{
	while (!list_empty(&t->probes)) {
		struct probe *p = list_first(&t->probes, struct probe, link);

		dial_cancel(p->dial);
		tell(p, DIAL_UNREACHABLE, "trunkd is stopping");
	}
}
