/* SPDX-License-Identifier: MIT */
/*
 * The parts of the filter that recognise what no element's name alone says: sessions
 * (filter_session.c), text (filter_body.c), answers of service discovery (filter_disco.c). Included
 * by the filter's parts alone.
 */
#pragma once

#include "policy/body.h"
#include "policy/catalogue.h"
#include "policy/sessions.h"
#include "xml/events.h"

struct filter;
struct frame;

/* A place in the output to which it can be taken back. */
struct mark {
	size_t offset;
	unsigned depth; /* elements open in the writer */
	bool first;     /* nothing stood in the innermost of them yet */
};

/* Items of one pubsub element: are any left? */
struct tally {
	unsigned kept, removed;
};

/* Whose text is read, of one element at a time. */
enum reading {
	READING_NOTHING,
	READING_TEXT, /* the element's own */
	READING_ALL,  /* and that of elements in it */
};

enum body_how {
	BODY_NESTED = 1,     /* the text in its elements too */
	BODY_PARTS = 2,      /* each of them is a text of its own, too */
	BODY_UNMEASURED = 4, /* max_body does not hold for it */
	FORM_READ = BODY_NESTED | BODY_PARTS | BODY_UNMEASURED,
};

struct body_state {
	enum reading reading;
	unsigned how;               /* enum body_how */
	unsigned depth;             /* of the element */
	struct mark mark;           /* before it */
	struct body_scan text, all; /* of its own text, of that further in too */
	size_t text_at;             /* where its text began, in the output; 0: there is none */
};

/* SESSION: what is known of it, and what the child says. */
struct session_state {
	uint64_t key;   /* 0: it cannot be remembered */
	unsigned known; /* enum session_about */
	unsigned level; /* of descriptions, below the stanza */
	bool jingle;
	bool proposal;
	bool told;        /* there was a description */
	unsigned content; /* enum session_about: what those of the open content say */
	bool transport;   /* in one */
	bool held;        /* something in it would be a call's, and calls are refused */
};

/* Of a filter. */
struct session_memory {
	struct sessions *sessions; /* made with the first one */
	uint64_t key;              /* what this stanza tells of one */
	unsigned about;            /* enum session_about */
};

/* ---- filter_carrier.c ---- */
/* The open child goes, whatever of it has been written: as its policy says. */
void filter_child_refused(struct filter *f, struct frame *fr, enum feature feature);
/* The same for an element further in, at `depth`, with what it cannot go without. */
void filter_part_refused(struct filter *f, struct frame *fr, enum feature feature, unsigned depth,
	struct mark before);
/* The same when its end tag has been written. */
void filter_child_emptied(struct filter *f, struct frame *fr, enum feature feature);
struct mark filter_mark(struct filter *f);

/* ---- filter_session.c ---- */
/* A child with ROW_SESSION: the feature that it is, or FEATURE_CARRIER: what it carries decides. */
enum feature filter_session_feature(
	struct filter *f, struct frame *fr, const struct xml_tag *tag, struct catalogue_entry e);
void filter_session_inner(struct filter *f, struct frame *fr, const struct xml_tag *tag);
/* An element `level` below the stanza has ended. */
void filter_session_end(struct filter *f, struct frame *fr, unsigned level);
/* The stanza passes: what it told is remembered. */
void filter_session_close(struct filter *f);

/* ---- filter_body.c ---- */
/* Does anybody want to know what a text says? */
bool filter_reads(const struct filter *f);
/* Before an element is written whose text is read; `how` is of enum body_how. */
void filter_body_open(struct filter *f, struct frame *fr, unsigned how);
/* Before an element in a body is written. False: with that, the body is refused. */
bool filter_body_nested(struct filter *f, struct frame *fr);
/* Before an element further in is written: is it one whose text is read, or in one? */
void filter_body_inner(struct filter *f, struct frame *fr, const struct xml_tag *tag);
/* Writes text, or refuses the child for it. */
void filter_body_text(struct filter *f, struct frame *fr, struct str text);
/* Before its end tag is written. False: nothing was left of it, and it was taken back. */
bool filter_body_end(struct filter *f, struct frame *fr);

/* ---- filter_disco.c ---- */
/* Leaves out an element that says that something can be done which the policies refuse. False: it
 * is none. */
bool filter_disco_hides(struct filter *f, const struct xml_tag *tag);
