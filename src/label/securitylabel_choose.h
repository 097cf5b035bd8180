/* SPDX-License-Identifier: MIT */
/*
 * Which label counts under a policy (XEP-0258 section 5, ADatP-4774.1), and the element written
 * with another one. Decides nothing about access.
 */
#pragma once

#include "label/securitylabel.h"

enum label_choice {
	LABEL_FOUND,     /* chosen_out->label, under the policy that was asked for */
	LABEL_ABSENT,    /* the label is empty: the policy's default, or the nil label */
	LABEL_FOREIGN,   /* only labels under other policies */
	LABEL_MALFORMED, /* one that may have been it cannot be read */
};
/* Where it was found. What is not primary counts only when it equals the mapping of what is. */
enum label_source {
	LABEL_PRIMARY,     /* label, by its originator */
	LABEL_ALTERNATIVE, /* label, an alternative in the same binding */
	LABEL_EQUIVALENT,  /* an equivalentlabel */
};

struct label_chosen {
	const struct label *label; /* only with LABEL_FOUND */
	enum label_source source;
	enum stanag4778_covers covers;
	const char *fault; /* with LABEL_MALFORMED */
	bool assumed;      /* the label names no policy */
};
/* Chooses under the policy with this identifier and name (either may be empty). assume_policy: a
 * primary label that names none is taken as one of this policy. */
enum label_choice securitylabel_choose(const struct securitylabel *s, struct str policy_id,
	struct str policy_name, bool assume_policy, struct label_chosen *chosen_out);
/* The primary label, under whatever policy; NULL: there is none that can be read. What is mapped
 * when an incoming label is under a policy that we do not govern. */
const struct label *securitylabel_primary(const struct securitylabel *s);

/* ---- writing ---- */

/* How a label of ours is to be written. */
struct securitylabel_form {
	enum securitylabel_kind kind; /* ESS, 4774 or 4778 */
	enum stanag4774_role role;    /* for 4774 and 4778 */
	enum stanag4778_covers covers;
	struct str content_ns; /* of the stream: "jabber:server" */
	struct stanag4774_times times;
};
/* Appends the payload of one label. False, with nothing appended: it cannot be written so. */
bool securitylabel_write_payload(
	const struct label *l, const struct securitylabel_form *form, struct buf *out);

/* What becomes of the label that was there. */
enum securitylabel_rewrite {
	SECURITYLABEL_REPLACE,        /* it is gone */
	SECURITYLABEL_ADD_EQUIVALENT, /* it stays, the new one is an equivalentlabel */
	SECURITYLABEL_SWAP,           /* it becomes an equivalentlabel of the new one */
};
struct securitylabel_marking {
	struct str text, foreground, background; /* no text: no displaymarking */
};
/* Appends a whole securitylabel element. `was` may be NULL (there was none: the new label is all);
 * equivalent labels that were there are left out, since nobody has proven them. `payload` is from
 * securitylabel_write_payload(), or empty: <label/>. */
void securitylabel_write(struct buf *out, const struct securitylabel *was,
	enum securitylabel_rewrite rewrite, struct str payload,
	const struct securitylabel_marking *marking);
/* The same element with another marking: its labels, which somebody has proven, stay. */
void securitylabel_write_marked(struct buf *out, const struct securitylabel *was,
	const struct securitylabel_marking *marking);
