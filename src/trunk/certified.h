/* SPDX-License-Identifier: MIT */
/*
 * What peers are cleared for by their certificates (RFC 5913), under one plan's label policies:
 * the Clearance attribute in subjectDirectoryAttributes, less what the CAs above do not allow
 * (AuthorityClearanceConstraints). And the certificate that each domain has last proven itself
 * with, remembered for all workers, since what is sent to it is judged before there is a stream.
 * Shared objects are counted, immutable, and for any thread; the table is bounded and has a lock,
 * which nobody takes while nothing changes.
 */
#pragma once

#include "net/chain_claims.h"
#include "trunk/plan.h"

#include <stdatomic.h>

enum { CERTIFIED_DOMAINS = 4096, CERTIFIED_WORDS = 160 };

/* The clearances of one certificate. It keeps its plan alive. */
struct certified {
	atomic_uint refs;
	struct plan *plan;
	struct clearance_list list; /* resolved; what the policies do not know grants nothing */
	int64_t not_after;
	char words[CERTIFIED_WORDS]; /* why there are none, or "" */
};
/* Of a chain that was found good; a reference for the caller. */
struct certified *certified_new(
	struct plan *plan, const struct chain_claims *claims, int64_t not_after);
struct certified *certified_ref(struct certified *c);
void certified_unref(struct certified *c); /* NULL is fine */
/* What it grants to a peer with this agreement; nothing after its end. */
struct label_grants certified_grants(
	const struct certified *c, const struct control_labels *l, int64_t now);
/* "RED: LOW, HIGH; Releasable To: XAA": for people, cut to size. */
void certified_describe(const struct certified *c, char *out, size_t size);

/* How a control wants certificates judged that were shown by a domain. Borrows both. */
struct trust_question certified_question(
	const struct control *c, const struct domain *d, bool outbound);

/* ---- what domains have shown ---- */

struct certified_peers;
struct certified_peers *certified_peers_new(void);
void certified_peers_free(struct certified_peers *p);

/* The domain has proven itself with what it has shown (NULL: nothing): of itself, or (outbound)
 * because we have called it. Does nothing unless its control wants the certificates' word. */
void certified_peers_note(struct certified_peers *p, const struct control *c,
	const struct domain *d, X509 *leaf, STACK_OF(X509) * chain, bool outbound);
/* What the domain's last certificate brings, judged under this plan and its control; a reference
 * for the caller. NULL: none is known, or it is not believed any more. */
struct certified *certified_peers_find(struct certified_peers *p, struct plan *plan,
	const struct control *c, const struct domain *d, int64_t wall);
/* This plan is in force: what was judged under others is let go, and judged again. */
void certified_peers_plan(struct certified_peers *p, const struct plan *plan);
/* Grows when a certificate is noted that was not known. */
uint64_t certified_peers_changes(const struct certified_peers *p);
/* Nothing is known of the domain: may it be called to see its certificate? At most once in half a
 * minute. */
bool certified_peers_may_ask(struct certified_peers *p, const struct domain *d, uint64_t now_ms);
