/* SPDX-License-Identifier: MIT */
/* Plays a script against a stream: the peer's bytes go in cut in some way, everything else is
 * checked. */
#pragma once

#include "script.h"

#include <stdint.h>

struct cut {
	enum { CUT_WHOLE, CUT_RANDOM, CUT_BYTES } kind;
	uint32_t seed;
};

/* False when the script does not want to be cut this way. */
bool play_wants(const struct script *s, struct cut cut);
/* NULL, or what went wrong where; the caller frees it. */
char *play(const struct script *s, struct cut cut);
