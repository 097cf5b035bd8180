/* SPDX-License-Identifier: MIT */
/*
 * "pause", "drain", "resume", "block", "unblock": the operator's orders, for a domain, for all that
 * a pattern names, for a listener, for everything. "orders": which are in force.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/control_command.h"
#include "net/listener.h"
#include "trunk/operate.h"

#include <string.h>

static struct listener *listener_of(struct server *s, const char *target)
{
	struct address a;

	if (!address_parse(target, 0, &a) || !address_port(&a))
		return NULL;
	for (unsigned i = 0; i < s->nlisteners; i++) {
		const struct address *l = listener_address(s->listeners[i]);

		if (address_port(l) == address_port(&a) && address_same_host(l, &a))
			return s->listeners[i];
	}
	return NULL;
}

static void pause_listener(struct listener *l, bool paused)
{
	char text[ADDRESS_TEXT];

	listener_pause(l, paused);
	address_print(listener_address(l), text);
	log_warn("order order=%s target=%s until=0", paused ? "pause" : "resume", text);
}

static void pause_all(struct server *s, bool paused)
{
	for (unsigned i = 0; i < s->nlisteners; i++)
		pause_listener(s->listeners[i], paused);
}

static bool is_all(const char *target)
{
	return strcmp(target, "all") == 0 || strcmp(target, "*") == 0;
}

/* ---- domains ---- */

static void obeyed(void *arg)
{
	struct control_call *call = arg;

	control_done(call, NULL);
	control_unref(call);
}

/* Does any control speak of it? An order for a name that was mistyped would do nothing. */
static bool is_known(const struct server *s, const char *pattern)
{
	const struct control_config *c = s->plan->settings.controls.items;
	struct domain d;

	if (pattern[0] != '*')
		return domain_parse(str_of(pattern), &d) && peering_find(s->plan->peering, &d);
	for (unsigned i = 0; i < s->plan->settings.controls.n; i++)
		for (unsigned k = 0; k < c[i].match.n; k++) {
			const char *m = c[i].match.v[k];

			if (strcmp(m, pattern) == 0 || strcmp(m, "*") == 0 ||
				(m[0] == '*' ? strcmp(m, pattern) == 0
					     : domain_parse(str_of(m), &d) &&
							orders_match(pattern, &d)))
				return true;
		}
	return false;
}

static void order_domains(
	struct control_call *call, const char *target, enum order order, int64_t until)
{
	MEM_AUTO char *pattern = orders_pattern(is_all(target) ? "*" : target);

	if (!pattern)
		control_fail(call,
			"this is no domain, no pattern as in a control's match, and no listener",
			"Write a.example, *.us, all, or a listener's ADDRESS:PORT; \"trunkctl "
			"status\" lists the listeners.");
	else if (order != ORDER_NONE && order != ORDER_BLOCK && !is_known(call->server, pattern))
		control_fail(call, "no peering control speaks of it",
			"\"trunkctl config\" shows the controls in force.");
	else
		server_order(call->server, pattern, order, until, obeyed, control_ref(call));
}

/* ---- listeners ---- */

static void close_streams(struct trunk *t, void *slot, const void *arg)
{
	*(unsigned *)slot = trunk_close(t, arg);
}

static void closed_streams(struct control_call *call, void **slots, unsigned n, const void *arg)
{
	unsigned all = 0;

	(void)arg;
	for (unsigned i = 0; i < n; i++)
		all += *(unsigned *)slots[i];
	control_done(call, json_pack("{s:i}", "streams", (int)all));
}

static const struct control_survey closing = {
	.size = sizeof(unsigned),
	.fill = close_streams,
	.done = closed_streams,
};

static void order_listener(struct control_call *call, struct listener *l, enum order order)
{
	struct trunk_streams *which;

	pause_listener(l, order != ORDER_NONE);
	if (order != ORDER_DRAIN) {
		control_done(call, NULL);
		return;
	}
	which = MEM_NEW(struct trunk_streams);
	which->listener = *listener_address(l);
	control_survey(call, &closing, which);
}

static void give_order(struct control_call *call, json_t *arguments, enum order order)
{
	const char *target = control_text(arguments, "target");
	struct listener *l = target ? listener_of(call->server, target) : NULL;

	if (!target) {
		control_fail(call, "what?", "Name a domain, a pattern, a listener, or all.");
		return;
	}
	if (l) {
		order_listener(call, l, order);
		return;
	}
	if (is_all(target))
		pause_all(call->server, order != ORDER_NONE);
	order_domains(call, target, order, 0);
}

void control_pause(struct control_call *call, json_t *arguments)
{
	give_order(call, arguments, ORDER_PAUSE);
}

void control_drain(struct control_call *call, json_t *arguments)
{
	give_order(call, arguments, ORDER_DRAIN);
}

void control_resume(struct control_call *call, json_t *arguments)
{
	give_order(call, arguments, ORDER_NONE);
}

/* ---- blocks ---- */

void control_block(struct control_call *call, json_t *arguments)
{
	const char *target = control_text(arguments, "target");
	json_t *seconds = json_object_get(arguments, "seconds");
	json_int_t n = json_integer_value(seconds);

	if (!target || is_all(target))
		control_fail(call, "which domain?",
			"Name a domain or *.suffix. \"trunkctl pause all\" stops everything.");
	else if (seconds && (!json_is_integer(seconds) || n < 1 || n > 10LL * 366 * 86400))
		control_fail(call, "this is no time to block for", "Write --for 30m, 1h, 7d.");
	else
		order_domains(call, target, ORDER_BLOCK, seconds ? clock_wall() + n : 0);
}

void control_unblock(struct control_call *call, json_t *arguments)
{
	const char *target = control_text(arguments, "target");

	if (!target)
		control_fail(call, "which domain?", "\"trunkctl orders\" lists what is blocked.");
	else
		order_domains(call, target, ORDER_NONE, 0);
}

/* ---- which are in force ---- */

void control_orders(struct control_call *call, json_t *arguments)
{
	const struct server *s = call->server;
	char until[CLOCK_TEXT];

	(void)arguments;
	for (unsigned i = 0; i < s->nlisteners; i++) {
		char text[ADDRESS_TEXT];

		if (!listener_paused(s->listeners[i]))
			continue;
		address_print(listener_address(s->listeners[i]), text);
		control_item(call,
			json_pack("{s:s, s:s, s:n}", "order", "pause", "target", text, "until"));
	}
	for (unsigned i = 0; i < orders_count(s->orders); i++) {
		const struct order_entry *e = orders_at(s->orders, i);
		json_t *item = json_pack(
			"{s:s, s:s}", "order", order_name(e->order), "target", e->pattern);

		clock_print(e->until, 0, until);
		json_object_set_new(item, "until", e->until ? json_string(until) : json_null());
		control_item(call, item);
	}
	control_done(call, NULL);
}
