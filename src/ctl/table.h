/* SPDX-License-Identifier: MIT */
/*
 * Tables for people: one row for each JSON object, columns by the names of its members. The names
 * are stable; -o chooses among them. Owns the rows until table_end().
 */
#pragma once

#include "ctl/command.h"

#include <jansson.h>

enum table_form {
	FORM_TEXT,
	FORM_NUMBER,
	FORM_BYTES,    /* "12.3M" */
	FORM_DURATION, /* seconds: "4.2s", "5m06s", "3d04h" */
	FORM_TIME,     /* RFC 3339, without the part of a second */
	FORM_YES,      /* a boolean: "yes" or nothing */
};

struct table_column {
	const char *name; /* of the member; NULL ends the columns */
	enum table_form form;
	bool usual; /* shown without -o */
};

enum { TABLE_COLUMNS = 32 };
struct table {
	struct ctl *c;
	const struct table_column *shown[TABLE_COLUMNS];
	unsigned n, rows;
	char **cells; /* rows * n */
};

/* Which columns: those of `chosen` ("a,b"), or the usual ones when it is NULL. False after words of
 * complaint: there is no such column. */
bool table_init(
	struct table *t, struct ctl *c, const struct table_column *columns, const char *chosen);
void table_row(struct table *t, const json_t *item);
/* Prints all rows under their heads, and frees them. */
void table_end(struct table *t);

/* For other texts. The caller frees them. */
char *form_duration(double seconds);
char *form_bytes(double bytes);
/* A value as a cell has it; "-" for what is not there. */
char *form_value(const json_t *value, enum table_form form);

/* A command that asks for a table: `command` with {"pattern": the first argument}, its items as a
 * table or, with --json, one object on each line. CTL_PROBLEMS when the daemon found some in them.
 */
enum ctl_status table_command(
	struct ctl *c, const char *command, const struct table_column *columns);
