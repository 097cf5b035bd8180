/* SPDX-License-Identifier: MIT */
/*
 * Three queues side by side: plain bytes, ends of elements, and which stretch of the wire carried
 * which stretch of plain bytes. All are consumed from the front as acknowledgements come in. Owns
 * its memory; does no I/O.
 */
#include "net/retain.h"

/* How much is kept before the kernel is asked again: an ioctl per 32 KiB is nothing. */
enum { RETAIN_STEP = 32 * 1024 };

struct span {
	uint64_t plain_end, wire_end;
	uint64_t clear; /* 1: byte for byte */
};

void retain_init(struct retain *r)
{
	*r = (struct retain){ .look_at = RETAIN_STEP };
}

void retain_fini(struct retain *r)
{
	buf_fini(&r->kept);
	buf_fini(&r->marks);
	buf_fini(&r->spans);
	retain_init(r);
}

static uint64_t kept_end(const struct retain *r)
{
	return r->base + buf_len(&r->kept);
}

void retain_mark(struct retain *r, size_t waiting)
{
	uint64_t at = kept_end(r) + waiting;

	buf_put(&r->marks, (struct str){ (const char *)&at, sizeof(at) });
}

void retain_sent(struct retain *r, struct str plain, uint64_t wire_end, bool clear)
{
	struct span s = { kept_end(r) + plain.n, wire_end, clear };

	if (plain.n == 0)
		return;
	buf_put(&r->kept, plain);
	buf_put(&r->spans, (struct str){ (const char *)&s, sizeof(s) });
}

bool retain_due(const struct retain *r)
{
	return buf_len(&r->kept) >= r->look_at;
}

/* How far in plain bytes does this much of the wire reach? `from` is where the first span begins.
 */
static uint64_t plain_at(const struct retain *r, uint64_t wire)
{
	struct str rest = buf_view(&r->spans);
	uint64_t at = r->acked;
	struct span s;

	for (; rest.n; rest = str_skip(rest, sizeof(s))) {
		memcpy(&s, rest.p, sizeof(s));
		if (s.wire_end <= wire) {
			at = s.plain_end;
			continue;
		}
		/* Part of a record says nothing; in the clear the byte is what counts. */
		if (s.clear && s.plain_end > at && s.wire_end - wire < s.plain_end - at)
			at = s.plain_end - (s.wire_end - wire);
		break;
	}
	return at;
}

static void drop_spans(struct retain *r)
{
	struct span s;

	while (buf_len(&r->spans)) {
		memcpy(&s, buf_view(&r->spans).p, sizeof(s));
		if (s.plain_end > r->acked)
			return;
		buf_consume(&r->spans, sizeof(s));
	}
}

/* Forgets elements that are acknowledged to their end. */
static void drop_elements(struct retain *r)
{
	uint64_t mark, upto = r->base;

	while (buf_len(&r->marks)) {
		memcpy(&mark, buf_view(&r->marks).p, sizeof(mark));
		if (mark > r->acked)
			break;
		upto = mark;
		buf_consume(&r->marks, sizeof(mark));
	}
	buf_consume(&r->kept, (size_t)(upto - r->base));
	r->base = upto;
}

void retain_acked(struct retain *r, uint64_t wire)
{
	r->acked = plain_at(r, wire);
	drop_spans(r);
	drop_elements(r);
	r->look_at = buf_len(&r->kept) + RETAIN_STEP;
}

void retain_rest(struct retain *r)
{
	buf_shrink(&r->kept, 0);
	buf_shrink(&r->marks, 0);
	buf_shrink(&r->spans, 0);
}

void retain_take(struct retain *r, uint64_t wire_acked, uint64_t wire_written, struct buf *plain,
	size_t *acked_out, size_t *written_out)
{
	uint64_t written;

	retain_acked(r, wire_acked);
	written = plain_at(r, wire_written);
	*acked_out = (size_t)(r->acked - r->base);
	*written_out = (size_t)(written - r->base);
	buf_move(plain, &r->kept);
	retain_fini(r);
}
