/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with a configuration: all of it, not only the first thing, in the order in which an
 * operator reads the files. Knows nothing of the files but their names.
 */
#pragma once

#include <stdbool.h>

struct config_places;

/* Where something was written: the first member of every struct that a table fills. A default has
 * file NULL. What it points to lives as long as the struct config_file. */
struct config_origin {
	const char *file;
	unsigned line;
	const struct config_places *places; /* of a group: where its values were written */
};

/* Where the value of a key of this group was written, be it in the group it inherits from; the
 * group itself when nobody wrote it. */
const struct config_origin *config_origin_of(const struct config_origin *group, const char *key);

enum config_severity { CONFIG_ERROR, CONFIG_WARNING };

struct config_report;
struct config_report *config_report_new(void);
void config_report_free(struct config_report *r);
/* Messages about this file come after those about files named before. */
void config_report_file(struct config_report *r, const char *name);
/* "FILE:LINE: error: TEXT". The text says what to do about it. origin may be NULL. */
void config_report_add(struct config_report *r, enum config_severity sev,
	const struct config_origin *origin, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
unsigned config_report_count(const struct config_report *r, enum config_severity sev);
/* The i-th line (errors and warnings in file order, none twice), or NULL. sev_out may be NULL. */
const char *config_report_line(
	const struct config_report *r, unsigned i, enum config_severity *sev_out);

/* What is added from now on belongs to this part of the checks ("certs"): a literal; NULL: to none
 * in particular. */
void config_report_topic(struct config_report *r, const char *topic);
/* The i-th line in its parts, borrowed from the report; false: there is none. */
struct config_message {
	enum config_severity severity;
	const char *topic; /* may be NULL */
	const char *file;  /* NULL: no place */
	unsigned line;
	const char *words;
};
bool config_report_message(const struct config_report *r, unsigned i, struct config_message *out);
