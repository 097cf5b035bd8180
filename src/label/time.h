/* SPDX-License-Identifier: MIT */
/* Times as labels and policy files write them, as seconds since 1970 UTC. Reads no clock. */
#pragma once

#include "base/str.h"

/* An xs:dateTime or xs:date (with or without Z or an offset; UTC when there is none; a space may
 * stand for the T), or a GeneralizedTime (YYYYMMDDHHMMSS, also shorter, Z). Fractions of a second
 * are dropped. False: none of these, or no such day. */
bool label_time_parse(struct str s, int64_t *out);
enum { LABEL_TIME_TEXT = 32 };
/* YYYY-MM-DDTHH:MM:SSZ, terminated. Years 1 to 9999. */
void label_time_print(int64_t t, char out[LABEL_TIME_TEXT]);
