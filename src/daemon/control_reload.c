/* SPDX-License-Identifier: MIT */
/*
 * "reload": the same as SIGHUP, and the caller hears how it ended. "reload-plan": the plan that a
 * reload would put into force is built beside everything, each stream is asked what would become of
 * it, and nothing is changed.
 */
#include "base/mem.h"
#include "daemon/control_command.h"
#include "daemon/reload.h"
#include "net/listener.h"
#include "trunk/operate.h"

#include <stdlib.h>
#include <string.h>

/* Each finding as an item; how many errors. */
static unsigned say_report(struct control_call *call, const struct config_report *report)
{
	enum config_severity severity;
	const char *line;
	unsigned errors = 0;

	for (unsigned i = 0; report && (line = config_report_line(report, i, &severity)); i++) {
		errors += severity == CONFIG_ERROR;
		control_item(call,
			json_pack("{s:s, s:s, s:s}", "kind", "finding", "severity",
				severity == CONFIG_ERROR ? "error" : "warning", "words", line));
	}
	return errors;
}

static void fail(struct control_call *call, unsigned errors)
{
	MEM_AUTO char *words = mem_printf("the configuration has %u error%s; nothing has changed",
		errors, errors == 1 ? "" : "s");

	control_fail(call, errors ? words : "trunkd is stopping; nothing has changed",
		errors ? "Correct it and reload again: what was in force still is." : NULL);
}

static json_t *plan_json(const struct plan *plan)
{
	return json_pack("{s:I, s:s, s:i}", "number", (json_int_t)plan->number, "hash", plan->hash,
		"peering_controls", (int)plan->settings.controls.n);
}

/* ---- reload ---- */

static void reloaded(void *arg, const struct plan *plan, const struct config_report *report)
{
	struct control_call *call = arg;
	unsigned errors = say_report(call, report);

	if (plan)
		control_done(call, json_pack("{s:o}", "configuration", plan_json(plan)));
	else
		fail(call, errors);
	control_unref(call);
}

void control_reload(struct control_call *call, json_t *arguments)
{
	(void)arguments;
	reload_ask(call->server->reload, reloaded, control_ref(call));
}

/* ---- what it would do ---- */

struct asking {
	struct control_call *call;
	struct server *server;
	struct plan *plan;
	struct share {
		struct forecast *items;
		size_t n;
	} * shares; /* of each worker */
};

static const char *kind_name(enum leg_kind k)
{
	static const char *const names[] = {
		[LEG_IN] = "in",
		[LEG_OUT] = "out",
		[LEG_VERIFY] = "verify",
	};

	return names[k];
}

static void say_stream(struct control_call *call, const struct forecast *f)
{
	bool in = f->kind == LEG_IN;

	control_item(
		call, json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s}", "kind", "stream", "id",
			      (json_int_t)f->number, "dir", kind_name(f->kind), "from",
			      in ? f->peer.s : f->own.s, "to", in ? f->own.s : f->peer.s, "address",
			      f->address, "verdict", replan_name(f->verdict), "why", f->words));
}

static void say_listener(struct control_call *call, const struct address *a, const char *verdict)
{
	char text[ADDRESS_TEXT];

	address_print(a, text);
	control_item(call, json_pack("{s:s, s:s, s:s}", "kind", "listener", "address", text,
				   "verdict", verdict));
}

static bool is_wanted(const struct listener *l, const struct plan *plan)
{
	const struct listen_config *c = plan->settings.listen.items;
	bool found = false;

	for (unsigned i = 0; i < plan->settings.listen.n && !found; i++)
		found = listener_same(l, &c[i]);
	return found;
}

static void say_listeners(struct control_call *call, const struct plan *plan)
{
	const struct server *s = call->server;
	const struct listen_config *c = plan->settings.listen.items;
	struct address a;

	for (unsigned i = 0; i < s->nlisteners; i++)
		if (!is_wanted(s->listeners[i], plan))
			say_listener(call, listener_address(s->listeners[i]), "close");
	for (unsigned i = 0; i < plan->settings.listen.n; i++) {
		bool there = false;

		for (unsigned k = 0; k < s->nlisteners && !there; k++)
			there = listener_same(s->listeners[k], &c[i]);
		if (!there && address_parse(c[i].address, (uint16_t)c[i].port, &a))
			say_listener(call, &a, "open");
	}
}

static void say_restarts(struct control_call *call, const struct plan *plan)
{
	const char *words[RELOAD_RESTARTS];
	unsigned n = reload_restarts(call->server->plan, plan, words);

	for (unsigned i = 0; i < n; i++)
		control_item(call, json_pack("{s:s, s:s, s:s}", "kind", "finding", "severity",
					   "warning", "words", words[i]));
}

static void say_all(struct asking *a)
{
	int counts[3] = { 0 };

	say_listeners(a->call, a->plan);
	say_restarts(a->call, a->plan);
	for (unsigned i = 0; i < a->server->n; i++)
		for (size_t k = 0; k < a->shares[i].n; k++) {
			counts[a->shares[i].items[k].verdict]++;
			say_stream(a->call, &a->shares[i].items[k]);
		}
	control_done(
		a->call, json_pack("{s:o, s:b, s:i, s:i, s:i}", "configuration", plan_json(a->plan),
				 "same", strcmp(a->plan->hash, a->server->plan->hash) == 0, "keep",
				 counts[REPLAN_KEEP], "drain", counts[REPLAN_DRAIN], "close",
				 counts[REPLAN_CLOSE]));
}

static void foretell(struct trunk *t, void *arg)
{
	struct asking *a = arg;

	a->shares[t->index].items = trunk_forecast(t, a->plan, &a->shares[t->index].n);
}

static void foretold(void *arg, bool cancelled)
{
	struct asking *a = arg;

	if (!cancelled && a->call->conn)
		say_all(a);
	for (unsigned i = 0; i < a->server->n; i++)
		free(a->shares[i].items);
	free(a->shares);
	control_unref(a->call);
	plan_unref(a->plan);
	free(a);
}

static void built(void *arg, struct plan *plan, const struct config_report *report)
{
	struct control_call *call = arg;
	unsigned errors = say_report(call, report);
	struct asking *a;

	if (!plan || call->server->stopping) {
		fail(call, errors);
		control_unref(call);
		return;
	}
	a = MEM_NEW(struct asking);
	a->call = call;
	a->server = call->server;
	a->plan = server_ordered(call->server, plan);
	a->shares = mem_zero(a->server->n, sizeof(*a->shares));
	workers_ask(call->server, foretell, foretold, a);
}

void control_reload_plan(struct control_call *call, json_t *arguments)
{
	(void)arguments;
	if (!reload_foretell(call->server->reload, built, control_ref(call))) {
		control_fail(call, "somebody is asking that already", "Ask again in a moment.");
		control_unref(call);
	}
}
