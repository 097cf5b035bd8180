/* SPDX-License-Identifier: MIT */
/* One key's value: from libconfig's setting or its default into a struct, and out of it again. */
#pragma once

#include "config/schema.h"

#include <libconfig.h>

/* Where a setting stands and what is to be said about it. */
struct value_context {
	struct config_report *report;
	struct config_origin at;
	const char *dir; /* that paths are relative to */
};

/* Loads any type but groups and lists into the struct at `base`; errors go into the report, and the
 * field keeps what it had. */
void value_load(const struct value_context *c, const struct config_key *key,
	const config_setting_t *s, void *base);
/* Sets the row's default. */
void value_default(const struct value_context *c, const struct config_key *key, void *base);
/* "KEY needs ..., not a number". */
void value_wrong_type(
	const struct value_context *c, const struct config_key *key, const config_setting_t *s);
/* Frees what one field holds and zeroes it. */
void value_fini(const struct config_key *key, void *base);
/* The value in libconfig syntax; nothing when it is unset. Not for groups and lists. */
void value_print(const struct config_key *key, const void *base, struct buf *out);

static inline void *value_field(const struct config_key *key, void *base)
{
	return (char *)base + key->offset;
}

static inline const void *value_field_const(const struct config_key *key, const void *base)
{
	return (const char *)base + key->offset;
}
