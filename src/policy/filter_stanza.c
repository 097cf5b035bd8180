/* SPDX-License-Identifier: MIT */
/*
 * Where a stanza begins: its head is read and copied, the policies in force are asked for, and its
 * start tag is written with the attributes that may stand there. The same for stanzas inside it.
 * Judges no content.
 */
#include "policy/filter_private.h"

#include "base/mem.h"

static const struct str lang_prefix = STR_INIT("xml"), lang_local = STR_INIT("lang");

enum attr_bit filter_attr_bit(const struct xml_attr *a)
{
	if (a->prefix.n != 0)
		return str_eq(a->prefix, lang_prefix) && str_eq(a->local, lang_local) ? ATTR_LANG
										      : ATTR_OTHER;
	if (str_eq(a->local, STR("to")))
		return ATTR_TO;
	if (str_eq(a->local, STR("from")))
		return ATTR_FROM;
	if (str_eq(a->local, STR("id")))
		return ATTR_ID;
	if (str_eq(a->local, STR("type")))
		return ATTR_TYPE;
	if (str_eq(a->local, STR("by")))
		return ATTR_BY;
	if (str_eq(a->local, STR("code")))
		return ATTR_CODE;
	return str_eq(a->local, STR("parent")) ? ATTR_PARENT : ATTR_OTHER;
}

struct xml_attr *filter_attrs(struct filter *f, unsigned n)
{
	if (f->attrs_size < n) {
		f->attrs_size = n;
		f->attrs = mem_resize(f->attrs, n * sizeof(f->attrs[0]));
	}
	return f->attrs;
}

static enum feature attr_feature(const struct filter *f, const struct xml_attr *a)
{
	if (a->prefix.n == 0)
		return FEATURE_CORE;
	return a->ns->mark ? catalogue_feature(a->ns->mark, STR(""))
			   : own_feature_find(f->table->own, a->ns->uri);
}

/* What nobody knows is no element here: xml:lang and the like. */
static bool attr_passes(const struct filter *f, const struct xml_attr *a)
{
	enum feature feature = attr_feature(f, a);

	return feature == FEATURE_UNKNOWN || filter_passes(f, feature);
}

/* The first that does not pass; nattrs: all do. */
static unsigned first_refused(const struct filter *f, const struct xml_tag *tag)
{
	unsigned i = 0;

	while (i < tag->nattrs && (tag->attrs[i].prefix.n == 0 || attr_passes(f, &tag->attrs[i])))
		i++;
	return i;
}

const struct xml_tag *filter_attributes(
	struct filter *f, const struct xml_tag *tag, struct xml_tag *copy)
{
	enum stanza_type type = f->result.head.type;

	if (f->table->transparent || first_refused(f, tag) == tag->nattrs)
		return tag;
	if (f->kept_size < tag->nattrs) {
		f->kept_size = tag->nattrs;
		f->kept = mem_resize(f->kept, tag->nattrs * sizeof(f->kept[0]));
	}
	*copy = *tag;
	copy->attrs = f->kept;
	copy->nattrs = 0;
	for (unsigned i = 0; i < tag->nattrs; i++) {
		enum feature feature = attr_feature(f, &tag->attrs[i]);

		if (attr_passes(f, &tag->attrs[i])) {
			f->kept[copy->nattrs++] = tag->attrs[i];
			continue;
		}
		feature_set_add(&f->result.seen, feature);
		if (type == TYPE_GET || type == TYPE_SET || filter_blocks(f, feature))
			filter_refuse_feature(f, feature);
		else
			filter_removed_feature(f, feature);
	}
	return copy;
}

static bool is_known(const struct filter *f, const struct xml_ns *ns)
{
	return ns->mark != 0 || own_feature_find(f->table->own, ns->uri) != FEATURE_UNKNOWN;
}

/* Declarations whose namespace the catalogue knows. Where another one is used further in, the
 * writer declares it there. */
static void reduce_decls(struct filter *f, const struct xml_tag *tag, struct xml_tag *copy)
{
	if (f->decls_size < tag->ndecls) {
		f->decls_size = tag->ndecls;
		f->decls = mem_resize(f->decls, tag->ndecls * sizeof(f->decls[0]));
	}
	copy->decls = f->decls;
	copy->ndecls = 0;
	for (unsigned i = 0; i < tag->ndecls; i++)
		if (is_known(f, tag->decls[i].ns) || tag->decls[i].ns == tag->ns)
			f->decls[copy->ndecls++] = tag->decls[i];
}

const struct xml_tag *filter_reduce(
	struct filter *f, const struct xml_tag *tag, unsigned allowed, struct xml_tag *copy)
{
	struct xml_attr *attrs = filter_attrs(f, tag->nattrs + 1);

