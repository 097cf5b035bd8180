/* SPDX-License-Identifier: MIT */
/*
 * The commands of trunkctl: one table of what there is, and the words on the command line held
 * against it. Owns nothing; knows no command from inside.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum ctl_option {
	OPTION_ADDRESS,
	OPTION_AUDIT,
	OPTION_BYTES,
	OPTION_CA,
	OPTION_CHANGED,
	OPTION_CLEARANCE,
	OPTION_COLUMNS,
	OPTION_CONFIG,
	OPTION_COUNT,
	OPTION_DEFAULTS,
	OPTION_DIFF,
	OPTION_DNS_ONLY,
	OPTION_FOR,
	OPTION_FORMAT,
	OPTION_FROM,
	OPTION_HELP,
	OPTION_JSON,
	OPTION_KEY,
	OPTION_KEY_OUT,
	OPTION_KEY_TYPE,
	OPTION_MAX_NAMES,
	OPTION_ONCE,
	OPTION_OUT,
	OPTION_PLAN,
	OPTION_POLICY,
	OPTION_RESOLVER,
	OPTION_SOCKET,
	OPTION_STANZA,
	OPTION_STANZAS,
	OPTION_TARGET,
	OPTION_TIMEOUT,
	OPTION_TO,
	OPTION_TTL,
	OPTION_VERSION,
	OPTION_XMPP_ADDR,
	OPTION_ZONE,
	OPTIONS
};

/* What the exit status says. */
enum ctl_status {
	CTL_FINE = 0,
	CTL_FAILED = 1,   /* it could not be done */
	CTL_PROBLEMS = 2, /* it was done and found problems; or wrong usage */
	CTL_NOT_RUNNING = 3,
};

/* One call of the program. The streams are the caller's. */
struct ctl {
	FILE *in, *out, *err;
	bool colour;
	/* NULL: not given; "" for one without a value; of one that may be repeated all its values,
	 * with commas between them. */
	const char *option[OPTIONS];
	char *joined[OPTIONS]; /* what option[] points to then */
	char **args;           /* what is no option, behind the command's words */
	unsigned nargs;
};

enum { CTL_ANY = 1 << 20 /* arguments: any number of them */ };

typedef enum ctl_status ctl_command_fn(struct ctl *c);

/* Parses the words (argv[0] is the program) and runs the command. */
enum ctl_status ctl_main(struct ctl *c, int argc, char **argv);
/* "trunkctl: ..." and the hint to --help on c->err; CTL_PROBLEMS. */
enum ctl_status ctl_misused(struct ctl *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* "trunkctl: ..." on c->err; CTL_FAILED. */
enum ctl_status ctl_failed(struct ctl *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* One line each. */
ctl_command_fn ctl_audit_verify;
ctl_command_fn ctl_block;
ctl_command_fn ctl_certs;
ctl_command_fn ctl_check;
ctl_command_fn ctl_check_labels;
ctl_command_fn ctl_close;
ctl_command_fn ctl_config;
ctl_command_fn ctl_csr;
ctl_command_fn ctl_dns_zone;
ctl_command_fn ctl_drain;
ctl_command_fn ctl_errors;
ctl_command_fn ctl_explain;
ctl_command_fn ctl_flush;
ctl_command_fn ctl_label;
ctl_command_fn ctl_loglevel;
ctl_command_fn ctl_map;
ctl_command_fn ctl_metrics_command;
ctl_command_fn ctl_orders;
ctl_command_fn ctl_pause;
ctl_command_fn ctl_peers;
ctl_command_fn ctl_ping;
ctl_command_fn ctl_probe;
ctl_command_fn ctl_reload;
ctl_command_fn ctl_resume;
ctl_command_fn ctl_retry;
ctl_command_fn ctl_routes;
ctl_command_fn ctl_status_command;
ctl_command_fn ctl_streams;
ctl_command_fn ctl_top;
ctl_command_fn ctl_unblock;
ctl_command_fn ctl_watch;
