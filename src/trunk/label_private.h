/* SPDX-License-Identifier: MIT */
/* What label_section.c, named_labels.c, clearance_section.c and label_agreement.c share. */
#pragma once

#include "label/finding.h"
#include "label/first_line.h"
#include "trunk/label_section.h"

/* What first lines stand for, with markings in one language. */
struct label_marks_in {
	char *language;
	struct label_marks marks;
};

struct labels {
	struct label_sections sections;
	struct label_policies policies;
	bool broken; /* a policy did not load, which is said once: nothing governs */
	const struct spif **by_config;          /* of label_policies; NULL: it did not load */
	const struct label **policy_defaults;   /* of label_policies, too; NULL: none */
	struct label *named;                    /* one for each of `labels`; unresolved: unusable */
	struct clearance_list *clearances;      /* what each of `clearances` brings */
	const struct clearance **clearance_for; /* the one of it that is meant; NULL: unusable */
	struct label **made;                    /* further ones: of a classification, mapped */
	unsigned nmade;
	struct label_marks_in **marks; /* made when a control reads first lines */
	unsigned nmarks;
};

/* The policy that the operator calls so; NULL name: the governing one. NULL: there is none, and
 * it is complained about, or some did not load. `what` begins the message: "clearance \"x\"". */
const struct spif *labels_policy(const struct labels *l, const char *what, const char *name,
	const struct config_origin *at, struct config_report *report);
/* What the operator calls it. */
const char *labels_policy_name(const struct labels *l, const struct spif *s);
/* One more that the labels own, initialised. */
struct label *labels_make(struct labels *l);
/* Text in a file of the operator's; false: it is complained about. */
bool labels_read_file(const char *what, const char *path, const struct config_origin *at,
	struct buf *out, struct config_report *report);

/* ---- named_labels.c ---- */

extern const struct config_table label_category_schema;
void named_labels_load(struct labels *l, struct config_report *report);
void named_labels_free(struct labels *l);
/* A named label, or a classification by itself, under this policy (NULL: the governing one). NULL:
 * there is none, and it is complained about under the name of the key. */
const struct label *named_labels_find(struct labels *l, const char *name, const struct spif *policy,
	const char *key, const struct config_origin *at, struct config_report *report);
/* What first lines stand for, with the markings of this language ("": of none) where the operator
 * gave none. */
const struct label_marks *named_labels_marks(
	struct labels *l, const char *language, struct config_report *report);

/* ---- clearance_section.c ---- */

void clearances_load(struct labels *l, struct config_report *report);
void clearances_free(struct labels *l);
/* NULL: there is none of that name, and it is complained about, or it cannot be used. */
const struct clearance *clearances_find(const struct labels *l, const char *name,
	const struct config_origin *at, struct config_report *report);
