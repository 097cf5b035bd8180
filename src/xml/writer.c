/* SPDX-License-Identifier: MIT */
/*
 * The writer. What is in scope in the output is a default namespace and a stack of prefix bindings,
 * chained by hash so that no depth of declarations makes a look-up slow. The common start tag, no
 * prefix and no declaration but its own, never comes near them. Owns names and bindings of what is
 * open; the output belongs to the caller.
 */
#include "xml/writer.h"

#include "base/mem.h"
#include "base/random.h"
#include "base/siphash.h"
#include "xml/bytes.h"

#include <assert.h>
#include <stdlib.h>

enum {
	IN_TEXT = 1,
	IN_VALUE = 2,
	CHAINS = 64,
	LEAST = 32, /* first size of the stacks */
};

/* What a prefix meant before, or which one the default namespace was. */
struct binding {
	struct str uri; /* of a prefix: what it is bound to; of the default: what it was before */
	size_t prefix_at, prefix_n; /* in the names; prefix_n 0: the default namespace */
	uint64_t hash;
	unsigned next; /* older binding in the same chain, counted from 1; 0: none */
};

struct open_element {
	size_t names_at;    /* what is above belongs to this element */
	size_t name_n;      /* its qualified name stands at names_at */
	unsigned nbindings; /* below this element */
};

struct xml_writer {
	struct buf *out;
	struct str none; /* the default namespace in scope */
	bool tag_open;   /* the '>' of the last start tag is not written yet */
	bool blank;      /* nobody reads the output */
	struct open_element *open;
	unsigned nopen, max_open;
	struct binding *bindings;
	unsigned nbindings, max_bindings;
	unsigned chains[CHAINS]; /* newest binding, counted from 1 */
	char *names;
	size_t nnames, max_names;
	uint64_t seed[2];
};

/* ---- bytes ---- */

static const uint8_t special[256] = {
	['&'] = IN_TEXT | IN_VALUE,
	['<'] = IN_TEXT | IN_VALUE,
	['>'] = IN_TEXT | IN_VALUE,
	['\r'] = IN_TEXT | IN_VALUE,
	['\''] = IN_VALUE,
	['\t'] = IN_VALUE,
	['\n'] = IN_VALUE,
};

static struct str reference(char c)
{
	switch (c) {
	case '&': return STR("&amp;");
	case '<': return STR("&lt;");
	case '>': return STR("&gt;");
	case '\'': return STR("&apos;");
	case '\t': return STR("&#9;");
	case '\n': return STR("&#10;");
	default: return STR("&#13;");
	}
}

/* buf_reserve() where there mostly is room. */
static inline char *room(struct buf *out, size_t n)
{
	return out->size - out->end >= n && out->data ? out->data + out->end : buf_reserve(out, n);
}

/* What was written from room() on ends at `to`. */
static inline void wrote(struct buf *out, const char *to)
{
	out->end = (size_t)(to - out->data);
}

/* memcpy() for names: most are so short that the call costs more than the copying. */
static inline char *put(char *to, struct str s)
{
	if (s.n > 16) {
		memcpy(to, s.p, s.n);
	} else if (s.n >= 8) {
		memcpy(to, s.p, 8);
		memcpy(to + s.n - 8, s.p + s.n - 8, 8);
	} else if (s.n >= 4) {
		memcpy(to, s.p, 4);
		memcpy(to + s.n - 4, s.p + s.n - 4, 4);
	} else {
		for (size_t i = 0; i < s.n; i++)
			to[i] = s.p[i];
	}
	return to + s.n;
}

/* Copies bytes from i on, up to the first one that needs escaping; returns where that is, or
 * `stop`. */
static size_t copy_careful(char *to, const char *from, size_t i, size_t stop, uint8_t where)
{
	for (; i < stop && !(special[(uint8_t)from[i]] & where); i++)
		to[i] = from[i];
	return i;
}

/* Copies up to the first byte that needs escaping; returns how many. */
static size_t copy_plain(char *to, struct str s, uint8_t where)
{
	size_t i = 0;

	if (s.n < BYTES_WIDE)
		return copy_careful(to, s.p, 0, s.n, where);
	while (i < s.n) {
		size_t stop = i + BYTES_WIDE;

		/* The last ones may overlap what is done already. */
		if (stop > s.n) {
			i = s.n - BYTES_WIDE;
			stop = s.n;
		}
		if (bytes_special(s.p + i)) {
			i = copy_careful(to, s.p, i, stop, where);
			if (i < stop)
				return i;
		} else {
			memcpy(to + i, s.p + i, BYTES_WIDE);
			i = stop;
		}
	}
	return i;
}

