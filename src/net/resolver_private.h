/* SPDX-License-Identifier: MIT */
/* One question to libunbound, as resolver.c asks it and lookup.c uses it. */
#pragma once

#include "net/loop_private.h"
#include "net/resolver.h"

#include <unbound.h>

enum { DNS_A = 1, DNS_AAAA = 28, DNS_SRV = 33 };

enum answer {
	ANSWER_DATA,
	ANSWER_NONE, /* the name exists, the type does not */
	ANSWER_NXDOMAIN,
	ANSWER_FAILED, /* no answer, or none to be believed */
};

struct query {
	char name[256];
	int type;
	int id; /* libunbound's, while `running` */
	bool running;
	int error; /* libunbound's, 0: none */
	struct ub_result *result;
	struct task *done; /* run soon when the answer is there */
	struct resolver *resolver;
};

/* The answer comes in a later turn: `done` is then run. Asking cannot fail, only the answer. */
void query_start(
	struct query *q, struct resolver *r, const char *name, int type, struct task *done);
/* Cancels it when it still runs, frees the answer. A zeroed query is fine. */
void query_fini(struct query *q);
enum answer query_answer(const struct query *q);
/* "no such domain (NXDOMAIN) for NAME" */
void query_words(const struct query *q, char *out, size_t size);

struct net_loop *resolver_loop(const struct resolver *r);
struct list *resolver_lookups(struct resolver *r);
uint64_t resolver_timeout(const struct resolver *r);
/* Frees it without a callback. */
void lookup_drop(struct list *link);
