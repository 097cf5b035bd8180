/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the filter share: its state, and who does what. filter.c hears events and keeps
 * depth; filter_stanza.c opens stanzas and reduces their attributes; filter_child.c decides
 * children; filter_carrier.c decides what their content decides; presence.c and message.c hold what
 * is special to those; filter_result.c makes the result. Included by them alone.
 */
#pragma once

#include "base/buf.h"
#include "policy/catalogue.h"
#include "policy/filter.h"
#include "xml/writer.h"

/* What is open below a stanza. */
enum inside {
	INSIDE_STANZA,  /* nothing: the next start tag is a child */
	INSIDE_TEXT,    /* body, subject, status ...: text only */
	INSIDE_PAYLOAD, /* a kept child: only stanzas inside it are looked at */
	INSIDE_FILLED,  /* the same, which counts once it has a child of its own */
	INSIDE_CARRIER, /* a child decided by what it carries */
	INSIDE_PUBSUB,  /* items, decided one by one */
	INSIDE_SHOW,    /* <show/>, collected and mapped */
	INSIDE_ROOM,    /* a room's <x/> in folded presence */
};

/* A place in the output to which it can be taken back. */
struct mark {
	size_t offset;
	unsigned depth; /* elements open in the writer */
};

/* Items of one pubsub element: are any left? */
struct tally {
	unsigned kept, removed;
};

enum {
	SHOW_BYTES = 8,
	ROOM_DEPTH = 3,
	/* What the output keeps from stanza to stanza; an unusually large one gives the rest back.
	 */
	FILTER_KEEP = 64 * 1024,
};

struct presence_rule;

/* A stanza that is open: the one that crosses, or one inside it (XEP-0297 and whatever else wraps).
 */
struct frame {
	unsigned depth; /* of its start tag; 1: the one that crosses */
	const struct xml_ns *ns;
	enum stanza_kind kind;
	enum stanza_type
		type; /* of an inner one NONE, UNAVAILABLE, ERROR or UNKNOWN: all that matters */
	bool folded;  /* presence under a fold */
	enum inside inside;
	unsigned kept; /* children written */
	/* Set when the first written child was taken back: where the stanza's content began. */
	size_t hollow;

	struct mark child; /* CARRIER, PUBSUB: before the child */
	const struct xml_ns *child_ns;
	unsigned child_flags;    /* enum catalogue_flag of the child */
	struct mark group, item; /* PUBSUB: before the group of items, before the item */
	struct tally groups, items;
	enum feature taken; /* PUBSUB: the first feature that was removed */

	bool join;            /* presence with {muc}x */
	bool shown;           /* <show/> was there */
	size_t id_at, id_end; /* the id of a folded presence, in the output */
	const struct presence_rule *rules[ROOM_DEPTH];
	size_t show_n;
	char show[SHOW_BYTES];
};

/* Attributes that mean something on stanzas and their core children. */
enum attr_bit {
	ATTR_OTHER = 0,
	ATTR_FROM = 1,
	ATTR_TO = 2,
	ATTR_ID = 4,
	ATTR_TYPE = 8,
	ATTR_LANG = 16,
	ATTR_PARENT = 32,
	ATTR_STANZA = ATTR_FROM | ATTR_TO | ATTR_ID | ATTR_TYPE | ATTR_LANG,
};

struct filter {
	filter_choose_fn *choose;
	void *arg;
	struct str lang;   /* to add to stanzas without one; n == 0: nothing */
	struct xml_ns xml; /* the namespace of xml:lang */

	struct xml_writer *writer;
	struct buf out;         /* the stanza under way */
	struct buf names;       /* what result.head views */
	struct xml_attr *attrs; /* of a tag that is written with fewer */
	unsigned attrs_size;
	struct xml_decl *decls;
	unsigned decls_size;

	const struct policy_table *table;
	unsigned depth;    /* elements open in the input */
	unsigned skip;     /* depth of the element that is skipped with all its content; 0: none */
	unsigned children; /* of the stanza that crosses, skipped ones included */
	bool stands;       /* a message has something it was sent for */
	bool lost;         /* the stanza lost a child or text */
	bool emptied;      /* an IQ result lost its payload */
	bool counted;      /* refused at its end, for the number of its children */

