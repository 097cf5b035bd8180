/* SPDX-License-Identifier: MIT */
/*
 * The access control decision function: may who has this clearance see what has this label? By
 * membership, as X.841 and ADatP-4774.1 have it: the label's classification is in the clearance's
 * list, every restrictive value is in the clearance, and of each permissive tag at least one.
 */
#pragma once

#include "label/verdict.h"

/* Of a resolved label and a resolved clearance; either NULL, unresolved, or of another policy:
 * denied. Independent of label_valid(), which is to be asked as well. */
bool label_decide(const struct label *l, const struct clearance *c, struct label_verdict *v)
	__attribute__((warn_unused_result));
