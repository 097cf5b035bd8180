/* SPDX-License-Identifier: MIT */
/*
 * The file that audit records are appended to: opened so that the chain goes on where it ended, by
 * one process at a time, and written so that nothing is lost when the disk is full for a while.
 * Knows bytes and lines, not records' contents.
 */
#pragma once

#include "audit/chain.h"

struct audit_file {
	char *path;
	int fd;      /* -1: not open */
	size_t done; /* bytes of the present batch that are in the file */
};

/* What a file ended with. */
struct audit_tail {
	bool anew;                /* no line to go on from: a chain begins */
	bool unended;             /* a newline has to be written first */
	size_t torn;              /* bytes of a piece that is no record; 0: none */
	char whole[DIGEST_HEX];   /* with torn: digest of the last whole line */
	struct audit_chain chain; /* with torn: prev is the digest of the piece */
};

/* Opens or makes it (mode 0640) and reads how it ends. An empty one goes on from what
 * audit_file_note() left. 0 or -errno: -EBUSY: another process writes it; -EBADMSG: it is no audit
 * file. */
int audit_file_open(struct audit_file *f, const char *path, struct audit_tail *tail);
/* Writes the rest of a batch of whole lines: to be called again with the same batch until it
 * returns 0 (then it is written, and on the disk with sync), with the next batch after that.
 * -errno: what is in the file stays there, f->done says how much. */
int audit_file_write(struct audit_file *f, struct str batch, bool sync);
/* After rotation: opens the path anew and goes on with the batch at a whole line. 0 or -errno: the
 * old file is still open. */
int audit_file_reopen(struct audit_file *f, struct str batch);
/* Leaves the chain's state beside the file, for when it is moved away while nobody writes it. 0 or
 * -errno. */
int audit_file_note(const struct audit_file *f, const struct audit_chain *c);
/* Safe on a zeroed one. */
void audit_file_close(struct audit_file *f);
