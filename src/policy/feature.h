/* SPDX-License-Identifier: MIT */
/*
 * The features that a policy speaks of: names and sets. Which element is which feature is the
 * catalogue's (catalogue.h). The list itself is in feature_list.h, one line per feature.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum feature {
#define X(id, name, help) FEATURE_##id,
#include "policy/feature_list.h"
#undef X
	FEATURE_COUNT,                   /* also: none */
	FEATURE_OWN = FEATURE_COUNT + 1, /* the first that the operator has defined (own.h) */
	FEATURE_MAX = 320,
	FEATURES_OWN = 256, /* at most */
};

/* A set of features, the operator's own included. */
struct feature_set {
	uint64_t bits[FEATURE_MAX / 64];
};

static inline void feature_set_add(struct feature_set *s, enum feature f)
{
	s->bits[f >> 6] |= UINT64_C(1) << (f & 63);
}
static inline bool feature_set_has(const struct feature_set *s, enum feature f)
{
	return s->bits[f >> 6] >> (f & 63) & 1;
}

/* Of the catalogue's own; those of the operator: own_feature_name(). */
const char *feature_name(enum feature f);
/* False when there is no such feature. */
bool feature_parse(const char *name, enum feature *out);
/* May a policy name it? Not "core" (a message without a body is no message) and not "carrier" (what
 * it carries has a name of its own). */
bool feature_can_strip(enum feature f);
/* What a policy that names `f` means: f and its parts ("file-transfer" has "oob" and "bob"). */
struct feature_set feature_parts(enum feature f);
