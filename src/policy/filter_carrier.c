/* SPDX-License-Identifier: MIT */
/*
 * Children that are decided by what they carry, after they were begun: Jingle by its descriptions,
 * a reference by what it refers to, pubsub by its nodes and items. A mark is taken before such a
 * child is written, and the output taken back to it when something inside decides against it.
 */
#include "policy/filter_private.h"

/* How far below the stanza the parts of pubsub stand. */
enum {
	LEVEL_GROUP = 2, /* items, publish, retract ... */
	LEVEL_ITEM = 3,  /* item; what it is stands below */
};

struct mark filter_mark(struct filter *f)
{
	size_t offset = xml_writer_offset(f->writer);

	return (struct mark){ offset, xml_writer_depth(f->writer) };
}

static void take_back(struct filter *f, struct mark m)
{
	while (xml_writer_depth(f->writer) > m.depth)
		xml_writer_end(f->writer);
	buf_truncate(&f->out, m.offset);
}

void filter_carrier_open(
	struct filter *f, struct frame *fr, const struct xml_tag *tag, enum inside in)
{
	fr->inside = in;
	fr->child = filter_mark(f);
	fr->groups = fr->items = (struct tally){ 0, 0 };
	xml_writer_start(f->writer, tag, true);
}

/* The stanza's content begins behind the '>' that was written for the first child. */
static void child_take_back(struct filter *f, struct frame *fr)
{
	take_back(f, fr->child);
	if (--fr->kept == 0)
		fr->hollow = fr->child.offset;
}

void filter_child_refused(struct filter *f, struct frame *fr, enum feature feature)
{
	child_take_back(f, fr);
	filter_strip(f, fr, feature);
}

void filter_child_emptied(struct filter *f, struct frame *fr, enum feature feature)
{
	child_take_back(f, fr);
	fr->inside = INSIDE_STANZA;
	if (filter_blocks(f, feature))
		filter_refuse_feature(f, feature);
	else
		filter_left_out(f, fr, feature);
}

void filter_hollow(struct filter *f, const struct frame *fr)
{
	if (fr->hollow == 0 || fr->kept > 0)
		return;
	buf_truncate(&f->out, fr->hollow - 1);
	buf_put(&f->out, STR("/>"));
}

void filter_carrier_inner(struct filter *f, struct frame *fr, const struct xml_tag *tag)
{
	enum feature feature = FEATURE_CARRIER;
	bool passes = filter_inner_passes(f, tag, &feature);

	if (f->table->limits_iq && filter_iq_refuses(f, fr, feature))
		return;
	if (passes) {
		filter_keep(f, tag);
		return;
	}
	filter_child_refused(f, fr, feature);
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
	/* An item goes as a whole, however deep in it the reason stands. */
	fr->items.removed++;
	take_back(f, fr->item);
	pubsub_strip(f, fr, feature, LEVEL_ITEM);
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
