/* SPDX-License-Identifier: MIT */
/* What may stand in a policy: the schema's rows, and the checks that a row cannot make. No state.
 */
#include "policy/policy.h"

#include "config/suggest.h"

#include <stddef.h>

static const struct config_choice folds[] = {
	{ "off", FOLD_OFF },
	{ "show", FOLD_SHOW },
	{ "availability", FOLD_AVAILABILITY },
	{ NULL, 0 },
};

static const struct config_key show_map_keys[] = {
	{ .name = "away",
		.type = CONFIG_STRING,
		.offset = offsetof(struct policy_show_map, away),
		.help = "What <show>away</show> becomes: another of the four values, or empty: "
			"removed." },
	{ .name = "chat",
		.type = CONFIG_STRING,
		.offset = offsetof(struct policy_show_map, chat),
		.help = "What <show>chat</show> becomes." },
	{ .name = "dnd",
		.type = CONFIG_STRING,
		.offset = offsetof(struct policy_show_map, dnd),
		.help = "What <show>dnd</show> becomes." },
	{ .name = "xa",
		.type = CONFIG_STRING,
		.offset = offsetof(struct policy_show_map, xa),
		.help = "What <show>xa</show> becomes." },
	{ .name = NULL },
};

static const struct config_table show_map_schema = {
	.name = "show map",
	.size = sizeof(struct policy_show_map),
	.keys = show_map_keys,
};

static const struct config_key presence_keys[] = {
	{ .name = "fold",
		.type = CONFIG_ENUM,
		.offset = offsetof(struct policy_presence, fold),
		.def = "off",
		.choices = folds,
		.help = "What is left of presence: all of it (off), online or offline with <show/> "
			"(show), "
			"or online or offline and nothing else (availability)." },
	{ .name = "show_map",
		.type = CONFIG_GROUP,
		.offset = offsetof(struct policy_presence, show_map),
		.table = &show_map_schema,
		.help = "With fold = \"show\": which values of <show/> become another one." },
	{ .name = NULL },
};

static const struct config_table presence_schema = {
	.name = "presence",
	.size = sizeof(struct policy_presence),
	.keys = presence_keys,
};

static const struct config_key policy_keys[] = {
	{ .name = "name",
		.type = CONFIG_STRING,
		.offset = offsetof(struct policy, name),
		.flags = CONFIG_REQUIRED,
		.help = "What controls and flows call it, and what audit records name." },
	{ .name = "presence",
		.type = CONFIG_GROUP,
		.offset = offsetof(struct policy, presence),
		.table = &presence_schema,
		.help = "How presence is folded." },
	{ .name = "strip",
		.type = CONFIG_STRINGS,
		.offset = offsetof(struct policy, strip),
		.help = "Features whose elements are taken out of stanzas; \"unknown\" is "
			"everything that the "
			"catalogue does not name. An IQ request that carries one is refused." },
	{ .name = NULL },
};

const struct config_table policy_schema = {
	.name = "policy",
	.size = sizeof(struct policy),
	.keys = policy_keys,
};

static const struct str shows[SHOW_COUNT] = {
	[SHOW_AWAY] = STR_INIT("away"),
	[SHOW_CHAT] = STR_INIT("chat"),
	[SHOW_DND] = STR_INIT("dnd"),
	[SHOW_XA] = STR_INIT("xa"),
};

struct str policy_show_name(enum policy_show s)
{
	return shows[s];
}

bool policy_show_parse(struct str s, enum policy_show *out)
{
	for (unsigned i = 0; i < SHOW_COUNT; i++) {
		if (str_eq(s, shows[i])) {
			*out = (enum policy_show)i;
			return true;
		}
	}
	return false;
}

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
