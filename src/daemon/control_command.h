/* SPDX-License-Identifier: MIT */
/*
 * Commands of the control sockets. Each is one row of the table in control_command.c and one
 * function. A command answers at once or later; while it does, the connection takes no other.
 * Everything runs on the main loop.
 */
#pragma once

#include "control/protocol.h"
#include "daemon/server_private.h"

#include <stdbool.h>
#include <sys/types.h>

struct control_call;
typedef void control_run_fn(struct control_call *call, json_t *arguments);

struct control_command {
	const char *name;
	enum control_access access; /* CONTROL_CHANGE: audited, whatever becomes of it */
	control_run_fn *run;
};
/* NULL: there is none. */
const struct control_command *control_command_find(const char *name);

/* One request that is being answered. A command may set the last three. */
struct control_call {
	struct server *server;
	const struct control_command *command;
	uid_t uid; /* the caller's (SO_PEERCRED) */
	pid_t pid;
	void *data;
	void (*gone)(struct control_call *call); /* it is over, or nobody listens: free `data` */
	bool lasting; /* ends when the caller goes away, as what has no end of its own */

	/* of control.c */
	struct control_conn *conn; /* NULL: over */
	void (*more)(struct control_call *call);
	unsigned refs;
	char *arguments; /* for the audit */
};

/* Parts of the answer; each takes its value over. After control_done() or control_fail() the call
 * is over: `gone` has run, and nothing else may be said. On a call that is over they do nothing. */
void control_progress(struct control_call *call, json_t *value);
void control_item(struct control_call *call, json_t *value);
void control_done(struct control_call *call, json_t *value);
void control_fail(struct control_call *call, const char *words, const char *remedy);
/* For long tables: `more` is called whenever the caller has taken what there was, says an item or a
 * few, and at last calls control_done(). */
void control_stream(struct control_call *call, void (*more)(struct control_call *call));
/* Bytes of the answer that the caller has not taken; 0 when the call is over. For who speaks
 * unasked: whoever lets them grow is dropped by and by. */
size_t control_unread(const struct control_call *call);
/* Whoever keeps a call beyond its function: it is not freed before control_unref(), though it may
 * be over (conn is NULL) when looked at next. */
struct control_call *control_ref(struct control_call *call);
void control_unref(struct control_call *call);

/* Asks all workers: `fill` gets a zeroed slot of `size` bytes for each of them, on its thread, and
 * `arg` (which all of them share and none may change); `done` gets all slots on the main loop, in
 * the order of the workers, unless the call is over by then. `fini` (may be NULL) frees what is in
 * a slot. `arg` is freed with free() at the end; it may be NULL. */
struct control_survey {
	size_t size;
	void (*fill)(struct trunk *t, void *slot, const void *arg);
	void (*done)(struct control_call *call, void **slots, unsigned n, const void *arg);
	void (*fini)(void *slot);
};
void control_survey(struct control_call *call, const struct control_survey *how, void *arg);

/* Members of `arguments`: NULL or -1 when it is not there or of another type. */
const char *control_text(json_t *arguments, const char *name);

/* One line each. */
control_run_fn control_block;
control_run_fn control_certs;
control_run_fn control_certs_issued;
control_run_fn control_close;
control_run_fn control_config;
control_run_fn control_drain;
control_run_fn control_errors;
control_run_fn control_flush;
control_run_fn control_loglevel;
control_run_fn control_map;
control_run_fn control_metrics;
control_run_fn control_orders;
control_run_fn control_pause;
control_run_fn control_peers;
control_run_fn control_ping;
control_run_fn control_probe;
control_run_fn control_reload;
control_run_fn control_reload_plan;
control_run_fn control_resume;
control_run_fn control_retry;
control_run_fn control_routes;
control_run_fn control_set_loglevel;
control_run_fn control_status;
control_run_fn control_streams;
control_run_fn control_unblock;
control_run_fn control_watch;
control_run_fn control_watch_stanzas;
