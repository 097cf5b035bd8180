/* SPDX-License-Identifier: MIT */
/* A table while it is made of several policies, and the rules that it names. */
#pragma once

#include "policy/policy.h"
#include "policy/policy_access.h"

struct draft {
	struct policy_table table;
	struct draft_rule *rules; /* each table has its own */
	const struct policy_access **access;
};

/* Fills a draft, zeroed but for table.own, from policies in order. `shadow`: those in shadow count
 * as if they were enforced. The table lives as long as the draft, the policies outlive it. */
void draft_build(struct draft *d, const struct policy *const *list, unsigned n, bool shadow,
	const struct policy_accesses *accesses);
void draft_fini(struct draft *d);
