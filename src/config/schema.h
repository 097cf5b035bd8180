/* SPDX-License-Identifier: MIT */
/*
 * The table engine on libconfig. A section is a table of rows: key, type, range, default, help. The
 * engine loads a file into plain structs by such tables, with defaults; rejects unknown keys with "did
 * you mean"; collects every error with file, line and remedy; prints the effective configuration with
 * secrets masked; and prints the reference part of the manual. It knows no section by name: tables stand
 * with the rooms that own the structs.
 */
#pragma once

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum config_type {
	CONFIG_BOOL, /* bool */
	CONFIG_INT, /* int64_t */
	CONFIG_SIZE, /* int64_t bytes: 4096, "64k", "1M", "2G" (powers of 1024) */
	CONFIG_DURATION, /* int64_t milliseconds: "500ms", "30s", "5m", "1h", "7d"; a bare int is seconds */
	CONFIG_STRING, /* char *, NULL when unset and without default */
	CONFIG_PATH, /* char *, relative to the directory of the file it stands in */
	CONFIG_ENUM, /* int, one of the row's choices */
	CONFIG_FLAGS, /* uint32_t: a list of choices, or a single one; the bits are 1 << choice value */
	CONFIG_STRINGS, /* struct config_strings: a list of strings, or a single one */
	CONFIG_GROUP, /* an embedded struct, loaded by row.table */
	CONFIG_LIST, /* struct config_list of structs loaded by row.table; "conf.d" files append to lists */
};

struct config_choice {
	const char *name; /* NULL ends the array */
	int value;
};

/* Where something was written: the first member of every struct that a table fills. A default has file
 * NULL. */
struct config_origin {
	const char *file; /* lives as long as the struct config_file */
	unsigned line;
};

struct config_strings {
	char **v;
	unsigned n;
};

struct config_list {
	void *items; /* n structs of table->size bytes */
	unsigned n;
};

enum config_reload { /* what a reload does with a change of this key: printed in the manual */
	CONFIG_NEXT_STANZA,
	CONFIG_NEXT_STREAM,
	CONFIG_NEXT_HANDSHAKE,
	CONFIG_RESTART,
};

enum { CONFIG_REQUIRED = 1, CONFIG_SECRET = 2, CONFIG_ONCE = 4 };

struct config_table;
struct config_key {
	const char *name;
	enum config_type type;
	size_t offset; /* into the table's struct */
	const char *def; /* as it would be written, quotes left out; NULL: unset / zero / empty */
	int64_t min, max; /* for numbers (in bytes, ms); both 0: no range */
	const struct config_choice *choices;
	const struct config_table *table;
	/* For a LIST: the name of a sibling GROUP from which items take the keys that they leave out
	 * (looked up by key name, keeping the sibling's origin in messages). */
	const char *inherit;
	unsigned flags;
	enum config_reload reload;
	const char *help; /* one or two sentences for the manual */
};

struct config_table {
	const char *name; /* for messages: "peering control" */
	size_t size; /* of the struct; it begins with a struct config_origin */
	const struct config_key *keys; /* name NULL ends the array */
};

enum config_severity { CONFIG_ERROR, CONFIG_WARNING };

/* All that is wrong with a configuration, not only the first thing. */
struct config_report;
struct config_report *config_report_new(void);
void config_report_free(struct config_report *r);
/* "FILE:LINE: error: TEXT". The text says what to do about it. origin may be NULL. */
void config_report_add(struct config_report *r, enum config_severity sev,
	const struct config_origin *origin, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
unsigned config_report_count(const struct config_report *r, enum config_severity sev);
/* The i-th line (errors and warnings in file order), or NULL. */
const char *config_report_line(const struct config_report *r, unsigned i, enum config_severity *sev_out);

/* A loaded file: owns the strings of origins. */
struct config_file;

/* Reads `path`, its @includes, and then every "*.conf" of the directory "conf.d" beside it in name
 * order (their lists are appended, other keys may stand only once), fills `out` (zeroed by the engine) by
 * `root`. NULL after errors, which are in `report`. */
struct config_file *config_load(const char *path, const struct config_table *root, void *out,
	struct config_report *report);
/* The same from memory, for tests and fuzzing; no conf.d. */
struct config_file *config_load_text(const char *text, const char *name, const struct config_table *root,
	void *out, struct config_report *report);
void config_file_free(struct config_file *f);
/* Frees everything the engine allocated inside `out` (not `out` itself). */
void config_values_fini(const struct config_table *root, void *out);

/* The effective configuration in libconfig syntax, readable again; secrets as "********". only_set: leave
 * out keys that have their default value. */
void config_print(const struct config_table *root, const void *values, bool only_set, struct buf *out);
/* The reference part of trunkd.conf(5) in scdoc syntax, from the tables. */
void config_manual(const struct config_table *root, struct buf *out);

/* "30s", "64k": for messages. */
void config_duration_text(int64_t ms, char *out, size_t size);
void config_size_text(int64_t bytes, char *out, size_t size);
