/* SPDX-License-Identifier: MIT */
/* What is special to presence and to messages in the filter. Part of filter_private.h. */
#pragma once

#include "policy/filter_state.h"

/* ---- presence.c ---- */
/* The start tag of a folded presence, and its children. */
void presence_open(struct filter *f, struct frame *fr, const struct xml_tag *tag);
void presence_child(
	struct filter *f, struct frame *fr, const struct xml_tag *tag, enum feature feature);
/* The element that is open now goes, because of the fold. */
void presence_leave_out(struct filter *f, enum feature feature);
/* Inside <show/> and a room's <x/>. */
void presence_inner(struct filter *f, struct frame *fr, const struct xml_tag *tag);
void presence_text(struct filter *f, struct frame *fr, struct str text);
/* An element below a child of what is not folded: filter_keep(), but for what a room tells of who
 * its occupants are. */
void presence_keep(struct filter *f, const struct frame *fr, const struct xml_tag *tag);
/* <show/> has ended: writes what it maps to. */
void presence_show_end(struct filter *f, struct frame *fr);
/* The stanza was written: its id goes when nothing came that keeps it. */
void presence_end(struct filter *f, const struct frame *fr);

/* ---- message.c ---- */
/* A child was kept: is it what the message was sent for? */
void message_kept(struct filter *f, const struct frame *fr, unsigned flags);
/* Is something left that it was sent for? */
bool message_stands(const struct filter *f);
