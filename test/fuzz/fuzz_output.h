/* SPDX-License-Identifier: MIT */
/* All that a stream of ours has written on one connection must be well-formed, whatever was done to
 * it. Static, so that each target is one file. */
#pragma once

#include "fuzz.h"

#include "xml/reader.h"
#include "xml/scanner.h"

#include <string.h>

static void output_start(void *self, const struct xml_tag *tag)
{
	(void)self;
	(void)tag;
}

static void output_text(void *self, struct str text)
{
	(void)self;
	(void)text;
}

static void output_end(void *self)
{
	(void)self;
}

static const struct xml_sink output_sink = { output_start, output_text, output_end };

/* One stream, from its declaration on: it may end anywhere between two elements. */
static void output_check_stream(struct str text)
{
	static const struct scanner_limits wide = { 1 << 30, 1 << 30, 100, 100, 100, 1 << 30 };
	struct xml_reader *reader = xml_reader_new(NULL);
	struct scanner scanner;
	struct str piece;
	size_t used;
	bool closed = false;

	scanner_init(&scanner, &wide);
	while (text.n > 0) {
		enum scan_outcome o = scanner_next(&scanner, text, &piece, &used);

		MUST(!closed);
		MUST(o == SCAN_HEADER || o == SCAN_ELEMENT || o == SCAN_CLOSE);
		if (o == SCAN_HEADER)
			MUST(xml_reader_header(reader, piece, output_sink, NULL) == READ_OK);
		else if (o == SCAN_ELEMENT)
			MUST(xml_reader_element(reader, piece, output_sink, NULL) == READ_OK);
		closed = o == SCAN_CLOSE;
		text = str_skip(text, used);
	}
	xml_reader_free(reader);
}

/* A declaration starts each of our streams, and stands nowhere else. */
static void output_check(struct str out)
{
	static const char start[] = "<?xml ";

	while (out.n > 0) {
		const char *next = memmem(out.p + 1, out.n - 1, start, strlen(start));
		size_t n = next ? (size_t)(next - out.p) : out.n;

		output_check_stream((struct str){ out.p, n });
		out = str_skip(out, n);
	}
}
