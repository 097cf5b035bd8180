/* SPDX-License-Identifier: MIT */
/* Why a text is no configuration, in words. */
#pragma once

#include "base/str.h"

/* Checks a text by libconfig's grammar. NULL, or a sentence on the heap that says what is wrong and
 * the line that it is about. */
char *syntax_check(struct str text, unsigned *line_out);
