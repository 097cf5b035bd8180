/* SPDX-License-Identifier: MIT */
/*
 * Where labels may stand, and what they cover: one for each message, as its child; of pubsub (XEP-
 * 0314) one in a publish, or some in a list, to which its items refer. What has no label although
 * it needs one. Part of filter_label.h; judges no label.
 */
#pragma once

#include "base/buf.h"
#include "label/securitylabel.h"
#include "policy/feature.h"
#include "xml/events.h"

struct filter;
struct policy_rule;

enum {
	LABEL_MESSAGES = 8, /* one in another that are judged */
	PLACE_NAMES = 64,   /* labels of a list */
	PLACE_NAME = 64,    /* bytes of such a name */
};

/* Names of labels in a list. */
struct place_names {
	char text[PLACE_NAMES][PLACE_NAME];
	unsigned char length[PLACE_NAMES];
	unsigned n;
};

struct label_places {
	struct place_message {
		bool for_body; /* its label covers the body alone */
		bool more;     /* there is something else to cover */
	} messages[LABEL_MESSAGES];
	/* Of the message that crosses: a receipt or its like; anything else; a thread is open. */
	bool signal, content, in_thread;
	/* Of an IQ. */
	const struct policy_rule
		*rule; /* refuses its kind where it has no label; NULL: it may pass */
	enum feature feature;
	enum place_payload { PLACE_OTHER, PLACE_PUBSUB, PLACE_LIST } payload;
	/* GROUP_PAGES: what pages of a list are asked for, or told (XEP-0059), which is no content.
	 */
	enum place_group { GROUP_NONE, GROUP_PUBLISH, GROUP_ITEMS, GROUP_PAGES } group;
	unsigned group_depth;
	bool labelled, filled, needs; /* the group has a label; this item, some item has content */
	bool refers;                  /* this item does, to a label */
	bool bare;                    /* something is not covered */
	struct place_names *ids, *references;
};
void filter_places_fini(struct label_places *p);

void filter_place_begin(struct filter *f);
/* What is heard outside of labels, labels themselves included. */
void filter_place_start(struct filter *f, const struct xml_tag *tag);
void filter_place_text(struct filter *f, struct str text);
void filter_place_end(struct filter *f);
/* The innermost message has ended. */
void filter_place_message_end(struct filter *f);
/* May a label stand here? It denies one that may not, and a second one. */
bool filter_place_allows(struct filter *f, const struct xml_tag *tag);
/* What items of a list call this label (XEP-0314); p == NULL: nothing. */
struct str filter_place_id(const struct xml_tag *tag);
/* A label without its securitylabel. */
bool filter_place_is_payload(const struct xml_tag *tag);
/* The label that is judged covers no more than it says. */
void filter_place_covers(struct filter *f, const struct securitylabel *s);
/* An IQ of this kind may not pass without a label: will its items have one? Else false. */
bool filter_place_waits(struct filter *f, const struct policy_rule *rule, enum feature feature);
/* Is the message that crosses nothing but a receipt, a marker or a chat state? */
bool filter_place_is_signal(const struct filter *f);
