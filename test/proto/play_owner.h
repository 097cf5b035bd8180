/* SPDX-License-Identifier: MIT */
/* What the owner of a stream does when a script says so. */
#pragma once

#include "play_checks.h"

bool play_owner(struct play *p, struct str line);
