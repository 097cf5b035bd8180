/* SPDX-License-Identifier: MIT */
/* What is wrong with policies that the schema's rows cannot see. No state. */
#include "policy/policy.h"

#include "base/mem.h"
#include "config/suggest.h"

#include <stddef.h>

struct check {
	const struct own_features *own;
	struct config_report *report;
};

static const char *const allow_words[] = { "any", NULL };
static const char *const iq_words[] = { "any", "none", NULL };

static void no_such_feature(
	const struct check *c, const struct config_origin *at, const char *key, const char *name)
{
	struct suggest near;

	suggest_init(&near, name);
	for (unsigned i = 0; i < FEATURE_MAX; i++) {
		const char *known = own_feature_name(c->own, (enum feature)i);

		if (known && feature_can_strip((enum feature)i))
			suggest_offer(&near, known);
	}
	MEM_AUTO char *remedy = suggest_remedy(&near, "trunkd.conf(5) lists them");
	config_report_add(
		c->report, CONFIG_ERROR, at, "%s: there is no feature \"%s\"%s", key, name, remedy);
}

/* A word that is no feature, and a whole list by itself. */
static bool stands_alone(const char *const *words, const char *name)
{
	for (; words && *words; words++)
		if (strcmp(*words, name) == 0)
			return true;
	return false;
}

/* One of the keys that name features. */
static void check_features(const struct policy *p, const char *key,
	const struct config_strings *names, const char *const *words, const struct check *c)
{
	const struct config_origin *at = config_origin_of(&p->origin, key);

	for (unsigned i = 0; i < names->n; i++) {
		const char *name = names->v[i];
		enum feature f;

		if (stands_alone(words, name)) {
			if (names->n > 1)
				config_report_add(c->report, CONFIG_ERROR, at,
					"%s: \"%s\" stands alone: remove it, or the others", key,
					name);
			continue;
		}
		if (!own_feature_parse(c->own, name, &f))
			no_such_feature(c, at, key, name);
		else if (!feature_can_strip(f))
			config_report_add(c->report, CONFIG_ERROR, at,
				"%s: \"%s\" cannot be named; name what shall go instead", key,
				name);
	}
}

static bool names(const struct config_strings *list, const char *name)
{
	for (unsigned i = 0; i < list->n; i++)
		if (strcmp(list->v[i], name) == 0)
			return true;
	return false;
}

static void check_twice(const struct policy *p, struct config_report *report)
{
	for (unsigned i = 0; i < p->strip.n; i++)
		if (names(&p->block, p->strip.v[i]))
			config_report_add(report, CONFIG_WARNING,
				config_origin_of(&p->origin, "strip"),
				"strip: \"%s\" does nothing, since block has it too; remove one",
				p->strip.v[i]);
}

static void check_otherwise(const struct policy *p, struct config_report *report)
{
	if (p->otherwise == ACTION_BLOCK && p->allow.n == 1 &&
		stands_alone(allow_words, p->allow.v[0]))
		config_report_add(report, CONFIG_WARNING, config_origin_of(&p->origin, "otherwise"),
			"otherwise does nothing without allow = [ ... ]");
}

static void check_show_map(const struct policy *p, struct config_report *report)
{
	const struct policy_show_map *m = &p->presence.show_map;
	const char *const values[] = { m->away, m->chat, m->dnd, m->xa };
	bool any = false;

	for (unsigned i = 0; i < SHOW_COUNT; i++) {
		enum policy_show s;

		if (!values[i])
			continue;
		any = true;
		if (values[i][0] != '\0' && !policy_show_parse(str_of(values[i]), &s))
			config_report_add(report, CONFIG_ERROR, &m->origin,
				"show_map: \"%s\" is no value of <show/>: use away, chat, dnd, xa "
				"or \"\"",
				values[i]);
	}
	if (any && p->presence.fold != FOLD_SHOW)
		config_report_add(report, CONFIG_WARNING, &m->origin,
			"show_map does nothing without fold = \"show\"");
}

static void check_name(
	const struct policy *policies, const struct policy *p, struct config_report *report)
{
	for (const struct policy *q = policies; q < p; q++) {
		if (!p->name || !q->name || strcmp(p->name, q->name) != 0)
			continue;
		config_report_add(report, CONFIG_ERROR, config_origin_of(&p->origin, "name"),
			"policy \"%s\" is defined twice (first at %s:%u); rename one", p->name,
			q->origin.file ? q->origin.file : "?", q->origin.line);
		return;
	}
}

void policy_check(const struct policy *policies, unsigned n, const struct own_features *own,
	struct config_report *report)
{
	const struct check c = { own, report };

	if (n == 0) /* then there is no array */
		return;
	for (const struct policy *p = policies; p < policies + n; p++) {
		check_name(policies, p, report);
		check_features(p, "strip", &p->strip, NULL, &c);
		check_features(p, "block", &p->block, NULL, &c);
		check_features(p, "allow", &p->allow, allow_words, &c);
		check_features(p, "iq", &p->iq, iq_words, &c);
		check_features(p, "unlabelled_iq", &p->labels.unlabelled_iq, iq_words, &c);
		check_otherwise(p, report);
		check_twice(p, report);
		check_show_map(p, report);
	}
}
