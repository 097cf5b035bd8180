/* SPDX-License-Identifier: MIT */
/* Addresses, the stanza's own and those inside it. Part of filter_private.h. */
#pragma once

#include "policy/filter_state.h"

/* One bit for each namespace with addresses in it, by the low bits of its mark. */
uint64_t filter_address_marks(void);
/* The stanza's own two addresses, at its start tag. */
void filter_access(struct filter *f);
/* An element below it that is kept, where filter_may_address(). */
void filter_addresses(struct filter *f, const struct xml_tag *tag);

/* Is there anything to hold addresses against, and may this element have some? */
static inline bool filter_may_address(const struct filter *f, const struct xml_tag *tag)
{
	uint32_t mark = tag->ns->mark;

	return (f->table->naccess > 0 || f->context.permit) &&
	       ((mark & CATALOGUE_CONTENT) || f->address_marks >> (mark & 63) & 1);
}
