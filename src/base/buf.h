/* SPDX-License-Identifier: MIT */
/*
 * A byte queue with a ceiling: appended at the end, consumed from the front. Appending past the
 * ceiling fails and adds nothing. Owns its memory; a zeroed buf is empty and without a ceiling.
 */
#pragma once

#include "base/str.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

struct buf {
	char *data;
	size_t start; /* first unread byte */
	size_t end;   /* one past the last byte */
	size_t size;  /* allocated */
	size_t max;   /* ceiling in bytes, 0: none */
};

void buf_init(struct buf *b, size_t max);
/* Frees the memory and leaves the buf empty with its ceiling. Safe on a zeroed or finished buf. */
void buf_fini(struct buf *b);

static inline size_t buf_len(const struct buf *b)
{
	return b->end - b->start;
}

/* The unread bytes; valid until the next change. p is never NULL. */
static inline struct str buf_view(const struct buf *b)
{
	return (struct str){ b->data ? b->data + b->start : "", b->end - b->start };
}

/* What is added must not be a part of the buf itself: it may move. */
bool buf_append(struct buf *b, struct str s) __attribute__((warn_unused_result));
/* Room for at least n bytes behind the end, to be filled in and then committed. Ignores the
 * ceiling. */
char *buf_reserve(struct buf *b, size_t n);
static inline void buf_commit(struct buf *b, size_t n)
{
	b->end += n;
}

/* The same as buf_append() for a buf without a ceiling, where it cannot fail. */
static inline void buf_put(struct buf *b, struct str s)
{
	assert(b->max == 0);
	if (s.n == 0)
		return;
	if (b->size - b->end < s.n)
		buf_reserve(b, s.n);
	memcpy(b->data + b->end, s.p, s.n);
	b->end += s.n;
}
static inline void buf_put_char(struct buf *b, char c)
{
	buf_put(b, (struct str){ &c, 1 });
}
/* For a buf without a ceiling. */
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Drops n bytes from the front; n must not exceed buf_len(). An empty buf starts again at 0. */
void buf_consume(struct buf *b, size_t n);
/* Forgets all content, keeps the memory. */
void buf_clear(struct buf *b);
/* Cuts the content to its first n bytes. */
void buf_truncate(struct buf *b, size_t n);
/* Removes n bytes at offset at (counted from the first unread byte). */
void buf_remove(struct buf *b, size_t at, size_t n);
/* Inserts s at offset at. Ignores the ceiling: the caller has checked what it adds. */
void buf_insert(struct buf *b, size_t at, struct str s);
/* Gives memory beyond `keep` bytes back when the buf is empty. */
void buf_shrink(struct buf *b, size_t keep);
/* Moves the content of `from` to the end of `to`; swaps instead of copying when `to` is empty. Each
 * keeps its ceiling, which is not checked. */
void buf_move(struct buf *to, struct buf *from);
