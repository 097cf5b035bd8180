/* SPDX-License-Identifier: MIT */
/*
 * The status page: one HTML document without anything from elsewhere, which works without a script
 * and refreshes itself with one. Everything that a peer can choose is escaped where it is written.
 */
#pragma once

#include "base/buf.h"

struct history;
struct metrics_facts;
struct server;

/* `nonce` is what the response's policy allows style and script by. */
void status_page_write(const struct server *s, const struct metrics_facts *facts,
	const struct history *history, const char *nonce, struct buf *out);
/* The page's picture of who is joined to whom, alone: a whole SVG document, with its style. */
void status_map_write(const struct server *s, const struct metrics_facts *facts, struct buf *out);
