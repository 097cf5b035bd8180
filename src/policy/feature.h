/* SPDX-License-Identifier: MIT */
/*
 * The features that a policy speaks of, and the catalogue that says which namespace and element is which:
 * one table of data, one look-up per element. See catalogue.md's groups; names are those in the manual.
 */
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* The list itself is in feature_list.h, one line per feature: X(ID, "name", "help"). */
enum feature {
#define X(id, name, help) FEATURE_##id,
#include "policy/feature_list.h"
#undef X
	FEATURE_COUNT
};

/* A set of features. */
struct feature_set {
	uint64_t bits[2];
};

static inline void feature_set_add(struct feature_set *s, enum feature f)
{
	s->bits[f >> 6] |= UINT64_C(1) << (f & 63);
}
static inline bool feature_set_has(const struct feature_set *s, enum feature f)
{
	return s->bits[f >> 6] >> (f & 63) & 1;
}

const char *feature_name(enum feature f);
/* False when there is no such feature. */
bool feature_parse(const char *name, enum feature *out);

/* What the reader keeps in xml_ns.mark: where the rows of this namespace start in the catalogue. This is an
 * xml_classify_fn. */
uint32_t catalogue_mark(struct str uri);
/* The feature of an element, by the mark of its namespace and its local name; FEATURE_UNKNOWN when the catalogue
 * has no row. Elements of the content namespace (body, subject, show ...) are FEATURE_CORE. */
enum feature catalogue_feature(uint32_t mark, struct str local);
