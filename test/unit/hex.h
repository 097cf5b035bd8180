/* SPDX-License-Identifier: MIT */
/* Bytes of a test's table, in hexadecimal; spaces do not matter. */
#pragma once

#include "base/buf.h"
#include "base/mem.h"
#include "label/ber.h"

#include <stdio.h>

/* Bytes of BER: a "(" behind a tag becomes the length of what is inside up to its ")". Into a buf
 * that is emptied first; the exact size on the heap, so that reading past it shows. */
static inline struct str unhex(struct buf *out, const char *hex)
{
	size_t open[32], depth = 0;
	unsigned value;

	buf_fini(out);
	for (; hex[0]; hex++) {
		if (*hex == ' ')
			continue;
		if (*hex == '(') {
			open[depth++] = buf_len(out);
			continue;
		}
		if (*hex == ')') {
			ber_close(out, open[--depth]);
			continue;
		}
		sscanf(hex++, "%2x", &value);
		buf_put_char(out, (char)value);
	}
	out->size = buf_len(out);
	out->data = out->size ? mem_resize(out->data, out->size) : NULL;
	return buf_view(out);
}

/* Lower case, without spaces; terminated. */
static inline const char *hex_of(struct buf *out, struct str bytes)
{
	buf_clear(out);
	for (size_t i = 0; i < bytes.n; i++)
		buf_printf(out, "%02x", (unsigned char)bytes.p[i]);
	buf_put_char(out, '\0');
	return buf_view(out).p;
}
