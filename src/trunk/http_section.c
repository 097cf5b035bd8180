/* SPDX-License-Identifier: MIT */
/* See http_section.h. */
#include "trunk/http_section.h"

#include <grp.h>
#include <string.h>
#include <sys/un.h>

enum { PORT = 9469 };

#define UNIX "unix:"
#define KEY(member, type_, ...)                                                                  \
	{                                                                                        \
		.name = #member, .type = type_, .offset = offsetof(struct http_section, member), \
		__VA_ARGS__                                                                      \
	}

static const struct config_key keys[] = {
	KEY(listen, CONFIG_STRING,
		.help = "Where a small HTTP server answers /metrics, /healthz and /readyz: "
			"\"127.0.0.1:9469\", \"[::1]:9469\", or \"unix:/run/trunkd/http\". Left "
			"out: there is none. Whoever can connect can read."),
	KEY(status_page, CONFIG_BOOL, .def = "true",
		.help = "Whether / is a page for people: peers, who is joined to whom, rates, "
			"refusals, certificates. It can only be read."),
	KEY(allow_remote, CONFIG_BOOL, .def = "false",
		.help = "true: listen may be an address that other machines reach. There is no "
			"password and no TLS: only in a network of your own, or behind a proxy."),
	KEY(group, CONFIG_STRING,
		.help = "The group whose members may connect to the Unix socket. trunkd's user "
			"must be in it. Left out: trunkd's own."),
	{ .name = NULL },
};
const struct config_table http_section_schema = { "http", sizeof(struct http_section), keys };

const char *http_section_path(const struct http_section *c)
{
	bool is = c->listen && strncmp(c->listen, UNIX, strlen(UNIX)) == 0;
	return is ? c->listen + strlen(UNIX) : NULL;
}

bool http_section_address(const struct http_section *c, struct address *out)
{
	return c->listen && !http_section_path(c) && address_parse(c->listen, PORT, out);
}

static bool is_loopback(const struct address *a)
{
	struct address_prefix v4, v6;
	return address_prefix_parse("127.0.0.0/8", &v4) && address_prefix_parse("::1", &v6) &&
	       (address_in(a, &v4) || address_in(a, &v6));
}

bool http_section_local(const struct http_section *c)
{
	struct address a;
	return !http_section_address(c, &a) || is_loopback(&a);
}

gid_t http_section_group(const struct http_section *c)
{
	const struct group *g = c->group ? getgrnam(c->group) : NULL;
	return g ? g->gr_gid : (gid_t)-1;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool http_section_same(const struct http_section *a, const struct http_section *b)
{
	return same(a->listen, b->listen) && (!http_section_path(a) || same(a->group, b->group));
}

static void check_path(const struct http_section *c, const char *path, struct config_report *report)
{
	const struct config_origin *origin = config_origin_of(&c->origin, "listen");
	struct sockaddr_un address;
	if (path[0] != '/')
		config_report_add(report, CONFIG_ERROR, origin,
			"\"%s\" is no path: write \"unix:/run/trunkd/http\"", c->listen);
	/* A name beside it is bound first, and renamed. */
	else if (strlen(path) + sizeof(".new") > sizeof(address.sun_path))
		config_report_add(report, CONFIG_ERROR, origin,
			"\"%s\" is too long for a Unix socket: at most %zu bytes", path,
			sizeof(address.sun_path) - sizeof(".new"));
	if (c->group && http_section_group(c) == (gid_t)-1)
		config_report_add(report, CONFIG_ERROR, config_origin_of(&c->origin, "group"),
			"there is no group \"%s\" for the HTTP socket: make it (groupadd), or name "
			"another",
			c->group);
}

static void check_address(const struct http_section *c, struct config_report *report)
{
	const struct config_origin *origin = config_origin_of(&c->origin, "listen");
	struct address a;
	if (!http_section_address(c, &a))
		config_report_add(report, CONFIG_ERROR, origin,
			"\"%s\" is no address: write \"127.0.0.1:9469\", \"[::1]:9469\" or "
			"\"unix:/run/trunkd/http\"",
			c->listen);
	else if (!is_loopback(&a) && !c->allow_remote)
		config_report_add(report, CONFIG_ERROR, origin,
			"other machines reach %s, and the HTTP server asks for no password: listen "
			"on 127.0.0.1, [::1] or a Unix socket, or say allow_remote = true",
			c->listen);
	else if (!is_loopback(&a))
		config_report_add(report, CONFIG_WARNING, origin,
			"whoever reaches %s can read who is joined to whom: the HTTP server asks "
			"for no password",
			c->listen);
}

void http_section_check(const struct http_section *c, struct config_report *report)
{
	const char *path = http_section_path(c);
	if (!c->listen)
		return;
	if (path)
		check_path(c, path, report);
	else
		check_address(c, report);
}
