/* SPDX-License-Identifier: MIT */
/* What to do about an attempt that failed: one sentence for each of the common mistakes. */
#pragma once

#include "trunk/peer.h"

/*
 * For the words of an attempt and how far it had come. `in`: it was the peer's own, to us. NULL
 * when nothing better is known than the words themselves. Never freed.
 */
const char *remedy_for(enum attempt_stage stage, const char *words, bool in);
