/* SPDX-License-Identifier: MIT */
/* Dialback secrets: one for all domains or several, each with the one before it while it is rotated
 * (decision 11). */
#pragma once

#include "base/domain.h"
#include "trunk/settings.h"

struct dialback_secrets;

/* Reads the files; `fallback` (a string) is used where none is configured. Errors are in `report`.
 */
struct dialback_secrets *secrets_new(
	const struct dialback_config *c, const char *fallback, struct config_report *report);
void secrets_free(struct dialback_secrets *s);
/* Master secrets for a domain: [0] makes keys, both are believed. p == NULL: none. */
void secrets_find(const struct dialback_secrets *s, const struct domain *d, struct str out[2]);
