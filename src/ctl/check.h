/* SPDX-License-Identifier: MIT */
/*
 * trunkctl check: parts, each of which looks at one side of a plan and adds findings. A part knows
 * nothing of the others, nor of how it is printed.
 */
#pragma once

#include "ctl/command.h"
#include "ctl/finding.h"
#include "ctl/served.h"
#include "ctl/text.h"

struct check {
	struct ctl *c;
	const struct plan *plan; /* NULL: trunkd would not take the configuration */
	const struct config_report *report;
	struct served_list served; /* with a plan */
	int64_t wall;              /* seconds since 1970 */
	bool alone;                /* only this part is asked for: tables are welcome */
};

struct check_part {
	struct findings findings;
	char *summary; /* what was looked at, in words: "5 domains, 2 certificates" */
	char *undone;  /* why it could not be done; NULL: it was */
	json_t *json;  /* an object for what else there is to say; may be NULL */
	void *data;    /* the part's own, for `table` */
	void (*free)(void *data);
	/* Prints tables below the findings; may be NULL. */
	void (*table)(const struct check *k, const struct check_part *p, struct text *t);
};

typedef void check_fn(struct check *k, struct check_part *p);
check_fn check_config, check_certs, check_connectivity, check_dns, check_policy;

/* A domain that stands for all of a control's: one by name where there is one. */
void check_example(const struct control_config *cc, struct domain *out);
/* The messages of a topic (NULL: those of none) that the plan's own checks have added. */
void check_report(const struct check *k, const char *topic, struct findings *f);
