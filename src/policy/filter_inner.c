/* SPDX-License-Identifier: MIT */
/*
 * Below the children of a stanza: every element is found in the catalogue, at any depth, whatever
 * it stands in, so that no wrapper hides it. An element in its parent's namespace is mostly the
 * parent's own structure, and passes as the parent did. Decides nothing about the children
 * themselves, nor about what is carried (filter_carrier.c).
 */
#include "policy/filter_private.h"

static void write_start(struct filter *f, const struct xml_tag *tag)
{
	if (!f->table->transparent)
		filter_body_inner(f, filter_top(f), tag);
	xml_writer_start(f->writer, tag, true);
}

void filter_keep(struct filter *f, const struct xml_tag *tag)
{
	enum stanza_kind kind;

	if ((tag->ns->mark & CATALOGUE_CONTENT) && !f->table->transparent &&
		filter_is_stanza(tag, &kind))
		filter_open_inner(f, tag, kind);
	else
		write_start(f, tag);
}

/* A node in XEP-0060's own elements is what is published there, payload or not. */
static enum feature node_feature(struct filter *f, const struct xml_tag *tag, enum feature own)
{
	struct str node = xml_tag_value(tag, STR("node"));
	enum feature feature = node.n ? catalogue_node(node) : FEATURE_UNKNOWN;

	if (feature == FEATURE_UNKNOWN)
		feature = own_feature_find(f->table->own, node);
	if (feature == FEATURE_UNKNOWN)
		return own;
	feature_set_add(&f->result.seen, feature);
	return filter_passes(f, feature) ? own : feature;
}

bool filter_inner_passes(struct filter *f, const struct xml_tag *tag, enum feature *out)
{
	struct catalogue_entry e = { FEATURE_UNKNOWN, 0 };
	enum stanza_kind kind;

	if (f->table->transparent)
		return true;
	/* A stanza is decided by its own children. What else is in a content namespace means
	 * nothing but in a stanza (RFC 6120 8.4). */
	if (tag->ns->mark & CATALOGUE_CONTENT) {
		if (filter_is_stanza(tag, &kind))
			return true;
	} else {
		e = filter_find(f, tag);
	}
	*out = (enum feature)e.feature;
	if (e.flags & ROW_REFERS)
		*out = filter_referred(f, tag, *out);
	if (e.flags & ROW_PUBSUB)
		*out = node_feature(f, tag, *out);
	*out = filter_says(f, tag, e.flags, *out);
	feature_set_add(&f->result.seen, *out);
	return filter_passes(f, *out);
}

void filter_inner_strip(struct filter *f, const struct frame *fr, enum feature feature)
{
	if (filter_is_request(fr) || filter_blocks(f, feature)) {
		filter_refuse_feature(f, feature);
		return;
	}
	f->skip = f->depth;
	filter_removed_feature(f, feature);
}

void filter_look(struct filter *f, const struct xml_tag *tag)
{
	enum feature feature;

	if ((tag->ns->mark & CATALOGUE_CONTENT) || filter_inner_passes(f, tag, &feature))
		return;
	if (filter_blocks(f, feature))
		filter_refuse_feature(f, feature);
}

static void payload_inner(struct filter *f, struct frame *fr, const struct xml_tag *tag)
{
	enum feature feature;
	bool filled = fr->inside == INSIDE_FILLED;

	if (!filter_inner_passes(f, tag, &feature)) {
		if (filled && fr->depth == 1)
			f->lost = true;
		filter_inner_strip(f, fr, feature);
		return;
	}
	if (filled) {
		fr->inside = INSIDE_PAYLOAD;
		message_kept(f, fr, 0);
	}
	presence_keep(f, fr, tag);
}

/* body, subject, status ... contain text only: an element inside is nothing that a catalogue knows,
 * and if it does, that too. */
static void text_inner(struct filter *f, struct frame *fr, const struct xml_tag *tag)
{
	enum feature feature = FEATURE_UNKNOWN;

	feature_set_add(&f->result.seen, FEATURE_UNKNOWN);
	if (!filter_passes(f, FEATURE_UNKNOWN) || !filter_inner_passes(f, tag, &feature)) {
		filter_inner_strip(f, fr, feature);
		return;
	}
	if (filter_body_nested(f, fr))
		filter_keep(f, tag);
}

void filter_inner(struct filter *f, struct frame *fr, const struct xml_tag *tag)
{
	if (filter_disco_hides(f, tag))
		return;
	switch (fr->inside) {
	case INSIDE_STANZA: /* only between children, so never here */
	case INSIDE_PAYLOAD:
	case INSIDE_FILLED: payload_inner(f, fr, tag); return;
	case INSIDE_TEXT: text_inner(f, fr, tag); return;
	case INSIDE_ERROR: filter_error_inner(f, fr, tag); return;
	case INSIDE_CARRIER: filter_carrier_inner(f, fr, tag); return;
	case INSIDE_PUBSUB: filter_pubsub_inner(f, fr, tag); return;
	case INSIDE_SESSION: filter_session_inner(f, fr, tag); return;
	case INSIDE_SHOW:
	case INSIDE_ROOM: presence_inner(f, fr, tag); return;
	}
}
