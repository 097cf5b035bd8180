/* SPDX-License-Identifier: MIT */
/*
 * The children of a stanza: each is found in the catalogue, and the table says what happens to it.
 * What is inside a kept child is decided in filter_inner.c.
 */
#include "policy/filter_private.h"

enum {
	IN_MESSAGE = 1 << STANZA_MESSAGE,
	IN_PRESENCE = 1 << STANZA_PRESENCE,
	IN_IQ = 1 << STANZA_IQ,
};

enum core_text {
	TEXT_PLAIN, /* too short to say anything, or not free */
	TEXT_READ,  /* free text: what a body may not be, it may not be either */
	TEXT_BODY,  /* the same, and max_body holds for it */
};

/* The children that RFC 6120 and 6121 define. In the stanza's own namespace they are what they are
 * called; in the other content namespace they are `unknown`, but where that passes they are read
 * like the others: a server that writes all content as jabber:client makes one of the other. The
 * rest there is `unknown`, as is <error/> in what is no error. */
struct core_child {
	struct str local;
	unsigned kinds;
	unsigned attrs; /* enum attr_bit */
	unsigned flags; /* enum catalogue_flag */
	bool error;
	enum core_text text;
};

static const struct core_child core_children[] = {
	{ STR_INIT("body"), IN_MESSAGE, ATTR_LANG, 0, false, TEXT_BODY },
	{ STR_INIT("thread"), IN_MESSAGE, ATTR_PARENT | ATTR_LANG, ROW_ATTACHED, false, TEXT_READ },
	{ STR_INIT("subject"), IN_MESSAGE, ATTR_LANG, 0, false, TEXT_READ },
	{ STR_INIT("show"), IN_PRESENCE, ATTR_LANG, 0, false, TEXT_PLAIN },
	{ STR_INIT("priority"), IN_PRESENCE, ATTR_LANG, 0, false, TEXT_PLAIN },
	{ STR_INIT("status"), IN_PRESENCE, ATTR_LANG, 0, false, TEXT_READ },
	{ STR_INIT("error"), IN_MESSAGE | IN_PRESENCE | IN_IQ, 0, 0, true, TEXT_PLAIN },
	{ { NULL, 0 }, 0, 0, 0, false, TEXT_PLAIN },
};

static const struct core_child *core_find(const struct frame *fr, const struct xml_tag *tag)
{
	for (const struct core_child *c = core_children; c->local.p; c++)
		if (str_eq(c->local, tag->local))
			return (c->kinds & 1u << fr->kind) && (!c->error || fr->type == TYPE_ERROR)
				       ? c
				       : NULL;
	return NULL;
}

/* What a fallback stands in for goes, and the fallback with it: without the one, the other tells a
 * client to hide text that is all there is left (XEP-0428). */
enum feature filter_referred(const struct filter *f, const struct xml_tag *tag, enum feature own)
{
	struct str uri = xml_tag_value(tag, STR("for"));
	uint32_t mark = uri.n ? catalogue_mark(uri) : 0;
	enum feature feature =
		mark ? catalogue_feature(mark, STR("")) : own_feature_find(f->table->own, uri);

	if (mark == 0 && feature == FEATURE_UNKNOWN)
		return own;
	return filter_passes(f, feature) ? own : feature;
}

void filter_left_out(struct filter *f, struct frame *fr, enum feature feature)
{
	filter_removed_feature(f, feature);
	if (fr->depth != 1)
		return;
	f->lost = true;
	if (fr->kind == STANZA_IQ && fr->type == TYPE_RESULT)
		f->emptied = feature;
}

void filter_strip(struct filter *f, struct frame *fr, enum feature feature)
{
	fr->inside = INSIDE_STANZA;
	/* A request without what it asks is another request. */
	if (filter_is_request(fr) || filter_blocks(f, feature)) {
		filter_refuse_feature(f, feature);
		return;
	}
	f->skip = fr->depth + 1;
	filter_left_out(f, fr, feature);
}

bool filter_is_join(const struct xml_tag *tag)
{
	return str_eq(tag->local, STR("x")) &&
	       str_eq(tag->ns->uri, STR("http://jabber.org/protocol/muc"));
}

/* A carbon copy and a roster push are what a server tells its own user (XEP-0280 11, RFC 6121
 * 2.1.6): from another domain they lie. */
