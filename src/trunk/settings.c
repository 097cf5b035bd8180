/* SPDX-License-Identifier: MIT */
/* The tables of the configuration file: every key with its type, range, default and help. */
#include "trunk/settings.h"

#include "base/log.h"
#include "net/credentials.h"
#include "net/listener.h"
#include "net/tls.h"
#include "net/trust.h"
#include "policy/jid_set.h"
#include "policy/policy.h"

static const struct config_choice action_choices[] = { { "accept", CONTROL_ACCEPT },
	{ "reject", CONTROL_REJECT }, { NULL, 0 } };
static const struct config_choice service_choices[] = { { "none", SERVICE_NONE },
	{ "muc", SERVICE_MUC }, { NULL, 0 } };
static const struct config_choice direction_choices[] = { { "both", DIRECTION_BOTH },
	{ "in", DIRECTION_IN }, { "out", DIRECTION_OUT }, { NULL, 0 } };
static const struct config_choice tls_choices[] = { { "off", TLS_POLICY_OFF },
	{ "optional", TLS_POLICY_OPTIONAL }, { "required", TLS_POLICY_REQUIRED }, { NULL, 0 } };
static const struct config_choice tls_min_choices[] = { { "1.2", TLS_1_2 }, { "1.3", TLS_1_3 },
	{ NULL, 0 } };
static const struct config_choice proof_choices[] = { { "external", PROOF_EXTERNAL },
	{ "dialback", PROOF_DIALBACK }, { NULL, 0 } };
static const struct config_choice prefer_choices[] = { { "none", PREFER_NONE },
	{ "direct-tls", PREFER_DIRECT_TLS }, { "starttls", PREFER_STARTTLS }, { NULL, 0 } };
static const struct config_choice level_choices[] = { { "debug", LOG_LEVEL_DEBUG },
	{ "info", LOG_LEVEL_INFO }, { "warn", LOG_LEVEL_WARN }, { "error", LOG_LEVEL_ERROR },
	{ NULL, 0 } };
static const struct config_choice format_choices[] = { { "text", LOG_FORMAT_TEXT },
	{ "json", LOG_FORMAT_JSON }, { NULL, 0 } };
static const struct config_choice target_choices[] = { { "stderr", LOG_TARGET_STDERR },
	{ "syslog", LOG_TARGET_SYSLOG }, { NULL, 0 } };

#define KEY(struct_, member, type_, ...)                                                    \
	{                                                                                   \
		.name = #member, .type = type_, .offset = offsetof(struct struct_, member), \
		__VA_ARGS__                                                                 \
	}

static const struct config_key queue_keys[] = {
	KEY(control_queue, bytes, CONFIG_SIZE, .def = "1M", .min = 16384, .max = INT64_C(1) << 30,
		.help = "Bytes that may wait for this peer, per pair of domains."),
	KEY(control_queue, stanzas, CONFIG_INT, .def = "2000", .min = 1, .max = 10000000,
		.help = "Stanzas that may wait for this peer, per pair of domains."),
	KEY(control_queue, seconds, CONFIG_DURATION, .def = "60s", .min = 1000, .max = 86400000,
		.help = "How long a stanza may wait; then it is answered with "
			"remote-server-timeout."),
	{ .name = NULL },
};
static const struct config_table queue_schema = { "queue", sizeof(struct control_queue),
	queue_keys };

static const struct config_key rate_keys[] = {
	KEY(control_rate, stanzas_per_second, CONFIG_INT, .def = "0", .min = 0, .max = 10000000,
		.reload = CONFIG_NEXT_STREAM, .help = "Stanzas in a second; 0: any number."),
	KEY(control_rate, bytes_per_second, CONFIG_SIZE, .def = "0", .min = 0,
		.max = INT64_C(1) << 30, .reload = CONFIG_NEXT_STREAM,
		.help = "Bytes of stanzas in a second; 0: any number."),
	{ .name = NULL },
};
static const struct config_table rate_schema = { "rate", sizeof(struct control_rate), rate_keys };

