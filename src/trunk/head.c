/* SPDX-License-Identifier: MIT */
/* See head.h. */
#include "trunk/head.h"

#include "base/mem.h"
#include "xml/reader.h"
#include "xml/scanner.h"

#include <stdlib.h>

struct head_reader {
	struct xml_reader *reader;
	struct buf keep; /* the strings of the last head: a tag's views die with the call */
	struct stanza_head head;
	bool seen, ok;
};

/* Our stanzas are bounded by what was let in; these only stop a bug. */
static const struct scanner_limits own_limits = {
	.bytes = SIZE_MAX / 4,
	.hard_bytes = SIZE_MAX / 2,
	.depth = 100000,
	.attributes = 100000,
	.declarations = 100000,
	.tag_bytes = SIZE_MAX / 4,
};

static void ignore_text(void *self, struct str text)
{
	(void)self;
	(void)text;
}

static void ignore_end(void *self)
{
	(void)self;
}

static void ignore_start(void *self, const struct xml_tag *tag)
{
	(void)self;
	(void)tag;
}

/* Copies the view's bytes into `keep`; the view is fixed up when all are in and the buffer no
 * longer moves. */
static size_t keep_view(struct buf *keep, struct str s)
{
	size_t at = buf_len(keep);
	buf_put(keep, s);
	return at;
}

static void keep_head(struct head_reader *r)
{
	struct stanza_head *h = &r->head;
	buf_clear(&r->keep);
	size_t from = keep_view(&r->keep, h->from), to = keep_view(&r->keep, h->to);
	size_t id = keep_view(&r->keep, h->id);
	size_t from_domain = keep_view(&r->keep, h->from_domain);
	size_t to_domain = keep_view(&r->keep, h->to_domain);
	const char *base = buf_view(&r->keep).p;
	h->from.p = base + from;
	h->to.p = base + to;
	h->id.p = h->id.p ? base + id : NULL;
	h->from_domain.p = base + from_domain;
	h->to_domain.p = base + to_domain;
	h->lang = (struct str){ NULL, 0 };
}

static void head_start(void *self, const struct xml_tag *tag)
{
	struct head_reader *r = self;
	if (r->seen)
		return;
	r->seen = true;
	enum stanza_check check = stanza_head_read(tag, &r->head);
	r->ok = check == STANZA_OK || check == STANZA_BAD_REQUEST;
	if (r->ok)
		keep_head(r);
}

static void open_document(struct head_reader *r)
{
	static const struct xml_sink sink = { ignore_start, ignore_text, ignore_end };
	r->reader = xml_reader_new(NULL);
	xml_reader_header(r->reader,
		STR("<stream:stream xmlns='jabber:server' "
		    "xmlns:stream='http://etherx.jabber.org/streams'>"),
		sink, NULL);
}

struct head_reader *head_reader_new(void)
{
	struct head_reader *r = MEM_NEW(struct head_reader);
	open_document(r);
	return r;
}

void head_reader_free(struct head_reader *r)
{
	if (!r)
		return;
	xml_reader_free(r->reader);
	buf_fini(&r->keep);
	free(r);
}

/* The start tag: up to the first '>' outside a quoted value. */
static struct str start_tag(struct str stanza)
{
	char quote = 0;
	for (size_t i = 0; i < stanza.n; i++) {
		char ch = stanza.p[i];
		if (quote)
			quote = ch == quote ? 0 : quote;
		else if (ch == '\'' || ch == '"')
			quote = ch;
		else if (ch == '>')
			return (struct str){ stanza.p, i + 1 };
	}
	return stanza;
}

bool head_read(struct head_reader *r, struct str stanza, struct stanza_head *out)
{
	static const struct xml_sink sink = { head_start, ignore_text, ignore_end };
	r->seen = r->ok = false;
	if (xml_reader_start_tag(r->reader, start_tag(stanza), sink, r) != READ_OK) {
		xml_reader_free(r->reader);
		open_document(r);
		return false;
	}
	*out = r->head;
	return r->ok;
}

/* Takes a known beginning off. */
static bool skip(struct str *s, struct str prefix)
{
	if (!str_starts(*s, prefix))
		return false;
	*s = str_skip(*s, prefix.n);
	return true;
}

bool head_is_plain_error(struct str stanza)
{
	struct str rest = str_skip(stanza, start_tag(stanza).n);
	char name[64];
	size_t n = 0;
	bool known = false;
	if (!skip(&rest, STR("<error ")))
		return false;
	rest = str_skip(rest, start_tag(rest).n);
	if (!skip(&rest, STR("<")))
		return false;
	while (n < sizeof(name) - 1 && n < rest.n && rest.p[n] != ' ')
		n++;
	memcpy(name, rest.p, n);
	name[n] = 0;
	rest = str_skip(rest, n);
	stanza_condition_parse(name, &known);
	return known &&
	       skip(&rest, STR(" xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></"));
}

size_t head_stanza_length(struct str bytes)
{
	struct scanner s;
	struct str piece;
	size_t used = 0;
	scanner_init(&s, &own_limits);
	scanner_next(&s, STR("<s>"), &piece, &used);
	return scanner_next(&s, bytes, &piece, &used) == SCAN_ELEMENT ? used : 0;
}
