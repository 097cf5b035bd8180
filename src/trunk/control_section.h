/* SPDX-License-Identifier: MIT */
/*
 * The section "control" of the configuration: where trunkctl finds the daemon, and who may read and
 * who may change. Has nothing to do with peering controls. Opens nothing.
 */
#pragma once

#include "config/schema.h"

#include <sys/types.h>

struct control_section {
	struct config_origin origin;
	bool enabled;
	char *read, *change;             /* paths; NULL: in $RUNTIME_DIRECTORY */
	char *read_group, *change_group; /* NULL: the process's */
};
extern const struct config_table control_section_schema;

enum control_access { CONTROL_READ, CONTROL_CHANGE };

/* The groups must be there, the two sockets must be two. */
void control_section_check(const struct control_section *c, struct config_report *report);
/* Where the socket is to be; NULL: there is none. `runtime`: the value of $RUNTIME_DIRECTORY, may
 * be NULL. The caller frees it. */
char *control_section_path(
	const struct control_section *c, enum control_access a, const char *runtime);
/* The socket's group; (gid_t)-1: as it comes, or unknown. */
gid_t control_section_group(const struct control_section *c, enum control_access a);
bool control_section_same(const struct control_section *a, const struct control_section *b);
