/* SPDX-License-Identifier: MIT */
/* What peering.c and peering_compile.c share. */
#pragma once

#include "trunk/peering.h"

/* One entry of a control's match list; the key is "a.example" or ".us". */
struct match {
	struct map_node node;
	const struct control *control;
	struct domain name;
	char key[DOMAIN_MAX + 2];
};

/* A domain that the default route's control lists under `domains`. */
struct listed {
	struct map_node node;
	struct domain name;
};

struct flow {
	const struct flow_config *config;
	bool muc;
	const struct policy **policies;
	unsigned npolicies;
};

struct peering {
	struct control *controls;
	unsigned ncontrols;
	struct match *match_items; /* all of them, in one array */
	unsigned nmatches;
	struct map matches;
	const struct control *fallback; /* "*" */
	struct listed *listed_items;
	struct map listed;
	char **zones;
	unsigned nzones;
	struct flow *flow_items;
	unsigned nflows;
	const struct flow **flows; /* [from * nzones + to]; NULL: no flows are configured */
	/* [(from_list * (nflows + 1) + flow + 1) * nto_lists + to_list] */
	const struct policy_table **tables;
	size_t nfrom_lists, nto_lists;
	struct orders *orders; /* NULL: none, and all of the above is owned */
};
