/* SPDX-License-Identifier: MIT */
/*
 * What the operator has ordered while trunkd runs, on top of the configuration: domains that are
 * blocked, paused or taken out of service. A list of orders is immutable and counted; a plan is
 * given one (plan_with_orders()). They are in memory only: a restart forgets them.
 */
#pragma once

#include "base/domain.h"

#include <stdint.h>

/* From the weakest to the strongest: the strongest that matches a domain holds. */
enum order {
	ORDER_NONE,
	ORDER_PAUSE, /* nothing is sent to it: what goes there waits in its queue */
	ORDER_DRAIN, /* what is under way is finished; no new streams, neither from nor for it */
	ORDER_BLOCK, /* as if a control rejected it */
};
const char *order_name(enum order o); /* "pause" ... */

struct order_entry {
	enum order order;
	char *pattern; /* "a.example", "*.us", "*": as in a control's match */
	int64_t until; /* seconds since 1970; 0: until it is taken back */
};

struct orders;
struct orders *orders_new(void); /* without any */
struct orders *orders_ref(struct orders *o);
void orders_unref(struct orders *o); /* NULL is fine */

/* The pattern in its canonical form; NULL: it is none. On the heap. */
char *orders_pattern(const char *text);
/* A copy with this order for the canonical pattern, in place of the one it had; ORDER_NONE takes it
 * out. */
struct orders *orders_with(
	const struct orders *o, const char *pattern, enum order order, int64_t until);
/* A copy without those that have expired, the same one (another reference) when none has. */
struct orders *orders_still(struct orders *o, int64_t now);
/* When the next one expires; 0: none will. */
int64_t orders_expiry(const struct orders *o);
unsigned orders_count(const struct orders *o);
const struct order_entry *orders_at(const struct orders *o, unsigned i);
/* Does a canonical pattern mean this domain? */
bool orders_match(const char *pattern, const struct domain *d);
/* The strongest order for a domain; `o` may be NULL. */
enum order orders_find(const struct orders *o, const struct domain *d);
