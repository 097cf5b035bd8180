/* SPDX-License-Identifier: MIT */
/*
 * The domains that trunkd may stand in for, one by one: what controls match by name, and what they
 * list under `domains` where they match by wildcard (decision 36). Owns its list only; names and
 * places are the plan's.
 */
#pragma once

#include "trunk/plan.h"

#include <stdio.h>

struct served {
	struct domain domain;
	const struct control *control;
	const struct config_origin *origin; /* where the name stands */
};

/* A wildcard of which no domain is known. */
struct served_wildcard {
	const char *match; /* "*.us", "*" */
	const struct config_origin *origin;
};

struct served_list {
	struct served *v; /* in the order of the file, none twice */
	unsigned n;
	struct served_wildcard *wildcards;
	unsigned nwildcards;
};

/* The plan must outlive it. Domains that are addresses are in it; DNS knows nothing of them. */
void served_init(struct served_list *s, const struct plan *plan);
void served_fini(struct served_list *s);

/* "*.us at FILE:LINE ..." for each wildcard without domains, with what to do about it; `first`
 * begins each line. */
void served_tell_wildcards(const struct served_list *s, const char *first, FILE *f);
