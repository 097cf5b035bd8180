/* SPDX-License-Identifier: MIT */
/* Who is cleared for what in a story: up to a classification of red.xml, under which labels are. */
#pragma once

#include "policy/filter.h"

struct sides;

/* Reads DIRECTORY/red.xml. NULL, with what is wrong on standard error. */
struct sides *sides_load(const char *directory);
void sides_free(struct sides *s);
/* "FROM TO", each a classification, or "-" for none. False: there is no such. */
bool sides_cleared(struct sides *s, struct str words, struct filter_labels *out);
