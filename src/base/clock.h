/* SPDX-License-Identifier: MIT */
/* Time. Protocol code gets it as an argument; only the loops ask. */
#pragma once

#include <stdint.h>

/* Milliseconds of the monotonic clock. */
uint64_t clock_ms(void);
/* Microseconds of the same. */
uint64_t clock_us(void);
/* Seconds since 1970. */
int64_t clock_wall(void);
/* RFC 3339 in UTC with microseconds, "2026-01-02T03:04:05.678901Z". */
enum { CLOCK_TEXT = 28 };
void clock_text(char out[CLOCK_TEXT]);
/* The same for any time from the year 0 to 9999. */
void clock_print(int64_t seconds, unsigned microseconds, char out[CLOCK_TEXT]);
