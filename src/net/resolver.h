/* SPDX-License-Identifier: MIT */
/*
 * Where is a next hop? SRV for both services, A and AAAA through libunbound, merged and ordered by
 * priority and weight (RFC 2782, RFC 6120 3.2, XEP-0368) into one list of endpoints to be tried in
 * order. One resolver per loop, with a thread of libunbound's behind it; it never blocks.
 */
#pragma once

#include "base/domain.h"
#include "config/schema.h"
#include "net/address.h"
#include "net/loop.h"

struct endpoint {
	struct address address;
	bool direct_tls;
	bool secure;    /* every DNS answer on the way was validated (DNSSEC) */
	char host[256]; /* the SRV target or host name; "" for a plain address */
};

enum target_kind {
	TARGET_SRV,     /* SRV records of `name` */
	TARGET_HOST,    /* A and AAAA of `name`, with `port` */
	TARGET_ADDRESS, /* no DNS */
};
enum target_prefer { PREFER_NONE, PREFER_DIRECT_TLS, PREFER_STARTTLS };

struct target {
	enum target_kind kind;
	char name[256];
	uint16_t port;
	struct address address;
	bool direct_tls; /* for HOST and ADDRESS */
};

enum resolve_outcome {
	RESOLVE_OK,        /* at least one endpoint */
	RESOLVE_NOT_FOUND, /* no such name, or SRV "." */
	RESOLVE_FAILED,    /* SERVFAIL, time-out, bogus */
};

struct resolve_result {
	enum resolve_outcome outcome;
	struct endpoint *endpoints; /* the receiver frees it */
	unsigned n;
	char words[256]; /* "no such domain (NXDOMAIN) for _xmpp-server._tcp.b.example" */
	uint32_t took_ms;
};

struct resolver_config { /* "dns = { ... }" */
	struct config_origin origin;
	struct config_strings servers; /* addresses, with @port; empty: /etc/resolv.conf */
	char *trust_anchor;            /* DNSSEC anchor file, NULL: no validation */
	int64_t timeout;               /* ms for one look-up, all of its queries */
};
extern const struct config_table resolver_schema;

/* Bad server addresses, an unreadable anchor file. */
void resolver_check(const struct resolver_config *c, struct config_report *report);

struct resolver;
/* Nothing of `c` is needed afterwards. */
struct resolver *resolver_new(struct net_loop *l, const struct resolver_config *c);
/* Cancels what is under way. Also from inside a result callback. NULL is fine. */
void resolver_free(struct resolver *r);

/* Questions that were answered: by type (A, AAAA, SRV), answer, and whether it was validated. */
enum { RESOLVER_TYPES = 3, RESOLVER_ANSWERS = 4 };
struct resolver_counts {
	uint64_t n[RESOLVER_TYPES][RESOLVER_ANSWERS][2];
};
const struct resolver_counts *resolver_counts(const struct resolver *r);
extern const char *const resolver_type_names[RESOLVER_TYPES];
extern const char *const resolver_answer_names[RESOLVER_ANSWERS];

struct lookup;
/* Resolves all targets (copied) in order into one list (each target's endpoints behind the previous
 * one's; at most 32). The callback comes in a later turn, once, unless cancelled; the lookup is
 * gone when it runs. `prefer` breaks ties between the two SRV services. No SRV record at all: A and
 * AAAA of the name, port 5269, STARTTLS. */
struct lookup *resolver_find(struct resolver *r, const struct target *targets, unsigned n,
	enum target_prefer prefer, void (*fn)(void *arg, struct resolve_result *result), void *arg);
void lookup_cancel(struct lookup *l);
