/* SPDX-License-Identifier: MIT */
/* Values of the configuration as JSON, by the tables that the file was read with. */
#pragma once

#include "config/schema.h"

#include <jansson.h>

/* Every key with its value: sizes in bytes, durations in milliseconds, choices by name, secrets as
 * "********"; what is not set is null. The caller owns it. */
json_t *config_json(const struct config_table *table, const void *values);