	struct frame *frames;
	unsigned top; /* index of the innermost */
	unsigned frames_size;
	struct filter_result result;
};

static inline struct frame *filter_top(struct filter *f)
{
	return &f->frames[f->top];
}
static inline bool filter_passes(const struct filter *f, enum feature feature)
{
	return f->table->action[feature] == ACTION_PASS;
}

/* ---- filter_stanza.c ---- */
void filter_open(struct filter *f, const struct xml_tag *tag);
/* A stanza inside another: a new frame, and its start tag written. */
void filter_open_inner(struct filter *f, const struct xml_tag *tag, enum stanza_kind kind);
/* Is this element a stanza, whatever it stands in? */
bool filter_is_stanza(const struct xml_tag *tag, enum stanza_kind *kind_out);
enum attr_bit filter_attr_bit(const struct xml_attr *a);
/* The tag as it is written when attributes outside `allowed` (enum attr_bit) and declarations that
 * the catalogue does not know are stripped: the tag itself when there is nothing to do. */
const struct xml_tag *filter_reduce(
	struct filter *f, const struct xml_tag *tag, unsigned allowed, struct xml_tag *copy);
/* Room for the attributes of a copied tag; used again by the next one. */
struct xml_attr *filter_attrs(struct filter *f, unsigned n);

/* ---- filter_child.c ---- */
void filter_child(struct filter *f, struct frame *fr, const struct xml_tag *tag);
/* Below a child. */
void filter_inner(struct filter *f, struct frame *fr, const struct xml_tag *tag);
/* Writes a start tag inside something that is kept. May move the frames. */
void filter_keep(struct filter *f, const struct xml_tag *tag);
/* Leaves the open child out, as the policy that strips `feature` says: it is skipped to its end. */
void filter_strip(struct filter *f, struct frame *fr, enum feature feature);
/* What that means for the stanza. */
void filter_left_out(struct filter *f, struct frame *fr, enum feature feature);
/* The child has ended, and was not skipped. */
void filter_child_end(struct filter *f, struct frame *fr);

/* ---- filter_carrier.c ---- */
/* A child that its content decides: `in` is INSIDE_CARRIER or INSIDE_PUBSUB. */
void filter_carrier_open(
	struct filter *f, struct frame *fr, const struct xml_tag *tag, enum inside in);
void filter_carrier_inner(struct filter *f, struct frame *fr, const struct xml_tag *tag);
void filter_pubsub_inner(struct filter *f, struct frame *fr, const struct xml_tag *tag);
/* An element `level` below the stanza has ended (1: the child itself). */
void filter_pubsub_end(struct filter *f, struct frame *fr, unsigned level);
/* The stanza was written: when all its children were taken back, it is an empty element. */
void filter_hollow(struct filter *f, const struct frame *fr);

/* ---- presence.c ---- */
/* The start tag of a folded presence, and its children. */
void presence_open(struct filter *f, struct frame *fr, const struct xml_tag *tag);
void presence_child(
	struct filter *f, struct frame *fr, const struct xml_tag *tag, enum feature feature);
/* Inside <show/> and a room's <x/>. */
void presence_inner(struct filter *f, struct frame *fr, const struct xml_tag *tag);
void presence_text(struct filter *f, struct frame *fr, struct str text);
/* <show/> has ended: writes what it maps to. */
void presence_show_end(struct filter *f, struct frame *fr);
/* The stanza was written: its id goes when nothing came that keeps it. */
void presence_end(struct filter *f, const struct frame *fr);

/* ---- message.c ---- */
/* A child was kept: is it what the message was sent for? */
void message_kept(struct filter *f, const struct frame *fr, unsigned flags);
/* Is something left that it was sent for? */
bool message_stands(const struct filter *f);

/* ---- filter_result.c ---- */
void filter_result_reset(struct filter *f);
/* Something is left out. The first thing that is gives the reason. */
void filter_removed(
	struct filter *f, enum feature feature, const char *reason, const struct policy *who);
/* The whole stanza is refused; nothing more of it is looked at. */
void filter_refuse(struct filter *f, enum verdict v, enum stanza_condition c, const char *reason);
/* The same, because of a feature: an IQ request that carries what is stripped. */
void filter_refuse_feature(struct filter *f, enum feature feature);
/* The stanza's end tag. */
void filter_close(struct filter *f);
