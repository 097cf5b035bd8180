/* SPDX-License-Identifier: MIT */
/* What the HTTP server says to whom: paths and bodies, without a socket. */
#pragma once

#include "base/buf.h"

#include <stdbool.h>

struct history;
struct metrics_facts;
struct server;

enum http_path {
	HTTP_METRICS,
	HTTP_HEALTH,
	HTTP_READY,
	HTTP_STATUS_PAGE,
	HTTP_UNKNOWN,
};
enum http_path http_path(const char *url, bool status_page);
/* Does the answer need what the workers say? */
bool http_asks_workers(enum http_path p);

struct http_answer {
	unsigned status;
	const char *type; /* Content-Type */
	struct buf body;
	char nonce[33]; /* of the page's own style and script; "": there are none */
};
/* Fills a zeroed one. `facts` NULL: the workers were not asked, or do not answer. `open_metrics`:
 * the reader prefers that format. */
void http_answer(struct server *s, enum http_path p, const struct metrics_facts *facts,
	const struct history *history, bool open_metrics, struct http_answer *out);
/* In words. */
void http_refuse(struct http_answer *out, unsigned status, const char *words);

/* A browser names the host that it believes it talks to (RFC 9110 7.2). A page of somebody else
 * whose name suddenly leads to this machine would read along, if any name did: an address or
 * localhost only. NULL: none was given, which no browser does. */
bool http_host_is_ours(const char *host);
/* Does Accept ask for OpenMetrics? NULL: it was not sent. */
bool http_wants_open_metrics(const char *accept);
