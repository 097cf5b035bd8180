/* SPDX-License-Identifier: MIT */
/* Renames elements: events in, text out. Owns the names of what is open. */
#include "rename.h"

#include "base/mem.h"
#include "xml/reader.h"
#include "xml/writer.h"

#include <stdlib.h>

enum { RENAME_DEPTH = 128 };

struct renamer {
	struct xml_reader *reader;
	struct buf *out;
	char *open[RENAME_DEPTH];
	unsigned depth;
};

static void no_start(void *self, const struct xml_tag *tag)
{
}

struct renamer *renamer_new(void)
{
	static const struct str header = STR_INIT(
		"<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/"
		"streams' version='1.0'>");
	static const struct xml_sink sink = { .start = no_start };
	struct renamer *r = MEM_NEW(struct renamer);

	r->reader = xml_reader_new(NULL);
	if (xml_reader_header(r->reader, header, sink, NULL) != READ_OK)
		abort();
	return r;
}

void renamer_free(struct renamer *r)
{
	if (!r)
		return;
	xml_reader_free(r->reader);
	free(r);
}

static void prefix_start(void *self, const struct xml_tag *tag)
{
	struct renamer *r = self;
	unsigned n = r->depth++;

	r->open[n] = mem_printf("n%u:%.*s", n, STR_ARG(tag->local));
	buf_printf(r->out, "<%s xmlns:n%u='", r->open[n], n);
	xml_escape_value(r->out, tag->ns->uri);
	buf_put_char(r->out, '\'');
	for (unsigned i = 0; i < tag->nattrs; i++) {
		const struct xml_attr *a = &tag->attrs[i];

		if (a->prefix.n && !str_is(a->prefix, "xml")) {
			buf_printf(r->out, " xmlns:a%u='", i);
			xml_escape_value(r->out, a->ns->uri);
			buf_printf(r->out, "' a%u:%.*s='", i, STR_ARG(a->local));
		} else {
			buf_printf(
				r->out, " %s%.*s='", a->prefix.n ? "xml:" : "", STR_ARG(a->local));
		}
		xml_escape_value(r->out, a->value);
		buf_put_char(r->out, '\'');
	}
	buf_put_char(r->out, '>');
}

static void prefix_text(void *self, struct str text)
{
	xml_escape_text(((struct renamer *)self)->out, text);
}

static void prefix_end(void *self)
{
	struct renamer *r = self;
	char *name = r->open[--r->depth];

	buf_printf(r->out, "</%s>", name);
	free(name);
}

static void plain_start(void *self, const struct xml_tag *tag)
{
	struct renamer *r = self;

	buf_printf(r->out, "<{%.*s}%.*s", STR_ARG(tag->ns->uri), STR_ARG(tag->local));
	for (unsigned i = 0; i < tag->nattrs; i++)
		buf_printf(r->out, " {%.*s}%.*s='%.*s'", STR_ARG(tag->attrs[i].ns->uri),
			STR_ARG(tag->attrs[i].local), STR_ARG(tag->attrs[i].value));
	buf_put_char(r->out, '>');
}

static void plain_text(void *self, struct str text)
{
	buf_put(((struct renamer *)self)->out, text);
}

static void plain_end(void *self)
{
	buf_put(((struct renamer *)self)->out, STR("</>"));
}

static bool read(struct renamer *r, struct str in, struct buf *out, struct xml_sink sink)
{
	bool ok;

	r->out = out;
	ok = xml_reader_element(r->reader, in, sink, r) == READ_OK;
	while (r->depth > 0)
		free(r->open[--r->depth]);
	return ok;
}

bool renamer_prefix(struct renamer *r, struct str in, struct buf *out)
{
	return read(r, in, out, (struct xml_sink){ prefix_start, prefix_text, prefix_end });
}

bool renamer_plain(struct renamer *r, struct str in, struct buf *out)
{
	return read(r, in, out, (struct xml_sink){ plain_start, plain_text, plain_end });
}
