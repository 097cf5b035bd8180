/* SPDX-License-Identifier: MIT */
/* See hostile.h. What broke libxml2 when it was fed directly is among it. */
#include "hostile.h"

#define FROM_TO "from='a@leaf.example/x' to='b@remote.example'"

enum { SMALL = 1, PIECE = 16 << 10 };

static void begin(struct buf *b)
{
	buf_printf(b, "<message " FROM_TO ">");
}

static void end(struct buf *b)
{
	buf_printf(b, "</message>");
}

static void repeat(struct buf *b, const char *text, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		buf_put(b, str_of(text));
}

static void in_body(struct buf *b, const char *text, unsigned n)
{
	begin(b);
	buf_printf(b, "<body>");
	repeat(b, text, n);
	buf_printf(b, "</body>");
	end(b);
}

static void attribute_of_gt(struct buf *b)
{
	begin(b);
	buf_printf(b, "<x a='");
	repeat(b, ">", 32 << 10);
	buf_printf(b, "'/>");
	end(b);
}

static void attributes(struct buf *b)
{
	for (unsigned k = 0; k < 100; k++) {
		begin(b);
		buf_printf(b, "<x");
		for (unsigned i = 0; i < 64; i++)
			buf_printf(b, " a%u=''", i);
		buf_printf(b, "/>");
		end(b);
	}
}

static void prefixed_attributes(struct buf *b)
{
	for (unsigned k = 0; k < 100; k++) {
		begin(b);
		buf_printf(b, "<x xmlns:p='u'");
		for (unsigned i = 0; i < 63; i++)
			buf_printf(b, " p:a%u=''", i);
		buf_printf(b, "/>");
		end(b);
	}
}

static void declarations(struct buf *b)
{
	for (unsigned k = 0; k < 100; k++) {
		begin(b);
		buf_printf(b, "<x");
		for (unsigned i = 0; i < 32; i++)
			buf_printf(b, " xmlns:p%u='%u'", i, i);
		buf_printf(b, "/>");
		end(b);
	}
}

/* More names than the parser may remember; each pass is a whole one. */
static void new_elements(struct buf *b)
{
	for (unsigned k = 0; k < 400; k++) {
		begin(b);
		for (unsigned i = 0; i < 50; i++)
			buf_printf(b, "<e%x/>", k * 50 + i);
		end(b);
	}
}

static void new_attributes(struct buf *b)
{
	for (unsigned k = 0; k < 400; k++) {
		begin(b);
		buf_printf(b, "<x");
		for (unsigned i = 0; i < 50; i++)
			buf_printf(b, " a%x=''", k * 50 + i);
		buf_printf(b, "/>");
		end(b);
	}
}

static void new_namespaces(struct buf *b)
{
	for (unsigned k = 0; k < 400; k++) {
		begin(b);
		for (unsigned i = 0; i < 25; i++)
			buf_printf(b, "<x xmlns='u%x'/>", k * 25 + i);
		end(b);
	}
}

static void new_prefixes(struct buf *b)
{
	for (unsigned k = 0; k < 400; k++) {
		begin(b);
		for (unsigned i = 0; i < 25; i++)
			buf_printf(b, "<p%x:x xmlns:p%x='u'/>", k * 25 + i, k * 25 + i);
		end(b);
	}
}

static void deep(struct buf *b)
{
	for (unsigned k = 0; k < 200; k++) {
		begin(b);
		repeat(b, "<a>", 63);
		repeat(b, "</a>", 63);
		end(b);
	}
}

static void tiny_elements(struct buf *b)
{
	begin(b);
	repeat(b, "<a/>", 20000);
	end(b);
}

static void tiny_namespaces(struct buf *b)
{
	begin(b);
	repeat(b, "<a xmlns='b'/>", 10000);
	end(b);
}

static void references(struct buf *b)
{
	in_body(b, "&lt;", 20000);
}

static void character_references(struct buf *b)
{
	in_body(b, "&#65;", 20000);
}

static void cdata(struct buf *b)
{
	in_body(b, "<![CDATA[<]]>", 8000);
}

static void text_and_elements(struct buf *b)
{
	in_body(b, "a<b/>", 15000);
}

static void quotes(struct buf *b)
{
	in_body(b, "'\">", 30000);
}

static void line_ends(struct buf *b)
{
	in_body(b, "\r\n", 40000);
}

static void other_scripts(struct buf *b)
{
	in_body(b, "\xf0\x9f\x98\x80\xc3\xa9", 15000);
}

static void stripped(struct buf *b)
{
	begin(b);
	repeat(b, "<active xmlns='http://jabber.org/protocol/chatstates'/>", 1500);
	end(b);
}

static void smallest(struct buf *b)
{
	repeat(b,
		"<iq from='leaf.example' to='remote.example' id='1' type='get'><p xmlns='x'/></iq>",
		1000);
}

static void presence(struct buf *b)
{
	repeat(b, "<presence " FROM_TO "/>", 1500);
}

static void spaces(struct buf *b)
{
	repeat(b, " ", 60000);
	repeat(b, "<presence " FROM_TO "/>", 1);
}

static void oversize(struct buf *b)
{
	in_body(b, "0123456789abcdef", 20000);
}

const struct hostile_input hostile_inputs[] = {
	{ "attribute-of-gt", attribute_of_gt, PIECE },
	{ "attribute-of-gt-bytewise", attribute_of_gt, SMALL },
	{ "64-attributes", attributes, PIECE },
	{ "63-prefixed-attributes", prefixed_attributes, PIECE },
	{ "32-declarations", declarations, PIECE },
	{ "new-element-names", new_elements, PIECE },
	{ "new-attribute-names", new_attributes, PIECE },
	{ "new-namespaces", new_namespaces, PIECE },
	{ "new-prefixes", new_prefixes, PIECE },
	{ "63-levels", deep, PIECE },
	{ "tiny-elements", tiny_elements, PIECE },
	{ "tiny-elements-bytewise", tiny_elements, SMALL },
	{ "tiny-namespaces", tiny_namespaces, PIECE },
	{ "references", references, PIECE },
	{ "character-references", character_references, PIECE },
	{ "cdata", cdata, PIECE },
	{ "text-and-elements", text_and_elements, PIECE },
	{ "quotes", quotes, PIECE },
	{ "line-ends", line_ends, PIECE },
	{ "other-scripts", other_scripts, PIECE },
	{ "stripped-elements", stripped, PIECE },
	{ "smallest-iqs", smallest, PIECE },
	{ "smallest-presences", presence, PIECE },
	{ "spaces", spaces, PIECE },
	{ "oversize", oversize, PIECE },
	{ 0 },
};
