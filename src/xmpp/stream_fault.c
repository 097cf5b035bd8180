/* SPDX-License-Identifier: MIT */
/* See stream_fault.h. */
#include "xmpp/stream_fault.h"

#include "base/mem.h"
#include "xmpp/stream_parts.h"

#include <stdio.h>

const struct stream_fault *stream_fault(const struct stream *s)
{
	return s->fault;
}

/* The byte `at` of `all` is the `offset`th of the document; below `least` something was left out.
 */
static void note_fault(struct stream *s, struct str all, size_t least, size_t at, uint64_t offset)
{
	struct stream_fault *f = MEM_NEW(struct stream_fault);
	size_t from;

	if (at > all.n)
		at = all.n;
	if (least > at)
		least = at;
	from = at - least > STREAM_EXCERPT / 2 ? at - STREAM_EXCERPT / 2 : least;

	f->offset = offset;
	f->at = (unsigned)(at - from);
	f->n = (unsigned)(all.n - from > STREAM_EXCERPT ? STREAM_EXCERPT : all.n - from);
	memcpy(f->bytes, all.p + from, f->n);
	s->fault = f;
}

void stream_fault_of_scanner(struct stream *s, enum scan_outcome o)
{
	size_t at = s->scanner.stopped;

	note_fault(s, buf_view(s->in), scanner_kept(&s->scanner), at, s->taken + at);
	snprintf(s->fault->words, sizeof(s->fault->words), "%s", scanner_error(&s->scanner, o));
}

void stream_fault_of_piece(struct stream *s, struct str all, struct str piece)
{
	size_t in_piece = xml_reader_error_offset(s->reader);

	note_fault(s, all, 0, (size_t)(piece.p - all.p) + in_piece, s->info.offset + in_piece);
	snprintf(s->fault->words, sizeof(s->fault->words), "%s", xml_reader_error(s->reader));
}
