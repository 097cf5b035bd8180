/* SPDX-License-Identifier: MIT */
/*
 * Label policies, labels and clearances as the configuration names them, loaded: part of a plan.
 * Owns them; decides nothing.
 */
#pragma once

#include "config/schema.h"
#include "label/clearance.h"
#include "policy/jid_set.h"

/* Filled from "label_policies = ( ... )". */
struct label_policy_config {
	struct config_origin origin;
	char *name, *file, *default_label;
	bool governing;
};
/* Values of one tag set, by name. */
struct label_category_config {
	struct config_origin origin;
	char *set;
	struct config_strings values;
};
/* Filled from "labels = ( ... )". */
struct label_config {
	struct config_origin origin;
	char *name, *policy, *classification, *privacy_mark, *file, *marking;
	struct config_list categories; /* struct label_category_config */
};
/* Filled from "clearances = ( ... )". */
struct clearance_config {
	struct config_origin origin;
	char *name, *policy, *up_to, *file;
	struct config_strings classifications;
	struct config_list categories; /* struct label_category_config */
};
extern const struct config_table label_policy_schema, label_schema, clearance_schema;

/* What stands in the file; all of it outlives the labels. */
struct label_sections {
	const struct config_list *policies, *labels, *clearances;
	struct jid_sets *jid_sets; /* of the policies' access lists */
};
/* Never NULL; with errors in the report it is only good for freeing. */
struct labels;
struct labels *labels_new(const struct label_sections *s, struct config_report *report);
void labels_free(struct labels *l);
/* Policies (struct policy) that check labels need a governing label policy. */
void labels_check(
	const struct labels *l, const struct config_list *policies, struct config_report *report);

/* Those that are loaded; NULL: there are none, and none governs. */
const struct label_policies *labels_policies(const struct labels *l);
