/* SPDX-License-Identifier: MIT */
/* A small configuration with one row of every kind, for the tests of the engine. */
#pragma once

#include "config/schema.h"

struct example_limits {
	struct config_origin at;
	int64_t bytes, seconds;
};

struct example_defaults {
	struct config_origin at;
	int tls;
	uint32_t authentication;
	char *trust;
	struct example_limits queue;
	struct config_strings ciphers;
};

struct example_control {
	struct config_origin at;
	struct config_strings match;
	char *connect;
	struct example_defaults security; /* its members, not the struct, are in the table */
	char *name;
};

struct example_issuer {
	struct config_origin at;
	char *chain;
	int64_t lifetime;
};

struct example {
	struct config_origin at;
	struct {
		struct config_origin at;
		char *name;
		int64_t workers;
		bool verbose;
		char *password;
		char *state;
		int64_t big;
	} node;
	struct example_defaults defaults;
	struct config_list controls; /* struct example_control */
	struct example_issuer issuer;
	int64_t idle, size;
	char *path;
	struct config_strings paths;
};

enum { EXAMPLE_TLS_OFF, EXAMPLE_TLS_OPTIONAL, EXAMPLE_TLS_REQUIRED };

static const struct config_choice example_tls[] = { { "required", EXAMPLE_TLS_REQUIRED },
	{ "optional", EXAMPLE_TLS_OPTIONAL }, { "off", EXAMPLE_TLS_OFF }, { NULL, 0 } };
static const struct config_choice example_authentication[] = { { "external", 0 }, { "dialback", 3 },
	{ NULL, 0 } };

static const struct config_key example_limits_keys[] = {
	{ "bytes", CONFIG_SIZE, offsetof(struct example_limits, bytes), "1M", 1024, 1 << 30,
		.help = "Bytes that may wait." },
	{ "seconds", CONFIG_DURATION, offsetof(struct example_limits, seconds), "30s",
		.help = "How long." },
	{ 0 },
};
static const struct config_table example_limits = { "queue", sizeof(struct example_limits),
	example_limits_keys };

#define EXAMPLE_SECURITY_KEYS(type, prefix)                                                      \
	{ "tls", CONFIG_ENUM, offsetof(type, prefix tls), "required", .choices = example_tls,    \
		.reload = CONFIG_NEXT_HANDSHAKE, .help = "Whether streams are encrypted." },     \
		{ "authentication", CONFIG_FLAGS, offsetof(type, prefix authentication),         \
			"external, dialback", .choices = example_authentication,                 \
			.help = "What proof is accepted." },                                     \
		{ "trust", CONFIG_STRING, offsetof(type, prefix trust),                          \
			.help = "Who is believed." },                                            \
		{ "queue", CONFIG_GROUP, offsetof(type, prefix queue), .table = &example_limits, \
			.help = "What may wait." },                                              \
	{                                                                                        \
		"ciphers", CONFIG_STRINGS, offsetof(type, prefix ciphers), "[ A128, A256 ]",     \
			.help = "Which ciphers."                                                 \
	}

static const struct config_key example_defaults_keys[] = {
	EXAMPLE_SECURITY_KEYS(struct example_defaults, ),
	{ 0 },
};
static const struct config_table example_defaults = { "defaults", sizeof(struct example_defaults),
	example_defaults_keys };

static const struct config_key example_control_keys[] = {
	{ "match", CONFIG_STRINGS, offsetof(struct example_control, match),
		.flags = CONFIG_REQUIRED | CONFIG_ONCE, .help = "Which domains: *.suffix is one." },
	{ "connect", CONFIG_STRING, offsetof(struct example_control, connect), "dns",
		.help = "How to reach them." },
	EXAMPLE_SECURITY_KEYS(struct example_control, security.),
	{ "name", CONFIG_STRING, offsetof(struct example_control, name), .flags = CONFIG_ONCE,
		.help = "What to call it." },
	{ 0 },
};
static const struct config_table example_control = { "peering control",
	sizeof(struct example_control), example_control_keys };

static const struct config_key example_issuer_keys[] = {
	{ "chain", CONFIG_PATH, offsetof(struct example_issuer, chain), .flags = CONFIG_REQUIRED,
		.help = "The CA." },
	{ "lifetime", CONFIG_DURATION, offsetof(struct example_issuer, lifetime), "7d",
		.help = "Of what it issues." },
	{ 0 },
};
static const struct config_table example_issuer = { "issuer", sizeof(struct example_issuer),
	example_issuer_keys };

static const struct config_key example_node_keys[] = {
	{ "name", CONFIG_STRING,
		offsetof(struct example, node.name) - offsetof(struct example, node),
		.help = "Of this node." },
	{ "workers", CONFIG_INT,
		offsetof(struct example, node.workers) - offsetof(struct example, node), "2", 0, 64,
		.reload = CONFIG_RESTART, .help = "Event loops." },
	{ "verbose", CONFIG_BOOL,
		offsetof(struct example, node.verbose) - offsetof(struct example, node), "true",
		.help = "Say more." },
	{ "password", CONFIG_STRING,
		offsetof(struct example, node.password) - offsetof(struct example, node),
		.flags = CONFIG_SECRET, .help = "Secret." },
	{ "state", CONFIG_PATH,
		offsetof(struct example, node.state) - offsetof(struct example, node),
		"/var/lib/example", .help = "A directory." },
	{ "big", CONFIG_INT, offsetof(struct example, node.big) - offsetof(struct example, node),
		.help = "Any number." },
	{ 0 },
};
static const struct config_table example_node = { "node", sizeof(((struct example *)0)->node),
	example_node_keys };

static const struct config_key example_keys[] = {
	{ "node", CONFIG_GROUP, offsetof(struct example, node), .table = &example_node,
		.help = "This node." },
	{ "defaults", CONFIG_GROUP, offsetof(struct example, defaults), .table = &example_defaults,
		.help = "What controls have." },
	{ "controls", CONFIG_LIST, offsetof(struct example, controls), .table = &example_control,
		.inherit = "defaults", .help = "The peers." },
	{ "issuer", CONFIG_GROUP, offsetof(struct example, issuer), .table = &example_issuer,
		.help = "An optional group with a key that it needs." },
	{ "idle", CONFIG_DURATION, offsetof(struct example, idle), "5m", 1000, 86400000,
		.help = "Silence." },
	{ "size", CONFIG_SIZE, offsetof(struct example, size), .min = 1, .help = "Any size." },
	{ "path", CONFIG_PATH, offsetof(struct example, path), .help = "A file." },
	{ "paths", CONFIG_STRINGS, offsetof(struct example, paths),
		.flags = CONFIG_PATHS | CONFIG_ONCE, .help = "Files." },
	{ 0 },
};
static const struct config_table example_root = { "the configuration", sizeof(struct example),
	example_keys };

static inline struct example_control *example_control_at(const struct example *e, unsigned i)
{
	return (struct example_control *)e->controls.items + i;
}
