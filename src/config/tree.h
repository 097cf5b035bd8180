/* SPDX-License-Identifier: MIT */
/* One parsed configuration text: libconfig's tree and where each setting stands. */
#pragma once

#include "config/source.h"

#include <libconfig.h>

struct tree {
	struct source source;
	config_t config;
};

/* Parses t->source, which is filled in already. False after a syntax error, which is in the report.
 * tree_fini() is needed in either case. */
bool tree_parse(struct tree *t, struct config_report *report);
struct config_origin tree_origin(const struct tree *t, const config_setting_t *s);
void tree_fini(struct tree *t);
