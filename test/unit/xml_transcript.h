/* SPDX-License-Identifier: MIT */
/*
 * A sink that writes down what it hears, one token per event: <{uri}prefix:name then a declaration
 * as xmlns:p={uri} and an attribute as {uri}p:name=value, then >; text as it is; </> for an end.
 */
#pragma once

#include "base/buf.h"
#include "xml/events.h"

struct transcript {
	struct buf said;
	bool quiet_scope; /* leave declarations out, and the prefix of first-level elements */
	unsigned depth;
};

static inline void transcript_name(
	struct transcript *t, struct str uri, struct str prefix, struct str local)
{
	buf_printf(&t->said, "{%.*s}%.*s%s%.*s", STR_ARG(uri), STR_ARG(prefix), prefix.n ? ":" : "",
		STR_ARG(local));
}

static inline void transcript_start(void *self, const struct xml_tag *tag)
{
	struct transcript *t = self;

	buf_put_char(&t->said, '<');
	transcript_name(
		t, tag->ns->uri, t->quiet_scope && !t->depth ? STR("") : tag->prefix, tag->local);
	for (unsigned i = 0; i < tag->ndecls && !t->quiet_scope; i++)
		buf_printf(&t->said, " xmlns%s%.*s={%.*s}", tag->decls[i].prefix.n ? ":" : "",
			STR_ARG(tag->decls[i].prefix), STR_ARG(tag->decls[i].ns->uri));
	for (unsigned i = 0; i < tag->nattrs; i++) {
		buf_put_char(&t->said, ' ');
		transcript_name(
			t, tag->attrs[i].ns->uri, tag->attrs[i].prefix, tag->attrs[i].local);
		buf_printf(&t->said, "=%.*s", STR_ARG(tag->attrs[i].value));
	}
	buf_put_char(&t->said, '>');
	t->depth++;
}

static inline void transcript_text(void *self, struct str text)
{
	buf_put(&((struct transcript *)self)->said, text);
}

static inline void transcript_end(void *self)
{
	struct transcript *t = self;

	t->depth--;
	buf_put(&t->said, STR("</>"));
}

static const struct xml_sink transcript_sink = { transcript_start, transcript_text,
	transcript_end };

static inline const char *transcript_z(struct transcript *t)
{
	buf_put_char(&t->said, '\0');
	t->said.end--;
	return buf_view(&t->said).p;
}
