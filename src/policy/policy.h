/* SPDX-License-Identifier: MIT */
/*
 * A policy as the operator wrote it, and the table that several of them compile to: per feature the
 * strictest of pass < strip < block, the deepest folding, the smallest limit. Immutable once built;
 * tables are shared, one per distinct list of policies.
 */
#pragma once

#include "config/schema.h"
#include "policy/feature.h"

enum policy_fold { FOLD_OFF, FOLD_SHOW, FOLD_AVAILABILITY };
enum policy_refuse { REFUSE_BOUNCE, REFUSE_DROP };

/* Filled by policy_table_schema from "policies = ( ... )". */
struct policy {
	struct config_origin origin;
	char *name;
	struct {
		struct config_origin origin;
		int fold; /* enum policy_fold */
		struct policy_show_map {
			struct config_origin origin;
			char *away, *chat, *dnd, *xa; /* NULL: as it is; "": removed */
		} show_map;
	} presence;
	struct config_strings strip; /* feature names */
};

extern const struct config_table policy_schema;

/* What one element of a feature may do; ordered by strictness. */
enum feature_action { ACTION_PASS, ACTION_STRIP, ACTION_BLOCK };

struct policy_table {
	uint8_t action[FEATURE_COUNT]; /* enum feature_action */
	const struct policy *origin[FEATURE_COUNT]; /* who decided: the first of from_peer, flow, to_peer */
	enum policy_fold fold;
	const struct policy *fold_origin;
	struct str show[4]; /* away, chat, dnd, xa after all maps in order; p == NULL: as it is */
	bool transparent; /* nothing to fold, strip or block */
};

/* Checks what the schema cannot: unknown features, duplicate names. */
void policy_check(const struct policy *policies, unsigned n, struct config_report *report);

/* The tables of one plan. Policies outlive the set. */
struct policy_set;
struct policy_set *policy_set_new(void);
void policy_set_free(struct policy_set *s);
/* The table for this list of policies in order (n may be 0: the transparent table). Never NULL; the same list
 * gives the same table. NULL only when there would be more than 4,096 distinct ones. */
const struct policy_table *policy_set_merge(struct policy_set *s, const struct policy *const *list, unsigned n);
