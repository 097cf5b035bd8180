/* SPDX-License-Identifier: MIT */
/*
 * A policy as the operator wrote it, and the table that several of them compile to: per feature the
 * strictest of pass < strip < block, the deepest folding, the smallest limits. Immutable once
 * built; tables are shared, one per distinct list of policies.
 */
#pragma once

#include "base/str.h"
#include "config/schema.h"
#include "policy/feature.h"

#include <stdbool.h>
#include <stdint.h>

struct jid_sets;
struct policy_access;

enum policy_mode { MODE_ENFORCE, MODE_SHADOW };
enum policy_fold { FOLD_OFF, FOLD_SHOW, FOLD_AVAILABILITY };
/* What one element of a feature may do; ordered by strictness. */
enum feature_action { ACTION_PASS, ACTION_STRIP, ACTION_BLOCK };
enum policy_subscriptions { SUBSCRIPTIONS_PASS, SUBSCRIPTIONS_BLOCK };
enum policy_conversations { CONVERSATIONS_ANY, CONVERSATIONS_ROOMS, CONVERSATIONS_USERS };
enum policy_refuse { REFUSE_BOUNCE, REFUSE_DROP };
enum policy_audit { AUDIT_OFF, AUDIT_HEADERS, AUDIT_FULL };

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
	struct config_strings strip, block; /* feature names */
	struct config_list access;          /* struct access_rule */
	struct config_strings allow;        /* "any", or feature names */
	int otherwise;                      /* enum feature_action */
	int conversations;                  /* enum policy_conversations */
	struct config_strings iq;           /* "any", "none", or feature names */
	int64_t max_stanza;                 /* bytes; 0: no limit */
	int refuse;                         /* enum policy_refuse */
	char *refuse_text;                  /* NULL: none */
	int audit;                          /* enum policy_audit */
};

extern const struct config_table policy_schema;

/* Checks what the schema cannot: unknown features, duplicate names, values of show_map. */
void policy_check(const struct policy *policies, unsigned n, struct config_report *report);

/* The values of <show/> (RFC 6121 4.7.2.1). */
enum policy_show { SHOW_AWAY, SHOW_CHAT, SHOW_DND, SHOW_XA, SHOW_COUNT };

struct str policy_show_name(enum policy_show s);
/* False when it is none of them. */
bool policy_show_parse(struct str s, enum policy_show *out);

/* One key of one policy, as what decided something. */
struct policy_rule {
	const struct policy *policy;
	const char *key; /* "strip", "presence.fold" ... */
	const struct config_origin *origin;
};

/* Where several policies say the same, the first in the list is named. */
struct policy_table {
	uint8_t action[FEATURE_MAX];                 /* enum feature_action */
	const struct policy_rule *rule[FEATURE_MAX]; /* who decided; NULL with ACTION_PASS */
	enum policy_fold fold;
	const struct policy_rule *fold_rule; /* NULL with FOLD_OFF */
	struct str show[SHOW_COUNT]; /* with FOLD_SHOW, after all maps in order; empty: removed */
	bool suppress_repeats;       /* presence.suppress_repeats */
	/* Who may send to whom: all of them must allow. */
	const struct policy_access *const *access;
	unsigned naccess;
	const struct jid_sets *jid_sets;          /* with access */
	const struct policy_rule *hide_real_jids; /* NULL: they stay */
	/* What the start tag alone decides. NULL: nothing of the kind is refused. */
	const struct policy_rule *no_subscriptions, *only_rooms, *only_users;
	bool judges_heads; /* one of these is set */
	/* Kinds of IQ that are refused, by the feature of the payload. */
	bool limits_iq;
	const struct policy_rule *iq[FEATURE_MAX]; /* NULL: it may pass */
	size_t max_stanza;                         /* bytes; 0: no limit */
	const struct policy_rule *max_stanza_rule;
	enum policy_audit audit; /* policies in shadow count too */
	bool blocks;             /* some action is ACTION_BLOCK */
	bool refuse_drop;        /* what is refused is not answered; IQ requests are */
	bool hides;              /* something that an entity may say it can do is refused */
	bool transparent;        /* nothing below a stanza's start tag to decide */
	/* The same list as if its policies in shadow were enforced; NULL: there are none. */
	const struct policy_table *shadow;
};

enum { POLICY_TABLES_MAX = 4096 };

/* The tables of one plan. Policies outlive the set, and passed policy_check(). */
struct policy_set;
struct policy_set *policy_set_new(void);
void policy_set_free(struct policy_set *s);
/* Reads the sets of addresses and compiles the access lists of all policies; before the first
 * merge. Both lists (of struct jid_set_config, of struct policy) outlive the set. */
void policy_set_access(struct policy_set *s, const struct config_list *jid_sets,
	const struct config_list *policies, struct config_report *report);
/* The table for this list of policies in order: from_peer, flow, to_peer (n may be 0: the
 * transparent table). The same list gives the same table. NULL when there would be more than
 * POLICY_TABLES_MAX distinct ones. */
const struct policy_table *policy_set_merge(
	struct policy_set *s, const struct policy *const *list, unsigned n);