	*copy = *tag;
	copy->attrs = attrs;
	copy->nattrs = 0;
	for (unsigned i = 0; i < tag->nattrs; i++)
		if (filter_attr_bit(&tag->attrs[i]) & allowed)
			attrs[copy->nattrs++] = tag->attrs[i];
	reduce_decls(f, tag, copy);
	if (copy->nattrs == tag->nattrs && copy->ndecls == tag->ndecls)
		return tag;
	filter_removed_unknown(f);
	return copy;
}

bool filter_is_stanza(const struct xml_tag *tag, enum stanza_kind *kind_out)
{
	if (!(tag->ns->mark & CATALOGUE_CONTENT))
		return false;
	if (str_eq(tag->local, STR("message")))
		*kind_out = STANZA_MESSAGE;
	else if (str_eq(tag->local, STR("presence")))
		*kind_out = STANZA_PRESENCE;
	else if (str_eq(tag->local, STR("iq")))
		*kind_out = STANZA_IQ;
	else
		return false;
	return true;
}

/* The head outlives the tag: what it views is copied behind one another. */
static struct str copy_one(struct filter *f, struct str s)
{
	char *to = f->names.data + f->names.end;

	if (!s.p)
		return s;
	if (s.n)
		memcpy(to, s.p, s.n);
	buf_commit(&f->names, s.n);
	return (struct str){ to, s.n };
}

/* A part of `whole`, at the same place in its copy. */
static struct str copy_part(struct str part, struct str whole, struct str copy)
{
	return part.p ? (struct str){ copy.p + (part.p - whole.p), part.n } : part;
}

static void copy_head(struct filter *f, const struct stanza_head *h)
{
	struct stanza_head *c = &f->result.head;

	buf_clear(&f->names);
	buf_reserve(&f->names, h->from.n + h->to.n + h->id.n + h->lang.n + 1);
	*c = *h;
	c->from = copy_one(f, h->from);
	c->to = copy_one(f, h->to);
	c->id = copy_one(f, h->id);
	c->lang = copy_one(f, h->lang);
	c->from_domain = copy_part(h->from_domain, h->from, c->from);
	c->to_domain = copy_part(h->to_domain, h->to, c->to);
}

/* A stanza without a language has its stream's; on the next stream that may be another one (RFC
 * 6120 4.7.4). */
static const struct xml_tag *add_lang(
	struct filter *f, const struct xml_tag *tag, struct xml_tag *copy)
{
	struct xml_attr *attrs = filter_attrs(f, tag->nattrs + 1);

	if (tag != copy && tag->nattrs > 0)
		memcpy(attrs, tag->attrs, tag->nattrs * sizeof(attrs[0]));
	*copy = *tag;
	attrs[copy->nattrs++] = (struct xml_attr){
		.prefix = lang_prefix, .local = lang_local, .ns = &f->xml, .value = f->lang
	};
	copy->attrs = attrs;
	return copy;
}

static void frame_init(struct filter *f, struct frame *fr, const struct xml_tag *tag,
	enum stanza_kind kind, enum stanza_type type)
{
	fr->depth = f->depth;
	fr->ns = tag->ns;
	fr->kind = kind;
	fr->type = type;
	fr->folded = kind == STANZA_PRESENCE && f->table->fold != FOLD_OFF;
	fr->inside = INSIDE_STANZA;
	fr->body.reading = READING_NOTHING;
	fr->join = fr->shown = false;
	fr->id_at = fr->id_end = 0;
}

static void write_start(struct filter *f, struct frame *fr, const struct xml_tag *tag)
{
	struct xml_tag copy;
	bool crosses = fr->depth == 1;

	if (fr->folded) {
		presence_open(f, fr, tag);
		return;
	}
	if (!filter_passes(f, FEATURE_UNKNOWN))
		tag = filter_reduce(f, tag, ATTR_STANZA, &copy);
	if (crosses && f->lang.n && !f->result.head.lang.p)
		tag = add_lang(f, tag, &copy);
	/* First-level elements stand without a prefix (RFC 6120 4.8.5). */
	xml_writer_start(f->writer, tag, !crosses);
}

static void reset(struct filter *f)
{
	filter_result_reset(f);
	f->skip = f->children = 0;
	f->top = 0;
	f->shadowed = false;
	f->context = (struct filter_context){ 0 };
	f->refused = f->bare = f->silent = f->join = false;
	f->labelling = f->label_denied = false;
	f->stands = f->lost = f->counted = false;
	f->body_bytes = f->html_bytes = 0;
	f->emptied = FEATURE_COUNT;
	f->memory.about = 0;
	f->error = (struct error_state){ .noting = false };
	buf_clear(&f->out);
	if (f->out.size > FILTER_KEEP)
		buf_shrink(&f->out, FILTER_KEEP);
}

