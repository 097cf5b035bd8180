/* SPDX-License-Identifier: MIT */
/*
 * See label_record.h. A namespace of the catalogue is written as its mark, others by name; lengths
 * stand before what they are of, so that nothing that is written can be read as something else.
 */
#include "policy/label_record.h"

#include "base/mem.h"
#include "label/stanag4774.h"
#include "label/time.h"
#include "policy/catalogue.h"

#include <stdlib.h>
#include <string.h>

enum op { OP_START = 1, OP_TEXT, OP_TIME, OP_END };

enum { STR_ROOM = 4, NS_ROOM = 8, TIME_MAX = 64, KEEP = 64 << 10 };

void label_record_fini(struct label_record *r)
{
	buf_fini(&r->bytes);
	buf_fini(&r->times);
	buf_fini(&r->time);
	free(r->attrs);
	free(r->decls);
	free(r->names);
	*r = (struct label_record){ 0 };
}

void label_record_clear(struct label_record *r)
{
	buf_clear(&r->bytes);
	buf_clear(&r->times);
	if (r->bytes.size > KEEP)
		buf_shrink(&r->bytes, KEEP);
	r->text_at = r->began = 0;
	r->open = 0;
	r->in_time = r->over = r->succeeds = false;
}

/* ---- writing ---- */

static char *put_number(char *to, uint32_t n)
{
	memcpy(to, &n, sizeof(n));
	return to + sizeof(n);
}

static char *put_str(char *to, struct str s)
{
	to = put_number(to, (uint32_t)s.n);
	if (s.n)
		memcpy(to, s.p, s.n);
	return to + s.n;
}

static char *put_ns(char *to, const struct xml_ns *ns)
{
	to = put_number(to, ns->mark);
	return ns->mark ? to : put_str(to, ns->uri);
}

static size_t room_of(const struct xml_tag *tag)
{
	size_t n = 1 + tag->local.n + tag->prefix.n + tag->ns->uri.n + 4 * STR_ROOM + NS_ROOM;

	for (unsigned i = 0; i < tag->nattrs; i++) {
		const struct xml_attr *a = &tag->attrs[i];

		n += a->prefix.n + a->local.n + a->value.n + a->ns->uri.n + 3 * STR_ROOM + NS_ROOM;
	}
	for (unsigned i = 0; i < tag->ndecls; i++)
		n += tag->decls[i].prefix.n + tag->decls[i].ns->uri.n + STR_ROOM + NS_ROOM;
	return n;
}

/* NULL: there is no more room. */
static char *room(struct label_record *r, size_t n)
{
	r->over |= buf_len(&r->bytes) + n > LABEL_RECORD_MAX;
	return r->over ? NULL : buf_reserve(&r->bytes, n);
}

/* A text may come in pieces, wherever the stream was cut: one length stands before all of them. */
static void put_text(struct label_record *r, struct str text)
{
	char *at = room(r, 1 + STR_ROOM + text.n);
	uint32_t n;

	if (!at || !text.n)
		return;
	if (!r->text_at) {
		*at = OP_TEXT;
		put_number(at + 1, 0);
		buf_commit(&r->bytes, 1 + STR_ROOM);
		r->text_at = buf_len(&r->bytes);
	}
	memcpy(r->bytes.data + r->bytes.end, text.p, text.n);
	buf_commit(&r->bytes, text.n);
	at = r->bytes.data + r->bytes.start + r->text_at - STR_ROOM;
	memcpy(&n, at, sizeof(n));
	put_number(at, n + (uint32_t)text.n);
}

/* What stood in CreationDateTime is text like any other. */
static void time_is_text(struct label_record *r)
{
	if (r->in_time)
		put_text(r, buf_view(&r->time));
	r->in_time = false;
}

void label_record_start(struct label_record *r, const struct xml_tag *tag)
{
	bool slab = str_eq(tag->ns->uri, STR(STANAG4774_LABEL_NS));
	char *at, *to;

	time_is_text(r);
	at = to = room(r, room_of(tag));
	if (!at)
		return;
	r->began = buf_len(&r->bytes);
	r->open++;
	*to++ = OP_START;
	to = put_ns(put_str(put_str(to, tag->local), tag->prefix), tag->ns);
	to = put_number(put_number(to, tag->nattrs), tag->ndecls);
	for (unsigned i = 0; i < tag->nattrs; i++) {
		const struct xml_attr *a = &tag->attrs[i];

		to = put_str(put_str(put_str(to, a->local), a->prefix), a->value);
		to = put_ns(to, a->ns);
	}
	for (unsigned i = 0; i < tag->ndecls; i++)
		to = put_ns(put_str(to, tag->decls[i].prefix), tag->decls[i].ns);
	buf_commit(&r->bytes, (size_t)(to - at));
	r->text_at = 0;
	r->succeeds |= slab && str_eq(tag->local, STR("SuccessionHandling"));
	r->in_time = slab && str_eq(tag->local, STR("CreationDateTime"));
	buf_clear(&r->time);
}

