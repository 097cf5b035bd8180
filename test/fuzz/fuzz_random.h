/* SPDX-License-Identifier: MIT */
/* The same input has to do the same twice: every target is linked so that its "random" bytes and
 * stream ids are counted (-Wl,--wrap), from the same start for every input. */
#pragma once

void fuzz_random_reset(void);
