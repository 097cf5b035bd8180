/* SPDX-License-Identifier: MIT */
/*
 * Is an audit file as it was written? Follows the chain line by line, over several files of one
 * chain if they are given in order, and says at which line it breaks and how. With the key,
 * checkpoints are checked too.
 *
 * What does not show without the key: lines that were cut off at the end, a last line that was
 * changed, and a chain that somebody wrote anew. With the key: only a tail that was cut exactly
 * behind a checkpoint; `last` and `last_digest` are to be compared with what the log said then.
 */
#pragma once

#include "audit/chain.h"

#include <stdio.h>

/* Never are more records than this between two checkpoints. */
enum { AUDIT_SEAL_RECORDS = 1000 };

enum audit_fault {
	AUDIT_FAULT_CHANGED,   /* the line, or the digest of it in the next one */
	AUDIT_FAULT_MISSING,   /* records are not there */
	AUDIT_FAULT_DOUBLED,   /* a number that was there comes again */
	AUDIT_FAULT_NO_RECORD, /* the line is no record, and no record behind it marks it as torn */
	AUDIT_FAULT_TORN,      /* the last line has no end */
	AUDIT_FAULT_CHECKPOINT, /* its HMAC is not made with this key, or not over these bytes */
	AUDIT_FAULT_UNSEALED,   /* a checkpoint that should be there is not */
	AUDIT_FAULT_CUT,        /* records behind the last checkpoint */
	AUDIT_FAULT_ANEW,       /* another chain begins */
	AUDIT_FAULTS
};
/* "changed", "missing", ... */
const char *audit_fault_name(enum audit_fault f);

struct audit_finding {
	enum audit_fault fault;
	unsigned file;   /* which of the files, from 0 */
	uint64_t line;   /* in it, from 1 */
	char words[160]; /* a sentence */
};
typedef void audit_finding_fn(void *arg, const struct audit_finding *f);

struct audit_verify_result {
	uint64_t records, checkpoints, torn; /* torn: pieces that a record behind them marks */
	uint64_t lost;                       /* records that trunkd says it could not write */
	uint64_t died; /* starts without a stop before them: the last records may be missing */
	uint64_t faults;
	uint64_t first, last; /* numbers */
	bool continues;       /* the first record is not the first of its chain */
	bool stopped;         /* the last record (checkpoints aside) says that trunkd stopped */
	char first_prev[DIGEST_HEX], last_digest[DIGEST_HEX];
	char last_time[40];
};

struct audit_verify {
	struct str key; /* empty: none */
	audit_finding_fn *found;
	void *arg;
	struct audit_verify_result result;
	struct audit_chain chain; /* as it should go on */
	unsigned file;
	uint64_t line;
	bool resync;         /* the line before is no record: nothing to compare with */
	uint64_t unsealed;   /* records behind the last checkpoint */
	uint64_t piece_line; /* a line that is no record waits for its mark; 0: none */
	char piece[DIGEST_HEX];
};

/* `found` is called for each fault, in order; may be NULL. The key outlives it. */
void audit_verify_init(struct audit_verify *v, struct str key, audit_finding_fn *found, void *arg);
/* One line without its newline; `ended`: it had one. */
void audit_verify_line(struct audit_verify *v, struct str line, bool ended);
/* All lines of a file, from where it stands; the next file of the chain may follow. 0 or -errno. */
int audit_verify_file(struct audit_verify *v, FILE *f);
/* After the last line: result is complete. */
void audit_verify_end(struct audit_verify *v);
