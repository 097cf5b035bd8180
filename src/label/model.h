/* SPDX-License-Identifier: MIT */
/*
 * Confidentiality labels and clearances, whatever they were written in: the common model of
 * ESSSecurityLabel (RFC 2634 section 3.2), ADatP-4774 labels and clearances, and the Clearance
 * attribute (X.501, RFC 5913).
 *
 * A codec fills in what it read: identifiers, numbers or names, never both made up. spif_resolve_*
 * (label/resolve.h) then finds all of it in a policy. Texts are views into the object's own memory
 * or, once resolved, into the policy, which must live as long.
 */
#pragma once

#include "label/clearance_model.h"

struct label {
	struct str policy_id; /* dotted; empty: none given */
	struct str policy_name;
	bool has_class_lacv;
	uint32_t class_lacv;
	struct str class_name;
	struct str privacy_mark;
	struct label_category *categories;
	unsigned ncategories, max_categories;
	/* ADatP-4774 only; seconds since 1970 UTC, or LABEL_NO_TIME. */
	int64_t created, review, succession;
	struct str originator, originator_type;
	struct label *successor; /* owned; takes over at `succession`; NULL: none */
	/* By spif_resolve_label(). */
	const struct spif *policy;
	const struct spif_class *class;
	struct label_memory memory;
};

void label_init(struct label *l);
void label_fini(struct label *l);
/* Forgets everything but keeps memory for the next one. */
void label_clear(struct label *l);
/* A copy with its own texts; resolved if `from` is (to must be initialised). */
void label_copy(struct label *to, const struct label *from);
/* The same as written: policy, classification, privacy mark, categories in any order. Times and
 * originator are not compared. */
bool label_equal(const struct label *a, const struct label *b);

/* Copies text into the label's memory and sets *field, a member of it. False: too long. */
bool label_keep(struct label *l, struct str *field, struct str text)
	__attribute__((warn_unused_result));
/* A new category at the end, zeroed; NULL: too many. Moves the ones before it. */
struct label_category *label_add(struct label *l) __attribute__((warn_unused_result));
/* A new successor, initialised and owned by l. `depth`: of l itself, from 0. NULL: too deep, or
 * there is one. */
struct label *label_succeed(struct label *l, unsigned depth) __attribute__((warn_unused_result));
