/* SPDX-License-Identifier: MIT */
/*
 * Access lists: who may send to whom, by address. The first rule that matches decides; when none
 * does, the list denies if it allows anybody, else it allows. A list costs the same however many
 * rules it has. Immutable once made; judges addresses, never content.
 */
#pragma once

#include "policy/jid_set.h"

#include <stdbool.h>

enum access_action { ACCESS_ALLOW, ACCESS_DENY };

/* Filled by access_schema from "access = ( ... )" in a policy. */
struct access_rule {
	struct config_origin origin;
	char *from, *to; /* patterns or "@set"; NULL: anything */
	int action;      /* enum access_action */
};

extern const struct config_table access_schema;

/* Checks and compiles a policy's rules; what is wrong goes to `report`. The rules and `sets`
 * outlive it. Never NULL. */
struct access_list;
struct access_list *access_list_new(const struct access_rule *rules, unsigned n,
	struct jid_sets *sets, struct config_report *report);
void access_list_free(struct access_list *l);

/* Two addresses, prepared and looked up: once, for all the lists that they are held against. */
struct access_subject {
	bool from_known, to_known; /* false: it has no prepared form */
	struct jid_found from, to;
};

void access_subject_init(
	struct access_subject *s, const struct jid_sets *sets, struct str from, struct str to);
/* May `from` send to `to`? *rule_out is the rule that decided, NULL when none matched. An address
 * that cannot be prepared is denied by every list that restricts anybody. */
bool access_list_allows(const struct access_list *l, const struct access_subject *s,
	const struct access_rule **rule_out);
