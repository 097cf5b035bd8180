/* SPDX-License-Identifier: MIT */
/*
 * Children that are decided by what they carry, after they were begun: Jingle by its descriptions,
 * a reference by what it refers to, pubsub by its nodes and items. A mark is taken before such a
 * child is written, and the output taken back to it when something inside decides against it.
 */
#include "policy/filter_private.h"

#include <ctype.h>

/* How far below the stanza the parts of pubsub stand. */
enum {
	LEVEL_GROUP = 2, /* items, publish, retract ... */
	LEVEL_ITEM = 3,  /* item; what it is stands below */
};

enum { HASH_LETTERS = 128 }; /* in base64, of more than 512 bits */

struct mark filter_mark(struct filter *f)
{
	bool first = xml_writer_is_empty(f->writer);
	size_t offset = xml_writer_offset(f->writer);

	return (struct mark){ offset, xml_writer_depth(f->writer), first };
}

static void take_back(struct filter *f, struct mark m)
{
	while (xml_writer_depth(f->writer) > m.depth)
		xml_writer_end(f->writer);
	buf_truncate(&f->out, m.offset);
	if (m.first)
		xml_writer_reopen(f->writer);
	if (f->labelling)
		filter_label_cut(f, m.offset);
}

/* A hash (XEP-0300) is all the text that a carrier has. */
static void hash_open(struct frame *fr, const struct xml_tag *tag)
{
	fr->hash_room = str_eq(tag->local, STR("hash")) ? HASH_LETTERS : 0;
}

void filter_carrier_open(
	struct filter *f, struct frame *fr, const struct xml_tag *tag, enum inside in)
{
	fr->inside = in;
	fr->child = filter_mark(f);
	fr->groups = fr->items = (struct tally){ 0, 0 };
	fr->payload = 0;
	hash_open(fr, tag);
	xml_writer_start(f->writer, tag, true);
}

void filter_child_refused(struct filter *f, struct frame *fr, enum feature feature)
{
	take_back(f, fr->child);
	filter_strip(f, fr, feature);
}

void filter_child_emptied(struct filter *f, struct frame *fr, enum feature feature)
{
	take_back(f, fr->child);
	fr->inside = INSIDE_STANZA;
	if (filter_is_request(fr) || filter_blocks(f, feature))
		filter_refuse_feature(f, feature);
	else
		filter_left_out(f, fr, feature);
}

void filter_carrier_inner(struct filter *f, struct frame *fr, const struct xml_tag *tag)
{
	enum feature feature = FEATURE_CARRIER;
	bool passes = filter_inner_passes(f, tag, &feature);

	if (f->table->limits_iq && filter_iq_refuses(f, fr, feature))
		return;
	if (!passes) {
		filter_child_refused(f, fr, feature);
		return;
	}
	filter_carried(f, fr, tag, feature);
	filter_keep(f, tag);
}

void filter_carried(
	struct filter *f, struct frame *fr, const struct xml_tag *tag, enum feature feature)
{
	hash_open(fr, tag);
	if (fr->payload == 0 && feature != FEATURE_CARRIER)
		fr->payload = f->depth;
}

void filter_carried_end(struct frame *fr, unsigned depth)
{
	fr->hash_room = 0;
	if (fr->payload == depth)
		fr->payload = 0;
}

/* The letters that may still stand in the hash. */
static size_t hash_letters(const struct frame *fr, struct str text)
{
	size_t n = 0;

	while (n < text.n && n < fr->hash_room &&
		(isalnum((unsigned char)text.p[n]) || strchr("+/=", text.p[n])))
		n++;
	return n;
}

/* Text in a carrier is content that nobody named, as text directly in a stanza is. An ended session
 * stays ended: only the words go. */
static void text_removed(struct filter *f, const struct frame *fr)
{
	if (fr->inside == INSIDE_SESSION)
		filter_removed_feature(f, FEATURE_UNKNOWN);
	else
		filter_removed_unknown(f);
}

void filter_carrier_text(struct filter *f, struct frame *fr, struct str text)
{
	size_t n = hash_letters(fr, text);

	if (filter_passes(f, FEATURE_UNKNOWN) || fr->payload) {
		xml_writer_text(f->writer, text);
		return;
	}
	fr->hash_room = n < text.n ? 0 : fr->hash_room - (unsigned)n;
	xml_writer_text(f->writer, (struct str){ text.p, n });
	if (str_trim(str_skip(text, n)).n > 0)
		text_removed(f, fr);
}

/* Something of a pubsub child goes: the element that is open now, of which nothing is written any
 * more. A publish and a request for items is a block as a whole. */
static void pubsub_strip(struct filter *f, struct frame *fr, enum feature feature, unsigned level)
{
	if (filter_is_request(fr) || filter_blocks(f, feature)) {
		filter_refuse_feature(f, feature);
		return;
	}
	f->skip = fr->depth + level;
	fr->taken = feature;
	filter_removed_feature(f, feature);
}

/* An item goes as a whole, however deep in it the reason stands. */
static void item_refused(struct filter *f, struct frame *fr, enum feature feature)
{
	fr->items.removed++;
	take_back(f, fr->item);
	pubsub_strip(f, fr, feature, LEVEL_ITEM);
}

void filter_part_refused(struct filter *f, struct frame *fr, enum feature feature, unsigned depth,
	struct mark before)
{
	unsigned level = depth - fr->depth;

	if (fr->inside == INSIDE_CARRIER || fr->inside == INSIDE_SESSION) {
		filter_child_refused(f, fr, feature);
	} else if (fr->inside == INSIDE_PUBSUB && level >= LEVEL_ITEM) {
		item_refused(f, fr, feature);
	} else if (fr->inside == INSIDE_PUBSUB) {
		fr->groups.removed++;
		take_back(f, fr->group);
		pubsub_strip(f, fr, feature, LEVEL_GROUP);
	} else if (filter_is_request(fr) || filter_blocks(f, feature)) {
		filter_refuse_feature(f, feature);
	} else {
		take_back(f, before);
		f->skip = depth;
		filter_removed_feature(f, feature);
	}
}

static void group_open(struct filter *f, struct frame *fr, const struct xml_tag *tag)
{
	enum feature feature;

	fr->items = (struct tally){ 0, 0 };
	if (!filter_inner_passes(f, tag, &feature)) {
		fr->groups.removed++;
		pubsub_strip(f, fr, feature, LEVEL_GROUP);
		return;
	}
	fr->group = filter_mark(f);
	filter_keep(f, tag);
}

void filter_pubsub_inner(struct filter *f, struct frame *fr, const struct xml_tag *tag)
{
	unsigned level = f->depth - fr->depth;
	enum feature feature;

	if (level == LEVEL_GROUP) {
		group_open(f, fr, tag);
		return;
	}
	if (level == LEVEL_ITEM)
		fr->item = filter_mark(f);
	if (filter_inner_passes(f, tag, &feature)) {
		filter_keep(f, tag);
		return;
	}
	item_refused(f, fr, feature);
}

void filter_pubsub_end(struct filter *f, struct frame *fr, unsigned level)
{
	switch (level) {
	case LEVEL_ITEM: fr->items.kept++; return;
	case LEVEL_GROUP:
		if (fr->items.removed > 0 && fr->items.kept == 0) {
			take_back(f, fr->group);
			fr->groups.removed++;
		} else {
			fr->groups.kept++;
		}
		return;
	case 1:
		if (fr->groups.removed > 0 && fr->groups.kept == 0) {
			filter_child_emptied(f, fr, fr->taken);
		} else {
			message_kept(f, fr, fr->child_flags);
		}
		return;
	}
}
