/* SPDX-License-Identifier: MIT */
/*
 * The running plan: configuration, keys, stores, compiled controls and policies, built whole off to
 * the side and immutable afterwards. Reference-counted; each worker holds one reference, a reload
 * in progress one more. A plan that does not check out is never run.
 */
#pragma once

#include "net/credentials.h"
#include "net/tls.h"
#include "trunk/peering.h"
#include "trunk/settings.h"

#include <stdatomic.h>

struct plan {
	atomic_uint refs;
	uint64_t number; /* grows with every plan of the process */
	char hash[17]; /* of the effective configuration: the first 16 hex digits of its SHA-256 */
	struct settings settings;
	struct config_file *file;
	struct trust_store **stores;
	unsigned nstores;
	struct credentials *credentials;
	struct tls_contexts *tls;
	struct own_features *own;
	struct labels *labels;
	struct policy_set *tables;
	struct peering *peering;
	struct dialback_secrets *secrets;
	char *node_name;
	struct plan *base; /* NULL; or whose everything but `peering` this is */
};

struct plan_options {
	const char *path;
	const char *keylog_file;     /* NULL: none */
	const char *fallback_secret; /* of the process, for when no secret_file is configured */
	uint64_t number;
	/* Certificates, stores and secrets are left alone: for what is asked before there are any.
	 * Such a plan answers who talks to whom, and cannot be run. */
	bool without_keys;
};

/* What a report says belongs to these parts of the checks (config_report_topic()): certificates and
 * whom we believe; which domains certificates name; policies. All else to none. */
#define PLAN_CERTS  "certs"
#define PLAN_NAMES  "names"
#define PLAN_POLICY "policy"

/* Reads, checks and builds. NULL when there is an error; all errors and warnings are in `report`.
 */
struct plan *plan_new(const struct plan_options *o, struct config_report *report);
/* The same plan under these orders, as another one with its own number. Takes references to both.
 */
struct plan *plan_with_orders(struct plan *p, struct orders *orders, uint64_t number);
/* Without its orders: the plan itself, or what it was made of. Not a new reference. */
struct plan *plan_base(struct plan *p);
struct plan *plan_ref(struct plan *p);
void plan_unref(struct plan *p);

/* The secret for a domain's dialback keys, and the one before it (p == NULL: none). */
enum { PLAN_SECRETS = 2 };
void plan_dialback_secrets(
	const struct plan *p, const struct domain *d, struct str out[PLAN_SECRETS]);
