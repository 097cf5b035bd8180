/* SPDX-License-Identifier: MIT */
/* Reading sizes and durations. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* "4096", "64k", "1M", "2G", also "64kB" and "64 KiB": powers of 1024. False: no size, or too big.
 */
bool units_size(const char *text, int64_t *bytes_out);
/* "500ms", "30s", "5m", "1h", "7d"; a bare number is seconds. False: no duration, or too long. */
bool units_duration(const char *text, int64_t *ms_out);
