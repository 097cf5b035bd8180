/* SPDX-License-Identifier: MIT */
/* Two pieces of XML side by side, for a reader who looks for what is not the same. */
#pragma once

#include "base/buf.h"

/* Appends lines that start with "# ": what both have is left out but for one line before and
 * behind, what was expected starts with "-", what came instead with "+". */
void difference_write(struct buf *out, struct str want, struct str got);