/* The keys that "defaults" may give and a control may override. */
#define INHERITED_KEYS                                                                             \
	KEY(control_config, trust, CONFIG_STRING, .reload = CONFIG_NEXT_HANDSHAKE,                 \
		.help = "The trust store this peer's certificate must chain to. \"none\" (only "   \
			"with pins): "                                                             \
			"the pins alone decide."),                                                 \
		KEY(control_config, tls, CONFIG_ENUM, .def = "required", .choices = tls_choices,   \
			.reload = CONFIG_NEXT_STREAM,                                              \
			.help = "Whether streams to and from this peer must be encrypted. "        \
				"\"off\" is for a leaf on the "                                    \
				"same host or a protected wire."),                                 \
		KEY(control_config, tls_min, CONFIG_ENUM, .def = "1.2",                            \
			.choices = tls_min_choices, .reload = CONFIG_NEXT_HANDSHAKE,               \
			.help = "The oldest TLS version that is accepted."),                       \
		KEY(control_config, ciphers, CONFIG_STRING, .reload = CONFIG_NEXT_HANDSHAKE,       \
			.help = "TLS 1.2 cipher list in OpenSSL's syntax, for streams that "       \
				"trunkd opens."),                                                  \
		KEY(control_config, authentication, CONFIG_FLAGS, .def = "external, dialback",     \
			.choices = proof_choices, .reload = CONFIG_NEXT_STREAM,                    \
			.help = "What proof of the peer is accepted on streams it opens. Only [ "  \
				"\"external\" ]: a "                                               \
				"certificate is required (strong authentication)."),               \
		KEY(control_config, verify_next_hop, CONFIG_BOOL, .def = "true",                   \
			.reload = CONFIG_NEXT_STREAM,                                              \
			.help = "Whether the certificate of the next hop must be valid for the "   \
				"domain, a reference name "                                        \
				"or a pin before any stanza is sent. false is warned about."),     \
		KEY(control_config, pins, CONFIG_STRINGS, .reload = CONFIG_NEXT_HANDSHAKE,         \
			.help = "SHA-256 fingerprints of the peer's public key "                   \
				"(SubjectPublicKeyInfo), 64 hexadecimal "                          \
				"digits each. One of them must match, besides `trust`."),          \
		KEY(control_config, reference_names, CONFIG_STRINGS, .reload = CONFIG_NEXT_STREAM, \
			.help = "Further names of which the next hop's certificate may show one, " \
				"instead of the domain. "                                          \
				"For streams that trunkd opens only."),                            \
		KEY(control_config, accept_names, CONFIG_STRINGS, .reload = CONFIG_NEXT_STREAM,    \
			.help = "Further names under which this peer may come in, for example "    \
				"that of another trunk."),                                         \
		KEY(control_config, certificate, CONFIG_STRING, .reload = CONFIG_NEXT_HANDSHAKE,   \
			.help = "The certificate shown to this peer; without it, the one that "    \
				"names the domain."),                                              \
		KEY(control_config, source_address, CONFIG_STRING, .reload = CONFIG_NEXT_STREAM,   \
			.help = "The local address from which this peer is dialled."),             \
		KEY(control_config, from_addresses, CONFIG_STRINGS, .reload = CONFIG_NEXT_STREAM,  \
			.help = "Addresses or prefixes (192.0.2.0/24) from which this peer may "   \
				"come in; empty: any."),                                           \
		KEY(control_config, prefer, CONFIG_ENUM, .def = "none", .choices = prefer_choices, \
			.reload = CONFIG_NEXT_STREAM,                                              \
			.help = "Which of two SRV records with the same priority is tried "        \
				"first."),                                                         \
		KEY(control_config, connect_timeout, CONFIG_DURATION, .def = "10s", .min = 100,    \
			.max = 120000, .reload = CONFIG_NEXT_STREAM,                               \
			.help = "How long one address may take to accept a connection and to "     \
				"answer each step of the "                                         \
				"negotiation."),                                                   \
		KEY(control_config, keepalive, CONFIG_DURATION, .def = "0", .min = 0,              \
			.max = 86400000, .reload = CONFIG_NEXT_STREAM,                             \
			.help = "A space is sent on an idle stream to this peer this often; 0: "   \
				"never."),                                                         \
		KEY(control_config, max_stanza, CONFIG_SIZE, .def = "256k", .min = 10000,          \
			.max = 16777216, .reload = CONFIG_NEXT_STREAM,                             \
			.help = "The largest stanza this peer may send (never below 10,000 "       \
				"bytes, RFC 6120 13.12)."),                                        \
		KEY(control_config, queue, CONFIG_GROUP, .table = &queue_schema,                   \
			.help = "What may wait while this peer cannot be reached or is slow."),    \
		KEY(control_config, rate, CONFIG_GROUP, .table = &rate_schema,                     \
			.reload = CONFIG_NEXT_STREAM,                                              \
			.help = "How fast stanzas may come in on one stream of this peer. "        \
				"What comes faster waits, with all that the stream carries; "      \
				"nothing is lost. A stream that proves domains of several "        \
				"controls has the widest of their rates."),                        \
		KEY(control_config, labels, CONFIG_GROUP, .table = &control_labels_schema,         \
			.help = "Security labels with this peer, where a policy has "              \
				"labels.check."),                                                  \
		KEY(control_config, to_peer, CONFIG_STRINGS,                                       \
			.help = "Policies applied to what is sent to this peer."),                 \
		KEY(control_config, from_peer, CONFIG_STRINGS,                                     \
			.help = "Policies applied to what comes from this peer.")

