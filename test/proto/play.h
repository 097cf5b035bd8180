/* SPDX-License-Identifier: MIT */
/* Plays a script against a stream: the peer's bytes go in cut in some way, everything else is
 * checked. */
#pragma once

#include "script.h"

#include <stdint.h>

enum verb {
	VERB_ROLE,
	VERB_OPTION,
	VERB_ONLY,
	VERB_PEER,
	VERB_WE,
	VERB_EVENT,
	VERB_OWNER,
	VERB_SINK,
	VERB_CLOCK,
	VERB_IS,
};

extern const struct script_language play_language;

struct cut {
	enum { CUT_WHOLE, CUT_RANDOM, CUT_BYTES } kind;
	uint32_t seed;
};

/* False when the script does not want to be cut this way. */
bool play_wants(const struct script *s, struct cut cut);
/* NULL, or what went wrong where; the caller frees it. */
char *play(const struct script *s, struct cut cut);
