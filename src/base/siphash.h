/* SPDX-License-Identifier: MIT */
/* SipHash-2-4, the keyed hash for tables whose keys a peer chooses. */
#pragma once

#include "base/str.h"

#include <stdint.h>

uint64_t siphash(const uint64_t seed[2], struct str s);