static const struct config_key default_keys[] = { INHERITED_KEYS, { .name = NULL } };
static const struct config_table default_schema = { "defaults", sizeof(struct control_config),
	default_keys };

static const struct config_key control_keys[] = {
	KEY(control_config, match, CONFIG_STRINGS, .flags = CONFIG_REQUIRED,
		.help = "The domains this control is for: \"a.example\", \"*.us\" (any depth "
			"below, not us "
			"itself), \"*\" (the default route). The most specific match wins."),
	KEY(control_config, domains, CONFIG_STRINGS,
		.help = "Domains that a wildcard in match stands for: it cannot be enumerated, so "
			"\"trunkctl dns-zone\", \"csr\" and \"check\" know of these only. They "
			"change "
			"nothing of what is accepted."),
	KEY(control_config, action, CONFIG_ENUM, .def = "accept", .choices = action_choices,
		.help = "\"reject\": these domains are refused, both ways."),
	KEY(control_config, connect, CONFIG_STRINGS, .def = "dns", .reload = CONFIG_NEXT_STREAM,
		.help = "How the domain is reached: \"dns\" (its own SRV records), \"domain:NAME\" "
			"(the SRV "
			"records of another domain), \"host:NAME[:PORT]\" (address records only), "
			"\"ADDRESS[:PORT]\" (no DNS at all), or a list of these, tried in order. A "
			"host or "
			"address may be prefixed with \"tls:\" for direct TLS."),
	KEY(control_config, zone, CONFIG_STRING, .def = "default",
		.help = "The zone that flows speak of."),
	KEY(control_config, service, CONFIG_ENUM, .def = "none", .choices = service_choices,
		.help = "\"muc\": the domain is a chat-room service: presence to one of its "
			"addresses with a resource is a join, which a flow with muc = false "
			"refuses."),
	KEY(control_config, direction, CONFIG_ENUM, .def = "both", .choices = direction_choices,
		.reload = CONFIG_NEXT_STREAM,
		.help = "\"in\": the peer may only send, \"out\": it may only be sent to (errors "
			"and answers "
			"excepted)."),
	INHERITED_KEYS,
	{ .name = NULL },
};
static const struct config_table control_schema = { "peering control",
	sizeof(struct control_config), control_keys };

static const struct config_key flow_keys[] = {
	KEY(flow_config, from, CONFIG_STRING, .flags = CONFIG_REQUIRED,
		.help = "The zone where it starts."),
	KEY(flow_config, to, CONFIG_STRING, .flags = CONFIG_REQUIRED,
		.help = "The zone it may reach. Answers come back without a flow of their own."),
	KEY(flow_config, muc, CONFIG_BOOL, .def = "true",
		.help = "Whether rooms may be joined along this flow, and anybody invited to "
			"join one so."),
	KEY(flow_config, policies, CONFIG_STRINGS,
		.help = "Policies applied to what takes this flow."),
	{ .name = NULL },
};
static const struct config_table flow_schema = { "flow", sizeof(struct flow_config), flow_keys };

static const struct config_key node_keys[] = {
	KEY(node_config, name, CONFIG_STRING,
		.help = "Names this node in records; the host name when left out."),
	KEY(node_config, workers, CONFIG_INT, .def = "0", .min = 0, .max = 256,
		.reload = CONFIG_RESTART, .help = "Event loops; 0: one per core."),
	{ .name = NULL },
};
static const struct config_table node_schema = { "node", sizeof(struct node_config), node_keys };

