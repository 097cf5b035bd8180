/* SPDX-License-Identifier: MIT */
/* See config.h. */
#include "audit/config.h"

#include "audit/sink.h"
#include "base/mem.h"
#include "config/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct config_choice levels[] = {
	{ "off", AUDIT_LEVEL_OFF },
	{ "headers", AUDIT_LEVEL_HEADERS },
	{ "full", AUDIT_LEVEL_FULL },
	{ NULL, 0 },
};

#define KEY(member, type_, ...)                                                                  \
	{                                                                                        \
		.name = #member, .type = type_, .offset = offsetof(struct audit_config, member), \
		.reload = CONFIG_RESTART, __VA_ARGS__                                            \
	}

static const struct config_key keys[] = {
	KEY(file, CONFIG_PATH,
		.help = "The file that records are appended to, one JSON object on each line, in "
			"a chain that `trunkctl audit verify` checks. Opened anew on SIGHUP and "
			"SIGUSR1."),
	KEY(journald, CONFIG_BOOL, .def = "false", .help = "Send records to the journal."),
	KEY(syslog, CONFIG_STRING,
		.help = "Send records to a syslog daemon (RFC 5424): the path of its socket, as "
			"\"/dev/log\", or \"ADDRESS:PORT\" for TCP."),
	KEY(level, CONFIG_ENUM, .def = "off", .choices = levels,
		.help = "What is recorded of every stanza, also where no policy asks for more. "
			"Refusals, bounces, ends of streams and reloads are recorded whatever "
			"stands here."),
	KEY(required, CONFIG_BOOL, .def = "false",
		.help = "Nothing crosses before its record is in the file. While the file cannot "
			"be written, stanzas wait, and are then answered with "
			"resource-constraint. Needs `file`; `level` is at least \"headers\"."),
	KEY(sync, CONFIG_BOOL, .def = "false",
		.help = "Sync the file after each batch of records; with `required`, a stanza "
			"waits for that too."),
	KEY(key_file, CONFIG_PATH,
		.help = "A secret of one line, at least 16 bytes. With it, a checkpoint that only "
			"who knows it can make is written every 1,000 records or 10 s, so that a "
			"tail cut off and a chain written anew show as well."),
	{ .name = NULL },
};
const struct config_table audit_schema = { "audit", sizeof(struct audit_config), keys };

/* The file is made when trunkd starts; its directory is not. */
static void check_directory(const struct audit_config *c, struct config_report *report)
{
	const char *slash = strrchr(c->file, '/');
	MEM_AUTO char *path = slash ? mem_printf("%.*s/", (int)(slash - c->file), c->file) : NULL;
	struct stat st;

	if (path && stat(path, &st) < 0 && (errno == ENOENT || errno == ENOTDIR))
		config_report_add(report, CONFIG_ERROR, config_origin_of(&c->origin, "file"),
			"audit file \"%s\": there is no directory %s: make it, writable for "
			"trunkd's user",
			c->file, path);
}

void audit_config_check(const struct audit_config *c, struct config_report *report)
{
	struct audit_sink sink = { .fd = -1 };

	if (c->file)
		check_directory(c, report);
	if (c->required && !c->file)
		config_report_add(report, CONFIG_ERROR, config_origin_of(&c->origin, "required"),
			"required = true needs a file: add file = \"...\"; (what journald and "
			"syslog did with a record is not known)");
	if (c->syslog && audit_sink_init(&sink, false, c->syslog, NULL) != 0)
		config_report_add(report, CONFIG_ERROR, config_origin_of(&c->origin, "syslog"),
			"syslog: \"%s\" is neither the path of a socket nor ADDRESS:PORT",
			c->syslog);
	if (c->key_file)
		free(secret_load(c->key_file, "audit key", config_origin_of(&c->origin, "key_file"),
			report));
	if (!audit_configured(c) && (c->level || c->key_file || c->sync))
		config_report_add(report, CONFIG_WARNING, &c->origin,
			"nothing is recorded: the section names no file, journald or syslog");
}

bool audit_configured(const struct audit_config *c)
{
	return c->file || c->journald || c->syslog;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool audit_config_same(const struct audit_config *a, const struct audit_config *b)
{
	return same(a->file, b->file) && a->journald == b->journald && same(a->syslog, b->syslog) &&
	       a->level == b->level && a->required == b->required && a->sync == b->sync &&
	       same(a->key_file, b->key_file);
}
