/* SPDX-License-Identifier: MIT */
/*
 * A byte queue. The live bytes stand between start and end of one allocation; room is made by
 * moving them to the front when that is cheap, else by doubling. Owns its memory, never what is put
 * in.
 */
#include "base/buf.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { BUF_LEAST = 256 };

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void buf_fini(struct buf *b)
{
	free(b->data);
	buf_init(b, b->max);
}

/* The next size that holds `need` bytes; malloc refuses what would overflow. */
static size_t grown(size_t size, size_t need)
{
	size_t want = size < BUF_LEAST ? BUF_LEAST : size;

	while (want < need)
		want = want > SIZE_MAX / 2 ? SIZE_MAX : want * 2;
	return want;
}

static void grow(struct buf *b, size_t n)
{
	size_t len = buf_len(b), size;
	char *data;

	if (n > SIZE_MAX - len)
		abort();
	size = grown(b->size, len + n);
	if (b->start == 0) {
		b->data = mem_resize(b->data, size);
		b->size = size;
		return;
	}
	data = mem_alloc(size);
	memcpy(data, b->data + b->start, len);
	free(b->data);
	b->data = data;
	b->start = 0;
	b->end = len;
	b->size = size;
}

char *buf_reserve(struct buf *b, size_t n)
{
	size_t len = buf_len(b);

	/* Moving is paid for by the bytes consumed before: the queue stays linear in what passes.
	 */
	if (b->size - b->end < n && b->start >= len && b->size - len >= n) {
		if (len)
			memmove(b->data, b->data + b->start, len);
		b->start = 0;
		b->end = len;
	}
	if (b->size - b->end < n || !b->data)
		grow(b, n);
	return b->data + b->end;
}

bool buf_append(struct buf *b, struct str s)
{
	if (b->max && (buf_len(b) > b->max || s.n > b->max - buf_len(b)))
		return false;
	if (s.n) {
		memcpy(buf_reserve(b, s.n), s.p, s.n);
		b->end += s.n;
	}
	return true;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	size_t room;
	va_list ap;
	int n;

	assert(b->max == 0);
	buf_reserve(b, 1);
	room = b->size - b->end;
	va_start(ap, fmt);
	n = vsnprintf(b->data + b->end, room, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	if ((size_t)n >= room) {
		buf_reserve(b, (size_t)n + 1);
		va_start(ap, fmt);
		n = vsnprintf(b->data + b->end, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	b->end += (size_t)n;
}

void buf_consume(struct buf *b, size_t n)
{
	assert(n <= buf_len(b));
	b->start += n;
	if (b->start == b->end)
		b->start = b->end = 0;
}

void buf_clear(struct buf *b)
{
	b->start = b->end = 0;
}

void buf_truncate(struct buf *b, size_t n)
{
	if (n < buf_len(b))
		b->end = b->start + n;
	if (b->start == b->end)
		b->start = b->end = 0;
}

void buf_remove(struct buf *b, size_t at, size_t n)
{
	char *hole = b->data ? b->data + b->start + at : NULL;

	assert(at <= buf_len(b) && n <= buf_len(b) - at);
	if (n == 0)
		return;
	if (at == 0) {
		buf_consume(b, n);
		return;
	}
	memmove(hole, hole + n, buf_len(b) - at - n);
	b->end -= n;
}

void buf_insert(struct buf *b, size_t at, struct str s)
{
	char *gap;

	assert(at <= buf_len(b));
	if (s.n == 0)
		return;
	buf_reserve(b, s.n);
	gap = b->data + b->start + at;
	memmove(gap + s.n, gap, buf_len(b) - at);
	memcpy(gap, s.p, s.n);
	b->end += s.n;
}

void buf_shrink(struct buf *b, size_t keep)
{
	if (buf_len(b) || b->size <= keep)
		return;
	buf_clear(b);
	if (keep == 0) {
		buf_fini(b);
		return;
	}
	b->data = mem_resize(b->data, keep);
	b->size = keep;
}

void buf_move(struct buf *to, struct buf *from)
{
	struct buf old = *to;

	if (buf_len(to)) {
		size_t n = buf_len(from);

		if (n)
			memcpy(buf_reserve(to, n), from->data + from->start, n);
		to->end += n;
		buf_clear(from);
		return;
	}
	*to = *from;
	to->max = old.max;
	old.max = from->max;
	*from = old;
	buf_clear(from);
}
