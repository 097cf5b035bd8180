/* SPDX-License-Identifier: MIT */
/* From trees to structs, by tables. */
#pragma once

#include "config/tree.h"

struct walk {
	struct config_file *files;
	struct config_report *report;
	struct tree **trees; /* the main file's first */
	unsigned n_trees;
};

/* Fills the zeroed struct at `out`; what is wrong goes into the report. */
void walk_tables(struct walk *w, const struct config_table *root, void *out);
