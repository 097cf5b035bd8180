/* SPDX-License-Identifier: MIT */
/*
 * How many may come in: connections in all and from one host, and how many of them are still being
 * set up. Shared by all workers under a lock that is held for one look-up; asked when a connection
 * is accepted, has proven a domain, ends. Knows no connection, only counts. An IPv6 host is its
 * /64: whoever has one address there has them all.
 */
#pragma once

#include "base/map.h"
#include "net/address.h"
#include "trunk/settings.h"

#include <pthread.h>

struct admission {
	pthread_mutex_t lock;
	struct map hosts;
	unsigned connections, setups;
};

/* One connection's part in the counts. */
struct admission_place {
	struct admission_host *host; /* NULL: none */
	bool setting_up;
};

void admission_init(struct admission *a);
/* Every place must have been left. */
void admission_fini(struct admission *a);

/* NULL: the place is taken, and must be left. Else the limit that is reached, as in the
 * configuration ("limits.connections"). */
const char *admission_enter(struct admission *a, const struct address *peer,
	const struct limits_config *lim, struct admission_place *place_out);
/* Are as many being set up as may be at once? */
bool admission_crowded(struct admission *a, const struct limits_config *lim);
/* It is not being set up any more: proven, or about to end. May be said twice. */
void admission_set_up(struct admission *a, struct admission_place *place);
void admission_leave(struct admission *a, struct admission_place *place);