static bool refuse_spoofed(struct filter *f, const struct frame *fr, struct catalogue_entry e)
{
	if (fr->depth != 1)
		return false;
	if (e.feature == FEATURE_CARBONS && fr->kind == STANZA_MESSAGE)
		filter_refuse(f, VERDICT_DROP, CONDITION_POLICY_VIOLATION, "spoofed");
	else if (e.feature == FEATURE_ROSTER && fr->type == TYPE_SET)
		filter_refuse(f, VERDICT_BOUNCE, CONDITION_SERVICE_UNAVAILABLE, "spoofed");
	else
		return false;
	f->result.feature = (enum feature)e.feature;
	return true;
}

static void keep_core(struct filter *f, struct frame *fr, const struct xml_tag *tag,
	const struct core_child *core)
{
	struct xml_tag copy;

	fr->child_flags = core->flags;
	if (core->text != TEXT_PLAIN && filter_reads(f)) {
		filter_body_open(f, fr, core->text == TEXT_BODY ? 0 : BODY_UNMEASURED);
	} else {
		message_kept(f, fr, core->flags);
	}
	if (core->error) {
		filter_error_open(f, fr, tag);
		return;
	}
	fr->inside = INSIDE_TEXT;
	if (!filter_passes(f, FEATURE_UNKNOWN))
		tag = filter_reduce(f, tag, core->attrs, &copy);
	xml_writer_start(f->writer, tag, true);
}

static enum inside carrier_kind(unsigned flags)
{
	if (flags & ROW_SESSION)
		return INSIDE_SESSION;
	return flags & ROW_CARRIER ? INSIDE_CARRIER : INSIDE_PUBSUB;
}

/* How a child's text is read that stands in its elements; 0: not at all. What the body says,
 * XHTML-IM says again, and real-time text before. */
static unsigned how_read(enum feature feature)
{
	if (feature == FEATURE_HTML)
		return BODY_NESTED;
	if (feature == FEATURE_FORMS)
		return FORM_READ;
	return feature == FEATURE_RTT ? BODY_NESTED | BODY_UNMEASURED : 0;
}

static void keep_child(
	struct filter *f, struct frame *fr, const struct xml_tag *tag, struct catalogue_entry e)
{
	unsigned carries = e.flags & (ROW_CARRIER | ROW_PUBSUB | ROW_SESSION);
	unsigned how = how_read((enum feature)e.feature);

	fr->child_flags = e.flags;
	f->silent |= (e.flags & ROW_SILENT) != 0;
	if (!f->table->transparent && carries) {
		filter_carrier_open(f, fr, tag, carrier_kind(carries));
		fr->payload = e.feature == FEATURE_CARRIER ? 0 : f->depth;
		return;
	}
	if (how && filter_reads(f))
		filter_body_open(f, fr, how);
	else
		message_kept(f, fr, e.flags);
	fr->inside = e.flags & ROW_FILLED ? INSIDE_FILLED : INSIDE_PAYLOAD;
	filter_keep(f, tag);
}

void filter_child(struct filter *f, struct frame *fr, const struct xml_tag *tag)
{
	const struct core_child *core = NULL;
	struct catalogue_entry e = { FEATURE_UNKNOWN, 0 };

	if (!(tag->ns->mark & CATALOGUE_CONTENT)) {
		e = filter_find(f, tag);
	} else {
		core = core_find(fr, tag);
		e.feature = core && tag->ns == fr->ns ? FEATURE_CORE : FEATURE_UNKNOWN;
	}
	if (e.flags & ROW_REFERS)
		e.feature = (uint16_t)filter_referred(f, tag, (enum feature)e.feature);
	if (e.flags & ROW_SESSION)
		e.feature = (uint16_t)filter_session_feature(f, fr, tag, e);
	e.feature = (uint16_t)filter_says(f, tag, e.flags, (enum feature)e.feature);
	feature_set_add(&f->result.seen, (enum feature)e.feature);
	if ((e.flags & ROW_PRIVATE) && refuse_spoofed(f, fr, e))
		return;
	if (f->table->limits_iq && filter_iq_refuses(f, fr, (enum feature)e.feature))
		return;
	if (e.feature == FEATURE_MUC && filter_is_join(tag))
		f->join = true;
	if (!filter_passes(f, (enum feature)e.feature)) {
		f->silent |= (e.flags & ROW_SILENT) != 0;
		filter_strip(f, fr, (enum feature)e.feature);
		return;
	}
	if (fr->folded) {
		presence_child(f, fr, tag, (enum feature)e.feature);
		return;
	}
	if (core)
		keep_core(f, fr, tag, core);
	else
		keep_child(f, fr, tag, e);
}

void filter_child_end(struct filter *f, struct frame *fr)
{
	if (fr->inside == INSIDE_CARRIER || fr->inside == INSIDE_SESSION)
		message_kept(f, fr, fr->child_flags);
	fr->inside = INSIDE_STANZA;
}
