/* SPDX-License-Identifier: MIT */
/*
 * The table that several policies compile to: what the filter asks, answered once. Immutable.
 */
#pragma once

#include "policy/own.h"

#include <stdint.h>

enum policy_fold { FOLD_OFF, FOLD_SHOW, FOLD_AVAILABILITY };
/* What one element of a feature may do; ordered by strictness. */
enum feature_action { ACTION_PASS, ACTION_STRIP, ACTION_BLOCK };
enum policy_audit { AUDIT_OFF, AUDIT_HEADERS, AUDIT_FULL };
/* The values of <show/> (RFC 6121 4.7.2.1). */
enum policy_show { SHOW_AWAY, SHOW_CHAT, SHOW_DND, SHOW_XA, SHOW_COUNT };

enum policy_unlabelled { UNLABELLED_PASS, UNLABELLED_DEFAULT, UNLABELLED_REFUSE };

struct policy;
struct policy_access;
struct jid_sets;

/* One key of one policy, as what decided something. */
struct policy_rule {
	const struct policy *policy;
	const char *key; /* "strip", "presence.fold" ... */
	const struct config_origin *origin;
};

/* Where several policies say the same, the first in the list is named. */
struct policy_table {
	uint8_t action[FEATURE_MAX]; /* enum feature_action */
	/* Asked for every element; what is asked less often stands behind. */
	bool transparent;               /* nothing below a stanza's start tag to decide */
	bool blocks;                    /* some action is ACTION_BLOCK */
	bool hides;                     /* something that an entity may say it can do is refused */
	bool limits_iq;                 /* iq has some */
	bool judges_heads;              /* the start tag alone may refuse a stanza */
	bool refuse_drop;               /* what is refused is not answered; IQ requests are */
	bool suppress_repeats;          /* presence.suppress_repeats */
	const struct own_features *own; /* NULL: there are none */
	enum policy_fold fold;
	enum policy_audit audit; /* policies in shadow count too */
	/* Who may send to whom: all of them must allow. */
	unsigned naccess;
	const struct policy_access *const *access;
	const struct jid_sets *jid_sets; /* with access */
	/* The same list as if its policies in shadow were enforced; NULL: there are none. */
	const struct policy_table *shadow;

	/* With judges_heads. NULL: nothing of the kind is refused. */
	const struct policy_rule *no_subscriptions, *only_rooms, *only_users;
	const struct policy_rule *hide_real_jids; /* NULL: they stay */
	const struct policy_rule *bare_errors;    /* NULL: errors are filtered like the rest */
	const struct policy_rule *labels;         /* NULL: they are not checked */
	bool checks_labels;                       /* this table or its shadow */
	bool label_subject_passes;                /* a subject alone needs no label */
	bool label_signals_pass;                  /* nor do receipts and their like */
	enum policy_unlabelled unlabelled;        /* messages */
	const struct policy_rule *fold_rule;      /* NULL with FOLD_OFF */
	struct str show[SHOW_COUNT]; /* with FOLD_SHOW, after all maps in order; empty: removed */
	size_t max_stanza, max_body; /* bytes; 0: no limit */
	const struct policy_rule *max_stanza_rule, *max_body_rule;

	const struct policy_rule *rule[FEATURE_MAX]; /* who decided; NULL with ACTION_PASS */
	/* Kinds of IQ that are refused, by the feature of the payload; NULL: it may pass. */
	const struct policy_rule *iq[FEATURE_MAX];
	struct feature_set iq_refused; /* those that no label lets pass */
};
