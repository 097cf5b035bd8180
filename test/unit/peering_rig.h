/* SPDX-License-Identifier: MIT */
/* Peering controls compiled from a configuration in memory, with one trust store called "ca". */
#pragma once

#include "trunk/peering.h"
#include "unit.h"

struct peering_rig {
	struct settings settings;
	struct config_file *file;
	struct config_report *report;
	struct trust_store *store;
	struct credentials *credentials; /* none */
	struct policy_set *tables;
	struct peering *peering;
};

/* Loads and compiles; what is wrong is in rig->report. */
void peering_rig_load(struct peering_rig *rig, const char *text);
/* The same, and nothing may be wrong, not even a warning. */
void peering_rig_init(struct peering_rig *rig, const char *text);
void peering_rig_fini(struct peering_rig *rig);
struct domain peering_rig_domain(const char *text);
/* The zone of the control that is in force for a domain, "none" without one. */
const char *peering_rig_zone(const struct peering_rig *rig, const char *domain);
struct passage peering_rig_permit(const struct peering_rig *rig, const char *from, const char *to);
void peering_rig_expect(
	const struct peering_rig *rig, const char *from, const char *to, enum permit want);
