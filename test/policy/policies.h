/* SPDX-License-Identifier: MIT */
/*
 * The policies that the stories are told under: one file as an operator writes it, read by the real
 * schema, checked and compiled by the real code. Owns all of it.
 */
#pragma once

#include "policy/policy.h"

struct policies;

/* Reads DIRECTORY/policies.conf. NULL, with all that is wrong on standard error. */
struct policies *policies_load(const char *directory);
void policies_free(struct policies *p);
/* The table of these policies, named with spaces between, in that order; "-" is none. NULL when
 * there is no policy of that name. */
const struct policy_table *policies_table(struct policies *p, struct str names);
/* The same with all of them in shadow. */
const struct policy_table *policies_shadow(struct policies *p, struct str names);
