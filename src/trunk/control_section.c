/* SPDX-License-Identifier: MIT */
/* See control_section.h. */
#include "trunk/control_section.h"

#include "base/mem.h"

#include <grp.h>
#include <string.h>
#include <sys/un.h>

#define KEY(member, type_, ...)                                                 \
	{                                                                       \
		.name = #member, .type = type_,                                 \
		.offset = offsetof(struct control_section, member), __VA_ARGS__ \
	}

static const struct config_key keys[] = {
	KEY(enabled, CONFIG_BOOL, .def = "true",
		.help = "false: there are no sockets, and trunkctl can ask nothing."),
	KEY(read, CONFIG_PATH,
		.help = "The Unix socket for questions: status, streams, peers and so on, and for "
			"watch: who writes to whom, not what. Left "
			"out: \"read\" in the directory that the service manager has made "
			"(/run/trunkd under systemd); without a service manager there is none."),
	KEY(change, CONFIG_PATH,
		.help = "The Unix socket for questions, for commands that change something, and "
			"for "
			"those that show what is in stanzas. "
			"Left out: \"change\" in the same directory. Who may use which is a matter "
			"of the sockets' permissions: owner and group."),
	KEY(read_group, CONFIG_STRING,
		.help = "The group whose members may ask. trunkd's user must be in it. Left out: "
			"trunkd's own."),
	KEY(change_group, CONFIG_STRING,
		.help = "The group whose members may change something. Left out: trunkd's own."),
	{ .name = NULL },
};
const struct config_table control_section_schema = { "control", sizeof(struct control_section),
	keys };

static const char *group_of(const struct control_section *c, enum control_access a)
{
	return a == CONTROL_READ ? c->read_group : c->change_group;
}

static const char *path_of(const struct control_section *c, enum control_access a)
{
	return a == CONTROL_READ ? c->read : c->change;
}

static void check_socket(const struct control_section *c, enum control_access a, const char *key,
	const char *group_key, struct config_report *report)
{
	const char *group = group_of(c, a), *path = path_of(c, a);
	struct sockaddr_un address;

	if (group && control_section_group(c, a) == (gid_t)-1)
		config_report_add(report, CONFIG_ERROR, config_origin_of(&c->origin, group_key),
			"there is no group \"%s\" for the control socket: make it (groupadd), or "
			"name another",
			group);
	/* A name beside it is bound first, and renamed. */
	if (path && strlen(path) + sizeof(".new") > sizeof(address.sun_path))
		config_report_add(report, CONFIG_ERROR, config_origin_of(&c->origin, key),
			"\"%s\" is too long for a Unix socket: at most %zu bytes", path,
			sizeof(address.sun_path) - sizeof(".new"));
}

void control_section_check(const struct control_section *c, struct config_report *report)
{
	check_socket(c, CONTROL_READ, "read", "read_group", report);
	check_socket(c, CONTROL_CHANGE, "change", "change_group", report);
	if (c->read && c->change && strcmp(c->read, c->change) == 0)
		config_report_add(report, CONFIG_ERROR, config_origin_of(&c->origin, "change"),
			"read and change are the same socket \"%s\": whoever may read could "
			"change; give them two names",
			c->read);
}

char *control_section_path(
	const struct control_section *c, enum control_access a, const char *runtime)
{
	const char *path = path_of(c, a);

	if (!c->enabled)
		return NULL;
	if (path)
		return mem_strdup(path);
	if (!runtime || !*runtime)
		return NULL;
	/* systemd joins several by colons: the first is ours. */
	return mem_printf("%.*s/%s", (int)strcspn(runtime, ":"), runtime,
		a == CONTROL_READ ? "read" : "change");
}

gid_t control_section_group(const struct control_section *c, enum control_access a)
{
	const char *name = group_of(c, a);
	struct group g, *found = NULL;
	char room[16384];

	if (!name || getgrnam_r(name, &g, room, sizeof(room), &found) != 0 || !found)
		return (gid_t)-1;
	return g.gr_gid;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool control_section_same(const struct control_section *a, const struct control_section *b)
{
	return a->enabled == b->enabled && same(a->read, b->read) && same(a->change, b->change) &&
	       same(a->read_group, b->read_group) && same(a->change_group, b->change_group);
}
