/* SPDX-License-Identifier: MIT */
/*
 * The table engine on libconfig. A section is a table of rows: key, type, range, default, help. The
 * engine loads a file into plain structs by such tables, with defaults; rejects unknown keys with
 * "did you mean"; collects every error with file, line and remedy; prints the effective
 * configuration with secrets masked; and prints the reference part of the manual. It knows no
 * section by name: tables stand with the rooms that own the structs.
 */
#pragma once

#include "base/buf.h"
#include "config/report.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum config_type {
	CONFIG_BOOL,     /* bool */
	CONFIG_INT,      /* int64_t */
	CONFIG_SIZE,     /* int64_t bytes: 4096, "64k", "1M", "2G" (powers of 1024) */
	CONFIG_DURATION, /* int64_t ms: "500ms", "30s", "5m", "1h", "7d"; a bare int is seconds */
	CONFIG_STRING,   /* char *, NULL when unset and without default */
	CONFIG_PATH,     /* char *, relative to the directory of the file it stands in */
	CONFIG_ENUM,     /* int, one of the row's choices */
	CONFIG_FLAGS,    /* uint32_t: a list of choices, or a single one; the bits are 1 << choice
			    value */
	CONFIG_STRINGS,  /* struct config_strings: a list of strings, or a single one */
	CONFIG_GROUP,    /* an embedded struct, loaded by row.table */
	CONFIG_LIST, /* struct config_list of structs loaded by row.table; files of conf.d append */
};

struct config_choice {
	const char *name; /* NULL ends the array */
	int value;
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

/* What a key's flags say. REQUIRED: must stand in its group, if that is written at all; a list
 * needs an item. SECRET: a string that is never printed. ONCE: a string that may stand only once in
 * all the items of its list. PATHS: the strings of a STRINGS are paths, as in CONFIG_PATH. */
enum { CONFIG_REQUIRED = 1, CONFIG_SECRET = 2, CONFIG_ONCE = 4, CONFIG_PATHS = 8 };

struct config_table;
struct config_key {
	const char *name;
	enum config_type type;
	size_t offset;    /* into the table's struct */
	const char *def;  /* as written, quotes left out ("a, b"); NULL: unset / zero / empty */
	int64_t min, max; /* of numbers (bytes, ms); both 0: no range, max 0: no upper end */
	const struct config_choice *choices;
	const struct config_table *table;
	/* For a LIST: the name of a sibling GROUP from which items take the keys that they leave
	 * out (by key name, groups key by key, keeping the sibling's origin in messages). */
	const char *inherit;
	unsigned flags;
	enum config_reload reload;
	const char *help; /* one or two sentences for the manual */
};

struct config_table {
	const char *name;              /* for messages: "peering control" */
	size_t size;                   /* of the struct; it begins with a struct config_origin */
	const struct config_key *keys; /* name NULL ends the array */
};

/* A loaded file: owns the strings of origins. */
struct config_file;

/* Reads `path`, its @includes (relative to the file they stand in), and then every "*.conf" of the
 * directory "conf.d" beside it in name order (their lists are appended, groups are merged, other
 * keys may stand only once), fills `out` (zeroed by the engine) by `root`. NULL after errors, which
 * are in `report`; then nothing is allocated in `out`. */
struct config_file *config_load(
	const char *path, const struct config_table *root, void *out, struct config_report *report);
/* The same, but keeps what could be read in spite of errors in it (not of syntax), so that further
 * checks can report theirs too. Strings that are required or have a default are never NULL. */
struct config_file *config_load_for_checks(
	const char *path, const struct config_table *root, void *out, struct config_report *report);
/* The same as config_load() from memory, for tests and fuzzing; no conf.d, no includes, paths are
 * kept as written.
 */
struct config_file *config_load_text(const char *text, const char *name,
	const struct config_table *root, void *out, struct config_report *report);
void config_file_free(struct config_file *f);
/* Frees everything the engine allocated inside `out` (not `out` itself). Twice does no harm. */
void config_values_fini(const struct config_table *root, void *out);

/* The effective configuration in libconfig syntax, readable again; secrets as "********". only_set:
 * leave out keys that have their default value. A key and the one of the same name in the group it
 * inherits from must have the same default if that is to hold when everything is printed. */
void config_print(
	const struct config_table *root, const void *values, bool only_set, struct buf *out);
/* The reference part of trunkd.conf(5) in scdoc syntax, from the tables: one ## section for each.
 */
void config_manual(const struct config_table *root, struct buf *out);

/* "30s", "64k": for messages. */
void config_duration_text(int64_t ms, char *out, size_t size);
void config_size_text(int64_t bytes, char *out, size_t size);
