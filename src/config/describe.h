/* SPDX-License-Identifier: MIT */
/* What a key takes, in words: for messages and the manual. */
#pragma once

#include "config/schema.h"

/* "a duration such as "30s", from 1s to 1h", "one of "a", "b"". */
void describe_expected(const struct config_key *key, struct buf *out);
/* "from 1 to 256"; nothing when the key has no range. */
void describe_range(const struct config_key *key, struct buf *out);
/* A number with its unit. */
void describe_number(const struct config_key *key, int64_t value, struct buf *out);
/* ""a", "b"". */
void describe_choices(const struct config_key *key, struct buf *out);
/* "size", "list of strings": for the manual. */
const char *describe_type(enum config_type type);
