/* SPDX-License-Identifier: MIT */
/* See own.h. */
#include "policy/own.h"

#include "base/map.h"
#include "base/mem.h"
#include "policy/catalogue.h"

#include <stdlib.h>

struct space {
	struct map_node node; /* key: its name */
	enum feature feature;
};

struct own_features {
	const struct own_feature_config *items;
	unsigned n;
	struct map spaces;
};

static const struct config_key own_feature_keys[] = {
	{ .name = "name",
		.type = CONFIG_STRING,
		.offset = offsetof(struct own_feature_config, name),
		.flags = CONFIG_REQUIRED,
		.help = "What policies call it, and what the record names. Letters, digits, \"-\", "
			"\"_\" and \".\"." },
	{ .name = "namespaces",
		.type = CONFIG_STRINGS,
		.offset = offsetof(struct own_feature_config, namespaces),
		.flags = CONFIG_REQUIRED,
		.help = "Its namespaces, exactly as they stand in stanzas; nodes of "
			"publish-subscribe, too." },
	{ .name = NULL },
};

const struct config_table own_feature_schema = {
	.name = "feature",
	.size = sizeof(struct own_feature_config),
	.keys = own_feature_keys,
};

static enum feature number(unsigned i)
{
	return (enum feature)(FEATURE_OWN + i);
}

static bool is_name(const char *name)
{
	static const char good[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

	return name[0] != '\0' && name[strspn(name, good)] == '\0';
}

static void check_name(const struct own_features *o, const struct own_feature_config *c,
	struct config_report *report)
{
	const struct config_origin *at = config_origin_of(&c->origin, "name");
	enum feature f;

	if (!is_name(c->name))
		config_report_add(report, CONFIG_ERROR, at,
			"name: \"%s\" is no name for a feature: use letters, digits, \"-\", \"_\" "
			"and \".\"",
			c->name);
	else if (feature_parse(c->name, &f) || strcmp(c->name, "any") == 0 ||
		 strcmp(c->name, "none") == 0)
		config_report_add(report, CONFIG_ERROR, at,
			"name: \"%s\" means something already; choose another name", c->name);
	for (const struct own_feature_config *p = o->items; p < c; p++) {
		if (!p->name || strcmp(p->name, c->name) != 0)
			continue;
		config_report_add(report, CONFIG_ERROR, at,
			"name: feature \"%s\" is defined twice (first at %s:%u); rename one",
			c->name, p->origin.file ? p->origin.file : "?", p->origin.line);
		return;
	}
}

static void add_space(struct own_features *o, const struct own_feature_config *c, const char *uri,
	struct config_report *report)
{
	const struct config_origin *at = config_origin_of(&c->origin, "namespaces");
	struct map_node *old = map_get(&o->spaces, str_of(uri));
	uint32_t mark = catalogue_mark(str_of(uri));
	struct space *s;

	if (mark != 0) {
		config_report_add(report, CONFIG_ERROR, at,
			"namespaces: \"%s\" belongs to the feature \"%s\" already; remove it", uri,
			feature_name(catalogue_feature(mark, STR(""))));
		return;
	}
	if (uri[0] == '\0') {
		config_report_add(report, CONFIG_ERROR, at,
			"namespaces: \"\" is no namespace; write it as it stands in stanzas");
		return;
	}
	if (old) {
		config_report_add(report, CONFIG_ERROR, at,
			"namespaces: \"%s\" belongs to the feature \"%s\" already; remove it", uri,
			own_feature_name(o, map_item(old, struct space, node)->feature));
		return;
	}
	s = MEM_NEW(struct space);
	s->feature = number((unsigned)(c - o->items));
	map_put(&o->spaces, &s->node, str_of(uri));
}

struct own_features *own_features_new(const struct config_list *items, struct config_report *report)
{
	struct own_features *o;

	if (items->n == 0)
		return NULL;
	o = MEM_NEW(struct own_features);
	o->items = items->items;
	o->n = items->n;
	map_init(&o->spaces);
	if (o->n > FEATURES_OWN) {
		config_report_add(report, CONFIG_ERROR, &o->items[FEATURES_OWN].origin,
			"features: at most %d; give some of them one name", FEATURES_OWN);
		o->n = FEATURES_OWN;
	}
	for (unsigned i = 0; i < o->n; i++) {
		check_name(o, &o->items[i], report);
		for (unsigned j = 0; j < o->items[i].namespaces.n; j++)
			add_space(o, &o->items[i], o->items[i].namespaces.v[j], report);
	}
	return o;
}

void own_features_free(struct own_features *o)
{
	struct map_node *n;
	size_t pos = 0;

	if (!o)
		return;
	while ((n = map_next(&o->spaces, &pos, NULL))) {
		map_remove(&o->spaces, n);
		free(map_item(n, struct space, node));
	}
	map_fini(&o->spaces);
	free(o);
}

bool own_feature_parse(const struct own_features *o, const char *name, enum feature *out)
{
	if (feature_parse(name, out))
		return true;
	for (unsigned i = 0; o && i < o->n; i++) {
		if (strcmp(o->items[i].name, name) == 0) {
			*out = number(i);
			return true;
		}
	}
	return false;
}

const char *own_feature_name(const struct own_features *o, enum feature f)
{
	if (f < FEATURE_COUNT)
		return feature_name(f);
	if (f < FEATURE_OWN || !o || (unsigned)f - FEATURE_OWN >= o->n)
		return NULL;
	return o->items[f - FEATURE_OWN].name;
}

enum feature own_feature_find(const struct own_features *o, struct str uri)
{
	struct map_node *n = o ? map_get(&o->spaces, uri) : NULL;

	return n ? map_item(n, struct space, node)->feature : FEATURE_UNKNOWN;
}