/* Behind a plain beginning of n bytes that was written. Leaves room for one byte more. */
static char *escape_rest(struct buf *out, struct str s, size_t n, uint8_t where)
{
	while (n < s.n) {
		wrote(out, put(room(out, sizeof("&apos;")), reference(s.p[n])));
		s = str_skip(s, n + 1);
		n = copy_plain(room(out, s.n + 1), s, where);
		out->end += n;
	}
	return out->data + out->end;
}

/* At `to` there is room for s as it is and one byte more; the same is true of what is returned. */
static inline char *put_escaped(struct buf *out, char *to, struct str s, uint8_t where)
{
	size_t n = copy_plain(to, s, where);

	if (n == s.n)
		return to + n;
	wrote(out, to + n);
	return escape_rest(out, s, n, where);
}

static inline void escape(struct buf *out, struct str s, uint8_t where)
{
	wrote(out, put_escaped(out, room(out, s.n + 1), s, where));
}

void xml_escape_text(struct buf *out, struct str s)
{
	escape(out, s, IN_TEXT);
}

void xml_escape_value(struct buf *out, struct str s)
{
	escape(out, s, IN_VALUE);
}

/* ---- life ---- */

struct xml_writer *xml_writer_new(void)
{
	struct xml_writer *w = MEM_NEW(struct xml_writer);

	random_bytes(w->seed, sizeof(w->seed));
	return w;
}

void xml_writer_free(struct xml_writer *w)
{
	if (!w)
		return;
	free(w->open);
	free(w->bindings);
	free(w->names);
	free(w);
}

void xml_writer_blank(struct xml_writer *w)
{
	w->blank = true;
}

void xml_writer_begin(struct xml_writer *w, struct buf *out, struct str content_ns)
{
	assert(out->max == 0);
	if (w->nbindings)
		memset(w->chains, 0, sizeof(w->chains));
	w->out = out;
	w->none = content_ns;
	w->tag_open = false;
	w->nopen = w->nbindings = 0;
	w->nnames = 0;
}

unsigned xml_writer_depth(const struct xml_writer *w)
{
	return w->nopen;
}

static inline char *put_qname(char *to, struct str prefix, struct str local)
{
	if (prefix.n) {
		to = put(to, prefix);
		*to++ = ':';
	}
	return put(to, local);
}

/* Appends to the names; returns where. */
static size_t keep_name(struct xml_writer *w, struct str prefix, struct str local)
{
	size_t at = w->nnames, n = prefix.n + 1 + local.n;

	if (w->max_names - at < n) {
		w->max_names = (w->max_names + n) * 2;
		w->names = mem_resize(w->names, w->max_names);
	}
	w->nnames = (size_t)(put_qname(w->names + at, prefix, local) - w->names);
	return at;
}

/* ---- scope ---- */

