/* SPDX-License-Identifier: MIT */
/* Reading and choosing dialback secrets. */
#include "trunk/secrets.h"

#include "base/mem.h"
#include "config/secret.h"

#include <stdlib.h>

struct secret {
	struct domain *names; /* NULL: every domain */
	bool *below;          /* names[i] was "*.suffix" */
	unsigned nnames;
	char *now, *before;
};

struct dialback_secrets {
	struct secret *list; /* the last one is for every domain */
	unsigned n;
};

static char *load_secret(
	const char *path, const struct config_origin *origin, struct config_report *report)
{
	return secret_load(path, "dialback secret", origin, report);
}

static void load_named(
	struct secret *out, const struct secret_config *c, struct config_report *report)
{
	out->nnames = c->domains.n;
	out->names = mem_zero(c->domains.n + 1u, sizeof(*out->names));
	out->below = mem_zero(c->domains.n + 1u, sizeof(*out->below));
	for (unsigned i = 0; i < c->domains.n; i++) {
		const char *text = c->domains.v[i];
		out->below[i] = strncmp(text, "*.", 2) == 0;
		if (!domain_parse(str_of(text + (out->below[i] ? 2 : 0)), &out->names[i]))
			config_report_add(report, CONFIG_ERROR,
				config_origin_of(&c->origin, "domains"),
				"domains: \"%s\" is no domain and no \"*.suffix\"", text);
	}
	out->now = load_secret(c->file, config_origin_of(&c->origin, "file"), report);
	if (c->previous)
		out->before =
			load_secret(c->previous, config_origin_of(&c->origin, "previous"), report);
}

struct dialback_secrets *secrets_new(
	const struct dialback_config *c, const char *fallback, struct config_report *report)
{
	struct dialback_secrets *s = MEM_NEW(struct dialback_secrets);
	const struct secret_config *named = c->secrets.items;
	s->n = c->secrets.n + 1;
	s->list = mem_zero(s->n, sizeof(*s->list));
	for (unsigned i = 0; i < c->secrets.n; i++)
		load_named(&s->list[i], &named[i], report);
	struct secret *last = &s->list[s->n - 1];
	last->now = c->secret_file ? load_secret(c->secret_file,
					     config_origin_of(&c->origin, "secret_file"), report)
				   : mem_strdup(fallback);
	if (c->previous_file)
		last->before = load_secret(
			c->previous_file, config_origin_of(&c->origin, "previous_file"), report);
	return s;
}

void secrets_free(struct dialback_secrets *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < s->n; i++) {
		free(s->list[i].names);
		free(s->list[i].below);
		free(s->list[i].now);
		free(s->list[i].before);
	}
	free(s->list);
	free(s);
}

static bool secret_covers(const struct secret *s, const struct domain *d)
{
	if (!s->names)
		return true;
	for (unsigned i = 0; i < s->nnames; i++)
		if (s->below[i] ? domain_below(domain_str(d), domain_str(&s->names[i]))
				: str_eq(domain_str(d), domain_str(&s->names[i])))
			return true;
	return false;
}

void secrets_find(const struct dialback_secrets *s, const struct domain *d, struct str out[2])
{
	out[0] = out[1] = (struct str){ NULL, 0 };
	for (unsigned i = 0; i < s->n; i++) {
		if (!secret_covers(&s->list[i], d))
			continue;
		if (s->list[i].now)
			out[0] = str_of(s->list[i].now);
		if (s->list[i].before)
			out[1] = str_of(s->list[i].before);
		return;
	}
}
