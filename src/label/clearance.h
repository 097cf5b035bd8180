/* SPDX-License-Identifier: MIT */
/*
 * Clearances made and kept for use: from names in a configuration or from a file, found in the
 * policy they are under. What the policy does not know is an error here, since somebody has written
 * it and should hear of it; of a clearance that a peer's certificate brings, it only grants
 * nothing.
 */
#pragma once

#include "label/ess.h"
#include "label/resolve.h"

/* One value of a tag set, both by name; "*": all of the tag set. */
struct clearance_value {
	const char *set, *value;
};

/* As a configuration says it. */
struct clearance_names {
	const char *policy; /* name or identifier; NULL: the governing one */
	const char *up_to;  /* this classification and all below; may be NULL */
	const char *const *classifications;
	unsigned nclassifications;
	const struct clearance_value *values;
	unsigned nvalues;
};

/* Makes c (initialised) from names and resolves it. False: *words_out, a sentence that the caller
 * frees, says what is not known. */
bool clearance_from_names(const struct label_policies *policies,
	const struct clearance_names *names, struct clearance *c, char **words_out);

/* Reads a file's content (label_file_read()) with clearances, each of which must be under a policy
 * that is loaded and wholly known to it, and resolves them. False: *words_out says why (the caller
 * frees it). */
bool clearance_from_file(const struct label_policies *policies, struct str bytes,
	struct clearance_list *list, char **words_out);

/* Takes from c what `limit` does not grant, too; both are resolved under the same policy. What c
 * was written as stays: only what it grants is less. */
void clearance_narrow(struct clearance *c, const struct clearance *limit);

/* The one under this policy; NULL: the nil clearance (XEP-0258 section 5). */
const struct clearance *clearance_list_find(
	const struct clearance_list *list, const struct spif *policy);
