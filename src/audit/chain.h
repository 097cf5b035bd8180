/* SPDX-License-Identifier: MIT */
/*
 * The chain: each line begins with its number and the SHA-256 of the line before it, so that a line
 * that was changed, taken out or put in shows; a checkpoint also carries an HMAC, which only who
 * has the key can make. Pure.
 *
 *   {"sequence":7,"prev":"<64 hexadecimal digits>","time":...}
 *
 * The digest is over the bytes of a line without its newline. The first line of a chain has
 * number 1 and a prev of zeros. The HMAC-SHA-256 of a checkpoint is over the bytes of its line
 * before `,"hmac":`, which stands last.
 */
#pragma once

#include "base/buf.h"
#include "base/digest.h"

struct audit_chain {
	uint64_t sequence;     /* of the last line; 0: none yet */
	char prev[DIGEST_HEX]; /* digest of the last line */
};

void audit_chain_init(struct audit_chain *c);
/* Appends one whole line with its newline; `body` is what audit_record_write() made. */
void audit_chain_line(struct audit_chain *c, struct str body, struct buf *out);
/* The same for a checkpoint: the HMAC is added to the body. */
void audit_chain_checkpoint(
	struct audit_chain *c, struct str key, struct str body, struct buf *out);
/* Digest of a line (without newline) in hexadecimal. */
void audit_chain_digest(struct str line, char out[DIGEST_HEX]);
/* Number and prev of a line; false: it does not begin and end as one does. prev is a view. */
bool audit_chain_parse(struct str line, uint64_t *sequence, struct str *prev);
/* Is the line's HMAC right under this key? */
bool audit_chain_sealed(struct str line, struct str key);
/* Goes on behind this line (without newline), which must parse. */
bool audit_chain_resume(struct audit_chain *c, struct str line);
