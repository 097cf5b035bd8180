/* SPDX-License-Identifier: MIT */
/*
 * Security policy information files: Open XML SPIF 1.0, 2.0 and 2.1, and 3.0, which differs in
 * markings only. Well-formedness is strict; order, namespace and stray text are not, for real files
 * are as they are. What would make a decision wrong stops the file: see struct label_findings.
 */
#pragma once

#include "label/finding.h"
#include "label/spif_parts.h"

struct spif_set_equivalent { /* equivalentSecurityCategoryTagSet */
	unsigned policy, nrequired;
	struct str name, id;
	struct spif_required *required;
};
struct spif_tag { /* securityCategoryTag */
	unsigned line, index;
	const struct spif_set *set;
	struct str name;
	enum label_tag_kind kind; /* LABEL_ANY_KIND: notApplicable, in no label */
	enum label_tag_form form;
	unsigned least, most; /* minSelection, maxSelection, singleSelection; most 0: any number */
	struct spif_category *categories;
	unsigned ncategories;
	struct spif_marking marking;
};
struct spif_set { /* securityCategoryTagSet */
	unsigned line, index;
	struct str name, id;
	struct spif_tag *tags;
	unsigned ntags, nequivalents;
	struct spif_set_equivalent *equivalents;
	struct spif_marking marking;
};
struct spif_policy { /* equivalentPolicy */
	unsigned line, nrequired;
	struct str name, id;
	struct spif_required *required;
};

/* Open addressing over an array that the policy has; see spif_index.c. */
struct spif_table {
	uint32_t *slots; /* index + 1; 0: free */
	uint32_t mask;
};

struct spif {
	char *file;
	struct str id, name;                 /* securityPolicyId */
	struct str default_id, default_name; /* defaultSecurityPolicyId; of unlabelled data */
	struct str schema, version, created, originator, key;
	struct str rbac_id, privilege_id;
	int64_t not_before, not_after; /* LABEL_NO_TIME: no limit */
	struct spif_class *classes;
	struct spif_set *sets;
	struct spif_tag *tags;            /* those of all sets */
	struct spif_category *categories; /* those of all tags */
	struct spif_policy *equivalents;
	unsigned nclasses, nsets, ntags, ncategories, nequivalents;
	struct spif_marking marking, policy_marking; /* of SPIF, of securityPolicyId */
	const struct spif_class *class_by_lacv[LABEL_CLASSES];
	struct spif_table class_names, set_ids, set_names, category_numbers, category_names;
	struct spif_table category_equivalents;
	struct label_memory memory;
};

/* Reads a file of at most `max` bytes (0: 4 MiB). NULL when it cannot be used; the findings (may be
 * NULL), warnings too, are added. `file` is its name in them. */
struct spif *spif_read(
	struct str bytes, size_t max, const char *file, struct label_findings *findings);
/* The same, from the file system. */
struct spif *spif_load(const char *path, size_t max, struct label_findings *findings);
void spif_free(struct spif *s);

/* ---- looking up; names regardless of case and of surplus white space ---- */

const struct spif_class *spif_class_by_name(const struct spif *s, struct str name);
const struct spif_set *spif_set_by_id(const struct spif *s, struct str id);
const struct spif_set *spif_set_by_name(const struct spif *s, struct str name);
/* The category with this number or name, the first of its variants; ANY_KIND and ANY_FORM match
 * all. NULL: none, or (*ambiguous_out) several: numbers that have two names, names in two tags. */
const struct spif_category *spif_category_by_lacv(const struct spif *s, const struct spif_set *set,
	enum label_tag_kind kind, enum label_tag_form form, uint64_t lacv, bool *ambiguous_out);
const struct spif_category *spif_category_by_name(const struct spif *s, const struct spif_set *set,
	enum label_tag_kind kind, enum label_tag_form form, struct str name, bool *ambiguous_out);
/* The next category that has an equivalent in this policy with this number; *at is UINT32_MAX at
 * first. A category may come twice, and ones without may come too: the caller looks. NULL: no more.
 */
const struct spif_category *spif_category_by_equivalent(
	const struct spif *s, unsigned policy, uint64_t lacv, uint32_t *at);
/* In spif.equivalents, by identifier or name; -1: not there. */
int spif_equivalent_policy(const struct spif *s, struct str id, struct str name);

/* ---- several policies, one governing ---- */

struct label_policies {
	struct spif **list; /* owned */
	unsigned n;
	const struct spif *governing; /* NULL: none */
};
/* Takes the policy over, also when it is refused. False, and a finding: there is one with this
 * identifier or name. The first one governs until label_policies_govern(). */
bool label_policies_add(struct label_policies *p, struct spif *s, struct label_findings *findings);
bool label_policies_govern(struct label_policies *p, struct str name_or_id);
/* By identifier; by name if there is no identifier. NULL: not loaded. */
const struct spif *label_policies_find(
	const struct label_policies *p, struct str id, struct str name);
void label_policies_fini(struct label_policies *p);