static const struct config_key log_keys[] = {
	KEY(log_config, level, CONFIG_ENUM, .def = "info", .choices = level_choices,
		.help = "The least important event that is logged."),
	KEY(log_config, format, CONFIG_ENUM, .def = "text", .choices = format_choices,
		.reload = CONFIG_RESTART,
		.help = "One line of key=value pairs, or one JSON object."),
	KEY(log_config, target, CONFIG_ENUM, .def = "stderr", .choices = target_choices,
		.reload = CONFIG_RESTART, .help = "Where the log goes."),
	{ .name = NULL },
};
static const struct config_table log_schema = { "log", sizeof(struct log_config), log_keys };

static const struct config_key limit_keys[] = {
	KEY(limits_config, connections, CONFIG_INT, .def = "10000", .min = 1, .max = 1000000,
		.reload = CONFIG_NEXT_STREAM, .help = "Inbound connections in all."),
	KEY(limits_config, connections_per_address, CONFIG_INT, .def = "1000", .min = 1,
		.max = 1000000, .reload = CONFIG_NEXT_STREAM,
		.help = "Inbound connections from one address (IPv6: from one /64)."),
	KEY(limits_config, handshakes, CONFIG_INT, .def = "2000", .min = 1, .max = 1000000,
		.reload = CONFIG_NEXT_STREAM,
		.help = "Inbound connections that are not authenticated yet. One more is refused, "
			"unless "
			"another has been at it for more than 5 s: that one ends."),
	KEY(limits_config, setup_time, CONFIG_DURATION, .def = "30s", .min = 1000, .max = 300000,
		.reload = CONFIG_NEXT_STREAM,
		.help = "Until a peer must be authenticated; the clock stands still while trunkd "
			"verifies."),
	KEY(limits_config, setup_bytes, CONFIG_SIZE, .def = "8k", .min = 2048, .max = 1048576,
		.reload = CONFIG_NEXT_STREAM,
		.help = "Bytes that a peer may send before it is authenticated."),
	KEY(limits_config, setup_elements, CONFIG_INT, .def = "32", .min = 4, .max = 10000,
		.reload = CONFIG_NEXT_STREAM,
		.help = "Elements that a peer may send before it is authenticated, dialback not "
			"counted."),
	KEY(limits_config, pairs, CONFIG_INT, .def = "1000", .min = 1, .max = 100000,
		.reload = CONFIG_NEXT_STREAM, .help = "Pairs of domains on one stream."),
	KEY(limits_config, all_pairs, CONFIG_INT, .def = "100000", .min = 1, .max = 10000000,
		.help = "Pairs of domains in all, on all streams and for a minute after their last "
			"stanza. With so many, a stream that brings another one ends."),
	KEY(limits_config, streams_per_pair, CONFIG_INT, .def = "32", .min = 1, .max = 1000,
		.reload = CONFIG_NEXT_STREAM, .help = "Inbound streams for one pair of domains."),
	KEY(limits_config, depth, CONFIG_INT, .def = "64", .min = 8, .max = 1000,
		.reload = CONFIG_NEXT_STREAM, .help = "Nested elements in a stanza."),
	KEY(limits_config, attributes, CONFIG_INT, .def = "64", .min = 8, .max = 1000,
		.reload = CONFIG_NEXT_STREAM,
		.help = "Attributes of one element, namespace declarations included."),
	KEY(limits_config, declarations, CONFIG_INT, .def = "32", .min = 4, .max = 1000,
		.reload = CONFIG_NEXT_STREAM, .help = "Namespace declarations of one element."),
	KEY(limits_config, tag_bytes, CONFIG_SIZE, .def = "64k", .min = 1024, .max = 16777216,
		.reload = CONFIG_NEXT_STREAM,
		.help = "Bytes of one start tag with all its attributes."),
	KEY(limits_config, queue_memory, CONFIG_SIZE, .def = "256M", .min = 1048576,
		.max = INT64_C(1) << 40, .reload = CONFIG_NEXT_STREAM,
		.help = "Bytes in all queues of the process."),
	{ .name = NULL },
};
static const struct config_table limits_schema = { "limits", sizeof(struct limits_config),
	limit_keys };

