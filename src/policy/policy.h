/* SPDX-License-Identifier: MIT */
/*
 * A policy as the operator wrote it, and the table that several of them compile to: per feature the
 * strictest of pass < strip < block, the deepest folding, the smallest limits. Immutable once
 * built; tables are shared, one per distinct list of policies.
 */
#pragma once

#include "base/str.h"
#include "config/schema.h"
#include "policy/policy_table.h"

#include <stdbool.h>
#include <stdint.h>

enum policy_mode { MODE_ENFORCE, MODE_SHADOW };
enum policy_subscriptions { SUBSCRIPTIONS_PASS, SUBSCRIPTIONS_BLOCK };
enum policy_conversations { CONVERSATIONS_ANY, CONVERSATIONS_ROOMS, CONVERSATIONS_USERS };
enum policy_errors { ERRORS_PASS, ERRORS_REBUILD };
enum policy_label_subject { LABEL_SUBJECT_CHECK, LABEL_SUBJECT_PASS };
enum policy_refuse { REFUSE_BOUNCE, REFUSE_DROP };

/* Filled by policy_schema from "policies = ( ... )". */
struct policy {
	struct config_origin origin;
	char *name;
	int mode; /* enum policy_mode */
	struct policy_presence {
		struct config_origin origin;
		int fold; /* enum policy_fold */
		struct policy_show_map {
			struct config_origin origin;
			char *away, *chat, *dnd, *xa; /* NULL: as it is; "": removed */
		} show_map;
		int subscriptions; /* enum policy_subscriptions */
		bool hide_real_jids, suppress_repeats;
	} presence;
	struct policy_labels {
		struct config_origin origin;
		bool check;
		int subject, signals;                /* enum policy_label_subject */
		int unlabelled;                      /* enum policy_unlabelled */
		struct config_strings unlabelled_iq; /* as iq */
	} labels;
	struct config_strings strip, block; /* feature names */
	struct config_list access;          /* struct access_rule */
	struct config_strings allow;        /* "any", or feature names */
	int otherwise;                      /* enum feature_action */
	int conversations;                  /* enum policy_conversations */
	struct config_strings iq;           /* "any", "none", or feature names */
	int64_t max_stanza, max_body;       /* bytes; 0: no limit */
	int errors;                         /* enum policy_errors */
	int refuse;                         /* enum policy_refuse */
	char *refuse_text;                  /* NULL: none */
	int audit;                          /* enum policy_audit */
};

extern const struct config_table policy_schema;

/* Checks what the schema cannot (`own` may be NULL): unknown features, duplicate names, values of
 * show_map. */
void policy_check(const struct policy *policies, unsigned n, const struct own_features *own,
	struct config_report *report);

struct str policy_show_name(enum policy_show s);
/* False when it is none of them. */
bool policy_show_parse(struct str s, enum policy_show *out);

enum { POLICY_TABLES_MAX = 4096 };

/* The tables of one plan. Policies outlive the set, and passed policy_check(). */
struct jid_sets;
struct policy_set;
struct policy_set *policy_set_new(void);
void policy_set_free(struct policy_set *s);
/* The operator's own features, which outlive the set. Before the first table. */
void policy_set_own(struct policy_set *s, const struct own_features *own);
/* Reads the sets of addresses and compiles the access lists of all policies; before the first
 * merge. Both lists (of struct jid_set_config, of struct policy) outlive the set. */
void policy_set_access(struct policy_set *s, const struct config_list *jid_sets,
	const struct config_list *policies, struct config_report *report);
/* The index of addresses that was made then, for further rules by address; the set's own. */
struct jid_sets *policy_set_jid_sets(struct policy_set *s);
/* The table for this list of policies in order: from_peer, flow, to_peer (n may be 0: the
 * transparent table). The same list gives the same table. NULL when there would be more than
 * POLICY_TABLES_MAX distinct ones. */
const struct policy_table *policy_set_merge(
	struct policy_set *s, const struct policy *const *list, unsigned n);
