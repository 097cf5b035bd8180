/* SPDX-License-Identifier: MIT */
/* How an event becomes one line of text or JSON. For base/log.c and its tests. */
#pragma once

#include "base/buf.h"
#include "base/log.h"

/* Appends the line and its newline to out (no ceiling). Whatever could be taken for the end of a
 * line or command a terminal is escaped. JSON: time, level, event, then one string member per
 * key=value; a word without a key belongs to what stands before it. */
void log_line_render(struct buf *out, enum log_format format, enum log_level level,
	const char *time, struct str text);
