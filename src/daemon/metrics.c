/* SPDX-License-Identifier: MIT */
/* Gathering: every worker fills a place of its own, then they are added up. See metrics.h. */
#include "daemon/metrics.h"

#include "base/mem.h"
#include "daemon/server_private.h"

#include <stdlib.h>

struct gathering {
	metrics_done_fn *done;
	void *arg;
	unsigned n;
	struct metrics_facts facts[]; /* by worker */
};

/* On the worker's thread: nobody else looks at its place meanwhile. */
static void fill(struct trunk *t, void *arg)
{
	struct gathering *g = arg;
	struct metrics_facts *f = &g->facts[t->index];
	metrics_add(&f->counts, &t->metrics);
	overview_take(t, &f->now);
	/* Gone when the trunk has stopped. */
	if (t->resolver)
		f->dns = *resolver_counts(t->resolver);
}

static void facts_fini(struct metrics_facts *f)
{
	metrics_fini(&f->counts);
	overview_fini(&f->now);
}

static void add_dns(struct resolver_counts *to, const struct resolver_counts *from)
{
	for (unsigned i = 0; i < RESOLVER_TYPES; i++)
		for (unsigned j = 0; j < RESOLVER_ANSWERS; j++) {
			to->n[i][j][false] += from->n[i][j][false];
			to->n[i][j][true] += from->n[i][j][true];
		}
}

static void gathered(void *arg, bool cancelled)
{
	struct gathering *g = arg;
	struct metrics_facts *all = &g->facts[0];
	for (unsigned i = 1; i < g->n; i++) {
		metrics_add(&all->counts, &g->facts[i].counts);
		overview_add(&all->now, &g->facts[i].now);
		add_dns(&all->dns, &g->facts[i].dns);
	}
	g->done(g->arg, cancelled ? NULL : all);
	for (unsigned i = 0; i < g->n; i++)
		facts_fini(&g->facts[i]);
	free(g);
}

void metrics_gather(struct server *s, metrics_done_fn *done, void *arg)
{
	struct gathering *g = mem_zero(1, sizeof(*g) + s->n * sizeof(g->facts[0]));
	g->done = done;
	g->arg = arg;
	g->n = s->n;
	workers_ask(s, fill, gathered, g);
}
