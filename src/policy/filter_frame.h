/* SPDX-License-Identifier: MIT */
/* A stanza that is open in the filter, with what its parts remember of it. Part of filter_state.h.
 */
#pragma once

#include "policy/catalogue.h"
#include "policy/filter.h"
#include "policy/filter_content.h"

/* What is open below a stanza. */
enum inside {
	INSIDE_STANZA,  /* nothing: the next start tag is a child */
	INSIDE_TEXT,    /* body, subject, status ...: text only */
	INSIDE_PAYLOAD, /* a kept child */
	INSIDE_FILLED,  /* the same, which counts once it has a child of its own */
	INSIDE_ERROR,   /* <error/> of an error, with a policy */
	INSIDE_CARRIER, /* a child decided by what it carries */
	INSIDE_PUBSUB,  /* items, decided one by one */
	INSIDE_SESSION, /* Jingle, or a proposal of it */
	INSIDE_SHOW,    /* <show/>, collected and mapped */
	INSIDE_ROOM,    /* a room's <x/> in folded presence */
};

enum {
	SHOW_BYTES = 8,
	ROOM_DEPTH = 3,
	/* What the output keeps from stanza to stanza; a large one gives the rest back. */
	FILTER_KEEP = 64 * 1024,
};

struct presence_rule;

/* A stanza that is open: the one that crosses, or one inside it (XEP-0297, whatever else wraps). */
struct frame {
	unsigned depth; /* of its start tag; 1: the one that crosses */
	const struct xml_ns *ns;
	enum stanza_kind kind;
	enum stanza_type type; /* of an inner one NONE, UNAVAILABLE, ERROR or UNKNOWN */
	bool folded;           /* presence under a fold */
	enum inside inside;

	struct mark child;             /* CARRIER, PUBSUB, SESSION: before the child */
	const struct xml_ns *child_ns; /* ROOM: of the <x/> */
	unsigned child_flags;          /* enum catalogue_flag of the child */
	struct body_state body;
	struct session_state session; /* SESSION */
	struct mark group, item;      /* PUBSUB: before the group of items, before the item */
	struct tally groups, items;
	unsigned payload;   /* CARRIER, SESSION: depth of what is carried and not itself a carrier;
			       0: none is open */
	unsigned hash_room; /* CARRIER: letters that a hash may still have */
	enum feature taken; /* PUBSUB: the first feature that was removed */

	bool join;            /* presence with {muc}x */
	bool shown;           /* <show/> was there */
	size_t id_at, id_end; /* the id of a folded presence, in the output */
	const struct presence_rule *rules[ROOM_DEPTH];
	size_t show_n;
	char show[SHOW_BYTES];
};

/* What crosses of an error when nothing else of it may. */
struct error_state {
	bool noting;          /* the stanza is one */
	bool inside;          /* its <error/> was the last child */
	bool more;            /* there is more of it than that */
	bool between;         /* refused for who speaks to whom, or how */
	bool by_key;          /* a policy wants all of them so */
	bool alone;           /* it crosses so */
	struct str type;      /* n == 0: none was there */
	struct str condition; /* the same */
};
