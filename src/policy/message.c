/* SPDX-License-Identifier: MIT */
/*
 * When a message is empty: what it was sent for is gone, and only what accompanied it is left. Such
 * a message is folded away, never bounced.
 */
#include "policy/filter_private.h"

void message_kept(struct filter *f, const struct frame *fr, unsigned flags)
{
	if (fr->depth == 1 && !(flags & (ROW_ATTACHED | ROW_FILLED)))
		f->stands = true;
}

bool message_stands(const struct filter *f)
{
	/* One that lost nothing is what its sender made of it. */
	return f->stands || !f->lost;
}
