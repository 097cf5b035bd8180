/* SPDX-License-Identifier: MIT */
/* The table of commands, and questions to workers for them. See control_command.h. */
#include "daemon/control_command.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static const struct control_command commands[] = {
	{ "block", CONTROL_CHANGE, control_block },
	{ "certs", CONTROL_READ, control_certs },
	{ "certs-issued", CONTROL_READ, control_certs_issued },
	{ "close", CONTROL_CHANGE, control_close },
	{ "config", CONTROL_READ, control_config },
	{ "drain", CONTROL_CHANGE, control_drain },
	{ "errors", CONTROL_READ, control_errors },
	{ "errors-bytes", CONTROL_CHANGE, control_errors },
	{ "flush", CONTROL_CHANGE, control_flush },
	{ "loglevel", CONTROL_READ, control_loglevel },
	{ "map", CONTROL_READ, control_map },
	{ "metrics", CONTROL_READ, control_metrics },
	{ "orders", CONTROL_READ, control_orders },
	{ "pause", CONTROL_CHANGE, control_pause },
	{ "peers", CONTROL_READ, control_peers },
	{ "ping", CONTROL_CHANGE, control_ping },
	{ "probe", CONTROL_CHANGE, control_probe },
	{ "reload", CONTROL_CHANGE, control_reload },
	{ "reload-plan", CONTROL_READ, control_reload_plan },
	{ "resume", CONTROL_CHANGE, control_resume },
	{ "retry", CONTROL_CHANGE, control_retry },
	{ "routes", CONTROL_READ, control_routes },
	{ "set-loglevel", CONTROL_CHANGE, control_set_loglevel },
	{ "status", CONTROL_READ, control_status },
	{ "streams", CONTROL_READ, control_streams },
	{ "unblock", CONTROL_CHANGE, control_unblock },
	{ "watch", CONTROL_READ, control_watch },
	{ "watch-stanzas", CONTROL_CHANGE, control_watch_stanzas },
};

const struct control_command *control_command_find(const char *name)
{
	for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

const char *control_text(json_t *arguments, const char *name)
{
	return json_string_value(json_object_get(arguments, name));
}

/* ---- questions to workers ---- */

struct survey {
	struct control_call *call;
	const struct control_survey *how;
	void *arg;
	unsigned n;
	void *slots[];
};

static void fill(struct trunk *t, void *arg)
{
	struct survey *s = arg;

	s->how->fill(t, s->slots[t->index], s->arg);
}

static void filled(void *arg, bool cancelled)
{
	struct survey *s = arg;

	if (!cancelled && s->call->conn)
		s->how->done(s->call, s->slots, s->n, s->arg);
	for (unsigned i = 0; i < s->n; i++) {
		if (s->how->fini)
			s->how->fini(s->slots[i]);
		free(s->slots[i]);
	}
	control_unref(s->call);
	free(s->arg);
	free(s);
}

void control_survey(struct control_call *call, const struct control_survey *how, void *arg)
{
	unsigned n = call->server->n;
	struct survey *s = mem_zero(1, sizeof(*s) + n * sizeof(void *));

	s->call = control_ref(call);
	s->how = how;
	s->arg = arg;
	s->n = n;
	for (unsigned i = 0; i < n; i++)
		s->slots[i] = mem_zero(1, how->size);
	workers_ask(call->server, fill, filled, s);
}
