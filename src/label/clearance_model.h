/* SPDX-License-Identifier: MIT */
/*
 * Clearances, whatever they were written in: X.501 Clearance (RFC 5755, RFC 5913), an ADatP-4774.1
 * ConfidentialityClearance, or names in the configuration.
 */
#pragma once

#include "label/category.h"

struct clearance {
	struct str policy_id, policy_name;
	/* X.501 classList. Neither numbers nor names: the default, {unclassified}. */
	bool has_classes; /* a list was given, be it empty */
	uint64_t classes[LABEL_CLASSES / 64];
	struct str *class_names; /* those known only by name */
	unsigned nclass_names, max_class_names;
	struct label_category *categories;
	unsigned ncategories, max_categories;
	/* By spif_resolve_clearance(): which categories of the policy, by spif_category.index. */
	const struct spif *policy;
	uint64_t number; /* its own: no other that was resolved has it */
	uint64_t *granted;
	struct label_memory memory;
};

void clearance_init(struct clearance *c);
void clearance_fini(struct clearance *c);
void clearance_clear(struct clearance *c);
/* A copy with its own texts, not resolved (to must be initialised). */
void clearance_copy(struct clearance *to, const struct clearance *from);
bool clearance_keep(struct clearance *c, struct str *field, struct str text)
	__attribute__((warn_unused_result));
struct label_category *clearance_add(struct clearance *c) __attribute__((warn_unused_result));
/* False: the number is too large, or there are too many names. Both set has_classes. */
bool clearance_add_class(struct clearance *c, uint32_t lacv) __attribute__((warn_unused_result));
bool clearance_add_class_name(struct clearance *c, struct str name)
	__attribute__((warn_unused_result));
static inline bool clearance_has_class(const struct clearance *c, uint32_t lacv)
{
	return lacv < LABEL_CLASSES && c->classes[lacv / 64] >> (lacv % 64) & 1;
}
