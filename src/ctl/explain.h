/* SPDX-License-Identifier: MIT */
/*
 * What trunkd would do between two domains, found out from a plan with the daemon's own functions
 * and kept as facts; two files print them, for people and for programs. Borrows from the plan.
 */
#pragma once

#include "ctl/trial.h"
#include "net/credentials.h"
#include "trunk/plan.h"

#include <stdio.h>

struct explain_side {
	const char *text; /* as given: a domain or a JID */
	struct domain domain;
	char match[PEERING_MATCH];     /* what matched it; "": nothing did */
	const struct control *control; /* NULL: none; may be a rejecting one */
};

/* A certificate of ours. */
struct explain_certificate {
	const struct credential *shown;          /* NULL: none is */
	const struct certificate_config *config; /* where it stands */
	const struct mint *mint;                 /* NULL: no issuer, but a certificate */
	int64_t not_after;                       /* seconds since 1970 */
	bool covers;                             /* it names the domain that we pose as */
	bool needed;                             /* there may be TLS */
};

/* One entry of the merged table that is not "pass". */
struct explain_entry {
	const char *what;            /* "presence.fold", "max_body", or a feature */
	bool feature;                /* `what` is one */
	char *value;                 /* "strip", "availability" ...; on the heap */
	const struct policy *policy; /* NULL: nobody in particular */
	const char *key;
	const struct config_origin *origin;
};

struct explanation {
	const struct plan *plan;
	struct explain_side from, to;
	struct passage there, back;
	struct passage_policy policies[PASSAGE_POLICIES];
	unsigned npolicies;
	/* Shown to the next hop of `to`, where we pose as `from`; and to the peer of `from`, who
	 * takes us for `to`. */
	struct explain_certificate at_to, at_from;
	struct explain_entry *entries; /* of the table in force, */
	unsigned nentries;
	struct explain_entry *shadow; /* and what those in shadow would change in it */
	unsigned nshadow;
	int64_t now; /* seconds since 1970 */
};

/* False: `from` or `to` is no address (*wrong_out says which). Both texts outlive it. */
bool explain_init(struct explanation *e, const struct plan *plan, const char *from, const char *to,
	int64_t now, const char **wrong_out);
void explain_fini(struct explanation *e);
/* Where the file of a certificate (which has a config) is named. */
const struct config_origin *explain_chain(const struct explain_certificate *c);
/* May anything go? */
static inline bool explain_permitted(const struct explanation *e)
{
	return e->there.permit == PERMIT_YES || e->there.permit == PERMIT_ANSWERS;
}
/* Why, or why not, in a sentence for the operator. */
const char *explain_permit(enum permit p, bool flows);
/* A target as an operator would say it: "edge.example port 5269". */
void explain_target(const struct target *t, const struct domain *d, char *out, size_t size);
/* "from_peer", "flow", "to_peer". */
const char *explain_list(enum passage_list l);
/* "2026-01-31", and "2026-01-31T12:00:00Z". */
void explain_date(int64_t seconds, char out[16]);
void explain_time(int64_t seconds, char out[24]);

/* ---- explain_table.c ---- */
/* Appends the entries of `t` that are not in `than` (NULL: those that are not "pass"). `e` has
 * sides and policies. */
void explain_table(const struct explanation *e, const struct policy_table *t,
	const struct policy_table *than, struct explain_entry **out, unsigned *n);
/* The name of a feature that a policy may speak of, the operator's own included; NULL: no such. */
const char *explain_nameable(const struct policy_table *t, enum feature f);
void explain_table_free(struct explain_entry *entries, unsigned n);

/* ---- explain_text.c, explain_json.c ---- */
struct text;
void explain_text(const struct explanation *e, struct text *t);
/* One stanza, the number-th. */
void explain_text_trial(
	const struct explanation *e, const struct trial *r, unsigned number, struct text *t);
struct json_t;
struct json_t *explain_json(const struct explanation *e);
struct json_t *explain_json_trial(const struct trial *r);

/* ---- explain_labels.c ---- */
/* Nothing, and null, where labels are not checked. */
void explain_labels_text(const struct explanation *e, struct text *t);
struct json_t *explain_labels_json(const struct explanation *e);
