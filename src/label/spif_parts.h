/* SPDX-License-Identifier: MIT */
/*
 * A policy in memory: what an Open XML SPIF (schema 1.0 to 2.1, and 3.0) says, references resolved.
 * Immutable once read; everything is in the policy's memory. Element names of the schema are given
 * where ours differ.
 */
#pragma once

#include "label/category.h"

/* markingData/code and markingQualifier/@markingCode, as bits; unknown codes have none. */
enum spif_code {
	SPIF_PAGE_TOP = 1 << 0, /* pageTopBottom is both */
	SPIF_PAGE_BOTTOM = 1 << 1,
	SPIF_DOCUMENT_START = 1 << 2,
	SPIF_DOCUMENT_END = 1 << 3,
	SPIF_FIRST_LINE = 1 << 4, /* firstLineOfText */
	SPIF_LAST_LINE = 1 << 5,
	SPIF_SUBJECT = 1 << 6,
	SPIF_X_HEADER = 1 << 7,
	SPIF_PORTION = 1 << 8,
	SPIF_INPUT_TITLE = 1 << 9,
	SPIF_WATERMARK = 1 << 10,
	SPIF_NO_NAME = 1 << 11, /* noNameDisplay */
	SPIF_NO_MARKING = 1 << 12,
	SPIF_SUPPRESS_CLASS = 1 << 13,
	SPIF_REPLACE_POLICY = 1 << 14,
};

struct spif_phrase { /* markingData */
	struct str text, lang;
	uint32_t codes;
};
enum spif_affix_kind { SPIF_PREFIX, SPIF_SUFFIX, SPIF_SEPARATOR, SPIF_FINAL_SEPARATOR };
struct spif_affix { /* markingQualifier with one of its qualifiers */
	uint32_t codes;
	enum spif_affix_kind kind;
	struct str text, lang;
};
struct spif_marking {
	struct spif_phrase *phrases;
	struct spif_affix *affixes;
	unsigned nphrases, naffixes;
};

/* categoryGroup and excludedCategory. */
struct spif_group {
	unsigned line;
	struct str set_ref; /* tagSetRef */
	enum label_tag_kind kind;
	enum label_tag_form form;
	bool whole; /* all, or no lacv: any value of the tag set and type */
	uint64_t lacv;
	const struct spif_set *set; /* NULL: of another policy */
};
enum spif_operation { SPIF_ONLY_ONE, SPIF_ONE_OR_MORE, SPIF_ALL };
struct spif_required { /* requiredCategory */
	unsigned line, ngroups;
	enum spif_operation operation;
	struct spif_group *groups;
};

enum spif_applied { SPIF_ENCRYPT = 1, SPIF_DECRYPT = 2 }; /* both: both bits */
/* equivalentClassification, equivalentSecCategoryTag. Required groups are of the other policy. */
struct spif_equivalent {
	unsigned line;
	unsigned policy; /* in spif.equivalents */
	unsigned applied;
	bool discard;
	struct str set_id; /* tagSetId */
	enum label_tag_kind kind;
	enum label_tag_form form;
	uint64_t lacv;
	struct spif_required *required;
	unsigned nrequired;
};

struct spif_class { /* securityClassification */
	unsigned line, index;
	struct str name, color;
	uint32_t lacv;
	int64_t hierarchy;
	bool obsolete;
	struct spif_equivalent *equivalents;
	struct spif_required *required;
	unsigned nequivalents, nrequired;
	struct spif_marking marking;
};

struct spif_category {        /* tagCategory */
	unsigned line, index; /* index: in spif.categories */
	const struct spif_tag *tag;
	/* The next one of this name in the tag: published files have variants of a value, such as
	 * one for each of several classifications, which its excludedClass tell apart. */
	const struct spif_category *variant;
	struct str name;
	uint64_t lacv;
	bool shared; /* its lacv has another name, too: the number alone does not say it */
	bool obsolete;
	bool input; /* userInput: the label says the value */
	int64_t not_before, not_after;
	const struct spif_class *required_class;
	uint64_t excluded_classes[LABEL_CLASSES / 64]; /* by lacv */
	struct spif_equivalent *equivalents;
	struct spif_required *required;
	struct spif_group *excluded;
	unsigned nequivalents, nrequired, nexcluded;
	unsigned *members; /* of a group (NATO memberships): indexes of categories */
	unsigned nmembers;
	struct spif_marking marking;
};
