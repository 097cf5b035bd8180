/* SPDX-License-Identifier: MIT */
/*
 * One configuration text, with its includes in place, and where each of its lines stands on disk.
 * For the engine; owns the text, not the names of files.
 */
#pragma once

#include "base/buf.h"
#include "config/schema.h"

/* The names of files, which origins point to, and the directories that paths in them start from. */
struct source_name {
	char *name;
	char *dir;
};

struct config_file {
	struct source_name *names;
	unsigned n;
	struct config_places *places; /* of all groups */
};

/* Where the values of one group were written. */
struct config_places {
	struct config_places *next; /* of the file */
	unsigned n;
	struct config_place {
		const char *key; /* of the table */
		struct config_origin at;
	} v[];
};

/* From line `line` of the joined text on, lines are those of `at` on. */
struct source_part {
	unsigned line;
	struct config_origin at;
};

struct source {
	struct buf text;
	unsigned line; /* of the end of the text, from 1 */
	struct source_part *parts;
	unsigned n;
};

/* Reads a file and what it includes. False after an error with which nothing can be said about the
 * rest; errors are in the report. */
bool source_read(struct source *src, struct config_file *files, const char *path,
	struct config_report *report);
/* The same from memory, where nothing can be included. */
bool source_read_text(struct source *src, struct config_file *files, const char *name,
	struct str text, struct config_report *report);
/* Where a line of the joined text stands. */
struct config_origin source_origin(const struct source *src, unsigned line);
void source_fini(struct source *src);

/* The directory of a file by its name as origins carry it (the same pointer). */
const char *source_dir(const struct config_file *files, const char *name);
