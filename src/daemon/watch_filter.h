/* SPDX-License-Identifier: MIT */
/*
 * Which lines of the log somebody wants to see: words that must all fit a line, given as the JSON
 * object that it becomes. A word is one of
 *
 *   a.example  *.example     a domain that the line is about, or one below; an address: the peer's
 *   bob@a.example  .../x     a bare JID with all its resources, or a full one
 *   key=value  key!=value    a member of the line; value: several with commas, "*" at either end
 *   level=LEVEL              this level and above; without it, all of them
 */
#pragma once

#include "base/log_tap.h"

#include <jansson.h>

enum { WATCH_WORDS = 16, WATCH_WORD = 512 };

struct watch_filter;
/* Of an array of strings (NULL: none, everything fits). NULL: *words_out (to be freed) says which
 * word is wrong and why. */
struct watch_filter *watch_filter_new(json_t *words, char **words_out);
void watch_filter_free(struct watch_filter *f); /* NULL is fine */
/* What every line that fits has; views of the filter's. */
void watch_filter_want(const struct watch_filter *f, struct log_tap_want *out);
/* `level`: of the line. */
bool watch_filter_fits(const struct watch_filter *f, enum log_level level, json_t *line);
