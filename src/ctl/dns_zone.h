/* SPDX-License-Identifier: MIT */
/* What the DNS is to say of this trunk: its name, addresses and ports, and the domains behind it.
 * Worked out of the plan and the options; prints nothing. */
#pragma once

#include "ctl/command.h"
#include "ctl/served.h"
#include "net/listener.h"

enum {
	DNS_ZONE_SERVICES = 2, /* by enum listen_mode */
	DNS_ZONE_ADDRESSES = 16,
	DNS_ZONE_TARGETS = 8,
};

struct dns_zone {
	struct served_list served; /* without those that the DNS cannot know */
	/* The first is tried before the second, and so on: trunks side by side. */
	char targets[DNS_ZONE_TARGETS][DOMAIN_MAX + 1];
	unsigned ntargets;
	struct address addresses[DNS_ZONE_ADDRESSES]; /* of the only target */
	unsigned naddresses;                          /* 0: it is known elsewhere */
	int ports[DNS_ZONE_SERVICES][DNS_ZONE_ADDRESSES];
	unsigned nports[DNS_ZONE_SERVICES];
	unsigned ttl;
};

/* CTL_FINE, or another status after words on c->err; dns_zone_fini() either way. */
enum ctl_status dns_zone_init(struct dns_zone *z, struct ctl *c, const struct plan *plan);
void dns_zone_fini(struct dns_zone *z);

/* Takes the addresses of --address, or else those that the listeners have by name; false after
 * words of complaint. */
bool dns_zone_addresses(struct ctl *c, const struct plan *plan, const char *zone,
	struct address out[DNS_ZONE_ADDRESSES], unsigned *n_out);
/* May peers in this zone (NULL: any) come in at the listener? */
bool dns_zone_listens_for(const struct listen_config *l, const char *zone);