/* May the policies in force be asked for? If not, it is refused. */
static bool is_addressed(struct filter *f)
{
	struct filter_result *r = &f->result;

	switch (r->check) {
	case STANZA_NOT_A_STANZA:
		filter_refuse(f, VERDICT_INVALID, CONDITION_BAD_REQUEST, "not-a-stanza");
		return false;
	case STANZA_ADDRESSING:
		filter_refuse(f, VERDICT_INVALID, CONDITION_BAD_REQUEST, "addressing");
		return false;
	case STANZA_BAD_REQUEST:
	case STANZA_OK: return true;
	}
	return true;
}

/* Who may speak comes before what may be said: a stanza of an unproven domain is that, whatever
 * else is wrong with it. False: it is refused. */
static bool accept_head(struct filter *f)
{
	struct filter_result *r = &f->result;

	if (!f->table) {
		filter_refuse(f, VERDICT_NONE, CONDITION_BAD_REQUEST, "unrouted");
		return false;
	}
	if (r->check == STANZA_BAD_REQUEST) {
		filter_refuse(f, VERDICT_INVALID, CONDITION_BAD_REQUEST, "bad-request");
		return false;
	}
	return true;
}

static bool is_bare(const struct xml_tag *tag)
{
	for (unsigned i = 0; i < tag->nattrs; i++)
		if (!(filter_attr_bit(&tag->attrs[i]) & (ATTR_FROM | ATTR_TO | ATTR_TYPE)))
			return false;
	return true;
}

/* Refused up to here is who it goes between, not what it says. */
static void error_begins(struct filter *f, const struct xml_tag *tag)
{
	f->error.noting = true;
	f->error.between = f->refused;
	f->error.alone = f->error.by_key = f->table->bare_errors != NULL;
	for (unsigned i = 0; i < tag->nattrs; i++)
		f->error.more |= !(filter_attr_bit(&tag->attrs[i]) & (ATTR_STANZA & ~ATTR_LANG));
}

static void begin(struct filter *f, const struct xml_tag *tag)
{
	struct xml_tag copy;

	f->result.own = f->table ? f->table->own : NULL;
	if (!accept_head(f))
		return;
	if (f->table->judges_heads)
		filter_head_judge(f);
	if (f->table->naccess > 0)
		filter_access(f);
	if (f->result.head.type == TYPE_ERROR)
		error_begins(f, tag);
	else if (f->table->labels && !f->refused)
		filter_label_begin(f);
	if (!f->refused)
		tag = filter_attributes(f, tag, &copy);
	if (f->refused) {
		f->bare = is_bare(tag);
		return;
	}
	if (f->error.alone) {
		f->skip = 1;
		return;
	}
	xml_writer_begin(f->writer, &f->out, STR("jabber:server"));
	frame_init(f, &f->frames[0], tag, f->result.head.kind, f->result.head.type);
	write_start(f, &f->frames[0], tag);
}

static void begin_shadow(struct filter *f, const struct xml_tag *tag)
{
	struct filter *s = f->shadow;

	if (!s)
		s = f->shadow = filter_new(f->choose, f->arg);
	if (f->shadow_blank)
		xml_writer_blank(s->writer);
	s->unrecorded = f->unrecorded;
	reset(s);
	s->depth = 1;
	s->lang = f->lang;
	s->table = f->table->shadow;
	s->context = f->context;
	s->result.check = f->result.check;
	copy_head(s, &f->result.head);
	begin(s, tag);
	f->lane = s;
	f->shadowed = true;
}

void filter_open(struct filter *f, const struct xml_tag *tag)
{
	struct stanza_head head = { 0 };

	reset(f);
	f->result.check = stanza_head_read(tag, &head);
	copy_head(f, &head);
	if (!is_addressed(f))
		return;
	f->table = f->choose(f->arg, &f->result.head, &f->context);
	if (f->table && f->table->shadow)
		begin_shadow(f, tag);
	begin(f, tag);
}

static enum stanza_type inner_type(const struct xml_tag *tag)
{
	struct str type = xml_tag_value(tag, STR("type"));

	if (!type.p)
		return TYPE_NONE;
	if (str_eq(type, STR("error")))
		return TYPE_ERROR;
	return str_eq(type, STR("unavailable")) ? TYPE_UNAVAILABLE : TYPE_UNKNOWN;
}

void filter_open_inner(struct filter *f, const struct xml_tag *tag, enum stanza_kind kind)
{
	/* As deep as elements nest, which the scanner bounds. */
	if (++f->top == f->frames_size) {
		f->frames_size *= 2;
		f->frames = mem_resize(f->frames, f->frames_size * sizeof(f->frames[0]));
	}
	frame_init(f, filter_top(f), tag, kind, inner_type(tag));
	write_start(f, filter_top(f), tag);
}
