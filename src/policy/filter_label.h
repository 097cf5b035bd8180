/* SPDX-License-Identifier: MIT */
/*
 * Security labels in the stream: what a policy with labels.check needs to know besides its table,
 * and what the filter remembers of a stanza's labels until all of it was read.
 */
#pragma once

#include "policy/filter_place.h"
#include "policy/filter_catalog.h"
#include "policy/filter_memo.h"
#include "policy/filter_relabel.h"
#include "xml/events.h"

/* Who is on either side; all of it the plan's. */
struct filter_labels {
	const struct label_policies *policies; /* NULL: none governs, and nothing passes */
	/* What a label that names no policy is of (SPIF defaultSecurityPolicyId); NULL: of none. */
	const struct spif *assumed;
	struct label_side from, to;
	int64_t now;   /* seconds since 1970 */
	uint64_t plan; /* a number that no other has had; 0: nothing is remembered */
};

enum {
	LABEL_DETAIL = 200,
	LABEL_PASSED = 400,
	LABEL_GROWTH = 256 << 10, /* bytes that labels and first lines may add to a stanza */
};

/* Of one stanza. */
struct label_watch {
	struct label_intake intake;
	struct label_record record; /* of the label that is being read */
	struct label_memo *memo;    /* NULL: nothing is remembered yet */
	unsigned depth;             /* of that label; 0: none */
	/* Messages that are open, the one that crosses and those inside it. */
	struct label_message {
		unsigned depth;
		bool labelled;
		unsigned changes; /* of the filter, when it began */
		unsigned edits;   /* the first of its own */
		size_t texts;     /* where its own begin */
		struct label_rewrite new;
		/* With first lines in. */
		const struct label *line; /* what the first that is known stands for */
		unsigned bodies, marked;  /* with text; those that begin with that line */
	} messages[LABEL_MESSAGES];
	unsigned nmessages;
	bool subject, more; /* children: a subject; anything that does not go along with one */
	struct label_places places;
	struct label_catalog *catalog; /* NULL: there was none yet */
	bool lines_in, lines_out;
	struct label_line line;
	struct label_rewrite loose; /* of a label that is no child of a message */
	size_t loose_at;
	struct buf loose_id;        /* the attribute by which items refer to it; empty: none */
	struct label_judged judged; /* the label that came last */
	struct label_edit *edits;
	unsigned nedits, max_edits;
	struct buf texts, work;
	size_t grown;
	const char *reason; /* the first denial; NULL: none */
	bool awaits;        /* that was for lack of a certificate that is not known yet */
	char detail[LABEL_DETAIL], passed[LABEL_PASSED];
};
void label_watch_free(struct label_watch *w);

/* The stanza's head has been accepted: from now on its events are heard, whatever is left out. */
void filter_label_begin(struct filter *f);
/* Below the stanza's start tag; before anything is decided about the element. */
void filter_label_start(struct filter *f, const struct xml_tag *tag);
/* Before text is written. Where it ends the first line of a body: how many bytes of it do, to be
 * written by themselves and told to filter_label_line(); else 0. */
size_t filter_label_text(struct filter *f, struct str text);
/* The first line of the body that is open was written. */
void filter_label_line(struct filter *f);
/* At the stanza's own end tag it is refused if a label was. */
void filter_label_end(struct filter *f);
/* The end tag at this depth was written. */
void filter_label_ended(struct filter *f, unsigned depth);
/* The output was cut back to this length. */
void filter_label_cut(struct filter *f, size_t length);
/* Is this a label where there may be none (presence, XEP-0258 section 3)? */
bool filter_label_misplaced(const struct filter *f, const struct xml_tag *tag);

/* ---- filter_judge.c ---- */

/* The first denial is the one that is told; the stanza is refused at its end. Always false. */
bool filter_label_deny(struct filter *f, const char *reason, const char *words);
bool filter_label_deny_by(struct filter *f, const struct label_verdict *v, const char *who);
/* The label that is in the intake; *new says what becomes of it. `outer`: it is the stanza's. */
void filter_label_judge(struct filter *f, struct label_rewrite *new, bool outer);
/* A label that passed is told, in these words, in the record. `outer`: it is the stanza's. */
void filter_label_tell(struct filter *f, struct str said, bool outer);
/* May the recipient be offered this label (NULL: to send without one)? Denies nothing. */
bool filter_label_offers(struct filter *f, const struct securitylabel *s);
/* A message without a label has ended. */
void filter_label_judge_missing(struct filter *f, struct label_message *m);
