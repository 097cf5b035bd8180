/* SPDX-License-Identifier: MIT */
/* XML in a test's table, as it may stand in a stream of servers. */
#pragma once

#include "unit.h"

#include "xml/element.h"
#include "xml/reader.h"

/* Tells one element to a sink. */
static inline void feed(struct str text, struct xml_sink sink, void *self)
{
	struct xml_reader *reader = xml_reader_new(NULL);
	struct xml_element_builder header = { 0 };
	enum read_outcome outcome;

	assert_int_equal(
		xml_reader_header(reader, STR("<stream xmlns='jabber:server' xmlns:far='urn:far'>"),
			xml_element_sink(), &header),
		READ_OK);
	xml_element_free(xml_element_take(&header));
	outcome = xml_reader_element(reader, text, sink, self);
	if (outcome != READ_OK)
		print_error("%s in %.*s\n", xml_reader_error(reader), STR_ARG(text));
	assert_int_equal(outcome, READ_OK);
	xml_reader_free(reader);
}

/* The caller frees it. */
static inline struct xml_element *tree_of(struct str text)
{
	struct xml_element_builder b = { 0 };

	feed(text, xml_element_sink(), &b);
	return xml_element_take(&b);
}
