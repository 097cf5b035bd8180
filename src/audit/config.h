/* SPDX-License-Identifier: MIT */
/* The section "audit" of the configuration. */
#pragma once

#include "config/schema.h"

enum audit_level { AUDIT_LEVEL_OFF, AUDIT_LEVEL_HEADERS, AUDIT_LEVEL_FULL };

struct audit_config {
	struct config_origin origin;
	char *file; /* NULL: none */
	bool journald;
	char *syslog; /* NULL: none */
	int level;    /* enum audit_level */
	bool required, sync;
	char *key_file;
};

extern const struct config_table audit_schema;
/* What the schema cannot check: the key, and that `required` has a file. */
void audit_config_check(const struct audit_config *c, struct config_report *report);
/* Is there any sink? */
bool audit_configured(const struct audit_config *c);
/* Would a running writer have to be another one? */
bool audit_config_same(const struct audit_config *a, const struct audit_config *b);