static const struct config_key secret_keys[] = {
	KEY(secret_config, domains, CONFIG_STRINGS, .flags = CONFIG_REQUIRED,
		.help = "The domains whose keys are made with this secret (as in match)."),
	KEY(secret_config, file, CONFIG_PATH, .flags = CONFIG_REQUIRED,
		.help = "The file with the secret."),
	KEY(secret_config, previous, CONFIG_PATH,
		.help = "The secret before it, still believed while it is rotated."),
	{ .name = NULL },
};
static const struct config_table secret_schema = { "dialback secret", sizeof(struct secret_config),
	secret_keys };

static const struct config_key dialback_keys[] = {
	KEY(dialback_config, secret_file, CONFIG_PATH,
		.help = "The secret from which dialback keys are made (at least 16 bytes), the "
			"same on every node "
			"of one organisation. Without it a random one is made at every start."),
	KEY(dialback_config, previous_file, CONFIG_PATH,
		.help = "The secret before it, still believed while it is rotated."),
	KEY(dialback_config, secrets, CONFIG_LIST, .table = &secret_schema,
		.help = "Secrets of their own for some domains."),
	{ .name = NULL },
};
static const struct config_table dialback_schema = { "dialback", sizeof(struct dialback_config),
	dialback_keys };

static const struct config_key root_keys[] = {
	KEY(settings, node, CONFIG_GROUP, .table = &node_schema, .help = "This node."),
	KEY(settings, log, CONFIG_GROUP, .table = &log_schema, .help = "The event log."),
	KEY(settings, audit, CONFIG_GROUP, .table = &audit_schema,
		.help = "Records of every decision, for proof."),
	KEY(settings, alerts, CONFIG_GROUP, .table = &alerts_schema,
		.help = "Who is told when somebody tries what a policy blocks."),
	KEY(settings, control, CONFIG_GROUP, .table = &control_section_schema,
		.help = "Where trunkctl reaches the running trunkd, and who may."),
	KEY(settings, http, CONFIG_GROUP, .table = &http_section_schema,
		.help = "Metrics, health and a status page over HTTP."),
	KEY(settings, limits, CONFIG_GROUP, .table = &limits_schema,
		.help = "What a peer can make trunkd spend."),
	KEY(settings, dns, CONFIG_GROUP, .table = &resolver_schema,
		.help = "How names are looked up."),
	KEY(settings, listen, CONFIG_LIST, .table = &listen_schema,
		.help = "Where peers connect to."),
	KEY(settings, certificates, CONFIG_LIST, .table = &certificate_schema,
		.help = "What trunkd shows when it stands in for a domain: the exact name wins "
			"over a wildcard, "
			"then the first in the file."),
	KEY(settings, trust, CONFIG_LIST, .table = &trust_schema, .help = "Who is believed."),
	KEY(settings, dialback, CONFIG_GROUP, .table = &dialback_schema,
		.help = "Server dialback (XEP-0220)."),
	KEY(settings, defaults, CONFIG_GROUP, .table = &default_schema,
		.help = "What every peering control has unless it says otherwise."),
	{ .name = "peering_controls",
		.type = CONFIG_LIST,
		.offset = offsetof(struct settings, controls),
		.table = &control_schema,
		.inherit = "defaults",
		.help = "Which domains trunkd knows, how they are reached, and what proof is asked "
			"of them." },
	KEY(settings, flows, CONFIG_LIST, .table = &flow_schema,
		.help = "Which zone may reach which. When there is one flow, what no flow allows "
			"is refused; left out, everybody may reach everybody."),
	KEY(settings, policies, CONFIG_LIST, .table = &policy_schema,
		.help = "What is folded, stripped, refused and recorded on the way."),
	KEY(settings, features, CONFIG_LIST, .table = &own_feature_schema,
		.help = "Features of your own, which policies may name like those of the "
			"catalogue. At most 256."),
	KEY(settings, jid_sets, CONFIG_LIST, .table = &jid_set_schema,
		.help = "Addresses by name, for access lists."),
	KEY(settings, label_policies, CONFIG_LIST, .table = &label_policy_schema,
		.help = "Security label policies (SPIF), for policies with labels.check."),
	KEY(settings, labels, CONFIG_LIST, .table = &label_schema,
		.help = "Labels by name: what stands for a missing label, and for a first line."),
	KEY(settings, clearances, CONFIG_LIST, .table = &clearance_schema,
		.help = "What peers and their users are cleared for, by name."),
	{ .name = NULL },
};
const struct config_table settings_schema = { "configuration", sizeof(struct settings), root_keys };
