/* SPDX-License-Identifier: MIT */
/* Pairs of domains as a graph for Graphviz. A name is never anything but a name in it. */
#pragma once

#include <jansson.h>
#include <stdio.h>

void map_dot_begin(FILE *f);
/* One item of the command "map": an edge, red when a way is down, thicker for each digit of what it
 * has carried. */
void map_dot_pair(FILE *f, const json_t *pair);
void map_dot_end(FILE *f);
