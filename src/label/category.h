/* SPDX-License-Identifier: MIT */
/*
 * One value of one tag, as labels and clearances have it, and the memory that their texts are in.
 * Limits of what anybody can put into either.
 */
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct spif;
struct spif_class;
struct spif_category;

enum {
	LABEL_CLASSES = 1024,       /* classification numbers are below (X.411: 0..256) */
	LABEL_CATEGORIES_MAX = 512, /* values of a label, over all its tags */
	CLEARANCE_CATEGORIES_MAX = 8192,
	LABEL_STRING_MAX = 1024,   /* bytes of one text */
	LABEL_TEXT_MAX = 64 << 10, /* bytes of all texts of a label */
	CLEARANCE_TEXT_MAX = 1 << 20,
	LABEL_SUCCESSORS_MAX = 4, /* how deep SuccessorConfidentialityLabel may nest */
};

/* No time is given. */
#define LABEL_NO_TIME INT64_MIN

/* What a tag does (SPIF tagType and enumType; ADatP-4774 Category/@Type). */
enum label_tag_kind {
	LABEL_ANY_KIND, /* the codec cannot know it: MISSI tag type 2 */
	LABEL_RESTRICTIVE,
	LABEL_PERMISSIVE,
	LABEL_INFORMATIVE, /* tagType7, MISSI tag type 7 */
};
/* How its values are written in ASN.1 (ACP 145). */
enum label_tag_form {
	LABEL_ANY_FORM, /* the codec cannot know it: ADatP-4774 */
	LABEL_BITS,
	LABEL_INTEGERS,
};
/* "restrictive", ... */
const char *label_tag_kind_name(enum label_tag_kind k);

/* One value of one tag. Empty texts were not given. */
struct label_category {
	struct str set_id;   /* tag set's object identifier, dotted: securityCategoryTagSet/@id */
	struct str set_name; /* securityCategoryTagSet/@name, ADatP-4774 TagName */
	enum label_tag_kind kind;
	enum label_tag_form form;
	bool has_lacv;
	bool shared; /* by spif_resolve_label(): the number has another name, too, so it says
			nothing */
	uint64_t lacv;
	struct str value; /* tagCategory/@name, ADatP-4774 GenericValue */
	/* Of a category whose syntax the codec does not know: its identifier. Never resolved, so
	 * the label is denied (ACDF: what is unknown denies). */
	struct str unknown_type;
	const struct spif_category *known; /* by spif_resolve_label() */
};

/* Texts of one object; blocks do not move. */
struct label_memory {
	struct label_block *blocks;
	size_t used;
};

/* ---- for label/model.c and label/clearance_model.c ---- */

/* Copies text into m and sets *field. False: longer than LABEL_STRING_MAX, or more than `max` bytes
 * altogether. */
bool label_memory_keep(struct label_memory *m, size_t max, struct str *field, struct str text)
	__attribute__((warn_unused_result));
/* The same for what was kept once, which fits again. */
void label_memory_copy(struct label_memory *m, struct str *to, struct str from);
/* count * size zeroed bytes, aligned for any struct of ours, in m. */
void *label_memory_zero(struct label_memory *m, size_t count, size_t size);
/* Forgets all texts but keeps a block. */
void label_memory_clear(struct label_memory *m);
void label_memory_fini(struct label_memory *m);
/* One more at the end, zeroed; NULL when there are `limit`. */
struct label_category *label_category_add(
	struct label_category **list, unsigned *n, unsigned *max, unsigned limit);
/* Copies n of them, texts into m. */
void label_category_copy(struct label_memory *m, struct label_category *to,
	const struct label_category *from, unsigned n);
/* The same as written. */
bool label_category_equal(const struct label_category *a, const struct label_category *b);
