/* SPDX-License-Identifier: MIT */
/*
 * What there is to tell of a label or clearance, as JSON: what it says, and under the policies at
 * hand its marking, whether it is valid, who may see it, and what it is elsewhere.
 */
#pragma once

#include "label/clearance.h"
#include "label/map.h"
#include "label/securitylabel.h"

#include <jansson.h>

/* What labels are held against. */
struct label_facts {
	struct label_policies policies;
	struct clearance_list clearances; /* resolved */
	bool cleared;                     /* a clearance was given */
	const struct spif *to;            /* translate to it; NULL: do not */
	int64_t now;
	bool problems; /* set: something cannot be read, is not valid, denied, or has no equivalent
			*/
};
void label_facts_fini(struct label_facts *f);

/* One label that stood in `place` ("label", "equivalentlabel", or "" by itself). */
json_t *label_facts_label(struct label_facts *f, const struct label *l);
/* A payload: format, fault, and each label in it. Appended to `list`. */
void label_facts_payload(struct label_facts *f, const struct securitylabel_payload *p,
	const char *place, json_t *list);
json_t *label_facts_clearance(struct label_facts *f, const struct clearance *c);
