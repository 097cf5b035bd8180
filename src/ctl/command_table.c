/* SPDX-License-Identifier: MIT */
/* See command_table.h. */
#include "ctl/command_table.h"

#define BIT(o) CTL_BIT(o)
/* What every command has that asks the daemon. */
#define DAEMON (BIT(OPTION_CONFIG) | BIT(OPTION_JSON) | BIT(OPTION_SOCKET))
#define TABLE  (DAEMON | BIT(OPTION_COLUMNS))

const struct ctl_option_row ctl_options[OPTIONS] = {
	[OPTION_ADDRESS] = { 0, "address", "ADDRESS",
		"an address where the other servers find this trunk; may be repeated", true },
	[OPTION_AUDIT] = { 'a', "audit", "FILE",
		"what would be decided otherwise of what is in it (- : standard input)" },
	[OPTION_CA] = { 0, "ca", "FILE", "the CA that the other servers believe" },
	[OPTION_CHANGED] = { 0, "changed", NULL, "only what is not the default" },
	[OPTION_CLEARANCE] = { 0, "clearance", "FILE",
		"a clearance of any kind: does it grant the label?" },
	[OPTION_COLUMNS] = { 'o', "columns", "NAMES",
		"these columns, separated by commas (a wrong one: they are listed)" },
	[OPTION_CONFIG] = { 'c', "config", "FILE", "the configuration (/etc/trunkd/trunkd.conf)" },
	[OPTION_DEFAULTS] = { 0, "defaults", NULL, "what is in force where nothing is written" },
	[OPTION_DIFF] = { 0, "diff", NULL, "what differs from what trunkd runs by" },
	[OPTION_DNS_ONLY] = { 0, "dns-only", NULL, "dNSName alone, no SRVName" },
	[OPTION_FORMAT] = { 0, "format", "bind|unbound|dnsmasq", "for which server (bind)" },
	[OPTION_HELP] = { 'h', "help", NULL, "this text, or that of a command" },
	[OPTION_JSON] = { 'j', "json", NULL, "print JSON, for programs" },
	[OPTION_KEY] = { 'k', "key", "FILE",
		"audit verify: the key of the checkpoints; csr: a private key that is there" },
	[OPTION_KEY_OUT] = { 0, "key-out", "FILE", "where the private key goes (NAME.key)" },
	[OPTION_KEY_TYPE] = { 0, "key-type", "p256|p384|rsa2048|rsa3072|rsa4096",
		"what kind of key (p256)" },
	[OPTION_MAX_NAMES] = { 0, "max-names", "N",
		"at most so many names in one request: several are made" },
	[OPTION_OUT] = { 0, "out", "FILE", "where it goes (NAME.csr; - : standard output)" },
	[OPTION_POLICY] = { 0, "policy", "FILE",
		"a security policy (Open XML SPIF); may be repeated", true },
	[OPTION_RESOLVER] = { 0, "resolver", "ADDRESS[:PORT]",
		"the name server that the other servers ask" },
	[OPTION_SOCKET] = { 0, "socket", "PATH",
		"the control socket, or the directory of both (/run/trunkd)" },
	[OPTION_STANZA] = { 's', "stanza", "FILE",
		"what becomes of these stanzas (- : standard input)" },
	[OPTION_TARGET] = { 0, "target", "NAME", "the host name of this trunk" },
	[OPTION_TO] = { 0, "to", "POLICY", "translate to this policy: its name or identifier" },
	[OPTION_TTL] = { 0, "ttl", "SECONDS", "how long records may be kept (300)" },
	[OPTION_VERSION] = { 'V', "version", NULL, "print the version" },
	[OPTION_XMPP_ADDR] = { 0, "xmpp-addr", NULL, "XmppAddr besides, on which ejabberd fails" },
	[OPTION_ZONE] = { 0, "zone", "ZONE", "the listeners for peers of this zone (all)" },
};

