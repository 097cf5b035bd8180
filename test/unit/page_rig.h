/* SPDX-License-Identifier: MIT */
/* A made-up server with made-up peers, for the status page. */
#pragma once

#include "daemon/history.h"
#include "daemon/metrics.h"
#include "daemon/server_private.h"
#include "daemon/status_page.h"

struct page_rig {
	struct server server;
	struct plan plan;
	struct metrics_facts facts;
	struct history history;
};

/* Nobody is there yet. */
void page_rig_init(struct page_rig *rig);
/* So many peers, some of them down, every second pair joined; an hour of traffic; policies; three
 * certificates, one of which ends soon. */
void page_rig_fill(struct page_rig *rig, unsigned peers);
struct overview_peer *page_rig_peer(struct page_rig *rig, const char *domain);
void page_rig_write(struct page_rig *rig, struct buf *out);
void page_rig_fini(struct page_rig *rig);
