/* SPDX-License-Identifier: MIT */
/*
 * Security labels in the stream: what a policy with labels.check needs to know besides its table,
 * and what the filter remembers of a stanza's labels until all of it was read.
 */
#pragma once

#include "label/intake.h"
#include "label/model.h"
#include "label/spif.h"
#include "policy/filter_place.h"
#include "policy/label_terms.h"
#include "xml/events.h"

struct filter;

/* Who is on either side; all of it the plan's. */
struct filter_labels {
	const struct label_policies *policies; /* NULL: none governs, and nothing passes */
	/* What a label that names no policy is of (SPIF defaultSecurityPolicyId); NULL: of none. */
	const struct spif *assumed;
	struct label_side from, to;
	int64_t now; /* seconds since 1970 */
};

enum { LABEL_MESSAGES = 8, LABEL_DETAIL = 200 };

/* Of one stanza. */
struct label_watch {
	struct label_intake intake;
	unsigned depth; /* of the label that is being read; 0: none */
	/* Messages that are open, the one that crosses and those inside it. */
	struct label_message {
		unsigned depth;
		bool labelled;
	} messages[LABEL_MESSAGES];
	unsigned nmessages;
	bool subject, more; /* children: a subject; anything that does not go along with one */
	struct label_places places;
	const char *reason; /* the first denial; NULL: none */
	char detail[LABEL_DETAIL];
};
void label_watch_free(struct label_watch *w);

/* The stanza's head has been accepted: from now on its events are heard, whatever is left out. */
void filter_label_begin(struct filter *f);
/* Below the stanza's start tag; before anything is decided about the element. */
void filter_label_start(struct filter *f, const struct xml_tag *tag);
void filter_label_text(struct filter *f, struct str text);
/* At the stanza's own end tag it is refused if a label was. */
void filter_label_end(struct filter *f);
/* Is this a label where there may be none (presence, XEP-0258 section 3)? */
bool filter_label_misplaced(const struct filter *f, const struct xml_tag *tag);

/* ---- filter_judge.c ---- */

/* The first denial is the one that is told; the stanza is refused at its end. Always false. */
bool filter_label_deny(struct filter *f, const char *reason, const char *words);
/* The label that is in the intake. */
void filter_label_judge(struct filter *f);
/* A message without a label has ended. */
void filter_label_judge_missing(struct filter *f, const struct label_message *m);
