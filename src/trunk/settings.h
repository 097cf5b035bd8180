/* SPDX-License-Identifier: MIT */
/*
 * The configuration file as structs: what the operator wrote, checked key by key by the table
 * engine and nothing more. The sections that other rooms own are theirs (net, policy); the root
 * table that joins all of them is here.
 */
#pragma once

#include "audit/config.h"
#include "config/schema.h"
#include "net/resolver.h"
#include "trunk/alert.h"
#include "trunk/control_section.h"
#include "trunk/http_section.h"
#include "trunk/label_agreement.h"

enum control_action { CONTROL_ACCEPT, CONTROL_REJECT };
enum control_service { SERVICE_NONE, SERVICE_MUC };
enum control_direction { DIRECTION_BOTH, DIRECTION_IN, DIRECTION_OUT };
enum control_tls { TLS_POLICY_OFF, TLS_POLICY_OPTIONAL, TLS_POLICY_REQUIRED };
enum control_proof { PROOF_EXTERNAL, PROOF_DIALBACK }; /* bits of control_config.authentication */

/* One peering control. The keys from `trust` on may also stand in "defaults". */
struct control_config {
	struct config_origin origin;
	struct config_strings match;
	struct config_strings domains; /* some that a wildcard stands for (decision 36) */
	int action;                    /* enum control_action */
	struct config_strings
		connect; /* "dns", "domain:NAME", "host:NAME[:PORT]", "ADDRESS[:PORT]" */
	char *zone;
	int service, direction;
	char *trust; /* name of a trust store, or "none" with pins */
	int tls, tls_min;
	char *ciphers;
	uint32_t authentication;
	bool verify_next_hop;
	struct config_strings pins, reference_names, accept_names;
	char *certificate, *source_address;
	struct config_strings from_addresses;
	int prefer;                         /* enum target_prefer */
	int64_t connect_timeout, keepalive; /* ms */
	int64_t max_stanza;                 /* bytes */
	struct control_queue {
		struct config_origin origin;
		int64_t bytes, stanzas, seconds; /* seconds in ms */
	} queue;
	struct control_rate {
		struct config_origin origin;
		int64_t stanzas_per_second, bytes_per_second; /* 0: no limit */
	} rate;
	struct control_labels_config labels;
	struct config_strings to_peer, from_peer; /* policy names */
};

struct flow_config {
	struct config_origin origin;
	char *from, *to;
	bool muc;
	struct config_strings policies;
};

struct node_config {
	struct config_origin origin;
	char *name;
	int64_t workers;
};

struct log_config {
	struct config_origin origin;
	int level, format, target;
};
enum log_target { LOG_TARGET_STDERR, LOG_TARGET_SYSLOG };

/* What a peer can make us spend. */
struct limits_config {
	struct config_origin origin;
	int64_t connections, connections_per_address; /* inbound, not yet authenticated count too */
	int64_t handshakes;                           /* of these, not yet authenticated */
	int64_t setup_time;                           /* ms */
	int64_t setup_bytes, setup_elements;
	int64_t pairs, all_pairs;                           /* per stream; of the process */
	int64_t depth, attributes, declarations, tag_bytes; /* per element */
	int64_t streams_per_pair;                           /* inbound */
	int64_t queue_memory;                               /* all queues of the process */
};

struct secret_config {
	struct config_origin origin;
	struct config_strings domains;
	char *file, *previous;
};
struct dialback_config {
	struct config_origin origin;
	char *secret_file, *previous_file;
	struct config_list secrets; /* struct secret_config */
};

struct settings {
	struct config_origin origin;
	struct node_config node;
	struct log_config log;
	struct audit_config audit;
	struct alerts_config alerts;
	struct control_section control;
	struct http_section http;
	struct limits_config limits;
	struct resolver_config dns;
	struct config_list listen;       /* struct listen_config */
	struct config_list certificates; /* struct certificate_config */
	struct config_list trust;        /* struct trust_config */
	struct dialback_config dialback;
	struct control_config defaults;        /* only the keys from `trust` on, to inherit */
	struct config_list controls, flows;    /* struct control_config, struct flow_config */
	struct config_list policies;           /* struct policy */
	struct config_list features, jid_sets; /* struct own_feature_config, jid_set_config */
	struct config_list label_policies, labels, clearances; /* label_section.h */
};

extern const struct config_table settings_schema;
