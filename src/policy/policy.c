/* SPDX-License-Identifier: MIT */
/* The values of <show/> that a policy speaks of. No state. */
#include "policy/policy.h"

static const struct str shows[SHOW_COUNT] = {
	[SHOW_AWAY] = STR_INIT("away"),
	[SHOW_CHAT] = STR_INIT("chat"),
	[SHOW_DND] = STR_INIT("dnd"),
	[SHOW_XA] = STR_INIT("xa"),
};

struct str policy_show_name(enum policy_show s)
{
	return shows[s];
}

bool policy_show_parse(struct str s, enum policy_show *out)
{
	for (unsigned i = 0; i < SHOW_COUNT; i++) {
		if (str_eq(s, shows[i])) {
			*out = (enum policy_show)i;
			return true;
		}
	}
	return false;
}
