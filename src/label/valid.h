/* SPDX-License-Identifier: MIT */
/*
 * Is a label one that the policy allows at all? Apart from access: a label made to slip through the
 * decision function would often not be valid.
 */
#pragma once

#include "label/verdict.h"

/* When is it asked: obsolete values may be on old labels, but not on new ones. */
enum label_age { LABEL_NEW, LABEL_OLD };

/* Of a resolved label: required and excluded categories, required and excluded classification,
 * numbers of selections, obsolescence, times (`now`: seconds since 1970). A tag with a minSelection
 * must be there. */
bool label_valid(const struct label *l, enum label_age age, int64_t now, struct label_verdict *v)
	__attribute__((warn_unused_result));

/* Does a resolved label have a category of the group, other than `but` (NULL: any)? */
bool label_has_group(
	const struct label *l, const struct spif_group *g, const struct spif_category *but);
