/* SPDX-License-Identifier: MIT */
/*
 * The section "http" of the configuration: where metrics, health and the status page can be read,
 * and by whom. Opens nothing.
 */
#pragma once

#include "config/schema.h"
#include "net/address.h"

#include <sys/types.h>

struct http_section {
	struct config_origin origin;
	char *listen; /* "127.0.0.1:9469", "unix:/run/trunkd/http"; NULL: no server */
	bool status_page, allow_remote;
	char *group; /* of the Unix socket; NULL: the process's */
};
extern const struct config_table http_section_schema;

/* Loopback or a Unix socket, unless allow_remote says that anybody may ask. */
void http_section_check(const struct http_section *c, struct config_report *report);
/* The path of the Unix socket; NULL: it is none. */
const char *http_section_path(const struct http_section *c);
/* The address; false: it is none. */
bool http_section_address(const struct http_section *c, struct address *out);
/* Can only this machine connect? */
bool http_section_local(const struct http_section *c);
/* The socket's group; (gid_t)-1: as it comes, or unknown. */
gid_t http_section_group(const struct http_section *c);
/* Would the same socket do for both? */
bool http_section_same(const struct http_section *a, const struct http_section *b);
