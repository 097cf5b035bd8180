/* SPDX-License-Identifier: MIT */
/* See served.h. */
#include "ctl/served.h"

#include "base/map.h"
#include "base/mem.h"
#include "ctl/text.h"

#include <stdlib.h>

struct collecting {
	struct served_list *list;
	const struct plan *plan;
	struct map seen;
	struct map_node *nodes; /* as many as there can be names */
	unsigned used;
};

static const struct control_config *config_at(const struct plan *p, unsigned i)
{
	return &((const struct control_config *)p->settings.controls.items)[i];
}

static void add(struct collecting *c, const char *name, const struct config_origin *origin)
{
	struct served *s = &c->list->v[c->list->n];

	if (!domain_parse(str_of(name), &s->domain) || map_get(&c->seen, domain_str(&s->domain)))
		return;
	s->control = peering_accepted(c->plan->peering, &s->domain);
	s->origin = origin;
	if (!s->control)
		return;
	map_put(&c->seen, &c->nodes[c->used++], domain_str(&s->domain));
	c->list->n++;
}

static void add_control(struct collecting *c, const struct control_config *cc)
{
	struct served_list *list = c->list;
	const struct config_origin *match = config_origin_of(&cc->origin, "match");

	for (unsigned i = 0; i < cc->match.n; i++) {
		if (cc->match.v[i][0] != '*') {
			add(c, cc->match.v[i], match);
		} else if (!cc->domains.n) {
			list->wildcards = mem_resize(
				list->wildcards, (list->nwildcards + 1) * sizeof(*list->wildcards));
			list->wildcards[list->nwildcards++] =
				(struct served_wildcard){ cc->match.v[i], match };
		}
	}
	for (unsigned i = 0; i < cc->domains.n; i++)
		add(c, cc->domains.v[i], config_origin_of(&cc->origin, "domains"));
}

void served_init(struct served_list *s, const struct plan *plan)
{
	struct collecting c = { .list = s, .plan = plan };
	unsigned controls = plan->settings.controls.n;
	size_t most = 0;

	*s = (struct served_list){ 0 };
	for (unsigned i = 0; i < controls; i++)
		most += config_at(plan, i)->match.n + config_at(plan, i)->domains.n;
	s->v = mem_zero(most + 1, sizeof(*s->v));
	c.nodes = mem_zero(most + 1, sizeof(*c.nodes));
	map_init(&c.seen);
	for (unsigned i = 0; i < controls; i++)
		if (config_at(plan, i)->action == CONTROL_ACCEPT)
			add_control(&c, config_at(plan, i));
	map_fini(&c.seen);
	free(c.nodes);
}

void served_fini(struct served_list *s)
{
	free(s->v);
	free(s->wildcards);
	*s = (struct served_list){ 0 };
}

void served_tell_wildcards(const struct served_list *s, const char *first, FILE *f)
{
	for (unsigned i = 0; i < s->nwildcards; i++)
		text_line(f,
			"%s%s: which domains \"%s\" stands for is not known, and they are left "
			"out: list them with domains = [ ... ]",
			first, text_place(s->wildcards[i].origin).s, s->wildcards[i].match);
}