void label_record_text(struct label_record *r, struct str text)
{
	if (r->in_time && buf_len(&r->time) + text.n > TIME_MAX)
		time_is_text(r);
	if (r->in_time)
		buf_put(&r->time, text);
	else
		put_text(r, text);
}

/* False: what stood in CreationDateTime is no time, and decides. */
static bool keep_time(struct label_record *r)
{
	struct str text = buf_view(&r->time);
	int64_t created;
	char *at;

	if (!label_time_parse(text, &created))
		return false;
	at = buf_reserve(&r->times, STR_ROOM + text.n);
	buf_commit(&r->times, (size_t)(put_str(at, text) - at));
	return true;
}

void label_record_end(struct label_record *r)
{
	bool time = r->in_time && keep_time(r);
	char *at;

	if (!time)
		time_is_text(r);
	r->in_time = false;
	r->text_at = r->began = 0;
	at = room(r, 2);
	if (!at)
		return;
	if (time)
		*at++ = OP_TIME;
	*at = OP_END;
	buf_commit(&r->bytes, 1u + time);
	r->open--;
}

bool label_record_take_back(struct label_record *r, unsigned level)
{
	if (!r->began || r->open != level)
		return false;
	buf_truncate(&r->bytes, r->began);
	r->text_at = r->began = 0;
	r->open--;
	r->in_time = false;
	return true;
}

/* ---- telling ---- */

struct reading {
	struct label_record *r;
	const char *at, *time; /* what comes next */
	unsigned names;        /* that the tag has so far */
};

static uint32_t take_number(const char **at)
{
	uint32_t n;

	memcpy(&n, *at, sizeof(n));
	*at += sizeof(n);
	return n;
}

static struct str take_str(const char **at)
{
	struct str s = { NULL, take_number(at) };

	s.p = *at;
	*at += s.n;
	return s;
}

static const struct xml_ns *take_ns(struct reading *in)
{
	struct xml_ns *ns = &in->r->names[in->names++];

	ns->mark = take_number(&in->at);
	ns->uri = ns->mark ? catalogue_rows[(ns->mark & ~CATALOGUE_CONTENT) - 1].uri
			   : take_str(&in->at);
	return ns;
}

static void need(struct label_record *r, uint32_t nattrs, uint32_t ndecls)
{
	if (nattrs > r->max_attrs)
		r->attrs = mem_resize(r->attrs, (r->max_attrs = nattrs) * sizeof(*r->attrs));
	if (ndecls > r->max_decls)
		r->decls = mem_resize(r->decls, (r->max_decls = ndecls) * sizeof(*r->decls));
	if (nattrs + ndecls + 1 > r->max_names) {
		r->max_names = nattrs + ndecls + 1;
		r->names = mem_resize(r->names, r->max_names * sizeof(*r->names));
	}
}

/* The numbers stand behind the name: there must be room for all before any is kept. */
static void tell_start(struct reading *in, struct xml_sink sink, void *self)
{
	struct label_record *r = in->r;
	struct xml_tag tag = { .attrs = NULL };
	struct xml_ns own;

	tag.local = take_str(&in->at);
	tag.prefix = take_str(&in->at);
	in->names = 0;
	need(r, 0, 0);
	own = *take_ns(in);
	tag.nattrs = take_number(&in->at);
	tag.ndecls = take_number(&in->at);
	need(r, tag.nattrs, tag.ndecls);
	r->names[0] = own;
	tag.ns = &r->names[0];
	for (unsigned i = 0; i < tag.nattrs; i++) {
		struct xml_attr *a = &r->attrs[i];

		a->local = take_str(&in->at);
		a->prefix = take_str(&in->at);
		a->value = take_str(&in->at);
		a->ns = take_ns(in);
	}
	for (unsigned i = 0; i < tag.ndecls; i++) {
		r->decls[i].prefix = take_str(&in->at);
		r->decls[i].ns = take_ns(in);
	}
	tag.attrs = r->attrs;
	tag.decls = r->decls;
	sink.start(self, &tag);
}

void label_record_tell(struct label_record *r, struct xml_sink sink, void *self)
{
	struct str bytes = buf_view(&r->bytes);
	struct reading in = { .r = r, .at = bytes.p, .time = buf_view(&r->times).p };

	while (in.at < bytes.p + bytes.n) {
		switch ((enum op) * in.at++) {
		case OP_START: tell_start(&in, sink, self); break;
		case OP_TEXT: sink.text(self, take_str(&in.at)); break;
		case OP_TIME: sink.text(self, take_str(&in.time)); break;
		case OP_END: sink.end(self); break;
		}
	}
}
