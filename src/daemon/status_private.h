/* SPDX-License-Identifier: MIT */
/* The status page's parts, for each other. */
#pragma once

#include "daemon/history.h"
#include "daemon/html.h"
#include "daemon/metrics.h"
#include "daemon/server_private.h"
#include "daemon/status_page.h"

/* The worst first. */
enum status_state {
	STATUS_DOWN,
	STATUS_CONNECTING,
	STATUS_BOTH,
	STATUS_OUT,
	STATUS_IN,
	STATUS_IDLE,
	STATUS_UNUSED,
	STATUS_STATES
};
struct status_words {
	const char *class, *sign, *words; /* of CSS; for those who see no colour */
};
extern const struct status_words status_words[STATUS_STATES];

struct status_peer {
	const char *name;                 /* canonical */
	const struct overview_peer *peer; /* NULL: nothing has happened yet */
	enum status_state state;
};

enum { STATUS_PEERS = 512 };
/* What one page is made of. */
struct status {
	const struct server *server;
	const struct metrics_facts *facts;
	const struct history *history;
	struct history_sample now;
	struct buf *out;
	struct status_peer peers[STATUS_PEERS];
	unsigned npeers, down, connected;
	size_t more; /* peers that are left out */
};

/* status_peers.c: who there is, and the table of them. */
void status_find_peers(struct status *s);
void status_peers(struct status *s);
/* status_map.c: who is joined to whom, drawn, and as a list. */
void status_map(struct status *s);
const char *status_way(const struct overview_way *w);
/* status_plot.c: rates over the last hour. */
void status_plots(struct status *s);
/* Stanzas in thousandths a second over the last minute, or as long as is known. */
struct status_rates {
	uint64_t received, sent, refused;
};
struct status_rates status_rates(const struct status *s);
/* status_facts.c: refusals, certificates, configuration. */
void status_refusals(struct status *s);
void status_certificates(struct status *s);
void status_configuration(struct status *s);

extern const char status_style[], status_script[];
