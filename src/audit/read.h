/* SPDX-License-Identifier: MIT */
/* Audit files back into structs: line by line, bounded memory. Judges nothing: see verify.h. */
#pragma once

#include "audit/record.h"

#include <stdio.h>

struct audit_entry {
	uint64_t line; /* in the file, from 1 */
	uint64_t sequence;
	struct str prev;
	struct audit_record record;
	struct str text; /* the line as it stands in the file, without newline */
};

struct audit_reader;
/* Reads from where `f` stands; f stays the caller's and must outlive the reader. */
struct audit_reader *audit_reader_new(FILE *f);
void audit_reader_free(struct audit_reader *r);
/* 1: a record, whose views live until the next call. 0: the end. -EBADMSG: line out->line is no
 * record (out->text has it); the next call goes on behind it. -errno: reading failed. */
int audit_read_next(struct audit_reader *r, struct audit_entry *out);

/* One line, without newline. False: no record. The views live until audit_parsed_fini(). */
struct audit_parsed {
	void *json;
	struct str *names;
};
bool audit_parse(struct str line, struct audit_entry *out, struct audit_parsed *p);
/* Safe on a zeroed one, and twice. */
void audit_parsed_fini(struct audit_parsed *p);
