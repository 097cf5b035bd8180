/* SPDX-License-Identifier: MIT */
/* The access lists of policies: compiled once for each policy, whatever tables it is merged into,
 * and asked with the rule that denies as the answer. */
#pragma once

#include "policy/access.h"
#include "policy/policy.h"

/* The list of one policy. */
struct policy_access {
	const struct policy *policy;
	struct access_list *list;
	struct policy_rule
		*rules; /* one for each rule of the list, and one for when none matches */
};

struct policy_accesses {
	struct jid_sets *sets;
	struct policy_access *items;
	unsigned n;
};

/* Reads the sets and compiles every policy's list. What is wrong goes to `report`. */
void policy_accesses_init(struct policy_accesses *a, const struct config_list *jid_sets,
	const struct config_list *policies, struct config_report *report);
/* Safe on a zeroed one. */
void policy_accesses_fini(struct policy_accesses *a);
/* NULL: this policy has none. */
const struct policy_access *policy_accesses_find(
	const struct policy_accesses *a, const struct policy *p);
/* The rule that denies it; NULL: allowed. */
const struct policy_rule *policy_access_denies(
	const struct policy_access *a, const struct access_subject *s);
