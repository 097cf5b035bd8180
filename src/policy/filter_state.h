/* SPDX-License-Identifier: MIT */
/* The state that the parts of the filter share. Included by them alone, by filter_private.h. */
#pragma once

#include "base/buf.h"
#include "policy/filter_frame.h"
#include "xml/writer.h"

/* One lane: a table, and what becomes of the stanza under it. The shadow of a table is a second
 * one, fed the same events. */
struct filter {
	filter_choose_fn *choose;
	void *arg;
	struct filter *shadow; /* made when a table first has one */
	struct filter *lane;   /* the same, while it follows a stanza; else NULL */
	bool shadowed;         /* it followed the last one */
	bool shadow_blank;     /* what it writes is not read */
	bool unrecorded;       /* nor what it has seen */
	struct str lang;       /* to add to stanzas without one; n == 0: nothing */
	struct xml_ns xml;     /* the namespace of xml:lang */
	uint64_t address_marks;
	uint32_t form_mark; /* of jabber:x:data */

	struct xml_writer *writer;
	struct buf out;         /* the stanza under way */
	struct buf names;       /* what result.head views */
	struct xml_attr *attrs; /* of a tag that is written with fewer */
	unsigned attrs_size;
	struct xml_attr *kept; /* of a tag that others make another one of */
	unsigned kept_size;
	struct xml_decl *decls;
	unsigned decls_size;

	const struct policy_table *table;
	struct filter_context context;
	unsigned depth;    /* elements open in the input */
	unsigned skip;     /* depth of the element that is skipped with all its content; 0: none */
	unsigned children; /* of the stanza that crosses, skipped ones included */
	unsigned changes;  /* things left out or changed */
	bool stands;       /* a message has something it was sent for */
	bool lost;         /* the stanza lost a child or text */
	size_t body_bytes; /* of text in bodies, with max_body */
	size_t html_bytes; /* and in XHTML-IM */
	bool counted;      /* refused at its end, for the number of its children */
	bool refused;      /* by a policy */
	bool bare;         /* refused by its start tag, on which only addresses and type stand */
	bool silent;       /* a message that is refused without a word */
	bool labelling;    /* its labels are checked */
	bool label_denied; /* one of them refuses it */
	bool join;         /* presence that asks to enter a room, by its {muc}x */
	enum feature
		emptied; /* for what an IQ result lost its payload; FEATURE_COUNT: it did not */

	struct label_watch *labels; /* made with the first stanza whose labels are checked */
	struct session_memory memory;
	struct error_state error;
	struct frame *frames;
	unsigned top; /* index of the innermost */
	unsigned frames_size;
	struct filter_result result;
};

static inline struct frame *filter_top(struct filter *f)
{
	return &f->frames[f->top];
}
/* An IQ that asks; one inside another stanza has no such type here. */
static inline bool filter_is_request(const struct frame *fr)
{
	return fr->type == TYPE_GET || fr->type == TYPE_SET;
}
static inline bool filter_passes(const struct filter *f, enum feature feature)
{
	return f->table->action[feature] == ACTION_PASS;
}
/* What an element is: by the catalogue, and where that knows nothing by the operator's features. */
static inline struct catalogue_entry filter_find(const struct filter *f, const struct xml_tag *tag)
{
	if (tag->ns->mark == 0 && f->table->own)
		return (struct catalogue_entry){
			(uint16_t)own_feature_find(f->table->own, tag->ns->uri), 0
		};
	return catalogue_find(tag->ns->mark, tag->local);
}
/* Does the feature refuse the stanza? */
static inline bool filter_blocks(const struct filter *f, enum feature feature)
{
	return f->table->action[feature] == ACTION_BLOCK && !filter_always_passes(&f->result.head);
}
