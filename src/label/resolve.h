/* SPDX-License-Identifier: MIT */
/*
 * What a codec read, found in a policy: numbers get names, names get numbers and identifiers. Fails
 * closed: what is not known, or is said twice and differently, is no label of this policy.
 */
#pragma once

#include "label/verdict.h"

/* Resolves the label in place: its texts then also view the policy's; its categories are in the
 * order of the policy, none twice. False, and why: it cannot be read under this policy. A label
 * without any policy is of no policy: to apply a default, set policy_id first (XEP-0258: the
 * effective label). */
bool spif_resolve_label(const struct spif *s, struct label *l, struct label_verdict *v)
	__attribute__((warn_unused_result));

/* Resolves a clearance. What the policy does not know grants nothing and is counted; *v says which
 * came first. Without a class list it is cleared for unclassified, 1 (X.501). -1: it is of another
 * policy. Groups of which it has a member are granted (NATO memberships). */
int spif_resolve_clearance(const struct spif *s, struct clearance *c, struct label_verdict *v)
	__attribute__((warn_unused_result));

/* Adds every classification up to this one by hierarchy: what "up to X" in a configuration stands
 * for. Evaluation is by membership. False: no such classification. */
bool clearance_add_up_to(struct clearance *c, const struct spif *s, struct str name)
	__attribute__((warn_unused_result));
/* Adds a value by the names of its tag set and itself; value "*": all of the tag set. False: there
 * is none, or more than one. */
bool clearance_add_value(struct clearance *c, const struct spif *s, struct str set,
	struct str value) __attribute__((warn_unused_result));

/* Grants groups to their members. */
void clearance_grant_groups(struct clearance *c, const struct spif *s);

/* The label itself or, when its time to be reviewed or succeeded has passed, its successor
 * (ADatP-4774 SuccessionHandling). */
const struct label *label_at(const struct label *l, int64_t now);

/* Are two resolved labels of one policy the same: classification and categories, whatever else. */
bool label_same(const struct label *a, const struct label *b);

/* May a value be on a label of this classification (requiredClass, excludedClass)? */
bool label_admits(const struct spif_category *k, const struct spif_class *c);

static inline bool clearance_grants(const struct clearance *c, unsigned index)
{
	return c->granted[index / 64] >> index % 64 & 1;
}
