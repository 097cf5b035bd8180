/* SPDX-License-Identifier: MIT */
/*
 * What was sent and may still be wanted back. Keeps plain bytes until the peer's TCP has
 * acknowledged the ciphertext that carried them, and knows where elements end, so that what comes
 * back begins with a whole one. Counts the wire in bytes since the connection began. Never asks the
 * kernel: it is told.
 */
#pragma once

#include "base/buf.h"

struct retain {
	struct buf kept;  /* plain bytes handed down */
	struct buf marks; /* uint64_t each, rising: plain offsets where elements end */
	struct buf spans; /* struct span each, rising */
	uint64_t base;    /* plain offset of the first kept byte, counted from retain_init() */
	uint64_t acked;   /* plain offset up to which everything is acknowledged */
	size_t look_at;   /* worth asking the kernel when this much is kept */
};

void retain_init(struct retain *r);
void retain_fini(struct retain *r);
/* An element ends `waiting` bytes behind everything that was sent so far. */
void retain_mark(struct retain *r, size_t waiting);
/* These bytes were handed down; on the wire they end at wire_end. In the clear each byte is one
 * byte of the wire; a TLS record can only be read when it is there to its end. */
void retain_sent(struct retain *r, struct str plain, uint64_t wire_end, bool clear);
/* Is it time to ask the kernel and call retain_acked()? */
bool retain_due(const struct retain *r);
/* The peer's TCP has acknowledged this much: forgets whole elements. */
void retain_acked(struct retain *r, uint64_t wire);
/* Gives back the memory of what is forgotten: for a connection that is quiet. */
void retain_rest(struct retain *r);
/* Moves what is left to the end of `plain`, and empties itself. *acked_out and *written_out count
 * from the first byte moved: bytes that were acknowledged, and bytes the kernel took in a form that
 * the peer could read. */
void retain_take(struct retain *r, uint64_t wire_acked, uint64_t wire_written, struct buf *plain,
	size_t *acked_out, size_t *written_out);
