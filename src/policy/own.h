/* SPDX-License-Identifier: MIT */
/*
 * Features that the operator defines, by their namespaces: the catalogue extended, for one plan.
 * Their numbers begin at FEATURE_OWN. Immutable once made; looked up only where the catalogue knows
 * nothing.
 */
#pragma once

#include "base/str.h"
#include "config/schema.h"
#include "policy/feature.h"

#include <stdbool.h>

/* Filled by own_feature_schema from "features = ( ... )". */
struct own_feature_config {
	struct config_origin origin;
	char *name;
	struct config_strings namespaces;
};

extern const struct config_table own_feature_schema;

struct own_features;
/* From a list of struct own_feature_config, which outlives it. What clashes, with each other or
 * with the catalogue, goes to `report`. NULL when the list is empty. */
struct own_features *own_features_new(
	const struct config_list *items, struct config_report *report);
void own_features_free(struct own_features *o);

/* In all of these `o` may be NULL. */
/* A feature by its name, the catalogue's too. */
bool own_feature_parse(const struct own_features *o, const char *name, enum feature *out);
/* The name of a feature, the catalogue's too; NULL when it has none (FEATURE_COUNT). */
const char *own_feature_name(const struct own_features *o, enum feature f);
/* Whose namespace it is; FEATURE_UNKNOWN: nobody's. The catalogue's are not asked for. */
enum feature own_feature_find(const struct own_features *o, struct str uri);
