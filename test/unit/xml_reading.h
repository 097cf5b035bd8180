/* SPDX-License-Identifier: MIT */
/* A reader behind a header, and what it told. */
#pragma once

#include "unit.h"
#include "xml_transcript.h"

#include "xml/reader.h"

static const struct str header =
	STR_INIT("<?xml version='1.0'?><stream:stream xmlns='jabber:server' "
		 "xmlns:db='jabber:server:dialback' "
		 "xmlns:stream='http://etherx.jabber.org/streams' to='a.example' version='1.0'>");

struct run {
	struct xml_reader *reader;
	struct transcript heard;
};

static inline void begin(struct run *r)
{
	*r = (struct run){ .reader = xml_reader_new(NULL) };
	assert_int_equal(xml_reader_header(r->reader, header, transcript_sink, &r->heard), READ_OK);
	buf_clear(&r->heard.said);
	r->heard.depth = 0;
}

static inline void end(struct run *r)
{
	xml_reader_free(r->reader);
	buf_fini(&r->heard.said);
}

static inline enum read_outcome element(struct run *r, struct str piece)
{
	buf_clear(&r->heard.said);
	r->heard.depth = 0;
	return xml_reader_element(r->reader, piece, transcript_sink, &r->heard);
}