static bool same(struct str a, struct str b)
{
	return a.n == b.n && (a.p == b.p || a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static const struct binding *find_binding(
	const struct xml_writer *w, struct str prefix, uint64_t hash)
{
	for (unsigned i = w->chains[hash % CHAINS]; i; i = w->bindings[i - 1].next) {
		const struct binding *b = &w->bindings[i - 1];

		if (b->hash == hash &&
			same((struct str){ w->names + b->prefix_at, b->prefix_n }, prefix))
			return b;
	}
	return NULL;
}

static struct binding *push_binding(struct xml_writer *w)
{
	if (w->nbindings == w->max_bindings) {
		w->max_bindings = w->max_bindings ? w->max_bindings * 2 : LEAST;
		w->bindings = mem_resize(w->bindings, w->max_bindings * sizeof(*w->bindings));
	}
	return &w->bindings[w->nbindings++];
}

static void pop_bindings(struct xml_writer *w, unsigned down_to)
{
	while (w->nbindings > down_to) {
		const struct binding *b = &w->bindings[--w->nbindings];

		if (b->prefix_n)
			w->chains[b->hash % CHAINS] = b->next;
		else
			w->none = b->uri;
	}
}

static void write_declaration(struct xml_writer *w, struct str prefix, struct str uri)
{
	char *to = room(w->out, prefix.n + uri.n + sizeof(" xmlns:=''"));

	to = put(to, prefix.n ? STR(" xmlns:") : STR(" xmlns"));
	to = put(to, prefix);
	to = put(to, STR("='"));
	to = put_escaped(w->out, to, uri, IN_VALUE);
	*to++ = '\'';
	wrote(w->out, to);
}

static void need_default(struct xml_writer *w, struct str uri)
{
	if (same(w->none, uri)) {
		w->none = uri; /* next time they are one object */
		return;
	}
	*push_binding(w) = (struct binding){ .uri = w->none };
	w->none = uri;
	write_declaration(w, STR(""), uri);
}

static void need_prefix(struct xml_writer *w, struct str prefix, struct str uri)
{
	const struct binding *b;
	uint64_t hash;

	if (same(prefix, STR("xml")))
		return;
	hash = siphash(w->seed, prefix);
	b = find_binding(w, prefix, hash);
	if (b && same(b->uri, uri))
		return;
	*push_binding(w) = (struct binding){
		.uri = uri,
		.prefix_at = keep_name(w, STR(""), prefix),
		.prefix_n = prefix.n,
		.hash = hash,
		.next = w->chains[hash % CHAINS],
	};
	w->chains[hash % CHAINS] = w->nbindings;
	write_declaration(w, prefix, uri);
}

static inline void need(struct xml_writer *w, struct str prefix, struct str uri)
{
	if (prefix.n)
		need_prefix(w, prefix, uri);
	else
		need_default(w, uri);
}

/* ---- events ---- */

static inline void close_start_tag(struct xml_writer *w)
{
	if (!w->tag_open)
		return;
	*room(w->out, 1) = '>';
	w->out->end++;
	w->tag_open = false;
}

/* Writes on at `to` and returns where it stopped. */
static inline char *put_attribute(struct buf *out, char *to, const struct xml_attr *a)
{
	size_t n = a->prefix.n + a->local.n + a->value.n + sizeof(" :=''");

	if ((size_t)(out->data + out->size - to) < n) {
		wrote(out, to);
		to = buf_reserve(out, n);
	}
	*to++ = ' ';
	to = put_qname(to, a->prefix, a->local);
	*to++ = '=';
	*to++ = '\'';
	to = put_escaped(out, to, a->value, IN_VALUE);
	*to++ = '\'';
	return to;
}

/* The element's own prefix, the declarations that stood on it, and what its attributes need. */
static void write_scope(struct xml_writer *w, const struct xml_tag *tag, struct str prefix)
{
	need(w, prefix, tag->ns->uri);
	for (unsigned i = 0; i < tag->ndecls; i++) {
		/* Without prefix the default namespace is the element's own. */
		if (tag->decls[i].prefix.n || prefix.n)
			need(w, tag->decls[i].prefix, tag->decls[i].ns->uri);
	}
	for (unsigned i = 0; i < tag->nattrs; i++) {
		if (tag->attrs[i].prefix.n)
			need_prefix(w, tag->attrs[i].prefix, tag->attrs[i].ns->uri);
	}
}

void xml_writer_start(struct xml_writer *w, const struct xml_tag *tag, bool keep_prefix)
{
	struct str prefix = keep_prefix ? tag->prefix : STR("");
	struct open_element *e;
	char *to;

	close_start_tag(w);
	if (w->nopen == w->max_open) {
		w->max_open = w->max_open ? w->max_open * 2 : LEAST;
		w->open = mem_resize(w->open, w->max_open * sizeof(*w->open));
	}
	e = &w->open[w->nopen++];
	e->nbindings = w->nbindings;
	e->names_at = keep_name(w, prefix, tag->local);
	e->name_n = w->nnames - e->names_at;
	to = room(w->out, 1 + e->name_n);
	*to++ = '<';
	wrote(w->out, put_qname(to, prefix, tag->local));
	w->tag_open = true;
	if (w->blank)
		return;
	write_scope(w, tag, prefix);
	to = room(w->out, 0);
	for (unsigned i = 0; i < tag->nattrs; i++)
		to = put_attribute(w->out, to, &tag->attrs[i]);
	wrote(w->out, to);
}

void xml_writer_text(struct xml_writer *w, struct str text)
{
	if (text.n == 0)
		return;
	close_start_tag(w);
	if (w->blank)
		wrote(w->out, room(w->out, text.n) + text.n);
	else
		escape(w->out, text, IN_TEXT);
}

void xml_writer_end(struct xml_writer *w)
{
	const struct open_element *e;
	char *to;

	assert(w->nopen);
	e = &w->open[--w->nopen];
	to = room(w->out, e->name_n + sizeof("</>"));
	if (w->tag_open) {
		to = put(to, STR("/>"));
	} else {
		to = put(to, STR("</"));
		to = put(to, (struct str){ w->names + e->names_at, e->name_n });
		*to++ = '>';
	}
	wrote(w->out, to);
	w->tag_open = false;
	w->nnames = e->names_at;
	if (w->nbindings > e->nbindings)
		pop_bindings(w, e->nbindings);
}

size_t xml_writer_offset(struct xml_writer *w)
{
	close_start_tag(w);
	return buf_len(w->out);
}

bool xml_writer_is_empty(const struct xml_writer *w)
{
	return w->tag_open;
}

void xml_writer_reopen(struct xml_writer *w)
{
	assert(w->nopen && !w->tag_open);
	buf_truncate(w->out, buf_len(w->out) - 1);
	w->tag_open = true;
}
