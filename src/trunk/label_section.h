/* SPDX-License-Identifier: MIT */
/*
 * Label policies and clearances as the configuration names them, loaded: part of a plan. Owns them;
 * decides nothing.
 */
#pragma once

#include "config/schema.h"
#include "policy/label_terms.h"

struct label_policy_config {
	struct config_origin origin;
	char *name, *file;
	bool governing;
};
struct clearance_config {
	struct config_origin origin;
	char *name, *up_to;
	struct config_strings classifications;
	struct config_list categories; /* struct clearance_category_config */
};
struct clearance_category_config {
	struct config_origin origin;
	char *set;
	struct config_strings values;
};
extern const struct config_table label_policy_schema, clearance_schema;

/* Both lists (of struct label_policy_config, of struct clearance_config) outlive it. Never NULL;
 * with errors in the report it is only good for freeing. */
struct labels;
struct labels *labels_new(const struct config_list *policies, const struct config_list *clearances,
	struct config_report *report);
void labels_free(struct labels *l);
/* Policies (struct policy) that check labels need a governing label policy. */
void labels_check(
	const struct labels *l, const struct config_list *policies, struct config_report *report);

/* What holds for the peers of one control; all of it the labels' own. */
struct control_labels {
	const struct label_policies *policies; /* NULL: none are configured */
	struct label_cleared governing, translated;
	struct label_terms terms;
};
/* By the names that stand in a control (either may be NULL); `group` is where it stands. */
struct control_labels labels_of_control(struct labels *l, const struct config_origin *group,
	const char *clearance, const char *default_label, struct config_report *report);
