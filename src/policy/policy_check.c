/* SPDX-License-Identifier: MIT */
/* What is wrong with policies that the schema's rows cannot see. No state. */
#include "policy/policy.h"

#include "config/suggest.h"

static void no_such_feature(const struct policy *p, const char *name, struct config_report *report)
{
	const struct config_origin *at = config_origin_of(&p->origin, "strip");
	struct suggest near;

	suggest_init(&near, name);
	for (unsigned i = 0; i < FEATURE_COUNT; i++)
		if (feature_can_strip((enum feature)i))
			suggest_offer(&near, feature_name((enum feature)i));
	if (near.best)
		config_report_add(report, CONFIG_ERROR, at,
			"strip: there is no feature \"%s\": did you mean \"%s\"?", name, near.best);
	else
		config_report_add(report, CONFIG_ERROR, at,
			"strip: there is no feature \"%s\"; trunkd.conf(5) lists them", name);
}

static void check_strip(const struct policy *p, struct config_report *report)
{
	for (unsigned i = 0; i < p->strip.n; i++) {
		const char *name = p->strip.v[i];
		enum feature f;

		if (!feature_parse(name, &f))
			no_such_feature(p, name, report);
		else if (!feature_can_strip(f))
			config_report_add(report, CONFIG_ERROR,
				config_origin_of(&p->origin, "strip"),
				"strip: \"%s\" cannot be stripped; name what shall go instead",
				name);
	}
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

void policy_check(const struct policy *policies, unsigned n, struct config_report *report)
{
	for (unsigned i = 0; i < n; i++) {
		const struct policy *p = &policies[i];

		for (unsigned j = 0; j < i; j++) {
			if (!p->name || !policies[j].name || strcmp(p->name, policies[j].name) != 0)
				continue;
			config_report_add(report, CONFIG_ERROR,
				config_origin_of(&p->origin, "name"),
				"policy \"%s\" is defined twice (first at %s:%u); rename one",
				p->name, policies[j].origin.file ? policies[j].origin.file : "?",
				policies[j].origin.line);
			break;
		}
		check_strip(p, report);
		check_show_map(p, report);
	}
}
