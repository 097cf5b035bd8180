/* SPDX-License-Identifier: MIT */
/*
 * An audit file through another configuration: which of its stanzas would fare otherwise? Needs
 * records with audit = "full", which have the stanza.
 */
#pragma once

#include "ctl/command.h"
#include "trunk/plan.h"

/* Prints every difference and a summary. CTL_PROBLEMS: there are some; CTL_FAILED: the file cannot
 * be read, or there is nothing in it to replay. */
enum ctl_status replay(struct ctl *c, const struct plan *plan, const char *path);