const struct ctl_command ctl_commands[] = {
	{ { "audit", "verify" }, "FILE... [--key FILE]",
		"are audit files as they were written? Several of one chain in their order",
		BIT(OPTION_JSON) | BIT(OPTION_KEY), 1, CTL_ANY, ctl_audit_verify },
	{ { "certs", NULL }, "[-o COLUMNS]",
		"the certificates that trunkd has loaded, and how many days they have left", TABLE,
		0, 0, ctl_certs },
	{ { "check", NULL },
		"[config|certs|policy|dns] [--ca FILE] [--resolver ADDRESS[:PORT]] [--address "
		"ADDRESS]...",
		"what is wrong with the configuration, certificates, policies, DNS; without a "
		"word: "
		"all",
		BIT(OPTION_ADDRESS) | BIT(OPTION_CA) | BIT(OPTION_CONFIG) | BIT(OPTION_JSON) |
			BIT(OPTION_RESOLVER),
		0, 1, ctl_check },
	{ { "config", NULL }, "[--changed | --defaults | --diff]",
		"what the configuration says, secrets masked; with --diff, against what runs",
		DAEMON | BIT(OPTION_CHANGED) | BIT(OPTION_DEFAULTS) | BIT(OPTION_DIFF), 0, 0,
		ctl_config },
	{ { "csr", NULL },
		"[NAME] [--out FILE] [--key-out FILE | --key FILE] [--key-type TYPE] [--max-names "
		"N] "
		"[--dns-only | --xmpp-addr]",
		"a key and a certificate request with every domain behind the trunk",
		BIT(OPTION_CONFIG) | BIT(OPTION_DNS_ONLY) | BIT(OPTION_JSON) | BIT(OPTION_KEY) |
			BIT(OPTION_KEY_OUT) | BIT(OPTION_KEY_TYPE) | BIT(OPTION_MAX_NAMES) |
			BIT(OPTION_OUT) | BIT(OPTION_XMPP_ADDR),
		0, 1, ctl_csr },
	{ { "dns-zone", NULL },
		"[--format FORMAT] [--address ADDRESS]... [--target NAME] [--ttl SECONDS] [--zone "
		"ZONE]",
		"DNS records that lead all domains to this trunk",
		BIT(OPTION_ADDRESS) | BIT(OPTION_CONFIG) | BIT(OPTION_FORMAT) | BIT(OPTION_JSON) |
			BIT(OPTION_TARGET) | BIT(OPTION_TTL) | BIT(OPTION_ZONE),
		0, 0, ctl_dns_zone },
	{ { "explain", NULL }, "FROM TO [--stanza FILE] | --audit FILE",
		"may FROM talk to TO, how, under which policies, and why",
		BIT(OPTION_AUDIT) | BIT(OPTION_CONFIG) | BIT(OPTION_JSON) | BIT(OPTION_STANZA), 0,
		2, ctl_explain },
	{ { "label", NULL }, "[FILE] [--policy FILE]... [--clearance FILE] [--to POLICY]",
		"what a security label or clearance says: base64, BER, XML, or a whole stanza",
		BIT(OPTION_CLEARANCE) | BIT(OPTION_JSON) | BIT(OPTION_POLICY) | BIT(OPTION_TO), 0,
		1, ctl_label },
	{ { "loglevel", NULL }, "[LEVEL]",
		"how much is logged; with a level, from now on (configured: as the file says)",
		DAEMON, 0, 1, ctl_loglevel },
	{ { "metrics", NULL }, "", "everything that is counted, as Prometheus reads it",
		BIT(OPTION_CONFIG) | BIT(OPTION_SOCKET), 0, 0, ctl_metrics_command },
	{ { "peers", NULL }, "[PATTERN] [-o COLUMNS]",
		"domains: are they reached, and if not, why; with a domain, its last attempts",
		TABLE, 0, 1, ctl_peers },
	{ { "routes", NULL }, "[PATTERN] [-o COLUMNS]",
		"pairs of domains: what waits between them, and for how long", TABLE, 0, 1,
		ctl_routes },
	{ { "status", NULL }, "", "is trunkd running, since when, under which configuration",
		DAEMON, 0, 0, ctl_status_command },
	{ { "streams", NULL }, "[PATTERN] [-o COLUMNS]", "streams, and what they carry", TABLE, 0,
		1, ctl_streams },
};
const unsigned ctl_command_count = sizeof(ctl_commands) / sizeof(ctl_commands[0]);
