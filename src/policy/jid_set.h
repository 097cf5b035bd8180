/* SPDX-License-Identifier: MIT */
/*
 * Patterns of addresses, and named sets of them, in one index: an address is looked up once, at a
 * cost that does not depend on how many there are, and every access list is then asked about the
 * handful of patterns and sets that it is in. Owns the index; filled while a plan is built,
 * immutable afterwards.
 *
 * A pattern is a full JID; a bare JID (with any resource); "*@domain": everyone with a localpart
 * there; "domain": everything there; "*.domain": everything at any subdomain, not the domain
 * itself. All are compared in prepared form (jid_form()).
 */
#pragma once

#include "base/jid.h"
#include "base/map.h"
#include "config/schema.h"

#include <stdint.h>

/* Filled by jid_set_schema from "jid_sets = ( ... )". */
struct jid_set_config {
	struct config_origin origin;
	char *name;
	struct config_strings members; /* patterns */
	struct config_strings file;    /* paths: one pattern on each line, "#" comments */
};

extern const struct config_table jid_set_schema;

struct jid_sets;

/* A pattern that is in some set or rule. */
struct jid_entry {
	struct map_node node; /* key: what prepared addresses are looked up by */
	uint32_t id;
	uint32_t nsets;
	uint32_t *sets; /* ids of the sets it is in */
	char key[];
};

/* All entries that an address is in: itself, its bare form, everyone at its domain, the domain, and
 * each domain above it. */
enum { JID_ENTRIES = 4 + 128 };
struct jid_found {
	const struct jid_entry *v[JID_ENTRIES];
	unsigned n;
};

/* Reads the sets and their files; what is wrong with them goes to `report`, with file and line.
 * Never NULL. */
struct jid_sets *jid_sets_new(
	const struct jid_set_config *sets, unsigned n, struct config_report *report);
void jid_sets_free(struct jid_sets *s);

/* The id of a pattern, or of "@name", which a rule may be for; 0: it is none. Adds what is not
 * there yet: only while the plan is built. */
uint32_t jid_sets_intern(struct jid_sets *s, const char *pattern);
/* The set whose name comes nearest to "@name"; NULL: none does. */
const char *jid_sets_nearest(const struct jid_sets *s, const char *name);
/* Both: the id, or 0 and the reason in the report, about this key; `remedy` ends what is said of a
 * pattern that is none ("": nothing more). */
uint32_t jid_sets_pattern(struct jid_sets *s, const char *key, const char *pattern,
	const char *remedy, const struct config_origin *at, struct config_report *report);
/* Looks an address up. */
void jid_sets_find(const struct jid_sets *s, const struct jid_form *jid, struct jid_found *out);
