/* SPDX-License-Identifier: MIT */
/*
 * The HTTP server: metrics, health, and the status page. Only for reading, only GET and HEAD, on
 * the main loop, which never waits for it: an answer that needs the workers is put off until they
 * have told. libmicrohttpd does HTTP, under uv.
 */
#pragma once

#include "trunk/http_section.h"

#include <stdbool.h>

struct http;
struct http_prepared;
struct server;

struct http *http_new(struct server *s);
/* Opens what a plan wants to be open and is not yet; false, with a line in the report, when it
 * cannot. */
bool http_prepare(struct http *h, const struct http_section *section, struct config_report *report,
	struct http_prepared **out);
/* From now on. Takes it over; what is not wanted any more is closed. */
void http_commit(struct http *h, struct http_prepared *p);
void http_discard(struct http_prepared *p);
/* Closes everything; free it after the loop. */
void http_stop(struct http *h);
void http_free(struct http *h);
